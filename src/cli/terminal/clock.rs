//! The one place that reads the clock.

use avouch::workflow::clock::Clock;
use jiff::Timestamp;

use crate::exit::Exit;
use crate::terminal::console::Console;

/// <https://reproducible-builds.org/specs/source-date-epoch/>
const SOURCE_DATE: &str = "SOURCE_DATE_EPOCH";

/// The system's clock, or a fixed time (with the demo only).
pub(crate) fn clock(fixed: Option<Timestamp>) -> Clock {
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    let system = Timestamp::now;
    Clock { fixed, system }
}

/// The time that `SOURCE_DATE_EPOCH` gives for the build's; `None` if it is not set.
pub(crate) fn source_date(console: Console) -> Result<Option<Timestamp>, Exit> {
    let Some(value) = std::env::var_os(SOURCE_DATE) else { return Ok(None) };
    let value = value.to_string_lossy();
    let digits = Some(&value).filter(|value| value.chars().all(|c| c.is_ascii_digit()));
    let seconds = digits.and_then(|digits| digits.parse().ok());
    match seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
        Some(time) => Ok(Some(time)),
        None => {
            let message = format!("`{SOURCE_DATE}` is `{value}`, which is not a time");
            let help = "set it to whole seconds since 1970, as `date +%s` prints them, or unset it";
            console.error(message, help);
            Err(Exit::Unusable)
        }
    }
}
