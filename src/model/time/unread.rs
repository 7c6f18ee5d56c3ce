//! Why a value was not read as a time.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// The least offset from UTC that is in use is -12 hours: a local time is at most this long after the same
/// time in UTC.
const BEHIND_UTC_MAX: jiff::SignedDuration = jiff::SignedDuration::from_hours(12);

/// Why a value was not read as a time.
#[derive(Clone, Debug, PartialEq)]
pub enum Unread {
    /// Programs write such a value for "not yet": `null`, an empty text, 0, -1 and the year 1.
    Never,
    /// It is a local time. The text is a clause: "has no offset from UTC".
    Local(DateTime, String),
    /// A clause about the value: "is not a time".
    Other(String),
}

impl Unread {
    /// A clause about the value, such as "is not a time".
    pub fn why(&self) -> &str {
        match self {
            Self::Never => "is not a time",
            Self::Local(_, why) | Self::Other(why) => why,
        }
    }

    /// The latest instant that the value can mean; `None` if that is not known.
    pub fn latest(&self) -> Option<Timestamp> {
        let Self::Local(local, _) = self else { return None };
        let in_utc = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        in_utc.checked_add(BEHIND_UTC_MAX).ok()
    }
}

/// The reason for a value of an unknown form.
pub(super) fn not_a_time() -> Unread {
    Unread::Other("is not a time that Avouch can read".into())
}

/// The reason for a local time, as a clause.
pub(super) fn no_offset() -> String {
    "has no offset from UTC".into()
}
