use crate::pki::{Pair, ca, expired, fresh};
use crate::server::serve_connections;
use perennial_core::inventory::{Instead, Trouble};
use perennial_core::run::Writes;
use perennial_host::api::Access;
use perennial_host::tls::NodeVerifier;
use perennial_host::watch::Watch;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// What a fake API server was asked, and which Leases it holds.
#[derive(Clone, Default)]
struct Server(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The number of the connection, and the method.
    asked: Vec<(usize, String)>,
    leases: BTreeMap<String, String>,
    /// What is answered instead from the given writes on, and until which.
    instead: Option<(usize, usize, u16, String)>,
    writes: usize,
}

impl Server {
    /// Answers as kube-apiserver does of Leases.
    fn answer(&self, connection: usize, request: &str) -> (u16, String) {
        let mut state = self.0.lock().unwrap();
        let mut words = request.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap().split('?').next().unwrap());
        state.asked.push((connection, method.to_owned()));
        let all = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
        let name =
            path.strip_prefix(all).unwrap_or_else(|| panic!("{request}")).trim_start_matches('/').to_owned();
        let body = request.split("\r\n\r\n").nth(1).unwrap().to_owned();
        if method != "DELETE" {
            // The creation belongs to the write that found nothing.
            state.writes += usize::from(method == "PATCH");
            if let Some((from, until, code, message)) = state.instead.clone()
                && (from..until).contains(&state.writes)
            {
                return (code, status(code, &message));
            }
        }
        match method {
            "POST" => {
                let lease: serde_json::Value = serde_json::from_str(&body).unwrap();
                assert!(
                    lease["spec"]["renewTime"].is_string() && lease["spec"]["holderIdentity"] == "cp1",
                    "{lease}"
                );
                state.leases.insert(lease["metadata"]["name"].as_str().unwrap().to_owned(), body);
                (201, LEASE.to_owned())
            }
            _ if !state.leases.contains_key(&name) => (404, status(404, "not found")),
            "PATCH" => {
                assert!(!request.contains("dryRun") && body.contains("renewTime"), "{request}");
                state.leases.insert(name, body);
                (200, LEASE.to_owned())
            }
            "DELETE" => {
                state.leases.remove(&name);
                (200, LEASE.to_owned())
            }
            _ => panic!("{request}"),
        }
    }

    fn writes(&self) -> usize {
        self.0.lock().unwrap().writes
    }

    fn methods(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.iter().map(|(_, method)| method.clone()).collect()
    }

    fn leases(&self) -> Vec<String> {
        self.0.lock().unwrap().leases.keys().cloned().collect()
    }
}

const LEASE: &str =
    r#"{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"x"},"spec":{}}"#;

fn status(code: u16, message: &str) -> String {
    serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": "", "code": code,
    })
    .to_string()
}

fn access(address: SocketAddr) -> Access {
    let verifier = NodeVerifier { authorities: vec![ca()], own_leaf: None };
    Access { address, server_name: "node-1".to_owned(), verifier, identity: fresh().identity() }
}

/// A server on a thread of its own: a watch is ended by somebody who waits for it.
fn serve(
    pair: Pair,
    answer: impl Fn(usize, &str) -> Option<(u16, String)> + Clone + Send + Sync + 'static,
) -> SocketAddr {
    let (tell, told) = channel();
    spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            tell.send(serve_connections(&pair, answer).await).unwrap();
            std::future::pending::<()>().await;
        });
    });
    told.recv().unwrap()
}

fn serve_leases(server: &Server) -> SocketAddr {
    let answers = server.clone();
    serve(fresh(), move |connection, request| Some(answers.answer(connection, request)))
}

/// Watches until so many writes were tried.
fn watched(server: &Server, writes: usize) -> Writes {
    let address = serve_leases(server);
    let watch = Watch::begin("cp1", move || Ok(access(address)));
    until(|| server.writes() >= writes);
    watch.end()
}

