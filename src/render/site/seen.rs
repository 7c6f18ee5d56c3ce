//! A short view of a check: expectations, violations and answers.

use indexmap::{IndexMap, IndexSet};
use jiff::Timestamp;
use serde_json::Value;

use crate::model::answer::attestation::{Attestation, AttestationDay};
use crate::model::answer::broken::Broken;
use crate::model::answer::ids::StepId;
use crate::model::judge::age;
use crate::model::judge::evidence::CheckOutcome;
use crate::model::judge::view::View;
use crate::model::plan::expect::{Expectation, Test, TestOutcome};
use crate::model::plan::{Act, Plan, Role, Step, Word};
use crate::model::project::Project;
use crate::render::site::public;
use crate::render::wording;
use crate::render::wording::{count, plain};

/// The number of different clauses, or answers, that are shown of one check.
const SHOWN_MAX: usize = 6;

/// The maximum number of steps with the same answer that are listed by name.
const ALIKE_MAX: usize = 3;

/// The expectations, one clause each: the claim is false if one of them is not met.
pub(crate) fn must(plan: &Plan, project: &Project) -> Vec<String> {
    let both = probes(plan).flat_map(|(_, step)| step.expect.iter().map(move |one| (step, one)));
    let clauses: IndexSet<String> = both.map(|(step, one)| clause(step, one, project)).collect();
    let rest = clauses.len().saturating_sub(SHOWN_MAX);
    let mut shown: Vec<String> = clauses.into_iter().take(SHOWN_MAX).collect();
    if rest > 0 {
        shown.push(format!("and {rest} more, listed with the evidence"));
    }
    shown
}

/// An expectation as a clause; for an attestation, with the titles of the roles that may write it.
fn clause(step: &Step, one: &Expectation, project: &Project) -> String {
    match (&one.test, step.word) {
        (Test::OneOf(roles), Word::Attested) => {
            let titles = roles.iter().filter_map(Value::as_str).map(|role| title(role, project));
            let titles: Vec<String> = titles.collect();
            format!("the attestation is by {}", wording::list(&titles, "or"))
        }
        _ => wording::expected(one),
    }
}

fn title(role: &str, project: &Project) -> String {
    plain(project.roles.get(role).map_or(role, String::as_str))
}

/// The violated expectations, each with the step, the expected and the actual value.
pub(crate) fn broke(check: &CheckOutcome<'_>) -> Vec<String> {
    let broken = check.judgement.broken(check.plan);
    let rest = broken.len().saturating_sub(SHOWN_MAX);
    let line = |one: &Broken| {
        let step = &check.plan.steps[one.step];
        let name = plain(&step.name);
        let view = View::new(check.plan, &check.transcript.observations);
        let step_judged = &check.judgement.steps[one.step];
        let Some(index) = one.expectation else {
            let answer = public::answer_of(&view, one.step, step_judged.look);
            if let Some(secrets) = wording::secrets(step_judged) {
                return format!("{name}: {secrets} ({answer})");
            }
            return format!("{name}: {answer}, with another tenant's data in it");
        };
        let judged = &step_judged.expectations[index];
        let found = public::outcome(&step.expect[index], judged, &step.publish);
        let origin = wording::origin(view.look(one.step, judged.look));
        let found = format!("{found}{}{origin}", wording::at_address(&view, one.step, judged.look));
        let expected = wording::expected(&step.expect[index]);
        format!("{name}. Expected: {expected}. Found: {found}")
    };
    let mut shown: Vec<String> = broken.iter().take(SHOWN_MAX).map(line).collect();
    if rest > 0 {
        shown.push(format!("and {rest} more, listed with the evidence"));
    }
    shown
}

/// The time of a check's oldest answer.
pub(crate) fn oldest(check: &CheckOutcome<'_>) -> Option<Timestamp> {
    age::oldest(check.transcript)
}

/// The answers to the probes, in a few words each. Probes with the same answer are grouped.
pub(crate) fn saw(check: &CheckOutcome<'_>, project: &Project) -> Vec<String> {
    let mut alike: IndexMap<String, Vec<&str>> = IndexMap::new();
    for (id, step) in probes(check.plan) {
        alike.entry(answer(id, check, project)).or_default().push(&step.name);
    }
    let rest: usize = alike.values().skip(SHOWN_MAX).map(Vec::len).sum();
    let mut shown: Vec<String> =
        alike.iter().take(SHOWN_MAX).map(|(answer, names)| grouped(answer, names)).collect();
    if rest > 0 {
        shown.push(format!("and {} more, listed with the evidence", count(rest, "answer")));
    }
    shown
}

