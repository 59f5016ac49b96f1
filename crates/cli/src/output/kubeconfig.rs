//! What the two halves of a refresh on one's own machine, and the signature between them, show to people.

use super::{Line, Mark, Paint, Screen, date, verify};
use crate::language::{Language, csr as csr_words, refresh as say, screen as label};
use crate::world::{Asked, Own, own_name};
use jiff::Timestamp;
use perennial_core::plan::Signing;
use perennial_core::prove::Edge;
use perennial_pki::certificate::Certificate;
use perennial_pki::key::public_kind;
use perennial_pki::request::Vouched;

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// The entry.
    pub(crate) own: &'a Own,
    /// The request; `None`: it would be made.
    pub(crate) asked: Option<&'a Asked>,
    /// The new key's algorithm.
    pub(crate) key_kind: String,
    /// Whether it is an identity of system:masters.
    pub(crate) system_masters: bool,
    /// Whether its certificate ended so long ago that leave is needed.
    pub(crate) long_expired: bool,
    /// When it is asked.
    pub(crate) now: Timestamp,
    /// The command that ends it.
    pub(crate) install: String,
}

/// What is signed, or would be.
#[derive(Debug)]
pub(crate) struct Signature<'a> {
    /// The request.
    pub(crate) request: &'a Vouched,
    /// What was decided.
    pub(crate) signing: &'a Signing,
    /// Whether system:masters was allowed.
    pub(crate) system_masters: bool,
    /// The certificate, and the CA behind it where it is needed; `None`: it would be signed.
    pub(crate) signed: Option<&'a [Certificate]>,
}

/// What was put into an entry, or would be.
#[derive(Debug)]
pub(crate) struct Installation<'a> {
    /// The entry as it was.
    pub(crate) own: &'a Own,
    /// The new certificate.
    pub(crate) new: &'a Certificate,
    /// Whether it was put there now.
    pub(crate) installed: bool,
    /// What the API server says to it.
    pub(crate) edge: Option<Edge>,
}

impl<'a> Installation<'a> {
    /// Of an entry that holds it already.
    pub(crate) fn already(own: &'a Own) -> Self {
        Self { own, new: &own.entry.certificate, installed: false, edge: None }
    }

    /// Whether there was nothing to do.
    pub(crate) fn was_there(&self) -> bool {
        self.own.entry.certificate == *self.new
    }
}

impl Signature<'_> {
    /// Whether it is an identity of system:masters.
    pub(crate) fn of_masters(&self) -> bool {
        self.system_masters
            && self.request.old().organizations().iter().any(|group| group == "system:masters")
    }
}

/// The screen of a request: beside the request itself, which goes to stdout.
pub(crate) fn requested(language: Language, request: &Request<'_>) -> Screen {
    let mut screen = Screen::default();
    let own = request.own;
    let title = match own.server.is_empty() {
        true => own_name(own),
        false => say::asks(language, &own_name(own), &own.server),
    };
    headline(&mut screen, &title);
    let old = &own.entry.certificate;
    let (subject, end) = (old.subject(), date(old.not_after()));
    screen.indented(
        4,
        &match old.not_after() <= request.now {
            true => say::identity_ended(language, &subject, &end),
            false => say::identity(language, &subject, &end),
        },
    );
    let kind = &request.key_kind;
    screen.indented(
        4,
        &match request.asked {
            None => say::would_ask(language, kind),
            Some(asked) if asked.kept => csr_words::pending_key(language, kind, asked.key.as_str()),
            Some(asked) => csr_words::new_key(language, kind, asked.key.as_str()),
        },
    );
    let notes = [
        request.system_masters.then(|| say::needs_masters(language)),
        request.long_expired.then(|| say::needs_expired(language)),
    ];
    for note in notes.into_iter().flatten() {
        let first = Line::new().mark(Mark::Warn).text(" ");
        screen.wrapped(first, &Line::new().text("  "), note, Paint::Plain);
    }
    if request.asked.is_none() {
        screen.line(Line::new().text(say::dry_request(language)));
        return screen;
    }
    let mut command = "perennial kubeconfig sign -".to_owned();
    for (needed, flag) in
        [(request.system_masters, " --allow-system-masters"), (request.long_expired, " --allow-expired")]
    {
        if needed {
            command.push_str(flag);
        }
    }
    screen.command(label::label_do(language), &command);
    screen.labelled("", say::on_control_plane(language), Paint::Plain);
    screen.command("", &request.install);
    screen.labelled("", say::then_install(language), Paint::Plain);
    screen
}

/// Who asks, and what would be signed.
pub(crate) fn to_sign(language: Language, signature: &Signature<'_>) -> Screen {
    let mut screen = Screen::default();
    let (old, signing) = (signature.request.old(), signature.signing);
    screen.line(Line::new().painted(&old.subject(), Paint::Strong));
    let until = format!("{} → {}", date(old.not_after()), date(signing.validity.not_after));
    screen.indented(2, &say::signs(language, &until, &kind(signature.request)));
    screen.indented(2, &say::signed_by(language, signing.authority_certificate.as_str()));
    if signing.clamped {
        screen.indented(2, say::shortened(language));
    }
    if signature.of_masters() {
        let first = Line::new().mark(Mark::Warn).text(" ");
        screen.wrapped(first, &Line::new().text("  "), say::master_note(language), Paint::Plain);
    }
    screen
}

/// What was signed: beside the certificate itself, which goes to stdout.
pub(crate) fn signed(language: Language, signature: &Signature<'_>) -> Screen {
    let mut screen = Screen::default();
    let Some(new) = signature.signed.and_then(|chain| chain.first()) else { return screen };
    headline(&mut screen, &say::signed(language, &new.subject(), &date(new.not_after())));
    screen.command(label::label_do(language), "perennial kubeconfig refresh --install -");
    screen.labelled("", say::on_own_machine(language), Paint::Plain);
    screen
}

/// What was installed, and what the API server says to it.
pub(crate) fn installed(language: Language, installation: &Installation<'_>) -> Screen {
    let mut screen = Screen::default();
    let (own, new) = (installation.own, installation.new);
    if installation.was_there() {
        headline(&mut screen, &say::already(language, &own_name(own), &date(new.not_after())));
        return screen;
    }
    let (from, to) = (date(own.entry.certificate.not_after()), date(new.not_after()));
    headline(&mut screen, &say::installed(language, &own_name(own), &from, &to));
    screen.indented(4, &new.subject());
    if !installation.installed {
        screen.line(Line::new().text(say::dry_install(language)));
        return screen;
    }
    screen.indented(4, &say::before(language, own.entry.file.as_str()));
    if let Some(edge) = &installation.edge {
        let first = Line::new().mark(verify::mark(edge.verdict)).text(" ");
        screen.wrapped(first, &Line::new().text("  "), &verify::proof(language, edge), Paint::Plain);
    }
    screen
}

/// The algorithm of the new key.
pub(crate) fn kind(request: &Vouched) -> String {
    public_kind(request.spki_der()).map(|kind| kind.to_string()).unwrap_or_default()
}

fn headline(screen: &mut Screen, text: &str) {
    let first = Line::new().mark(Mark::Good).text(" ");
    screen.wrapped(first, &Line::new().text("  "), text, Paint::Strong);
}
