//! Requests of any shape: methods, parameters, bodies, generated values, response times, and controls that
//! differ from their probe in exactly what is tested.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::evidence::service::{Answer, Asked, Service, run};
use crate::harness::Run;

/// A service that answers 200 with `{}`, and the requests that it received: method and path, media type, body.
fn recording() -> (Service, Arc<Mutex<Vec<String>>>) {
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = log.clone();
    let service = Service::start(move |asked| {
        let field = |name: &str| {
            asked.headers.get(name).and_then(|one| one.to_str().ok()).unwrap_or_default().to_owned()
        };
        let line = format!("{} {} {}", asked.line(), field("content-type"), asked.body);
        seen.lock().unwrap().push(line.trim_end().to_owned());
        Answer::json(200, &json!({ "ok": true }))
    });
    (service, log)
}

/// The requests that one step sends.
fn sent(step: &str) -> (Run, Vec<String>) {
    let (service, log) = recording();
    let checks = format!(
        "- kind: http\n  steps:\n    - {{ name: it, {step}, expect: {{ json: {{ /ok: true }} }} }}\n"
    );
    let run = service.check(&checks);
    let log = log.lock().unwrap().clone();
    (run, log)
}

#[test]
fn every_method_is_sent_as_it_is_written() {
    for method in ["OPTIONS", "PROPFIND", "REPORT", "SEARCH", "QUERY", "GET", "MKCALENDAR", "PURGE"]
    {
        let (run, log) = sent(&format!("method: {method}, path: /dav/a"));
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(log, [format!("{method} /dav/a")]);
    }
}

#[test]
fn methods_that_no_server_can_read_are_refused() {
    for (step, words) in [
        ("method: propfind, path: /a", "write `method: PROPFIND`"),
        ("method: 'A B', path: /a", "`A B` is not a method"),
        ("method: CONNECT, path: /a", "opens a tunnel"),
        ("method: REPORT", "`method` needs `path`"),
        ("path: /a", "`path` needs `method`"),
        ("get: /a, method: REPORT, path: /a", "a request has one method, and here are two"),
    ] {
        let (run, log) = sent(step);
        assert_eq!((run.code, log.len()), (Some(2), 0), "{run}");
        assert!(run.err.contains(words), "{step}: {run}");
    }
}

#[test]
fn parameters_are_encoded_and_added_to_the_address() {
    let (run, log) = sent("get: '/a?x=1', query: { q: 'a b&c=ü', tag: [x, 2], on: true }");
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(log, ["GET /a?x=1&q=a%20b%26c%3D%C3%BC&tag=x&tag=2&on=true"]);
}

#[test]
fn every_body_arrives_with_its_media_type() {
    for (step, expected) in [
        ("json: { a: [1, x] }", "application/json {\"a\":[1,\"x\"]}"),
        (
            "form: { user: 'a b', tag: [x, y], n: 1.5 }",
            "application/x-www-form-urlencoded user=a+b&tag=x&tag=y&n=1.5",
        ),
        ("xml: '<a/>'", "application/xml <a/>"),
        ("xml: '<a/>', media_type: application/soap+xml", "application/soap+xml <a/>"),
        ("text: hello", "text/plain hello"),
        ("text: 'a;b', media_type: text/csv", "text/csv a;b"),
        (
            "json: { a: 1 }, headers: { Content-Type: application/vnd.api+json }",
            "application/vnd.api+json {\"a\":1}",
        ),
        (
            "graphql: { query: 'query Q($a: Int) { n(a: $a) }', variables: { a: 1 }, operation: Q }",
            "application/json {\"query\":\"query Q($a: Int) { n(a: $a) }\",\"variables\":{\"a\":1},\
             \"operationName\":\"Q\"}",
        ),
    ] {
        let (run, log) = sent(&format!("post: /a, {step}"));
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(log, [format!("POST /a {expected}")]);
    }
}

