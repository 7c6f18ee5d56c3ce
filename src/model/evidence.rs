//! What a claim's transcripts amount to at a given time: judged, tried, dated.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::model::assessment::Assessment;
use crate::model::basis::{self, Basis};
use crate::model::claim::{Claim, ClaimId};
use crate::model::expect::read_time;
use crate::model::falsify::{Falsification, Grade, falsify};
use crate::model::judge::{Judgement, judge};
use crate::model::observation::{Answer, Transcript, View};
use crate::model::plan::{Plan, StepId};
use crate::model::project::Project;
use crate::model::verdict::{Reason, Verdict};

/// Where a claim stands.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Where it stands now.
    pub standing: Standing,
    /// The bases of its checks, strongest first; the last one decides.
    pub bases: BTreeSet<Basis>,
    /// When the last answer came; `None` if nothing was asked.
    pub observed: Option<Timestamp>,
    /// When the evidence ends; `None` if there is none.
    pub until: Option<Timestamp>,
    /// Its checks, in order.
    pub checks: Vec<CheckOutcome<'a>>,
}

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its evidence says so, and has not ended.
    Holds,
    /// Its evidence says the contrary.
    Violated,
    /// It could not be found out.
    Inconclusive(Reason),
    /// Its evidence said so, and has ended.
    Expired,
    /// A check of it cannot be evidence.
    Unfit(Grade),
}

impl Standing {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Inconclusive(_) => "inconclusive",
            Self::Expired => "expired",
            Self::Unfit(Grade::Vacuous) => "vacuous",
            Self::Unfit(Grade::Uncontrolled) => "uncontrolled",
            Self::Unfit(_) => "weak",
        }
    }
}

/// What one check amounts to.
#[derive(Clone, Debug)]
pub struct CheckOutcome<'a> {
    /// What was to be asked.
    pub plan: &'a Plan,
    /// What came back.
    pub transcript: &'a Transcript,
    /// What was concluded.
    pub judgement: Judgement,
    /// What the check was shown to notice; `None` unless it holds.
    pub falsification: Option<Falsification>,
    /// Whether a second look gave another verdict.
    pub intermittent: bool,
    /// When its evidence ends.
    pub until: Timestamp,
}

/// Judges every claim of `project` that was assessed, as it stands at `now`.
pub fn outcomes<'a>(
    project: &'a Project,
    plans: &'a BTreeMap<ClaimId, Vec<Plan>>,
    assessment: &'a Assessment,
    now: Timestamp,
) -> Vec<Outcome<'a>> {
    let of = |claim: &'a Claim| {
        let evidence = assessment.claims.get(&claim.id)?;
        let plans = plans.get(&claim.id)?;
        Some(outcome(claim, plans, &evidence.transcripts, now))
    };
    project.claims.iter().filter_map(of).collect()
}

/// Judges one claim as it stands at `now`.
pub fn outcome<'a>(
    claim: &'a Claim,
    plans: &'a [Plan],
    transcripts: &'a [Transcript],
    now: Timestamp,
) -> Outcome<'a> {
    let both = plans.iter().zip(transcripts);
    let checks: Vec<CheckOutcome<'a>> =
        both.map(|(plan, transcript)| check_outcome(claim, plan, transcript)).collect();
    let until = checks.iter().map(|check| check.until).min();
    let observed = checks.iter().filter_map(|check| last_seen(check.transcript)).max();
    let standing = standing(&checks, until, now);
    Outcome {
        claim,
        standing,
        bases: plans.iter().map(basis::of_plan).collect(),
        observed,
        until,
        checks,
    }
}

fn standing(checks: &[CheckOutcome<'_>], until: Option<Timestamp>, now: Timestamp) -> Standing {
    let none = Verdict::Inconclusive(Reason::NotAsked);
    let verdicts = checks.iter().map(|check| check.judgement.verdict);
    let verdict = verdicts.reduce(Verdict::and).unwrap_or(none);
    let grades = checks.iter().filter_map(|check| check.falsification.as_ref());
    let grade = grades.map(|one| one.grade).max().unwrap_or(Grade::Sound);
    match verdict {
        Verdict::Violated => Standing::Violated,
        _ if grade != Grade::Sound => Standing::Unfit(grade),
        Verdict::Inconclusive(reason) => Standing::Inconclusive(reason),
        Verdict::Holds if until.is_some_and(|until| now < until) => Standing::Holds,
        Verdict::Holds => Standing::Expired,
    }
}

fn check_outcome<'a>(
    claim: &Claim,
    plan: &'a Plan,
    transcript: &'a Transcript,
) -> CheckOutcome<'a> {
    let judgement = judge(&View::new(plan, &transcript.observations));
    let holds = judgement.verdict == Verdict::Holds;
    let again = transcript.again.as_ref().map(|again| judge(&View::new(plan, again)).verdict);
    CheckOutcome {
        falsification: holds.then(|| falsify(plan, &transcript.observations)),
        intermittent: again.is_some_and(|again| again != judgement.verdict),
        until: end(claim, plan, transcript),
        plan,
        transcript,
        judgement,
    }
}

fn last_seen(transcript: &Transcript) -> Option<Timestamp> {
    let seen = transcript.observations.iter();
    seen.filter(|one| matches!(one.answer, Answer::Facts(_))).map(|one| one.at).max()
}

/// The earliest end of a check's evidence: `valid_for` after its first answer, or a fact's own end.
fn end(claim: &Claim, plan: &Plan, transcript: &Transcript) -> Timestamp {
    let view = View::new(plan, &transcript.observations);
    let valid_for = claim.written.valid_for.value;
    let seen = (0..plan.steps.len()).filter(|step| view.answer(*step).is_ok());
    let seen = seen.filter_map(|step| view.observation(step)).map(|one| valid_for.after(one.at));
    let facts = plan.ends.iter().filter_map(|end| {
        let time = read_time(fact(&view, end.step, &end.at)?)?;
        Some(end.plus.after(time))
    });
    seen.chain(facts).min().unwrap_or(Timestamp::MIN)
}

fn fact<'a>(view: &'a View<'_>, step: StepId, at: &str) -> Option<&'a Value> {
    view.answer(step).ok()?.at(at)
}
