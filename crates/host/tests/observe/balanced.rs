//! A21: three API servers with certificates of their own behind one address, taken in turn; one of them has expired.

use crate::pki::{Pair, expired, fresh};
use crate::server::serve_paths;
use perennial_host::observe::balanced_connections;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::{TcpListener, TcpStream};

/// Passes each connection to the next of the servers.
async fn round_robin(servers: Vec<SocketAddr>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let next = AtomicUsize::new(0);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let server = servers[next.fetch_add(1, Ordering::Relaxed) % servers.len()];
            tokio::spawn(async move {
                let Ok(mut server) = TcpStream::connect(server).await else { return };
                let _ignored = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

async fn served(pair: &Pair) -> SocketAddr {
    serve_paths(pair, |_| None).await
}

#[tokio::test]
async fn every_server_behind_the_address_is_met_with_its_own_certificate() {
    let pairs = [fresh(), expired(), fresh()];
    let mut servers = Vec::new();
    for pair in &pairs {
        servers.push(served(pair).await);
    }
    let balancer = round_robin(servers).await;
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for connection in balanced_connections(balancer, None).await {
        let fingerprint = connection.seen().unwrap().chain.leaf().fingerprint_sha256();
        *times.entry(fingerprint).or_default() += 1;
    }
    for pair in &pairs {
        assert_eq!(times.get(&pair.certificate.fingerprint_sha256()), Some(&2), "{times:?}");
    }
}

#[tokio::test]
async fn a_dead_server_behind_the_address_is_seen_as_failures_among_others() {
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let balancer = round_robin(vec![served(&fresh()).await, dead]).await;
    let connections = balanced_connections(balancer, None).await;
    let failed = connections.iter().filter(|connection| connection.trouble().is_some()).count();
    assert_eq!((failed, connections.len()), (3, 6));
}
