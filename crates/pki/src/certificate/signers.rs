//! Which keys have signed a certificate: found once, and asked again for every edge that it is part of.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A key (its `SubjectPublicKeyInfo`), and whether SHA-1 counts.
type Try = (Box<[u8]>, bool);

/// What became of the tries so far. An answer never changes: certificates don't.
#[derive(Default)]
pub(super) struct Signers(Mutex<HashMap<Try, bool>>);

impl Signers {
    /// The answer of an earlier try, or that of `verify`.
    pub(super) fn ask(&self, key: &[u8], sha1: bool, verify: impl FnOnce() -> bool) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry((key.into(), sha1)).or_insert_with(verify)
    }
}
