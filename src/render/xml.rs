//! Text as XML 1.0 permits it (section 2.2): most control characters, and the two code points at the end
//! of the basic plane, cannot be written in it in any way.

use std::borrow::Cow;

/// Whether a character can be in XML.
pub(crate) fn is_permitted(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// A text in which U+FFFD is in the place of each character that cannot be in XML. It is not escaped.
pub(crate) fn replaced(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_permitted) {
        return Cow::Borrowed(text);
    }
    let permitted = |c| if is_permitted(c) { c } else { char::REPLACEMENT_CHARACTER };
    text.chars().map(permitted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_in_xml_is_replaced() {
        assert_eq!(
            replaced("\u{0}a\u{8}\t\n\u{b}\r\u{1f} \u{fffe}\u{ffff}\u{10000}"),
            "\u{fffd}a\u{fffd}\t\n\u{fffd}\r\u{fffd} \u{fffd}\u{fffd}\u{10000}"
        );
        assert!(matches!(replaced("a <b> é 😀"), Cow::Borrowed(_)));
    }
}
