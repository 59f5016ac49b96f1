//! The mounts a lab makes on the host, and how they go away again.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::tools::command::Run;
use crate::tools::files;

/// Makes a folder a private mount of its own: what is mounted below it stays out of every other namespace's
/// sight, also on hosts whose `/` is shared.
pub(super) fn make_private(dir: &Path) -> Result<()> {
    if below(dir)?.iter().any(|p| p == dir) {
        return Ok(());
    }
    Run::new("mount")
        .args(["--bind", "--make-private"])
        .arg(dir)
        .arg(dir)
        .what("making a private mount")
        .done()
}

/// Mounts the root of a node; the first of `lower` is the uppermost.
pub(super) fn overlay(lower: &[PathBuf], node: &Path) -> Result<()> {
    let lower: Vec<String> = lower.iter().map(|p| p.display().to_string()).collect();
    let options = format!(
        "lowerdir={},upperdir={},workdir={}",
        lower.join(":"),
        node.join("upper").display(),
        node.join("work").display()
    );
    let root = node.join("rootfs");
    Run::new("mount")
        .args(["-t", "overlay", "overlay", "-o", &options])
        .arg(&root)
        .what(format!("mounting {}", root.display()))
        .done()
}

/// Unmounts everything at and below a folder, the last mounted first.
pub(crate) fn unmount_all(dir: &Path) -> Result<()> {
    for point in below(dir)?.iter().rev() {
        let plain = Run::new("umount").arg(point).ended()?;
        if !plain.status.success() {
            Run::new("umount").arg("-l").arg(point).what(format!("unmounting {}", point.display())).done()?;
        }
    }
    Ok(())
}

/// The mount points at and below a folder, in the order of mounting.
pub(super) fn below(dir: &Path) -> Result<Vec<PathBuf>> {
    let text = files::read(Path::new("/proc/self/mountinfo"))?;
    let points = text.split(|b| *b == b'\n').filter_map(|line| line.split(|b| *b == b' ').nth(4));
    Ok(points.map(unescape).filter(|p| p.starts_with(dir)).collect())
}

/// Spaces and the like are written as three octal digits.
fn unescape(field: &[u8]) -> PathBuf {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, tail)) = rest.split_first() {
        let code = tail
            .get(..3)
            .and_then(|d| std::str::from_utf8(d).ok())
            .and_then(|d| u8::from_str_radix(d, 8).ok());
        match code {
            Some(byte) if first == b'\\' => {
                out.push(byte);
                rest = &tail[3..];
            }
            _ => {
                out.push(first);
                rest = tail;
            }
        }
    }
    PathBuf::from(OsString::from_vec(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_escapes_are_undone() {
        assert_eq!(unescape(b"/a\\040b/c"), PathBuf::from("/a b/c"));
        assert_eq!(unescape(b"/plain"), PathBuf::from("/plain"));
    }
}
