//! Bodies of each kind, and what they show.

use serde_json::{Value, json};

use crate::probe::http::body::title::title;
use crate::probe::http::response::RawResponse;
use crate::probe::values::sought::Found;

fn response(fields: &[(&'static str, &str)], body: &[u8]) -> RawResponse {
    let field =
        |(name, value): &(&'static str, &str)| (name.parse().unwrap(), value.parse().unwrap());
    RawResponse {
        status: 200,
        url: "https://a.test/".parse().unwrap(),
        headers: fields.iter().map(field).collect(),
        redirects: Vec::new(),
        unfollowed: None,
        body: body.to_vec(),
        truncated: false,
        undecodable: None,
        found: Found::default(),
    }
}

/// The content of a body, and what was not understood of it.
fn read(content_type: &str, body: &[u8]) -> (Value, Vec<(String, String)>) {
    let found = super::read(&response(&[("content-type", content_type)], body));
    let mut facts = found.facts;
    for name in ["bytes", "sha256", "truncated"] {
        facts.shift_remove(name);
    }
    (Value::Object(facts), found.unclear)
}

fn body_of(content_type: &str, body: &[u8]) -> Value {
    read(content_type, body).0
}

#[test]
fn a_body_is_json_or_text_or_neither() {
    assert_eq!(body_of("application/json", b"7"), json!({"json": 7, "text": "7"}));
    assert_eq!(body_of("text/plain", b"7"), json!({"text": "7"}));
    assert_eq!(body_of("text/plain", b" {}"), json!({"json": {}, "text": " {}"}));
    assert_eq!(body_of("application/json", b"{"), json!({"text": "{"}));
    assert_eq!(body_of("image/png", b"abc"), json!({}));
    assert_eq!(body_of("image/svg+xml", b"<svg/>"), json!({"text": "<svg/>"}));
    assert_eq!(body_of("application/pdf", b"%PDF-\xff"), json!({"undecodable": "utf-8"}));
    assert_eq!(body_of("text/plain", b"\x89PNG\0\xff"), json!({"undecodable": "utf-8"}));
}

#[test]
fn a_text_in_another_character_set_than_declared_is_not_read() {
    for (content_type, body) in [
        ("text/plain; charset=made-up", &b"hello"[..]),
        ("text/plain; charset=utf-7", b"the +AHMAZQBjAHIAZQB0-"),
        ("text/plain; charset=utf-32", b"\xff\xfe\x00\x00a\x00\x00\x00"),
        ("text/plain; charset=utf-8", b"a\x00b\x00"),
        ("text/html", b"\x00a\x00b"),
    ] {
        let facts = body_of(content_type, body);
        assert!(facts.get("undecodable").is_some(), "{content_type} {body:?}: {facts}");
    }
}

#[test]
fn a_text_is_read_in_its_character_set() {
    for (content_type, body, expected) in [
        ("text/plain", &b"a\xc3"[..], "a\u{fffd}"),
        ("text/plain", b"\xff\xfea\x00", "a"),
        ("text/plain", b"\xfe\xff\x00a", "a"),
        ("text/plain", b"\xef\xbb\xbfa", "a"),
        ("text/plain; charset=UTF-16LE", b"a\x00", "a"),
        ("text/plain; charset=UTF-16BE", b"\x00a", "a"),
        ("text/plain; charset=ISO-8859-1", b"\xe9\x80", "é€"),
        ("text/plain; charset=\"windows-1252\"", b"\xe9", "é"),
        ("text/plain; charset=Shift_JIS", b"\x93\xfa\x96\x7b", "日本"),
        ("text/plain; charset=EUC-JP", b"\xc6\xfc", "日"),
        ("text/plain; charset=gb2312", b"\xc4\xe3", "你"),
        ("text/html; charset=made-up", b"\xc3\xa9", "é"),
        // A byte order mark counts more than the field.
        ("text/plain; charset=ISO-8859-1", b"\xef\xbb\xbf\xc3\xa9", "é"),
        ("text/xml", b"<?xml version='1.0' encoding=\"ISO-8859-1\"?><a>\xe9</a>", "é"),
        ("text/html", b"<meta charset=windows-1252><p>\xe9", "é"),
        (
            "text/html",
            b"<META http-equiv=Content-Type content='text/html; charset=koi8-r'>\xc1",
            "а",
        ),
        ("text/html; charset=utf-8", b"<meta charset=windows-1252>\xc3\xa9", "é"),
        ("text/html", b"<!-- <meta charset=windows-1252> -->\xc3\xa9", "é"),
        ("text/html", b"<meta charset=utf-16>\xc3\xa9", "é"),
    ] {
        let facts = body_of(content_type, body);
        let text = facts["text"].as_str().unwrap_or_default();
        assert!(text.contains(expected), "{content_type} {body:?}: {facts}");
    }
}

#[test]
fn a_text_that_was_cut_inside_a_character_ends_before_it() {
    for (charset, body) in
        [("utf-8", &b"a\xc3"[..]), ("Shift_JIS", b"a\x93"), ("utf-16le", b"a\0b")]
    {
        let content_type = format!("text/plain; charset={charset}");
        let whole = response(&[("content-type", &content_type)], body);
        let cut = RawResponse { truncated: true, ..whole };
        assert_eq!(super::read(&cut).facts["text"], "a", "{charset}");
    }
}

#[test]
fn a_page_has_a_title() {
    let page = b"<html><TITLE lang=en>\n Terms &amp; more </title>";
    assert_eq!(body_of("text/html; charset=utf-8", page)["title"], "Terms & more");
    let page = b"<title>Good page</title><p>caf\xe9</p>";
    assert_eq!(body_of("text/html; charset=utf-8", page)["title"], "Good page");
    let page = b"<meta charset=windows-1252><title>Caf\xe9</title>";
    assert_eq!(body_of("text/html", page)["title"], "Café");
}

#[test]
fn a_body_without_a_media_type_is_a_page_if_it_begins_like_one() {
    let page = b"\n<title>Good page</title>";
    let title = |fields: &[(&'static str, &str)]| {
        super::read(&response(fields, page)).facts.get("title").cloned()
    };
    assert_eq!(title(&[]), Some(json!("Good page")));
    assert_eq!(title(&[("content-type", "*/*")]), Some(json!("Good page")));
    assert_eq!(title(&[("x-content-type-options", "nosniff")]), None);
    assert_eq!(title(&[("content-type", "text/plain")]), None);
}

#[test]
fn a_title_is_what_a_browser_shows_as_one() {
    for (page, expected) in [
        ("<!-- <title>a</title> --><title>b &lt;i&gt;</title>", Some("b <i>")),
        ("<script>'<title>a</title>'</script><title>b</title>", Some("b")),
        ("<style><title>a</title></style><title>b</title>", Some("b")),
        ("<template><title>a</title></template><title>b</title>", Some("b")),
        ("<textarea><title>a</title></textarea><title>b</title>", Some("b")),
        ("<svg><title>a</title></svg><p><title>b</title>", Some("b")),
        ("<math><title>a</title></math><p><title>b</title>", Some("b")),
        ("<svg><foreignObject><title>a</title></foreignObject></svg>", Some("a")),
        ("<svg><title>a</title></svg>", None),
        ("<body><svg><title>Good page</title></svg></body>", None),
        ("<template><title>a</title></template>", None),
        ("<title></title>", Some("")),
        ("<title>a</title><title>b</title>", Some("a")),
        ("<title>to the end", Some("to the end")),
        ("<p>a</p>", None),
        ("<xmp><title>a</title></xmp>", None),
    ] {
        assert_eq!(title(page).as_deref(), expected, "{page}");
    }
}

#[test]
fn a_title_whose_end_was_not_read_is_none() {
    let title = |body: &str, truncated: bool| {
        let whole = response(&[("content-type", "text/html")], body.as_bytes());
        super::read(&RawResponse { truncated, ..whole }).facts.get("title").cloned()
    };
    assert_eq!(title("<title>cut of", true), None);
    assert_eq!(title("<title>a</title><p>cut of", true), Some(json!("a")));
    let late = format!("{}<title>a</title>", "é".repeat(64 * 1024));
    assert_eq!(title(&late, false), None);
}

#[test]
fn json_with_a_byte_order_mark_or_in_another_character_set_is_read() {
    for (content_type, body) in [
        ("application/json", &b"\xef\xbb\xbf[{\"t\":\"\xc3\xa9\"}]"[..]),
        ("text/plain", b"\xef\xbb\xbf[{\"t\":\"\xc3\xa9\"}]"),
        ("application/json; charset=iso-8859-1", b"[{\"t\":\"\xe9\"}]"),
        ("application/json; charset=iso-8859-1", b"[{\"t\":\"\xc3\xa9\"}]"),
        ("application/json", b"\xff\xfe[\0{\0\"\0t\0\"\0:\0\"\0\xe9\0\"\0}\0]\0"),
    ] {
        assert_eq!(body_of(content_type, body)["json"], json!([{"t": "é"}]), "{body:?}");
    }
    let (facts, unclear) = read("application/json", b"{\"t\":\"\xe9\"}");
    assert_eq!(facts.get("json"), None);
    assert!(unclear[0].1.contains("not UTF-8"), "{unclear:?}");
}

#[test]
fn json_lines_are_a_list_if_their_media_type_is_that_of_json_lines() {
    let lines = b"{\"a\":1}\n\n{\"a\":2,\"a\":3}\r\n";
    let (facts, unclear) = read("application/x-ndjson", lines);
    assert_eq!(facts["json"], json!([{"a": 1}, {"a": 3}]));
    assert_eq!(unclear[0].0, "/body/json/1/a");
    assert_eq!(body_of("application/jsonl", b"1")["json"], json!([1]));
    for content_type in ["application/json", "text/plain"] {
        let (facts, unclear) = read(content_type, lines);
        assert_eq!(facts.get("json"), None);
        assert!(unclear[0].1.contains("application/x-ndjson"), "{unclear:?}");
    }
    let (facts, unclear) = read("application/x-ndjson", b"{\"a\":1}\nwords\n");
    assert_eq!(facts.get("json"), None);
    assert_eq!(unclear[0].1, "line 2 of the body is not a JSON document");
}

#[test]
fn a_body_whose_encoding_was_not_undone_shows_nothing() {
    let encoded = response(&[("content-type", "text/html")], b"\x1f\x8b");
    let found = super::read(&RawResponse { undecodable: Some("gzip".into()), ..encoded });
    assert_eq!(found.facts["undecodable"], "gzip");
    assert_eq!(found.unclear[0].0, "/body");
}

#[test]
fn a_title_within_noscript_is_not_the_title_that_browsers_show() {
    for (page, title) in [
        ("<noscript><title>Good</title></noscript><title>Error</title>", "Error"),
        ("<noscript><!--</noscript><title>Error</title>--><title>Good</title></noscript>", "Error"),
        ("<title>Good</title><noscript><p>Please</p></noscript>", "Good"),
    ] {
        assert_eq!(body_of("text/html", page.as_bytes())["title"], title, "{page}");
    }
}
