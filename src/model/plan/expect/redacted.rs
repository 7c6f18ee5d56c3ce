//! Tests of values with gaps: secrets that were replaced, and bytes that could not be read. What can still be
//! decided, and what cannot.

use serde_json::Value;

use crate::model::answer::facts::SECRET;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::{Test, TestOutcome};

/// A mark in a text, in place of other text.
struct Gap {
    mark: &'static str,
    /// The outcome of a test that depends on the text that was there.
    unknown: TestOutcome,
    /// Whether a text may be a piece of that text.
    may_be_piece: fn(&str) -> bool,
}

const SECRETS: Gap =
    Gap { mark: SECRET, unknown: TestOutcome::Unknown(Reason::Redacted), may_be_piece: in_secret };

/// The mark of bytes that a character set does not have: at most three of them (Unicode, section 3.9).
const LOST: Gap = Gap {
    mark: "\u{fffd}",
    unknown: TestOutcome::Unknown(Reason::Unparsable),
    may_be_piece: |piece| piece.chars().count() <= 3,
};

/// The outcome of a test of a value with a gap in it; `None` if it has none, or if the test does not compare
/// this value but others, its parts or its presence.
pub(super) fn judged(test: &Test, value: &Value) -> Option<TestOutcome> {
    [SECRETS, LOST].iter().find_map(|gap| gap.judged(test, value))
}

impl Gap {
    fn judged(&self, test: &Test, value: &Value) -> Option<TestOutcome> {
        let is_leaf = matches!(
            test,
            Test::Equals(_)
                | Test::NotEquals(_)
                | Test::OneOf(_)
                | Test::NotOneOf(_)
                | Test::Contains(_)
                | Test::NotContains(_)
                | Test::StartsWith(_)
                | Test::EndsWith(_)
                | Test::AtMost(_)
                | Test::AtLeast(_)
                | Test::SameSet(_)
                | Test::NotOlderThan(_)
                | Test::AtLeastAhead(_)
                | Test::AddressesOn(_)
        );
        if !is_leaf || !self.is_in(value) {
            return None;
        }
        let may_be_one = |wanted: &[Value]| wanted.iter().any(|one| self.may_be(value, one));
        Some(match test {
            Test::Equals(wanted) => self.not_met_unless(self.may_be(value, wanted)),
            Test::NotEquals(unwanted) => self.met_unless(self.may_be(value, unwanted)),
            Test::OneOf(wanted) => self.not_met_unless(may_be_one(wanted)),
            Test::NotOneOf(unwanted) => self.met_unless(may_be_one(unwanted)),
            Test::Contains(part) => self.contains(value, part),
            Test::NotContains(part) => match self.contains(value, part) {
                TestOutcome::Met => TestOutcome::NotMet,
                TestOutcome::NotMet => TestOutcome::Met,
                unknown => unknown,
            },
            Test::StartsWith(part) => self.starts(value.as_str()?, part),
            Test::EndsWith(part) => self.ends(value.as_str()?, part),
            _ => self.unknown,
        })
    }

    fn not_met_unless(&self, possible: bool) -> TestOutcome {
        if possible { self.unknown } else { TestOutcome::NotMet }
    }

    fn met_unless(&self, possible: bool) -> TestOutcome {
        if possible { self.unknown } else { TestOutcome::Met }
    }

    /// Whether a value, or a key or value within it, has a placeholder.
    fn is_in(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains(self.mark),
            Value::Array(items) => items.iter().any(|item| self.is_in(item)),
            Value::Object(fields) => {
                fields.iter().any(|(key, value)| key.contains(self.mark) || self.is_in(value))
            }
            _ => false,
        }
    }

    /// Whether a value may have been this one before its secrets were replaced.
    fn may_be(&self, value: &Value, other: &Value) -> bool {
        match (value, other) {
            (Value::String(text), Value::String(other)) => self.text_may_be(text, other),
            // A secret may be a number.
            (Value::String(text), Value::Number(_)) => text == self.mark,
            (Value::Array(items), Value::Array(others)) => {
                let mut both = items.iter().zip(others);
                items.len() == others.len() && both.all(|(one, other)| self.may_be(one, other))
            }
            (Value::Object(fields), Value::Object(others)) => {
                let hidden = fields.keys().any(|key| key.contains(self.mark));
                let fits = |(key, value): (&String, &Value)| {
                    others.get(key).is_some_and(|other| self.may_be(value, other))
                };
                hidden || (fields.len() == others.len() && fields.iter().all(fits))
            }
            _ => value == other,
        }
    }

    /// Whether a text matches another one, in which any text may be in place of a placeholder.
    fn text_may_be(&self, text: &str, other: &str) -> bool {
        let Some((first, rest)) = text.split_once(self.mark) else {
            return text == other;
        };
        let Some(mut left) = other.strip_prefix(first) else {
            return false;
        };
        let mut parts: Vec<&str> = rest.split(self.mark).collect();
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            match left.find(part) {
                Some(at) => left = &left[at + part.len()..],
                None => return false,
            }
        }
        left.ends_with(last)
    }

    fn contains(&self, value: &Value, part: &str) -> TestOutcome {
        match value {
            Value::String(text) if text.split(self.mark).any(|known| known.contains(part)) => {
                TestOutcome::Met
            }
            Value::String(text) => self.not_met_unless(self.may_overlap(text, part)),
            Value::Array(items) if items.iter().any(|item| item.as_str() == Some(part)) => {
                TestOutcome::Met
            }
            Value::Array(items) => {
                let possible =
                    |item: &Value| item.as_str().is_some_and(|text| self.text_may_be(text, part));
                self.not_met_unless(items.iter().any(possible))
            }
            _ => self.unknown,
        }
    }

    /// Whether `part` may occur where it includes a piece of the replaced text.
    fn may_overlap(&self, text: &str, part: &str) -> bool {
        let known: Vec<&str> = text.split(self.mark).collect();
        let ends: Vec<usize> = part.char_indices().map(|(at, _)| at).chain([part.len()]).collect();
        known.windows(2).any(|around| {
            let [before, after] = around else { return false };
            let fits_after = |end: &usize| {
                let rest = &part[*end..];
                after.starts_with(rest) || rest.starts_with(after)
            };
            ends.iter().enumerate().any(|(index, start)| {
                let left = &part[..*start];
                if !before.ends_with(left) && !left.ends_with(before) {
                    return false;
                }
                let mut within = ends[index + 1..].iter();
                within.any(|end| fits_after(end) && (self.may_be_piece)(&part[*start..*end]))
            })
        })
    }

    fn starts(&self, text: &str, part: &str) -> TestOutcome {
        let known = text.split(self.mark).next().unwrap_or_default();
        match known.starts_with(part) {
            true => TestOutcome::Met,
            false => self.not_met_unless(part.starts_with(known)),
        }
    }

    fn ends(&self, text: &str, part: &str) -> TestOutcome {
        let known = text.rsplit(self.mark).next().unwrap_or_default();
        match known.ends_with(part) {
            true => TestOutcome::Met,
            false => self.not_met_unless(part.ends_with(known)),
        }
    }
}

