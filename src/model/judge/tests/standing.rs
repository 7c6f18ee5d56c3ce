//! The standing of a claim: from verdicts, grades, times, other claims.

use jiff::Timestamp;
use serde_json::json;

use super::{
    answered, assessment, at, claim, error, evidence, facts, page, project, spanned, status,
    transcript,
};
use crate::language::period::Period;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Look, Observation, Transcript};
use crate::model::answer::verdict::Reason;
use crate::model::judge::age;
use crate::model::judge::basis::Basis;
use crate::model::judge::evidence::{
    Circumstances, Outcome, Standing, outcome, outcomes, outcomes_of,
};
use crate::model::judge::falsify::Grade;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{FactEnd, Plan};
use crate::model::project::claim::Claim;

pub(super) fn plain(now: Timestamp) -> Circumstances<'static> {
    Circumstances { waiving: None, contradicted: None, release: None, now }
}

/// The standing at `now` of a claim with one check for each plan and answer.
fn standing(checks: &[(Plan, Transcript)], now: &str) -> (Standing, Option<Timestamp>) {
    let (plans, transcripts): (Vec<_>, Vec<_>) = checks.iter().cloned().unzip();
    let claim = claim("page");
    let found = outcome(&claim, &plans, &transcripts, plain(at(now)));
    (found.standing, found.until)
}

fn holds() -> (Plan, Transcript) {
    (page(), answered("10:00:00", status(200)))
}

fn of(answer: Answer) -> (Plan, Transcript) {
    (page(), answered("10:00:00", answer))
}

/// A check that holds, whatever the answer's content is.
fn weak() -> (Plan, Transcript) {
    let mut plan = page();
    plan.steps[0].expect.push(Expectation::new("/body/json", Test::Exists(true)));
    (plan, answered("10:00:00", facts(json!({"status": 200, "body": {"json": {"a": 1}}}))))
}

fn attested(answer: Answer) -> (Plan, Transcript) {
    (Plan { kind: "attestation".into(), ..page() }, answered("09:50:00", answer))
}

#[test]
fn names_and_which_of_them_may_be_published() {
    for (standing, name, is_publishable) in [
        (Standing::Holds, "holds", true),
        (Standing::Waived, "waived", true),
        (Standing::Violated, "violated", false),
        (Standing::Inconclusive(Reason::Dns), "inconclusive", false),
        (Standing::Expired, "expired", false),
        (Standing::Unfit(Grade::Vacuous), "vacuous", false),
        (Standing::Unfit(Grade::Uncontrolled), "uncontrolled", false),
        (Standing::Unfit(Grade::Weak), "weak", false),
    ] {
        assert_eq!((standing.name(), standing.is_publishable()), (name, is_publishable));
    }
}

#[test]
fn the_worst_check_decides_and_a_violation_is_worse_than_an_unfit_check() {
    let timeout = || of(error(Reason::Timeout));
    let violated = || of(status(404));
    for (checks, wanted) in [
        (vec![holds()], Standing::Holds),
        (vec![holds(), timeout()], Standing::Inconclusive(Reason::Timeout)),
        (vec![timeout(), violated(), holds()], Standing::Violated),
        (vec![weak(), holds()], Standing::Unfit(Grade::Weak)),
        (vec![weak(), timeout()], Standing::Unfit(Grade::Weak)),
        (vec![weak(), violated()], Standing::Violated),
        (Vec::new(), Standing::Inconclusive(Reason::NotAsked)),
    ] {
        assert_eq!(standing(&checks, "10:30:00").0, wanted);
    }
}

#[test]
fn evidence_expires_at_the_end_of_its_period_to_the_second() {
    for (now, wanted) in [
        ("10:59:59", Standing::Holds),
        ("11:00:00", Standing::Expired),
        ("11:00:01", Standing::Expired),
    ] {
        assert_eq!(standing(&[holds()], now), (wanted, Some(at("11:00:00"))), "{now}");
    }
    // The first check to expire decides.
    let earlier = (page(), answered("09:30:00", status(200)));
    assert_eq!(standing(&[holds(), earlier], "10:30:00").1, Some(at("10:30:00")));
}

