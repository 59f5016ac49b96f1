//! Makes what a plan renews: keys on every core, certificates by the CA that the plan names, new file contents.

mod kubeadm;

use super::open::{content, locate, read_only};
use super::stage::{Access, keep_before, stage_with};
use super::unlock::Keys;
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::formats::kubeconfig::{self, Kubeconfig, Replacement, splice_all};
use perennial_core::plan::{Renewal, Source, Target};
use perennial_core::run::{Staged, twin};
use perennial_pki::certificate::{Certificate, certificates};
use perennial_pki::chain::signed_by;
use perennial_pki::key::{KeyForm, KeyKind, PrivateKey};
use perennial_pki::reissue::{Amendments, Authority, Validity, amend};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

/// Extensions that name keys: they follow the new key and the CA.
const KEY_IDENTIFIERS: [&str; 2] = ["2.5.29.14", "2.5.29.35"];
const ALTERNATIVE_NAMES: &str = "2.5.29.17";
const EXTENDED_KEY_USAGES: &str = "2.5.29.37";

/// What a file holds; erased when dropped.
type Content = Zeroizing<Vec<u8>>;

/// A credential as PEM texts.
#[derive(Clone)]
struct Material {
    certificate: Content,
    key: Content,
}

impl Material {
    /// What an entry of a kubeconfig embeds.
    fn embedded(path: &Utf8Path, user: Option<&str>) -> Result<Self, String> {
        let text = read_text(path)?;
        let entry = entry(path, &text, user)?;
        let (certificate, key) =
            entry.embedded().ok_or_else(|| format!("{path} does not embed a certificate and a key"))?;
        Ok(Self { certificate: certificate.bytes.clone(), key: key.bytes.clone() })
    }

    fn leaf(&self, path: &Utf8Path) -> Result<Certificate, String> {
        perennial_pki::certificate::leaf(&self.certificate).map_err(|error| format!("{path} {error}"))
    }
}

/// Makes and stages every renewal.
///
/// # Errors
/// The first failure, with its file. Nothing live is touched.
pub(super) fn issue(
    runtime: &Runtime,
    run: &str,
    renewals: &[Renewal],
    keys: Option<&Keys>,
) -> Result<Vec<Staged>, String> {
    let mut authorities = BTreeMap::new();
    for renewal in renewals {
        if let Source::Reissue { authority_certificate, authority_key, authority_fingerprint, .. } =
            &renewal.source
            && !authorities.contains_key(authority_certificate)
        {
            let loaded = authority(authority_certificate, authority_key, authority_fingerprint, keys)?;
            authorities.insert(authority_certificate.clone(), loaded);
        }
    }
    let made = kubeadm::make(runtime, renewals, |renewal| old_certificate(&renewal.target))?;
    let keys = generate(renewals)?;
    let mut issued = BTreeMap::new();
    for ((renewal, key), made) in renewals.iter().zip(keys).zip(made) {
        let material = match (&renewal.source, key, made) {
            (Source::CopyOf { .. }, ..) => continue,
            (Source::Import { .. }, ..) => imported(renewal)?,
            (Source::Reissue { .. }, _, Some(made)) => taken(renewal, &authorities, made)?,
            (Source::Reissue { .. }, Some(key), None) => sign(renewal, &authorities, &key)?,
            (Source::Reissue { .. }, None, None) => sign(renewal, &authorities, &old_key(&renewal.target)?)?,
        };
        issued.insert(renewal.credential.clone(), material);
    }
    let mut staged = Vec::new();
    for (index, renewal) in renewals.iter().enumerate() {
        let files = renewal.target.files();
        // Several entries of one file are written into it at once.
        if renewals.iter().take(index).all(|before| before.target.files() != files) {
            let along: Vec<_> = renewals.iter().filter(|other| other.target.files() == files).collect();
            staged.extend(stage_renewals(run, &along, &issued)?);
        }
    }
    Ok(staged)
}

/// The entry of that user, by default the one that the current context leads to.
fn entry(path: &Utf8Path, text: &str, user: Option<&str>) -> Result<Kubeconfig, String> {
    let unusable = |trouble| format!("{path} {trouble}");
    match user {
        None => kubeconfig::parse(text).map_err(unusable),
        Some(user) => {
            let document = kubeconfig::parse_all(text).map_err(unusable)?;
            document.user(user).cloned().ok_or_else(|| format!("{path} has no user {user}"))
        }
    }
}

