//! A22: a disk that is really full, in the middle of a run: a small tmpfs, mounted by the test (it takes root). What was
//! live stays byte for byte, what was begun is gone again, and the run ends as one that has changed nothing.

use super::exchange::{Method, Way, discard, exchange};
use super::journal::{Journal, past, runs};
use super::node::NodePort;
use super::open::sha256;
use super::stage::stage;
use crate::drive::{Driver, Ended};
use crate::observe::{Look, node};
use crate::port::{Port, PortError};
use crate::session::{Session, SessionError};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp};
use perennial_core::assess::Policy;
use perennial_core::inventory::{Looked, Unit};
use perennial_core::plan::{Plan, Refusal, Request, Verb, renew};
use perennial_core::run::{Answer, Body, Effect, Event, Exchange, Outcome, Question, Writer, twin};
use perennial_testdata::Tree;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;
use std::sync::Arc;
use tokio::runtime::Runtime;

const RUN: &str = "r-full";

/// A file system of so many bytes over a directory, with what is in it; gone with the value.
struct Disk(Utf8PathBuf);

impl Disk {
    fn over(directory: &Utf8Path, bytes: u64) -> Self {
        fs::create_dir_all(directory).unwrap();
        let here = directory.canonicalize_utf8().unwrap();
        let below = tempfile::tempdir().unwrap();
        let kept = Utf8Path::from_path(below.path()).unwrap().join("kept");
        run("cp", &["-a", here.as_str(), kept.as_str()]);
        run("mount", &["-t", "tmpfs", "-o", &format!("size={bytes},mode=700"), "none", here.as_str()]);
        let disk = Self(here);
        run("cp", &["-a", &format!("{kept}/."), disk.0.as_str()]);
        disk
    }

    /// Leaves room for so many pages.
    fn fill(&self, pages: usize) {
        let room: Vec<_> = (0..pages).map(|page| self.0.join(format!(".room-{page}"))).collect();
        room.iter().for_each(|file| fs::write(file, "x").unwrap());
        let mut filler = fs::File::create(self.0.join(".filler")).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
        room.iter().for_each(|file| fs::remove_file(file).unwrap());
    }

