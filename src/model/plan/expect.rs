//! Expectations: a pointer into facts, a test from a closed set, an operand.
//!
//! A test is met, not met, or undecidable from these facts. An undecidable test counts neither as met
//! nor as not met.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::language::period::Period;
use crate::model::addresses;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::CanaryId;
use crate::model::answer::verdict::Reason;
use crate::model::time::read_time;

/// How far a peer's clock may be ahead of ours before a time counts as being in the future.
pub const CLOCK_TOLERANCE: Period = Period::seconds(60);

/// One thing that must be true of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// JSON Pointer into the facts; empty for the whole.
    pub at: String,
    /// What must be true there.
    pub test: Test,
}

/// The closed set of tests. Strings in operands may contain `${captures}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Is this value.
    Equals(Value),
    /// Is there, and is any other value.
    NotEquals(Value),
    /// Is one of these values.
    OneOf(Vec<Value>),
    /// Is text with this in it, or a list with this among its items.
    Contains(String),
    /// Is text without this in it, or a list without it.
    NotContains(String),
    /// Is text that begins so.
    StartsWith(String),
    /// Is text that ends so.
    EndsWith(String),
    /// `true`: is there. `false`: is not there.
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

/// The answers that count as a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Refusal {
    /// The statuses that refuse.
    pub statuses: BTreeSet<u16>,
    /// Where a redirect refuses too: the beginning of its address, such as `/login`.
    pub login: Option<String>,
}

/// The outcome of one expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestOutcome {
    /// The expectation is met.
    Met,
    /// The expectation is not met.
    NotMet,
    /// It cannot be decided from these facts, for this reason.
    Unknown(Reason),
}

