//! Bodies: JSON, numbers, titles, encodings, character sets, and bodies that are longer than the limit.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::readers::headers::case;
use crate::readers::raw::{Judged, answer, judged};

/// A check of `GET /` with this expectation.
fn expecting(expect: &str) -> String {
    format!("- kind: http\n  steps:\n    - {{ name: it is asked, get: /, expect: {expect} }}\n")
}

/// The verdict on an expectation of an answer with these fields and this body.
fn body(fields: &str, body: &[u8], expect: &str) -> Judged {
    judged(answer(fields, body), &expecting(expect))
}

fn json(text: &str, expect: &str) -> Judged {
    body("Content-Type: application/json\n", text.as_bytes(), expect)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn each_case_of_json_has_its_right_value() {
    let of = |case: (&'static [u8], &str)| judged(case.0, case.1);
    of(case!("15-a")).is("holds", &[]);
    of(case!("15-c")).is("holds", &[]);
    let a16 = include_bytes!("cases/16-a.http").as_slice();
    judged(a16, &expecting("{ json: { /region: eu } }"))
        .is("inconclusive", &["the member “region” twice"]);
    let a17 = include_bytes!("cases/17-a.http").as_slice();
    judged(a17, &expecting("{ json: { /audited_on: { exists: true } } }"))
        .is("violated", &["there is no “audited_on” in the body"]);
    let a18 = include_bytes!("cases/18-a.http").as_slice();
    let states = "- kind: http\n  states: [/v]\n  steps:\n    - { name: it is asked, get: /, expect: { json: { /v: { at_least: 5 } } } }\n";
    judged(a18, states)
        .is("inconclusive", &["“v” in the body is the text “Infinity”, and not a number"]);
    json(r#"{"v":[1,2,2]}"#, "{ json: { /v: { same_set: [1, 2] } } }").is("violated", &[]);
    let a33 = include_bytes!("cases/33-a.json");
    body("Content-Type: application/json\n", a33, "{ json: { /0/t: \"2026-01-31T12:00:00Z\" } }")
        .is("holds", &[]);
}

#[test]
fn numbers_and_members_are_compared_exactly() {
    let large = "{ json: { /v: 9007199254740993 } }";
    json(r#"{"v":9007199254740993}"#, large).is("holds", &[]);
    json(r#"{"v":9007199254740992}"#, large).is("violated", &["9007199254740992"]);
    json(r#"{"v":9007199254740992.0}"#, large).is("violated", &[]);
    let region = "{ json: { /region: eu } }";
    json(r#"{"a":{"b":1,"b":2},"region":"eu"}"#, region).is("holds", &[]);
    let nested = "{ json: { /a/b: 2 } }";
    json(r#"{"a":{"b":1,"b":2}}"#, nested).is("inconclusive", &["the member “b” twice"]);
    let whole = "{ json: { /a: { exists: true } } }";
    json(r#"{"a":{"b":1},"a":2}"#, whole).is("inconclusive", &["the member “a” twice"]);
    json(r#"{"v":"5"}"#, "{ json: { /v: 5 } }").is(
        "inconclusive",
        &["“v” in the body is the text “5”, and the test compares it with a number"],
    );
    json("{\"v\":5", "{ json: { /v: 5 } }")
        .is("inconclusive", &["the body is not JSON", "“{\"v\":5”"]);
}

#[test]
fn lines_of_json_are_a_list_or_the_message_names_the_remedy() {
    let lines = b"{\"ok\":true}\n{\"ok\":true}\n";
    let each = "{ json: { \"\": { every: { at: /ok, is: true } } } }";
    for media_type in ["application/x-ndjson", "application/jsonl; charset=utf-8"] {
        body(&format!("Content-Type: {media_type}\n"), lines, each).is("holds", &[]);
    }
    body("Content-Type: application/json\n", lines, each)
        .is("inconclusive", &["a JSON document on each line", "`application/x-ndjson`"]);
}

#[test]
fn pages_are_decoded_as_browsers_do() {
    let good = "{ status: 200, title: { contains: \"Good page\" } }";
    let page = b"<title>Good page</title>";
    let html = "Content-Type: text/html; charset=utf-8\n";
    let packed = format!("{html}Content-Encoding: gzip\n");
    body(&packed, &gzip(page), good).is("holds", &[]);
    body(&packed, page, good).is("inconclusive", &["could not be decoded as `gzip`"]);
    let cafe = "{ title: { contains: \"Café\" } }";
    let meta = b"<meta charset=windows-1252><title>Caf\xe9</title>";
    body("Content-Type: text/html\n", meta, cafe).is("holds", &[]);
    body("Content-Type: text/html; charset=utf-8\n", meta, cafe)
        .is("inconclusive", &["characters that could not be read"]);
    body(html, b"<title>Good page</title><p>caf\xe9</p>", good).is("holds", &[]);
    body("", page, good).is("holds", &[]);
    let text = "Content-Type: text/plain\nContent-Encoding: gzip\n".to_owned();
    body(&text, &gzip(b"hello"), "{ text: { contains: hello } }").is("holds", &[]);
    let japanese = b"<title>Good page \x93\xfa\x96\x7b</title>";
    let sjis = "Content-Type: text/html; charset=Shift_JIS\n";
    body(sjis, japanese, "{ title: \"Good page 日本\" }").is("holds", &[]);
}

#[test]
fn a_title_is_the_one_that_a_browser_shows() {
    let good = "{ title: { contains: \"Good page\" } }";
    let html = |page: &str| body("Content-Type: text/html\n", page.as_bytes(), good);
    html("<!doctype html><!-- <title>Good page</title> --><title>Error</title>\n")
        .is("violated", &["page's title: “Error”"]);
    html("<body><svg><title>Good page</title></svg></body>")
        .is("violated", &["the page has no title"]);
    for hidden in ["script", "style", "template", "textarea", "svg"] {
        html(&format!("<{hidden}><title>Good page</title></{hidden}><title>Error</title>"))
            .is("violated", &["page's title: “Error”"]);
    }
    html("<p><title>Good page</title>").is("holds", &[]);
}

#[test]
fn a_text_test_reads_every_textual_body() {
    let there = "{ text: { contains: eu-central } }";
    json(r#"{"region": "eu-central"}"#, there).is("holds", &[]);
    json(r#"{"region": "us"}"#, there).is("violated", &[]);
    body("Content-Type: text/html\n", b"<p>eu-central", there).is("holds", &[]);
    body("Content-Type: image/png\n", b"eu-central", there)
        .is("inconclusive", &["the body is not text", "image/png"]);
    let absent = "{ text: { not_contains: eu-central } }";
    let check = format!(
        "- kind: http\n  steps:\n    - {{ name: known, role: control, get: /, expect: {{ status: 200 }} }}\n    - {{ name: it is asked, get: /, control: known, expect: {absent} }}\n"
    );
    let stray = answer("Content-Type: text/plain\n", b"caf\xe9 eu-central");
    judged(stray, &check).is("violated", &[]);
    let stray = answer("Content-Type: text/plain\n", b"caf\xe9 eu\xff");
    judged(stray, &check).is("inconclusive", &["characters that could not be read"]);
}

#[test]
fn a_body_that_is_longer_than_the_limit_decides_only_what_its_beginning_shows() {
    let huge = answer("Content-Type: text/plain\n", &vec![b'a'; 40_000_000]);
    let long = answer("Content-Type: text/plain\n", &vec![b'a'; 1_100_000]);
    let bytes = |test: &str| {
        let check = format!(
            "- kind: http\n  states: [bytes]\n  steps:\n    - {{ name: it is asked, get: /b, expect: {{ bytes: {test} }} }}\n"
        );
        judged(if test.contains("30000000") { huge.clone() } else { long.clone() }, &check)
    };
    bytes("{ at_most: 30000000 }").is("inconclusive", &["a limit on time or size was reached"]);
    bytes("{ at_least: 35000000 }").is("inconclusive", &["a limit on time or size was reached"]);
    bytes("{ at_most: 1000 }").is("violated", &[]);
    bytes("{ at_least: 1000 }").is("holds", &[]);
    judged(long, &expecting("{ text: { contains: b } }"))
        .is("inconclusive", &["a limit on time or size was reached"]);
}
