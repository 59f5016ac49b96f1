//! A lab's network: one namespace with a bridge in it, one namespace per node, nothing in the host's.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::tools::command::Run;

/// The name of a lab's own namespace, the one with the bridge.
pub(super) fn parent(lab: &str) -> String {
    format!("pl-{lab}")
}

/// The name of a node's namespace.
pub(crate) fn of(lab: &str, node: &str) -> String {
    format!("pl-{lab}-{node}")
}

/// Where `ip netns` shows a namespace.
pub(super) fn path(netns: &str) -> PathBuf {
    Path::new("/run/netns").join(netns)
}

fn batch(netns: &str, what: &str, lines: &str) -> Result<()> {
    Run::new("ip").args(["-n", netns, "-batch", "-"]).stdin(lines.as_bytes()).what(what).done()
}

/// Makes the lab's namespace with its bridge, if it is not there.
pub(super) fn make_parent(lab: &str) -> Result<()> {
    let netns = parent(lab);
    if path(&netns).exists() {
        return Ok(());
    }
    Run::new("ip").args(["netns", "add", &netns]).what("making the lab's network namespace").done()?;
    batch(&netns, "making the lab's bridge", "link set lo up\nlink add br0 type bridge\nlink set br0 up\n")
}

/// One node's place in the network.
pub(crate) struct Plug<'a> {
    pub(crate) address: &'a str,
    pub(crate) gateway: &'a str,
    /// Pod networks and the nodes behind which they are.
    pub(crate) routes: Vec<(String, String)>,
}

/// Connects a node's new namespace to the bridge.
pub(super) fn connect(lab: &str, node: &str, plug: &Plug<'_>) -> Result<()> {
    disconnect(lab, node)?;
    let own = of(lab, node);
    Run::new("ip").args(["netns", "add", &own]).what(format!("making {node}'s network namespace")).done()?;
    let what = format!("connecting {node}");
    let cable =
        format!("link add v-{node} type veth peer name eth0 netns {own}\nlink set v-{node} master br0 up\n");
    batch(&parent(lab), &what, &cable)?;
    let mut lines = format!("link set lo up\naddr add {}/24 dev eth0\nlink set eth0 up\n", plug.address);
    if plug.gateway != plug.address {
        lines += &format!("route add default via {}\n", plug.gateway);
    }
    for (network, via) in &plug.routes {
        lines += &format!("route add {network} via {via}\n");
    }
    batch(&own, &what, &lines)
}

/// Takes a node's namespace away; a missing one is fine.
pub(super) fn disconnect(lab: &str, node: &str) -> Result<()> {
    // The cable first: the kernel would free its name only some time after the namespace has gone.
    Run::new("ip").args(["-n", &parent(lab), "link", "del", &format!("v-{node}")]).ended()?;
    remove(&of(lab, node))
}

/// Takes the lab's own namespace away; a missing one is fine.
pub(super) fn remove_parent(lab: &str) -> Result<()> {
    remove(&parent(lab))
}

fn remove(netns: &str) -> Result<()> {
    if !path(netns).exists() {
        return Ok(());
    }
    Run::new("ip")
        .args(["netns", "del", netns])
        .what(format!("removing the network namespace {netns}"))
        .done()
}
