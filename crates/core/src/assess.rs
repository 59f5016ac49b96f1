//! Judges an inventory: every check that was made, with its state, and a finding where it failed.

mod about;
mod access;
mod authorities;
mod balanced;
pub(crate) mod certificates;
pub(crate) mod chain;
mod check;
mod clock;
mod cluster;
mod cni;
mod code;
mod evidence;
mod files;
mod finding;
pub(crate) mod identity;
mod kubelet;
mod ladder;
pub(crate) mod manifests;
pub(crate) mod memory;
pub(crate) mod names;
mod once;
mod party;
pub(crate) mod people;
mod pods;
mod policy;
mod reload;
mod runs;
mod runtime;
mod served;
mod suppress;
mod tokens;
pub(crate) mod trust;
pub(crate) mod usage;

pub use about::About;
pub use balanced::{Met, MetFault};
pub use check::{Check, State};
pub use cluster::{BundleFault, ClusterFinding, OpenRequest, RequestFault};
pub use cni::{CniFault, StaleCni};
pub use code::Code;
pub use evidence::{Evidence, Judgement, Speaks, Strength, Witness};
pub use finding::{Finding, Severity};
pub use identity::Identity;
pub use kubelet::kubelet_starts_again;
pub use ladder::{judge, judge_kubelet, judge_pod};
pub use manifests::Collision;
pub use memory::{BACKDATED, Basis, Memory, Process, memory, processes};
pub use party::Party;
pub use people::{followed, original};
pub use policy::{Policy, Threshold, duration, length};

pub use suppress::{Suppression, Use, Using, suppress};
pub use tokens::token_copies;
pub use trust::{Edge, Presented, edges};

use crate::inventory::{Credential, Looked, Node};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Every check of a node, in the order in which a person reads them: root causes first.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// What was checked, whether it passed or not.
    pub checks: Vec<Check>,
    /// Credentials in people's kubeconfigs that are another cluster's: not judged, not touched.
    pub foreign: BTreeSet<String>,
}

impl Assessment {
    /// The findings, the gravest first, root causes before their consequences.
    pub fn findings(&self) -> Vec<&Finding> {
        let mut findings: Vec<_> = self
            .checks
            .iter()
            .filter_map(|check| match &check.state {
                State::Fail(finding) => Some(finding),
                State::Pass | State::NotApplicable | State::CouldNotLook(_) | State::Suppressed { .. } => {
                    None
                }
            })
            .collect();
        findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity()), finding.code()));
        findings
    }

    /// Whether a credential is another cluster's.
    pub fn is_foreign(&self, credential: &Credential) -> bool {
        self.foreign.contains(&credential.name)
    }

    /// How many checks ended in a state that `matches` accepts.
    pub fn count(&self, matches: impl Fn(&State) -> bool) -> usize {
        self.checks.iter().filter(|check| matches(&check.state)).count()
    }

    /// The gravest severity found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings().into_iter().map(Finding::severity).max()
    }
}

/// Judges `node` as of `now`.
pub fn assess(node: &Node, policy: &Policy, now: Timestamp) -> Assessment {
    let mut checks = Vec::new();
    runs::check(node, &mut checks);
    files::check(node, &mut checks);
    access::check(node, &mut checks);
    manifests::check(node, &mut checks);
    let foreign = people::foreign(node);
    certificates::check(node, policy, now, &foreign, &mut checks);
    authorities::check(node, &mut checks);
    tokens::check(node, &mut checks);
    for credential in node.credentials.iter().filter(|credential| !foreign.contains(&credential.name)) {
        chain::check(node, credential, policy, now, &mut checks);
        // Names, usages and identity would be those of the CA that stands in the leaf's place.
        if chain::out_of_order(credential) {
            continue;
        }
        usage::check(node, credential, &mut checks);
        names::check(node, credential, &mut checks);
        identity::check(node, credential, &mut checks);
    }
    trust::kubeconfigs(node, now, &mut checks);
    trust::check(node, now, &mut checks);
    cni::check(node, policy, now, &mut checks);
    clock::check(now, dated(node), &mut checks);
    served::check(node, policy, now, &mut checks);
    balanced::check(node, policy, now, &mut checks);
    memory::check(node, &mut checks);
    pods::check(node, &mut checks);
    reload::check(node, &mut checks);
    kubelet::check(node, now, &mut checks);
    runtime::check(node, &mut checks);
    cluster::check(node, policy, now, &mut checks);
    once::tell_once(node, &mut checks);
    Assessment { checks, foreign }
}

/// How many credentials and CAs have dates to be judged.
fn dated(node: &Node) -> usize {
    let credentials = node.credentials.iter().filter(|credential| credential.leaf().is_some()).count();
    let seen = |certificates: &Looked<_>| matches!(certificates, Looked::Seen(_));
    let authorities = node.authorities.iter().filter(|authority| seen(&authority.certificates)).count();
    credentials + authorities
}
