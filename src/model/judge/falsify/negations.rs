//! Negations: answers that can occur and that make the claim false; and faults, after which nothing is known.

use serde_json::{Value, json};

use crate::model::answer::facts::Facts;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::answer::verdict::Reason;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::place::in_words;
use crate::model::plan::expect::refusal::BODIES;
use crate::model::plan::expect::{Expectation, JudgeContext, Test, TestOutcome};
use crate::model::plan::{Plan, Role, Step};

#[cfg(test)]
mod tests;

/// The counterexamples that follow from a plan alone, whatever its kind.
pub fn standard(plan: &Plan) -> impl Iterator<Item = Counterexample> {
    let probes = StepId::enumerate(&plan.steps).filter(|(_, step)| step.role == Role::Probe);
    probes.flat_map(|(index, _)| of_probe(plan, index))
}

fn of_probe(plan: &Plan, index: StepId) -> Vec<Counterexample> {
    let step = &plan.steps[index];
    let name = &step.name;
    let mut all = Vec::new();
    if let Some(control) = step.control
        && step.expect.iter().any(Expectation::is_refusal)
    {
        all.push(Counterexample {
            class: Class::Negation,
            when: format!("“{name}” gets the answer that its owner gets"),
            edits: vec![Edit::Swap { step: index, with: control }],
        });
    }
    if let Some(canary) =
        (0..plan.canaries.len()).map(CanaryId).find(|one| !step.sees.contains(one))
    {
        all.push(Counterexample {
            class: Class::Negation,
            when: format!("somebody else's data appears in the answer to “{name}”"),
            edits: vec![Edit::Leak { step: index, canary }],
        });
    }
    all.extend(step.expect.iter().filter_map(|one| of_expectation(index, name, one)));
    for reason in [Reason::Unreachable, Reason::Timeout, Reason::Dns] {
        all.push(Counterexample {
            class: Class::Fault,
            when: format!("“{name}” gets no answer: {}", reason.in_words()),
            edits: vec![Edit::Fail { step: index, reason }],
        });
    }
    if step.request().is_some() {
        let statuses = [429_u16, 503].into_iter();
        all.extend(statuses.filter_map(|status| fault_status(index, name, step, status)));
    }
    all
}

/// A status that decides nothing, unless the step names it. `None` where other parts of the answer
/// decide what it means.
fn fault_status(step: StepId, name: &str, of: &Step, status: u16) -> Option<Counterexample> {
    let named = of.expect.iter().filter(|one| one.names_status(status));
    let violates = |one: &&Expectation| matches!(one.test, Test::NotAll(_));
    let (violates, expected): (Vec<_>, Vec<_>) = named.partition(violates);
    let class = match (expected.is_empty(), violates.is_empty()) {
        (true, true) => Class::Fault,
        (false, true) => Class::Benign,
        _ if violates.iter().any(|one| one.is_failed_by_status(status)) => Class::Negation,
        _ => return None,
    };
    Some(Counterexample {
        class,
        when: format!("“{name}” is answered with {status}"),
        edits: vec![Edit::Set { step, at: "/status".into(), value: json!(status) }],
    })
}

