//! A serde deserializer for a tree of YAML.

use serde::de::IntoDeserializer;
use serde::de::{self, DeserializeSeed, Visitor};

use crate::model::source::decode::error::Error;
use crate::model::source::decode::stand_in::StandIn;
use crate::model::source::decode::{SPANNED, SPANNED_FIELDS, State};
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{did_you_mean, help_with_list};
use crate::model::source::node::{Entry, Node, Value};

#[derive(Clone, Copy)]
pub(crate) struct De<'a> {
    pub(crate) node: &'a Node,
    pub(crate) state: &'a State,
}

impl<'a> De<'a> {
    fn of(self, node: &'a Node) -> Self {
        De { node, ..self }
    }

    fn pairs(self, known: Option<&'static [&'static str]>) -> Vec<Pair<'a>> {
        let wanted = |entry: &&Entry| {
            let is_known = known.is_none_or(|known| known.contains(&entry.key.as_str()));
            if !is_known && !self.state.has_reported_enough() {
                self.state.report_once(unknown_key(entry, known.unwrap_or_default()));
            }
            is_known && !self.state.is_refused(entry)
        };
        let entries = self.node.entries().iter().filter(wanted).map(Pair::Entry);
        let stand_ins = self.state.stand_ins_of(&self.node.span);
        let stand_ins = stand_ins.into_iter().map(Pair::StandIn).filter(|_| known.is_some());
        entries.chain(stand_ins).collect()
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
            // serde's derive would accept a list for a struct, field by field.
            Value::List(_) if known.is_some() => {
                Err(de::Error::invalid_type(de::Unexpected::Seq, &"a mapping"))
            }
            Value::List(items) => {
                let kept =
                    items.iter().filter(|item| !self.state.is_left_out(&item.span)).collect();
                visitor.visit_seq(Items { de: self, items: kept, next: 0 })
            }
            Value::Map(_) => visitor.visit_map(Pairs {
                de: self,
                pairs: self.pairs(known).into_iter(),
                value: None,
            }),
        };
        result.map_err(|error| self.placed(error, known))
    }

    /// An error with this value's place. What a mapping lacks only because a key of it was refused or is unknown is
    /// a consequence.
    fn placed(self, error: Error, known: Option<&'static [&'static str]>) -> Error {
        if error.span.is_some() {
            return error;
        }
        let is_left_out = |entry: &Entry| {
            known.is_some_and(|known| !known.contains(&entry.key.as_str()))
                || self.state.is_refused(entry)
        };
        let refused = match error.missing {
            Some(key) => self.node.get(key).is_some(),
            None => self.node.entries().iter().any(is_left_out),
        };
        Error { consequence: error.consequence || refused, ..error.at(&self.node.span) }
    }
}

fn unknown_key(entry: &Entry, known: &'static [&'static str]) -> Error {
    let error = Error::unknown_key(&entry.key);
    Error {
        help: Some(help_with_list(&entry.key, known.iter().copied()).into()),
        meant: did_you_mean(&entry.key, known.iter().copied()),
        ..error.at(&entry.key_span)
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
                let entry = entries.first();
                if entry.is_some_and(|entry| self.state.is_refused(entry)) {
                    let error = Error::new(Code::WrongValue, "its content is not valid");
                    return Err(Error { consequence: true, ..error.at(&self.node.span) });
                }
                Variant { de: self, entry }
            }
            other => {
                let names = variants.join("`, `");
                let message = format!("expected one of `{names}`, found {}", other.type_name());
                let help = Some("write one of these names".into());
                let error = Error { help, ..Error::new(Code::WrongType, message) };
                return Err(error.at(&self.node.span));
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

/// A key with its value, or a missing key with its stand-in.
#[derive(Clone, Copy)]
enum Pair<'a> {
    Entry(&'a Entry),
    StandIn(StandIn),
}

struct Pairs<'a> {
    de: De<'a>,
    pairs: std::vec::IntoIter<Pair<'a>>,
    value: Option<Pair<'a>>,
}

impl<'de> de::MapAccess<'de> for Pairs<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.value = self.pairs.next();
        let key = match &self.value {
            None => return Ok(None),
            Some(Pair::Entry(entry)) => entry.key.as_str(),
            Some(Pair::StandIn(stand_in)) => stand_in.missing.2,
        };
        let span = match &self.value {
            Some(Pair::Entry(entry)) => &entry.key_span,
            _ => &self.de.node.span,
        };
        let key: de::value::StrDeserializer<'_, Error> = key.into_deserializer();
        seed.deserialize(key).map(Some).map_err(|error| error.at(span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.value.take() {
            Some(Pair::Entry(entry)) => {
                let de = self.de.of(&entry.value);
                seed.deserialize(de).map_err(|error| de.placed(error, None))
            }
            Some(Pair::StandIn(stand_in)) => {
                seed.deserialize(stand_in).map_err(|error| stand_in.refused(error))
            }
            None => Err(de::Error::custom("a key has no value")),
        }
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
        match seed.deserialize(name) {
            Ok(value) => Ok((value, self)),
            Err(error) if self.entry.is_some() => {
                let key = self.entry.map_or("", |entry| entry.key.as_str());
                Err(Error { help: error.help, ..Error::unknown_key(key) }.at(span))
            }
            Err(error) => Err(error.at(span)),
        }
    }
}

impl<'a> Variant<'a> {
    fn content(&self) -> Result<De<'a>, Error> {
        let entry = self.entry.ok_or_else(|| {
            let message = format!("`{}` needs a value", self.de.node.as_str().unwrap_or_default());
            let help = Some("write it as `name: value`".into());
            Error { help, ..Error::new(Code::WrongType, message) }.at(&self.de.node.span)
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
                let help = Some("write the name alone".into());
                let error = Error::new(Code::WrongType, "this takes no value");
                Err(Error { help, ..error }.at(&node.span))
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
