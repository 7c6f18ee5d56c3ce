//! A check in short: what must be so of the answers, and what came back.

use indexmap::{IndexMap, IndexSet};
use jiff::Timestamp;
use serde_json::Value;

use crate::model::answer::attestation::{Attestation, AttestationDay};
use crate::model::answer::broken::Broken;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::Answer;
use crate::model::judge::evidence::CheckOutcome;
use crate::model::judge::view::View;
use crate::model::plan::expect::{Expectation, Test, TestOutcome};
use crate::model::plan::{Act, Plan, Role, Step, Word};
use crate::model::project::Project;
use crate::render::site::public;
use crate::render::wording;
use crate::render::wording::{count, plain};

/// How many different clauses, or answers, are told of one check.
const TOLD_MAX: usize = 6;

/// How many questions with the same answer are told one by one.
const ALIKE_MAX: usize = 3;

/// What must be so of the answers, a clause each: the claim is false where one of them is not so.
pub(crate) fn must(plan: &Plan, project: &Project) -> Vec<String> {
    let both = probes(plan).flat_map(|(_, step)| step.expect.iter().map(move |one| (step, one)));
    let clauses: IndexSet<String> = both.map(|(step, one)| clause(step, one, project)).collect();
    let rest = clauses.len().saturating_sub(TOLD_MAX);
    let mut told: Vec<String> = clauses.into_iter().take(TOLD_MAX).collect();
    if rest > 0 {
        told.push(format!("and {rest} more, which stand with the evidence"));
    }
    told
}

/// An expectation as a clause; of a word that was given, by the titles of those who may give it.
fn clause(step: &Step, one: &Expectation, project: &Project) -> String {
    match (&one.test, step.word) {
        (Test::OneOf(roles), Word::Attested) => {
            let titles = roles.iter().filter_map(Value::as_str).map(|role| title(role, project));
            let titles: Vec<String> = titles.collect();
            format!("the word is that of {}", wording::list(&titles, "or"))
        }
        _ => wording::expected(one),
    }
}

fn title(role: &str, project: &Project) -> String {
    plain(project.roles.get(role).map_or(role, String::as_str))
}

/// What broke the claim, each with the question, what was expected and what there was.
pub(crate) fn broke(check: &CheckOutcome<'_>) -> Vec<String> {
    let broken = check.judgement.broken(check.plan);
    let rest = broken.len().saturating_sub(TOLD_MAX);
    let tell = |one: &Broken| {
        let step = &check.plan.steps[one.step];
        let name = plain(&step.name);
        let view = View::new(check.plan, &check.transcript.observations);
        let Some(index) = one.expectation else {
            let answer = public::answer(&view, one.step);
            return format!("{name}: {answer}, with somebody else's data in it");
        };
        let judged = &check.judgement.steps[one.step].expectations[index];
        let found = public::outcome(&step.expect[index], judged, &step.publish);
        let expected = wording::expected(&step.expect[index]);
        format!("{name}. Expected: {expected}. Found: {found}")
    };
    let mut told: Vec<String> = broken.iter().take(TOLD_MAX).map(tell).collect();
    if rest > 0 {
        told.push(format!("and {rest} more, which stand with the evidence"));
    }
    told
}

/// When the last answer of a check came.
pub(crate) fn last(check: &CheckOutcome<'_>) -> Option<Timestamp> {
    let all = check.transcript.observations.iter();
    all.filter(|one| matches!(one.answer, Answer::Facts(_))).map(|one| one.at).max()
}

/// What came back to the questions, in a few words each; questions that got the same are put
/// together.
pub(crate) fn saw(check: &CheckOutcome<'_>, project: &Project) -> Vec<String> {
    let mut alike: IndexMap<String, Vec<&str>> = IndexMap::new();
    for (id, step) in probes(check.plan) {
        alike.entry(answer(id, check, project)).or_default().push(&step.name);
    }
    let rest: usize = alike.values().skip(TOLD_MAX).map(Vec::len).sum();
    let mut told: Vec<String> =
        alike.iter().take(TOLD_MAX).map(|(answer, names)| told_once(answer, names)).collect();
    if rest > 0 {
        told.push(format!("and {} more, which stand with the evidence", count(rest, "answer")));
    }
    told
}

/// One answer, with the questions that it came to.
fn told_once(answer: &str, names: &[&str]) -> String {
    match names {
        [name] if answer.starts_with(name.trim_start_matches("the ")) => answer.to_owned(),
        [first, .., last] if names.len() > ALIKE_MAX => format!(
            "{answer}: to all {} from “{}” to “{}”",
            count(names.len(), "question"),
            plain(first),
            plain(last)
        ),
        names => {
            let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
            format!("{}: {answer}", wording::list(&names, "and"))
        }
    }
}

