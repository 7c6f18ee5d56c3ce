//! The data in an answer: values that identify its owner, and the text that is searched for them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::time::read::read_standard;
use crate::probe::spellings::escapes::unescape;
use crate::probe::spellings::readings;
use crate::probe::strangers::html;

/// How many values of one answer are compared.
const VALUES_MAX: usize = 500;

/// How many bytes of one answer are searched.
pub(crate) const TEXT_MAX: usize = 1 << 20;

/// How many bytes of one part of an answer are searched in all their readings.
const READINGS_MAX: usize = 1 << 16;

/// How many layers of escapes are decoded.
const PASSES_MAX: usize = 4;

/// A single word with fewer characters, such as a role, identifies nobody's data by itself.
const CHARS_MIN: usize = 24;

/// The same for several words, a whole line, and a text with digits in it.
const LINE_CHARS_MIN: usize = 8;

/// The same for any text of a page, where a page without data is known.
const PLAIN_CHARS_MIN: usize = 4;

/// The same for a value that has the same name in both answers.
const NAMED_CHARS_MIN: usize = 3;

/// How many digits a number has at least.
const DIGITS_MIN: usize = 4;

/// The names of values that answers of one service have in common, regardless of who gets them.
const ENVELOPE: &[&str] = &[
    "@context",
    "@type",
    "api",
    "apiversion",
    "app",
    "application",
    "code",
    "contact",
    "copyright",
    "date",
    "debug",
    "detail",
    "docs",
    "documentation",
    "documentationurl",
    "env",
    "environment",
    "error",
    "errors",
    "help",
    "helpurl",
    "host",
    "hostname",
    "href",
    "instance",
    "kind",
    "lang",
    "language",
    "license",
    "limit",
    "links",
    "locale",
    "message",
    "method",
    "node",
    "object",
    "ok",
    "offset",
    "page",
    "pagesize",
    "path",
    "perpage",
    "product",
    "region",
    "release",
    "requestid",
    "schema",
    "self",
    "server",
    "service",
    "servicename",
    "size",
    "state",
    "status",
    "statuscode",
    "success",
    "support",
    "supportemail",
    "supporturl",
    "time",
    "timestamp",
    "title",
    "total",
    "traceid",
    "type",
    "url",
    "version",
    "vendor",
];

/// The header fields that describe an answer and not its owner.
const DESCRIPTIVE: &[&str] = &[
    "accept",
    "access-control",
    "age",
    "alt-svc",
    "cache",
    "cf-",
    "connection",
    "content-",
    "cross-origin",
    "date",
    "etag",
    "expires",
    "keep-alive",
    "last-modified",
    "link",
    "location",
    "nel",
    "origin-agent",
    "permissions-policy",
    "pragma",
    "ratelimit",
    "referrer-policy",
    "report",
    "retry-after",
    "server",
    "set-cookie",
    "strict-transport",
    "surrogate",
    "timing-allow",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "via",
    "www-authenticate",
    "x-amz",
    "x-azure",
    "x-cache",
    "x-content",
    "x-correlation",
    "x-dns",
    "x-download",
    "x-envoy",
    "x-frame",
    "x-permitted",
    "x-powered",
    "x-ratelimit",
    "x-rate-limit",
    "x-request",
    "x-robots",
    "x-runtime",
    "x-served",
    "x-trace",
    "x-ua",
    "x-vercel",
    "x-version",
    "x-xss",
];

/// How much a value shows by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// It identifies data wherever it is found.
    Data,
    /// It may belong to every page of the service.
    Plain,
}

/// A value in an answer: its text in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DataValue {
    pub(crate) text: String,
    pub(crate) weight: Weight,
}

/// One answer, as far as it is compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    /// Whether it is an HTML page.
    pub(crate) is_page: bool,
    /// The values that may identify its owner's data.
    pub(crate) values: BTreeSet<DataValue>,
    /// The JSON values with their names, in lower case.
    pub(crate) named: BTreeSet<(String, String)>,
    /// The text of the body, decoded and in lower case.
    pub(crate) body: String,
    /// The same of the header fields and of redirects.
    pub(crate) head: String,
}

impl Document {
    /// The data in the facts of an answer that has not been redacted.
    pub(crate) fn of(facts: &Value) -> Self {
        let mut document = Self::default();
        let mut head = Vec::new();
        for (name, value) in fields(facts) {
            head.push(value.to_owned());
            if !DESCRIPTIVE.iter().any(|one| name.starts_with(one)) {
                document.add_tokens(value);
            }
        }
        let redirects = facts.get("redirects").and_then(Value::as_array).into_iter().flatten();
        head.extend(redirects.filter_map(|one| Some(one.get("location")?.as_str()?.to_owned())));
        document.head = decoded(&head.join("\n"));
        if let Some(json) = facts.pointer("/body/json") {
            let mut texts = Vec::new();
            document.add_json(json, "", &mut texts);
            document.body = decoded(&texts.join("\n"));
        } else if let Some(text) = facts.pointer("/body/text").and_then(Value::as_str) {
            document.add_text(text, is_html(facts));
            document.body = decoded(text);
        }
        document
    }

