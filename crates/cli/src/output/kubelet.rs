//! Findings about the kubelet's certificates, as a person reads them.

use super::findings::{Scene, Told, quoted, since};
use super::{date, left};
use crate::language::{Language, finding as say, kubelet as words};
use camino::Utf8Path;
use jiff::Timestamp;
use perennial_core::assess::{Finding, Identity, kubelet_starts_again};
use perennial_core::inventory::{Credential, Current, KUBELET_STORE, Place, Role};

/// Puts one of them into words.
pub(super) fn tell(language: Language, finding: &Finding, now: Timestamp) -> Told {
    match finding {
        Finding::KubeletRestartFails { kubeconfig, user, uses, at, ended, current, current_until } => Told {
            title: if *ended {
                words::restart_fails(language, &date(*at), &left(language, *at, now))
            } else {
                words::restart_will_fail(language, &date(*at), &left(language, now, *at))
            },
            evidence: vec![words::uses_and_current(
                language,
                uses.as_str(),
                current.as_str(),
                &date(*current_until),
            )],
            left_alone: Some(since(language, *at, now, words::restart_effect(language))),
            command: Some(set_credentials(user, current, kubeconfig)),
            note: Some(words::repoint_note(language)),
            ..Told::default()
        },
        Finding::KubeletRotationBlocked {
            path,
            current: Current::Dangling { to },
            newest,
            needed,
            until,
        } => {
            let effect = match until {
                _ if *needed => Some(words::dangling_effect(language).to_owned()),
                Some(until) => Some(words::on_date_locked_out(language, &date(*until))),
                None => None,
            };
            Told {
                title: words::dangling(language, path.as_str(), to.as_str()),
                evidence: newest.iter().map(|newest| words::newest_is(language, newest.as_str())).collect(),
                left_alone: effect,
                command: newest
                    .as_ref()
                    .map(|newest| format!("ln -sfn {} {}", quoted(newest.as_str()), quoted(path.as_str()))),
                advice: newest.is_none().then(|| words::dangling_act(language)),
                ..Told::default()
            }
        }
        Finding::KubeletRotationBlocked { path, until, .. } => Told {
            title: words::rotation_blocked(language, path.as_str()),
            left_alone: until.map(|until| words::on_date_locked_out(language, &date(until))),
            command: Some(as_link(path, now)),
            note: Some(words::link_note(language)),
            ..Told::default()
        },
        Finding::KubeletServingEnds { path, at, ended, verified_by, restart_is_safe } => {
            let (path, refused) = (path.as_str(), verified_by.as_ref().filter(|_| !ended));
            let effect = say::effect(language, Role::KubeletServing);
            let command = format!(
                "rm {} {} && systemctl restart kubelet",
                quoted(path),
                quoted(&path.replace(".crt", ".key"))
            );
            let renews = *restart_is_safe && verified_by.is_none();
            let advice = if verified_by.is_some() { words::request_act } else { words::unsafe_act };
            Told {
                title: match refused {
                    Some(bundle) => words::serving_refused(language, bundle.as_str()),
                    None if *ended => words::serving_ended(language, &left(language, *at, now), &date(*at)),
                    None => words::serving_ends(language, &left(language, now, *at), &date(*at)),
                },
                evidence: vec![
                    words::path_until(language, path, &date(*at)),
                    words::by_design(language).to_owned(),
                ],
                left_alone: Some(match verified_by {
                    Some(_) => words::refused_effect(language).to_owned(),
                    None => since(language, *at, now, effect),
                }),
                command: renews.then_some(command),
                advice: (!renews).then(|| advice(language)),
                note: renews.then(|| say::kubelet_serving_note(language)),
            }
        }
        _ => Told::default(),
    }
}

/// What helps where a file of the kubelet's own credentials is lost or broken: neither `renew` nor kubeadm's phases make
/// one of them.
pub(super) fn repaired(language: Language, scene: &Scene<'_>, finding: &Finding, told: Told) -> Told {
    let node = scene.node;
    let path = match finding {
        Finding::FileCutOff { backup: Some(_), .. } => return told,
        Finding::FileMissing { path }
        | Finding::FileUnusable { path, .. }
        | Finding::FileCutOff { path, .. }
        | Finding::KeyMismatch { certificate: path, .. } => path,
        _ => return told,
    };
    let has = |one: &&Credential| {
        let files = [one.place.file(), one.place.certificate_file(), one.place.key_file()];
        files.iter().any(|file| file.path == *path)
    };
    let broken = node.credentials.iter().filter(|one| one.role != Role::UserKubeconfig).find(has);
    let repair = match broken.map(|one| one.role) {
        Some(Role::KubeletServing) => serving_anew(language, scene, path),
        Some(Role::KubeletClient) => client_again(language, scene, path, broken),
        None if *path == node.kubelet.kubeconfig => client_again(language, scene, path, broken),
        _ => return told,
    };
    Told { command: repair.command, advice: repair.advice, note: repair.note, ..told }
}

