//! Expectations: a pointer into facts, a test from a closed set, an operand.
//!
//! The outcome of a test is met, not met or unknown. A test that cannot be decided from the facts is
//! neither met nor not met. All that a test of a value needs is in this file: how it is judged,
//! its words, and a value that fails it.

mod refusal;
#[cfg(test)]
mod tests;
pub mod words;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::language::period::Period;
use crate::model::addresses;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::CanaryId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::refusal::answered;
use crate::model::plan::expect::words::{Part, then, words};
use crate::model::time::read_time;

/// How far ahead of ours a clock may be before a time counts as lying in the future.
pub const CLOCK_TOLERANCE: Period = Period::seconds(60);

/// One thing that must be true of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// JSON Pointer into the facts; empty for the whole.
    pub at: String,
    /// What must be true there.
    pub test: Test,
}

/// The closed set of tests. Strings within operands may hold `${captures}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Is this value.
    Equals(Value),
    /// Is present, and is any other value.
    NotEquals(Value),
    /// Is one of these values.
    OneOf(Vec<Value>),
    /// Is present, and is not one of these values.
    NotOneOf(Vec<Value>),
    /// Is text with this in it, or a list with this among its items.
    Contains(String),
    /// Is text without this in it, or a list without it.
    NotContains(String),
    /// Is text that begins so.
    StartsWith(String),
    /// Is text that ends so.
    EndsWith(String),
    /// `true`: is present. `false`: is not present.
    Exists(bool),
    /// Is a number, at most this.
    AtMost(f64),
    /// Is a number, at least this.
    AtLeast(f64),
    /// Is a list of these values, in any order, no more and no fewer.
    SameSet(Vec<Value>),
    /// Is a time at most so long before the answer came, and not after it.
    NotOlderThan(Period),
    /// Is a time at least so long after the answer came.
    AtLeastAhead(Period),
    /// Is a list that has entries, each of which passes the test at the pointer within it.
    Every(Box<Within>),
    /// Is a list with an entry that passes the test at the pointer within it.
    Some(Box<Within>),
    /// Is a list of header values with this directive (`max-age`, `private`), and its value passes.
    Directive(Box<Directive>),
    /// The answer is a refusal.
    Refused(Refusal),
    /// This canary was found in the answer.
    ShowsCanary(CanaryId),
    /// No canary was found but those that the actor may see.
    ShowsNoForeignCanary,
    /// The redirects that were followed, and the last address, stay within this origin.
    StaysOn(String),
    /// Is not there, or passes.
    IfThere(Box<Test>),
    /// Passes each of these, each at its pointer within it.
    All(Vec<Within>),
    /// Every address in it, however deep, leads to this origin; paths of it do.
    AddressesOn(String),
}

/// A test of something within a list's entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Within {
    /// JSON Pointer within the entry.
    #[serde(default)]
    pub at: String,
    /// The test there.
    pub is: Test,
}

/// A test of one directive of a header such as `Cache-Control`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Directive {
    /// Its name, in any case.
    pub name: String,
    /// What its value must be; `None` if it must only be there.
    pub is: Option<Test>,
}

/// What counts as a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Refusal {
    /// The statuses that refuse.
    pub statuses: BTreeSet<u16>,
    /// Where a redirect refuses too: the beginning of its address, such as `/login`.
    pub login: Option<String>,
}

/// Whether an expectation was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestOutcome {
    /// It is true.
    Met,
    /// It is not true.
    NotMet,
    /// It cannot be determined from these facts.
    Unknown(Reason),
}

/// The values, in addition to the facts, that an expectation is judged with.
pub struct JudgeContext<'a> {
    /// When the answer was complete.
    pub observed: Timestamp,
    /// The value of a capture, as text.
    pub capture: &'a dyn Fn(&str) -> Option<String>,
    /// The canaries that the actor may see.
    pub sees: &'a [CanaryId],
    /// The facts of the step's control.
    pub control: Option<&'a Facts>,
}

impl From<bool> for TestOutcome {
    fn from(met: bool) -> Self {
        if met { Self::Met } else { Self::NotMet }
    }
}

impl Expectation {
    /// An expectation of the value at `at`.
    pub fn new(at: impl Into<String>, test: Test) -> Self {
        Self { at: at.into(), test }
    }

