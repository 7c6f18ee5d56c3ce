//! Amounts: numbers with units, and quantities in a text.

use std::cmp::Ordering;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::period::Period;
use crate::language::quantity::side::{Form, Side};

/// A number with its unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Amount {
    /// The number of units. For a version, a number that orders versions; for a day, the days since
    /// 1970.
    pub value: f64,
    /// The unit.
    pub unit: Unit,
}

/// The unit of an amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Elapsed time: seconds, minutes, hours, days, weeks, years.
    Seconds,
    /// Calendar months that are not whole years.
    Months,
    /// Per cent.
    Percent,
    /// Sizes.
    Bytes,
    /// The length or strength of keys.
    Bits,
    /// No unit: a bare number.
    Count,
    /// Working days, such as `business days`.
    WorkingDays,
    /// A status of HTTP, such as 403.
    Status,
    /// Versions of the named protocol, in upper case: `TLS`.
    Version(String),
    /// A day in the calendar.
    Day,
}

/// A quantity in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Its amount.
    pub amount: Amount,
    /// The number as it was written, whatever its unit: 30 of `30 days`, 1 of `daily`.
    pub number: f64,
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// Whether it is an amount, or how often something happens.
    pub form: Form,
    /// The side that the words around it give it; `None` if they leave it open.
    pub side: Option<Side>,
}

impl Quantity {
    /// Whether the words could state a limit of this side.
    pub fn may_be(&self, side: Side) -> bool {
        self.side.is_none_or(|own| own == side)
    }
}

const DAY_S: f64 = 86_400.0;

/// The weights of the parts of a version number: `1.2` is before `1.10`.
const VERSION_PARTS: [f64; 3] = [1_000_000.0, 1000.0, 1.0];

impl Amount {
    /// An amount of `value` units.
    pub fn new(value: f64, unit: Unit) -> Self {
        Self { value, unit }
    }

    /// A length of time.
    pub fn time(limit: Period) -> Self {
        // Exact up to 285 million years.
        Self::new(limit.as_seconds() as f64, Unit::Seconds)
    }

    /// An amount of `count` months; whole years are 365 days each.
    pub fn months(count: f64) -> Self {
        match count % 12.0 == 0.0 {
            true => Self::new(count / 12.0 * 365.0 * DAY_S, Unit::Seconds),
            false => Self::new(count, Unit::Months),
        }
    }

    /// A version such as `TLS 1.2`; `None` if `number` does not consist of one to three numbers.
    pub fn version(of: &str, number: &str) -> Option<Self> {
        let mut value = 0.0;
        let mut weights = VERSION_PARTS.iter();
        for part in number.split('.') {
            value += f64::from(part.parse::<u16>().ok().filter(|part| *part < 1000)?)
                * weights.next()?;
        }
        Some(Self::new(value, Unit::Version(of.to_uppercase())))
    }

    /// Whether both are equal, apart from rounding errors.
    pub fn is(&self, other: &Self) -> bool {
        self.compare(other) == Some(Ordering::Equal)
    }

    /// The order of two amounts; `None` if their units differ.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let nearly = (self.value - other.value).abs() <= 1e-9 * self.value.abs().max(1.0);
        let order =
            if nearly { Some(Ordering::Equal) } else { self.value.partial_cmp(&other.value) };
        order.filter(|_| self.unit == other.unit)
    }

    /// In words: `24 hours`, `365 days`, `TLS 1.2`, `99.9 %`.
    pub fn in_words(&self) -> String {
        let value = self.value;
        match &self.unit {
            // The cast is exact: numbers that are read are bounded.
            Unit::Seconds if value.fract() == 0.0 => Period::seconds(value as u64).in_words(),
            Unit::Seconds => format!("{value} seconds"),
            Unit::Months if value == 1.0 => "1 month".into(),
            Unit::Months => format!("{value} months"),
            Unit::Percent => format!("{value} %"),
            Unit::Bytes => bytes_in_words(value),
            Unit::Bits => format!("{value} bits"),
            Unit::WorkingDays => format!("{value} working days"),
            Unit::Count => format!("{value}"),
            Unit::Status => format!("the status {value}"),
            Unit::Version(of) => format!("{of} {}", version_in_words(value)),
            Unit::Day => day_in_words(value),
        }
    }
}

fn bytes_in_words(value: f64) -> String {
    let units =
        [("TiB", 40), ("TB", 0), ("GiB", 30), ("GB", 0), ("MiB", 20), ("MB", 0), ("KiB", 10)];
    let decimal = |name| match name {
        "TB" => 1e12,
        "GB" => 1e9,
        _ => 1e6,
    };
    let size = |(name, shift): (&'static str, u32)| match shift {
        0 => decimal(name),
        _ => (1_u64 << shift) as f64,
    };
    let fits = units.into_iter().find(|unit| value >= size(*unit) && value % size(*unit) == 0.0);
    match fits {
        Some(unit) => format!("{} {}", value / size(unit), unit.0),
        None => format!("{value} bytes"),
    }
}

fn version_in_words(value: f64) -> String {
    let mut left = value;
    let parts = VERSION_PARTS.map(|weight| {
        let part = (left / weight).floor();
        left -= part * weight;
        part
    });
    let kept = if parts[2] > 0.0 { 3 } else { 2 };
    parts[..kept].iter().map(f64::to_string).collect::<Vec<_>>().join(".")
}

fn day_in_words(value: f64) -> String {
    let day = jiff::Span::new().try_days(value as i64).ok();
    let day = day.and_then(|span| jiff::civil::date(1970, 1, 1).checked_add(span).ok());
    day.map_or_else(|| format!("day {value}"), |day| day.strftime("%-d %B %Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_one_unit_are_ordered_and_others_are_not() {
        let hours = |hours| Amount::time(Period::hours(hours));
        assert!(hours(24).is(&Amount::time(Period::days(1))));
        assert_eq!(hours(24).compare(&hours(72)), Some(Ordering::Less));
        assert_eq!(hours(24).compare(&Amount::new(86_400.0, Unit::Count)), None);
        assert!(!Amount::months(1.0).is(&Amount::time(Period::days(30))));
        assert!(Amount::months(12.0).is(&Amount::time(Period::days(365))));
        let version = |number| Amount::version("tls", number).unwrap();
        assert_eq!(version("1.2").compare(&version("1.10")), Some(Ordering::Less));
        assert!(Amount::version("tls", "1.x").is_none());
        assert!(Amount::version("tls", "1.2.3.4").is_none());
    }

    #[test]
    fn amounts_are_put_into_words_as_people_write_them() {
        let of = |value, unit| Amount::new(value, unit).in_words();
        assert_eq!(of(86_400.0, Unit::Seconds), "24 hours");
        assert_eq!(of(31_536_000.0, Unit::Seconds), "365 days");
        assert_eq!(of(0.5, Unit::Seconds), "0.5 seconds");
        assert_eq!(of(99.95, Unit::Percent), "99.95 %");
        assert_eq!(of(1_048_576.0, Unit::Bytes), "1 MiB");
        assert_eq!(of(5e9, Unit::Bytes), "5 GB");
        assert_eq!(of(69.0, Unit::Bytes), "69 bytes");
        assert_eq!(Amount::months(3.0).in_words(), "3 months");
        assert_eq!(Amount::version("TLS", "1.2").unwrap().in_words(), "TLS 1.2");
        assert_eq!(Amount::version("X", "10.0.7").unwrap().in_words(), "X 10.0.7");
        assert_eq!(of(20_000.0, Unit::Day), "4 October 2024");
    }
}
