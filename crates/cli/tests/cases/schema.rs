//! Whether a document is what its schema in docs/schemas says: the keywords that those use, and no more.

use serde_json::Value;
use std::path::Path;

/// Everything in which a document differs from the schema of its kind.
pub(crate) fn faults(document: &Value) -> Vec<String> {
    let kind = document["kind"].as_str().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/schemas/{kind}.json"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut faults = Vec::new();
    check(&schema, &schema, document, kind, &mut faults);
    faults
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return check(root, target, value, at, faults);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &Value| {
            let mut own = Vec::new();
            check(root, choice, value, at, &mut own);
            own.is_empty()
        };
        if !choices.iter().any(fits) {
            faults.push(format!("{at}: none of the choices"));
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|name| is_a(name, value)) {
        faults.push(format!("{at}: {value} is no {types:?}"));
    }
    if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
        faults.push(format!("{at}: {value} is none of {allowed:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.is_object() && value.get(name).is_none() {
            faults.push(format!("{at}: {name} is missing"));
        }
    }
    if let (Some(known), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, field) in fields {
            match known.get(name) {
                Some(known) => check(root, known, field, &format!("{at}.{name}"), faults),
                None => faults.push(format!("{at}: {name} is not in the schema")),
            }
        }
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        for (index, item) in values.iter().enumerate() {
            check(root, items, item, &format!("{at}[{index}]"), faults);
        }
    }
}

fn is_a(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn a_document_that_differs_is_noticed() {
    let good = serde_json::json!({"apiVersion": "perennial.dev/v1", "kind": "Failure", "exitCode": 64, "message": "x",
        "command": null, "tool": {"name": "perennial", "version": "0"}});
    let of = |change: fn(&mut Value)| {
        let mut document = good.clone();
        change(&mut document);
        faults(&document)
    };
    let already = of(|_| {});
    assert!(of(|document| document["message"] = 1.into()).len() > already.len());
    assert!(of(|document| document["unheard"] = 1.into()).len() > already.len());
    assert!(of(|document| drop(document.as_object_mut().unwrap().remove("message"))).len() > already.len());
}
