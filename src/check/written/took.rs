//! `took:`, how long an answer may take.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::check::written::limits::at_most;
use crate::language::quantity::amount::{Amount, Unit};
use crate::model::plan::expect::{Expectation, TOOK, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::source::decode::Spanned;

/// How long an answer may take, from the sending of the request to the end of the answer. The set-up of the
/// connection and redirects are part of it; it is measured on the machine that runs the check.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Took {
    /// At most this long, such as `2s` or `300ms`.
    at_most: Spanned<Milliseconds>,
}

impl Took {
    /// The expectation.
    pub(crate) fn expectation(&self) -> Expectation {
        Expectation::new(TOOK, Test::AtMost(self.at_most.value.0))
    }

    /// The limit, which the claim's words must mention.
    pub(crate) fn limit(&self) -> Parameter {
        let amount = Amount::new(self.at_most.value.0 / 1000.0, Unit::Seconds);
        at_most("took", &self.at_most, amount)
    }
}

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Milliseconds(f64);

/// The length of time that a text names.
fn read(text: &str) -> Option<Milliseconds> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(end);
    let factor = match unit.trim() {
        "ms" => 1.0,
        "s" => 1000.0,
        "m" | "min" => 60_000.0,
        _ => return None,
    };
    let number: f64 = number.parse().ok().filter(|number| *number > 0.0)?;
    Some(Milliseconds(number * factor))
}

impl<'de> Deserialize<'de> for Milliseconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || format!("`{text}` is not a response time: write it like `2s` or `300ms`");
        read(&text).ok_or_else(|| serde::de::Error::custom(wrong()))
    }
}

impl JsonSchema for Milliseconds {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Milliseconds".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9.]+ ?(ms|s|m|min)$",
            "description": "a response time, such as `2s` or `300ms`"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_times_have_units() {
        let ms = |text| read(text).map(|time| time.0);
        assert_eq!(ms("2s"), Some(2000.0));
        assert_eq!(ms("1.5 s"), Some(1500.0));
        assert_eq!(ms("300ms"), Some(300.0));
        assert_eq!(ms("1m"), Some(60_000.0));
        for wrong in ["2", "s", "0s", "2h", "-1s", "1.2.3s", ""] {
            assert_eq!(ms(wrong), None, "{wrong}");
        }
    }
}