#[test]
fn an_attestation_supports_a_claim_while_its_check_waits_for_an_old_object() {
    let waits = || of(error(Reason::NotYet));
    let not_yet = Standing::Inconclusive(Reason::NotYet);
    let timeout = Standing::Inconclusive(Reason::Timeout);
    for (checks, wanted) in [
        (vec![waits(), attested(status(200))], Standing::Holds),
        (vec![waits(), holds()], not_yet),
        (vec![waits()], not_yet),
        (vec![waits(), attested(status(404))], Standing::Violated),
        (vec![waits(), attested(error(Reason::Timeout))], not_yet),
        (vec![of(error(Reason::Timeout)), attested(status(200))], timeout),
        (vec![holds(), attested(status(200))], Standing::Holds),
    ] {
        assert_eq!(standing(&checks, "10:30:00").0, wanted);
    }
    // The evidence that counts decides how long it is valid.
    let until = |checks: &[_]| standing(checks, "10:30:00").1;
    assert_eq!(until(&[waits(), attested(status(200))]), Some(at("10:50:00")));
    assert_eq!(until(&[holds(), attested(status(200))]), Some(at("10:50:00")));
}

#[test]
fn only_a_check_that_holds_is_falsified() {
    let claim = claim("page");
    let plans = [page(), page(), page()];
    let answers = [status(200), status(404), error(Reason::Dns)];
    let transcripts = answers.map(|one| answered("10:00:00", one));
    let found = outcome(&claim, &plans, &transcripts, plain(at("10:30:00")));
    let falsified: Vec<bool> =
        found.checks.iter().map(|check| check.falsification.is_some()).collect();
    assert_eq!(falsified, [true, false, false]);
    assert_eq!(found.bases.into_iter().collect::<Vec<_>>(), [Basis::Probed]);
    assert_eq!(found.observed, Some(at("10:00:00")));
}

#[test]
fn a_violation_is_intermittent_if_the_second_look_has_another_verdict() {
    let looks = |first: Answer, second: Option<Answer>| {
        let observed = |answer| vec![Observation::new(at("10:00:00"), answer)];
        let again = second.map(observed);
        let all = [Transcript { again, ..transcript(observed(first)) }];
        let (claim, plans) = (claim("page"), [page()]);
        let found = outcome(&claim, &plans, &all, plain(at("10:30:00")));
        (found.standing, found.checks[0].intermittent, found.checks[0].again.is_some())
    };
    let interference = Standing::Inconclusive(Reason::Interference);
    assert_eq!(looks(status(404), None), (Standing::Violated, false, false));
    assert_eq!(looks(status(404), Some(status(404))), (Standing::Violated, false, true));
    assert_eq!(looks(status(404), Some(status(200))), (interference, true, true));
    // A second look at what holds changes nothing.
    assert_eq!(looks(status(200), Some(status(404))), (Standing::Holds, true, true));
}

#[test]
fn the_oldest_answer_counts_and_a_failure_is_not_an_answer() {
    let first = Observation::new(at("10:00:05"), status(200));
    let look = Look { at: at("10:00:02"), address: None, times: 1, answer: status(200) };
    let several = Observation { others: vec![look], ..first };
    let failed = Observation::new(at("09:00:00"), error(Reason::Dns));
    let all = transcript(vec![failed.clone(), several]);
    assert_eq!(age::oldest(&all), Some(at("10:00:02")));
    assert_eq!(age::oldest(&transcript(vec![failed])), None);
}

#[test]
fn evidence_ends_with_its_first_answer_or_with_a_fact_of_its_own() {
    let mut plan = Plan::new("http", vec![page().steps.remove(0), page().steps.remove(0)]);
    let end = |plan: &Plan, first: Answer, second: Answer| {
        let observations =
            [(first, "10:00:00"), (second, "10:10:00")].map(|(one, time)| (at(time), one));
        let observations = observations.map(|(at, one)| Observation::new(at, one)).into();
        age::end(Period::hours(1), plan, &transcript(observations), &[])
    };
    assert_eq!(end(&plan, status(200), status(200)), at("11:00:00"));
    assert_eq!(end(&plan, error(Reason::Dns), status(200)), at("11:10:00"));
    // Without an answer, there is nothing that could be valid.
    assert_eq!(end(&plan, error(Reason::Dns), error(Reason::Dns)), Timestamp::MIN);
    let fact = |time: &str| facts(json!({"status": 200, "made": format!("2026-11-22T{time}Z")}));
    plan.ends = vec![FactEnd { step: StepId(1), at: "/made".into(), plus: Period::seconds(60) }];
    assert_eq!(end(&plan, status(200), fact("10:20:00")), at("10:21:00"));
    assert_eq!(end(&plan, status(200), fact("12:00:00")), at("11:00:00"));
    // What had ended when it was read is expired.
    assert_eq!(end(&plan, status(200), fact("08:00:00")), at("08:01:00"));
}

