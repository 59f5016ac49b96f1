//! The binary needs nothing but a kernel.
//!
//! In a directory that holds it and nothing else, without a libc, a shell or /proc, it tells its version. And it
//! is small enough to be sent to every node.

use crate::support::{Stage, binary};
use std::process::Command;

const LARGEST: u64 = 12_000_000;

pub(crate) fn story(_: &mut Stage) {
    let root = tempfile::tempdir().unwrap();
    let size = std::fs::copy(binary(), root.path().join("perennial")).unwrap();
    assert!(size <= LARGEST, "{size} bytes, and not at most {LARGEST}");

    let told = Command::new("chroot").arg(root.path()).args(["/perennial", "version"]).output().unwrap();
    assert!(told.status.success(), "{told:?}");
    assert!(String::from_utf8_lossy(&told.stdout).starts_with("perennial "), "{told:?}");
}
