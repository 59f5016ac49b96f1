//! Findings about the services of the host that do not work: the kubelet, its container runtime.

use super::{Scene, Told, since};
use crate::language::{Language, finding as say, kubelet as words};
use crate::output::kubelet::new_kubeconfig;
use crate::output::{date, left};
use jiff::Timestamp;
use perennial_core::assess::Finding;
use perennial_core::inventory::Current;

/// Puts one of them into words.
pub(super) fn tell(language: Language, scene: &Scene<'_>, finding: &Finding) -> Told {
    match finding {
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
        _ => Told::default(),
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
        command: Some(new_kubeconfig(node)),
        note: Some(say::kubelet_client_note(language)),
        ..Told::default()
    }
}
