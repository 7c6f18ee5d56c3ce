//! Periods of time as authors write them: `90s`, `24h`, `90d`.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A period of time as authors write it (`90s`, `24h`, `90d`), in whole seconds.
///
/// A day is 24 hours: periods measure elapsed time, not calendar days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(u64);

impl Period {
    /// A period of `seconds` seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// A period of `hours` hours.
    pub const fn hours(hours: u64) -> Self {
        Self(hours * 3600)
    }

    /// A period of `days` days of 24 hours each.
    pub const fn days(days: u64) -> Self {
        Self::hours(days * 24)
    }

    /// Length in whole seconds.
    pub const fn as_seconds(self) -> u64 {
        self.0
    }

    /// Length as a `std::time::Duration`.
    pub const fn as_std(self) -> std::time::Duration {
        std::time::Duration::from_secs(self.0)
    }

    /// Length as a signed duration; the maximum is 292 billion years.
    pub fn as_signed(self) -> SignedDuration {
        SignedDuration::from_secs(i64::try_from(self.0).unwrap_or(i64::MAX))
    }

    /// The instant this long after `start`, or the last representable one.
    pub fn after(self, start: Timestamp) -> Timestamp {
        start.checked_add(self.as_signed()).unwrap_or(Timestamp::MAX)
    }

    /// In words: `24 hours`, `90 days`.
    pub fn in_words(self) -> String {
        let (count, unit) = match self.0 {
            0 => (0, "second"),
            s if s % 86_400 == 0 && s > 2 * 86_400 => (s / 86_400, "day"),
            s if s % 3600 == 0 => (s / 3600, "hour"),
            s if s % 60 == 0 => (s / 60, "minute"),
            s => (s, "second"),
        };
        format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            s if s % 86_400 == 0 && s > 2 * 86_400 => write!(out, "{}d", s / 86_400),
            s if s % 3600 == 0 && s > 0 => write!(out, "{}h", s / 3600),
            s if s % 60 == 0 && s > 0 => write!(out, "{}m", s / 60),
            s => write!(out, "{s}s"),
        }
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a duration: write it like `90s`, `24h` or `90d`");
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (count, unit) = text.split_at(digits);
        let count: u64 = count.parse().map_err(|_| wrong())?;
        let unit = match unit.trim() {
            "s" => 1,
            "m" | "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 7 * 86_400,
            _ => return Err(wrong()),
        };
        count.checked_mul(unit).map(Self).ok_or_else(wrong)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]+ ?(s|m|min|h|d|w)$",
            "description": "a duration, such as `90s`, `24h` or `90d`"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_shown_as_people_write_them() {
        for (text, shown) in [("24h", "24h"), ("90d", "90d"), ("60s", "1m"), ("5 min", "5m")] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "24", "h", "1.5h", "-1h", "24 hours", "99999999999999999999d"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
