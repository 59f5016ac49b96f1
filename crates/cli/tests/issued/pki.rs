//! A PKI as kubeadm makes it, in a tree of its own.

use crate::judges::pem;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::Utf8PathBuf;
use perennial_core::formats::kubeconfig;
use perennial_core::plan::Kubeadm;
use perennial_lab::Progress;
use perennial_testdata::Tree;
use std::path::PathBuf;
use std::process::Command;

/// A kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rsa2048,
    Rsa4096,
    P256,
    P384,
    Ed25519,
}

impl Algorithm {
    /// What leaves have.
    pub(crate) const ALL: &[Self] = &[Self::Rsa4096, Self::P256, Self::Rsa2048, Self::P384, Self::Ed25519];

    /// kubeadm's `encryptionAlgorithm`. It makes no Ed25519: those of P-256 are made anew by openssl.
    fn kubeadm(self) -> &'static str {
        match self {
            Self::Rsa2048 => "RSA-2048",
            Self::Rsa4096 => "RSA-4096",
            Self::P256 | Self::Ed25519 => "ECDSA-P256",
            Self::P384 => "ECDSA-P384",
        }
    }
}

/// One of the eleven.
pub(crate) struct Credential {
    /// perennial's name for it.
    pub(crate) name: &'static str,
    /// Its certificate below /etc/kubernetes, or its kubeconfig.
    file: &'static str,
    /// Its CA, without the ending.
    pub(crate) authority: &'static str,
    /// What it is used as.
    pub(crate) usages: &'static [&'static str],
    /// A name by which a server is dialled.
    pub(crate) dialled: Option<&'static str>,
}

const fn of(
    name: &'static str,
    file: &'static str,
    authority: &'static str,
    usages: &'static [&'static str],
    dialled: Option<&'static str>,
) -> Credential {
    Credential { name, file, authority, usages, dialled }
}

/// What `kubeadm certs renew all` renews.
pub(crate) const CREDENTIALS: [Credential; 11] = [
    of("apiserver", "pki/apiserver.crt", "ca", &["server"], Some("kubernetes.default.svc")),
    of("apiserver-kubelet-client", "pki/apiserver-kubelet-client.crt", "ca", &["client"], None),
    of("apiserver-etcd-client", "pki/apiserver-etcd-client.crt", "etcd/ca", &["client"], None),
    of("front-proxy-client", "pki/front-proxy-client.crt", "front-proxy-ca", &["client"], None),
    of("etcd-server", "pki/etcd/server.crt", "etcd/ca", &["server", "client"], Some("localhost")),
    of("etcd-peer", "pki/etcd/peer.crt", "etcd/ca", &["server", "client"], Some("cp1")),
    of("etcd-healthcheck-client", "pki/etcd/healthcheck-client.crt", "etcd/ca", &["client"], None),
    of("admin.conf", "admin.conf", "ca", &["client"], None),
    of("super-admin.conf", "super-admin.conf", "ca", &["client"], None),
    of("controller-manager.conf", "controller-manager.conf", "ca", &["client"], None),
    of("scheduler.conf", "scheduler.conf", "ca", &["client"], None),
];

/// A certificate and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// The tree, and the kubeadm that made it.
pub(crate) struct Pki {
    pub(crate) tree: Tree,
    kubeadm: PathBuf,
}

impl Pki {
    /// The CAs with one kind of key, the leaves with another.
    pub(crate) fn new(authority: Algorithm, leaf: Algorithm) -> Self {
        let tree = Tree::control_plane("cp1");
        std::fs::remove_dir_all(tree.path("etc/kubernetes/pki")).unwrap();
        let conf = ["admin", "super-admin", "controller-manager", "scheduler", "kubelet"];
        conf.iter().for_each(|name| tree.remove(&format!("etc/kubernetes/{name}.conf")));
        let kubeadm = perennial_lab::kubernetes(Progress::shown()).unwrap().join("kubeadm");
        let pki = Self { tree, kubeadm };
        pki.configure(authority);
        for ca in ["ca", "front-proxy-ca", "etcd-ca"] {
            pki.phase(&["certs", ca]).unwrap();
        }
        pki.configure(leaf);
        pki.kubeadm_accepts().unwrap();
        if leaf == Algorithm::Ed25519 {
            CREDENTIALS.iter().for_each(|credential| pki.make_ed25519(credential));
        }
        pki
    }

    fn configure(&self, algorithm: Algorithm) {
        let (algorithm, folder) = (algorithm.kubeadm(), self.tree.path("etc/kubernetes/pki"));
        self.tree.write(
            "kubeadm.yaml",
            format!(
                "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nlocalAPIEndpoint: \
                 {{advertiseAddress: 10.0.0.11}}\nnodeRegistration: {{name: cp1}}\n---\napiVersion: \
                 kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.36.3\n\
                 encryptionAlgorithm: {algorithm}\ncertificatesDir: {folder}\n"
            ),
        );
    }