/// Secrets have neither white space nor quotation marks nor angle brackets, so that most of an author's texts
/// cannot be within one.
fn in_secret(piece: &str) -> bool {
    piece.chars().all(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '<' | '>'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn outcome(test: &Test, value: Value) -> Option<TestOutcome> {
        judged(test, &value)
    }

    #[test]
    fn what_a_secret_hides_is_neither_met_nor_unmet() {
        let hidden = Some(SECRETS.unknown);
        let not_contains = |part: &str| Test::NotContains(part.into());
        let page = || json!("<p>Hello</p> token=[secret] end");
        assert_eq!(outcome(&not_contains("eyJ"), page()), hidden);
        assert_eq!(outcome(&not_contains("token=eyJhb"), page()), hidden);
        assert_eq!(outcome(&not_contains("Stack trace"), page()), Some(TestOutcome::Met));
        assert_eq!(outcome(&not_contains("a token=eyJ"), page()), Some(TestOutcome::Met));
        assert_eq!(outcome(&not_contains("Hello"), page()), Some(TestOutcome::NotMet));
        assert_eq!(outcome(&Test::Contains("Hello".into()), page()), Some(TestOutcome::Met));
        assert_eq!(outcome(&Test::Equals(json!("a")), json!("[secret]")), hidden);
        assert_eq!(outcome(&Test::NotEquals(json!("none")), json!("[secret]")), hidden);
        let other = outcome(&Test::Equals(json!("b c")), json!("a [secret]"));
        assert_eq!(other, Some(TestOutcome::NotMet));
        assert_eq!(outcome(&Test::AtMost(3.0), json!("[secret]")), hidden);
        assert_eq!(outcome(&Test::SameSet(vec![json!("a")]), json!(["[secret]"])), hidden);
        assert_eq!(outcome(&Test::StartsWith("<p>".into()), page()), Some(TestOutcome::Met));
        assert_eq!(outcome(&Test::EndsWith("n end".into()), page()), hidden);
        assert_eq!(outcome(&Test::EndsWith("a".into()), page()), Some(TestOutcome::NotMet));
    }

    #[test]
    fn presence_and_values_without_secrets_are_decided_as_ever() {
        assert_eq!(outcome(&Test::Exists(true), json!("[secret]")), None);
        assert_eq!(outcome(&Test::Equals(json!("a")), json!("a")), None);
    }

    #[test]
    fn what_bytes_that_could_not_be_read_may_decide_is_unclear() {
        let lost = Some(LOST.unknown);
        let page = || json!("Hello caf\u{fffd} world");
        assert_eq!(outcome(&Test::Contains("Hello".into()), page()), Some(TestOutcome::Met));
        assert_eq!(outcome(&Test::NotContains("Hello".into()), page()), Some(TestOutcome::NotMet));
        for part in ["café", "café w", "é"] {
            assert_eq!(outcome(&Test::Contains(part.into()), page()), lost, "{part}");
            assert_eq!(outcome(&Test::NotContains(part.into()), page()), lost, "{part}");
        }
        assert_eq!(outcome(&Test::Contains("Goodbye".into()), page()), Some(TestOutcome::NotMet));
        assert_eq!(outcome(&Test::StartsWith("Hello c".into()), page()), Some(TestOutcome::Met));
        assert_eq!(outcome(&Test::Equals(json!("Hello café world")), page()), lost);
        assert_eq!(outcome(&Test::Equals(json!("Hello")), page()), Some(TestOutcome::NotMet));
    }
}
