//! Who spoke, and with whom.

use crate::language::{Language, diagnose as say};
use perennial_core::diagnose::{Peer, Speaker};

/// Who wrote a line, as far as anything says so.
pub(super) fn speaker(language: Language, who: &Speaker) -> String {
    match who {
        Speaker::Unknown => say::a_program(language).to_owned(),
        known => known.to_string(),
    }
}

pub(super) fn host(language: Language, peer: Option<&Peer>) -> String {
    peer.map_or_else(|| say::a_client(language).to_owned(), |peer| peer.host.clone())
}

pub(super) fn shown(peer: &Peer) -> String {
    match peer.port {
        Some(port) if peer.host.contains(':') => format!("[{}]:{port}", peer.host),
        Some(port) => format!("{}:{port}", peer.host),
        None => peer.host.clone(),
    }
}
