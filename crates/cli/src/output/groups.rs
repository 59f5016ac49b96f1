//! Findings that are one matter for the operator become one.

use super::date;
use super::findings::people::same_command;
use super::findings::{Remedy, Scene};
use perennial_core::assess::{Assessment, Code, Finding, Severity};
use perennial_core::inventory::{Component, Role};

/// Findings with the same cause and the same remedy. Never empty.
#[derive(Clone, Debug)]
pub(crate) struct Group<'a> {
    /// The first of them.
    pub(crate) first: &'a Finding,
    /// The others.
    pub(crate) more: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &'a Finding> {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        1 + self.more.len()
    }

    /// How grave they are.
    pub(crate) fn severity(&self) -> Severity {
        self.first.severity()
    }
}

/// The findings in the order in which a person should read them: the gravest first, causes before their
/// consequences.
pub(crate) fn groups<'a>(assessment: &'a Assessment, scene: &Scene<'_>) -> Vec<Group<'a>> {
    groups_of(assessment.findings(), scene)
}

/// The same of some findings alone.
pub(crate) fn groups_of<'a>(mut findings: Vec<&'a Finding>, scene: &Scene<'_>) -> Vec<Group<'a>> {
    findings.sort_by_key(|finding| {
        (std::cmp::Reverse(finding.severity()), rank(finding.code()), role(scene, finding))
    });
    let mut groups: Vec<Group<'a>> = Vec::new();
    for finding in findings {
        let same = groups.iter_mut().find(|group| belongs(scene, group.first, finding));
        match same {
            Some(group) => group.more.push(finding),
            None => groups.push(Group { first: finding, more: Vec::new() }),
        }
    }
    groups
}

/// Causes have the smaller numbers.
fn rank(code: Code) -> u16 {
    match code {
        Code::RunOpen => 0,
        Code::AuthorityExpired => 1,
        Code::KubeletClientExpired | Code::KubeletRestartFails => 2,
        Code::CertificateExpired => 3,
        Code::ProcessStale => 4,
        Code::KubeletDown => 9000,
        Code::ListenerSilent => 9001,
        other => other.number(),
    }
}

fn role(scene: &Scene<'_>, finding: &Finding) -> Option<Role> {
    match finding {
        Finding::CertificateExpired { credential, .. } | Finding::CertificateEndsSoon { credential, .. } => {
            scene.node.credential(credential).map(|credential| credential.role)
        }
        _ => None,
    }
}

fn belongs(scene: &Scene<'_>, one: &Finding, other: &Finding) -> bool {
    if one.severity() != other.severity() {
        return false;
    }
    match (one, other) {
        (Finding::KubeconfigOutdated { at: a, .. }, Finding::KubeconfigOutdated { at: b, .. }) => {
            date(*a) == date(*b) && same_command(scene, one, other)
        }
        // A lost key has a command of its own.
        (Finding::FileMissing { .. }, Finding::FileMissing { .. }) => {
            scene.new_key_for(one).is_none() && scene.new_key_for(other).is_none()
        }
        (Finding::CertificateExpired { at: a, .. }, Finding::CertificateExpired { at: b, .. })
        | (Finding::CertificateEndsSoon { at: a, .. }, Finding::CertificateEndsSoon { at: b, .. }) => {
            let remedy = |finding| scene.remedy(role(scene, finding), finding);
            date(*a) == date(*b) && remedy(one) == remedy(other) && remedy(one) != Remedy::Person
        }
        // The kubelet is restarted by somebody else.
        (Finding::ProcessStale { component: a, .. }, Finding::ProcessStale { component: b, .. }) => {
            (*a == Component::Kubelet) == (*b == Component::Kubelet)
        }
        (Finding::ProcessUnproven { .. }, Finding::ProcessUnproven { .. })
        | (Finding::ListenerSilent { .. }, Finding::ListenerSilent { .. })
        | (Finding::ExternalAuthority { .. }, Finding::ExternalAuthority { .. })
        | (Finding::KeyExposed { .. }, Finding::KeyExposed { .. })
        | (Finding::LabelDiffers { .. }, Finding::LabelDiffers { .. }) => true,
        _ => false,
    }
}
