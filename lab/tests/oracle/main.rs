//! Our readers and the components' own code are asked about the same files, those of the corpus and thousands that
//! are changed by chance, and must agree: on whether a file is taken, and on what it says. What they may differ in is
//! listed in `known.rs`, each with its reason.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

mod ask;
mod known;
mod limbo;
mod ours;

use ask::{Answer, Oracle};
use known::{KNOWN, Known};
use ours::Verdict;
use perennial_testdata::corpus::{self, Case, Kind, Random, mutate};
use std::collections::BTreeMap;
use std::fmt;

/// So much of a file is shown.
const SHOWN: usize = 1500;

/// One disagreement about one file.
pub(crate) struct Difference<'a> {
    case: &'a Case,
    go: &'a Answer,
    ours: &'a Verdict,
    /// The fact that differs; empty if it is about whether the file is taken.
    fact: String,
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = (self.case.kind.name(), &self.case.name);
        if self.fact.is_empty() {
            write!(f, "{kind}: {name}: Go: {:?}, ours: {:?}", self.go.error, self.ours.error)?;
        } else {
            let (go, ours) = (self.go.facts.get(&self.fact), self.ours.facts.get(&self.fact));
            write!(f, "{kind}: {name}: {}: Go: {go:?}, ours: {ours:?}", self.fact)?;
        }
        for (file, content) in &self.case.files {
            if self.case.files.len() < 3 || file.is_empty() || file.starts_with("conf") {
                write!(
                    f,
                    "\n  {file:?}: {:?}",
                    String::from_utf8_lossy(&content[..content.len().min(SHOWN)])
                )?;
            }
        }
        if self.case.lists.is_empty() { Ok(()) } else { write!(f, "\n  {:?}", self.case.lists) }
    }
}

fn differences<'a>(case: &'a Case, go: &'a Answer, ours: &'a Verdict) -> Vec<Difference<'a>> {
    let differs = |fact: &str| Difference { case, go, ours, fact: fact.to_owned() };
    if go.error.is_empty() != ours.error.is_none() {
        return vec![differs("")];
    }
    if ours.error.is_some() {
        return Vec::new();
    }
    let facts = ours.facts.iter().filter(|(fact, value)| go.facts.get(*fact) != Some(*value));
    facts.map(|(fact, _)| differs(fact)).collect()
}

/// Asks both about all cases. Every difference must be a known one; how often each was met is returned.
fn compare(cases: &[Case]) -> BTreeMap<&'static str, usize> {
    let mut answers = Oracle::ask(cases);
    assert_eq!(answers.len(), cases.len(), "the oracle has ended early");
    let mut met = BTreeMap::new();
    let mut unexplained = Vec::new();
    let (mut taken, mut differing) = (0, 0);
    for (case, go) in cases.iter().zip(&mut answers) {
        let ours = ours::read(case, go);
        go.comparable(&ours);
        taken += usize::from(go.error.is_empty());
        for difference in differences(case, go, &ours) {
            differing += 1;
            match KNOWN.iter().find(|known: &&Known| (known.applies)(&difference)) {
                Some(known) => *met.entry(known.name).or_default() += 1,
                None => unexplained.push(difference.to_string()),
            }
        }
    }
    println!(
        "{} files, of which Go takes {taken}; {differing} differences, {} unexplained; {met:?}",
        cases.len(),
        unexplained.len()
    );
    let shown = unexplained.iter().take(25).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(unexplained.is_empty(), "{} unexplained differences:\n{shown}", unexplained.len());
    met
}

#[test]
fn every_file_of_the_corpus_is_read_as_its_component_reads_it() {
    let cases = corpus::all();
    assert!(cases.len() >= 300);
    for kind in
        [Kind::Pem, Kind::Pair, Kind::Store, Kind::Chain, Kind::Kubeconfig, Kind::Manifest, Kind::Kubelet]
    {
        assert!(cases.iter().filter(|case| case.kind == kind).count() >= 50, "{kind:?}");
    }
    compare(&cases);
}

/// Each text is changed so many times: as many changes of a kind as its readers are likely to differ in.
fn changes(kind: Kind) -> usize {
    match kind {
        Kind::Kubeconfig | Kind::Manifest => 30,
        Kind::Kubelet | Kind::Scheduler | Kind::Manager => 25,
        Kind::Pem | Kind::Certificate => 8,
        Kind::Bundle | Kind::Pool | Kind::Store | Kind::Pair => 4,
        Kind::Serving | Kind::Chain | Kind::Arguments => 0,
    }
}

/// The same changed files on each run; another seed in `PERENNIAL_SEED` gives others.
fn changed(seed: u64) -> Vec<Case> {
    let cases = corpus::all();
    let mut random = Random::new(seed);
    let mut changed = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        let others: Vec<&Case> = cases.iter().filter(|other| other.kind == case.kind).collect();
        for _ in 0..changes(case.kind) {
            let mut new = case.clone();
            // Of a pair the key, of all else the file itself or a drop-in.
            let names: Vec<&String> = case.files.keys().filter(|name| is_changed(case.kind, name)).collect();
            let name = names[random.below(names.len())].clone();
            let other = others[random.below(others.len())].content(&name);
            new.files.insert(name.clone(), mutate(case.content(&name), other, &mut random));
            new.name = format!("{} ({at}, changed)", case.name);
            changed.push(new);
        }
    }
    changed
}

fn is_changed(kind: Kind, file: &str) -> bool {
    match kind {
        Kind::Pair => true,
        Kind::Kubelet => file.is_empty() || file.ends_with(".conf"),
        _ => file.is_empty(),
    }
}

#[test]
fn changed_files_are_read_as_their_component_reads_them() {
    let seed = std::env::var("PERENNIAL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(5);
    let cases = changed(seed);
    assert!(cases.len() > 10_000);
    compare(&cases);
}

/// `make conformance CORPUS=…` for another corpus than the small one beside the checkout.
#[test]
fn chains_of_a_corpus_are_accepted_where_go_accepts_them() {
    let Some(path) = limbo::path() else {
        println!(
            "skipped: no ../shared/corpora/limbo-208.json.xz beside the checkout, and CORPUS is not set"
        );
        return;
    };
    let cases = limbo::cases(&path);
    assert!(cases.len() > 100);
    compare(&cases);
}

/// The comparison itself can fail, and a known difference is none elsewhere.
#[test]
fn a_difference_is_seen() {
    let case = Case::new(Kind::Scheduler, "a", "x");
    let go = |error: &str, path: &str| Answer {
        error: error.to_owned(),
        facts: serde_json::from_value(serde_json::json!({ "kubeconfig": path })).unwrap(),
    };
    let ours = |error: Option<&str>, path: &str| Verdict {
        error: error.map(str::to_owned),
        facts: serde_json::from_value(serde_json::json!({ "kubeconfig": path })).unwrap(),
    };
    let count = |go: &Answer, ours: &Verdict| differences(&case, go, ours).len();
    assert_eq!(count(&go("", "/a"), &ours(None, "/a")), 0);
    assert_eq!(count(&go("", "/a"), &ours(None, "/b")), 1);
    assert_eq!(count(&go("no", "/a"), &ours(None, "/a")), 1);
    assert_eq!(count(&go("", "/a"), &ours(Some("no"), "/a")), 1);
    let (go, ours) = (go("no", ""), ours(None, ""));
    let difference = differences(&case, &go, &ours).remove(0);
    assert!(!KNOWN.iter().any(|known| (known.applies)(&difference)));
}
