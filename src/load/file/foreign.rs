//! YAML and JSON that other programs made, to a tree of values with their places; read leniently.
//!
//! In contrast to the project's own files, such a file may have anchors and aliases, merge keys, tags, keys that are not
//! strings, and the same key twice. Its scalars are texts: `3.0` is a version here, and not a number.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::load::file::document;
use crate::load::file::yaml::Offsets;
use crate::model::bounds;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::node::{Entry, Node, Value};

/// Maximum depth of nesting. Descriptions of APIs with every reference resolved have about 60 levels.
const DEPTH_MAX: usize = 200;

/// Maximum number of values, those that aliases repeat included. They need about 250 bytes each.
const VALUES_MAX: usize = 1_000_000;

/// Reads the document `text`, the content of `file`.
///
/// # Errors
///
/// The reason why it cannot be read.
pub(crate) fn parse(text: &str, file: &Arc<str>) -> Result<Node, Box<Diagnostic>> {
    let whole = document::whole(text);
    let document = as_yaml(text.get(whole.clone()).unwrap_or_default());
    let mut builder = Builder {
        offsets: Offsets::new(&document, whole.start),
        open: Vec::new(),
        anchors: BTreeMap::new(),
        root: None,
        left: VALUES_MAX,
    };
    match builder.read(&document, whole.start) {
        Ok(()) => {
            let empty = Node { span: whole.start..whole.start, value: Value::Null };
            Ok(builder.root.unwrap_or(empty))
        }
        Err(Refused { code, span, message, help }) => {
            let place = Place::new(file.clone(), span);
            Err(Box::new(Diagnostic::new(code, place, message).help(help)))
        }
    }
}

/// The text with spaces of the same length in place of what JSON has and the parser of YAML does not: tabs between
/// values, and the escapes for halves of characters beyond U+FFFF (RFC 8259, section 7). The latter occur in
/// descriptions, which are not read.
fn as_yaml(text: &str) -> Cow<'_, str> {
    const ESCAPE: usize = 6;
    let is_json = text.trim_start().starts_with(['{', '[']);
    let is_half = |at: usize| {
        let escape = text.get(at..at + ESCAPE).unwrap_or_default().as_bytes();
        matches!(escape, [b'\\', b'u', b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..])
    };
    let halves: Vec<usize> =
        text.match_indices("\\u").map(|(at, _)| at).filter(|at| is_half(*at)).collect();
    if halves.is_empty() && !(is_json && text.contains('\t')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for at in halves {
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(&" ".repeat(ESCAPE));
        from = at + ESCAPE;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(if is_json { out.replace('\t', " ") } else { out })
}

/// Why a document cannot be read.
struct Refused {
    code: Code,
    span: Range<usize>,
    message: String,
    help: &'static str,
}

/// A collection that has not ended yet.
struct Open {
    start: usize,
    anchor: usize,
    inner: Inner,
}

enum Inner {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Option<(String, Range<usize>)> },
}

struct Builder {
    offsets: Offsets,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    root: Option<Node>,
    /// How many more values may be read.
    left: usize,
}

impl Builder {
    fn read(&mut self, document: &str, base: usize) -> Result<(), Refused> {
        if let Some(at) = document.find('\0') {
            let span = base + at..base + at + 1;
            return Err(not_yaml(span, "the character U+0000 is not allowed in YAML".to_owned()));
        }
        for event in Parser::new_from_str(document) {
            let (event, span) = event.map_err(|error| {
                let at = self.offsets.byte(error.marker().index());
                not_yaml(at..at, format!("this is neither valid YAML nor JSON: {}", error.info()))
            })?;
            let span = self.offsets.span(&span);
            if self.open.len() > DEPTH_MAX {
                let message = "this is nested too deeply".to_owned();
                return Err(Refused {
                    code: Code::TooDeep,
                    span,
                    message,
                    help: "use fewer levels",
                });
            }
            match event {
                Event::Scalar(text, style, anchor, _) => {
                    let value = scalar(&text, style);
                    self.add(Node { span, value }, anchor)?;
                }
                Event::Alias(anchor) => {
                    let value =
                        self.anchors.get(&anchor).map_or(Value::Null, |one| one.value.clone());
                    self.add(Node { span, value }, 0)?;
                }
                Event::SequenceStart(anchor, _) => {
                    let inner = Inner::List(Vec::new());
                    self.open.push(Open { start: span.start, anchor, inner });
                }
                Event::MappingStart(anchor, _) => {
                    let inner = Inner::Map { entries: Vec::new(), key: None };
                    self.open.push(Open { start: span.start, anchor, inner });
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(&span)?,
                // Of several documents, the first is read.
                Event::DocumentEnd => return Ok(()),
                _ => {}
            }
        }
        Ok(())
    }

    fn close(&mut self, span: &Range<usize>) -> Result<(), Refused> {
        let Some(Open { start, anchor, inner }) = self.open.pop() else { return Ok(()) };
        let value = match inner {
            Inner::List(items) => Value::List(items),
            Inner::Map { entries, .. } => Value::Map(self.merged(entries, span)?),
        };
        self.add(Node { span: start..span.end.max(start), value }, anchor)
    }

    /// The entries of a mapping with those of its merge keys (yaml.org/type/merge.html), which replace none.
    fn merged(
        &mut self,
        mut entries: Vec<Entry>,
        span: &Range<usize>,
    ) -> Result<Vec<Entry>, Refused> {
        while let Some(at) = entries.iter().position(|entry| entry.key == "<<") {
            let merge = entries.remove(at).value;
            let mut added = merge.entries().to_vec();
            added.extend(merge.items().iter().flat_map(Node::entries).cloned());
            for entry in added {
                if entry.key != "<<" && !entries.iter().any(|one| one.key == entry.key) {
                    self.count(&entry.value, span)?;
                    entries.push(entry);
                }
            }
        }
        Ok(entries)
    }

    /// Adds a complete value to the innermost collection, and remembers it for its aliases.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Refused> {
        match node.value {
            // The values in a collection were counted on their own, unless an alias repeats them.
            Value::List(_) | Value::Map(_) if anchor == 0 && !self.is_alias(&node) => {
                self.spend(1, &node.span)?
            }
            _ => self.count(&node, &node.span.clone())?,
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.inner) {
            None => self.root = Some(node),
            Some(Inner::List(items)) => items.push(node),
            Some(Inner::Map { entries, key }) => match key.take() {
                Some((key, key_span)) => entries.push(Entry { key, key_span, value: node }),
                None => *key = Some((node.as_str().unwrap_or_default().to_owned(), node.span)),
            },
        }
        Ok(())
    }

