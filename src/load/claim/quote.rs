//! Replaces the words in a claim's file with new ones, and changes nothing else.
//!
//! The words of `proves:` and `proves_also:` are written as a reader would copy them from the page:
//!
//! - emphasis, code marks, wrapping and the shape of quotation marks are left out, or do not count;
//! - the address of a link follows its text: `our host's statement <https://example.com/a>`;
//!   an address that is its own text appears once: `<https://example.com/a>`;
//! - a footnote's text replaces its mark: `at most an hour [on working days]`;
//! - a table row is `Header: cell; Header: cell`, without the cells that are empty.

use std::ops::Range;

use crate::language::words::{is_hidden, one_line};
use crate::load::file::{document, yaml};
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::{Node, Value};

/// The column at which words are wrapped if they were on one line, or in short lines.
const WIDTH: usize = 100;

/// Lines that are shorter than this were not wrapped because of their length.
const WIDTH_MIN: usize = 60;

/// The text of a YAML file with `new_words` in the scalar at the bytes `span`.
///
/// Comments, order, layout and the style of the scalar do not change, unless the words cannot be written
/// in that style: then they are put in double quotes. `None` if they cannot be written there at all: the
/// file is not valid YAML, or the words contain hidden characters.
pub fn requote(text: &str, span: Range<usize>, new_words: &str) -> Option<String> {
    let scalar = Scalar { text, start: span.start, old: text.get(span.clone())? };
    if new_words.contains(is_hidden) {
        return None;
    }
    let put = |new: String| format!("{}{new}{}", &text[..span.start], &text[span.end..]);
    let styles = [scalar.in_its_style(new_words), double_quoted(new_words)];
    styles.into_iter().map(put).find(|new| says(text, new, span.start, new_words))
}

