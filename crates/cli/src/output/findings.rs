//! A finding as a person reads it: sentence, evidence, consequence with its date, one command.

mod certificates;
mod cluster;
mod identity;
mod listed;
mod listeners;
mod memory;
pub(super) mod people;
mod scene;
mod services;

pub(crate) use scene::{Remedy, Scene};

use super::groups::Group;
use super::{Line, Mark, Paint, Screen, date, exact};
use super::{kubelet, places};
use crate::language::{Language, finding as say, screen as label, trouble::trouble};
use jiff::Timestamp;
use perennial_core::assess::{Finding, Severity};

/// A group of findings in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The sentence.
    pub(crate) title: String,
    /// What was seen, one line each.
    pub(crate) evidence: Vec<String>,
    /// What happens if nothing is done.
    pub(crate) left_alone: Option<String>,
    /// The one command.
    pub(crate) command: Option<String>,
    /// Advice, where no single command helps.
    pub(crate) advice: Option<&'static str>,
    /// What to know about the command.
    pub(crate) note: Option<&'static str>,
}

/// Adds a group to a screen.
pub(crate) fn show(screen: &mut Screen, language: Language, scene: &Scene<'_>, group: &Group<'_>) {
    let told = tell(language, scene, group);
    let mark = mark(group.severity());
    let code = group.first.code().to_string();
    screen.wrapped(
        Line::new().mark(mark).text(" ").painted(&code, Paint::Faint).text(" "),
        &Line::new().text("    "),
        &told.title,
        Paint::Strong,
    );
    for evidence in &told.evidence {
        screen.indented(4, evidence);
    }
    if let Some(consequence) = &told.left_alone {
        screen.labelled(say::left_alone(language), consequence, Paint::Plain);
    }
    let label = label::label_do(language);
    if let Some(command) = &told.command {
        screen.command(label, command);
    }
    if let Some(advice) = told.advice {
        screen.labelled(label, advice, Paint::Plain);
    }
    if let Some(note) = told.note {
        screen.labelled("", note, Paint::Plain);
    }
}

/// The sign of a severity.
pub(crate) fn mark(severity: Severity) -> Mark {
    match severity {
        Severity::Notice => Mark::Note,
        Severity::Warning => Mark::Warn,
        Severity::Critical => Mark::Bad,
    }
}

/// Puts a group into words. Where `renew` makes what is lost or broken anew, that is the command.
pub(crate) fn tell(language: Language, scene: &Scene<'_>, group: &Group<'_>) -> Told {
    let told = in_words(language, scene, group);
    let told = kubelet::repaired(language, scene, group.first, told);
    let told = places::token_key(language, scene, group.first, told);
    match scene.new_key_for(group.first).filter(|_| told.command.is_none()) {
        Some(name) => Told {
            command: Some(format!("perennial renew --only {}", quoted(name))),
            note: Some(say::new_key_note(language)),
            advice: None,
            ..told
        },
        None => told,
    }
}

