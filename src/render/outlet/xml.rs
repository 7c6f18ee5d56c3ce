//! XML 1.0 (section 2.2): most control characters, and the two code points at the end of the basic plane, cannot be
//! written in it in any way.

use quick_xml::Writer;
use quick_xml::events::BytesText;
use quick_xml::writer::ElementWriter;

use crate::language::unseen::{is_disruptive, visible, written_out};
use crate::render::outlet::terminal::{Terminal, broken};
use crate::render::outlet::{Text, Written, html};

/// An element with these attributes, whose values are foreign.
pub(crate) fn element<'w>(
    writer: &'w mut Writer<Vec<u8>>,
    name: &'static str,
    attributes: &[(&'static str, String)],
) -> ElementWriter<'w, Vec<u8>> {
    let one = |(name, value): &(&'static str, String)| (*name, broken(&permitted(&visible(value))));
    let attributes: Vec<(&str, String)> = attributes.iter().map(one).collect();
    let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str()));
    writer.create_element(name).with_attributes(attributes)
}

/// The content of an element: lines that could also be on a terminal.
pub(crate) fn content(lines: &Text<Terminal>) -> BytesText<'static> {
    BytesText::new(&permitted(lines.clone().finish().as_str())).into_owned()
}

/// A finished document.
pub(crate) fn document(writer: Writer<Vec<u8>>) -> Written {
    Written(String::from_utf8(writer.into_inner()).unwrap_or_default())
}

/// Text for an element or an attribute of XML, in which what scripts need of marks of direction stays.
pub(crate) fn escaped(text: &str) -> String {
    html::entities(&permitted(&written_out(text, is_disruptive)))
}

/// A text without control characters, in which U+FFFD is in the place of the others that cannot be in XML.
fn permitted(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_in_xml_is_written_out_or_replaced() {
        assert_eq!(escaped("\u{0}a\u{8}\u{fffe}\u{10000}"), "\\u{0}a\\u{8}\u{fffd}\u{10000}");
        assert_eq!(escaped("a <b> é 😀\u{202e}\u{7f}"), "a &lt;b&gt; é 😀\\u{202e}\\u{7f}");
    }
}
