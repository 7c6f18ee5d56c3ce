//! The standing of claims at a given time: transcripts are judged, falsified and dated.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::answer::broken::Broken;
use crate::model::answer::observation::{Observation, Transcript};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::assessment::{Assessment, ReleaseDoubt};
use crate::model::judge::basis::Basis;
use crate::model::judge::falsify::{Falsification, Grade, falsify};
use crate::model::judge::interference::{BothLooks, judge_both};
use crate::model::judge::waiving::{Waiving, waived};
use crate::model::judge::{Judgement, age, basis, needs};
use crate::model::plan::Plan;
use crate::model::plan::expect::CLOCK_TOLERANCE;
use crate::model::project::Project;
use crate::model::project::claim::Claim;
use crate::model::project::waiver::{Accepted, Waiver};
use crate::model::source::claim_id::ClaimId;
use jiff::Timestamp;

/// A claim's standing, with everything that it follows from.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Its standing now.
    pub standing: Standing,
    /// The bases of its checks, strongest first; the last one is the claim's basis.
    pub bases: BTreeSet<Basis>,
    /// When its oldest answer was received; `None` if there was none.
    pub observed: Option<Timestamp>,
    /// When the evidence expires; `None` if there is none.
    pub until: Option<Timestamp>,
    /// The effect of its waiver, if it has one.
    pub waiving: Option<Waiving<'a>>,
    /// The claim that it needs and that is not verified, if that is why it is not.
    pub lacks: Option<&'a Claim>,
    /// Its checks, in order.
    pub checks: Vec<CheckOutcome<'a>>,
}

impl<'a> Outcome<'a> {
    /// Its waiver, if the claim is waived.
    pub fn waived_by(&self) -> Option<&Waiving<'a>> {
        self.waiving.as_ref().filter(|_| self.standing == Standing::Waived)
    }
}

/// The standing of a claim at a given time: the verdict of its checks, their grade, waivers and expiry
/// together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its evidence confirms it and has not expired.
    Holds,
    /// Its evidence contradicts it, and a waiver accepts every expectation that was not met.
    Waived,
    /// Its evidence contradicts it.
    Violated,
    /// It could not be determined, for this reason.
    Inconclusive(Reason),
    /// Its evidence confirms it but has expired.
    Expired,
    /// One of its checks cannot be evidence: it was not shown to fail when the claim is false.
    Unfit(Grade),
}

impl Standing {
    /// Its name: one word in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Waived => "waived",
            Self::Violated => "violated",
            Self::Inconclusive(_) => "inconclusive",
            Self::Expired => "expired",
            Self::Unfit(Grade::Vacuous) => "vacuous",
            Self::Unfit(Grade::Uncontrolled) => "uncontrolled",
            Self::Unfit(_) => "weak",
        }
    }

    /// Whether a page with this claim may be published.
    pub fn is_publishable(self) -> bool {
        matches!(self, Self::Holds | Self::Waived)
    }
}

/// The result of one check of a claim.
#[derive(Clone, Debug)]
pub struct CheckOutcome<'a> {
    /// The plan that was carried out.
    pub plan: &'a Plan,
    /// The answers.
    pub transcript: &'a Transcript,
    /// The judgement of the answers, the second look at a violation included.
    pub judgement: Judgement,
    /// The judgement of the second look at a violation alone, if there was one.
    pub again: Option<Judgement>,
    /// Unmet expectations and leaks that are waived.
    pub waived: Vec<Broken>,
    /// The verdict, without those that are waived.
    pub verdict: Verdict,
    /// The counterexamples that the check was tried with; `None` unless it holds.
    pub falsification: Option<Falsification>,
    /// Whether the second look at a violation gave another verdict than the first one.
    pub intermittent: bool,
    /// When its evidence expires.
    pub until: Timestamp,
}

