//! Which answers meet which expectations.

use serde_json::{Value, json};

use crate::language::period::Period;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::CanaryId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::{
    Directive, Expectation, JudgeContext, OfCookie, Refusal, Test, TestOutcome, Within,
};

fn judge(at: &str, test: Test, facts: Value) -> TestOutcome {
    let context = JudgeContext {
        observed: "2026-11-22T10:00:00Z".parse().unwrap(),
        capture: &|_| None,
        sees: &[CanaryId(0)],
        control: None,
        before: Vec::new(),
    };
    Expectation::new(at, test).judge(&Facts(facts), &context).0
}

#[test]
fn an_empty_list_never_satisfies_every() {
    let within = || Within { at: String::new(), is: Test::Exists(true) };
    let every = |list: Value| judge("/l", Test::Every(Box::new(within())), json!({ "l": list }));
    assert_eq!(every(json!([])), TestOutcome::Unknown(Reason::ControlFailed));
    assert_eq!(every(json!([1])), TestOutcome::Met);
}

#[test]
fn a_truncated_body_never_satisfies_an_absence() {
    let facts = json!({"body": {"text": "abc", "truncated": true}});
    let absent = Test::NotContains("x".into());
    assert_eq!(judge("/body/text", absent, facts), TestOutcome::Unknown(Reason::Budget));
}

#[test]
fn what_a_truncated_body_does_not_show_is_not_missing() {
    let facts = || json!({"body": {"text": "abc", "truncated": true}, "canaries": []});
    let text = |part: &str| judge("/body/text", Test::Contains(part.into()), facts());
    assert_eq!(text("b"), TestOutcome::Met);
    assert_eq!(text("x"), TestOutcome::Unknown(Reason::Budget));
    assert_eq!(
        judge("", Test::ShowsCanary(CanaryId(0)), facts()),
        TestOutcome::Unknown(Reason::Budget)
    );
    assert_eq!(judge("/body/text", Test::StartsWith("x".into()), facts()), TestOutcome::NotMet);
}

#[test]
fn a_time_is_compared_with_the_observation() {
    let age = |time: &str| judge("/t", Test::NotOlderThan(Period::hours(24)), json!({ "t": time }));
    assert_eq!(age("2026-11-21T10:00:00Z"), TestOutcome::Met);
    assert_eq!(age("2026-11-21T09:59:59Z"), TestOutcome::NotMet);
    assert_eq!(age("2026-11-22T11:01:00+01:00"), TestOutcome::Met);
    assert_eq!(age("2026-11-22T10:01:01Z"), TestOutcome::NotMet);
    assert_eq!(age("yesterday"), TestOutcome::Unknown(Reason::Unparsable));
}

#[test]
fn an_error_page_with_status_200_is_not_a_refusal() {
    let refused = |facts| judge("", Test::Refused(Refusal::standard()), facts);
    assert_eq!(refused(json!({"status": 200, "body": {"text": "error 404"}})), TestOutcome::NotMet);
    assert_eq!(refused(json!({"status": 401})), TestOutcome::Met);
    assert_eq!(refused(json!({"status": 401, "canaries": [1]})), TestOutcome::NotMet);
    assert_eq!(refused(json!({"status": 404, "canaries": [1]})), TestOutcome::NotMet);
}

#[test]
fn what_neither_lets_in_nor_refuses_is_evidence_of_neither() {
    let unknown = TestOutcome::Unknown(Reason::Unparsable);
    for status in [302, 304, 404, 405, 410] {
        let facts = json!({ "status": status });
        assert_eq!(judge("", Test::Refused(Refusal::standard()), facts), unknown, "{status}");
    }
}

#[test]
fn a_refusal_with_its_owners_body_and_a_redirect_say_what_they_are() {
    let found = |facts: Value| {
        let control = Facts(json!({"status": 200, "body": {"bytes": 3, "sha256": "d"}}));
        let context = JudgeContext {
            observed: jiff::Timestamp::UNIX_EPOCH,
            capture: &|_| None,
            sees: &[],
            control: Some(&control),
            before: Vec::new(),
        };
        let refused = Expectation::new("", Test::Refused(Refusal::standard()));
        refused.judge(&Facts(facts), &context)
    };
    let (outcome, shown) = found(json!({"status": 401, "body": {"bytes": 3, "sha256": "d"}}));
    assert_eq!(outcome, TestOutcome::NotMet);
    assert_eq!(shown, "401, with the very body that its owner got");
    let (_, shown) = found(json!({"status": 302, "headers": {"location": ["/login?a"]}}));
    assert_eq!(shown, "302, a redirect to /login?a");
    assert_eq!(found(json!({"status": 403})).1, 403);
}

