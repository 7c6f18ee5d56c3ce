//! Turns an HTTP response into facts. See `model::answer::facts` for their form.

use std::collections::BTreeMap;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use url::Url;

use crate::model::answer::facts::{Facts, NOT_FOLLOWED};
use crate::model::plan::{Keep, Step};
use crate::probe::http::body;
use crate::probe::http::response::{RawResponse, cut, text_of};
use crate::probe::values::redact::{Redactor, header};

/// The number of characters that are kept of one header value.
const HEADER_CHARS_MAX: usize = 8192;

/// The number of header fields that are kept of one name.
const HEADER_VALUES_MAX: usize = 64;

/// The header fields that are kept of an answer of which only a digest is kept.
const HEADERS_OF_DIGEST: [&str; 6] =
    ["cache-control", "content-type", "date", "location", "retry-after", "www-authenticate"];

/// All facts of a response, before redaction. They must not leave `probe`: see [`kept`].
pub(crate) fn all(response: &RawResponse) -> Value {
    let redirects = response.redirects.iter();
    let redirects =
        redirects.map(|(status, to)| json!({ "status": status, "location": to.as_str() }));
    let body = body::read(response);
    let mut facts = json!({
        "status": response.status,
        "url": response.url.as_str(),
        "headers": headers(&response.headers),
        "redirects": redirects.collect::<Value>(),
        "body": body.facts,
        "canaries": response.found.canaries,
    });
    if let Some(why) = response.unfollowed {
        facts[NOT_FOLLOWED] = why.to_string().into();
    }
    if !response.found.secrets.is_empty() {
        facts["secrets"] = json!(response.found.secrets);
    }
    let mut facts = Facts(facts);
    body.unclear.iter().for_each(|(pointer, why)| facts.note_unclear(pointer, why.as_str()));
    facts.0
}

/// The facts of an answer that consists of a TLS alert: the server refused the certificate of the client, or its
/// absence.
pub(crate) fn of_alert(url: &Url, alert: &str) -> Value {
    json!({
        "url": url.as_str(),
        "headers": {},
        "redirects": [],
        "body": { "bytes": 0, "text": "" },
        "canaries": [],
        "refusal": { "tls_alert": alert },
    })
}

fn without_text(mut page: Value) -> Value {
    let body = page.get_mut("body").and_then(Value::as_object_mut);
    let document = body.filter(|body| body.contains_key("json") || body.contains_key("listing"));
    document.map(|body| body.shift_remove("text"));
    page
}

/// The facts of an answer without the text of bodies that were read as JSON or as a listing, which it
/// repeats.
pub(crate) fn without_text_of_documents(mut facts: Value) -> Value {
    let read = facts.pointer_mut("/pages/read").and_then(Value::as_array_mut).map(std::mem::take);
    let mut facts = without_text(facts);
    if let Some(read) = read {
        facts["pages"]["read"] = read.into_iter().map(without_text).collect();
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
        if let Some(unclear) = facts.get_mut("unclear").and_then(Value::as_object_mut) {
            unclear.retain(|pointer, _| !pointer.starts_with("/body/"));
        }
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
            NOT_FOLLOWED,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::answer::ids::StepId;
    use crate::model::judge::binding::Digest;
    use crate::model::plan::expect::{Expectation, Test};
    use crate::model::plan::{Act, Role};
    use crate::probe::values::sought::Found;

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
            unfollowed: None,
            body: body.to_vec(),
            truncated: false,
            undecodable: None,
            found: Found::default(),
        }
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
