//! A TLS server on a free port of the loopback address.

use crate::pki::{self, Pair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ResolvesServerCert, ServerConfig, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How the connections ended on the server's side: `Ok` with what was read until the peer's `close_notify`.
pub(crate) type End = Result<Vec<u8>, String>;

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// Serves `shown`'s certificate with `used`'s key, asks for a client certificate of the CA if `ask`, answers
/// each request with `answer`, and takes one connection.
pub(crate) async fn serve(
    shown: &Pair,
    used: &Pair,
    ask: bool,
    answer: &'static str,
) -> (SocketAddr, JoinHandle<End>) {
    let acceptor = acceptor(shown, used, ask);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.map_err(|error| error.to_string())?;
        let mut read = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match stream.read(&mut buffer).await.map_err(|error| error.to_string())? {
                0 => return Ok(read),
                length => read.extend_from_slice(&buffer[..length]),
            }
            if read.ends_with(b"\r\n\r\n") {
                stream.write_all(answer.as_bytes()).await.map_err(|error| error.to_string())?;
            }
        }
    });
    (address, task)
}

/// Serves any number of connections and requests: each path gets the status and the JSON that `answer` gives, or 404.
pub(crate) async fn serve_paths(
    pair: &Pair,
    answer: impl Fn(&str) -> Option<(u16, String)> + Clone + Send + Sync + 'static,
) -> SocketAddr {
    serve_requests(pair, move |request| answer(request.split(' ').nth(1).unwrap())).await
}

/// The same by the whole head of a request.
pub(crate) async fn serve_requests(
    pair: &Pair,
    answer: impl Fn(&str) -> Option<(u16, String)> + Clone + Send + Sync + 'static,
) -> SocketAddr {
    serve_connections(pair, move |_, request| answer(request)).await
}

/// The same by the number of the connection, and the whole request with its body.
pub(crate) async fn serve_connections(
    pair: &Pair,
    answer: impl Fn(usize, &str) -> Option<(u16, String)> + Clone + Send + Sync + 'static,
) -> SocketAddr {
    let acceptor = acceptor(pair, pair, false);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for connection in 1.. {
            let Ok((stream, _)) = listener.accept().await else { return };
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            tokio::spawn(async move {
                // A client that does not trust what is served goes away again.
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
                while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                    read.extend_from_slice(&buffer[..length]);
                    if !is_whole(&read) {
                        continue;
                    }
                    let text = String::from_utf8_lossy(&read).into_owned();
                    read.clear();
                    let (code, body) = answer(connection, &text).unwrap_or_else(|| (404, "{}".to_owned()));
                    let head = format!(
                        "HTTP/1.1 {code} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                        body.len()
                    );
                    if stream.write_all(format!("{head}{body}").as_bytes()).await.is_err() {
                        return;
                    }
                    // As HTTP wants it of a request of version 1.0.
                    if text.contains(" HTTP/1.0\r\n") {
                        stream.shutdown().await.ok();
                        return;
                    }
                }
            });
        }
    });
    address
}

/// Whether the head is there, and as much of a body as it says.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:").map(str::to_owned));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}

fn acceptor(shown: &Pair, used: &Pair, ask: bool) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::from_pem_slice(used.key.to_pem().as_bytes()).unwrap();
    let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).unwrap();
    let certified = CertifiedKey::new(vec![CertificateDer::from(shown.certificate.der().to_vec())], key);
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let builder = if ask {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from(pki::ca().der().to_vec())).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        builder.unwrap().with_client_cert_verifier(verifier)
    } else {
        builder.unwrap().with_no_client_auth()
    };
    TlsAcceptor::from(Arc::new(builder.with_cert_resolver(Arc::new(Always(Arc::new(certified))))))
}
