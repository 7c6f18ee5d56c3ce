//! The zone of local times: a name such as `Europe/Berlin`, an offset, or a rule.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The present rules of zones (IANA time zone database 2025b), as POSIX (XBD 8.3, `TZ`) writes them. Earlier
/// rules are not needed: the times that are read are recent.
const ZONES: &[(&str, &[&str])] = &[
    ("UTC0", &["UTC", "Etc/UTC", "GMT", "Z"]),
    ("GMT0BST,M3.5.0/1,M10.5.0", &["Europe/London"]),
    ("GMT0IST,M3.5.0/1,M10.5.0", &["Europe/Dublin"]),
    ("WET0WEST,M3.5.0/1,M10.5.0", &["Europe/Lisbon", "Atlantic/Canary"]),
    (
        "CET-1CEST,M3.5.0,M10.5.0/3",
        &[
            "Europe/Amsterdam",
            "Europe/Belgrade",
            "Europe/Berlin",
            "Europe/Bratislava",
            "Europe/Brussels",
            "Europe/Budapest",
            "Europe/Copenhagen",
            "Europe/Ljubljana",
            "Europe/Luxembourg",
            "Europe/Madrid",
            "Europe/Malta",
            "Europe/Oslo",
            "Europe/Paris",
            "Europe/Prague",
            "Europe/Rome",
            "Europe/Stockholm",
            "Europe/Vaduz",
            "Europe/Vienna",
            "Europe/Warsaw",
            "Europe/Zagreb",
            "Europe/Zurich",
        ],
    ),
    (
        "EET-2EEST,M3.5.0/3,M10.5.0/4",
        &[
            "Asia/Nicosia",
            "Europe/Athens",
            "Europe/Bucharest",
            "Europe/Helsinki",
            "Europe/Kyiv",
            "Europe/Riga",
            "Europe/Sofia",
            "Europe/Tallinn",
            "Europe/Vilnius",
        ],
    ),
    ("<+03>-3", &["Europe/Istanbul", "Asia/Riyadh"]),
    ("MSK-3", &["Europe/Moscow"]),
    ("EST5EDT,M3.2.0,M11.1.0", &["America/Detroit", "America/New_York", "America/Toronto"]),
    ("CST6CDT,M3.2.0,M11.1.0", &["America/Chicago", "America/Winnipeg"]),
    ("MST7MDT,M3.2.0,M11.1.0", &["America/Denver", "America/Edmonton"]),
    ("MST7", &["America/Phoenix"]),
    ("PST8PDT,M3.2.0,M11.1.0", &["America/Los_Angeles", "America/Vancouver"]),
    ("AST4ADT,M3.2.0,M11.1.0", &["America/Halifax"]),
    ("CST6", &["America/Mexico_City"]),
    ("<-05>5", &["America/Bogota", "America/Lima"]),
    ("<-03>3", &["America/Argentina/Buenos_Aires", "America/Sao_Paulo"]),
    ("IST-2IDT,M3.4.4/26,M10.5.0", &["Asia/Jerusalem"]),
    ("<+04>-4", &["Asia/Dubai"]),
    ("PKT-5", &["Asia/Karachi"]),
    ("IST-5:30", &["Asia/Kolkata"]),
    ("<+07>-7", &["Asia/Bangkok", "Asia/Ho_Chi_Minh"]),
    ("WIB-7", &["Asia/Jakarta"]),
    ("<+08>-8", &["Asia/Kuala_Lumpur", "Asia/Singapore"]),
    ("CST-8", &["Asia/Shanghai", "Asia/Taipei"]),
    ("HKT-8", &["Asia/Hong_Kong"]),
    ("PST-8", &["Asia/Manila"]),
    ("AWST-8", &["Australia/Perth"]),
    ("JST-9", &["Asia/Tokyo"]),
    ("KST-9", &["Asia/Seoul"]),
    ("ACST-9:30ACDT,M10.1.0,M4.1.0/3", &["Australia/Adelaide"]),
    ("AEST-10", &["Australia/Brisbane"]),
    (
        "AEST-10AEDT,M10.1.0,M4.1.0/3",
        &["Australia/Hobart", "Australia/Melbourne", "Australia/Sydney"],
    ),
    ("NZST-12NZDT,M9.5.0,M4.1.0/3", &["Pacific/Auckland"]),
    ("SAST-2", &["Africa/Johannesburg"]),
    ("WAT-1", &["Africa/Lagos"]),
    ("EAT-3", &["Africa/Nairobi"]),
];

/// A zone, by its name as an author writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl Zone {
    /// Reads a zone: `UTC`, an offset such as `+01:00`, a name such as `Europe/Berlin`, or a rule of POSIX
    /// such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    pub fn parse(name: &str) -> Option<Self> {
        let named = || {
            ZONES.iter().find(|(_, names)| names.iter().any(|one| one.eq_ignore_ascii_case(name)))
        };
        let rules = match offset(name) {
            Some(offset) => TimeZone::fixed(offset),
            None => {
                let is_rule = name.bytes().any(|byte| byte.is_ascii_digit());
                let rule = named().map(|(rule, _)| *rule).or(is_rule.then_some(name))?;
                TimeZone::posix(rule).ok()?
            }
        };
        Some(Self { name: name.to_owned(), rules })
    }

    /// The instant of a local time. Of the two instants of an hour that is repeated in autumn, the earlier
    /// one.
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        local.to_zoned(self.rules.clone()).ok().map(|zoned| zoned.timestamp())
    }
}

/// An offset from UTC: `+01`, `+0100` or `+01:00`; at most 18 hours.
pub(super) fn offset(text: &str) -> Option<jiff::tz::Offset> {
    let (sign, digits) = match text.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, text.strip_prefix(['-', '\u{2212}'])?),
    };
    let digits: String = digits.split(':').collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.as_str(), "0"),
        4 => digits.split_at(2),
        _ => return None,
    };
    let number = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i32>().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 18 && minutes < 60)
        .then(|| jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok())?
}

impl fmt::Display for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::parse(&name).ok_or_else(|| format!("`{name}` is not a zone"))
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_one() {
        for (rule, names) in ZONES {
            assert!(TimeZone::posix(rule).is_ok(), "{rule}");
            for name in *names {
                assert!(Zone::parse(name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn offsets_names_and_rules_are_zones() {
        let noon = jiff::civil::date(2026, 7, 1).at(12, 0, 0, 0);
        for (name, expected) in [
            ("UTC", "2026-07-01T12:00:00Z"),
            ("+02:00", "2026-07-01T10:00:00Z"),
            ("-0330", "2026-07-01T15:30:00Z"),
            ("Europe/Berlin", "2026-07-01T10:00:00Z"),
            ("America/New_York", "2026-07-01T16:00:00Z"),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-01T10:00:00Z"),
        ] {
            let zone = Zone::parse(name).unwrap();
            assert_eq!(zone.instant(noon).unwrap().to_string(), expected, "{name}");
        }
        for name in ["", "CET", "local", "Europe/Nowhere", "+25:00", "+1:2:3", "12"] {
            assert_eq!(Zone::parse(name), None, "{name}");
        }
    }

    #[test]
    fn of_a_repeated_hour_the_first_counts() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let local = jiff::civil::date(2026, 10, 25).at(2, 30, 0, 0);
        assert_eq!(zone.instant(local).unwrap().to_string(), "2026-10-25T00:30:00Z");
    }
}
