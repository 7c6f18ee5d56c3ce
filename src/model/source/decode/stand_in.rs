//! Stand-ins for missing keys, so that the other keys of a mapping can be decoded.

use serde::de::{self, IntoDeserializer, Visitor};

use crate::model::source::decode::error::Error;

/// Texts that are tried in place of a missing string: an empty one, a duration, a day, an address.
pub(crate) const STAND_INS: [&str; 4] = ["", "1s", "2000-01-01", "https://example.com"];

/// A key that a mapping lacks: the mapping's bytes, and the key.
pub(crate) type Missing = (usize, usize, &'static str);

/// The value that is decoded in place of a missing key: empty, or a text of a likely form.
#[derive(Clone, Copy)]
pub(crate) struct StandIn {
    pub(crate) missing: Missing,
    pub(crate) text: &'static str,
}

impl StandIn {
    /// The error with the key whose stand-in was refused.
    pub(crate) fn refused(self, error: Error) -> Error {
        Error { stand_in: Some(Box::new(self.missing)), ..error }
    }
}

impl<'de> de::Deserializer<'de> for StandIn {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(false)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u64(1)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(1.0)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.text)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let none = de::value::SeqDeserializer::<_, Error>::new(std::iter::empty::<u8>());
        visitor.visit_seq(none)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let all = fields.iter().map(|field| (*field, self));
        visitor.visit_map(de::value::MapDeserializer::new(all))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_struct("", &[], visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let first = variants.first().copied().unwrap_or_default();
        let name: de::value::StrDeserializer<'_, Error> = first.into_deserializer();
        visitor.visit_enum(name)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, v: V) -> Result<V::Value, Error> {
        self.deserialize_seq(v)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u128 f32 char bytes byte_buf unit unit_struct tuple_struct identifier
        ignored_any
    }
}

impl IntoDeserializer<'_, Error> for StandIn {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
