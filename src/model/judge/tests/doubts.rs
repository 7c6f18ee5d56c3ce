//! Why a step proves nothing: which of several reasons is the one that people read.

use serde_json::json;

use super::{at, error, facts, page, reads, status};
use crate::language::period::Period;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Observation};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::view::View;
use crate::model::judge::{Judgement, judge};
use crate::model::plan::backup::listing::BackupListing;
use crate::model::plan::backup::newest::Newest;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{ANYONE, Act, Plan, Role, Step};

fn nothing() -> Answer {
    Answer::NotAsked("a value is missing".into())
}

/// A step with its role, the step that is its control, and its answer.
fn one(role: Role, control: Option<usize>, answer: Answer) -> (Step, Answer) {
    let mut step = reads(role, "step", "acme");
    step.control = control.map(StepId);
    (step, answer)
}

fn judged(steps: Vec<(Step, Answer)>) -> Judgement {
    let (steps, answers): (Vec<_>, Vec<_>) = steps.into_iter().unzip();
    let observed = |answer| Observation::new(at("10:00:00"), answer);
    let observations: Vec<_> = answers.into_iter().map(observed).collect();
    let plan = Plan::new("http", steps);
    judge(&View::new(&plan, &observations))
}

fn last_doubt(steps: Vec<(Step, Answer)>) -> Option<Reason> {
    judged(steps).steps.last().unwrap().doubt
}

#[test]
fn a_plan_without_an_expectation_of_a_probe_proves_nothing() {
    let not_asked = Verdict::Inconclusive(Reason::NotAsked);
    assert_eq!(judged(vec![one(Role::Control, None, status(200))]).verdict, not_asked);
    let (mut bare, answer) = one(Role::Probe, None, status(200));
    bare.expect.clear();
    let control = one(Role::Control, None, status(200));
    assert_eq!(judged(vec![control, (bare, answer)]).verdict, not_asked);
    assert_eq!(judged(vec![one(Role::Probe, None, status(200))]).verdict, Verdict::Holds);
}

#[test]
fn only_a_probe_without_a_doubt_breaks_a_claim() {
    let control = judged(vec![one(Role::Control, None, status(404))]).steps.remove(0);
    assert_eq!(control.broken(StepId(0), Role::Control), []);
    assert_eq!(control.broken(StepId(0), Role::Probe).len(), 1);
    let probe = || one(Role::Probe, Some(0), status(404));
    let doubtful = judged(vec![one(Role::Control, None, status(404)), probe()]).steps.remove(1);
    assert_eq!(doubtful.doubt, Some(Reason::ControlFailed));
    assert_eq!(doubtful.broken(StepId(1), Role::Probe), []);
}

#[test]
fn a_probe_has_the_doubt_of_its_control() {
    for (answer, reason) in [
        (status(200), None),
        (status(404), Some(Reason::ControlFailed)),
        (status(503), Some(Reason::ServerError)),
        (status(401), Some(Reason::Credentials)),
        (error(Reason::Timeout), Some(Reason::Timeout)),
        // That something was missing is no reason of its own.
        (nothing(), Some(Reason::ControlFailed)),
    ] {
        let steps =
            vec![one(Role::Control, None, answer.clone()), one(Role::Probe, Some(0), status(200))];
        assert_eq!(last_doubt(steps), reason, "{answer:?}");
    }
}

#[test]
fn a_control_that_is_not_met_follows_from_the_first_trouble_before_it() {
    let rest = |first: Vec<(Step, Answer)>| {
        let control = first.len();
        let control_fails = one(Role::Control, None, status(404));
        let probe = one(Role::Probe, Some(control), status(200));
        last_doubt(first.into_iter().chain([control_fails, probe]).collect())
    };
    let prepare = |answer| one(Role::Prepare, None, answer);
    assert_eq!(rest(vec![prepare(status(503))]), Some(Reason::ServerError));
    assert_eq!(rest(vec![prepare(status(200))]), Some(Reason::ControlFailed));
    assert_eq!(rest(vec![prepare(nothing())]), Some(Reason::ControlFailed));
    let two = vec![prepare(status(503)), prepare(error(Reason::Dns))];
    assert_eq!(rest(two), Some(Reason::ServerError));
    let two = vec![prepare(nothing()), prepare(error(Reason::Dns))];
    assert_eq!(rest(two), Some(Reason::Dns));
    // A probe in doubt is the cause of nothing.
    let probe = vec![one(Role::Probe, None, status(503))];
    assert_eq!(rest(probe), Some(Reason::ControlFailed));
}

#[test]
fn a_trouble_after_a_control_is_not_its_cause() {
    let steps = vec![
        one(Role::Control, None, status(404)),
        one(Role::Prepare, None, status(503)),
        one(Role::Probe, Some(0), status(200)),
    ];
    assert_eq!(last_doubt(steps), Some(Reason::ControlFailed));
}