/// A CA is only read, and must be the planned one: its files may be symbolic links.
pub(super) fn authority(
    certificate: &Utf8Path,
    key: &Utf8Path,
    fingerprint: &str,
    keys: Option<&Keys>,
) -> Result<Authority, String> {
    let real = |path: &Utf8Path| path.canonicalize_utf8().map_err(|error| format!("{path}: {error}"));
    let (real_certificate, real_key) = (real(certificate)?, real(key)?);
    let certificates =
        certificates(&read(&real_certificate)?).map_err(|error| format!("{certificate} {error}"))?;
    let planned =
        certificates.into_iter().find(|certificate| certificate.fingerprint_sha256() == fingerprint);
    let planned = planned.ok_or_else(|| format!("{certificate} does not hold the planned CA any more"))?;
    let private = match keys.and_then(|keys| keys.get(key)) {
        Some(opened) => opened,
        None => PrivateKey::from_pem(&read(&real_key)?),
    };
    let private = private.map_err(|error| format!("{key} {error}"))?;
    Authority::new(planned, private).map_err(|error| format!("{key}: {error}"))
}

/// One key for each re-issue. RSA keys take 30 to 280 ms each, so a queue, not a fixed split.
fn generate(renewals: &[Renewal]) -> Result<Vec<Option<PrivateKey>>, String> {
    let wanted: Vec<Option<(&KeyKind, KeyForm)>> = renewals
        .iter()
        .map(|renewal| match &renewal.source {
            Source::Reissue { key_kind, key_form, reuse_key: false, by_kubeadm: None, .. } => {
                Some((key_kind, *key_form))
            }
            Source::Reissue { .. } | Source::Import { .. } | Source::CopyOf { .. } => None,
        })
        .collect();
    let (next, made) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(wanted) = wanted.get(index) else { break };
                    let Some((kind, form)) = wanted else { continue };
                    let key = PrivateKey::generate(kind, *form);
                    made.lock().unwrap_or_else(PoisonError::into_inner).push((index, key));
                }
            });
        }
    });
    let mut keys: Vec<Option<PrivateKey>> = renewals.iter().map(|_| None).collect();
    for (index, key) in made.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let name = &renewals[index].credential;
        keys[index] = Some(key.map_err(|error| format!("a key for {name} could not be made: {error}"))?);
    }
    Ok(keys)
}

fn sign(
    renewal: &Renewal,
    authorities: &BTreeMap<Utf8PathBuf, Authority>,
    key: &PrivateKey,
) -> Result<Material, String> {
    let (old, authority, amendments) = basis(renewal, authorities)?;
    let Source::Reissue { not_before, .. } = &renewal.source else {
        return Err(format!("{} is a copy", renewal.credential));
    };
    let validity = Validity { not_before: *not_before, not_after: renewal.new_not_after };
    let name = &renewal.credential;
    let certificate = amend(&old, authority, &key.spki_der(), &validity, amendments)
        .map_err(|error| format!("{name}: {error}"))?;
    verify(&old, &certificate, amendments, authority, &key.spki_der())
        .map_err(|what| format!("{name}: the new certificate {what}"))?;
    Ok(Material {
        certificate: Zeroizing::new(certificate.to_pem().into_bytes()),
        key: Zeroizing::new(key.to_pem().as_bytes().to_vec()),
    })
}

/// What kubeadm has made, where it is what perennial would have made, too.
fn taken(
    renewal: &Renewal,
    authorities: &BTreeMap<Utf8PathBuf, Authority>,
    made: Material,
) -> Result<Material, String> {
    let name = &renewal.credential;
    let (old, authority, amendments) = basis(renewal, authorities)?;
    let certificate = perennial_pki::certificate::leaf(&made.certificate);
    let certificate = certificate.map_err(|error| format!("{name}: what kubeadm made {error}"))?;
    let key = PrivateKey::from_pem(&made.key).map_err(|error| format!("{name}: kubeadm's key {error}"))?;
    verify(&old, &certificate, amendments, authority, &key.spki_der())
        .map_err(|what| format!("{name}: the certificate that kubeadm made {what}"))?;
    Ok(made)
}

/// The old certificate, which must be the planned one, its CA, and what is to be different.
fn basis<'a>(
    renewal: &'a Renewal,
    authorities: &'a BTreeMap<Utf8PathBuf, Authority>,
) -> Result<(Certificate, &'a Authority, &'a Amendments), String> {
    let name = &renewal.credential;
    let Source::Reissue { authority_certificate, old_fingerprint, amendments, .. } = &renewal.source else {
        return Err(format!("{name} is a copy"));
    };
    let authority = authorities.get(authority_certificate).ok_or_else(|| format!("{name} has no CA"))?;
    let old = old_certificate(&renewal.target)?;
    if old.fingerprint_sha256() != *old_fingerprint {
        return Err(format!("{name} is not the certificate that was planned for"));
    }
    Ok((old, authority, amendments))
}

