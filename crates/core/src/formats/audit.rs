//! kube-apiserver's audit log: JSON lines (`--audit-log-format=json`, the default), each an `audit.k8s.io/v1` Event.
//!
//! Since Kubernetes 1.32 (kubernetes#125634) the identity of a client certificate carries the certificate's own hash:
//! `user.extra["authentication.kubernetes.io/credential-id"] = ["X509SHA256=<hex of the DER's SHA-256>"]`.
//!
//! The lines hold what strangers have sent. Nothing is kept but a name, a program, a hash, an address and a time, each
//! in its own narrow alphabet.

use crate::inventory::Shown;
use jiff::Timestamp;
use serde::Deserialize;
use std::borrow::Cow;
use std::net::IpAddr;

/// What an X.509 credential's identity begins with (apiserver authentication/request/x509).
pub const X509: &str = "X509SHA256=";

/// No name in a certificate is longer (X.520 allows 64; Kubernetes' node names have 253).
const LONGEST: usize = 300;

/// Reads a line: who has shown which certificate. `None`: it is about something else, or is no event.
pub fn shown(line: &[u8]) -> Option<Shown> {
    // Whoever speaks with a token is most of a busy log; no need to parse that.
    if !contains(line, X509.as_bytes()) {
        return None;
    }
    let event: Event<'_> = serde_json::from_slice(line).ok()?;
    let fingerprint = event.user.extra?.credential_id?.into_iter().find_map(|id| {
        let hash = id.strip_prefix(X509)?;
        let hexadecimal = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        hexadecimal.then(|| hash.to_ascii_lowercase())
    })?;
    let named = |text: &str, more: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
        (!text.is_empty() && text.len() <= LONGEST && text.chars().all(fits)).then(|| text.to_owned())
    };
    // The client may write all addresses but the last one, by X-Forwarded-For.
    let from = event.source_ips.unwrap_or_default().last().and_then(|address| address.parse::<IpAddr>().ok());
    let program = event.user_agent.unwrap_or_default();
    let program = program.split(['/', ' ']).next().unwrap_or_default();
    Some(Shown {
        user: named(&event.user.username, "._:@-")?,
        program: named(program, "._-").unwrap_or_default(),
        fingerprint,
        from,
        at: event.request_received_timestamp?,
    })
}

fn contains(bytes: &[u8], words: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == words[0]) {
        if rest[at..].starts_with(words) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    request_received_timestamp: Option<Timestamp>,
    #[serde(borrow)]
    user: User<'a>,
    #[serde(borrow, rename = "sourceIPs")]
    source_ips: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow)]
    user_agent: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct User<'a> {
    #[serde(borrow)]
    username: Cow<'a, str>,
    #[serde(borrow)]
    extra: Option<Extra<'a>>,
}

/// The key is `CredentialIDKey` in apiserver pkg/authentication/user/user.go.
#[derive(Deserialize)]
struct Extra<'a> {
    #[serde(borrow, rename = "authentication.kubernetes.io/credential-id")]
    credential_id: Option<Vec<Cow<'a, str>>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIAL_ID: &str = "authentication.kubernetes.io/credential-id";

    fn hash(digit: char) -> String {
        std::iter::repeat_n(digit, 64).collect()
    }

    fn line(user: &str, agent: &str, credential: &str, from: &str) -> String {
        format!(
            "{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\",\"auditID\":\"0\",\
             \"stage\":\"ResponseComplete\",\"requestURI\":\"/apis/coordination.k8s.io/v1/x\",\"verb\":\"update\",\
             \"user\":{{\"username\":\"{user}\",\"groups\":[\"system:authenticated\"],\
             \"extra\":{{\"other\":[\"x\"],\"{CREDENTIAL_ID}\":[\"{credential}\"]}}}},\"sourceIPs\":[{from}],\
             \"userAgent\":\"{agent}\",\"objectRef\":{{\"resource\":\"leases\"}},\"responseStatus\":{{\"code\":200}},\
             \"requestReceivedTimestamp\":\"2026-11-25T10:02:11.123456Z\",\
             \"stageTimestamp\":\"2026-11-25T10:02:11.125000Z\",\"annotations\":{{}}}}"
        )
    }

    fn scheduler(credential: &str, from: &str) -> String {
        line(
            "system:kube-scheduler",
            "kube-scheduler/v1.36.3 (linux/amd64) x/leader-election",
            credential,
            from,
        )
    }

    #[test]
    fn who_has_shown_which_certificate() {
        let shown = shown(scheduler(&format!("{X509}{}", hash('A')), "\"10.0.0.11\"").as_bytes()).unwrap();
        assert_eq!(
            shown,
            Shown {
                user: "system:kube-scheduler".into(),
                program: "kube-scheduler".into(),
                fingerprint: hash('a'),
                from: "10.0.0.11".parse().ok(),
                at: "2026-11-25T10:02:11.123456Z".parse().unwrap(),
            }
        );
    }

    #[test]
    fn a_client_can_not_forge_where_it_comes_from() {
        let forged = "\"10.0.0.11\",\"203.0.113.9\"";
        let seen = shown(scheduler(&format!("{X509}{}", hash('a')), forged).as_bytes()).unwrap();
        assert_eq!(seen.from, "203.0.113.9".parse().ok());
        for nothing in ["", "\"?\"", "\"10.0.0.11\",\"\""] {
            let seen = shown(scheduler(&format!("{X509}{}", hash('a')), nothing).as_bytes()).unwrap();
            assert_eq!(seen.from, None, "{nothing}");
        }
    }

    #[test]
    fn what_is_no_event_of_a_certificate_is_nothing() {
        let good = scheduler(&format!("{X509}{}", hash('a')), "\"10.0.0.11\"");
        for bad in [
            String::new(),
            "X509SHA256=".to_owned(),
            good[..good.len() - 1].to_owned(),
            good[1..].to_owned(),
            scheduler("JTI=0-0-0-0", "\"10.0.0.11\""),
            scheduler(&format!("{X509}{}", &hash('a')[1..]), "\"10.0.0.11\""),
            scheduler(&format!("{X509}{}", hash('z')), "\"10.0.0.11\""),
            good.replace("2026-11-25T10:02:11.123456Z", "yesterday"),
            good.replace("system:kube-scheduler", "system:\\u001b[2J"),
            good.replace("\"username\"", "\"name\""),
            format!("{}{good}", "[".repeat(100_000)),
        ] {
            assert_eq!(shown(bad.as_bytes()), None, "{}", bad.get(..200).unwrap_or(&bad));
        }
        let mut bytes = good.clone().into_bytes();
        let at = good.find("linux").unwrap();
        bytes[at] = 0xff;
        assert_eq!(shown(&bytes), None, "not UTF-8");
        // A program that nobody would call that way is no program, and the rest still counts.
        let odd = shown(good.replace("kube-scheduler/v1", "\\u001b]0;/v1").as_bytes()).unwrap();
        assert_eq!(odd.program, "");
    }
}
