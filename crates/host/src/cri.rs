//! The container runtime, by the container runtime interface over its unix socket: looking and stopping.
//!
//! The messages are declared by hand ([`wire`]): five calls of a stable API need no code generator. Each call
//! has a limit, and the runtime is told about it.

mod wire;

use camino::Utf8Path;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use std::time::Duration;
use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint, Uri};

/// How long connecting and the calls that only look may take.
const LIMIT: Duration = Duration::from_secs(3);

/// What stopping may take beyond the grace period: the runtime has to kill and to clean up.
const STOP_MARGIN: Duration = Duration::from_secs(10);

/// The label by which the kubelet marks a container with its pod's namespace (kubelet/types/labels.go).
const POD_NAMESPACE: &str = "io.kubernetes.pod.namespace";
const POD_NAME: &str = "io.kubernetes.pod.name";
const CONTAINER_NAME: &str = "io.kubernetes.container.name";

/// A connection to the runtime.
#[derive(Clone, Debug)]
pub struct Cri {
    grpc: Grpc<Channel>,
}

/// Why the runtime did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CriError {
    /// There is no such socket.
    #[error("there is no socket at {0}")]
    NoSocket(String),
    /// This process may not use the socket.
    #[error("permission denied")]
    PermissionDenied,
    /// Nobody answers at the socket, or not in time.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// The runtime knows no such container.
    #[error("no such container")]
    NotFound,
    /// The runtime refuses.
    #[error("{0}")]
    Refused(String),
}

/// What the runtime calls itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// `containerd`, `cri-o`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// State of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Created, not started.
    Created,
    /// Its process is there.
    Running,
    /// Its process has ended.
    Exited,
    /// The runtime does not know.
    Unknown,
}

/// A container in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The runtime's id.
    pub id: String,
    /// The container's name in its pod.
    pub name: String,
    /// The pod's name.
    pub pod: String,
    /// How often the kubelet has started it before.
    pub attempt: u32,
    /// State.
    pub state: State,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A container by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// State.
    pub state: State,
    /// When its process started; `None` if it has not.
    pub started_at: Option<Timestamp>,
    /// When its process ended; `None` if it has not.
    pub finished_at: Option<Timestamp>,
    /// Exit code of a process that has ended.
    pub exit_code: i32,
    /// The runtime's word for why it ended (`Completed`, `Error`, `OOMKilled`).
    pub reason: String,
    /// Its log file on the host.
    pub log_path: String,
    /// Process id in the host's namespace: from the verbose information, which is not part of the API.
    pub pid: Option<u32>,
}

/// An image on the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The runtime's id.
    pub id: String,
    /// Its names with tags.
    pub tags: Vec<String>,
    /// Its names with digests.
    pub digests: Vec<String>,
}

