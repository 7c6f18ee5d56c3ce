//! YAML text to a tree of values, each with its place in bytes; read strictly.
//!
//! Features that make YAML surprising are refused, each with a diagnostic: duplicate and merge keys,
//! keys that are not strings, anchors and aliases, tags, several documents, deep nesting.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::load::file::hidden;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::{Entry, Node, Value};

/// Maximum depth of nesting, far deeper than any real file and safe for recursion.
const DEPTH_MAX: usize = 48;

/// Maximum number of mistakes that are reported of one document.
const REPORTED_MAX: usize = 1000;

/// A plain scalar longer than this, in bytes, is not read as a number.
const NUMBER_MAX: usize = 64;

/// Reads the YAML document in the bytes `range` of `text`, the content of `file`.
///
/// `None` if it is not valid YAML; an empty document is [`Value::Null`].
pub(crate) fn parse(
    text: &str,
    range: Range<usize>,
    file: &Arc<str>,
    diagnostics: &mut Report,
) -> Option<Node> {
    let document = text.get(range.clone())?;
    let mut builder = Builder {
        offsets: Offsets::new(document, range.start),
        text,
        file,
        stack: Vec::new(),
        root: None,
        documents: 0,
        reported: Vec::new(),
    };
    let read = builder.read(document, range.start);
    diagnostics.extend(builder.reported);
    let empty = Node { span: range.start..range.start, value: Value::Null };
    read.map(|()| builder.root.unwrap_or(empty))
}

/// Converts the parser's character offsets to bytes of the file.
pub(super) struct Offsets {
    base: usize,
    length: usize,
    /// The characters of several bytes: the index of each, and how many bytes all up to it have beyond one each.
    wide: Vec<(usize, usize)>,
}

impl Offsets {
    /// For a document that begins at the byte `base` of its file.
    pub(super) fn new(document: &str, base: usize) -> Self {
        let mut more = 0;
        let wide = document.chars().enumerate().filter(|(_, c)| !c.is_ascii()).map(|(index, c)| {
            more += c.len_utf8() - 1;
            (index, more)
        });
        Self { base, length: document.len(), wide: wide.collect() }
    }

    /// The byte at which a character begins.
    pub(super) fn byte(&self, character: usize) -> usize {
        let before = self.wide.partition_point(|(index, _)| *index < character);
        let more =
            before.checked_sub(1).and_then(|last| self.wide.get(last)).map_or(0, |one| one.1);
        self.base + (character + more).min(self.length)
    }

    /// The bytes of a part of the document.
    pub(super) fn span(&self, span: &Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}

/// A collection that has not ended yet.
enum Open {
    List { start: usize, items: Vec<Node> },
    Map { start: usize, entries: Vec<Entry>, seen: BTreeMap<String, Range<usize>>, key: Key },
}

/// The state of a mapping between its keys and values.
#[derive(PartialEq)]
enum Key {
    /// The next value is a key.
    Due,
    /// The next value belongs to this key.
    Read(String, Range<usize>),
    /// The next value belongs to a refused key and is dropped.
    Refused,
    /// The next value belongs to a merge key, and is dropped.
    Merge,
}

struct Builder<'a> {
    offsets: Offsets,
    text: &'a str,
    file: &'a Arc<str>,
    stack: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    reported: Vec<Diagnostic>,
}

