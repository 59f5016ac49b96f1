//! The certificate of a server that no modern client can talk to.
//!
//! Up to TLS 1.2 a server sends its certificate in the clear, right after it has chosen version and cipher. So a
//! hello that offers everything from TLS 1.0 on, old ciphers included, is enough to see it. Nothing is negotiated:
//! once the certificate was seen the connection is closed.

use super::{CONNECT_LIMIT, HANDSHAKE_LIMIT, PROVIDER};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// More than any server's first flight.
const FLIGHT_BYTES: usize = 256 << 10;

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CERTIFICATE: u8 = 11;

/// ECDHE, DHE and RSA with AES-GCM, ChaCha20, AES-CBC, 3DES and RC4 (IANA's TLS cipher suites), and the signal for
/// secure renegotiation (RFC 5746), without which some servers refuse.
const CIPHERS: [u16; 37] = [
    0xc02f, 0xc030, 0xc02b, 0xc02c, 0xcca8, 0xcca9, 0xc013, 0xc014, 0xc009, 0xc00a, 0xc027, 0xc028, 0xc023,
    0xc024, 0x009c, 0x009d, 0x009e, 0x009f, 0x002f, 0x0035, 0x003c, 0x003d, 0x0033, 0x0039, 0x0067, 0x006b,
    0xc012, 0xc008, 0x000a, 0x0016, 0xc011, 0xc007, 0x0005, 0x0004, 0x0041, 0x0084, 0x00ff,
];

/// X25519, P-256, P-384, P-521.
const GROUPS: [u16; 4] = [0x001d, 0x0017, 0x0018, 0x0019];

/// RSA (PKCS#1 and PSS) and ECDSA with SHA-2 and SHA-1, Ed25519.
const SIGNATURES: [u16; 12] =
    [0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0403, 0x0503, 0x0603, 0x0807, 0x0201, 0x0203];

/// The certificates that the server at `address` shows, the leaf first; empty if it shows none.
pub(super) async fn certificates(address: SocketAddr, server_name: Option<&str>) -> Vec<Vec<u8>> {
    let asked = async {
        let mut stream = timeout(CONNECT_LIMIT, TcpStream::connect(address)).await.ok()?.ok()?;
        stream.write_all(&hello(server_name)?).await.ok()?;
        let mut flight = Flight::default();
        let mut buffer = [0; 4096];
        while flight.read < FLIGHT_BYTES {
            let length = stream.read(&mut buffer).await.ok()?;
            if length == 0 {
                break;
            }
            flight.read += length;
            flight.add(buffer.get(..length)?);
            if let Some(certificates) = flight.certificates() {
                // close_notify
                let _ignored = stream.write_all(&[ALERT, 3, 1, 0, 2, 1, 0]).await;
                return Some(certificates);
            }
            if flight.ended {
                break;
            }
        }
        None
    };
    timeout(HANDSHAKE_LIMIT, asked).await.ok().flatten().unwrap_or_default()
}

fn hello(server_name: Option<&str>) -> Option<Vec<u8>> {
    let mut random = [0; 32];
    PROVIDER.secure_random.fill(&mut random).ok()?;
    let mut body = vec![3, 3];
    body.extend_from_slice(&random);
    body.push(0);
    body.extend(sized(&words(&CIPHERS)));
    body.extend([1, 0]);
    let mut extensions = Vec::new();
    let mut extend = |number: u16, content: &[u8]| {
        extensions.extend(number.to_be_bytes());
        extensions.extend(sized(content));
    };
    if let Some(name) = server_name {
        let entry = [vec![0], sized(name.as_bytes())].concat();
        extend(0, &sized(&entry));
    }
    extend(10, &sized(&words(&GROUPS)));
    extend(11, &[1, 0]);
    extend(13, &sized(&words(&SIGNATURES)));
    body.extend(sized(&extensions));
    let message = [vec![1, 0], sized(&body)].concat();
    Some([vec![HANDSHAKE, 3, 1], sized(&message)].concat())
}

fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// With its length in two bytes before it. Nothing here is longer.
fn sized(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    [length.to_be_bytes().as_slice(), content].concat()
}

/// What the server has sent so far.
#[derive(Debug, Default)]
struct Flight {
    /// Bytes of records that are not complete.
    records: Vec<u8>,
    /// The handshake messages out of the records.
    messages: Vec<u8>,
    read: usize,
    /// An alert, or something that is no TLS.
    ended: bool,
}

impl Flight {
    fn add(&mut self, bytes: &[u8]) {
        self.records.extend_from_slice(bytes);
        while let [kind, 3, _, high, low, rest @ ..] = self.records.as_slice() {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let Some(content) = rest.get(..length) else { return };
            match *kind {
                HANDSHAKE => self.messages.extend_from_slice(content),
                _ => self.ended = true,
            }
            self.records.drain(..5 + length);
        }
        self.ended |= self.records.len() >= 5;
    }

    /// The certificates, once their message is complete.
    fn certificates(&self) -> Option<Vec<Vec<u8>>> {
        let mut messages = self.messages.as_slice();
        while let [kind, rest @ ..] = messages {
            let (content, rest) = part(rest)?;
            if *kind == CERTIFICATE {
                let (mut list, _) = part(content)?;
                let mut found = Vec::new();
                while let Some((certificate, rest)) = part(list) {
                    found.push(certificate.to_vec());
                    list = rest;
                }
                return Some(found);
            }
            messages = rest;
        }
        None
    }
}

/// What has its length in three bytes before it, and what follows.
fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let [one, two, three, rest @ ..] = bytes else { return None };
    let length = u32::from_be_bytes([0, *one, *two, *three]);
    rest.split_at_checked(usize::try_from(length).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_found_however_the_records_are_cut() {
        let list = [vec![0, 0, 3], b"abc".to_vec(), vec![0, 0, 1], b"d".to_vec()].concat();
        let content = [vec![0, 0, 10], list].concat();
        let messages = [vec![2, 0, 0, 1, 9], vec![CERTIFICATE, 0, 0, 13], content].concat();
        let records: Vec<u8> =
            messages.chunks(4).flat_map(|part| [vec![HANDSHAKE, 3, 1], sized(part)].concat()).collect();
        for step in [1, 2, 7, records.len()] {
            let mut flight = Flight::default();
            for bytes in records.chunks(step) {
                assert_eq!(flight.certificates(), None, "not before the end");
                flight.add(bytes);
            }
            assert_eq!(flight.certificates().unwrap(), [b"abc".to_vec(), b"d".to_vec()]);
            assert!(!flight.ended);
        }
    }

    #[test]
    fn an_alert_and_what_is_no_tls_end_it() {
        for bytes in [&[ALERT, 3, 1, 0, 2, 2, 40][..], b"SSH-2.0-OpenSSH_9.2\r\n"] {
            let mut flight = Flight::default();
            flight.add(bytes);
            assert!(flight.ended && flight.certificates().is_none(), "{bytes:?}");
        }
    }
}
