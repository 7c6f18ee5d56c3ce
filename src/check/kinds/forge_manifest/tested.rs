//! What a check of a manifest tests: an expectation, and how it fails.

use serde_json::{Value, json};

use crate::check::written::counterexample::{negation, set};
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::Counterexample;
use crate::model::plan::expect::{Expectation, Test};

/// An expectation, and a value with which it is not met.
pub(super) struct Tested {
    /// The expectation.
    pub(super) expectation: Expectation,
    /// When it is not met.
    pub(super) when: String,
    /// A value with which it is not met.
    pub(super) instead: Value,
}

impl Tested {
    /// The change that the check must notice.
    pub(super) fn counterexample(&self) -> Counterexample {
        negation(self.when.clone(), set(StepId(0), &self.expectation.at, self.instead.clone()))
    }
}

/// The list at `at` has exactly these entries.
pub(super) fn exactly(at: &str, wanted: &[String], what: &str) -> Tested {
    let values: Vec<Value> = wanted.iter().map(|one| json!(one)).collect();
    let more = wanted.iter().map(String::as_str).chain(["another"]);
    Tested {
        when: format!("the manifest declares another {what} too"),
        instead: more.collect(),
        expectation: Expectation::new(at, Test::SameSet(values)),
    }
}

/// The value at `at` is this one.
pub(super) fn equal(at: String, wanted: Value, when: String, instead: Value) -> Tested {
    Tested { expectation: Expectation::new(at, Test::Equals(wanted)), when, instead }
}
