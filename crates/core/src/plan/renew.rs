//! From an inventory and a request to a plan of new certificates.

use super::step::{Action, Guard, Listening, PreImage, Proof, Renewal, Source, Step, Swap, Target};
use super::{FORMAT, Kept, Plan, Reason, Refusal, Request, RestartApiserver, Undo, digest, restart};
use crate::assess::identity::{MixUp, mix_up};
use crate::assess::memory::stale;
use crate::assess::{Policy, chain, edges, followed, manifests};
use crate::inventory::{
    Authority, Component, Credential, Directory, File, Layout, Looked, Node, Place, Role,
};
use crate::reload;
use camino::Utf8PathBuf;
use jiff::{SignedDuration, Timestamp};
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::signed_by;
use perennial_pki::key::{KeyForm, KeyKind};
use perennial_pki::reissue::Validity;

/// What an earlier run has installed is left alone while it has lived less than this share of its life.
const JUST_INSTALLED_PERCENT: i64 = 1;

/// Without the key of this CA a renewal makes no sense: it is refused as a whole. What another CA without a key
/// has signed (an external etcd's) is left out, and said.
const CLUSTER_AUTHORITY: &str = "ca";

/// Decides what `renew` does on this node.
///
/// # Errors
/// The first reason why nothing can be done, root causes first.
pub fn renew(node: &Node, request: &Request, policy: &Policy, now: Timestamp) -> Result<Plan, Refusal> {
    refuse_layout(node)?;
    let mut choice = choose(node, request, policy, now)?;
    check_authorities(node, &choice.chosen, now)?;
    let mut renewals = Vec::new();
    for credential in &choice.chosen {
        let renewal = reissue(node, credential, request, now)?;
        // One pair may serve two purposes (kubespray: etcd's server and peer): it is renewed once.
        if !renewals.iter().any(|other: &Renewal| other.target == renewal.target) {
            renewals.push(renewal);
        }
    }
    refuse_shared(node, &renewals)?;
    // What was not asked for under one name is renewed all the same under another one of the same files.
    let renewed = |kept: &Kept| {
        kept.reason == Reason::NotAsked
            && renewals.iter().any(|renewal| same_files(node, &renewal.credential, &kept.name))
    };
    choice.kept.retain(|kept| !renewed(kept));
    renewals.extend(copies(node, request, &renewals, &mut choice.kept));

    let restarts = restarts(node, request, &renewals, policy, now);
    if !restarts.is_empty() {
        restart::refuse(node, &restarts, now)?;
    }
    let mut plan = Plan {
        format: FORMAT,
        node: node.name.clone().unwrap_or_default(),
        observed_at: node.observed_at,
        request: request.clone(),
        digest: String::new(),
        steps: steps(node, request, &renewals, &restarts),
        kept: choice.kept,
        other_control_planes: other_control_planes(node),
    };
    plan.kept.extend(untouched(node, request, &renewals, &restarts));
    plan.digest = digest::digest(&plan);
    Ok(plan)
}

/// Refuses to renew a credential that shares one file with another but not all: in between neither would fit.
fn refuse_shared(node: &Node, renewals: &[Renewal]) -> Result<(), Refusal> {
    for renewal in renewals {
        let ours = renewal.target.files();
        for credential in node.credentials.iter().filter(|other| other.role != Role::UserKubeconfig) {
            let theirs: Vec<_> = credential.place.files().into_iter().map(File::real_path).collect();
            let shared = ours.iter().find(|path| theirs.contains(path));
            if let Some(path) = shared.filter(|_| ours != theirs) {
                let credentials = vec![renewal.credential.clone(), credential.name.clone()];
                return Err(Refusal::FileShared { path: (*path).clone(), credentials });
            }
        }
    }
    Ok(())
}

/// Whether two credentials are one: the same files.
fn same_files(node: &Node, one: &str, other: &str) -> bool {
    let files = |name: &str| -> Option<Vec<Utf8PathBuf>> {
        let credential = node.credential(name)?;
        Some(credential.place.files().into_iter().map(|file| file.real_path().clone()).collect())
    };
    one == other || files(one).is_some_and(|files_of_one| Some(files_of_one) == files(other))
}

