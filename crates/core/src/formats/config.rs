//! `/etc/perennial/config.yaml`: what stands in it, and on which line. What the names mean is not decided here.

use super::yaml::{Kind, Node, document};
use crate::inventory::Trouble;

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The line of the name, from 1.
    pub line: usize,
    /// What stands behind it.
    pub value: Value,
}

/// What can stand behind a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing, or `null`.
    Nothing,
    /// `true`, `yes`, `on`, or the opposite: YAML 1.1.
    Truth(bool),
    /// A bare number.
    Number(String),
    /// Text.
    Text(String),
    /// Values.
    List(Vec<Entry>),
    /// Names and values.
    Map(Vec<Field>),
}

/// A value of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its line, from 1.
    pub line: usize,
    /// What it is.
    pub value: Value,
}

/// Why a file is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No YAML.
    Unreadable(Trouble),
    /// Something else than names with values.
    NoFields,
    /// A name is written twice; which one, and where, if it stands at the left.
    Repeated(Option<(String, usize)>),
    /// What stands behind the end of the first document would be left out.
    SecondDocument {
        /// Its line, from 1.
        line: usize,
    },
}

/// Reads the whole of a file. Nothing in it is left out silently.
pub fn read(text: &str) -> Result<Vec<Field>, Fault> {
    if let Some(line) = second_document(text) {
        return Err(Fault::SecondDocument { line });
    }
    let top = match document(text) {
        Ok(top) => top,
        Err(Trouble::Empty) => return Ok(Vec::new()),
        Err(why) => return Err(Fault::Unreadable(why)),
    };
    if top.unrepeated().is_err() {
        return Err(Fault::Repeated(repeated(text)));
    }
    match value(text, &top) {
        Value::Map(fields) => Ok(fields),
        Value::Nothing => Ok(Vec::new()),
        _ => Err(Fault::NoFields),
    }
}

fn value(text: &str, node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Nothing,
        Kind::Bool(truth) => Value::Truth(*truth),
        Kind::Number(number) => Value::Number(number.to_string()),
        Kind::Text(content) => Value::Text(content.to_string()),
        Kind::List(entries) => {
            let entry = |node: &Node| Entry { line: line(text, node.span.start), value: value(text, node) };
            Value::List(entries.iter().map(entry).collect())
        }
        Kind::Map(fields) => {
            let field = |(name, node): &(String, Node)| {
                // The value of a name may begin on a later line.
                let before = text.get(..node.span.start).unwrap_or_default();
                let at = before.rfind(name.as_str()).unwrap_or(node.span.start);
                Field { name: name.clone(), line: line(text, at), value: value(text, node) }
            };
            Value::Map(fields.iter().map(field).collect())
        }
    }
}

fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// A marker stands in the first column, whatever is open there.
fn second_document(text: &str) -> Option<usize> {
    let content = |line: &str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with(['#', '%'])
    };
    let marks = |line: &str, marker: &str| {
        line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r']))
    };
    let (mut begun, mut ended) = (false, false);
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if marks(line, "---") {
            if begun || ended {
                return Some(index + 1);
            }
            begun = content(&line[3..]);
        } else if marks(line, "...") {
            ended = true;
        } else if content(line) {
            if ended {
                return Some(index + 1);
            }
            begun = true;
        }
    }
    None
}

/// The first name at the left that was there before.
fn repeated(text: &str) -> Option<(String, usize)> {
    let mut known = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some((name, _)) = line.split_once(':').filter(|_| !line.starts_with([' ', '#', '-'])) else {
            continue;
        };
        if known.contains(&name) {
            return Some((name.to_owned(), index + 1));
        }
        known.push(name);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_lines_of_their_names() {
        let text =
            "# x\nwarn: 30d\nascii: yes\ncrit: 7\n\nsuppress:\n  - code: PRN7102\n    until: 2027-03-01\n";
        let fields = read(text).unwrap();
        let lines: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.line)).collect();
        assert_eq!(lines, [("warn", 2), ("ascii", 3), ("crit", 4), ("suppress", 6)]);
        assert_eq!(fields[1].value, Value::Truth(true));
        assert_eq!(fields[2].value, Value::Number("7".to_owned()));
        let Value::List(entries) = &fields[3].value else { panic!("{fields:?}") };
        let Value::Map(inner) = &entries[0].value else { panic!("{entries:?}") };
        assert_eq!((entries[0].line, inner[1].line), (7, 8));
        assert_eq!(inner[1].value, Value::Text("2027-03-01".to_owned()));
    }

    #[test]
    fn nothing_is_left_out_silently() {
        for nothing in ["", "\n# only a comment\n", "---\n", "~\n", "--- # x\n# y\n..."] {
            assert_eq!(read(nothing), Ok(Vec::new()), "{nothing:?}");
        }
        assert_eq!(read("a: 1\n---\nb: 2\n"), Err(Fault::SecondDocument { line: 2 }));
        assert_eq!(read("a: 1\n...\nb: 2\n"), Err(Fault::SecondDocument { line: 3 }));
        assert_eq!(read("---\na: 1\n").map(|fields| fields.len()), Ok(1));
        assert_eq!(read("a: 1\nb: 2\na: 3\n"), Err(Fault::Repeated(Some(("a".to_owned(), 3)))));
        assert_eq!(read("a:\n- {b: 1, b: 2}\n"), Err(Fault::Repeated(None)));
        assert_eq!(read("- a\n"), Err(Fault::NoFields));
        assert_eq!(read("a\n"), Err(Fault::NoFields));
        assert!(matches!(read("a: [\n"), Err(Fault::Unreadable(Trouble::Malformed(_)))));
    }
}
