//! What a certificate shall say.

use crate::der::{SEQUENCE, SET, boolean, oid, tlv, utf8};
use jiff::{SignedDuration, Timestamp};
use perennial_pki::key::{KeyForm, KeyKind};
use std::net::IpAddr;

/// An extended key usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// serverAuth.
    Server,
    /// clientAuth.
    Client,
    /// codeSigning: of no use in a cluster.
    CodeSigning,
}

impl Usage {
    fn oid(self) -> Vec<u8> {
        oid(match self {
            Self::Server => "1.3.6.1.5.5.7.3.1",
            Self::Client => "1.3.6.1.5.5.7.3.2",
            Self::CodeSigning => "1.3.6.1.5.5.7.3.3",
        })
    }
}

/// What a certificate shall say: subject, names, usages, dates, kind of key. Made good, then changed.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub(crate) subject: Vec<u8>,
    pub(crate) begin: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) kind: KeyKind,
    pub(crate) form: KeyForm,
    pub(crate) version1: bool,
    pub(crate) serial: Option<u64>,
    pub(crate) authority: bool,
    names: Vec<String>,
    usages: Vec<Usage>,
    extra: Vec<Vec<u8>>,
}

impl Leaf {
    /// A certificate without names and usages. The subject is written as openssl does (`/O=…/CN=…`), in its order.
    pub fn new(subject: &str) -> Self {
        let leaf = Self {
            subject: name(subject),
            begin: Timestamp::UNIX_EPOCH,
            end: Timestamp::UNIX_EPOCH,
            kind: KeyKind::EcdsaP256,
            form: KeyForm::Sec1,
            version1: false,
            serial: None,
            authority: false,
            names: Vec::new(),
            usages: Vec::new(),
            extra: Vec::new(),
        };
        leaf.days(-30, 335)
    }

    /// A client certificate.
    pub fn client(subject: &str) -> Self {
        Self::new(subject).usages(&[Usage::Client])
    }

    /// A server certificate.
    pub fn server(subject: &str) -> Self {
        Self::new(subject).usages(&[Usage::Server])
    }

    /// A certificate for both sides, as etcd's.
    pub fn both(subject: &str) -> Self {
        Self::new(subject).usages(&[Usage::Server, Usage::Client])
    }

    /// A CA certificate, for ten years.
    pub fn authority(subject: &str) -> Self {
        let mut leaf = Self::new(subject).days(-365, 3285);
        leaf.authority = true;
        leaf
    }

    /// Valid from so many days from now to so many days from now; the past is negative.
    #[must_use]
    pub fn days(self, begin: i64, end: i64) -> Self {
        let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
        let day = |days: i64| now + SignedDuration::from_hours(24 * days);
        self.valid(day(begin), day(end))
    }

    /// Everything so many days later.
    #[must_use]
    pub fn later(mut self, days: i64) -> Self {
        let by = SignedDuration::from_hours(24 * days);
        (self.begin, self.end) = (self.begin + by, self.end + by);
        self
    }

    /// Valid from, to.
    #[must_use]
    pub fn valid(mut self, begin: Timestamp, end: Timestamp) -> Self {
        (self.begin, self.end) = (begin, end);
        self
    }

    /// Subject alternative names: `DNS:name`, `IP:address`.
    #[must_use]
    pub fn names(mut self, names: &[&str]) -> Self {
        self.names = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Other extended key usages; none leaves the extension out.
    #[must_use]
    pub fn usages(mut self, usages: &[Usage]) -> Self {
        self.usages = usages.to_vec();
        self
    }

    /// Another kind of key, in the form that kubeadm writes for it.
    #[must_use]
    pub fn key(mut self, kind: KeyKind) -> Self {
        self.form = match kind {
            KeyKind::Rsa(_) => KeyForm::Pkcs1,
            KeyKind::Ed25519 => KeyForm::Pkcs8,
            _ => KeyForm::Sec1,
        };
        self.kind = kind;
        self
    }

    /// Another form of key.
    #[must_use]
    pub fn form(mut self, form: KeyForm) -> Self {
        self.form = form;
        self
    }

    /// X.509 version 1: no extensions at all.
    #[must_use]
    pub fn version1(mut self) -> Self {
        self.version1 = true;
        self
    }

    /// A serial number of one's own choice.
    #[must_use]
    pub fn serial(mut self, serial: u64) -> Self {
        self.serial = Some(serial);
        self
    }

    /// One more extension, its value in DER.
    #[must_use]
    pub fn extension(mut self, dotted: &str, critical: bool, value: &[u8]) -> Self {
        self.extra.push(extension(dotted, critical, value));
        self
    }

    /// As kubeadm orders them.
    pub(crate) fn extensions(&self, subject_key_id: &[u8], authority_key_id: Option<&[u8]>) -> Vec<u8> {
        if self.version1 {
            return Vec::new();
        }
        let (usage, basic) = if self.authority {
            ([3, 2, 2, 0xa4], tlv(SEQUENCE, &[&boolean(true)]))
        } else {
            ([3, 2, 5, 0xa0], tlv(SEQUENCE, &[]))
        };
        let mut all = vec![extension("2.5.29.15", true, &usage)];
        if !self.usages.is_empty() {
            let usages: Vec<u8> = self.usages.iter().flat_map(|usage| usage.oid()).collect();
            all.push(extension("2.5.29.37", false, &tlv(SEQUENCE, &[&usages])));
        }
        all.push(extension("2.5.29.19", true, &basic));
        if self.authority {
            all.push(extension("2.5.29.14", false, &tlv(0x04, &[subject_key_id])));
        }
        if let Some(id) = authority_key_id {
            all.push(extension("2.5.29.35", false, &tlv(SEQUENCE, &[&tlv(0x80, &[id])])));
        }
        if !self.names.is_empty() {
            let names: Vec<u8> = self.names.iter().flat_map(|name| alternative(name)).collect();
            all.push(extension("2.5.29.17", false, &tlv(SEQUENCE, &[&names])));
        }
        all.extend(self.extra.iter().cloned());
        tlv(0xa3, &[&tlv(SEQUENCE, &[&all.concat()])])
    }
}

fn extension(dotted: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { boolean(true) } else { Vec::new() };
    tlv(SEQUENCE, &[&oid(dotted), &critical, &tlv(0x04, &[value])])
}

fn alternative(name: &str) -> Vec<u8> {
    match name.split_once(':') {
        Some(("DNS", name)) => tlv(0x82, &[name.as_bytes()]),
        Some(("IP", address)) => match address.parse().unwrap() {
            IpAddr::V4(address) => tlv(0x87, &[&address.octets()]),
            IpAddr::V6(address) => tlv(0x87, &[&address.octets()]),
        },
        _ => panic!("{name}: neither DNS: nor IP:"),
    }
}

fn name(subject: &str) -> Vec<u8> {
    let parts = subject.split('/').skip(1).map(|part| {
        let (key, value) = part.split_once('=').unwrap_or_else(|| panic!("{part}: no ="));
        let dotted = match key {
            "CN" => "2.5.4.3",
            "C" => "2.5.4.6",
            "L" => "2.5.4.7",
            "ST" => "2.5.4.8",
            "O" => "2.5.4.10",
            "OU" => "2.5.4.11",
            dotted => dotted,
        };
        tlv(SET, &[&tlv(SEQUENCE, &[&oid(dotted), &utf8(value)])])
    });
    tlv(SEQUENCE, &[&parts.collect::<Vec<_>>().concat()])
}
