//! What a certificate signing request asks for (`crypto/x509.ParseCertificateRequest` of Go), and new ones.

mod again;
mod vouched;

pub use again::again;
pub use vouched::{VOUCHED_LABEL, VouchError, Vouched, vouch};

use std::net::IpAddr;

use crate::asn1::{Reader, SEQUENCE, SET, explicit};
use crate::certificate::read_extensions;
use crate::extension::Known;
use crate::name::Name;
use crate::pem;

/// The label of a request's PEM block.
pub const LABEL: &str = "CERTIFICATE REQUEST";

/// The attribute in which a request names the extensions that it wants (PKCS#9 `extensionRequest`).
const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";

/// The subject and the names that a request asks for. Its signature is not checked: whoever signs it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The subject as Go prints it.
    pub subject: String,
    /// The public key with its algorithm, byte for byte as the certificate will carry it.
    pub spki_der: Vec<u8>,
    /// The subject's common name.
    pub common_name: Option<String>,
    /// The subject's organizations.
    pub organizations: Vec<String>,
    /// DNS names.
    pub dns_names: Vec<String>,
    /// IP addresses.
    pub ip_addresses: Vec<IpAddr>,
    /// E-mail addresses and URIs: no kubelet asks for any.
    pub others: Vec<String>,
}

impl Request {
    /// Reads the first request of a PEM text; `None` if there is none, or it is broken.
    pub fn from_pem(text: &[u8]) -> Option<Self> {
        let block = pem::blocks(text).into_iter().find(|block| block.label == LABEL)?;
        Self::from_der(&block.der)
    }

    /// Reads a request.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let mut whole = Reader::new(der).read(SEQUENCE)?;
        let mut info = whole.read(SEQUENCE)?;
        info.integer()?;
        let subject = Name::read(info.read(SEQUENCE)?)?;
        let spki = info.element(SEQUENCE)?.whole.bytes().to_vec();
        let mut known = Known::default();
        if let Some(attributes) = info.optional(explicit(0))? {
            let mut attributes = attributes.content;
            while !attributes.is_empty() {
                let mut attribute = attributes.read(SEQUENCE)?;
                if attribute.oid()? != EXTENSION_REQUEST {
                    continue;
                }
                for raw in read_extensions(attribute.read(SET)?).ok()? {
                    let value = der.get(raw.value.clone())?;
                    known.add(&raw.oid, raw.critical, Reader::new(value)).ok()?;
                }
            }
        }
        Some(Self {
            subject: subject.to_string(),
            spki_der: spki,
            common_name: subject.common_name().map(str::to_owned),
            organizations: subject.organizations(),
            dns_names: known.dns_names,
            ip_addresses: known.ip_addresses,
            others: known.emails.into_iter().chain(known.uris).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=system:nodes/CN=system:node:w1"
    /// -addext "subjectAltName=DNS:w1,IP:10.0.0.21,IP:fd00::21"`.
    const SERVING: &[u8] = include_bytes!("../testdata/kubelet-serving.csr");

    #[test]
    fn the_names_of_a_kubelets_request_are_read() {
        let request = Request::from_pem(SERVING).unwrap();
        assert_eq!(request.common_name.as_deref(), Some("system:node:w1"));
        assert_eq!(request.subject, "CN=system:node:w1,O=system:nodes");
        assert_eq!(crate::key::public_kind(&request.spki_der), Some(crate::key::KeyKind::EcdsaP256));
        assert_eq!(request.organizations, ["system:nodes"]);
        assert_eq!(request.dns_names, ["w1"]);
        let addresses: Vec<String> = request.ip_addresses.iter().map(ToString::to_string).collect();
        assert_eq!(addresses, ["10.0.0.21", "fd00::21"]);
        assert!(request.others.is_empty());
    }

    #[test]
    fn a_request_cut_anywhere_is_none() {
        let der = pem::blocks(SERVING).remove(0).der;
        for length in 0..der.len() {
            assert_eq!(Request::from_der(der.get(..length).unwrap()), None, "{length}");
        }
    }
}
