//! Findings about trust, names, usages and identities.

use super::{Scene, Told, quoted, short, since};
use crate::language::{Language, finding as common, identity as say, trouble::trouble, verify};
use crate::output::kubelet::{new_kubeconfig, repointed};
use crate::output::{date, exact, left};
use jiff::Timestamp;
use perennial_core::assess::{Edge, Finding, Identity, edges};
use perennial_core::inventory::{KUBELET_CLIENT, Role};
use perennial_core::plan::role_can_be_repaired;
use perennial_pki::chain::{Fault, Use};

/// Puts one of these findings into words; `None` for any other.
pub(super) fn tell(language: Language, scene: &Scene<'_>, finding: &Finding) -> Option<Told> {
    let now = scene.now;
    Some(match finding {
        Finding::EdgeBroken { from, to, credential, through, reasons } => {
            let edge = say::edge(language, verify::party(language, *from), verify::party(language, *to));
            Told {
                title: say::edge_broken(language, &edge, credential, through.as_str()),
                evidence: faults(language, reasons),
                left_alone: Some(say::edge_effect(language).to_owned()),
                advice: Some(say::put_right_pair_act(language)),
                ..Told::default()
            }
        }
        Finding::IntermediateEnds { object, subject, at, critical } => {
            intermediate(language, now, (object, subject), *at, *critical)
        }
        Finding::AuthorityKeyEncrypted { authority, key, by_controller_manager } => Told {
            title: say::key_encrypted(language, authority, key.as_str()),
            left_alone: Some(if *by_controller_manager {
                say::encrypted_controller_effect(language).to_owned()
            } else {
                say::encrypted_effect(language).to_owned()
            }),
            advice: Some(say::encrypted_act(language)),
            ..Told::default()
        },
        Finding::OtherAuthorityTrusted { path, live, unreadable: Some(why), .. } => {
            let mut evidence = vec![trouble(language, path.as_str(), why)];
            evidence.extend(live.as_ref().map(|live| say::live_authority(language, live.as_str())));
            Told {
                title: say::trusts_nothing(language, path.as_str()),
                evidence,
                left_alone: Some(say::trusts_nothing_effect(language).to_owned()),
                advice: Some(say::other_authority_act(language)),
                ..Told::default()
            }
        }
        Finding::OtherAuthorityTrusted { path, trusted, live, reasons, .. } => {
            let ended = reasons.iter().find_map(|reason| match reason {
                Fault::IssuerExpired { at, .. } => Some(*at),
                _ => None,
            });
            let fingerprints: Vec<_> = trusted.iter().map(|one| short(one)).collect();
            let mut evidence = vec![say::trusts(language, &fingerprints.join(language.comma()))];
            evidence.extend(live.as_ref().map(|live| say::live_authority(language, live.as_str())));
            evidence.extend(faults(language, reasons));
            Told {
                title: match ended {
                    Some(at) => say::trusted_ended(language, path.as_str(), &date(at)),
                    None => say::other_authority(language, path.as_str()),
                },
                evidence,
                left_alone: Some(say::other_authority_effect(language).to_owned()),
                advice: Some(say::other_authority_act(language)),
                ..Told::default()
            }
        }
        Finding::TwoAuthorities { authority, certificates, signs } => {
            two_authorities(language, authority, certificates, *signs)
        }
        Finding::ChainRefused { credential, reasons } => Told {
            title: say::chain_refused(language, credential),
            evidence: faults(language, reasons),
            left_alone: Some(say::chain_refused_effect(language).to_owned()),
            advice: Some(common::wrong_authority_act(language)),
            ..Told::default()
        },
        Finding::SigningFileNotSingle { path, count, .. } => Told {
            title: say::not_single(language, path.as_str(), *count),
            left_alone: Some(say::not_single_effect(language).to_owned()),
            advice: Some(say::not_single_act(language)),
            ..Told::default()
        },
        Finding::ChainOutOfOrder { credential, path } => Told {
            title: say::out_of_order(language, credential, path.as_str()),
            left_alone: Some(say::order_effect(language).to_owned()),
            advice: Some(say::order_act(language)),
            ..Told::default()
        },
        Finding::NamesMissing { credential, missing, .. } => Told {
            title: say::names_missing(language, credential, &missing.join(language.comma())),
            left_alone: Some(say::names_effect(language).to_owned()),
            ..made_again(language, scene, credential)
        },
        Finding::OtherNodesCertificate { credential, others, missing } => Told {
            title: say::other_node(language, credential, &others.join(language.comma())),
            evidence: vec![say::lacks(language, &missing.join(language.comma()))],
            left_alone: Some(say::names_effect(language).to_owned()),
            ..made_again(language, scene, credential)
        },
        Finding::UsageMissing { credential, usage, critical } => {
            usage_missing(language, scene, credential, *usage, *critical)
        }
        Finding::NodeNameDiffers { path, certified, expected, certain, .. } => Told {
            title: say::node_name(language, certified, expected),
            evidence: vec![path.to_string()],
            left_alone: Some(if *certain {
                say::node_name_effect(language).to_owned()
            } else {
                say::node_name_maybe_effect(language).to_owned()
            }),
            command: Some(new_kubeconfig(expected)),
            note: Some(common::kubelet_client_note(language)),
            ..Told::default()
        },
        Finding::ForeignIdentity { credential, subject, found, .. } => {
            foreign(language, scene, credential, subject, *found)
        }
        Finding::NodeGroupMissing { credential, subject, .. } => Told {
            title: say::group_missing(language, credential, subject),
            left_alone: Some(say::group_effect(language).to_owned()),
            command: Some(new_kubeconfig(scene.node.name.as_deref().unwrap_or("NODE"))),
            note: Some(common::kubelet_client_note(language)),
            ..Told::default()
        },
        Finding::ClockBehind { now, latest, not_yet, dated } => Told {
            title: say::clock_behind(language, &exact(*now), *not_yet, *dated),
            evidence: vec![say::clock_delta(language, &left(language, *now, *latest), &exact(*latest))],
            left_alone: Some(say::clock_effect(language).to_owned()),
            command: Some("timedatectl".to_owned()),
            ..Told::default()
        },
        _ => return None,
    })
}

