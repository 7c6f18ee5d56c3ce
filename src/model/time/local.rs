//! Dates and local times, which need a zone.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::model::time::unread::Unread;
use crate::model::time::zone::Zone;

/// The first instant of a day: in UTC, unless the zone is known.
pub(super) fn first_instant(day: Date, zone: Option<&Zone>) -> Timestamp {
    let local = day.to_datetime(Time::midnight());
    let in_zone = zone.and_then(|zone| zone.instant(local));
    let in_utc = || local.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |zoned| zoned.timestamp());
    in_zone.unwrap_or_else(in_utc)
}

/// The instant of a local time.
pub(super) fn of_local(
    local: DateTime,
    zone: Option<&Zone>,
    why: impl FnOnce() -> String,
) -> Result<Timestamp, Unread> {
    zone.and_then(|zone| zone.instant(local)).ok_or_else(|| Unread::Local(local, why()))
}
