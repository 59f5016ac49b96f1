//! What stands around a message: journald (JSON, short), CRI log files, container logs of docker, klog headers, JSON
//! logs of etcd and Kubernetes.

use super::lines::Context;
use super::speaker::Speaker;
use super::token::{self, Peer};
use crate::inventory::Component;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// A message without what stands around it.
#[derive(Debug)]
pub(super) struct Frame {
    /// When it was written.
    pub(super) at: Option<Timestamp>,
    pub(super) speaker: Speaker,
    /// The message and its error, without escapes.
    pub(super) text: String,
    /// The other end, where the log has a field for it.
    pub(super) peer: Option<Peer>,
}

/// Takes a line apart.
pub(super) fn frame(line: &str, context: &Context) -> Frame {
    let mut frame = Frame { at: None, speaker: context.speaker.clone(), text: String::new(), peer: None };
    outer(line.trim(), context, &mut frame, 0);
    frame.text = token::unescape(&frame.text);
    frame
}

/// `depth`: a JSON log in a JSON journal in a file is as deep as it gets.
fn outer(line: &str, context: &Context, frame: &mut Frame, depth: usize) {
    if depth < 4 {
        if line.starts_with('{')
            && let Ok(fields) = serde_json::from_str::<Map<String, Value>>(line)
        {
            return json(&fields, context, frame, depth);
        }
        if let Some((at, rest)) = cri(line) {
            frame.at = frame.at.or(Some(at));
            return outer(rest, context, frame, depth + 1);
        }
        if let Some((at, speaker, rest)) = syslog(line, context) {
            frame.at = frame.at.or(at);
            if speaker != Speaker::Unknown {
                frame.speaker = speaker;
            }
            return outer(rest, context, frame, depth + 1);
        }
        // capnslog, Calico: `2026-11-25 02:00:31.123 [ERROR][1] …`.
        if let Some(at) = bare_time(line) {
            frame.at = frame.at.or(Some(at));
        }
    }
    let klog = klog(line, context);
    frame.at = frame.at.or(klog);
    line.clone_into(&mut frame.text);
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

fn json(fields: &Map<String, Value>, context: &Context, frame: &mut Frame, depth: usize) {
    // journalctl -o json (systemd.journal-fields(7)). A message that is not UTF-8 is an array of bytes.
    let bytes;
    let message = match fields.get("MESSAGE") {
        Some(Value::String(message)) => Some(message.as_str()),
        Some(Value::Array(array)) => {
            let array = array.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok()).collect::<Vec<_>>();
            bytes = String::from_utf8_lossy(&array).into_owned();
            Some(bytes.as_str())
        }
        _ => None,
    };
    if let Some(message) = message {
        let micros =
            text(fields, "_SOURCE_REALTIME_TIMESTAMP").or_else(|| text(fields, "__REALTIME_TIMESTAMP"));
        let realtime = micros.and_then(|micros| Timestamp::from_microsecond(micros.parse().ok()?).ok());
        frame.at = frame.at.or(realtime);
        let names = ["CONTAINER_NAME", "_SYSTEMD_UNIT", "SYSLOG_IDENTIFIER", "_COMM"];
        let speaker = names.into_iter().filter_map(|name| text(fields, name)).map(Speaker::named);
        let known = |speaker: &Speaker| speaker.component().is_some() || *speaker == Speaker::Kubeadm;
        let speakers: Vec<_> = speaker.filter(|speaker| *speaker != Speaker::Unknown).collect();
        if let Some(speaker) = speakers.iter().find(|speaker| known(speaker)).or_else(|| speakers.first()) {
            frame.speaker = speaker.clone();
        }
        return outer(message.trim(), context, frame, depth + 1);
    }
    // docker's json-file.
    if let (Some(log), Some(_)) = (text(fields, "log"), fields.get("stream")) {
        frame.at = frame.at.or_else(|| text(fields, "time").and_then(token::rfc3339));
        return outer(log.trim(), context, frame, depth + 1);
    }
    // zap (etcd), and Kubernetes' `--logging-format=json`, whose `ts` is in milliseconds.
    let at = match fields.get("ts") {
        Some(Value::String(at)) => token::rfc3339(at),
        Some(Value::Number(at)) => milliseconds(at.as_f64()),
        _ => text(fields, "time").and_then(token::rfc3339),
    };
    frame.at = frame.at.or(at);
    let zap = fields.contains_key("level") && fields.contains_key("caller");
    if zap && frame.speaker == Speaker::Unknown {
        // etcd's client library, inside of kube-apiserver, writes as etcd does.
        let client = text(fields, "logger") == Some("etcd-client");
        let component = if client { Component::KubeApiserver } else { Component::Etcd };
        frame.speaker = Speaker::Component(component);
    }
    let remote = ["remote-addr", "remote-peer-urls", "endpoint", "address", "target", "remote-peer-address"];
    frame.peer = remote.into_iter().find_map(|name| text(fields, name)).and_then(remote_peer);
    let parts = ["msg", "message", "error", "err", "dns-names", "lock", "node"];
    let joined = parts.into_iter().filter_map(|name| match fields.get(name)? {
        Value::String(text) => Some(text.clone()),
        // etcd's names of the certificate that it judges.
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
            Some(format!("{name}=[{names}]"))
        }
        _ => None,
    });
    frame.text = joined.collect::<Vec<_>>().join(": ");
}