    /// As a run is given it.
    pub(crate) fn kubeadm(&self) -> Kubeadm {
        let program = Utf8PathBuf::from_path_buf(self.kubeadm.clone()).unwrap();
        let version = output(Command::new(&program).args(["version", "-o", "short"])).unwrap();
        Kubeadm { program, version: version.trim().to_owned() }
    }

    fn phase(&self, phase: &[&str]) -> Result<String, String> {
        let mut command = Command::new(&self.kubeadm);
        command.args(["init", "phase"]).args(phase).arg("--config").arg(self.tree.path("kubeadm.yaml"));
        output(&mut command)
    }

    /// `kubeadm init` over what is there: it makes what is absent, takes what it accepts, refuses the rest.
    pub(crate) fn kubeadm_accepts(&self) -> Result<(), String> {
        let folder = self.tree.path("etc/kubernetes");
        let mut said = self.phase(&["certs", "all"])?;
        said += &self.phase(&["kubeconfig", "all", "--kubeconfig-dir", folder.as_str()])?;
        let made: Vec<&str> = said.lines().filter(|line| line.contains("Generating")).collect();
        // The first time it makes them all, afterwards none.
        assert!(made.is_empty() || made.len() > CREDENTIALS.len() / 2, "{made:?}");
        Ok(())
    }

    /// What `kubeadm certs check-expiration -o json` says.
    pub(crate) fn kubeadm_expiration(&self) -> serde_json::Value {
        let folder = self.tree.path("etc/kubernetes/pki");
        let mut command = Command::new(&self.kubeadm);
        command.args(["certs", "check-expiration", "-o", "json", "--cert-dir"]).arg(folder);
        command.arg("--config").arg(self.tree.path("kubeadm.yaml"));
        serde_json::from_str(&output(&mut command).unwrap()).unwrap()
    }

    /// The certificate of a CA.
    pub(crate) fn authority(&self, credential: &Credential) -> String {
        self.tree.read(&format!("etc/kubernetes/pki/{}.crt", credential.authority))
    }

    /// All eleven, in the order of [`CREDENTIALS`].
    pub(crate) fn read(&self) -> Vec<Pair> {
        CREDENTIALS.iter().map(|credential| self.pair(credential)).collect()
    }

    fn pair(&self, credential: &Credential) -> Pair {
        let text = self.tree.read(&format!("etc/kubernetes/{}", credential.file));
        let Some(base) = credential.file.strip_suffix(".crt") else {
            let parsed = kubeconfig::parse(&text).unwrap();
            let (certificate, key) = parsed.embedded().unwrap();
            return Pair { certificate: pem(&certificate.bytes), key: pem(&key.bytes) };
        };
        Pair { certificate: text, key: self.tree.read(&format!("etc/kubernetes/{base}.key")) }
    }

    /// The same certificate for an Ed25519 key, by openssl.
    fn make_ed25519(&self, credential: &Credential) {
        let old = self.pair(credential);
        let at = |name: &str| self.tree.path(&format!("openssl/{name}"));
        self.tree.write("openssl/old.crt", &old.certificate);
        self.tree.write_secret("openssl/old.key", &old.key);
        let ca = self.tree.path(&format!("etc/kubernetes/pki/{}", credential.authority));
        let run = |words: &str| {
            let words = words.split(' ').map(|word| match word.strip_prefix('@') {
                Some(name) => at(name).to_string(),
                None => word.replace("CA.", &format!("{ca}.")),
            });
            output(Command::new("openssl").args(words)).unwrap();
        };
        run("genpkey -algorithm ed25519 -out @new.key");
        run("pkey -in @new.key -pubout -out @new.pub");
        run("x509 -x509toreq -in @old.crt -copy_extensions copyall -signkey @old.key -out @csr");
        run("x509 -req -in @csr -force_pubkey @new.pub -copy_extensions copyall -days 364 -CA CA.crt \
             -CAkey CA.key -out @new.crt");
        let new =
            Pair { certificate: self.tree.read("openssl/new.crt"), key: self.tree.read("openssl/new.key") };
        let path = format!("etc/kubernetes/{}", credential.file);
        match path.strip_suffix(".crt") {
            Some(base) => {
                self.tree.write(&path, new.certificate);
                self.tree.write_secret(&format!("{base}.key"), &new.key);
            }
            None => self.tree.edit(&path, |text| {
                let encoded = |text: &str| STANDARD.encode(text);
                text.replace(&encoded(&old.certificate), &encoded(&new.certificate))
                    .replace(&encoded(&old.key), &encoded(&new.key))
            }),
        }
    }
}

/// What a program says, or why it failed.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
