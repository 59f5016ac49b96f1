//! What `diagnose` answers for a control plane: whose certificate, what it is now, causes before consequences.

use crate::control_plane::{ca, control_plane, now, until};
use jiff::{SignedDuration, Timestamp};
use perennial_core::assess::Severity;
use perennial_core::diagnose::{
    Answer, By, Cause, Context, Gathering, Speaker, Superseded, Symptom, TokenFault, answers, known, read,
};
use perennial_core::inventory::{Component, Looked, Node, Place};
use perennial_pki::certificate::Certificate;

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// A day ago an old scheduler.conf ended; its replacement was made half a year ago.
fn ended() -> Timestamp {
    now() - days(1)
}

fn scheduler_started(node: &mut Node, at: Timestamp) {
    let holder = node.holders.iter_mut().find(|holder| holder.component == Component::KubeScheduler).unwrap();
    if let Looked::Seen(container) = &mut holder.container {
        container.started_at = at;
    }
}

fn old(original: &str, end: Timestamp) -> Superseded {
    let name = original.rsplit('/').next().unwrap();
    Superseded {
        path: format!("/var/lib/perennial/backup-1/{name}").into(),
        certificate: until(end),
        original: Some(original.into()),
    }
}

fn ask(node: &Node, superseded: &[Superseded], lines: &[String]) -> Vec<Answer> {
    let mut gathering = Gathering::default();
    let context = Context { speaker: Speaker::Unknown, now: now() };
    for (number, line) in (1..).zip(lines) {
        gathering.add(read(line, &context), "test", number);
    }
    answers(&gathering, &known(node, superseded), node, now())
}

