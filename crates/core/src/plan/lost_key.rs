//! A key that is lost or broken beside a good certificate: `renew` makes a new pair.

use super::renew::{check_authorities, reissue, renewable};
use super::{Request, Verb};
use crate::inventory::{Credential, Node};
use camino::Utf8Path;
use jiff::{SignedDuration, Timestamp};

/// The credential that gets a new key from `renew --only`, if `path` is its key: whoever gives advice about a key that
/// is lost asks the planner itself.
pub fn key_can_be_made<'a>(node: &'a Node, path: &Utf8Path, now: Timestamp) -> Option<&'a Credential> {
    let credential = node
        .credentials
        .iter()
        .filter(|credential| renewable(credential))
        .filter(|credential| credential.place.files().len() > 1)
        .find(|credential| credential.place.key_file().path == path)?;
    let request = Request {
        only: vec![credential.name.clone()],
        force: true,
        ..Request::new(Verb::Renew, SignedDuration::from_hours(1).as_secs())
    };
    check_authorities(node, &[credential], now).ok()?;
    reissue(node, credential, &request, now).ok()?;
    Some(credential)
}
