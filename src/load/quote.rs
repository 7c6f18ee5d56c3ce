//! Puts new words into a claim's file in the place of the old ones, and changes nothing else.
//!
//! The words of `proves:` and `proves_also:` are written as a reader would copy them off the page:
//!
//! - emphasis, code marks, wrapping and the shape of quotation marks are left out, or do not count;
//! - behind the text of a link stands its address: `our host's statement <https://example.com/a>`;
//!   an address that is its own text stands alone: `<https://example.com/a>`;
//! - in place of a footnote's mark stands its text: `at most an hour [on working days]`;
//! - a table row is `Header: cell; Header: cell`, without the cells that are empty.

use std::ops::Range;

use crate::load::{document, yaml};
use crate::model::node::{Node, Value};
use crate::model::words::same;

/// Columns at which words are wrapped.
const WIDTH: usize = 100;

/// The text of a YAML file with `new_words` in the scalar at the bytes `span`, as its place says.
///
/// Comments, order, layout and the style of the scalar stay, unless the words cannot be written in
/// that style: then they are put in double quotes.
pub fn requote(text: &str, span: Range<usize>, new_words: &str) -> String {
    let Some(old) = text.get(span.clone()) else {
        return text.to_owned();
    };
    let scalar = Scalar { text, start: span.start, old };
    let put = |new: String| format!("{}{new}{}", &text[..span.start], &text[span.end..]);
    let kept = put(scalar.in_its_style(new_words));
    if says(text, &kept, span.start, new_words) {
        return kept;
    }
    put(double_quoted(new_words))
}

/// Whether the new text holds the words at `start`, and besides them what the old one held.
fn says(old: &str, new: &str, start: usize, words: &str) -> bool {
    let read = |text: &str| {
        let mut told = Vec::new();
        let node = yaml::parse(text, document::whole(text), &"".into(), &mut told);
        node.filter(|_| told.is_empty())
    };
    match (read(old), read(new)) {
        (Some(old), Some(new)) => agree(&old, &new, start, words),
        // What could not be read before is not made worse by words in quotes.
        _ => false,
    }
}

fn agree(old: &Node, new: &Node, start: usize, words: &str) -> bool {
    match (&old.value, &new.value) {
        (Value::List(old), Value::List(new)) => {
            old.len() == new.len()
                && old.iter().zip(new).all(|(old, new)| agree(old, new, start, words))
        }
        (Value::Map(old), Value::Map(new)) => {
            old.len() == new.len()
                && old.iter().zip(new).all(|(old, new)| {
                    old.key == new.key && agree(&old.value, &new.value, start, words)
                })
        }
        (_, Value::String(text)) if old.span.start == start => same(text, words),
        (old, new) => old == new,
    }
}

/// A scalar as it is written.
struct Scalar<'a> {
    text: &'a str,
    start: usize,
    old: &'a str,
}

impl Scalar<'_> {
    fn in_its_style(&self, words: &str) -> String {
        match self.old.chars().next() {
            Some('"') => double_quoted(words),
            Some('\'') => format!("'{}'", words.replace('\'', "''")),
            Some('>' | '|') => self.block(words),
            _ if self.old.contains('\n') => self.wrapped_plain(words),
            _ => words.to_owned(),
        }
    }

    /// A block scalar: its header stays, and the words are wrapped at its own indentation.
    fn block(&self, words: &str) -> String {
        let (header, body) = self.old.split_once('\n').unwrap_or((self.old, ""));
        let line_break = self.line_break();
        let indent = indent_of(body).unwrap_or_else(|| format!("{}  ", self.indent_of_key()));
        let lines = wrapped(words, WIDTH.saturating_sub(indent.len()), 0);
        let lines = lines.iter().map(|line| format!("{indent}{line}"));
        let body = lines.collect::<Vec<_>>().join(line_break);
        format!("{}{line_break}{body}", header.trim_end_matches('\r'))
    }

    /// A plain scalar over several lines: it is wrapped as far in as its second line was.
    fn wrapped_plain(&self, words: &str) -> String {
        let rest = self.old.split_once('\n').map_or("", |(_, rest)| rest);
        let indent = indent_of(rest).unwrap_or_default();
        let first = self.column();
        let lines =
            wrapped(words, WIDTH.saturating_sub(indent.len()), first.saturating_sub(indent.len()));
        lines.join(&format!("{}{indent}", self.line_break()))
    }

    fn line_start(&self) -> usize {
        self.text[..self.start].rfind('\n').map_or(0, |newline| newline + 1)
    }

    fn column(&self) -> usize {
        self.text[self.line_start()..self.start].chars().count()
    }

    fn indent_of_key(&self) -> String {
        let line = &self.text[self.line_start()..self.start];
        line.chars().take_while(|c| *c == ' ').collect()
    }

    fn line_break(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
}

