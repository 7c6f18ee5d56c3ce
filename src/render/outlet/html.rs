//! HTML: text of an element or of an attribute. Whatever its origin, it has no character that could change how the words
//! around it are read.

use std::io;

use crate::language::unseen::{is_disruptive, written_out};

/// Text for an element or an attribute. Marks that scripts need, for joining letters and for their direction, stay; foreign
/// text had them written out before (`wording::plain`, `published::read`).
pub(crate) fn escaped(text: &str) -> String {
    entities(&written_out(text, |c| is_disruptive(c) && !matches!(c, '\n' | '\t')))
}

/// The same, as templates use it.
pub(crate) fn escape(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(escaped(text).as_bytes())
}

/// A finished file of the site, in which disruptive characters are written out wherever they came from.
pub(crate) fn finished(text: &str) -> String {
    written_out(text, |c| is_disruptive(c) && !matches!(c, '\n' | '\t' | '\r')).into_owned()
}

/// Text without the characters that are marks in HTML and XML.
pub(crate) fn entities(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_no_marks_and_nothing_that_reverses_it() {
        assert_eq!(
            escaped("<a href=\"'&'\">\u{202e}\u{1b}\u{2066}"),
            "&lt;a href=&quot;&#39;&amp;&#39;&quot;&gt;\\u{202e}\\u{1b}\\u{2066}"
        );
        assert_eq!(escaped("שלום\u{200f} می\u{200c}خواهم"), "שלום\u{200f} می\u{200c}خواهم");
    }
}