/// A certificate that another CA has signed, with the key that waits for it or the old one.
fn imported(renewal: &Renewal) -> Result<Material, String> {
    let name = &renewal.credential;
    let Source::Import { chain, fingerprint, old_fingerprint, key, .. } = &renewal.source else {
        return Err(format!("{name} did not come back"));
    };
    if old_certificate(&renewal.target)?.fingerprint_sha256() != *old_fingerprint {
        return Err(format!("{name} is not the certificate that was planned for"));
    }
    let key = match key {
        Some(path) => PrivateKey::from_pem(&read(path)?).map_err(|error| format!("{path} {error}"))?,
        None => old_key(&renewal.target)?,
    };
    let leaf = perennial_pki::certificate::leaf(chain.as_bytes());
    let leaf = leaf.map_err(|error| format!("{name}: what came back {error}"))?;
    if leaf.fingerprint_sha256() != *fingerprint {
        return Err(format!("{name}: what came back is not the certificate that was planned for"));
    }
    if !key.matches(&leaf) {
        return Err(format!("{name}: what came back does not fit its key"));
    }
    Ok(Material {
        certificate: Zeroizing::new(chain.clone().into_bytes()),
        key: Zeroizing::new(key.to_pem().as_bytes().to_vec()),
    })
}

/// What was made is judged before it is staged, by other code than that which made it.
pub(super) fn verify(
    old: &Certificate,
    new: &Certificate,
    amendments: &Amendments,
    authority: &Authority,
    spki: &[u8],
) -> Result<(), &'static str> {
    let amended = |oid: &str| match oid {
        ALTERNATIVE_NAMES => amendments.drop_names || !amendments.names.is_empty(),
        EXTENDED_KEY_USAGES => !amendments.usages.is_empty(),
        _ => amendments.extensions && old.version() != 3,
    };
    let kept = |certificate: &Certificate| {
        let mut extensions = certificate.extensions();
        extensions.retain(|(oid, ..)| !KEY_IDENTIFIERS.contains(&oid.as_str()) && !amended(oid));
        extensions
    };
    let named = match &amendments.common_name {
        Some(name) => new.common_name().as_ref() == Some(name) && new.organizations() == old.organizations(),
        None => new.subject_der() == old.subject_der(),
    };
    if !named {
        return Err("has another subject");
    }
    if !amendments.names.iter().all(|name| name.is_in(new)) {
        return Err("lacks a name that was asked for");
    }
    let names_lost = old.dns_names().into_iter().any(|name| !new.dns_names().contains(&name));
    let addresses_lost = old.ip_addresses().iter().any(|address| !new.ip_addresses().contains(address));
    if !amendments.drop_names && (names_lost || addresses_lost) {
        return Err("lacks a name that it had");
    }
    if kept(new) != kept(old) {
        return Err("has other names or usages");
    }
    if new.spki_der() != spki {
        return Err("does not fit its key");
    }
    if !signed_by(new, authority.certificate()) {
        return Err("is not signed by its CA");
    }
    if new.not_after() > authority.certificate().not_after() {
        return Err("outlives its CA");
    }
    Ok(())
}

fn old_certificate(target: &Target) -> Result<Certificate, String> {
    match target {
        Target::Pair { certificate: path, .. } | Target::Certificate { certificate: path, .. } => {
            perennial_pki::certificate::leaf(&read(path)?).map_err(|error| format!("{path} {error}"))
        }
        Target::Kubeconfig { path, user } => Material::embedded(path, user.as_deref())?.leaf(path),
    }
}

/// The key that stays; that it fits is judged with the new certificate.
pub(super) fn old_key(target: &Target) -> Result<PrivateKey, String> {
    let (path, text) = match target {
        Target::Pair { key, .. } | Target::Certificate { key, .. } => (key, read(key)?),
        Target::Kubeconfig { path, user } => (path, Material::embedded(path, user.as_deref())?.key),
    };
    PrivateKey::from_pem(&text).map_err(|error| format!("{path} {error}"))
}

