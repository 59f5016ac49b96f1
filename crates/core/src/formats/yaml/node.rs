//! A document as a tree, and its reading into types by the rules of Go's JSON: names in their exact case, a null is
//! the zero value, and neither numbers nor truth values are text.

use crate::inventory::Trouble;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;
use std::ops::Range;
use zeroize::Zeroizing;

/// A value and its place.
#[derive(Clone)]
pub(in crate::formats) struct Node {
    pub(in crate::formats) kind: Kind,
    /// Its bytes in the text, quotes included.
    pub(in crate::formats) span: Range<usize>,
    /// Line and column, both from 1.
    pub(super) place: (u64, u64),
    /// Whether it is written elsewhere and only referred to here.
    pub(in crate::formats) alias: bool,
    /// Of the top: whether a name is written twice in some map. Known of YAML only.
    pub(in crate::formats) repeats: bool,
}

/// What JSON knows.
#[derive(Clone)]
pub(in crate::formats) enum Kind {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    /// Erased when dropped: it may be a key.
    Text(Zeroizing<String>),
    List(Vec<Node>),
    /// In their order; of a repeated name the last value.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// A field of a map.
    pub(in crate::formats) fn get(&self, name: &str) -> Option<&Self> {
        let Kind::Map(fields) = &self.kind else { return None };
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// Whether it says that it is of a kind and version. Go finds these two names in whatever case (apimachinery
    /// `json/meta.go`).
    pub(in crate::formats) fn is_a(&self, kind: &str, version: &str) -> bool {
        let says = |wanted: &str, value: &str| {
            let Kind::Map(fields) = &self.kind else { return false };
            let named = fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            // What reaches Go's JSON is sorted, and the last one counts.
            let last = named.max_by(|(one, _), (other, _)| one.cmp(other));
            matches!(last.map(|(_, value)| &value.kind), Some(Kind::Text(text)) if text.as_str() == value)
        };
        says("kind", kind) && says("apiVersion", version)
    }

    /// For what is decoded strictly.
    pub(in crate::formats) fn unrepeated(&self) -> Result<(), Trouble> {
        if self.repeats { Err(Trouble::Malformed("a field is written twice".to_owned())) } else { Ok(()) }
    }

    /// The entries of a list; none for anything else.
    pub(in crate::formats) fn entries(&self) -> &[Self] {
        if let Kind::List(entries) = &self.kind { entries } else { &[] }
    }

    /// A field of a map of a map.
    pub(in crate::formats) fn find(&mut self, names: &[&str]) -> Option<&mut Self> {
        let Some((name, below)) = names.split_first() else { return Some(self) };
        let Kind::Map(fields) = &mut self.kind else { return None };
        fields.iter_mut().find(|(field, _)| field == name)?.1.find(below)
    }

    /// Lays another tree over this one (RFC 7396): a null takes away, maps are merged, all else is replaced.
    pub(in crate::formats) fn patch(&mut self, patch: Self) {
        let Kind::Map(changes) = patch.kind else {
            *self = patch;
            return;
        };
        if !matches!(self.kind, Kind::Map(_)) {
            self.kind = Kind::Map(Vec::new());
        }
        let Kind::Map(fields) = &mut self.kind else { return };
        for (name, change) in changes {
            let at = fields.iter().position(|(field, _)| *field == name);
            match (at, &change.kind) {
                (Some(at), Kind::Null) => drop(fields.remove(at)),
                (None, Kind::Null) => {}
                (Some(at), _) => {
                    if let Some((_, value)) = fields.get_mut(at) {
                        value.patch(change);
                    }
                }
                (None, _) => {
                    let place = change.place;
                    let mut value =
                        Self { kind: Kind::Null, span: 0..0, place, alias: false, repeats: false };
                    value.patch(change);
                    fields.push((name, value));
                }
            }
        }
    }

    pub(super) fn misplaced(&self) -> Misplaced {
        Misplaced(Some(self.place))
    }
}

/// Something else was expected here.
#[derive(Debug)]
pub(in crate::formats) struct Misplaced(Option<(u64, u64)>);

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((line, column)) => write!(f, "not as expected at line {line}, column {column}"),
            None => f.write_str("not as expected"),
        }
    }
}

impl std::error::Error for Misplaced {}

impl de::Error for Misplaced {
    /// serde's texts quote the content: they are dropped.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }
}

macro_rules! zero_when_null {
    ($($method:ident => $visit:ident($zero:expr)),+ $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misplaced> {
            match &self.kind {
                Kind::Null => visitor.$visit($zero),
                _ => self.deserialize_any(visitor),
            }
        })+
    };
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Misplaced;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misplaced> {
        let result = match &self.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, number) => visitor.visit_f64(number.unwrap_or_default()),
            },
            Kind::Text(text) => visitor.visit_borrowed_str(text),
            Kind::List(entries) => visitor.visit_seq(SeqDeserializer::new(entries.iter())),
            Kind::Map(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), value));
                visitor.visit_map(MapDeserializer::new(fields))
            }
        };
        // The innermost value is the one that is wrong.
        result.map_err(|error: Misplaced| if error.0.is_some() { error } else { self.misplaced() })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misplaced> {
        match &self.kind {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misplaced> {
        match &self.kind {
            Kind::Null => visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<&Node>())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misplaced> {
        match &self.kind {
            Kind::Null => visitor.visit_map(MapDeserializer::new(std::iter::empty::<(&str, &Node)>())),
            // A list would do as well for serde.
            Kind::List(_) => Err(self.misplaced()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misplaced> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misplaced> {
        visitor.visit_newtype_struct(self)
    }

    zero_when_null! {
        deserialize_bool => visit_bool(false),
        deserialize_str => visit_borrowed_str(""),
        deserialize_string => visit_borrowed_str(""),
        deserialize_u16 => visit_u16(0),
        deserialize_u32 => visit_u32(0),
        deserialize_i32 => visit_i32(0),
        deserialize_i64 => visit_i64(0),
        deserialize_u64 => visit_u64(0),
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier
        ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Misplaced> for &'de Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
