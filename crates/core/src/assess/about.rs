//! Which object a finding is about.

use super::Finding;
use crate::inventory::Component;
use camino::{Utf8Path, Utf8PathBuf};

/// The object of a finding, by the name under which the inventory has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About<'a> {
    /// A credential.
    Credential(&'a str),
    /// A CA.
    Authority(&'a str),
    /// A file.
    File(&'a Utf8Path),
    /// A component: its process or its listener.
    Component(Component),
    /// An object in the cluster, as `kubectl get` takes it.
    Object(&'a str),
    /// The node as a whole.
    Node,
    /// A run of perennial.
    Run(&'a str),
}

impl Finding {
    /// What it is about.
    pub fn about(&self) -> About<'_> {
        match self {
            Self::CertificateExpired { credential, .. }
            | Self::CertificateEndsSoon { credential, .. }
            | Self::WrongAuthority { credential, .. }
            | Self::EdgeBroken { credential, .. }
            | Self::ChainRefused { credential, .. }
            | Self::ChainOutOfOrder { credential, .. }
            | Self::NamesMissing { credential, .. }
            | Self::OtherNodesCertificate { credential, .. }
            | Self::UsageMissing { credential, .. }
            | Self::NodeNameDiffers { credential, .. }
            | Self::ForeignIdentity { credential, .. }
            | Self::NodeGroupMissing { credential, .. }
            | Self::KubeconfigOutdated { credential, .. }
            | Self::KeyMismatch { credential, .. } => About::Credential(credential),
            Self::AuthorityExpired { authority, .. }
            | Self::AuthorityEndsSoon { authority, .. }
            | Self::ExternalAuthority { authority, .. }
            | Self::AuthorityKeyEncrypted { authority, .. }
            | Self::TwoAuthorities { authority, .. }
            | Self::SigningFileNotSingle { authority, .. }
            | Self::AuthorityKeyMismatch { authority, .. } => About::Authority(authority),
            // A credential or a CA: both are told by their names alone.
            Self::NotYetValid { object, .. } | Self::IntermediateEnds { object, .. } => {
                About::Credential(object)
            }
            Self::ClockBehind { .. } => About::Node,
            Self::ServedOther { component, .. }
            | Self::ListenerSilent { component, .. }
            | Self::HandshakeFails { component, .. }
            | Self::ReloadUnknown { component, .. }
            | Self::ProcessStale { component, .. }
            | Self::ProcessUnproven { component, .. } => About::Component(*component),
            Self::LoopbackEnds { .. } => About::Component(Component::KubeApiserver),
            Self::KubeletDown { .. } => About::Component(Component::Kubelet),
            Self::FileMissing { path }
            | Self::OtherAuthorityTrusted { path, .. }
            | Self::FileUnusable { path, .. }
            | Self::SuperAdminUsed { manifest: path, .. }
            | Self::PodStale { manifest: path, .. }
            | Self::FileCutOff { path, .. }
            | Self::LabelDiffers { path, .. }
            | Self::KeyExposed { path, .. }
            | Self::TokensRefused { key: path, .. }
            | Self::FileSpecial { path, .. }
            | Self::KubeletClientExpired { path, .. }
            | Self::KubeletRestartFails { kubeconfig: path, .. }
            | Self::KubeletRotationBlocked { path, .. }
            | Self::KubeletServingEnds { path, .. }
            | Self::RuntimeSilent { socket: path, .. }
            | Self::KubeconfigUnusable { path, .. } => About::File(path),
            Self::CniKubeconfigStale(stale) => About::File(&stale.path),
            Self::BehindBalancer { server, .. } => About::Object(server),
            Self::Cluster(finding) => finding.about(),
            Self::ManifestsCollide(collision) => About::File(
                collision.files.first().map(Utf8PathBuf::as_path).unwrap_or_else(|| Utf8Path::new("")),
            ),
            Self::RunOpen { run, .. } => About::Run(run),
        }
    }
}
