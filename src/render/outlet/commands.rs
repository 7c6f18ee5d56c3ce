//! The workflow commands of GitHub: the one medium whose lines are commands, and ours alone.

use crate::language::unseen::visible;
use crate::render::outlet::terminal::broken;
use crate::render::outlet::{Medium, Text};

/// Workflow commands, a line each.
#[derive(Clone, Copy, Debug)]
pub enum Commands {}

impl Medium for Commands {
    /// The value of a property, which ends at `:` and `,` too.
    fn escape(foreign: &str) -> String {
        data(foreign).replace(':', "%3A").replace(',', "%2C")
    }
}

impl Text<Commands> {
    /// A command's message.
    pub(crate) fn message(foreign: &str) -> Self {
        Self::escaped(data(foreign))
    }
}

fn data(foreign: &str) -> String {
    let shown = foreign.split('\n').map(|line| broken(&visible(line.trim_end_matches('\r'))));
    shown.map(|line| line.replace('%', "%25")).collect::<Vec<_>>().join("%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_end_a_command_or_begin_another() {
        let message = |text| Text::message(text).finish().into_bytes();
        assert_eq!(message("50%\r\n::error::x\u{1b}"), b"50%25%0A::error::x\\u{1b}");
        assert_eq!(message("a ##[error]b"), b"a #\\u{23}[error]b");
        assert_eq!(Commands::escape("a,title=b::c\rd"), "a%2Ctitle=b%3A%3Ac\\rd");
    }
}
