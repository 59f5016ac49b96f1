//! The name under which a file is staged.

use camino::{Utf8Path, Utf8PathBuf};

/// The staged twin of `live` in `run`: beside it, so that an exchange stays on one file system; a dot-name, so
/// that the kubelet and people's globs do not read it.
pub fn twin(live: &Utf8Path, run: &str) -> Utf8PathBuf {
    let name = live.file_name().unwrap_or_default();
    live.with_file_name(format!(".{name}.perennial-{run}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_lies_beside_its_file_under_a_dot_name() {
        let live = Utf8Path::new("/etc/kubernetes/pki/apiserver.crt");
        assert_eq!(twin(live, "r-1"), "/etc/kubernetes/pki/.apiserver.crt.perennial-r-1");
    }
}
