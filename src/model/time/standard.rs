//! Times in the formats of standards: RFC 3339 with its extension RFC 9557, and mail dates (RFC 5322).

use jiff::Timestamp;

/// Reads a time in one of these formats.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| mail_date(text))
}

/// RFC 5322 (section 4.3) reads an unknown zone as "-0000", as `jiff` does: here it is unknown.
fn mail_date(text: &str) -> Option<Timestamp> {
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