#[test]
fn a_form_has_several_parts_and_files() {
    let parts = "[{ name: title, text: A file }, { name: meta, json: { a: 1 } }, \
                 { name: file, file_name: a.txt, media_type: text/plain, base64: aGk= }, \
                 { name: file, file_name: b.txt, text: ho }]";
    let (run, log) = sent(&format!("post: /a, multipart: {parts}"));
    assert_eq!(run.code, Some(0), "{run}");
    let boundary = log[0].split("boundary=").nth(1).unwrap().split(' ').next().unwrap();
    let form = "Content-Disposition: form-data; name=";
    let body = format!(
        "--{boundary}\r\n{form}\"title\"\r\n\r\nA file\r\n\
         --{boundary}\r\n{form}\"meta\"\r\nContent-Type: application/json\r\n\r\n{{\"a\":1}}\r\n\
         --{boundary}\r\n{form}\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhi\r\n\
         --{boundary}\r\n{form}\"file\"; filename=\"b.txt\"\r\n\r\nho\r\n--{boundary}--"
    );
    assert_eq!(log, [format!("POST /a multipart/form-data; boundary={boundary} {body}")]);
}

#[test]
fn a_request_has_one_body_and_some_methods_have_none() {
    for (step, words) in [
        ("get: /a, json: {}", "a `GET` request has no body"),
        ("method: TRACE, path: /a, text: x", "a `TRACE` request has no body"),
        ("post: /a, json: {}, form: { a: 1 }", "a request has one body, and here are two"),
        ("post: /a, xml: <a/>, text: x", "a request has one body, and here are two"),
        ("post: /a, json: {}, media_type: text/csv", "`media_type` belongs to `text` or `xml`"),
        ("post: /a, multipart: [{ name: a }]", "the part `a` needs one content"),
        ("post: /a, multipart: [{ name: a, base64: '?' }]", "this is not base64"),
        ("post: /a, form: { a: { b: 1 } }", "a value, or a list of values"),
        ("post: /a, grapql: { query: '{ a }' }", "did you mean `graphql`?"),
        (
            "post: /a, multipart: [], headers: { content-type: text/plain }",
            "it follows from the parts of the form",
        ),
    ] {
        let (run, log) = sent(step);
        assert_eq!((run.code, log.len()), (Some(2), 0), "{step}: {run}");
        assert!(run.err.contains(words), "{step}: {run}");
    }
}

#[test]
fn a_request_that_only_reads_needs_no_permission_and_may_be_repeated() {
    let read_only = |step: &str| {
        let (service, log) = recording();
        let expect = "expect: { json: { /ok: true } }";
        let project = service
            .project(&format!("- kind: http\n  steps:\n    - {{ name: it, {step}, {expect} }}\n"));
        project.edit("avouch.yaml", "writes: true", "writes: false");
        let run = run(&project, &["check"]);
        let sent = log.lock().unwrap().len();
        (run, sent)
    };
    for step in [
        "post: /search, json: { q: a }, reads: true",
        "post: /graphql, graphql: { query: '{ notes { id } }' }",
        "post: /graphql, graphql: { query: 'fragment F on N { id } query { notes { ...F } }' }",
        "method: PROPFIND, path: /dav/, headers: { depth: '1' }, xml: '<propfind/>'",
        "method: QUERY, path: /notes, form: { q: a }",
    ] {
        let (run, sent) = read_only(&format!("{step}, repeat: 2"));
        assert_eq!((run.code, sent), (Some(0), 2), "{run}");
    }
    for (step, words) in [
        ("post: /search, json: { q: a }", "which the project does not permit"),
        ("post: /g, graphql: { query: 'mutation { a }' }", "which the project does not permit"),
        ("method: MKCOL, path: /dav/a", "which the project does not permit"),
        ("delete: /a, reads: true", "`DELETE` changes something, and this request may only read"),
        ("method: PROPPATCH, path: /a, reads: true", "`PROPPATCH` changes something"),
        (
            "post: /g, reads: true, graphql: { query: 'query A { a } mutation B { b }' }",
            "the GraphQL document is not a query",
        ),
    ] {
        let (run, sent) = read_only(step);
        assert_eq!((run.code, sent), (Some(2), 0), "{run}");
        assert!(run.err.contains(words), "{step}: {run}");
    }
}