    /// Judges it: returns the outcome, and the value that was found.
    pub fn judge(&self, facts: &Facts, context: &JudgeContext<'_>) -> (TestOutcome, Value) {
        let found = facts.at(&self.at);
        let shown = self.test.shown(facts, found, context);
        let test = match self.test.filled(context.capture) {
            Ok(test) => test,
            Err(_) => return (TestOutcome::Unknown(Reason::NotAsked), shown),
        };
        if facts.truncated() && (test.is_refusal_or_absence() || found.is_none()) {
            return (TestOutcome::Unknown(Reason::Budget), shown);
        }
        let outcome = match found {
            Some(value) => match test.judge(value, facts, context) {
                // The part that was not read may contain the expected value.
                TestOutcome::NotMet if facts.truncated() && self.may_lie_beyond(&test) => {
                    TestOutcome::Unknown(Reason::Budget)
                }
                outcome => outcome,
            },
            None if is_missing_json(&self.at, facts) => TestOutcome::Unknown(Reason::Unparsable),
            None => matches!(test, Test::Exists(false) | Test::IfThere(_)).into(),
        };
        (outcome, shown)
    }

    /// Whether the rest of a truncated body could still meet it.
    fn may_lie_beyond(&self, test: &Test) -> bool {
        match test {
            Test::ShowsCanary(_) => true,
            Test::Contains(_) | Test::EndsWith(_) => {
                self.at.starts_with("/body") || self.at.starts_with("/stdout")
            }
            _ => false,
        }
    }

    /// Whether it speaks of this status, so that the status is an answer and not a failure.
    pub fn names_status(&self, status: u16) -> bool {
        let is = |value: &Value| value.as_u64() == Some(u64::from(status));
        match (&self.at[..], &self.test) {
            ("/status", Test::Equals(value)) => is(value),
            ("/status", Test::OneOf(values)) => values.iter().any(is),
            (_, Test::Refused(refusal)) => refusal.statuses.contains(&status),
            _ => false,
        }
    }

    /// Whether a stranger's empty-handedness, or a mistyped path, would meet it, so that it needs a
    /// control.
    pub fn is_refusal_or_absence(&self) -> bool {
        let refuses = |value: &Value| value.as_u64().is_some_and(|status| status / 100 == 4);
        match (&self.at[..], &self.test) {
            ("/status", Test::Equals(value)) => refuses(value),
            ("/status", Test::OneOf(values)) => values.iter().any(refuses),
            (_, test) => test.is_refusal_or_absence(),
        }
    }
}

impl Test {
    /// Whether it requires something not to be in the answer: then a control must show that it could be.
    fn is_refusal_or_absence(&self) -> bool {
        matches!(
            self,
            Self::Refused(_)
                | Self::NotContains(_)
                | Self::NotEquals(_)
                | Self::NotOneOf(_)
                | Self::Exists(false)
                | Self::IfThere(_)
                | Self::ShowsNoForeignCanary
        )
    }

    /// Whether it compares a time with the clock.
    pub fn is_about_time(&self) -> bool {
        match self {
            Self::NotOlderThan(_) | Self::AtLeastAhead(_) => true,
            Self::Every(within) | Self::Some(within) => within.is.is_about_time(),
            Self::IfThere(test) => test.is_about_time(),
            Self::All(all) => all.iter().any(|within| within.is.is_about_time()),
            _ => false,
        }
    }

    fn judge(&self, value: &Value, facts: &Facts, context: &JudgeContext<'_>) -> TestOutcome {
        match self {
            Self::Equals(wanted) => (value == wanted).into(),
            Self::NotEquals(unwanted) => (value != unwanted).into(),
            Self::OneOf(wanted) => wanted.contains(value).into(),
            Self::NotOneOf(unwanted) => (!unwanted.contains(value)).into(),
            Self::Contains(part) => contains(value, part),
            Self::NotContains(part) => match contains(value, part) {
                TestOutcome::Met => TestOutcome::NotMet,
                TestOutcome::NotMet => TestOutcome::Met,
                unknown => unknown,
            },
            Self::StartsWith(part) => text(value, |text| text.starts_with(part.as_str())),
            Self::EndsWith(part) => text(value, |text| text.ends_with(part.as_str())),
            Self::Exists(wanted) => TestOutcome::from(*wanted),
            Self::AtMost(limit) => number(value, |number| number <= *limit),
            Self::AtLeast(limit) => number(value, |number| number >= *limit),
            Self::SameSet(wanted) => list(value, |items| same_set(items, wanted).into()),
            Self::NotOlderThan(limit) => time(value, |time| {
                let newest = CLOCK_TOLERANCE.after(context.observed);
                time <= newest && limit.after(time) >= context.observed
            }),
            Self::AtLeastAhead(limit) => time(value, |time| time >= limit.after(context.observed)),
            Self::Every(within) => list(value, |items| every(within, items, facts, context)),
            Self::Some(within) => list(value, |items| some(within, items, facts, context)),
            Self::Directive(directive) => list(value, |values| directive.judge(values, context)),
            Self::Refused(refusal) => refusal.judge(facts, context),
            Self::ShowsCanary(canary) => facts.canaries().any(|found| found == *canary).into(),
            Self::ShowsNoForeignCanary => {
                facts.canaries().all(|found| context.sees.contains(&found)).into()
            }
            Self::StaysOn(origin) => stays_on(facts, origin),
            Self::IfThere(test) => test.judge(value, facts, context),
            Self::All(all) => worst(all.iter().map(|one| one.judge(value, facts, context))),
            Self::AddressesOn(origin) => addresses::stay_on(value, origin).into(),
        }
    }

