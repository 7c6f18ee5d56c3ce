//! The demo's clock. No other module reads the time.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// A fixed time, or the real clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    frozen: Option<Timestamp>,
}

impl Clock {
    /// A clock that always shows `frozen`, or the real one.
    pub(crate) fn new(frozen: Option<Timestamp>) -> Self {
        Self { frozen }
    }

    /// The current time.
    #[expect(
        clippy::disallowed_methods,
        reason = "the add-on is a separate service, which reads the clock only here"
    )]
    pub(crate) fn now(self) -> Timestamp {
        self.frozen.unwrap_or_else(Timestamp::now)
    }

    /// The time in whole seconds, rounded down, so that it is never in the future.
    pub(crate) fn second(self) -> Timestamp {
        let now = self.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// The time in the format of the `Date` field (RFC 9110, section 5.6.7).
    pub(crate) fn http_date(self) -> String {
        // Formatting fails only for years before 1 or after 9999.
        DateTimePrinter::new().timestamp_to_rfc9110_string(&self.now()).unwrap_or_default()
    }
}