#[test]
fn a_redirect_refuses_only_where_it_leads_to_the_named_login() {
    let test = Test::Refused(Refusal { login: Some("/login".into()), ..Refusal::standard() });
    let to = |location: &str| {
        judge(
            "",
            test.clone(),
            json!({
                "status": 302, "url": "https://a.test/a", "headers": {"location": [location]},
            }),
        )
    };
    assert_eq!(to("/login?next=/a"), TestOutcome::Met);
    assert_eq!(to("https://a.test/login"), TestOutcome::Met);
    let unknown = TestOutcome::Unknown(Reason::Unparsable);
    for elsewhere in ["https://b.test/login", "//b.test/login", "https://a.test.b.test/login"] {
        assert_eq!(to(elsewhere), unknown, "{elsewhere}");
    }
    assert_eq!(to("/login-not"), unknown);
    assert_eq!(to("/home"), unknown);
}

#[test]
fn null_counts_as_absent() {
    let at = |test: Test| judge("/body/json/a", test, json!({"body": {"json": {"a": null}}}));
    assert_eq!(at(Test::Exists(true)), TestOutcome::NotMet);
    assert_eq!(at(Test::Exists(false)), TestOutcome::Met);
    assert_eq!(at(Test::Equals(Value::Null)), TestOutcome::NotMet);
    assert_eq!(at(Test::NotEquals(json!("x"))), TestOutcome::NotMet);
    assert_eq!(at(Test::IfThere(Box::new(Test::Contains("x".into())))), TestOutcome::Met);
    let every = |is| Test::Every(Box::new(Within { at: "/b".into(), is }));
    let list = || json!({"l": [{"b": null}]});
    assert_eq!(judge("/l", every(Test::Exists(true)), list()), TestOutcome::NotMet);
    assert_eq!(judge("/l", every(Test::Exists(false)), list()), TestOutcome::Met);
}

#[test]
fn a_value_of_another_type_decides_nothing() {
    let unknown = TestOutcome::Unknown(Reason::Unparsable);
    let at = |test: Test, value: Value| judge("/body/json", test, json!({"body": {"json": value}}));
    for (test, value) in [
        (Test::AtMost(30.0), json!("5")),
        (Test::AtMost(30.0), json!("-inf")),
        (Test::AtMost(30.0), json!(-1)),
        (Test::AtMost(30.0), json!([5])),
        (Test::AtLeast(1.0), json!("5")),
        (Test::AtLeast(1.0), json!(true)),
        (Test::Equals(json!("open")), json!(["open"])),
        (Test::Equals(json!(true)), json!("true")),
        (Test::NotEquals(json!("admin")), json!(["admin"])),
        (Test::NotEquals(json!(0)), json!("0")),
        (Test::OneOf(vec![json!("a"), json!("b")]), json!({"a": 1})),
        (Test::NotOneOf(vec![json!("a"), json!("b")]), json!(["a"])),
        (Test::Contains("a".into()), json!([{"name": "a"}])),
        (Test::NotContains("a".into()), json!([{"name": "a"}])),
        (Test::NotContains("a".into()), json!(7)),
        (Test::StartsWith("a".into()), json!(["a"])),
        (Test::SameSet(vec![json!("a")]), json!([{"name": "a"}])),
        (Test::NotOlderThan(Period::hours(1)), json!("today")),
        (Test::NotOlderThan(Period::hours(1)), json!(0)),
        (Test::Some(Box::new(Within { at: String::new(), is: Test::AtMost(1.0) })), json!(["1"])),
    ] {
        assert_eq!(at(test.clone(), value.clone()), unknown, "{test:?} {value}");
    }
    for (test, value) in [
        (Test::Equals(json!(1)), json!(1.0)),
        (Test::OneOf(vec![json!("a"), json!(1)]), json!(1)),
        (Test::NotOneOf(vec![json!("a"), json!(1)]), json!("b")),
        (Test::AtMost(-5.0), json!(-6)),
        (Test::SameSet(Vec::new()), json!([])),
    ] {
        assert_eq!(at(test.clone(), value.clone()), TestOutcome::Met, "{test:?} {value}");
    }
    assert_eq!(at(Test::SameSet(Vec::new()), json!(["a"])), TestOutcome::NotMet);
    assert_eq!(at(Test::OneOf(vec![json!("a"), json!(1)]), json!(2)), TestOutcome::NotMet);
}

