//! A piece of evidence for what a process holds, how much it is worth, and what all pieces together say.

use super::{Basis, Memory};
use jiff::Timestamp;

/// How much a piece of evidence, or a proof, is worth. The greater one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Nothing follows from it.
    Nothing,
    /// It fits, and something else would fit, too.
    Weak,
    /// It follows from how the component is built, or from the order of two times.
    Strong,
    /// It was seen itself: bytes, or a certificate that was shown.
    Decisive,
}

impl Strength {
    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Weak => "weak",
            Self::Strong => "strong",
            Self::Decisive => "decisive",
        }
    }
}

/// Where a piece of evidence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Witness {
    /// kube-apiserver's audit log: the certificate that was shown.
    AuditLog,
    /// The file in the process's own mount namespace.
    Mount,
    /// The table of who re-reads what ([`crate::reload`]).
    ReloadTable,
    /// The start of the process against the file's last change, our swap, and the making of the certificate.
    Start,
    /// kube-apiserver's own log: a certificate that it refuses.
    ApiserverLog,
    /// A lease, renewed since the start: the API server accepts what the process holds.
    Lease,
}

impl Witness {
    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::AuditLog => "auditLog",
            Self::Mount => "mount",
            Self::ReloadTable => "reloadTable",
            Self::Start => "start",
            Self::ApiserverLog => "apiserverLog",
            Self::Lease => "lease",
        }
    }
}

/// What a piece of evidence speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// The process holds what the file holds.
    ForTheFile,
    /// The process holds something else, which is older.
    ForAnOlder,
    /// Neither.
    ForNeither,
}

impl Speaks {
    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::ForTheFile => "file",
            Self::ForAnOlder => "older",
            Self::ForNeither => "neither",
        }
    }
}

/// A piece of evidence, with what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What follows, in a word.
    pub basis: Basis,
    /// What it speaks for.
    pub speaks: Speaks,
    /// How much it is worth.
    pub strength: Strength,
    /// When what it tells has happened: the process's start, the request, the refusal, the renewal.
    pub at: Option<Timestamp>,
    /// The last change of the file, where that is compared.
    pub file_changed: Option<Timestamp>,
    /// SHA-256 of the certificate that was shown.
    pub fingerprint: Option<String>,
    /// The serial number of the certificate that was refused, in decimal.
    pub serial: Option<String>,
}

impl Evidence {
    pub(super) fn new(basis: Basis, speaks: Speaks, strength: Strength) -> Self {
        Self { basis, speaks, strength, at: None, file_changed: None, fingerprint: None, serial: None }
    }

    /// Where it comes from.
    pub fn witness(&self) -> Witness {
        match self.basis {
            Basis::ShowedTheFiles | Basis::ShowedReplaced | Basis::ShowedOther => Witness::AuditLog,
            Basis::OtherBytesMounted | Basis::SameBytesMounted => Witness::Mount,
            Basis::FollowsFiles | Basis::RotatesItself => Witness::ReloadTable,
            Basis::ReplacedIsRefused => Witness::ApiserverLog,
            Basis::LeaseRenewed => Witness::Lease,
            Basis::StartedAfterChange
            | Basis::StartedBeforeOurSwap
            | Basis::StartedBeforeIssue
            | Basis::InBetween
            | Basis::NoStart
            | Basis::NotRunning
            | Basis::NoFile
            | Basis::Contradicted => Witness::Start,
        }
    }
}

/// What all evidence of one process says together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What the process holds.
    pub memory: Memory,
    /// How much that is worth.
    pub strength: Strength,
    /// Everything that was seen, the strongest first.
    pub evidence: Vec<Evidence>,
}

impl Judgement {
    /// Weighs the evidence. The strongest decides; `nothing` is why nothing is known, where none speaks. A
    /// contradiction weakens all but what was seen itself, and two of the same strength cancel each other.
    pub(super) fn of(mut evidence: Vec<Evidence>, nothing: Basis) -> Self {
        evidence.sort_by_key(|one| (std::cmp::Reverse(one.strength), one.witness()));
        let speaking = |side| evidence.iter().find(|one| one.speaks == side);
        let (file, older) = (speaking(Speaks::ForTheFile), speaking(Speaks::ForAnOlder));
        let weakened = |strength: Strength| {
            if strength == Strength::Decisive { strength } else { strength.min(Strength::Weak) }
        };
        let fresh = |one: &Evidence| Memory::Fresh(one.basis);
        let stale = |one: &Evidence| Memory::Stale(one.basis);
        let (memory, strength) = match (file, older) {
            (None, None) => (Memory::Unproven(nothing), Strength::Nothing),
            (Some(file), None) => (fresh(file), file.strength),
            (None, Some(older)) => (stale(older), older.strength),
            (Some(file), Some(older)) if file.strength > older.strength => {
                (fresh(file), weakened(file.strength))
            }
            (Some(file), Some(older)) if file.strength < older.strength => {
                (stale(older), weakened(older.strength))
            }
            // A certificate that was shown says more of itself than the bytes around it.
            (Some(file), Some(older)) if file.strength == Strength::Decisive => {
                let memory = if file.witness() < older.witness() { fresh(file) } else { stale(older) };
                (memory, Strength::Decisive)
            }
            (Some(_), Some(_)) => (Memory::Unproven(Basis::Contradicted), Strength::Nothing),
        };
        Self { memory, strength, evidence }
    }

    /// What speaks against the verdict; where nothing is proven, what speaks at all.
    pub fn against(&self) -> Option<&Evidence> {
        let side = match self.memory {
            Memory::Fresh(_) => Speaks::ForAnOlder,
            Memory::Stale(_) => Speaks::ForTheFile,
            Memory::Unproven(Basis::Contradicted) => Speaks::ForAnOlder,
            Memory::Unproven(_) => return None,
        };
        self.evidence.iter().find(|one| one.speaks == side)
    }
}