/// What decides about a claim apart from its answers.
#[derive(Clone, Debug)]
pub struct Circumstances<'a> {
    /// The effect of its waiver, if it has one.
    pub waiving: Option<Waiving<'a>>,
    /// When it was last found violated; evidence that is not newer is void.
    pub contradicted: Option<Timestamp>,
    /// Why its evidence is not about the present release of the service, if so.
    pub release: Option<ReleaseDoubt>,
    /// The time, which decides what has expired.
    pub now: Timestamp,
}

/// Judges every claim of `project` that was assessed; `now` decides what has expired.
pub fn outcomes<'a>(
    project: &'a Project,
    plans: &'a BTreeMap<ClaimId, Vec<Plan>>,
    assessment: &'a Assessment,
    now: Timestamp,
) -> Vec<Outcome<'a>> {
    outcomes_of(project, plans, assessment, &|_| true, now)
}

/// The same, for the claims that `wanted` selects.
pub fn outcomes_of<'a>(
    project: &'a Project,
    plans: &'a BTreeMap<ClaimId, Vec<Plan>>,
    assessment: &'a Assessment,
    wanted: &dyn Fn(&Claim) -> bool,
    now: Timestamp,
) -> Vec<Outcome<'a>> {
    let of = |claim: &'a Claim| {
        let evidence = assessment.claims.get(&claim.id)?;
        let plans = plans.get(&claim.id)?;
        let circumstances = Circumstances {
            waiving: Waiving::of(project, &claim.id, now),
            contradicted: assessment.contradicted.get(&claim.id).copied(),
            release: assessment.release_doubt(project, &claim.id),
            now,
        };
        Some(outcome(claim, plans, &evidence.transcripts, circumstances))
    };
    let mut all: Vec<Outcome<'a>> =
        project.claims.iter().filter(|one| wanted(one)).filter_map(of).collect();
    needs::apply(project, &mut all);
    all
}

/// Judges one claim, apart from the claims that it needs.
pub fn outcome<'a>(
    claim: &'a Claim,
    plans: &'a [Plan],
    transcripts: &'a [Transcript],
    circumstances: Circumstances<'a>,
) -> Outcome<'a> {
    let Circumstances { mut waiving, contradicted, release, now } = circumstances;
    let waiver = waiving.as_ref().filter(|one| !one.is_over).map(|one| one.waiver);
    let both = plans.iter().zip(transcripts).enumerate();
    let checks: Vec<CheckOutcome<'a>> = both
        .map(|(index, (plan, transcript))| {
            let looks = judge_both(plan, transcript);
            // What is accepted needs no second look.
            let waived = waiver.map(|one| waived(one, index, (plan, transcript), &looks.first));
            let waived = waived.unwrap_or_default();
            let looks = looks.accepting(plan, &waived);
            check_outcome(claim, plan, transcript, looks, waived)
        })
        .collect();
    let is_waived = checks.iter().any(|check| !check.waived.is_empty());
    let waived_until = waiver.filter(|_| is_waived).map(Waiver::end);
    let superseded = match release {
        Some(ReleaseDoubt::Superseded(at)) => Some(at.min(now)),
        Some(ReleaseDoubt::Unknown) | None => None,
    };
    let counting = counting(&checks);
    let ends = counting.iter().map(|check| check.until).chain(waived_until);
    let until = ends.chain(superseded).min();
    if let Some(waiving) = &mut waiving {
        waiving.dead = dead(waiving.waiver, &checks);
    }
    let standing = match standing(&checks, until, now) {
        Standing::Holds | Standing::Waived | Standing::Expired
            if is_void(&checks, contradicted.filter(|at| *at <= CLOCK_TOLERANCE.after(now))) =>
        {
            Standing::Inconclusive(Reason::Contradicted)
        }
        Standing::Holds | Standing::Waived if release == Some(ReleaseDoubt::Unknown) => {
            Standing::Inconclusive(Reason::Release)
        }
        standing => standing,
    };
    Outcome {
        claim,
        standing,
        bases: plans.iter().map(basis::of_plan).collect(),
        observed: checks.iter().filter_map(|check| age::oldest(check.transcript)).min(),
        until,
        waiving,
        lacks: None,
        checks,
    }
}

