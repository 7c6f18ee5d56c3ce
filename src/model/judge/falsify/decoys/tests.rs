//! Which answers are replaced, by which, and where.

use super::*;
use crate::model::answer::observation::Observation;
use crate::model::judge::tests::{at, facts, reads};
use crate::model::plan::ANYONE;
use crate::model::plan::credential::Credential;
use crate::model::plan::expect::Refusal;
use crate::model::plan::request::Request;

fn right() -> Value {
    json!({
        "status": 200,
        "headers": {"location": ["/next"]},
        "url": "https://service.example.com/page",
        "canaries": [0],
        "body": {"bytes": 9, "json": {"a": {"b": 1}, "l": []}},
    })
}

fn expecting(at: &str, test: Test) -> Vec<Expectation> {
    vec![Expectation::new(at, test)]
}

fn exists(at: &str) -> Vec<Expectation> {
    expecting(at, Test::Exists(true))
}

/// A control by `acme`, which expects the status, and a probe of `actor` after it.
fn plan(actor: &str, act: Act, expect: Vec<Expectation>) -> Plan {
    let owner = reads(Role::Control, "owner", "acme");
    let probe = Step::new(Role::Probe, "probe", actor, act);
    Plan::new("http", vec![owner, Step { expect, control: Some(StepId(0)), ..probe }])
}

fn get() -> Act {
    Act::Http(Request::get("/page"))
}

/// The replacements for a plan: of which step, with a second one or not, and when.
fn replaced(plan: &Plan) -> Vec<(usize, bool, String)> {
    let observed = |_| Observation::new(at("10:00:00"), facts(right()));
    let observations: Vec<_> = plan.steps.iter().map(observed).collect();
    let all = of_plan(plan, &View::new(plan, &observations));
    all.into_iter().map(|one| (one.step.0, one.also.is_some(), one.when)).collect()
}

fn count(plan: &Plan, step: usize, also: bool) -> usize {
    let of = |one: &&(usize, bool, String)| (one.0, one.1) == (step, also);
    replaced(plan).iter().filter(of).count()
}

fn has(plan: &Plan, when: &str) -> bool {
    replaced(plan).iter().any(|(_, _, one)| one == when)
}

/// A plan of one probe by anyone.
fn alone(expect: Vec<Expectation>) -> Plan {
    Plan::new("http", vec![Step { expect, ..reads(Role::Probe, "probe", ANYONE) }])
}

#[test]
fn a_decoy_that_leaves_every_value_that_matters_is_not_tried() {
    let of = |expect| replaced(&alone(expect)).len();
    assert_eq!(of(exists("/body/json/a")), 9);
    // Two decoys have another status, and one leads elsewhere.
    assert_eq!(of(expecting("/status", Test::Equals(json!(200)))), 2);
    assert_eq!(of(expecting("/headers/location/0", Test::StartsWith("/".into()))), 1);
    assert_eq!(of(exists("/headers/x")), 0);
    assert_eq!(of(expecting("", Test::ShowsCanary(CanaryId(0)))), 9);
    assert_eq!(of(expecting("", Test::StaysOn("https://service.example.com".into()))), 0);
    assert_eq!(of(Vec::new()), 0);
}

#[test]
fn a_probe_of_a_redirect_is_not_tried_with_a_redirect() {
    let mut expect = exists("/body/json/a");
    let with = |code: u16| expecting("/status", Test::Equals(json!(code)));
    expect.extend(with(302));
    assert_eq!(replaced(&alone(expect)).len(), 8);
    let mut expect = exists("/body/json/a");
    expect.extend(with(200));
    assert_eq!(replaced(&alone(expect)).len(), 9);
}

#[test]
fn of_steps_that_are_alike_the_first_one_is_tried() {
    let step = |name: &str, actor: &str, test: Test, path: &str| {
        let expect = expecting("/body/json/a", test);
        Step { expect, ..Step::http(Role::Probe, name, actor, Request::get(path)) }
    };
    let tried = |steps: Vec<Step>| {
        let all = replaced(&Plan::new("http", steps));
        let steps: BTreeSet<usize> = all.into_iter().map(|(step, _, _)| step).collect();
        steps.into_iter().collect::<Vec<_>>()
    };
    let one = || step("one", "acme", Test::Exists(true), "/1");
    let equals = || Test::Equals(json!({"b": 1}));
    assert_eq!(tried(vec![one(), step("other", "acme", Test::Exists(true), "/2")]), [0]);
    assert_eq!(tried(vec![one(), step("other", "globex", Test::Exists(true), "/1")]), [0]);
    assert_eq!(tried(vec![one(), step("other", ANYONE, Test::Exists(true), "/1")]), [0, 1]);
    assert_eq!(tried(vec![one(), step("other", "acme", equals(), "/1")]), [0, 1]);
    let shows = |mark| step("shows", "acme", Test::ShowsCanary(CanaryId(mark)), "/1");
    assert_eq!(tried(vec![shows(0), shows(1)]), [0]);
    let digest = Step { keep: crate::model::plan::Keep::Digest, ..one() };
    assert_eq!(tried(vec![one(), digest]), [0, 1]);
    let posts = Step { act: Act::Http(Request::to_target("POST", "/1")), ..one() };
    assert_eq!(tried(vec![one(), posts]), [0, 1]);
}

