//! The effect of waivers: how far each accepts an expectation, and entries that accept nothing.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::standing::plain;
use super::{answered, at, claim, error, facts, page, project, reads, spanned, status, transcript};
use crate::language::period::Period;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Look, Observation, Transcript};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::evidence::{Circumstances, Outcome, Standing, outcome};
use crate::model::judge::judge;
use crate::model::judge::view::View;
use crate::model::judge::waiving::{Waiving, waived};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{ANYONE, Act, Plan, Role, Step};
use crate::model::project::waiver::{Accepted, Waiver};

/// A waiver of the day of the tests that accepts these.
pub(super) fn waiver(accepts: Vec<Accepted>) -> Waiver {
    Waiver {
        words: spanned("There is a page.".into()),
        accepts: accepts.into_iter().map(spanned).collect(),
        reason: "It moves.".into(),
        role: "officer".into(),
        ticket: "SEC-1".into(),
        tell_customers: "The page moves.".into(),
        day: jiff::civil::date(2026, 11, 22),
        until: jiff::civil::date(2026, 11, 22),
    }
}

/// An entry for the status of a step of the first check, with the status that is accepted.
pub(super) fn accepting(step: &str, status: u16) -> Accepted {
    Accepted {
        check: 1,
        step: step.into(),
        at: "/status".into(),
        is: Test::Equals(json!(200)),
        up_to: None,
        accepts_value: Some(json!(status)),
    }
}

