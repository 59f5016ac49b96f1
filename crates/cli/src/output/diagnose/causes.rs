//! A cause in words.

use super::commands::{connections, restart_plugin};
use super::parties::{client, server};
use super::words::{host, speaker};
use crate::language::{Language, diagnose as say};
use crate::output::findings::{Scene, Told, quoted, tell as tell_finding};
use crate::output::groups::Group;
use crate::output::{date, exact};
use perennial_core::assess::Finding;
use perennial_core::diagnose::{Cause, Held, Symptom, TokenFault};
use perennial_core::inventory::Role;

pub(super) fn cause(language: Language, scene: &Scene<'_>, cause: &Cause) -> Told {
    let node = scene.node;
    match cause {
        Cause::Clock { object, begins, judged_at } => {
            let object = object.as_deref().unwrap_or_else(|| say::a_certificate(language));
            Told {
                title: match begins {
                    Some(begins) => say::clock(language, object, &exact(*begins)),
                    None => say::clock_unknown(language, object),
                },
                evidence: judged_at.iter().map(|at| say::judged_at(language, &exact(*at))).collect(),
                command: Some("timedatectl".to_owned()),
                note: Some(say::clock_check(language)),
                ..Told::default()
            }
        }
        Cause::AuthorityExpired { name, path, ended } => {
            let finding = Finding::AuthorityExpired { authority: name.clone(), at: *ended };
            let told = as_finding(language, scene, &finding, &[]);
            Told { evidence: vec![path.to_string()], ..told }
        }
        Cause::Found(finding) => Told { left_alone: None, ..as_finding(language, scene, finding, &[]) },
        Cause::Expired { names, ended } => expired(language, scene, names, *ended),
        Cause::KubeletLockedOut { path, ended } => match ended {
            Some(at) => {
                let finding = Finding::KubeletClientExpired { path: path.clone(), at: *at };
                let told = as_finding(language, scene, &finding, &[]);
                Told { title: say::kubelet_locked_out(language, &date(*at)), left_alone: None, ..told }
            }
            None => Told {
                title: say::kubelet_locked_out_undated(language, path.as_str()),
                command: Some("perennial check".to_owned()),
                ..Told::default()
            },
        },
        Cause::Loopback { ended } => Told {
            title: say::loopback_title(language).to_owned(),
            evidence: ended.iter().map(|at| say::loopback_ended(language, &date(*at))).collect(),
            command: Some("perennial reload".to_owned()),
            note: Some(say::loopback_note(language)),
            ..Told::default()
        },
        Cause::ServedOld { component, address, name, ended } => Told {
            title: say::served_old(language, component.name(), &address.to_string(), name, &date(*ended)),
            command: Some(format!("perennial renew --only {} --force", quoted(name))),
            ..Told::default()
        },
        Cause::File { path, speaker: who, what } => {
            file(language, path.as_ref().map(|it| it.as_str()), &speaker(language, who), what)
        }
        Cause::NotASymlink { path } => {
            let (path, directory) =
                (path.as_str(), path.parent().map_or(".", |directory| directory.as_str()));
            let kept = format!("{}/kubelet-client-$(date -u +%Y-%m-%d-%H-%M-%S).pem", quoted(directory));
            let live = quoted(path);
            Told {
                title: say::not_a_symlink(language, path),
                command: Some(format!(
                    "f={kept}; cp -p {live} \"$f\" && ln -s \"$f\" {live}.new && mv -T {live}.new {live}"
                )),
                note: Some(say::symlink_note(language)),
                ..Told::default()
            }
        }
        Cause::NoServingCertificate => Told {
            title: say::serving_title(language).to_owned(),
            command: Some("kubectl get csr".to_owned()),
            note: Some(say::serving_note(language)),
            ..Told::default()
        },
        Cause::NodeName { certified, node: own } => Told {
            title: say::node_name(language, certified, own),
            command: Some("perennial check".to_owned()),
            note: Some(say::node_name_note(language)),
            ..Told::default()
        },
        Cause::Held(held) => Told {
            title: say::held(language, held.component.name(), &held.name),
            evidence: held_evidence(language, held),
            command: Some("perennial reload".to_owned()),
            note: Some(say::held_note(language)),
            ..Told::default()
        },
        Cause::Replaced { .. } | Cause::UnknownClient(_) | Cause::StrangeClient { .. } => {
            client(language, scene, cause)
        }
        Cause::NetworkPlugin { name } => Told {
            title: say::network_plugin(language, name),
            command: Some(restart_plugin(node, name)),
            note: Some(say::network_note(language)),
            ..Told::default()
        },
        Cause::WrongName { .. }
        | Cause::WrongUsage { .. }
        | Cause::Distrust { .. }
        | Cause::OtherServer { .. } => server(language, node, cause),
        Cause::Socket { path, used } => Told {
            title: say::socket(language, path.as_str()),
            evidence: if path == used { Vec::new() } else { vec![say::socket_used(language, used.as_str())] },
            command: Some(if path == used {
                "systemctl status containerd crio --no-pager".to_owned()
            } else {
                format!("crictl --runtime-endpoint {} ps", quoted(&format!("unix://{used}")))
            }),
            ..Told::default()
        },
        Cause::TwoAuthorities => Told {
            title: say::two_authorities_title(language).to_owned(),
            command: Some("kubectl -n kube-public get configmap cluster-info -o yaml".to_owned()),
            note: Some(say::two_authorities_note(language)),
            ..Told::default()
        },
        Cause::JoinToken => Told {
            title: say::join_token_title(language).to_owned(),
            command: Some("kubeadm token create --print-join-command".to_owned()),
            ..Told::default()
        },
        Cause::Token { fault, .. } => token(language, fault),
        Cause::JoinHash { met, ours } => join_hash(language, met.as_deref(), *ours),
        Cause::Kubeadm { what, path } => Told {
            title: say::kubeadm(language, *what).to_owned(),
            evidence: path.iter().map(ToString::to_string).collect(),
            command: Some("perennial check".to_owned()),
            ..Told::default()
        },
        Cause::Refused { speaker: who, server, peer, alert } => {
            let host = host(language, peer.as_ref());
            let title = if *server { say::refused_server } else { say::refused_client };
            Told {
                title: title(language, &speaker(language, who), &host, alert),
                command: Some(connections(peer.as_ref(), *server)),
                note: Some(if *server {
                    say::client_side_note(language)
                } else {
                    say::server_side_note(language)
                }),
                ..Told::default()
            }
        }
        Cause::Unauthorized { speaker: who } => Told {
            title: match who.component() {
                Some(component) => say::unauthorized(language, component.name()),
                // Which file it has used is not known.
                None => say::unauthorized_unsaid(language, &speaker(language, who)),
            },
            command: Some(
                "crictl logs $(crictl ps -q --name '^kube-apiserver$') 2>&1 | perennial diagnose -"
                    .to_owned(),
            ),
            note: Some(say::unauthorized_note(language)),
            ..Told::default()
        },
        Cause::Unexplained { speaker: who, what } => Told {
            title: say::unexplained(language, &speaker(language, who), say::symptom(language, what)),
            command: Some("perennial check".to_owned()),
            ..Told::default()
        },
        Cause::Over { name, path, until } => Told {
            title: say::over(language, name, &date(*until)),
            evidence: vec![path.to_string()],
            advice: Some(say::over_note(language)),
            ..Told::default()
        },
    }
}

