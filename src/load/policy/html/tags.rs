//! The tags of a piece of HTML, as an author reads them; a browser may see more (`super` fears it).

use std::ops::Range;

/// Elements that have no end.
pub(crate) const VOID: [&str; 5] = ["br", "col", "hr", "img", "wbr"];

/// Elements that end where their next sibling begins (HTML standard, section 13.1.2.4).
pub(crate) const ENDS_BY_ITSELF: [&str; 13] =
    ["caption", "colgroup", "dd", "dt", "li", "p", "rp", "rt", "tbody", "td", "tfoot", "th", "tr"];

/// A tag.
pub(crate) struct Tag {
    /// The bytes of the file from its `<` to its `>`.
    pub(crate) span: Range<usize>,
    /// In lower case.
    pub(crate) name: String,
    /// Whether it ends an element.
    pub(crate) ends: bool,
    /// Names in lower case, and values as written, without their quotation marks.
    pub(crate) attributes: Vec<(String, String)>,
}

/// The tags of some HTML that begins at the byte `start` of its file.
pub(crate) fn all(html: &str, start: usize) -> impl Iterator<Item = Tag> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let begin = at + html.get(at..)?.find('<')?;
            let rest = &html[begin..];
            if rest.starts_with("<!--") {
                at = begin + rest.find("-->")? + "-->".len();
                continue;
            }
            at = begin + 1;
            let ends = rest.starts_with("</");
            let named = &rest[1 + usize::from(ends)..];
            if !named.starts_with(|c: char| c.is_ascii_alphabetic()) {
                continue;
            }
            let length = named.find(|c: char| c.is_whitespace() || c == '>' || c == '/');
            let (name, within) = named.split_at(length.unwrap_or(named.len()));
            let (attributes, left) = attributes(within);
            at = html.len() - left.len();
            let span = start + begin..start + at;
            return Some(Tag { span, name: name.to_ascii_lowercase(), ends, attributes });
        }
    })
}

/// The attributes of a tag whose name precedes `text`, and the text after the tag.
fn attributes(text: &str) -> (Vec<(String, String)>, &str) {
    let mut all = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(behind) = rest.strip_prefix('>') {
            return (all, behind);
        }
        let end = rest.char_indices().skip(1).find(|(_, c)| ends_name(*c));
        let (name, behind) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        if name.is_empty() {
            return (all, behind);
        }
        let (value, behind) = match behind.trim_start().strip_prefix('=') {
            Some(value) => value_of(value.trim_start()),
            None => ("", behind),
        };
        all.push((name.to_ascii_lowercase(), value.to_owned()));
        rest = behind;
    }
}

fn ends_name(c: char) -> bool {
    c.is_whitespace() || matches!(c, '=' | '>' | '/')
}

/// The value that a text begins with, and the text after it.
fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    text.split_at(text.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Vec<String> {
        let show = |tag: Tag| {
            let end = if tag.ends { "/" } else { "" };
            format!("{end}{} {:?} {}", tag.name, tag.attributes, &html[tag.span])
        };
        all(html, 0).map(show).collect()
    }

    #[test]
    fn tags_are_read_with_their_attributes_and_places() {
        assert_eq!(
            read("a < b <B>x</b\n><!-- <i> --><a href='x>y' Title=\"z\" hidden/>"),
            [
                "b [] <B>",
                "/b [] </b\n>",
                "a [(\"href\", \"x>y\"), (\"title\", \"z\"), (\"hidden\", \"\")] <a href='x>y' Title=\"z\" hidden/>",
            ]
        );
    }

    #[test]
    fn what_never_ends_is_read_to_its_end() {
        for html in
            ["<a href='", "<a href=", "<a", "<", "</", "<!--", "<a b/", "<a =", "<é", "<a é=é"]
        {
            assert!(read(html).len() <= 1, "{html}");
        }
    }
}