fn with_waiver(
    waiver: &Waiver,
    (plans, transcripts): (&[Plan], &[Transcript]),
    is_over: bool,
    see: impl Fn(&Outcome<'_>),
) {
    let waiving = Waiving { file: "waiver.yaml", waiver, is_over, dead: Vec::new() };
    let claim = claim("page");
    let circumstances = Circumstances { waiving: Some(waiving), ..plain(at("10:30:00")) };
    see(&outcome(&claim, plans, transcripts, circumstances));
}

#[test]
fn a_waiver_that_is_used_limits_how_long_the_claim_is_waived() {
    let late = |code| [answered("23:30:00", status(code))];
    let waiver = waiver(vec![accepting("anyone reads", 404)]);
    let midnight: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    let hour_later = at("23:30:00") + SignedDuration::from_hours(1);
    with_waiver(&waiver, (&[page()], &late(404)), false, |found| {
        assert_eq!((found.standing, found.until), (Standing::Waived, Some(midnight)));
        assert!(found.waived_by().is_some());
        assert_eq!(found.checks[0].verdict, Verdict::Holds);
        assert_eq!(found.checks[0].judgement.verdict, Verdict::Violated);
        assert_eq!(found.waiving.as_ref().unwrap().dead, Vec::<&Accepted>::new());
    });
    with_waiver(&waiver, (&[page()], &late(200)), false, |found| {
        assert_eq!((found.standing, found.until), (Standing::Holds, Some(hour_later)));
        assert!(found.waived_by().is_none());
    });
    with_waiver(&waiver, (&[page()], &late(404)), true, |found| {
        assert_eq!((found.standing, found.until), (Standing::Violated, Some(hour_later)));
        assert!(found.waived_by().is_none());
    });
}

#[test]
fn a_waiver_is_over_at_the_end_of_its_last_day() {
    let mut project = project(vec![claim("page")]);
    project.waivers.insert("page".into(), ("waiver.yaml".into(), waiver(Vec::new())));
    let is_over = |now: &str| {
        Waiving::of(&project, "page", now.parse().unwrap()).map(|waiving| waiving.is_over)
    };
    assert_eq!(is_over("2026-11-22T23:59:59Z"), Some(false));
    assert_eq!(is_over("2026-11-23T00:00:00Z"), Some(true));
    assert_eq!(is_over("2026-11-23T00:00:01Z"), Some(true));
    assert!(Waiving::of(&project, "other", at("10:00:00")).is_none());
}

#[test]
fn an_entry_is_dead_if_its_expectation_was_judged_and_is_met() {
    let other_step = Accepted { step: "somebody else".into(), ..accepting("", 404) };
    let of_check = |check| Accepted { check, ..accepting("anyone reads", 404) };
    for (entry, answer, dead) in [
        (accepting("anyone reads", 404), status(200), 1),
        (accepting("anyone reads", 404), status(404), 0),
        // The value is another one, but the expectation is not met.
        (accepting("anyone reads", 404), status(403), 0),
        (accepting("anyone reads", 404), status(503), 0),
        (accepting("anyone reads", 404), error(Reason::Dns), 0),
        (other_step, status(200), 0),
        (of_check(0), status(200), 0),
        (of_check(2), status(200), 0),
    ] {
        let all = [answered("10:00:00", answer.clone())];
        with_waiver(&waiver(vec![entry.clone()]), (&[page()], &all), false, |found| {
            let found = found.waiving.as_ref().unwrap().dead.len();
            assert_eq!(found, dead, "{entry:?}: {answer:?}");
        });
    }
    // Another expectation of the step is not met: the entry accepts nothing of it.
    let mut plan = page();
    plan.steps[0].expect.push(Expectation::new("/headers/x/0", Test::Equals(json!("y"))));
    let answer = facts(json!({"status": 200, "headers": {"x": ["z"]}}));
    let all = [answered("10:00:00", answer)];
    with_waiver(&waiver(vec![accepting("anyone reads", 404)]), (&[plan], &all), false, |found| {
        assert_eq!(found.waiving.as_ref().unwrap().dead.len(), 1);
        assert_eq!(found.standing, Standing::Violated);
    });
}

/// What a waiver with this entry accepts of a plan with the first answer and the others.
fn accepted(entry: Accepted, plan: &Plan, answers: &[Answer]) -> usize {
    let other = |answer: &Answer| Look {
        at: at("10:00:01"),
        address: None,
        times: 1,
        answer: answer.clone(),
    };
    let first = Observation::new(at("10:00:00"), answers[0].clone());
    let first = Observation { others: answers[1..].iter().map(other).collect(), ..first };
    let recalled = Observation::new(at("10:00:00"), Answer::Recalled);
    let rest = (1..plan.steps.len()).map(|_| recalled.clone());
    let all = transcript(std::iter::once(first).chain(rest).collect());
    let judgement = judge(&View::new(plan, &all.observations));
    waived(&waiver(vec![entry]), 0, (plan, &all), &judgement).len()
}

fn count(value: i64) -> Answer {
    facts(json!({"status": 200, "body": {"json": {"count": value}}}))
}

/// A step that expects at most 3, and an entry that accepts up to 5 in it.
fn counted(role: Role, act: Act) -> (Step, Accepted) {
    let mut step = Step::new(role, "counts", ANYONE, act);
    step.expect = vec![Expectation::new("/body/json/count", Test::AtMost(3.0))];
    let entry = Accepted {
        at: "/body/json/count".into(),
        is: Test::AtMost(3.0),
        up_to: Some(json!(5)),
        accepts_value: None,
        ..accepting("counts", 0)
    };
    (step, entry)
}

#[test]
fn every_answer_must_be_within_the_extent_of_the_entry() {
    let act = reads(Role::Probe, "", ANYONE).act;
    let (step, entry) = counted(Role::Probe, act);
    let plan = Plan::new("http", vec![step]);
    for (answers, wanted) in [
        (vec![count(5)], 1),
        (vec![count(6)], 0),
        (vec![count(4), count(5)], 1),
        (vec![count(4), count(6)], 0),
        (vec![count(6), count(4)], 0),
        (vec![count(2), count(5)], 1),
        (vec![count(4), error(Reason::Dns)], 0),
    ] {
        assert_eq!(accepted(entry.clone(), &plan, &answers), wanted, "{answers:?}");
    }
    let unlimited = Accepted { up_to: Some(json!("five")), ..entry };
    assert_eq!(accepted(unlimited, &plan, &[count(4)]), 0);
}

#[test]
fn a_value_is_accepted_and_no_other() {
    let of = |codes: &[u16]| {
        let answers: Vec<Answer> = codes.iter().map(|code| status(*code)).collect();
        accepted(accepting("anyone reads", 404), &page(), &answers)
    };
    for (codes, wanted) in [
        (&[404][..], 1),
        (&[410], 0),
        (&[404, 200], 1),
        (&[200, 404], 1),
        (&[404, 410], 0),
        (&[200, 410], 0),
    ] {
        assert_eq!(of(codes), wanted, "{codes:?}");
    }
}

#[test]
fn the_answers_of_a_recalled_step_are_those_that_it_received() {
    let mut first = reads(Role::Prepare, "first", ANYONE);
    first.expect.clear();
    let (second, _) = counted(Role::Prepare, Act::Recall(StepId(0)));
    let second = Step { name: "between".into(), expect: Vec::new(), ..second };
    let (third, entry) = counted(Role::Probe, Act::Recall(StepId(1)));
    let plan = Plan::new("http", vec![first, second, third]);
    assert_eq!(accepted(entry.clone(), &plan, &[count(4), count(5)]), 1);
    assert_eq!(accepted(entry.clone(), &plan, &[count(4), count(6)]), 0);
    assert_eq!(accepted(entry, &plan, &[count(6)]), 0);
}

#[test]
fn each_answer_to_a_recalled_step_must_have_the_accepted_value() {
    let first = reads(Role::Prepare, "first", ANYONE);
    let first = Step { expect: Vec::new(), ..first };
    let recalls = Step { act: Act::Recall(StepId(0)), ..reads(Role::Probe, "reads", ANYONE) };
    let plan = Plan::new("http", vec![first, recalls]);
    let of = |answers: &[Answer]| accepted(accepting("reads", 404), &plan, answers);
    assert_eq!(of(&[status(404), status(200)]), 1);
    assert_eq!(of(&[status(404), status(410)]), 0);
}

#[test]
fn a_step_that_recalls_itself_is_judged_by_its_own_answer() {
    let mut plan = page();
    plan.steps[0].act = Act::Recall(StepId(0));
    assert_eq!(accepted(accepting("anyone reads", 404), &plan, &[status(404)]), 1);
}

#[test]
fn an_answer_that_is_unclear_is_not_accepted_because_another_one_is() {
    let mut again = Facts(json!({"status": 404, "headers": {}, "canaries": []}));
    again.set("/body/bytes", json!(1));
    let unclear = facts(json!({"unclear": {"/status": "it cannot be read"}}));
    let of = |answers: &[Answer]| accepted(accepting("anyone reads", 404), &page(), answers);
    assert_eq!(of(&[status(404), Answer::Facts(again.clone())]), 1);
    assert_eq!(of(&[status(404), unclear, Answer::Facts(again)]), 0);
}

#[test]
fn each_answer_is_judged_at_its_own_time() {
    let (mut step, entry) = counted(Role::Probe, reads(Role::Probe, "", ANYONE).act);
    let hours = |hours| Test::NotOlderThan(Period::hours(hours));
    step.expect = vec![Expectation::new("/body/json/made", hours(1))];
    let entry =
        Accepted { at: "/body/json/made".into(), is: hours(1), up_to: Some(json!("2h")), ..entry };
    let plan = Plan::new("http", vec![step]);
    let made = |time: &str| {
        facts(json!({"status": 200, "body": {"json": {"made": format!("2026-11-22T{time}Z")}}}))
    };
    // The second answer comes a second later.
    let of = |answers: &[Answer]| accepted(entry.clone(), &plan, answers);
    assert_eq!(of(&[made("08:00:00"), made("08:00:01")]), 1);
    assert_eq!(of(&[made("08:00:01"), made("08:00:00")]), 0);
}

#[test]
fn what_a_waiver_accepts_needs_no_second_look() {
    let all = |second: u16| {
        let again = Some(vec![Observation::new(at("10:05:00"), status(second))]);
        [Transcript { again, ..answered("10:00:00", status(404)) }]
    };
    let waiver = waiver(vec![accepting("anyone reads", 404)]);
    for second in [200, 404, 403] {
        with_waiver(&waiver, (&[page()], &all(second)), false, |found| {
            assert_eq!(found.standing, Standing::Waived, "{second}");
        });
    }
}
