//! Credentials (a certificate chain and its private key), their places, and the authorities above them.

use super::{Component, File, Instead, Looked, Trouble};
use camino::Utf8PathBuf;
use perennial_pki::certificate::Certificate;
use perennial_pki::key::{KeyForm, KeyKind};

/// A certificate chain and its private key, in one place.
#[derive(Clone, Debug)]
pub struct Credential {
    /// kubeadm's name where it has one (`apiserver`, `etcd-server`, `admin.conf`), else the path.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Where its bytes are.
    pub place: Place,
    /// The chain, the leaf first.
    pub certificate: Looked<Chain>,
    /// The private key: facts about it, never the key.
    pub key: Looked<Key>,
    /// The components that name it in their flags.
    pub used_by: Vec<Component>,
}

impl Credential {
    /// The leaf, where it could be read.
    pub fn leaf(&self) -> Option<&Certificate> {
        self.certificate.seen().map(Chain::leaf)
    }

    /// What a kubeconfig uses instead of a certificate, where it uses anything.
    pub fn instead(&self) -> Option<&Instead> {
        match self.certificate.trouble() {
            Some(Trouble::NoClientCertificate(instead)) if *instead != Instead::Nothing => Some(instead),
            _ => None,
        }
    }
}

/// A certificate and those that follow it in the same file. Never empty.
#[derive(Clone, Debug)]
pub struct Chain {
    leaf: Certificate,
    rest: Vec<Certificate>,
}

impl Chain {
    /// A chain of at least one certificate; `None` for an empty list.
    pub fn new(certificates: Vec<Certificate>) -> Option<Self> {
        let mut certificates = certificates.into_iter();
        let leaf = certificates.next()?;
        Some(Self { leaf, rest: certificates.collect() })
    }

    /// The certificate that its holder presents.
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// What follows the leaf.
    pub fn rest(&self) -> &[Certificate] {
        &self.rest
    }
}

/// What is known of a private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Algorithm and size.
    pub kind: KeyKind,
    /// How it is written.
    pub form: KeyForm,
    /// Whether it is the key of the certificate beside it.
    pub fits: bool,
}

/// Where a credential's bytes are.
#[derive(Clone, Debug)]
pub enum Place {
    /// Two PEM files.
    Pair {
        /// The certificate (chain).
        certificate: File,
        /// The private key.
        key: File,
    },
    /// A user of a kubeconfig.
    Kubeconfig {
        /// The kubeconfig itself.
        file: File,
        /// Which user entry.
        entry: Entry,
        /// The name of the user entry.
        user: String,
        /// The API server of its context; may be empty.
        server: String,
        /// The name or address that the API server's certificate must be valid for: `tls-server-name`, else the
        /// server's host. `None` where nothing is verified (`insecure-skip-tls-verify`, no https).
        verifies: Option<String>,
        /// Embedded, or in files of its own.
        material: Material,
        /// Whether the entry can get another certificate and key and nothing else of the file changes.
        in_place: bool,
        /// The certificates by which this kubeconfig trusts the API server.
        trusts: Looked<Vec<Certificate>>,
    },
    /// One PEM file with certificate and key (the kubelet's store).
    Combined {
        /// The file; `facts.link_target` says where `kubelet-client-current.pem` leads.
        file: File,
    },
}

impl Material {
    /// Whether client-go never reads it again.
    pub fn embedded(&self) -> bool {
        matches!(self, Self::Embedded)
    }
}

impl Place {
    /// Whether it is an entry of a kubeconfig that the current context does not lead to.
    pub fn other_entry(&self) -> bool {
        matches!(self, Self::Kubeconfig { entry: Entry::Other { .. }, .. })
    }

    /// Every file that carries bytes of the credential, in the order in which they are exchanged.
    pub fn files(&self) -> Vec<&File> {
        match self {
            Self::Pair { certificate, key }
            | Self::Kubeconfig { material: Material::Files { certificate, key }, .. } => {
                vec![certificate, key]
            }
            Self::Kubeconfig { file, .. } | Self::Combined { file } => vec![file],
        }
    }