impl Builder<'_> {
    /// Reads all events; `None` after a mistake from which the parser cannot continue.
    fn read(&mut self, document: &str, base: usize) -> Option<()> {
        if let Some((at, control)) = document.char_indices().find(|(_, c)| is_forbidden(*c)) {
            let span = base + at..base + at + control.len_utf8();
            let message = format!("the character U+{:04X} is not allowed in YAML", control as u32);
            self.report(Code::NotYaml, span, message, "remove it");
            return None;
        }
        for event in Parser::new_from_str(document) {
            let (event, span) = match event {
                Ok(event) => event,
                Err(error) => {
                    let at = self.offsets.byte(error.marker().index());
                    let help = "correct the YAML here or just before; the rest was not read";
                    self.report(
                        Code::NotYaml,
                        at..at,
                        format!("this is not valid YAML: {}", error.info()),
                        help,
                    );
                    return None;
                }
            };
            let span = self.offsets.span(&span);
            if self.stack.len() > DEPTH_MAX {
                self.report(
                    Code::TooDeep,
                    span,
                    "this is nested too deeply".into(),
                    "use fewer levels",
                );
                return None;
            }
            if !self.event(event, span) {
                return Some(());
            }
        }
        Some(())
    }

    /// Handles one event; `false` if nothing more can be read.
    fn event(&mut self, event: Event<'_>, span: Range<usize>) -> bool {
        match event {
            Event::DocumentStart(_) => return self.document(span),
            Event::Alias(_) => self.alias(span),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_marks(anchor, tag.is_some(), &span);
                self.scalar(&text, style, span);
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_marks(anchor, tag.is_some(), &span);
                self.stack.push(Open::List { start: span.start, items: Vec::new() });
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_marks(anchor, tag.is_some(), &span);
                self.stack.push(Open::Map {
                    start: span.start,
                    entries: Vec::new(),
                    seen: BTreeMap::new(),
                    key: Key::Due,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&span),
            _ => {}
        }
        true
    }

    fn document(&mut self, span: Range<usize>) -> bool {
        self.documents += 1;
        if self.documents > 1 {
            let message = "a second YAML document begins here".into();
            self.report(Code::SeveralDocuments, span, message, "keep one document per file");
        }
        self.documents == 1
    }

    fn alias(&mut self, span: Range<usize>) {
        let of_merge =
            matches!(self.stack.last(), Some(Open::Map { key, .. }) if *key == Key::Merge);
        if !of_merge {
            let message = "this is an alias and not a value".into();
            self.report(Code::Alias, span.clone(), message, "write the value out");
        }
        self.add(Node { span, value: Value::Null });
    }

    fn refuse_marks(&mut self, anchor: usize, tagged: bool, span: &Range<usize>) {
        if anchor != 0 {
            let message = "this value has an anchor".into();
            self.report(
                Code::Alias,
                span.clone(),
                message,
                "remove the anchor, and write each value out",
            );
        }
        if tagged {
            let message = "this value has a tag".into();
            self.report(Code::Tag, span.clone(), message, "remove the tag; put strings in quotes");
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Range<usize>) {
        if let Some(hidden) = hidden::in_value(self.file, self.text, span.clone(), text) {
            self.push(hidden);
        }
        let value = if style == ScalarStyle::Plain {
            resolve(text)
        } else {
            Value::String(text.to_owned())
        };
        let is_key = matches!(self.stack.last(), Some(Open::Map { key: Key::Due, .. }));
        if is_key && style == ScalarStyle::Plain && text == "<<" {
            let message = "this is a merge key".into();
            self.report(Code::MergeKey, span, message, "write the keys out");
            self.refuse_key(Key::Merge);
        } else if is_key && !matches!(value, Value::String(_)) {
            let message = format!("the key `{text}` is {}, not a string", value.type_name());
            self.report(Code::KeyNotAString, span, message, "put the key in quotes");
            self.refuse_key(Key::Refused);
        } else {
            let span = self.trimmed(span, text, style);
            self.add(Node { span, value });
        }
    }

    /// The bytes of a scalar, without the white space that the parser counts among them.
    fn trimmed(&self, span: Range<usize>, text: &str, style: ScalarStyle) -> Range<usize> {
        if style == ScalarStyle::Plain && text.is_empty() {
            let at = match self.stack.last() {
                Some(Open::Map { key: Key::Read(_, key), .. }) => self.behind_colon(key.end),
                _ => span.start,
            };
            return at..at;
        }
        let written = self.text.get(span.clone()).unwrap_or("");
        let end = span.start + without_comment(written, style).trim_end().len();
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.block_header(span.start)..end,
            _ => span.start..end,
        }
    }

    /// The position of the `>` or `|` of the block scalar whose content begins at `content`.
    fn block_header(&self, content: usize) -> usize {
        let before = self.text.get(..content).unwrap_or("");
        let above = &before[..before.rfind('\n').unwrap_or(0)].trim_end();
        let line = above.rfind('\n').map_or(0, |newline| newline + 1);
        let is_header = |(at, _): &(usize, &str)| {
            let rest = above[line + at + 1..]
                .trim_start_matches(|c: char| c.is_ascii_digit() || "+-".contains(c));
            rest.is_empty() || rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#')
        };
        let header = above[line..].match_indices(['>', '|']).find(is_header);
        header.map_or(content, |(at, _)| line + at)
    }

    /// Where a list begins: the parser leaves the first dash out where it is not indented.
    fn first_dash(&self, start: usize) -> usize {
        let before = self.text.get(..start).unwrap_or("").trim_end();
        before.strip_suffix('-').map_or(start, str::len)
    }

    fn behind_colon(&self, key_end: usize) -> usize {
        let rest = self.text.get(key_end..).unwrap_or("");
        let spaces = rest.len() - rest.trim_start().len();
        key_end + spaces + usize::from(rest[spaces..].starts_with(':'))
    }

    fn refuse_key(&mut self, refused: Key) {
        if let Some(Open::Map { key, .. }) = self.stack.last_mut() {
            *key = refused;
        }
    }

    /// Ends the innermost collection; the end of one in brackets has a width, a block's has none.
    fn close(&mut self, span: &Range<usize>) {
        let (start, last, value) = match self.stack.pop() {
            Some(Open::List { start, items }) => {
                let first = items.first().is_some_and(|item| item.span.start == start);
                let start = if first { self.first_dash(start) } else { start };
                (start, items.last().map(|item| item.span.end), Value::List(items))
            }
            Some(Open::Map { start, entries, .. }) => {
                let first = entries.first().map(|entry| entry.key_span.start);
                let last = entries.last().map(|entry| entry.value.span.end);
                (first.map_or(start, |first| first.min(start)), last, Value::Map(entries))
            }
            None => return,
        };
        let end = if span.is_empty() { last.unwrap_or(start) } else { span.end };
        self.add(Node { span: start..end.max(start), value });
    }

    /// Adds a complete value to the innermost collection.
    fn add(&mut self, node: Node) {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { key, entries, seen, .. }) => match std::mem::replace(key, Key::Due) {
                Key::Refused | Key::Merge => {}
                Key::Due => self.key(node),
                Key::Read(key, key_span) => {
                    seen.insert(key.clone(), key_span.clone());
                    entries.push(Entry { key, key_span, value: node });
                }
            },
        }
    }

    fn key(&mut self, node: Node) {
        let Some(Open::Map { key, seen, .. }) = self.stack.last_mut() else {
            return;
        };
        let Value::String(name) = node.value else {
            *key = Key::Refused;
            let message = format!("a key is {}, not a string", node.value.type_name());
            self.report(Code::KeyNotAString, node.span, message, "use a plain name as the key");
            return;
        };
        let Some(first) = seen.get(&name) else {
            *key = Key::Read(name, node.span);
            return;
        };
        let first = Place::new(self.file.clone(), first.clone());
        *key = Key::Refused;
        let message = format!("the key `{name}` appears twice");
        let place = Place::new(self.file.clone(), node.span);
        self.push(
            Diagnostic::new(Code::DuplicateKey, place, message)
                .with(Argument::Key, name)
                .related(first, "first here")
                .help("keep one of the two"),
        );
    }

    /// Of very many mistakes in one document, the first are enough.
    fn push(&mut self, mistake: Diagnostic) {
        if self.reported.len() < REPORTED_MAX {
            self.reported.push(mistake);
        }
    }

    fn report(&mut self, code: Code, span: Range<usize>, message: String, help: &str) {
        let place = Place::new(self.file.clone(), span);
        self.push(Diagnostic::new(code, place, message).help(help));
    }
}

