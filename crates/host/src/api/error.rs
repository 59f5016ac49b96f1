//! Why an API server did not do what it was asked.

use perennial_core::inventory::Trouble;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// Nobody answers, or not in time.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// The handshake failed: the server's certificate is refused, or ours is.
    #[error("{0}")]
    Untrusted(String),
    /// 401: the client certificate is not accepted.
    #[error("the API server does not accept the client certificate")]
    Unauthorized,
    /// 401 of a kubelet: kube-apiserver's client certificate is not accepted there.
    #[error("the kubelet does not accept kube-apiserver's client certificate")]
    KubeletRefuses,
    /// 409: somebody has written in between.
    #[error("conflict: {0}")]
    Conflict(String),
    /// Another refusal of the API server.
    #[error("{message} ({code} {reason})")]
    Refused {
        /// HTTP status.
        code: u16,
        /// The machine-readable reason (`Forbidden`, `Invalid`).
        reason: String,
        /// The server's words.
        message: String,
    },
    /// The answer is not that of a Kubernetes API.
    #[error("the answer is not that of a Kubernetes API: {0}")]
    NotKubernetes(String),
    /// The call could not be made at all.
    #[error("{0}")]
    Setup(String),
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::NotKubernetes(reason) => Self::Malformed(reason),
            ApiError::Refused { code: 403, message, .. } => Self::Refused(message),
            other => Self::NoAnswer(other.to_string()),
        }
    }
}

impl From<kube::Error> for ApiError {
    fn from(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => match status.code {
                401 => Self::Unauthorized,
                409 => Self::Conflict(status.message),
                code => Self::Refused { code, reason: status.reason, message: status.message },
            },
            kube::Error::SerdeError(error) => Self::NotKubernetes(error.to_string()),
            kube::Error::FromUtf8(error) => Self::NotKubernetes(error.to_string()),
            other => from_chain(&other),
        }
    }
}

/// The outer texts are "client error" and "service error"; what happened is at the end of the chain.
fn from_chain(error: &(dyn std::error::Error + 'static)) -> ApiError {
    let mut last = error;
    loop {
        if let Some(tls) = last.downcast_ref::<rustls::Error>() {
            return ApiError::Untrusted(untrusted(tls));
        }
        match inner(last).or_else(|| last.source()) {
            Some(next) => last = next,
            None => return ApiError::NoAnswer(last.to_string()),
        }
    }
}

/// What an I/O error wraps, which it does not name as its source.
fn inner<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    let wrapped = error.downcast_ref::<std::io::Error>()?.get_ref()?;
    Some(wrapped)
}

fn untrusted(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(rustls::CertificateError::Other(reason)) => reason.0.to_string(),
        other => other.to_string(),
    }
}
