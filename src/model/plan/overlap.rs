//! Whether a control can fail where its probe must be refused.
//!
//! Answers that would meet one of them are judged by the other. If one answer meets both, a service that
//! refuses everybody would look like one that refuses strangers.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::answer::facts::Facts;
use crate::model::plan::expect::refusal::BODIES;
use crate::model::plan::expect::{Expectation, JudgeContext, Test, TestOutcome};
use crate::model::plan::flaw::Flaw;
use crate::model::plan::{Act, Plan, Role, Step};

/// The flaws of a plan, and those of its controls that an answer meets together with their probe.
pub fn flaws(plan: &Plan) -> Vec<Flaw> {
    let mut flaws = plan.flaws();
    let mut overlaps = Overlaps::of(plan);
    let probes = plan.steps.iter().filter(|step| step.role == Role::Probe);
    flaws.extend(probes.filter_map(|step| overlaps.flaw_of(step)));
    flaws
}

/// Judges the probes of a plan with their controls.
struct Overlaps<'a> {
    plan: &'a Plan,
    /// Probes with their controls that no answer meets; others with the same expectations are alike.
    apart: Vec<(&'a Step, &'a Step)>,
}

impl<'a> Overlaps<'a> {
    /// Of this plan.
    fn of(plan: &'a Plan) -> Self {
        Self { plan, apart: Vec::new() }
    }

    /// The flaw of a probe that an answer meets together with its control.
    fn flaw_of(&mut self, step: &'a Step) -> Option<Flaw> {
        let control = self.plan.step(step.control?)?;
        let acts = [self.plan.act_of(step), self.plan.act_of(control)];
        let differs = !step.differs_in.is_empty();
        let same = matches!(acts[0], Act::Http(_)) && (acts[0] == acts[1] || differs);
        let known = |(other, of): &(&Step, &Step)| {
            other.expect == step.expect
                && of.expect == control.expect
                && is_by_another(other, of) == is_by_another(step, control)
        };
        if !same || shows_mark(control) || self.apart.iter().any(known) {
            return None;
        }
        let Some(status) = overlap(step, control) else {
            self.apart.push((step, control));
            return None;
        };
        let (step, control) = (step.name.clone(), control.name.clone());
        Some(Flaw::Overlap { step, control, status })
    }
}

/// Whether only an answer with a mark of its actor meets a control: nobody who is refused gets one.
fn shows_mark(control: &Step) -> bool {
    control.expect.iter().any(|one| match &one.test {
        Test::ShowsCanary(_) => true,
        Test::ShowsExactly(canaries) => !canaries.is_empty(),
        _ => false,
    })
}

/// The status of an answer that meets a probe, which expects a refusal, and its control.
fn overlap(step: &Step, control: &Step) -> Option<u16> {
    if step.expect.iter().any(Expectation::is_refusal) {
        return of_refusal(step, control, &refusals(step));
    }
    // Only a control by somebody else is there to make a refusal meaningful.
    is_by_another(step, control).then(|| of_other_body(step, control)).flatten()
}

fn is_by_another(step: &Step, control: &Step) -> bool {
    let differs = step.actor != control.actor || step.credential != control.credential;
    (differs || !step.differs_in.is_empty()) && step.looks_at().is_none()
}

/// The status of an answer that meets both.
fn of_refusal(step: &Step, control: &Step, refused: &[u16]) -> Option<u16> {
    let both = |facts: &Facts| meets(step, facts) && meets(control, facts);
    let by_probe = refused.iter().copied().find(|status| {
        bodies().into_iter().any(|body| both(&answer(*status, body)))
            || both(&least(step, Some(*status)))
    });
    let by_control = || {
        let named = |status: &u16| control.expect.iter().any(|one| one.names_status(*status));
        (200..500).filter(named).chain([200]).find(|status| both(&least(control, Some(*status))))
    };
    let by_body = || of_refusing_body(step, control);
    by_probe.or_else(by_control).or_else(|| of_operation(step, control)).or_else(by_body)
}

/// The same for a body that refuses with the status of a success.
fn of_refusing_body(step: &Step, control: &Step) -> Option<u16> {
    let refusal = step.expect.iter().find_map(|one| one.test.refusing_body())?;
    let mut facts = least(control, Some(200));
    refusal
        .body
        .iter()
        .filter_map(|one| Some((&one.at, passing(&one.is)?)))
        .for_each(|(at, value)| facts.set(at, value));
    facts.set(BODIES, json!([refusal.body_fact(Some(true))]));
    (meets(step, &facts) && meets(control, &facts)).then_some(200)
}

/// The same for a refusal in GraphQL, which has the status of a success.
fn of_operation(step: &Step, control: &Step) -> Option<u16> {
    step.request()?.operation()?;
    let body = json!({ "json": { "data": null, "errors": [{ "message": "forbidden" }] } });
    let mut facts = answer(200, body);
    facts.set("/refusal", json!({ "graphql": "refused" }));
    (meets(step, &facts) && meets(control, &facts)).then_some(200)
}