/// The white space before the first line that is not blank.
fn indent_of(lines: &str) -> Option<String> {
    let line = lines.lines().find(|line| !line.trim().is_empty())?;
    Some(line.chars().take_while(|c| *c == ' ').collect())
}

/// Words in lines of at most `width` characters, the first of which begins at `column`.
fn wrapped(words: &str, width: usize, column: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = column;
    for word in words.split_whitespace() {
        let next = word.chars().count();
        let is_first = lines.last().is_none_or(String::is_empty);
        if !is_first && length + 1 + next > width {
            lines.push(String::new());
            length = 0;
        } else if !is_first {
            length += 1;
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        length += next;
    }
    lines
}

fn double_quoted(words: &str) -> String {
    let escaped = words.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}') => {
            format!("\\u{:04X}", c as u32)
        }
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The file with new words after `proves`.
    fn accept(text: &str, words: &str) -> String {
        let mut told = Vec::new();
        let node = yaml::parse(text, document::whole(text), &"a".into(), &mut told).unwrap();
        assert_eq!(told, []);
        let new = requote(text, node.get("proves").unwrap().span.clone(), words);
        let again = yaml::parse(&new, document::whole(&new), &"a".into(), &mut told).unwrap();
        assert_eq!(told, [], "{new}");
        assert!(same(again.get("proves").unwrap().as_str().unwrap(), words), "{new}");
        new
    }

    #[test]
    fn each_style_is_kept_and_not_a_byte_beside_it_is_changed() {
        const REST: &str = "\nbecause:   x   # why\n\nvalid_for: 24h\n";
        for (old, words, new) in [
            ("proves: Old words.  # c", "New: words.", "proves: \"New: words.\"  # c"),
            ("proves: Old words.  # c", "New, words.", "proves: New, words.  # c"),
            ("proves:   'Old'", "It's new.", "proves:   'It''s new.'"),
            ("proves: \"Old\"", "A \"new\" \\ one.", "proves: \"A \\\"new\\\" \\\\ one.\""),
            (
                "proves: >  # c\n    Old\n    words.\n",
                "New # words.",
                "proves: >  # c\n    New # words.\n",
            ),
            ("proves: |-\n  Old", "New: words.", "proves: |-\n  New: words."),
            ("proves: Old\n  words", "New", "proves: New"),
            ("proves: Old", "24", "proves: \"24\""),
            ("proves: Old", "- new", "proves: \"- new\""),
            ("proves: Old", "new # one", "proves: \"new # one\""),
            ("proves: Old", "[new] <a@b.c>", "proves: \"[new] <a@b.c>\""),
            ("# a\nchecks: [a]\nproves: >-\n\n  Old", "New", "# a\nchecks: [a]\nproves: >-\n  New"),
            ("proves: >\r\n  Old\r\n  words", "New", "proves: >\r\n  New"),
        ] {
            assert_eq!(accept(&format!("{old}{REST}"), words), format!("{new}{REST}"));
        }
        assert_eq!(
            accept("{proves: Old, because: x}", "New, with a comma"),
            "{proves: \"New, with a comma\", because: x}"
        );
    }

    #[test]
    fn long_words_are_wrapped_at_a_hundred_columns() {
        let words = "word ".repeat(60);
        for old in ["proves: >\n  Old\n", "proves: Old\n  words\n"] {
            let new = accept(old, &words);
            let longest = new.lines().map(str::len).max();
            assert!(longest.is_some_and(|length| length <= WIDTH && length > WIDTH - 6), "{new}");
        }
    }

    proptest! {
        #[test]
        fn any_words_survive_in_any_style(
            words in "\\PC{1,40}( \\PC{1,60}){0,8}",
            style in 0..6usize,
        ) {
            prop_assume!(!words.trim().is_empty());
            let old = [
                "proves: Old", "proves: 'Old'", "proves: \"Old\"", "proves: >\n  Old", "proves: |\n  Old",
                "proves: Old\n  words",
            ][style];
            accept(&format!("a: 1 # c\n{old}\nb: [2]\n"), &words);
        }
    }
}
