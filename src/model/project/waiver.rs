//! Waivers: unmet expectations that a named role accepts until a date. The check still runs, the page
//! shows the waiver, and any other unmet expectation still violates the claim.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::answer::broken::Broken;
use crate::model::plan::Step;
use crate::model::plan::expect::Test;
use crate::model::source::decode::Spanned;
use crate::model::time::end_of_day;

/// How many days after its `day` a waiver may expire at the latest.
pub const DAYS_MAX: i32 = 180;

/// The unmet expectations of one claim that a role accepts, and until when.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct Waiver {
    /// The claim's words for which it is granted.
    pub words: Spanned<String>,
    /// The accepted expectations, each as the report that found it unmet prints it.
    #[schemars(length(min = 1))]
    pub accepts: Vec<Spanned<Accepted>>,
    /// The reason, for reports; it is not on the page.
    pub reason: String,
    /// The role that accepts it, from `roles:` in `avouch.yaml`.
    pub role: String,
    /// The ticket of the work on it, for reports; it is not on the page.
    pub ticket: String,
    /// What customers should know; it is on the page.
    pub tell_customers: String,
    /// The day on which it was granted.
    #[schemars(with = "String", extend("format" = "date"))]
    pub day: Date,
    /// Its last day, at most 180 days after `day`; it expires at the end of that day (UTC).
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
}

/// One expectation that need not be met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Accepted {
    /// The number of the check among the claim's checks, from 1.
    pub check: usize,
    /// The name of the step.
    pub step: String,
    /// The expectation's JSON Pointer into the facts; empty for the whole.
    #[serde(default)]
    pub at: String,
    /// The expectation's test.
    pub is: Test,
}

impl Waiver {
    /// When it expires: the first instant at which it accepts nothing any more.
    pub fn end(&self) -> Timestamp {
        end_of_day(self.until)
    }

    /// Whether it accepts `broken`, found in `step` of the claim's check with the index `check`, from 0.
    pub fn accepts(&self, check: usize, step: &Step, broken: Broken) -> bool {
        let found = Accepted::of(check, step, broken);
        self.accepts.iter().any(|one| one.value == found)
    }
}

impl Accepted {
    /// The entry that accepts `broken`, found in `step` of the claim's check with the index `check`,
    /// from 0.
    pub fn of(check: usize, step: &Step, broken: Broken) -> Self {
        let (at, is) = match broken.expectation.and_then(|index| step.expect.get(index)) {
            Some(expectation) => (expectation.at.clone(), expectation.test.clone()),
            // The expectation that every step has implicitly.
            None => (String::new(), Test::ShowsNoForeignCanary),
        };
        Self { check: check + 1, step: step.name.clone(), at, is }
    }

    /// The line under `accepts:` that accepts it. JSON is valid YAML.
    pub fn line(&self) -> String {
        // Our own types always serialise: their keys are strings, and no writer can fail.
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let step = json(serde_json::to_string(&self.step));
        let at = json(serde_json::to_string(&self.at));
        let is = json(serde_json::to_string(&self.is));
        format!("- {{ check: {}, step: {step}, at: {at}, is: {is} }}", self.check)
    }

    /// Whether `step` has this expectation.
    pub(crate) fn is_of(&self, step: &Step) -> bool {
        let is = |at: &str, test: &Test| self.at == at && self.is == *test;
        let named = step.expect.iter().any(|one| is(&one.at, &one.test));
        self.step == step.name && (named || is("", &Test::ShowsNoForeignCanary))
    }
}
