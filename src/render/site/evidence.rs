//! A claim with its evidence, as a reader is shown it.

use crate::model::basis::Basis;
use crate::model::claim::Claim;
use crate::model::evidence::{CheckOutcome, Outcome, Standing};
use crate::model::expect;
use crate::model::observation::View;
use crate::model::plan::{Plan, Role, Step, StepId};
use crate::model::policy::Marked;
use crate::model::project::Project;
use crate::model::verdict::Verdict;
use crate::render::site::body::id_of;
use crate::render::site::{public, seen, view};
use crate::render::wording::{self, count, plain};
use crate::render::{Input, summary};

/// How many steps of one check are shown; the rest are counted.
const STEPS_MAX: usize = 200;

/// What the page says of a claim.
pub(crate) fn claim(claim: &Claim, input: &Input<'_>) -> view::Claim {
    let outcome = input.outcomes.iter().find(|one| one.claim.id == claim.id);
    let passage = claim.passages.first();
    let policy = passage.and_then(|passage| {
        let mut policies = input.project.policies.iter();
        policies.find(|policy| policy.file == passage.policy)
    });
    let basis = outcome.and_then(summary::basis);
    view::Claim {
        id: claim.id.clone(),
        words: wording::words(claim),
        mark: mark(outcome),
        standing: standing(outcome),
        basis: basis.map_or("", |basis| basis.in_words()).to_owned(),
        basis_means: basis.map_or("", means).to_owned(),
        products: products(claim, input.project),
        because: claim.written.because.value.trim().to_owned(),
        observed: outcome.and_then(|one| one.observed).map(Into::into),
        until: outcome.and_then(summary::until).map(Into::into),
        waiver: outcome.and_then(|one| waiver(one, input.project)),
        policy: policy.map_or_else(String::new, |policy| policy.front.title.value.clone()),
        under: passage.map_or_else(String::new, |passage| passage.under.clone()),
        path: path(claim, input.project),
        evidence: page(claim),
        history: view::History::default(),
        checks: outcome.map_or_else(Vec::new, |outcome| {
            let checks = outcome.checks.iter().enumerate();
            checks.map(|(index, one)| check(index, one, input.project)).collect()
        }),
    }
}

/// The path of a claim's page of evidence.
pub(crate) fn page(claim: &Claim) -> String {
    format!("evidence/{}/index.html", claim.id)
}

/// A claim among others.
pub(crate) fn claim_link(claim: &Claim, input: &Input<'_>) -> view::ClaimLink {
    let outcome = input.outcomes.iter().find(|one| one.claim.id == claim.id);
    view::ClaimLink {
        words: wording::words(claim),
        mark: mark(outcome),
        standing: standing(outcome),
        path: path(claim, input.project),
    }
}

/// How bad a claim's standing is, 0 being the worst; what was not assessed is as bad as can be.
pub(crate) fn rank(claim: &Claim, input: &Input<'_>) -> usize {
    let outcome = input.outcomes.iter().find(|one| one.claim.id == claim.id);
    outcome.map_or(0, summary::rank)
}

/// The mark of a claim by where it stands.
pub(crate) fn mark(outcome: Option<&Outcome<'_>>) -> view::Mark {
    let standing = outcome.filter(|one| one.standing.is_publishable());
    let mark = view::Mark::of(outcome.map_or("inconclusive", summary::name));
    mark.until(standing.and_then(summary::until))
}

/// The titles of the products that a claim is about; none where it is about all of them.
pub(crate) fn products(claim: &Claim, project: &Project) -> Vec<String> {
    let names = claim.written.applies_to.iter();
    names.map(|name| project.products.get(&name.value).unwrap_or(&name.value).clone()).collect()
}

/// The address of a claim's first passage.
pub(crate) fn path(claim: &Claim, project: &Project) -> String {
    let anchor = id_of(&Marked::Claim(claim.id.clone()));
    let file = claim.passages.first().map(|passage| &passage.policy);
    let policy = project.policies.iter().find(|policy| Some(&policy.file) == file);
    match policy {
        Some(policy) => format!("{}/index.html#{anchor}", policy.slug),
        None => "index.html".to_owned(),
    }
}

/// Where a claim stands, in a sentence.
pub(crate) fn standing(outcome: Option<&Outcome<'_>>) -> String {
    let Some(outcome) = outcome else {
        return "This was not asked in this run.".to_owned();
    };
    match outcome.standing {
        Standing::Holds if summary::name(outcome) == "attested" => {
            "No program can look into this: it rests on the word of a named role.".to_owned()
        }
        Standing::Holds => "This was checked, and holds.".to_owned(),
        Standing::Violated => "This was checked, and does not hold.".to_owned(),
        Standing::Waived => waived(outcome),
        Standing::Inconclusive(reason) => {
            format!("This could not be verified: {}.", reason.in_words())
        }
        Standing::Expired => {
            "This held when it was checked; the evidence has ended since.".to_owned()
        }
        Standing::Unfit(_) => format!("This {}.", wording::standing(outcome.standing)),
    }
}

/// The waiver in the words that it has for customers. They were written for the page: all of them.
fn waived(outcome: &Outcome<'_>) -> String {
    let waiver = outcome.waiving.as_ref().map(|waiving| waiving.waiver);
    let told = waiver
        .map(|one| format!(" until {}. {}", wording::day(one.until), one.tell_customers.trim()));
    format!("This does not hold at present, and is waived{}", told.unwrap_or_default())
}

