//! A value that fails a test, and one that passes it.

#[cfg(test)]
use jiff::Timestamp;
use serde_json::{Value, json};

#[cfg(test)]
use crate::language::period::Period;
use crate::model::answer::facts::Facts;
use crate::model::plan::expect::{Test, Within};

impl Test {
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
            | Self::WithholdsData
            | Self::Unchanged
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
