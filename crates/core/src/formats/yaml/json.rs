//! JSON where only JSON is read.

use super::{Kind, Node};
use crate::inventory::Trouble;
use serde_json::Value;
use zeroize::Zeroizing;

/// Reads the whole text, which must be one value.
pub(super) fn document(text: &str) -> Result<Node, Trouble> {
    let value = serde_json::from_str(text).map_err(|error| {
        Trouble::Malformed(format!("not JSON at line {}, column {}", error.line(), error.column()))
    })?;
    Ok(node(value))
}

/// Places inside a value are not known, and nobody writes into such a file.
fn node(value: Value) -> Node {
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(value) => Kind::Bool(value),
        Value::Number(number) => Kind::Number(number),
        Value::String(text) => Kind::Text(Zeroizing::new(text)),
        Value::Array(entries) => Kind::List(entries.into_iter().map(node).collect()),
        Value::Object(fields) => {
            Kind::Map(fields.into_iter().map(|(name, value)| (name, node(value))).collect())
        }
    };
    Node { kind, span: 0..0, place: (1, 1), alias: false, repeats: false }
}
