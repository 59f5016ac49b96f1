//! The effects of a run on a real node. Every one of them is reached through the port only.

pub mod backup;
pub mod documents;
pub mod evidence;
mod exchange;
#[cfg(test)]
mod full_disk;
mod issue;
pub mod journal;
pub mod lock;
pub mod node;
pub(crate) mod open;
pub mod own;
pub mod requests;
pub mod sign;
pub(crate) mod space;
mod stage;
pub mod unlock;