/// A store of texts by path, for `PUT`, `GET` and `DELETE`.
fn store() -> Service {
    let texts: Mutex<std::collections::BTreeMap<String, String>> = Mutex::default();
    Service::start(move |asked| {
        let mut texts = texts.lock().unwrap();
        match asked.method.as_str() {
            "PUT" => {
                texts.insert(asked.path.clone(), asked.body.clone());
                Answer::json(201, &json!({ "at": asked.path }))
            }
            "DELETE" => {
                Answer::new(if texts.remove(&asked.path).is_some() { 204 } else { 404 }, "")
            }
            _ => match texts.get(&asked.path) {
                Some(text) => {
                    Answer::new(200, text.clone()).with("content-type", "application/json")
                }
                None => Answer::new(404, ""),
            },
        }
    })
}

#[test]
fn a_random_value_is_the_same_in_all_steps_new_in_each_run_and_never_stored() {
    let checks = "\
- kind: http
  steps:
    - { name: put, role: control, as: acme, put: '/a/${random}/${uuid}', json: { id: '${uuid}' }, expect: { status: 201, json: { /at: '/a/${random}/${uuid}' } } }
    - { name: read, as: acme, get: '/a/${random}/${uuid}', expect: { status: 200, json: { /id: '${uuid}' } } }
    - { name: gone, role: cleanup, as: acme, delete: '/a/${random}/${uuid}' }
";
    let service = store();
    let project = service.project(checks);
    let stored = || {
        let run = run(&project, &["check"]);
        assert_eq!(run.code, Some(0), "{run}");
        project.read("assessment.json")
    };
    let first = stored();
    assert!(first.contains("/a/${random}/${uuid}"), "{first}");
    let second = stored();
    // Nothing in either differs but times and the boundaries of the run.
    let answers = |text: &str| {
        let text: serde_json::Value = serde_json::from_str(text).unwrap();
        let steps = text.pointer("/claims/claim/transcripts/0/observations").cloned();
        let steps = steps.unwrap_or_else(|| panic!("{text:#}"));
        steps[0]["answer"]["facts"]["body"]["json"].clone()
    };
    assert_eq!(answers(&first), answers(&second));
    let explained = run(&project, &["explain", "claim"]);
    assert!(explained.out.contains("PUT /a/${random}/${uuid}"), "{explained}");
}

#[test]
fn the_time_is_that_of_the_run() {
    let checks = "\
- kind: http
  steps:
    - { name: put, role: control, as: acme, put: /a, json: { at: '${now}', epoch: '${now:epoch}' }, expect: { status: 201 } }
    - { name: read, as: acme, get: /a, expect: { status: 200, json: { /at: { not_older_than: 300s }, /epoch: '${now:epoch}' } } }
    - { name: gone, role: cleanup, as: acme, delete: /a }
";
    let service = store();
    let project =
        service.project(&checks.replace("- kind: http\n", "- kind: http\n  states: [/at]\n"));
    let checked = run(&project, &["check"]);
    assert_eq!(checked.code, Some(0), "{checked}");
    // Judged again from what is stored, it still holds.
    let built = run(&project, &["build", "--assessment", "assessment.json"]);
    assert_eq!(built.code, Some(0), "{built}");
}

