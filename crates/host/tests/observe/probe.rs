use crate::pki::{expired, fresh};
use crate::server::{serve, serve_paths};
use perennial_core::inventory::{Handshake, Looked, Trouble};
use perennial_host::tls::{get, probe};

#[tokio::test]
async fn an_expired_certificate_is_seen_and_the_goodbye_is_clean() {
    let served = expired();
    let (address, server) = serve(&served, &served, false, "").await;
    let looked = probe(address, Some("node-1"), None).await;
    let seen = looked.seen().unwrap();
    assert_eq!(seen.chain.leaf(), &served.certificate);
    assert_eq!(seen.handshake, Handshake::Completed);
    assert!(seen.client_authorities.is_empty());
    assert_eq!(server.await.unwrap(), Ok(Vec::new()), "close_notify, not a reset");
}

#[tokio::test]
async fn a_server_that_asks_gets_the_client_certificate() {
    let served = fresh();
    let (address, server) = serve(&served, &served, true, "").await;
    // The fixture's leaf is for servers only, so a strict server refuses it: after the client has finished.
    let looked = probe(address, None, Some(&served.identity())).await;
    let seen = looked.seen().unwrap();
    assert_eq!(seen.client_authorities, ["CN=kubernetes"]);
    assert!(matches!(seen.handshake, Handshake::Failed(_)), "{:?}", seen.handshake);
    assert!(server.await.unwrap().is_err());
}

#[tokio::test]
async fn without_a_client_certificate_the_server_is_seen_all_the_same() {
    let served = fresh();
    let (address, server) = serve(&served, &served, true, "").await;
    let looked = probe(address, None, None).await;
    assert_eq!(looked.seen().unwrap().handshake, Handshake::Completed);
    assert!(server.await.unwrap().is_err());
}

#[tokio::test]
async fn a_server_without_the_key_is_seen_but_not_believed() {
    let (shown, used) = (fresh(), fresh());
    let (address, _server) = serve(&shown, &used, false, "").await;
    let looked = probe(address, None, None).await;
    let seen = looked.seen().unwrap();
    assert_eq!(seen.chain.leaf(), &shown.certificate);
    assert!(matches!(seen.handshake, Handshake::Failed(_)));
}

#[tokio::test]
async fn nobody_and_no_tls_are_no_answer() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert!(matches!(probe(closed, None, None).await, Looked::Unusable(Trouble::NoAnswer(_))));

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let plain = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"SSH-2.0-OpenSSH_9.2\r\n").await.unwrap();
        stream
    });
    assert!(matches!(probe(address, None, None).await, Looked::Unusable(Trouble::NoAnswer(_))));
    drop(plain.await.unwrap());
}

#[tokio::test]
async fn one_question_gets_one_answer() {
    let told = r#"{"etcdserver":"3.6.8","etcdcluster":"3.6.0"}"#;
    let answer = |path: &str| (path == "/version").then(|| (200, told.to_owned()));
    let address = serve_paths(&expired(), answer).await;
    assert_eq!(get(address, None, "/version").await.as_deref(), Some(told));
    assert_eq!(get(address, None, "/health").await, None, "404 is no answer");
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(get(closed, None, "/version").await, None);
}
