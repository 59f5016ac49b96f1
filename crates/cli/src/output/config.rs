//! What `config view` shows: a table, or a file with which the same is set.

use super::{Column, Fit, Line, Paint, Row, Screen, Table, escape, yaml};
use crate::config::{Key, Origin, Settings, Silence, Values};
use crate::failure::Failure;
use crate::language::{Language, config as say, suppress};
use jiff::Timestamp;
use perennial_core::assess::Suppression;
use serde_json::{Map, Value, json};

/// Every setting with its value and who has set it. In which form `config view` itself answers says nothing: it is the
/// form that others have.
pub(crate) fn shown(settings: &Settings) -> Vec<(Key, String, &Origin)> {
    let shown = settings.origins.iter().map(|(key, origin)| match key {
        Key::Output => (*key, settings.usual_output.0.clone(), &settings.usual_output.1),
        _ => (*key, settings.values.text(*key), origin),
    });
    shown.collect()
}

/// The table, and below it what shall not count.
pub(crate) fn screen(language: Language, settings: &Settings, with_origin: bool) -> Screen {
    let mut screen = Screen::default();
    let columns = [
        Column::new(say::col_name(language)),
        Column::new(say::col_value(language)),
        Column::last(if with_origin { say::col_origin(language) } else { "" }, Fit::Wrap),
    ];
    let mut table = Table::new(columns);
    for (key, value, origin) in shown(settings) {
        let origin = if with_origin { say::origin(language, origin) } else { String::new() };
        table.row(Row::new(None, [key.name().to_owned(), value, origin]));
    }
    screen.table(table);
    for silence in &settings.silences {
        let mut text = match end(&silence.suppression) {
            Some(at) => format!("{}  {}", what(&silence.suppression), suppress::until(language, &at)),
            None => what(&silence.suppression),
        };
        if let Some(reason) = &silence.suppression.reason {
            text.push_str(&format!("  {reason}"));
        }
        if with_origin {
            text.push_str(&format!("  {}", say::origin(language, &silence.origin)));
        }
        let first = Line::new().text("suppress  ");
        screen.wrapped(first, &Line::new().text("          "), &text, Paint::Plain);
    }
    screen
}

/// A file of settings: those of this call, and the suppressions of the file. What a variable silences has neither a
/// reason nor an end, and can't stand in one.
pub(crate) fn file(settings: &Settings, with_origin: bool) -> Result<String, Failure> {
    let mut out = String::new();
    let mut add = |name: &str, value: Value, origin: &Origin| -> Result<(), Failure> {
        let text = yaml::render(&json!({ name: value }))?;
        if with_origin {
            out.push_str(&format!("# {}\n", escape(&say::origin(Language::En, origin))));
        }
        out.push_str(&text);
        Ok(())
    };
    for (key, text, origin) in shown(settings) {
        let value = if Values::is_truth(key) { Value::Bool(text == "true") } else { Value::String(text) };
        add(key.name(), value, origin)?;
    }
    let of_file = |silence: &&Silence| matches!(silence.origin, Origin::File { .. });
    let mut silences = settings.silences.iter().filter(of_file).peekable();
    if let Some(first) = silences.peek() {
        let origin = first.origin.clone();
        let entries: Vec<_> = silences.map(|silence| Value::Object(entry(&silence.suppression))).collect();
        add("suppress", Value::Array(entries), &origin)?;
    }
    Ok(out)
}

/// As it stands in a file.
pub(crate) fn entry(suppression: &Suppression) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), Value::String(value));
        }
    };
    field("code", Some(suppression.code.to_string()));
    field("object", suppression.object.clone());
    field("reason", suppression.reason.clone());
    field("until", end(suppression));
    fields
}

/// `CODE`, or `CODE=OBJECT`.
pub(crate) fn what(suppression: &Suppression) -> String {
    match &suppression.object {
        Some(object) => format!("{}={object}", suppression.code),
        None => suppression.code.to_string(),
    }
}

/// The day on which it ends; the moment, where that is not the beginning of a day.
pub(crate) fn end(suppression: &Suppression) -> Option<String> {
    suppression.until.map(day_or_moment)
}

fn day_or_moment(at: Timestamp) -> String {
    let text = at.to_string();
    text.strip_suffix("T00:00:00Z").map_or_else(|| text.clone(), ToOwned::to_owned)
}
