//! Static pod manifests: which component runs with which flags, and where its files are on the host.

mod expand;

use super::flags::{all, flags};
use super::yaml;
use crate::inventory::{Component, Trouble, Version};
use camino::{Utf8Path, Utf8PathBuf};
use expand::expand;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// A static pod, as far as its certificates are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The pod's name, without the node's.
    pub pod: String,
    /// The control-plane component that it runs, if it does.
    pub component: Option<Component>,
    /// The container that runs it (else the first one).
    pub container: String,
    /// Its image.
    pub image: String,
    /// Its flags, `--name` → value.
    pub flags: BTreeMap<String, String>,
    /// The pod's namespace.
    pub namespace: String,
    mounts: Vec<Mount>,
    others: Vec<Uses>,
}

/// What any container of a pod mounts and says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Uses {
    container: String,
    mounts: Vec<Mount>,
    words: Vec<String>,
}

/// How a pod gets to a file of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The container.
    pub container: String,
    /// The file's path inside the container.
    pub inside: Utf8PathBuf,
    /// The file itself is mounted; otherwise a directory above it.
    pub alone: bool,
    /// The container's command line or environment names it.
    pub named: bool,
}

/// A host path inside the container.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mount {
    inside: Utf8PathBuf,
    host: Utf8PathBuf,
}

/// Whether the kubelet takes a file of that name for a static pod: every one that doesn't begin with a dot,
/// also `kube-apiserver.yaml.bak` (kubelet config/file.go `[^.]*`, config/file_linux.go).
pub fn counts(file_name: &str) -> bool {
    !file_name.starts_with('.')
}

impl Manifest {
    /// Reads a manifest, YAML or JSON.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let document = yaml::configuration_document(text)?;
        if !document.is_a("Pod", "v1") {
            return Err(Trouble::Malformed("another kind of object than a v1 Pod".to_owned()));
        }
        let pod: Pod = yaml::read(&document)?;
        // Of the pod itself the kubelet wants more: its validation is the API's, and by far longer.
        if pod.metadata.name.is_empty() {
            return Err(Trouble::Malformed("a pod without a name".to_owned()));
        }
        let named = |name: &str| Component::STATIC.into_iter().find(|component| component.name() == name);
        let runs = |container: &Container| named(&container.name).or_else(|| named(container.program()?));
        let component = pod.metadata.labels.get("component").and_then(|label| named(label));
        let container = pod.spec.containers.iter().find(|container| runs(container).is_some());
        let component = component.or_else(|| container.and_then(runs));
        let Some(container) = container.or_else(|| pod.spec.containers.first()) else {
            return Err(Trouble::Malformed("a pod without containers".to_owned()));
        };
        let mut flags = flags(&container.words());
        if component == Some(Component::Etcd) {
            container.environment_flags(&mut flags);
        }
        let others = pod.spec.init_containers.iter().chain(&pod.spec.containers).map(|container| Uses {
            container: container.name.clone(),
            mounts: mounts(&pod.spec.volumes, container),
            words: container.words().into_iter().chain(container.environment().into_values()).collect(),
        });
        let namespace = pod.metadata.namespace.clone();
        Ok(Self {
            component,
            namespace: if namespace.is_empty() { "default".to_owned() } else { namespace },
            others: others.collect(),
            container: container.name.clone(),
            image: container.image.clone(),
            flags,
            mounts: mounts(&pod.spec.volumes, container),
            pod: pod.metadata.name,
        })
    }

    /// A flag's value, by its name without dashes.
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.get(&format!("--{name}")).map(String::as_str)
    }

    /// Every value of a flag that may be repeated, by its name without dashes; empty values left out.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let own = self.others.iter().find(|uses| uses.container == self.container);
        let repeated = own.map(|own| all(&own.words, name)).unwrap_or_default();
        let values = if repeated.is_empty() { self.flag(name).into_iter().collect() } else { repeated };
        values.into_iter().filter(|value| !value.is_empty()).collect()
    }

    /// A program that runs on the host itself, with the host's own paths.
    pub fn of_host(component: Component, flags: BTreeMap<String, String>) -> Self {
        Self {
            pod: component.name().to_owned(),
            namespace: String::new(),
            component: Some(component),
            container: component.name().to_owned(),
            image: String::new(),
            flags,
            mounts: Vec::new(),
            others: Vec::new(),
        }
    }

    /// How the pod's containers get to `file`: the one that mounts the file itself first.
    pub fn uses(&self, file: &Utf8Path) -> Option<Use> {
        let found = self.others.iter().flat_map(|uses| {
            uses.mounts.iter().filter_map(move |mount| {
                let rest = file.strip_prefix(&mount.host).ok()?;
                let alone = rest.as_str().is_empty();
                let inside = if alone { mount.inside.clone() } else { mount.inside.join(rest) };
                let named = uses.words.iter().any(|word| word.contains(inside.as_str()));
                Some(Use { container: uses.container.clone(), inside, alone, named })
            })
        });
        found.max_by_key(|found| (found.alone, found.named))
    }

    /// The version in the image's tag.
    pub fn version(&self) -> Option<Version> {
        let image = self.image.split_once('@').map_or(self.image.as_str(), |(image, _)| image);
        let (_, tag) = image.rsplit('/').next()?.split_once(':')?;
        Version::parse(tag)
    }

    /// Where a path of the container is on the host: below the longest mount that holds it, else the same.
    pub fn host_path(&self, inside: &Utf8Path) -> Utf8PathBuf {
        let mount = self
            .mounts
            .iter()
            .filter(|mount| inside.starts_with(&mount.inside))
            .max_by_key(|mount| mount.inside.components().count());
        match mount.and_then(|mount| Some((mount, inside.strip_prefix(&mount.inside).ok()?))) {
            Some((mount, rest)) if rest.as_str().is_empty() => mount.host.clone(),
            Some((mount, rest)) => mount.host.join(rest),
            None => inside.to_owned(),
        }
    }
}

