//! What may separate the letters of a text without changing how it reads: white space, tags, and
//! characters that are not displayed.

use unicode_normalization::{UnicodeNormalization as _, is_nfkc};

/// The text without tags, white space and characters that are not displayed; `None` if it has none of them.
pub(super) fn joined(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut tags = Tags { bytes, closing: 0 };
    let mut at = 0;
    while at < bytes.len() {
        if let Some(end) = tags.end_of_tag(at) {
            at = end;
            continue;
        }
        let length = length_of_char(&bytes[at..]);
        let one = &bytes[at..at + length];
        let shown = std::str::from_utf8(one).ok().and_then(|text| text.chars().next());
        if !shown.is_some_and(is_invisible) {
            out.extend_from_slice(one);
        }
        at += length;
    }
    (out.len() < bytes.len()).then_some(out)
}

/// Only the ASCII letters and digits of a text; `None` if it has no other characters.
pub(super) fn alphanumeric(bytes: &[u8]) -> Option<Vec<u8>> {
    let out: Vec<u8> = bytes.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    (out.len() < bytes.len()).then_some(out)
}

/// The text with full-width, mathematical and other compatibility letters as ordinary ones (Unicode's
/// NFKC); `None` if nothing changes.
pub(super) fn ordinary(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.is_ascii() {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    if is_nfkc(&text) {
        return None;
    }
    // A few characters have long compatibility forms; the result is never much longer than the text.
    let chars = text.nfkc().take(bytes.len());
    Some(chars.collect::<String>().into_bytes())
}

/// Finds the ends of tags, in linear time.
struct Tags<'a> {
    bytes: &'a [u8],
    /// The position of the first `>` that is not before the current position.
    closing: usize,
}

impl Tags<'_> {
    /// Where the tag or comment that starts at `at` ends, if one starts there.
    fn end_of_tag(&mut self, at: usize) -> Option<usize> {
        let starts = matches!(
            self.bytes.get(at..at + 2),
            Some([b'<', b'/' | b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z'])
        );
        if !starts {
            return None;
        }
        if self.closing <= at {
            let rest = self.bytes[at..].iter().position(|byte| *byte == b'>');
            self.closing = rest.map_or(self.bytes.len(), |rest| at + rest);
        }
        (self.closing < self.bytes.len()).then_some(self.closing + 1)
    }
}

fn length_of_char(rest: &[u8]) -> usize {
    let length = match rest.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    let is_whole = rest.get(..length).is_some_and(|one| std::str::from_utf8(one).is_ok());
    if is_whole { length } else { 1 }
}

/// Whether a character is white space, a control, or not displayed at all.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(text: &str) -> String {
        String::from_utf8(joined(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn what_is_not_displayed_is_removed() {
        assert_eq!(join("a b\r\n\tc"), "abc");
        assert_eq!(join("a<b>b</b><!-- x -->c<br/>d"), "abcd");
        assert_eq!(join("a\u{200b}b\u{ad}c\u{feff}d\u{2063}e\u{e0041}f\u{fe0f}"), "abcdef");
        assert_eq!(join("1 < 2 > 0 <"), "1<2>0<");
        assert_eq!(joined(b"a<bc"), None);
        assert_eq!(joined(b"\xff \xc3").unwrap(), b"\xff\xc3");
    }

    #[test]
    fn letters_of_other_forms_become_ordinary() {
        assert_eq!(ordinary("ａｂ１".as_bytes()).unwrap(), b"ab1");
        assert_eq!(ordinary("é".as_bytes()), None);
        assert_eq!(alphanumeric(b"a-b:c").unwrap(), b"abc");
    }
}
