//! Answers about the other end of a connection: clients that show something old, servers that show something wrong.

use super::commands::{connected, show_certificate};
use super::words::{host, shown, speaker};
use crate::language::{Language, diagnose as say};
use crate::output::findings::Told;
use crate::output::{date, exact};
use perennial_core::diagnose::{By, Cause, Peer, Symptom};
use perennial_core::inventory::Node;

/// Clients that show what they should not show any more.
pub(super) fn client(language: Language, node: &Node, cause: &Cause) -> Told {
    match cause {
        Cause::Replaced { names, paths, identity, serial, ended, at, by, peer } => {
            let mut evidence = Vec::new();
            let mut whose = vec![say::identity(language, identity)];
            whose.extend(serial.as_ref().map(|serial| say::serial(language, serial)));
            whose.extend(at.map(|at| say::replaced_on(language, &exact(at))));
            evidence.push(whose.join(language.semicolon()));
            evidence.extend(paths.first().map(|path| say::copy_in(language, path.as_str())));
            if *by == By::Dates {
                evidence.push(say::dates_only(language).to_owned());
            }
            Told {
                title: say::replaced(language, &names.join(language.comma()), &date(*ended)),
                evidence,
                command: Some(connected(node, peer.as_ref())),
                note: Some(say::who_is_connected(language)),
                ..Told::default()
            }
        }
        Cause::UnknownClient(client) => {
            let ended = client.ended.map_or_else(|| say::without_dates(language).to_owned(), exact);
            let mut evidence = vec![say::not_one_of_ours(language).to_owned()];
            let mut facts = Vec::new();
            facts.extend(client.serial.as_ref().map(|serial| say::serial(language, serial)));
            match client.authority.as_deref() {
                Some("") => facts.push(say::no_authority_of_ours(language).to_owned()),
                Some(name) => facts.push(say::signed_by(language, name)),
                None => {}
            }
            facts.push(say::refused_by(language, &speaker(language, &client.speaker)));
            evidence.push(facts.join(language.semicolon()));
            Told {
                title: say::unknown_client(language, &ended),
                evidence,
                command: Some(connected(node, client.peer.as_ref())),
                note: Some(say::where_to_look(language)),
                ..Told::default()
            }
        }
        Cause::StrangeClient { speaker: who, peer } => Told {
            title: say::strange_client(language, &speaker(language, who), &host(language, peer.as_ref())),
            command: Some(connected(node, peer.as_ref())),
            note: Some(say::where_to_look(language)),
            ..Told::default()
        },
        _ => Told::default(),
    }
}

/// Servers that show what their clients refuse.
pub(super) fn server(language: Language, cause: &Cause) -> Told {
    match cause {
        Cause::WrongName { valid_for, peer: Some(peer), client: true, .. } => Told {
            title: say::others_certificate(language, &peer.host, &valid_for.join(language.comma())),
            // etcd's members are the only clients that are asked for their names.
            command: Some(show_certificate(
                None,
                Some(&Peer { port: Some(2380), ..peer.clone() }),
                "subjectAltName",
            )),
            note: Some(say::others_certificate_note(language)),
            ..Told::default()
        },
        Cause::WrongName { name, path, wanted, valid_for, peer, .. } => {
            let object = name.clone().unwrap_or_else(|| {
                peer.as_ref().map_or_else(
                    || say::a_certificate(language).to_owned(),
                    |peer| say::server_at(language, &peer.host),
                )
            });
            let wanted = wanted.as_deref().unwrap_or("?");
            Told {
                title: say::wrong_name(language, &object, wanted),
                evidence: if valid_for.is_empty() {
                    Vec::new()
                } else {
                    vec![say::has_names(language, &valid_for.join(language.comma()))]
                },
                command: Some(show_certificate(
                    path.as_ref().map(|it| it.as_str()),
                    peer.as_ref(),
                    "subjectAltName",
                )),
                note: Some(say::look_at_names(language)),
                ..Told::default()
            }
        }
        Cause::WrongUsage { name, path, peer } => Told {
            title: say::wrong_usage(
                language,
                &name.clone().unwrap_or_else(|| say::client_at(language, &host(language, peer.as_ref()))),
            ),
            evidence: path.iter().map(ToString::to_string).collect(),
            command: Some(match path {
                Some(path) => show_certificate(Some(path.as_str()), None, "extendedKeyUsage"),
                None => "perennial check".to_owned(),
            }),
            note: path.as_ref().map(|_| say::look_at_usages(language)),
            ..Told::default()
        },
        Cause::Distrust { speaker: who, peer } => Told {
            title: say::distrust(
                language,
                &speaker(language, who),
                &peer.as_ref().map_or_else(|| say::somebody_s_clock(language).to_owned(), shown),
            ),
            command: Some("perennial check".to_owned()),
            note: Some(say::distrust_note(language)),
            ..Told::default()
        },
        Cause::OtherServer { peer, what, .. } => {
            let host = shown(peer);
            let title = match what {
                Symptom::Expired { ended: Some(at) } => say::other_expired(language, &host, &date(*at)),
                Symptom::Expired { ended: None } => say::other_expired_undated(language, &host),
                Symptom::WrongName { .. } => say::other_name(language, &host),
                _ => say::other_distrusted(language, &host),
            };
            let service = peer.host.contains(".svc");
            Told {
                title,
                command: Some(if service {
                    "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations,apiservices"
                        .to_owned()
                } else {
                    show_certificate(None, Some(peer), "subjectAltName")
                }),
                note: Some(if service { say::webhook_note(language) } else { say::look_at_server(language) }),
                ..Told::default()
            }
        }
        _ => Told::default(),
    }
}
