//! Files that readers are asked about: sound ones, odd ones and broken ones, with names. The lab's oracle, which is
//! made of the components' own code, is asked about the same ones.

mod components;
mod credentials;
mod journal;
mod kubeconfigs;
mod kubelets;
mod manifests;
mod mutate;

pub use components::components;
pub use credentials::{bundles, certificates, chains, locked_keys, pairs, pems};
pub use journal::journals;
pub use kubeconfigs::kubeconfigs;
pub use kubelets::kubelets;
pub use manifests::{arguments, manifests};
pub use mutate::{Random, mutate};

use std::collections::BTreeMap;

/// What loads the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `encoding/pem`: the text.
    Pem,
    /// `crypto/x509`: DER.
    Certificate,
    /// Every certificate must be readable: client-go's `cert.ParseCertsPEM`.
    Bundle,
    /// What can be read counts: `x509.CertPool`.
    Pool,
    /// `certificate` and `key`: `tls.X509KeyPair`.
    Pair,
    /// As `Pair`, by kube-apiserver.
    Serving,
    /// One file with both, by the kubelet's store.
    Store,
    /// `leaf`, `intermediates`, `roots`; the lists `usage` and `name`.
    Chain,
    /// A kubeconfig and the files that it names.
    Kubeconfig,
    /// A static pod's manifest.
    Manifest,
    /// The kubelet's configuration, drop-ins below `conf.d/`, the list `arguments`.
    Kubelet,
    /// kube-scheduler's `--config`.
    Scheduler,
    /// A `KubeControllerManagerConfiguration`.
    Manager,
    /// The lists `component` and `arguments`.
    Arguments,
}

impl Kind {
    /// As the oracle calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pem => "pem",
            Self::Certificate => "certificate",
            Self::Bundle => "bundle",
            Self::Pool => "pool",
            Self::Pair => "pair",
            Self::Serving => "serving",
            Self::Store => "store",
            Self::Chain => "chain",
            Self::Kubeconfig => "kubeconfig",
            Self::Manifest => "manifest",
            Self::Kubelet => "kubelet",
            Self::Scheduler => "scheduler",
            Self::Manager => "manager",
            Self::Arguments => "arguments",
        }
    }
}

/// Files with a name for people. The file itself is called "".
#[derive(Clone, Debug)]
pub struct Case {
    /// Who loads them.
    pub kind: Kind,
    /// What is special about them.
    pub name: String,
    /// Their content.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What else is asked.
    pub lists: BTreeMap<String, Vec<String>>,
    /// The time, in seconds since 1970, where it matters.
    pub now: i64,
}

impl Case {
    /// One file.
    pub fn new(kind: Kind, name: impl Into<String>, content: impl AsRef<[u8]>) -> Self {
        let (files, lists) = (BTreeMap::new(), BTreeMap::new());
        Self { kind, name: name.into(), files, lists, now: 0 }.file("", content)
    }

    /// With one more file.
    #[must_use]
    pub fn file(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.files.insert(name.to_owned(), content.as_ref().to_vec());
        self
    }

    /// With a list.
    #[must_use]
    pub fn list(mut self, name: &str, words: &[&str]) -> Self {
        self.lists.insert(name.to_owned(), words.iter().map(|word| (*word).to_owned()).collect());
        self
    }

    /// A file's content; nothing for one that is not there.
    pub fn content(&self, name: &str) -> &[u8] {
        self.files.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The whole corpus.
pub fn all() -> Vec<Case> {
    let mut cases = pems();
    for more in [
        certificates(),
        bundles(),
        pairs(),
        chains(),
        kubeconfigs(),
        manifests(),
        arguments(),
        kubelets(),
        components(),
    ] {
        cases.extend(more);
    }
    cases
}
