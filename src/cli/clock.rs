//! The one place that reads the clock.

use jiff::Timestamp;

/// The time: the machine's, or one that was given (with the demo only).
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// The time that was given.
    pub fixed: Option<Timestamp>,
}

impl Clock {
    /// The time.
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    pub fn now(self) -> Timestamp {
        self.fixed.unwrap_or_else(Timestamp::now)
    }
}