/// The control planes of the cluster that a run on this node does not touch.
pub fn other_control_planes(node: &Node) -> Vec<String> {
    let own = node.name.as_deref().unwrap_or_default();
    let known = node.cluster.seen().map(|cluster| cluster.control_planes.as_slice());
    known.unwrap_or_default().iter().filter(|name| *name != own).cloned().collect()
}

/// Refuses where there is nothing of ours.
pub(super) fn refuse_layout(node: &Node) -> Result<(), Refusal> {
    match &node.layout {
        Layout::Foreign(distribution) => Err(Refusal::ForeignLayout { distribution: distribution.clone() }),
        Layout::Nothing => Err(Refusal::NothingHere),
        _ if !node.as_root => Err(Refusal::NotRoot),
        Layout::Worker => Err(Refusal::WorkerNode),
        Layout::Etcd => Err(Refusal::EtcdMachine),
        Layout::ControlPlane => match manifests::collisions(node).into_iter().next() {
            Some(collision) => Err(Refusal::ManifestsCollide(collision)),
            None => Ok(()),
        },
    }
}

struct Choice<'a> {
    chosen: Vec<&'a Credential>,
    kept: Vec<Kept>,
}

/// Whether `renew` knows a credential by its name: kubeadm renews every leaf but the kubelet's own; people's copies of
/// admin.conf follow it.
pub fn renewable(credential: &Credential) -> bool {
    !matches!(credential.role, Role::UserKubeconfig | Role::KubeletClient | Role::KubeletServing)
}

fn choose<'a>(
    node: &'a Node,
    request: &Request,
    policy: &Policy,
    now: Timestamp,
) -> Result<Choice<'a>, Refusal> {
    let mut candidates: Vec<_> = node.credentials.iter().filter(|credential| renewable(credential)).collect();
    candidates.sort_by(|one, other| (one.role, &one.name).cmp(&(other.role, &other.name)));
    if let Some(name) = request.only.iter().find(|name| candidates.iter().all(|known| known.name != **name)) {
        let known = candidates.iter().map(|credential| credential.name.clone()).collect();
        return Err(Refusal::UnknownCredential { name: name.clone(), known });
    }
    let mut choice = Choice { chosen: Vec::new(), kept: Vec::new() };
    for credential in candidates {
        let absent = matches!(credential.certificate, Looked::Absent);
        if absent && credential.used_by.is_empty() && !request.only.contains(&credential.name) {
            continue;
        }
        let mixed_up = mixed_up(node, credential);
        if let Some(reason) = mixed_up.filter(|_| request.only.contains(&credential.name)) {
            return Err(Refusal::NotAsItIs {
                credential: credential.name.clone(),
                path: credential.place.file().path.clone(),
                subject: credential.leaf().map(Certificate::subject).unwrap_or_default(),
                reason,
            });
        }
        match keep(node, credential, request, policy, now, mixed_up) {
            Some(reason) => choice.kept.push(Kept {
                name: credential.name.clone(),
                reason,
                until: credential.leaf().map(Certificate::not_after),
            }),
            None => choice.chosen.push(credential),
        }
    }
    Ok(choice)
}

fn keep(
    node: &Node,
    credential: &Credential,
    request: &Request,
    policy: &Policy,
    now: Timestamp,
    mixed_up: Option<Reason>,
) -> Option<Reason> {
    if !request.only.is_empty() && !request.only.contains(&credential.name) {
        return Some(Reason::NotAsked);
    }
    let leaf = credential.leaf();
    if request.due && leaf.is_some_and(|leaf| !policy.warn.reached(leaf.not_before(), leaf.not_after(), now))
    {
        return Some(Reason::NotDue);
    }
    if mixed_up.is_some() {
        return mixed_up;
    }
    let external = !request.only.contains(&credential.name)
        && signer(node, credential)
            .is_some_and(|authority| authority.name != CLUSTER_AUTHORITY && authority.key == Looked::Absent);
    if external {
        return Some(Reason::ExternalAuthority);
    }
    let leaf = leaf?;
    let files = credential.place.files();
    let file = files.first()?;
    let installed = node.past.installed_at(file.real_path(), &file.facts.seen()?.sha256)?;
    let lived = now.duration_since(installed.at).as_secs().saturating_mul(100);
    let recent = lived < installed.validity_seconds.saturating_mul(JUST_INSTALLED_PERCENT);
    let same_request = installed.validity_seconds == request.validity_seconds;
    (!request.force && recent && same_request && leaf.not_after() > now).then_some(Reason::JustInstalled)
}

