//! A run: the journal's records, and what follows from them. `next` decides, nobody else does.

mod effect;
mod event;
mod lease;
mod next;
mod record;
mod recover;
mod twin;
mod writes;

pub use effect::{Answer, Effect, Exchange, Outcome, Question, Staged, WorkloadOutcome};
pub use event::{Event, Phase};
pub use lease::{Fence, fence};
pub use next::{Next, UNDO_MARGIN, next, staged, undo_possible};
pub use record::{Body, Direction, End, FORMAT, JournalError, Record, Writer, read};
pub use recover::{FileState, Found, Recovery, classify, recover};
pub use twin::twin;
pub use writes::{Outage, Tally, Write, Writes};
