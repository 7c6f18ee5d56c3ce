//! Several answers to one request, and second looks.

use serde_json::json;

use super::{answered, at, error, facts, page, reads, status, transcript};
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::answer::observation::{Answer, Look, Observation, Transcript};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::interference::judge_both;
use crate::model::judge::view::View;
use crate::model::judge::{Judgement, judge};
use crate::model::plan::expect::{Expectation, Test, TestOutcome};
use crate::model::plan::{ANYONE, Plan, Role};

const INTERFERENCE: Verdict = Verdict::Inconclusive(Reason::Interference);

fn observed(answers: &[Answer]) -> Vec<Observation> {
    answers.iter().map(|answer| Observation::new(at("10:00:00"), answer.clone())).collect()
}

/// The judgement of a plan whose first look has these answers, and its second look those.
fn both(plan: &Plan, first: &[Answer], second: &[Answer]) -> Judgement {
    let all = Transcript { again: Some(observed(second)), ..transcript(observed(first)) };
    judge_both(plan, &all).whole
}

#[test]
fn violations_of_several_steps_that_keep_nobody_out_can_all_be_contradicted() {
    let step = |name| reads(Role::Probe, name, ANYONE);
    let plan = Plan::new("http", vec![step("one"), step("other")]);
    let (bad, good) = ([status(404), status(404)], [status(200), status(200)]);
    assert_eq!(both(&plan, &bad, &good).verdict, INTERFERENCE);
    assert_eq!(both(&plan, &bad, &[status(200), status(404)]).verdict, Verdict::Violated);
}

#[test]
fn what_was_seen_of_an_owner_is_never_withdrawn() {
    let mut plan = page();
    plan.steps[0].expect = vec![Expectation::new("", Test::WithholdsData)];
    let with = |found: u64| facts(json!({"status": 404, "owner_values": {"found": found}}));
    let judged = both(&plan, &[with(1)], &[with(0)]);
    assert_eq!(judged.steps[0].expectations[0].outcome, TestOutcome::NotMet);
    assert_eq!(judged.verdict, Verdict::Violated);
    // Nor is anything else that the answer with a leak did not meet.
    let leak = facts(json!({"status": 404, "canaries": [0]}));
    let judged = both(&page(), &[leak], &[status(200)]);
    assert_eq!(judged.steps[0].leaks, [CanaryId(0)]);
    assert_eq!(judged.steps[0].expectations[0].outcome, TestOutcome::NotMet);
}

#[test]
fn a_second_look_whose_premises_fail_contradicts_nothing() {
    let steps = || {
        let step = |role, name| reads(role, name, ANYONE);
        vec![step(Role::Prepare, "prepare"), step(Role::Probe, "probe")]
    };
    let plan = Plan::new("http", steps());
    let first = [status(200), status(404)];
    assert_eq!(both(&plan, &first, &[status(200), status(200)]).verdict, INTERFERENCE);
    for failed in [status(404), status(503), error(Reason::Dns)] {
        assert_eq!(both(&plan, &first, &[failed, status(200)]).verdict, Verdict::Violated);
    }
    // An optional step, or one that comes later, is not a premise.
    let mut optional = plan.clone();
    optional.steps[0].optional = true;
    assert_eq!(both(&optional, &first, &[status(404), status(200)]).verdict, INTERFERENCE);
    let reversed = Plan::new("http", steps().into_iter().rev().collect());
    let first = [status(404), status(200)];
    assert_eq!(both(&reversed, &first, &[status(200), status(404)]).verdict, INTERFERENCE);
}

#[test]
fn a_second_look_at_what_was_not_violated_changes_nothing() {
    for first in [status(200), status(503), error(Reason::Dns)] {
        let alone = judge_both(&page(), &answered("10:00:00", first.clone())).first;
        for second in [status(200), status(404), status(503)] {
            let first = std::slice::from_ref(&first);
            assert_eq!(both(&page(), first, &[second]), alone, "{first:?}");
        }
    }
}

#[test]
fn of_several_answers_with_the_same_outcome_the_first_one_is_reported() {
    let look = |code| Look { at: at("10:00:01"), address: None, times: 1, answer: status(code) };
    let judged = |codes: [u16; 3]| {
        let [first, rest @ ..] = codes;
        let first = Observation::new(at("10:00:00"), status(first));
        let observation = Observation { others: rest.map(look).into(), ..first };
        let judged = judge(&View::new(&page(), &[observation]));
        let one = judged.steps[StepId(0)].expectations[0].clone();
        (one.look, one.actual)
    };
    assert_eq!(judged([200, 404, 410]), (1, json!(404)));
    assert_eq!(judged([404, 410, 200]), (0, json!(404)));
    assert_eq!(judged([200, 200, 410]), (2, json!(410)));
}

#[test]
fn a_secret_in_any_of_several_answers_is_a_leak_of_that_answer() {
    let leak = |secrets: &[&str]| facts(json!({"status": 200, "secrets": secrets}));
    let look = |answer| Look { at: at("10:00:01"), address: None, times: 1, answer };
    let judged = |first: Answer, others: Vec<Answer>| {
        let others = others.into_iter().map(look).collect();
        let observation = Observation { others, ..Observation::new(at("10:00:00"), first) };
        judge(&View::new(&page(), &[observation])).steps.remove(0)
    };
    let found = judged(status(200), vec![leak(&["b", "a"]), leak(&["c", "a"])]);
    assert_eq!((found.secrets, found.look), (["a", "b", "c"].map(str::to_owned).into(), 1));
    let found = judged(leak(&["a"]), vec![status(200)]);
    assert_eq!((found.secrets, found.look), (vec!["a".to_owned()], 0));
}

#[test]
fn the_place_of_the_first_answer_is_not_written() {
    let judged = judge(&View::new(&page(), &observed(&[status(200)])));
    let written = serde_json::to_string(&judged).unwrap();
    assert!(!written.contains("look"), "{written}");
    let mut second = judged;
    second.steps[0].look = 1;
    second.steps[0].expectations[0].look = 1;
    let written = serde_json::to_value(&second).unwrap();
    assert_eq!(written.pointer("/steps/0/look"), Some(&json!(1)));
    assert_eq!(written.pointer("/steps/0/expectations/0/look"), Some(&json!(1)));
}
