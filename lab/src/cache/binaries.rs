//! Kubernetes, etcd, crictl and the lab's client, built from pinned Go modules.

use std::path::{Path, PathBuf};

use super::{Cache, Own, key_of, key_of_file};
use crate::error::{LabError, Result};
use crate::tools::command::Run;
use crate::tools::files;

/// The version of Kubernetes.
pub(crate) const KUBERNETES: &str = "v1.36.3";

/// What each Go module gives: package and name of the binary.
struct Module {
    name: &'static str,
    sources: &'static [(&'static str, &'static str)],
    programs: &'static [(&'static str, &'static str)],
    flags: &'static str,
}

macro_rules! sources {
    ($dir:literal: $($file:literal),+) => {
        &[$(($file, include_str!(concat!("../../modules/", $dir, "/", $file)))),+]
    };
}

const MODULES: [Module; 3] = [
    Module {
        name: "kubernetes",
        sources: sources!("kubernetes": "go.mod", "go.sum", "tools.go"),
        programs: &[
            ("k8s.io/kubernetes/cmd/kubeadm", "kubeadm"),
            ("k8s.io/kubernetes/cmd/kubelet", "kubelet"),
            ("k8s.io/kubernetes/cmd/kubectl", "kubectl"),
            ("k8s.io/kubernetes/cmd/kube-apiserver", "kube-apiserver"),
            ("k8s.io/kubernetes/cmd/kube-controller-manager", "kube-controller-manager"),
            ("k8s.io/kubernetes/cmd/kube-scheduler", "kube-scheduler"),
            ("k8s.io/kubernetes/cmd/kube-proxy", "kube-proxy"),
        ],
        flags: "-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3 \
                -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36 \
                -X k8s.io/component-base/version.gitTreeState=clean",
    },
    Module {
        name: "etcd",
        sources: sources!("etcd": "go.mod", "go.sum", "tools.go"),
        programs: &[("go.etcd.io/etcd/server/v3", "etcd")],
        flags: "-s -w",
    },
    Module {
        name: "crictl",
        sources: sources!("crictl": "go.mod", "go.sum", "tools.go"),
        programs: &[("sigs.k8s.io/cri-tools/cmd/crictl", "crictl")],
        flags: "-s -w",
    },
];

const CLIENT: Module = Module {
    name: "client",
    sources: sources!("client": "go.mod", "main.go", "age.go", "counter.go", "kubeconfig.go", "pod.go", "probe.go",
                      "request.go", "pause/main.go"),
    programs: &[("perennial.lab/client", "lab-client"), ("perennial.lab/client/pause", "lab-pause")],
    flags: "-s -w",
};

/// What the components of [`KUBERNETES`] say of a file, made of their own code.
const ORACLE: Module = Module {
    name: "oracle",
    sources: sources!("oracle": "go.mod", "go.sum", "main.go", "chain.go", "credentials.go", "kubeconfig.go",
                      "manifest.go", "settings.go", "linkname.s"),
    programs: &[("perennial.lab/oracle", "lab-oracle")],
    flags: "-s -w",
};

/// The oracle's program.
pub(super) fn oracle(cache: &Cache) -> Result<PathBuf> {
    Ok(build(cache, &ORACLE)?.path.join("lab-oracle"))
}

/// The linter of certificates that the public web's CAs are judged by.
const ZLINT: Module = Module {
    name: "zlint",
    sources: sources!("zlint": "go.mod", "go.sum", "tools.go"),
    programs: &[("github.com/zmap/zlint/v3/cmd/zlint", "zlint")],
    flags: "-s -w",
};

/// zlint's program.
pub(super) fn zlint(cache: &Cache) -> Result<PathBuf> {
    Ok(build(cache, &ZLINT)?.path.join("zlint"))
}

/// The folder with the programs of [`KUBERNETES`].
pub(super) fn kubernetes(cache: &Cache) -> Result<PathBuf> {
    Ok(build(cache, &MODULES[0])?.path)
}

/// Where the binaries are.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    dirs: Vec<PathBuf>,
    pub(super) client: PathBuf,
    pub(super) key: String,
}

impl Binaries {
    /// The path of one binary.
    pub(super) fn path(&self, name: &str) -> Result<PathBuf> {
        self.dirs.iter().map(|d| d.join(name)).find(|p| p.exists()).ok_or_else(|| {
            let dirs: Vec<_> = self.dirs.iter().map(|d| d.display().to_string()).collect();
            LabError::refused(format!("no {name} in {}: put it there", dirs.join(", ")))
        })
    }
}

pub(super) fn ensure(cache: &Cache, own: &Own) -> Result<Binaries> {
    let mut dirs = Vec::new();
    let mut keys = Vec::new();
    if let Some(dir) = &own.binaries {
        for (_, name) in MODULES.iter().flat_map(|m| m.programs) {
            keys.push(key_of_file(&dir.join(name))?);
        }
        dirs.push(dir.clone());
    } else {
        for module in &MODULES {
            let entry = build(cache, module)?;
            dirs.push(entry.path);
            keys.push(entry.key);
        }
    }
    let client = build(cache, &CLIENT)?;
    dirs.push(client.path.clone());
    keys.push(client.key);
    Ok(Binaries { dirs, client: client.path, key: key_of(keys.iter().map(String::as_bytes)) })
}

fn build(cache: &Cache, module: &Module) -> Result<super::Entry> {
    let key = key_of(
        module
            .sources
            .iter()
            .flat_map(|(n, t)| [n.as_bytes(), t.as_bytes()])
            .chain([module.flags.as_bytes()]),
    );
    let kind = format!("go-{}", module.name);
    let what = format!("{} from its Go module", module.name);
    cache.entry(&kind, key, &what, |dir| {
        let source = dir.join("source");
        for (name, text) in module.sources {
            files::write(&source.join(name), text)?;
        }
        for (package, name) in module.programs {
            cache.progress.line(&format!("  go build {name}"));
            compile(&source, package, &dir.join(name), module.flags)?;
        }
        files::remove_tree(&source)
    })
}

fn compile(source: &Path, package: &str, out: &Path, flags: &str) -> Result<()> {
    Run::new("go")
        .dir(source)
        .env("CGO_ENABLED", "0")
        .env("GOWORK", "off")
        .args(["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o"])
        .arg(out)
        .arg(package)
        .what(format!("building {package} with Go"))
        .done()
}