    /// The same for an answer that is searched: its texts in all their readings, unless they are long.
    pub(crate) fn of_stranger(facts: &Value) -> Self {
        let document = Self::of(facts);
        let read = |text: String| match text.len() <= READINGS_MAX {
            true => words(&readings(&text)).to_lowercase(),
            false => String::new(),
        };
        let texts = |pointer| {
            facts.pointer(pointer).map(|part| match part {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
        };
        let body = texts("/body/json").or_else(|| texts("/body/text")).unwrap_or_default();
        let head: Vec<&str> = fields(facts).map(|(_, value)| value).collect();
        Self {
            body: format!("{}\n{}", read(body), document.body),
            head: format!("{}\n{}", read(head.join("\n")), document.head),
            ..document
        }
    }

    /// Whether it contains this text, in lower case.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.body.contains(text) || self.head.contains(text)
    }

    /// How much memory it needs, about.
    pub(crate) fn bytes(&self) -> usize {
        let values = self.values.iter().map(|value| value.text.len() + 64);
        let named = self.named.iter().map(|(name, value)| name.len() + value.len() + 64);
        self.body.len() + self.head.len() + values.sum::<usize>() + named.sum::<usize>()
    }

    /// Adds the values of a JSON document. The nesting of what `serde_json` reads is bounded.
    fn add_json(&mut self, value: &Value, name: &str, texts: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.add_json(value, name, texts);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add_json(item, name, texts)),
            Value::String(text) => {
                texts.push(text.clone());
                self.add_string(text.trim(), name);
            }
            Value::Number(number) => {
                texts.push(number.to_string());
                self.add_number(&number.to_string(), name);
            }
            Value::Bool(_) | Value::Null => {}
        }
    }

    fn add_string(&mut self, text: &str, name: &str) {
        let name = canonical(name);
        if is_common(text) || ENVELOPE.contains(&name.as_str()) {
            return;
        }
        let chars = text.chars().count();
        if chars >= NAMED_CHARS_MIN && !is_address(text) && self.named.len() < VALUES_MAX {
            self.named.insert((name, text.to_lowercase()));
        }
        let several = text.contains(|c: char| c.is_whitespace() || c.is_ascii_digit());
        if (chars >= CHARS_MIN || several && chars >= LINE_CHARS_MIN) && !is_address(text) {
            self.add(text, Weight::Data);
        }
        self.add_tokens(text);
    }

    fn add_number(&mut self, digits: &str, name: &str) {
        let name = canonical(name);
        let count = digits.bytes().filter(u8::is_ascii_digit).count();
        if count < DIGITS_MIN || is_time(digits) || ENVELOPE.contains(&name.as_str()) {
            return;
        }
        if self.named.len() < VALUES_MAX {
            self.named.insert((name, digits.to_owned()));
        }
        self.add_tokens(digits);
    }

    fn add_text(&mut self, text: &str, is_page: bool) {
        self.is_page = is_page;
        if !is_page {
            for line in text.lines() {
                self.add_line(line, LINE_CHARS_MIN, Weight::Data);
            }
            return;
        }
        for part in html::parts(cut(text)) {
            match part.place {
                html::Place::Cell => self.add_line(&part.text, NAMED_CHARS_MIN, Weight::Data),
                html::Place::Text => {
                    self.add_line(&part.text, PLAIN_CHARS_MIN, Weight::Plain);
                }
                html::Place::Frame => {
                    let text = words(&part.text);
                    if text.chars().count() >= PLAIN_CHARS_MIN && !is_time(&text) {
                        self.add(&text, Weight::Plain);
                    }
                }
            }
        }
    }

    fn add_line(&mut self, line: &str, chars_min: usize, weight: Weight) {
        let line = words(line);
        if line.chars().count() >= chars_min && !is_time(&line) {
            self.add(&line, weight);
        }
        self.add_tokens(&line);
    }

    /// Adds the parts of a text that identify somebody by themselves: mail addresses and numbers.
    fn add_tokens(&mut self, text: &str) {
        let ends = |c: char| c.is_whitespace() || "\"'<>(){}[],;|=/&?#".contains(c);
        for token in text.split(ends) {
            let token = token.trim_matches(['.', ':', '!', '-', '_']);
            if is_telling(token) {
                self.add(token, Weight::Data);
            }
        }
    }

    fn add(&mut self, text: &str, weight: Weight) {
        if self.values.len() < VALUES_MAX {
            self.values.insert(DataValue { text: text.to_lowercase(), weight });
        }
    }
}

