//! Findings about the kubeconfigs of people and of the network's plugins.

use super::{Remedy, Scene, Told, listed, quoted, short, since};
use crate::language::{Language, finding as common, identity, kubeconfigs as say, trouble::trouble};
use crate::output::groups::Group;
use crate::output::{date, left};
use jiff::Timestamp;
use perennial_core::assess::{CniFault, Finding, StaleCni, followed};
use perennial_core::inventory::{Credential, Entry, Layout, Place, Role};
use perennial_core::plan::{Reason, obstacle};

/// What brings a person's credential up to date.
pub(super) fn remedy(scene: &Scene<'_>, credential: &Credential) -> Remedy {
    if followed(scene.node, credential).is_some() { Remedy::Copy } else { Remedy::Person }
}

/// The command for it, and what to know about it.
pub(super) fn command(
    language: Language,
    scene: &Scene<'_>,
    credential: &Credential,
) -> (Option<String>, Option<&'static str>) {
    if let Some(original) = followed(scene.node, credential) {
        let command = format!("perennial renew --only {}", quoted(&original.name));
        return (Some(command), Some(common::copy_note(language)));
    }
    if let Some(command) = refresh(scene, credential) {
        return (Some(command), Some(say::refresh_note(language)));
    }
    let Some(leaf) = credential.leaf() else { return (None, None) };
    let groups: String =
        leaf.organizations().iter().map(|group| format!(" --org {}", quoted(group))).collect();
    let name = leaf.common_name().unwrap_or_default();
    let command = format!("kubeadm kubeconfig user{groups} --client-name {}", quoted(&name));
    (Some(command), Some(say::person_note(language)))
}

/// The command that gives an entry a key and certificate of its own, where it can have them.
fn refresh(scene: &Scene<'_>, credential: &Credential) -> Option<String> {
    let Place::Kubeconfig { file, entry, .. } = &credential.place else { return None };
    let here = scene.node.layout == Layout::ControlPlane;
    let reason = obstacle(scene.node, credential);
    let path = quoted(file.path.as_str());
    match (reason, entry) {
        (None, _) if here => Some(format!("perennial kubeconfig refresh {path}")),
        (Some(Reason::SystemMasters), _) if here => {
            Some(format!("perennial kubeconfig refresh {path} --allow-system-masters"))
        }
        (None | Some(Reason::SystemMasters | Reason::NoKeyHere), Entry::Other { context: Some(context) })
            if !here =>
        {
            Some(format!("perennial kubeconfig refresh --request {path} --context {}", quoted(context)))
        }
        (None | Some(Reason::SystemMasters | Reason::NoKeyHere), Entry::Current) if !here => {
            Some(format!("perennial kubeconfig refresh --request {path}"))
        }
        _ => None,
    }
}

/// An older copy of admin.conf's credential, or several of the same day.
pub(super) fn outdated(
    language: Language,
    scene: &Scene<'_>,
    group: &Group<'_>,
    name: &str,
    at: Timestamp,
) -> Told {
    let credential = scene.node.credential(name);
    let (command, note) = credential.map_or((None, None), |credential| command(language, scene, credential));
    Told {
        title: match group.len() {
            1 if at <= scene.now => common::outdated_ended(language, name, &date(at)),
            1 => common::outdated(language, name, &date(at)),
            n => common::many_outdated(language, n, &date(at)),
        },
        evidence: if group.len() > 1 {
            listed::paths(group)
        } else {
            credential.and_then(|credential| whose(language, credential)).into_iter().collect()
        },
        left_alone: Some(since(language, at, scene.now, common::kubeconfig_effect(language))),
        command,
        note,
        ..Told::default()
    }
}

/// Whose a person's credential is, and that the cluster does without it; `None` of any other credential.
pub(super) fn whose(language: Language, credential: &Credential) -> Option<String> {
    if credential.role != Role::UserKubeconfig {
        return None;
    }
    let file = credential.place.file();
    let mut parts = file.path.components().map(|part| part.as_str()).skip(1);
    let owner = match (parts.next(), parts.next()) {
        (Some("root"), _) => "root".to_owned(),
        (Some("home"), Some(person)) => person.to_owned(),
        _ => file.facts.seen().map_or_else(|| "?".to_owned(), |facts| format!("uid {}", facts.uid)),
    };
    let subject = credential.leaf().map(|leaf| leaf.subject()).unwrap_or_default();
    Some(say::whose(language, &owner, &subject))
}

