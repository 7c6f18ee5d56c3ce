//! Bodies as JSON.

use serde_json::Value;

use crate::probe::http::body::BodyFacts;
use crate::probe::http::body::media_type::MediaType;
use crate::probe::http::response::RawResponse;
use crate::probe::json::{self, Document, JsonText};

/// Reads a body as JSON. Many services send objects with the media type of plain text, so objects and
/// arrays are recognised by their content. Other JSON values, such as numbers, must be declared.
pub(super) fn read(
    response: &RawResponse,
    media_type: &MediaType,
    text: Option<&str>,
    found: &mut BodyFacts,
) {
    let body = bytes(response, text);
    let is_declared = media_type.is_json() || media_type.is_json_lines();
    let is_recognised =
        !media_type.is_html() && !media_type.is_binary() && json::looks_like_json(body);
    if !is_declared && !is_recognised {
        return;
    }
    match (json::read(body), media_type.is_json_lines()) {
        // A line that was cut off is not there, and nothing shows that it was not empty.
        (_, true) if response.truncated => {}
        (_, true) => lines(body, found),
        (Some(JsonText::Document(document)), false) => whole(document, found),
        (Some(JsonText::Lines(_)), false) => found.note(
            "/body/json",
            "the body has a JSON document on each line, which is one list only if its media type is \
             `application/x-ndjson`",
        ),
        (None, false) if media_type.is_json() && text.is_some_and(is_damaged) => found.note(
            "/body/json",
            "the body has bytes that are not UTF-8, which JSON must be (RFC 8259, section 8.1)",
        ),
        (None, false) => {}
    }
}

/// JSON is UTF-8 whatever the header field says (RFC 8259, section 8.1). Where it is not, the declared
/// character set is tried.
fn bytes<'a>(response: &'a RawResponse, text: Option<&'a str>) -> &'a [u8] {
    let is_utf8 = std::str::from_utf8(&response.body).is_ok();
    match text.filter(|text| !is_utf8 && !is_damaged(text)) {
        Some(text) => text.as_bytes(),
        None => &response.body,
    }
}

fn is_damaged(text: &str) -> bool {
    text.contains(char::REPLACEMENT_CHARACTER)
}

fn whole(document: Document, found: &mut BodyFacts) {
    note_repeated("/body/json", &document, found);
    found.set("json", document.value);
}

fn note_repeated(at: &str, document: &Document, found: &mut BodyFacts) {
    for pointer in &document.repeated {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let name = name.replace("~1", "/").replace("~0", "~");
        let why = format!(
            "the body has an object with the member “{name}” twice, with different values, and it is not \
             defined which one counts (RFC 8259, section 4)"
        );
        found.note(&format!("{at}{pointer}"), why);
    }
}

/// One list of the documents on the lines.
fn lines(body: &[u8], found: &mut BodyFacts) {
    let mut all = Vec::new();
    let lines = body.split(|byte| *byte == b'\n').enumerate();
    for (number, line) in lines.filter(|(_, line)| !line.trim_ascii().is_empty()) {
        let Some(JsonText::Document(document)) = json::read(line) else {
            let why = format!("line {} of the body is not a JSON document", number + 1);
            return found.note("/body/json", why);
        };
        note_repeated(&format!("/body/json/{}", all.len()), &document, found);
        all.push(document.value);
    }
    found.set("json", Value::Array(all));
}
