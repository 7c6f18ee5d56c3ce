//! Compares values of one type, which values of different types cannot be, and outcomes.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::{Test, TestOutcome};

const UNCLEAR: TestOutcome = TestOutcome::Unknown(Reason::Unparsable);

/// Whether two values are equal.
pub(super) fn equal(value: &Value, wanted: &Value) -> TestOutcome {
    match is_same(value, wanted) {
        true if is_inexact(value) => UNCLEAR,
        true => TestOutcome::Met,
        false if is_same_type(value, wanted) => TestOutcome::NotMet,
        false => UNCLEAR,
    }
}

/// Whether a value is among others.
pub(super) fn one_of(value: &Value, wanted: &[Value]) -> TestOutcome {
    let outcomes = wanted.iter().map(|one| equal(value, one));
    let best = outcomes.min_by_key(|outcome| match outcome {
        TestOutcome::Met => 0,
        TestOutcome::NotMet => 1,
        TestOutcome::Unknown(_) => 2,
    });
    best.unwrap_or(TestOutcome::NotMet)
}

/// Whether a list has exactly these values, each as often, in any order.
pub(super) fn same_set(items: &[Value], wanted: &[Value]) -> TestOutcome {
    let known: Vec<TestOutcome> = items.iter().map(|item| one_of(item, wanted)).collect();
    // An entry that cannot be compared may be one that seems to be missing.
    if known.iter().any(|outcome| matches!(outcome, TestOutcome::Unknown(_))) {
        return UNCLEAR;
    }
    let count =
        |one: &Value, among: &[Value]| among.iter().filter(|other| is_same(one, other)).count();
    let same = |one: &Value| count(one, items) == count(one, wanted);
    (items.iter().all(same) && wanted.iter().all(same)).into()
}

/// Whether a text contains another, or a list has it as an entry.
pub(super) fn contains(value: &Value, part: &str) -> TestOutcome {
    match value {
        Value::String(text) => text.contains(part).into(),
        Value::Array(items) if items.iter().any(|item| item.as_str() == Some(part)) => {
            TestOutcome::Met
        }
        Value::Array(items) if items.iter().all(Value::is_string) => TestOutcome::NotMet,
        _ => UNCLEAR,
    }
}

/// Whether a number is at most `limit`. Services write -1 for "unlimited" and for "unknown", so a
/// negative number does not show that a limit is kept, unless the limit is negative too.
pub(super) fn at_most(value: &Value, limit: f64) -> TestOutcome {
    match order(value, limit) {
        Some(_) if is_below_zero(value) && limit >= 0.0 => UNCLEAR,
        Some(order) => order.is_le().into(),
        None => UNCLEAR,
    }
}

/// Whether a number is at least `limit`.
pub(super) fn at_least(value: &Value, limit: f64) -> TestOutcome {
    order(value, limit).map_or(UNCLEAR, |order| order.is_ge().into())
}

/// Whether a value is a number below 0.
pub(super) fn is_below_zero(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number < 0.0)
}

/// How a number compares with another. A whole number is compared exactly, however large it is.
fn order(value: &Value, other: f64) -> Option<Ordering> {
    let number = value.as_number()?;
    let rounded = number.as_f64()?.partial_cmp(&other)?;
    match whole(number) {
        // Rounding never reverses an order, it only makes numbers equal.
        Some(exact) if rounded.is_eq() => Some(exact.cmp(&exact_whole(other))),
        _ => Some(rounded),
    }
}

/// A number that is written as a whole number.
fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// The whole number that a float is; its whole part if it has a fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from a float stops at the ends of the type"
)]
fn exact_whole(number: f64) -> i128 {
    number as i128
}

/// A whole number of at least this size cannot be compared exactly: it has more digits than are read.
const EXACT_BELOW: f64 = 18_446_744_073_709_551_616.0;

/// Whether a number is so large that digits of it may have been lost.
pub(super) fn is_inexact(value: &Value) -> bool {
    let number = value.as_number().filter(|number| whole(number).is_none());
    number.and_then(Number::as_f64).is_some_and(|number| number.abs() >= EXACT_BELOW)
}

/// A number that is written as a text, in decimal digits; `None` for anything else, such as `inf` or
/// `1e9`.
pub(super) fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    // Whole numbers stay whole: JSON's `0` and `0.0` are written differently.
    let whole = text.parse::<i64>().ok().map(Value::from);
    whole.or_else(|| text.parse::<f64>().ok().map(Value::from))
}

/// Not met if one is not met; otherwise unknown if one is unknown.
pub(super) fn worst(outcomes: impl Iterator<Item = TestOutcome>) -> TestOutcome {
    let outcomes: Vec<TestOutcome> = outcomes.collect();
    let worst = outcomes.iter().find(|outcome| **outcome == TestOutcome::NotMet);
    let worst = worst.or_else(|| outcomes.iter().find(|outcome| **outcome != TestOutcome::Met));
    worst.copied().unwrap_or(TestOutcome::Met)
}

/// Met if one is met; otherwise unknown if one is unknown.
pub(super) fn best(outcomes: impl Iterator<Item = TestOutcome>) -> TestOutcome {
    worst(outcomes.map(TestOutcome::inverse)).inverse()
}

/// The same test of a text in lower case.
pub(super) fn lowered(test: &Test) -> Test {
    let value = |value: &Value| match value {
        Value::String(text) => Value::from(text.to_lowercase()),
        other => other.clone(),
    };
    let values = |values: &[Value]| values.iter().map(value).collect();
    match test {
        Test::Equals(one) => Test::Equals(value(one)),
        Test::NotEquals(one) => Test::NotEquals(value(one)),
        Test::OneOf(all) => Test::OneOf(values(all)),
        Test::NotOneOf(all) => Test::NotOneOf(values(all)),
        Test::Contains(part) => Test::Contains(part.to_lowercase()),
        Test::NotContains(part) => Test::NotContains(part.to_lowercase()),
        Test::StartsWith(part) => Test::StartsWith(part.to_lowercase()),
        Test::EndsWith(part) => Test::EndsWith(part.to_lowercase()),
        other => other.clone(),
    }
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => is_same_number(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let has = |(name, value): (&String, &Value)| {
                other.get(name).is_some_and(|other| is_same(value, other))
            };
            one.len() == other.len() && one.iter().all(has)
        }
        _ => one == other,
    }
}

/// Whether two numbers are equal, however they are written: 5 is 5.0.
fn is_same_number(one: &Number, other: &Number) -> bool {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.as_f64() == other.as_f64(),
        (Some(whole), None) => is_whole(other.as_f64(), whole),
        (None, Some(whole)) => is_whole(one.as_f64(), whole),
    }
}

fn is_whole(number: Option<f64>, whole: i128) -> bool {
    number.is_some_and(|number| number.fract() == 0.0 && exact_whole(number) == whole)
}

fn is_same_type(one: &Value, other: &Value) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}
