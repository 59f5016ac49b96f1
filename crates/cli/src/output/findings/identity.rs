//! Findings about trust, names, usages and identities.

use super::{Scene, Told, quoted, short, since};
use crate::language::{Language, finding as common, identity as say, verify};
use crate::output::{date, exact, left};
use jiff::Timestamp;
use perennial_core::assess::{Edge, Finding, Identity, edges};
use perennial_core::inventory::Role;
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
            advice: Some(say::make_again_act(language)),
            ..Told::default()
        },
        Finding::OtherNodesCertificate { credential, others, missing } => Told {
            title: say::other_node(language, credential, &others.join(language.comma())),
            evidence: vec![say::lacks(language, &missing.join(language.comma()))],
            left_alone: Some(say::names_effect(language).to_owned()),
            advice: Some(say::make_again_act(language)),
            note: Some(say::other_node_note(language)),
            ..Told::default()
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
            command: Some(kubelet_identity(expected)),
            note: Some(common::kubelet_client_note(language)),
            ..Told::default()
        },
        Finding::ForeignIdentity { credential, subject, found, .. } => {
            foreign(language, scene, credential, subject, *found)
        }
        Finding::NodeGroupMissing { credential, subject, .. } => Told {
            title: say::group_missing(language, credential, subject),
            left_alone: Some(say::group_effect(language).to_owned()),
            command: Some(kubelet_identity(scene.node.name.as_deref().unwrap_or("NODE"))),
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
    Told {
        title: say::usage_missing(language, credential, say::usage(usage)),
        left_alone: Some(effect.to_owned()),
        advice: Some(say::make_again_act(language)),
        ..Told::default()
    }
}

fn foreign(language: Language, scene: &Scene<'_>, credential: &str, subject: &str, found: Identity) -> Told {
    let role = scene.credential(credential).map(|credential| credential.role);
    let kubelet = role == Some(Role::KubeletClient);
    let command = match role {
        Some(Role::KubeletClient) => Some(kubelet_identity(scene.node.name.as_deref().unwrap_or("NODE"))),
        Some(Role::Admin) => Some("kubeadm init phase kubeconfig admin".to_owned()),
        Some(Role::SuperAdmin) => Some("kubeadm init phase kubeconfig super-admin".to_owned()),
        Some(Role::ControllerManager) => Some("kubeadm init phase kubeconfig controller-manager".to_owned()),
        Some(Role::Scheduler) => Some("kubeadm init phase kubeconfig scheduler".to_owned()),
        _ => None,
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
        command,
        note: Some(if kubelet { common::kubelet_client_note(language) } else { say::foreign_note(language) }),
        ..Told::default()
    }
}

fn kubelet_identity(node: &str) -> String {
    format!(
        "kubeadm kubeconfig user --org system:nodes --client-name system:node:{} > kubelet.conf",
        quoted(node)
    )
}
