//! The second look at a violation: whether it contradicts the first one.
//!
//! A check that violates its claim is carried out a second time while no other check runs. If that shows
//! that an expectation is met which was not met before, another check may have interfered: the outcome is
//! unknown. A second look never makes an expectation met, and it withdraws neither a leak nor a violation that
//! was seen more than once: in several answers to one request, or because several requests of strangers were not
//! refused.

use std::collections::BTreeSet;

use crate::model::answer::broken::Broken;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Observation, Transcript};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::view::{View, facts_of};
use crate::model::judge::{Judgement, first_error, judge, judge_answer, verdict};
use crate::model::plan::expect::{Test, TestOutcome};
use crate::model::plan::{Bearing, Plan};

/// The judgements of both looks of a transcript.
#[derive(Clone, Debug)]
pub struct BothLooks {
    /// The judgement of the first look alone.
    pub first: Judgement,
    /// That of the second look, if there was one.
    pub second: Option<Judgement>,
    /// The judgement of the check: that of the first look, in which contradicted outcomes are unknown.
    pub whole: Judgement,
}

impl BothLooks {
    /// The same, but what a waiver accepts is not met, whatever the second look shows.
    pub(crate) fn accepting(mut self, plan: &Plan, waived: &[Broken]) -> Self {
        for one in waived {
            if let Some(index) = one.expectation {
                let before = self.first.steps[one.step].expectations[index].outcome;
                self.whole.steps[one.step].expectations[index].outcome = before;
            }
        }
        self.whole.verdict = verdict(plan, &self.whole.steps);
        self
    }
}

/// Judges a transcript with its second look.
pub fn judge_both(plan: &Plan, transcript: &Transcript) -> BothLooks {
    let first = judge(&View::new(plan, &transcript.observations));
    let second = transcript.again.as_ref().map(|again| judge(&View::new(plan, again)));
    let whole = match (&transcript.again, &second) {
        (Some(again), Some(second)) => {
            let looks = Looks { plan, observations: [&transcript.observations, again] };
            looks.whole(&first, second)
        }
        _ => first.clone(),
    };
    BothLooks { first, second, whole }
}

struct Looks<'a> {
    plan: &'a Plan,
    /// Of the first look and of the second one.
    observations: [&'a [Observation]; 2],
}

impl Looks<'_> {
    fn whole(&self, first: &Judgement, second: &Judgement) -> Judgement {
        let mut whole = first.clone();
        for one in self.contradicted(first, second) {
            if let Some(index) = one.expectation {
                let outcome = &mut whole.steps[one.step].expectations[index].outcome;
                *outcome = TestOutcome::Unknown(Reason::Interference);
            }
        }
        whole.verdict = verdict(self.plan, &whole.steps);
        whole
    }

    /// The unmet expectations of the first look that the second one contradicts.
    fn contradicted(&self, first: &Judgement, second: &Judgement) -> Vec<Broken> {
        let broken = first.broken(self.plan);
        // A violation that only the second look shows has no other check to blame.
        let is_new = second.broken(self.plan).iter().any(|one| !broken.contains(one));
        if is_new || !premises_are_met(self.plan, second) {
            return Vec::new();
        }
        let let_in: BTreeSet<StepId> =
            broken.iter().filter(|one| self.lets_in(**one)).map(|one| one.step).collect();
        let contradicted = |one: &Broken| {
            let again = let_in.len() > 1 && let_in.contains(&one.step);
            !again && self.is_contradicted(*one, first, second)
        };
        broken.into_iter().filter(contradicted).collect()
    }

    /// Whether somebody was let in whom the step must keep out.
    fn lets_in(&self, one: Broken) -> bool {
        let step = &self.plan.steps[one.step];
        one.expectation.is_some_and(|index| step.keeps_others_out(&step.expect[index]))
    }

    fn is_contradicted(&self, one: Broken, first: &Judgement, second: &Judgement) -> bool {
        let Some(index) = one.expectation else { return false };
        let (before, after) = (&first.steps[one.step], &second.steps[one.step]);
        let is_leak = before.leaks_anything()
            || self.plan.steps[one.step].expect[index].test == Test::WithholdsData;
        let is_met = after.doubt.is_none()
            && after.expectations.get(index).is_some_and(|one| one.outcome == TestOutcome::Met);
        let at_same_address = || self.is_same_address(one.step, before.expectations[index].look);
        !is_leak && is_met && at_same_address() && self.seen(one.step, index) < 2
    }

    /// Whether the second look was at the address of this answer of the first one.
    fn is_same_address(&self, step: StepId, look: usize) -> bool {
        let [before, after] =
            self.observations.map(|all| View::new(self.plan, all).observation(step));
        let (Some(before), Some(after)) = (before, after) else { return false };
        let address = match look.checked_sub(1) {
            Some(other) => before.others.get(other).and_then(|one| one.address.as_ref()),
            None => before.address.as_ref(),
        };
        address.is_none_or(|address| {
            let others = after.others.iter().filter_map(|one| one.address.as_ref());
            let mut asked = after.address.iter().chain(after.sent.keys()).chain(others);
            asked.any(|one| one == address)
        })
    }

    /// How many answers of the first look did not meet an expectation, if its request was sent several
    /// times.
    fn seen(&self, step: StepId, index: usize) -> u32 {
        let view = View::new(self.plan, self.observations[0]);
        let Some(observation) = view.observation(step) else { return 0 };
        let root = first_error(&view);
        let others = observation.others.iter();
        let others = others.map(|one| ((facts_of(&one.answer), one.at), one.times));
        let first = ((view.answer(step), observation.at), observation.times());
        let unmet = std::iter::once(first).chain(others).filter(|(answer, _)| {
            let judged = judge_answer(&view, step, answer.clone(), root);
            let unmet = |one: &super::Judged| one.outcome == TestOutcome::NotMet;
            judged.doubt.is_none() && judged.expectations.get(index).is_some_and(unmet)
        });
        unmet.map(|(_, times)| times).sum()
    }
}

