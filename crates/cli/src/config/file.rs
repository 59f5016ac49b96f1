//! The file: found, trusted, read whole. Whoever can write it can hide findings, so it is read only if it belongs to
//! root or to the one who calls, and nobody else may write it.

use super::fault::{Fault, Place, What};
use super::key::{Key, Values};
use super::suppress::{self, Silence, Wrong};
use super::{Environment, Origin};
use crate::args::value_of;
use crate::language::Language;
use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;
use perennial_core::assess::Suppression;
use perennial_core::formats::config::{self, Entry, Field, Value};
use perennial_core::inventory::{FileKind, Trouble};
use rustix::fs::OFlags;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};

/// Where it is.
pub(crate) const PATH: &str = "/etc/perennial/config.yaml";

/// For calls without one.
const NONE: &str = "/dev/null";

/// More than anybody writes by hand.
const LARGEST: u64 = 256 << 10;

/// What stands in it.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Where it is.
    pub(crate) path: Utf8PathBuf,
    /// Whether this call names it.
    pub(crate) asked_for: bool,
    /// Its settings: each with its words and its line.
    pub(crate) values: Vec<(Key, String, usize)>,
    /// What shall not count.
    pub(crate) silences: Vec<Silence>,
}

impl File {
    /// The file of this call: `--config`, `PERENNIAL_CONFIG`, or the usual one if it is there.
    pub(crate) fn of_call(arguments: &[String], variable: Environment<'_>) -> Result<Option<Self>, Fault> {
        let variable = || variable("PERENNIAL_CONFIG").filter(|path| !path.is_empty());
        let named = value_of(arguments, "--config", None).map(ToOwned::to_owned).or_else(variable);
        let path = Utf8PathBuf::from(named.as_deref().unwrap_or(PATH));
        if path == NONE {
            return Ok(None);
        }
        match read(&path) {
            Ok(text) => Self::parse(&path, named.is_some(), &text).map(Some),
            Err(What::NotThere) if named.is_none() => Ok(None),
            Err(what) => Err(Fault { place: Place::File { path, line: None }, what }),
        }
    }

    /// The language that it asks for.
    pub(crate) fn language(&self) -> Option<(Language, Origin)> {
        let (_, text, line) = self.values.iter().find(|(key, ..)| *key == Key::Lang)?;
        let origin = Origin::File { path: self.path.clone(), line: *line };
        Some((Language::from_str(text, false).ok()?, origin))
    }

    fn parse(path: &Utf8Path, asked_for: bool, text: &str) -> Result<Self, Fault> {
        let fault = |line: Option<usize>, what: What| Fault {
            place: Place::File { path: path.to_owned(), line },
            what,
        };
        let fields = config::read(text).map_err(|wrong| match wrong {
            config::Fault::Unreadable(why) => fault(None, What::Unreadable(why)),
            config::Fault::NoFields => fault(Some(1), What::NoFields),
            config::Fault::Repeated(Some((name, line))) => fault(Some(line), What::Repeated(Some(name))),
            config::Fault::Repeated(None) => fault(None, What::Repeated(None)),
            config::Fault::SecondDocument { line } => fault(Some(line), What::SecondDocument),
        })?;
        let mut file = Self { path: path.to_owned(), asked_for, values: Vec::new(), silences: Vec::new() };
        for field in fields {
            let line = field.line;
            file.take(field).map_err(|(at, what)| fault(Some(at.unwrap_or(line)), what))?;
        }
        Ok(file)
    }

