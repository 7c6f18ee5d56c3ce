//! Answers and outcomes in English, of one step and of a claim as a whole.

use serde_json::{Value, json};

use crate::model::answer::attestation::AttestationDay;
use crate::model::answer::broken::Broken;
use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::evidence::{CheckOutcome, Outcome, Standing};
use crate::model::judge::falsify::Grade;
use crate::model::judge::view::View;
use crate::model::judge::{Judged, StepJudgement};
use crate::model::plan::counterexample::Class;
use crate::model::plan::expect::doubt::Doubt;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{Act, Bearing, Plan, Role, Step, expect};
use crate::model::project::Project;
use crate::model::time::in_words;
use crate::render::wording::subject::subject;
use crate::render::wording::{
    at_address, contradiction, cut, found, list, origin, plain, standing, waived,
};

/// The number of characters that are shown of the reason why an answer was not understood.
const DOUBT_CHARS_MAX: usize = 400;

/// The answer to a step: `status 200, 512 bytes`, or why there is none.
pub fn answer(view: &View<'_>, step: StepId) -> String {
    look(view, step, 0)
}

/// The same for one of several answers to its request, with its address if they differed.
fn look(view: &View<'_>, step: StepId, look: usize) -> String {
    let answer = view.look(step, look);
    let origin = origin(answer.clone());
    format!("{}{}{origin}", facts(answer), at_address(view, step, look))
}

fn facts(answer: Result<&Facts, ProbeError>) -> String {
    let facts = match answer {
        Ok(facts) => facts,
        Err(error) => return format!("no answer: {}", plain(&error.detail)),
    };
    let Some(status) = facts.status() else {
        return "an answer".to_owned();
    };
    match facts.at("/body/bytes").and_then(Value::as_u64) {
        Some(1) => format!("status {status}, 1 byte"),
        Some(bytes) => format!("status {status}, {bytes} bytes"),
        None => format!("status {status}"),
    }
}

/// The result of a claim in one short line, for a table.
pub fn seen(outcome: &Outcome<'_>) -> String {
    match outcome.standing {
        Standing::Violated | Standing::Waived => first_broken(outcome),
        Standing::Inconclusive(Reason::Needs) => lacks(outcome),
        Standing::Inconclusive(reason) => {
            let first = outcome.checks.iter().flat_map(doubts).next();
            first.unwrap_or_else(|| reason.in_words().to_owned())
        }
        Standing::Expired => ended(outcome),
        Standing::Unfit(grade) => unfit(outcome, grade),
        Standing::Holds => held(outcome),
    }
}

/// The standing of a claim and its result in one line, with the waiver if there is one.
pub fn told(outcome: &Outcome<'_>, project: &Project) -> String {
    let waiving = outcome.waived_by();
    let waived = waiving.map(|one| format!("; waived {}", waived(one, project)));
    let shown = if waived.is_some() { Standing::Violated } else { outcome.standing };
    let (standing, seen) = (standing(shown), seen(outcome));
    format!("{} {standing}: {seen}{}", outcome.claim.id, waived.unwrap_or_default())
}

/// The claim that another one needs and that is not verified.
pub fn lacks(outcome: &Outcome<'_>) -> String {
    let missing = outcome.lacks.map(|claim| plain(&claim.id));
    let missing = missing.map(|id| format!("it needs `{id}`, which is not verified"));
    missing.unwrap_or_else(|| Reason::Needs.in_words().to_owned())
}

fn first_broken(outcome: &Outcome<'_>) -> String {
    let broken = |check: &CheckOutcome<'_>| {
        let first = check.judgement.broken(check.plan).into_iter().next()?;
        Some(format!("{}: {}", plain(&check.plan.steps[first.step].name), broken(check, first)))
    };
    outcome
        .checks
        .iter()
        .find_map(broken)
        .unwrap_or_else(|| "an expectation was not met".to_owned())
}

/// The actual value of a violated expectation.
pub fn broken(check: &CheckOutcome<'_>, broken: Broken) -> String {
    let step = &check.plan.steps[broken.step];
    let judged = &check.judgement.steps[broken.step];
    let view = View::new(check.plan, &check.transcript.observations);
    if let Some(index) = broken.expectation {
        let one = &judged.expectations[index];
        let found = found(&step.expect[index], one);
        let origin = origin(view.look(broken.step, one.look));
        return format!("{found}{}{origin}", at_address(&view, broken.step, one.look));
    }
    let owner = |canary: &CanaryId| check.plan.canaries.get(canary.0).map(|one| plain(&one.owner));
    if let Some(secrets) = secrets(judged) {
        return format!("{secrets}: {}", look(&view, broken.step, judged.look));
    }
    let owners: Vec<String> = judged.leaks.iter().filter_map(owner).collect();
    let whose = match owners.as_slice() {
        [] => "another tenant's data".to_owned(),
        owners => format!("data of {}", list(owners, "and")),
    };
    format!("{} with {whose} in it", look(&view, broken.step, judged.look))
}

