//! Compares values of one type, which values of different types cannot be, and outcomes.

use serde_json::Value;

use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::{Test, TestOutcome};

const UNCLEAR: TestOutcome = TestOutcome::Unknown(Reason::Unparsable);

/// Whether two values are equal.
pub(super) fn equal(value: &Value, wanted: &Value) -> TestOutcome {
    match is_same(value, wanted) {
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

/// Whether a list has exactly these values, in any order.
pub(super) fn same_set(items: &[Value], wanted: &[Value]) -> TestOutcome {
    let known = items.iter().map(|item| one_of(item, wanted));
    let there = wanted.iter().map(|one| items.iter().any(|item| is_same(item, one)));
    let missing = there.into_iter().any(|there| !there);
    let known: Vec<TestOutcome> = known.collect();
    // An entry that cannot be compared may be one that seems to be missing.
    if known.iter().any(|outcome| matches!(outcome, TestOutcome::Unknown(_))) {
        return UNCLEAR;
    }
    (!missing && known.iter().all(|outcome| *outcome == TestOutcome::Met)).into()
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
    match value.as_f64() {
        Some(number) if number < 0.0 && limit >= 0.0 => UNCLEAR,
        Some(number) => (number <= limit).into(),
        None => UNCLEAR,
    }
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
        (Value::Number(one), Value::Number(other)) => {
            one == other || (one.is_f64() != other.is_f64() && one.as_f64() == other.as_f64())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        _ => one == other,
    }
}

fn is_same_type(one: &Value, other: &Value) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}