/// The values that an expectation is judged with, in addition to the facts.
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
    /// An expectation of the value at the JSON Pointer `at`.
    pub fn new(at: impl Into<String>, test: Test) -> Self {
        Self { at: at.into(), test }
    }

    /// Judges the expectation; returns the outcome and the value that was found.
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
                // The part that was not read may contain the wanted value.
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

    /// Whether it names this status, so that the status is an expected answer, not a failure.
    pub fn names_status(&self, status: u16) -> bool {
        let is = |value: &Value| value.as_u64() == Some(u64::from(status));
        match (&self.at[..], &self.test) {
            ("/status", Test::Equals(value)) => is(value),
            ("/status", Test::OneOf(values)) => values.iter().any(is),
            (_, Test::Refused(refusal)) => refusal.statuses.contains(&status),
            _ => false,
        }
    }

    /// Whether it expects a refusal or an absence. A mistyped path would meet it too, so it needs a
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
    /// Whether the absence of any value would meet it.
    fn is_refusal_or_absence(&self) -> bool {
        matches!(
            self,
            Self::Refused(_)
                | Self::NotContains(_)
                | Self::NotEquals(_)
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

    /// The value that is shown to readers as found.
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

    /// The test with the captures in its operand filled in.
    ///
    /// # Errors
    ///
    /// The name of the first capture without a value.
    pub fn filled(&self, capture: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let fill = |text: &String| fill_captures(text, capture);
        Ok(match self {
            Self::Equals(value) => Self::Equals(fill_value(value, capture)?),
            Self::NotEquals(value) => Self::NotEquals(fill_value(value, capture)?),
            Self::OneOf(values) => Self::OneOf(fill_values(values, capture)?),
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
    fn filled(&self, capture: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        Ok(Self { at: self.at.clone(), is: self.is.filled(capture)? })
    }

    /// The tested value of each entry, without the rest of the entry.
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

impl Refusal {
    /// The statuses that refuse everywhere: 400, 401, 403.
    pub fn standard() -> Self {
        Self { statuses: [400, 401, 403].into(), login: None }
    }

    /// The same, where 404 refuses too: for another tenant's object, and nothing else.
    #[must_use]
    pub fn or_not_found(mut self) -> Self {
        self.statuses.insert(404);
        self
    }

    /// A status that neither lets in nor refuses, such as 404 or a redirect to who knows where, is
    /// evidence of neither.
    fn judge(&self, facts: &Facts, context: &JudgeContext<'_>) -> TestOutcome {
        let status = facts.status();
        let by_status = status.is_some_and(|status| self.statuses.contains(&status));
        let leaks = facts.canaries().any(|found| !context.sees.contains(&found));
        let lets_in = matches!(status, None | Some(200..=299));
        if leaks || same_body(facts, context.control) {
            return TestOutcome::NotMet;
        }
        match by_status || self.sends_to_login(facts) {
            true => TestOutcome::Met,
            false if lets_in => TestOutcome::NotMet,
            false => TestOutcome::Unknown(Reason::Unparsable),
        }
    }

    fn sends_to_login(&self, facts: &Facts) -> bool {
        let redirects = is_redirect(facts);
        let (Some(login), Some(location)) = (&self.login, facts.header("location")) else {
            return false;
        };
        let path = location
            .split_once("://")
            .map_or(location, |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]));
        let starts = |text: &str| {
            text.strip_prefix(login.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#', '/']))
        };
        redirects && (starts(location) || starts(path))
    }
}

/// Whether `at` points into JSON where there is none.
fn is_missing_json(at: &str, facts: &Facts) -> bool {
    let documents = ["/body/json", "/stdout/json"].into_iter();
    documents.filter(|json| at.starts_with(json)).any(|json| facts.at(json).is_none())
}

fn is_redirect(facts: &Facts) -> bool {
    matches!(facts.status(), Some(301 | 302 | 303 | 307 | 308))
}

/// What a stranger was answered: the status, and what else decided how it was judged.
fn answered(facts: &Facts, context: &JudgeContext<'_>) -> Value {
    let status = facts.at("/status").cloned().unwrap_or(Value::Null);
    let lets_in = matches!(facts.status(), Some(200..=299));
    if !lets_in && same_body(facts, context.control) {
        return format!("{status}, with the very body that its owner got").into();
    }
    match facts.header("location").filter(|_| is_redirect(facts)) {
        Some(location) => format!("{status}, a redirect to {location}").into(),
        None => status,
    }
}

/// Whether an answer gives the very body that the control's owner got.
fn same_body(facts: &Facts, control: Option<&Facts>) -> bool {
    const DIGEST: &str = "/body/sha256";
    let bytes = facts.at("/body/bytes").and_then(Value::as_u64).unwrap_or(0);
    bytes > 0 && control.is_some_and(|control| control.at(DIGEST) == facts.at(DIGEST))
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judge(at: &str, test: Test, facts: Value) -> TestOutcome {
        let context = JudgeContext {
            observed: "2026-11-22T10:00:00Z".parse().unwrap(),
            capture: &|_| None,
            sees: &[0],
            control: None,
        };
        Expectation::new(at, test).judge(&Facts(facts), &context).0
    }

    #[test]
    fn an_empty_list_never_satisfies_every() {
        let within = || Within { at: String::new(), is: Test::Exists(true) };
        let every =
            |list: Value| judge("/l", Test::Every(Box::new(within())), json!({ "l": list }));
        assert_eq!(every(json!([])), TestOutcome::Unknown(Reason::ControlFailed));
        assert_eq!(every(json!([1])), TestOutcome::Met);
    }

    #[test]
    fn a_truncated_body_never_satisfies_an_absence() {
        let facts = json!({"body": {"text": "abc", "truncated": true}});
        let absent = Test::NotContains("x".into());
        assert_eq!(judge("/body/text", absent, facts), TestOutcome::Unknown(Reason::Budget));
    }

    #[test]
    fn what_a_truncated_body_does_not_show_is_not_missing() {
        let facts = || json!({"body": {"text": "abc", "truncated": true}, "canaries": []});
        let text = |part: &str| judge("/body/text", Test::Contains(part.into()), facts());
        assert_eq!(text("b"), TestOutcome::Met);
        assert_eq!(text("x"), TestOutcome::Unknown(Reason::Budget));
        assert_eq!(judge("", Test::ShowsCanary(0), facts()), TestOutcome::Unknown(Reason::Budget));
        assert_eq!(judge("/body/text", Test::StartsWith("x".into()), facts()), TestOutcome::NotMet);
    }

    #[test]
    fn a_time_is_compared_with_the_observation() {
        let age =
            |time: &str| judge("/t", Test::NotOlderThan(Period::hours(24)), json!({ "t": time }));
        assert_eq!(age("2026-11-21T10:00:00Z"), TestOutcome::Met);
        assert_eq!(age("2026-11-21T09:59:59Z"), TestOutcome::NotMet);
        assert_eq!(age("2026-11-22T11:01:00+01:00"), TestOutcome::Met);
        assert_eq!(age("2026-11-22T10:01:01Z"), TestOutcome::NotMet);
        assert_eq!(age("yesterday"), TestOutcome::Unknown(Reason::Unparsable));
    }

    #[test]
    fn a_page_that_says_error_with_status_200_is_no_refusal() {
        let refused = |facts| judge("", Test::Refused(Refusal::standard()), facts);
        assert_eq!(
            refused(json!({"status": 200, "body": {"text": "error 404"}})),
            TestOutcome::NotMet
        );
        assert_eq!(refused(json!({"status": 401})), TestOutcome::Met);
        assert_eq!(refused(json!({"status": 401, "canaries": [1]})), TestOutcome::NotMet);
        assert_eq!(refused(json!({"status": 404, "canaries": [1]})), TestOutcome::NotMet);
    }

    #[test]
    fn what_neither_lets_in_nor_refuses_is_evidence_of_neither() {
        let unknown = TestOutcome::Unknown(Reason::Unparsable);
        for status in [302, 304, 404, 405, 410] {
            let facts = json!({ "status": status });
            assert_eq!(judge("", Test::Refused(Refusal::standard()), facts), unknown, "{status}");
        }
    }

    #[test]
    fn a_refusal_with_its_owners_body_and_a_redirect_say_what_they_are() {
        let found = |facts: Value| {
            let control = Facts(json!({"status": 200, "body": {"bytes": 3, "sha256": "d"}}));
            let context = JudgeContext {
                observed: jiff::Timestamp::UNIX_EPOCH,
                capture: &|_| None,
                sees: &[],
                control: Some(&control),
            };
            let refused = Expectation::new("", Test::Refused(Refusal::standard()));
            refused.judge(&Facts(facts), &context)
        };
        let (outcome, shown) = found(json!({"status": 401, "body": {"bytes": 3, "sha256": "d"}}));
        assert_eq!(outcome, TestOutcome::NotMet);
        assert_eq!(shown, "401, with the very body that its owner got");
        let (_, shown) = found(json!({"status": 302, "headers": {"location": ["/login?a"]}}));
        assert_eq!(shown, "302, a redirect to /login?a");
        assert_eq!(found(json!({"status": 403})).1, 403);
    }

    #[test]
    fn a_redirect_refuses_only_where_it_leads_to_the_named_login() {
        let test = Test::Refused(Refusal { login: Some("/login".into()), ..Refusal::standard() });
        let to = |location: &str| {
            judge("", test.clone(), json!({"status": 302, "headers": {"location": [location]}}))
        };
        assert_eq!(to("/login?next=/a"), TestOutcome::Met);
        assert_eq!(to("https://a.test/login"), TestOutcome::Met);
        let unknown = TestOutcome::Unknown(Reason::Unparsable);
        assert_eq!(to("/login-not"), unknown);
        assert_eq!(to("/home"), unknown);
    }

    #[test]
    fn directives_are_found_in_any_header_value() {
        let test = |is| Test::Directive(Box::new(Directive { name: "max-age".into(), is }));
        let facts = json!({"h": ["private, Max-Age=3600"]});
        assert_eq!(judge("/h", test(Some(Test::AtMost(3600.0))), facts.clone()), TestOutcome::Met);
        assert_eq!(
            judge("/h", test(Some(Test::AtMost(3599.0))), facts.clone()),
            TestOutcome::NotMet
        );
        assert_eq!(judge("/h", test(None), facts), TestOutcome::Met);
        let none = test(Some(Test::Equals(json!(0))));
        assert_eq!(judge("/h", none, json!({"h": ["max-age=0"]})), TestOutcome::Met);
    }
}