#[test]
fn unknown_placeholders_are_named_with_the_known_ones() {
    let (run, log) = sent("get: '/a/${randon}'");
    assert_eq!((run.code, log.len()), (Some(2), 0), "{run}");
    assert!(run.err.contains("did you mean `random`?"), "{run}");
    let (run, _) = sent("get: /a, capture: { uuid: /ok }");
    assert!(run.err.contains("the name `uuid` is taken"), "{run}");
}

fn slow(delay_ms: u64) -> Service {
    Service::start(move |_| {
        std::thread::sleep(Duration::from_millis(delay_ms));
        Answer::json(200, &json!({}))
    })
}

const TIMED: &str = "\
- kind: http
  steps:
    - { name: the start page, get: /, expect: { status: 200, took: { at_most: LIMIT } } }
";

#[test]
fn a_slow_answer_violates_a_claim_about_response_times() {
    let stated =
        |limit: &str| TIMED.replace("LIMIT", limit).replace("  steps", "  states: [took]\n  steps");
    let run = slow(0).check(&stated("5s"));
    assert_eq!(run.code, Some(0), "{run}");
    let run = slow(400).check(&stated("300ms"));
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.out.contains("the response time in milliseconds is at most 300"), "{run}");
    for wrong in ["'2'", "2h", "fast"] {
        let run = slow(0).check(&stated(wrong));
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains("write it like `2s` or `300ms`"), "{run}");
    }
}

#[test]
fn the_words_of_a_claim_name_its_response_time() {
    let service = slow(0);
    let worded = |words: &str, limit: &str| {
        let project = service.project(&TIMED.replace("LIMIT", limit));
        project.write("content/security.md", &crate::evidence::service::policy(words));
        project.write(
            "checks/claim.yaml",
            &crate::evidence::service::claim(words, &TIMED.replace("LIMIT", limit)),
        );
        run(&project, &["lint"])
    };
    let run = worded("The service answers within 5 seconds.", "5s");
    assert_eq!(run.code, Some(0), "{run}");
    let run = worded("The service answers within 500 milliseconds.", "500ms");
    assert_eq!(run.code, Some(0), "{run}");
    let run = worded("The service answers within 2 seconds.", "5s");
    assert_eq!(run.code, Some(2), "{run}");
    let run = worded("The service answers quickly.", "5s");
    assert_eq!(run.code, Some(2), "{run}");
}

/// A service that takes a change only with the field `X-CSRF`, if it protects itself.
fn with_csrf(protects: bool) -> Service {
    Service::start(move |asked| match (asked.actor(), asked.headers.get("x-csrf")) {
        (None, _) => Answer::new(401, ""),
        _ if asked.method == "GET" => Answer::json(200, &json!({ "theme": "plain" })),
        (_, None) if protects => {
            Answer::json(403, &json!({ "error": "the CSRF token is missing" }))
        }
        _ => Answer::json(200, &json!({ "theme": "plain" })),
    })
}

const CSRF: &str = "\
- kind: http
  steps:
    - { name: with a token, role: control, as: acme, post: /theme, headers: { X-CSRF: t }, json: { theme: plain }, expect: { json: { /theme: { exists: true } } } }
    - { name: without a token, as: acme, post: /theme, json: { theme: plain }, control: with a token, differs_in: [header X-CSRF], reads_back: /theme, expect: { refused: true } }
";

#[test]
fn a_control_may_differ_in_exactly_what_is_tested() {
    let run = with_csrf(true).check(CSRF);
    assert_eq!(run.code, Some(0), "{run}");
    let run = with_csrf(false).check(CSRF);
    assert_eq!(run.code, Some(1), "{run}");
    let explained = run_explain(&with_csrf(true), CSRF);
    assert!(
        explained
            .out
            .contains("differs from that step in the header field x-csrf and nothing else"),
        "{explained}"
    );
}

fn run_explain(service: &Service, checks: &str) -> Run {
    run(&service.project(checks), &["explain", "claim"])
}

