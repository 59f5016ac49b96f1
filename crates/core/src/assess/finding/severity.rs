//! How grave a finding is.

use super::Finding;
use crate::assess::{Met, MetFault};
use crate::inventory::Current;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Notice,
    /// Will become critical.
    Warning,
    /// Something does not work, or stops working within the critical threshold.
    Critical,
}

impl Finding {
    /// How grave it is.
    pub fn severity(&self) -> Severity {
        let critical_if = |critical: bool| if critical { Severity::Critical } else { Severity::Warning };
        match self {
            // A balancer that does not lead a node back to itself makes connections fail, too.
            Self::BehindBalancer { met, .. } => {
                let refused = |one: &Met| matches!(one.fault, Some(MetFault::Expired | MetFault::Foreign));
                if met.iter().any(refused) { Severity::Critical } else { Severity::Warning }
            }
            Self::Cluster(finding) => finding.severity(),
            Self::KubeletRestartFails { ended, .. } => critical_if(*ended),
            Self::TokensRefused { before, .. } => critical_if(!*before),
            Self::CniKubeconfigStale(stale) => critical_if(stale.critical()),
            Self::ManifestsCollide(collision) => critical_if(!collision.flags.is_empty()),
            Self::KubeletRotationBlocked { needed, current, .. } => {
                critical_if(*needed && matches!(current, Current::Dangling { .. }))
            }
            Self::KubeletServingEnds { verified_by, .. } => critical_if(verified_by.is_some()),
            Self::CertificateExpired { critical, .. }
            | Self::NotYetValid { critical, .. }
            | Self::KeyMismatch { critical, .. }
            | Self::CertificateEndsSoon { critical, .. }
            | Self::IntermediateEnds { critical, .. }
            | Self::NamesMissing { critical, .. }
            | Self::OtherAuthorityTrusted { critical, .. }
            | Self::UsageMissing { critical, .. }
            | Self::ForeignIdentity { critical, .. }
            | Self::NodeNameDiffers { certain: critical, .. }
            | Self::AuthorityKeyEncrypted { by_controller_manager: critical, .. }
            | Self::AuthorityEndsSoon { critical, .. }
            | Self::LoopbackEnds { critical, .. } => critical_if(*critical),
            Self::EdgeBroken { .. }
            | Self::ChainRefused { .. }
            | Self::SigningFileNotSingle { .. }
            | Self::ChainOutOfOrder { .. }
            | Self::OtherNodesCertificate { .. }
            | Self::NodeGroupMissing { .. }
            | Self::ClockBehind { .. }
            | Self::AuthorityExpired { .. }
            | Self::WrongAuthority { .. }
            | Self::AuthorityKeyMismatch { .. }
            | Self::ServedOther { .. }
            | Self::ListenerSilent { .. }
            | Self::ProcessStale { .. }
            | Self::FileMissing { .. }
            | Self::FileUnusable { .. }
            | Self::FileCutOff { .. }
            | Self::FileSpecial { .. }
            | Self::KubeletClientExpired { .. }
            | Self::KubeletDown { .. }
            | Self::RuntimeSilent { .. }
            | Self::RunOpen { .. } => Severity::Critical,
            Self::ProcessUnproven { .. }
            | Self::PodStale { .. }
            | Self::HandshakeFails { .. }
            | Self::ReloadUnknown { .. }
            | Self::LabelDiffers { .. }
            | Self::KeyExposed { .. }
            | Self::TwoAuthorities { .. }
            | Self::KubeconfigUnusable { .. }
            | Self::KubeconfigOutdated { .. } => Severity::Warning,
            Self::ExternalAuthority { .. } | Self::SuperAdminUsed { .. } => Severity::Notice,
        }
    }
}
