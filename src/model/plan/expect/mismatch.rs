//! Why a test cannot compare a value: what it is, and what the test compares.

use jiff::Timestamp;
use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::compare::{is_below_zero, is_inexact};
use crate::model::plan::expect::{JudgeContext, Test, TestOutcome, Within};
use crate::model::time;

/// The number of characters that a clause quotes of a value.
const QUOTED_MAX: usize = 60;

/// Why a test of a value cannot be decided, as a clause that follows the name of the value.
pub(super) fn of_value(test: &Test, value: &Value) -> Option<String> {
    let is = || format!("is {}", shown(value));
    match test {
        _ if is_lost(value) => {
            Some("has characters that could not be read, where the test compares it".into())
        }
        Test::Equals(wanted) | Test::NotEquals(wanted) => of_types(value, wanted),
        Test::OneOf(wanted) | Test::NotOneOf(wanted) => of_types(value, wanted.first()?),
        Test::Contains(_) | Test::NotContains(_) => {
            let is_list = value.is_array();
            let odd = value.as_array().into_iter().flatten().find(|item| !item.is_string());
            match (odd, value.is_string() || is_list) {
                (Some(odd), _) => {
                    let odd = shown(odd);
                    Some(format!("is a list with {odd} in it, and the test compares texts"))
                }
                (None, true) => None,
                (None, false) => Some(format!("{}, and not a text or a list", is())),
            }
        }
        Test::StartsWith(_) | Test::EndsWith(_) | Test::NoErrorTitle(_) => {
            (!value.is_string()).then(|| format!("{}, and not a text", is()))
        }
        Test::AtMost(limit) if is_below_zero(value) && *limit >= 0.0 => Some(format!(
            "{}, and services write a negative number for “unlimited” or “unknown”",
            is()
        )),
        Test::AtMost(_) | Test::AtLeast(_) => {
            (!value.is_number()).then(|| format!("{}, and not a number", is()))
        }
        Test::NotOlderThan(_) | Test::AtLeastAhead(_) => {
            let unread = time::read::read(value, None).err()?;
            Some(format!("{}, which {}", is(), unread.why()))
        }
        Test::SameSet(wanted) => of_set(value, wanted),
        Test::Every(within) | Test::Some(within) => of_entries(within, value),
        Test::IfThere(test) => of_value(test, value),
        Test::All(all) => all.iter().find_map(|one| of_within(one, value)),
        _ => None,
    }
}

fn of_types(value: &Value, wanted: &Value) -> Option<String> {
    if is_inexact(value) {
        return Some(format!("is {value}, a number with more digits than can be compared"));
    }
    let differs = std::mem::discriminant(value) != std::mem::discriminant(wanted);
    let (value, wanted) = (shown(value), kind(wanted));
    differs.then(|| format!("is {value}, and the test compares it with {wanted}"))
}

fn of_set(value: &Value, wanted: &[Value]) -> Option<String> {
    let Some(items) = value.as_array() else {
        return Some(format!("is {}, and not a list", shown(value)));
    };
    let is_comparable = |item: &&Value| wanted.iter().any(|one| of_types(item, one).is_none());
    let odd = items.iter().find(|item| !wanted.is_empty() && !is_comparable(item))?;
    let wanted = kind(wanted.first()?);
    Some(format!("has the entry {}, and the test compares it with {wanted}", shown(odd)))
}

fn of_entries(within: &Within, value: &Value) -> Option<String> {
    let Some(items) = value.as_array() else {
        return Some(format!("is {}, and not a list", shown(value)));
    };
    let of = |(index, item): (usize, &Value)| {
        let why = of_within(within, item)?;
        let whose = match within.at.trim_start_matches('/') {
            "" => "that".to_owned(),
            name => format!("whose “{}”", name.replace('/', " ")),
        };
        Some(format!("has an entry (number {}) {whose} {why}", index + 1))
    };
    items.iter().enumerate().find_map(of)
}

fn of_within(within: &Within, value: &Value) -> Option<String> {
    let undecided = |value: &&Value| {
        let outcome = within.is.judge(value, &Facts(Value::Null), &nowhere());
        outcome == TestOutcome::Unknown(Reason::Unparsable)
    };
    let value = value.pointer(&within.at).filter(|value| !value.is_null());
    of_value(&within.is, value.filter(undecided)?)
}

/// Whether bytes of a text could not be read in its character set.
fn is_lost(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains(char::REPLACEMENT_CHARACTER))
}

/// A value in a few words.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("the text {}", quoted(text)),
        Value::Array(_) | Value::Object(_) => kind(value).to_owned(),
    }
}

/// The type of a value in words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The beginning of a text in quotation marks.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_MAX) {
        Some((end, _)) => format!("“{}…”", &text[..end]),
        None => format!("“{text}”"),
    }
}

/// A context for tests that need none.
pub(super) fn nowhere() -> JudgeContext<'static> {
    JudgeContext {
        observed: Timestamp::UNIX_EPOCH,
        capture: &|_| None,
        sees: &[],
        control: None,
        before: Vec::new(),
    }
}