#[test]
fn differences_that_are_not_named_or_do_not_exist_are_reported() {
    let reported = |from: &str, to: &str| {
        let run = with_csrf(true).check(&CSRF.replace(from, to));
        assert_eq!(run.code, Some(2), "{run}");
        run.err
    };
    let err = reported(", differs_in: [header X-CSRF]", "");
    assert!(err.contains("do not send the same request") && err.contains("`differs_in:`"), "{err}");
    let err = reported(
        "as: acme, post: /theme, json: { theme: plain }",
        "as: acme, post: /theme, json: { theme: dark }",
    );
    assert!(err.contains("also differ in /theme in the body"), "{err}");
    let err = reported("[header X-CSRF]", "[header X-CSRF, path]");
    assert!(err.contains("do not differ in the path"), "{err}");
    let err = reported("without a token, as: acme", "without a token, as: globex");
    assert!(err.contains("also differ in the credential"), "{err}");
    let err = reported("[header X-CSRF]", "[heder X-CSRF]");
    assert!(err.contains("`heder X-CSRF` is not a part of a request"), "{err}");
    let err = reported(", control: with a token", "");
    assert!(err.contains("`differs_in` compares"), "{err}");
}

#[test]
fn the_page_shows_in_which_parts_a_control_differs() {
    let service = with_csrf(true);
    let project = service.project(CSRF);
    let built = run(&project, &["build"]);
    assert_eq!(built.code, Some(0), "{built}");
    let page = project.read("public/evidence/claim/index.html");
    let words =
        "“without a token” differs from “with a token” in the header field x-csrf and nothing else";
    assert!(page.contains(words), "{page}");
}

/// A service behind single sign-on.
fn behind_sso(location: &'static str) -> Service {
    Service::start(move |asked| match asked.actor() {
        Some(_) => Answer::json(200, &json!({ "notes": ["a text of acme"] })),
        None => Answer::new(302, "").with("location", location),
    })
}

const SSO: &str = "\
- kind: http
  steps:
    - { name: by its owner, role: control, as: acme, get: /notes, expect: { json: { /notes: { exists: true } } } }
    - { name: by nobody, get: /notes, control: by its owner, expect: { refused: true } }
";

#[test]
fn a_redirect_to_the_log_in_page_on_another_host_is_a_refusal() {
    let checked = |location| {
        let service = behind_sso(location);
        let project = service.project(SSO);
        let file = project.read("avouch.yaml");
        let login = "refused: { login: \"https://sso.example/authorize\" }\n";
        project.write("avouch.yaml", &(file + login));
        run(&project, &["check"])
    };
    for location in [
        "https://sso.example/authorize?x",
        "https://sso.example/authorize",
        "https://sso.example:443/authorize?return_to=%2Fnotes",
        "https://SSO.example/authorize/start",
    ] {
        let run = checked(location);
        assert_eq!(run.code, Some(0), "{location}: {run}");
    }
    for location in [
        "https://sso.example.evil.test/authorize?x",
        "https://sso.example/authorized",
        "http://sso.example/authorize",
        "https://sso.example/",
        "https://elsewhere.example/authorize",
        "/authorize",
    ] {
        let run = checked(location);
        assert_eq!(run.code, Some(3), "{location}: {run}");
    }
}

