//! A document as YAML. Every text stands in double quotes, so that nothing in it can be taken for something else; in
//! them the escapes of JSON and YAML are the same, but for characters beyond U+FFFF.

use super::escape::hostile;
use crate::exit::Exit;
use crate::failure::Failure;
use serde::Serialize;
use serde_json::Value;

/// The text of a document, with a newline at its end.
pub(crate) fn render(document: &impl Serialize) -> Result<String, Failure> {
    let value = serde_json::to_value(document);
    let value = value.map_err(|error| Failure::new(Exit::Bug, error.to_string()))?;
    let mut out = String::new();
    block(&value, 0, &mut out);
    Ok(out)
}

/// A value that begins on a line of its own, at a distance from the left.
fn block(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                out.push_str(&pad);
                out.push_str(&text(name));
                out.push(':');
                after(field, indent, out);
            }
        }
        Value::Array(values) if !values.is_empty() => {
            for value in values {
                if scalar(value) {
                    out.push_str(&format!("{pad}- {}\n", flat(value)));
                } else {
                    // The first line of what follows stands behind the dash.
                    let mut inner = String::new();
                    block(value, indent + 2, &mut inner);
                    out.push_str(&format!("{pad}- {}", inner.get(indent + 2..).unwrap_or_default()));
                }
            }
        }
        other => out.push_str(&format!("{pad}{}\n", flat(other))),
    }
}

/// What follows a name.
fn after(value: &Value, indent: usize, out: &mut String) {
    if scalar(value) {
        out.push_str(&format!(" {}\n", flat(value)));
        return;
    }
    out.push('\n');
    let deeper = if value.is_array() { indent } else { indent + 2 };
    block(value, deeper, out);
}

fn scalar(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => true,
    }
}

fn flat(value: &Value) -> String {
    match value {
        Value::String(content) => quoted(content),
        other => other.to_string(),
    }
}

/// A name of ours is plain, any other one quoted.
fn text(name: &str) -> String {
    let plain = name.chars().all(|character| character.is_ascii_alphanumeric()) && !name.is_empty();
    if plain && name.starts_with(|first: char| first.is_ascii_lowercase()) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

fn quoted(content: &str) -> String {
    let mut out = String::from("\"");
    for character in content.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            other if hostile(other) && u32::from(other) > 0xffff => {
                out.push_str(&format!("\\U{:08x}", u32::from(other)));
            }
            other if hostile(other) => out.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_says_can_not_become_structure() {
        let document = serde_json::json!({
            "name": "a: b\n- c\u{1b}\u{202e}\u{e0001}\"\\",
            "odd key": ["no", "1", 2, null, true, {"x": []}, {}, [["deep"]]],
            "empty": "",
        });
        assert_eq!(
            render(&document).unwrap(),
            "empty: \"\"\n\
             name: \"a: b\\n- c\\u001b\\u202e\\U000e0001\\\"\\\\\"\n\
             \"odd key\":\n\
             - \"no\"\n\
             - \"1\"\n\
             - 2\n\
             - null\n\
             - true\n\
             - x: []\n\
             - {}\n\
             - - - \"deep\"\n"
        );
    }
}
