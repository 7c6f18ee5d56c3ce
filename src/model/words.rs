//! A passage's words, in the form in which they are compared, quoted and digested.
//!
//! White space, wrapping, emphasis and the shape of quotation marks do not count; everything else
//! does, the addresses of links included: they stand behind the linked text as `<address>`, a
//! footnote as `[its text]`.

use unicode_normalization::UnicodeNormalization;

/// The comparable form of a text: NFC, one space for any white space, plain quotation marks.
pub fn normalise(text: &str) -> String {
    let plain = text.nfc().filter(|c| !is_invisible(*c)).map(plain_mark);
    let plain: String = plain.collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether two texts have the same words.
pub fn same(a: &str, b: &str) -> bool {
    normalise(a) == normalise(b)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn plain_mark(c: char) -> char {
    match c {
        '‘' | '’' | '‚' | '‛' => '\'',
        '“' | '”' | '„' | '‟' => '"',
        '‐' | '‑' => '-',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_and_marks_do_not_count_but_numbers_do() {
        assert!(same("at most\u{a0}24\r\n hours", "at  most 24 hours"));
        assert!(same("the vendor’s “word”", "the vendor's \"word\""));
        assert!(same("e\u{301}tat", "état"));
        assert!(!same("24 hours", "72 hours"));
        assert!(!same("must", "should"));
    }
}