/// The actors whose secret an answer contains, as a sentence; `None` if it contains none.
pub fn secrets(judged: &StepJudgement) -> Option<String> {
    let actors: Vec<String> = judged.secrets.iter().map(|actor| plain(actor)).collect();
    let of = || format!("the secret of {} appeared in the answer", list(&actors, "and"));
    (!actors.is_empty()).then(of)
}

/// What an answer with a leak should have been, as a clause.
pub fn no_leak(judged: &StepJudgement) -> &'static str {
    match judged.secrets.is_empty() {
        true => "the answer contains no data of another tenant",
        false => "the answer contains no secret of a test account",
    }
}

fn ended(outcome: &Outcome<'_>) -> String {
    match outcome.until {
        Some(until) => format!("the evidence expired {}", in_words(until)),
        None => "there is no evidence".to_owned(),
    }
}

fn unfit(outcome: &Outcome<'_>, grade: Grade) -> String {
    let checks = outcome.checks.iter().filter_map(|check| check.falsification.as_ref());
    let mut missed = checks.flat_map(|one| &one.rows).filter(|row| !row.noticed);
    match (grade, missed.next()) {
        (Grade::Vacuous, _) => "nothing that would make the claim false changes its verdict".into(),
        (Grade::Uncontrolled, _) => "a refusal or an absence has no control".into(),
        (_, Some(row)) => format!("does not notice when {}", plain(&row.when)),
        (_, None) => "it misses a counterexample".into(),
    }
}

fn held(outcome: &Outcome<'_>) -> String {
    if let Some(word) = outcome.checks.iter().find_map(attested) {
        return word;
    }
    let probes = outcome.checks.iter().flat_map(|check| {
        let both = check.plan.steps.iter().zip(&check.judgement.steps);
        both.filter(|(step, _)| step.role == Role::Probe && !step.expect.is_empty())
    });
    let probes: Vec<_> = probes.collect();
    match probes.as_slice() {
        [(step, judged)] => {
            let result =
                most_informative(step, judged).map(|(expectation, one)| found(expectation, one));
            cut(&result.unwrap_or_default(), 80)
        }
        several => format!("{} answers, all as expected", several.len()),
    }
}

/// The most informative expectation of a step, with its outcome.
pub fn most_informative<'a>(
    step: &'a Step,
    judged: &'a StepJudgement,
) -> Option<(&'a Expectation, &'a Judged)> {
    let both = step.expect.iter().zip(&judged.expectations);
    both.max_by_key(|(expectation, _)| informativeness(expectation))
}

/// How informative the actual value of an expectation is.
fn informativeness(expectation: &Expectation) -> u8 {
    match &expectation.test {
        test if test.is_about_time() => 4,
        Test::Directive(_) | Test::AtMost(_) | Test::AtLeast(_) | Test::SameSet(_) => 3,
        Test::Exists(_) | Test::Every(_) | Test::Some(_) => 1,
        _ if expectation.at == "/status" => 0,
        _ => 2,
    }
}

/// The attestation of a check that reads a record.
fn attested(check: &CheckOutcome<'_>) -> Option<String> {
    let record = check.plan.steps.iter().find_map(|step| match &step.act {
        Act::Record(record) => record.attestation.as_ref(),
        _ => None,
    })?;
    let role = plain(&record.role);
    Some(match record.day {
        AttestationDay::On(day) => format!("attested by {role}, {}", day.strftime("%-d %b %Y")),
        AttestationDay::Demo => format!("attested for the demo ({role})"),
    })
}

/// Why a check is inconclusive, one message per step in the order of the plan, without consequences of
/// earlier steps.
pub fn doubts(check: &CheckOutcome<'_>) -> Vec<String> {
    if !matches!(check.verdict, Verdict::Inconclusive(_)) {
        return Vec::new();
    }
    let steps = StepId::first(check.plan.steps.len());
    let counts = counting(check.plan);
    let asked = |step: &StepId| counts[step.0];
    let doubts: Vec<String> =
        steps.clone().filter(asked).filter_map(|step| doubt(check, step)).collect();
    if doubts.is_empty() {
        return steps.filter_map(|step| not_sent(check, step)).collect();
    }
    doubts
}

