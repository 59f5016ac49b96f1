//! As much of a systemd service as tells how a program would be started (systemd.exec(5), systemd.service(5)).

use camino::Utf8PathBuf;
use std::collections::BTreeMap;

/// What unit files say about the start of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// `Environment=`.
    pub environment: BTreeMap<String, String>,
    /// `EnvironmentFile=`, in order, without the `-` that makes one optional.
    pub environment_files: Vec<Utf8PathBuf>,
    /// The last `ExecStart=`, not expanded.
    pub exec_start: Option<String>,
}

impl Service {
    /// Reads the unit and its drop-ins, in the order in which systemd does.
    pub fn parse(texts: &[&str]) -> Self {
        let mut service = Self::default();
        for line in texts.iter().flat_map(|text| joined_lines(text)) {
            let line = line.trim();
            let Some((key, value)) = line.split_once('=') else { continue };
            let value = value.trim();
            match (key.trim(), value.is_empty()) {
                ("Environment", true) => service.environment.clear(),
                ("Environment", false) => {
                    service.environment.extend(words(value).iter().filter_map(|word| assignment(word)));
                }
                ("EnvironmentFile", true) => service.environment_files.clear(),
                ("EnvironmentFile", false) => {
                    service.environment_files.push(value.trim_start_matches('-').into());
                }
                ("ExecStart", empty) => {
                    service.exec_start =
                        (!empty).then(|| value.trim_start_matches(['@', '-', ':', '+', '!']).to_owned());
                }
                _ => {}
            }
        }
        service
    }

    /// What the program finds in its environment: of a name that is set twice the environment files' value counts.
    pub fn environment_with(&self, environment_files: &[&str]) -> BTreeMap<String, String> {
        let mut environment = self.environment.clone();
        for line in environment_files.iter().flat_map(|text| joined_lines(text)) {
            let line = line.trim();
            if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with(['#', ';'])) {
                environment.insert(name.trim().to_owned(), words(value).join(" "));
            }
        }
        environment
    }

    /// The command line with variables expanded: from the environment files (given as texts, the later one
    /// wins), else from `Environment=`. `$NAME` alone becomes several words, `${NAME}` stays within its word.
    pub fn arguments(&self, environment_files: &[&str]) -> Vec<String> {
        let environment = self.environment_with(environment_files);
        let look_up = |name: &str| environment.get(name).cloned().unwrap_or_default();
        let mut arguments = Vec::new();
        for word in words(self.exec_start.as_deref().unwrap_or_default()) {
            match word.strip_prefix('$').filter(|name| !name.starts_with(['{', '$'])) {
                Some(name) => arguments.extend(words(&look_up(name))),
                None => arguments.push(expand_braces(&word, look_up)),
            }
        }
        arguments
    }
}

/// Lines without comments; a backslash at the end joins the next one.
fn joined_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if line.trim_start().starts_with(['#', ';']) {
            continue;
        }
        let (content, continues) = line.strip_suffix('\\').map_or((line, false), |content| (content, true));
        match lines.last_mut().filter(|_| open) {
            Some(last) => {
                last.push(' ');
                last.push_str(content);
            }
            None => lines.push(content.to_owned()),
        }
        open = continues;
    }
    lines
}

/// Splits at blanks; quotes hold words together and disappear.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (_, '\\') => word.get_or_insert_default().extend(letters.next()),
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

fn assignment(word: &str) -> Option<(String, String)> {
    word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
}

fn expand_braces(word: &str, look_up: impl Fn(&str) -> String) -> String {
    let mut expanded = String::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else { break };
        expanded.push_str(before);
        expanded.push_str(&look_up(name));
        rest = tail;
    }
    expanded.push_str(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: &str = "[Service]\nExecStart=/usr/bin/kubelet\nRestart=always\n";
    const DROP_IN: &str = r#"# Note: This dropin only works with kubeadm and kubelet v1.11+
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
"#;

    #[test]
    fn kubeadms_packages_are_read() {
        let service = Service::parse(&[UNIT, DROP_IN]);
        assert_eq!(service.environment_files, ["/var/lib/kubelet/kubeadm-flags.env", "/etc/default/kubelet"]);
        let flags_env = "KUBELET_KUBEADM_ARGS=\"--hostname-override=cp1.example --v=2\"\n";
        assert_eq!(
            service.arguments(&[flags_env, "# nothing\nKUBELET_EXTRA_ARGS=\n"]),
            [
                "/usr/bin/kubelet",
                "--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf",
                "--kubeconfig=/etc/kubernetes/kubelet.conf",
                "--config=/var/lib/kubelet/config.yaml",
                "--hostname-override=cp1.example",
                "--v=2",
            ]
        );
    }

    #[test]
    fn braces_quotes_and_continued_lines() {
        let service =
            Service::parse(&["ExecStart=-/bin/k --a=${A} \\\n  '--b=x y' $NONE\nEnvironment=A=1 B=2\n"]);
        assert_eq!(service.arguments(&[]), ["/bin/k", "--a=1", "--b=x y"]);
    }
}