/// One answer with its probes.
fn grouped(answer: &str, names: &[&str]) -> String {
    match names {
        [name] if answer.starts_with(name.trim_start_matches("the ")) => answer.to_owned(),
        [first, .., last] if names.len() > ALIKE_MAX => format!(
            "{answer}: in all {} from “{}” to “{}”",
            count(names.len(), "test"),
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
    StepId::enumerate(&plan.steps).filter(|(_, step)| step.role == Role::Probe)
}

/// The answer to one probe: the most informative part that is public.
fn answer(id: StepId, check: &CheckOutcome<'_>, project: &Project) -> String {
    let view = View::new(check.plan, &check.transcript.observations);
    let step = &check.plan.steps[id];
    let Ok(facts) = view.answer(id) else {
        return public::answer(&view, id);
    };
    if let Some(word) = given(step, check.plan) {
        return attested(word, project);
    }
    let judged = check.judgement.steps.get(id.0);
    let informative = judged.and_then(|judged| wording::most_informative(step, judged));
    let Some((expectation, judged)) = informative else {
        return public::answer(&view, id);
    };
    let in_list = matches!(expectation.test, Test::Every(_) | Test::Some(_));
    if in_list && judged.outcome == TestOutcome::Met {
        return wording::expected(expectation) + &wording::origin(Ok(facts));
    }
    let found = match public::outcome(expectation, judged, &step.publish).as_str() {
        public::AS_EXPECTED => wording::expected(expectation),
        public::NOT_AS_EXPECTED => format!("not met: {}", wording::expected(expectation)),
        found => found.to_owned(),
    };
    let found = match facts.status() {
        Some(status) if !found.contains("status") => format!("status {status}, {found}"),
        _ => found,
    };
    found + &wording::origin(Ok(facts))
}

fn given<'a>(step: &'a Step, plan: &'a Plan) -> Option<&'a Attestation> {
    let looked_at = step.looks_at().and_then(|earlier| plan.step(earlier));
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
    format!("{role} confirmed it {when}, after checking {}", wording::cut(&word.looked_at, 300))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    /// The view of the first check of a claim: expectations, answers, violations.
    fn shown(claim: &str) -> String {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        let outcome = outcomes.iter().find(|one| one.claim.id == claim).unwrap();
        let check = &outcome.checks[0];
        let must = must(check.plan, &sample.project).join("; ");
        let saw = saw(check, &sample.project).join("; ");
        format!("must: {must}\nsaw: {saw}\nbroke: {}", broke(check).join("; "))
    }

    #[test]
    fn a_violated_claim_has_expected_and_actual_values() {
        insta::assert_snapshot!(shown("tenant-isolation"), @r"
        must: the answer is a refusal (400, 401, 403 or 404)
        saw: globex reads acme's note: status 200
        broke: globex reads acme's note: status 200, with another tenant's data in it; globex reads acme's note. Expected: the answer is a refusal (400, 401, 403 or 404). Found: status 200
        ");
    }

    #[test]
    fn an_attestation_has_its_role_and_its_subject() {
        insta::assert_snapshot!(shown("content-storage"), @r"
        must: “given” is present
        saw: reads the attestation: The demo's officer confirmed it on 20 Nov 2026, after checking the storage settings
        broke:
        ");
    }

    #[test]
    fn values_that_are_not_public_are_replaced_by_the_expectation() {
        insta::assert_snapshot!(shown("encrypted-transport"), @r"
        must: the header Strict-Transport-Security contains “max-age=31536000”
        saw: anyone reads /: status 200, Strict-Transport-Security: “max-age=31536000; includeSubDomains”
        broke:
        ");
        insta::assert_snapshot!(shown("backup-daily"), @r"
        must: the status is 200; “completed_at” in the body is at most 24 hours old
        saw: anyone reads /ops/backups/latest: the service could not be reached
        broke:
        ");
    }

    #[test]
    fn probes_with_the_same_answer_are_grouped() {
        let names = ["a", "b", "c", "d"];
        assert_eq!(grouped("status 401", &names), "status 401: in all 4 tests from “a” to “d”");
        assert_eq!(grouped("status 401", &names[..2]), "a and b: status 401");
        assert_eq!(grouped("title: “x”", &["the title"]), "title: “x”");
    }
}
