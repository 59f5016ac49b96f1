//! Findings about the dates of credentials and CAs, and about who has signed what.

use super::{Remedy, Scene, Told, identity, people, quoted, since};
use crate::language::{Language, finding as say, identity as identity_words, kubelet as words};
use crate::output::groups::Group;
use crate::output::{date, exact, left};
use jiff::Timestamp;
use perennial_core::assess::Finding;
use perennial_core::inventory::Role;

/// Puts a group of them into words.
pub(super) fn tell(language: Language, scene: &Scene<'_>, group: &Group<'_>) -> Told {
    let now = scene.now;
    match group.first {
        Finding::CertificateExpired { at, .. } | Finding::CertificateEndsSoon { at, .. } => {
            ends(language, scene, group, *at)
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
        _ => Told::default(),
    }
}

fn ends(language: Language, scene: &Scene<'_>, group: &Group<'_>, at: Timestamp) -> Told {
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
        Remedy::External => (Some(export(&names)), None, Some(say::external_note(language))),
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

/// Requests for these.
fn export(names: &[&str]) -> String {
    let names = names.iter().map(|name| format!(" {}", quoted(name)));
    format!("perennial csr export{}", names.collect::<String>())
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
        advice: Some(say::external_act(language)),
        ..Told::default()
    }
}
