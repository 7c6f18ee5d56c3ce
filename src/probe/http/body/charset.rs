//! The character set of a body, found as browsers find it (WHATWG HTML, "determining the character
//! encoding"): a byte order mark, the header field, a declaration within the first bytes, UTF-8.

use dom_query::Document;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::probe::http::body::media_type::MediaType;
use crate::probe::http::response::{RawResponse, latin1};

/// The number of bytes at the beginning of a page that are searched for a declaration.
const PRESCAN_BYTES: usize = 1024;

/// The declared character set that is not known, if so. Without a byte order mark, nothing else says how to read
/// the body. In a page, browsers ignore such a declaration.
pub(crate) fn unknown<'m>(body: &[u8], media_type: &'m MediaType) -> Option<&'m str> {
    let declared = media_type.charset().filter(|_| !media_type.is_html())?;
    let is_known = Encoding::for_label(declared.as_bytes()).is_some();
    (!is_known && Encoding::for_bom(body).is_none()).then_some(declared)
}

/// The text of a body. Bytes that the character set does not have become U+FFFD; a character that was cut
/// off at the end of a truncated body is left out.
pub(crate) fn decoded(response: &RawResponse, media_type: &MediaType) -> String {
    let body = response.body.as_slice();
    let mut decoder = encoding(body, media_type).new_decoder();
    let room = decoder.max_utf8_buffer_length(body.len()).unwrap_or(body.len());
    let mut text = String::with_capacity(room);
    let _ = decoder.decode_to_string(body, &mut text, !response.truncated);
    text
}

fn encoding(body: &[u8], media_type: &MediaType) -> &'static Encoding {
    let declared = media_type.charset().and_then(|label| Encoding::for_label(label.as_bytes()));
    let within = || in_document(body, media_type);
    let marked = Encoding::for_bom(body).map(|(encoding, _)| encoding);
    marked.or(declared).or_else(within).unwrap_or(UTF_8)
}

/// The character set that a page or an XML document declares. A document whose declaration can be read as
/// ASCII is not in UTF-16.
fn in_document(body: &[u8], media_type: &MediaType) -> Option<&'static Encoding> {
    let start = latin1(&body[..body.len().min(PRESCAN_BYTES)]);
    let in_xml = || {
        let declaration = start.strip_prefix("<?xml")?.split_once("?>")?.0;
        let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?;
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        Some(value[1..].split_once(quote)?.0.to_owned())
    };
    let label = match (media_type.is_html(), media_type.is_xml()) {
        (true, _) => in_xml().or_else(|| in_page(&start)),
        (false, true) => in_xml(),
        (false, false) => None,
    }?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    Some(if [UTF_16LE, UTF_16BE].contains(&encoding) { UTF_8 } else { encoding })
}

fn in_page(start: &str) -> Option<String> {
    let document = Document::from(start);
    let metas = document.select("meta");
    metas.nodes().iter().find_map(|meta| {
        if let Some(charset) = meta.attr("charset") {
            return Some(charset.trim().to_owned());
        }
        let is_type = meta.attr("http-equiv")?.eq_ignore_ascii_case("content-type");
        let content = meta.attr("content").filter(|_| is_type)?.to_ascii_lowercase();
        let value = content.split_once("charset")?.1.trim_start().strip_prefix('=')?.trim_start();
        let value = value.trim_start_matches(['"', '\'']);
        Some(value.split(['"', '\'', ';', ' ']).next().unwrap_or_default().to_owned())
    })
}
