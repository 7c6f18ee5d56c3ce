//! Evidence that does not count: the claim was found false since, or the service has another release now.

use jiff::Timestamp;

use super::standing::plain;
use super::waivers::{accepting, waiver};
use super::{answered, assessment, at, claim, evidence, page, project, status};
use crate::model::answer::observation::Answer;
use crate::model::answer::verdict::Reason;
use crate::model::judge::assessment::ReleaseDoubt;
use crate::model::judge::evidence::{Circumstances, Standing, outcome};
use crate::model::judge::waiving::Waiving;
use crate::model::project::release::{KnownRelease, Release, ReleaseSource};

const VOID: Standing = Standing::Inconclusive(Reason::Contradicted);

fn standing(answer: Answer, circumstances: Circumstances<'_>) -> (Standing, Option<Timestamp>) {
    let (claim, plans) = (claim("page"), [page()]);
    let all = [answered("10:00:00", answer)];
    let found = outcome(&claim, &plans, &all, circumstances);
    (found.standing, found.until)
}

#[test]
fn evidence_that_is_not_newer_than_a_violation_is_void() {
    let with = |contradicted: Option<&str>, now: &str, code: u16| {
        let contradicted = contradicted.map(at);
        standing(status(code), Circumstances { contradicted, ..plain(at(now)) }).0
    };
    assert_eq!(with(None, "10:30:00", 200), Standing::Holds);
    assert_eq!(with(Some("09:59:59"), "10:30:00", 200), Standing::Holds);
    assert_eq!(with(Some("10:00:00"), "10:30:00", 200), VOID);
    assert_eq!(with(Some("10:00:01"), "10:30:00", 200), VOID);
    // Void evidence has not just expired, and a violation stays one.
    assert_eq!(with(Some("10:00:00"), "11:30:00", 200), VOID);
    assert_eq!(with(Some("10:00:00"), "10:30:00", 404), Standing::Violated);
}

#[test]
fn a_violation_in_the_future_voids_nothing() {
    let with = |contradicted: &str| {
        let contradicted = Some(at(contradicted));
        standing(status(200), Circumstances { contradicted, ..plain(at("10:30:00")) }).0
    };
    assert_eq!(with("10:31:00"), VOID);
    assert_eq!(with("10:31:01"), Standing::Holds);
}

#[test]
fn waived_evidence_is_void_only_if_the_claim_was_found_violated_again_after_it() {
    let waiver = waiver(vec![accepting("anyone reads", 404)]);
    let with = |contradicted: &str| {
        let waiving =
            Waiving { file: "waiver.yaml", waiver: &waiver, is_over: false, dead: Vec::new() };
        let contradicted = Some(at(contradicted));
        let now = at("10:30:00");
        standing(status(404), Circumstances { waiving: Some(waiving), contradicted, ..plain(now) })
            .0
    };
    assert_eq!(with("09:59:59"), Standing::Waived);
    assert_eq!(with("10:00:00"), Standing::Waived);
    assert_eq!(with("10:00:01"), VOID);
}

#[test]
fn evidence_of_an_unknown_release_is_inconclusive_and_that_of_another_one_has_expired() {
    let with = |release: Option<ReleaseDoubt>, code: u16| {
        standing(status(code), Circumstances { release, ..plain(at("10:30:00")) })
    };
    let unknown = Some(ReleaseDoubt::Unknown);
    let superseded = |time| Some(ReleaseDoubt::Superseded(at(time)));
    let release = Standing::Inconclusive(Reason::Release);
    assert_eq!(with(None, 200), (Standing::Holds, Some(at("11:00:00"))));
    assert_eq!(with(unknown, 200), (release, Some(at("11:00:00"))));
    assert_eq!(with(unknown, 404).0, Standing::Violated);
    assert_eq!(with(superseded("10:20:00"), 200), (Standing::Expired, Some(at("10:20:00"))));
    assert_eq!(with(superseded("10:20:00"), 404).0, Standing::Violated);
    // It was superseded when that was found out, not in the future.
    assert_eq!(with(superseded("10:50:00"), 200), (Standing::Expired, Some(at("10:30:00"))));
}

#[test]
fn evidence_is_about_the_release_that_was_tested() {
    let doubt = |tested: Option<Release>, known: Option<&str>, is_read: bool| {
        let mut project = project(vec![claim("page")]);
        project.release = is_read.then(|| ReleaseSource { get: "/version".into(), at: None });
        let mut one = evidence(&claim("page"), &[page()], vec![answered("10:00:00", status(200))]);
        one.release = tested;
        let mut all = assessment(&project, vec![("page", one)]);
        let known_at = |name: &str| KnownRelease { name: name.into(), at: at("10:05:00") };
        all.released = known.map(known_at);
        all.release_doubt(&project, &"page".into())
    };
    let is = |name: &str| Some(Release::Is(name.into()));
    let unknown = || Some(Release::Unknown("no answer".into()));
    let superseded = Some(ReleaseDoubt::Superseded(at("10:05:00")));
    assert_eq!(doubt(is("1"), Some("1"), true), None);
    assert_eq!(doubt(is("1"), None, true), None);
    assert_eq!(doubt(is("1"), Some("2"), true), superseded);
    assert_eq!(doubt(unknown(), Some("1"), true), Some(ReleaseDoubt::Unknown));
    assert_eq!(doubt(None, None, true), Some(ReleaseDoubt::Unknown));
    // A project that does not say where to read it has no doubt.
    assert_eq!(doubt(is("1"), Some("2"), false), None);
}
