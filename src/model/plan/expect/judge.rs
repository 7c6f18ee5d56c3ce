//! How a test is judged: from the facts of one answer, without any other.
//!
//! A test of a value of another type than its operand's cannot be decided: "5" is neither at most 7 nor
//! above it. Nor can a test of a body that could not be read. `null` counts as absent.

use jiff::Timestamp;
use serde_json::Value;

use crate::language::error_page::is_error_title;
use crate::model::addresses;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::compare::{
    at_least, at_most, contains, equal, number, one_of, same_set, worst,
};
use crate::model::plan::expect::header;
use crate::model::plan::expect::redacted;
use crate::model::plan::expect::refusal::{answered, leaks, withholds};
use crate::model::plan::expect::unchanged::{self, Look};
use crate::model::plan::expect::{
    CLOCK_TOLERANCE, Expectation, JudgeContext, Test, TestOutcome, Within,
};
use crate::model::time::read_time;

/// A page's title is read from this many bytes at its beginning.
pub(super) const TITLE_WITHIN_BYTES: u64 = 64 * 1024;

impl Expectation {
    /// Judges it by one page: returns the outcome, and the value that was found.
    pub(super) fn judge_page(
        &self,
        facts: &Facts,
        context: &JudgeContext<'_>,
    ) -> (TestOutcome, Value) {
        let shown = self.test.shown(facts, present(facts.at(&self.at)), context);
        let outcome = match self.test.filled(context.capture) {
            Ok(test) => judge_at(&self.at, &test, facts, context),
            Err(_) => TestOutcome::Unknown(Reason::NotAsked),
        };
        (outcome, shown)
    }
}

/// The value, unless it is `null`.
fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

pub(super) fn judge_at(
    at: &str,
    test: &Test,
    facts: &Facts,
    context: &JudgeContext<'_>,
) -> TestOutcome {
    let found = present(facts.at(at));
    let unread = facts.unread();
    if unread.is_some() && test.is_about_owners_data() && leaks(facts, context) {
        return TestOutcome::NotMet;
    }
    if let Some(reason) = unread.filter(|_| test.is_refusal_or_absence() || found.is_none()) {
        return TestOutcome::Unknown(reason);
    }
    if facts.unclear(at).is_some() {
        return TestOutcome::Unknown(Reason::Unparsable);
    }
    if found.is_none() && facts.may_hide(at) {
        return TestOutcome::Unknown(Reason::Redacted);
    }
    let outcome = match found {
        Some(value) => judge_found(at, value, test, facts, context),
        None if is_unread(at, facts) => TestOutcome::Unknown(Reason::Unparsable),
        None => test.of_nothing(),
    };
    match unread.filter(|_| may_change_beyond(at, test, outcome)) {
        Some(reason) => TestOutcome::Unknown(reason),
        None => outcome,
    }
}

fn judge_found(
    at: &str,
    value: &Value,
    test: &Test,
    facts: &Facts,
    context: &JudgeContext<'_>,
) -> TestOutcome {
    if let Some(name) = header::name(at) {
        return header::judge(&name, value, test, facts, context);
    }
    match (value.as_str().filter(|_| is_text(at)), test) {
        (Some(text), test) if test.is_of_number() => match number(text) {
            Some(number) => test.judge(&number, facts, context),
            None => TestOutcome::Unknown(Reason::Unparsable),
        },
        _ => test.judge(value, facts, context),
    }
}

/// Whether everything at this pointer is text, numbers too.
fn is_text(at: &str) -> bool {
    ["/headers/", "/body/text", "/body/title", "/body/security_txt/", "/stdout/text"]
        .iter()
        .any(|text| at.starts_with(text))
}

/// Whether the rest of a truncated answer could change the outcome.
fn may_change_beyond(at: &str, test: &Test, outcome: TestOutcome) -> bool {
    let in_text = at.starts_with("/body") || at.starts_with("/stdout");
    if at.ends_with("/bytes") {
        let settled = match test {
            Test::AtLeast(_) => TestOutcome::Met,
            Test::AtMost(_) => TestOutcome::NotMet,
            _ => return true,
        };
        return outcome != settled;
    }
    match (test, outcome) {
        (Test::ShowsCanary(_), TestOutcome::NotMet) => true,
        (Test::ShowsExactly(wanted), _) => !wanted.is_empty() || outcome == TestOutcome::Met,
        (Test::Contains(_), TestOutcome::NotMet) | (Test::EndsWith(_) | Test::Equals(_), _) => {
            in_text
        }
        _ => false,
    }
}

/// Whether there is a document to which `at` points, but it could not be read.
fn is_unread(at: &str, facts: &Facts) -> bool {
    let is_missing = |at: &str| facts.at(at).is_none();
    let has_bytes = |at: &str| facts.at(at).and_then(Value::as_u64).unwrap_or(0);
    let unread = |text: &str, bytes: &str| is_missing(text) && has_bytes(bytes) > 0;
    match at {
        "/body/text" => unread("/body/text", "/body/bytes"),
        "/body/title" => {
            // JSON has no title.
            let is_page = is_missing("/body/json") && is_missing("/body/listing");
            let is_long = has_bytes("/body/bytes") > TITLE_WITHIN_BYTES;
            is_page && (is_long || unread("/body/text", "/body/bytes"))
        }
        "/stdout/text" => unread("/stdout/text", "/stdout/bytes"),
        _ if at.starts_with("/body/json") => is_missing("/body/json"),
        _ if at.starts_with("/stdout/json") => is_missing("/stdout/json"),
        _ if at.starts_with("/body/security_txt") => {
            is_missing("/body/security_txt") && unread("/body/text", "/body/bytes")
        }
        _ => false,
    }
}

