//! What still stands of what a run has proven, by its record and one later look at the node.

use crate::inventory::{Authority, Credential, Looked, Node, Trouble};
use crate::prove::{Edge, Verdict, prove};
use jiff::Timestamp;
use perennial_pki::digest::sha256_hex;

/// What a run has written down of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its name.
    pub credential: String,
    /// SHA-256 of the certificate that the run has replaced, where it has.
    pub before: Option<String>,
    /// SHA-256 of the certificate that was there at the run's end.
    pub after: String,
    /// When that one begins.
    pub not_before: Timestamp,
    /// SHA-256 of the public key of the CA that has signed it, where that is on the node.
    pub authority_key: Option<String>,
    /// How many edges were proven with it.
    pub proven: usize,
}

/// What a run has written down of a CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedAuthority {
    /// Its name.
    pub name: String,
    /// SHA-256 of its certificate.
    pub fingerprint: String,
    /// SHA-256 of its public key.
    pub key: String,
}

/// What is where the credential was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnDisk {
    /// What the run left there.
    Same,
    /// A certificate that was made later, by the same CA.
    Newer(Other),
    /// The certificate that the run had replaced, or another one that was made earlier.
    Older(Other),
    /// A certificate of another CA.
    OtherAuthority(Other),
    /// A certificate whose key is not beside it.
    OtherKey(Other),
    /// Nothing.
    Missing,
    /// Something that can't be used, or not looked at.
    Unusable(Trouble),
}

/// Another certificate than the recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its SHA-256.
    pub fingerprint: String,
    /// When its file last changed.
    pub since: Option<Timestamp>,
    /// When it ends.
    pub not_after: Timestamp,
}

/// What follows, the better first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// All as recorded.
    Stands,
    /// Something newer and good has taken its place.
    Replaced,
    /// It could not be looked at, or not be proven again.
    Unseen,
    /// It is not as it was proven.
    Broken,
}

/// A recorded credential, and what is there now.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its name.
    pub credential: String,
    /// SHA-256 of the certificate that was there at the run's end.
    pub recorded: String,
    /// What is on disk.
    pub on_disk: OnDisk,
    /// When what is on disk has ended, if it has.
    pub ended: Option<Timestamp>,
    /// How many edges were proven with it.
    pub proven_then: usize,
    /// Its edges now.
    pub edges: Vec<Edge>,
    /// What follows.
    pub grade: Grade,
}

/// What is where a recorded CA was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityStanding {
    /// Its name.
    pub name: String,
    /// SHA-256 of the first certificate that is there now; absent where none can be read.
    pub now: Option<String>,
    /// What follows: another certificate for the same key has replaced it.
    pub grade: Grade,
}

impl Standing {
    /// How many of its edges are proven now.
    pub fn proven_now(&self) -> usize {
        self.edges.iter().filter(|edge| edge.verdict == Verdict::Proven).count()
    }
}

/// SHA-256 of a certificate's public key: the same before and after a renewal that keeps the key.
pub fn public_key(certificate: &perennial_pki::certificate::Certificate) -> String {
    sha256_hex(certificate.spki_der())
}

/// Compares what was recorded with one look at the node, and with what people's kubeconfigs were taken for.
pub fn credentials(recorded: &[Recorded], node: &Node, people: Vec<Edge>) -> Vec<Standing> {
    let edges = [prove(node, None), people].concat();
    let standing = |one: &Recorded| {
        let known = node.credential(&one.credential);
        let on_disk = known.map_or(OnDisk::Missing, |credential| on_disk(one, credential, node));
        let end = known.and_then(Credential::leaf).map(|leaf| leaf.not_after());
        let ended = end.filter(|end| *end <= node.observed_at);
        let of_it = edges.iter().filter(|edge| edge.credential == one.credential);
        let mut standing = Standing {
            credential: one.credential.clone(),
            recorded: one.after.clone(),
            on_disk,
            ended,
            proven_then: one.proven,
            edges: of_it.cloned().collect(),
            grade: Grade::Stands,
        };
        standing.grade = grade(&standing);
        standing
    };
    recorded.iter().map(standing).collect()
}