#[test]
fn a_body_that_was_not_decoded_decides_nothing() {
    let unknown = TestOutcome::Unknown(Reason::Unparsable);
    for (at, body) in [
        ("/body/text", json!({"bytes": 7})),
        ("/body/text", json!({"bytes": 7, "json": {}})),
        ("/body/title", json!({"bytes": 7})),
        ("/body/title", json!({"bytes": 70_000, "text": "<p>"})),
        ("/body/json/a", json!({"bytes": 7, "text": "a"})),
        ("/body/security_txt/contacts", json!({"bytes": 7})),
    ] {
        for test in [Test::Contains("x".into()), Test::NotContains("x".into())] {
            assert_eq!(judge(at, test, json!({ "body": body })), unknown, "{at} {body}");
        }
    }
    let title = judge(
        "/body/title",
        Test::Contains("x".into()),
        json!({"body": {"bytes": 7, "text": "a"}}),
    );
    assert_eq!(title, TestOutcome::NotMet);
    let empty = judge("/body/text", Test::Contains("x".into()), json!({"body": {"bytes": 0}}));
    assert_eq!(empty, TestOutcome::NotMet);
}

#[test]
fn of_a_truncated_body_the_length_is_unknown() {
    let bytes =
        |test: Test| judge("/body/bytes", test, json!({"body": {"bytes": 100, "truncated": true}}));
    let unknown = TestOutcome::Unknown(Reason::Budget);
    assert_eq!(bytes(Test::AtMost(100.0)), unknown);
    assert_eq!(bytes(Test::AtMost(99.0)), TestOutcome::NotMet);
    assert_eq!(bytes(Test::AtLeast(100.0)), TestOutcome::Met);
    assert_eq!(bytes(Test::AtLeast(101.0)), unknown);
    assert_eq!(bytes(Test::Equals(json!(100))), unknown);
}

#[test]
fn shown_marks_are_exactly_the_listed_ones() {
    let shows = |wanted: &[usize], found: Value| {
        let wanted = wanted.iter().map(|one| CanaryId(*one)).collect();
        judge("", Test::ShowsExactly(wanted), json!({ "canaries": found }))
    };
    assert_eq!(shows(&[0], json!([0])), TestOutcome::Met);
    assert_eq!(shows(&[0], json!([])), TestOutcome::NotMet);
    assert_eq!(shows(&[0], json!([0, 1])), TestOutcome::NotMet);
    assert_eq!(shows(&[], json!([])), TestOutcome::Met);
    assert_eq!(shows(&[], json!([0])), TestOutcome::NotMet);
    let cut = json!({"canaries": [], "body": {"truncated": true}});
    let unknown = TestOutcome::Unknown(Reason::Budget);
    assert_eq!(judge("", Test::ShowsExactly(Vec::new()), cut), unknown);
    let cut = json!({"canaries": [0], "body": {"truncated": true}});
    assert_eq!(judge("", Test::ShowsExactly(vec![CanaryId(0)]), cut), unknown);
}

#[test]
fn an_answer_that_violates_has_all_of_the_listed_parts() {
    let parts = || {
        let part = |at: &str, is| Within { at: at.into(), is };
        Test::NotAll(vec![
            part("/status", Test::OneOf(vec![json!(500), json!(503)])),
            part("/body/text", Test::Contains("Traceback".into())),
        ])
    };
    let of = |status: u16, body: Value| judge("", parts(), json!({"status": status, "body": body}));
    assert_eq!(of(500, json!({"bytes": 9, "text": "Traceback"})), TestOutcome::NotMet);
    assert_eq!(of(500, json!({"bytes": 9, "text": "Sorry"})), TestOutcome::Met);
    assert_eq!(of(200, json!({"bytes": 9, "text": "Traceback"})), TestOutcome::Met);
    assert_eq!(of(500, json!({"bytes": 9})), TestOutcome::Unknown(Reason::Unparsable));
}

fn header(name: &str, lines: &[&str], test: Test) -> TestOutcome {
    judge(&format!("/headers/{name}"), test, json!({"headers": {name: lines}}))
}

fn has(name: &str, lines: &[&str], directive: &str, is: Option<Test>) -> TestOutcome {
    header(name, lines, Test::Directive(Box::new(Directive { name: directive.into(), is })))
}