    /// What must be true of a value, as a clause without its subject: `is at most 3`. `None` for a
    /// test of the whole answer or of several values, for which the report makes the clause.
    pub fn clause(&self) -> Option<Vec<Part<'_>>> {
        Some(match self {
            Self::Equals(wanted) => then("is ", Part::Value(wanted)),
            Self::NotEquals(unwanted) => then("is present and is not ", Part::Value(unwanted)),
            Self::OneOf(wanted) => then("is ", Part::Values(wanted, "or")),
            Self::NotOneOf(unwanted) => {
                then("is present and is neither ", Part::Values(unwanted, "nor"))
            }
            Self::Contains(part) => then("contains ", Part::Quoted(part)),
            Self::NotContains(part) => then("does not contain ", Part::Quoted(part)),
            Self::StartsWith(part) => then("begins with ", Part::Quoted(part)),
            Self::EndsWith(part) => then("ends with ", Part::Quoted(part)),
            Self::Exists(true) => words("is present"),
            Self::Exists(false) => words("is not present"),
            Self::AtMost(limit) => words(format!("is at most {limit}")),
            Self::AtLeast(limit) => words(format!("is at least {limit}")),
            Self::SameSet(wanted) => {
                let mut clause = then("is exactly ", Part::Values(wanted, "and"));
                clause.extend(words(", in any order"));
                clause
            }
            Self::NotOlderThan(limit) => words(format!("is at most {} old", limit.in_words())),
            Self::AtLeastAhead(limit) => words(format!("is at least {} ahead", limit.in_words())),
            Self::Every(_)
            | Self::Some(_)
            | Self::Directive(_)
            | Self::Refused(_)
            | Self::ShowsCanary(_)
            | Self::ShowsNoForeignCanary
            | Self::StaysOn(_)
            | Self::IfThere(_)
            | Self::All(_)
            | Self::AddressesOn(_) => return None,
        })
    }

    /// How an answer with [`Self::counterexample`] in it fails the test, after "the answer".
    pub fn how_it_fails(&self) -> &'static str {
        match self {
            Self::Contains(_) => "lacks the text",
            Self::NotContains(_) | Self::NotEquals(_) | Self::NotOneOf(_) => {
                "has the excluded value"
            }
            Self::Exists(_) => "has a value",
            Self::AtMost(_) => "is over the limit",
            Self::AtLeast(_) => "is under the limit",
            Self::SameSet(_) => "has an additional value",
            Self::Every(_) => "has another entry",
            Self::Some(_) => "has no entry",
            Self::AddressesOn(_) => "has an address of another origin",
            Self::IfThere(test) => test.how_it_fails(),
            _ => "has another value",
        }
    }

    /// A value that fails the test; `None` where no value alone fails it.
    pub fn counterexample(&self) -> Option<Value> {
        /// Neither recent nor in the future.
        const LONG_AGO: &str = "1970-01-01T00:00:00Z";
        Some(match self {
            Self::Equals(_)
            | Self::OneOf(_)
            | Self::StartsWith(_)
            | Self::EndsWith(_)
            | Self::Contains(_)
            | Self::Exists(false) => json!("something else"),
            Self::NotContains(text) => json!(text),
            Self::NotEquals(value) => value.clone(),
            Self::NotOneOf(values) => values.first()?.clone(),
            Self::AtMost(limit) => json!(limit + 1.0),
            Self::AtLeast(limit) => json!(limit - 1.0),
            Self::SameSet(values) => {
                values.iter().cloned().chain([json!("something more")]).collect()
            }
            Self::NotOlderThan(_) | Self::AtLeastAhead(_) => json!(LONG_AGO),
            Self::Every(within) => json!([within.counterexample()?]),
            Self::Some(_) => json!([]),
            Self::Directive(_) => json!([""]),
            Self::Exists(true)
            | Self::Refused(_)
            | Self::ShowsCanary(_)
            | Self::ShowsNoForeignCanary
            | Self::StaysOn(_) => return None,
            Self::IfThere(test) => test.counterexample()?,
            Self::All(all) => all.first()?.counterexample()?,
            Self::AddressesOn(_) => json!("https://elsewhere.invalid/"),
        })
    }

    /// A value that passes the test in an answer that came at `observed`.
    #[cfg(test)]
    pub(crate) fn example(&self, observed: Timestamp) -> Value {
        match self {
            Self::Equals(Value::String(text)) => {
                let capture = text.strip_prefix("${").map(|name| name.trim_end_matches('}'));
                json!(capture.map_or(text.clone(), |name| format!("value of {name}")))
            }
            Self::Equals(value) => value.clone(),
            Self::OneOf(values) => values[0].clone(),
            Self::SameSet(values) => json!(values),
            Self::Contains(text) | Self::StartsWith(text) | Self::EndsWith(text) => json!(text),
            Self::AddressesOn(origin) => json!(origin),
            Self::IfThere(test) => test.example(observed),
            Self::AtMost(limit) | Self::AtLeast(limit) => json!(limit),
            Self::NotOlderThan(_) => json!(observed.to_string()),
            Self::AtLeastAhead(limit) => {
                json!(Period::hours(1).after(limit.after(observed)).to_string())
            }
            _ => json!("there"),
        }
    }

    /// What a reader is shown as having been found.
    fn shown(&self, facts: &Facts, found: Option<&Value>, context: &JudgeContext<'_>) -> Value {
        match self {
            Self::Refused(_) => answered(facts, context),
            Self::ShowsCanary(_) | Self::ShowsNoForeignCanary => {
                facts.at("/canaries").cloned().unwrap_or(Value::Null)
            }
            Self::StaysOn(_) => facts.at("/url").cloned().unwrap_or(Value::Null),
            Self::Every(within) | Self::Some(within) => within.shown(found),
            _ => found.cloned().unwrap_or(Value::Null),
        }
    }

    /// The test with the captures in its operand filled in, or the first one that is missing.
    pub fn filled(&self, capture: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let fill = |text: &String| fill_captures(text, capture);
        Ok(match self {
            Self::Equals(value) => Self::Equals(fill_value(value, capture)?),
            Self::NotEquals(value) => Self::NotEquals(fill_value(value, capture)?),
            Self::OneOf(values) => Self::OneOf(fill_values(values, capture)?),
            Self::NotOneOf(values) => Self::NotOneOf(fill_values(values, capture)?),
            Self::SameSet(values) => Self::SameSet(fill_values(values, capture)?),
            Self::Contains(part) => Self::Contains(fill(part)?),
            Self::NotContains(part) => Self::NotContains(fill(part)?),
            Self::StartsWith(part) => Self::StartsWith(fill(part)?),
            Self::EndsWith(part) => Self::EndsWith(fill(part)?),
            Self::Every(within) => Self::Every(Box::new(within.filled(capture)?)),
            Self::Some(within) => Self::Some(Box::new(within.filled(capture)?)),
            Self::IfThere(test) => Self::IfThere(Box::new(test.filled(capture)?)),
            Self::All(all) => {
                Self::All(all.iter().map(|one| one.filled(capture)).collect::<Result<_, _>>()?)
            }
            other => other.clone(),
        })
    }
}

