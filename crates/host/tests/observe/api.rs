use crate::pki::{Pair, ca, expired, fresh};
use crate::server::serve;
use perennial_host::api::{Access, Api, ApiError};
use perennial_host::tls::NodeVerifier;

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
