//! Tests of one value of a listed backup: its state, or the data that it is of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A test of a value within a listed backup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueTest {
    /// JSON Pointer within the backup.
    pub at: String,
    /// What must be there.
    pub is: Wanted,
}

/// What must be at the pointer of a [`ValueTest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// One of these texts, numbers or truth values; `null` means that there is no value.
    OneOf(Vec<Value>),
    /// Any value.
    Present,
    /// No value, or `null`.
    Absent,
}

impl ValueTest {
    /// Whether the backup passes; `None` if the value is missing, or is of another type than every value
    /// that it may have.
    pub fn passes(&self, backup: &Value) -> Option<bool> {
        let found = backup.pointer(&self.at).filter(|value| !value.is_null());
        let wanted = match (&self.is, found) {
            (Wanted::Present, found) => return Some(found.is_some()),
            (Wanted::Absent, found) => return Some(found.is_none()),
            (Wanted::OneOf(wanted), None) => {
                return wanted.iter().any(Value::is_null).then_some(true);
            }
            (Wanted::OneOf(wanted), Some(found)) => wanted.iter().map(|one| same(found, one)),
        };
        let outcomes: Vec<Option<bool>> = wanted.collect();
        match outcomes.contains(&Some(true)) {
            true => Some(true),
            false => outcomes.contains(&Some(false)).then_some(false),
        }
    }
}

/// Whether two values are the same. Programs write numbers and truth values as texts too; `None` if the
/// types cannot be compared.
fn same(found: &Value, wanted: &Value) -> Option<bool> {
    match (found, wanted) {
        (Value::String(one), Value::String(other)) => Some(one == other),
        (Value::Bool(one), Value::Bool(other)) => Some(one == other),
        (Value::Number(one), Value::Number(other)) => {
            Some(one == other || one.as_f64() == other.as_f64())
        }
        (Value::String(text), other) | (other, Value::String(text)) => {
            let read: Value = serde_json::from_str(text.trim()).ok()?;
            let is_alike = (read.is_number() && other.is_number())
                || (read.is_boolean() && other.is_boolean());
            is_alike.then(|| same(&read, other))?
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn passes(is: Wanted, backup: Value) -> Option<bool> {
        ValueTest { at: "/s".into(), is }.passes(&backup)
    }

    #[test]
    fn texts_numbers_and_truth_values_are_compared() {
        for (wanted, found, expected) in [
            (json!("done"), json!("done"), Some(true)),
            (json!("done"), json!("DONE"), Some(false)),
            (json!(false), json!(false), Some(true)),
            (json!(false), json!(true), Some(false)),
            (json!(0), json!(0), Some(true)),
            (json!(0), json!(0.0), Some(true)),
            (json!(0), json!(1), Some(false)),
            (json!("0"), json!(0), Some(true)),
            (json!("0"), json!(2), Some(false)),
            (json!(0), json!("0"), Some(true)),
            (json!("false"), json!(true), Some(false)),
            (json!(false), json!("false"), Some(true)),
            (json!(false), json!("no"), None),
            (json!("done"), json!(true), None),
            (json!("done"), json!({"phase": "done"}), None),
            (json!("done"), json!(null), None),
            (json!(null), json!(null), Some(true)),
        ] {
            let outcome = passes(Wanted::OneOf(vec![wanted.clone()]), json!({"s": found.clone()}));
            assert_eq!(outcome, expected, "{wanted} {found}");
        }
    }

    #[test]
    fn one_of_several_values_is_enough() {
        let wanted = || Wanted::OneOf(vec![json!("done"), json!("verified"), json!(0)]);
        assert_eq!(passes(wanted(), json!({"s": "verified"})), Some(true));
        assert_eq!(passes(wanted(), json!({"s": "failed"})), Some(false));
        assert_eq!(passes(wanted(), json!({"s": 3})), Some(false));
        assert_eq!(passes(wanted(), json!({"s": false})), None);
        assert_eq!(passes(wanted(), json!({})), None);
    }

    #[test]
    fn an_absence_can_be_the_state() {
        assert_eq!(passes(Wanted::Absent, json!({})), Some(true));
        assert_eq!(passes(Wanted::Absent, json!({"s": null})), Some(true));
        assert_eq!(passes(Wanted::Absent, json!({"s": "disk full"})), Some(false));
        assert_eq!(passes(Wanted::Present, json!({"s": 1})), Some(true));
        assert_eq!(passes(Wanted::Present, json!({})), Some(false));
    }
}
