//! Answers as the judge reads them: recalled, replaced, restored, captured.

use serde_json::json;

use super::{at, reads, status};
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Look, Observation};
use crate::model::answer::verdict::Reason;
use crate::model::judge::view::View;
use crate::model::plan::{ANYONE, Act, Plan, Role, Step};

/// A plan whose steps recall these, or send a request.
fn plan(recalled: &[Option<usize>]) -> Plan {
    let step = |recalled: &Option<usize>| {
        let step = reads(Role::Probe, "step", ANYONE);
        let act = recalled.map_or(step.act.clone(), |earlier| Act::Recall(StepId(earlier)));
        Step { act, ..step }
    };
    Plan::new("http", recalled.iter().map(step).collect())
}

/// Observations of the statuses 201, 202, ...; those of steps that recall another are empty.
fn observed(plan: &Plan) -> Vec<Observation> {
    let answer = |(code, step): (u16, &Step)| match step.act {
        Act::Recall(_) => Answer::Recalled,
        _ => status(code),
    };
    let answers = (201..).zip(&plan.steps).map(answer);
    answers.map(|answer| Observation::new(at("10:00:00"), answer)).collect()
}

#[test]
fn a_recalled_answer_is_that_of_the_earlier_step_with_all_that_belongs_to_it() {
    let plan = plan(&[None, None, Some(0), Some(2)]);
    let mut observations = observed(&plan);
    let look = Look { at: at("10:00:01"), address: None, times: 1, answer: status(209) };
    observations[0].others = vec![look];
    let view = View::new(&plan, &observations);
    let code = |step| view.answer(StepId(step)).unwrap().status();
    assert_eq!([0, 1, 2, 3].map(code), [201, 202, 201, 201].map(Some));
    let others = |step| view.others(StepId(step)).len();
    assert_eq!([0, 1, 2, 3].map(others), [1, 0, 1, 1]);
    let look = |step, look| view.look(StepId(step), look).unwrap().status();
    assert_eq!([look(3, 0), look(3, 1), look(3, 2), look(1, 1)], [201, 209, 201, 202].map(Some));
    let owner = |step| view.observation(StepId(step)).map(std::ptr::from_ref);
    assert_eq!(owner(3), Some(std::ptr::from_ref(&observations[0])));
    assert!(view.observation(StepId(4)).is_none() && view.answer(StepId(4)).is_err());
}

#[test]
fn a_step_that_recalls_itself_or_a_later_one_has_no_answer() {
    let plan = plan(&[Some(1), Some(1), None]);
    let observations = observed(&plan);
    let mut view = View::new(&plan, &observations);
    for step in [0, 1].map(StepId) {
        assert_eq!(view.answer(step).unwrap_err().reason, Reason::NotAsked);
        let own = std::ptr::from_ref(&observations[step.0]);
        assert_eq!(view.observation(step).map(std::ptr::from_ref), Some(own));
        assert!(!view.swap(StepId(2), step));
    }
    assert_eq!(view.answer(StepId(2)).unwrap().status(), Some(203));
}

#[test]
fn a_step_can_get_the_answer_that_another_one_has_now() {
    let plan = plan(&[None, None, Some(0)]);
    let mut observations = observed(&plan);
    let mut view = View::new(&plan, &observations);
    assert!(view.swap(StepId(1), StepId(2)));
    assert_eq!(view.answer(StepId(1)).unwrap().status(), Some(201));
    assert_eq!(view.replaced().collect::<Vec<_>>(), [StepId(1)]);
    view.restore();
    assert_eq!(view.answer(StepId(1)).unwrap().status(), Some(202));
    view.replace(StepId(0), status(204));
    assert!(view.swap(StepId(1), StepId(2)));
    assert_eq!(view.answer(StepId(1)).unwrap().status(), Some(204));
    // A step without an answer has none to give, nor has one that does not exist.
    view.replace(StepId(0), super::error(Reason::Dns));
    assert!(!view.swap(StepId(1), StepId(2)) && !view.swap(StepId(1), StepId(9)));
    observations.truncate(1);
    assert!(!View::new(&plan, &observations).swap(StepId(0), StepId(1)));
}

#[test]
fn a_capture_is_the_first_value_of_its_name_as_text() {
    let plan = plan(&[None, None]);
    let mut observations = observed(&plan);
    observations[0].captures = [("id".to_owned(), json!("7")), ("count".into(), json!(3))].into();
    observations[1].captures = [("id".to_owned(), json!("8"))].into();
    let view = View::new(&plan, &observations);
    let captures = ["id", "count", "random", "uuid:acme", "other"].map(|name| view.capture(name));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(captures, [text("7"), text("3"), text("${random}"), text("${uuid:acme}"), None]);
}