/// The kubelet makes its serving certificate anew, or asks for it, when the broken one is gone.
fn serving_anew(language: Language, scene: &Scene<'_>, path: &Utf8Path) -> Told {
    let node = scene.node;
    if path.parent() != Some(&node.kubelet.certificate_directory) {
        return Told { advice: Some(words::owner_act(language)), ..Told::default() };
    }
    if !kubelet_starts_again(node, scene.now) {
        return Told { advice: Some(words::unsafe_act(language)), ..Told::default() };
    }
    let (files, note) = if node.kubelet.serving_by_request {
        (quoted(path.as_str()), words::asks_again_note(language))
    } else {
        let pair = ["kubelet.crt", "kubelet.key"].map(|name| node.kubelet.certificate_directory.join(name));
        (pair.map(|file| quoted(file.as_str())).join(" "), say::kubelet_serving_note(language))
    };
    let command = format!("rm -f {files} && systemctl restart kubelet");
    Told { command: Some(command), note: Some(note), ..Told::default() }
}

/// A certificate that is good lies in the store; without one somebody has to sign a new one.
fn client_again(language: Language, scene: &Scene<'_>, path: &Utf8Path, broken: Option<&Credential>) -> Told {
    let node = scene.node;
    let current = node.kubelet.certificate_directory.join("kubelet-client-current.pem");
    let names_files = broken.is_some_and(|one| matches!(one.place, Place::Kubeconfig { .. }));
    let kept = node.kubelet.history.iter().find(|kept| {
        let valid = kept.certificate.seen().is_some_and(|chain| chain.leaf().not_after() > scene.now);
        kept.whole && valid
    });
    // Of a kubeconfig that can't be read the cluster is lost as well: a new one has everything.
    if *path != node.kubelet.kubeconfig
        && names_files
        && let Some(repointed) = repointed(language, scene)
    {
        return repointed;
    }
    if let Some(kept) = kept.filter(|_| *path == current && !names_files) {
        let command = format!("ln -sfn {} {}", quoted(kept.path.as_str()), quoted(current.as_str()));
        return Told { command: Some(command), ..Told::default() };
    }
    Told {
        command: Some(new_kubeconfig(node.name.as_deref().unwrap_or("NODE"))),
        note: Some(say::kubelet_client_note(language)),
        ..Told::default()
    }
}

/// kubelet.conf made to name the store's certificate, where that is whole, valid and the node's own.
pub(super) fn repointed(language: Language, scene: &Scene<'_>) -> Option<Told> {
    let node = scene.node;
    let store = node.credential(KUBELET_STORE)?;
    let leaf = store.leaf()?;
    let good = store.key.seen().is_some_and(|key| key.fits)
        && leaf.not_after() > scene.now
        && Identity::of(leaf) == Identity::Node;
    if !good {
        return None;
    }
    let current = &store.place.file().path;
    let command = set_credentials(&node.kubelet.user, current, &node.kubelet.kubeconfig);
    Some(Told { command: Some(command), note: Some(words::repoint_note(language)), ..Told::default() })
}

fn set_credentials(user: &str, pair: &Utf8Path, kubeconfig: &Utf8Path) -> String {
    let (user, pair, kubeconfig) = (quoted(user), quoted(pair.as_str()), quoted(kubeconfig.as_str()));
    format!(
        "kubectl config set-credentials {user} --client-certificate={pair} --client-key={pair} \
         --kubeconfig={kubeconfig}"
    )
}

/// A new kubeconfig for a kubelet, made on a control plane.
pub(super) fn new_kubeconfig(node: &str) -> String {
    let name = quoted(&format!("system:node:{node}"));
    format!("kubeadm kubeconfig user --org system:nodes --client-name {name} > kubelet.conf")
}

/// A copy under the name that the kubelet itself would give it, and a link to that in one exchange of names.
fn as_link(path: &Utf8Path, now: Timestamp) -> String {
    let directory = path.parent().unwrap_or(path);
    let dated = directory.join(now.strftime("kubelet-client-%Y-%m-%d-%H-%M-%S.pem").to_string());
    let next = directory.join("kubelet-client-next.pem");
    let (path, dated, next) = (quoted(path.as_str()), quoted(dated.as_str()), quoted(next.as_str()));
    format!("cp -p {path} {dated} && ln -s {dated} {next} && mv -T {next} {path}")
}