#[test]
fn a_step_whose_control_failed_is_a_trouble_of_later_steps_unless_it_is_a_probe() {
    let doubt = |role: Role, between: Vec<(Step, Answer)>, before: Vec<(Step, Answer)>| {
        let at = before.len();
        let mut steps = before;
        steps.push(one(Role::Probe, None, error(Reason::Timeout)));
        steps.push(one(role, Some(at), status(200)));
        steps.extend(between);
        let control = steps.len();
        steps.push(one(Role::Control, None, status(404)));
        steps.push(one(Role::Probe, Some(control), status(200)));
        last_doubt(steps)
    };
    let trouble = || vec![one(Role::Prepare, None, status(503))];
    let none = Vec::new;
    assert_eq!(doubt(Role::Control, none(), none()), Some(Reason::Timeout));
    assert_eq!(doubt(Role::Probe, none(), none()), Some(Reason::ControlFailed));
    // The first one counts, in the order of the plan.
    assert_eq!(doubt(Role::Control, trouble(), none()), Some(Reason::Timeout));
    assert_eq!(doubt(Role::Control, none(), trouble()), Some(Reason::ServerError));
    assert_eq!(doubt(Role::Probe, trouble(), none()), Some(Reason::ServerError));
}

#[test]
fn where_something_was_missing_the_first_error_before_it_is_reported() {
    let prepare = |answer| one(Role::Prepare, None, answer);
    let after =
        |first: Answer, own: Answer| last_doubt(vec![prepare(first), one(Role::Probe, None, own)]);
    assert_eq!(after(error(Reason::Timeout), nothing()), Some(Reason::Timeout));
    assert_eq!(after(nothing(), nothing()), Some(Reason::NotAsked));
    assert_eq!(after(status(200), nothing()), Some(Reason::NotAsked));
    // An error of its own is reported as it is.
    assert_eq!(after(error(Reason::Timeout), error(Reason::Dns)), Some(Reason::Dns));
    let later = vec![one(Role::Probe, None, nothing()), prepare(error(Reason::Timeout))];
    assert_eq!(judged(later).steps[0].doubt, Some(Reason::NotAsked));
    let second = vec![
        prepare(nothing()),
        prepare(error(Reason::Dns)),
        prepare(error(Reason::Timeout)),
        one(Role::Probe, None, nothing()),
    ];
    assert_eq!(last_doubt(second), Some(Reason::Dns));
}

#[test]
fn a_step_that_evaluates_an_answer_has_the_doubt_about_that_answer() {
    let newest = |answer: Answer| {
        let listing = BackupListing::default();
        let act = Act::Newest(Newest {
            step: StepId(0),
            listing,
            previous_bytes: None,
            doubts_zero: false,
            oldest: false,
        });
        let mut step = Step::new(Role::Probe, "selects", ANYONE, act);
        step.expect = vec![Expectation::new("/newest", Test::Exists(true))];
        last_doubt(vec![one(Role::Prepare, None, answer), (step, nothing())])
    };
    assert_eq!(newest(status(503)), Some(Reason::ServerError));
    assert_eq!(newest(status(429)), Some(Reason::RateLimited));
    assert_eq!(newest(status(200)), Some(Reason::NotAsked));
    assert_eq!(newest(error(Reason::Tls)), Some(Reason::Tls));
}

#[test]
fn a_status_of_failure_is_a_doubt_unless_the_step_names_it() {
    for (status_code, reason) in [
        (429, Reason::RateLimited),
        (500, Reason::ServerError),
        (503, Reason::ServerError),
        (401, Reason::Credentials),
    ] {
        let with = |named: u16, actor: &str| {
            let mut step = reads(Role::Probe, "step", actor);
            step.expect = vec![Expectation::new("/status", Test::Equals(json!(named)))];
            let judged = judged(vec![(step, status(status_code))]);
            (judged.steps[0].doubt, judged.verdict)
        };
        assert_eq!(with(200, "acme"), (Some(reason), Verdict::Inconclusive(reason)));
        assert_eq!(with(status_code, "acme"), (None, Verdict::Holds));
    }
    // Who sends no credential was not refused because of one.
    let anonymous = reads(Role::Probe, "step", ANYONE);
    assert_eq!(last_doubt(vec![(anonymous, status(401))]), None);
}

#[test]
fn a_clock_that_is_off_by_more_than_a_minute_matters_where_time_is_tested() {
    let with = |date: &str, timed: bool| {
        let mut plan = page();
        if timed {
            let test = Test::NotOlderThan(Period::hours(24));
            plan.steps[0].expect.push(Expectation::new("/body/json/made", test));
        }
        let answer = facts(json!({
            "status": 200,
            "headers": {"date": [format!("Sun, 22 Nov 2026 {date} GMT")]},
            "body": {"json": {"made": "2026-11-22T09:00:00Z"}},
        }));
        last_doubt(vec![(plan.steps.remove(0), answer)])
    };
    let clock = Some(Reason::Clock);
    for (date, untimed, timed) in [
        ("10:00:00", None, None),
        ("10:01:00", None, None),
        ("10:01:01", clock, clock),
        ("09:59:00", None, None),
        ("09:58:59", None, clock),
        ("09:54:59", clock, clock),
    ] {
        assert_eq!(with(date, false), untimed, "{date}");
        assert_eq!(with(date, true), timed, "{date}, with a test of time");
    }
}
