//! Reads times as common programs write them.

use jiff::Timestamp;
use serde_json::Value;

use crate::model::time::epoch::{self, Numeric};
use crate::model::time::local::{first_instant, of_local};
use crate::model::time::unread::{Unread, no_offset, not_a_time};
use crate::model::time::zone::Zone;
use crate::model::time::{standard, written};

/// Reads an instant: in the formats of RFC 3339 and of mail, as a time since 1970, or as Go, Ruby, Python,
/// PostgreSQL, Git, OpenSSL, `date` and similar programs print it. A date alone means its first instant.
///
/// # Errors
///
/// If the value is not a time, is ambiguous, or is a local time and `zone` is not given.
pub fn read(value: &Value, zone: Option<&Zone>) -> Result<Timestamp, Unread> {
    match value {
        Value::Null => Err(Unread::Never),
        Value::String(text) => read_text(text.trim(), zone),
        Value::Number(number) => epoch::of_number(number).and_then(|one| of_numeric(one, zone)),
        // MongoDB Extended JSON.
        Value::Object(object) if object.len() == 1 => {
            let inner = object.get("$date").or_else(|| object.get("$numberLong"));
            inner.map_or_else(|| Err(not_a_time()), |inner| read(inner, zone))
        }
        _ => Err(not_a_time()),
    }
}

/// Reads a time in one of the formats of standards only: RFC 3339, RFC 9557 and RFC 5322.
pub fn read_standard(text: &str) -> Option<Timestamp> {
    standard::read(text)
}

fn read_text(text: &str, zone: Option<&Zone>) -> Result<Timestamp, Unread> {
    if text.is_empty() {
        return Err(Unread::Never);
    }
    if let Some(since_1970) = of_microsoft(text) {
        return epoch::of_text(since_1970)
            .unwrap_or_else(|| Err(not_a_time()))
            .and_then(|one| of_numeric(one, zone));
    }
    if let Some(numeric) = epoch::of_text(text.strip_prefix('@').unwrap_or(text)) {
        return numeric.and_then(|one| of_numeric(one, zone));
    }
    let read = match standard::read(text) {
        Some(time) => time,
        None => written::read(text, zone)?,
    };
    // Go prints the year 1 for a time that was never set.
    let is_set = read.to_zoned(jiff::tz::TimeZone::UTC).year() > 1;
    is_set.then_some(read).ok_or(Unread::Never)
}

/// The milliseconds of `/Date(1769860800000+0100)/`.
fn of_microsoft(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let end = inner.find(['+', '-']).filter(|end| *end > 0).unwrap_or(inner.len());
    inner.get(..end)
}