/// Stages what goes into the same files: one credential, or several entries of one kubeconfig.
fn stage_renewals(
    run: &str,
    renewals: &[&Renewal],
    issued: &BTreeMap<String, Material>,
) -> Result<Vec<Staged>, String> {
    let Some(first) = renewals.first() else { return Ok(Vec::new()) };
    let materials: Result<Vec<_>, _> = renewals.iter().map(|renewal| material(renewal, issued)).collect();
    let materials = materials?;
    let file = first.target.files().into_iter().next();
    let file = file.ok_or_else(|| format!("{} has no file", first.credential))?;
    let leaf = materials.first().map(|material| material.leaf(file)).transpose()?;
    let fingerprint = leaf.map(|leaf| leaf.fingerprint_sha256()).unwrap_or_default();
    let of_person = first.identity.is_some();
    let mut staged = Vec::new();
    for (live, new) in contents(renewals, materials)? {
        if of_person {
            keep_before(live).map_err(|error| error.to_string())?;
        }
        let access = if of_person { Access::OwnerAlone } else { Access::AsItIs };
        let (before_sha256, after_sha256) =
            stage_with(live, run, &new, access).map_err(|error| error.to_string())?;
        staged.push(Staged {
            credential: first.credential.clone(),
            live: live.clone(),
            twin: twin(live, run),
            before_sha256,
            after_sha256,
            fingerprint: fingerprint.clone(),
        });
    }
    Ok(staged)
}

fn material(renewal: &Renewal, issued: &BTreeMap<String, Material>) -> Result<Material, String> {
    let name = match &renewal.source {
        Source::Reissue { .. } | Source::Import { .. } => &renewal.credential,
        Source::CopyOf { credential, .. } => credential,
    };
    match (issued.get(name), &renewal.source) {
        (Some(material), _) => Ok(material.clone()),
        // This run does not renew the original: the copy follows what lies there.
        (None, Source::CopyOf { path, .. }) => Material::embedded(path, None),
        (None, Source::Reissue { .. } | Source::Import { .. }) => Err(format!("{name} was not made")),
    }
}

/// The new content of each live file.
fn contents<'a>(
    renewals: &[&'a Renewal],
    mut materials: Vec<Material>,
) -> Result<Vec<(&'a Utf8PathBuf, Content)>, String> {
    let Some(first) = renewals.first() else { return Ok(Vec::new()) };
    // What another CA has signed brings what follows it along; else what followed the old leaf follows the new one.
    let followed = |path: &Utf8Path, leaf: Content| match first.source {
        Source::Import { .. } => Ok(leaf),
        _ => with_tail(path, &leaf),
    };
    match &first.target {
        Target::Pair { certificate, key } => {
            let Material { certificate: leaf, key: private } = materials.swap_remove(0);
            Ok(vec![(certificate, followed(certificate, leaf)?), (key, private)])
        }
        Target::Certificate { certificate, .. } => {
            Ok(vec![(certificate, followed(certificate, materials.swap_remove(0).certificate)?)])
        }
        Target::Kubeconfig { path, .. } => {
            let text = read_text(path)?;
            let mut entries = Vec::new();
            for renewal in renewals {
                let Target::Kubeconfig { user, .. } = &renewal.target else { continue };
                entries.push(entry(path, &text, user.as_deref())?);
            }
            let replacements: Vec<_> = entries
                .iter()
                .zip(&materials)
                .map(|(entry, new)| Replacement {
                    entry,
                    certificate_pem: &new.certificate,
                    key_pem: &new.key,
                })
                .collect();
            let spliced = splice_all(&text, &replacements).map_err(|error| format!("{path}: {error}"))?;
            Ok(vec![(path, Zeroizing::new(spliced.as_bytes().to_vec()))])
        }
    }
}

/// The new leaf, followed by whatever certificates followed the old one.
fn with_tail(path: &Utf8Path, leaf: &[u8]) -> Result<Content, String> {
    let old = certificates(&read(path)?).map_err(|error| format!("{path} {error}"))?;
    let mut text = Zeroizing::new(leaf.to_vec());
    for certificate in old.iter().skip(1) {
        text.extend_from_slice(certificate.to_pem().as_bytes());
    }
    Ok(text)
}

pub(crate) fn read(path: &Utf8Path) -> Result<Content, String> {
    let read = locate(path).and_then(|located| read_only(&located)).and_then(|mut file| content(&mut file));
    read.map_err(|error| format!("{path}: {error}"))
}

pub(super) fn read_text(path: &Utf8Path) -> Result<Zeroizing<String>, String> {
    match std::str::from_utf8(&read(path)?) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(format!("{path} is not UTF-8 text")),
    }
}

#[cfg(test)]
mod tests;