fn grade(standing: &Standing) -> Grade {
    let disk = match &standing.on_disk {
        OnDisk::Same => Grade::Stands,
        OnDisk::Newer(_) => Grade::Replaced,
        OnDisk::Unusable(trouble) if trouble.blind() => Grade::Unseen,
        OnDisk::Older(_)
        | OnDisk::OtherAuthority(_)
        | OnDisk::OtherKey(_)
        | OnDisk::Missing
        | OnDisk::Unusable(_) => Grade::Broken,
    };
    let refuted = standing.edges.iter().any(|edge| edge.verdict == Verdict::Refuted);
    let used = if refuted || standing.ended.is_some() {
        Grade::Broken
    } else if standing.proven_now() < standing.proven_then {
        Grade::Unseen
    } else {
        Grade::Stands
    };
    disk.max(used)
}

fn on_disk(recorded: &Recorded, credential: &Credential, node: &Node) -> OnDisk {
    let chain = match &credential.certificate {
        Looked::Seen(chain) => chain,
        Looked::Absent => return OnDisk::Missing,
        Looked::Unusable(trouble) => return OnDisk::Unusable(trouble.clone()),
    };
    let leaf = chain.leaf();
    let facts = credential.place.certificate_file().facts.seen();
    let other = Other {
        fingerprint: leaf.fingerprint_sha256(),
        since: facts.map(|facts| facts.changed),
        not_after: leaf.not_after(),
    };
    let same = other.fingerprint == recorded.after;
    match &credential.key {
        Looked::Seen(key) if !key.fits => return OnDisk::OtherKey(other),
        Looked::Absent => return OnDisk::Missing,
        Looked::Unusable(trouble) if !trouble.blind() => return OnDisk::Unusable(trouble.clone()),
        _ if same => return OnDisk::Same,
        _ => {}
    }
    if recorded.before.as_ref() == Some(&other.fingerprint) || leaf.not_before() < recorded.not_before {
        return OnDisk::Older(other);
    }
    let signer = node.issuer_of(credential).and_then(|authority| signer(authority, leaf));
    if recorded.authority_key.is_some() && signer != recorded.authority_key {
        return OnDisk::OtherAuthority(other);
    }
    OnDisk::Newer(other)
}

fn signer(authority: &Authority, leaf: &perennial_pki::certificate::Certificate) -> Option<String> {
    let mut certificates = authority.certificates.seen()?.iter();
    certificates.find(|issuer| perennial_pki::chain::signed_by(leaf, issuer)).map(public_key)
}

/// SHA-256 of the public key of the CA on this node that has signed a credential.
pub fn authority_key(node: &Node, credential: &Credential) -> Option<String> {
    signer(node.issuer_of(credential)?, credential.leaf()?)
}

/// Compares the CAs with one look at the node.
pub fn authorities(recorded: &[RecordedAuthority], node: &Node) -> Vec<AuthorityStanding> {
    let standing = |one: &RecordedAuthority| {
        let seen = node.authority(&one.name).map(|authority| &authority.certificates);
        let grade = match seen {
            Some(Looked::Seen(certificates)) => {
                if certificates.iter().any(|ca| ca.fingerprint_sha256() == one.fingerprint) {
                    Grade::Stands
                } else if certificates.iter().any(|ca| public_key(ca) == one.key) {
                    Grade::Replaced
                } else {
                    Grade::Broken
                }
            }
            Some(Looked::Unusable(trouble)) if trouble.blind() => Grade::Unseen,
            _ => Grade::Broken,
        };
        let first = seen.and_then(Looked::seen).and_then(|certificates| certificates.first());
        AuthorityStanding {
            name: one.name.clone(),
            now: first.map(|certificate| certificate.fingerprint_sha256()),
            grade,
        }
    };
    recorded.iter().map(standing).collect()
}

/// The worst of all grades; nothing recorded stands.
pub fn worst(credentials: &[Standing], authorities: &[AuthorityStanding]) -> Grade {
    let credentials = credentials.iter().map(|one| one.grade);
    let authorities = authorities.iter().map(|one| one.grade);
    credentials.chain(authorities).max().unwrap_or(Grade::Stands)
}
