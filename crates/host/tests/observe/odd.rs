//! Real servers (openssl s_server) that a current TLS library can't talk to: their certificates are seen all the same.

use perennial_core::inventory::{Handshake, Looked, Served, Trouble};
use perennial_host::tls::probe;
use perennial_pki::certificate::{Certificate, leaf};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Server {
    child: Child,
    address: SocketAddr,
    certificate: Certificate,
    _directory: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ignored = self.child.kill();
        let _ignored = self.child.wait();
    }
}

fn openssl(directory: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    let command = command.args(arguments.split(' ')).current_dir(directory);
    let output = command.output().unwrap();
    assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A server with a new certificate: `key` is `req`'s -newkey, `version1` without any extension.
fn serve(key: &str, version1: bool, settings: &str) -> Server {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    openssl(path, &format!("req -new -newkey {key} -nodes -keyout k.pem -subj /CN=old -out r.pem"));
    let extensions = if version1 { "" } else { " -extfile x.cnf" };
    std::fs::write(path.join("x.cnf"), "subjectAltName=DNS:old\n").unwrap();
    openssl(path, &format!("x509 -req -in r.pem -signkey k.pem -days 30 -out c.pem{extensions}"));
    let certificate = leaf(&std::fs::read(path.join("c.pem")).unwrap()).unwrap();
    assert_eq!(certificate.version() == 1, version1);
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let all = format!("s_server -quiet -accept {address} -cert c.pem -key k.pem {settings}");
    let mut command = Command::new("openssl");
    command.args(all.trim().split(' ')).current_dir(path);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let server = Server { child, address, certificate, _directory: directory };
    let limit = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < limit, "openssl {all} does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

/// What is seen of a server, and why the handshake failed.
async fn failed(server: &Server) -> (Served, String) {
    let looked = probe(server.address, Some("old"), None).await;
    let Looked::Seen(served) = looked else { panic!("{looked:?}") };
    let Handshake::Failed(reason) = served.handshake.clone() else { panic!("{served:?}") };
    assert_eq!(served.chain.leaf(), &server.certificate);
    (served, reason)
}

const OLD: &str = "-cipher ALL:@SECLEVEL=0";

#[tokio::test]
async fn tls_1_0_alone() {
    let (_, reason) = failed(&serve("rsa:2048", false, &format!("-tls1 {OLD}"))).await;
    assert!(!reason.is_empty());
}

#[tokio::test]
async fn old_ciphers_alone() {
    failed(&serve("rsa:2048", false, "-tls1_2 -cipher AES128-SHA:@SECLEVEL=0")).await;
}

#[tokio::test]
async fn rsa_of_1024_bits() {
    failed(&serve("rsa:1024", false, &format!("-tls1_2 {OLD}"))).await;
}

#[tokio::test]
async fn a_certificate_of_version_1() {
    failed(&serve("rsa:2048", true, "-tls1_2")).await;
}

#[tokio::test]
async fn a_client_certificate_demanded_in_tls_1_2() {
    let (served, _) =
        failed(&serve("rsa:2048", false, "-tls1_2 -Verify 1 -CAfile c.pem -verify_return_error")).await;
    assert_eq!(served.client_authorities, ["CN=old"]);
}

#[tokio::test]
async fn nobody_shows_a_certificate_where_every_handshake_is_refused() {
    // As a kubelet that has no serving certificate yet: an alert, and no more.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 1024];
            let read = tokio::io::AsyncReadExt::read(&mut stream, &mut hello).await.unwrap();
            assert!(read > 0);
            // fatal, internal_error
            tokio::io::AsyncWriteExt::write_all(&mut stream, &[21, 3, 3, 0, 2, 2, 80]).await.unwrap();
        }
    });
    let looked = probe(address, Some("w1"), None).await;
    let Looked::Unusable(Trouble::NoHandshake(reason)) = looked else { panic!("{looked:?}") };
    assert!(reason.contains("InternalError"), "{reason}");
    server.await.unwrap();
}
