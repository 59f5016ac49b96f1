//! The screen of `inspect`.

mod certificate;

pub(crate) use certificate::{extended, word};

use super::{Line, Mark, Paint, Screen, exact, left};
use crate::language::{Language, inspect as say, trouble::trouble};
use jiff::Timestamp;
use perennial_core::inspect::{KeyFacts, Part};
use perennial_core::inventory::{Chain, Handshake, Looked, Node, Served};
use perennial_host::observe::inspect::{Access, Beside, Proof};
use perennial_pki::certificate::Certificate;
use perennial_pki::digest::sha256_hex;
use perennial_pki::key::public_kind;
use perennial_pki::request::Request;
use std::net::SocketAddr;

/// What was looked at.
#[derive(Debug)]
pub(crate) struct Inspection<'a> {
    /// As it was called.
    pub(crate) what: &'a str,
    pub(crate) content: Content,
    /// This node, for the roles that a certificate plays on it.
    pub(crate) node: &'a Node,
    pub(crate) now: Timestamp,
}

/// What was found.
#[derive(Debug)]
pub(crate) enum Content {
    /// In a file, or on stdin.
    Parts(Vec<Part>, Option<Beside>),
    /// Every user of a kubeconfig.
    Kubeconfig(Vec<Access>),
    /// What a server presents.
    Server(SocketAddr, Served),
}

impl Inspection<'_> {
    /// The names under which this node knows a certificate.
    pub(crate) fn roles(&self, certificate: &Certificate) -> Vec<&str> {
        let credentials = self.node.credentials.iter().filter(|one| one.leaf() == Some(certificate));
        let is_authority = |all: &Vec<Certificate>| all.contains(certificate);
        let authorities =
            self.node.authorities.iter().filter(|one| one.certificates.seen().is_some_and(is_authority));
        let mut roles: Vec<&str> = authorities.map(|one| one.name.as_str()).collect();
        roles.extend(credentials.map(|one| one.name.as_str()));
        roles
    }
}

/// The whole screen.
pub(crate) fn screen(language: Language, inspection: &Inspection<'_>) -> Screen {
    let mut screen = Screen::default();
    match &inspection.content {
        Content::Parts(parts, beside) => {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    screen.blank();
                }
                show(&mut screen, language, inspection, part, (index + 1, parts.len()));
                if let Some(beside) = beside.as_ref().filter(|_| index == 0) {
                    pair(&mut screen, language, beside);
                }
            }
        }
        Content::Kubeconfig(users) => {
            for (index, user) in users.iter().enumerate() {
                if index > 0 {
                    screen.blank();
                }
                access(&mut screen, language, inspection, user);
            }
        }
        Content::Server(address, served) => server(&mut screen, language, inspection, *address, served),
    }
    screen
}

fn title(screen: &mut Screen, mark: Mark, text: &str) {
    screen.wrapped(Line::new().mark(mark).text(" "), &Line::new().text("  "), text, Paint::Strong);
}

fn label(screen: &mut Screen, label: &str, text: &str) {
    screen.labelled(label, text, Paint::Plain);
}

/// `certificate`, or `certificate 2 of 3` where there are several.
fn counted(language: Language, what: &str, (n, all): (usize, usize)) -> String {
    if all > 1 { say::numbered(language, what, n, all) } else { what.to_owned() }
}

fn show(
    screen: &mut Screen,
    language: Language,
    inspection: &Inspection<'_>,
    part: &Part,
    place: (usize, usize),
) {
    match part {
        Part::Certificate(found) => certificate::show(screen, language, inspection, found, place),
        Part::Request(found) => request(screen, language, found, place),
        Part::PrivateKey(found) => key(screen, language, say::private_key(language), found, place),
        Part::PublicKey(found) => key(screen, language, say::public_key(language), found, place),
        Part::Broken { label, why } => title(screen, Mark::Unknown, &trouble(language, label, why)),
        Part::Other(label) => title(screen, Mark::Skip, &say::other_block(language, label)),
    }
}

fn request(screen: &mut Screen, language: Language, found: &Request, place: (usize, usize)) {
    title(screen, Mark::Note, &counted(language, say::request(language), place));
    label(screen, say::subject(language), &found.subject);
    let mut names = found.dns_names.clone();
    names.extend(found.ip_addresses.iter().map(ToString::to_string));
    names.extend(found.others.iter().cloned());
    if !names.is_empty() {
        label(screen, say::names(language), &names.join(language.comma()));
    }
    if let Some(kind) = public_kind(&found.spki_der) {
        label(screen, say::key(language), &kind.to_string());
    }
    label(screen, say::key_fingerprint(language), &sha256_hex(&found.spki_der));
}

