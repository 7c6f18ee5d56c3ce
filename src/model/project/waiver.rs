//! Waivers: a broken expectation that a named role accepts for a while. The check still runs, the
//! page says so, and whatever else is broken is violated all the same.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::answer::broken::Broken;
use crate::model::plan::Step;
use crate::model::plan::expect::Test;
use crate::model::source::decode::Spanned;
use crate::model::time::end_of_day;

/// How many days after its own one a waiver may last at the most.
pub const DAYS_MAX: i32 = 180;

/// What a role accepts of one claim, and until when.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct Waiver {
    /// The claim's words that it is given for.
    pub words: Spanned<String>,
    /// What is accepted, each as the report of the run that found it has it.
    #[schemars(length(min = 1))]
    pub accepts: Vec<Spanned<Accepted>>,
    /// Why; it stands in reports and not on the page.
    pub reason: String,
    /// The role that accepts it, from `roles:` in `avouch.yaml`.
    pub role: String,
    /// Where the work on it is followed; it stands in reports and not on the page.
    pub ticket: String,
    /// What customers should know; it stands on the page.
    pub tell_customers: String,
    /// The day on which it was given.
    #[schemars(with = "String", extend("format" = "date"))]
    pub day: Date,
    /// Its last day, to the end of it, UTC: at most 180 days after `day`.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
}

/// One expectation that may be broken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Accepted {
    /// The check: its number among the claim's, from 1.
    pub check: usize,
    /// The name of the step.
    pub step: String,
    /// Where the expectation looks: a JSON Pointer into the facts; empty for the whole.
    #[serde(default)]
    pub at: String,
    /// What it expects there.
    pub is: Test,
}

impl Waiver {
    /// When it ends: the first instant at which it accepts nothing any more.
    pub fn end(&self) -> Timestamp {
        end_of_day(self.until)
    }

    /// Whether it accepts this, which broke in a step of the claim's check at `check`, from 0.
    pub fn accepts(&self, check: usize, step: &Step, broken: Broken) -> bool {
        let found = Accepted::of(check, step, broken);
        self.accepts.iter().any(|one| one.value == found)
    }
}

impl Accepted {
    /// What would accept this, which broke in a step of the claim's check at `check`, from 0.
    pub fn of(check: usize, step: &Step, broken: Broken) -> Self {
        let (at, is) = match broken.expectation.and_then(|index| step.expect.get(index)) {
            Some(expectation) => (expectation.at.clone(), expectation.test.clone()),
            // What every step expects without saying so.
            None => (String::new(), Test::ShowsNoForeignCanary),
        };
        Self { check: check + 1, step: step.name.clone(), at, is }
    }

    /// The line that accepts it, as it stands below `accepts:`. JSON is YAML too.
    pub fn line(&self) -> String {
        // Our own types always serialise: their keys are strings, and no writer can fail.
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let step = json(serde_json::to_string(&self.step));
        let at = json(serde_json::to_string(&self.at));
        let is = json(serde_json::to_string(&self.is));
        format!("- {{ check: {}, step: {step}, at: {at}, is: {is} }}", self.check)
    }

    /// Whether `step` expects this.
    pub(crate) fn is_of(&self, step: &Step) -> bool {
        let is = |at: &str, test: &Test| self.at == at && self.is == *test;
        let named = step.expect.iter().any(|one| is(&one.at, &one.test));
        self.step == step.name && (named || is("", &Test::ShowsNoForeignCanary))
    }
}
