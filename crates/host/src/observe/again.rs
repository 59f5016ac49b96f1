//! Looking again at one thing, in the middle of a run: the files may have changed since the last look, so
//! everything is read anew.

use super::containers;
use super::credentials::{self, Found};
use super::files::Tree;
use super::kubelet::KubeletFacts;
use super::static_pods::StaticPods;
use super::{Look, api, listeners, systemd};
use crate::api::{Access, Api};
use crate::cri::CriError;
use jiff::Timestamp;
use perennial_core::inventory::{Component, Container, Looked, Trouble};
use perennial_core::plan::Listening;
use tokio::runtime::Runtime;

struct Files {
    pods: StaticPods,
    found: Vec<Found>,
}

fn read(look: &Look) -> Files {
    let tree = Tree::new(&look.root);
    let facts = KubeletFacts::read(&tree, true);
    let pods = StaticPods::of_node(&tree, &facts.static_pods(), true);
    let found = credentials::of_control_plane(&tree, &pods);
    Files { pods, found }
}

/// A client of the node's own API server, with the identity that admin.conf holds now.
///
/// # Errors
/// Why there is none.
pub fn api(runtime: &Runtime, look: &Look) -> Result<Api, Trouble> {
    let _inside = runtime.enter();
    Api::new(access(look)?).map_err(Trouble::from)
}

/// Where the node's own API server is, and the identity that admin.conf holds now.
///
/// # Errors
/// Why nobody can ask it.
pub fn access(look: &Look) -> Result<Access, Trouble> {
    let files = read(look);
    let address = super::node::address(&files.pods);
    api::access(&files.found, listeners::api_address(&files.pods, address), Timestamp::now())
}

/// The running container of a component.
///
/// # Errors
/// The runtime could not be asked.
pub(crate) fn container(
    runtime: &Runtime,
    look: &Look,
    component: Component,
) -> Result<Option<Container>, CriError> {
    let socket = KubeletFacts::read(&Tree::new(&look.root), true).configuration.runtime_socket();
    runtime.block_on(containers::running(&socket, component))
}

/// SHA-256 of the leaf that a listener presents; `None`: it does not answer.
pub(crate) fn served(runtime: &Runtime, look: &Look, listening: &Listening) -> Option<String> {
    let files = read(look);
    let address = super::node::address(&files.pods);
    let questions = listeners::questions(&files.pods, &files.found, None, None, address, Timestamp::now());
    let wanted = listening.server_name.as_deref();
    let this = questions.into_iter().filter(|question| question.is_for(listening.address, wanted));
    let answers = runtime.block_on(listeners::ask(this.take(1).collect()));
    answers.first()?.served.seen().map(|served| served.chain.leaf().fingerprint_sha256())
}

/// Whether the kubelet runs.
pub(crate) fn kubelet_runs(runtime: &Runtime, look: &Look) -> bool {
    let _inside = runtime.enter();
    let facts = KubeletFacts::read(&Tree::new(&look.root), true);
    match runtime.block_on(systemd::ask().answer(facts.process.as_ref())) {
        Looked::Seen(unit) => unit.running(),
        Looked::Absent | Looked::Unusable(_) => facts.process.is_some(),
    }
}

/// Where the container runtime of the running kubelet listens.
pub(crate) fn runtime_socket(look: &Look) -> camino::Utf8PathBuf {
    KubeletFacts::read(&Tree::new(&look.root), true).configuration.runtime_socket()
}

/// The machine's own host name.
pub(crate) fn host_name(look: &Look) -> String {
    super::node::host_name(&Tree::new(&look.root)).unwrap_or_default()
}