/// Who accepts that a claim does not hold, if it is waived.
fn waiver(outcome: &Outcome<'_>, project: &Project) -> Option<view::Waiver> {
    let waived = outcome.standing == Standing::Waived;
    let waiving = outcome.waiving.as_ref().filter(|_| waived)?;
    Some(view::Waiver {
        role: wording::role(waiving, project),
        day: waiving.waiver.day.into(),
        until: waiving.waiver.until.into(),
    })
}

fn means(basis: Basis) -> &'static str {
    match basis {
        Basis::Probed => "The service itself was asked, and anyone can repeat that.",
        Basis::ProbedWithAccess => {
            "The service itself was asked, and whoever has credentials can repeat that."
        }
        Basis::Reported => "It is the service's own word about itself.",
        Basis::Attested => "That word is dated, and runs out.",
    }
}

fn check(index: usize, check: &CheckOutcome<'_>, project: &Project) -> view::Check {
    let plan = check.plan;
    let shown = plan.steps.len().min(STEPS_MAX);
    view::Check {
        number: index + 1,
        kind: plan.kind.clone(),
        verdict: check.judgement.verdict.name().to_owned(),
        covers: plan.covers.clone(),
        leaves_open: wording::leaves_open(check),
        must: seen::must(plan, project),
        observed: seen::last(check).map(Into::into),
        until: Some(check.until).filter(|_| holds(check)).map(Into::into),
        saw: seen::saw(check, project),
        broke: seen::broke(check),
        repeat: repeat(plan, project),
        noticed: wording::noticed(check).map(plain).collect(),
        remarks: remarks(check),
        steps_left_out: plan.steps.len() - shown,
        steps: (0..shown).map(|id| step(id, check, project)).collect(),
    }
}

/// The first command line of a probe, or of any step.
fn repeat(plan: &Plan, project: &Project) -> String {
    let probes = plan.steps.iter().filter(|step| step.role == Role::Probe);
    let lines = probes.map(|step| wording::curl(sender(plan, step), project));
    lines.into_iter().find(|line| !line.is_empty()).unwrap_or_default()
}

/// The step that sends, where a step only looks again at its answer.
fn sender<'a>(plan: &'a Plan, step: &'a Step) -> &'a Step {
    step.looks_at().and_then(|earlier| plan.steps.get(earlier)).unwrap_or(step)
}

fn holds(check: &CheckOutcome<'_>) -> bool {
    check.judgement.verdict == Verdict::Holds
}

fn remarks(check: &CheckOutcome<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if check.transcript.attempts > 1 {
        let attempts = usize::try_from(check.transcript.attempts).unwrap_or(usize::MAX);
        remarks.push(format!("It was begun {} before it gave an answer.", count(attempts, "time")));
    }
    if check.intermittent {
        remarks.push("A second look gave another verdict: it comes and goes.".to_owned());
    }
    if !check.transcript.left_behind.is_empty() {
        remarks.push(
            "Something that it made on the service could not be taken away again.".to_owned(),
        );
    }
    remarks
}

fn step(id: StepId, check: &CheckOutcome<'_>, project: &Project) -> view::Step {
    let step = &check.plan.steps[id];
    let answers = View::new(check.plan, &check.transcript.observations);
    let observation = answers.observation(id);
    let control = step.control.and_then(|control| check.plan.steps.get(control));
    view::Step {
        name: step.name.clone(),
        role: step.role.name().to_owned(),
        role_means: role_means(step.role).to_owned(),
        who: wording::who(step, project),
        request: wording::request_line(step, project),
        repeat: wording::curl(step, project),
        control: control.map_or_else(String::new, |control| control.name.clone()),
        answer: public::answer(&answers, id),
        at: observation.map(|one| one.at.into()),
        took: observation.map_or_else(String::new, |one| wording::took(one.took_ms)),
        expectations: expectations(id, check),
        published: public::published(&answers, id, &step.publish)
            .into_iter()
            .map(|(what, value)| view::Published { what, value })
            .collect(),
    }
}

fn role_means(role: Role) -> &'static str {
    match role {
        Role::Prepare => "sets the scene",
        Role::Control => "shows that the question is fair",
        Role::Probe => "the question itself",
        Role::Cleanup => "takes away what was made",
    }
}

fn expectations(id: StepId, check: &CheckOutcome<'_>) -> Vec<view::Expectation> {
    let step = &check.plan.steps[id];
    let judged = check.judgement.steps.get(id);
    let judged = judged.map_or(&[][..], |step| step.expectations.as_slice());
    let both = step.expect.iter().enumerate();
    let all = both.map(|(index, expectation)| match judged.get(index) {
        None => view::Expectation {
            expected: wording::expected(expectation),
            found: "was not asked".to_owned(),
            outcome: "unknown".to_owned(),
        },
        Some(one) => view::Expectation {
            expected: wording::expected(expectation),
            found: public::outcome(expectation, one, &step.publish),
            outcome: match one.outcome {
                expect::Outcome::Met => "met",
                expect::Outcome::NotMet => "not met",
                expect::Outcome::Unknown(_) => "unknown",
            }
            .to_owned(),
        },
    });
    all.collect()
}
