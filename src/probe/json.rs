//! Reads JSON text: the one reader for bodies, the output of programs, and files.
//!
//! A byte order mark is ignored (RFC 8259, section 8.1, permits it), and UTF-16 with a byte order mark is read,
//! because some shells write it. A member that an object has twice has no defined value (section 4), so it is
//! reported. JSON Lines are not one document, and are distinguished from other text.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The most repeated members that are reported.
const REPEATED_MAX: usize = 16;

/// A text, read as JSON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum JsonText {
    /// One document.
    Document(Document),
    /// At least two documents, each an object or a list on a line of its own.
    Lines(Vec<Value>),
}

/// A JSON document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    /// The value; the last of several members of the same name counts.
    pub(crate) value: Value,
    /// JSON Pointers to members that occur more than once with different values.
    pub(crate) repeated: Vec<String>,
}

/// Reads a text; `None` if it is not JSON.
pub(crate) fn read(bytes: &[u8]) -> Option<JsonText> {
    let text = decoded(bytes)?;
    match document(&text) {
        Some(document) => Some(JsonText::Document(document)),
        None => lines(&text).map(JsonText::Lines),
    }
}

/// Whether a text looks like an object or a list, after a byte order mark.
pub(crate) fn looks_like_json(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(256)).unwrap_or_default();
    let start = without_mark(start);
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0);
    matches!(first, Some(b'{' | b'['))
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    let marks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
    marks.iter().find_map(|mark| bytes.strip_prefix(*mark)).unwrap_or(bytes)
}

/// The text without a byte order mark; `None` if it is not text.
fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let (text, _, has_errors) = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => encoding_rs::UTF_8.decode(bytes),
        _ => return std::str::from_utf8(without_mark(bytes)).ok().map(Cow::from),
    };
    (!has_errors).then_some(text)
}

fn document(text: &str) -> Option<Document> {
    let repeated = RefCell::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let within = Within { path: String::new(), repeated: &repeated };
    let value = within.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(Document { value, repeated: repeated.into_inner() })
}

fn lines(text: &str) -> Option<Vec<Value>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let read = |line: &str| {
        let value = serde_json::from_str::<Value>(line).ok()?;
        (value.is_object() || value.is_array()).then_some(value)
    };
    let all: Vec<Value> = lines.map(read).collect::<Option<_>>()?;
    (all.len() > 1).then_some(all)
}

/// Reads the value at a pointer, and records repeated members within it.
struct Within<'a> {
    path: String,
    repeated: &'a RefCell<Vec<String>>,
}

impl Within<'_> {
    fn child(&self, token: &str) -> Self {
        let token = token.replace('~', "~0").replace('/', "~1");
        Self { path: format!("{}/{token}", self.path), repeated: self.repeated }
    }

    fn note(self) {
        let mut all = self.repeated.borrow_mut();
        if all.len() < REPEATED_MAX && !all.contains(&self.path) {
            all.push(self.path);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Within<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Within<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not a finite number"))?;
        Ok(number.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self.child(&all.len().to_string()))? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self.child(&name))?;
            if all.get(&name).is_some_and(|earlier| *earlier != value) {
                self.child(&name).note();
            }
            all.insert(name, value);
        }
        Ok(all.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(bytes: &[u8]) -> Option<Value> {
        match read(bytes)? {
            JsonText::Document(document) => Some(document.value),
            JsonText::Lines(_) => None,
        }
    }

    #[test]
    fn a_byte_order_mark_is_ignored() {
        let expected = Some(json!([{"t": 1}]));
        for bytes in [
            &b"[{\"t\":1}]"[..],
            b"\xef\xbb\xbf[{\"t\":1}]",
            b"\xef\xbb\xbf \r\n[{\"t\":1}]\r\n",
            b"\xff\xfe[\0{\0\"\0t\0\"\0:\x001\0}\0]\0",
            b"\xfe\xff\0[\0{\0\"\0t\0\"\0:\x001\0}\0]",
        ] {
            assert_eq!(value(bytes), expected, "{bytes:?}");
            assert!(looks_like_json(bytes), "{bytes:?}");
        }
    }

    #[test]
    fn other_text_is_not_json() {
        for bytes in
            [&b""[..], b"\xef\xbb\xbf", b"{", b"[1] x", b"{'a': 1}", b"\xff", b"NaN", b"[1,]"]
        {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
        assert!(!looks_like_json(b"words [1]"));
    }

    #[test]
    fn numbers_and_texts_are_those_of_the_document() {
        let text = r#"{"a": [1, -2, 2.5, 1e3, 18446744073709551615, null, true, "\u00e9"]}"#;
        assert_eq!(value(text.as_bytes()), serde_json::from_str(text).ok());
    }

    #[test]
    fn lines_are_not_one_document() {
        let lines = JsonText::Lines(vec![json!({"a": 1}), json!({"a": 2})]);
        assert_eq!(read(b"{\"a\":1}\n{\"a\":2}\n"), Some(lines.clone()));
        assert_eq!(read(b"\xef\xbb\xbf{\"a\":1}\r\n\r\n{\"a\":2}"), Some(lines));
        assert_eq!(read(b"1\n2\n"), None);
        assert_eq!(read(b"{\"a\":1}\nwords\n"), None);
    }

    #[test]
    fn a_member_that_occurs_twice_is_reported() {
        let text = br#"{"a": {"b/c": 1, "b/c": 2}, "d": [{"e": 1, "e": 1}], "f": 1, "f": 2}"#;
        let Some(JsonText::Document(document)) = read(text) else { panic!() };
        assert_eq!(document.repeated, ["/a/b~1c", "/f"]);
        assert_eq!(document.value["f"], 2);
    }
}