fn in_words(language: Language, scene: &Scene<'_>, group: &Group<'_>) -> Told {
    match group.first {
        Finding::CertificateExpired { .. }
        | Finding::CertificateEndsSoon { .. }
        | Finding::AuthorityExpired { .. }
        | Finding::AuthorityEndsSoon { .. }
        | Finding::NotYetValid { .. }
        | Finding::WrongAuthority { .. }
        | Finding::ExternalAuthority { .. }
        | Finding::AuthorityKeyMismatch { .. } => certificates::tell(language, scene, group),
        Finding::ServedOther { .. }
        | Finding::ListenerSilent { .. }
        | Finding::ReloadUnknown { .. }
        | Finding::HandshakeFails { .. }
        | Finding::LoopbackEnds { .. } => listeners::tell(language, scene, group),
        Finding::ProcessStale { .. } | Finding::ProcessUnproven { .. } | Finding::PodStale { .. } => {
            memory::tell(language, scene, group)
        }
        Finding::FileMissing { .. } => Told {
            title: listed::missing(language, group),
            evidence: if group.len() > 1 { listed::paths(group) } else { Vec::new() },
            left_alone: Some(say::missing_effect(language).to_owned()),
            advice: Some(say::missing_act(language)),
            ..Told::default()
        },
        Finding::FileUnusable { path, trouble: why } => Told {
            title: trouble(language, path.as_str(), why),
            left_alone: Some(say::missing_effect(language).to_owned()),
            advice: Some(say::missing_act(language)),
            ..Told::default()
        },
        Finding::FileCutOff { .. }
        | Finding::ManifestsCollide(_)
        | Finding::SuperAdminUsed { .. }
        | Finding::FileSpecial { .. }
        | Finding::TokensRefused { .. }
        | Finding::KeyExposed { .. }
        | Finding::LabelDiffers { .. } => places::tell(language, group),
        Finding::KeyMismatch { credential, certificate, key, .. } => {
            let told = Told {
                title: say::key_mismatch(language, credential, key.as_str(), certificate.as_str()),
                left_alone: Some(say::mismatch_effect(language).to_owned()),
                command: Some(format!("perennial renew --only {}", quoted(credential))),
                ..Told::default()
            };
            people::of_person(language, scene, credential, told)
        }
        Finding::KubeletRestartFails { .. }
        | Finding::KubeletRotationBlocked { .. }
        | Finding::KubeletServingEnds { .. } => kubelet::tell(language, group.first, scene.now),
        Finding::KubeletClientExpired { .. }
        | Finding::KubeletDown { .. }
        | Finding::RuntimeSilent { .. } => services::tell(language, scene, group.first),
        Finding::KubeconfigUnusable { path, trouble: why } => Told {
            title: trouble(language, path.as_str(), why),
            left_alone: Some(say::kubeconfig_effect(language).to_owned()),
            advice: Some(say::kubeconfig_act(language)),
            ..Told::default()
        },
        Finding::KubeconfigOutdated { credential, at, .. } => {
            people::outdated(language, scene, group, credential, *at)
        }
        Finding::CniKubeconfigStale(stale) => people::stale(language, scene, stale),
        Finding::BehindBalancer { server, of, met, failures } => {
            cluster::behind(language, server, *of, met, failures)
        }
        Finding::Cluster(finding) => cluster::tell(language, scene, finding),
        Finding::EdgeBroken { .. }
        | Finding::IntermediateEnds { .. }
        | Finding::AuthorityKeyEncrypted { .. }
        | Finding::OtherAuthorityTrusted { .. }
        | Finding::TwoAuthorities { .. }
        | Finding::ChainRefused { .. }
        | Finding::SigningFileNotSingle { .. }
        | Finding::ChainOutOfOrder { .. }
        | Finding::NamesMissing { .. }
        | Finding::OtherNodesCertificate { .. }
        | Finding::UsageMissing { .. }
        | Finding::NodeNameDiffers { .. }
        | Finding::ForeignIdentity { .. }
        | Finding::NodeGroupMissing { .. }
        | Finding::ClockBehind { .. } => identity::tell(language, scene, group.first).unwrap_or_default(),
        Finding::RunOpen { run, began } => Told {
            title: say::run_open(language, run, &exact(*began)),
            left_alone: Some(say::run_open_effect(language).to_owned()),
            command: Some("perennial renew".to_owned()),
            note: Some(say::run_open_note(language)),
            ..Told::default()
        },
    }
}

pub(super) fn since(language: Language, at: Timestamp, now: Timestamp, effect: &str) -> String {
    if at <= now {
        say::since_date(language, &date(at), effect)
    } else {
        say::on_date(language, &date(at), effect)
    }
}

/// The beginning of a fingerprint.
pub(crate) fn short(fingerprint: &str) -> String {
    let end = fingerprint.char_indices().nth(8).map_or(fingerprint.len(), |(at, _)| at);
    format!("{}…", &fingerprint[..end])
}

/// A word for a shell: a command is there to be copied, and names come from strangers.
pub(crate) fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "/._-:@+=,".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_name_stays_one_word_of_a_command() {
        assert_eq!(quoted("/root/.kube/config"), "/root/.kube/config");
        assert_eq!(quoted("x; rm -rf /"), "'x; rm -rf /'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn fingerprints_are_shortened() {
        assert_eq!(short("9f31aabbccdd"), "9f31aabb…");
        assert_eq!(short("9f"), "9f…");
    }
}
