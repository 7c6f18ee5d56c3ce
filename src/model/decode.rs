//! From a tree of YAML to a typed value, telling everything that is wrong with it at once.
//!
//! serde stops at its first error. Here each value that is refused is reported with its place, left
//! out, and the reading begun again, until nothing new is found: an author mends a file in one go.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};

use crate::model::diagnostic::{Diagnostic, help_with_list};
use crate::model::node::{Entry, Node, Value};
use crate::model::source::Place;

/// How often one document is read again at the most; each time finds one more mistake.
const MISTAKES_MAX: usize = 200;

const SPANNED: &str = "$avouch::Spanned";
const SPANNED_FIELDS: &[&str] = &["start", "end", "value"];

/// A value together with the bytes that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its bytes in the file.
    pub span: Range<usize>,
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Spanned<T> {
    /// The value's place in `file`.
    pub fn place(&self, file: &std::sync::Arc<str>) -> Place {
        Place::new(file.clone(), self.span.clone())
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

impl<'de, T: de::Deserialize<'de>> de::Deserialize<'de> for Spanned<T> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpannedVisitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: de::Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
            type Value = Spanned<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value with its place")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Spanned<T>, A::Error> {
                let mut next = || -> Result<usize, A::Error> {
                    map.next_key::<de::IgnoredAny>()?;
                    map.next_value()
                };
                let (start, end) = (next()?, next()?);
                map.next_key::<de::IgnoredAny>()?;
                Ok(Spanned { value: map.next_value()?, span: start..end })
            }
        }
        deserializer.deserialize_struct(
            SPANNED,
            SPANNED_FIELDS,
            SpannedVisitor(std::marker::PhantomData),
        )
    }
}

/// Reads a typed value from `node`, which was read from `file`.
///
/// Every mistake is added to `diagnostics`. A value comes back where enough of it could be read to
/// look for further mistakes with; it is whole only if nothing was added.
pub fn decode<T: DeserializeOwned>(
    node: &Node,
    file: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    let state = State::default();
    for _ in 0..MISTAKES_MAX {
        let error = match T::deserialize(De { node, state: &state }) {
            Ok(value) => {
                diagnostics.extend(state.into_diagnostics(file));
                return Some(value);
            }
            Err(error) => error,
        };
        let span = error.span.clone().unwrap_or_else(|| node.span.clone());
        let already_told = error.code == "missing-key" && state.told_inside(&span);
        if !already_told {
            state.told.borrow_mut().push(error);
        }
        if span == node.span || !state.left_out.borrow_mut().insert((span.start, span.end)) {
            break;
        }
    }
    diagnostics.extend(state.into_diagnostics(file));
    None
}

/// What is known so far of one document's mistakes.
#[derive(Default)]
struct State {
    told: RefCell<Vec<Error>>,
    left_out: RefCell<BTreeSet<(usize, usize)>>,
}

impl State {
    fn is_left_out(&self, node: &Node) -> bool {
        self.left_out.borrow().contains(&(node.span.start, node.span.end))
    }

    /// Whether something inside was refused already, so that what is missing now is a consequence.
    fn told_inside(&self, span: &Range<usize>) -> bool {
        self.left_out.borrow().iter().any(|(start, end)| span.start <= *start && *end <= span.end)
    }

    fn tell_once(&self, error: Error) {
        let mut told = self.told.borrow_mut();
        if !told.contains(&error) {
            told.push(error);
        }
    }

    fn into_diagnostics(self, file: &str) -> Vec<Diagnostic> {
        let to_diagnostic = |error: Error| Diagnostic {
            help: error.help,
            ..Diagnostic::error(
                error.code,
                Place::new(file, error.span.unwrap_or(0..0)),
                error.message,
            )
        };
        self.told.into_inner().into_iter().map(to_diagnostic).collect()
    }
}

/// One refusal by serde, with its place once that is known.
#[derive(Clone, Debug, PartialEq)]
struct Error {
    code: &'static str,
    message: String,
    help: Option<String>,
    span: Option<Range<usize>>,
}

impl Error {
    fn new(code: &'static str, message: String) -> Self {
        Self { code, message, help: None, span: None }
    }

    fn at(mut self, span: &Range<usize>) -> Self {
        self.span.get_or_insert_with(|| span.clone());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new("wrong-value", message.to_string())
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new("wrong-type", format!("expected {expected}, found {}", in_words(unexpected)))
    }

    fn missing_field(field: &'static str) -> Self {
        let error = Self::new("missing-key", format!("the key `{field}` is missing"));
        Self { help: Some(format!("add `{field}:`")), ..error }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let error = Self::new("unknown-key", format!("`{variant}` is not known here"));
        Self { help: Some(help_with_list(variant, expected.iter().copied())), ..error }
    }
}

fn in_words(unexpected: de::Unexpected<'_>) -> &'static str {
    match unexpected {
        de::Unexpected::Bool(_) => "a yes or no",
        de::Unexpected::Unsigned(_) | de::Unexpected::Signed(_) | de::Unexpected::Float(_) => {
            "a number"
        }
        de::Unexpected::Str(_) => "a string",
        de::Unexpected::Unit => "nothing",
        de::Unexpected::Seq => "a list",
        de::Unexpected::Map => "a mapping",
        _ => "something else",
    }
}

#[derive(Clone, Copy)]
struct De<'a> {
    node: &'a Node,
    state: &'a State,
}

