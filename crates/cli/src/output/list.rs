//! The tables of `list`: a row for each place of each certificate.

mod items;

pub(crate) use items::{Found, Item, Kind, Source, items};

use super::{Column, Fit, Line, Mark, Row, Screen, Table, date, exact, short_left};
use crate::language::{Language, list as say, screen as words, trouble::trouble};
use jiff::Timestamp;
use perennial_core::assess::Policy;

/// What `list` has to show.
#[derive(Clone, Debug)]
pub(crate) struct List<'a> {
    pub(crate) items: Vec<Item<'a>>,
    /// How many files that nothing names were not looked at.
    pub(crate) left_out: usize,
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
}

/// The table that fits a terminal.
pub(crate) fn screen(language: Language, list: &List<'_>) -> Screen {
    let mut table = Table::new([
        Column::new(say::col_name(language)),
        Column::new(say::col_expires(language)),
        Column::new(words::col_left(language)),
        Column::new(say::col_state(language)),
        Column::last(say::col_place(language), Fit::CutLeft),
    ]);
    for item in &list.items {
        let [expires, left] = end(language, list, item, date);
        let state = source(language, item.source).to_owned();
        let short = shortened(&item.short);
        table.row(Row::new(mark(list, item), [short, expires, left, state, item.place.clone()]));
    }
    with_rest(language, list, table)
}

/// The same with more columns, whatever the width of the terminal.
pub(crate) fn wide(language: Language, list: &List<'_>) -> Screen {
    let mut table = Table::new([
        Column::new(say::col_name(language)),
        Column::new(say::col_expires(language)),
        Column::new(words::col_left(language)),
        Column::new(say::col_state(language)),
        Column::new(say::col_place(language)),
        Column::new(say::col_subject(language)),
        Column::new(say::col_issuer(language)),
        Column::new(say::col_key(language)),
        Column::new(say::col_serial(language)),
        Column::new(say::col_fingerprint(language)),
    ]);
    for item in &list.items {
        let [expires, left] = end(language, list, item, exact);
        let state = source(language, item.source).to_owned();
        let [subject, issuer, key, serial, fingerprint] = match &item.found {
            Found::Certificate(one) => [
                one.subject(),
                one.issuer(),
                one.key_kind().to_string(),
                one.serial_hex(),
                one.fingerprint_sha256(),
            ],
            Found::Dated(subject, _) => [
                subject.unwrap_or_default().to_owned(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ],
            Found::Unusable(why) => {
                let why = trouble(language, &item.place, why);
                [why, String::new(), String::new(), String::new(), String::new()]
            }
            _ => Default::default(),
        };
        let cells = [
            item.name.clone(),
            expires,
            left,
            state,
            item.place.clone(),
            subject,
            issuer,
            key,
            serial,
            fingerprint,
        ];
        table.row(Row::new(mark(list, item), cells));
    }
    with_rest(language, list, table)
}

/// The names that `renew --only` takes, each once.
pub(crate) fn names(list: &List<'_>) -> Screen {
    let mut screen = Screen::default();
    for item in list.items.iter().filter(|item| item.renewable) {
        screen.line(Line::new().text(&item.name));
    }
    screen
}

fn with_rest(language: Language, list: &List<'_>, table: Table) -> Screen {
    let mut screen = Screen::default();
    screen.table(table);
    if list.left_out > 0 {
        let line = Line::new().mark(Mark::Unknown).text(" ");
        screen.line(line.text(&words::more_files(language, list.left_out)));
    }
    screen
}

/// The longest name of kubeadm's is `apiserver-kubelet-client`; a longer one leaves no room for its place.
const NAME: usize = 26;

/// The beginning of a long name.
fn shortened(name: &str) -> String {
    super::table::cut_right(name, NAME)
}

fn end(language: Language, list: &List<'_>, item: &Item<'_>, show: fn(Timestamp) -> String) -> [String; 2] {
    let none = |word: &str| [word.to_owned(), String::new()];
    match item.found {
        Found::Certificate(_) | Found::Dated(..) => match item.ends() {
            Some(at) => [show(at), short_left(language, list.now, at)],
            None => Default::default(),
        },
        Found::Endless => none(say::never(language)),
        Found::Older => none(words::stale(language)),
        Found::Unproven => none(words::unproven(language)),
        Found::Missing if item.source == Source::Served => none(words::silent(language)),
        Found::Missing => none(words::missing(language)),
        Found::Unusable(_) if item.source == Source::Served => none(words::silent(language)),
        Found::Unusable(_) => none(words::unreadable(language)),
    }
}

/// By the dates alone: `check` judges everything else.
fn mark(list: &List<'_>, item: &Item<'_>) -> Mark {
    let calm = item.kind == Kind::Unreferenced;
    match &item.found {
        Found::Certificate(one) => {
            let reached = |limit: perennial_core::assess::Threshold| {
                limit.reached(one.not_before(), one.not_after(), list.now)
            };
            match () {
                () if one.not_after() <= list.now || reached(list.policy.critical) => Mark::Bad,
                () if reached(list.policy.warn) => Mark::Warn,
                () => Mark::Good,
            }
        }
        Found::Dated(_, at) if *at <= list.now => {
            if calm {
                Mark::Skip
            } else {
                Mark::Bad
            }
        }
        Found::Dated(..) | Found::Endless => {
            if calm {
                Mark::Skip
            } else {
                Mark::Good
            }
        }
        Found::Older => Mark::Bad,
        Found::Unproven => Mark::Unknown,
        Found::Missing => Mark::Skip,
        Found::Unusable(_) => {
            if calm {
                Mark::Skip
            } else {
                Mark::Unknown
            }
        }
    }
}

fn source(language: Language, source: Source) -> &'static str {
    match source {
        Source::Disk => say::on_disk(language),
        Source::Served => say::served(language),
        Source::Memory => say::in_memory(language),
        Source::Cluster => say::in_cluster(language),
    }
}
