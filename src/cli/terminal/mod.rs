//! The terminal: colours, progress, messages, diagnostics and the clock.

pub(crate) mod clock;
pub(crate) mod console;
pub(crate) mod diagnostics;
pub(crate) mod panics;
pub(crate) mod progress;
pub(crate) mod redline;
pub(crate) mod secrets;
mod stream;
pub(crate) mod style;
mod waited;