/// Whether `renew` leaves a credential out because it would go on to be what it should never have been.
pub fn never_as_it_is(node: &Node, credential: &Credential) -> bool {
    mix_up(node, credential).is_some()
}

/// Why a credential must not be renewed as it is, if so.
fn mixed_up(node: &Node, credential: &Credential) -> Option<Reason> {
    // The same files may be wrong for another purpose alone: as a client's they have no names to be wrong.
    let alike = node.credentials.iter().filter(|other| same_files(node, &other.name, &credential.name));
    alike.filter_map(|one| mix_up(node, one)).next().map(|mix_up| match mix_up {
        MixUp::Identity => Reason::ForeignIdentity,
        MixUp::OtherNode => Reason::OtherNode,
        MixUp::Order => Reason::ChainOutOfOrder,
    })
}

/// The CA that signs the next certificate: the one on this node that has signed the last one, else the one that
/// should have.
fn signer<'a>(node: &'a Node, credential: &Credential) -> Option<&'a Authority> {
    let expected = || chain::verifier(node, credential.role);
    let usual = || node.authority(chain::usual_authority(credential.role));
    node.issuer_of(credential).or_else(expected).or_else(usual)
}

pub(super) fn check_authorities(node: &Node, chosen: &[&Credential], now: Timestamp) -> Result<(), Refusal> {
    for authority in &node.authorities {
        let needing: Vec<String> = chosen
            .iter()
            .filter(|credential| signer(node, credential).is_some_and(|own| own.name == authority.name))
            .map(|credential| credential.name.clone())
            .collect();
        if !needing.is_empty() {
            check_authority(authority, needing, now)?;
        }
    }
    Ok(())
}

fn check_authority(authority: &Authority, credentials: Vec<String>, now: Timestamp) -> Result<(), Refusal> {
    let (name, path) = (authority.name.clone(), authority.key_path.clone());
    let certificate = match &authority.certificates {
        Looked::Seen(certificates) => certificates.first(),
        Looked::Absent => None,
        Looked::Unusable(trouble) => {
            let path = authority.file.path.clone();
            return Err(Refusal::AuthorityUnusable { path, trouble: Some(trouble.clone()) });
        }
    };
    let Some(certificate) = certificate else {
        return Err(Refusal::AuthorityUnusable { path: authority.file.path.clone(), trouble: None });
    };
    match &authority.key {
        Looked::Absent => return Err(Refusal::AuthorityKeyMissing { authority: name, path, credentials }),
        Looked::Unusable(trouble) => {
            return Err(Refusal::AuthorityKeyUnusable { path, trouble: trouble.clone() });
        }
        Looked::Seen(key) if !key.fits => {
            let certificate = authority.file.path.clone();
            return Err(Refusal::AuthorityKeyMismatch { certificate, key: path });
        }
        Looked::Seen(_) => {}
    }
    if certificate.not_before() > now {
        return Err(Refusal::ClockBeforeAuthority { authority: name, from: certificate.not_before(), now });
    }
    if certificate.not_after() <= now {
        return Err(Refusal::AuthorityExpired { authority: name, at: certificate.not_after() });
    }
    Ok(())
}