impl Within {
    /// An entry of a list that fails the test.
    fn counterexample(&self) -> Option<Value> {
        if self.is == Test::Exists(true) {
            return (!self.at.is_empty()).then(|| json!({}));
        }
        let mut entry = Facts(json!({}));
        entry.set(&self.at, self.is.counterexample()?);
        Some(entry.0)
    }

    fn filled(&self, capture: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        Ok(Self { at: self.at.clone(), is: self.is.filled(capture)? })
    }

    /// The tested value of each entry, without the values around it.
    fn shown(&self, found: Option<&Value>) -> Value {
        let tested = |entry: &Value| entry.pointer(&self.at).cloned().unwrap_or(Value::Null);
        match found {
            Some(Value::Array(items)) => items.iter().map(tested).collect(),
            other => other.cloned().unwrap_or(Value::Null),
        }
    }

    fn judge(&self, entry: &Value, facts: &Facts, context: &JudgeContext<'_>) -> TestOutcome {
        match entry.pointer(&self.at) {
            Some(value) => self.is.judge(value, facts, context),
            None => matches!(self.is, Test::Exists(false)).into(),
        }
    }
}

impl Directive {
    fn judge(&self, values: &[Value], context: &JudgeContext<'_>) -> TestOutcome {
        let values = values.iter().filter_map(Value::as_str);
        let found = values.flat_map(|value| value.split([',', ';'])).find_map(|one| {
            let (name, value) = one.split_once('=').unwrap_or((one, ""));
            let same = name.trim().eq_ignore_ascii_case(&self.name);
            same.then(|| value.trim().trim_matches('"').to_owned())
        });
        let (Some(found), Some(test)) = (&found, &self.is) else {
            return found.is_some().into();
        };
        // Whole numbers stay whole: JSON's `0` and `0.0` are not the same value.
        let whole = found.parse::<i64>().map(Value::from);
        let number = whole.or_else(|_| found.parse::<f64>().map(Value::from));
        let value = number.unwrap_or_else(|_| Value::from(found.as_str()));
        test.judge(&value, &Facts(Value::Null), context)
    }
}

