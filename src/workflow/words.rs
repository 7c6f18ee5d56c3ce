//! Every expectation, found value and counterexample of every kind reads as words: no pointers, no names from
//! the code.

use serde_json::{Value, json};

use crate::check::fixture::{plan, sound};
use crate::check::kinds::KINDS;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::judge::Judged;
use crate::model::judge::falsify::falsify;
use crate::model::plan::Plan;
use crate::model::plan::expect::doubt::Doubt;
use crate::model::plan::expect::{Expectation, TestOutcome};
use crate::render::wording::{expected, found};

/// Fails if a text has the form of a value of the code, of a pointer or of one of its names.
fn is_plain(text: &str) {
    let quoted = |c: char| matches!(c, '“' | '”' | '`');
    // What is quoted is the author's or the service's.
    let own: String = text.split(quoted).step_by(2).collect();
    for part in own.split_whitespace() {
        let is_address = part.contains("://");
        let is_pointer = part.trim_start_matches('(').starts_with('/');
        let is_code =
            ["Some(", "None", "{", "}", "::", "_", "(\""].iter().any(|one| part.contains(one));
        assert!(is_address || (!is_pointer && !is_code), "{part}: {text}");
    }
    assert!(!text.contains("“spf") && !text.contains("“dmarc"), "{text}");
}

/// Values of every type.
fn values() -> Vec<Value> {
    let lists = [json!([]), json!(["a"]), json!([{"a": 1}, 2])];
    let others = [json!(null), json!(true), json!(-1), json!(2.5), json!("a"), json!({"a": 1})];
    others.into_iter().chain(lists).collect()
}

fn of_expectation(one: &Expectation) {
    is_plain(&expected(one));
    for value in values() {
        let outcome = TestOutcome::Unknown(Reason::Unparsable);
        // Members of JSON have the names that the service gives them.
        if !one.at.contains("/json") {
            is_plain(&found(one, &Judged { outcome, actual: value.clone(), look: 0 }));
        }
        let mut facts = Facts(json!({"status": 200, "body": {"bytes": 1}}));
        facts.set(&one.at, value);
        match one.doubt(&facts) {
            Some(Doubt::OfValue(why) | Doubt::Whole(why)) => is_plain(&why),
            None => {}
        }
    }
}

fn plans() -> impl Iterator<Item = Plan> {
    KINDS.iter().map(|kind| plan(kind.manual().example))
}

#[test]
fn every_expectation_of_every_kind_reads_as_words() {
    let all: Vec<Expectation> =
        plans().flat_map(|plan| plan.steps).flat_map(|one| one.expect).collect();
    assert!(all.len() > 50);
    all.iter().for_each(of_expectation);
}

#[test]
fn every_counterexample_of_every_kind_reads_as_words() {
    for plan in plans() {
        let tried = falsify(&plan, &sound(&plan));
        tried.rows.iter().for_each(|row| is_plain(&row.when));
    }
}