/// A scalar as it is written, without a comment after it: the parser includes a comment in the scalar if
/// only a tab separates them.
fn without_comment(written: &str, style: ScalarStyle) -> &str {
    let end = match style {
        ScalarStyle::SingleQuoted => {
            let rest = written.get(1..).unwrap_or("").replace("''", "..");
            rest.find('\'').map(|at| at + 2)
        }
        ScalarStyle::DoubleQuoted => {
            let mut escaped = false;
            let mut closes = |(at, c): &(usize, char)| {
                let closes = *at > 0 && *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                closes
            };
            written.char_indices().find(|one| closes(one)).map(|(at, _)| at + 1)
        }
        ScalarStyle::Plain => written.find("\t#").or_else(|| written.find(" #")),
        _ => None,
    };
    end.and_then(|end| written.get(..end)).unwrap_or(written)
}

/// Characters that YAML 1.2 (section 5.1) does not allow; the parser takes NUL for the end.
fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')
        || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// The value of a plain scalar by YAML's core schema.
fn resolve(text: &str) -> Value {
    let string = || Value::String(text.to_owned());
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    // Only text that begins like a number or a boolean is tested for being one.
    let may_be_other = text.starts_with(|c: char| c.is_ascii_digit() || "+-.tTfF".contains(c));
    if !may_be_other || text.len() > NUMBER_MAX {
        return string();
    }
    match serde_yaml::from_str(text) {
        Ok(serde_yaml::Value::Bool(value)) => Value::Bool(value),
        Ok(serde_yaml::Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(int), _) => Value::Int(int),
            (None, Some(float)) => Value::Float(float),
            (None, None) => string(),
        },
        _ => string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Node>, Vec<String>) {
        let mut diagnostics = Report::new();
        let node = parse(text, 0..text.len(), &"a.yaml".into(), &mut diagnostics);
        let reported = diagnostics.iter().map(|one| {
            let span = one.place.as_ref().unwrap().span();
            format!("{}: {} at `{}`", one.code, one.message, &text[span])
        });
        (node, reported.collect())
    }

    fn sound(text: &str) -> Node {
        let (node, reported) = read(text);
        assert_eq!(reported, Vec::<String>::new());
        node.unwrap()
    }

    /// Every value with the text that it was read from.
    fn spans(text: &str, node: &Node, out: &mut Vec<String>) {
        out.push(text[node.span.clone()].to_owned());
        for entry in node.entries() {
            out.push(format!("{}:", &text[entry.key_span.clone()]));
            spans(text, &entry.value, out);
        }
        for item in node.items() {
            spans(text, item, out);
        }
    }

    #[test]
    fn scalars_are_resolved_by_the_core_schema() {
        let text =
            "[yes, no, on, true, False, 1, 0x1f, 007, 1.5, .inf, ~, '1', 2026-11-22, 1_0, 12:30]";
        let values: Vec<Value> = sound(text).items().iter().map(|one| one.value.clone()).collect();
        let string = |text: &str| Value::String(text.into());
        assert_eq!(
            values,
            [
                string("yes"),
                string("no"),
                string("on"),
                Value::Bool(true),
                Value::Bool(false),
                Value::Int(1),
                Value::Int(31),
                string("007"),
                Value::Float(1.5),
                Value::Float(f64::INFINITY),
                Value::Null,
                string("1"),
                string("2026-11-22"),
                string("1_0"),
                string("12:30"),
            ]
        );
    }

    #[test]
    fn places_are_bytes_whatever_the_characters() {
        let text = "é: ünï # c\nlist:\n- a\n- {b: 'ç', d: }\nfold: >\n  öne\n  two\n\nend: ~\n";
        let mut all = Vec::new();
        spans(text, &sound(text), &mut all);
        assert_eq!(
            all[1..],
            [
                "é:",
                "ünï",
                "list:",
                "- a\n- {b: 'ç', d: }",
                "a",
                "{b: 'ç', d: }",
                "b:",
                "'ç'",
                "d:",
                "",
                "fold:",
                ">\n  öne\n  two",
                "end:",
                "~"
            ]
        );
    }

    #[test]
    fn a_comment_is_not_part_of_the_value_before_it() {
        for value in ["a b", "'a ''b'", "'a # b'", "\"a \\\"# b\"", "\"a\\\\\"", "a#b", "a\n  b"] {
            for comment in ["", " # it's \"c\"", "\t# c", " \t# c", "\t\t#"] {
                let text = format!("k: {value}{comment}\nl: m\n");
                let node = sound(&text);
                assert_eq!(&text[node.get("k").unwrap().span.clone()], value, "{text}");
            }
        }
    }

    #[test]
    fn what_surprises_is_refused_at_its_place_and_the_rest_goes_on() {
        let (node, reported) = read(
            "a: 1\nb: &x 2\na: 3\nc: *x\n<<: *x\n1: d\n? [e]\n: f\ng: !!str 5\n\"<<\": kept\n",
        );
        assert_eq!(
            reported,
            [
                "alias: this value has an anchor at `&x 2`",
                "duplicate-key: the key `a` appears twice at `a`",
                "alias: this is an alias and not a value at `*x`",
                "merge-key: this is a merge key at `<<`",
                "key-not-a-string: the key `1` is a number, not a string at `1`",
                "key-not-a-string: a key is a list, not a string at `[e]`",
                "tag: this value has a tag at `!!str 5`",
            ]
        );
        let keys: Vec<String> = node.unwrap().entries().iter().map(|one| one.key.clone()).collect();
        assert_eq!(keys, ["a", "b", "c", "g", "<<"]);
    }

    #[test]
    fn a_second_document_is_reported_and_not_read() {
        let (node, reported) = read("a: 1\n---\nb: 2\n");
        assert_eq!(reported, ["several-documents: a second YAML document begins here at `---`"]);
        assert_eq!(node.unwrap().entries().len(), 1);
    }

    #[test]
    fn invalid_yaml_is_reported_where_it_becomes_invalid() {
        let (node, reported) = read("a: [1, 2\nb: 3\n");
        assert_eq!(node, None);
        assert_eq!(reported.len(), 1);
        assert!(reported[0].starts_with("not-yaml: this is not valid YAML: "), "{}", reported[0]);
        let (node, reported) = read("a: 1\u{0}\nb: c");
        assert_eq!(node, None);
        assert_eq!(reported, ["not-yaml: the character U+0000 is not allowed in YAML at `\u{0}`"]);
    }

    #[test]
    fn nesting_has_a_bound() {
        let (node, reported) = read(&"[".repeat(200));
        assert_eq!(node, None);
        assert!(reported[0].starts_with("too-deep: "), "{}", reported[0]);
        let (_, reported) = read(&"- ".repeat(20_000));
        assert!(reported[0].starts_with("too-deep: "), "{}", reported[0]);
    }

    #[test]
    fn an_empty_document_is_nothing() {
        for text in ["", "\n", "# only a comment\n", "---\n"] {
            assert_eq!(sound(text).value, Value::Null, "{text:?}");
        }
    }
}
