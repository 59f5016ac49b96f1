//! People's kubeconfigs, which follow admin.conf.

use crate::assess::followed;
use crate::inventory::{Directory, Node, Role};
use crate::plan::step::{Renewal, Source, Target};
use crate::plan::{Kept, Reason, Request};

/// People's kubeconfigs that hold what is renewed, or an older copy of it. One that can't be written safely is
/// kept and told: nobody's home directory may stand in the way of the control plane.
pub(super) fn copies(
    node: &Node,
    request: &Request,
    renewals: &[Renewal],
    kept: &mut Vec<Kept>,
) -> Vec<Renewal> {
    let admin_asked = |name: &str| request.only.is_empty() || request.only.iter().any(|only| only == name);
    let mut copies = Vec::new();
    for credential in node.credentials.iter().filter(|credential| credential.role == Role::UserKubeconfig) {
        let file = credential.place.file();
        let Some(leaf) = credential.leaf() else { continue };
        let Some(original) = followed(node, credential) else { continue };
        let Some(own) = original.leaf() else { continue };
        // A link to admin.conf is no copy: it shows the new one by itself.
        let link = file.real_path() == original.place.file().real_path();
        // Two ways to one file are one copy.
        let target = Target::Kubeconfig { path: file.real_path().clone(), user: None };
        let twice = copies.iter().chain(renewals).any(|other: &Renewal| other.target == target);
        if link || twice || !admin_asked(&original.name) {
            continue;
        }
        let renewed = renewals.iter().find(|renewal| renewal.credential == original.name);
        let new_not_after = renewed.map_or_else(|| own.not_after(), |renewal| renewal.new_not_after);
        if (renewed.is_some() && own == leaf) || leaf.not_after() < new_not_after {
            let facts = file.facts.seen();
            let reason = match facts.map(|facts| facts.directory) {
                _ if facts.is_some_and(|facts| facts.fixed.is_some()) => Some(Reason::AttributeSet),
                Some(Directory::Open) => Some(Reason::DirectoryOpen),
                Some(Directory::ReadOnly) => Some(Reason::DirectoryReadOnly),
                Some(Directory::Fine) | None => None,
            };
            if let Some(reason) = reason {
                kept.push(Kept { name: credential.name.clone(), reason, until: Some(leaf.not_after()) });
                continue;
            }
            copies.push(Renewal {
                credential: credential.name.clone(),
                target,
                source: Source::CopyOf {
                    credential: original.name.clone(),
                    path: original.place.file().real_path().clone(),
                },
                old_not_after: Some(leaf.not_after()),
                new_not_after,
                names: 0,
                identity: None,
            });
        }
    }
    copies
}
