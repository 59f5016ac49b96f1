//! Findings that the operator knows already: silenced for a reason and until a date, and never out of sight.

use super::{About, Assessment, Code, Finding, State};
use crate::inventory::Node;
use jiff::Timestamp;

/// One finding, or all of one code, that shall not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The code.
    pub code: Code,
    /// Which of its objects: a name of it, `*` stands for any text. None: all of them.
    pub object: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// From then on it counts again. None: for one call.
    pub until: Option<Timestamp>,
}

/// What has become of a suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It silences.
    Active,
    /// Its time is over: what it would silence counts again.
    Ended,
}

/// A suppression in one assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Using {
    /// Whether it still holds.
    pub state: Use,
    /// How many findings it silences; once it has ended, how many count again.
    pub findings: usize,
    /// How many more it fits, which another one silences.
    pub by_others: usize,
}

impl Code {
    /// Whether it may be silenced. A run that was cut off has left this node in between: whoever looks has to know.
    pub fn suppressible(self) -> bool {
        self != Self::RunOpen
    }
}

/// Silences what is to be silenced, and tells of each suppression what it was about. The first one that fits counts.
pub fn suppress(
    assessment: &mut Assessment,
    node: &Node,
    suppressions: &[Suppression],
    now: Timestamp,
) -> Vec<Using> {
    let ended = |one: &Suppression| one.until.is_some_and(|until| until <= now);
    let state = |one| if ended(one) { Use::Ended } else { Use::Active };
    let using = |one| Using { state: state(one), findings: 0, by_others: 0 };
    let mut uses: Vec<Using> = suppressions.iter().map(using).collect();
    for check in &mut assessment.checks {
        let State::Fail(finding) = &check.state else { continue };
        if !finding.code().suppressible() {
            continue;
        }
        let names = names(node, &check.object, finding);
        let fits = |one: &Suppression| {
            one.code == finding.code()
                && one.object.as_deref().is_none_or(|wanted| names.iter().any(|name| fits(wanted, name)))
        };
        let silenced = suppressions.iter().position(|one| !ended(one) && fits(one));
        for (by, (_, using)) in
            suppressions.iter().zip(&mut uses).enumerate().filter(|(_, (one, _))| fits(one))
        {
            let own = silenced.is_none_or(|first| first == by);
            *(if own { &mut using.findings } else { &mut using.by_others }) += 1;
        }
        if let Some(by) = silenced {
            check.state = State::Suppressed { finding: finding.clone(), by };
        }
    }
    uses
}

/// Every name under which an operator knows what a finding is about: its own, its files, the node's.
fn names(node: &Node, object: &str, finding: &Finding) -> Vec<String> {
    let mut names = vec![object.to_owned()];
    names.extend(node.name.iter().chain(&node.host_name).cloned());
    let mut credential = |name: &str| {
        let one = node.credential(name);
        let authority = node.authority(name);
        names.extend(one.map(|one| one.place.file().path.to_string()));
        names.extend(authority.map(|one| one.file.path.to_string()));
        names.push(name.to_owned());
    };
    match finding.about() {
        About::Credential(name) | About::Authority(name) => credential(name),
        About::File(path) => {
            let of_path = node.credentials.iter().filter(|one| one.place.file().path == path);
            names.extend(of_path.map(|one| one.name.clone()));
            names.push(path.to_string());
        }
        About::Component(component) => names.push(component.to_string()),
        About::Object(name) | About::Run(name) => names.push(name.to_owned()),
        About::Node => {}
    }
    names
}

/// Whether a name is what was written; `*` stands for any text, an empty one too.
fn fits(wanted: &str, name: &str) -> bool {
    let mut parts = wanted.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (wanted, name) in [
            ("apiserver", "apiserver"),
            ("*", ""),
            ("/root/*", "/root/.kube/config"),
            ("*/.kube/config", "/home/a/.kube/config"),
            ("/home/*/.kube/*", "/home/a/b/.kube/config"),
            ("a*b*c", "aXbYbZc"),
            ("a**c", "abc"),
        ] {
            assert!(fits(wanted, name), "{wanted} {name}");
        }
        for (wanted, name) in [
            ("apiserver", "apiserver-etcd-client"),
            ("", "x"),
            ("*/config", "/root/config.old"),
            ("ab*ba", "aba"),
            ("a*b*c", "acb"),
            ("?", "x"),
        ] {
            assert!(!fits(wanted, name), "{wanted} {name}");
        }
    }

    #[test]
    fn a_run_that_was_cut_off_is_the_one_thing_that_can_not_be_silenced() {
        let kept: Vec<_> = Code::ALL.iter().filter(|code| !code.suppressible()).collect();
        assert_eq!(kept, [&Code::RunOpen]);
    }
}
