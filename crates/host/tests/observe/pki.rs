//! Certificates for tests: a CA and a serving certificate for `node-1` and 127.0.0.1's stand-in, made anew.

use jiff::{SignedDuration, Timestamp};
use perennial_core::inventory::Chain;
use perennial_host::tls::ClientIdentity;
use perennial_pki::certificate::{Certificate, leaf};
use perennial_pki::key::{KeyForm, KeyKind, PrivateKey};
use perennial_pki::reissue::{Authority, Validity, reissue};

const CA: &[u8] = include_bytes!("../../../pki/testdata/p256-ca.pem");
const LEAF: &[u8] = include_bytes!("../../../pki/testdata/p256-leaf.pem");

pub(crate) struct Pair {
    pub(crate) certificate: Certificate,
    pub(crate) key: PrivateKey,
}

impl Pair {
    pub(crate) fn identity(&self) -> ClientIdentity {
        ClientIdentity::new(&Chain::new(vec![self.certificate.clone()]).unwrap(), &self.key).unwrap()
    }
}

pub(crate) fn ca() -> Certificate {
    leaf(CA).unwrap()
}

pub(crate) fn ca_pem() -> String {
    ca().to_pem()
}

pub(crate) fn ca_key_pem() -> String {
    PrivateKey::from_pem(CA).unwrap().to_pem().to_string()
}

/// A serving certificate for `node-1`, valid for an hour, signed by the CA.
pub(crate) fn fresh() -> Pair {
    let now = Timestamp::now();
    pair(now - SignedDuration::from_mins(5), now + SignedDuration::from_hours(1))
}

/// The same, but expired since an hour.
pub(crate) fn expired() -> Pair {
    let now = Timestamp::now();
    pair(now - SignedDuration::from_hours(2), now - SignedDuration::from_hours(1))
}

fn pair(not_before: Timestamp, not_after: Timestamp) -> Pair {
    let authority = Authority::new(ca(), PrivateKey::from_pem(CA).unwrap()).unwrap();
    let key = PrivateKey::generate(&KeyKind::EcdsaP256, KeyForm::Sec1).unwrap();
    let second = |time: Timestamp| Timestamp::from_second(time.as_second()).unwrap();
    let validity = Validity { not_before: second(not_before), not_after: second(not_after) };
    let certificate = reissue(&leaf(LEAF).unwrap(), &authority, &key.spki_der(), &validity).unwrap();
    Pair { certificate, key }
}
