//! The world: observing a node, and acting on it. Judging and deciding is `perennial-core`'s.

pub mod api;
pub mod cri;
pub mod observe;
pub mod tls;
pub mod workload;
