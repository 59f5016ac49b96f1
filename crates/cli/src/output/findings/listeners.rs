//! Findings about what components serve, and whether they re-read it.

use super::{Scene, Told, quoted, short, since};
use crate::language::{Language, finding as say};
use crate::output::groups::Group;
use crate::output::{date, left};
use perennial_core::assess::Finding;

/// Puts a group of them into words.
pub(super) fn tell(language: Language, scene: &Scene<'_>, group: &Group<'_>) -> Told {
    let now = scene.now;
    match group.first {
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
        _ => Told::default(),
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