pub(super) fn reissue(
    node: &Node,
    credential: &Credential,
    request: &Request,
    now: Timestamp,
) -> Result<Renewal, Refusal> {
    let path = credential.place.certificate_file().path.clone();
    let unusable = |trouble| {
        let (credential, path) = (credential.name.clone(), path.clone());
        Refusal::CredentialUnusable { credential, path, trouble }
    };
    let leaf = match &credential.certificate {
        Looked::Seen(chain) => chain.leaf(),
        Looked::Absent => return Err(unusable(None)),
        Looked::Unusable(trouble) => return Err(unusable(Some(trouble.clone()))),
    };
    let unknown = || Refusal::UnknownIssuer {
        credential: credential.name.clone(),
        path: path.clone(),
        issuer: leaf.issuer(),
    };
    let authority = node.issuer_of(credential).ok_or_else(unknown)?;
    let issuer = authority.certificates.seen().and_then(|all| all.first()).ok_or_else(unknown)?;
    trusted_where_shown(node, credential, leaf, issuer, &authority.file.path)?;
    for file in credential.place.files() {
        // A directory, a device, a link that leads out: nothing to be exchanged for a file.
        if let Some(trouble) = file.facts.trouble().filter(|trouble| trouble.special()) {
            let (credential, path) = (credential.name.clone(), file.path.clone());
            return Err(Refusal::CredentialUnusable { credential, path, trouble: Some(trouble.clone()) });
        }
        if file.facts.seen().is_some_and(|facts| facts.directory == Directory::Open) {
            let path = file.real_path().parent().unwrap_or(file.real_path()).to_owned();
            return Err(Refusal::DirectoryWritable { path });
        }
        if let Some(fixed) = file.facts.seen().and_then(|facts| facts.fixed.clone()) {
            return Err(Refusal::AttributeSet { path: fixed.path, attribute: fixed.attribute });
        }
    }
    let (key_kind, key_form) = key_to_make(credential, leaf)?;
    let length = SignedDuration::from_secs(request.validity_seconds);
    let (validity, _clamped) = Validity::from_now(now, length, issuer).map_err(|_| {
        Refusal::AuthorityExpired { authority: authority.name.clone(), at: issuer.not_after() }
    })?;
    let target = match (&credential.place, credential.place.files().as_slice()) {
        (Place::Combined { .. }, _) => return Err(unknown()),
        (_, [certificate, key]) => {
            Target::Pair { certificate: certificate.real_path().clone(), key: key.real_path().clone() }
        }
        (_, [file]) => Target::Kubeconfig { path: file.real_path().clone() },
        _ => return Err(unusable(None)),
    };
    Ok(Renewal {
        credential: credential.name.clone(),
        target,
        source: Source::Reissue {
            authority_certificate: authority.file.path.clone(),
            authority_key: authority.key_path.clone(),
            authority_fingerprint: issuer.fingerprint_sha256(),
            old_fingerprint: leaf.fingerprint_sha256(),
            key_kind,
            key_form,
            not_before: validity.not_before,
        },
        old_not_after: Some(leaf.not_after()),
        new_not_after: validity.not_after,
        names: leaf.dns_names().len() + leaf.ip_addresses().len(),
    })
}

/// During a rotation of the CA another one signs now than the last time: whoever is shown the new certificate must
/// trust it already.
fn trusted_where_shown(
    node: &Node,
    credential: &Credential,
    leaf: &Certificate,
    issuer: &Certificate,
    path: &Utf8PathBuf,
) -> Result<(), Refusal> {
    if signed_by(leaf, issuer) {
        return Ok(());
    }
    let shown = edges(node).into_iter().flat_map(|edge| edge.presented);
    match shown.filter(|one| one.credential.name == credential.name).find(|one| !one.would_trust(issuer)) {
        None => Ok(()),
        Some(one) => Err(Refusal::IssuerNotTrusted {
            credential: credential.name.clone(),
            authority: path.clone(),
            through: one.through.to_owned(),
        }),
    }
}