fn of_numeric(numeric: Numeric, zone: Option<&Zone>) -> Result<Timestamp, Unread> {
    match numeric {
        Numeric::Instant(time) => Ok(time),
        Numeric::Day(day) => Ok(first_instant(day, zone)),
        Numeric::Civil(local) => of_local(local, zone, no_offset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOON: &str = "2026-01-31T12:00:00Z";

    fn at(value: &Value) -> Option<String> {
        read(value, None).ok().map(|time| time.to_string())
    }

    fn texts(all: &[&str], expected: Option<&str>) {
        for text in all {
            assert_eq!(at(&json!(text)).as_deref(), expected, "{text}");
        }
    }

    fn local(text: &str) -> bool {
        matches!(read(&json!(text), None), Err(Unread::Local(..)))
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    #[test]
    fn times_of_common_programs_are_read() {
        let all = [
            NOON,
            "2026-01-31t12:00:00z",
            "2026-01-31T13:00:00+01:00",
            "2026-01-31T13:00:00+0100",
            "2026-01-31T13:00:00+01",
            "2026-01-31T13:00:00+01:00[Europe/Berlin]",
            "2026-01-31T12:00Z",
            "20260131T120000Z",
            "20260131120000Z",
            "2026-01-31 12:00:00 +0000",
            "2026-01-31 12:00:00 UTC",
            "2026-01-31 12:00:00Z",
            "2026-01-31 12:00:00+00",
            "2026-01-31 12:00:00 +0000 UTC",
            "2026-01-31 13:00:00 +0100 CET",
            "2026-01-31 17:30:00 +0530 +0530",
            "2026-01-31 12:00:00 +0000 UTC m=+0.123456789",
            "2026-01-31 12:00:00 GMT",
            "2026/01/31 12:00:00 +0000",
            "Sat, 31 Jan 2026 12:00:00 GMT",
            "Sat, 31 Jan 2026 07:00:00 EST",
            "Sat, 31 Jan 2026 13:00:00 +0100 (CET)",
            "31 Jan 2026 12:00 UTC",
            "31 Jan 26 12:00 UTC",
            "Saturday, 31-Jan-26 12:00:00 UTC",
            "Sat Jan 31 12:00:00 2026 +0000",
            "Sat Jan 31 12:00:00 +0000 2026",
            "Sat Jan 31 12:00:00 UTC 2026",
            "Sat Jan 31 12:00:00 PM UTC 2026",
            "Sat 31 Jan 2026 12:00:00 PM UTC",
            "Sat 2026-01-31 12:00:00 UTC",
            "Sat Jan 31 2026 12:00:00 GMT+0000 (Coordinated Universal Time)",
            "Sat Jan 31 2026 13:00:00 GMT+0100 (Central European Standard Time)",
            "Jan 31 12:00:00 2026 GMT",
            "Jan 31, 2026 12:00:00 PM UTC",
            "January 31, 2026, 12:00 UTC",
            "31/Jan/2026:12:00:00 +0000",
            "31.01.2026 12:00:00 UTC",
            "1/31/2026 12:00:00 PM UTC",
            "31/1/2026 12:00:00 UTC",
            "1769860800",
            "@1769860800",
            "1769860800.0",
            "1.7698608e+09",
            "1769860800000",
            "1769860800000000",
            "1769860800000000000",
            "/Date(1769860800000)/",
            "/Date(1769860800000+0100)/",
            " 2026-01-31T12:00:00Z\n",
        ];
        texts(&all, Some(NOON));
    }

    #[test]
    fn fractions_of_a_second_are_read() {
        let all = [
            "2026-01-31T12:00:00.25Z",
            "2026-01-31 12:00:00.250000000 +0000 UTC",
            "2026-01-31 12:00:00,250 +0000",
            "1769860800.25",
            "1769860800250",
        ];
        texts(&all, Some("2026-01-31T12:00:00.25Z"));
        assert_eq!(at(&json!(1_769_860_800.25)).as_deref(), Some("2026-01-31T12:00:00.25Z"));
    }

    #[test]
    fn numbers_are_read_by_their_magnitude() {
        for number in [
            json!(1_769_860_800),
            json!(1_769_860_800.0),
            json!(1_769_860_800_000_i64),
            json!(1_769_860_800_000_000_i64),
            json!(1_769_860_800_000_000_000_i64),
            json!({"$date": {"$numberLong": "1769860800000"}}),
            json!({"$date": NOON}),
        ] {
            assert_eq!(at(&number).as_deref(), Some(NOON), "{number}");
        }
    }

    #[test]
    fn a_date_alone_means_its_first_instant() {
        let all =
            ["2026-01-31", "20260131", "2026/01/31", "31 Jan 2026", "Jan 31, 2026", "31.01.2026"];
        texts(&all, Some("2026-01-31T00:00:00Z"));
        assert_eq!(at(&json!(20_260_131)).as_deref(), Some("2026-01-31T00:00:00Z"));
        let read = read(&json!("2026-01-31"), Some(&zone("Europe/Berlin"))).unwrap();
        assert_eq!(read.to_string(), "2026-01-30T23:00:00Z");
    }

    #[test]
    fn a_local_time_needs_a_zone() {
        for text in [
            "2026-01-31T12:00:00",
            "2026-01-31T12:00:00.000000",
            "2026-01-31 12:00",
            "20260131T120000",
            "20260131120000",
            "202601311200",
            "Sat Jan 31 12:00:00 2026",
            "Sat Jan 31 12:00 2026",
            "Sat, 31 Jan 2026 12:00:00",
            "Sat, 31 Jan 2026 12:00:00 CET",
            "Sat Jan 31 12:00:00 CST 2026",
            "31-Jan-2026 12:00",
        ] {
            assert!(local(text), "{text}");
            let read = read(&json!(text), Some(&zone("Europe/Berlin"))).unwrap();
            assert_eq!(read.to_string().get(..13), Some("2026-01-31T11"), "{text}");
        }
        let summer = read(&json!("2026-07-31 12:00:00"), Some(&zone("Europe/Berlin"))).unwrap();
        assert_eq!(summer.to_string(), "2026-07-31T10:00:00Z");
        let with_offset = read(&json!(NOON), Some(&zone("Asia/Tokyo"))).unwrap();
        assert_eq!(with_offset.to_string(), NOON);
    }

    #[test]
    fn the_latest_meaning_of_a_local_time_is_known() {
        let unread = read(&json!("2026-01-31 12:00:00"), None).unwrap_err();
        assert_eq!(unread.latest().unwrap().to_string(), "2026-02-01T00:00:00Z");
        assert_eq!(Unread::Never.latest(), None);
    }

    #[test]
    fn other_values_are_not_times() {
        let all = [
            "yesterday",
            "2 hours ago",
            "noon",
            "01/02/2026",
            "1/2/2026 12:00:00 UTC",
            "01-02-2026",
            "2026-02-30T12:00:00Z",
            "2026-01-31 25:00:00 UTC",
            "2026-01",
            "12:00:00",
            "Fri Jan 31 12:00:00 2026 +0000",
            "Sat, 31 Jan 2026 12:00:00 XYZ ABC",
            "2026-01-31 2026-01-30 UTC",
            "2026-W05-6",
            "v1.2.3",
            "86400",
            "17",
        ];
        texts(&all, None);
        for value in [json!(86_400), json!(17), json!([]), json!({}), json!(true)] {
            assert!(matches!(read(&value, None), Err(Unread::Other(_))), "{value}");
        }
        let ambiguous = read(&json!("01/02/2026"), None).unwrap_err();
        assert!(ambiguous.why().contains("the day or the month first"), "{ambiguous:?}");
    }

    #[test]
    fn values_for_never_are_not_times() {
        let all = [json!(null), json!(""), json!(0), json!(-1), json!("0"), json!("-1")];
        for value in all.into_iter().chain([json!("0001-01-01T00:00:00Z")]) {
            assert_eq!(read(&value, None), Err(Unread::Never), "{value}");
        }
    }
}