const MET: TestOutcome = TestOutcome::Met;
const NOT_MET: TestOutcome = TestOutcome::NotMet;
const UNCLEAR: TestOutcome = TestOutcome::Unknown(Reason::Unparsable);

#[test]
fn directives_are_read_by_the_grammar_of_their_field() {
    let caches = |lines: &[&str], name: &str, is| has("cache-control", lines, name, is);
    assert_eq!(caches(&["private, Max-Age=3600"], "max-age", Some(Test::AtMost(3600.0))), MET);
    assert_eq!(caches(&["private, max-age=3600"], "max-age", Some(Test::AtMost(3599.0))), NOT_MET);
    assert_eq!(caches(&["private", "max-age=60"], "max-age", None), MET);
    assert_eq!(caches(&["max-age=\"0\""], "max-age", Some(Test::Equals(json!(0)))), MET);
    assert_eq!(caches(&["max-age=-inf"], "max-age", Some(Test::AtMost(30.0))), UNCLEAR);
    assert_eq!(caches(&["max-age=-1"], "max-age", Some(Test::AtMost(30.0))), UNCLEAR);
    assert_eq!(caches(&["private=\"set-cookie\""], "private", None), NOT_MET);
    assert_eq!(caches(&["no-cache=\"a, private\""], "private", None), NOT_MET);
    assert_eq!(caches(&["x=\"a, no-store, b\""], "no-store", None), NOT_MET);
    assert_eq!(caches(&["x=\"\\\", no-store, \""], "no-store", None), NOT_MET);
    assert_eq!(caches(&["x=\"a, no-store"], "no-store", None), UNCLEAR);
    assert_eq!(caches(&["private", "public"], "private", None), UNCLEAR);
    assert_eq!(
        caches(&["max-age=60", "max-age=9999"], "max-age", Some(Test::AtMost(60.0))),
        UNCLEAR
    );
    assert_eq!(caches(&["max-age=60, max-age=30"], "max-age", Some(Test::AtMost(60.0))), MET);
    assert_eq!(caches(&["no-store"], "public", Some(Test::Exists(false))), MET);
    assert_eq!(caches(&["public"], "public", Some(Test::Exists(false))), NOT_MET);
    assert_eq!(
        header("cache-control", &["private=\"set-cookie\""], Test::Contains("private".into())),
        NOT_MET
    );
    assert_eq!(header("cache-control", &["no-store"], Test::Contains("no-store".into())), MET);
}

#[test]
fn every_cookie_must_have_the_attribute() {
    let cookies = |lines: &[&str], name: &str, is| has("set-cookie", lines, name, is);
    assert_eq!(cookies(&["a=1; Secure", "b=2; secure; Path=/"], "secure", None), MET);
    assert_eq!(cookies(&["a=1; Secure", "b=2; Path=/"], "secure", None), NOT_MET);
    assert_eq!(cookies(&["httponly=1; Path=/"], "httponly", None), NOT_MET);
    assert_eq!(cookies(&["httponly; Path=/"], "httponly", None), NOT_MET);
    assert_eq!(cookies(&["a=\"x; HttpOnly; y\""], "httponly", None), MET);
    let strict = || Some(Test::Equals(json!("Strict")));
    assert_eq!(cookies(&["a=1; samesite=strict"], "SameSite", strict()), MET);
    assert_eq!(cookies(&["a=1; SameSite=Lax; SameSite=Strict"], "SameSite", strict()), MET);
    assert_eq!(cookies(&["a=1; SameSite=Strict; SameSite=None"], "SameSite", strict()), NOT_MET);
    let secure = || Test::Contains("Secure".into());
    assert_eq!(header("set-cookie", &["Secure=1; Path=/"], secure()), NOT_MET);
    assert_eq!(header("set-cookie", &["a=1; Secure", "b=1"], secure()), NOT_MET);
    assert_eq!(
        header("set-cookie", &["__Host-a=1; Secure", "b=1"], Test::StartsWith("__Host-".into())),
        NOT_MET
    );
}

