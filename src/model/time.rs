//! Reading instants and days, and putting them into words. All are in UTC.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

/// The end of a day in UTC, which is the first instant of the next day.
pub fn end_of_day(day: Date) -> Timestamp {
    let next = day.tomorrow().unwrap_or(Date::MAX);
    next.to_zoned(jiff::tz::TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// The first instant of a day in UTC.
pub fn start_of_day(day: Date) -> Timestamp {
    day.to_zoned(jiff::tz::TimeZone::UTC).map_or(Timestamp::MIN, |zoned| zoned.timestamp())
}

/// The day of an instant, in UTC.
pub fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// An instant in words: `22 Nov 2026, 10:00 UTC`.
pub fn in_words(instant: Timestamp) -> String {
    instant.to_zoned(jiff::tz::TimeZone::UTC).strftime("%-d %b %Y, %H:%M UTC").to_string()
}

/// Reads an instant: RFC 3339, seconds or milliseconds since 1970, or an HTTP date (RFC 9110). Returns
/// `None` for any other value.
pub fn read_time(value: &Value) -> Option<Timestamp> {
    /// Later than this many seconds, a number is milliseconds (the year 5138).
    const SECONDS_MAX: i64 = 100_000_000_000;
    match value {
        Value::String(text) => text.parse().ok().or_else(|| http_date(text)),
        Value::Number(number) => match number.as_i64()? {
            ms if ms > SECONDS_MAX => Timestamp::from_millisecond(ms).ok(),
            seconds => Timestamp::from_second(seconds).ok(),
        },
        _ => None,
    }
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let day = jiff::civil::date(2026, 11, 22);
        assert_eq!(end_of_day(day).to_string(), "2026-11-23T00:00:00Z");
    }
}
