//! Fills the captures in the operand of a test.

use serde_json::Value;

use crate::model::plan::expect::{Directive, OfCookie, Test, Within};

impl Test {
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
            Self::NoErrorTitle(part) => Self::NoErrorTitle(fill(part)?),
            Self::Every(within) => Self::Every(Box::new(within.filled(capture)?)),
            Self::Some(within) => Self::Some(Box::new(within.filled(capture)?)),
            Self::IfThere(test) => Self::IfThere(Box::new(test.filled(capture)?)),
            Self::All(all) => Self::All(filled(all, capture)?),
            Self::NotAll(all) => Self::NotAll(filled(all, capture)?),
            Self::Directive(directive) => {
                let is = directive.is.as_ref().map(|test| test.filled(capture)).transpose()?;
                Self::Directive(Box::new(Directive { name: directive.name.clone(), is }))
            }
            Self::Cookie(cookie) => {
                let is = cookie.is.filled(capture)?;
                Self::Cookie(Box::new(OfCookie { name: cookie.name.clone(), is }))
            }
            other => other.clone(),
        })
    }
}

impl Within {
    fn filled(&self, capture: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        Ok(Self { at: self.at.clone(), is: self.is.filled(capture)? })
    }
}

fn filled(all: &[Within], capture: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Within>, String> {
    all.iter().map(|one| one.filled(capture)).collect()
}

fn fill_captures(text: &str, capture: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    // Stored facts have the placeholder in place of a canary.
    let placeholder = |name: &str| name.starts_with("canary:").then(|| format!("${{{name}}}"));
    let keep_canaries = |name: &str| capture(name).or_else(|| placeholder(name));
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