    /// One setting; the error may know a line of its own.
    fn take(&mut self, field: Field) -> Result<(), (Option<usize>, What)> {
        if field.name == "suppress" {
            let entries = match field.value {
                Value::List(entries) => entries,
                Value::Nothing => Vec::new(),
                _ => return Err((None, What::NoList)),
            };
            for entry in entries {
                let line = entry.line;
                let suppression = entry_of(entry).map_err(|(at, what)| (Some(at.unwrap_or(line)), what))?;
                let origin = Origin::File { path: self.path.clone(), line };
                self.silences.push(Silence { suppression, origin });
            }
            return Ok(());
        }
        let Some(key) = Key::ALL.into_iter().find(|key| key.name() == field.name) else {
            let known = Key::ALL.iter().map(|key| key.name()).chain(["suppress"]).collect();
            return Err((None, What::UnknownKey { name: field.name, known }));
        };
        let wrong = |given: String| (None, What::WrongValue { key, given });
        let text = match field.value {
            // A file says what it sets: an empty value is a line that somebody did not finish.
            Value::Nothing => return Err(wrong(String::new())),
            Value::Truth(truth) if Values::is_truth(key) => truth.to_string(),
            // `no` is no text in YAML, and no word of any setting.
            Value::Truth(truth) => return Err(wrong(truth.to_string())),
            Value::Number(number) => return Err(wrong(number)),
            Value::Text(text) => text,
            Value::List(_) => return Err(wrong("[...]".to_owned())),
            Value::Map(_) => return Err(wrong("{...}".to_owned())),
        };
        if !Values::default().set(key, &text) {
            return Err(wrong(text));
        }
        self.values.push((key, text, field.line));
        Ok(())
    }
}

/// One entry of `suppress`.
fn entry_of(entry: Entry) -> Result<Suppression, (Option<usize>, What)> {
    const KNOWN: [&str; 4] = ["code", "object", "reason", "until"];
    let Value::Map(fields) = entry.value else { return Err((None, What::NoEntry)) };
    let mut texts: [Option<(String, usize)>; 4] = Default::default();
    for field in fields {
        let line = Some(field.line);
        let at = KNOWN.iter().position(|name| *name == field.name);
        let Some(place) = at.and_then(|at| texts.get_mut(at)) else {
            return Err((line, What::UnknownKey { name: field.name, known: KNOWN.to_vec() }));
        };
        match field.value {
            Value::Text(text) => *place = Some((text, field.line)),
            Value::Nothing => *place = Some((String::new(), field.line)),
            _ => return Err((line, What::NoText(field.name))),
        }
    }
    let [code, object, reason, until] = texts;
    let needed = |text: Option<(String, usize)>, name| text.ok_or((None, What::EntryLacks(name)));
    let wrong =
        |(given, line): (String, usize)| move |wrong| (Some(line), What::WrongSuppression { given, wrong });
    let code = needed(code, "code")?;
    let reason = needed(reason, "reason")?;
    let until = needed(until, "until")?;
    let code = suppress::code(&code.0).map_err(wrong(code.clone()))?;
    let object = match object {
        Some(given) if given.0.is_empty() => return Err(wrong(given)(Wrong::Object)),
        other => other.map(|(text, _)| text),
    };
    if reason.0.trim().is_empty() {
        return Err(wrong(reason)(Wrong::Reason));
    }
    let until = suppress::until(&until.0).map_err(wrong(until.clone()))?;
    Ok(Suppression { code, object, reason: Some(reason.0), until: Some(until) })
}

/// Its text, if it is a file that can be trusted.
fn read(path: &Utf8Path) -> Result<String, What> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => What::NotThere,
        ErrorKind::PermissionDenied => What::Unreadable(Trouble::PermissionDenied),
        _ => What::Unreadable(Trouble::Io(error.to_string())),
    };
    // Whoever opens a FIFO waits for its writer.
    #[expect(clippy::cast_possible_wrap, reason = "a flag of open(2)")]
    let flags = OFlags::NONBLOCK.bits() as i32;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(unreadable)?;
    let facts = file.metadata().map_err(unreadable)?;
    if !facts.is_file() {
        let kind = match facts.file_type() {
            kind if kind.is_dir() => FileKind::Directory,
            kind if kind.is_fifo() => FileKind::Fifo,
            kind if kind.is_socket() => FileKind::Socket,
            kind if kind.is_char_device() || kind.is_block_device() => FileKind::Device,
            _ => FileKind::Other,
        };
        return Err(What::Unreadable(Trouble::NotRegular(kind)));
    }
    let caller = rustix::process::geteuid().as_raw();
    if facts.uid() != 0 && facts.uid() != caller {
        return Err(What::OfAnother { owner: facts.uid() });
    }
    if facts.mode() & 0o022 != 0 {
        return Err(What::WritableByOthers { mode: facts.mode() & 0o7777 });
    }
    let mut text = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() as u64 > LARGEST {
        return Err(What::Unreadable(Trouble::TooLarge { limit: LARGEST }));
    }
    String::from_utf8(text).map_err(|_| What::Unreadable(Trouble::Malformed("not UTF-8".to_owned())))
}
