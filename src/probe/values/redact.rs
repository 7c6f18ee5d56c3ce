//! Redaction: replaces every value that must not leave `probe`.
//!
//! Canaries become their placeholders (`${canary:acme}`), so that evidence reads like its plan.
//! Secrets, and everything that looks like a JSON Web Token, become `[secret]`.

use std::collections::BTreeSet;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::model::answer::facts::SECRET;
use crate::probe::spellings::escapes::percent;
use crate::probe::spellings::{Needle, Searcher};

/// The minimum length of a secret, in characters; shorter values would match ordinary text.
pub(crate) const SECRET_LENGTH_MIN: usize = 6;

/// Header fields whose values are never kept.
const SECRET_FIELDS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// The parts of facts that say nothing about the content of an answer.
const STRUCTURE: [&str; 12] = [
    "took_ms",
    "status",
    "exit",
    "found",
    "folder",
    "truncated",
    "undecodable",
    "bytes",
    "sha256",
    "canaries",
    "secrets",
    "withheld",
];

/// Replaces values with their placeholders.
#[derive(Default)]
pub(crate) struct Redactor {
    automaton: Option<AhoCorasick>,
    placeholders: Vec<String>,
    /// Finds the values in spellings that the automaton does not know.
    searcher: Searcher,
    /// The redactor that is applied before this one.
    first: Option<Arc<Redactor>>,
}

impl Redactor {
    /// Redacts these values, each with its placeholder. Empty values are skipped.
    pub(crate) fn new<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let (mut patterns, mut placeholders) = (Vec::new(), Vec::new());
        for (value, placeholder) in values.into_iter().filter(|(value, _)| !value.is_empty()) {
            for spelling in spellings(value) {
                patterns.push(spelling);
                placeholders.push(placeholder.clone());
            }
        }
        // A private key has thousands of states; building a lookup table of them takes longer than the
        // search itself.
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(patterns);
        Self { automaton: automaton.ok(), placeholders, ..Self::default() }
    }

    /// Redacts these secrets.
    pub(crate) fn of_secrets(secrets: &[String]) -> Self {
        let searcher = Searcher::new(secrets.iter().map(|secret| Needle::Text(secret)));
        let secrets = secrets.iter().map(|secret| (secret.as_str(), SECRET.to_owned()));
        Self { searcher, ..Self::new(secrets) }
    }

    /// The same redactor, applied after `first`.
    pub(crate) fn after(self, first: Arc<Self>) -> Self {
        Self { first: Some(first), ..self }
    }

    /// Redacts a text.
    pub(crate) fn text(&self, text: &str) -> String {
        let text = self.first.as_ref().map_or_else(|| text.to_owned(), |first| first.text(text));
        without_tokens(match &self.automaton {
            Some(automaton) => automaton.replace_all(&text, &self.placeholders),
            None => text,
        })
    }

    /// Redacts the facts of an answer, and leaves their structure.
    pub(crate) fn facts(&self, facts: Value) -> Value {
        // An answer over HTTP was searched already, and its facts name the secrets in it.
        let may_hide = facts.get("secrets").is_some() || facts.get("status").is_none();
        let redacted = self.parts(facts, Self::spelt);
        match may_hide && self.hides(&redacted.to_string()) {
            true => self.parts(redacted, Self::thorough),
            false => redacted,
        }
    }

    /// Applies `redact` to every part of facts that is not structure.
    fn parts(&self, facts: Value, redact: fn(&Self, Value) -> Value) -> Value {
        let Value::Object(parts) = facts else { return redact(self, facts) };
        let part = |(name, value): (String, Value)| {
            let value = match (name.as_str(), value) {
                (name, value) if STRUCTURE.contains(&name) => value,
                ("body" | "stdout", part) => self.parts(part, redact),
                (_, value) => redact(self, value),
            };
            (name, value)
        };
        parts.into_iter().map(part).collect()
    }

    /// Redacts a document, in keys and in values.
    pub(crate) fn value(&self, value: Value) -> Value {
        let redacted = self.spelt(value);
        match self.hides(&redacted.to_string()) {
            true => self.thorough(redacted),
            false => redacted,
        }
    }

    /// Whether a text still contains a secret, in whatever spelling.
    fn hides(&self, text: &str) -> bool {
        let found = !self.searcher.search(text.as_bytes()).found.is_empty();
        found || self.first.as_ref().is_some_and(|first| first.hides(text))
    }

    /// Replaces every string that still contains a secret.
    fn thorough(&self, value: Value) -> Value {
        match value {
            Value::String(text) if self.hides(&text) => SECRET.into(),
            Value::Array(items) => items.into_iter().map(|item| self.thorough(item)).collect(),
            Value::Object(fields) => {
                let mut kept = Map::new();
                for (name, value) in fields {
                    let name = if self.hides(&name) { SECRET.to_owned() } else { name };
                    kept.insert(unused(name, &kept), self.thorough(value));
                }
                kept.into()
            }
            other => other,
        }
    }

    /// Redacts the spellings that can be replaced within a text.
    fn spelt(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.spelt(item)).collect(),
            Value::Object(fields) => {
                let mut kept = Map::new();
                for (name, value) in fields {
                    kept.insert(unused(self.text(&name), &kept), self.spelt(value));
                }
                kept.into()
            }
            // A secret of digits may be returned as a number.
            Value::Number(number) => match self.text(&number.to_string()) {
                text if text == number.to_string() => Value::Number(number),
                text => Value::String(text),
            },
            other => other,
        }
    }
}