    /// Whether a collection is the value of an alias: it is written in fewer bytes than its first entry.
    fn is_alias(&self, node: &Node) -> bool {
        let first = match &node.value {
            Value::List(items) => items.first().map(|item| &item.span),
            Value::Map(entries) => entries.first().map(|entry| &entry.key_span),
            _ => None,
        };
        first.is_some_and(|first| first.end <= node.span.start || first.start >= node.span.end)
    }

    fn count(&mut self, node: &Node, span: &Range<usize>) -> Result<(), Refused> {
        self.spend(values(node), span)
    }

    fn spend(&mut self, values: usize, span: &Range<usize>) -> Result<(), Refused> {
        match self.left.checked_sub(values) {
            Some(left) if bounds::excess().is_none() => {
                self.left = left;
                Ok(())
            }
            _ => Err(Refused {
                code: Code::TooMuch,
                span: span.clone(),
                message: format!("this file has more than {VALUES_MAX} values"),
                help: "split the file, or remove what is repeated in it",
            }),
        }
    }
}

/// The number of values in a value, itself included.
fn values(node: &Node) -> usize {
    let items: usize = node.items().iter().map(values).sum();
    let entries: usize = node.entries().iter().map(|entry| values(&entry.value)).sum();
    1 + items + entries
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match style {
        ScalarStyle::Plain if matches!(text, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
        _ => Value::String(text.to_owned()),
    }
}

fn not_yaml(span: Range<usize>, message: String) -> Refused {
    let help = "correct the file here or just before; the rest was not read";
    Refused { code: Code::NotYaml, span, message, help }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let shown = |node: Node| written(&node);
        parse(text, &"a.yaml".into()).map(shown).map_err(|one| one.message)
    }

    fn written(node: &Node) -> String {
        match &node.value {
            Value::String(text) => text.clone(),
            Value::List(items) => {
                format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(","))
            }
            Value::Map(entries) => {
                let one = |entry: &Entry| format!("{}:{}", entry.key, written(&entry.value));
                format!("{{{}}}", entries.iter().map(one).collect::<Vec<_>>().join(","))
            }
            _ => "null".to_owned(),
        }
    }

    #[test]
    fn features_that_other_programs_write_are_read() {
        for (text, expected) in [
            ("a: &x {b: 1}\nc: *x\n", "{a:{b:1},c:{b:1}}"),
            ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n", "{a:{b:1,c:2},d:{c:3,b:1}}"),
            ("a: &x {b: 1}\ne: &y {f: 2}\nd: {<<: [*x, *y]}\n", "{a:{b:1},e:{f:2},d:{b:1,f:2}}"),
            ("200: ok\ntrue: yes\n", "{200:ok,true:yes}"),
            ("a: !!str 1\n", "{a:1}"),
            ("a: 1\na: 2\n", "{a:1,a:2}"),
            ("a: 1\n---\nb: 2\n", "{a:1}"),
            ("openapi: 3.0\n", "{openapi:3.0}"),
            ("\u{feff}{\"a\": \"x\\/y\", \"b\": [true, null]}", "{a:x/y,b:[true,null]}"),
            ("{\n\t\"a\":\t1,\n\t\"b\":2\n}\n", "{a:1,b:2}"),
            ("{\"a\": \"\\ud83d\\ude00!\", \"b\": \"\\u00e9\"}", "{a:            !,b:é}"),
            ("", "null"),
        ] {
            assert_eq!(read(text), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_file() {
        let text = "\u{feff}é: x\nb: {c: \"\\ud83d\\ude00\", d: y}\n";
        let node = parse(text, &"a.yaml".into()).unwrap();
        let d = &node.get("b").unwrap().entries()[1];
        assert_eq!(&text[d.key_span.clone()], "d");
        assert_eq!(&text[d.value.span.clone()], "y");
    }

    #[test]
    fn files_that_grow_or_nest_without_end_are_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", "));
        }
        assert_eq!(read(&bomb), Err("this file has more than 1000000 values".to_owned()));
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        assert!(read(&deep).is_err());
        assert!(read("a: [1").unwrap_err().starts_with("this is neither valid YAML nor JSON"));
        assert!(read("a: \0").is_err());
    }
}