    fn free(&self) {
        fs::remove_file(self.0.join(".filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &["-l", self.0.as_str()]);
    }
}

fn run(command: &str, arguments: &[&str]) {
    let output = Command::new(command).args(arguments).output().unwrap();
    assert!(output.status.success(), "{command} {arguments:?}: {output:?}");
}

/// A control plane with perennial's state beside it, and the plan to renew all of it.
struct Place {
    tree: Tree,
    _state: tempfile::TempDir,
    look: Look,
    runtime: Runtime,
    plan: Plan,
}

impl Place {
    fn new() -> Self {
        let (tree, directory) = (Tree::control_plane("cp1"), tempfile::tempdir().unwrap());
        let look = Look {
            root: tree.root().canonicalize_utf8().unwrap(),
            listeners: false,
            processes: false,
            cluster: false,
            objects: false,
            secrets: false,
            homes: Vec::new(),
            kubeconfigs: Vec::new(),
            state_directory: Utf8PathBuf::from_path_buf(directory.path().canonicalize().unwrap()).unwrap(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let plan = plan(&runtime, &look);
        Self { tree, _state: directory, look, runtime, plan }
    }

    fn journal(&self) -> Journal {
        Journal::create(&self.look.state_directory, RUN).unwrap()
    }

    fn port(&self, journal: Journal) -> Unhurried<'_> {
        Unhurried(NodePort::new(&self.runtime, &self.look, "cp1", journal, Arc::default()))
    }

    /// Begins the run and drives it as far as it goes.
    fn drive(&self) -> Result<Ended, PortError> {
        let (mut port, mut watch) = (self.port(self.journal()), |_: &Event<'_>| {});
        let mut driver = Driver::new(&mut port, RUN, self.plan.clone(), &mut watch);
        driver.begin("test")?;
        driver.run()
    }

    fn length_of_the_first_record(&self) -> usize {
        let (plan, tool) = (Box::new(self.plan.clone()), String::new());
        let (_, line) = Writer::new(RUN).record(Timestamp::now(), Body::Begun { plan, tool }).unwrap();
        line.len() + 1
    }

    /// Every live file, as bytes, mode and inode.
    fn live(&self) -> Vec<(Utf8PathBuf, Vec<u8>, u32, u64)> {
        let files = self.plan.renewals().flat_map(|renewal| renewal.target.files());
        let facts = files.map(|path| {
            let metadata = fs::metadata(path).unwrap();
            (path.clone(), fs::read(path).unwrap(), metadata.mode(), metadata.ino())
        });
        facts.collect()
    }

    fn staged(&self) -> Vec<Utf8PathBuf> {
        let files = self.plan.renewals().flat_map(|renewal| renewal.target.files());
        let names = files.flat_map(|live| [twin(live, RUN), format!("{}.old", twin(live, RUN)).into()]);
        names.filter(|path| path.exists()).collect()
    }
}

/// What `renew` plans for the tree, with the tree's own paths instead of the node's.
fn plan(runtime: &Runtime, look: &Look) -> Plan {
    let mut node = node(runtime, look);
    node.as_root = true;
    let (active_state, sub_state) = ("active".to_owned(), "running".to_owned());
    let unit = Unit { active_state, sub_state, main_pid: Some(1), restarts: 0, active_since: None };
    node.kubelet.unit = Looked::Seen(unit);
    let request = Request::new(Verb::Renew, 365 * 24 * 3600);
    let plan = renew(&node, &request, &Policy::default(), Timestamp::now()).unwrap();
    let text = serde_json::to_string(&plan).unwrap();
    let text = text.replace("\"/etc/kubernetes", &format!("\"{}/etc/kubernetes", look.root));
    serde_json::from_str(&text.replace("\"/var/lib", &format!("\"{}/var/lib", look.root))).unwrap()
}

/// The real port, but for what only a live node could answer; the look at the free space came too early.
struct Unhurried<'a>(NodePort<'a>);

impl Port for Unhurried<'_> {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn elapsed(&self) -> SignedDuration {
        self.0.elapsed()
    }

    fn append(&mut self, line: &str) -> Result<(), PortError> {
        self.0.append(line)
    }

    fn perform(&mut self, effect: &Effect) -> Result<Outcome, PortError> {
        self.0.perform(effect)
    }

    fn look(&mut self, question: &Question) -> Result<Answer, PortError> {
        match question {
            Question::KubeletRuns => Ok(Answer::KubeletRuns(true)),
            Question::FreeBytes => Ok(Answer::FreeBytes(u64::MAX)),
            question => self.0.look(question),
        }
    }

    fn wait(&mut self) {}

    fn stop_requested(&self) -> bool {
        false
    }
}

/// The run has ended as one that has changed nothing: exit code 4.
fn assert_abandoned(ended: &Ended) {
    let Ended::Abandoned { reason, .. } = ended else { panic!("{ended:?}") };
    assert!(reason.contains("No space left on device"), "{reason}");
}

#[test]
fn too_little_space_is_refused_before_anything_is_written() {
    let place = Place::new();
    let _disk = Disk::over(&place.look.state_directory, 64 << 10);
    let before = place.live();
    let session = Session::begin(&place.runtime, &place.look, Arc::default()).unwrap();
    let refused =
        session.run(place.plan.clone(), "test", &super::unlock::Keys::default(), &mut |_| {}).unwrap_err();
    let SessionError::Refused(Refusal::NoSpace { path, .. }) = &refused else { panic!("{refused:?}") };
    assert_eq!(*path, place.look.state_directory);
    assert!(!runs(&place.look.state_directory).exists() && place.staged().is_empty());
    assert_eq!(place.live(), before);
}

#[test]
fn a_backup_that_meets_the_end_of_the_disk_is_taken_away_again() {
    let place = Place::new();
    // The journal has its room reserved; the backup has none.
    let disk = Disk::over(&place.look.state_directory, (1 << 20) + (96 << 10));
    let before = place.live();
    assert_abandoned(&place.drive().unwrap());
    assert_eq!((place.live(), place.staged()), (before, vec![]));
    let left: Vec<_> = runs(&disk.0).join(RUN).read_dir_utf8().unwrap().map(|entry| entry.unwrap()).collect();
    let names: Vec<_> = left.iter().map(|entry| entry.file_name()).collect();
    assert_eq!(names, ["journal"], "half a backup keeps the disk full");
    assert!(past(&disk.0).unwrap().1.is_none(), "the run is closed");
}

#[test]
fn staging_that_meets_the_end_of_the_disk_leaves_nothing_behind() {
    for pages in [0, 1, 3] {
        let place = Place::new();
        let disk = Disk::over(&place.tree.path("etc/kubernetes"), 4 << 20);
        disk.fill(pages);
        let before = place.live();
        assert_abandoned(&place.drive().unwrap());
        assert_eq!((place.live(), place.staged()), (before, vec![]), "{pages} pages");
        assert!(past(&place.look.state_directory).unwrap().1.is_none(), "the run is closed");
    }
}

#[test]
fn a_journal_that_can_not_be_written_stops_the_run_and_the_next_one_ends_it() {
    let place = Place::new();
    // Too small for the journal's reserve.
    let disk = Disk::over(&place.look.state_directory, 512 << 10);
    let before = place.live();
    let mut port = place.port(place.journal());
    let mut watch = |_: &Event<'_>| {};
    let mut driver = Driver::new(&mut port, RUN, place.plan.clone(), &mut watch);
    // The last page of the journal has room for no other record.
    let length = place.length_of_the_first_record();
    driver.begin(&"x".repeat(4096 - length % 4096 - 40)).unwrap();
    disk.fill(0);
    let error = driver.run().unwrap_err();
    assert!(error.to_string().contains("No space left on device"), "{error}");
    assert_eq!((place.live(), place.staged()), (before.clone(), vec![]));
    disk.free();
    let open = past(&disk.0).unwrap().1.unwrap();
    let journal = Journal::reopen(&disk.0, RUN, open.understood).unwrap();
    let mut port = place.port(journal);
    let ended = Driver::open(&mut port, RUN, open.records, &mut watch).unwrap().resume().unwrap();
    assert!(matches!(ended, Ended::Abandoned { .. }), "{ended:?}");
    assert_eq!((place.live(), place.staged()), (before, vec![]));
}

#[test]
fn without_exchange_a_pair_goes_in_and_comes_back_without_any_room() {
    let directory = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o700)).tempdir().unwrap();
    let disk = Disk::over(Utf8Path::from_path(directory.path()).unwrap(), 64 << 10);
    let hash = |path: &Utf8Path| sha256(path).unwrap().unwrap();
    let mut files = Vec::new();
    for name in ["a.crt", "a.key"] {
        let live = disk.0.join(name);
        fs::write(&live, format!("old {name}")).unwrap();
        stage(&live, RUN, format!("new {name}").as_bytes()).unwrap();
        let twin = twin(&live, RUN);
        files.push(Exchange { live_sha256: hash(&live), twin_sha256: hash(&twin), live, twin });
    }
    let read = |name: &str| fs::read_to_string(disk.0.join(name)).unwrap();
    disk.fill(0);
    assert_eq!(exchange(&files, Method::Rename).unwrap(), Way::Renamed);
    assert_eq!((read("a.crt"), read("a.key")), ("new a.crt".into(), "new a.key".into()));
    assert_eq!(fs::metadata(disk.0.join("a.key")).unwrap().nlink(), 1);
    let back = files.iter().map(|file| Exchange {
        live_sha256: file.twin_sha256.clone(),
        twin_sha256: file.live_sha256.clone(),
        ..file.clone()
    });
    exchange(&back.collect::<Vec<_>>(), Method::Rename).unwrap();
    assert_eq!((read("a.crt"), read("a.key")), ("old a.crt".into(), "old a.key".into()));
    discard(&files.into_iter().map(|file| file.twin).collect::<Vec<_>>()).unwrap();
    disk.free();
    assert_eq!(fs::read_dir(&disk.0).unwrap().count(), 2);
}
