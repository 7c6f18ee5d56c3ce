//! Answers that arrive whole and are hostile in their content: documents, redirects, further pages, and text that
//! could control a terminal.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::trust::hostile::project::{bounded, judge, name, project};
use crate::trust::hostile::raw::{Part, send, serve_paths};
use crate::trust::hostile::secure::{Log, http, redirect, serve};

const TIME_MAX: Duration = Duration::from_secs(90);

/// A case: its name, the fields of the answer, its body, the expectation, the verdict and words of the report.
type Case = (&'static str, &'static str, Vec<u8>, &'static str, &'static str, &'static str);

const JSON: &str = "Content-Type: application/json\r\n";
const HTML: &str = "Content-Type: text/html\r\n";
const V: &str = "json: { /v: sound }";
const THERE: &str = "json: { /v: { exists: true } }";

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
fn documents() -> Vec<Case> {
    let json =
        |what, body: &[u8], expect, verdict| (what, JSON, body.to_vec(), expect, verdict, "");
    let long = |text: &str, count: usize| text.repeat(count).into_bytes();
    let within = |start: &str, inner: Vec<u8>, end: &str| {
        [start.as_bytes(), &inner, end.as_bytes()].concat()
    };
    vec![
        json("a sound document", br#"{"v":"sound"}"#, V, "holds"),
        json("a mark of the order of bytes", b"\xef\xbb\xbf{\"v\":\"sound\"}", V, "holds"),
        json("a depth of 100 000", &long("[", 100_000), THERE, "inconclusive"),
        json(
            "closed lists in 100 000 lists",
            &[long("[", 100_000), long("]", 100_000)].concat(),
            THERE,
            "inconclusive",
        ),
        json("objects in 50 000 objects", &long("{\"v\":", 50_000), THERE, "inconclusive"),
        json(
            "a number of 100 kB",
            &within("{\"v\":", long("9", 100_000), "}"),
            "json: { /v: \"sound\" }",
            "inconclusive",
        ),
        json(
            "a number beyond all bounds",
            br#"{"v":1e999999999}"#,
            "json: { /v: \"sound\" }",
            "inconclusive",
        ),
        json("a member twice", br#"{"v":"sound","v":"other"}"#, V, "inconclusive"),
        json("bytes that are not UTF-8", b"{\"v\":\"so\xffund\"}", V, "inconclusive"),
        json("UTF-16 without its name", &utf16(r#"{"v":"sound"}"#), V, "holds"),
        json("half a surrogate", br#"{"v":"\ud800"}"#, V, "inconclusive"),
        json("not a number", br#"{"v":NaN}"#, V, "inconclusive"),
        json("more after the document", br#"{"v":"sound"} {"v":"other"}"#, V, "inconclusive"),
        json("a comment", br#"{"v":"sound" /* x */}"#, V, "inconclusive"),
        json("half a document", br#"{"v":"sound""#, V, "inconclusive"),
        json("an empty document", b"", V, "inconclusive"),
        json("a document of another type", br#"["sound"]"#, V, "violated"),
        json("a NUL in a name", br#"{"v\u0000":"sound"}"#, V, "violated"),
        json("control characters", b"{\"v\":\"\\u001b[31m\\u202e\\u2066x\\u009b\"}", V, "violated"),
        json(
            "a member 20 000 times",
            &within("{", long("\"a\":1,", 20_000), "\"v\":\"sound\"}"),
            V,
            "holds",
        ),
        (
            "a title in control characters",
            HTML,
            "<title>\u{1b}[2J\u{202e}\u{2066}x</title>".into(),
            "title: sound",
            "violated",
            "",
        ),
        (
            "a title of a megabyte",
            HTML,
            within("<title>", long(".", 900_000), "</title>"),
            "title: sound",
            "inconclusive",
            "",
        ),
        (
            "a title that never ends",
            HTML,
            within("<title>", long(".", 900_000), ""),
            "title: sound",
            "inconclusive",
            "",
        ),
        (
            "elements in 100 000 elements",
            HTML,
            within("", long("<b>", 100_000), "<title>sound</title>"),
            "title: sound",
            "inconclusive",
            "",
        ),
        (
            "a field in control characters",
            "X-Note: \u{202e}\u{2066}x\r\n",
            b"x".to_vec(),
            "header: { x-note: sound }",
            "violated",
            "",
        ),
        (
            "a type that never ends",
            "Content-Type: text/plain;;;;;;;=;charset=\"\r\n",
            b"sound".to_vec(),
            "text: { contains: sound }",
            "inconclusive",
            "",
        ),
        (
            "an unknown set of characters",
            "Content-Type: text/plain; charset=klingon\r\n",
            b"sound".to_vec(),
            "text: { contains: sound }",
            "inconclusive",
            "",
        ),
        (
            "UTF-7",
            "Content-Type: text/plain; charset=utf-7\r\n",
            b"sound".to_vec(),
            "text: { contains: sound }",
            "inconclusive",
            "",
        ),
    ]
}

/// Redirects: the address, and why it is not followed.
const REDIRECTS: &[(&str, &str)] = &[
    ("/loop", "the check follows no more"),
    ("file:///etc/passwd", "another scheme than HTTP and HTTPS"),
    ("data:text/plain,sound", "another scheme than HTTP and HTTPS"),
    ("javascript:alert(1)", "another scheme than HTTP and HTTPS"),
    ("gopher://127.0.0.1:70/", "another scheme than HTTP and HTTPS"),
    ("http://user:password@127.0.0.1:8080/", "a user name or a password"),
    ("//user@127.0.0.1/", "a user name or a password"),
    ("http://[fe80::1%25lo]/", "its address cannot be read"),
    ("http://127.0.0.1:99999/", "its address cannot be read"),
    ("http://exa mple.test/", "its address cannot be read"),
    ("http://127.0.0.1:22/", "a port that is not for web pages"),
    ("http://127.0.0.1:6667/", "a port that is not for web pages"),
    ("http://169.254.169.254/", "from a loopback address to a link-local address"),
    ("http://10.0.0.1/", "from a loopback address to an address of a private network"),
    ("http://[::ffff:10.0.0.1]/", "to an address of a private network"),
    ("http://192.0.2.1/", "to an address for special purposes"),
    ("http://8.8.8.8/", "plain HTTP at a public address"),
    ("/\u{e9}", "its address cannot be read"),
];

fn step(number: usize, rest: &str) -> (String, String) {
    let step = format!("{{ name: it, get: /{number}, {rest} }}");
    (name(number), format!("- {{ kind: http, steps: [{step}] }}\n"))
}

#[test]
fn every_document_and_redirect_has_its_verdict() {
    let cases = documents();
    let whole = |fields: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: {}\r\n\r\n", body.len());
        vec![Part::Read, send([head.as_bytes(), body].concat())]
    };
    let mut scripts: Vec<_> = cases.iter().map(|case| whole(case.1, &case.2)).collect();
    let first = scripts.len();
    for (number, (to, _)) in REDIRECTS.iter().enumerate() {
        let to = to.replace("/loop", &format!("/{}", first + number));
        scripts.push(vec![Part::Read, send(redirect(&to))]);
    }
    let mut expected: Vec<(&str, &str, &str)> =
        cases.iter().map(|case| (case.0, case.4, case.5)).collect();
    expected.extend(REDIRECTS.iter().map(|(to, why)| (*to, "violated", *why)));
    // A field with a line break, a redirect that is none, and one with two addresses.
    let odd = [
        ("Location: /\0\r\n", 302, "inconclusive", ""),
        ("Location: /a\r\nLocation: /b\r\n", 302, "violated", "it has several addresses"),
        ("Location: /a\r\n", 300, "violated", "status 300"),
        ("", 302, "violated", "status 302"),
        ("Location: //nowhere.invalid/\r\n", 301, "inconclusive", "nowhere.invalid"),
    ];
    for (fields, status, verdict, words) in odd {
        scripts.push(vec![Part::Read, send(http(status, fields, ""))]);
        expected.push((fields, verdict, words));
    }
    let redirected = |number: usize| step(number, "redirects: 4, expect: { status: 200 }");
    let claims: Vec<(String, String)> = (0..scripts.len())
        .map(|number| match cases.get(number) {
            Some(case) => step(number, &format!("expect: {{ {} }}", case.3)),
            None => redirected(number),
        })
        .collect();
    let server = serve_paths(scripts);
    let project = project(&format!("http://{server}"), "", &claims);
    let judged = judge(&project, TIME_MAX);
    let mut wrong = Vec::new();
    for (number, (what, verdict, words)) in expected.iter().enumerate() {
        let objection = judged.objection(&name(number), verdict, &[words]);
        wrong.extend(objection.map(|why| format!("{what}: {why}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_of_a_service_controls_no_terminal_and_no_report() {
    let hostile = "\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}\u{2066}\u{9b}x";
    let page = format!("<title>{hostile}</title>");
    let html = http(200, "Content-Type: text/html\r\nX-Note: a\u{202e}b\r\n", &page);
    let answer = format!("{{\"v\":{}}}", serde_json::Value::from(hostile));
    let json = http(200, JSON, &answer);
    let server = serve_paths(vec![vec![Part::Read, send(html)], vec![Part::Read, send(json)]]);
    let claims = [
        step(0, "expect: { title: sound, header: { x-note: sound } }"),
        step(1, "expect: { json: { /v: sound } }"),
    ];
    let project = project(&format!("http://{server}"), "", &claims);
    for format in ["text", "json", "markdown", "junit", "sarif", "github", "job-summary"] {
        let run = bounded(&project, &["check", "--color", "never", "--format", format], TIME_MAX);
        if run.code == Some(2) {
            continue;
        }
        assert_eq!(run.code, Some(1), "{format}: {run}");
        for letter in ['\u{1b}', '\u{7}', '\u{202e}', '\u{2066}', '\u{9b}'] {
            // JSON for programs escapes what JSON itself demands.
            if format == "json" && letter > '\u{1f}' {
                continue;
            }
            assert!(!run.out.contains(letter), "{letter:?} in {format}: {run}");
            assert!(!run.err.contains(letter), "{letter:?} in {format}: {run}");
        }
    }
}

/// Pages that announce a next one for ever, or at another server, which must not get the credential.
#[test]
fn further_pages_end_and_take_no_credential_elsewhere() {
    let (own, other): (Log, Log) = (Arc::new(Mutex::new(Vec::new())), Arc::default());
    let elsewhere = serve("127.0.0.1:0", None, &other, |_| http(200, JSON, "[]"));
    let server = serve("127.0.0.1:0", None, &own, move |received| {
        let path = received.path().to_owned();
        let number = path.split("page=").nth(1).and_then(|text| text.parse::<usize>().ok());
        let next = match path.split('?').next() {
            Some("/0") => format!("/0?page={}", number.unwrap_or_default() + 1),
            Some("/1") => "/1".to_owned(),
            Some("/2") => format!("http://{elsewhere}/"),
            _ => return redirect(&format!("http://{elsewhere}/redirected")),
        };
        let fields = format!("{JSON}Link: <{next}>; rel=next\r\n");
        let fields = if path.ends_with("page=9") { fields.replace("/0?", "/3?") } else { fields };
        http(200, &fields, "[{\"v\":\"sound\"}]")
    });
    let check = |number: usize| {
        let each = "expect: { json: { \"\": { every: { at: /v, is: sound } } } }";
        step(number, &format!("as: acme, {each}"))
    };
    let claims = [check(0), check(1), check(2)];
    let judged = judge(&project(&format!("http://{server}"), "", &claims), TIME_MAX);
    for number in 0..claims.len() {
        let objection = judged.objection(&name(number), "inconclusive", &[]);
        assert_eq!(objection, None, "{}", judged.run);
    }
    assert!(other.lock().unwrap().is_empty(), "nothing goes to another server");
    assert!(own.lock().unwrap().len() < 200, "the pages end");
}
