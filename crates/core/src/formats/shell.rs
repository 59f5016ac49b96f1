//! Assignments of KUBECONFIG in the files that a login shell reads. Nothing is executed: what a shell would have to
//! work out is not known.

use camino::{Utf8Path, Utf8PathBuf};

/// So many paths are taken of one file.
const MOST: usize = 16;

/// The kubeconfigs that a shell's or PAM's file sets for who has this home.
pub fn kubeconfigs(text: &str, home: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim_start();
        let line = line.strip_prefix("export").filter(|rest| rest.starts_with(' ')).unwrap_or(line);
        let Some(value) = line.trim_start().strip_prefix("KUBECONFIG=") else { continue };
        let paths = word(value).split(':').filter_map(|path| expand(path, home));
        for path in paths {
            if found.len() < MOST && !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

/// The first word of a value, without its quotes.
fn word(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split_once(quote).map_or("", |(inside, _)| inside);
        }
    }
    let end = value.find(|c: char| c.is_whitespace() || ";&|#".contains(c)).unwrap_or(value.len());
    &value[..end]
}

/// `$HOME`, `${HOME}` and `~` are known; any other variable or command is not.
fn expand(path: &str, home: &Utf8Path) -> Option<Utf8PathBuf> {
    let below = ["$HOME/", "${HOME}/", "~/"].into_iter().find_map(|start| path.strip_prefix(start));
    let path = below.map_or_else(|| Utf8PathBuf::from(path), |rest| home.join(rest));
    let plain = !path.as_str().contains(['$', '`', '*', '?', '\\', '"', '\'']);
    (path.is_absolute() && plain).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_as_far_as_they_need_no_shell() {
        for (text, paths) in [
            ("export KUBECONFIG=/etc/kubernetes/ops.conf\n", vec!["/etc/kubernetes/ops.conf"]),
            ("  KUBECONFIG=\"$HOME/.kube/a:/srv/b\" # x", vec!["/home/ada/.kube/a", "/srv/b"]),
            ("export KUBECONFIG=~/k; kubectl get pods", vec!["/home/ada/k"]),
            ("KUBECONFIG='${HOME}/k'", vec!["/home/ada/k"]),
            ("#export KUBECONFIG=/x", vec![]),
            ("MY_KUBECONFIG=/x", vec![]),
            ("export KUBECONFIG=$(find /)", vec![]),
            ("export KUBECONFIG=$KUBECONFIG:/y", vec!["/y"]),
            ("KUBECONFIG=relative", vec![]),
            ("KUBECONFIG=/srv/$USER/k:/a*:/b`id`", vec![]),
            ("KUBECONFIG=\"/x", vec![]),
            ("KUBECONFIG=", vec![]),
        ] {
            assert_eq!(kubeconfigs(text, "/home/ada".into()), paths, "{text}");
        }
        assert_eq!(kubeconfigs(&"KUBECONFIG=/a:/b:/c:/d:/e\n".repeat(9), "/r".into()).len(), 5);
    }
}