#[test]
fn an_end_that_had_passed_is_the_very_thing_that_is_waived() {
    let mut plan = page();
    plan.ends = vec![FactEnd { step: StepId(0), at: "/made".into(), plus: Period::seconds(60) }];
    let broken = crate::model::answer::broken::Broken { step: StepId(0), expectation: Some(0) };
    let end = |made: &str, waived: &[_]| {
        let answer = facts(json!({"status": 404, "made": format!("2026-11-22T{made}Z")}));
        age::end(Period::hours(1), &plan, &answered("10:00:00", answer), waived)
    };
    for (made, waived, unwaived) in [
        ("08:00:00", "11:00:00", "08:01:00"),
        ("09:59:00", "11:00:00", "10:00:00"),
        ("09:59:01", "10:00:01", "10:00:01"),
    ] {
        assert_eq!(end(made, &[broken]), at(waived), "{made}");
        assert_eq!(end(made, &[]), at(unwaived), "{made}");
    }
}

type Needing = (&'static str, &'static [&'static str], u16, &'static str);

/// The outcomes of claims, each given by its id, the claims that it needs, the status of its answer and the time.
fn needing(all: &[Needing]) -> Vec<(Standing, Option<Timestamp>, Option<String>)> {
    let written = |(id, needs, _, _): &Needing| {
        let mut claim = claim(id);
        claim.written.needs = needs.iter().map(|need| spanned((*need).to_owned())).collect();
        claim
    };
    let project = project(all.iter().map(written).collect());
    let plans = project.claims.iter().map(|one| (one.id.clone(), vec![page()])).collect();
    let stored = all.iter().map(|(id, _, code, time)| {
        (*id, evidence(&claim(id), &[page()], vec![answered(time, status(*code))]))
    });
    let assessment = assessment(&project, stored.collect());
    let found = outcomes(&project, &plans, &assessment, at("10:30:00"));
    let lacks = |one: &Outcome<'_>| one.lacks.map(|claim| claim.id.to_string());
    found.iter().map(|one| (one.standing, one.until, lacks(one))).collect()
}

#[test]
fn a_claim_holds_no_longer_than_all_claims_that_it_needs() {
    let lacking = |id: &str, until: &str| {
        (Standing::Inconclusive(Reason::Needs), Some(at(until)), Some(id.to_owned()))
    };
    let plain = |standing, until: &str| (standing, Some(at(until)), None);
    let found = needing(&[
        ("a", &["b"], 200, "10:00:00"),
        ("b", &["c"], 200, "09:50:00"),
        ("c", &[], 200, "09:40:00"),
        ("d", &[], 200, "10:00:00"),
    ]);
    assert_eq!(found[0], plain(Standing::Holds, "10:40:00"));
    assert_eq!(found[1], plain(Standing::Holds, "10:40:00"));
    assert_eq!(found[3], plain(Standing::Holds, "11:00:00"));
    let found = needing(&[
        ("a", &["b"], 200, "10:00:00"),
        ("b", &["c"], 200, "09:50:00"),
        ("c", &[], 404, "10:00:00"),
        ("e", &["c"], 404, "10:00:00"),
    ]);
    // Both name the claim that failed, not the one between.
    assert_eq!(found[0], lacking("c", "10:50:00"));
    assert_eq!(found[1], lacking("c", "10:50:00"));
    assert_eq!(found[2], plain(Standing::Violated, "11:00:00"));
    // A claim that was found false itself stays so.
    assert_eq!(found[3], plain(Standing::Violated, "11:00:00"));
    // One that was not assessed is not verified.
    let found = needing(&[("a", &["elsewhere"], 200, "10:00:00")]);
    assert_eq!(found[0], (Standing::Inconclusive(Reason::Needs), Some(at("11:00:00")), None));
}

#[test]
fn claims_that_need_each_other_or_themselves_do_not_count_for_themselves() {
    let all: [Needing; 3] = [
        ("a", &["b"], 200, "10:00:00"),
        ("b", &["a"], 200, "10:00:00"),
        ("c", &["c"], 200, "10:00:00"),
    ];
    for found in needing(&all) {
        assert_eq!(found, (Standing::Holds, Some(at("11:00:00")), None));
    }
}

#[test]
fn only_the_wanted_claims_with_evidence_and_plans_have_an_outcome() {
    let project = project(["a", "b", "c", "d"].map(claim).into());
    let plans = ["a", "b", "c"].map(|id| (id.into(), vec![page()])).into();
    let stored =
        |id| (id, evidence(&claim(id), &[page()], vec![answered("10:00:00", status(200))]));
    let assessment = assessment(&project, ["a", "b", "d"].map(stored).into());
    let of = |wanted: &dyn Fn(&Claim) -> bool| -> Vec<String> {
        let found = outcomes_of(&project, &plans, &assessment, wanted, at("10:30:00"));
        found.iter().map(|one| one.claim.id.to_string()).collect()
    };
    assert_eq!(of(&|_| true), ["a", "b"]);
    assert_eq!(of(&|one| one.id == "b"), ["b"]);
}