#[test]
fn contradicting_headers_are_judged_as_browsers_do() {
    let is = |text: &str| Test::Equals(json!(text));
    let sniff = |lines: &[&str]| header("x-content-type-options", lines, is("nosniff"));
    assert_eq!(sniff(&["NoSniff"]), MET);
    assert_eq!(sniff(&["nosniff", "sniff"]), MET);
    assert_eq!(sniff(&["sniff, nosniff"]), NOT_MET);
    let frames = |lines: &[&str], test: Test| header("x-frame-options", lines, test);
    assert_eq!(frames(&["deny"], is("DENY")), MET);
    assert_eq!(frames(&["SAMEORIGIN", "SAMEORIGIN"], is("SAMEORIGIN")), MET);
    assert_eq!(frames(&["DENY", "ALLOWALL"], is("DENY")), UNCLEAR);
    assert_eq!(frames(&["SAMEORIGIN, DENY"], is("SAMEORIGIN")), UNCLEAR);
    assert_eq!(frames(&["ALLOW-FROM https://a.test"], is("DENY")), NOT_MET);
    let referrer = |lines: &[&str]| header("referrer-policy", lines, is("no-referrer"));
    assert_eq!(referrer(&["unsafe-url, no-referrer"]), MET);
    assert_eq!(referrer(&["no-referrer", "unsafe-url"]), NOT_MET);
    assert_eq!(referrer(&["no-referrer", "made-up"]), MET);
    for (line, found) in [("no-referrer-when-downgrade", false), ("unsafe-url, no-referrer", true)]
    {
        let part = || "no-referrer".to_owned();
        let contains = header("referrer-policy", &[line], Test::Contains(part()));
        assert_eq!(contains, TestOutcome::from(found), "{line}");
        let lacks = header("referrer-policy", &[line], Test::NotContains(part()));
        assert_eq!(lacks, TestOutcome::from(!found), "{line}");
    }
    let origin = |lines: &[&str], test: Test| header("access-control-allow-origin", lines, test);
    assert_eq!(origin(&["https://a.test"], is("https://a.test")), MET);
    assert_eq!(origin(&["https://a.test", "*"], is("https://a.test")), UNCLEAR);
    assert_eq!(origin(&["https://a.test, *"], Test::NotEquals(json!("*"))), UNCLEAR);
    let age = |lines: &[&str], name: &str, is| has("strict-transport-security", lines, name, is);
    let year = || Some(Test::AtLeast(31_536_000.0));
    assert_eq!(age(&["max-age=31536000", "max-age=0"], "max-age", year()), MET);
    assert_eq!(age(&["max-age=0", "max-age=31536000"], "max-age", year()), NOT_MET);
    assert_eq!(age(&["max-age=31536000; max-age=0"], "max-age", year()), UNCLEAR);
    assert_eq!(age(&["max-age=31536000, max-age=0"], "max-age", year()), UNCLEAR);
    assert_eq!(age(&["x=\"; max-age=31536000; \""], "max-age", year()), NOT_MET);
    assert_eq!(age(&["includeSubDomains"], "includeSubDomains", None), NOT_MET);
    assert_eq!(age(&["max-age=\"31536000\"; includeSubDomains"], "includeSubDomains", None), MET);
}

