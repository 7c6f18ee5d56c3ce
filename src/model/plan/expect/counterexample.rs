//! A value that fails a test, and one that passes it. Both are of the type that the test is about.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::language::period::Period;
use crate::model::answer::facts::Facts;
use crate::model::plan::expect::{Test, Within};

/// A text that no operand is expected to contain.
const ELSE: &str = "something else";

impl Test {
    /// A value that fails the test; `None` where no value alone fails it.
    pub fn counterexample(&self) -> Option<Value> {
        /// Neither recent nor in the future.
        const LONG_AGO: &str = "1970-01-01T00:00:00Z";
        Some(match self {
            Self::Equals(wanted) => other_than(wanted),
            Self::OneOf(wanted) => other_than_all(wanted)?,
            Self::StartsWith(part) => text_unless(|text| text.starts_with(part.as_str()))?,
            Self::EndsWith(part) => text_unless(|text| text.ends_with(part.as_str()))?,
            Self::Contains(part) => text_unless(|text| text.contains(part.as_str()))?,
            Self::NoErrorTitle(expected) => json!(format!("404 - {expected} not found")),
            Self::Exists(false) => json!(ELSE),
            Self::NotContains(text) => json!(text),
            Self::NotEquals(value) => value.clone(),
            Self::NotOneOf(values) => values.first()?.clone(),
            Self::AtMost(limit) => json!(limit + 1.0),
            Self::AtLeast(limit) if *limit > 0.0 => json!((limit - 1.0).max(0.0)),
            Self::AtLeast(limit) => json!(limit - 1.0),
            Self::SameSet(values) => {
                let more = other_than_all(values).unwrap_or_else(|| json!(ELSE));
                values.iter().cloned().chain([more]).collect()
            }
            Self::NotOlderThan(_) | Self::AtLeastAhead(_) => json!(LONG_AGO),
            Self::Every(within) => json!([within.counterexample()?]),
            Self::Some(_) => json!([]),
            Self::Directive(directive) if directive.is == Some(Self::Exists(false)) => {
                // As a field of its own, and as an attribute of a cookie.
                json!([directive.name, format!("name=value; {}", directive.name)])
            }
            Self::Cookie(cookie) => match &cookie.is {
                Self::Exists(false) => json!([format!("{}=value", cookie.name)]),
                Self::Directive(one) if one.is == Some(Self::Exists(false)) => {
                    json!([format!("{}=value; {}", cookie.name, one.name)])
                }
                _ => json!([""]),
            },
            Self::Directive(_) => json!([""]),
            Self::Exists(true)
            | Self::Refused(_)
            | Self::Allowed(_)
            | Self::ShowsCanary(_)
            | Self::ShowsExactly(_)
            | Self::ShowsNoForeignCanary
            | Self::WithholdsData
            | Self::Unchanged
            | Self::StaysOn(_) => return None,
            Self::IfThere(test) => test.counterexample()?,
            Self::All(all) => all.first()?.counterexample()?,
            Self::NotAll(all) => {
                let mut facts = Facts(json!({}));
                all.iter().for_each(|one| facts.set(&one.at, one.is.example(Timestamp::MIN)));
                facts.0
            }
            Self::AddressesOn(_) => json!("https://elsewhere.invalid/"),
        })
    }

    /// A value that passes the test in an answer that came at `observed`.
    pub(crate) fn example(&self, observed: Timestamp) -> Value {
        match self {
            Self::Equals(Value::String(text)) => {
                let capture = text.strip_prefix("${").map(|name| name.trim_end_matches('}'));
                json!(capture.map_or(text.clone(), |name| format!("value of {name}")))
            }
            Self::Equals(value) => value.clone(),
            Self::OneOf(values) => values.first().cloned().unwrap_or(Value::Null),
            Self::SameSet(values) => json!(values),
            Self::Contains(text)
            | Self::StartsWith(text)
            | Self::EndsWith(text)
            | Self::NoErrorTitle(text) => json!(text),
            Self::AddressesOn(origin) => json!(origin),
            Self::IfThere(test) => test.example(observed),
            Self::All(all) => {
                let mut entry = Facts(json!({}));
                all.iter().for_each(|one| entry.set(&one.at, one.is.example(observed)));
                entry.0
            }
            Self::AtMost(limit) | Self::AtLeast(limit) => json!(limit),
            Self::NotOlderThan(_) => json!(observed.to_string()),
            Self::AtLeastAhead(limit) => {
                json!(Period::hours(1).after(limit.after(observed)).to_string())
            }
            _ => json!("there"),
        }
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
}

fn text_unless(passes: impl Fn(&str) -> bool) -> Option<Value> {
    let texts = [ELSE, "another text", "-"];
    texts.into_iter().find(|text| !passes(text)).map(Value::from)
}

/// Another value of the same type.
fn other_than(value: &Value) -> Value {
    match value {
        Value::Bool(yes) => json!(!yes),
        Value::Number(number) => match number.as_i64() {
            // The next status after these is one that decides nothing: 429 and 500.
            Some(428 | 499) => json!(200),
            Some(whole) => json!(whole.saturating_add(1)),
            None => json!(number.as_f64().unwrap_or(0.0) + 1.0),
        },
        Value::Array(items) => items.iter().cloned().chain([json!(ELSE)]).collect(),
        Value::Object(_) => json!({ ELSE: true }),
        Value::String(text) if text == ELSE => json!("another text"),
        Value::String(_) | Value::Null => json!(ELSE),
    }
}

/// A value of the type of the first of some values that differs from all of them.
fn other_than_all(values: &[Value]) -> Option<Value> {
    let next = |value: &Value| Some(other_than(value));
    std::iter::successors(values.first().map(other_than), next)
        .take(values.len() + 1)
        .find(|other| !values.contains(other))
}
