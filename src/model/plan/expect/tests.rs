//! Which answers meet which expectations.

use serde_json::{Value, json};

use crate::language::period::Period;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::CanaryId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::{
    Directive, Expectation, JudgeContext, Refusal, Test, TestOutcome, Within,
};

fn judge(at: &str, test: Test, facts: Value) -> TestOutcome {
    let context = JudgeContext {
        observed: "2026-11-22T10:00:00Z".parse().unwrap(),
        capture: &|_| None,
        sees: &[CanaryId(0)],
        control: None,
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
        judge("", test.clone(), json!({"status": 302, "headers": {"location": [location]}}))
    };
    assert_eq!(to("/login?next=/a"), TestOutcome::Met);
    assert_eq!(to("https://a.test/login"), TestOutcome::Met);
    let unknown = TestOutcome::Unknown(Reason::Unparsable);
    assert_eq!(to("/login-not"), unknown);
    assert_eq!(to("/home"), unknown);
}

#[test]
fn directives_are_found_in_any_header_value() {
    let test = |is| Test::Directive(Box::new(Directive { name: "max-age".into(), is }));
    let facts = json!({"h": ["private, Max-Age=3600"]});
    assert_eq!(judge("/h", test(Some(Test::AtMost(3600.0))), facts.clone()), TestOutcome::Met);
    assert_eq!(judge("/h", test(Some(Test::AtMost(3599.0))), facts.clone()), TestOutcome::NotMet);
    assert_eq!(judge("/h", test(None), facts), TestOutcome::Met);
    let none = test(Some(Test::Equals(json!(0))));
    assert_eq!(judge("/h", none, json!({"h": ["max-age=0"]})), TestOutcome::Met);
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
