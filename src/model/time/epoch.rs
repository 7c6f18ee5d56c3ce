//! Times as numbers: the time since 1970, in seconds, milliseconds, microseconds or nanoseconds.
//!
//! The unit follows from the magnitude. Each range of numbers covers the years 1973 to 5138, so no number
//! has two meanings.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Number;

use crate::model::time::unread::Unread;

/// The least number of seconds that is taken for a time (March 1973). A smaller number is more likely an
/// age or an index.
const SECONDS_MIN: f64 = 1e8;

/// The factor between two units, and between the least numbers of two ranges.
const STEP: f64 = 1e3;

/// The years of dates that are written as one number, such as 20260131.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// What a number means as a time.
pub(super) enum Numeric {
    /// A time since 1970.
    Instant(Timestamp),
    /// A date alone, as eight digits.
    Day(jiff::civil::Date),
    /// A date with a time, as twelve or fourteen digits, which have no offset from UTC.
    Civil(DateTime),
}

/// Reads a number.
pub(super) fn of_number(number: &Number) -> Result<Numeric, Unread> {
    match number.as_i64() {
        Some(whole) => of_digits(&whole.to_string()),
        None => since_1970(number.as_f64().unwrap_or_default(), None),
    }
}

/// Reads a text that is a number, such as `1769860800`, `1769860800.25` or `1.7698608e+09`; `None` if it
/// is not one.
pub(super) fn of_text(text: &str) -> Option<Result<Numeric, Unread>> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = text.strip_prefix('-').unwrap_or(text);
    if digits(whole) {
        return Some(of_digits(text));
    }
    let is_numeric = whole.starts_with(|first: char| first.is_ascii_digit())
        && whole.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let number: f64 = is_numeric.then(|| text.parse().ok())??;
    Some(since_1970(number, None))
}

fn of_digits(text: &str) -> Result<Numeric, Unread> {
    if let Some(numeric) = as_date(text) {
        return Ok(numeric);
    }
    let exact: Option<i128> = text.parse().ok();
    since_1970(text.parse().unwrap_or_default(), exact)
}

/// `20260131`, `202601311200` and `20260131120000`.
fn as_date(text: &str) -> Option<Numeric> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i8>().ok();
    let year: i16 = text.get(..4)?.parse().ok()?;
    let second = match text.len() {
        8 | 12 => 0,
        14 => part(12..14)?,
        _ => return None,
    };
    if !YEARS.contains(&year) {
        return None;
    }
    let date = jiff::civil::Date::new(year, part(4..6)?, part(6..8)?).ok()?;
    if text.len() == 8 {
        return Some(Numeric::Day(date));
    }
    let time = jiff::civil::Time::new(part(8..10)?, part(10..12)?, second, 0).ok()?;
    Some(Numeric::Civil(date.to_datetime(time)))
}

/// Reads a number of unknown unit. `exact` is the same number, if it is whole.
fn since_1970(number: f64, exact: Option<i128>) -> Result<Numeric, Unread> {
    if number <= 0.0 {
        return Err(Unread::Never);
    }
    if number < SECONDS_MIN {
        return Err(Unread::Other("is too small for a time since 1970".into()));
    }
    // The number of nanoseconds in its unit.
    let (mut unit, mut least) = (1_000_000_000_i128, SECONDS_MIN * STEP);
    while unit > 1 && number >= least {
        unit /= 1000;
        least *= STEP;
    }
    let nanoseconds =
        exact.map_or_else(|| nanoseconds(number, unit), |whole| whole.saturating_mul(unit));
    let too_large = |_| Unread::Other("is too large for a time since 1970".into());
    Timestamp::from_nanosecond(nanoseconds).map(Numeric::Instant).map_err(too_large)
}

/// Microseconds are as exact as a number with a fraction can be.
fn nanoseconds(number: f64, unit: i128) -> i128 {
    let microseconds = (number * (unit as f64 / 1e3)).round();
    (microseconds as i128).saturating_mul(1000)
}