/// The header fields of an answer, each with one of its values.
fn fields(facts: &Value) -> impl Iterator<Item = (&str, &str)> {
    let fields = facts.get("headers").and_then(Value::as_object).into_iter().flatten();
    fields.flat_map(|(name, values)| {
        let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
        values.map(move |value| (name.as_str(), value))
    })
}

fn is_html(facts: &Value) -> bool {
    let types = fields(facts).filter(|(name, _)| *name == "content-type");
    let text = facts.pointer("/body/text").and_then(Value::as_str).unwrap_or_default();
    let start = text.trim_start().get(..9).unwrap_or_default().to_ascii_lowercase();
    types.into_iter().any(|(_, value)| value.contains("html"))
        || start == "<!doctype"
        || start.starts_with("<html")
}

/// A name without case and separators: `requestId` and `request_id` are the same.
fn canonical(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_MAX)]
}

/// The text as it is and without its escapes, in lower case and with single spaces.
pub(crate) fn decoded(text: &str) -> String {
    let mut all = words(cut(text)).to_lowercase();
    let mut view = cut(text).as_bytes().to_vec();
    for _ in 0..PASSES_MAX {
        let Some(next) = unescape(&view) else { break };
        all.push('\n');
        all.push_str(&words(&String::from_utf8_lossy(&next)).to_lowercase());
        view = next;
    }
    all
}

/// A mail address, or a text with many digits that is neither a time, a version nor an IP address.
fn is_telling(token: &str) -> bool {
    if let Some((user, host)) = token.split_once('@') {
        return !user.is_empty() && host.contains('.') && host.len() > NAMED_CHARS_MIN;
    }
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    token.chars().count() >= LINE_CHARS_MIN && digits >= DIGITS_MIN && !is_common(token)
}

/// Whether a text is a time, a version or an IP address, which many answers contain.
fn is_common(text: &str) -> bool {
    let version = text.trim_start_matches(['v', 'V']);
    let is_version = version.contains('.')
        && version.split('.').all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    is_version || text.parse::<std::net::IpAddr>().is_ok() || is_time(text)
}

/// Whether a text is a time or a date.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| {
        bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let dated = match bytes.len() {
        8 => digits(0, 8) && matches!(&bytes[..2], b"19" | b"20"),
        _ => digits(0, 4) && digits(5, 7) && digits(8, 10) && bytes[4] == b'-' && bytes[7] == b'-',
    };
    dated || read_standard(text).is_some() || is_epoch(text)
}

/// Seconds or milliseconds since 1970, of this century.
fn is_epoch(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default();
    matches!((whole.len(), whole.parse::<u64>()), (10 | 13, Ok(number)) if {
        let seconds = if whole.len() == 13 { number / 1000 } else { number };
        (1_000_000_000..4_200_000_000).contains(&seconds)
    })
}

/// Whether a text is a link, which is part of many answers.
fn is_address(text: &str) -> bool {
    ["http://", "https://", "/", "mailto:"].iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn data(body: Value) -> Vec<String> {
        let values = Document::of(&json!({ "body": body })).values;
        let data = values.into_iter().filter(|value| value.weight == Weight::Data);
        data.map(|value| value.text).collect()
    }

    #[test]
    fn values_that_identify_somebody_are_data() {
        let json = json!({"json": {
            "id": "ord-8812", "name": "Jane Doe", "street": "Main Street 12", "iban": 4_711_881_299_u64,
            "mail": "jane@example.com", "link": "https://example.com/about-our-service",
        }});
        let expected = ["4711881299", "jane doe", "jane@example.com", "main street 12", "ord-8812"];
        assert_eq!(data(json), expected);
        assert_eq!(data(json!({"text": "three chairs\nfor Jane\n"})), ["for jane", "three chairs"]);
    }

    #[test]
    fn times_versions_and_what_all_answers_contain_are_not() {
        let json = json!({"json": {
            "at": "2026-11-28T04:00:00Z", "day": "20261128", "s": 1_795_838_400, "v": "v12.11.2026",
            "ip": "203.0.113.17", "version": "2026.11.28-12345678", "message": "this is quite a text",
            "request_id": "0123456789abcdef", "ok": true,
        }});
        assert_eq!(data(json), Vec::<String>::new());
    }

    #[test]
    fn header_fields_of_the_owner_are_data_unless_they_describe_the_answer() {
        let facts = json!({"headers": {
            "x-account": ["4711-8812"], "etag": ["\"0123456789\""], "date": ["Sat, 28 Nov 2026"],
        }});
        let values = Document::of(&facts).values;
        assert_eq!(values.into_iter().map(|one| one.text).collect::<Vec<_>>(), ["4711-8812"]);
    }
}