impl Cri {
    /// Connects to the runtime's socket. Must be called within a tokio runtime.
    pub async fn connect(socket: &Utf8Path) -> Result<Self, CriError> {
        match std::fs::metadata(socket) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                return Err(CriError::PermissionDenied);
            }
            Err(_) => return Err(CriError::NoSocket(socket.to_string())),
        }
        let path = socket.to_owned();
        let connector = tower::service_fn(move |_: Uri| {
            let path = path.clone();
            async move { tokio::net::UnixStream::connect(path.as_std_path()).await.map(TokioIo::new) }
        });
        // The authority of a unix socket's URI is never looked at, but there has to be one.
        let endpoint = Endpoint::from_static("http://localhost");
        match tokio::time::timeout(LIMIT, endpoint.connect_with_connector(connector)).await {
            Ok(Ok(channel)) => Ok(Self { grpc: Grpc::new(channel) }),
            Ok(Err(error)) => Err(unreachable(&error)),
            Err(_) => Err(CriError::NoAnswer(format!("no connection within {} s", LIMIT.as_secs()))),
        }
    }

    /// Which runtime it is.
    pub async fn version(&self) -> Result<Version, CriError> {
        let request = wire::VersionRequest { version: "v1".to_owned() };
        let answer: wire::VersionResponse =
            self.call("/runtime.v1.RuntimeService/Version", request, LIMIT).await?;
        Ok(Version { name: answer.runtime_name, version: answer.runtime_version })
    }

    /// The containers, running or not, of a namespace's pods; the order has no meaning.
    pub async fn containers(&self, namespace: &str) -> Result<Vec<Listed>, CriError> {
        let label_selector = [(POD_NAMESPACE.to_owned(), namespace.to_owned())].into();
        let request = wire::ListContainersRequest { filter: Some(wire::ContainerFilter { label_selector }) };
        let answer: wire::ListContainersResponse =
            self.call("/runtime.v1.RuntimeService/ListContainers", request, LIMIT).await?;
        Ok(answer.containers.into_iter().map(Listed::from).collect())
    }

    /// One container.
    pub async fn status(&self, id: &str) -> Result<Status, CriError> {
        let request = wire::ContainerStatusRequest { container_id: id.to_owned(), verbose: true };
        let answer: wire::ContainerStatusResponse =
            self.call("/runtime.v1.RuntimeService/ContainerStatus", request, LIMIT).await?;
        let pid = answer.info.get("info").and_then(|info| serde_json::from_str::<Info>(info).ok());
        let status = answer.status.ok_or(CriError::NotFound)?;
        Ok(Status {
            state: State::from(status.state),
            started_at: moment(status.started_at),
            finished_at: moment(status.finished_at),
            exit_code: status.exit_code,
            reason: status.reason,
            log_path: status.log_path,
            pid: pid.map(|info| info.pid).filter(|pid| *pid != 0),
        })
    }

    /// Stops a container: SIGTERM, and SIGKILL after the grace period. Returns when its process is gone; one
    /// that has already ended is fine. The kubelet starts its successor.
    pub async fn stop(&self, id: &str, grace: Duration) -> Result<(), CriError> {
        let timeout = i64::try_from(grace.as_secs()).unwrap_or(i64::MAX);
        let request = wire::StopContainerRequest { container_id: id.to_owned(), timeout };
        let _: wire::StopContainerResponse =
            self.call("/runtime.v1.RuntimeService/StopContainer", request, grace + STOP_MARGIN).await?;
        Ok(())
    }

    /// The images on the node.
    pub async fn images(&self) -> Result<Vec<Image>, CriError> {
        let answer: wire::ListImagesResponse =
            self.call("/runtime.v1.ImageService/ListImages", wire::ListImagesRequest {}, LIMIT).await?;
        let image =
            |image: wire::Image| Image { id: image.id, tags: image.repo_tags, digests: image.repo_digests };
        Ok(answer.images.into_iter().map(image).collect())
    }

    async fn call<M, R>(&self, path: &'static str, message: M, limit: Duration) -> Result<R, CriError>
    where
        M: prost::Message + 'static,
        R: prost::Message + Default + 'static,
    {
        let mut grpc = self.grpc.clone();
        let mut request = Request::new(message);
        request.set_timeout(limit);
        let codec = tonic_prost::ProstCodec::default();
        let calling = async {
            grpc.ready().await.map_err(|error| unreachable(&error))?;
            let answer = grpc.unary(request, PathAndQuery::from_static(path), codec).await;
            answer.map(tonic::Response::into_inner).map_err(|status| refused(&status))
        };
        let in_time = tokio::time::timeout(limit, calling).await;
        in_time.unwrap_or_else(|_| Err(CriError::NoAnswer(format!("not within {} s", limit.as_secs()))))
    }
}

/// The part of containerd's and CRI-O's verbose information that is used.
#[derive(serde::Deserialize)]
struct Info {
    pid: u32,
}

impl From<i32> for State {
    fn from(state: i32) -> Self {
        match state {
            0 => Self::Created,
            1 => Self::Running,
            2 => Self::Exited,
            _ => Self::Unknown,
        }
    }
}

impl From<wire::Container> for Listed {
    fn from(container: wire::Container) -> Self {
        let label = |name: &str| container.labels.get(name).cloned().unwrap_or_default();
        Self {
            name: label(CONTAINER_NAME),
            pod: label(POD_NAME),
            attempt: container.metadata.as_ref().map_or(0, |metadata| metadata.attempt),
            state: State::from(container.state),
            created_at: moment(container.created_at).unwrap_or_default(),
            id: container.id,
        }
    }
}

/// Nanoseconds since 1970; 0 means never.
fn moment(nanoseconds: i64) -> Option<Timestamp> {
    (nanoseconds > 0).then(|| Timestamp::from_nanosecond(nanoseconds.into()).ok()).flatten()
}

fn refused(status: &tonic::Status) -> CriError {
    match status.code() {
        tonic::Code::NotFound => CriError::NotFound,
        tonic::Code::PermissionDenied => CriError::PermissionDenied,
        tonic::Code::DeadlineExceeded | tonic::Code::Unavailable | tonic::Code::Cancelled => {
            CriError::NoAnswer(status.message().to_owned())
        }
        _ => CriError::Refused(status.message().to_owned()),
    }
}

/// tonic's own text is "transport error"; the reason is at the end of the chain.
fn unreachable(error: &tonic::transport::Error) -> CriError {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    match reason.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::PermissionDenied) => CriError::PermissionDenied,
        _ => CriError::NoAnswer(reason.to_string()),
    }
}
