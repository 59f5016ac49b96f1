//! What a plan says of the components, CAs and certificates that it leaves alone.

use super::restarts::holds_on;
use crate::inventory::{Component, Node, Role};
use crate::plan::step::Renewal;
use crate::plan::{Kept, Reason, Request, RestartApiserver};
use perennial_pki::certificate::Certificate;

pub(super) fn untouched(
    node: &Node,
    request: &Request,
    renewals: &[Renewal],
    restarts: &[Component],
) -> Vec<Kept> {
    let kept = |name: String, reason, until| Kept { name, reason, until };
    let mut untouched = Vec::new();
    for component in [Component::KubeApiserver, Component::Etcd] {
        if node.component(component).is_some() && !restarts.contains(&component) {
            let forbidden =
                component == Component::KubeApiserver && request.restart_apiserver == RestartApiserver::Never;
            let unknown = renewals.iter().any(|renewal| holds_on(node, component, &renewal.credential));
            let reason = match (forbidden, unknown) {
                (true, _) => Reason::RestartForbidden,
                (false, true) => Reason::ReloadUnknown,
                (false, false) => Reason::ReloadsItself,
            };
            untouched.push(kept(component.to_string(), reason, None));
        }
    }
    for authority in &node.authorities {
        let until = authority.certificates.seen().and_then(|all| all.first()).map(Certificate::not_after);
        untouched.push(kept(authority.name.clone(), Reason::Authority, until));
    }
    for credential in &node.credentials {
        if credential.role == Role::KubeletClient {
            let until = credential.leaf().map(Certificate::not_after);
            untouched.push(kept(credential.name.clone(), Reason::RotatesItself, until));
        }
    }
    untouched
}