/// What the end of these credentials does to the connections that they belong to.
pub(super) fn edges_of(language: Language, scene: &Scene<'_>, names: &[&str], dead: bool) -> Vec<String> {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for edge in edges(scene.node) {
        let concerned = edge.presented.iter().any(|one| names.contains(&one.credential.name.as_str()));
        let Some(until) = edge.until().filter(|until| concerned && (*until < scene.now) == dead) else {
            continue;
        };
        let (day, words) = (date(until), edge_name(language, &edge));
        match told.iter_mut().find(|(known, _)| *known == day) {
            Some((_, edges)) if edges.contains(&words) => {}
            Some((_, edges)) => edges.push(words),
            None => told.push((day, vec![words])),
        }
    }
    let line = |(day, edges): (String, Vec<String>)| {
        let edges = edges.join(language.comma());
        if dead {
            say::edges_broken_since(language, &day, &edges)
        } else {
            say::edges_break_on(language, &day, &edges)
        }
    };
    told.into_iter().map(line).collect()
}

fn edge_name(language: Language, edge: &Edge<'_>) -> String {
    say::edge(language, verify::party(language, edge.from), verify::party(language, edge.to))
}

fn faults(language: Language, reasons: &[Fault]) -> Vec<String> {
    reasons.iter().map(|reason| say::fault(language, reason)).collect()
}

fn intermediate(
    language: Language,
    now: Timestamp,
    (object, subject): (&str, &str),
    at: Timestamp,
    critical: bool,
) -> Told {
    let effect =
        if critical { say::intermediate_effect(language) } else { say::intermediate_spare_effect(language) };
    Told {
        title: if at <= now {
            say::intermediate_ended(language, subject, object, &left(language, at, now), &date(at))
        } else {
            say::intermediate_ends(language, subject, object, &left(language, now, at), &date(at))
        },
        left_alone: Some(since(language, at, now, effect)),
        advice: Some(say::intermediate_act(language)),
        ..Told::default()
    }
}

fn two_authorities(
    language: Language,
    authority: &str,
    certificates: &[(String, String, Timestamp)],
    signs: bool,
) -> Told {
    let lines = certificates.iter().enumerate().map(|(index, (subject, fingerprint, until))| {
        let line = say::one_authority(language, subject, &short(fingerprint), &date(*until));
        if signs && index == 0 { say::signing_authority(language, &line) } else { line }
    });
    Told {
        title: say::two_authorities(language, authority, certificates.len()),
        evidence: lines.collect(),
        left_alone: Some(say::two_authorities_effect(language).to_owned()),
        advice: Some(common::authority_act(language)),
        note: Some(say::two_authorities_note(language)),
        ..Told::default()
    }
}

