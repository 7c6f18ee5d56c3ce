//! The counterexamples that follow from a plan: one for each way in which its claim could be false.

use super::*;
use crate::language::period::Period;
use crate::model::judge::tests::{at, reads};
use crate::model::plan::expect::Within;
use crate::model::plan::{ANYONE, Canary};

fn plan(expect: Vec<Expectation>) -> Plan {
    Plan::new("http", vec![Step { expect, ..reads(Role::Probe, "probe", ANYONE) }])
}

/// The first change that a test at a pointer leads to.
fn change(at: &str, test: Test) -> Option<Edit> {
    of_expectation(StepId(0), "probe", &Expectation::new(at, test))?.edits.into_iter().next()
}

#[test]
fn a_mark_leaks_that_the_actor_may_not_see() {
    let leaked = |sees: Vec<CanaryId>| {
        let mut plan = plan(Vec::new());
        let canary = |owner: &str| Canary { owner: owner.into(), marker: None };
        plan.canaries = ["acme", "globex"].map(canary).into();
        plan.steps[0].sees = sees;
        let edits = standard(&plan).flat_map(|one| one.edits);
        let leaked = edits.filter_map(|edit| match edit {
            Edit::Leak { canary, .. } => Some(canary.0),
            _ => None,
        });
        leaked.collect::<Vec<_>>()
    };
    assert_eq!(leaked(Vec::new()), [0]);
    assert_eq!(leaked(vec![CanaryId(0)]), [1]);
    assert_eq!(leaked(vec![CanaryId(1)]), [0]);
    assert_eq!(leaked(vec![CanaryId(0), CanaryId(1)]), [0_usize; 0]);
}

#[test]
fn a_status_of_failure_decides_nothing_unless_the_step_names_it() {
    let within = |at: &str, value: u16| Within { at: at.into(), is: Test::Equals(json!(value)) };
    let status = |codes: &[u16]| {
        Expectation::new("/status", Test::OneOf(codes.iter().map(|code| json!(code)).collect()))
    };
    let not_all = |all: Vec<Within>| Expectation::new("", Test::NotAll(all));
    let limited = || not_all(vec![within("/status", 429)]);
    let limited_and = || not_all(vec![within("/status", 429), within("/body/json/a", 1)]);
    let class = |expect: Vec<Expectation>, code: u16| {
        let when = format!("“probe” is answered with {code}");
        let plan = plan(expect);
        let mut all = standard(&plan);
        all.find(|one| one.when == when).map(|one| one.class)
    };
    for (expect, of_429, of_503) in [
        (vec![], Some(Class::Fault), Some(Class::Fault)),
        (vec![status(&[200])], Some(Class::Fault), Some(Class::Fault)),
        (vec![status(&[200, 429])], Some(Class::Benign), Some(Class::Fault)),
        (vec![status(&[503])], Some(Class::Fault), Some(Class::Benign)),
        (vec![limited()], Some(Class::Negation), Some(Class::Fault)),
        (vec![limited_and()], None, Some(Class::Fault)),
        (vec![limited_and(), limited()], Some(Class::Negation), Some(Class::Fault)),
        (vec![limited_and(), status(&[429])], None, Some(Class::Fault)),
    ] {
        let found = (class(expect.clone(), 429), class(expect.clone(), 503));
        assert_eq!(found, (of_429, of_503), "{expect:?}");
    }
}

#[test]
fn marks_appear_where_none_is_expected_and_are_missing_where_some_are() {
    let set = |value| Some(Edit::Set { step: StepId(0), at: "/canaries".into(), value });
    assert_eq!(change("", Test::ShowsExactly(Vec::new())), set(json!([0])));
    assert_eq!(change("", Test::ShowsExactly(vec![CanaryId(1)])), set(json!([])));
    assert_eq!(change("", Test::ShowsCanary(CanaryId(0))), set(json!([])));
    assert_eq!(change("", Test::ShowsNoForeignCanary), None);
}

#[test]
fn a_time_is_wrong_by_a_second() {
    let wrong = |after_s| Some(Edit::SetTime { step: StepId(0), at: "/made".into(), after_s });
    let day = Period::hours(24);
    assert_eq!(change("/made", Test::NotOlderThan(day)), wrong(-86_401));
    assert_eq!(change("/made", Test::AtLeastAhead(day)), wrong(86_399));
}

#[test]
fn a_value_that_fails_a_test_is_of_the_type_that_the_test_expects() {
    let within = |at: &str, is| Box::new(Within { at: at.into(), is });
    let equals = |value: Value| Test::Equals(value);
    for (at, test, value) in [
        ("/body/json/a", equals(json!(true)), Some(json!(false))),
        ("/body/json/a", equals(json!(false)), Some(json!(true))),
        ("/body/json/a", equals(json!(3)), Some(json!(4))),
        ("/body/json/a", equals(json!(1.5)), Some(json!(2.5))),
        ("/body/json/a", Test::OneOf(vec![json!(1), json!(7)]), Some(json!(8))),
        ("/body/json/a", Test::OneOf(vec![json!("x")]), Some(json!("something else"))),
        ("/body/json/a", Test::OneOf(vec![json!(1), json!("x")]), Some(json!(2))),
        ("/body/json/a", Test::AtMost(3.0), Some(json!(4))),
        ("/body/json/a", Test::AtLeast(3.0), Some(json!(2))),
        ("/body/json/a", Test::AtLeast(0.5), Some(json!(-0.5))),
        ("/body/json/a", Test::AtLeast(0.0), Some(json!(-1))),
        // A length is never negative.
        ("/body/bytes", Test::AtLeast(2.0), Some(json!(1))),
        ("/body/bytes", Test::AtLeast(1.0), Some(json!(0))),
        ("/body/bytes", Test::AtLeast(0.0), None),
        ("/headers/x", Test::Exists(false), Some(json!(["something else"]))),
        ("/body/json/a", Test::Exists(false), Some(json!("something else"))),
        ("/body/json/a", Test::IfThere(Box::new(Test::AtMost(3.0))), Some(json!(4))),
        (
            "/headers/x",
            Test::IfThere(Box::new(Test::Exists(false))),
            Some(json!(["something else"])),
        ),
        ("/body/json/a", Test::Every(within("/on", Test::AtMost(3.0))), Some(json!([{"on": 4}]))),
        ("/body/json/a", Test::Every(within("/on", Test::Exists(true))), Some(json!([{}]))),
        ("/status", equals(json!(200)), Some(json!(404))),
        ("/status", equals(json!(404)), Some(json!(403))),
        ("/status", Test::OneOf(vec![json!(404), json!(403)]), Some(json!(410))),
        ("/status", Test::NotEquals(json!(204)), Some(json!(204))),
    ] {
        assert_eq!(possible(at, &test), value, "{test:?} at {at}");
    }
}

#[test]
fn each_possible_value_fails_its_test() {
    let made = at("10:00:00");
    for test in [
        Test::Equals(json!(3)),
        Test::OneOf(vec![json!(1), json!(7)]),
        Test::AtMost(3.0),
        Test::AtLeast(3.0),
        Test::AtLeast(0.5),
        Test::Contains("a".into()),
    ] {
        let value = possible("/body/json/a", &test).unwrap();
        assert!(fails("/body/json/a", &test, &value), "{test:?}: {value}");
        let example = test.example(made);
        assert!(!fails("/body/json/a", &test, &example), "{test:?}: {example}");
    }
}
