//! From libyaml's events to a tree (go.yaml.in/yaml/v2 decode.go).

use super::guard;
use super::resolve::resolve;
use super::{Kind, Node};
use crate::inventory::Trouble;
use libyaml_safer::{Event, EventData, MappingStyle, Mark, Parser, ScalarStyle, SequenceStyle};
use std::collections::{BTreeMap, BTreeSet};

/// Go goes down to 10,000; no file of a cluster has more than some twenty.
pub(super) const DEEPEST: usize = 200;

/// So many nodes and letters at most, aliases followed: a file is not larger than 1 MiB, and Go would share them.
const MOST: usize = 4 << 20;

/// The first document of a text; nothing at all is a null.
pub(super) fn first(text: &str) -> Result<Node, Trouble> {
    if guard::tag_before_comma(text) {
        return Err(Trouble::Malformed("not YAML: a comma behind a tag".to_owned()));
    }
    let (ended, added) = guard::ended(text);
    // Where a scalar has the line end that was added.
    let added = added.then_some(ended.len() - mark(text));
    let mut bytes = ended.as_bytes();
    let mut parser = Parser::new();
    parser.set_input_string(&mut bytes);
    let mut composer = Composer { parser, raws: Vec::new(), anchors: BTreeMap::new(), added };
    composer.next()?;
    let begin = composer.next()?;
    match begin.data {
        EventData::StreamEnd => return Err(Trouble::Empty),
        // Go knows 1.1 alone.
        EventData::DocumentStart { version_directive: Some(version), .. }
            if (version.major, version.minor) != (1, 1) =>
        {
            return Err(broken("another YAML than 1.1", begin.start_mark));
        }
        _ => {}
    }
    let event = composer.next()?;
    let top = composer.node(event, 0, false)?;
    composer.next()?;
    let mut decoder = Decoder {
        raws: &composer.raws,
        mark: mark(text),
        open: BTreeSet::new(),
        decoded: 0,
        aliased: 0,
        size: 0,
        repeats: false,
    };
    let document = decoder.decode(top, false)?;
    Ok(Node { repeats: decoder.repeats, ..document })
}

/// A node as it is written.
struct Raw {
    what: What,
    start: Mark,
    end: Mark,
}

enum What {
    Scalar { tag: Option<String>, text: String, plain: bool },
    List(Vec<usize>),
    Map(Vec<(usize, usize)>),
    Alias(usize),
}

struct Composer<'a, 'b> {
    parser: Parser<&'b mut &'a [u8]>,
    raws: Vec<Raw>,
    anchors: BTreeMap<String, usize>,
    added: Option<usize>,
}

impl Composer<'_, '_> {
    fn next(&mut self) -> Result<Event, Trouble> {
        self.parser.parse().map_err(|error| {
            let place = error.problem_mark().or_else(|| error.context_mark());
            let place = place.map(|at| format!(" at line {}, column {}", at.line + 1, at.column + 1));
            Trouble::Malformed(format!("not YAML{}", place.unwrap_or_default()))
        })
    }

    fn node(&mut self, event: Event, depth: usize, flow: bool) -> Result<usize, Trouble> {
        if depth > DEEPEST {
            return Err(broken("too deep", event.start_mark));
        }
        let id = self.raws.len();
        let (start, end) = (event.start_mark, event.end_mark);
        self.raws.push(Raw { what: What::List(Vec::new()), start, end });
        let mut named = |anchor: Option<String>| anchor.map(|anchor| self.anchors.insert(anchor, id));
        let what = match event.data {
            EventData::Scalar { anchor, tag, mut value, plain_implicit, style, .. } => {
                named(anchor);
                // Between brackets Go takes it for the sign of a key wherever it stands.
                if flow && style == ScalarStyle::Plain && value.contains('?') {
                    return Err(broken("not YAML: a question mark", start));
                }
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                if block && self.added.is_some_and(|at| end.index == at as u64) && value.ends_with('\n') {
                    value.pop();
                }
                What::Scalar { tag, text: value, plain: plain_implicit }
            }
            EventData::Alias { anchor } => {
                let target = self.anchors.get(&anchor);
                What::Alias(*target.ok_or_else(|| broken("an alias of nothing", start))?)
            }
            EventData::SequenceStart { anchor, style, .. } => {
                let flow = flow || style == SequenceStyle::Flow;
                named(anchor);
                let mut entries = Vec::new();
                loop {
                    let event = self.next()?;
                    if matches!(event.data, EventData::SequenceEnd) {
                        break;
                    }
                    entries.push(self.node(event, depth + 1, flow)?);
                }
                What::List(entries)
            }
            EventData::MappingStart { anchor, style, .. } => {
                let flow = flow || style == MappingStyle::Flow;
                named(anchor);
                let mut fields = Vec::new();
                loop {
                    let event = self.next()?;
                    if matches!(event.data, EventData::MappingEnd) {
                        break;
                    }
                    let key = self.node(event, depth + 1, flow)?;
                    let event = self.next()?;
                    fields.push((key, self.node(event, depth + 1, flow)?));
                }
                What::Map(fields)
            }
            _ => return Err(broken("not YAML", start)),
        };
        if let Some(raw) = self.raws.get_mut(id) {
            raw.what = what;
        }
        Ok(id)
    }
}

