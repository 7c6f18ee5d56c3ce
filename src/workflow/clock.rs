//! The clock of a run.

use jiff::Timestamp;

/// Reads the system's clock, or gives a fixed time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The time that was set for the demo; `None` for the system's.
    pub fixed: Option<Timestamp>,
    /// Reads the system's clock. Only the command line may do that, so it passes the function in.
    pub system: fn() -> Timestamp,
}

impl Clock {
    /// The time.
    pub fn now(self) -> Timestamp {
        self.fixed.unwrap_or_else(self.system)
    }
}