/// An address, or etcd's client's target: `etcd-endpoints://0xc000a1b2c0/127.0.0.1:2379`.
fn remote_peer(text: &str) -> Option<Peer> {
    match text.strip_prefix("etcd-endpoints://") {
        Some(rest) => Peer::read(rest.split_once('/')?.1),
        None => Peer::read(text),
    }
}

fn milliseconds(at: Option<f64>) -> Option<Timestamp> {
    let at = at.filter(|at| (0.0..1e15).contains(at))?;
    #[expect(clippy::cast_possible_truncation, reason = "it is within the limits above")]
    Timestamp::from_millisecond(at as i64).ok()
}

/// `2026-11-25T02:00:31.123456789+00:00 stderr F message` (the CRI's log format).
fn cri(line: &str) -> Option<(Timestamp, &str)> {
    let (time, rest) = line.split_once(' ')?;
    let (stream, rest) = rest.split_once(' ')?;
    let (tag, rest) = rest.split_once(' ')?;
    let fits = matches!(stream, "stdout" | "stderr") && matches!(tag.split(':').next(), Some("F" | "P"));
    if fits { Some((token::rfc3339(time)?, rest)) } else { None }
}

/// `Nov 25 02:00:31 cp1 kubelet[812]: message`, or the same with RFC 3339.
fn syslog<'a>(line: &'a str, context: &Context) -> Option<(Option<Timestamp>, Speaker, &'a str)> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (at, rest) = match token::rfc3339(line) {
        Some(at) => (Some(at), line.split_once(' ')?.1),
        None => {
            let month = (1..).zip(MONTHS).find(|(_, month)| line.starts_with(month))?.0;
            let (day, rest) = line.get(3..)?.trim_start().split_once(' ')?;
            let (time, rest) = rest.trim_start().split_once(' ')?;
            let day = day.parse().ok()?;
            (Some(token::without_year(month, day, time, context.now)?), rest)
        }
    };
    let (_host, rest) = rest.trim_start().split_once(' ')?;
    let (program, message) = rest.split_once(": ")?;
    let program = program.split('[').next()?;
    if program.is_empty() || program.contains([' ', '"', '=', ']', '/']) {
        return None;
    }
    Some((at, Speaker::named(program), message))
}

/// `E1125 02:00:31.123456       1 authentication.go:75] message`: month and day, no year, no zone.
fn klog(line: &str, context: &Context) -> Option<Timestamp> {
    let rest = line.strip_prefix(['I', 'W', 'E', 'F'])?;
    let (date, rest) = rest.split_at_checked(4)?;
    let month = date.get(..2)?.parse().ok()?;
    token::without_year(month, date.get(2..)?.parse().ok()?, rest.strip_prefix(' ')?, context.now)
}

fn bare_time(line: &str) -> Option<Timestamp> {
    let (date, rest) = line.split_at_checked(10)?;
    let time = token::word(rest.strip_prefix(' ')?, |c| c.is_ascii_digit() || ":.".contains(c));
    (date.starts_with("20") && time.len() >= 8).then(|| format!("{date}T{time}Z").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> (Option<String>, Speaker, String) {
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        let frame = frame(line, &Context { speaker: Speaker::Unknown, now });
        (frame.at.map(|at| at.to_string()), frame.speaker, frame.text)
    }

    #[test]
    fn every_frame_gives_time_speaker_and_message() {
        let at = Some("2026-11-25T02:00:31Z".to_owned());
        let (kubelet, etcd) = (Speaker::Component(Component::Kubelet), Speaker::Component(Component::Etcd));
        for (line, speaker, message) in [
            ("Nov 25 02:00:31 cp1 kubelet[812]: Unauthorized", &kubelet, "Unauthorized"),
            ("2026-11-25T02:00:31+0000 cp1 kubelet[812]: Unauthorized", &kubelet, "Unauthorized"),
            ("2026-11-25T02:00:31.000000000Z stderr F Unauthorized", &Speaker::Unknown, "Unauthorized"),
            (
                r#"{"__REALTIME_TIMESTAMP":"1795572031000000","_SYSTEMD_UNIT":"kubelet.service","_COMM":"k","MESSAGE":"Unauthorized"}"#,
                &kubelet,
                "Unauthorized",
            ),
            (
                r#"{"log":"Unauthorized\n","stream":"stderr","time":"2026-11-25T02:00:31Z"}"#,
                &Speaker::Unknown,
                "Unauthorized",
            ),
            (
                r#"2026-11-25T02:00:31Z stderr F {"level":"warn","ts":"2026-11-25T02:00:31Z","caller":"x.go:1","msg":"m","error":"tls: \"a\""}"#,
                &etcd,
                "m: tls: \"a\"",
            ),
        ] {
            assert_eq!(read(line), (at.clone(), speaker.clone(), message.to_owned()), "{line}");
        }
        assert_eq!(read("E1125 02:00:31.000000       1 authentication.go:75] x").0, at);
    }
}
