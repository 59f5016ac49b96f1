//! The name under which perennial was called. As kubectl's plugin it is the same binary; what the operator is told to
//! run must then begin with `kubectl`. Documents for programs keep the one name.

use crate::args;
use std::borrow::Cow;
use std::path::Path;
use std::sync::LazyLock;

/// What an operator types to get here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Called {
    /// `perennial`, under whatever path.
    #[default]
    Perennial,
    /// `kubectl perennial`: kubectl looks for plugins by the name of their file.
    Kubectl,
}

const NAME: &str = "perennial";

/// The words that make `perennial WORD` a command and not a sentence.
static VERBS: LazyLock<Vec<String>> = LazyLock::new(args::verbs);

impl Called {
    /// By the first argument of the process.
    pub(crate) fn by(first: Option<&str>) -> Self {
        let name = first.and_then(|first| Path::new(first).file_name());
        if name.is_some_and(|name| name == "kubectl-perennial") { Self::Kubectl } else { Self::Perennial }
    }

    /// A text in which commands are those that the operator can type.
    pub(crate) fn in_text(self, text: &str) -> Cow<'_, str> {
        if self == Self::Perennial || !text.contains(NAME) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len() + 16);
        let mut rest = text;
        while let Some(at) = rest.find(NAME) {
            let (before, after) = (&rest[..at], &rest[at + NAME.len()..]);
            out.push_str(before);
            if begins_a_word(&out) && is_command(&out, after) {
                out.push_str("kubectl ");
            }
            out.push_str(NAME);
            rest = after;
        }
        out.push_str(rest);
        Cow::Owned(out)
    }
}

fn begins_a_word(before: &str) -> bool {
    let joined = |last: char| last.is_ascii_alphanumeric() || "-_./@".contains(last);
    !before.ends_with(joined) && !before.ends_with("kubectl ")
}

/// `perennial` alone is a command only where nothing else stands on its line.
fn is_command(before: &str, after: &str) -> bool {
    let alone = ["", "sudo "].contains(&before.trim_start()) && after.trim_end().is_empty();
    let Some(after) = after.strip_prefix(' ') else { return alone };
    let word = after.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
    after.starts_with(['-', '[']) || alone || VERBS.iter().any(|verb| verb == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_known_by_the_name_of_its_file() {
        for plugin in ["kubectl-perennial", "/usr/local/bin/kubectl-perennial", "./kubectl-perennial"] {
            assert_eq!(Called::by(Some(plugin)), Called::Kubectl, "{plugin}");
        }
        for other in
            ["perennial", "/opt/kubectl-perennial/perennial", "kubectl", "kubectl_complete-perennial"]
        {
            assert_eq!(Called::by(Some(other)), Called::Perennial, "{other}");
        }
        assert_eq!(Called::by(None), Called::Perennial);
    }

    #[test]
    fn commands_get_the_prefix_and_sentences_do_not() {
        let told = |text: &'static str| Called::Kubectl.in_text(text).into_owned();
        for (text, expected) in [
            ("perennial renew", "kubectl perennial renew"),
            ("sudo perennial check -o json", "sudo kubectl perennial check -o json"),
            ("  perennial", "  kubectl perennial"),
            ("sudo perennial", "sudo kubectl perennial"),
            ("perennial --help", "kubectl perennial --help"),
            ("perennial [OPTIONS] [VERB]", "kubectl perennial [OPTIONS] [VERB]"),
            ("x | perennial diagnose -", "x | kubectl perennial diagnose -"),
            (
                "请执行 perennial renew，然后 perennial verify",
                "请执行 kubectl perennial renew，然后 kubectl perennial verify",
            ),
        ] {
            assert_eq!(told(text), expected);
            assert_eq!(Called::Kubectl.in_text(expected), expected, "once is enough");
        }
        for text in [
            "a bug in perennial: x",
            "perennial says so and stops",
            "below /var/lib/perennial",
            "/usr/bin/perennial renew",
            "perennial 0.1.0",
            "perennials renew",
        ] {
            assert_eq!(told(text), text);
        }
        assert_eq!(Called::Perennial.in_text("perennial renew"), "perennial renew");
    }
}
