//! What `csr export` has made, for people.

use super::{Line, Mark, Paint, Screen, date};
use crate::language::{Language, csr as say, plan as plan_words, screen as label};
use crate::world::requests::Made;
use camino::Utf8PathBuf;
use perennial_core::plan::{Kept, Verb, Wanted};
use perennial_pki::certificate::Certificate;

/// A request and where it went.
#[derive(Clone, Debug)]
pub(crate) struct Exported {
    /// What it is for.
    pub(crate) wanted: Wanted,
    /// The request.
    pub(crate) made: Made,
    /// Its file; `None`: it goes to stdout.
    pub(crate) file: Option<Utf8PathBuf>,
}

/// The whole screen.
pub(crate) fn screen(language: Language, node: &str, exported: &[Exported], left_out: &[Kept]) -> Screen {
    let mut screen = Screen::default();
    let heading = match exported.len() {
        0 => say::nothing_external(language, node),
        n => say::exported(language, node, n),
    };
    screen.line(Line::new().painted(&heading, Paint::Strong));
    for one in exported {
        let old = &one.wanted.old;
        let title = match &one.file {
            Some(file) => say::written(language, &one.wanted.credential, file.as_str()),
            None => one.wanted.credential.clone(),
        };
        let first = Line::new().mark(Mark::Good).text(" ");
        screen.wrapped(first, &Line::new().text("  "), &title, Paint::Strong);
        screen.indented(4, &old.subject());
        let names = names(old);
        if !names.is_empty() {
            screen.indented(4, &names.join(language.comma()));
        }
        let kind = one.wanted.key_kind.to_string();
        let key = match (&one.made.key, one.made.kept) {
            (None, _) => say::present_key(language, &kind),
            (Some(path), false) => say::new_key(language, &kind, path.as_str()),
            (Some(path), true) => say::pending_key(language, &kind, path.as_str()),
        };
        screen.indented(4, &key);
        screen.indented(4, &say::until(language, &date(old.not_after())));
    }
    for kept in left_out {
        let reason = plan_words::reason(language, Verb::Import, kept);
        let text = plan_words::about(language, &kept.name, reason);
        let first = Line::new().mark(Mark::Warn).text(" ");
        screen.wrapped(first, &Line::new().text("  "), &text, Paint::Plain);
    }
    if !exported.is_empty() {
        screen.command(label::label_do(language), "perennial csr import FILE…");
        screen.labelled("", say::then_import(language), Paint::Plain);
    }
    screen
}

/// Its alternative names, in their order.
pub(crate) fn names(certificate: &Certificate) -> Vec<String> {
    let addresses = certificate.ip_addresses().into_iter().map(|address| address.to_string());
    let others = certificate.email_addresses().into_iter().chain(certificate.uris());
    certificate.dns_names().into_iter().chain(addresses).chain(others).collect()
}