impl Test {
    /// Whether it compares numbers.
    pub(super) fn is_of_number(&self) -> bool {
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
            Self::Equals(wanted) => equal(value, wanted),
            Self::NotEquals(unwanted) => equal(value, unwanted).inverse(),
            Self::OneOf(wanted) => one_of(value, wanted),
            Self::NotOneOf(unwanted) => one_of(value, unwanted).inverse(),
            Self::Contains(part) => contains(value, part),
            Self::NotContains(part) => contains(value, part).inverse(),
            Self::StartsWith(part) => text(value, |text| text.starts_with(part.as_str())),
            Self::EndsWith(part) => text(value, |text| text.ends_with(part.as_str())),
            Self::NoErrorTitle(expected) => text(value, |text| !is_error_title(text, expected)),
            Self::Exists(wanted) => TestOutcome::from(*wanted),
            Self::AtMost(limit) => at_most(value, *limit),
            Self::AtLeast(limit) => at_least(value, *limit),
            Self::SameSet(wanted) => list(value, |items| same_set(items, wanted)),
            Self::NotOlderThan(limit) => time(value, |time| {
                let newest = CLOCK_TOLERANCE.after(context.observed);
                time <= newest && limit.after(time) >= context.observed
            }),
            Self::AtLeastAhead(limit) => time(value, |time| time >= limit.after(context.observed)),
            Self::Every(within) => list(value, |items| every(within, items, facts, context)),
            Self::Some(within) => list(value, |items| some(within, items, facts, context)),
            Self::Directive(_) | Self::Cookie(_) => header::judge("", value, self, facts, context),
            Self::Refused(refusal) => refusal.judge(facts, context),
            Self::Allowed(refusal) => refusal.judge_allowed(facts),
            Self::ShowsCanary(canary) => facts.canaries().any(|found| found == *canary).into(),
            Self::ShowsExactly(wanted) => {
                let all = wanted.iter().all(|one| facts.canaries().any(|found| found == *one));
                (all && facts.canaries().all(|found| wanted.contains(&found))).into()
            }
            Self::ShowsNoForeignCanary => {
                facts.canaries().all(|found| context.sees.contains(&found)).into()
            }
            Self::WithholdsData => withholds(facts, context),
            Self::Unchanged => {
                unchanged::judge(&context.looks(), &Look { facts, at: context.observed })
            }
            Self::StaysOn(origin) => stays_on(facts, origin),
            Self::IfThere(test) => test.judge(value, facts, context),
            Self::All(all) => worst(all.iter().map(|one| one.judge(value, facts, context))),
            Self::NotAll(all) => {
                let of = |one: &Within| judge_at(&one.at, &one.is, facts, context);
                worst(all.iter().map(of)).inverse()
            }
            Self::AddressesOn(origin) => addresses::stay_on(value, origin).into(),
        }
    }

    /// The outcome where there is no value.
    fn of_nothing(&self) -> TestOutcome {
        match self {
            Self::Exists(false) | Self::IfThere(_) => TestOutcome::Met,
            Self::Directive(directive) => directive.of_nothing(),
            Self::Cookie(cookie) => (cookie.is == Self::Exists(false)).into(),
            // A text that is not there was not searched.
            Self::NotContains(_) => TestOutcome::Unknown(Reason::Unparsable),
            _ => TestOutcome::NotMet,
        }
    }

    /// Whether data of the owner in the part of an answer that was read decides it.
    fn is_about_owners_data(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::WithholdsData)
    }

    /// What a reader is shown as having been found.
    fn shown(&self, facts: &Facts, found: Option<&Value>, context: &JudgeContext<'_>) -> Value {
        match self {
            Self::Refused(_) | Self::WithholdsData => answered(facts, context),
            Self::Unchanged => {
                unchanged::shown(&context.looks(), &Look { facts, at: context.observed })
            }
            Self::ShowsCanary(_) | Self::ShowsExactly(_) | Self::ShowsNoForeignCanary => {
                facts.at("/canaries").cloned().unwrap_or(Value::Null)
            }
            Self::StaysOn(_) => facts.at("/url").cloned().unwrap_or(Value::Null),
            Self::NotAll(_) | Self::Allowed(_) => {
                facts.at("/status").cloned().unwrap_or(Value::Null)
            }
            Self::Every(within) | Self::Some(within) => within.shown(found),
            _ => found.cloned().unwrap_or(Value::Null),
        }
    }
}

impl JudgeContext<'_> {
    fn looks(&self) -> Vec<Look<'_>> {
        self.before.iter().map(|(facts, at)| Look { facts, at: *at }).collect()
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
        match present(entry.pointer(&self.at)) {
            Some(value) => self.is.judge(value, facts, context),
            None => self.is.of_nothing(),
        }
    }
}

/// Whether `at` points into JSON where there is none.
pub(super) fn is_missing_json(at: &str, facts: &Facts) -> bool {
    let documents = ["/body/json", "/stdout/json"].into_iter();
    documents.filter(|json| at.starts_with(json)).any(|json| facts.at(json).is_none())
}

fn text(value: &Value, test: impl Fn(&str) -> bool) -> TestOutcome {
    value.as_str().map_or(TestOutcome::Unknown(Reason::Unparsable), |text| test(text).into())
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

fn some(
    within: &Within,
    items: &[Value],
    facts: &Facts,
    context: &JudgeContext<'_>,
) -> TestOutcome {
    let outcomes = items.iter().map(|entry| within.judge(entry, facts, context).inverse());
    worst(outcomes).inverse()
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
