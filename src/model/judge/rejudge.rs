//! Incremental judging of a transcript in which a few answers were changed.
//!
//! A plan of tens of thousands of steps has hundreds of thousands of counterexamples, each of which
//! changes one or two steps. Their verdicts follow from the judgement of the original transcript and
//! from the steps that depend on the changed ones: those that evaluate them again, and those whose
//! control they are.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::answer::broken::Broken;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::view::{View, facts_of};
use crate::model::judge::{
    Judgement, StepJudgement, Whole, error_of, judge, judge_step, start, whole,
};
use crate::model::plan::{Act, Bearing, Plan, Role, Step};

/// A judged transcript, for judging variants of it.
pub(crate) struct Trial<'a> {
    plan: &'a Plan,
    whole: Whole,
    /// How each step counts in the verdict.
    bearings: Vec<Bearing>,
    /// For each step, the steps that evaluate it again, are compared with it or have it as their control.
    leaning: Vec<Vec<StepId>>,
    /// Steps without an answer and the reasons, without "something was missing".
    errors: Vec<(StepId, Reason)>,
    /// Steps that sent no request because something was missing.
    missing: Vec<StepId>,
    /// Steps other than probes that prove nothing and the reasons, without "something was missing".
    troubles: Vec<(StepId, Reason)>,
    /// Steps that do not hold, with their verdicts.
    failing: Vec<(StepId, Verdict)>,
}

/// The verdict on a changed transcript, the same as `judge` would return.
#[derive(Debug, PartialEq)]
pub(crate) struct Again {
    /// The verdict.
    pub(crate) verdict: Verdict,
    /// Every reason why the claim is violated, in the order of the plan.
    pub(crate) broken: Vec<Broken>,
}

/// The steps that are judged again.
type Changed = BTreeMap<StepId, StepJudgement>;

impl<'a> Trial<'a> {
    /// Judges the answers of `view`, none of which may be replaced yet.
    pub(crate) fn new(view: &View<'a>) -> Self {
        let plan = view.plan();
        let whole = whole(view);
        let count = plan.steps.len();
        let judged = || StepId::enumerate(&plan.steps).zip(&whole.judgement.steps);
        let errors = StepId::first(count).filter_map(|step| Some((step, error_of(view, step)?)));
        let is_missing = |step: &StepId| {
            let others = view.others(*step).iter().map(|one| facts_of(&one.answer));
            let mut answers = std::iter::once(view.answer(*step)).chain(others);
            answers.any(|one| one.is_err_and(|error| error.reason == Reason::NotAsked))
        };
        let troubles = judged().filter_map(|((index, step), judged)| {
            trouble(step, judged).map(|reason| (index, reason))
        });
        let bearings = plan.bearings();
        let failing = judged().zip(&bearings);
        let failing = failing.map(|(((index, _), judged), bears)| (index, judged.verdict(*bears)));
        Self {
            plan,
            leaning: leaning(plan),
            errors: errors.collect(),
            missing: StepId::first(count).filter(is_missing).collect(),
            troubles: troubles.collect(),
            failing: failing.filter(|(_, verdict)| *verdict != Verdict::Holds).collect(),
            bearings,
            whole,
        }
    }

    /// Judges the same transcript with the replaced answers of `view`.
    pub(crate) fn judge(&self, view: &View<'a>) -> Again {
        match self.changed(view) {
            Some(changed) => {
                Again { verdict: self.verdict(&changed), broken: self.broken(&changed) }
            }
            None => self.in_full(view),
        }
    }

    /// The judgements that the replaced answers of `view` can change; `None` if they can change all.
    fn changed(&self, view: &View<'a>) -> Option<Changed> {
        let mut touched = self.touched(view.replaced());
        let root = self.first_error(view, &touched);
        if root != self.errors.first().copied() {
            touched.append(&mut self.touched(self.missing.iter().copied()));
        }
        let judged = touched.into_iter().map(|step| (step, judge_step(view, step, root)));
        let mut changed: Changed = judged.collect();
        let own = self.roots_differ(&changed, |step| self.whole.own_doubts[step.0]);
        self.look_at_controls(&mut changed);
        let all = self.roots_differ(&changed, |step| self.whole.judgement.steps[step].doubt);
        (!own && !all).then_some(changed)
    }

    fn in_full(&self, view: &View<'a>) -> Again {
        let judgement: Judgement = judge(view);
        Again { verdict: judgement.verdict, broken: judgement.broken(self.plan) }
    }

    /// These steps, and all that depend on them.
    fn touched(&self, steps: impl Iterator<Item = StepId>) -> BTreeSet<StepId> {
        let mut touched = BTreeSet::new();
        let mut left: Vec<StepId> = steps.filter(|step| step.0 < self.leaning.len()).collect();
        while let Some(step) = left.pop() {
            if touched.insert(step) {
                left.extend(&self.leaning[step.0]);
            }
        }
        touched
    }

