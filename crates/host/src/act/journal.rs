//! Journals on disk: /var/lib/perennial/runs/ID/journal, 0600 in 0700, a line a record, synced line by line.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use perennial_core::inventory::{Installed, OpenRun, Past};
use perennial_core::plan::Action;
use perennial_core::run::{Body, End, JournalError, Outcome, Record, read};
use rustix::fs::FallocateFlags;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};

/// Reserved at the start: once files are being swapped, no record needs a new block.
const RESERVED: u64 = 1 << 20;

/// The journal that a run appends to.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: Utf8PathBuf,
}

impl Journal {
    /// For a new run: makes its directory and an empty journal, both synced.
    ///
    /// # Errors
    /// As the file system's; `AlreadyExists` for a run of that id.
    pub fn create(state: &Utf8Path, run: &str) -> io::Result<Self> {
        let runs = runs(state);
        DirBuilder::new().recursive(true).mode(0o700).create(&runs)?;
        let directory = runs.join(run);
        DirBuilder::new().mode(0o700).create(&directory)?;
        let path = directory.join("journal");
        let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path)?;
        // Not every file system can reserve; the free space was checked by the plan's guard as well.
        let _reserved = rustix::fs::fallocate(&file, FallocateFlags::KEEP_SIZE, 0, RESERVED);
        file.sync_all()?;
        for directory in [&directory, &runs, &state.to_owned()] {
            File::open(directory)?.sync_all()?;
        }
        Ok(Self { file, path })
    }

    /// For an open run: cuts a torn last line off.
    ///
    /// # Errors
    /// As the file system's.
    pub fn reopen(state: &Utf8Path, run: &str, understood: usize) -> io::Result<Self> {
        let path = runs(state).join(run).join("journal");
        let file = OpenOptions::new().append(true).open(&path)?;
        file.set_len(understood as u64)?;
        file.sync_all()?;
        Ok(Self { file, path })
    }

    /// Appends a line; when it returns, the line survives a power cut.
    ///
    /// # Errors
    /// As the file system's. After a failed sync nothing is known about the line.
    pub fn append(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.file.sync_data()
    }

    /// Where it lies.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }
}

/// An open run, ready to be taken up.
#[derive(Debug)]
pub struct Open {
    /// Its id.
    pub run: String,
    /// What its journal says.
    pub records: Vec<Record>,
    /// Bytes of the journal that were understood.
    pub understood: usize,
}

/// A journal that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct Unreadable {
    /// The journal.
    pub path: Utf8PathBuf,
    /// Why.
    pub reason: Reason,
}

/// Why a journal can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The file system refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It was read and is damaged.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The directory of all runs.
pub fn runs(state: &Utf8Path) -> Utf8PathBuf {
    state.join("runs")
}

/// What the runs on this node have left behind, and the open one, if there is one.
///
/// # Errors
/// The first journal that can't be read: it might be an open run.
pub fn past(state: &Utf8Path) -> Result<(Past, Option<Open>), Unreadable> {
    let (mut past, mut open) = (Past::default(), None);
    for run in ids(state)? {
        let path = runs(state).join(&run).join("journal");
        let unreadable = |reason| Unreadable { path: path.clone(), reason };
        let text = match fs::read(&path) {
            Ok(text) => text,
            // Its directory was made, its journal never: nothing was done.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(unreadable(error.into())),
        };
        let (records, understood) = read(&text).map_err(|error| unreadable(error.into()))?;
        let Some(first) = records.first() else { continue };
        let began = first.at;
        match records.last().map(|record| &record.body) {
            Some(Body::Closed { end: End::Committed }) => past.installed.extend(installed(&records)),
            Some(Body::Closed { .. }) => {}
            _ => {
                past.open = Some(OpenRun { id: run.clone(), began });
                open = Some(Open { run, records, understood });
            }
        }
    }
    past.installed.sort_by_key(|installed| installed.at);
    Ok((past, open))
}

fn ids(state: &Utf8Path) -> Result<Vec<String>, Unreadable> {
    let directory = runs(state);
    let failed = |error: io::Error| Unreadable { path: directory.clone(), reason: error.into() };
    let entries = match directory.read_dir_utf8() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_owned()));
    let mut names: Vec<_> = names.collect::<io::Result<_>>().map_err(failed)?;
    names.sort();
    Ok(names)
}

/// What a committed run has swapped in, and when.
fn installed(records: &[Record]) -> Vec<Installed> {
    let Some(Body::Begun { plan, .. }) = records.first().map(|record| &record.body) else {
        return Vec::new();
    };
    let staged = records.iter().flat_map(|record| match &record.body {
        Body::Done { outcome: Outcome::Staged { files }, .. } => files.as_slice(),
        _ => &[],
    });
    let swapped_at = |credential: &str| -> Option<Timestamp> {
        records.iter().find_map(|record| match &record.body {
            Body::Done { step, .. } => match &plan.steps.get(*step)?.action {
                Action::Swap(swap) if swap.credential == credential => Some(record.at),
                _ => None,
            },
            _ => None,
        })
    };
    staged
        .filter_map(|file| {
            Some(Installed {
                path: file.live.clone(),
                sha256: file.after_sha256.clone(),
                at: swapped_at(&file.credential)?,
                validity_seconds: plan.request.validity_seconds,
            })
        })
        .collect()
}
