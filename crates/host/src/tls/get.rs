//! One question to a listener that speaks HTTP: what it says of itself.

use super::probe::{Witness, config, connect};
use super::{ClientIdentity, HANDSHAKE_LIMIT};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

/// No answer that is wanted is longer.
const LIMIT: u64 = 16 << 10;

/// The body of the answer to `GET path`; `None` for anything but a good answer within the limits.
pub async fn get(address: SocketAddr, identity: Option<&ClientIdentity>, path: &str) -> Option<String> {
    let config = config(&Arc::new(Witness::with(identity))).ok()?;
    let mut stream = connect(address, address.ip().into(), config).await.ok()?;
    let asked = async {
        // Version 1.0: the answer comes in one piece, and its end is the connection's.
        let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        (&mut stream).take(LIMIT).read_to_end(&mut answer).await.ok()?;
        stream.shutdown().await.ok();
        String::from_utf8(answer).ok()
    };
    let answer = timeout(HANDSHAKE_LIMIT, asked).await.ok()??;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?;
    (status == "200").then(|| body.to_owned())
}