/// A key that the object does not have yet: two keys may have had secrets, and both stay.
fn unused(name: String, object: &Map<String, Value>) -> String {
    let numbered = (2..).map(|count| format!("{name} ({count})"));
    let mut names = [name.clone()].into_iter().chain(numbered);
    names.find(|one| !object.contains_key(one)).unwrap_or(name)
}

fn spellings(value: &str) -> Vec<String> {
    let json = Value::from(value).to_string();
    let mut all = vec![value.to_owned(), percent(value), json.trim_matches('"').to_owned()];
    all.extend(base64_pieces(value));
    all.sort_unstable();
    all.dedup();
    all
}

/// Pieces of base64 shorter than this occur by chance.
const BASE64_CHARS_MIN: usize = 8;

/// The pieces of base64 that occur in the encoding of any bytes that contain `value`: as it is, in lower
/// and in upper case, at each of the three alignments and in both alphabets.
fn base64_pieces(value: &str) -> BTreeSet<String> {
    let cases = [value.to_owned(), value.to_ascii_lowercase(), value.to_ascii_uppercase()];
    let aligned = cases.iter().flat_map(|case| (0..3).map(move |shift| (case, shift)));
    aligned
        .flat_map(|(case, shift)| {
            [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD].map(|engine| {
                let mut bytes = vec![0; shift];
                bytes.extend_from_slice(case.as_bytes());
                let text = engine.encode(&bytes);
                // The characters at both ends also encode bits of the neighbouring bytes.
                text[(shift * 8).div_ceil(6)..bytes.len() * 8 / 6].to_owned()
            })
        })
        .filter(|piece| piece.len() >= BASE64_CHARS_MIN)
        .collect()
}

/// Redacts the value of a header field: a cookie keeps its name and attributes, any other credential
/// keeps nothing.
pub(crate) fn header(name: &str, value: &str) -> String {
    if name == "set-cookie" {
        let (pair, attributes) = match value.split_once(';') {
            Some((pair, attributes)) => (pair, format!(";{attributes}")),
            None => (value, String::new()),
        };
        let name = pair.split_once('=').map_or("", |(name, _)| name);
        return format!("{name}={SECRET}{attributes}");
    }
    if SECRET_FIELDS.contains(&name) { SECRET.to_owned() } else { value.to_owned() }
}