impl<'a> De<'a> {
    fn of(self, node: &'a Node) -> Self {
        De { node, ..self }
    }

    fn entries(self, known: Option<&'static [&'static str]>) -> Vec<&'a Entry> {
        let wanted = |entry: &&Entry| {
            let Some(known) = known.filter(|known| !known.contains(&entry.key.as_str())) else {
                return !self.state.is_left_out(&entry.value);
            };
            let error = Error::new("unknown-key", format!("unknown key `{}`", entry.key));
            let help = Some(help_with_list(&entry.key, known.iter().copied()));
            self.state.tell_once(Error { help, ..error.at(&entry.key_span) });
            false
        };
        self.node.entries().iter().filter(wanted).collect()
    }

    fn visit<'de, V: Visitor<'de>>(
        self,
        visitor: V,
        known: Option<&'static [&'static str]>,
    ) -> Result<V::Value, Error> {
        let result = match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::String(value) => visitor.visit_str(value),
            Value::List(items) => {
                let kept = items.iter().filter(|item| !self.state.is_left_out(item)).collect();
                visitor.visit_seq(Items { de: self, items: kept, next: 0 })
            }
            Value::Map(_) => {
                visitor.visit_map(Pairs { de: self, entries: self.entries(known), next: 0 })
            }
        };
        result.map_err(|error| error.at(&self.node.span))
    }
}

impl<'de> de::Deserializer<'de> for De<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit(visitor, None)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self).map_err(|error| error.at(&self.node.span)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self).map_err(|error| error.at(&self.node.span))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == SPANNED {
            return visitor.visit_map(WithSpan { de: self, next: 0 });
        }
        self.visit(visitor, Some(fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let variant = match &self.node.value {
            Value::String(_) => Variant { de: self, entry: None },
            Value::Map(entries) if entries.len() == 1 => {
                Variant { de: self, entry: entries.first() }
            }
            other => {
                let names = variants.join("`, `");
                let message = format!("expected one of `{names}`, found {}", other.sort());
                return Err(Error::new("wrong-type", message).at(&self.node.span));
            }
        };
        visitor.visit_enum(variant).map_err(|error| error.at(&self.node.span))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'a> {
    de: De<'a>,
    items: Vec<&'a Node>,
    next: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.items.get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        seed.deserialize(self.de.of(item)).map(Some)
    }
}

struct Pairs<'a> {
    de: De<'a>,
    entries: Vec<&'a Entry>,
    next: usize,
}

impl<'de> de::MapAccess<'de> for Pairs<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(entry) = self.entries.get(self.next) else {
            return Ok(None);
        };
        let key: de::value::StrDeserializer<'_, Error> = entry.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|error| error.at(&entry.key_span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let entry = self.entries[self.next];
        self.next += 1;
        seed.deserialize(self.de.of(&entry.value)).map_err(|error| error.at(&entry.value.span))
    }
}

/// Shows a value to [`Spanned`] as a mapping of its first byte, its last, and itself.
struct WithSpan<'a> {
    de: De<'a>,
    next: usize,
}

impl<'de> de::MapAccess<'de> for WithSpan<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(name) = SPANNED_FIELDS.get(self.next) else {
            return Ok(None);
        };
        let key: de::value::StrDeserializer<'_, Error> = (*name).into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let number = |n: usize| -> de::value::UsizeDeserializer<Error> { n.into_deserializer() };
        self.next += 1;
        match self.next {
            1 => seed.deserialize(number(self.de.node.span.start)),
            2 => seed.deserialize(number(self.de.node.span.end)),
            _ => seed.deserialize(self.de),
        }
    }
}

/// A bare name, or a mapping of one name to its content.
struct Variant<'a> {
    de: De<'a>,
    entry: Option<&'a Entry>,
}

impl<'a, 'de> de::EnumAccess<'de> for Variant<'a> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let (name, span) = match self.entry {
            Some(entry) => (entry.key.as_str(), &entry.key_span),
            None => (self.de.node.as_str().unwrap_or_default(), &self.de.node.span),
        };
        let name: de::value::StrDeserializer<'_, Error> = name.into_deserializer();
        seed.deserialize(name).map(|value| (value, self)).map_err(|error| error.at(span))
    }
}

impl<'a> Variant<'a> {
    fn content(&self) -> Result<De<'a>, Error> {
        let entry = self.entry.ok_or_else(|| {
            let message = format!("`{}` needs a value", self.de.node.as_str().unwrap_or_default());
            Error::new("wrong-type", message).at(&self.de.node.span)
        })?;
        Ok(self.de.of(&entry.value))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.entry.map(|entry| &entry.value) {
            None => Ok(()),
            Some(node) if matches!(node.value, Value::Null) => Ok(()),
            Some(node) => {
                Err(Error::new("wrong-type", "this takes no value".into()).at(&node.span))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.content()?.visit(visitor, None)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.content()?.visit(visitor, Some(fields))
    }
}