fn one(node: &Node, superseded: &[Superseded], lines: &[String]) -> Answer {
    let mut all = ask(node, superseded, lines);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

/// kube-apiserver's line about a client, written at `at`.
fn refused(serial: &str, end: Timestamp, at: Timestamp) -> String {
    let why = format!("x509: certificate has expired or is not yet valid: current time {at} is after {end}");
    format!(
        "{at} stderr F E1125 1 authentication.go:75] \"Unable to authenticate the request\" err=\"[{why}, verifying \
         certificate SN={serial}, SKID=, AKID= failed: {why}]\""
    )
}

fn refused_without_serial(end: Timestamp, at: Timestamp) -> String {
    format!(
        "{at} stderr F E1125 1 authentication.go:63] Unable to authenticate the request due to an error: x509: \
         certificate has expired or is not yet valid: current time {at} is after {end}"
    )
}

fn serial(certificate: &Certificate) -> String {
    certificate.serial_decimal()
}

#[test]
fn a_replaced_certificate_that_a_process_still_holds_is_told_with_process_and_copy() {
    let mut node = control_plane(days(300));
    scheduler_started(&mut node, now() - days(200));
    let old = old("/etc/kubernetes/scheduler.conf", ended());
    let lines = [
        refused(&serial(&old.certificate), ended(), now()),
        "E1125 02:00:00.1 1 leaderelection.go:461] \"Error retrieving lease lock\" err=\"Unauthorized\" \
         lock=\"kube-system/kube-scheduler\""
            .to_owned(),
    ];
    let answer = one(&node, std::slice::from_ref(&old), &lines);
    let Cause::Held(held) = &answer.cause else { panic!("{answer:#?}") };
    assert_eq!((held.component, held.name.as_str()), (Component::KubeScheduler, "scheduler.conf"));
    assert_eq!(held.ended, Some(ended()));
    let (_, number, copy) = held.old.as_ref().unwrap();
    assert_eq!((number.as_str(), copy), (serial(&old.certificate).as_str(), &old.path));
    assert_eq!((answer.evidence.lines, answer.speakers.len()), (2, 2), "the consequence is the same answer");
}

#[test]
fn a_replaced_certificate_that_nobody_here_holds_is_somebody_elses_copy() {
    let node = control_plane(days(300));
    let old = old("/etc/kubernetes/scheduler.conf", ended());
    let later = [refused(&serial(&old.certificate), ended(), now())];
    let answer = one(&node, std::slice::from_ref(&old), &later);
    assert!(
        matches!(&answer.cause, Cause::Replaced { names, by: By::Serial, at: Some(_), .. } if names == &["scheduler.conf"]),
        "{answer:#?}"
    );
    // The lines end before the process was started again: it is over.
    let mut node = node;
    scheduler_started(&mut node, now() - days(1));
    let before = [refused(&serial(&old.certificate), ended(), now() - days(2))];
    let answer = one(&node, &[old], &before);
    assert!(matches!(&answer.cause, Cause::Over { name, .. } if name == "scheduler.conf"), "{answer:#?}");
    assert_eq!(answer.cause.severity(), Severity::Notice);
}

#[test]
fn an_unknown_serial_is_nobodys_here_whatever_the_dates_say() {
    let node = control_plane(-days(1));
    let answer = one(&node, &[], &[refused("12345678901234567890", ended(), now())]);
    let Cause::UnknownClient(client) = &answer.cause else { panic!("{answer:#?}") };
    assert_eq!(client.serial.as_deref(), Some("12345678901234567890"));
    assert_eq!(client.ended, Some(ended()));
}

#[test]
fn what_is_in_use_and_has_ended_is_the_cause() {
    let node = control_plane(-days(1));
    let scheduler = node.credential("scheduler.conf").unwrap().leaf().unwrap().clone();
    let answer = one(&node, &[], &[refused(&serial(&scheduler), scheduler.not_after(), now())]);
    assert_eq!(
        answer.cause,
        Cause::Expired { names: vec!["scheduler.conf".to_owned()], ended: scheduler.not_after() }
    );
    // Without a serial number every client certificate of that second can be meant.
    let answer = one(&node, &[], &[refused_without_serial(scheduler.not_after(), now())]);
    let Cause::Expired { names, .. } = &answer.cause else { panic!("{answer:#?}") };
    assert!(
        names.contains(&"admin.conf".to_owned()) && !names.contains(&"apiserver".to_owned()),
        "{names:?}"
    );
}

#[test]
fn without_a_serial_the_end_tells_the_superseded_one() {
    let node = control_plane(days(300));
    let old = old("/etc/kubernetes/admin.conf", ended());
    let answer = one(&node, &[old], &[refused_without_serial(ended(), now())]);
    assert!(
        matches!(&answer.cause, Cause::Replaced { names, by: By::Dates, serial: None, .. } if names == &["admin.conf"]),
        "{answer:#?}"
    );
    let stranger = one(&node, &[], &[refused_without_serial(ended(), now())]);
    assert!(matches!(stranger.cause, Cause::UnknownClient(_)), "{stranger:#?}");
}

#[test]
fn servers_are_recognized_by_their_address_and_causes_come_first() {
    let node = control_plane(-days(1));
    let end = node.credential("etcd-server").unwrap().leaf().unwrap().not_after();
    let dial = format!(
        "W1125 1 logging.go:55] grpc: addrConn.createTransport failed to connect to {{Addr: \"127.0.0.1:2379\"}}. Err: \
         connection error: desc = \"transport: authentication handshake failed: x509: certificate has expired or is \
         not yet valid: current time {} is after {end}\"",
        now()
    );
    let scheduler = "E1125 1 leaderelection.go:330] error retrieving resource lock kube-system/kube-scheduler: \
                     Unauthorized";
    let other = format!(
        "E1125 1 x.go:1] Get \"https://10.0.0.77:10250/logs\": x509: certificate has expired or is not yet valid: \
         current time {} is after {}",
        now(),
        end - days(3)
    );
    let answers = ask(&node, &[], &[other, scheduler.to_owned(), dial]);
    let names: Vec<_> = answers.iter().map(|answer| answer.cause.name()).collect();
    assert_eq!(names, ["expired", "otherServer"], "{answers:#?}");
    let Cause::Expired { names, .. } = &answers[0].cause else { panic!() };
    assert_eq!(names, &["etcd-server", "scheduler.conf"]);
}

#[test]
fn the_api_servers_certificate_for_itself_is_no_matter_of_files() {
    let node = control_plane(days(300));
    let line = "2026-11-25T01:59:00Z cp1 kube-apiserver[1]: pods \"x-\" is forbidden: Get \
                \"https://10.0.0.1:6443/api/v1/limitranges\": x509: certificate has expired";
    let answer = one(&node, &[], &[line.to_owned()]);
    assert_eq!(answer.cause, Cause::Loopback { ended: None });
}

#[test]
fn an_ended_ca_stands_above_its_leaves() {
    let mut node = control_plane(days(300));
    let end = node.authorities[0].certificates.seen().unwrap()[0].not_after();
    node.observed_at = end + days(1);
    let answer = one(&node, &[], &[refused_without_serial(end, end + days(1))]);
    assert!(matches!(&answer.cause, Cause::AuthorityExpired { name, .. } if name == "ca"), "{answer:#?}");
}

#[test]
fn a_kubelet_that_can_not_start_is_one_answer_and_over_once_it_runs() {
    let lines = [
        "E1125 02:00:00.1 812 bootstrap.go:266] part of the existing bootstrap client certificate in \
         /etc/kubernetes/kubelet.conf is expired: 2026-11-20 02:00:14 +0000 UTC",
        "E1125 02:00:00.2 812 run.go:74] \"command failed\" err=\"failed to run Kubelet: unable to load bootstrap \
         kubeconfig: stat /etc/kubernetes/bootstrap-kubelet.conf: no such file or directory\"",
    ]
    .map(str::to_owned);
    let node = control_plane(days(300));
    assert!(matches!(one(&node, &[], &lines).cause, Cause::Over { .. }));
    let mut down = node;
    if let Looked::Seen(unit) = &mut down.kubelet.unit {
        unit.active_state = "activating".to_owned();
    }
    let answer = one(&down, &[], &lines);
    let Cause::KubeletLockedOut { path, ended } = &answer.cause else { panic!("{answer:#?}") };
    assert_eq!(path, "/etc/kubernetes/kubelet.conf");
    assert_eq!(*ended, Some("2026-11-20T02:00:14Z".parse().unwrap()));
    assert_eq!(answer.evidence.lines, 2);
}

#[test]
fn files_are_told_from_who_wants_them() {
    let mut node = control_plane(days(300));
    let line = "2026-11-25T01:59:00Z cp1 etcd[1]: tls: private key does not match public key".to_owned();
    let at = node.credentials.iter().position(|credential| credential.name == "etcd-peer").unwrap();
    if let Looked::Seen(key) = &mut node.credentials[at].key {
        key.fits = false;
    }
    let answer = one(&node, &[], &[line]);
    let Cause::File { path, what: Symptom::KeyMismatch, .. } = &answer.cause else { panic!("{answer:#?}") };
    assert_eq!(path.as_deref().unwrap(), "/etc/kubernetes/pki/etcd/peer.crt");
}

#[test]
fn a_member_with_another_machines_certificate_is_told_by_its_address() {
    let node = control_plane(days(300));
    let line = "{\"level\":\"warn\",\"ts\":\"2026-11-25T01:59:00Z\",\"caller\":\"embed/config_logging.go:194\",\"msg\":\
                \"rejected connection on peer endpoint\",\"remote-addr\":\"10.0.0.13:41464\",\"error\":\"tls: \\\"10.0.0.13\\\" \
                does not match any of DNSNames [\\\"cp1\\\" \\\"localhost\\\"]\"}";
    let answer = one(&node, &[], &[line.to_owned()]);
    let Cause::WrongName { name: None, client: true, peer: Some(peer), valid_for, .. } = &answer.cause else {
        panic!("{answer:#?}")
    };
    assert_eq!((peer.host.as_str(), valid_for.join(" ").as_str()), ("10.0.0.13", "cp1 localhost"));
}

/// The files of a credential were changed at that time.
fn file_changed(node: &mut Node, name: &str, at: Timestamp) {
    let credential = node.credentials.iter_mut().find(|credential| credential.name == name).unwrap();
    let (Place::Pair { certificate: file, .. } | Place::Kubeconfig { file, .. }) = &mut credential.place
    else {
        panic!("{credential:?}");
    };
    if let Looked::Seen(facts) = &mut file.facts {
        facts.changed = at;
    }
}

#[test]
fn a_pair_that_was_read_while_it_was_replaced_is_history() {
    let mut node = control_plane(days(300));
    file_changed(&mut node, "apiserver", now() - days(1));
    let line =
        |at: Timestamp| format!("{at} cp1 kube-apiserver[1]: tls: private key does not match public key");
    let answer = one(&node, &[], &[line(now() - days(1))]);
    assert!(matches!(&answer.cause, Cause::Over { name, .. } if name == "apiserver"), "{answer:#?}");
    // Nothing was replaced then, and nothing since: it is a riddle, and no history.
    for credential in ["apiserver", "apiserver-etcd-client", "apiserver-kubelet-client", "front-proxy-client"]
    {
        file_changed(&mut node, credential, now() - days(1));
    }
    let answer = one(&node, &[], &[line(now())]);
    assert!(matches!(&answer.cause, Cause::File { path: None, .. }), "{answer:#?}");
}

/// What kube-scheduler says when it is refused.
fn unauthorized(at: Timestamp) -> String {
    format!(
        "{at} cp1 kube-scheduler[1]: E1125 1 leaderelection.go:461] error retrieving resource lock: Unauthorized"
    )
}

#[test]
fn without_any_copy_the_refused_client_gives_itself_away_in_the_same_moment() {
    let mut node = control_plane(days(300));
    scheduler_started(&mut node, now() - days(200));
    let at = now() - SignedDuration::from_mins(5);
    let lines = [refused("77", ended(), at), unauthorized(at + SignedDuration::from_millis(2))];
    let answer = one(&node, &[], &lines);
    assert!(matches!(&answer.cause, Cause::Held(held) if held.component == Component::KubeScheduler));
    // Started again since: the same two lines are history.
    scheduler_started(&mut node, now() - SignedDuration::from_mins(1));
    let answer = one(&node, &[], &lines);
    assert!(matches!(&answer.cause, Cause::Over { name, .. } if name == "scheduler.conf"), "{answer:#?}");
    // A second apart, it is somebody else.
    let lines = [refused("77", ended(), at), unauthorized(at + SignedDuration::from_secs(1))];
    let names: Vec<_> = ask(&node, &[], &lines).iter().map(|answer| answer.cause.name()).collect();
    assert_eq!(names, ["unknownClient", "over"]);
}

#[test]
fn a_listener_that_serves_a_new_certificate_since_is_history() {
    let mut node = control_plane(days(300));
    let at = now() - days(1);
    let dial = format!(
        "{at} cp1 kube-apiserver[1]: W1125 1 logging.go:55] grpc: addrConn.createTransport failed to connect to \
         {{Addr: \"127.0.0.1:2379\"}}. Err: connection error: desc = \"transport: authentication handshake failed: \
         x509: certificate has expired or is not yet valid: current time {at} is after {}\"",
        ended()
    );
    let refused = format!(
        "{at} cp1 etcd[1]: {{\"level\":\"warn\",\"msg\":\"rejected connection on client endpoint\",\"remote-addr\":\
         \"127.0.0.1:41464\",\"error\":\"remote error: tls: bad certificate\"}}"
    );
    for name in ["etcd-server", "etcd-peer"] {
        file_changed(&mut node, name, at);
    }
    let answers = ask(&node, &[], &[dial, refused]);
    assert!(answers.iter().all(|answer| matches!(answer.cause, Cause::Over { .. })), "{answers:#?}");
}

#[test]
fn what_cadvisor_tries_is_nothing() {
    let node = control_plane(days(300));
    let line = "I1125 02:00:00.1 812 factory.go:221] Registration of the crio container factory failed: Get \
                \"http://%2Fvar%2Frun%2Fcrio%2Fcrio.sock/info\": dial unix /var/run/crio/crio.sock: connect: no such \
                file or directory";
    assert!(ask(&node, &[], &[line.to_owned()]).is_empty());
}

/// kube-apiserver's line about a client whose CA it does not trust.
fn of_another_authority(serial: &str) -> String {
    let why = "x509: certificate signed by unknown authority";
    format!(
        "{} stderr F E1125 1 authentication.go:75] \"Unable to authenticate the request\" err=\"[{why}, verifying \
         certificate SN={serial}, SKID=, AKID= failed: {why}]\"",
        now()
    )
}

#[test]
fn a_client_of_another_ca_is_told_by_its_serial_number() {
    let node = control_plane(days(300));
    let answer = one(&node, &[], &[of_another_authority("12341745988315381397")]);
    let Cause::StrangeClient { serial, .. } = &answer.cause else { panic!("{answer:#?}") };
    assert_eq!(serial.as_deref(), Some("12341745988315381397"));
    // What lies in a backup since the CA was made anew, somebody may still use.
    let old = old("/etc/kubernetes/admin.conf", now() + days(100));
    let line = of_another_authority(&serial_of(&old));
    let answer = one(&node, &[old], &[line]);
    assert!(
        matches!(&answer.cause, Cause::Replaced { names, .. } if names == &["admin.conf"]),
        "{answer:#?}"
    );
}

fn serial_of(old: &Superseded) -> String {
    serial(&old.certificate)
}

#[test]
fn a_strangers_certificate_that_is_too_early_is_no_matter_of_this_nodes_clock() {
    let line = |begins: Timestamp| {
        let why = format!(
            "x509: certificate has expired or is not yet valid: current time {} is before {begins}",
            now()
        );
        format!(
            "{} stderr F E1125 1 authentication.go:75] \"Unable to authenticate the request\" err=\"[{why}, verifying \
             certificate SN=3480549130483587355, SKID=, AKID= failed: {why}]\"",
            now()
        )
    };
    let node = control_plane(days(300));
    let begins = now() + days(1);
    let answer = one(&node, &[], &[line(begins)]);
    let Cause::UnknownClient(client) = &answer.cause else { panic!("{answer:#?}") };
    assert_eq!(client.begins, Some(begins));
    assert_eq!(answer.cause.severity(), Severity::Warning);
}

#[test]
fn tokens_are_told_apart() {
    let node = control_plane(days(300));
    let line = |why: &str| {
        format!(
            "E1125 13:46:10.1 1 authentication.go:75] \"Unable to authenticate the request\" err=\"{why}\""
        )
    };
    let fault = |why: &str| match one(&node, &[], &[line(why)]).cause {
        Cause::Token { fault, .. } => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault("[invalid bearer token, service account token has expired]"), TokenFault::Expired);
    assert_eq!(fault("[invalid bearer token, invalid signature, no keys found]"), TokenFault::Signature);
    assert_eq!(
        fault("[invalid bearer token, serviceaccounts \\\"stale\\\" not found]"),
        TokenFault::AccountGone("stale".to_owned())
    );
}

#[test]
fn an_address_that_shows_another_machines_certificate_is_one_answer() {
    let node = control_plane(days(300));
    let lines = [
        r#"{"level":"warn","ts":"2026-11-25T01:51:12.969366Z","caller":"embed/config_logging.go:185","msg":"rejected connection on peer endpoint","remote-addr":"10.88.7.12:53062","server-name":"","ip-addresses":["10.88.7.11","127.0.0.1","::1"],"dns-names":["cp1","localhost"],"error":"tls: \"10.88.7.12\" does not match any of DNSNames [\"cp1\" \"localhost\"]"}"#,
        r#"{"level":"warn","ts":"2026-11-25T01:51:13.061491Z","caller":"etcdserver/cluster_util.go:162","msg":"failed to get version","remote-member-id":"abd0a61756f439ee","error":"Get \"https://10.88.7.12:2380/version\": tls: failed to verify certificate: x509: certificate is valid for 10.88.7.11, 127.0.0.1, ::1, not 10.88.7.12"}"#,
        r#"{"level":"warn","ts":"2026-11-25T01:51:13.078981Z","caller":"rafthttp/probing_status.go:68","msg":"prober detected unhealthy status","round-tripper-name":"ROUND_TRIPPER_SNAPSHOT","remote-peer-id":"abd0a61756f439ee","rtt":"83.391555ms","error":"tls: failed to verify certificate: x509: certificate is valid for 10.88.7.11, 127.0.0.1, ::1, not 10.88.7.12"}"#,
    ];
    let answer = one(&node, &[], &lines.map(str::to_owned));
    let Cause::WrongName { client: true, peer: Some(peer), valid_for, .. } = &answer.cause else {
        panic!("{answer:#?}")
    };
    assert_eq!((peer.host.as_str(), answer.evidence.lines), ("10.88.7.12", 3));
    assert!(valid_for.contains(&"cp1".to_owned()) && valid_for.contains(&"10.88.7.11".to_owned()));
}

#[test]
fn the_ca_that_a_join_met_is_this_nodes_or_is_not() {
    let node = control_plane(days(300));
    let line = |hash: &str| {
        format!(
            "error: error execution phase preflight: couldn't validate the identity of the API Server: cluster CA \
             found in cluster-info ConfigMap is invalid: none of the public keys \"sha256:{hash}\" are pinned"
        )
    };
    let own = perennial_pki::digest::sha256_hex(ca().spki_der());
    let ours = |hash: &str| match one(&node, &[], &[line(hash)]).cause {
        Cause::JoinHash { met, ours } => (met, ours),
        other => panic!("{other:?}"),
    };
    assert_eq!(ours(&own), (Some(own.clone()), Some(true)));
    let other = "084dabdbdb2d156450349a0e02aa6c35527c6bbd413c30888b6e26be8df772ed";
    assert_eq!(ours(other), (Some(other.to_owned()), Some(false)));
}

#[test]
fn a_webhook_is_named() {
    let node = control_plane(days(300));
    let line = r#"W1125 13:44:01.768244       1 dispatcher.go:205] Failed calling webhook, failing open url.example.io: failed calling webhook "url.example.io": failed to call webhook: Post "https://10.88.7.21:8443/validate?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority"#;
    let answer = one(&node, &[], &[line.to_owned()]);
    let Cause::OtherServer { caller, .. } = &answer.cause else { panic!("{answer:#?}") };
    assert_eq!(caller.as_deref(), Some("url.example.io"));
}
