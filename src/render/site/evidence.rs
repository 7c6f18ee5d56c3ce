//! The view of a claim with its evidence.

use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Verdict;
use crate::model::judge::Judged;
use crate::model::judge::basis::Basis;
use crate::model::judge::evidence::{CheckOutcome, Outcome, Standing};
use crate::model::judge::view::View;
use crate::model::plan::{Plan, Role, Step, expect};
use crate::model::project::Project;
use crate::model::project::claim::Claim;
use crate::model::project::i18n::{Language, Words};
use crate::render::site::edition::Edition;
use crate::render::site::{public, seen, view};
use crate::render::wording::{count, plain};
use crate::render::{summary, wording};

/// The number of steps of one check that are shown; the rest are counted.
const STEPS_MAX: usize = 200;

/// The view of a claim.
pub(crate) fn claim<'a>(claim: &'a Claim, edition: &Edition<'a>) -> view::ClaimView {
    let outcome = edition.outcome(&claim.id);
    let passage = edition.passage(claim);
    let policy = edition.policy_of(claim);
    let said = |key: &str, basis: Basis| {
        edition.words().say(&format!("{key}-{}", basis.in_words().replace(' ', "-")))
    };
    let basis = outcome.and_then(summary::basis);
    view::ClaimView {
        id: claim.id.to_string(),
        words: edition.words_of(claim),
        mark: mark(outcome, edition.words()),
        standing: standing(claim, outcome, edition.language),
        basis: basis.map_or_else(String::new, |basis| said("basis", basis)),
        basis_means: basis.map_or_else(String::new, |basis| said("means", basis)),
        products: edition.products(claim),
        because: claim.written.because.value.trim().to_owned(),
        background: claim.written.background.iter().map(|quote| quote.value.clone()).collect(),
        observed: outcome.and_then(|one| one.observed).map(|at| edition.time(at)),
        until: outcome.and_then(summary::until).map(|at| edition.time(at)),
        waiver: outcome.and_then(|one| waiver(one, edition)),
        policy: policy.map_or_else(String::new, |policy| policy.front.title.value.clone()),
        under: passage.map_or_else(String::new, |passage| passage.under.clone()),
        path: edition.path_of(claim),
        evidence: edition.evidence_of(&claim.id),
        history: view::history::History::default(),
        checks: outcome.map_or_else(Vec::new, |outcome| {
            let checks = outcome.checks.iter().enumerate();
            checks.map(|(index, one)| check(index, one, edition)).collect()
        }),
    }
}

/// The view of a claim in a list.
pub(crate) fn claim_link<'a>(claim: &'a Claim, edition: &Edition<'a>) -> view::ClaimLink {
    let outcome = edition.outcome(&claim.id);
    view::ClaimLink {
        words: edition.words_of(claim),
        mark: mark(outcome, edition.words()),
        standing: standing(claim, outcome, edition.language),
        path: edition.path_of(claim),
    }
}

/// The rank of a claim's standing, 0 for the worst; 0 if it was not assessed.
pub(crate) fn rank(claim: &Claim, edition: &Edition<'_>) -> usize {
    let outcome = edition.outcome(&claim.id);
    outcome.map_or(0, summary::rank)
}

/// The mark of a claim's standing.
pub(crate) fn mark(outcome: Option<&Outcome<'_>>, words: &Words) -> view::MarkView {
    let standing = outcome.filter(|one| one.standing.is_publishable());
    let mut mark = view::MarkView::of(outcome.map_or("inconclusive", summary::name), words);
    if let Some(waiving) = outcome.and_then(Outcome::waived_by) {
        let day = words.day(waiving.waiver.until);
        mark.word = words.fill("word-waived-until", &[("day", &day)]);
    }
    let ends = standing.and_then(summary::until).map(|until| view::Time::new(until, words));
    view::MarkView { claim: outcome.map(|one| one.claim.id.to_string()), ..mark.until(ends) }
}

