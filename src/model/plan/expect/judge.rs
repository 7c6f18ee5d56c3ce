//! How a test is judged: from the facts of one answer, without any other.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::Value;

use crate::model::addresses;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::redacted;
use crate::model::plan::expect::refusal::answered;
use crate::model::plan::expect::{
    CLOCK_TOLERANCE, Expectation, JudgeContext, Test, TestOutcome, Within,
};
use crate::model::time::read_time;

impl Expectation {
    /// Judges it by one page: returns the outcome, and the value that was found.
    pub(super) fn judge_page(
        &self,
        facts: &Facts,
        context: &JudgeContext<'_>,
    ) -> (TestOutcome, Value) {
        let found = facts.at(&self.at);
        let shown = self.test.shown(facts, found, context);
        let test = match self.test.filled(context.capture) {
            Ok(test) => test,
            Err(_) => return (TestOutcome::Unknown(Reason::NotAsked), shown),
        };
        let unread = facts.unread();
        if let Some(reason) = unread.filter(|_| test.is_refusal_or_absence() || found.is_none()) {
            return (TestOutcome::Unknown(reason), shown);
        }
        if found.is_none() && facts.may_hide(&self.at) {
            return (TestOutcome::Unknown(Reason::Redacted), shown);
        }
        let outcome = match found {
            Some(value) => match test.judge(&self.read(value, &test), facts, context) {
                // The part that was not read may contain the expected value.
                TestOutcome::NotMet if self.may_lie_beyond(&test) => {
                    unread.map_or(TestOutcome::NotMet, TestOutcome::Unknown)
                }
                outcome => outcome,
            },
            None if is_missing_json(&self.at, facts) => TestOutcome::Unknown(Reason::Unparsable),
            None => matches!(test, Test::Exists(false) | Test::IfThere(_)).into(),
        };
        (outcome, shown)
    }

    /// A header field or a text, read as a number where the test is of a number. In JSON, a number in a
    /// string is a string.
    fn read<'v>(&self, value: &'v Value, test: &Test) -> Cow<'v, Value> {
        let is_json = ["/body/json", "/stdout/json"].iter().any(|json| self.at.starts_with(json));
        let read = |one: &Value| match one.as_str().and_then(|text| text.trim().parse().ok()) {
            Some(number) if f64::is_finite(number) => Value::from(number),
            _ => one.clone(),
        };
        match value {
            _ if is_json || !test.is_of_number() => Cow::Borrowed(value),
            Value::Array(items) => Cow::Owned(items.iter().map(read).collect()),
            value => Cow::Owned(read(value)),
        }
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
}

impl Test {
    /// Whether it compares numbers.
    fn is_of_number(&self) -> bool {
        match self {
            Self::AtMost(_) | Self::AtLeast(_) => true,
            Self::Every(within) | Self::Some(within) => within.is.is_of_number(),
            Self::IfThere(test) => test.is_of_number(),
            _ => false,
        }
    }

    pub(super) fn judge(
        &self,
        value: &Value,
        facts: &Facts,
        context: &JudgeContext<'_>,
    ) -> TestOutcome {
        if let Some(outcome) = redacted::judged(self, value) {
            return outcome;
        }
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
            // Services answer -1 for "no limit" and "unknown".
            Self::AtMost(limit) if *limit >= 0.0 && value.as_f64().is_some_and(|one| one < 0.0) => {
                TestOutcome::Unknown(Reason::Unparsable)
            }
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
}

impl Within {
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

/// Whether `at` points into JSON where there is none.
pub(super) fn is_missing_json(at: &str, facts: &Facts) -> bool {
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
    value.as_f64().map_or(TestOutcome::Unknown(Reason::Unparsable), |number| test(number).into())
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
