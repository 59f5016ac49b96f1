//! What `renew` could do about one credential: whoever gives advice asks the planner itself.

use super::renew::{check_authorities, reissue, renewable};
use super::{Request, Source, Verb};
use crate::inventory::{Credential, Layout, Node};
use camino::Utf8Path;
use jiff::{SignedDuration, Timestamp};

/// The credential that gets a new key from `renew --only`, if `path` is its key: a key that is lost or broken beside a
/// good certificate.
pub fn key_can_be_made<'a>(node: &'a Node, path: &Utf8Path, now: Timestamp) -> Option<&'a Credential> {
    let credential = node
        .credentials
        .iter()
        .filter(|credential| renewable(credential))
        .filter(|credential| credential.place.files().len() > 1)
        .find(|credential| credential.place.key_file().path == path)?;
    source(node, credential, asked(credential), now).map(|_| credential)
}

/// Whether `renew --repair-roles --only` gives a credential what its role needs and it lacks.
pub fn role_can_be_repaired(node: &Node, credential: &Credential, now: Timestamp) -> bool {
    let request = Request { repair_roles: true, ..asked(credential) };
    node.layout == Layout::ControlPlane
        && renewable(credential)
        && source(node, credential, request, now).is_some_and(
            |source| matches!(source, Source::Reissue { amendments, .. } if !amendments.is_empty()),
        )
}

fn asked(credential: &Credential) -> Request {
    let hour = SignedDuration::from_hours(1).as_secs();
    Request { only: vec![credential.name.clone()], force: true, ..Request::new(Verb::Renew, hour) }
}

fn source(node: &Node, credential: &Credential, request: Request, now: Timestamp) -> Option<Source> {
    check_authorities(node, &[credential], now).ok()?;
    Some(reissue(node, credential, &request, now).ok()?.source)
}
