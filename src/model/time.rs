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
/// `None` for any other value: for a number below 1, which services write for "never", and for a time
/// without a zone or with the name of a zone that has several meanings.
pub fn read_time(value: &Value) -> Option<Timestamp> {
    /// Later than this many seconds, a number is milliseconds (the year 5138).
    const SECONDS_MAX: i64 = 100_000_000_000;
    match value {
        Value::String(text) => text.parse().ok().or_else(|| http_date(text)),
        Value::Number(number) => match number.as_i64()? {
            ..1 => None,
            ms if ms > SECONDS_MAX => Timestamp::from_millisecond(ms).ok(),
            seconds => Timestamp::from_second(seconds).ok(),
        },
        _ => None,
    }
}

/// RFC 5322 (section 4.3) reads an unknown zone as "-0000", as `jiff` does: here it is unknown.
fn http_date(text: &str) -> Option<Timestamp> {
    const ZONES: [&str; 12] =
        ["UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"];
    // A comment may follow the zone.
    let zone = text.split('(').next()?.split_whitespace().next_back()?;
    let is_offset = zone.len() == 5
        && zone.starts_with(['+', '-'])
        && zone[1..].bytes().all(|byte| byte.is_ascii_digit());
    let is_known = is_offset || ZONES.iter().any(|known| known.eq_ignore_ascii_case(zone));
    let date = is_known.then(|| jiff::fmt::rfc2822::parse(text).ok())?;
    date.map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let day = jiff::civil::date(2026, 11, 22);
        assert_eq!(end_of_day(day).to_string(), "2026-11-23T00:00:00Z");
    }

    #[test]
    fn a_time_without_a_known_zone_is_not_read() {
        let read = |value: serde_json::Value| read_time(&value).map(|time| time.to_string());
        let ten = Some("2026-11-22T10:00:00Z".to_owned());
        for text in [
            "2026-11-22T10:00:00Z",
            "2026-11-22T11:00:00+01:00",
            "2026-11-22T11:00:00+01:00[Europe/Berlin]",
            "Sun, 22 Nov 2026 10:00:00 GMT",
            "Sun, 22 Nov 2026 05:00:00 EST",
            "Sun, 22 Nov 2026 11:00:00 +0100 (CET)",
        ] {
            assert_eq!(read(text.into()), ten, "{text}");
        }
        for text in [
            "2026-11-22T10:00:00",
            "2026-11-22 10:00",
            "2026-11-22T10:00:00[Europe/Berlin]",
            "Sun, 22 Nov 2026 10:00:00 CET",
            "Sun, 22 Nov 2026 10:00:00 XYZ",
            "Sun, 22 Nov 2026 10:00:00",
            "1795341600",
            "yesterday",
        ] {
            assert_eq!(read(text.into()), None, "{text}");
        }
        assert_eq!(read(0.into()), None);
        assert_eq!(read((-1).into()), None);
        assert_eq!(read(1_795_341_600.into()), ten);
        assert_eq!(read(1_795_341_600_000_i64.into()), ten);
    }
}
