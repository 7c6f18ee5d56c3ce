//! Turns an HTTP response into facts. See `model::answer::facts` for their form.

use std::collections::BTreeMap;

use dom_query::Document;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};
use url::Url;

use crate::model::answer::facts::Facts;
use crate::model::judge::binding::Digest;
use crate::model::plan::{Keep, Step};
use crate::probe::http::fields::fields;
use crate::probe::http::listing;
use crate::probe::values::redact::{Redactor, header};
use crate::probe::values::sought::Found;

/// The number of characters that are kept of one header value.
const HEADER_CHARS_MAX: usize = 8192;

/// The number of header fields that are kept of one name.
const HEADER_VALUES_MAX: usize = 64;

/// The number of characters that are kept of a page's title.
const TITLE_CHARS_MAX: usize = 200;

/// The header fields that are kept of an answer of which only a digest is kept.
const HEADERS_OF_DIGEST: [&str; 6] =
    ["cache-control", "content-type", "date", "location", "retry-after", "www-authenticate"];

/// A response, read to its end or to the size limit.
pub(crate) struct RawResponse {
    /// The status.
    pub(crate) status: u16,
    /// The address that answered, after redirects.
    pub(crate) url: Url,
    /// The header fields.
    pub(crate) headers: HeaderMap,
    /// The redirects that were followed: status and address.
    pub(crate) redirects: Vec<(u16, Url)>,
    /// The part of the body that was read.
    pub(crate) body: Vec<u8>,
    /// Whether the body was longer, or a part of the response could not be searched.
    pub(crate) truncated: bool,
    /// The content coding of the body, or of a redirect's, that could not be undone.
    pub(crate) undecodable: Option<String>,
    /// The canaries and secrets in any part of the response.
    pub(crate) found: Found,
}

/// All facts of a response, before redaction. They must not leave `probe`: see [`kept`].
pub(crate) fn all(response: &RawResponse) -> Value {
    let redirects = response.redirects.iter();
    let redirects =
        redirects.map(|(status, to)| json!({ "status": status, "location": to.as_str() }));
    let mut facts = json!({
        "status": response.status,
        "url": response.url.as_str(),
        "headers": headers(&response.headers),
        "redirects": redirects.collect::<Value>(),
        "body": body(response),
        "canaries": response.found.canaries,
    });
    if !response.found.secrets.is_empty() {
        facts["secrets"] = json!(response.found.secrets);
    }
    facts
}

/// How much of an answer may leave `probe`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// As much as the step keeps, without secrets.
    Redacted,
    /// Status, length and digest: the actor's secret cannot be recognised in the rest.
    Withheld,
}

/// The facts that may leave `probe`: without secrets, and for a step with `Keep::Digest` without the
/// content.
pub(crate) fn kept(mut facts: Value, step: &Step, extent: Extent, redactor: &Redactor) -> Facts {
    if extent == Extent::Withheld {
        return withheld(facts);
    }
    let pages = facts.as_object_mut().and_then(|all| all.shift_remove("pages"));
    let mut kept = reduced(facts, step, redactor);
    if let Some(mut pages) = pages {
        for page in pages["read"].as_array_mut().into_iter().flatten() {
            *page = reduced(page.take(), step, redactor);
        }
        kept["pages"] = pages;
    }
    Facts(kept)
}

/// What may leave `probe` of the facts of one page.
fn reduced(mut facts: Value, step: &Step, redactor: &Redactor) -> Value {
    if let Some(headers) = facts.get_mut("headers").and_then(Value::as_object_mut) {
        if step.keep == Keep::Digest {
            headers.retain(|name, _| is_kept(name, step));
        }
        for (name, values) in headers.iter_mut() {
            for value in values.as_array_mut().into_iter().flatten() {
                *value = header(name, value.as_str().unwrap_or_default()).into();
            }
        }
    }
    if step.keep == Keep::Digest
        && let Some(body) = facts.get_mut("body").and_then(Value::as_object_mut)
    {
        body.retain(|name, _| OF_DIGEST.contains(&name.as_str()));
    }
    redactor.facts(facts)
}