/// The standing of a claim, in a sentence, and the products that the evidence is about, if there are others.
pub(crate) fn standing(
    claim: &Claim,
    outcome: Option<&Outcome<'_>>,
    language: &Language,
) -> String {
    let standing = in_a_sentence(outcome, &language.words);
    let titles: Vec<String> = claim.tested_products().map(|name| language.product(name)).collect();
    if titles.len() == claim.written.applies_to.len() {
        return standing;
    }
    let products = language.words.list(&titles);
    format!("{standing} {}", language.words.fill("tested-for-only", &[("products", &products)]))
}

fn in_a_sentence(outcome: Option<&Outcome<'_>>, words: &Words) -> String {
    let Some(outcome) = outcome else {
        return words.say("standing-not-asked");
    };
    let key = format!("standing-{}", summary::name(outcome));
    match outcome.standing {
        Standing::Waived => waived(outcome, words),
        Standing::Inconclusive(reason) => {
            let lacks = outcome.lacks.map(wording::words).unwrap_or_default();
            let reason = words.fill(&format!("reason-{}", reason.name()), &[("claim", &lacks)]);
            words.fill(&key, &[("reason", &reason)])
        }
        _ => words.say(&key),
    }
}

/// The waiver's text for customers, in full: it is written for the page.
fn waived(outcome: &Outcome<'_>, words: &Words) -> String {
    let Some(waiving) = &outcome.waiving else { return words.say("word-waived") };
    let day = words.day(waiving.waiver.until);
    let tells = waiving.waiver.tell_customers.trim();
    words.fill("standing-waived", &[("day", &day), ("tells", tells)])
}

/// The waiver of a claim, if it is in force.
fn waiver(outcome: &Outcome<'_>, edition: &Edition<'_>) -> Option<view::WaiverView> {
    let waiving = outcome.waived_by()?;
    Some(view::WaiverView {
        role: edition.language.role(&waiving.waiver.role),
        day: edition.day(waiving.waiver.day),
        until: edition.day(waiving.waiver.until),
    })
}

fn check(index: usize, check: &CheckOutcome<'_>, edition: &Edition<'_>) -> view::CheckView {
    let (plan, project) = (check.plan, edition.project);
    let verdict = check.judgement.verdict.name();
    let shown = plan.steps.len().min(STEPS_MAX);
    view::CheckView {
        number: index + 1,
        kind: plan.kind.clone(),
        verdict: edition.words().say(&format!("word-{verdict}")),
        covers: plan.covers.clone(),
        leaves_open: wording::leaves_open(check),
        must: seen::must(plan, project),
        observed: seen::oldest(check).map(|at| edition.time(at)),
        until: Some(check.until).filter(|_| holds(check)).map(|at| edition.time(at)),
        saw: seen::saw(check, project),
        broke: seen::broke(check),
        repeat: repeat(plan, project),
        noticed: wording::noticed(check).map(plain).collect(),
        remarks: remarks(check, project),
        steps_left_out: plan.steps.len() - shown,
        steps: StepId::first(shown).map(|id| step(id, check, edition)).collect(),
    }
}

/// The command line of the first probe that has one, or else of the first step.
fn repeat(plan: &Plan, project: &Project) -> String {
    let probes = plan.steps.iter().filter(|step| step.role == Role::Probe);
    let lines = probes.map(|step| wording::curl(sender(plan, step), project));
    lines.into_iter().find(|line| !line.is_empty()).unwrap_or_default()
}

/// The step that sends the request, if `step` only reads its answer.
fn sender<'a>(plan: &'a Plan, step: &'a Step) -> &'a Step {
    step.looks_at().and_then(|earlier| plan.step(earlier)).unwrap_or(step)
}

fn holds(check: &CheckOutcome<'_>) -> bool {
    check.judgement.verdict == Verdict::Holds
}

