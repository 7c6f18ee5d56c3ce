//! The counterexamples that follow from expectations beyond the standard ones: the far sides of
//! their limits.

use serde_json::json;

use crate::language::period::Period;
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect;
use crate::model::plan::expect::{Expectation, Test};

/// The counterexamples of expectations beyond the standard ones, which show the limits' far sides.
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
            moved(Class::Negation, "lies a day in the future", DAY_S),
            moved(Class::Benign, "is a minute within its limit", MINUTE_S - seconds(limit)),
        ],
        Test::AtLeastAhead(limit) => vec![
            moved(Class::Negation, "lies two days in the past", -2 * DAY_S),
            moved(Class::Benign, "is a minute beyond its limit", MINUTE_S + seconds(limit)),
        ],
        Test::Directive(directive) => over_limit(step, name, &at, directive),
        _ => Vec::new(),
    };
    // Where the same value must pass another test too, a harmless change for one may break the other.
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
    let value = json!([format!("{}={beyond}", directive.name)]);
    vec![Counterexample {
        class: Class::Negation,
        when: format!("`{}` in the answer to “{name}” is {what} its limit", directive.name),
        edits: vec![Edit::Set { step, at: at.to_owned(), value }],
    }]
}