/// Replaces each JSON Web Token (RFC 7519): three parts in base64 that start with `eyJ`.
fn without_tokens(text: String) -> String {
    if !text.contains("eyJ") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find("eyJ") {
        let (before, token) = rest.split_at(start);
        out.push_str(before);
        let in_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let end = token.find(|c| !in_token(c)).unwrap_or(token.len());
        let (token, tail) = token.split_at(end);
        out.push_str(if token.matches('.').count() >= 2 { SECRET } else { token });
        rest = tail;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn redactor() -> Redactor {
        Redactor::new([
            ("00ff00ff00ff00ff", "${canary:acme}".to_owned()),
            ("p/ss word", SECRET.to_owned()),
            ("81726354", SECRET.to_owned()),
            ("", SECRET.to_owned()),
        ])
    }

    #[test]
    fn values_are_replaced_in_keys_and_values() {
        let kept = redactor().value(json!({
            "a 00FF00ff00ff00ff": ["x p/ss word y", "p%2Fss%20word"], "n": 81726354, "m": 8,
        }));
        let expected = json!({
            "a ${canary:acme}": ["x [secret] y", "[secret]"], "n": "[secret]", "m": 8,
        });
        assert_eq!(kept, expected);
    }

    #[test]
    fn keys_that_become_equal_both_stay() {
        let kept = redactor().value(json!({ "p/ss word": 1, "x": 2, "81726354": 3 }));
        assert_eq!(kept, json!({ "[secret]": 1, "x": 2, "[secret] (2)": 3 }));
    }

    #[test]
    fn a_secret_is_redacted_in_spellings_that_cannot_be_replaced_in_place() {
        let redactor = Redactor::of_secrets(&["correct-horse".to_owned()]);
        let hex: String = "correct-horse".bytes().map(|byte| format!("{byte:02x}")).collect();
        let kept =
            redactor.value(json!({ "a": format!("x {hex} y"), "b": "c<b>orrec</b>t-horse" }));
        assert_eq!(kept, json!({ "a": SECRET, "b": SECRET }));
    }

    #[test]
    fn the_structure_of_facts_stays() {
        let redactor = Redactor::of_secrets(&["200".to_owned(), "true".to_owned()]);
        let facts =
            json!({ "status": 200, "body": { "bytes": 200, "truncated": true, "json": [200] } });
        let kept = redactor.facts(facts);
        let body = json!({ "bytes": 200, "truncated": true, "json": [SECRET] });
        assert_eq!(kept, json!({ "status": 200, "body": body }));
    }

    #[test]
    fn tokens_are_never_kept() {
        let token = format!("{}.{}.{}", "eyJhbGciOiJub25lIn0", "eyJpc3MiOiJhIn0", "c2ln");
        let kept = redactor().text(&format!("<a href='?jwt={token}'> eyJ eyJ.a"));
        assert_eq!(kept, "<a href='?jwt=[secret]'> eyJ eyJ.a");
    }

    #[test]
    fn of_a_cookie_only_name_and_attributes_are_kept() {
        assert_eq!(header("set-cookie", "sid=abc; Path=/; Secure"), "sid=[secret]; Path=/; Secure");
        assert_eq!(header("set-cookie", "abc"), "=[secret]");
        assert_eq!(header("authorization", "abc"), SECRET);
        assert_eq!(header("x-session-policy", "none"), "none");
        assert_eq!(header("cache-control", "private"), "private");
    }

    proptest! {
        #[test]
        fn a_secret_is_redacted_in_every_encoding(
            secret in "[a-zA-Z0-9/+ ]{16,24}", before in "[a-z ]{0,5}", after in "[a-z ]{0,5}",
        ) {
            let redactor = Redactor::new([(secret.as_str(), SECRET.to_owned())]);
            let text = format!("{before}{secret}{after}");
            let encoded = base64::engine::general_purpose::STANDARD.encode(&text);
            prop_assert!(!redactor.text(&text).contains(&secret));
            prop_assert!(redactor.text(&percent(&text)).contains(SECRET));
            prop_assert!(redactor.text(&encoded).contains(SECRET));
        }
    }
}
