//! Why a setting can't be used. It is told in one sentence: a setting that is left out silently is worse than none.

use super::key::Key;
use super::suppress::Wrong;
use camino::Utf8PathBuf;
use perennial_core::inventory::Trouble;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where it stands.
    pub(crate) place: Place,
    /// What is wrong.
    pub(crate) what: What,
}

/// Where a setting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a variable.
    Variable(&'static str),
    /// In a file, and on which line where that is known.
    File {
        /// Which.
        path: Utf8PathBuf,
        /// From 1.
        line: Option<usize>,
    },
}

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The file that was asked for is not there.
    NotThere,
    /// It can't be read.
    Unreadable(Trouble),
    /// Others may write it, and could hide findings.
    WritableByOthers {
        /// Its permissions.
        mode: u32,
    },
    /// It belongs to somebody else, who could hide findings.
    OfAnother {
        /// The owner's number.
        owner: u32,
    },
    /// No names with values.
    NoFields,
    /// A name is written twice.
    Repeated(Option<String>),
    /// There is a second document.
    SecondDocument,
    /// A name that there is not.
    UnknownKey {
        /// The name.
        name: String,
        /// The names that there are here.
        known: Vec<&'static str>,
    },
    /// A value that the name can't have.
    WrongValue {
        /// The name.
        key: Key,
        /// The value.
        given: String,
    },
    /// `suppress` is no list.
    NoList,
    /// An entry of `suppress` is not made of names with values.
    NoEntry,
    /// An entry of `suppress` lacks something.
    EntryLacks(&'static str),
    /// A field of an entry is no text.
    NoText(String),
    /// What an entry says can't be used.
    WrongSuppression {
        /// The value.
        given: String,
        /// Why.
        wrong: Wrong,
    },
}