/// Whether the result depends on each step: on the probes, their premises and their controls.
fn counting(plan: &Plan) -> Vec<bool> {
    let mut counts: Vec<bool> =
        plan.bearings().into_iter().map(|bears| bears != Bearing::Nothing).collect();
    for control in plan.steps.iter().filter_map(|step| step.control) {
        if let Some(counts) = counts.get_mut(control.0) {
            *counts = true;
        }
    }
    counts
}

/// Why a step was not sent because of an earlier one.
fn not_sent(check: &CheckOutcome<'_>, step: StepId) -> Option<String> {
    let error = check.judgement.steps.get(step.0)?.unasked.as_ref()?;
    let name = plain(&check.plan.steps[step].name);
    Some(format!("{name}: {}", plain(&error.detail)))
}

fn doubt(check: &CheckOutcome<'_>, step: StepId) -> Option<String> {
    let plan = &check.plan.steps[step];
    let judged = check.judgement.steps.get(step.0)?;
    let view = View::new(check.plan, &check.transcript.observations);
    let name = plain(&plan.name);
    if let Some(error) = &judged.unasked {
        return not_sent(check, step).filter(|_| error.reason != Reason::NotAsked);
    }
    let mut both = plan.expect.iter().zip(&judged.expectations).enumerate();
    let unmet = both.find(|(_, (_, one))| match one.outcome {
        expect::TestOutcome::Met => false,
        expect::TestOutcome::NotMet => plan.role != Role::Probe,
        expect::TestOutcome::Unknown(_) => true,
    });
    let control_failed = plan.role == Role::Probe
        && plan.control.is_some_and(|control| !check.judgement.steps[control].is_met());
    match (unmet, judged.doubt) {
        (_, Some(_)) if control_failed => None,
        (Some((index, (expectation, one))), None) => Some(match one.outcome {
            expect::TestOutcome::Unknown(Reason::Unparsable)
                if matches!(expectation.test, Test::Refused(_)) =>
            {
                format!(
                    "{name}: {}, which neither grants nor refuses access",
                    found(expectation, one)
                )
            }
            expect::TestOutcome::Unknown(Reason::UnreadPage) => {
                let why = view.look(step, one.look).ok().and_then(Facts::unread_page);
                let why = why.map_or_else(String::new, |why| format!(": {}", plain(why)));
                format!("{name}: {}{why}", Reason::UnreadPage.in_words())
            }
            expect::TestOutcome::Unknown(Reason::Unparsable) => {
                let facts = view.look(step, one.look).ok();
                format!("{name}: {}", not_understood(expectation, one, facts))
            }
            expect::TestOutcome::Unknown(Reason::ControlFailed) if one.actual == json!([]) => {
                format!("{name}: the list is empty, so nothing in it was tested")
            }
            expect::TestOutcome::Unknown(Reason::Budget)
                if view.look(step, one.look).is_ok_and(Facts::truncated) =>
            {
                format!("{name}: the answer is longer than Avouch reads (`limits.body`)")
            }
            expect::TestOutcome::Unknown(reason) => {
                let both = contradiction(check, (step, index), &found);
                format!("{name}: {}", both.unwrap_or_else(|| reason.in_words().to_owned()))
            }
            _ => format!("{name}: {}", found(expectation, one)),
        }),
        (_, Some(reason)) => {
            Some(format!("{name}: {} ({})", reason.in_words(), look(&view, step, judged.look)))
        }
        (None, None) => None,
    }
}

/// Why an answer could not be understood: the reason that is known, or else the value that was found.
fn not_understood(expectation: &Expectation, judged: &Judged, facts: Option<&Facts>) -> String {
    let undecodable = |facts: &Facts| {
        let coding = facts.at("/body/undecodable").or_else(|| facts.at("/stdout/undecodable"))?;
        Some(format!("the body could not be decoded as `{}`", coding.as_str()?))
    };
    let doubt = |facts: &Facts| {
        Some(match expectation.doubt(facts)? {
            Doubt::OfValue(why) => format!("{} {why}", subject(&expectation.at)),
            Doubt::Whole(why) => why,
        })
    };
    let known = facts.and_then(|facts| undecodable(facts).or_else(|| doubt(facts)));
    let found = || format!("{}, which this test cannot compare", found(expectation, judged));
    cut(&known.unwrap_or_else(found), DOUBT_CHARS_MAX)
}

/// The counterexamples that a check was shown to notice.
pub fn noticed<'a>(check: &'a CheckOutcome<'_>) -> impl Iterator<Item = &'a str> {
    let rows = check.falsification.iter().flat_map(|one| &one.rows);
    rows.filter(|row| row.class == Class::Negation && row.noticed).map(|row| row.when.as_str())
}