    /// The file that a person would name: the certificate's, or the kubeconfig.
    pub fn file(&self) -> &File {
        match self {
            Self::Pair { certificate: file, .. }
            | Self::Kubeconfig { file, .. }
            | Self::Combined { file } => file,
        }
    }

    /// The file in which the certificate is: of a kubeconfig the one that it names, where it names both.
    pub fn certificate_file(&self) -> &File {
        match self {
            Self::Kubeconfig { material: Material::Files { certificate, .. }, .. } => certificate,
            _ => self.file(),
        }
    }

    /// The file in which the private key is.
    pub fn key_file(&self) -> &File {
        match self {
            Self::Pair { key, .. } | Self::Kubeconfig { material: Material::Files { key, .. }, .. } => key,
            _ => self.file(),
        }
    }
}

/// Which user entry of a kubeconfig.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The one that the current context names.
    Current,
    /// Another one, in a person's kubeconfig.
    Other {
        /// The first context that names it.
        context: Option<String>,
    },
}

/// How a kubeconfig carries its client certificate.
#[derive(Clone, Debug)]
pub enum Material {
    /// `client-certificate-data` and `client-key-data`: client-go never reads them again.
    Embedded,
    /// Paths: client-go follows the files (transport/cert_rotation.go).
    Files {
        /// `client-certificate`.
        certificate: File,
        /// `client-key`.
        key: File,
    },
}

/// What a credential is for. The order is kubeadm's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `apiserver.crt`: kube-apiserver's serving certificate.
    ApiserverServing,
    /// `apiserver-etcd-client.crt`: kube-apiserver towards etcd.
    ApiserverEtcdClient,
    /// `apiserver-kubelet-client.crt`: kube-apiserver towards the kubelets.
    ApiserverKubeletClient,
    /// `front-proxy-client.crt`: kube-apiserver towards aggregated API servers.
    FrontProxyClient,
    /// `etcd/server.crt`.
    EtcdServer,
    /// `etcd/peer.crt`.
    EtcdPeer,
    /// `etcd/healthcheck-client.crt`: etcdctl, kubeadm, scrapers.
    EtcdHealthcheckClient,
    /// `admin.conf`.
    Admin,
    /// `super-admin.conf`.
    SuperAdmin,
    /// `controller-manager.conf`.
    ControllerManager,
    /// `scheduler.conf`.
    Scheduler,
    /// A person's kubeconfig: `~/.kube/config`, what KUBECONFIG names, a copy beside admin.conf.
    UserKubeconfig,
    /// The kubelet's client certificate (`kubelet-client-current.pem`, or embedded in `kubelet.conf`).
    KubeletClient,
    /// The kubelet's serving certificate, self-signed or by CSR.
    KubeletServing,
}

/// A certificate authority on this node.
#[derive(Clone, Debug)]
pub struct Authority {
    /// kubeadm's name (`ca`, `etcd-ca`, `front-proxy-ca`).
    pub name: String,
    /// Its certificate file.
    pub file: File,
    /// Every certificate in that file; the one that its key belongs to first.
    pub certificates: Looked<Vec<Certificate>>,
    /// Where its key would be.
    pub key_path: Utf8PathBuf,
    /// The key: absent where the CA is external, unusable where its file is encrypted.
    pub key: Looked<Key>,
    /// What is behind the passphrase of an encrypted key, once it was opened in memory.
    pub unlocked: Option<Key>,
    /// Every flag that names this file: who trusts it, and for what.
    pub named_by: Vec<NamedBy>,
}

impl Authority {
    /// Whether its key is here, behind a passphrase.
    pub fn locked(&self) -> bool {
        self.key == Looked::Unusable(Trouble::EncryptedKey)
    }

    /// Whether a component's flag (without dashes) names this file.
    pub fn is_named_by(&self, component: Component, flag: &str) -> bool {
        self.named_by.iter().any(|named| named.component == component && named.flag == flag)
    }
}

/// A component's flag, or field of its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedBy {
    /// Whose.
    pub component: Component,
    /// The flag without dashes (`client-ca-file`); the kubelet's `clientCAFile` goes by its flag's name.
    pub flag: &'static str,
}
