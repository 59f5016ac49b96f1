//! One certificate, line by line.

use super::{Inspection, counted, end, label, title};
use crate::language::{Language, inspect as say};
use crate::output::{Mark, Screen, exact, left};
use perennial_pki::certificate::{Certificate, ExtendedKeyUsage};
use perennial_pki::digest::sha256_hex;
use serde::Serialize;

pub(super) fn show(
    screen: &mut Screen,
    language: Language,
    inspection: &Inspection<'_>,
    found: &Certificate,
    place: (usize, usize),
) {
    let what = if found.is_ca() { say::authority(language) } else { say::certificate(language) };
    let mark = if found.not_after() <= inspection.now { Mark::Bad } else { Mark::Note };
    title(screen, mark, &counted(language, what, place));
    label(screen, say::subject(language), &found.subject());
    let issuer = if found.is_self_signed() { say::itself(language).to_owned() } else { found.issuer() };
    label(screen, say::issuer(language), &issuer);
    let names = names(found);
    if !names.is_empty() {
        label(screen, say::names(language), &names.join(language.comma()));
    }
    let usages = usages(found);
    if !usages.is_empty() {
        label(screen, say::usages(language), &usages.join(language.comma()));
    }
    let begins = found.not_before();
    let text = if begins > inspection.now {
        say::time_to_come(language, &exact(begins), &left(language, inspection.now, begins))
    } else {
        format!("{} UTC", exact(begins))
    };
    label(screen, say::begins(language), &text);
    label(screen, say::ends(language), &end(language, inspection.now, found.not_after()));
    let serial = say::both_numbers(language, &found.serial_hex(), &found.serial_decimal());
    label(screen, say::serial(language), &serial);
    label(screen, say::fingerprint(language), &found.fingerprint_sha256());
    label(screen, say::key(language), &found.key_kind().to_string());
    label(screen, say::key_fingerprint(language), &sha256_hex(found.spki_der()));
    label(screen, say::signature(language), &found.signature_algorithm());
    for (oid, critical, bytes) in found.unknown_extensions() {
        let text = if critical {
            say::critical_extension(language, &oid, bytes)
        } else {
            say::extension(language, &oid, bytes)
        };
        label(screen, say::unknown(language), &text);
    }
    let roles = inspection.roles(found);
    if !roles.is_empty() {
        label(screen, say::here(language), &roles.join(language.comma()));
    }
}

/// Every name that it is valid for.
fn names(found: &Certificate) -> Vec<String> {
    let mut names = found.dns_names();
    names.extend(found.ip_addresses().iter().map(ToString::to_string));
    names.extend(found.email_addresses());
    names.extend(found.uris());
    names
}

fn usages(found: &Certificate) -> Vec<String> {
    let mut usages: Vec<String> = found.key_usage().iter().flatten().map(word).collect();
    usages.extend(found.extended_key_usages().iter().map(extended));
    usages
}

/// An extended usage by its name in RFC 5280, else its number.
pub(crate) fn extended(usage: &ExtendedKeyUsage) -> String {
    match usage {
        ExtendedKeyUsage::ServerAuth => "serverAuth".to_owned(),
        ExtendedKeyUsage::ClientAuth => "clientAuth".to_owned(),
        ExtendedKeyUsage::Any => "anyExtendedKeyUsage".to_owned(),
        ExtendedKeyUsage::Other(oid) => oid.clone(),
    }
}

/// A word of RFC 5280, as documents write it.
pub(crate) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
