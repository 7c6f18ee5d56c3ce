//! Reading instants and days, and putting them into words. All are in UTC.

mod epoch;
mod local;
pub mod read;
mod standard;
pub mod unread;
mod written;
pub mod zone;

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

/// Reads an instant as common programs write it (see [`read::read`]), without knowing their zone: `None` for a
/// time without an offset from UTC, and for everything else that is not a time.
pub fn read_time(value: &Value) -> Option<Timestamp> {
    read::read(value, None).ok()
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
