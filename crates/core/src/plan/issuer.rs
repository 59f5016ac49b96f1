//! Who makes the new certificates: perennial itself, or kubeadm where that was asked for.

use super::step::{Renewal, Source, Target};
use super::{Refusal, Request};
use crate::inventory::{Component, Node, Role, Version};
use crate::reload::version;
use camino::Utf8PathBuf;
use perennial_pki::key::KeyKind;
use serde::{Deserialize, Serialize};

/// The first kubeadm whose configuration (v1beta4) names the keys' algorithm and the certificates' life.
const FIRST: Version = Version { major: 1, minor: 31, patch: 0 };

/// The node's kubeadm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kubeadm {
    /// Its program.
    pub program: Utf8PathBuf,
    /// What `kubeadm version -o short` says.
    pub version: String,
}

/// Why kubeadm can't make a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CanNot {
    /// It makes no keys of this kind.
    Key,
    /// It can't open an encrypted CA key.
    Locked,
    /// It always makes a new key, and changes nothing.
    Keep,
}

impl Kubeadm {
    /// Whether it may act for a control plane of this version: of the same minor, or one newer (kubernetes.io,
    /// "Version skew policy": kubeadm), and not before its configuration says what is needed here.
    pub fn fits(&self, control_plane: Version) -> bool {
        Version::parse(&self.version).is_some_and(|own| {
            let newer = own.minor.checked_sub(control_plane.minor);
            own >= FIRST && own.major == control_plane.major && matches!(newer, Some(0 | 1))
        })
    }
}

/// The `encryptionAlgorithm` of kubeadm's configuration for a kind of key.
pub fn encryption_algorithm(kind: &KeyKind) -> Option<&'static str> {
    match kind {
        KeyKind::Rsa(2048) => Some("RSA-2048"),
        KeyKind::Rsa(3072) => Some("RSA-3072"),
        KeyKind::Rsa(4096) => Some("RSA-4096"),
        KeyKind::EcdsaP256 => Some("ECDSA-P256"),
        KeyKind::EcdsaP384 => Some("ECDSA-P384"),
        KeyKind::EcdsaP521 | KeyKind::Ed25519 | KeyKind::Rsa(_) | KeyKind::Other(_) => None,
    }
}

/// Has kubeadm make what is re-issued, where that was asked for.
///
/// # Errors
/// [`Refusal::KubeadmDoesNotFit`], [`Refusal::KubeadmCanNot`].
pub(super) fn hand_over(node: &Node, request: &Request, renewals: &mut [Renewal]) -> Result<(), Refusal> {
    let Some(kubeadm) = &request.kubeadm else { return Ok(()) };
    let control_plane = version(node, Component::KubeApiserver);
    if !control_plane.is_some_and(|version| kubeadm.fits(version)) {
        return Err(Refusal::KubeadmDoesNotFit { kubeadm: kubeadm.clone(), control_plane });
    }
    for renewal in renewals {
        let role = node.credential(&renewal.credential).map(|credential| credential.role);
        let can_not = |why| Refusal::KubeadmCanNot { credential: renewal.credential.clone(), why };
        let Source::Reissue { key_kind, authority_locked, amendments, reuse_key, by_kubeadm, .. } =
            &mut renewal.source
        else {
            continue;
        };
        if encryption_algorithm(key_kind).is_none() {
            return Err(can_not(CanNot::Key));
        }
        if *authority_locked {
            return Err(can_not(CanNot::Locked));
        }
        if *reuse_key || !amendments.is_empty() || matches!(renewal.target, Target::Certificate { .. }) {
            return Err(can_not(CanNot::Keep));
        }
        *by_kubeadm = Some(ByKubeadm { kubeadm: kubeadm.clone(), pair: role.and_then(pair_of) });
    }
    Ok(())
}

/// How kubeadm makes one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByKubeadm {
    /// The node's kubeadm.
    pub kubeadm: Kubeadm,
    /// With `kubeadm certs renew` over a copy of the old certificate; absent: with `kubeadm kubeconfig user`, for the
    /// common name and the organizations that the old certificate has.
    pub pair: Option<KubeadmPair>,
}

/// What kubeadm calls a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KubeadmPair {
    /// As `kubeadm certs renew` takes it.
    pub name: String,
    /// Its files below the directory of certificates, without the ending.
    pub base: String,
    /// Its CA's files, likewise.
    pub authority: String,
}

/// Clients that kubeadm knows by their kubeconfigs are no pairs to it.
fn pair_of(role: Role) -> Option<KubeadmPair> {
    let (name, base, authority) = match role {
        Role::ApiserverServing => ("apiserver", "apiserver", "ca"),
        Role::ApiserverKubeletClient => ("apiserver-kubelet-client", "apiserver-kubelet-client", "ca"),
        Role::ApiserverEtcdClient => ("apiserver-etcd-client", "apiserver-etcd-client", "etcd/ca"),
        Role::FrontProxyClient => ("front-proxy-client", "front-proxy-client", "front-proxy-ca"),
        Role::EtcdServer => ("etcd-server", "etcd/server", "etcd/ca"),
        Role::EtcdPeer => ("etcd-peer", "etcd/peer", "etcd/ca"),
        Role::EtcdHealthcheckClient => ("etcd-healthcheck-client", "etcd/healthcheck-client", "etcd/ca"),
        Role::Admin
        | Role::SuperAdmin
        | Role::ControllerManager
        | Role::Scheduler
        | Role::UserKubeconfig
        | Role::KubeletClient
        | Role::KubeletServing => return None,
    };
    Some(KubeadmPair { name: name.to_owned(), base: base.to_owned(), authority: authority.to_owned() })
}
