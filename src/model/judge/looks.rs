//! The judgement of several answers to one request: the worst of them decides.

use crate::model::answer::verdict::Reason;
use crate::model::judge::{Judged, StepJudgement};
use crate::model::plan::expect::TestOutcome;

/// The judgement of a step whose answers were judged one by one, each without its control.
///
/// An expectation that one answer did not meet is not met. An answer that proves nothing leaves the
/// rest in doubt, and a leak in any of them counts.
pub(super) fn worst(
    first: StepJudgement,
    others: impl Iterator<Item = StepJudgement>,
) -> StepJudgement {
    let mut all = vec![first];
    all.extend(others);
    if let [_] = all.as_slice() {
        return all.swap_remove(0);
    }
    for (look, judged) in all.iter_mut().enumerate() {
        judged.look = look;
        judged.expectations.iter_mut().for_each(|one| one.look = look);
    }
    let leaking = all.iter().find(|one| one.leaks_anything()).map(|one| one.look);
    let mut secrets: Vec<_> = all.iter().flat_map(|one| one.secrets.iter().cloned()).collect();
    secrets.sort_unstable();
    secrets.dedup();
    let mut leaks: Vec<_> = all.iter().flat_map(|one| one.leaks.iter().copied()).collect();
    leaks.sort_unstable();
    leaks.dedup();
    let merged = without_leaks(all);
    StepJudgement { leaks, secrets, look: leaking.unwrap_or(merged.look), ..merged }
}

fn without_leaks(all: Vec<StepJudgement>) -> StepJudgement {
    let doubtful = all.iter().find(|one| one.doubt.is_some());
    let doubt = doubtful.and_then(|one| one.doubt);
    match (doubtful, all.iter().any(breaks)) {
        (Some(judged), false) => judged.clone(),
        (_, _) => expectations(all, doubt),
    }
}

/// Whether an answer shows that the claim is false, without a doubt of its own.
fn breaks(judged: &StepJudgement) -> bool {
    let unmet = |one: &Judged| one.outcome == TestOutcome::NotMet;
    judged.doubt.is_none() && judged.expectations.iter().any(unmet)
}

/// Each expectation with its worst outcome in the answers that prove something. `doubt` is that of
/// another answer: what these answers met, that one may not have met.
fn expectations(all: Vec<StepJudgement>, doubt: Option<Reason>) -> StepJudgement {
    let mut counting = all.into_iter().filter(|one| one.doubt.is_none());
    let Some(mut merged) = counting.next() else {
        return StepJudgement {
            unasked: None,
            expectations: Vec::new(),
            leaks: Vec::new(),
            secrets: Vec::new(),
            look: 0,
            doubt,
        };
    };
    for judged in counting {
        for (worst, one) in merged.expectations.iter_mut().zip(judged.expectations) {
            if rank(one.outcome) > rank(worst.outcome) {
                *worst = one;
            }
        }
    }
    if let Some(reason) = doubt {
        let met = merged.expectations.iter_mut().filter(|one| one.outcome == TestOutcome::Met);
        met.for_each(|one| one.outcome = TestOutcome::Unknown(reason));
    }
    merged
}

