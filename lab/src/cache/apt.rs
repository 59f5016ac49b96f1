//! Which Debian-like system this host is and where its packages come from.

use std::path::Path;

use crate::error::{LabError, Result};
use crate::tools::files;

/// The distribution and its mirror.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) suite: String,
    pub(super) mirror: String,
    pub(super) components: String,
}

/// The host's own suite and mirror.
pub(super) fn host() -> Result<Source> {
    let release = files::read_text(Path::new("/etc/os-release"))?;
    let suite = release
        .lines()
        .find_map(|l| l.strip_prefix("VERSION_CODENAME="))
        .map(|v| v.trim_matches('"').to_owned())
        .ok_or_else(|| {
            LabError::refused(
                "the host's /etc/os-release names no VERSION_CODENAME: it is not Debian or Ubuntu",
            )
        })?;
    let ubuntu =
        release.lines().any(|l| l == "ID=ubuntu" || l.starts_with("ID_LIKE=") && l.contains("ubuntu"));
    let mut lists = vec![Path::new("/etc/apt/sources.list").to_path_buf()];
    lists.extend(files::list(Path::new("/etc/apt/sources.list.d"))?);
    for path in lists {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let found = if path.extension().is_some_and(|e| e == "sources") {
            deb822(&text, &suite)
        } else {
            one_line(&text, &suite)
        };
        if let Some(mirror) = found {
            let components = if ubuntu { "main,universe" } else { "main" }.to_owned();
            return Ok(Source { suite, mirror, components });
        }
    }
    Err(LabError::refused(format!(
        "no source for {suite} in /etc/apt/sources.list or /etc/apt/sources.list.d"
    )))
}

fn deb822(text: &str, suite: &str) -> Option<String> {
    text.split("\n\n").find_map(|stanza| {
        let field = |name: &str| {
            stanza
                .lines()
                .find_map(|l| l.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|p| p.1))
        };
        let enabled = field("Enabled").is_none_or(|v| v.trim() != "no");
        let binary = field("Types")?.split_whitespace().any(|t| t == "deb");
        let named = field("Suites")?.split_whitespace().any(|s| s == suite);
        (enabled && binary && named).then(|| field("URIs")?.split_whitespace().next().map(str::to_owned))?
    })
}

fn one_line(text: &str, suite: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("deb ")?.trim_start();
        let rest = if rest.starts_with('[') { rest.split_once(']')?.1 } else { rest };
        let mut words = rest.split_whitespace();
        let mirror = words.next()?;
        (words.next()? == suite).then(|| mirror.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deb822_takes_the_stanza_of_the_suite() {
        let text = "Types: deb\n# a note\nURIs: http://one/debian\nSuites: trixie-security\n\n\
                    Types: deb\nURIs: http://two/debian\nSuites: trixie trixie-updates\nComponents: main\n";
        assert_eq!(deb822(text, "trixie").as_deref(), Some("http://two/debian"));
        assert_eq!(deb822(text, "noble"), None);
    }

    #[test]
    fn one_line_skips_options_and_other_suites() {
        let text = "# deb http://no noble main\ndeb-src http://no noble main\n\
                    deb [arch=amd64 signed-by=/x] http://yes/ubuntu noble main universe\n";
        assert_eq!(one_line(text, "noble").as_deref(), Some("http://yes/ubuntu"));
        assert_eq!(one_line(text, "bookworm"), None);
    }
}