fn usage_missing(
    language: Language,
    scene: &Scene<'_>,
    credential: &str,
    usage: Use,
    critical: bool,
) -> Told {
    let role = scene.credential(credential).map(|credential| credential.role);
    let effect = match usage {
        Use::Client if role == Some(Role::EtcdServer) && !critical => say::gateway_effect(language),
        Use::Client => say::client_usage_effect(language),
        Use::Server => say::server_usage_effect(language),
    };
    let told = match role {
        Some(Role::KubeletClient) => Told {
            command: Some(new_kubeconfig(scene.node.name.as_deref().unwrap_or("NODE"))),
            note: Some(common::kubelet_client_note(language)),
            ..Told::default()
        },
        _ => made_again(language, scene, credential),
    };
    Told {
        title: say::usage_missing(language, credential, say::usage(usage)),
        left_alone: Some(effect.to_owned()),
        ..told
    }
}

/// How a certificate gets what its role needs: by `renew`, where it can sign it; else from whoever can.
fn made_again(language: Language, scene: &Scene<'_>, name: &str) -> Told {
    let credential = scene.credential(name);
    if credential.is_some_and(|one| role_can_be_repaired(scene.node, one, scene.now)) {
        return Told {
            command: Some(format!("perennial renew --repair-roles --only {}", quoted(name))),
            note: Some(say::repair_note(language)),
            ..Told::default()
        };
    }
    match phase(credential.map(|one| one.role)) {
        Some(command) => {
            Told { command: Some(command), note: Some(say::phase_note(language)), ..Told::default() }
        }
        None => Told { advice: Some(say::make_again_act(language)), ..Told::default() },
    }
}

/// The kubeadm phase that makes a kubeconfig of kubeadm's anew.
fn phase(role: Option<Role>) -> Option<String> {
    let name = match role? {
        Role::Admin => "admin",
        Role::SuperAdmin => "super-admin",
        Role::ControllerManager => "controller-manager",
        Role::Scheduler => "scheduler",
        _ => return None,
    };
    Some(format!("kubeadm init phase kubeconfig {name}"))
}

/// A CA whose key is here can be signed again with that key: whoever trusts it goes on trusting what it has signed.
pub(super) fn signed_again(language: Language, scene: &Scene<'_>, name: &str) -> Told {
    let otherwise = Told { advice: Some(common::authority_act(language)), ..Told::default() };
    let Some(authority) = scene.node.authority(name) else { return otherwise };
    let first = authority.certificates.seen().and_then(|all| all.first());
    let by_itself = authority.key.seen().is_some_and(|key| key.fits)
        && first.is_some_and(perennial_pki::certificate::Certificate::is_self_signed);
    if !by_itself {
        return otherwise;
    }
    let (file, key) = (quoted(authority.file.path.as_str()), quoted(authority.key_path.as_str()));
    let new = quoted(&format!("{}.new", authority.file.path));
    Told {
        command: Some(format!("openssl x509 -in {file} -signkey {key} -days 3650 -out {new}")),
        note: Some(say::signed_again_note(language)),
        ..Told::default()
    }
}

fn foreign(language: Language, scene: &Scene<'_>, credential: &str, subject: &str, found: Identity) -> Told {
    let role = scene.credential(credential).map(|credential| credential.role);
    let kubelet = role == Some(Role::KubeletClient);
    // Its store has gone on to the node's own identity: kubelet.conf has only to follow.
    let follows = if credential == KUBELET_CLIENT { repointed(language, scene) } else { None };
    let command = match role {
        Some(Role::KubeletClient) => Some(new_kubeconfig(scene.node.name.as_deref().unwrap_or("NODE"))),
        role => phase(role),
    };
    Told {
        title: say::foreign_identity(language, credential, subject, say::identity(language, found)),
        evidence: scene
            .credential(credential)
            .map(|credential| credential.place.file().path.to_string())
            .into_iter()
            .collect(),
        left_alone: Some(if kubelet && found == Identity::Administrator {
            say::admin_kubelet_effect(language).to_owned()
        } else {
            say::foreign_effect(language).to_owned()
        }),
        command: follows.as_ref().and_then(|follows| follows.command.clone()).or(command),
        note: Some(if let Some(note) = follows.and_then(|follows| follows.note) {
            note
        } else if kubelet {
            common::kubelet_client_note(language)
        } else {
            say::foreign_note(language)
        }),
        ..Told::default()
    }
}