#[test]
fn every_content_security_policy_is_enforced() {
    let none = || Some(Test::Equals(json!("'none'")));
    let frames = |lines: &[&str], is| has("content-security-policy", lines, "frame-ancestors", is);
    assert_eq!(frames(&["default-src 'self'; frame-ancestors 'none'"], none()), MET);
    assert_eq!(frames(&["default-src 'self'", "frame-ancestors 'none'"], none()), MET);
    assert_eq!(frames(&["frame-ancestors 'none'; frame-ancestors *"], none()), MET);
    assert_eq!(frames(&["frame-ancestors *; frame-ancestors 'none'"], none()), NOT_MET);
    assert_eq!(frames(&["frame-ancestors *", "frame-ancestors 'none'"], none()), MET);
    assert_eq!(frames(&["frame-ancestors 'none', frame-ancestors *"], none()), MET);
    assert_eq!(frames(&["frame-ancestors *", "frame-ancestors 'self'"], none()), NOT_MET);
    assert_eq!(frames(&["FRAME-ANCESTORS 'NONE' "], none()), MET);
    assert_eq!(frames(&["frame-ancestors"], none()), MET);
    assert_eq!(frames(&["frame-ancestors 'none' https://a.test"], none()), NOT_MET);
    let csp = |lines: &[&str], name: &str, is| has("content-security-policy", lines, name, is);
    let is = |text: &str| Some(Test::Equals(json!(text)));
    assert_eq!(csp(&["default-src 'none'"], "object-src", none()), MET);
    assert_eq!(csp(&["default-src 'none'; object-src *"], "object-src", none()), NOT_MET);
    assert_eq!(csp(&["script-src 'self'"], "worker-src", is("'self'")), MET);
    assert_eq!(csp(&["default-src 'self'"], "frame-ancestors", is("'self'")), NOT_MET);
    assert_eq!(
        csp(&["script-src https://A.test 'self'"], "script-src", is("'self' https://a.test")),
        MET
    );
    assert_eq!(csp(&["script-src 'nonce-Ab'"], "script-src", is("'nonce-ab'")), NOT_MET);
    let safe = || Some(Test::NotContains("'unsafe-inline'".into()));
    assert_eq!(csp(&["script-src 'self' 'Unsafe-Inline'"], "script-src", safe()), NOT_MET);
    assert_eq!(
        csp(&["script-src 'self' 'unsafe-inline'", "script-src 'self'"], "script-src", safe()),
        MET
    );
    assert_eq!(csp(&["img-src 'self'"], "script-src", safe()), NOT_MET);
    let missing = || Some(Test::Exists(false));
    assert_eq!(csp(&["default-src 'self'"], "report-uri", missing()), MET);
    assert_eq!(csp(&["default-src 'self'", "report-uri /r"], "report-uri", missing()), NOT_MET);
    assert_eq!(
        has("content-security-policy-report-only", &["default-src 'none'"], "object-src", none()),
        MET
    );
    assert_eq!(frames(&["default-src 'self'"], none()), NOT_MET);
    let deny = |policy: &str| {
        let headers = json!({"x-frame-options": ["DENY"], "content-security-policy": [policy]});
        let deny = Test::Equals(json!("DENY"));
        judge("/headers/x-frame-options", deny, json!({ "headers": headers }))
    };
    assert_eq!(deny("default-src 'self'"), MET);
    assert_eq!(deny("frame-ancestors 'none'"), MET);
    assert_eq!(deny("frame-ancestors 'self'"), NOT_MET);
    assert_eq!(deny("frame-ancestors *"), UNCLEAR);
}

#[test]
fn a_cookie_is_judged_by_its_name() {
    let cookie = |name: &str, is| Test::Cookie(Box::new(OfCookie { name: name.into(), is }));
    let secure = || Test::Directive(Box::new(Directive { name: "Secure".into(), is: None }));
    let of = |lines: &[&str], name: &str, is| header("set-cookie", lines, cookie(name, is));
    let lines = ["sid=1; Secure", "lang=en"];
    assert_eq!(of(&lines, "sid", secure()), MET);
    assert_eq!(of(&lines, "lang", secure()), NOT_MET);
    assert_eq!(of(&lines, "SID", secure()), NOT_MET);
    assert_eq!(of(&lines, "other", secure()), NOT_MET);
    assert_eq!(of(&["sid=1; Secure", "sid=2"], "sid", secure()), NOT_MET);
    assert_eq!(of(&lines, "sid", Test::Exists(true)), MET);
    assert_eq!(of(&lines, "other", Test::Exists(true)), NOT_MET);
    assert_eq!(of(&lines, "other", Test::Exists(false)), MET);
    assert_eq!(judge("/headers/set-cookie", cookie("a", Test::Exists(false)), json!({})), MET);
}

#[test]
fn a_cookie_that_is_removed_needs_no_attribute_and_one_that_browsers_refuse_shows_nothing() {
    let only = |lines: &[&str]| has("set-cookie", lines, "httponly", None);
    let sid = "sid=1; HttpOnly";
    assert_eq!(only(&[sid, "old=; Max-Age=0"]), MET);
    assert_eq!(only(&[sid, "old=; Max-Age=-1; Expires=Fri, 01 Jan 2100 00:00:00 GMT"]), MET);
    assert_eq!(only(&[sid, "old=; Expires=Thu, 01-Jan-1970 00:00:00 GMT"]), MET);
    assert_eq!(only(&[sid, "new=; Expires=Fri, 01 Jan 2100 00:00:00 GMT"]), NOT_MET);
    assert_eq!(only(&[sid, "new=; Max-Age=60"]), NOT_MET);
    assert_eq!(only(&["old=; Max-Age=0"]), NOT_MET);
    for refused in [
        "__Host-sid=1; HttpOnly; Path=/",
        "__Host-sid=1; HttpOnly; Secure",
        "__Host-sid=1; HttpOnly; Secure; Path=/; Domain=a.test",
        "__secure-sid=1; HttpOnly",
        "sid=1; HttpOnly; SameSite=None",
        "sid=1; HttpOnly; Partitioned",
    ] {
        assert_eq!(only(&[refused]), UNCLEAR, "{refused}");
    }
    assert_eq!(only(&["__Host-sid=1; Secure"]), NOT_MET);
    assert_eq!(only(&["__Host-sid=1; HttpOnly; Secure; Path=/"]), MET);
    let contains =
        |part: &str, lines: &[&str]| header("set-cookie", lines, Test::Contains(part.into()));
    assert_eq!(contains("sid", &["lang=en", "sid=1; HttpOnly"]), MET);
    assert_eq!(contains("sid", &["lang=en"]), NOT_MET);
}

