//! The evidence for what a process holds, in one line: what decides, what speaks against it, and how much it is worth.

use super::exact;
use super::findings::short;
use crate::language::{Language, memory as say};
use perennial_core::assess::{Basis, Evidence, Judgement, Speaks, Strength, Witness};

/// Why a process is judged as it is: `started …, after the file's last change … · strong`.
pub(crate) fn why(language: Language, judgement: &Judgement) -> String {
    let basis = judgement.memory.basis();
    let decides = judgement.evidence.iter().find(|one| match basis {
        // Both sides are told; what speaks for the file comes first.
        Basis::Contradicted => one.speaks == Speaks::ForTheFile,
        basis => one.basis == basis,
    });
    let why = match decides {
        Some(evidence) => told(language, evidence),
        // Nothing decides; the times are what there is.
        None => say::basis(language, basis).to_owned(),
    };
    let why = match (decides, started(judgement)) {
        (Some(evidence), Some(start)) if evidence.witness() == Witness::Mount => {
            say::when(language, &why, &start_and_change(language, start))
        }
        _ => why,
    };
    let why = match judgement.against() {
        Some(against) => say::but(language, &why, &told(language, against)),
        None => why,
    };
    worth(language, &why, judgement.strength)
}

/// A text with the strength of what it tells, where it is worth something.
pub(crate) fn worth(language: Language, text: &str, strength: Strength) -> String {
    match strength {
        Strength::Nothing => text.to_owned(),
        strength => say::worth(language, text, say::strength(language, strength)),
    }
}

/// One piece of evidence with what was seen.
pub(crate) fn told(language: Language, evidence: &Evidence) -> String {
    let words = say::basis(language, evidence.basis);
    let seen = match (evidence.witness(), evidence.at) {
        (Witness::Start, Some(at)) if evidence.basis == Basis::StartedAfterChange => {
            let changed = evidence.file_changed.map(exact).unwrap_or_default();
            return say::started_and_changed(language, &exact(at), &changed);
        }
        (Witness::Start, Some(_)) => start_and_change(language, evidence),
        (Witness::AuditLog, Some(at)) => say::certificate(
            language,
            &short(evidence.fingerprint.as_deref().unwrap_or_default()),
            &exact(at),
        ),
        (Witness::ApiserverLog, Some(at)) => {
            say::serial(language, evidence.serial.as_deref().unwrap_or_default(), &exact(at))
        }
        (_, Some(at)) => exact(at),
        (_, None) => return words.to_owned(),
    };
    say::when(language, words, &seen)
}

fn started(judgement: &Judgement) -> Option<&Evidence> {
    judgement.evidence.iter().find(|one| one.witness() == Witness::Start && one.at.is_some())
}

fn start_and_change(language: Language, evidence: &Evidence) -> String {
    let time = |at: Option<jiff::Timestamp>| at.map_or_else(|| "?".to_owned(), exact);
    say::start(language, &time(evidence.at), &time(evidence.file_changed))
}
