use crate::pki::{Pair, ca, expired, fresh};
use crate::server::{serve, serve_requests};
use perennial_host::api::{Access, Api, ApiError};
use perennial_host::tls::NodeVerifier;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const NOT_READY: &str = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno";
const UNAUTHORIZED: &str = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 97\r\n\r\n\
{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"no\",\"reason\":\"Unauthorized\",\"code\":401}";
const HTML: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>";

#[tokio::test]
async fn something_else_on_the_port_is_no_kubernetes() {
    let pair = fresh();
    let (address, _server) = serve(&pair, &pair, false, HTML).await;
    let identity = pair.identity();
    let access = Access { address, server_name: "node-1".into(), verifier: by_ca(), identity };
    let leases = Api::new(access).unwrap().leases().await;
    assert!(matches!(leases, Err(ApiError::NotKubernetes(_))), "{leases:?}");
}

async fn ready(
    served: &Pair,
    name: &str,
    verifier: NodeVerifier,
    answer: &'static str,
) -> Result<(), ApiError> {
    let (address, _server) = serve(served, served, false, answer).await;
    let access = Access { address, server_name: name.to_owned(), verifier, identity: fresh().identity() };
    Api::new(access).unwrap().ready().await
}

fn by_ca() -> NodeVerifier {
    NodeVerifier { authorities: vec![ca()], own_leaf: None }
}

fn by_file(pair: &Pair) -> NodeVerifier {
    NodeVerifier { authorities: vec![ca()], own_leaf: Some(pair.certificate.clone()) }
}

#[tokio::test]
async fn the_kubeconfigs_ca_is_trusted_as_go_trusts_it() {
    assert_eq!(ready(&fresh(), "node-1", by_ca(), OK).await, Ok(()));
    let elsewhere = ready(&fresh(), "elsewhere", by_ca(), OK).await;
    assert!(matches!(elsewhere, Err(ApiError::Untrusted(_))), "{elsewhere:?}");
    let old = ready(&expired(), "node-1", by_ca(), OK).await;
    assert!(matches!(old, Err(ApiError::Untrusted(_))), "{old:?}");
}

#[tokio::test]
async fn the_nodes_own_file_is_trusted_even_if_it_has_expired() {
    let served = expired();
    assert_eq!(ready(&served, "elsewhere", by_file(&served), OK).await, Ok(()));
    let another = ready(&expired(), "node-1", by_file(&served), OK).await;
    assert!(matches!(another, Err(ApiError::Untrusted(_))), "{another:?}");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let answer = |answer| async move { ready(&fresh(), "node-1", by_ca(), answer).await };
    assert_eq!(answer(UNAUTHORIZED).await, Err(ApiError::Unauthorized));
    assert!(matches!(answer(NOT_READY).await, Err(ApiError::Refused { code: 500, .. })));
}

/// An API server that has a connection to the kubelet which the kubelet refuses, until it has made `handshakes` new
/// ones. Gives what is said of the kubelet, and how often it was asked over a kept connection and over a new one.
async fn reached_after(handshakes: usize) -> (Result<(), ApiError>, usize, usize) {
    let (kept, made) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let count = (Arc::clone(&kept), Arc::clone(&made));
    let address = serve_requests(&fresh(), move |request| {
        assert!(request.starts_with("GET /api/v1/nodes/cp1/proxy/healthz "), "{request}");
        if request.to_lowercase().contains("\r\nconnection: upgrade\r\n") {
            made.fetch_add(1, SeqCst);
            return Some((500, "invalid upgrade response: status code 200".to_owned()));
        }
        kept.fetch_add(1, SeqCst);
        Some(if made.load(SeqCst) < handshakes {
            (401, "Unauthorized".to_owned())
        } else {
            (200, "ok".to_owned())
        })
    })
    .await;
    let access =
        Access { address, server_name: "node-1".to_owned(), verifier: by_ca(), identity: fresh().identity() };
    let reached = Api::new(access).unwrap().kubelet_reached("cp1").await;
    (reached, count.0.load(SeqCst), count.1.load(SeqCst))
}

#[tokio::test]
async fn a_connection_with_the_old_certificate_refutes_nothing() {
    assert_eq!(reached_after(0).await, (Ok(()), 1, 0), "a kept connection that is good is left alone");
    assert_eq!(reached_after(1).await, (Ok(()), 2, 1));
    // The pair that kube-apiserver had read in the second before is shown once more.
    assert_eq!(reached_after(2).await, (Ok(()), 3, 2));
    // The kubelet refuses the new certificate, too.
    assert_eq!(reached_after(99).await, (Err(ApiError::KubeletRefuses), 3, 2));
}
