//! What perennial exists for, as pure data and functions: formats → inventory → assess → plan → run → prove.
//!
//! Nothing here reads a file, a clock, the environment or the network: `perennial-host` observes and acts,
//! this crate judges and decides. `now` is always an argument.

pub mod assess;
pub mod diagnose;
pub mod formats;
pub mod inspect;
pub mod inventory;
pub mod plan;
pub mod prove;
pub mod reload;
pub mod run;
pub mod standing;