#[test]
fn a_check_needs_the_variables_of_its_own_actors_only() {
    let (service, _) = recording();
    let project = service.project(
        "- kind: http\n  steps:\n    - { name: it, as: acme, get: /, expect: { json: { /ok: true } } }\n",
    );
    project.edit(
        "content/security.md",
        "(../checks/claim.yaml)",
        "(../checks/claim.yaml) [It is so.](../checks/other.yaml)",
    );
    let other = project.read("checks/claim.yaml").replace("as: acme", "as: globex");
    let other = other.replace(crate::evidence::service::WORDS, "It is so.");
    project.write("checks/other.yaml", &other);
    let with = |set: &[&str], args: &[&str]| {
        let mut command = project.command(args);
        for name in set {
            command
                .env(format!("{name}_TOKEN"), format!("{}-token-0123456789", name.to_lowercase()));
        }
        project.finish(&command.output().unwrap())
    };
    let run = with(&["ACME"], &["check", "claim"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!run.err.contains("has no value"), "{run}");
    let run = with(&["GLOBEX"], &["check", "claim"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("the variable `ACME_TOKEN` has no value"), "{run}");
    assert!(!run.err.contains("OPERATOR_TOKEN"), "{run}");
    let run = with(&["ACME"], &["check"]);
    assert!(run.err.contains("the variable `GLOBEX_TOKEN` has no value"), "{run}");
    let run = with(&["ACME", "GLOBEX"], &["check"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn addresses_to_connect_to_may_be_variables() {
    let (service, log) = recording();
    let project = service.project(
        "- kind: http\n  steps:\n    - { name: it, get: /, expect: { json: { /ok: true } } }\n",
    );
    let target = format!("target: http://{}", service.address);
    let port = service.address.port();
    project.edit(
        "avouch.yaml",
        &target,
        &format!("target: http://localhost:{port}\nconnect_to: {{ localhost: \"${{NODE}}\" }}"),
    );
    let with = |value: Option<&str>| {
        let mut command = project.command(&["check"]);
        value.map(|value| command.env("NODE", value));
        project.finish(&command.output().unwrap())
    };
    let run = with(Some(&service.address.to_string()));
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(log.lock().unwrap().len(), 1);
    let run = with(None);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("the variable `NODE` has no value"), "{run}");
    assert!(!run.err.contains("is not an IP address"), "{run}");
    let run = with(Some("localhost"));
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("`${NODE}` is not an IP address with a port"), "{run}");
}

#[test]
fn a_refusal_in_graphql_has_the_status_of_a_success() {
    const CHECK: &str = "\
- kind: auth-required
  as: acme
  endpoints:
    - { post: /graphql, graphql: { query: \"{ notes { text } }\" } }
  without:
    head: no
    query-token: no
    trailing-slash: no
    doubled-slash: no
    other-case: no
    encoded-slash: no
";
    let answering = |stranger: serde_json::Value| {
        let service = Service::start(move |asked: &Asked| match asked.actor() {
            Some("acme") => {
                Answer::json(200, &json!({ "data": { "notes": [{ "text": "the plan of acme" }] } }))
            }
            _ => Answer::json(200, &stranger),
        });
        service.check(CHECK)
    };
    let error = |code: &str| json!({ "data": null, "errors": [{ "message": "no", "extensions": { "code": code } }] });
    let run = answering(error("UNAUTHENTICATED"));
    assert_eq!(run.code, Some(0), "{run}");
    let run = answering(json!({ "errors": [{ "message": "You must be logged in." }] }));
    assert_eq!(run.code, Some(0), "{run}");
    let run = answering(error("RATE_LIMITED"));
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("with errors that are not about access"), "{run}");
    let run = answering(json!({ "data": { "notes": [] } }));
    assert_eq!(run.code, Some(1), "{run}");
    let run = answering(json!({ "data": { "notes": [{ "text": "the plan of acme" }] } }));
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_control_in_graphql_that_a_refusal_meets_is_weak() {
    const CHECK: &str = "\
- kind: http
  steps:
    - { name: by its owner, role: control, as: acme, post: /graphql, graphql: { query: '{ a }' }, expect: EXPECT }
    - { name: by nobody, post: /graphql, graphql: { query: '{ a }' }, control: by its owner, expect: { refused: true } }
";
    let refusing = || {
        Service::start(|asked| {
            let message = format!("access denied for {}", asked.actor().unwrap_or("nobody"));
            Answer::json(200, &json!({ "errors": [{ "message": message }] }))
        })
    };
    let run = refusing().check(&CHECK.replace("EXPECT", "{ status: 200 }"));
    assert_eq!(run.code, Some(4), "{run}");
    let run = refusing().check(&CHECK.replace("EXPECT", "{ json: { /data/a: { exists: true } } }"));
    assert_eq!(run.code, Some(3), "{run}");
}

#[test]
fn a_request_that_reads_back_may_have_any_shape() {
    let changes = Arc::new(AtomicUsize::new(0));
    let service = |takes: bool| {
        let changes = changes.clone();
        changes.store(0, Ordering::Relaxed);
        Service::start(move |asked| match (asked.path.as_str(), asked.actor()) {
            ("/search", Some("acme")) => {
                Answer::json(200, &json!({ "found": changes.load(Ordering::Relaxed) }))
            }
            ("/notes", Some("acme")) => Answer::json(201, &json!({ "id": 7 })),
            ("/notes", _) => {
                changes.fetch_add(usize::from(takes), Ordering::Relaxed);
                Answer::new(401, "")
            }
            _ => Answer::new(404, ""),
        })
    };
    let check = "\
- kind: http
  steps:
    - { name: by its owner, role: control, as: acme, post: /notes, json: { a: 1 }, expect: { status: 201 } }
    - name: by nobody
      post: /notes
      json: { a: 1 }
      control: by its owner
      reads_back: { post: /search, json: { q: a } }
      expect: { refused: true }
";
    let run = service(false).check(check);
    assert_eq!(run.code, Some(0), "{run}");
    let run = service(true).check(check);
    assert_eq!(run.code, Some(1), "{run}");
    let run = service(false)
        .check(&check.replace("{ post: /search, json: { q: a } }", "{ delete: /search }"));
    assert_eq!(run.code, Some(2), "{run}");
    assert!(
        run.err.contains("`DELETE` changes something, and this request may only read"),
        "{run}"
    );
}

#[test]
fn a_preparation_in_graphql_with_errors_is_not_met() {
    let checks = "\
- kind: http
  steps:
    - { name: it is set, role: prepare, as: acme, post: /graphql, graphql: { query: 'mutation { set(v: 1) }' }, clean_up: none }
    - { name: it is read, get: /peek, expect: { status: 200 } }
";
    for (fails, code) in [(false, 0), (true, 3)] {
        let service = Service::start(move |asked| match asked.path.as_str() {
            "/graphql" if fails => {
                let errors = json!([{ "message": "Unauthorized" }]);
                Answer::json(200, &json!({ "data": null, "errors": errors }))
            }
            "/graphql" => Answer::json(200, &json!({ "data": { "set": true } })),
            _ => Answer::new(200, "ok"),
        });
        let result = service.check(checks);
        assert_eq!(result.code, Some(code), "{result}");
    }
}

#[test]
fn a_clean_up_in_graphql_with_errors_leaves_the_object_behind() {
    let checks = "\
- kind: http
  steps:
    - name: it is made
      role: prepare
      as: acme
      post: /notes
      capture: { id: /id }
    - { name: it is read, as: acme, get: '/notes/${id}', expect: { status: 200 } }
    - name: it is removed
      role: cleanup
      as: acme
      post: /graphql
      graphql: { query: 'mutation($id: ID!) { remove(id: $id) }', variables: { id: '${id}' } }
";
    for fails in [false, true] {
        let service = Service::start(move |asked| match asked.path.as_str() {
            "/graphql" if fails => {
                let errors = json!([{ "message": "busy" }]);
                Answer::json(200, &json!({ "data": null, "errors": errors }))
            }
            "/graphql" => Answer::json(200, &json!({ "data": { "remove": true } })),
            "/notes" => Answer::json(201, &json!({ "id": "n7" })),
            _ => Answer::json(200, &json!({ "id": "n7" })),
        });
        let result = service.check(checks);
        let reported = result.to_string().contains("left");
        assert_eq!(reported, fails, "{result}");
    }
}
