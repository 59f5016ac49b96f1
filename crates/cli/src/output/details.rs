//! The tables of `check`: every credential under its CA, every listener, every process that keeps a credential.

use super::board::{mark, names};
use super::check::Report;
use super::evidence::why;
use super::findings::short;
use super::unreferenced;
use super::{Column, Fit, Mark, Row, Table, date, short_left};
use crate::language::trouble::instead;
use crate::language::{Language, kubeconfigs, screen as say};
use perennial_core::assess::{Judgement, Memory, judge_pod, processes};
use perennial_core::inventory::{
    Authority, CniKubeconfig, Credential, Entry, Handshake, Listener, Looked, Place, Trouble,
};
use perennial_pki::certificate::Certificate;

/// The four tables; a table may be empty.
pub(super) fn tables(language: Language, report: &Report<'_>) -> [Table; 4] {
    [
        credentials(language, report),
        listeners(language, report),
        holders(language, report),
        unreferenced::table(language, report),
    ]
}

fn credentials(language: Language, report: &Report<'_>) -> Table {
    let mut table = Table::new([
        Column::new(say::col_certificate(language)),
        Column::new(say::col_ends(language)),
        Column::new(say::col_left(language)),
        Column::last(say::col_file(language), Fit::CutLeft),
    ]);
    let issued_by =
        |credential: &Credential| report.node.issuer_of(credential).map(|authority| &authority.name);
    let shown = |credential: &&Credential| {
        let there = !matches!(credential.certificate, Looked::Absent) || !credential.used_by.is_empty();
        // Of another cluster's entries in a person's kubeconfig there may be hundreds.
        let strange = credential.place.other_entry() && report.assessment.is_foreign(credential);
        there && !strange && report.node.same_pair(credential).is_none()
    };
    for authority in &report.node.authorities {
        authority_rows(language, report, authority, &mut table);
        let own = |credential: &&Credential| issued_by(credential) == Some(&authority.name);
        let own = report.node.credentials.iter().filter(shown).filter(own);
        credential_rows(language, report, own, &mut table);
    }
    let mut others = report
        .node
        .credentials
        .iter()
        .filter(shown)
        .filter(|credential| issued_by(credential).is_none())
        .peekable();
    if others.peek().is_some() && !report.node.authorities.is_empty() {
        let nobody = say::others(language).to_owned();
        table.row(Row::new(Mark::Skip, [nobody, String::new(), String::new(), String::new()]));
    }
    credential_rows(language, report, others, &mut table);
    if !report.node.beside.cni.is_empty() {
        let plugins = kubeconfigs::cni(language).to_owned();
        table.row(Row::new(Mark::Skip, [plugins, String::new(), String::new(), String::new()]));
    }
    for found in &report.node.beside.cni {
        table.row(cni_row(language, report, found).below());
    }
    table
}

/// A plugin's kubeconfig, with the end of what it shows to the API server.
fn cni_row(language: Language, report: &Report<'_>, found: &CniKubeconfig) -> Row {
    let (ends, left) = match &found.access {
        Looked::Seen(access) => {
            let token = access.token.seen().and_then(|token| token.ends);
            let leaf = || access.certificate.seen().map(|chain| chain.leaf().not_after());
            match token.or_else(leaf) {
                Some(at) => (date(at), short_left(language, report.now, at)),
                None => ("–".to_owned(), String::new()),
            }
        }
        Looked::Absent => (say::missing(language).to_owned(), String::new()),
        Looked::Unusable(_) => (say::unreadable(language).to_owned(), String::new()),
    };
    let path = found.file.path.as_str();
    Row::new(worst_of(report, path), [found.plugin.to_string(), ends, left, under_etc(path)])
}

/// How many credentials that are alike have a row each.
const ALIKE: usize = 6;

/// A row for each credential; many that end on the same day and are judged the same are one.
fn credential_rows<'a>(
    language: Language,
    report: &Report<'_>,
    credentials: impl Iterator<Item = &'a Credential>,
    table: &mut Table,
) {
    let mut groups: Vec<Alike<'_>> = Vec::new();
    for credential in credentials {
        let ends = credential.leaf().map(|leaf| date(leaf.not_after()));
        let mark = worst_of(report, &credential.name);
        match groups.iter_mut().find(|group| (group.mark, &group.ends) == (mark, &ends)) {
            Some(group) => group.more.push(credential),
            None => groups.push(Alike { mark, ends, first: credential, more: Vec::new() }),
        }
    }
    for group in groups {
        let members = || std::iter::once(group.first).chain(group.more.iter().copied());
        let n = members().count();
        if n > ALIKE {
            let row = credential_row(language, report, group.first);
            let all = names(language, members().map(|member| member.name.as_str()));
            table.row(row.standing_for(say::alike(language, n), all).below());
        } else {
            for member in members() {
                table.row(credential_row(language, report, member).below());
            }
        }
    }
}

/// Credentials that are judged the same and end on the same day.
struct Alike<'a> {
    mark: Mark,
    ends: Option<String>,
    first: &'a Credential,
    more: Vec<&'a Credential>,
}

fn authority_rows(language: Language, report: &Report<'_>, authority: &Authority, table: &mut Table) {
    let worst = worst_of(report, &authority.name);
    let path = under_etc(authority.file.path.as_str());
    match &authority.certificates {
        Looked::Seen(certificates) => {
            for certificate in certificates {
                let (ends, left) = end_of(language, report, certificate);
                table.row(Row::new(worst, [authority.name.clone(), ends, left, path.clone()]));
            }
        }
        Looked::Absent => {
            table.row(Row::new(
                worst,
                [authority.name.clone(), say::missing(language).to_owned(), String::new(), path],
            ));
        }
        Looked::Unusable(_) => {
            table.row(Row::new(
                worst,
                [authority.name.clone(), say::unreadable(language).to_owned(), String::new(), path],
            ));
        }
    }
}