fn as_finding(language: Language, scene: &Scene<'_>, first: &Finding, more: &[Finding]) -> Told {
    tell_finding(language, scene, &Group { first, more: more.iter().collect() })
}

fn expired(language: Language, scene: &Scene<'_>, names: &[String], ended: jiff::Timestamp) -> Told {
    // People's copies last: the command is that of the first.
    let copied = |name: &&String| {
        scene.node.credential(name).is_some_and(|credential| credential.role == Role::UserKubeconfig)
    };
    let (copies, own): (Vec<_>, Vec<_>) = names.iter().partition(copied);
    let findings: Vec<_> = own
        .into_iter()
        .chain(copies)
        .map(|name| Finding::CertificateExpired { credential: name.clone(), at: ended, critical: true })
        .collect();
    match findings.split_first() {
        Some((first, more)) => as_finding(language, scene, first, more),
        None => Told::default(),
    }
}

fn token(language: Language, fault: &TokenFault) -> Told {
    let (title, command, note) = match fault {
        TokenFault::Expired => (
            say::token_expired_title(language).to_owned(),
            "kubectl get pods -A".to_owned(),
            say::token_note(language),
        ),
        TokenFault::Signature => (
            say::token_signature_title(language).to_owned(),
            "perennial check".to_owned(),
            say::token_signature_note(language),
        ),
        TokenFault::AccountGone(account) => (
            say::account_gone(language, account),
            format!("kubectl get pods -A --field-selector spec.serviceAccountName={}", quoted(account)),
            say::account_gone_note(language),
        ),
        TokenFault::Unsaid => (
            say::token_invalid_title(language).to_owned(),
            "kubectl get pods -A".to_owned(),
            say::token_note(language),
        ),
    };
    Told { title, command: Some(command), note: Some(note), ..Told::default() }
}

fn join_hash(language: Language, met: Option<&str>, ours: Option<bool>) -> Told {
    let evidence = met.iter().map(|met| say::join_hash_met(language, met)).collect();
    match ours {
        // The join command is from elsewhere, or was mistyped.
        Some(true) | None => Told {
            title: say::join_hash_title(language).to_owned(),
            evidence,
            command: Some("kubeadm token create --print-join-command".to_owned()),
            note: Some(say::on_a_control_plane(language)),
            ..Told::default()
        },
        Some(false) => Told {
            title: say::join_hash_foreign(language).to_owned(),
            evidence,
            command: Some("perennial check".to_owned()),
            note: Some(say::cluster_info_note(language)),
            ..Told::default()
        },
    }
}

fn held_evidence(language: Language, held: &Held) -> Vec<String> {
    let mut evidence = vec![held.path.to_string()];
    let mut when = Vec::new();
    when.extend(held.at.map(|at| say::replaced_on(language, &exact(at))));
    when.extend(held.started.map(|at| say::started(language, held.component.name(), &exact(at))));
    when.extend(held.ended.map(|at| say::ended_on(language, &exact(at))));
    if !when.is_empty() {
        evidence.push(when.join(language.semicolon()));
    }
    if let Some((identity, serial, path)) = &held.old {
        let old = [say::serial(language, serial), say::identity(language, identity)];
        evidence.push(old.join(language.semicolon()));
        evidence.push(say::copy_in(language, path.as_str()));
    }
    evidence
}

fn file(language: Language, path: Option<&str>, speaker: &str, what: &Symptom) -> Told {
    let shown = path.unwrap_or_else(|| say::no_path(language));
    let title = match what {
        Symptom::KeyMismatch => say::key_mismatch(language, speaker, shown),
        Symptom::NoPem => say::no_pem(language, speaker, shown),
        Symptom::KeyUnreadable => say::key_unreadable(language, speaker, shown),
        Symptom::FileDenied => say::denied(language, speaker, shown),
        _ => say::missing(language, speaker, shown),
    };
    let command = match (what, path) {
        (Symptom::FileDenied, Some(path)) => format!("ls -lZ {}", quoted(path)),
        _ => "perennial check".to_owned(),
    };
    Told { title, command: Some(command), ..Told::default() }
}