#[test]
fn a_field_that_browsers_ignore_meets_nothing() {
    let age = || Some(Test::AtLeast(31_536_000.0));
    let sts = |line: &str, name: &str, is| has("strict-transport-security", &[line], name, is);
    for line in [
        "max-age=31536000, includeSubDomains",
        "max-age=31536000; max-age=31536000",
        "max-age=31536000; includeSubDomains; includesubdomains",
        "max-age=31536000.5",
        "max-age=4e7",
        "max-age=+31536000",
        "max-age",
        "max-age=31536000 includeSubDomains",
        "max-age=31536000; include SubDomains",
        "max-age=31536000; includeSubDomains=1",
        "max-age=\"31536000",
    ] {
        assert_eq!(sts(line, "max-age", age()), UNCLEAR, "{line}");
        assert_eq!(sts(line, "includeSubDomains", None), UNCLEAR, "{line}");
        let text = header("strict-transport-security", &[line], Test::Contains("max-age".into()));
        assert_eq!(text, UNCLEAR, "{line}");
    }
    for line in ["max-age=31536000;", "Max-Age = 63072000 ;; preload", "max-age=\"31536000\"; x=y"]
    {
        assert_eq!(sts(line, "max-age", age()), MET, "{line}");
    }
    let policy = |line: &str, is| has("permissions-policy", &[line], "camera", is);
    let nobody = || Some(Test::Equals(json!("()")));
    assert_eq!(policy("camera=(), geolocation=(self \"https://a.test\")", nobody()), MET);
    assert_eq!(policy("camera=( )", nobody()), MET);
    assert_eq!(policy("camera=*, camera=()", nobody()), MET);
    assert_eq!(policy("camera=(), camera=*", nobody()), NOT_MET);
    assert_eq!(policy("geolocation=()", nobody()), NOT_MET);
    for line in ["camera 'none'", "camera=(); geolocation=()", "camera=(), Geo=", "camera=(\"a)"] {
        assert_eq!(policy(line, None), UNCLEAR, "{line}");
    }
    let caches = |line: &str, is| has("cache-control", &[line], "max-age", is);
    for line in [
        "max-age=4e1",
        "max-age=1.5",
        "max-age=-1",
        "max-age=60; private",
        "max-age 60",
        "x max-age=60",
    ] {
        assert_eq!(caches(line, Some(Test::AtMost(60.0))), UNCLEAR, "{line}");
    }
    let credentials = |origin: &str| {
        let headers = json!({
            "access-control-allow-origin": [origin], "access-control-allow-credentials": ["true"]
        });
        let at = "/headers/access-control-allow-credentials";
        judge(at, Test::Equals(json!("true")), json!({ "headers": headers }))
    };
    assert_eq!(credentials("https://a.test"), MET);
    assert_eq!(credentials("*"), UNCLEAR);
    let origin = header("access-control-allow-origin", &["null"], Test::NotEquals(json!("*")));
    assert_eq!(origin, UNCLEAR);
}