/// The old key's algorithm; the certificate's where the key can't be read: it gets a new one anyway.
fn key_to_make(credential: &Credential, leaf: &Certificate) -> Result<(KeyKind, KeyForm), Refusal> {
    let kind = leaf.key_kind();
    let natural = match &kind {
        KeyKind::Rsa(2048 | 3072 | 4096) => KeyForm::Pkcs1,
        KeyKind::EcdsaP256 | KeyKind::EcdsaP384 | KeyKind::EcdsaP521 => KeyForm::Sec1,
        KeyKind::Ed25519 => KeyForm::Pkcs8,
        KeyKind::Rsa(_) | KeyKind::Other(_) => {
            let (credential, kind) = (credential.name.clone(), kind.to_string());
            return Err(Refusal::UnsupportedKey { credential, kind });
        }
    };
    let form = credential.key.seen().filter(|key| key.fits).map_or(natural, |key| key.form);
    Ok((kind, form))
}

/// People's kubeconfigs that hold what is renewed, or an older copy of it. One that can't be written safely is
/// kept and told: nobody's home directory may stand in the way of the control plane.
fn copies(node: &Node, request: &Request, renewals: &[Renewal], kept: &mut Vec<Kept>) -> Vec<Renewal> {
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
        let target = Target::Kubeconfig { path: file.real_path().clone() };
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
            });
        }
    }
    copies
}

/// kube-scheduler first: it gives its lease back, so its pause is the shorter one. kube-apiserver last.
fn restarts(
    node: &Node,
    request: &Request,
    renewals: &[Renewal],
    policy: &Policy,
    now: Timestamp,
) -> Vec<Component> {
    let already_stale = if request.only.is_empty() { stale(node) } else { Vec::new() };
    let mut restarts: Vec<_> = [Component::KubeScheduler, Component::KubeControllerManager]
        .into_iter()
        .filter(|component| {
            let holds = |name: &str| {
                node.holders.iter().any(|holder| {
                    holder.component == *component
                        && same_files(node, &holder.credential, name)
                        && !reload::of_holder(node, holder).is_some_and(|row| row.class.follows())
                })
            };
            already_stale.contains(component) || renewals.iter().any(|renewal| holds(&renewal.credential))
        })
        .collect();
    if restart_apiserver(node, request, renewals, policy, now) {
        restarts.push(Component::KubeApiserver);
    }
    restarts
}

/// Whether a process of this component comes to use a renewed credential without a restart.
fn follows(node: &Node, component: Component, credential: &str) -> bool {
    let row = node.credential(credential).and_then(|one| reload::of_credential(node, component, one));
    row.is_some_and(|row| row.class.follows())
}

/// Whether a component uses what is renewed and is not known to re-read it.
fn holds_on(node: &Node, component: Component, credential: &str) -> bool {
    let alike = node.credentials.iter().filter(|other| same_files(node, &other.name, credential));
    let mut used = alike.filter(|one| one.used_by.contains(&component));
    used.any(|one| !follows(node, component, &one.name))
}

/// kube-apiserver follows its files where its version is known to; only its loopback certificate lives in memory for as long as the process.
/// It is restarted where that ends before the new serving certificate is due again, and where a restart
/// would really give it a longer life.
fn restart_apiserver(
    node: &Node,
    request: &Request,
    renewals: &[Renewal],
    policy: &Policy,
    now: Timestamp,
) -> bool {
    match request.restart_apiserver {
        RestartApiserver::Never => return false,
        RestartApiserver::Always => return !renewals.is_empty(),
        RestartApiserver::Auto => {}
    }
    if renewals.iter().any(|renewal| holds_on(node, Component::KubeApiserver, &renewal.credential)) {
        return true;
    }
    let Some(loopback) = node.loopback() else { return false };
    let Some(serving) = renewals.iter().find(|renewal| {
        node.credential(&renewal.credential).is_some_and(|known| known.role == Role::ApiserverServing)
    }) else {
        return false;
    };
    let life = loopback.not_after().duration_since(loopback.not_before());
    let left = loopback.not_after().duration_since(now);
    let due_then = policy.warn.reached(now, serving.new_not_after, loopback.not_after());
    let gains = left.as_secs().saturating_mul(10) < life.as_secs().saturating_mul(9);
    loopback.not_after() < serving.new_not_after && !due_then && gains
}