/// The simplest change after which an expectation is not met; `None` if there is none.
fn of_expectation(step: StepId, name: &str, one: &Expectation) -> Option<Counterexample> {
    let at = one.at.clone();
    let set = |value: Value| Edit::Set { step, at: at.clone(), value };
    let failing = || possible(&one.at, &one.test);
    let place = in_words(&at);
    let (what, edit) = match &one.test {
        Test::Refused(_) => {
            ("succeeds".to_owned(), Edit::Set { step, at: "/status".into(), value: json!(200) })
        }
        Test::Exists(true) => (format!("has no value ({place})"), Edit::Remove { step, at }),
        Test::NotOlderThan(limit) => {
            let after_s = -i64::try_from(limit.as_seconds()).unwrap_or(i64::MAX) - 1;
            (format!("is a second too old ({place})"), Edit::SetTime { step, at, after_s })
        }
        Test::AtLeastAhead(limit) => {
            let after_s = i64::try_from(limit.as_seconds()).unwrap_or(i64::MAX) - 1;
            (format!("ends a second too early ({place})"), Edit::SetTime { step, at, after_s })
        }
        Test::StaysOn(_) => {
            let value = json!("https://elsewhere.invalid/");
            ("leads to another origin".into(), Edit::Set { step, at: "/url".into(), value })
        }
        Test::ShowsCanary(_) => {
            let value = json!([]);
            (
                "does not contain the planted mark".into(),
                Edit::Set { step, at: "/canaries".into(), value },
            )
        }
        Test::ShowsExactly(canaries) if canaries.is_empty() => (
            "contains a planted mark".into(),
            Edit::Set { step, at: "/canaries".into(), value: json!([0]) },
        ),
        Test::ShowsExactly(_) => (
            "does not contain the planted marks".into(),
            Edit::Set { step, at: "/canaries".into(), value: json!([]) },
        ),
        Test::ShowsNoForeignCanary => return None,
        Test::WithholdsData => (
            "contains data of its owner".into(),
            Edit::Set { step, at: "/owner_values".into(), value: json!({ "found": 1 }) },
        ),
        Test::Unchanged => (
            "differs from what its owner read before".into(),
            Edit::Set { step, at: "/body".into(), value: json!({ "json": "something else" }) },
        ),
        Test::Directive(directive) => {
            (format!("lacks the directive `{}` ({place})", directive.name), set(failing()?))
        }
        test => (format!("{} ({place})", test.how_it_fails()), set(failing()?)),
    };
    let when = format!("the answer to “{name}” {what}");
    let mut edits: Vec<Edit> = [edit].into_iter().chain(whole_body(step, &one.at)).collect();
    if matches!(one.test, Test::Refused(_)) {
        // In GraphQL, or by its body, a refusal has the status of a success.
        edits.push(Edit::Remove { step, at: "/refusal/graphql".into() });
        edits.push(Edit::Remove { step, at: BODIES.into() });
    }
    Some(Counterexample { class: Class::Negation, when, edits })
}

/// A body that was cut off shows no absence, so a changed one is whole.
fn whole_body(step: StepId, at: &str) -> Option<Edit> {
    let is_body = matches!(at, "/body/text" | "/body/bytes");
    is_body.then(|| Edit::Set { step, at: "/body/truncated".into(), value: json!(false) })
}

/// Statuses that an answer may have without raising a doubt, the most usual failures first.
const STATUSES: [u16; 9] = [404, 403, 410, 200, 204, 302, 400, 405, 301];

/// A value that can occur at this pointer and fails the test, of the type that the test expects.
fn possible(at: &str, test: &Test) -> Option<Value> {
    match test {
        _ if at == "/status" => {
            STATUSES.map(Value::from).into_iter().find(|one| fails(at, test, one))
        }
        Test::OneOf(wanted) if wanted.iter().all(Value::is_number) => {
            let greatest = wanted.iter().filter_map(Value::as_f64).reduce(f64::max)?;
            whole(greatest + 1.0)
        }
        Test::AtMost(limit) => whole(limit + 1.0),
        // A length is never negative.
        Test::AtLeast(limit) => whole(limit - 1.0).filter(|_| at != "/body/bytes" || *limit >= 1.0),
        Test::Exists(false) if at.starts_with("/headers/") => Some(json!(["something else"])),
        Test::IfThere(test) => possible(at, test),
        Test::Every(within) if within.is != Test::Exists(true) => {
            let mut entry = Facts(json!({}));
            entry.set(&within.at, possible(&within.at, &within.is)?);
            Some(json!([entry.0]))
        }
        test => test.counterexample(),
    }
}

/// A number in the form that JSON has for whole numbers, if it is one.
fn whole(number: f64) -> Option<Value> {
    let whole = number.to_string().parse::<i64>().map(Value::from);
    Some(whole.unwrap_or_else(|_| json!(number)))
}

fn fails(at: &str, test: &Test, value: &Value) -> bool {
    let mut facts = Facts(json!({}));
    facts.set(at, value.clone());
    outcome(&Expectation::new(at, test.clone()), &facts) == TestOutcome::NotMet
}

/// Whether these facts alone meet an expectation.
pub(super) fn outcome(one: &Expectation, facts: &Facts) -> TestOutcome {
    let context = JudgeContext {
        observed: jiff::Timestamp::UNIX_EPOCH,
        capture: &|_| None,
        sees: &[],
        control: None,
        before: Vec::new(),
    };
    one.judge(facts, &context).0
}