/// Whether `at` points into JSON where there is none.
fn is_missing_json(at: &str, facts: &Facts) -> bool {
    let documents = ["/body/json", "/stdout/json"].into_iter();
    documents.filter(|json| at.starts_with(json)).any(|json| facts.at(json).is_none())
}

fn contains(value: &Value, part: &str) -> TestOutcome {
    match value {
        Value::String(text) => text.contains(part).into(),
        Value::Array(items) => items.iter().any(|item| item.as_str() == Some(part)).into(),
        _ => TestOutcome::Unknown(Reason::Unparsable),
    }
}

fn text(value: &Value, test: impl Fn(&str) -> bool) -> TestOutcome {
    value.as_str().map_or(TestOutcome::Unknown(Reason::Unparsable), |text| test(text).into())
}

fn number(value: &Value, test: impl Fn(f64) -> bool) -> TestOutcome {
    let read = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    read.map_or(TestOutcome::Unknown(Reason::Unparsable), |number| test(number).into())
}

fn time(value: &Value, test: impl Fn(Timestamp) -> bool) -> TestOutcome {
    read_time(value).map_or(TestOutcome::Unknown(Reason::Unparsable), |time| test(time).into())
}

fn list(value: &Value, test: impl Fn(&[Value]) -> TestOutcome) -> TestOutcome {
    value.as_array().map_or(TestOutcome::Unknown(Reason::Unparsable), |items| test(items))
}

/// An empty list never satisfies "every": it would say so of anything.
fn every(
    within: &Within,
    items: &[Value],
    facts: &Facts,
    context: &JudgeContext<'_>,
) -> TestOutcome {
    if items.is_empty() {
        return TestOutcome::Unknown(Reason::ControlFailed);
    }
    worst(items.iter().map(|entry| within.judge(entry, facts, context)))
}

fn worst(outcomes: impl Iterator<Item = TestOutcome>) -> TestOutcome {
    let outcomes: Vec<TestOutcome> = outcomes.collect();
    let worst = outcomes.iter().find(|outcome| **outcome == TestOutcome::NotMet);
    let worst = worst.or_else(|| outcomes.iter().find(|outcome| **outcome != TestOutcome::Met));
    worst.copied().unwrap_or(TestOutcome::Met)
}

fn some(
    within: &Within,
    items: &[Value],
    facts: &Facts,
    context: &JudgeContext<'_>,
) -> TestOutcome {
    items.iter().any(|entry| within.judge(entry, facts, context) == TestOutcome::Met).into()
}

fn same_set(items: &[Value], wanted: &[Value]) -> bool {
    items.iter().all(|item| wanted.contains(item)) && wanted.iter().all(|one| items.contains(one))
}

fn stays_on(facts: &Facts, origin: &str) -> TestOutcome {
    let within = |address: &str| {
        address
            .strip_prefix(origin.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    };
    match facts.at("/url").and_then(Value::as_str) {
        Some(address) => within(address).into(),
        None => TestOutcome::Unknown(Reason::Unparsable),
    }
}

fn fill_captures(text: &str, capture: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let keep_canaries = |name: &str| match name.starts_with("canary:") {
        true => Some(format!("${{{name}}}")),
        false => capture(name),
    };
    crate::model::plan::template::Template::new(text).fill(keep_canaries)
}

fn fill_values(
    values: &[Value],
    capture: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Value>, String> {
    values.iter().map(|value| fill_value(value, capture)).collect()
}

/// A value with the captures in its strings filled in, or the first one that is missing.
pub(crate) fn fill_value(
    value: &Value,
    capture: &dyn Fn(&str) -> Option<String>,
) -> Result<Value, String> {
    match value {
        Value::String(text) => fill_captures(text, capture).map(Value::from),
        other => Ok(other.clone()),
    }
}