fn mounts(volumes: &[Volume], container: &Container) -> Vec<Mount> {
    let host = |name: &str| {
        volumes.iter().find(|volume| volume.name == name).and_then(|volume| volume.host_path.as_ref())
    };
    let mounts = container.volume_mounts.iter().filter_map(|mount| {
        let host = Utf8Path::new(&host(&mount.name)?.path);
        let nothing_below = mount.sub_path.as_str().is_empty();
        let host = if nothing_below { host.to_owned() } else { host.join(&mount.sub_path) };
        Some(Mount { inside: mount.mount_path.clone(), host })
    });
    mounts.collect()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Pod {
    metadata: Metadata,
    spec: Spec,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    name: String,
    namespace: String,
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    init_containers: Vec<Container>,
    containers: Vec<Container>,
    volumes: Vec<Volume>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Container {
    name: String,
    image: String,
    command: Vec<String>,
    args: Vec<String>,
    env: Vec<Variable>,
    volume_mounts: Vec<VolumeMount>,
}

impl Container {
    fn words(&self) -> Vec<String> {
        let environment = self.environment();
        self.command.iter().chain(&self.args).map(|word| expand(word, &environment)).collect()
    }

    /// The variables whose values are written here: each may refer to those before it (kubelet_pods.go
    /// `makeEnvironmentVariables`).
    fn environment(&self) -> BTreeMap<&str, String> {
        let mut environment = BTreeMap::new();
        for variable in self.env.iter().filter(|variable| variable.value_from.is_none()) {
            let value = expand(&variable.value, &environment);
            environment.insert(variable.name.as_str(), value);
        }
        environment
    }

    fn program(&self) -> Option<&str> {
        Utf8Path::new(self.command.first()?).file_name()
    }

    /// etcd takes `ETCD_CERT_FILE` for `--cert-file`; the flag wins (etcd pkg/flags).
    fn environment_flags(&self, flags: &mut BTreeMap<String, String>) {
        for (name, value) in self.environment() {
            if let Some(name) = name.strip_prefix("ETCD_") {
                let flag = format!("--{}", name.to_ascii_lowercase().replace('_', "-"));
                flags.entry(flag).or_insert(value);
            }
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Variable {
    name: String,
    value: String,
    value_from: Option<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct VolumeMount {
    name: String,
    mount_path: Utf8PathBuf,
    sub_path: Utf8PathBuf,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Volume {
    name: String,
    host_path: Option<HostPath>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct HostPath {
    path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const KCM: &str = "apiVersion: v1
kind: Pod
metadata:
  labels:
    component: kube-controller-manager
    tier: control-plane
  name: kube-controller-manager
  namespace: kube-system
spec:
  containers:
  - command:
    - kube-controller-manager
    - --kubeconfig=/etc/kubernetes/controller-manager.conf
    - --cluster-signing-cert-file
    - /etc/pki/ca.crt
    - --leader-elect
    args: [--bind-address=127.0.0.1]
    image: registry.example:5000/kube-controller-manager:v1.36.3@sha256:00
    name: kube-controller-manager
    volumeMounts:
    - mountPath: /etc/pki
      name: k8s-certs
      readOnly: true
    - mountPath: /etc/kubernetes/controller-manager.conf
      name: kubeconfig
  hostNetwork: true
  volumes:
  - hostPath:
      path: /srv/kubernetes/ssl
      type: DirectoryOrCreate
    name: k8s-certs
  - hostPath: {path: /srv/kubernetes/kcm.conf, type: FileOrCreate}
    name: kubeconfig
status: {}
";

    #[test]
    fn how_a_pod_gets_to_a_file_of_the_host() {
        let manifest = Manifest::parse(KCM).unwrap();
        let uses = |file: &str| manifest.uses(Utf8Path::new(file));
        let file = uses("/srv/kubernetes/kcm.conf").unwrap();
        assert_eq!(
            (file.inside.as_str(), file.alone, file.named),
            ("/etc/kubernetes/controller-manager.conf", true, true)
        );
        let below = uses("/srv/kubernetes/ssl/ca.crt").unwrap();
        assert_eq!((below.inside.as_str(), below.alone, below.named), ("/etc/pki/ca.crt", false, true));
        assert!(!uses("/srv/kubernetes/ssl/sa.key").unwrap().named);
        assert_eq!(uses("/srv/kubernetes/ssl2/ca.crt"), None);
    }

    #[test]
    fn a_component_its_flags_and_its_version() {
        let manifest = Manifest::parse(KCM).unwrap();
        assert_eq!(manifest.component, Some(Component::KubeControllerManager));
        assert_eq!(manifest.version(), Version::parse("v1.36.3"));
        assert_eq!(manifest.flag("cluster-signing-cert-file"), Some("/etc/pki/ca.crt"));
        assert_eq!(manifest.flag("leader-elect"), Some("true"));
        assert_eq!(manifest.flag("bind-address"), Some("127.0.0.1"));
    }

    #[test]
    fn container_paths_lead_to_the_host() {
        let manifest = Manifest::parse(KCM).unwrap();
        let host = |inside: &str| manifest.host_path(Utf8Path::new(inside)).into_string();
        assert_eq!(host("/etc/pki/ca.crt"), "/srv/kubernetes/ssl/ca.crt");
        assert_eq!(host("/etc/kubernetes/controller-manager.conf"), "/srv/kubernetes/kcm.conf");
        assert_eq!(host("/etc/pki2/x"), "/etc/pki2/x");
    }

    #[test]
    fn a_component_without_labels_is_known_by_its_container_or_program() {
        let named = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: x}, {name: kube-scheduler, image: i}]}";
        assert_eq!(Manifest::parse(named).unwrap().component, Some(Component::KubeScheduler));
        let program =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, command: [/usr/local/bin/etcd, -name=a],
            env: [{name: ETCD_CERT_FILE, value: /c}, {name: ETCD_NAME, value: b}]}]}";
        let manifest = Manifest::parse(program).unwrap();
        assert_eq!(manifest.component, Some(Component::Etcd));
        assert_eq!((manifest.flag("name"), manifest.flag("cert-file")), (Some("a"), Some("/c")));
    }

    #[test]
    fn another_pod_is_none_of_ours() {
        let vip = "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-vip}\nspec: {containers: [{name: kube-vip, image: vip}]}";
        let manifest = Manifest::parse(vip).unwrap();
        assert_eq!((manifest.component, manifest.version()), (None, None));
    }

    #[test]
    fn what_is_no_pod_says_so() {
        assert_eq!(Manifest::parse("\n"), Err(Trouble::Empty));
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}";
        assert!(Manifest::parse(pod).is_ok());
        for (is, becomes) in
            [("{name: a}\n", "{}\n"), ("[{name: a}]", "[]"), ("v1", "v2"), ("Pod", "PodList")]
        {
            let changed = Manifest::parse(&pod.replace(is, becomes));
            assert!(matches!(changed, Err(Trouble::Malformed(_))), "{becomes}");
        }
        assert!(matches!(Manifest::parse("a: [\n"), Err(Trouble::Malformed(_))));
    }

    #[test]
    fn only_a_leading_dot_hides_a_file() {
        assert!(counts("kube-apiserver.yaml") && counts("kube-apiserver.yaml.bak"));
        assert!(!counts(".kube-apiserver.yaml"));
    }
}
