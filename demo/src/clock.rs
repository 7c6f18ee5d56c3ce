//! The demo's time, read in this one place.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// A clock that stands still, or the real one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    frozen: Option<Timestamp>,
}

impl Clock {
    /// The clock that stands at `frozen`, or the real one.
    pub(crate) fn new(frozen: Option<Timestamp>) -> Self {
        Self { frozen }
    }

    /// The time.
    #[expect(
        clippy::disallowed_methods,
        reason = "the add-on is a service of its own: a service reads the clock, and does so here only"
    )]
    pub(crate) fn now(self) -> Timestamp {
        self.frozen.unwrap_or_else(Timestamp::now)
    }

    /// The time in whole seconds, rounded down, so that nobody sees it lie ahead.
    pub(crate) fn second(self) -> Timestamp {
        let now = self.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// The time as the `Date` field has it (RFC 9110, section 5.6.7).
    pub(crate) fn http_date(self) -> String {
        // Only years before 1 or after 9999 cannot be written, and no clock shows those.
        DateTimePrinter::new().timestamp_to_rfc9110_string(&self.now()).unwrap_or_default()
    }
}
