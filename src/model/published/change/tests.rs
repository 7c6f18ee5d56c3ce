use super::*;
use crate::language::quantity::amount::{Amount, Unit};
use crate::language::quantity::side::Side;
use crate::model::judge::basis::Basis;
use crate::model::published::{Expected, PublishedCheck, PublishedLimit, PublishedQuestion};
use jiff::Timestamp;

fn claim(id: &str) -> PublishedClaim {
    PublishedClaim {
        digest: String::new(),
        id: id.into(),
        words: "At most 24 hours of data can be lost.".into(),
        policy: "https://security.example.com/security/#claim".into(),
        page: "security".into(),
        under: "Backup".into(),
        evidence: "https://security.example.com/evidence/".into(),
        applies_to: vec!["Cloud add-ons".into()],
        standing: "holds".into(),
        told: String::new(),
        basis: Some(Basis::Probed),
        observed: None,
        until: None,
        waiver: None,
        valid_for: 86_400,
        checks: vec![check("backup-age", &[("GET /backups", 24.0), ("GET /more", 24.0)])],
        also: Vec::new(),
        history: Vec::new(),
    }
}

fn check(kind: &str, asks: &[(&str, f64)]) -> PublishedCheck {
    let question = |(ask, hours): &(&str, f64)| PublishedQuestion {
        ask: (*ask).to_owned(),
        by: "anyone".to_owned(),
        expects: vec![
            Expected { words: "the status is 200".into(), limits: Vec::new() },
            Expected {
                words: format!("the newest is at most {hours} hours old"),
                limits: vec![PublishedLimit {
                    of: "the newest".into(),
                    side: Side::AtMost,
                    amount: Amount::new(hours * 3600.0, Unit::Seconds),
                }],
            },
        ],
    };
    PublishedCheck {
        kind: kind.into(),
        looks: None,
        verdict: None,
        covers: String::new(),
        not_shown: String::new(),
        asks: asks.iter().map(question).collect(),
    }
}

fn stated(words: &str) -> NotTested {
    NotTested {
        words: words.into(),
        policy: String::new(),
        page: "security".into(),
        reason: String::new(),
    }
}

fn promises(claims: Vec<PublishedClaim>, statements: &[&str]) -> Promises {
    Promises {
        claims,
        not_tested: statements.iter().map(|words| stated(words)).collect(),
        ..Promises::default()
    }
}

fn told(old: &Promises, new: &Promises) -> Vec<String> {
    let line = |one: Change| format!("{}: {}", one.effect.in_words(), one.told);
    between(old, new).into_iter().map(line).collect()
}

/// The changes that are reported after this edit of a claim.
fn changed(edit: impl Fn(&mut PublishedClaim)) -> Vec<String> {
    let mut new = claim("a");
    edit(&mut new);
    told(&promises(vec![claim("a")], &[]), &promises(vec![new], &[]))
}

#[test]
fn an_unchanged_claim_a_new_wrapping_and_another_verdict_are_not_changes() {
    let same = changed(|claim| {
        claim.words = claim.words.replace(' ', "\n");
        claim.standing = "violated".into();
        claim.observed = Some(Timestamp::UNIX_EPOCH);
        claim.told = "x".into();
    });
    assert_eq!(same, Vec::<String>::new());
}

#[test]
fn a_limit_that_is_raised_weakens_and_one_that_is_lowered_strengthens() {
    let limit = |hours| {
        move |claim: &mut PublishedClaim| {
            claim.checks =
                vec![check("backup-age", &[("GET /backups", hours), ("GET /more", hours)])];
        }
    };
    assert_eq!(
        changed(limit(72.0)),
        ["weakened: The limit for the newest was raised from at most 24 hours to at most 3 days."]
    );
    assert_eq!(
        changed(limit(12.0)),
        [
            "strengthened: The limit for the newest was lowered from at most 24 hours to at most 12 hours."
        ]
    );
}

#[test]
fn of_what_must_be_at_least_so_much_less_is_weaker() {
    let least = |value: f64| {
        let mut claim = claim("a");
        let limit = &mut claim.checks[0].asks[0].expects[1];
        limit.words = format!("the age is at least {value}");
        let amount = Amount::new(value, Unit::Count);
        limit.limits[0] = PublishedLimit { of: "the age".into(), side: Side::AtLeast, amount };
        promises(vec![claim], &[])
    };
    assert!(told(&least(365.0), &least(30.0))[0].starts_with("weakened: The limit"));
    assert!(told(&least(30.0), &least(365.0))[0].starts_with("strengthened: The limit"));
}

