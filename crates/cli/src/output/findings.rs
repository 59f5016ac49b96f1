//! A finding as a person reads it: sentence, evidence, consequence with its date, one command.

mod cluster;
mod identity;
mod listed;
mod memory;
pub(super) mod people;

use super::groups::Group;
use super::{Line, Mark, Paint, Screen, date, exact, left};
use super::{kubelet, places};
use crate::language::{
    Language, finding as say, identity as identity_words, kubelet as words, screen as label, trouble::trouble,
};
use jiff::Timestamp;
use perennial_core::assess::{Finding, Severity};
use perennial_core::inventory::{Credential, Current, Looked, Node, Place, Role};
use perennial_core::plan::{key_can_be_made, never_as_it_is};

/// What findings are told about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    /// The node.
    pub(crate) node: &'a Node,
    /// As of when.
    pub(crate) now: Timestamp,
}

/// What helps against the end of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// `perennial renew`.
    Renew,
    /// The CA's owner signs.
    External,
    /// A person's copy follows admin.conf.
    Copy,
    /// Somebody makes a new one for the person.
    Person,
    /// The kubelet should have renewed it.
    KubeletLog,
    /// Somebody has given the kubelet its files, and gives it the next ones.
    Owner,
    /// It must not be renewed as it is: another finding says what it should be.
    Elsewhere,
}

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

