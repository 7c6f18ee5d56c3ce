//! An attestation: a named role confirms a claim, with a date.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::language::period::Period;

/// A named role's dated confirmation of something that no probe can reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Attestation {
    /// The role that confirms it, from `roles:` in `avouch.yaml`.
    pub role: String,
    /// The day on which it was confirmed.
    pub day: AttestationDay,
    /// How long it is valid, counted in whole days from `day`; it expires at the end of its last day
    /// (UTC).
    pub valid_for: Period,
    /// What the role examined.
    pub looked_at: String,
    /// The claim's words that the role confirms.
    pub words: String,
}

impl Attestation {
    /// The last day on which it is valid, if it was confirmed on `day`.
    pub fn last_day(&self, day: Date) -> Date {
        let days = self.valid_for.as_seconds() / Period::days(1).as_seconds();
        let days = i64::try_from(days).unwrap_or(i64::MAX);
        let last = jiff::Span::new().try_days(days);
        last.and_then(|span| day.checked_add(span)).unwrap_or(Date::MAX)
    }
}

/// The day of an attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttestationDay {
    /// A calendar day.
    On(Date),
    /// The day on which the demo add-on is started: an attestation that is valid for the demo only.
    Demo,
}

impl Serialize for AttestationDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::On(day) => serializer.collect_str(day),
            Self::Demo => serializer.serialize_str("demo"),
        }
    }
}

impl<'de> Deserialize<'de> for AttestationDay {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "demo" {
            return Ok(Self::Demo);
        }
        let wrong = || {
            serde::de::Error::custom(format!("`{text}` is not a day: write it like `2026-11-22`"))
        };
        text.parse().map(Self::On).map_err(|_| wrong())
    }
}

impl schemars::JsonSchema for AttestationDay {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AttestationDay".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "a day such as `2026-11-22`, or `demo` for an attestation of the demo add-on"
        })
    }
}