fn rank(outcome: TestOutcome) -> u8 {
    match outcome {
        TestOutcome::Met => 0,
        TestOutcome::Unknown(_) => 1,
        TestOutcome::NotMet => 2,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde demands")]
pub(super) fn is_first(look: &usize) -> bool {
    *look == 0
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::answer::error::ProbeError;
    use crate::model::answer::facts::Facts;
    use crate::model::answer::ids::{CanaryId, StepId};
    use crate::model::answer::observation::{Answer, Look, Observation};
    use crate::model::answer::verdict::Verdict;
    use crate::model::judge::view::View;
    use crate::model::judge::{Judgement, judge};
    use crate::model::plan::expect::{Expectation, Refusal, Test};
    use crate::model::plan::request::Request;
    use crate::model::plan::{ANYONE, Plan, Role, Step};

    fn answer(status: u16) -> Answer {
        Answer::Facts(Facts(json!({ "status": status, "canaries": [] })))
    }

    fn leak() -> Answer {
        Answer::Facts(Facts(json!({ "status": 401, "canaries": [0] })))
    }

    fn silence() -> Answer {
        ProbeError::new(Reason::Timeout, "").into()
    }

    fn observed(mut answers: Vec<Answer>) -> Observation {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let first = answers.remove(0);
        let look = |answer| Look { at, address: None, times: 1, answer };
        Observation {
            others: answers.into_iter().map(look).collect(),
            ..Observation::new(at, first)
        }
    }

    /// The judgement of a refusal with these answers, and of its control with those.
    fn judged(stranger: Vec<Answer>, owner: Vec<Answer>) -> Judgement {
        let mut control = Step::http(Role::Control, "owner", "acme", Request::get("/"));
        control.expect = vec![Expectation::new("/status", Test::Equals(json!(200)))];
        control.sees = vec![CanaryId(0)];
        let mut probe = Step::http(Role::Probe, "stranger", ANYONE, Request::get("/"));
        probe.expect = vec![
            Expectation::new("", Test::Refused(Refusal::standard())),
            Expectation::new("/status", Test::NotEquals(Value::from(403))),
        ];
        probe.control = Some(StepId(0));
        let plan = Plan::new("http", vec![control, probe]);
        judge(&View::new(&plan, &[observed(owner), observed(stranger)]))
    }

    fn verdict(stranger: Vec<Answer>) -> Verdict {
        judged(stranger, vec![answer(200)]).verdict
    }

    #[test]
    fn one_bad_answer_of_several_decides_wherever_it_is() {
        for bad in [answer(200), answer(403), leak()] {
            for place in 0..3 {
                let mut all = vec![answer(401); 3];
                all[place] = bad.clone();
                assert_eq!(verdict(all), Verdict::Violated, "{bad:?} at {place}");
            }
        }
        assert_eq!(verdict(vec![answer(401); 3]), Verdict::Holds);
    }

    #[test]
    fn one_answer_that_proves_nothing_leaves_the_step_in_doubt() {
        for (bad, reason) in [
            (silence(), Reason::Timeout),
            (answer(503), Reason::ServerError),
            (answer(404), Reason::Unparsable),
        ] {
            for place in 0..3 {
                let mut all = vec![answer(401); 3];
                all[place] = bad.clone();
                assert_eq!(verdict(all), Verdict::Inconclusive(reason), "{bad:?} at {place}");
            }
        }
    }

    #[test]
    fn an_answer_that_proves_nothing_hides_no_violation() {
        for doubtful in [silence(), answer(503), answer(429)] {
            for bad in [answer(200), leak()] {
                let both = [doubtful.clone(), bad.clone()];
                assert_eq!(verdict(both.to_vec()), Verdict::Violated, "{both:?}");
                assert_eq!(verdict(both.into_iter().rev().collect()), Verdict::Violated);
            }
        }
        let judged = judged(vec![silence(), answer(403)], vec![answer(200)]);
        let outcomes: Vec<_> = judged.steps[1].expectations.iter().map(|one| one.outcome).collect();
        // A waiver of the second expectation must not hide that the first one is in doubt.
        assert_eq!(outcomes, [TestOutcome::Unknown(Reason::Timeout), TestOutcome::NotMet]);
        assert_eq!(judged.steps[1].expectations[1].look, 1);
    }

    #[test]
    fn every_answer_to_the_control_must_meet_it() {
        let owner = |other| judged(vec![answer(401)], vec![answer(200), other]).verdict;
        assert_eq!(owner(answer(200)), Verdict::Holds);
        assert_eq!(owner(answer(401)), Verdict::Inconclusive(Reason::Credentials));
        assert_eq!(owner(answer(404)), Verdict::Inconclusive(Reason::ControlFailed));
        assert_eq!(owner(silence()), Verdict::Inconclusive(Reason::Timeout));
    }
}