#[test]
fn a_decoy_in_a_control_is_in_the_probe_too_where_its_actor_sends_the_request_again() {
    let absent = || expecting("/body/json/a/c", Test::Exists(false));
    // The two decoys with another status, and the seven others without the object.
    assert_eq!(count(&plan("acme", get(), absent()), 0, true), 9);
    assert_eq!(count(&plan("globex", get(), absent()), 0, true), 0);
    assert_eq!(count(&plan(ANYONE, get(), absent()), 0, true), 0);
    let mut other = plan("acme", get(), absent());
    other.steps[1].credential = Credential::None;
    assert_eq!(count(&other, 0, true), 0);
    let recalled = plan("acme", Act::Recall(StepId(0)), absent());
    assert_eq!(count(&recalled, 0, true), 0);
    for plan in [plan("globex", get(), absent()), other, recalled] {
        // And the object in which the absence is expected.
        assert_eq!(count(&plan, 0, false), 10);
    }
    // Without a refusal or an absence, nothing in the control matters.
    assert_eq!(count(&plan("acme", get(), exists("/body/json/a")), 0, false), 0);
}

#[test]
fn a_refusal_is_tried_with_an_owner_who_is_refused_too() {
    let owner = "“owner” gets the answer that “probe” gets";
    let refused = || expecting("", Test::Refused(Refusal::standard()));
    let status = |code: u16| expecting("/status", Test::Equals(json!(code)));
    assert!(has(&plan(ANYONE, get(), refused()), owner));
    assert!(has(&plan(ANYONE, get(), status(404)), owner));
    assert!(!has(&plan(ANYONE, get(), status(200)), owner));
    let absent = expecting("/body/json/a/c", Test::Exists(false));
    assert!(!has(&plan(ANYONE, get(), absent), owner));
    // A probe of the very answer would be tried with itself.
    assert!(!has(&plan("acme", Act::Recall(StepId(0)), status(404)), owner));
}

#[test]
fn the_absence_of_marks_is_tried_with_a_control_without_one() {
    let without = "the answer to “owner” has no mark";
    let shows = |marks: Vec<CanaryId>| expecting("", Test::ShowsExactly(marks));
    assert!(has(&plan("globex", get(), shows(Vec::new())), without));
    assert!(!has(&plan("globex", get(), shows(vec![CanaryId(0)])), without));
    assert!(!has(&alone(shows(Vec::new())), without));
}

#[test]
fn an_absence_is_tried_without_the_object_or_list_that_it_is_in() {
    let when = |at: &str, test: Test| {
        let all = replaced(&plan("globex", get(), expecting(at, test)));
        let without = |when: String| when.contains(" has no `").then_some(when);
        all.into_iter().find_map(|(_, _, when)| without(when))
    };
    let absent = || Test::Exists(false);
    let a = Some("the answer to “owner” has no `/a`".to_owned());
    assert_eq!(when("/body/json/a/c", absent()), a);
    assert_eq!(when("/body/json/c", absent()), None);
    assert_eq!(when("/headers/strict-transport-security/0", absent()), None);
    let if_there = Test::IfThere(Box::new(Test::Equals(json!(1))));
    assert_eq!(when("/body/json/a/c", if_there), None);
}

#[test]
fn refusals_absences_and_redirects_are_negative() {
    let status = |code: u16| Expectation::new("/status", Test::Equals(json!(code)));
    let same = |values| Expectation::new("/body/json/l", Test::SameSet(values));
    for (one, negative) in [
        (status(200), false),
        (status(302), true),
        (status(399), true),
        (status(404), true),
        (status(500), false),
        (same(Vec::new()), true),
        (same(vec![json!(1)]), false),
        (Expectation::new("/body/json/a", Test::Exists(true)), false),
        (Expectation::new("/body/json/a", Test::Exists(false)), true),
        (Expectation::new("", Test::ShowsExactly(Vec::new())), true),
        (Expectation::new("", Test::ShowsExactly(vec![CanaryId(0)])), false),
    ] {
        assert_eq!(is_negative(&one), negative, "{one:?}");
    }
}

#[test]
fn an_expectation_reads_its_pointer_or_the_value_that_its_test_is_about() {
    let other = |at: &str| {
        let mut other = Facts(right());
        other.set(at, json!("another"));
        other
    };
    for (test, read, unread) in [
        (Test::Exists(true), "/body/json/a", "/status"),
        (Test::ShowsCanary(CanaryId(0)), "/canaries", "/body/json/a"),
        (Test::ShowsExactly(Vec::new()), "/canaries", "/body/json/a"),
        (Test::ShowsNoForeignCanary, "/canaries", "/body/json/a"),
        (Test::StaysOn("https://service.example.com".into()), "/url", "/body/json/a"),
        (Test::Refused(Refusal::standard()), "/status", "/body/json/a"),
        (Test::WithholdsData, "/status", "/body/json/a"),
        (Test::Unchanged, "/status", "/canaries"),
        (Test::Unchanged, "/body/json/b", "/headers/location"),
        (Test::Unchanged, "/body/text", "/url"),
    ] {
        let one = Expectation::new("/body/json/a", test);
        let differs = |at: &str| differs(&one.at, &one, &Facts(right()), &other(at));
        assert_eq!((differs(read), differs(unread)), (true, false), "{one:?}");
    }
}

#[test]
fn an_absent_value_could_be_in_its_object_or_in_the_part_of_the_answer() {
    for (at, wanted) in [
        ("/headers/x/0", None),
        ("/body/json", Some("/body/json")),
        ("/body/json/a", Some("/body/json")),
        ("/body/json/a/b", Some("/body/json/a")),
        ("/body/text", Some("/body/text")),
        ("/body/security_txt/contacts", Some("/body/security_txt/contacts")),
        ("/canaries", Some("/canaries")),
    ] {
        let found = around(&Expectation::new(at, Test::Exists(false)));
        assert_eq!(found.as_deref(), wanted, "{at}");
    }
}
