//! The screen of `evidence verify`: what still stands of what a run has proven.

use super::findings::short;
use super::verify::proof;
use super::{Column, Fit, Line, Mark, Paint, Row, Screen, Table, date, exact};
use crate::exit::Exit;
use crate::language::{Language, evidence as say, trouble::trouble, verify as words};
use crate::output::json::evidence::Evidence;
use perennial_core::prove::Verdict;
use perennial_core::standing::{AuthorityStanding, Grade, OnDisk, Other, Standing};

/// A document beside the node.
#[derive(Clone, Debug)]
pub(crate) struct Verified<'a> {
    /// The document.
    pub(crate) evidence: &'a Evidence,
    /// What the node itself has kept of the run.
    pub(crate) copy: Copy,
    /// Its CAs now.
    pub(crate) authorities: Vec<AuthorityStanding>,
    /// Its credentials now.
    pub(crate) credentials: Vec<Standing>,
}

/// The node's own copy of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copy {
    /// The very same.
    Same,
    /// There is none (any more): nothing follows.
    Gone,
    /// Another one: the file was changed and sealed again, or is from before the run was taken up again.
    Differs,
    /// The same, but the run's journal is another one.
    OtherJournal,
}

impl Copy {
    /// Its name in documents.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Gone => "absent",
            Self::Differs => "differs",
            Self::OtherJournal => "otherJournal",
        }
    }

    fn good(self) -> bool {
        matches!(self, Self::Same | Self::Gone)
    }
}

impl Verified<'_> {
    /// The exit code: the worst of all, where "could not look" comes before "replaced".
    pub(crate) fn exit(&self) -> Exit {
        match perennial_core::standing::worst(&self.credentials, &self.authorities) {
            _ if !self.copy.good() => Exit::Critical,
            Grade::Broken => Exit::Critical,
            Grade::Unseen => Exit::NotLooked,
            Grade::Replaced => Exit::Attention,
            Grade::Stands => Exit::Good,
        }
    }

    /// How many of its parts have a grade.
    pub(crate) fn count(&self, grade: Grade) -> usize {
        self.grades().filter(|one| *one == grade).count()
    }

    fn grades(&self) -> impl Iterator<Item = Grade> {
        let credentials = self.credentials.iter().map(|one| one.grade);
        credentials.chain(self.authorities.iter().map(|one| one.grade))
    }
}

/// The table and its last line.
pub(crate) fn screen(language: Language, verified: &Verified<'_>) -> Screen {
    let evidence = verified.evidence;
    let mut screen = Screen::default();
    let at = exact(evidence.ended.unwrap_or(evidence.observed_at));
    let heading = say::heading(language, &evidence.run, &evidence.node, &at);
    screen.wrapped(Line::new(), &Line::new(), &heading, Paint::Strong);
    if evidence.outcome != "done" {
        let text = say::unfinished(language, &evidence.outcome);
        let first = Line::new().mark(Mark::Warn).text(" ");
        screen.wrapped(first, &Line::new().text("  "), &text, Paint::Plain);
    }
    let mut table =
        Table::new([Column::new(say::col_what(language)), Column::last(say::col_now(language), Fit::Wrap)]);
    let (sign, text) = match verified.copy {
        Copy::Same => (Mark::Good, say::copy_same(language)),
        Copy::Gone => (Mark::Note, say::copy_gone(language)),
        Copy::Differs => (Mark::Bad, say::copy_differs(language)),
        Copy::OtherJournal => (Mark::Bad, say::journal_differs(language)),
    };
    table.row(Row::new(sign, [say::this_file(language).to_owned(), text.to_owned()]));
    for one in &verified.authorities {
        table.row(Row::new(mark(one.grade), [one.name.clone(), authority(language, one)]));
    }
    for one in &verified.credentials {
        table.row(Row::new(mark(one.grade), [one.credential.clone(), credential(language, one)]));
    }
    screen.table(table);
    screen.wrapped(Line::new(), &Line::new(), &summary(language, verified), Paint::Strong);
    screen
}

fn mark(grade: Grade) -> Mark {
    match grade {
        Grade::Stands => Mark::Good,
        Grade::Replaced => Mark::Warn,
        Grade::Unseen => Mark::Unknown,
        Grade::Broken => Mark::Bad,
    }
}

/// What is where a CA was.
pub(crate) fn authority(language: Language, one: &AuthorityStanding) -> String {
    let text = match one.grade {
        Grade::Stands => say::ca_same(language),
        Grade::Replaced => say::ca_replaced(language),
        Grade::Unseen => say::ca_unseen(language),
        Grade::Broken => say::ca_other(language),
    };
    match &one.now {
        Some(now) => say::authority(language, &short(now), text),
        None => text.to_owned(),
    }
}

/// What is where a credential was, and whether it is in use.
pub(crate) fn credential(language: Language, one: &Standing) -> String {
    let other = |what: &str, other: &Other| {
        let since = other.since.map_or_else(|| "?".to_owned(), exact);
        say::other(language, what, &short(&other.fingerprint), &since, &date(other.not_after))
    };
    let disk = match &one.on_disk {
        OnDisk::Same => None,
        OnDisk::Newer(now) => Some(other(say::newer(language), now)),
        OnDisk::Older(now) => Some(other(say::older(language), now)),
        OnDisk::OtherAuthority(now) => Some(other(say::of_other_authority(language), now)),
        OnDisk::OtherKey(now) => Some(other(say::key_differs(language), now)),
        OnDisk::Missing => Some(say::missing(language).to_owned()),
        OnDisk::Unusable(why) => Some(say::unusable(language, &trouble(language, &one.credential, why))),
    };
    let mut parts = vec![disk.unwrap_or_else(|| say::same(language, &short(&one.recorded)))];
    parts.extend(one.ended.map(|at| say::ended(language, &exact(at))));
    if one.proven_then > 0 {
        parts.push(say::edges(language, one.proven_now().min(one.proven_then), one.proven_then));
    }
    for edge in one.edges.iter().filter(|edge| edge.verdict == Verdict::Refuted) {
        let ends = format!("{} → {}", words::party(language, edge.from), words::party(language, edge.to));
        parts.push(say::about_edge(language, &ends, &proof(language, edge)));
    }
    parts.join(language.semicolon())
}

fn summary(language: Language, verified: &Verified<'_>) -> String {
    let all = verified.grades().count();
    let mut parts = vec![say::summary(language, verified.count(Grade::Stands), all)];
    for grade in [Grade::Broken, Grade::Unseen, Grade::Replaced] {
        let text = match (grade, verified.count(grade)) {
            (_, 0) | (Grade::Stands, _) => continue,
            (Grade::Replaced, n) => say::replaced(language, n),
            (Grade::Unseen, n) => say::unseen(language, n),
            (Grade::Broken, n) => say::broken(language, n),
        };
        parts.push(text);
    }
    parts.join(language.space())
}