    fn first_error(&self, view: &View<'a>, touched: &BTreeSet<StepId>) -> Option<(StepId, Reason)> {
        let kept = self.errors.iter().find(|(step, _)| !touched.contains(step)).copied();
        let new = touched.iter().find_map(|step| Some((*step, error_of(view, *step)?)));
        kept.into_iter().chain(new).min_by_key(|(step, _)| *step)
    }

    /// Passes the doubt of failed controls on to the steps that they control, in the order of the plan.
    fn look_at_controls(&self, changed: &mut Changed) {
        let steps: Vec<StepId> = changed.keys().copied().collect();
        for index in steps {
            let control = self.plan.steps[index].control;
            let has_doubt = changed.get(&index).is_some_and(|one| one.doubt.is_some());
            let Some(control) = control.filter(|one| !has_doubt && one.0 < self.plan.steps.len())
            else {
                continue;
            };
            let (met, doubt) = self.control(control, index, changed);
            if met {
                continue;
            }
            let own = doubt.filter(|reason| *reason != Reason::NotAsked);
            let reason = own.or_else(|| self.root_before(control, index, changed));
            if let Some(judged) = changed.get_mut(&index) {
                judged.doubt = Some(reason.unwrap_or(Reason::ControlFailed));
            }
        }
    }

    /// Whether a control is met, and its doubt, at the time when `index` is judged: the control of a
    /// later control has not been considered yet.
    fn control(&self, control: StepId, index: StepId, changed: &Changed) -> (bool, Option<Reason>) {
        if let Some(judged) = changed.get(&control) {
            return (judged.is_met(), judged.doubt);
        }
        let judged = &self.whole.judgement.steps[control];
        let doubt = if control < index { judged.doubt } else { self.whole.own_doubts[control.0] };
        (judged.is_met_but_for(doubt), doubt)
    }

    /// The first step before a control that proves nothing, as known when `index` is judged.
    fn root_before(&self, control: StepId, index: StepId, changed: &Changed) -> Option<Reason> {
        let is_known = |step: StepId| step < index || self.whole.own_doubts[step.0].is_some();
        let kept = self.troubles.iter().copied();
        let kept = kept.filter(|(step, _)| !changed.contains_key(step) && is_known(*step));
        let new = changed
            .iter()
            .filter_map(|(step, judged)| Some((*step, trouble(&self.plan.steps[*step], judged)?)));
        let first = |(step, _): &(StepId, Reason)| *step < control;
        let both = kept.take(1).chain(new).filter(first);
        both.min_by_key(|(step, _)| *step).map(|(_, reason)| reason)
    }

    /// Whether the doubt of steps that were not judged again may have another reason now, because a changed
    /// step has another doubt than `before`. That is rare, and nearly impossible in a transcript that holds.
    fn roots_differ(&self, changed: &Changed, before: impl Fn(StepId) -> Option<Reason>) -> bool {
        let is_other = |(step, judged): (&StepId, &StepJudgement)| {
            self.plan.steps[*step].role != Role::Probe && before(*step) != judged.doubt
        };
        !self.whole.rooted.is_empty() && changed.iter().any(is_other)
    }

    fn verdict(&self, changed: &Changed) -> Verdict {
        let kept = self.failing.iter().copied();
        let kept = kept.filter(|(step, _)| !changed.contains_key(step));
        let new = changed.iter().map(|(step, one)| (*step, one.verdict(self.bearings[step.0])));
        let mut all: Vec<(StepId, Verdict)> = kept.chain(new).collect();
        all.sort_unstable_by_key(|(step, _)| *step);
        all.into_iter().map(|(_, verdict)| verdict).fold(start(self.plan), Verdict::and)
    }

    fn broken(&self, changed: &Changed) -> Vec<Broken> {
        let of =
            |step: StepId, judged: &StepJudgement| judged.broken(step, self.plan.steps[step].role);
        let kept = self.failing.iter().filter(|(step, _)| !changed.contains_key(step));
        let kept = kept.flat_map(|(step, _)| of(*step, &self.whole.judgement.steps[*step]));
        let new = changed.iter().flat_map(|(step, judged)| of(*step, judged));
        let mut all: Vec<Broken> = kept.chain(new).collect();
        all.sort_by_key(|one| one.step);
        all
    }
}

fn trouble(step: &Step, judged: &StepJudgement) -> Option<Reason> {
    let beside = step.role != Role::Probe;
    judged.doubt.filter(|reason| beside && *reason != Reason::NotAsked)
}