/// The same for a refusal that only its body tells apart, as in GraphQL. Where the control's least answer
/// meets the probe too, nothing is refused.
fn of_other_body(step: &Step, control: &Step) -> Option<u16> {
    let (own, other) = (least(step, None), least(control, None));
    let refused = meets(step, &own) && meets(control, &own) && !meets(step, &other);
    refused.then(|| own.status()).flatten()
}

/// The statuses that a probe counts as a refusal.
fn refusals(step: &Step) -> Vec<u16> {
    let named = |status: &u16| step.expect.iter().any(|one| one.names_status(*status));
    (400..500).filter(named).collect()
}

/// Bodies that come with a refusal.
fn bodies() -> [Value; 4] {
    let page = "<!doctype html><title>Forbidden</title><h1>Forbidden</h1>";
    [
        json!({ "bytes": 0 }),
        json!({ "bytes": 2, "json": {} }),
        json!({ "bytes": 30, "json": { "error": "forbidden", "message": "forbidden" } }),
        json!({ "bytes": page.len(), "text": page, "title": "Forbidden" }),
    ]
}

fn answer(status: u16, body: Value) -> Facts {
    Facts(json!({ "status": status, "headers": {}, "body": body, "canaries": [] }))
}

/// The least answer that meets the expectations of a step, with this status or else the one that they name.
fn least(step: &Step, status: Option<u16>) -> Facts {
    let mut facts = answer(200, json!({ "bytes": 0 }));
    for one in &step.expect {
        let test = one.test.filled(&capture).unwrap_or_else(|_| one.test.clone());
        match &test {
            Test::ShowsCanary(canary) => facts.set("/canaries", json!([canary])),
            Test::ShowsExactly(canaries) => facts.set("/canaries", json!(canaries)),
            Test::NotAll(_) => {}
            Test::Allowed(refusal) => {
                facts.set(BODIES, json!([refusal.body_fact(Some(false))]));
            }
            Test::Refused(refusal) => match refusal.statuses.first() {
                Some(status) => facts.set("/status", json!(status)),
                None => facts.set(BODIES, json!([refusal.body_fact(Some(true))])),
            },
            test => {
                if let Some(value) = passing(test) {
                    facts.set(&one.at, value);
                }
            }
        }
    }
    if let Some(status) = status {
        facts.set("/status", json!(status));
    }
    facts
}

fn capture(name: &str) -> Option<String> {
    Some(format!("value of {name}"))
}

/// A value that passes a test; `None` if no value does.
fn passing(test: &Test) -> Option<Value> {
    Some(match test {
        Test::Equals(value) => value.clone(),
        Test::OneOf(values) => values.first()?.clone(),
        Test::Contains(text) | Test::StartsWith(text) | Test::EndsWith(text) => json!(text),
        Test::AtMost(limit) | Test::AtLeast(limit) => json!(limit),
        Test::SameSet(values) => json!(values),
        Test::NotOlderThan(_) => json!(Timestamp::UNIX_EPOCH.to_string()),
        Test::AtLeastAhead(limit) => json!(limit.after(Timestamp::UNIX_EPOCH).to_string()),
        Test::Every(within) | Test::Some(within) => {
            let mut entry = Facts(json!({}));
            entry.set(&within.at, passing(&within.is)?);
            json!([entry.0])
        }
        Test::All(all) => {
            let mut whole = Facts(json!({}));
            for within in all {
                whole.set(&within.at, passing(&within.is)?);
            }
            whole.0
        }
        Test::Directive(directive) => {
            let value = directive.is.as_ref().and_then(passing);
            let value = value.map(|value| format!("={}", value.to_string().trim_matches('"')));
            json!([format!("{}{}", directive.name, value.unwrap_or_default())])
        }
        Test::Cookie(cookie) => {
            let directive = passing(&cookie.is).unwrap_or_default();
            let directive = directive.get(0).and_then(Value::as_str).unwrap_or_default();
            json!([format!("{}=value; {directive}", cookie.name)])
        }
        Test::AddressesOn(origin) => json!(origin),
        Test::Exists(false) | Test::IfThere(_) => return None,
        _ => json!("there"),
    })
}

/// Whether an answer meets every expectation of a step.
fn meets(step: &Step, facts: &Facts) -> bool {
    let context = JudgeContext {
        observed: Timestamp::UNIX_EPOCH,
        capture: &capture,
        sees: &step.sees,
        control: None,
        before: Vec::new(),
    };
    !step.expect.is_empty()
        && step.expect.iter().all(|one| one.judge(facts, &context).0 == TestOutcome::Met)
}