fn until(reached: impl Fn() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < Duration::from_secs(20), "nothing was written");
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn each_write_has_a_connection_of_its_own_and_nothing_stays_behind() {
    let server = Server::default();
    let seen = watched(&server, 4);
    assert_eq!((seen.failed, seen.refused, seen.late, seen.left.as_deref()), (0, 0, false, None), "{seen:?}");
    assert_eq!(seen.ok, u64::try_from(server.writes()).unwrap());
    assert_eq!(server.leases(), [""; 0]);
    let asked = server.0.lock().unwrap().asked.clone();
    let connections = |method: &str| -> Vec<usize> {
        asked.iter().filter(|(_, of)| of == method).map(|(connection, _)| *connection).collect()
    };
    let patches = connections("PATCH");
    assert!(patches.windows(2).all(|two| two[0] < two[1]), "{asked:?}");
    assert_eq!(connections("POST"), patches[..1], "made once, by the first write");
    let removal = connections("DELETE");
    assert!(matches!(removal[..], [it] if it > *patches.last().unwrap()), "{asked:?}");
    assert_eq!(asked.last().unwrap().1, "DELETE", "no write follows the removal");
}

#[test]
fn what_a_killed_run_has_left_is_taken_over_and_what_others_have_is_not() {
    let server = Server::default();
    for name in ["perennial-watch-cp1", "perennial-watch-cp2"] {
        server.0.lock().unwrap().leases.insert(name.to_owned(), String::new());
    }
    let seen = watched(&server, 2);
    assert_eq!(seen.failed, 0, "{seen:?}");
    assert!(!server.methods().contains(&"POST".to_owned()), "{:?}", server.methods());
    assert_eq!(server.leases(), ["perennial-watch-cp2"]);
}

#[test]
fn a_watch_that_is_dropped_removes_its_lease_too() {
    let server = Server::default();
    let address = serve_leases(&server);
    let watch = Watch::begin("cp1", move || Ok(access(address)));
    until(|| server.leases() == ["perennial-watch-cp1"]);
    drop(watch);
    assert_eq!(server.leases(), [""; 0]);
}

#[test]
fn a_refusal_is_told_and_is_no_failure() {
    let server = Server::default();
    let refuses = "leases.coordination.k8s.io is forbidden";
    server.0.lock().unwrap().instead = Some((1, usize::MAX, 403, refuses.to_owned()));
    let seen = watched(&server, 3);
    assert_eq!((seen.ok, seen.failed, seen.watched()), (0, 0, false), "{seen:?}");
    assert!(seen.refused >= 3, "{seen:?}");
    assert!(seen.refusal.unwrap().contains(refuses));
    assert_eq!((seen.error, seen.left), (None, None));
}

#[test]
fn writes_that_fail_are_counted_and_the_outage_ends_with_the_next_that_is_done() {
    let server = Server::default();
    server.0.lock().unwrap().instead = Some((3, 5, 500, "etcdserver: request timed out".to_owned()));
    let seen = watched(&server, 7);
    assert_eq!(seen.failed, 2, "{seen:?}");
    let outage = seen.longest.unwrap().length().as_millis();
    assert!((150..2000).contains(&outage), "two intervals, and one answer: {outage} ms");
    assert!(seen.error.unwrap().contains("etcdserver: request timed out"));
}

#[test]
fn an_api_that_answers_only_later_is_watched_from_then_on() {
    let server = Server::default();
    let address = serve_leases(&server);
    // As after an expiry: the file has no identity that counts, then it has.
    let tried = Arc::new(Mutex::new(0));
    let watch = Watch::begin("cp1", move || {
        let mut tried = tried.lock().unwrap();
        *tried += 1;
        if *tried < 4 { Err(Trouble::NoClientCertificate(Instead::Nothing)) } else { Ok(access(address)) }
    });
    until(|| server.writes() >= 2);
    let seen = watch.end();
    assert!(seen.ok >= 2 && seen.failed == 0 && seen.late, "{seen:?}");
    assert_eq!((seen.error, seen.longest), (None, None));
}

#[test]
fn a_server_that_nobody_trusts_is_no_answer_and_nothing_is_left_behind_there() {
    let address = serve(expired(), |_, request| panic!("{request}"));
    let watch = Watch::begin("cp1", move || Ok(access(address)));
    sleep(Duration::from_millis(250));
    let seen = watch.end();
    assert!(!seen.watched() && seen.failed == 0, "{seen:?}");
    assert!(seen.error.is_some() && seen.left.is_none(), "{seen:?}");
}
