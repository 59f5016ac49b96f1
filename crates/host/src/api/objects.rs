//! The cluster's own objects that carry certificates, or decide about them: only read, each on its own.

mod published;
mod requests;
mod secrets;

use super::{Api, ApiError};
use perennial_core::inventory::{Looked, Objects, Trouble};

impl Api {
    /// Looks at all of them; at the Secrets only where `secrets` says so. `node` is this node's name.
    pub async fn objects(&self, node: Option<&str>, secrets: bool) -> Objects {
        let (published, requests, approvals, secrets) =
            tokio::join!(published::look(self), requests::look(self), requests::approvals(self), async {
                if secrets { secrets::look(self).await } else { Looked::Absent }
            },);
        let addresses = requests::addresses(self, requests.seen().map_or(&[], Vec::as_slice), node).await;
        Objects { published, requests, addresses, approvals, secrets }
    }
}

fn looked<T>(answer: Result<T, ApiError>) -> Looked<T> {
    answer.map_or_else(|error| Looked::Unusable(Trouble::from(error)), Looked::Seen)
}
