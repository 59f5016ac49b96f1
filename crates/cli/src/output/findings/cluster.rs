//! Findings about objects in the cluster, in words.

use super::{Scene, Told, quoted, short, since};
use crate::language::{Language, cluster as say, identity::fault as fault_text, trouble::trouble};
use crate::output::{date, exact, left};
use camino::Utf8Path;
use perennial_core::assess::{BundleFault, ClusterFinding, Met, MetFault, OpenRequest, RequestFault};
use perennial_core::inventory::{Publisher, RequestState};

/// The role that lets nodes have their next certificate, and who is bound to it; the first one.
const RENEWAL: &str = "kubectl create clusterrolebinding kubeadm:node-autoapprove-certificate-rotation \
    --clusterrole=system:certificates.k8s.io:certificatesigningrequests:selfnodeclient --group=system:nodes";
const FIRST: &str = "kubectl create clusterrolebinding kubeadm:node-autoapprove-bootstrap \
    --clusterrole=system:certificates.k8s.io:certificatesigningrequests:nodeclient \
    --group=system:bootstrappers:kubeadm:default-node-token";

pub(super) fn tell(language: Language, scene: &Scene<'_>, finding: &ClusterFinding) -> Told {
    let now = scene.now;
    match finding {
        ClusterFinding::Published { publisher, object, entry, fault, ignorable } => {
            published(language, scene, (*publisher, object, entry), fault, *ignorable)
        }
        ClusterFinding::ServingRequests { node, absent, requests } => {
            serving(language, node, absent.as_deref(), requests)
        }
        ClusterFinding::ClientRequests { node, requests } => {
            let (evidence, command, note) = (evidence(language, requests), act(requests), None);
            Told {
                title: say::client_stuck(language, node),
                evidence,
                left_alone: Some(say::client_effect(language).to_owned()),
                command,
                note,
                ..Told::default()
            }
        }
        ClusterFinding::ApprovalMissing { renewal: true, locked_out } => Told {
            title: say::approval_renewal(language).to_owned(),
            left_alone: Some(match locked_out {
                Some(at) => say::locked_out(language, &date(*at)),
                None => say::locked_out_some_day(language).to_owned(),
            }),
            command: Some(RENEWAL.to_owned()),
            ..Told::default()
        },
        ClusterFinding::ApprovalMissing { renewal: false, .. } => Told {
            title: say::approval_first(language).to_owned(),
            left_alone: Some(say::no_join(language).to_owned()),
            command: Some(FIRST.to_owned()),
            ..Told::default()
        },
        ClusterFinding::SecretEnds { object, issuer, at, .. } => Told {
            title: if *at <= now {
                say::secret_ended(language, object, &date(*at))
            } else {
                say::secret_ends(language, object, &left(language, now, *at), &date(*at))
            },
            evidence: vec![say::issued_by(language, issuer)],
            left_alone: Some(since(language, *at, now, say::secret_effect(language))),
            command: Some(format!("kubectl describe {}", words(object))),
            note: Some(say::secret_note(language)),
            ..Told::default()
        },
    }
}

fn published(
    language: Language,
    scene: &Scene<'_>,
    (publisher, object, entry): (Publisher, &str, &str),
    fault: &BundleFault,
    ignorable: bool,
) -> Told {
    let now = scene.now;
    let effect = say::effect(language, publisher, ignorable);
    let (title, evidence, left_alone) = match fault {
        BundleFault::Unreadable(why) => (
            say::bundle_unreadable(language, object, entry),
            vec![trouble(language, entry, why)],
            effect.to_owned(),
        ),
        BundleFault::Expired(at) => (
            say::bundle_expired(language, object, entry, &date(*at)),
            Vec::new(),
            since(language, *at, now, effect),
        ),
        BundleFault::EndsSoon { at, .. } => (
            say::bundle_ends(language, object, entry, &left(language, now, *at), &date(*at)),
            Vec::new(),
            since(language, *at, now, effect),
        ),
        BundleFault::Missing { wanted, there } => (
            say::bundle_missing(language, object, entry),
            vec![say::wanted_and_there(language, &short(wanted), &shorts(language, there))],
            effect.to_owned(),
        ),
        BundleFault::Refuses { service, reasons } => (
            say::bundle_refuses(language, object, entry, service),
            reasons.iter().map(|reason| fault_text(language, reason)).collect(),
            effect.to_owned(),
        ),
        BundleFault::Foreign(foreign) => (
            say::bundle_foreign(language, object, entry),
            vec![say::beside(language, &shorts(language, foreign))],
            if publisher == Publisher::ClusterInfo {
                say::foreign_info_effect(language).to_owned()
            } else {
                say::foreign_effect(language).to_owned()
            },
        ),
    };
    let (command, note) = match publisher {
        Publisher::ClusterInfo => ("kubeadm init phase bootstrap-token".to_owned(), None),
        Publisher::RootCertificate => (
            "crictl stop $(crictl ps -q --name kube-controller-manager)".to_owned(),
            Some(say::root_note(language)),
        ),
        Publisher::ClientAuthority | Publisher::FrontProxyAuthority => (
            "kubectl -n kube-system delete configmap extension-apiserver-authentication".to_owned(),
            Some(say::authentication_note(language)),
        ),
        Publisher::Webhook | Publisher::ApiService => {
            (format!("kubectl describe {}", words(object)), Some(say::bundle_note(language)))
        }
    };
    Told { title, evidence, left_alone: Some(left_alone), command: Some(command), note, ..Told::default() }
}

