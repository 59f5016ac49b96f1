//! Reading objects with limits: of what comes back only the fields that are asked for are kept, an answer is never
//! larger than it may be, and a list never longer.

use super::{Api, ApiError};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The largest answer: etcd holds no object above 1.5 MiB by default, and a page has few of them.
const ANSWER_BYTES: usize = 32 << 20;

/// How many objects are asked for at a time.
const PAGE: usize = 50;

/// How many objects of one kind are looked at.
const OBJECTS: usize = 5000;

#[derive(Deserialize)]
struct List<T> {
    #[serde(default)]
    metadata: ListMeta,
    // An empty list is written as null by some servers.
    items: Option<Vec<T>>,
}

#[derive(Default, Deserialize)]
struct ListMeta {
    #[serde(default, rename = "continue")]
    next: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    message: String,
    reason: String,
}

/// `metadata`, as far as it is looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Meta {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) creation_timestamp: Option<jiff::Timestamp>,
}

impl Api {
    /// One object; `None`: it does not exist.
    pub(super) async fn object<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ApiError> {
        match self.within_answer(self.answer(path)).await {
            Err(ApiError::Refused { code: 404, .. }) => Ok(None),
            answer => parse(&answer?).map(Some),
        }
    }

    /// All objects of a list, page by page. `path` may carry a query. An API that is not served has none.
    pub(super) async fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ApiError> {
        let mut found = Vec::new();
        let mut next = String::new();
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = format!("{path}{joint}limit={PAGE}&continue={next}");
            let list: List<T> = match self.within_answer(self.answer(&page)).await {
                Err(ApiError::Refused { code: 404, .. }) => return Ok(found),
                answer => parse(&answer?)?,
            };
            found.extend(list.items.unwrap_or_default());
            if list.metadata.next.is_empty() {
                return Ok(found);
            }
            if found.len() >= OBJECTS {
                return Err(ApiError::NoAnswer(format!("there are more than {OBJECTS}")));
            }
            next = list.metadata.next;
        }
    }

    async fn answer(&self, path: &str) -> Result<Zeroizing<Vec<u8>>, ApiError> {
        let request = http::Request::get(path).header(http::header::ACCEPT, "application/json");
        let request = request.body(kube::client::Body::empty());
        let request = request.map_err(|error| ApiError::Setup(error.to_string()))?;
        let answer = self.client.send(request).await?;
        let status = answer.status();
        let mut body = answer.into_body();
        // Secrets hold keys.
        let mut bytes = Zeroizing::new(Vec::new());
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(ApiError::from)?;
            let Some(data) = frame.data_ref() else { continue };
            if bytes.len() + data.len() > ANSWER_BYTES {
                return Err(ApiError::NotKubernetes(format!("an answer of more than {ANSWER_BYTES} bytes")));
            }
            bytes.extend_from_slice(data);
        }
        if status.is_success() {
            return Ok(bytes);
        }
        let told: Status = serde_json::from_slice(&bytes).unwrap_or_default();
        Err(match status.as_u16() {
            401 => ApiError::Unauthorized,
            code => ApiError::Refused { code, reason: told.reason, message: told.message },
        })
    }

    async fn within_answer<T>(&self, call: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
        let limit = super::CALL_LIMIT;
        match tokio::time::timeout(limit, call).await {
            Ok(answer) => answer,
            Err(_) => Err(ApiError::NoAnswer(format!("not within {} s", limit.as_secs()))),
        }
    }
}

/// The error says where, never what.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        ApiError::NotKubernetes(format!("line {line}, column {column}: {:?}", error.classify()))
    })
}
