//! The redactor: of a secret in any spelling nothing remains.

use serde_json::{Value, json};

use crate::fuzz::choices::Choices;
use crate::fuzz::layers;
use crate::probe::spellings::{Needle, Searcher};
use crate::probe::values::redact::Redactor;

/// Secrets of the forms that people use.
const SECRETS: [&str; 4] =
    ["correct-horse-battery", "p/ss w0rd+&=~", "9081726354", "tok_live_4eC39HqLyjWDarjtT1zdp7dc"];

/// Redacts a document that contains a secret.
pub(super) fn redact(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let secret = choices.pick(&SECRETS).copied().unwrap_or_default();
    let (before, after) = (choices.text(30), choices.text(30));
    let spelt = layers::encoded(secret.as_bytes(), &mut choices);
    // Facts are text: bytes that are not UTF-8 were replaced when the answer was read.
    let Ok(spelt) = String::from_utf8(spelt) else { return };
    let text = format!("{before} {spelt} {after}");
    let redactor = Redactor::of_secrets(&SECRETS.map(str::to_owned));
    let place = redactor.finds(text.as_bytes());
    assert!(place.as_ref().is_some_and(|at| at.start < at.end && at.end <= text.len()), "{text}");
    let line = redactor.text(&text);
    assert!(!line.contains(&spelt), "`{spelt}` is still in {line}");
    assert_eq!(redactor.finds(line.as_bytes()), None, "a spelling of a secret is still in {line}");
    let document = placed(&text, choices.up_to(3));
    let redacted = redactor.value(document);
    assert_eq!(redactor.value(redacted.clone()), redacted, "a second time changes something");
    for text in texts(&redacted) {
        assert!(!text.contains(&spelt), "`{spelt}` is still in {redacted}");
        let findings = Searcher::new(SECRETS.map(Needle::Text)).search(text.as_bytes());
        assert!(findings.found.is_empty(), "a spelling of a secret is still in {redacted}");
    }
}

/// A document with a text in one of several places.
fn placed(text: &str, place: usize) -> Value {
    match place {
        0 => json!(text),
        1 => json!([1, [text], null]),
        2 => json!({ "a": { text: true } }),
        _ => json!({ "body": { "json": { "a": text, "b": 1.5 } }, "headers": { "x": [text] } }),
    }
}

/// Every text of a document, the keys included.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| [vec![key.as_str()], texts(value)].concat())
            .collect(),
        _ => Vec::new(),
    }
}