#[test]
fn a_check_an_endpoint_or_an_expectation_that_goes_weakens_and_one_that_comes_strengthens() {
    let without_check = |claim: &mut PublishedClaim| claim.checks.clear();
    assert_eq!(changed(without_check), ["weakened: A check was removed: backup-age."]);
    let another = |claim: &mut PublishedClaim| claim.checks.push(check("tls", &[]));
    assert_eq!(changed(another), ["strengthened: A check was added: tls."]);
    let endpoint = |claim: &mut PublishedClaim| drop(claim.checks[0].asks.remove(1));
    assert_eq!(changed(endpoint), ["weakened: The check no longer tests: GET /more."]);
    let asker = |claim: &mut PublishedClaim| claim.checks[0].asks[1].by = "a customer".into();
    assert_eq!(
        changed(asker),
        [
            "weakened: The check no longer tests: GET /more, by anyone.",
            "strengthened: The check now also tests: GET /more, by a customer.",
        ]
    );
    let expectation = |claim: &mut PublishedClaim| drop(claim.checks[0].asks[0].expects.remove(0));
    assert_eq!(
        changed(expectation),
        ["weakened: The check no longer requires: the status is 200."]
    );
    let other = |claim: &mut PublishedClaim| {
        claim.checks[0].asks[0].expects[0].words = "the status is 204".into();
    };
    assert_eq!(
        changed(other),
        [
            "weakened: The check no longer requires: the status is 200.",
            "strengthened: The check now requires: the status is 204.",
        ]
    );
}

#[test]
fn a_weaker_basis_and_evidence_that_counts_longer_weaken() {
    let basis = |claim: &mut PublishedClaim| claim.basis = Some(Basis::Attested);
    assert_eq!(changed(basis), ["weakened: The basis changed from “probed” to “attested”."]);
    let longer = |claim: &mut PublishedClaim| claim.valid_for = 7 * 86_400;
    assert_eq!(
        changed(longer),
        ["weakened: Evidence is valid for 7 days; before, it was 24 hours."]
    );
    let shorter = |claim: &mut PublishedClaim| claim.valid_for = 3600;
    assert!(changed(shorter)[0].starts_with("strengthened: "));
}

#[test]
fn other_words_other_products_and_another_place_are_reported() {
    let words =
        |claim: &mut PublishedClaim| claim.words = "At most 72 hours of data can be lost.".into();
    assert_eq!(
        changed(words),
        ["reworded: The earlier wording was: “At most 24 hours of data can be lost.”"]
    );
    let products = |claim: &mut PublishedClaim| claim.applies_to.clear();
    assert_eq!(
        changed(products),
        ["scope changed: The claim applied to Cloud add-ons; it now applies to all products."]
    );
    let place = |claim: &mut PublishedClaim| claim.under = "Exceptions".into();
    assert_eq!(
        changed(place),
        [
            "scope changed: The claim moved from “Backup” of `security` to “Exceptions” of `security`."
        ]
    );
}

#[test]
fn added_and_removed_claims_are_reported_worst_first() {
    let other = PublishedClaim { words: "All is well.".into(), ..claim("b") };
    let (old, new) = (promises(vec![claim("a")], &[]), promises(vec![other], &[]));
    assert_eq!(
        told(&old, &new),
        ["retracted: This claim was withdrawn.", "new: This claim is new."]
    );
}

#[test]
fn a_claim_under_another_name_is_the_same_claim() {
    let (old, new) = (promises(vec![claim("a")], &[]), promises(vec![claim("b")], &[]));
    assert_eq!(told(&old, &new), Vec::<String>::new());
}

#[test]
fn a_claim_that_is_only_stated_is_weakened_and_a_statement_that_is_checked_strengthened() {
    let words = claim("a").words;
    let (checked, stated) = (promises(vec![claim("a")], &[]), promises(Vec::new(), &[&words]));
    assert_eq!(
        told(&checked, &stated),
        ["weakened: This was tested; it is stated without a test now."]
    );
    assert_eq!(
        told(&stated, &checked),
        ["strengthened: This was stated without a test; it is tested now."]
    );
}

#[test]
fn a_statement_that_is_much_alike_is_reworded_and_any_other_comes_or_goes() {
    let old = promises(Vec::new(), &["No system is quite impenetrable.", "We are nice."]);
    let new = promises(Vec::new(), &["No system is impenetrable.", "Nobody is perfect."]);
    assert_eq!(
        told(&old, &new),
        [
            "retracted: This statement was withdrawn.",
            "reworded: The earlier wording was: “No system is quite impenetrable.”",
            "new: This statement is new.",
        ]
    );
}

#[test]
fn a_page_without_its_requests_is_compared_in_its_other_fields() {
    let mut old = claim("a");
    old.page = String::new();
    old.valid_for = 0;
    old.checks[0].asks.clear();
    assert_eq!(
        told(&promises(vec![old], &[]), &promises(vec![claim("a")], &[])),
        Vec::<String>::new()
    );
}