/// What is said of a credential, in the words for a person's where it is one's.
pub(super) fn of_person(language: Language, scene: &Scene<'_>, name: &str, told: Told) -> Told {
    let Some((credential, whose)) =
        scene.node.credential(name).and_then(|credential| Some((credential, whose(language, credential)?)))
    else {
        return told;
    };
    let (command, note) = command(language, scene, credential);
    let left_alone = Some(common::kubeconfig_effect(language).to_owned());
    Told { evidence: vec![whose], left_alone, command, note, ..told }
}

/// Whether two findings have one command.
pub(in crate::output) fn same_command(scene: &Scene<'_>, one: &Finding, other: &Finding) -> bool {
    let original = |finding: &Finding| match finding {
        Finding::KubeconfigOutdated { credential, .. } => {
            followed(scene.node, scene.node.credential(credential)?).map(|original| &original.name)
        }
        _ => None,
    };
    original(one).is_some() && original(one) == original(other)
}

/// A stale kubeconfig of a plugin.
pub(super) fn stale(language: Language, scene: &Scene<'_>, stale: &StaleCni) -> Told {
    let why = |fault: &CniFault| why(language, scene.now, fault);
    let path = stale.path.as_str();
    let first = stale.faults.first().map(why).unwrap_or_default();
    let mut evidence: Vec<String> = stale.faults.iter().skip(1).map(why).collect();
    for fault in &stale.faults {
        match fault {
            CniFault::OtherAuthority { trusted, live, .. } => {
                let fingerprints: Vec<_> = trusted.iter().map(|one| short(one)).collect();
                evidence.push(identity::trusts(language, &fingerprints.join(language.comma())));
                evidence.extend(live.as_ref().map(|live| identity::live_authority(language, live.as_str())));
            }
            CniFault::TokenExpired { .. } | CniFault::TokenEndsSoon { .. } => {
                evidence.push(match &stale.account {
                    Some((namespace, account)) => say::token_of(language, namespace, account),
                    None => say::token_unchecked(language).to_owned(),
                });
            }
            CniFault::Unusable(unusable) => evidence.push(trouble(language, path, unusable)),
            _ => {}
        }
    }
    if !stale.in_use {
        evidence.push(say::not_in_use(language).to_owned());
    }
    let node = scene.node.name.as_deref().unwrap_or("NODE");
    let command = stale.plugin.label().map(|label| {
        format!("kubectl delete pod -A -l {label} --field-selector spec.nodeName={}", quoted(node))
    });
    Told {
        title: say::cni_stale(language, &stale.plugin.to_string(), path, &first),
        evidence,
        left_alone: Some(effect(language, scene.now, stale)),
        advice: command.is_none().then(|| say::cni_act(language)),
        note: command.is_some().then(|| say::cni_note(language)),
        command,
    }
}

fn effect(language: Language, now: Timestamp, stale: &StaleCni) -> String {
    if !stale.in_use {
        return say::cni_unused_effect(language).to_owned();
    }
    let at = stale.faults.iter().filter_map(|fault| match fault {
        CniFault::TokenExpired { at }
        | CniFault::TokenEndsSoon { at }
        | CniFault::CertificateExpired { at }
        | CniFault::CertificateEndsSoon { at } => Some(*at),
        _ => None,
    });
    // What is refused for another reason is refused now.
    let dated = stale.faults.len() == 1;
    match at.min().filter(|_| dated) {
        Some(at) => since(language, at, now, say::cni_effect(language)),
        None => say::cni_effect(language).to_owned(),
    }
}

fn why(language: Language, now: Timestamp, fault: &CniFault) -> String {
    let ago = |at: Timestamp| left(language, at, now);
    let until = |at: Timestamp| left(language, now, at);
    match fault {
        CniFault::TokenExpired { at } => say::token_expired(language, &ago(*at), &date(*at)),
        CniFault::TokenEndsSoon { at } => say::token_ends(language, &until(*at), &date(*at)),
        CniFault::OtherAuthority { ended: Some(at), .. } => say::authority_ended(language, &date(*at)),
        CniFault::OtherAuthority { ended: None, .. } => say::other_authority(language).to_owned(),
        CniFault::CertificateExpired { at } => say::cni_certificate_expired(language, &ago(*at), &date(*at)),
        CniFault::CertificateEndsSoon { at } => say::cni_certificate_ends(language, &until(*at), &date(*at)),
        CniFault::CertificateOfOtherAuthority => say::certificate_of_other(language).to_owned(),
        CniFault::Missing => say::cni_missing(language).to_owned(),
        CniFault::Unusable(_) => say::cni_unusable(language).to_owned(),
    }
}
