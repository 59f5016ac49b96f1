//! Configurations of the container network (CNI specification 1.0): which kubeconfigs they name, for which plugin.

use crate::inventory::Trouble;
use camino::Utf8PathBuf;
use serde_json::Value;

/// A kubeconfig in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The `type` of the plugin around it; empty where it has none.
    pub plugin: String,
    /// Its path, which is the host's: plugins are started by the runtime.
    pub kubeconfig: Utf8PathBuf,
}

/// What a configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The type of the plugin that is called first.
    pub first: String,
    /// The kubeconfigs.
    pub kubeconfigs: Vec<Named>,
}

/// So many kubeconfigs are looked at.
const MOST: usize = 16;

/// Whether libcni reads a file of this name (libcni/api.go `ConfFiles`).
pub fn counts(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ["conf", "conflist", "json"].contains(&ending))
}

/// Reads a configuration. The error says where, never what.
pub fn parse(text: &str) -> Result<Configuration, Trouble> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        Trouble::Malformed(format!("not JSON at line {}, column {}", error.line(), error.column()))
    })?;
    let mut found = Configuration::default();
    visit(&value, "", &mut found);
    Ok(found)
}

/// `kubernetes.kubeconfig` of calico, `kubeconfig` of multus, of its delegates, of an address manager: all are called
/// the same. The parser has bounded the depth.
fn visit(value: &Value, plugin: &str, found: &mut Configuration) {
    match value {
        Value::Object(fields) => {
            let plugin = fields.get("type").and_then(Value::as_str).unwrap_or(plugin);
            if found.first.is_empty() {
                plugin.clone_into(&mut found.first);
            }
            for (name, value) in fields {
                match value.as_str().filter(|_| name == "kubeconfig") {
                    Some(path) if path.starts_with('/') && found.kubeconfigs.len() < MOST => {
                        let named = Named { plugin: plugin.to_owned(), kubeconfig: path.into() };
                        if !found.kubeconfigs.contains(&named) {
                            found.kubeconfigs.push(named);
                        }
                    }
                    Some(_) => {}
                    None => visit(value, plugin, found),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| visit(entry, plugin, found)),
        _ => {}
    }
}

/// The directory of configurations that a container runtime's own configuration names: containerd's `conf_dir`
/// (config.toml), CRI-O's `network_dir` (crio.conf and what is laid over it).
pub fn directory(text: &str) -> Option<Utf8PathBuf> {
    let value = |line: &str| {
        let (name, value) = line.split_once('=')?;
        if !["conf_dir", "network_dir"].contains(&name.trim()) {
            return None;
        }
        let value = value.trim();
        let quote = value.chars().next().filter(|first| ['"', '\''].contains(first))?;
        let (path, _) = value.get(1..)?.split_once(quote)?;
        path.starts_with('/').then(|| path.into())
    };
    // The last one wins, as in a file that is laid over another.
    text.lines().filter_map(value).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubeconfigs_are_found_wherever_they_are_named_with_their_plugin() {
        let named = |plugin: &str, path: &str| Named { plugin: plugin.to_owned(), kubeconfig: path.into() };
        let list = r#"{"name":"k8s-pod-network","cniVersion":"0.3.1","plugins":[
            {"type":"calico","ipam":{"type":"calico-ipam"},"kubernetes":{"kubeconfig":"/etc/cni/net.d/calico-kubeconfig"}},
            {"type":"portmap","capabilities":{"portMappings":true}}]}"#;
        let read = parse(list).unwrap();
        assert_eq!(read.kubeconfigs, [named("calico", "/etc/cni/net.d/calico-kubeconfig")]);
        assert_eq!(read.first, "calico");
        let multus = r#"{"type":"multus","kubeconfig":"/etc/cni/net.d/multus.d/multus.kubeconfig","delegates":[
            {"plugins":[{"type":"calico","kubernetes":{"kubeconfig":"/c"}}]}], "x":{"kubeconfig":7}}"#;
        let read = parse(multus).unwrap();
        assert_eq!(read.first, "multus");
        assert!(read.kubeconfigs.contains(&named("calico", "/c")) && read.kubeconfigs.len() == 2, "{read:?}");
        assert!(
            parse(r#"{"type":"a","kubeconfig":"__KUBECONFIG_FILEPATH__"}"#).unwrap().kubeconfigs.is_empty()
        );
    }

    #[test]
    fn hostile_json_is_an_error_without_content() {
        for text in ["", "{", "geheim", &"[".repeat(500_000), &"{\"a\":".repeat(100_000)] {
            let Err(Trouble::Malformed(why)) = parse(text) else { panic!("{text:.20}") };
            assert!(why.starts_with("not JSON at line ") && !why.contains("geheim"), "{why}");
        }
    }

    #[test]
    fn runtimes_name_their_directory() {
        let containerd =
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".cni]\n  conf_dir = \"/etc/cni/kube\"\n";
        assert_eq!(directory(containerd).as_deref(), Some("/etc/cni/kube".into()));
        assert_eq!(directory("network_dir = '/srv/cni' # ours\n").as_deref(), Some("/srv/cni".into()));
        for text in
            ["# conf_dir = \"/x\"", "conf_dir = \"\"", "conf_dir = \"rel\"", "conf_dir =", "bin_dir = \"/x\""]
        {
            assert_eq!(directory(text), None, "{text}");
        }
    }
}
