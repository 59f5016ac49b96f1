//! Looking at a copied tree, at listeners, and at an API server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

mod api;
mod balanced;
mod objects;
mod odd;
mod pki;
mod probe;
mod server;
mod tree;
mod watch;
