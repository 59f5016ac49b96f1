//! The world: observing a node, and acting on it. Judging and deciding is `perennial-core`'s.

pub mod act;
pub mod api;
pub mod cri;
pub mod drive;
pub mod observe;
pub mod port;
pub mod session;
pub mod tls;
pub mod watch;
pub mod workload;
