//! The one place that reads the clock.

use jiff::Timestamp;

/// The time: the machine's, or one that was given (with the demo only).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    /// The time that was given.
    pub(crate) fixed: Option<Timestamp>,
}

impl Clock {
    /// The time.
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    pub(crate) fn now(self) -> Timestamp {
        self.fixed.unwrap_or_else(Timestamp::now)
    }
}