#[test]
fn numbers_are_numbers_however_they_are_written_and_however_large() {
    let at = |test: Test, text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        judge("/body/json", test, json!({"body": {"json": value}}))
    };
    let equals = |wanted: Value, text: &str| at(Test::Equals(wanted), text);
    for text in ["5", "5.0", "5e0", "50e-1"] {
        assert_eq!(equals(json!(5), text), MET, "{text}");
        assert_eq!(equals(json!(5.0), text), MET, "{text}");
        assert_eq!(at(Test::OneOf(vec![json!(4), json!(5.0)]), text), MET, "{text}");
    }
    let large = 9_007_199_254_740_993_u64;
    assert_eq!(equals(json!(large), "9007199254740993"), MET);
    assert_eq!(equals(json!(large), "9007199254740992"), NOT_MET);
    assert_eq!(equals(json!(large), "9007199254740992.0"), NOT_MET);
    assert_eq!(equals(json!(u64::MAX), "18446744073709551615"), MET);
    assert_eq!(at(Test::AtMost(9_007_199_254_740_992.0), "9007199254740993"), NOT_MET);
    assert_eq!(at(Test::AtMost(9_007_199_254_740_992.0), "9007199254740992"), MET);
    assert_eq!(at(Test::AtLeast(9_007_199_254_740_992.0), "9007199254740991"), NOT_MET);
    assert_eq!(at(Test::AtLeast(0.5), "1"), MET);
    assert_eq!(equals(json!(18_446_744_073_709_551_617.0), "18446744073709551616"), UNCLEAR);
    let set =
        |wanted: Value, text: &str| at(Test::SameSet(wanted.as_array().unwrap().clone()), text);
    assert_eq!(set(json!([1, 2]), "[2.0, 1]"), MET);
    assert_eq!(set(json!([1, 2]), "[1, 2, 2]"), NOT_MET);
    assert_eq!(set(json!([1, 2, 2]), "[2, 1, 2]"), MET);
    assert_eq!(set(json!([1, 2]), "[1]"), NOT_MET);
    assert_eq!(equals(json!({"a": [1.0]}), "{\"a\":[1]}"), MET);
}

#[test]
fn other_headers_with_several_lines_decide_if_the_lines_agree() {
    let via = |lines: &[&str], test: Test| header("via", lines, test);
    assert_eq!(via(&["1.1 a", "1.1 router"], Test::Contains("router".into())), MET);
    assert_eq!(via(&["1.1 a", "1.1 router"], Test::NotContains("router".into())), NOT_MET);
    assert_eq!(via(&["1.1 a", "1.1 b"], Test::NotContains("router".into())), MET);
    assert_eq!(via(&["a", "b"], Test::Equals(json!("a"))), UNCLEAR);
    assert_eq!(via(&["a", "a"], Test::Equals(json!("a"))), MET);
    assert_eq!(via(&["b", "c"], Test::Equals(json!("a"))), NOT_MET);
    assert_eq!(via(&["a", "b"], Test::NotEquals(json!("a"))), NOT_MET);
    assert_eq!(via(&["3", "9"], Test::AtMost(5.0)), UNCLEAR);
    assert_eq!(via(&["3"], Test::AtMost(5.0)), MET);
    assert_eq!(via(&["-inf"], Test::AtMost(5.0)), UNCLEAR);
    let many: Vec<&str> = std::iter::repeat_n("a", 64).collect();
    let budget = TestOutcome::Unknown(Reason::Budget);
    assert_eq!(via(&many, Test::Equals(json!("a"))), budget);
}

#[test]
fn a_negative_number_an_infinite_one_and_a_string_are_not_at_most_a_limit() {
    let most = || Test::AtMost(30.0);
    for value in [json!(-1), json!(-0.5), json!("-inf"), json!("12"), json!("-1"), json!(null)] {
        let judged = judge("/body/json/days", most(), json!({"body": {"json": {"days": value}}}));
        assert_ne!(judged, TestOutcome::Met, "{value}");
    }
    let days = |value: serde_json::Value| json!({"body": {"json": {"days": value}}});
    assert_eq!(judge("/body/json/days", most(), days(json!(30))), TestOutcome::Met);
    assert_eq!(judge("/body/json/days", most(), days(json!(0))), TestOutcome::Met);
    assert_eq!(judge("/body/json/days", Test::AtMost(-5.0), days(json!(-6))), TestOutcome::Met);
    assert_eq!(judge("/body/json/days", most(), days(json!(31))), TestOutcome::NotMet);
    let field = |value: &str| json!({"headers": {"retry-after": [value]}});
    assert_eq!(judge("/headers/retry-after/0", most(), field("30")), TestOutcome::Met);
    assert_eq!(judge("/headers/retry-after/0", most(), field("31")), TestOutcome::NotMet);
    for value in ["-1", "-inf", "NaN", "soon"] {
        let judged = judge("/headers/retry-after/0", most(), field(value));
        assert_ne!(judged, TestOutcome::Met, "{value}");
    }
    let text = json!({"stdout": {"text": "12\n"}});
    assert_eq!(judge("/stdout/text", most(), text), TestOutcome::Met);
}
