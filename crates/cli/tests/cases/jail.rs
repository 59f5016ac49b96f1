//! A tree as the whole file system of a process: `renew` works on a node's own paths, so the tree becomes those, in
//! namespaces of its own (which needs root), without a network and without any other process.

use perennial_testdata::Tree;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Command, Output, Stdio};

/// $1: the tree, $2: perennial, then what is run in it.
const ENTER: &str = r#"
root=$1; program=$2; shift 2
mount --make-rprivate /
for name in usr dev; do mount --rbind "/$name" "$root/$name"; done
mount -t proc proc "$root/proc"
mount --bind "$program" "$root/perennial"
exec chroot "$root" /perennial "$@"
"#;

/// Where things are mounted; made before a tree's state is compared.
pub(crate) fn prepare(tree: &Tree) {
    for name in ["usr", "dev", "proc"] {
        std::fs::create_dir_all(tree.path(name)).unwrap();
    }
    for name in ["bin", "lib", "lib64", "sbin"] {
        std::os::unix::fs::symlink(format!("usr/{name}"), tree.path(name)).unwrap();
    }
    tree.write("perennial", "");
}

/// Runs perennial in a tree that was [prepared](prepare), with this on its standard input and without a terminal.
pub(crate) fn perennial(tree: &Tree, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = enter(tree, "--wait", arguments);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may end before it has read all of it.
    let _unread = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// The same on a terminal, on which one of these lines is typed each time that something is asked: the exit code, and
/// what the terminal showed.
pub(crate) fn typing(tree: &Tree, arguments: &[&str], lines: &[&str]) -> (Option<i32>, String) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let theirs = || File::options().read(true).write(true).open(&name).unwrap();
    let mut command = enter(tree, "--ctty", arguments);
    command.arg("--no-progress").stdin(theirs()).stdout(theirs()).stderr(theirs());
    let mut child = command.spawn().unwrap();
    drop(command);
    let (mut terminal, mut lines) = (File::from(ours), lines.iter());
    let (mut said, mut answered, mut buffer) = (Vec::new(), 0, [0; 4096]);
    // It is an error to read a terminal that nobody has open any more.
    while let Ok(read) = terminal.read(&mut buffer) {
        said.extend_from_slice(&buffer[..read]);
        let since = String::from_utf8_lossy(&said[answered..]);
        if since.ends_with("): ") || since.ends_with("）： ") {
            answered = said.len();
            let line = lines.next().unwrap_or(&"\u{3}");
            terminal.write_all(format!("{line}\n").as_bytes()).unwrap();
        }
    }
    (child.wait().unwrap().code(), String::from_utf8_lossy(&said).into_owned())
}

/// The command that runs perennial in a tree, in a session of its own: whoever runs the tests may have a terminal.
fn enter(tree: &Tree, session: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("setsid");
    command.args([session, "--wait", "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]);
    command.args(["sh", "-ec", ENTER, "jail", tree.root().as_str(), env!("CARGO_BIN_EXE_perennial")]);
    command.args(arguments).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LANG", "C.UTF-8");
    command
}
