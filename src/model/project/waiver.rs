//! Waivers: unmet expectations that a named role accepts until a date, each up to an extent. The check
//! still runs, the page shows the waiver, and any other or worse unmet expectation still violates the
//! claim.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::model::answer::broken::Broken;
use crate::model::plan::Step;
use crate::model::plan::expect::{Expectation, Test};
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
    /// For a test with a limit, such as `at_most` or `not_older_than`: the limit that is accepted in place
    /// of its own. Worse values are not accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Value>,
    /// For any other test: the value that is accepted, and no other; for long values, its SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub accepts_value: Option<Value>,
}

/// Reads a value that may be `null`, which is not the same as none.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

/// The most characters of a value that `accepts_value` repeats.
const VALUE_MAX: usize = 200;

/// The value as `accepts_value` has it.
fn repeated(actual: &Value) -> Value {
    let text = actual.to_string();
    match text.len() > VALUE_MAX {
        true => Value::from(format!("sha256:{}", sha256(text.as_bytes()))),
        false => actual.clone(),
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Waiver {
    /// When it expires: the first instant at which it accepts nothing any more.
    pub fn end(&self) -> Timestamp {
        end_of_day(self.until)
    }

    /// The entry for `broken`, found in `step` of the claim's check with the index `check`, from 0. A leak
    /// between customers has none, nor has a stranger who was let in.
    pub fn entry(&self, check: usize, step: &Step, broken: Broken) -> Option<&Accepted> {
        let expectation = step.expect.get(broken.expectation?)?;
        let mut entries = self.accepts.iter().map(|one| &one.value);
        entries
            .find(|one| one.check == check + 1 && one.names(step, expectation))
            .filter(|_| !step.keeps_others_out(expectation))
    }
}

impl Accepted {
    /// The entry that accepts `broken`, found in `step` of the claim's check with the index `check`,
    /// from 0, with the value `actual`; `None` if no waiver may accept it.
    pub fn of(
        check: usize,
        step: &Step,
        broken: Broken,
        (actual, observed): (&Value, Timestamp),
    ) -> Option<Self> {
        let expectation = step.expect.get(broken.expectation?)?;
        let up_to = expectation.test.limit_for(actual, observed);
        let entry = Self {
            check: check + 1,
            step: step.name.clone(),
            at: expectation.at.clone(),
            is: expectation.test.clone(),
            accepts_value: up_to.is_none().then(|| repeated(actual)),
            up_to,
        };
        (!step.keeps_others_out(expectation)).then_some(entry)
    }

    /// Whether it says how much it accepts.
    pub fn has_extent(&self) -> bool {
        self.up_to.is_some() || self.accepts_value.is_some()
    }

    /// Whether it accepts this value.
    pub fn is_value(&self, actual: &Value) -> bool {
        self.accepts_value.as_ref().is_some_and(|one| one == actual || *one == repeated(actual))
    }

    /// Whether it is about the same expectation, whatever the extent.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.check, &self.step, &self.at, &self.is)
            == (other.check, &other.step, &other.at, &other.is)
    }

    /// Whether it is about this expectation of a step.
    pub fn names(&self, step: &Step, expectation: &Expectation) -> bool {
        self.step == step.name && self.at == expectation.at && self.is == expectation.test
    }

    /// The line under `accepts:` that accepts it. JSON is valid YAML.
    pub fn line(&self) -> String {
        // Our own types always serialise: their keys are strings, and no writer can fail.
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let step = json(serde_json::to_string(&self.step));
        let at = json(serde_json::to_string(&self.at));
        let is = json(serde_json::to_string(&self.is));
        let extent = match (&self.up_to, &self.accepts_value) {
            (Some(limit), _) => format!(", up_to: {limit}"),
            (None, Some(value)) => format!(", accepts_value: {value}"),
            (None, None) => String::new(),
        };
        format!("- {{ check: {}, step: {step}, at: {at}, is: {is}{extent} }}", self.check)
    }

    /// Whether `step` has this expectation.
    pub(crate) fn is_of(&self, step: &Step) -> bool {
        step.expect.iter().any(|one| self.names(step, one))
    }
}