fn key(screen: &mut Screen, language: Language, what: &str, found: &KeyFacts, place: (usize, usize)) {
    title(screen, Mark::Note, &counted(language, what, place));
    let kind = found.kind.to_string();
    let kind = match found.form {
        Some(form) => say::written_as(language, &kind, form.label()),
        None => kind,
    };
    label(screen, say::key(language), &kind);
    label(screen, say::key_fingerprint(language), &found.fingerprint);
}

fn pair(screen: &mut Screen, language: Language, beside: &Beside) {
    let path = beside.path.as_str();
    let text = match &beside.fits {
        Looked::Seen(true) => say::fits(language, path),
        Looked::Seen(false) => say::differs(language, path),
        Looked::Unusable(why) => trouble(language, path, why),
        Looked::Absent => return,
    };
    label(screen, say::pair(language), &text);
}

fn access(screen: &mut Screen, language: Language, inspection: &Inspection<'_>, found: &Access) {
    let mut text = say::user(language, &found.user);
    if !found.context.is_empty() {
        text = say::in_context(language, &text, &found.context);
    }
    if found.current {
        text = say::current(language, &text);
    }
    title(screen, Mark::Note, &text);
    if !found.server.is_empty() {
        label(screen, say::server(language), &found.server);
    }
    match &found.trusts {
        Looked::Seen(all) => {
            for one in all {
                let until = end(language, inspection.now, one.not_after());
                label(screen, say::trusts(language), &say::certificate_of(language, &one.subject(), &until));
                label(screen, say::fingerprint(language), &one.fingerprint_sha256());
            }
        }
        Looked::Unusable(why) => {
            label(screen, say::trusts(language), &trouble(language, "certificate-authority", why));
        }
        Looked::Absent if found.server.is_empty() => {}
        Looked::Absent => label(screen, say::trusts(language), say::system_trust(language)),
    }
    let shown = match &found.proof {
        Proof::Certificate { chain, key } => {
            match chain {
                Looked::Seen(chain) => chain_of(screen, language, inspection, chain),
                Looked::Unusable(why) => {
                    label(screen, say::proof(language), &trouble(language, "client-certificate", why));
                }
                Looked::Absent => label(screen, say::proof(language), say::nothing(language)),
            }
            match key {
                Looked::Seen(key) if chain.seen().is_some() => {
                    let text = if key.fits {
                        say::fits(language, "client-key")
                    } else {
                        say::differs(language, "client-key")
                    };
                    label(screen, say::pair(language), &text);
                }
                Looked::Unusable(why) => {
                    label(screen, say::pair(language), &trouble(language, "client-key", why));
                }
                Looked::Seen(_) | Looked::Absent => {}
            }
            return;
        }
        Proof::Token(claims) => match claims.as_ref().map(|claims| claims.ends) {
            Some(Some(at)) => say::token_until(language, &end(language, inspection.now, at)),
            Some(None) => say::never_ends(language).to_owned(),
            None => say::token(language).to_owned(),
        },
        Proof::TokenFile(path) => say::token_file(language, path.as_str()),
        Proof::Plugin(name) => say::plugin(language, name),
        Proof::Password => say::password(language).to_owned(),
        Proof::Nothing => say::nothing(language).to_owned(),
    };
    label(screen, say::proof(language), &shown);
}

fn server(
    screen: &mut Screen,
    language: Language,
    inspection: &Inspection<'_>,
    address: SocketAddr,
    served: &Served,
) {
    let mark = if served.handshake == Handshake::Completed { Mark::Note } else { Mark::Bad };
    title(screen, mark, &address.to_string());
    let ended = match &served.handshake {
        Handshake::Completed => say::completed(language).to_owned(),
        Handshake::Failed(reason) => reason.clone(),
    };
    label(screen, say::handshake(language), &ended);
    for authority in &served.client_authorities {
        label(screen, say::accepts(language), authority);
    }
    screen.blank();
    chain_of(screen, language, inspection, &served.chain);
}

fn chain_of(screen: &mut Screen, language: Language, inspection: &Inspection<'_>, chain: &Chain) {
    let all = chain.rest().len() + 1;
    for (index, one) in std::iter::once(chain.leaf()).chain(chain.rest()).enumerate() {
        if index > 0 {
            screen.blank();
        }
        certificate::show(screen, language, inspection, one, (index + 1, all));
    }
}

/// The end of something, with what is left of it.
fn end(language: Language, now: Timestamp, at: Timestamp) -> String {
    if at <= now {
        say::time_over(language, &exact(at), &left(language, at, now))
    } else {
        say::time_left(language, &exact(at), &left(language, now, at))
    }
}