fn broken(what: &str, at: Mark) -> Trouble {
    Trouble::Malformed(format!("{what} at line {}, column {}", at.line + 1, at.column + 1))
}

/// Follows aliases and merges, within the limits that Go has against bombs.
struct Decoder<'a> {
    raws: &'a [Raw],
    /// Bytes before the text.
    mark: usize,
    /// Aliases that are being followed.
    open: BTreeSet<usize>,
    decoded: usize,
    aliased: usize,
    size: usize,
    repeats: bool,
}

impl Decoder<'_> {
    fn decode(&mut self, id: usize, alias: bool) -> Result<Node, Trouble> {
        let raws = self.raws;
        let raw = raws.get(id).ok_or(Trouble::Empty)?;
        self.decoded += 1;
        self.aliased += usize::from(!self.open.is_empty());
        let letters = if let What::Scalar { text, .. } = &raw.what { text.len() } else { 0 };
        self.size += letters + 8;
        if self.size > MOST {
            return Err(broken("too many aliases", raw.start));
        }
        if self.aliased > 100 && self.decoded > 1000 && self.too_many_aliases() {
            return Err(broken("too many aliases", raw.start));
        }
        let kind = match &raw.what {
            What::Scalar { tag, text, plain } => {
                resolve(tag.as_deref(), text, *plain).map_err(|what| broken(what, raw.start))?
            }
            What::Alias(target) => {
                if self.open.len() > DEEPEST || !self.open.insert(id) {
                    return Err(broken("an alias within itself", raw.start));
                }
                let node = self.decode(*target, true)?;
                self.open.remove(&id);
                return Ok(node);
            }
            What::List(entries) => {
                Kind::List(entries.iter().map(|entry| self.decode(*entry, alias)).collect::<Result<_, _>>()?)
            }
            What::Map(fields) => {
                let mut map = Map::default();
                self.fields(fields, alias, &mut map)?;
                Kind::Map(map.fields)
            }
        };
        let place = (raw.start.line + 1, raw.start.column + 1);
        let at = |mark: Mark| self.mark + usize::try_from(mark.index).unwrap_or(usize::MAX - self.mark);
        Ok(Node { kind, span: at(raw.start)..at(raw.end), place, alias, repeats: false })
    }

    fn fields(&mut self, fields: &[(usize, usize)], alias: bool, map: &mut Map) -> Result<(), Trouble> {
        for (key, value) in fields {
            let at = |id: usize| self.raws.get(id).ok_or(Trouble::Empty);
            let raw = at(*key)?;
            if let What::Scalar { tag, text, plain } = &raw.what
                && text == "<<"
                && (*plain || tag.as_deref() == Some("tag:yaml.org,2002:merge"))
            {
                self.merge(*value, true, alias, map)?;
                continue;
            }
            let name = match self.decode(*key, alias)?.kind {
                Kind::Text(text) => text.to_string(),
                Kind::Number(number) => number.to_string(),
                Kind::Bool(value) => value.to_string(),
                Kind::Null | Kind::List(_) | Kind::Map(_) => {
                    return Err(broken("a name that is none", raw.start));
                }
            };
            let value = self.decode(*value, alias)?;
            self.repeats |= map.set(name, value);
        }
        Ok(())
    }

    /// What is merged counts from its place on: it replaces names before it and is replaced by those behind it.
    fn merge(&mut self, id: usize, lists: bool, alias: bool, map: &mut Map) -> Result<(), Trouble> {
        let raws = self.raws;
        let raw = raws.get(id).ok_or(Trouble::Empty)?;
        let target = match raw.what {
            What::Alias(target) => raws.get(target).ok_or(Trouble::Empty)?,
            _ => raw,
        };
        match (&raw.what, &target.what) {
            (What::Alias(_), What::Map(fields)) => {
                if self.open.len() > DEEPEST || !self.open.insert(id) {
                    return Err(broken("an alias within itself", raw.start));
                }
                self.fields(fields, true, map)?;
                self.open.remove(&id);
                Ok(())
            }
            (_, What::Map(fields)) => self.fields(fields, alias, map),
            (What::List(entries), _) if lists => {
                // Earlier ones take precedence.
                entries.iter().rev().try_for_each(|entry| self.merge(*entry, false, alias, map))
            }
            _ => Err(broken("a merge of something else than maps", raw.start)),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn too_many_aliases(&self) -> bool {
        const LOW: f64 = 400_000.0;
        const HIGH: f64 = 4_000_000.0;
        let (decoded, aliased) = (self.decoded as f64, self.aliased as f64);
        let allowed = 0.99 - 0.89 * ((decoded - LOW) / (HIGH - LOW)).clamp(0.0, 1.0);
        aliased / decoded > allowed
    }
}

#[derive(Default)]
struct Map {
    fields: Vec<(String, Node)>,
    known: BTreeMap<String, usize>,
}

impl Map {
    /// Whether it was set before.
    fn set(&mut self, name: String, value: Node) -> bool {
        let at = *self.known.entry(name.clone()).or_insert(self.fields.len());
        match self.fields.get_mut(at) {
            Some((_, earlier)) => {
                *earlier = value;
                true
            }
            None => {
                self.fields.push((name, value));
                false
            }
        }
    }
}

/// libyaml counts bytes, from behind a byte order mark.
fn mark(text: &str) -> usize {
    text.strip_prefix('\u{feff}').map_or(0, |rest| text.len() - rest.len())
}
