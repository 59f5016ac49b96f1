//! A certificate in a `CheckReport`, and how the look at one went.

use crate::output::check::Report;
use crate::output::json::time;
use jiff::Timestamp;
use perennial_core::inventory::{Instead, Looked, Trouble};
use perennial_pki::certificate::Certificate;
use serde::Serialize;

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(in crate::output::json) struct CertificateView {
    subject: String,
    issuer: String,
    /// Lower-case hexadecimal.
    serial: String,
    /// SHA-256 of the DER, lower-case hexadecimal.
    fingerprint: String,
    not_before: String,
    not_after: String,
    /// Negative once it has ended.
    seconds_left: i64,
    key: String,
    dns_names: Vec<String>,
    ip_addresses: Vec<String>,
}

pub(in crate::output::json) fn certificate(
    report: &Report<'_>,
    certificate: &Certificate,
) -> CertificateView {
    certificate_at(report.now, certificate)
}

/// A certificate with what is left of it at `now`.
pub(in crate::output::json) fn certificate_at(now: Timestamp, certificate: &Certificate) -> CertificateView {
    CertificateView {
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        serial: certificate.serial_hex(),
        fingerprint: certificate.fingerprint_sha256(),
        not_before: time(certificate.not_before()),
        not_after: time(certificate.not_after()),
        seconds_left: certificate.not_after().duration_since(now).as_secs(),
        key: certificate.key_kind().to_string(),
        dns_names: certificate.dns_names(),
        ip_addresses: certificate.ip_addresses().iter().map(ToString::to_string).collect(),
    }
}

pub(in crate::output::json) fn state<T>(looked: &Looked<T>) -> (&'static str, Option<String>) {
    match looked {
        Looked::Seen(_) => ("seen", None),
        Looked::Absent => ("absent", None),
        Looked::Unusable(trouble @ Trouble::NoClientCertificate(by)) if *by != Instead::Nothing => {
            ("noCertificate", Some(trouble.to_string()))
        }
        Looked::Unusable(trouble) => ("unusable", Some(trouble.to_string())),
    }
}
