//! Characters that readers do not see, and that change how a terminal, a browser or a reader takes those around
//! them; and their visible form.

use std::borrow::Cow;

use serde_json::Value;

use crate::language::disguise::{Reason, disguises, is_invisible};
use crate::language::words::is_hidden;

/// Whether a character has no shape of its own: a control character (C0, DEL or C1), one that changes the direction of
/// writing (Unicode Annex 9), one without width, a separator of lines or paragraphs, a tag, or a filler. The selectors
/// of a text or picture form are not among them: they change only the shape of the letter before them.
pub fn is_unseen(c: char) -> bool {
    !matches!(c, '\u{fe0e}' | '\u{fe0f}') && (is_disruptive(c) || is_invisible(c))
}

/// Whether a character is unseen and of no use in any script: also those who write a page do not need it.
pub fn is_disruptive(c: char) -> bool {
    c.is_control() || is_hidden(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

/// A text on one line, in which every unseen character is written out: a line break as `\n`, an escape as `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    written_out(text, is_unseen)
}

/// A text in which every character that `is_meant` selects is written out.
pub fn written_out(text: &str, is_meant: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&is_meant) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if !is_meant(c) => shown.push(c),
            '\n' | '\r' | '\t' => shown.extend(c.escape_default()),
            c => shown.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(shown)
}

/// A text in which disruptive characters are written out, and marks of direction and joiners where its script has no
/// use for them. A text that is written from right to left keeps what it needs.
pub fn legible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return written_out(text, is_disruptive);
    }
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for idle in disguises(text).into_iter().filter(|one| matches!(one.reason, Reason::Idle(_))) {
        shown.push_str(&text[from..idle.span.start]);
        shown.push_str(&written_out(&text[idle.span.clone()], |_| true));
        from = idle.span.end;
    }
    shown.push_str(&text[from..]);
    Cow::Owned(written_out(&shown, is_disruptive).into_owned())
}

/// A JSON value with every text in it changed, names of fields too.
pub fn in_value(value: Value, change: fn(&str) -> Cow<'_, str>) -> Value {
    match value {
        Value::String(text) => Value::String(change(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(|item| in_value(item, change)).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (change(&name).into_owned(), in_value(value, change)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        for (text, shown) in [
            ("plain é 日本 😀\u{fe0f}", "plain é 日本 😀\u{fe0f}"),
            ("a\u{1b}[31mb\u{7f}\u{9b}", "a\\u{1b}[31mb\\u{7f}\\u{9b}"),
            ("a\r\n\tb", "a\\r\\n\\tb"),
            ("\u{202e}\u{2066}\u{200e}\u{61c}", "\\u{202e}\\u{2066}\\u{200e}\\u{61c}"),
            ("\u{200b}\u{feff}\u{2028}\u{e0041}", "\\u{200b}\\u{feff}\\u{2028}\\u{e0041}"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(shown), shown, "twice is the same as once");
        }
    }

    #[test]
    fn scripts_keep_the_marks_that_they_need() {
        let persian = "می\u{200c}خواهم";
        let hebrew = "שלום\u{200f} (24)";
        for kept in [persian, hebrew, "plain", "é"] {
            assert_eq!(legible(kept), kept);
        }
        assert_eq!(legible("pass\u{200f}word\u{202e}"), "pass\\u{200f}word\\u{202e}");
        assert_eq!(legible("a\u{200c}b é"), "a\\u{200c}b é");
    }
}