fn remarks(check: &CheckOutcome<'_>, project: &Project) -> Vec<String> {
    let mut remarks = wording::connections(check, &project.world);
    remarks.extend(looked(check));
    if check.transcript.attempts > 1 {
        let attempts = usize::try_from(check.transcript.attempts).unwrap_or(usize::MAX);
        remarks.push(format!("It took {} to get an answer.", count(attempts, "attempt")));
    }
    if check.intermittent {
        remarks.push(
            "A second look, while no other check ran, gave another verdict than the first one."
                .to_owned(),
        );
    }
    if !check.transcript.left_behind.is_empty() {
        remarks.push(
            "An object that the check created on the service could not be deleted.".to_owned(),
        );
    }
    remarks
}

/// How often the tests were sent, if that is more often than they are listed.
fn looked(check: &CheckOutcome<'_>) -> Option<String> {
    let strength = wording::strength(check)?;
    let repeated = check.transcript.observations.iter().any(|one| !one.sent.is_empty());
    let [requests, addresses] = [strength.requests, strength.addresses]
        .map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    repeated.then(|| {
        let (requests, at) = (count(requests, "request"), wording::addresses(addresses));
        format!("The tests sent {requests} to {at} of the host.")
    })
}

fn step(id: StepId, check: &CheckOutcome<'_>, edition: &Edition<'_>) -> view::StepView {
    let (step, project) = (&check.plan.steps[id], edition.project);
    let answers = View::new(check.plan, &check.transcript.observations);
    let observation = answers.observation(id);
    let control = step.control.and_then(|control| check.plan.step(control));
    view::StepView {
        name: step.name.clone(),
        role: step.role.name().to_owned(),
        role_means: role_means(step).to_owned(),
        who: wording::who(step, project),
        request: wording::request_line(step, project),
        repeat: wording::curl(step, project),
        control: control.map_or_else(String::new, |control| control.name.clone()),
        answer: public::answers(&answers, id),
        at: observation.map(|one| edition.time(one.at)),
        took: observation.map_or_else(String::new, |one| wording::took(one.took_ms)),
        expectations: expectations(id, check),
        published: public::published(&answers, id, &step.publish)
            .into_iter()
            .map(|(what, value)| view::PublishedValue { what, value })
            .collect(),
    }
}

fn role_means(step: &Step) -> &'static str {
    match step.role {
        Role::Prepare | Role::Control if step.optional => "the result does not depend on it",
        Role::Prepare => "sets up the test",
        Role::Control => "shows that the test is fair",
        Role::Probe => "the test itself",
        Role::Cleanup => "deletes what the test created",
    }
}

/// What both looks found, if the second one contradicts the first.
fn contradiction(id: StepId, index: usize, check: &CheckOutcome<'_>) -> Option<String> {
    let publish = &check.plan.steps.get(id.0)?.publish;
    let found = |expectation: &expect::Expectation, judged: &Judged| {
        public::outcome(expectation, judged, publish)
    };
    wording::contradiction(check, (id, index), &found)
}

fn expectations(id: StepId, check: &CheckOutcome<'_>) -> Vec<view::ExpectationView> {
    let step = &check.plan.steps[id];
    let judged = check.judgement.steps.get(id.0);
    let judged = judged.map_or(&[][..], |step| step.expectations.as_slice());
    let both = step.expect.iter().enumerate();
    let all = both.map(|(index, expectation)| match judged.get(index) {
        None => view::ExpectationView {
            expected: wording::expected(expectation),
            found: "the request was not sent".to_owned(),
            outcome: "unknown".to_owned(),
        },
        Some(one) => view::ExpectationView {
            expected: wording::expected(expectation),
            found: contradiction(id, index, check).unwrap_or_else(|| {
                let view = View::new(check.plan, &check.transcript.observations);
                let found = public::outcome(expectation, one, &step.publish);
                let origin = wording::origin(view.look(id, one.look));
                format!("{found}{}{origin}", wording::at_address(&view, id, one.look))
            }),
            outcome: match one.outcome {
                expect::TestOutcome::Met => "met",
                expect::TestOutcome::NotMet => "not met",
                expect::TestOutcome::Unknown(_) => "unknown",
            }
            .to_owned(),
        },
    });
    all.collect()
}
