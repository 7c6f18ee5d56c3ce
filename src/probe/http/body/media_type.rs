//! The media type of a body: the declared one, or else what its first bytes show.

use reqwest::header::{CONTENT_TYPE, HeaderMap};

use crate::probe::http::response::text_of;

/// The media types of JSON Lines.
const JSON_LINES: [&str; 6] = [
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
    "application/jsonlines",
    "application/json-lines",
];

/// The types that are text although their names do not begin with `text/`.
const TEXTS: [&str; 9] = [
    "application/javascript",
    "application/x-javascript",
    "application/x-www-form-urlencoded",
    "application/yaml",
    "application/x-yaml",
    "application/toml",
    "application/sql",
    "application/graphql",
    "application/x-sh",
];

/// The tags with which a body without a media type begins if it is HTML (WHATWG MIME Sniffing, section
/// 7.1).
const TAGS: [&str; 17] = [
    "<!doctype html",
    "<html",
    "<head",
    "<script",
    "<iframe",
    "<h1",
    "<div",
    "<font",
    "<table",
    "<a",
    "<style",
    "<title",
    "<b",
    "<body",
    "<br",
    "<p",
    "<!--",
];

/// The media type of a body.
pub(crate) struct MediaType {
    /// Such as `text/html`, in lower case; empty if none is declared or recognised.
    pub(crate) name: String,
    parameters: String,
}

impl MediaType {
    /// The declared type of a body, or the one that a browser recognises where none is declared.
    pub(crate) fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        let value = headers.get(CONTENT_TYPE);
        let value = value.map_or(String::new(), |value| text_of(value.as_bytes()));
        let value = value.to_ascii_lowercase();
        let (name, parameters) = value.split_once(';').unwrap_or((&value, ""));
        let name = match name.trim() {
            "" | "*/*" | "unknown/unknown" | "application/unknown" if may_sniff(headers) => {
                if begins_like_html(body) {
                    "text/html"
                } else {
                    ""
                }
            }
            name => name,
        };
        Self { name: name.to_owned(), parameters: parameters.to_owned() }
    }

    /// The declared character set, in lower case.
    pub(crate) fn charset(&self) -> Option<&str> {
        let parameters = self.parameters.split(';').map(str::trim);
        let charset = parameters.filter_map(|one| one.strip_prefix("charset=")).next();
        charset.map(|charset| charset.trim_matches('"').trim())
    }

    /// Whether bodies of this type are never text.
    pub(crate) fn is_binary(&self) -> bool {
        let kinds = ["image/", "audio/", "video/", "font/"];
        let is_kind = kinds.iter().any(|kind| self.name.starts_with(kind));
        (is_kind && !self.is_xml()) || self.name == "application/octet-stream"
    }

    /// Whether bodies of this type are text.
    pub(crate) fn is_text(&self) -> bool {
        self.name.is_empty()
            || self.name.starts_with("text/")
            || self.is_json()
            || self.is_json_lines()
            || self.is_xml()
            || TEXTS.contains(&self.name.as_str())
    }

    /// Whether bodies of this type are pages.
    pub(crate) fn is_html(&self) -> bool {
        matches!(self.name.as_str(), "text/html" | "application/xhtml+xml")
    }

    /// Whether bodies of this type are XML.
    pub(crate) fn is_xml(&self) -> bool {
        self.name.ends_with("/xml") || self.name.ends_with("+xml")
    }

    /// Whether bodies of this type are JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.name.ends_with("/json") || self.name.ends_with("+json")
    }

    /// Whether bodies of this type have a JSON document on each line.
    pub(crate) fn is_json_lines(&self) -> bool {
        JSON_LINES.contains(&self.name.as_str())
    }
}

fn may_sniff(headers: &HeaderMap) -> bool {
    let value = headers.get("x-content-type-options").map(|value| value.as_bytes());
    !value.is_some_and(|value| value.trim_ascii().eq_ignore_ascii_case(b"nosniff"))
}

fn begins_like_html(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let begins = |tag: &&str| {
        let (start, rest) = body.split_at(tag.len().min(body.len()));
        let ends = *tag == "<!--" || matches!(rest.first(), Some(b' ' | b'>'));
        start.eq_ignore_ascii_case(tag.as_bytes()) && ends
    };
    TAGS.iter().any(begins)
}
