//! Counterexamples: short constructors for the kinds, and those that follow from limits.

use serde_json::{Value, json};

use crate::language::period::Period;
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect;
use crate::model::plan::expect::refusal::BODIES;
use crate::model::plan::expect::{Expectation, Test};

/// A change that makes the claim false. `when` completes "this check was shown to fail when".
pub(crate) fn negation(when: impl Into<String>, edit: Edit) -> Counterexample {
    Counterexample { class: Class::Negation, when: when.into(), edits: vec![edit] }
}

/// A change after which nothing is known.
pub(crate) fn fault(when: impl Into<String>, edit: Edit) -> Counterexample {
    Counterexample { class: Class::Fault, when: when.into(), edits: vec![edit] }
}

/// A change after which the claim still holds.
pub(crate) fn benign(when: impl Into<String>, edit: Edit) -> Counterexample {
    Counterexample { class: Class::Benign, when: when.into(), edits: vec![edit] }
}

/// Another value at a JSON Pointer into the answer to `step`.
pub(crate) fn set(step: StepId, at: &str, value: impl Into<Value>) -> Edit {
    Edit::Set { step, at: at.to_owned(), value: value.into() }
}

/// Nothing at a JSON Pointer into the answer to `step`.
pub(crate) fn remove(step: StepId, at: &str) -> Edit {
    Edit::Remove { step, at: at.to_owned() }
}

/// At a JSON Pointer into the answer to `step`, the time `after_s` seconds after the answer.
pub(crate) fn set_time(step: StepId, at: &str, after_s: i64) -> Edit {
    Edit::SetTime { step, at: at.to_owned(), after_s }
}

/// The counterexamples on the far side of each limit among some expectations.
pub(crate) fn of_limits(step: StepId, name: &str, expect: &[Expectation]) -> Vec<Counterexample> {
    let of = |one: &Expectation| {
        let alone = expect.iter().filter(|other| other.at == one.at).count() == 1;
        of_expectation(step, name, one, alone)
    };
    expect.iter().flat_map(of).collect()
}

fn of_expectation(step: StepId, name: &str, one: &Expectation, alone: bool) -> Vec<Counterexample> {
    const MINUTE_S: i64 = 60;
    const DAY_S: i64 = 86_400;
    let at = one.at.clone();
    let moved = |class, what: &str, after_s: i64| Counterexample {
        class,
        when: format!("the time in the answer to “{name}” {what}"),
        edits: vec![Edit::SetTime { step, at: at.clone(), after_s }],
    };
    let seconds = |limit: &Period| i64::try_from(limit.as_seconds()).unwrap_or(i64::MAX);
    let mut all = match &one.test {
        Test::NotOlderThan(limit) => vec![
            moved(Class::Negation, "is two days older than its limit", -seconds(limit) - 2 * DAY_S),
            moved(Class::Negation, "is a day in the future", DAY_S),
            moved(Class::Benign, "is a minute within its limit", MINUTE_S - seconds(limit)),
        ],
        Test::AtLeastAhead(limit) => vec![
            moved(Class::Negation, "is two days in the past", -2 * DAY_S),
            moved(Class::Benign, "is a minute beyond its limit", MINUTE_S + seconds(limit)),
        ],
        Test::Directive(directive) => over_limit(step, name, &at, directive),
        _ => Vec::new(),
    };
    // Where the same value must pass another test too, a change that is harmless for one test may fail
    // the other.
    all.retain(|one| alone || one.class == Class::Negation);
    all
}

fn over_limit(
    step: StepId,
    name: &str,
    at: &str,
    directive: &expect::Directive,
) -> Vec<Counterexample> {
    let (beyond, what) = match directive.is {
        Some(Test::AtMost(limit)) => (limit + 1.0, "above"),
        Some(Test::AtLeast(limit)) => (limit - 1.0, "below"),
        _ => return Vec::new(),
    };
    let before = if at.ends_with("/set-cookie") { "name=value; " } else { "" };
    let value = json!([format!("{before}{}={beyond}", directive.name)]);
    let when = format!("`{}` in the answer to “{name}” is {what} its limit", directive.name);
    vec![negation(when, set(step, at, value))]
}

/// The answer to a step with each status that refuses, and with a body that does.
pub(crate) fn refused_otherwise(
    step: StepId,
    name: &str,
    expected: &Expectation,
) -> Vec<Counterexample> {
    let Test::Refused(refusal) = &expected.test else { return Vec::new() };
    let set = |at: &str, value| Edit::Set { step, at: at.into(), value };
    let benign = |what: String, edits| Counterexample {
        class: Class::Benign,
        when: format!("“{name}” is refused with {what}"),
        edits,
    };
    let by_status = |status: &u16| benign(status.to_string(), vec![set("/status", json!(status))]);
    let mut all: Vec<Counterexample> = refusal.statuses.iter().map(by_status).collect();
    if !refusal.body.is_empty() {
        let body = json!([refusal.body_fact(Some(true))]);
        let edits = vec![set("/status", json!(200)), set(BODIES, body)];
        all.push(benign("200 and a body that refuses".into(), edits));
    }
    all
}