fn steps(node: &Node, request: &Request, renewals: &[Renewal], restarts: &[Component]) -> Vec<Step> {
    let mut steps = Vec::new();
    if renewals.is_empty() && restarts.is_empty() {
        return steps;
    }
    steps.push(restart::backup(node, renewals));
    if !renewals.is_empty() {
        steps.push(Step {
            guards: vec![Guard::Space { bytes: restart::SPACE }, Guard::AsPlanned],
            action: Action::Stage { renewals: renewals.to_vec() },
            undo: Undo::RemoveStaged,
            proofs: vec![Proof::ReadBack],
            limit_seconds: 60,
        });
    }
    steps.extend(renewals.iter().map(|renewal| swap(node, renewal, restarts)));
    for component in restarts {
        steps.extend(restart::steps(node, *component));
    }
    if request.workload {
        steps.push(restart::workload());
    }
    steps
}

fn swap(node: &Node, renewal: &Renewal, restarts: &[Component]) -> Step {
    let files = renewal
        .target
        .files()
        .into_iter()
        .map(|path| PreImage { path: path.clone(), sha256: hash_of(node, path) })
        .collect();
    let listeners = node.listeners.iter().filter(|listener| {
        // A process that does not re-read it shows the new one after its restart, which proves it then.
        let later =
            restarts.contains(&listener.component) && !follows(node, listener.component, &renewal.credential);
        let serves = listener.credential.as_deref();
        let serves = serves.is_some_and(|name| same_files(node, name, &renewal.credential));
        serves && !listener.loopback() && !later
    });
    let mut proofs = vec![Proof::OnDisk];
    let mut silent = false;
    for listener in listeners {
        silent |= listener.served.seen().is_none();
        proofs.push(Proof::Served(Listening {
            component: listener.component,
            address: listener.address,
            server_name: listener.server_name.clone(),
        }));
    }
    Step {
        guards: vec![Guard::AsPlanned],
        action: Action::Swap(Swap {
            credential: renewal.credential.clone(),
            files,
            old_not_after: renewal.old_not_after,
        }),
        undo: Undo::ExchangeBack,
        proofs,
        // A component that does not answer now may be in the kubelet's crash back-off: up to five minutes.
        limit_seconds: if silent { 330 } else { 30 },
    }
}

/// The hash of a live file as it was observed; empty where it did not exist.
fn hash_of(node: &Node, path: &Utf8PathBuf) -> String {
    let files = node.credentials.iter().flat_map(|credential| credential.place.files());
    let mut found = files.filter(|file| file.real_path() == path).filter_map(|file| file.facts.seen());
    found.next().map(|facts| facts.sha256.clone()).unwrap_or_default()
}

fn untouched(node: &Node, request: &Request, renewals: &[Renewal], restarts: &[Component]) -> Vec<Kept> {
    let kept = |name: String, reason, until| Kept { name, reason, until };
    let mut untouched = Vec::new();
    for component in [Component::KubeApiserver, Component::Etcd] {
        if node.component(component).is_some() && !restarts.contains(&component) {
            let forbidden =
                component == Component::KubeApiserver && request.restart_apiserver == RestartApiserver::Never;
            let unknown = renewals.iter().any(|renewal| holds_on(node, component, &renewal.credential));
            let reason = match (forbidden, unknown) {
                (true, _) => Reason::RestartForbidden,
                (false, true) => Reason::ReloadUnknown,
                (false, false) => Reason::ReloadsItself,
            };
            untouched.push(kept(component.to_string(), reason, None));
        }
    }
    for authority in &node.authorities {
        let until = authority.certificates.seen().and_then(|all| all.first()).map(Certificate::not_after);
        untouched.push(kept(authority.name.clone(), Reason::Authority, until));
    }
    for credential in &node.credentials {
        if credential.role == Role::KubeletClient {
            let until = credential.leaf().map(Certificate::not_after);
            untouched.push(kept(credential.name.clone(), Reason::RotatesItself, until));
        }
    }
    untouched
}
