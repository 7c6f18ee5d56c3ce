//! What a body shows: its length and digest, and its content as JSON, text, title, listing or
//! `security.txt`.
//!
//! A body is read as browsers read it. What could not be read is reported with the reason, so that nothing is
//! taken for absent that was not understood.

mod charset;
mod json_body;
mod media_type;
mod title;

use serde_json::{Map, Value};

use crate::model::judge::binding::Digest;
use crate::model::security_txt;
use crate::probe::host::reach::is_safe;
use crate::probe::http::body::media_type::MediaType;
use crate::probe::http::listing;
use crate::probe::http::response::RawResponse;

/// What a body shows.
#[derive(Default)]
pub(crate) struct BodyFacts {
    /// The facts of the body.
    pub(crate) facts: Map<String, Value>,
    /// JSON Pointers into the facts of the answer to what was not understood, with the reason.
    pub(crate) unclear: Vec<(String, String)>,
}

impl BodyFacts {
    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.into(), value.into());
    }

    fn note(&mut self, pointer: &str, why: impl Into<String>) {
        self.unclear.push((pointer.to_owned(), why.into()));
    }
}

/// Reads the body of a response.
pub(crate) fn read(response: &RawResponse) -> BodyFacts {
    let mut found = BodyFacts::default();
    found.set("bytes", response.body.len());
    found.set("sha256", Digest::of(&response.body).0);
    found.set("truncated", response.truncated);
    if let Some(coding) = &response.undecodable {
        found.set("undecodable", coding.as_str());
        let why = format!("the body could not be decoded as `{coding}`");
        found.note("/body", why);
        return found;
    }
    let media_type = MediaType::of(&response.headers, &response.body);
    let text = text(response, &media_type, &mut found);
    json_body::read(response, &media_type, text.as_deref(), &mut found);
    if let Some(text) = text {
        of_text(response, &media_type, &text, &mut found);
        found.set("text", text);
    }
    found
}

/// The body as text, if it is one. Bytes that could not be read become U+FFFD.
fn text(response: &RawResponse, media_type: &MediaType, found: &mut BodyFacts) -> Option<String> {
    if response.body.is_empty() || media_type.is_binary() {
        return None;
    }
    if let Some(charset) = charset::unknown(&response.body, media_type) {
        found.set("undecodable", charset);
        return None;
    }
    let text = charset::decoded(response, media_type);
    let is_damaged = text.contains(char::REPLACEMENT_CHARACTER);
    // Bytes that are not text are not a text with a few errors, and no text has NUL: it is in another
    // character set.
    if text.contains('\0') || is_damaged && !media_type.is_text() {
        found.set("undecodable", media_type.charset().unwrap_or("utf-8"));
        return None;
    }
    Some(text)
}

fn of_text(response: &RawResponse, media_type: &MediaType, text: &str, found: &mut BodyFacts) {
    if let Some(listing) = listing::read(text) {
        found.set("listing", listing.entries);
        if listing.more {
            found.set("listing_more", true);
        }
        if listing.cut {
            found.set("listing_cut", true);
        }
    }
    if media_type.is_html() {
        title::read(response, text, found);
    }
    if media_type.name == "text/plain" && !response.truncated {
        of_security_txt(response, media_type, found);
    }
}

fn of_security_txt(response: &RawResponse, media_type: &MediaType, found: &mut BodyFacts) {
    let Some(mut file) = security_txt::read(&response.body) else { return };
    let mut faults = Vec::new();
    if let Some(charset) = media_type.charset().filter(|charset| *charset != "utf-8") {
        faults.push(format!("is declared to be in `{charset}` and not in `utf-8` (section 3)"));
    }
    if response.redirects.iter().any(|(_, to)| !is_safe(to)) {
        faults.push("was reached by a redirect to an address without TLS (section 3)".to_owned());
    }
    if !faults.is_empty() {
        let known = file.get("faults").and_then(Value::as_array).cloned().unwrap_or_default();
        file["faults"] = faults.into_iter().map(Value::from).chain(known).collect();
    }
    found.set("security_txt", file);
}

#[cfg(test)]
mod tests;
