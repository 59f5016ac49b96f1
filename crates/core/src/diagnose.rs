//! What log lines mean: text → facts → matched with every certificate known on the node → few answers, causes first.
//!
//! Log text is written by strangers. Nothing of a line is kept but what was read of it as a number, a time, an
//! address, a name or a path, each in its own narrow alphabet: so no token or key of a log can be printed again, and
//! no line can forge another.

mod answer;
mod cause;
mod frame;
mod gather;
mod known;
mod lines;
mod matching;
mod patterns;
mod speaker;
mod token;

pub use answer::{Answer, answers};
pub use cause::{Cause, Client, Held, TokenFault};
pub use gather::{Evidence, Gathering, Group, Spot};
pub use known::{Known, Standing, Superseded, known};
pub use lines::{Context, Fact, Judged, Reading, Symptom, read};
pub use matching::{By, Match};
pub use patterns::Kubeadm;
pub use speaker::Speaker;
pub use token::Peer;