fn probes(plan: &Plan) -> impl Iterator<Item = (StepId, &Step)> {
    plan.steps.iter().enumerate().filter(|(_, step)| step.role == Role::Probe)
}

/// What came back to one question: what tells a reader most of all that may be told.
fn answer(id: StepId, check: &CheckOutcome<'_>, project: &Project) -> String {
    let view = View::new(check.plan, &check.transcript.observations);
    let step = &check.plan.steps[id];
    let Ok(facts) = view.answer(id) else {
        return public::answer(&view, id);
    };
    if let Some(word) = given(step, check.plan) {
        return attested(word, project);
    }
    let judged = check.judgement.steps.get(id);
    let telling = judged.and_then(|judged| wording::telling(step, judged));
    let Some((expectation, judged)) = telling else {
        return public::answer(&view, id);
    };
    let in_list = matches!(expectation.test, Test::Every(_) | Test::Some(_));
    if in_list && judged.outcome == TestOutcome::Met {
        return wording::expected(expectation);
    }
    let found = match public::outcome(expectation, judged, &step.publish).as_str() {
        public::AS_EXPECTED => wording::expected(expectation),
        public::NOT_AS_EXPECTED => format!("it is not so that {}", wording::expected(expectation)),
        found => found.to_owned(),
    };
    match facts.status() {
        Some(status) if !found.contains("status") => format!("status {status}, {found}"),
        _ => found,
    }
}

fn given<'a>(step: &'a Step, plan: &'a Plan) -> Option<&'a Attestation> {
    let looked_at = step.looks_at().and_then(|earlier| plan.steps.get(earlier));
    match &looked_at.unwrap_or(step).act {
        Act::Record(record) => record.attestation.as_ref(),
        _ => None,
    }
}

fn attested(word: &Attestation, project: &Project) -> String {
    let role = title(&word.role, project);
    let when = match word.day {
        AttestationDay::On(day) => day.strftime("on %-d %b %Y").to_string(),
        AttestationDay::Demo => "for the demo".to_owned(),
    };
    format!("{role} gave it {when}, having looked at {}", wording::cut(&word.looked_at, 300))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    /// What is told of the first check of a claim: what must be so, what was seen, what broke it.
    fn told(claim: &str) -> String {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        let outcome = outcomes.iter().find(|one| one.claim.id == claim).unwrap();
        let check = &outcome.checks[0];
        let must = must(check.plan, &sample.project).join("; ");
        let saw = saw(check, &sample.project).join("; ");
        format!("must: {must}\nsaw: {saw}\nbroke: {}", broke(check).join("; "))
    }

    #[test]
    fn a_broken_claim_says_what_was_expected_and_what_there_was() {
        insta::assert_snapshot!(told("tenant-isolation"), @r"
        must: the answer is a refusal (400, 401, 403 or 404)
        saw: globex reads acme's note: status 200
        broke: globex reads acme's note: status 200, with somebody else's data in it; globex reads acme's note. Expected: the answer is a refusal (400, 401, 403 or 404). Found: status 200
        ");
    }

    #[test]
    fn a_word_that_was_given_says_whose_it_is_and_what_they_looked_at() {
        insta::assert_snapshot!(told("content-storage"), @r"
        must: “given” is there
        saw: looks for the word: The demo's officer gave it on 20 Nov 2026, having looked at the storage settings
        broke:
        ");
    }

    #[test]
    fn what_may_not_be_told_is_told_as_what_was_expected() {
        insta::assert_snapshot!(told("encrypted-transport"), @r"
        must: the header Strict-Transport-Security contains “max-age=31536000”
        saw: anyone reads /: status 200, Strict-Transport-Security: “max-age=31536000; includeSubDomains”
        broke:
        ");
        insta::assert_snapshot!(told("backup-daily"), @r"
        must: the status is 200; “completed_at” in the body is at most 24 hours old
        saw: anyone reads /ops/backups/latest: the service could not be reached
        broke:
        ");
    }

    #[test]
    fn questions_with_the_same_answer_are_told_together() {
        let names = ["a", "b", "c", "d"];
        assert_eq!(
            told_once("status 401", &names),
            "status 401: to all 4 questions from “a” to “d”"
        );
        assert_eq!(told_once("status 401", &names[..2]), "a and b: status 401");
        assert_eq!(told_once("title: “x”", &["the title"]), "title: “x”");
    }
}