fn credential_row(language: Language, report: &Report<'_>, credential: &Credential) -> Row {
    let (ends, left) = match &credential.certificate {
        Looked::Seen(chain) => end_of(language, report, chain.leaf()),
        Looked::Absent => (say::missing(language).to_owned(), String::new()),
        Looked::Unusable(Trouble::NoClientCertificate(by)) => (instead(language, by), String::new()),
        Looked::Unusable(_) => (say::unreadable(language).to_owned(), String::new()),
    };
    let path = under_etc(credential.place.file().path.as_str());
    // A credential without kubeadm's name is called by its path, which has a column of its own.
    let name = match (credential.name.rsplit_once('/'), &credential.place) {
        (_, Place::Kubeconfig { file, entry: Entry::Other { .. }, user, .. }) => {
            format!("{} ({user})", file.path.file_name().unwrap_or_default())
        }
        (Some((_, last)), _) => last.to_owned(),
        (None, _) => credential.name.clone(),
    };
    let node = report.node;
    let same = |other: &&Credential| node.same_pair(other).is_some_and(|first| first.name == credential.name);
    let others: Vec<&str> = node.credentials.iter().filter(same).map(|other| other.name.as_str()).collect();
    let name = match others.as_slice() {
        [] => name,
        [other] => [name.as_str(), other].join(language.comma()),
        others => format!("{name} +{}", others.len()),
    };
    Row::new(worst_of(report, &credential.name), [name, ends, left, path])
}

fn end_of(language: Language, report: &Report<'_>, certificate: &Certificate) -> (String, String) {
    let at = certificate.not_after();
    (date(at), short_left(language, report.now, at))
}

fn worst_of(report: &Report<'_>, object: &str) -> Mark {
    let about = report.assessment.checks.iter().filter(|check| check.object == object);
    about.map(|check| mark(&check.state)).max().unwrap_or(Mark::Skip)
}

fn under_etc(path: &str) -> String {
    path.strip_prefix("/etc/kubernetes/").unwrap_or(path).to_owned()
}

fn listeners(language: Language, report: &Report<'_>) -> Table {
    let mut table = Table::new([
        Column::new(say::col_listener(language)),
        Column::new(say::col_address(language)),
        Column::new(say::col_ends(language)),
        Column::last(say::col_serves(language), Fit::Wrap),
    ]);
    for listener in &report.node.listeners {
        table.row(listener_row(language, report, listener));
    }
    table
}

fn listener_row(language: Language, report: &Report<'_>, listener: &Listener) -> Row {
    let (component, address) = (listener.component.to_string(), listener.address.to_string());
    let served = match &listener.served {
        Looked::Seen(served) => served,
        Looked::Absent | Looked::Unusable(_) => {
            let object = format!("{component} {address}");
            let mark = if listener.loopback() { Mark::Skip } else { worst_of(report, &object) };
            let none = match &listener.served {
                Looked::Unusable(Trouble::NoHandshake(_)) => say::handshake_failed(language).to_owned(),
                _ => say::silent(language).to_owned(),
            };
            return Row::new(mark, [component, address, "–".to_owned(), none]);
        }
    };
    let leaf = served.chain.leaf();
    let (mark, mut result) = match &listener.credential {
        None if listener.loopback() => (dated_mark(report, leaf), say::loopback(language).to_owned()),
        None => (dated_mark(report, leaf), say::made_in_memory(language).to_owned()),
        Some(name) => match report.node.credential(name).and_then(Credential::leaf) {
            Some(on_disk) if on_disk == leaf => (dated_mark(report, leaf), say::equal(language, name)),
            Some(_) => (Mark::Bad, say::different(language, name)),
            None => (Mark::Unknown, say::different(language, name)),
        },
    };
    if let Handshake::Failed(reason) = &served.handshake {
        result =
            format!("{result}; {}", say::why_and_when(language, say::handshake_failed(language), reason));
    }
    let serves = format!("{} {result}", short(&leaf.fingerprint_sha256()));
    Row::new(mark, [component, address, date(leaf.not_after()), serves])
}

/// A served certificate that is over is bad whatever else it is.
fn dated_mark(report: &Report<'_>, leaf: &Certificate) -> Mark {
    if leaf.not_after() <= report.now { Mark::Bad } else { Mark::Good }
}

fn holders(language: Language, report: &Report<'_>) -> Table {
    let mut table = Table::new([
        Column::new(say::col_process(language)),
        Column::new(say::col_holds(language)),
        Column::last(say::col_why(language), Fit::Wrap),
    ]);
    for process in processes(report.node) {
        table.row(held_row(language, process.component.name(), &process.judgement));
    }
    for pod in &report.node.beside.pods {
        for judged in pod.uses().filter_map(|used| judge_pod(report.node, used)) {
            table.row(held_row(language, &pod.pod, &judged));
        }
    }
    table
}

fn held_row(language: Language, name: &str, judgement: &Judgement) -> Row {
    let (mark, holds) = match judgement.memory {
        Memory::Fresh(_) => (Mark::Good, say::fresh(language)),
        Memory::Stale(_) => (Mark::Bad, say::stale(language)),
        Memory::Unproven(_) => (Mark::Unknown, say::unproven(language)),
    };
    Row::new(mark, [name.to_owned(), holds.to_owned(), why(language, judgement)])
}