fn leaning(plan: &Plan) -> Vec<Vec<StepId>> {
    let mut all = vec![Vec::new(); plan.steps.len()];
    let mut lean = |on: StepId, step| {
        if let Some(steps) = all.get_mut(on.0) {
            steps.push(step);
        }
    };
    for (index, step) in StepId::enumerate(&plan.steps) {
        if let Act::Recall(earlier) = step.act {
            lean(earlier, index);
        }
        if let Some(control) = step.control {
            lean(control, index);
        }
        step.before.iter().for_each(|earlier| lean(*earlier, index));
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::model::answer::ids::CanaryId;

    use super::*;
    use crate::model::answer::error::ProbeError;
    use crate::model::answer::facts::Facts;
    use crate::model::answer::observation::{Answer, Look, Observation};
    use crate::model::judge::falsify::edits::apply;
    use crate::model::plan::ANYONE;
    use crate::model::plan::counterexample::Edit;
    use crate::model::plan::expect::{Expectation, Refusal, Test};
    use crate::model::plan::request::Request;

    fn step() -> impl Strategy<Value = Step> {
        let role = prop::sample::select(vec![
            Role::Prepare,
            Role::Control,
            Role::Control,
            Role::Probe,
            Role::Probe,
            Role::Cleanup,
        ]);
        let expect = prop::sample::select(vec![
            None,
            Some(Expectation::new("", Test::Refused(Refusal::standard()))),
            Some(Expectation::new("/status", Test::OneOf(vec![json!(200)]))),
            Some(Expectation::new("", Test::ShowsCanary(CanaryId(0)))),
            Some(Expectation::new("", Test::ShowsNoForeignCanary)),
        ]);
        let actor = prop::sample::select(vec!["acme", ANYONE]);
        let act = prop::option::weighted(0.2, (0_usize..8).prop_map(StepId));
        let control = prop::option::of((0_usize..9).prop_map(StepId));
        let flags = (prop::bool::ANY, prop::bool::weighted(0.2));
        (role, expect, actor, act, control, flags).prop_map(
            |(role, expect, actor, recall, control, (sees, optional))| {
                let act = recall.map_or(Act::Http(Request::get("/")), Act::Recall);
                let mut step = Step::new(role, "", actor, act);
                step.expect = expect.into_iter().collect();
                step.control = control;
                step.optional = optional;
                step.sees = if sees { vec![CanaryId(0)] } else { Vec::new() };
                step
            },
        )
    }

    fn answer() -> impl Strategy<Value = Answer> {
        let facts = |status: u16, canary: bool| {
            let canaries: Value = if canary { json!([0]) } else { json!([]) };
            Answer::Facts(Facts(json!({
                "status": status, "canaries": canaries, "body": {"bytes": 1, "sha256": status},
            })))
        };
        let statuses = vec![200_u16, 200, 200, 401, 404, 429, 503];
        let error = |reason| Answer::Error(ProbeError::new(reason, ""));
        prop_oneof![
            6 => (prop::sample::select(statuses), prop::bool::ANY)
                .prop_map(move |(status, canary)| facts(status, canary)),
            1 => Just(error(Reason::Timeout)),
            1 => Just(error(Reason::Dns)),
            1 => Just(Answer::NotAsked(String::new())),
        ]
    }

    fn edit() -> impl Strategy<Value = Edit> {
        let step = || (0_usize..8).prop_map(StepId);
        let reason = prop::sample::select(vec![Reason::Timeout, Reason::Dns, Reason::NotAsked]);
        prop_oneof![
            (step(), step()).prop_map(|(step, with)| Edit::Swap { step, with }),
            (step(), prop::sample::select(vec![200, 401, 429, 503])).prop_map(|(step, status)| {
                Edit::Set { step, at: "/status".into(), value: json!(status) }
            }),
            step().prop_map(|step| Edit::Leak { step, canary: CanaryId(0) }),
            (step(), reason).prop_map(|(step, reason)| Edit::Fail { step, reason }),
        ]
    }

    fn plan(steps: Vec<Step>) -> Plan {
        Plan {
            parameters: Vec::new(),
            kind: String::new(),
            steps,
            canaries: Vec::new(),
            ends: Vec::new(),
            counterexamples: Vec::new(),
            covers: String::new(),
            alone: false,
            leaves_open: String::new(),
        }
    }

    fn observed((answer, others): (Answer, Vec<Answer>)) -> Observation {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let look = |answer| Look { at, address: None, times: 1, answer };
        let others = others.into_iter().map(look).collect();
        Observation { others, ..Observation::new(at, answer) }
    }

    fn answers() -> impl Strategy<Value = (Answer, Vec<Answer>)> {
        (answer(), prop::collection::vec(answer(), 0..3))
    }

    fn status(status: u16) -> Answer {
        Answer::Facts(Facts(json!({ "status": status })))
    }

    fn timeout() -> Answer {
        Answer::Error(ProbeError::new(Reason::Timeout, ""))
    }

    /// The doubts of steps that expect the status 200, after one of them got it; `None` if all steps had to be
    /// judged again.
    fn doubts_after(
        improved: usize,
        all: Vec<(Role, Option<usize>, Answer)>,
    ) -> Option<Vec<Option<Reason>>> {
        let step = |(role, control, answer): (Role, Option<usize>, Answer)| {
            let mut step = Step::http(role, "", "acme", Request::get("/"));
            step.expect = vec![Expectation::new("/status", Test::Equals(json!(200)))];
            step.control = control.map(StepId);
            (step, observed((answer, Vec::new())))
        };
        let (steps, observations): (Vec<Step>, Vec<Observation>) =
            all.into_iter().map(step).unzip();
        let plan = plan(steps);
        let mut view = View::new(&plan, &observations);
        let trial = Trial::new(&view);
        view.replace(StepId(improved), status(200));
        assert_eq!(trial.judge(&view), trial.in_full(&view));
        let changed = trial.changed(&view)?;
        let before = StepId::enumerate(&trial.whole.judgement.steps);
        let after = before.map(|(step, before)| changed.get(&step).unwrap_or(before).doubt);
        Some(after.collect())
    }

    #[test]
    fn a_doubt_that_a_control_has_from_its_own_control_is_passed_on() {
        for last in [status(200), status(503)] {
            let doubts = doubts_after(
                2,
                vec![
                    (Role::Control, None, status(404)),
                    (Role::Control, Some(0), status(200)),
                    (Role::Probe, Some(1), last.clone()),
                ],
            );
            let failed = Some(Reason::ControlFailed);
            assert_eq!(doubts, Some(vec![None, failed, failed]));
            let doubts = doubts_after(
                3,
                vec![
                    (Role::Probe, None, timeout()),
                    (Role::Control, Some(0), status(200)),
                    (Role::Control, None, status(404)),
                    (Role::Probe, Some(2), last),
                ],
            );
            let timeout = Some(Reason::Timeout);
            assert_eq!(doubts, Some(vec![timeout, timeout, None, timeout]));
        }
    }

    #[test]
    fn all_steps_are_judged_again_if_a_doubt_that_others_follow_from_is_gone() {
        // Its own doubt, which is the reason of the last one.
        let own = vec![
            (Role::Prepare, None, status(503)),
            (Role::Control, None, status(404)),
            (Role::Probe, Some(1), status(200)),
        ];
        assert_eq!(doubts_after(0, own), None);
        // The doubt that the second step has from its control.
        let passed_on = vec![
            (Role::Probe, None, timeout()),
            (Role::Control, Some(0), status(200)),
            (Role::Control, None, status(404)),
            (Role::Probe, Some(2), status(200)),
        ];
        assert_eq!(doubts_after(0, passed_on), None);
        // Its own doubt, in the place of which the same one comes from its control.
        let same = vec![
            (Role::Prepare, Some(2), status(200)),
            (Role::Prepare, Some(0), status(503)),
            (Role::Prepare, None, status(404)),
        ];
        assert_eq!(doubts_after(1, same), None);
    }

    #[test]
    fn the_answer_of_a_step_that_the_plan_lacks_changes_nothing() {
        let plan = plan(vec![Step::http(Role::Probe, "probe", ANYONE, Request::get("/"))]);
        let answer = || Answer::Facts(Facts(json!({"status": 200})));
        let observations = [observed((answer(), Vec::new()))];
        let mut view = View::new(&plan, &observations);
        let trial = Trial::new(&view);
        let before = trial.judge(&view);
        view.replace(StepId(1), answer());
        assert_eq!(trial.judge(&view), before);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn what_follows_from_a_few_changes_is_what_the_judge_concludes_of_all(
            steps in prop::collection::vec((step(), answers()), 1..8),
            edits in prop::collection::vec(edit(), 0..3),
        ) {
            let (steps, answers): (Vec<Step>, Vec<_>) = steps.into_iter().unzip();
            let plan = plan(steps);
            let observations: Vec<Observation> = answers.into_iter().map(observed).collect();
            let mut view = View::new(&plan, &observations);
            let trial = Trial::new(&view);
            let within = |edit: &&Edit| edit.step().0 < plan.steps.len();
            for edit in edits.iter().filter(within) {
                apply(edit, &mut view);
            }
            prop_assert_eq!(trial.judge(&view), trial.in_full(&view));
            let Some(changed) = trial.changed(&view) else {
                prop_assert!(!trial.whole.rooted.is_empty());
                return Ok(());
            };
            for (step, judged) in StepId::enumerate(&judge(&view).steps) {
                let before = &trial.whole.judgement.steps[step];
                prop_assert_eq!(changed.get(&step).unwrap_or(before), judged, "step {}", step);
            }
        }
    }
}
