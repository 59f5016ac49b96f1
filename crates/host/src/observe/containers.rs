//! The containers of the processes whose memory matters, by the runtime of the running kubelet.

use super::holders::HOLDERS;
use crate::cri::{Cri, CriError, Listed, State};
use camino::Utf8Path;
use perennial_core::inventory::{Component, Container, Looked, Trouble};
use std::collections::BTreeMap;

/// The namespace of the control plane's pods. A user's pod elsewhere may have a container of the same name.
const NAMESPACE: &str = "kube-system";

/// A container of a static pod, by its manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub(super) namespace: String,
    /// The pod's name, the node's included; kubeadm's own containers are known by their names alone.
    pub(super) pod: Option<String>,
    pub(super) container: String,
}

impl Named {
    fn of(component: Component) -> Self {
        Self { namespace: NAMESPACE.to_owned(), pod: None, container: component.name().to_owned() }
    }
}

/// The running containers of the holders and of other static pods.
#[derive(Clone, Debug)]
pub(super) struct Containers(Result<BTreeMap<Named, Container>, Trouble>);

impl Containers {
    /// Nobody was asked.
    pub(super) fn not_asked() -> Self {
        Self(Ok(BTreeMap::new()))
    }

    /// Asks the runtime for the holders and for `others`.
    pub(super) async fn look(socket: &Utf8Path, others: &[Named]) -> Self {
        let wanted: Vec<Named> = HOLDERS.map(Named::of).into_iter().chain(others.iter().cloned()).collect();
        Self(look(socket, &wanted).await.map_err(trouble))
    }

    /// The running container of a component.
    pub(super) fn of(&self, component: Component) -> Looked<Container> {
        self.named(&Named::of(component))
    }

    /// The running container of that name.
    pub(super) fn named(&self, named: &Named) -> Looked<Container> {
        match &self.0 {
            Ok(containers) => containers.get(named).cloned().map_or(Looked::Absent, Looked::Seen),
            Err(trouble) => Looked::Unusable(trouble.clone()),
        }
    }
}

/// The running container of one component.
pub(super) async fn running(socket: &Utf8Path, component: Component) -> Result<Option<Container>, CriError> {
    let named = Named::of(component);
    Ok(look(socket, std::slice::from_ref(&named)).await?.remove(&named))
}

async fn look(socket: &Utf8Path, wanted: &[Named]) -> Result<BTreeMap<Named, Container>, CriError> {
    let cri = Cri::connect(socket).await?;
    let mut listed: BTreeMap<&str, Vec<Listed>> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for named in wanted {
        if !listed.contains_key(named.namespace.as_str()) {
            listed.insert(&named.namespace, cri.containers(&named.namespace).await?);
        }
        let listed = listed.get(named.namespace.as_str()).into_iter().flatten();
        let running = listed.filter(|one| is(named, one) && one.state == State::Running);
        let Some(newest) = running.max_by_key(|one| one.created_at) else { continue };
        let status = match cri.status(&newest.id).await {
            // It has ended and was removed in between.
            Err(CriError::NotFound) => continue,
            status => status?,
        };
        let Some(started_at) = status.started_at else { continue };
        let container = Container {
            id: newest.id.clone(),
            name: newest.name.clone(),
            pod: newest.pod.clone(),
            attempt: newest.attempt,
            started_at,
            pid: status.pid,
        };
        found.insert(named.clone(), container);
    }
    Ok(found)
}

fn is(named: &Named, listed: &Listed) -> bool {
    listed.name == named.container && named.pod.as_ref().is_none_or(|pod| *pod == listed.pod)
}

fn trouble(error: CriError) -> Trouble {
    match error {
        CriError::PermissionDenied => Trouble::PermissionDenied,
        other => Trouble::NoAnswer(other.to_string()),
    }
}