fn serving(language: Language, node: &str, absent: Option<&Utf8Path>, requests: &[OpenRequest]) -> Told {
    let mut seen: Vec<String> =
        absent.map(|path| say::serving_path(language, path.as_str())).into_iter().collect();
    seen.extend(evidence(language, requests));
    let faulty = requests.first().is_some_and(|newest| !newest.faults.is_empty());
    let (title, effect) = match absent {
        Some(_) => (say::serving_absent(language, node), say::serving_effect(language)),
        None => (say::serving_stuck(language, node), say::serving_late_effect(language)),
    };
    let (command, advice, note) = match requests.first() {
        Some(_) if faulty => (None, Some(say::refuse_advice(language)), None),
        Some(newest) => {
            let note = match newest.state {
                RequestState::Pending if newest.addresses.is_some() => Some(say::approve_note(language)),
                RequestState::ApprovedNotIssued | RequestState::Failed(_) => Some(say::signer_note(language)),
                _ => None,
            };
            (act(requests), None, note)
        }
        None => {
            let command = "journalctl -u kubelet -g certificate --no-pager".to_owned();
            (Some(command), None, Some(say::no_request_note(language)))
        }
    };
    Told { title, evidence: seen, left_alone: Some(effect.to_owned()), command, advice, note }
}

/// What was met behind the cluster's address.
pub(super) fn behind(language: Language, server: &str, of: usize, met: &[Met], failures: &[String]) -> Told {
    let mut evidence: Vec<String> = Vec::new();
    for one in met {
        let line = say::met(language, one.times, of, &short(&one.fingerprint), &date(one.until));
        let fault = one.fault.map(|fault| match fault {
            MetFault::Expired => say::met_expired(language),
            MetFault::EndsSoon => say::met_soon(language),
            MetFault::Foreign => say::met_foreign(language),
        });
        evidence.push(match fault {
            Some(fault) => format!("{line}{}{fault}", language.semicolon()),
            None => line,
        });
    }
    if let Some(first) = failures.first() {
        evidence.push(say::not_met(language, failures.len(), of, first));
    }
    let soon =
        failures.is_empty() && met.iter().all(|one| matches!(one.fault, None | Some(MetFault::EndsSoon)));
    Told {
        title: if soon { say::behind_soon(language, server) } else { say::behind(language, server) },
        evidence,
        left_alone: Some(say::behind_effect(language).to_owned()),
        advice: Some(say::behind_act(language)),
        note: (!failures.is_empty()).then(|| say::behind_note(language)),
        ..Told::default()
    }
}

/// The newest request in full, the others as a number.
fn evidence(language: Language, requests: &[OpenRequest]) -> Vec<String> {
    let Some(newest) = requests.first() else { return Vec::new() };
    let state = match &newest.state {
        RequestState::Denied(words) => say::denied(language, words),
        RequestState::Failed(words) => say::failed(language, words),
        RequestState::ApprovedNotIssued => say::state_not_issued(language).to_owned(),
        RequestState::Pending | RequestState::Issued => match newest.created {
            Some(created) => say::pending_since(language, &exact(created)),
            None => say::state_pending(language).to_owned(),
        },
    };
    let mut lines = vec![say::request(language, &newest.name, &state)];
    if !newest.asked.is_empty() {
        let asked = say::asks(language, &newest.asked.join(language.comma()));
        let has = match &newest.addresses {
            Some(addresses) => say::has(language, &addresses.join(language.comma())),
            None => say::addresses_unknown(language).to_owned(),
        };
        lines.push(format!("{asked}{}{has}", language.semicolon()));
    }
    lines.extend(newest.faults.iter().map(|fault| match fault {
        RequestFault::Unreadable => say::fault_unreadable(language).to_owned(),
        RequestFault::Requester(who) => say::fault_requester(language, who),
        RequestFault::Subject(subject) => say::fault_subject(language, subject),
        RequestFault::Names(names) => say::fault_names(language, &names.join(language.comma())),
        RequestFault::Usages(usages) => say::fault_usages(language, &usages.join(language.comma())),
    }));
    if requests.len() > 1 {
        lines.push(say::more_requests(language, requests.len() - 1));
    }
    lines
}

fn act(requests: &[OpenRequest]) -> Option<String> {
    let newest = requests.first()?;
    let name = quoted(&newest.name);
    Some(match newest.state {
        // Approval is a decision of the operator, who sees what is asked for above.
        RequestState::Pending if newest.addresses.is_some() => format!("kubectl certificate approve {name}"),
        RequestState::ApprovedNotIssued | RequestState::Failed(_) => {
            "crictl logs --tail 50 $(crictl ps -q --name kube-controller-manager)".to_owned()
        }
        _ => format!("kubectl describe csr {name}"),
    })
}

fn shorts(language: Language, fingerprints: &[String]) -> String {
    let all: Vec<String> = fingerprints.iter().map(|one| short(one)).collect();
    all.join(language.comma())
}

/// `kind/name -n namespace`: the words of a command, each quoted where it must be.
fn words(object: &str) -> String {
    object.split(' ').map(quoted).collect::<Vec<_>>().join(" ")
}
