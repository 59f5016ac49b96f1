//! The containers of the processes whose memory matters, by the runtime of the running kubelet.

use super::holders::HOLDERS;
use crate::cri::{Cri, CriError, Listed, State};
use camino::Utf8Path;
use perennial_core::inventory::{Component, Container, Looked, Trouble};
use std::collections::BTreeMap;

/// The namespace of the control plane's pods. A user's pod elsewhere may have a container of the same name.
const NAMESPACE: &str = "kube-system";

/// The running containers of the holders.
#[derive(Clone, Debug)]
pub(super) struct Containers(Result<BTreeMap<Component, Container>, Trouble>);

impl Containers {
    /// Nobody was asked.
    pub(super) fn not_asked() -> Self {
        Self(Ok(BTreeMap::new()))
    }

    /// Asks the runtime.
    pub(super) async fn look(socket: &Utf8Path) -> Self {
        Self(look(socket, &HOLDERS).await.map_err(trouble))
    }

    /// The running container of a component.
    pub(super) fn of(&self, component: Component) -> Looked<Container> {
        match &self.0 {
            Ok(containers) => containers.get(&component).cloned().map_or(Looked::Absent, Looked::Seen),
            Err(trouble) => Looked::Unusable(trouble.clone()),
        }
    }
}

/// The running container of one component.
pub(super) async fn running(socket: &Utf8Path, component: Component) -> Result<Option<Container>, CriError> {
    Ok(look(socket, &[component]).await?.remove(&component))
}

async fn look(
    socket: &Utf8Path,
    components: &[Component],
) -> Result<BTreeMap<Component, Container>, CriError> {
    let cri = Cri::connect(socket).await?;
    let listed = cri.containers(NAMESPACE).await?;
    let mut found = BTreeMap::new();
    for component in components {
        let running = |one: &&Listed| one.name == component.name() && one.state == State::Running;
        let Some(newest) = listed.iter().filter(running).max_by_key(|one| one.created_at) else { continue };
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
        found.insert(*component, container);
    }
    Ok(found)
}

fn trouble(error: CriError) -> Trouble {
    match error {
        CriError::PermissionDenied => Trouble::PermissionDenied,
        other => Trouble::NoAnswer(other.to_string()),
    }
}