impl Scene<'_> {
    /// What helps when a credential of this role ends.
    pub(super) fn remedy(&self, role: Option<Role>, finding: &Finding) -> Remedy {
        let credential = match finding {
            Finding::CertificateExpired { credential, .. }
            | Finding::CertificateEndsSoon { credential, .. } => self.node.credential(credential),
            _ => None,
        };
        let external = || Some(matches!(self.node.issuer_of(credential?)?.key, Looked::Absent));
        let given = |one: &Credential| matches!(one.place, Place::Pair { .. });
        match role {
            Some(Role::KubeletServing) if credential.is_some_and(given) => Remedy::Owner,
            Some(Role::KubeletClient | Role::KubeletServing) => Remedy::KubeletLog,
            Some(Role::UserKubeconfig) => match finding {
                Finding::CertificateExpired { credential, .. }
                | Finding::CertificateEndsSoon { credential, .. } => self
                    .credential(credential)
                    .map_or(Remedy::Person, |credential| people::remedy(self, credential)),
                _ => Remedy::Person,
            },
            _ if external() == Some(true) => Remedy::External,
            _ if credential.is_some_and(|one| never_as_it_is(self.node, one)) => Remedy::Elsewhere,
            _ => Remedy::Renew,
        }
    }

    /// The credential whose key is what is lost or broken, if a new key is all that it needs.
    pub(super) fn new_key_for(&self, finding: &Finding) -> Option<&str> {
        let (Finding::FileMissing { path }
        | Finding::FileUnusable { path, .. }
        | Finding::FileCutOff { path, .. }) = finding
        else {
            return None;
        };
        key_can_be_made(self.node, path, self.now).map(|credential| credential.name.as_str())
    }

    /// Whether `renew` makes it anew.
    fn renews(&self, name: &str) -> bool {
        let kubelets = [Role::UserKubeconfig, Role::KubeletClient, Role::KubeletServing];
        self.credential(name).is_some_and(|one| !kubelets.contains(&one.role))
    }

    fn credential(&self, name: &str) -> Option<&Credential> {
        self.node.credential(name)
    }
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
    let now = scene.now;
    match group.first {
        Finding::CertificateExpired { at, .. } | Finding::CertificateEndsSoon { at, .. } => {
            certificates(language, scene, group, *at)
        }
        Finding::AuthorityExpired { authority, at } => Told {
            title: say::authority_expired(language, authority, &left(language, *at, now), &date(*at)),
            left_alone: Some(say::authority_effect(language, &date(*at))),
            ..identity::signed_again(language, scene, authority)
        },
        Finding::AuthorityEndsSoon { authority, at, .. } => Told {
            title: say::authority_ends(language, authority, &left(language, now, *at), &date(*at)),
            left_alone: Some(say::authority_effect(language, &date(*at))),
            ..identity::signed_again(language, scene, authority)
        },
        Finding::NotYetValid { object, from, .. } => Told {
            title: say::not_yet_valid(language, object, &exact(*from)),
            evidence: [
                identity_words::begins_in(language, &left(language, now, *from)),
                say::clock_says(language, &exact(now)),
            ]
            .into_iter()
            .chain(scene.credential(object).and_then(|credential| people::whose(language, credential)))
            .collect(),
            left_alone: Some(match scene.credential(object) {
                Some(credential) => say::effect(language, credential.role).to_owned(),
                None => say::clock_effect(language).to_owned(),
            }),
            command: Some("timedatectl".to_owned()),
            note: Some(if scene.renews(object) {
                say::not_yet_note(language)
            } else {
                say::not_yet_wait_note(language)
            }),
            ..Told::default()
        },
        Finding::WrongAuthority { credential, issuer, expected } => Told {
            title: say::wrong_authority(language, credential, expected),
            evidence: vec![say::names_issuer(language, issuer)],
            left_alone: Some(say::wrong_authority_effect(language).to_owned()),
            advice: Some(say::wrong_authority_act(language)),
            ..Told::default()
        },
        Finding::ExternalAuthority { .. } => external(language, scene, group),
        Finding::AuthorityKeyMismatch { authority, key } => Told {
            title: say::authority_key_mismatch(language, authority, key.as_str()),
            left_alone: Some(say::authority_key_effect(language).to_owned()),
            advice: Some(say::authority_key_act(language)),
            ..Told::default()
        },
        Finding::ServedOther { component, address, credential, served, on_disk, served_until } => Told {
            title: say::served_other(language, component.name(), &address.to_string(), credential),
            evidence: vec![say::served_evidence(
                language,
                &short(served),
                &date(*served_until),
                &short(on_disk),
            )],
            left_alone: Some(say::served_effect(language, &date(*served_until))),
            command: Some(format!("perennial renew --only {} --force", quoted(credential))),
            ..Told::default()
        },
        Finding::ListenerSilent { .. } => silent(language, group),
        Finding::ReloadUnknown { component, credentials, version } => Told {
            title: say::reload_unknown(
                language,
                component.name(),
                &version
                    .map_or_else(|| say::unknown_version(language).to_owned(), |version| version.to_string()),
            ),
            evidence: vec![credentials.join(language.comma())],
            left_alone: Some(say::reload_unknown_effect(language).to_owned()),
            advice: Some(say::reload_unknown_act(language)),
            ..Told::default()
        },
        Finding::HandshakeFails { component, address, reason, seen_until } => Told {
            title: match seen_until {
                Some(until) => {
                    say::handshake_fails(language, component.name(), &address.to_string(), &date(*until))
                }
                None => say::handshake_refused(language, component.name(), &address.to_string()),
            },
            evidence: vec![reason.clone()],
            left_alone: Some(say::handshake_effect(language).to_owned()),
            advice: Some(say::handshake_act(language)),
            ..Told::default()
        },
        Finding::ProcessStale { .. } | Finding::ProcessUnproven { .. } | Finding::PodStale { .. } => {
            memory::tell(language, scene, group)
        }
        Finding::LoopbackEnds { address, at, .. } => Told {
            title: if *at <= now {
                say::loopback_ended(language, &address.to_string(), &date(*at))
            } else {
                say::loopback_ends(language, &address.to_string(), &left(language, now, *at), &date(*at))
            },
            left_alone: Some(since(language, *at, now, say::loopback_effect(language))),
            command: Some("perennial reload".to_owned()),
            ..Told::default()
        },
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
        | Finding::KubeletServingEnds { .. } => kubelet::tell(language, group.first, now),
        Finding::KubeletClientExpired { path, at } => kubelet_expired(language, scene, path.as_str(), *at),
        Finding::KubeletDown { state, restarts } => Told {
            title: say::kubelet_down(language, state, *restarts),
            left_alone: Some(say::kubelet_down_effect(language).to_owned()),
            // Somebody has stopped it: its log has nothing to tell.
            command: Some(if state.starts_with("inactive") {
                "systemctl start kubelet".to_owned()
            } else {
                "journalctl -u kubelet -n 50 --no-pager".to_owned()
            }),
            ..Told::default()
        },
        Finding::RuntimeSilent { socket, reason } => Told {
            title: say::runtime_silent(language, socket.as_str()),
            evidence: vec![reason.clone()],
            left_alone: Some(say::runtime_silent_effect(language).to_owned()),
            command: Some("systemctl status containerd crio --no-pager".to_owned()),
            ..Told::default()
        },
        Finding::KubeconfigUnusable { path, trouble: why } => Told {
            title: trouble(language, path.as_str(), why),
            left_alone: Some(say::kubeconfig_effect(language).to_owned()),
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

fn certificates(language: Language, scene: &Scene<'_>, group: &Group<'_>, at: Timestamp) -> Told {
    let now = scene.now;
    let names: Vec<&str> = group
        .all()
        .filter_map(|finding| match finding {
            Finding::CertificateExpired { credential, .. }
            | Finding::CertificateEndsSoon { credential, .. } => Some(credential.as_str()),
            _ => None,
        })
        .collect();
    let credential = names.first().and_then(|name| scene.credential(name));
    let role = credential.map(|credential| credential.role);
    let dead = at <= now;
    let distance = if dead { left(language, at, now) } else { left(language, now, at) };
    let title = match (names.as_slice(), dead) {
        ([name], true) => say::expired(language, name, &distance, &date(at)),
        ([name], false) => say::ends(language, name, &distance, &date(at)),
        (_, true) => say::many_expired(language, names.len(), &distance, &date(at)),
        (_, false) => say::many_end(language, names.len(), &distance, &date(at)),
    };
    let path = credential.map(|credential| credential.place.file().path.to_string()).unwrap_or_default();
    let mut evidence = identity::edges_of(language, scene, &names, dead);
    let alone = credential.filter(|_| names.len() == 1);
    evidence.extend(alone.and_then(|credential| people::whose(language, credential)));
    let first = if names.len() > 1 { names.join(language.comma()) } else { path.clone() };
    evidence.insert(0, first);
    let alone = names.len() == 1 && role != Some(Role::UserKubeconfig);
    let (command, advice, note) = match scene.remedy(role, group.first) {
        Remedy::Renew if alone => {
            (Some(format!("perennial renew --only {}", quoted(&names.concat()))), None, None)
        }
        Remedy::Renew => (Some("perennial renew".to_owned()), None, None),
        Remedy::Copy | Remedy::Person => {
            let (command, note) =
                credential.map_or((None, None), |credential| people::command(language, scene, credential));
            (command, None, note)
        }
        Remedy::External => (None, Some(say::external_act(language)), None),
        Remedy::Owner => (None, Some(words::owner_act(language)), None),
        Remedy::Elsewhere => (None, None, Some(words::elsewhere_note(language))),
        Remedy::KubeletLog => {
            let command = "journalctl -u kubelet -g certificate --no-pager".to_owned();
            (Some(command), None, Some(say::kubelet_client_soon_note(language)))
        }
    };
    Told {
        title,
        evidence,
        left_alone: role.map(|role| since(language, at, now, say::effect(language, role))),
        command,
        advice,
        note,
    }
}

fn external(language: Language, scene: &Scene<'_>, group: &Group<'_>) -> Told {
    let found = group.all().filter_map(|finding| match finding {
        Finding::ExternalAuthority { authority, key } => Some((authority.as_str(), key)),
        _ => None,
    });
    let (names, keys): (Vec<_>, Vec<_>) = found.unzip();
    // What it has signed, with the day on which it ends: renewing it is somebody else's work.
    let mut days: Vec<(String, Vec<&str>)> = Vec::new();
    for credential in scene.node.credentials.iter().filter(|one| one.role != Role::KubeletClient) {
        let by = scene.node.issuer_of(credential).filter(|by| names.contains(&by.name.as_str()));
        let (Some(_), Some(leaf)) = (by, credential.leaf()) else { continue };
        let day = date(leaf.not_after());
        match days.iter_mut().find(|(known, _)| *known == day) {
            Some((_, signed)) => signed.push(&credential.name),
            None => days.push((day, vec![&credential.name])),
        }
    }
    let signed = days
        .iter()
        .map(|(day, signed)| identity_words::external_ends(language, &signed.join(language.comma()), day));
    Told {
        title: say::external_authority(language, &names.join(language.comma())),
        evidence: keys.iter().map(|key| say::key_would_be(language, key.as_str())).chain(signed).collect(),
        left_alone: Some(say::external_effect(language).to_owned()),
        ..Told::default()
    }
}

fn silent(language: Language, group: &Group<'_>) -> Told {
    let found: Vec<_> = group
        .all()
        .filter_map(|finding| match finding {
            Finding::ListenerSilent { component, address, reason } => {
                Some((*component, address.to_string(), reason))
            }
            _ => None,
        })
        .collect();
    let mut names: Vec<&str> = found.iter().map(|(component, ..)| component.name()).collect();
    names.dedup();
    let title = match found.as_slice() {
        [(component, address, _)] => say::silent(language, component.name(), address),
        _ => say::many_silent(language, found.len(), &names.join(language.comma())),
    };
    let evidence = found
        .iter()
        .map(|(component, address, reason)| say::silent_reason(language, component.name(), address, reason));
    let act = match names.first() {
        Some(&"kubelet") => "journalctl -u kubelet -n 50 --no-pager".to_owned(),
        Some(name) => format!("crictl ps -a --name {name}"),
        None => "crictl ps -a".to_owned(),
    };
    Told {
        title,
        evidence: evidence.collect(),
        left_alone: Some(say::silent_effect(language).to_owned()),
        command: Some(act),
        ..Told::default()
    }
}

fn kubelet_expired(language: Language, scene: &Scene<'_>, path: &str, at: Timestamp) -> Told {
    let node = scene.node.name.as_deref().unwrap_or("NODE");
    let mut evidence = vec![path.to_owned()];
    let bootstrap = scene.node.kubelet.bootstrap.as_ref();
    evidence.push(match bootstrap {
        Some(path) => words::asks_by_bootstrap(language, path.as_str()),
        None => words::no_bootstrap(language, "bootstrap-kubelet.conf"),
    });
    if scene.node.kubelet.current == Current::NoLink && scene.node.kubelet.rotates_client {
        let current = scene.node.kubelet.certificate_directory.join("kubelet-client-current.pem");
        evidence.push(words::never_rotated(language, current.as_str()));
    }
    evidence.push(words::renewing_does_not_help(language).to_owned());
    let effect = match bootstrap {
        Some(_) => words::bootstrap_effect(language),
        None => say::kubelet_client_effect(language),
    };
    Told {
        title: say::kubelet_expired(language, &left(language, at, scene.now), &date(at)),
        evidence,
        left_alone: Some(since(language, at, scene.now, effect)),
        command: Some(kubelet::new_kubeconfig(node)),
        note: Some(say::kubelet_client_note(language)),
        ..Told::default()
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
