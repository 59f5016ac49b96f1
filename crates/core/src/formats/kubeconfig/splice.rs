//! The exchange of an embedded client certificate: two byte spans change, nothing else does.

use super::{Embedded, Kubeconfig};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::ops::Range;
use zeroize::Zeroizing;

/// Why a kubeconfig's client certificate can't be exchanged in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// The entry has no embedded certificate and key.
    #[error("the user's certificate and key are not both embedded")]
    NotEmbedded,
    /// The data is an alias of, or is anchored for, something elsewhere in the file.
    #[error("the data is shared with another entry by a YAML anchor, alias or merge")]
    Shared,
    /// The data spans several lines.
    #[error("the data is written over several lines")]
    SeveralLines,
    /// The span does not hold the base64 that was read from it.
    #[error("the text is not the one that was read, or writes its base64 with escapes")]
    NotVerbatim,
}

/// An entry and the two PEM texts that take the place of its certificate and key.
pub struct Replacement<'a> {
    /// The entry, read from the text that is changed.
    pub entry: &'a Kubeconfig,
    /// The new certificate, and what follows it.
    pub certificate_pem: &'a [u8],
    /// The new key.
    pub key_pem: &'a [u8],
}

/// `text` with an entry's `client-certificate-data` and `client-key-data` replaced by the base64 of two
/// PEM texts, on one line each, in the quotes that were there. `kubeconfig` must have been read from `text`.
///
/// # Errors
/// [`SpliceError`]: then nothing can be exchanged in place.
pub fn splice(
    text: &str,
    kubeconfig: &Kubeconfig,
    certificate_pem: &[u8],
    key_pem: &[u8],
) -> Result<Zeroizing<String>, SpliceError> {
    splice_all(text, &[Replacement { entry: kubeconfig, certificate_pem, key_pem }])
}

/// The same for several entries of one text at once.
///
/// # Errors
/// [`SpliceError`], of the first entry that can't be changed.
pub fn splice_all(text: &str, replacements: &[Replacement<'_>]) -> Result<Zeroizing<String>, SpliceError> {
    let mut exchanges = Vec::new();
    for Replacement { entry, certificate_pem, key_pem } in replacements {
        let (certificate, key) = spans(text, entry)?;
        exchanges.extend([(certificate, *certificate_pem), (key, *key_pem)]);
    }
    exchanges.sort_by_key(|(span, _)| span.start);

    let encoded_length: usize = exchanges.iter().map(|(_, pem)| pem.len() * 4 / 3 + 4).sum();
    // The whole room at once: growing would leave copies of the key behind.
    let mut spliced = Zeroizing::new(String::with_capacity(text.len() + encoded_length));
    let mut at = 0;
    for (span, pem) in exchanges {
        spliced.push_str(text.get(at..span.start).ok_or(SpliceError::NotVerbatim)?);
        STANDARD.encode_string(pem, &mut spliced);
        at = span.end;
    }
    spliced.push_str(text.get(at..).ok_or(SpliceError::NotVerbatim)?);
    Ok(spliced)
}

/// Whether an entry's certificate and key can be exchanged in place.
///
/// # Errors
/// [`SpliceError`]: why not.
pub fn spliceable(text: &str, entry: &Kubeconfig) -> Result<(), SpliceError> {
    spans(text, entry).map(|_| ())
}

fn spans(text: &str, entry: &Kubeconfig) -> Result<(Range<usize>, Range<usize>), SpliceError> {
    let (certificate, key) = entry.embedded().ok_or(SpliceError::NotEmbedded)?;
    Ok((bare_span(text, certificate)?, bare_span(text, key)?))
}

/// The span of the base64 itself, without quotes, if it may be replaced.
fn bare_span(text: &str, embedded: &Embedded) -> Result<Range<usize>, SpliceError> {
    if embedded.alias {
        return Err(SpliceError::Shared);
    }
    let span = embedded.span.clone();
    let scalar = text.get(span.clone()).ok_or(SpliceError::NotVerbatim)?;
    // An anchor or a tag belongs to the span.
    let before = text.get(..span.start).unwrap_or_default().trim_end();
    if scalar.starts_with(['&', '!']) || !before.ends_with(':') {
        return Err(SpliceError::Shared);
    }
    if scalar.contains(['\n', '\r']) {
        return Err(SpliceError::SeveralLines);
    }
    let quoted = ['"', '\''].into_iter().find_map(|quote| scalar.strip_prefix(quote)?.strip_suffix(quote));
    let bare = match quoted {
        Some(inner) => span.start + 1..span.start + 1 + inner.len(),
        None => span,
    };
    let holds = text.get(bare.clone()).and_then(|inner| STANDARD.decode(inner).ok()).map(Zeroizing::new);
    if holds.is_some_and(|bytes| *bytes == *embedded.bytes) {
        Ok(bare)
    } else {
        Err(SpliceError::NotVerbatim)
    }
}