fn premises_are_met(plan: &Plan, judgement: &Judgement) -> bool {
    let bearings = plan.bearings();
    let mut premises = judgement.steps.iter().zip(bearings);
    premises.all(|(step, bears)| {
        bears != Bearing::Premise || step.verdict(Bearing::Premise) == Verdict::Holds
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::*;
    use crate::model::answer::error::ProbeError;
    use crate::model::answer::facts::Facts;
    use crate::model::answer::ids::CanaryId;
    use crate::model::answer::observation::{Answer, Look};
    use crate::model::plan::expect::{Expectation, Refusal};
    use crate::model::plan::request::Request;
    use crate::model::plan::{ANYONE, Role, Step};

    const HERE: &str = "203.0.113.7:443";

    fn plan() -> Plan {
        let mut owner = Step::http(Role::Control, "owner", "acme", Request::get("/"));
        owner.expect = vec![Expectation::new("/status", Test::Equals(json!(200)))];
        owner.sees = vec![CanaryId(0)];
        let mut stranger = Step::http(Role::Probe, "stranger", ANYONE, Request::get("/"));
        stranger.expect = vec![
            Expectation::new("", Test::Refused(Refusal::standard())),
            Expectation::new("/status", Test::NotEquals(Value::from(403))),
        ];
        stranger.control = Some(StepId(0));
        Plan::new("http", vec![owner, stranger])
    }

    fn status(status: u16) -> Answer {
        Answer::Facts(Facts(json!({ "status": status, "canaries": [] })))
    }

    fn leak() -> Answer {
        Answer::Facts(Facts(json!({ "status": 200, "canaries": [0] })))
    }

    fn at(address: &str, mut answers: Vec<(Answer, u32)>) -> Observation {
        let (first, times) = answers.remove(0);
        let look = |(answer, times): (Answer, u32)| Look {
            at: Timestamp::UNIX_EPOCH,
            address: Some(address.to_owned()),
            times,
            answer,
        };
        let others: Vec<Look> = answers.into_iter().map(look).collect();
        let all = times + others.iter().map(|one| one.times).sum::<u32>();
        let sent = match all {
            1 => BTreeMap::new(),
            all => BTreeMap::from([(address.to_owned(), all)]),
        };
        let address = Some(address.to_owned());
        let first = Observation::new(Timestamp::UNIX_EPOCH, first);
        Observation { address, others, sent, ..first }
    }

    fn transcript(first: Observation, second: Option<Observation>) -> Transcript {
        let owner = at(HERE, vec![(status(200), 1)]);
        let again = second.map(|second| vec![owner.clone(), second]);
        Transcript { observations: vec![owner, first], attempts: 1, again, left_behind: vec![] }
    }

    fn verdicts(first: Observation, second: Option<Observation>) -> Verdict {
        judge_both(&plan(), &transcript(first, second)).whole.verdict
    }

    fn once(answer: Answer) -> Observation {
        at(HERE, vec![(answer, 1)])
    }

    const INTERFERENCE: Verdict = Verdict::Inconclusive(Reason::Interference);

    #[test]
    fn a_violation_that_was_seen_once_and_is_contradicted_is_inconclusive() {
        assert_eq!(verdicts(once(status(200)), Some(once(status(401)))), INTERFERENCE);
        assert_eq!(verdicts(once(status(403)), Some(once(status(401)))), INTERFERENCE);
        assert_eq!(verdicts(once(status(200)), None), Verdict::Violated);
        let both = judge_both(&plan(), &transcript(once(status(200)), Some(once(status(401)))));
        assert_eq!(both.first.verdict, Verdict::Violated);
        assert_eq!(both.second.unwrap().verdict, Verdict::Holds);
        let [refused, other] = &both.whole.steps[1].expectations[..] else { panic!() };
        assert_eq!(refused.outcome, TestOutcome::Unknown(Reason::Interference));
        assert_eq!(other.outcome, TestOutcome::Met);
    }

    #[test]
    fn a_second_look_that_shows_nothing_contradicts_nothing() {
        let silence = || Answer::Error(ProbeError::new(Reason::Timeout, ""));
        for second in [status(200), status(503), status(404), silence(), leak()] {
            assert_eq!(verdicts(once(status(200)), Some(once(second))), Verdict::Violated);
        }
    }

    #[test]
    fn a_violation_that_only_the_second_look_shows_is_one() {
        // The first look is refused with 403, which the second expectation forbids; the second lets in.
        assert_eq!(verdicts(once(status(403)), Some(once(status(200)))), Verdict::Violated);
    }

    #[test]
    fn a_violation_that_was_seen_more_than_once_stays_one() {
        let again = || Some(once(status(401)));
        let twice = at(HERE, vec![(status(200), 2)]);
        assert_eq!(verdicts(twice, again()), Verdict::Violated);
        let among = |times| at(HERE, vec![(status(401), 1), (status(200), times)]);
        assert_eq!(verdicts(among(1), again()), INTERFERENCE);
        assert_eq!(verdicts(among(2), again()), Verdict::Violated);
        let unlike = at(HERE, vec![(status(200), 1), (status(401), 1), (status(201), 1)]);
        assert_eq!(verdicts(unlike, again()), Verdict::Violated);
    }

    #[test]
    fn one_violation_among_several_second_answers_confirms_the_first() {
        let second = at(HERE, vec![(status(401), 4), (status(200), 1)]);
        assert_eq!(verdicts(once(status(200)), Some(second)), Verdict::Violated);
    }

    #[test]
    fn a_leak_is_never_withdrawn() {
        assert_eq!(verdicts(once(leak()), Some(once(status(401)))), Verdict::Violated);
        let among = at(HERE, vec![(status(401), 2), (leak(), 1)]);
        assert_eq!(verdicts(among, Some(once(status(401)))), Verdict::Violated);
    }

    #[test]
    fn strangers_who_were_let_in_at_several_places_were_seen_more_than_once() {
        let mut plan = plan();
        let mut other = plan.steps[1].clone();
        other.name = "another stranger".into();
        plan.steps.push(other);
        let look = |strangers: [Answer; 2]| {
            let [one, other] = strangers.map(once);
            vec![once(status(200)), one, other]
        };
        let verdict = |first: [Answer; 2]| {
            let again = Some(look([status(401), status(401)]));
            let (observations, left_behind) = (look(first), vec![]);
            judge_both(&plan, &Transcript { observations, attempts: 1, again, left_behind })
                .whole
                .verdict
        };
        assert_eq!(verdict([status(200), status(401)]), INTERFERENCE);
        assert_eq!(verdict([status(200), status(200)]), Verdict::Violated);
    }

    #[test]
    fn another_address_contradicts_nothing() {
        let elsewhere = || at("203.0.113.8:443", vec![(status(401), 1)]);
        assert_eq!(verdicts(once(status(200)), Some(elsewhere())), Verdict::Violated);
        let mut both = elsewhere();
        both.sent = [(HERE.to_owned(), 1), ("203.0.113.8:443".to_owned(), 1)].into();
        assert_eq!(verdicts(once(status(200)), Some(both)), INTERFERENCE);
    }

    #[test]
    fn a_second_look_whose_owner_fails_contradicts_nothing() {
        let mut all = transcript(once(status(200)), Some(once(status(401))));
        all.again.as_mut().unwrap()[0] = once(status(404));
        assert_eq!(judge_both(&plan(), &all).whole.verdict, Verdict::Violated);
        all.again.as_mut().unwrap().truncate(1);
        assert_eq!(judge_both(&plan(), &all).whole.verdict, Verdict::Violated);
    }

    #[test]
    fn a_second_look_never_makes_a_claim_hold() {
        for first in [status(200), status(403), status(401), status(503), leak()] {
            for second in [status(200), status(403), status(401), status(503), leak()] {
                let before = verdicts(once(first.clone()), None);
                let after = verdicts(once(first.clone()), Some(once(second)));
                assert!(after == before || after == INTERFERENCE, "{first:?}: {after}");
            }
        }
    }
}