/// Whether the new text contains the words at `start`, and otherwise the same values as the old one.
fn says(old: &str, new: &str, start: usize, words: &str) -> bool {
    let read = |text: &str| {
        let mut reported = Report::new();
        let node = yaml::parse(text, document::whole(text), &"".into(), &mut reported);
        node.filter(|_| reported.is_empty())
    };
    match (read(old), read(new)) {
        (Some(old), Some(new)) => agree(&old, &new, start, words),
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
        (Value::String(_), Value::String(text)) if old.span.start == start => {
            one_line(text) == one_line(words)
        }
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
            Some('"') => double_quoted(&self.flowing(words)),
            Some('\'') => format!("'{}'", self.flowing(words).replace('\'', "''")),
            Some('>' | '|') => self.block(words),
            _ => self.flowing(words),
        }
    }

    /// A block scalar: its header does not change, and the words are wrapped at its own indentation.
    fn block(&self, words: &str) -> String {
        let (header, body) = self.old.split_once('\n').unwrap_or((self.old, ""));
        let line_break = self.line_break();
        let indent = indent_of(body).unwrap_or_else(|| format!("{}  ", self.indent_of_key()));
        let lines = wrapped(words, self.width().saturating_sub(indent.len()), 0);
        let lines = lines.iter().map(|line| format!("{indent}{line}"));
        let body = lines.collect::<Vec<_>>().join(line_break);
        format!("{}{line_break}{body}", header.trim_end_matches('\r'))
    }

    /// The words of a flow scalar. If it had several lines, the words are wrapped, with the indentation of
    /// its second line.
    fn flowing(&self, words: &str) -> String {
        if !self.old.contains('\n') {
            return words.to_owned();
        }
        let rest = self.old.split_once('\n').map_or("", |(_, rest)| rest);
        let indent = indent_of(rest).unwrap_or_default();
        let first = self.column() + usize::from(self.old.starts_with(['"', '\'']));
        let width = self.width().saturating_sub(indent.len());
        let lines = wrapped(words, width, first.saturating_sub(indent.len()));
        lines.join(&format!("{}{indent}", self.line_break()))
    }

    /// The column at which it was wrapped, so that unchanged lines keep their line breaks.
    fn width(&self) -> usize {
        let is_block = self.old.starts_with(['>', '|']);
        let first = if is_block { 0 } else { self.column() };
        // The closing quotation mark was not counted.
        let old = self.old.trim_end_matches(['"', '\'']);
        let lines = old.lines().enumerate().skip(usize::from(is_block));
        let length =
            |(at, line): (usize, &str)| line.chars().count() + if at == 0 { first } else { 0 };
        let lengths: Vec<usize> = lines.map(length).collect();
        let longest = lengths.iter().copied().max().filter(|_| lengths.len() > 1);
        longest.filter(|longest| *longest >= WIDTH_MIN).unwrap_or(WIDTH)
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
        // The breaks between the lines of wrapped words; those of the words themselves are spaces.
        '\n' | '\r' => c.to_string(),
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

    fn read(text: &str) -> Node {
        let mut reported = Report::new();
        let node = yaml::parse(text, document::whole(text), &"a".into(), &mut reported).unwrap();
        assert_eq!(reported.into_vec(), [], "{text}");
        node
    }

    /// The file with new words after `proves`, every byte outside of the old ones as it was.
    fn accept(text: &str, words: &str) -> String {
        let span = read(text).get("proves").unwrap().span.clone();
        let new = requote(text, span.clone(), words).unwrap();
        assert_eq!(&new[..span.start], &text[..span.start]);
        assert!(new[span.start..].ends_with(&text[span.end..]), "{new}");
        let node = read(&new);
        assert_eq!(one_line(node.get("proves").unwrap().as_str().unwrap()), one_line(words));
        new
    }

    #[test]
    fn each_style_is_kept_and_no_other_byte_is_changed() {
        const REST: &str = "\nbecause:   x   # why\n\nvalid_for: 24h\n";
        for (old, words, new) in [
            ("proves: Old words.  # c", "New: words.", "proves: \"New: words.\"  # c"),
            ("proves: Old words.  # c", "New, words.", "proves: New, words.  # c"),
            ("proves:   'Old'", "It's new.", "proves:   'It''s new.'"),
            ("proves: 'Old\n    words'", "It's new.", "proves: 'It''s new.'"),
            ("proves: \"Old\"", "A \"new\" \\ one.", "proves: \"A \\\"new\\\" \\\\ one.\""),
            (
                "proves: >  # c\n    Old\n    words.\n",
                "New # words.",
                "proves: >  # c\n    New # words.\n",
            ),
            ("proves: |-\n  Old", "New: words.", "proves: |-\n  New: words."),
            ("proves: |2-\n    Old\n   words", "New", "proves: |2-\n    New"),
            ("proves: >+ # c\n  Old\n\n", "New", "proves: >+ # c\n  New\n\n"),
            ("proves: >-1\n Old", "New", "proves: >-1\n New"),
            ("proves:\n  # c\n  Old # d", "New", "proves:\n  # c\n  New # d"),
            ("\"proves\" : Old", "New", "\"proves\" : New"),
            ("proves: Old\n  words", "New", "proves: New"),
            ("proves: Old", "24", "proves: \"24\""),
            ("proves: Old", "yes", "proves: yes"),
            ("proves: Old", "- new", "proves: \"- new\""),
            ("proves: Old", "new # one", "proves: \"new # one\""),
            ("proves: Old", "[new] <a@b.c>", "proves: \"[new] <a@b.c>\""),
            ("# a\nchecks: [a]\nproves: >-\n\n  Old", "New", "# a\nchecks: [a]\nproves: >-\n  New"),
            ("proves: >\r\n  Old\r\n  words", "New", "proves: >\r\n  New"),
            ("\u{feff}# é\nproves: Öld", "Nëw", "\u{feff}# é\nproves: Nëw"),
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
        for old in [
            "proves: >\n  Old\n",
            "proves: Old\n  words\n",
            "proves: 'Old\n  words'\n",
            "proves: \"Old\n  words\"\n",
        ] {
            let new = accept(old, &words);
            let longest = new.lines().map(str::len).max();
            assert!(longest.is_some_and(|length| length <= WIDTH && length > WIDTH - 6), "{new}");
        }
    }

    #[test]
    fn no_line_break_moves_that_need_not() {
        let words = "many words of many lengths in several lines ".repeat(6);
        let words = words.trim_end();
        for (before, behind, column) in
            [(">\n  ", "\n", 2), ("|-\n  ", "", 2), ("'", "'", 9), ("", "", 8)]
        {
            for width in 64..90 {
                let lines = wrapped(words, width, column - 2).join("\n  ");
                let old = format!("proves: {before}{lines}{behind}\n");
                assert_eq!(accept(&old, words), old);
            }
        }
    }

    #[test]
    fn invalid_yaml_and_hidden_characters_are_not_rewritten() {
        assert_eq!(requote("proves: &a Old\nb: *a\n", 8..14, "New"), None);
        assert_eq!(requote("proves: Old\n", 8..11, "New \u{202e}words"), None);
        assert_eq!(requote("proves: Old\n", 8..99, "New"), None);
    }

    /// Files with a quote in every style that YAML has, full of comments.
    const STYLES: [&str; 14] = [
        "proves: Old # c",
        "proves: 'Old' # c",
        "proves: \"Old\"\t# c",
        "proves: >\n  Old",
        "proves: |\n  Old\n# c",
        "proves: >+\n  Old\n\n",
        "proves: |-2 # c\n    Old\n  words",
        "proves: Old\n  words # c",
        "proves: 'Old\n\n  words' # c",
        "proves: \"Old \\\n  words\" # c",
        "proves: # c\n  # d\n  Old",
        "'proves': >-\r\n  Old\r\n  words\r",
        "proves:\n- x\n",
        "x: {a: [b, c], d: 'e'} # f\nproves: Old",
    ];

    proptest! {
        #[test]
        fn any_words_survive_in_any_style(
            words in "\\PC{1,40}( \\PC{1,60}){0,8}",
            style in 0..STYLES.len(),
        ) {
            let words = one_line(&words);
            prop_assume!(!words.is_empty() && !words.contains(is_hidden));
            let text = format!("# é\na: 1 # c\n{}\n# d\nb: [2]\n", STYLES[style]);
            if text.contains("- x") {
                // A list is not a quote.
                let span = read(&text).get("proves").unwrap().span.clone();
                prop_assert_eq!(requote(&text, span, &words), None);
            } else {
                let new = accept(&text, &words);
                let marks = |text: &str| text.matches('#').count();
                prop_assert_eq!(marks(&new), marks(&text) + marks(&words));
            }
        }
    }
}
