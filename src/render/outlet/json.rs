//! JSON (RFC 8259). Every unseen character is a `\u` escape: the value is the same, and a terminal or an editor that
//! shows the text is not changed by it.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Serializer, Value};

use crate::language::unseen::{in_value, is_disruptive, is_unseen, written_out};
use crate::render::outlet::Written;
use crate::render::outlet::terminal::is_command;

/// A document on several lines, with a line break at its end.
pub fn pretty(value: &impl Serialize) -> Written {
    // The keys of our types are strings, and writing to memory cannot fail.
    stored(value).unwrap_or_else(|_| Written(String::new()))
}

/// The same of a value that may have no form in JSON.
///
/// # Errors
///
/// Why it has none.
pub fn stored(value: &impl Serialize) -> io::Result<Written> {
    let mut text = written(value, PrettyFormatter::new())?;
    text.push('\n');
    Ok(Written(text))
}

/// A document for a page that shows its texts to people: like every text of HTML, they have no disruptive character.
pub fn shown(value: Value) -> Written {
    line(&in_value(value, |text| {
        written_out(text, |c| is_disruptive(c) && !matches!(c, '\n' | '\t'))
    }))
}

/// A document on one line, without a line break.
pub fn line(value: &impl Serialize) -> Written {
    Written(written(value, CompactFormatter).unwrap_or_default())
}

fn written(value: &impl Serialize, layout: impl Formatter) -> io::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Seen(layout)))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// A layout in which strings have no unseen character.
struct Seen<L>(L);

impl<L: Formatter> Formatter for Seen<L> {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut from = 0;
        for (at, c) in fragment.char_indices() {
            let rest = &fragment[at + c.len_utf8()..];
            let is_mark = c == '#' && fragment[..at].ends_with('#') && is_command(rest);
            if is_mark || is_unseen(c) {
                out.write_all(&fragment.as_bytes()[from..at])?;
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                units.copied().try_for_each(|unit| write!(out, "\\u{unit:04x}"))?;
                from = fragment.len() - rest.len();
            }
        }
        out.write_all(&fragment.as_bytes()[from..])
    }

    fn begin_array<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_has_the_same_value_and_nothing_unseen() {
        let value = json!({ "a\u{9b}": ["\u{1b}\u{202e}\u{e0041}é 😀 ##[error]", 1, { "b": [] }], "c": {} });
        for text in [pretty(&value), line(&value)] {
            assert_eq!(serde_json::from_str::<Value>(text.as_str()).unwrap(), value);
            assert!(!text.as_str().contains(|c| c != '\n' && is_unseen(c)), "{text}");
            assert!(!text.as_str().contains("##["), "{text}");
        }
        assert_eq!(
            pretty(&json!({ "a": [1], "b": [] })).to_string(),
            "{\n  \"a\": [\n    1\n  ],\n  \"b\": []\n}\n"
        );
    }
}
