//! The claims of a service account's token: a JSON Web Token (RFC 7519), of which only dates and names are read. Its
//! signature is not looked at, so nothing here says that a token is good; and no part of it is handed on.

use crate::inventory::TokenClaims;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;
use zeroize::Zeroizing;

/// No service account's token is longer.
const LONGEST: usize = 64 << 10;

/// The longest name of an object (a DNS subdomain).
const LONGEST_NAME: usize = 253;

/// The claims of a token. What is no JSON Web Token has none.
pub(crate) fn claims(token: &str) -> TokenClaims {
    read(token.trim()).unwrap_or_default()
}

/// The same of a file that holds a token.
pub fn claims_of_file(bytes: &[u8]) -> Option<TokenClaims> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.trim().is_empty()).map(claims)
}

fn read(token: &str) -> Option<TokenClaims> {
    if token.len() > LONGEST {
        return None;
    }
    let mut parts = token.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let payload = Zeroizing::new(URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?);
    let payload: Value = serde_json::from_slice(&payload).ok()?;
    Some(TokenClaims {
        issued: date(payload.get("iat")),
        ends: date(payload.get("exp")),
        account: bound(&payload).or_else(|| by_subject(&payload)),
    })
}

/// RFC 7519 `NumericDate`: seconds, perhaps with a fraction.
fn date(claim: Option<&Value>) -> Option<Timestamp> {
    let seconds = match claim? {
        Value::Number(number) => number.as_i64().or_else(|| {
            let seconds = number.as_f64()?.floor();
            // Beyond this no timestamp is left anyway.
            (seconds.abs() < 1e12).then_some(seconds as i64)
        })?,
        _ => return None,
    };
    Timestamp::from_second(seconds).ok()
}

fn bound(payload: &Value) -> Option<(String, String)> {
    let about = payload.get("kubernetes.io")?;
    let namespace = name(about.get("namespace")?.as_str()?)?;
    Some((namespace, name(about.get("serviceaccount")?.get("name")?.as_str()?)?))
}

/// `system:serviceaccount:NAMESPACE:NAME`.
fn by_subject(payload: &Value) -> Option<(String, String)> {
    let subject = payload.get("sub")?.as_str()?.strip_prefix("system:serviceaccount:")?;
    let (namespace, account) = subject.split_once(':')?;
    Some((name(namespace)?, name(account)?))
}

/// Nothing but an object's name is told on.
fn name(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    (!text.is_empty() && text.len() <= LONGEST_NAME && text.chars().all(fits)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("e30.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn dates_and_names_are_read_of_new_tokens_and_old_ones() {
        let new = claims(&token(
            r#"{"iat":1000,"exp":2000.5,"sub":"x","kubernetes.io":{"namespace":"kube-system","serviceaccount":{"name":"calico-cni-plugin","uid":"u"}}}"#,
        ));
        let account = Some(("kube-system".to_owned(), "calico-cni-plugin".to_owned()));
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        assert_eq!(new, TokenClaims { issued: at(1000), ends: at(2000), account: account.clone() });
        let old = claims(&token(r#"{"sub":"system:serviceaccount:kube-system:calico-cni-plugin"}"#));
        assert_eq!(old, TokenClaims { issued: None, ends: None, account });
    }

    #[test]
    fn what_is_no_token_has_no_claims_and_strange_claims_are_none() {
        let deep = token(&"[".repeat(50_000));
        let long = format!("a.{}.b", "A".repeat(LONGEST));
        let five = "a.b.c.d.e".to_owned();
        for text in ["", "opaque", "a.b", "a.!.c", &deep, &long, &five] {
            assert_eq!(claims(text), TokenClaims::default());
        }
        for payload in [
            r#"{"exp":"2000"}"#,
            r#"{"exp":1e300}"#,
            r#"{"exp":-9223372036854775808}"#,
            r#"{"exp":null,"sub":"system:serviceaccount:A secret:b"}"#,
            r#"{"kubernetes.io":[1]}"#,
        ] {
            assert_eq!(claims(&token(payload)), TokenClaims::default(), "{payload}");
        }
    }
}
