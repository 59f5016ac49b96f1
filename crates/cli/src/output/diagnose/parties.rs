//! Answers about the other end of a connection: clients that show something old, servers that show something wrong.

use super::commands::{connected, show_certificate};
use super::words::{host, shown, speaker};
use crate::language::{Language, diagnose as say};
use crate::output::findings::{Scene, Told};
use crate::output::{date, exact};
use perennial_core::diagnose::{By, Cause, Peer, Speaker, Symptom};
use perennial_core::inventory::Node;

/// The CA in the kubeconfig that kubectl uses, in the form in which this node's is told.
const CA_OF_KUBECTL: &str = "kubectl config view --minify --flatten --raw -o \
    jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 -d | openssl x509 -noout -subject \
    -fingerprint -sha256";

/// As openssl prints a fingerprint.
fn colons(hexadecimal: &str) -> String {
    let digits: Vec<char> = hexadecimal.to_uppercase().chars().collect();
    digits.chunks(2).map(|pair| pair.iter().collect::<String>()).collect::<Vec<_>>().join(":")
}

/// Clients that show what they should not show any more.
pub(super) fn client(language: Language, scene: &Scene<'_>, cause: &Cause) -> Told {
    let node = scene.node;
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
                title: if *ended <= scene.now {
                    say::replaced(language, &names.join(language.comma()), &date(*ended))
                } else {
                    say::replaced_authority(language, &names.join(language.comma()))
                },
                evidence,
                command: Some(connected(node, &Speaker::Unknown, peer.as_ref())),
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
            match client.begins {
                Some(begins) => Told {
                    title: say::unknown_client_early(language, &exact(begins)),
                    evidence,
                    command: Some("timedatectl".to_owned()),
                    note: Some(say::clock_of_signer(language)),
                    ..Told::default()
                },
                None => Told {
                    title: say::unknown_client(language, &ended),
                    evidence,
                    command: Some(connected(node, &client.speaker, client.peer.as_ref())),
                    note: Some(say::where_to_look(language)),
                    ..Told::default()
                },
            }
        }
        Cause::StrangeClient { speaker: who, peer, serial } => Told {
            title: match peer {
                Some(peer) => say::strange_client(language, &speaker(language, who), &peer.host),
                None => say::strange_client_unsaid(language, &speaker(language, who)),
            },
            evidence: serial.iter().map(|serial| say::serial(language, serial)).collect(),
            command: Some(connected(node, who, peer.as_ref())),
            note: Some(say::where_to_look(language)),
            ..Told::default()
        },
        _ => Told::default(),
    }
}

/// Servers that show what their clients refuse.
pub(super) fn server(language: Language, node: &Node, cause: &Cause) -> Told {
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
                title: match peer {
                    Some(peer) if peer.host == wanted => say::wrong_name_of_server(language, wanted),
                    _ => say::wrong_name(language, &object, wanted),
                },
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
        Cause::Distrust { speaker: who, peer } => {
            let asked = peer.as_ref().map_or_else(|| say::what_it_asked(language).to_owned(), shown);
            let (command, note) = match who {
                Speaker::Kubectl => (CA_OF_KUBECTL, say::kubectl_distrust_note(language)),
                Speaker::Kubeadm => ("perennial check", say::cluster_info_note(language)),
                _ => ("perennial check", say::distrust_note(language)),
            };
            let ca = node.authorities.iter().find(|authority| authority.name == "ca");
            let ca = ca.and_then(|authority| authority.certificates.seen()?.first());
            let ours = ca.filter(|_| *who == Speaker::Kubectl);
            Told {
                title: say::distrust(language, &speaker(language, who), &asked),
                evidence: ours
                    .iter()
                    .map(|ca| say::ca_here(language, &colons(&ca.fingerprint_sha256())))
                    .collect(),
                command: Some(command.to_owned()),
                note: Some(note),
                ..Told::default()
            }
        }
        Cause::OtherServer { peer, what, caller, .. } => {
            let host = shown(peer);
            let title = match what {
                Symptom::Expired { ended: Some(at) } => say::other_expired(language, &host, &date(*at)),
                Symptom::Expired { ended: None } => say::other_expired_undated(language, &host),
                Symptom::WrongName { .. } => say::other_name(language, &host),
                _ => say::other_distrusted(language, &host),
            };
            let service = caller.is_some() || peer.host.contains(".svc");
            Told {
                title,
                evidence: caller.iter().map(|caller| say::asked_for(language, caller)).collect(),
                command: Some(if service {
                    "perennial check".to_owned()
                } else {
                    show_certificate(None, Some(peer), "subjectAltName")
                }),
                note: Some(match what {
                    _ if !service => say::look_at_server(language),
                    Symptom::UnknownAuthority => say::webhook_note(language),
                    _ => say::webhook_certificate_note(language),
                }),
                ..Told::default()
            }
        }
        _ => Told::default(),
    }
}
