//! What findings are told about, and what helps there.

use super::people;
use jiff::Timestamp;
use perennial_core::assess::Finding;
use perennial_core::inventory::{Credential, Looked, Node, Place, Role};
use perennial_core::plan::{key_can_be_made, never_as_it_is};

/// What findings are told about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    /// The node.
    pub(crate) node: &'a Node,
    /// As of when.
    pub(crate) now: Timestamp,
}

/// What helps against the end of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// `perennial renew`.
    Renew,
    /// The CA's owner signs.
    External,
    /// A person's copy follows admin.conf.
    Copy,
    /// Somebody makes a new one for the person.
    Person,
    /// The kubelet should have renewed it.
    KubeletLog,
    /// Somebody has given the kubelet its files, and gives it the next ones.
    Owner,
    /// It must not be renewed as it is: another finding says what it should be.
    Elsewhere,
}

impl Scene<'_> {
    /// What helps when a credential of this role ends.
    pub(in crate::output) fn remedy(&self, role: Option<Role>, finding: &Finding) -> Remedy {
        let credential = match finding {
            Finding::CertificateExpired { credential, .. }
            | Finding::CertificateEndsSoon { credential, .. } => self.node.credential(credential),
            _ => None,
        };
        let external = || Some(matches!(self.node.issuer_of(credential?)?.key, Looked::Absent));
        let given = |one: &Credential| matches!(one.place, Place::Pair { .. });
        match role {
            Some(Role::KubeletServing) if credential.is_some_and(given) => Remedy::Owner,
            Some(Role::KubeletClient | Role::KubeletServing) => Remedy::KubeletLog,
            Some(Role::UserKubeconfig) => match finding {
                Finding::CertificateExpired { credential, .. }
                | Finding::CertificateEndsSoon { credential, .. } => self
                    .credential(credential)
                    .map_or(Remedy::Person, |credential| people::remedy(self, credential)),
                _ => Remedy::Person,
            },
            _ if external() == Some(true) => Remedy::External,
            _ if credential.is_some_and(|one| never_as_it_is(self.node, one)) => Remedy::Elsewhere,
            _ => Remedy::Renew,
        }
    }

    /// The credential whose key is what is lost or broken, if a new key is all that it needs.
    pub(in crate::output) fn new_key_for(&self, finding: &Finding) -> Option<&str> {
        let (Finding::FileMissing { path }
        | Finding::FileUnusable { path, .. }
        | Finding::FileCutOff { path, .. }) = finding
        else {
            return None;
        };
        key_can_be_made(self.node, path, self.now).map(|credential| credential.name.as_str())
    }

    /// Whether `renew` makes it anew.
    pub(super) fn renews(&self, name: &str) -> bool {
        let kubelets = [Role::UserKubeconfig, Role::KubeletClient, Role::KubeletServing];
        self.credential(name).is_some_and(|one| !kubelets.contains(&one.role))
    }

    pub(super) fn credential(&self, name: &str) -> Option<&Credential> {
        self.node.credential(name)
    }
}