/// Whether evidence is void because the claim was found violated at `contradicted`: it has an answer
/// that is not newer. Evidence that shows the violation itself, and is waived, is void only if the
/// claim was found violated again after it.
fn is_void(checks: &[CheckOutcome<'_>], contradicted: Option<Timestamp>) -> bool {
    let Some(contradicted) = contradicted else { return false };
    let shows_it = checks.iter().any(|check| check.judgement.verdict == Verdict::Violated);
    if shows_it {
        let all = checks.iter().flat_map(|check| &check.transcript.observations);
        return all.map(Observation::last).max().is_none_or(|last| last < contradicted);
    }
    let oldest = checks.iter().filter_map(|check| age::oldest(check.transcript)).min();
    oldest.is_none_or(|oldest| oldest <= contradicted)
}

/// The checks that decide. While no test object is old enough, an attestation supports the claim, and the
/// check that waits for one does not count.
fn counting<'c, 'a>(checks: &'c [CheckOutcome<'a>]) -> Vec<&'c CheckOutcome<'a>> {
    let supports = |check: &CheckOutcome<'_>| {
        check.plan.kind == "attestation" && check.verdict == Verdict::Holds
    };
    let waits = Verdict::Inconclusive(Reason::NotYet);
    let is_supported = checks.iter().any(supports);
    checks.iter().filter(|check| !(is_supported && check.verdict == waits)).collect()
}

fn standing(checks: &[CheckOutcome<'_>], until: Option<Timestamp>, now: Timestamp) -> Standing {
    let none = Verdict::Inconclusive(Reason::NotAsked);
    let counting = counting(checks).into_iter();
    let verdict = counting.map(|check| check.verdict).reduce(Verdict::and).unwrap_or(none);
    let grades = checks.iter().filter_map(|check| check.falsification.as_ref());
    let grade = grades.map(|one| one.grade).max().unwrap_or(Grade::Sound);
    let is_waived = checks.iter().any(|check| !check.waived.is_empty());
    match verdict {
        Verdict::Violated => Standing::Violated,
        _ if grade != Grade::Sound => Standing::Unfit(grade),
        Verdict::Inconclusive(reason) => Standing::Inconclusive(reason),
        Verdict::Holds if until.is_none_or(|until| until <= now) => Standing::Expired,
        Verdict::Holds if is_waived => Standing::Waived,
        Verdict::Holds => Standing::Holds,
    }
}

fn check_outcome<'a>(
    claim: &Claim,
    plan: &'a Plan,
    transcript: &'a Transcript,
    looks: BothLooks,
    waived: Vec<Broken>,
) -> CheckOutcome<'a> {
    let BothLooks { first, second: again, whole: judgement } = looks;
    let holds = judgement.verdict == Verdict::Holds;
    CheckOutcome {
        falsification: holds.then(|| falsify(plan, &transcript.observations)),
        intermittent: again.as_ref().is_some_and(|again| again.verdict != first.verdict),
        until: age::end(claim.written.valid_for.value, plan, transcript, &waived),
        verdict: judgement.apart_from(plan, &waived),
        plan,
        transcript,
        judgement,
        again,
        waived,
    }
}

/// Expectations that a waiver accepts although they were judged and are met.
fn dead<'a>(waiver: &'a Waiver, checks: &[CheckOutcome<'_>]) -> Vec<&'a Accepted> {
    let is_met = |accepted: &&Accepted| {
        let index = accepted.check.wrapping_sub(1);
        let Some(check) = checks.get(index) else {
            return false;
        };
        let steps = &check.plan.steps;
        let mut asked = steps.iter().zip(&check.judgement.steps);
        let mut broken = check.judgement.broken(check.plan).into_iter();
        asked.any(|(step, judged)| accepted.is_of(step) && judged.doubt.is_none())
            && !broken.any(|one| {
                let step = &steps[one.step];
                let unmet = one.expectation.and_then(|index| step.expect.get(index));
                unmet.is_some_and(|unmet| accepted.names(step, unmet))
            })
    };
    waiver.accepts.iter().map(|one| &one.value).filter(is_met).collect()
}
