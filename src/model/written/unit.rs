//! The units that authors name next to a number: `{ at_most: 300, unit: seconds }`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::language::quantity::amount::{Amount, Unit};

/// The unit of a number in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Unit")]
pub(crate) enum WrittenUnit {
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
    Percent,
    Bytes,
    #[serde(rename = "kB")]
    Kilobytes,
    #[serde(rename = "MB")]
    Megabytes,
    #[serde(rename = "GB")]
    Gigabytes,
    #[serde(rename = "TB")]
    Terabytes,
    #[serde(rename = "KiB")]
    Kibibytes,
    #[serde(rename = "MiB")]
    Mebibytes,
    #[serde(rename = "GiB")]
    Gibibytes,
    #[serde(rename = "TiB")]
    Tebibytes,
    Bits,
}

impl WrittenUnit {
    /// The amount of `number` of these units.
    pub(crate) fn amount(self, number: f64) -> Amount {
        let (factor, unit) = match self {
            Self::Milliseconds => (0.001, Unit::Seconds),
            Self::Seconds => (1.0, Unit::Seconds),
            Self::Minutes => (60.0, Unit::Seconds),
            Self::Hours => (3600.0, Unit::Seconds),
            Self::Days => (86_400.0, Unit::Seconds),
            Self::Weeks => (604_800.0, Unit::Seconds),
            Self::Months => return Amount::months(number),
            Self::Years => return Amount::months(12.0 * number),
            Self::Percent => (1.0, Unit::Percent),
            Self::Bytes => (1.0, Unit::Bytes),
            Self::Kilobytes => (1e3, Unit::Bytes),
            Self::Megabytes => (1e6, Unit::Bytes),
            Self::Gigabytes => (1e9, Unit::Bytes),
            Self::Terabytes => (1e12, Unit::Bytes),
            Self::Kibibytes => (1024.0, Unit::Bytes),
            Self::Mebibytes => (1024.0 * 1024.0, Unit::Bytes),
            Self::Gibibytes => (1024.0 * 1024.0 * 1024.0, Unit::Bytes),
            Self::Tebibytes => (1024.0 * 1024.0 * 1024.0 * 1024.0, Unit::Bytes),
            Self::Bits => (1.0, Unit::Bits),
        };
        Amount::new(number * factor, unit)
    }

    /// Its name, as authors write it, for an amount of words such as `30 days`: the largest one of
    /// which `amount` has `number`.
    pub(crate) fn named(amount: &Amount, number: f64) -> Option<&'static str> {
        let fits = |(unit, _): &&(Self, &str)| unit.amount(number).is(amount);
        NAMES.iter().find(fits).map(|(_, name)| *name)
    }
}

const NAMES: [(WrittenUnit, &str); 17] = [
    (WrittenUnit::Years, "years"),
    (WrittenUnit::Months, "months"),
    (WrittenUnit::Weeks, "weeks"),
    (WrittenUnit::Days, "days"),
    (WrittenUnit::Hours, "hours"),
    (WrittenUnit::Minutes, "minutes"),
    (WrittenUnit::Seconds, "seconds"),
    (WrittenUnit::Milliseconds, "milliseconds"),
    (WrittenUnit::Percent, "percent"),
    (WrittenUnit::Bits, "bits"),
    (WrittenUnit::Bytes, "bytes"),
    (WrittenUnit::Kilobytes, "kB"),
    (WrittenUnit::Megabytes, "MB"),
    (WrittenUnit::Gigabytes, "GB"),
    (WrittenUnit::Kibibytes, "KiB"),
    (WrittenUnit::Mebibytes, "MiB"),
    (WrittenUnit::Gibibytes, "GiB"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_named_as_the_words_have_it() {
        let days = Amount::new(30.0 * 86_400.0, Unit::Seconds);
        assert_eq!(WrittenUnit::named(&days, 30.0), Some("days"));
        assert_eq!(WrittenUnit::named(&days, 2_592_000.0), Some("seconds"));
        assert_eq!(WrittenUnit::named(&days, 31.0), None);
        assert_eq!(WrittenUnit::named(&Amount::months(1.0), 1.0), Some("months"));
        assert_eq!(WrittenUnit::named(&Amount::new(5e6, Unit::Bytes), 5.0), Some("MB"));
    }
}