/// The facts of a body that say nothing about its content.
const OF_DIGEST: [&str; 4] = ["bytes", "sha256", "truncated", "undecodable"];

fn withheld(mut facts: Value) -> Facts {
    if let Some(all) = facts.as_object_mut() {
        // What the further pages contain is in `canaries` and `secrets`.
        if let Some(read) = all.get_mut("pages").and_then(|pages| pages.get_mut("read")) {
            *read = Value::Array(Vec::new());
        }
        let kept = [
            "status",
            "exit",
            "canaries",
            "secrets",
            "body",
            "stdout",
            "pages",
            "owner_values",
            "refusal",
            "took_ms",
        ];
        all.retain(|name, _| kept.contains(&name.as_str()));
        for part in ["body", "stdout"] {
            if let Some(part) = all.get_mut(part).and_then(Value::as_object_mut) {
                part.retain(|name, _| OF_DIGEST.contains(&name.as_str()));
            }
        }
        all.insert("withheld".into(), true.into());
    }
    Facts(facts)
}

/// Whether a digest keeps this field: it is harmless, or an expectation reads it.
fn is_kept(name: &str, step: &Step) -> bool {
    let pointer = format!("/headers/{name}");
    let named = |at: &String| {
        at.strip_prefix(&pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    HEADERS_OF_DIGEST.contains(&name) || step.expect.iter().any(|one| named(&one.at))
}

fn headers(headers: &HeaderMap) -> BTreeMap<&str, Vec<String>> {
    let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        let values = all.entry(name.as_str()).or_default();
        if values.len() < HEADER_VALUES_MAX {
            values.push(cut(&text_of(value.as_bytes()), HEADER_CHARS_MAX));
        }
    }
    all
}

/// Header values should be ASCII; Latin-1 and UTF-8 occur in practice.
fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => latin1(bytes),
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn body(response: &RawResponse) -> Value {
    let mut facts = Map::new();
    facts.insert("bytes".into(), response.body.len().into());
    facts.insert("sha256".into(), Digest::of(&response.body).0.into());
    facts.insert("truncated".into(), response.truncated.into());
    if let Some(coding) = &response.undecodable {
        facts.insert("undecodable".into(), coding.as_str().into());
        return facts.into();
    }
    let media_type = MediaType::of(&response.headers);
    if let Some(json) = media_type.json(&response.body) {
        facts.insert("json".into(), json);
        return facts.into();
    }
    if let Some(text) = media_type.text(response) {
        if let Some(listing) = listing::read(&text) {
            facts.insert("listing".into(), listing.entries);
            if listing.more {
                facts.insert("listing_more".into(), true.into());
            }
            if listing.cut {
                facts.insert("listing_cut".into(), true.into());
            }
            return facts.into();
        }
        let title = (media_type.is_html()).then(|| title(&text)).flatten();
        let fields = fields(&text);
        if media_type.name == "text/plain" && !fields.is_empty() {
            facts.insert("fields".into(), json!(fields));
        }
        facts.insert("text".into(), text.into());
        facts.extend(title.map(|title| ("title".to_owned(), title.into())));
    } else if !response.body.is_empty() && !media_type.is_binary() {
        facts.insert("undecodable".into(), media_type.charset().into());
    }
    facts.into()
}

/// The declared media type of a body.
struct MediaType {
    /// Such as `text/html`, in lower case; empty if none is declared.
    name: String,
    parameters: String,
}

impl MediaType {
    fn of(headers: &HeaderMap) -> Self {
        let value = headers.get("content-type");
        let value = value.map_or(String::new(), |value| text_of(value.as_bytes()));
        let value = value.to_ascii_lowercase();
        let (name, parameters) = value.split_once(';').unwrap_or((&value, ""));
        Self { name: name.trim().to_owned(), parameters: parameters.to_owned() }
    }

    /// The declared character set, or UTF-8.
    fn charset(&self) -> &str {
        let parameters = self.parameters.split(';').map(str::trim);
        let charset = parameters.filter_map(|one| one.strip_prefix("charset=")).next();
        charset.map_or("utf-8", |charset| charset.trim_matches('"'))
    }

    /// Whether bodies of this type are not text.
    fn is_binary(&self) -> bool {
        ["image/", "audio/", "video/", "font/"].iter().any(|kind| self.name.starts_with(kind))
            || self.name == "application/octet-stream"
    }

    fn is_html(&self) -> bool {
        matches!(self.name.as_str(), "text/html" | "application/xhtml+xml")
    }

    /// The body as JSON. Many services send objects with the media type of plain text, so objects and
    /// arrays are recognised by their content. Other JSON values, such as numbers, must be declared.
    fn json(&self, body: &[u8]) -> Option<Value> {
        let declared = self.name.ends_with("/json") || self.name.ends_with("+json");
        let recognised =
            !self.is_html() && matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
        let read = (declared || recognised).then(|| serde_json::from_slice(body));
        read?.ok()
    }

    fn text(&self, response: &RawResponse) -> Option<String> {
        let body = response.body.as_slice();
        if body.is_empty() || self.is_binary() {
            return None;
        }
        if let Some(text) = utf16(body, self.charset()) {
            return Some(text);
        }
        match std::str::from_utf8(body) {
            Ok(text) => Some(text.to_owned()),
            // A text that was cut inside a character is valid up to that character.
            Err(error) if response.truncated && error.error_len().is_none() => {
                let valid = &body[..error.valid_up_to()];
                std::str::from_utf8(valid).ok().map(str::to_owned)
            }
            Err(_) => matches!(self.charset(), "iso-8859-1" | "windows-1252").then(|| latin1(body)),
        }
    }
}

/// Text in UTF-16, as its character set or its first two bytes say (RFC 2781).
fn utf16(body: &[u8], charset: &str) -> Option<String> {
    let (is_little, body) = match (body, charset) {
        ([0xff, 0xfe, body @ ..], _) => (true, body),
        ([0xfe, 0xff, body @ ..], _) | (body, "utf-16" | "utf-16be") => (false, body),
        (body, "utf-16le") => (true, body),
        _ => return None,
    };
    let pair = |pair: &[u8]| match (is_little, pair) {
        (true, [low, high]) | (false, [high, low]) => u16::from_be_bytes([*high, *low]),
        // An odd number of bytes is not UTF-16.
        _ => 0xd800,
    };
    String::from_utf16(&body.chunks(2).map(pair).collect::<Vec<u16>>()).ok()
}

/// How much of a page is searched for its title, in bytes: a page can be made so that the time of
/// reading it grows with the square of its length.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The text of a page's title, on one line; `None` where it has none or the end of it was not read.
fn title(html: &str) -> Option<String> {
    let head = &html[..html.floor_char_boundary(HEAD_BYTES_MAX)];
    head.to_ascii_lowercase().contains("</title").then_some(())?;
    let document = Document::from(head);
    let title = document.select_single("title:not(svg *)");
    let text = title.exists().then(|| title.text())?;
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(cut(&words.join(" "), TITLE_CHARS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::answer::ids::StepId;
    use crate::model::plan::expect::{Expectation, Test};
    use crate::model::plan::{Act, Role};

    fn response(content_type: &str, body: &[u8]) -> RawResponse {
        let headers =
            [("content-type", content_type), ("set-cookie", "sid=abc; Secure"), ("x-note", "1")];
        let header =
            |(name, value): (&'static str, &str)| (name.parse().unwrap(), value.parse().unwrap());
        RawResponse {
            status: 200,
            url: "https://a.test/".parse().unwrap(),
            headers: headers.map(header).into_iter().collect(),
            redirects: Vec::new(),
            body: body.to_vec(),
            truncated: false,
            undecodable: None,
            found: Found::default(),
        }
    }

    fn body_of(content_type: &str, body: &[u8]) -> Value {
        let mut facts = all(&response(content_type, body));
        let mut body = facts["body"].take();
        for name in ["bytes", "sha256", "truncated"] {
            body.as_object_mut().unwrap().remove(name);
        }
        body
    }

    #[test]
    fn a_body_is_json_or_text_or_neither() {
        assert_eq!(body_of("application/json", b"7"), json!({"json": 7}));
        assert_eq!(body_of("text/plain", b"7"), json!({"text": "7"}));
        assert_eq!(body_of("text/plain", b" {}"), json!({"json": {}}));
        assert_eq!(body_of("application/json", b"{"), json!({"text": "{"}));
        let undecodable = json!({"undecodable": "utf-8"});
        assert_eq!(body_of("application/json", b"\"\xff\""), undecodable);
        assert_eq!(body_of("image/png", b"abc"), json!({}));
        assert_eq!(body_of("text/plain", b"a\xc3"), undecodable);
        assert_eq!(body_of("text/plain", b"\xff\xfea\x00"), json!({"text": "a"}));
        assert_eq!(body_of("text/plain; charset=UTF-16", b"\x00a"), json!({"text": "a"}));
        let latin1 = "text/plain; charset=ISO-8859-1";
        assert_eq!(body_of(latin1, b"\xe9"), json!({"text": "é"}));
    }

    #[test]
    fn a_text_that_was_cut_inside_a_character_ends_before_it() {
        let cut = RawResponse { truncated: true, ..response("text/plain", b"a\xc3") };
        assert_eq!(all(&cut)["body"]["text"], "a");
    }

    #[test]
    fn a_page_has_a_title() {
        let page = b"<html><TITLE lang=en>\n Terms &amp; more </title>";
        let facts = body_of("text/html; charset=utf-8", page);
        assert_eq!(facts["title"], "Terms & more");
    }

    #[test]
    fn a_title_is_what_a_browser_shows_as_one() {
        for (page, expected) in [
            ("<!-- <title>a</title> --><title>b &lt;i&gt;</title>", Some("b <i>")),
            ("<script>'<title>a</title>'</script><title>b</title>", Some("b")),
            ("<svg><title>a</title></svg><p><title>b</title>", Some("b")),
            ("<svg><title>a</title></svg>", None),
            ("<title></title>", Some("")),
            ("<title>cut of", None),
            ("<p>a</p>", None),
        ] {
            assert_eq!(title(page).as_deref(), expected, "{page}");
        }
        let late = format!("{}<title>a</title>", "é".repeat(HEAD_BYTES_MAX));
        assert_eq!(title(&late), None);
    }

    #[test]
    fn of_a_digest_only_length_and_hash_are_kept() {
        let mut step = Step::new(Role::Probe, "a stranger reads", "anyone", Act::Recall(StepId(0)));
        step.keep = Keep::Digest;
        step.expect = vec![Expectation::new("/headers/x-note/0", Test::Exists(true))];
        let facts = kept(
            all(&response("text/plain", b"abc")),
            &step,
            Extent::Redacted,
            &Redactor::default(),
        );
        let expected = json!({
            "status": 200,
            "url": "https://a.test/",
            "headers": { "content-type": ["text/plain"], "x-note": ["1"] },
            "redirects": [],
            "body": { "bytes": 3, "sha256": Digest::of(b"abc").0, "truncated": false },
            "canaries": [],
        });
        assert_eq!(facts.0, expected);
    }

    #[test]
    fn cookies_are_never_kept() {
        let step = Step::new(Role::Probe, "reads", "anyone", Act::Recall(StepId(0)));
        let facts =
            kept(all(&response("text/plain", b"")), &step, Extent::Redacted, &Redactor::default());
        assert_eq!(facts.header("set-cookie"), Some("sid=[secret]; Secure"));
    }
}
