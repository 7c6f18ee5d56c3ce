//! Terminals, and the logs of CI systems that record them: text without control characters of foreign origin. Colours
//! are styles of ours, added after foreign text was escaped; they are never found in text.

mod commands;
mod wrap;

use anstyle::Style;

use crate::language::unseen::{is_unseen, visible, written_out};
use crate::render::outlet::{Medium, Text, Written};

pub(crate) use crate::render::outlet::terminal::commands::{broken, is_command};
pub use crate::render::outlet::terminal::wrap::width;

/// A terminal, or a log.
#[derive(Clone, Copy, Debug)]
pub enum Terminal {}

impl Medium for Terminal {
    fn escape(foreign: &str) -> String {
        visible(foreign).into_owned()
    }

    fn finish(text: String) -> String {
        commands::guarded(&text)
    }
}

impl Text<Terminal> {
    /// A text in a style.
    pub fn styled(style: Style, text: impl Into<Self>) -> Self {
        let text = text.into().text;
        Self::escaped(format!("{style}{text}{style:#}"))
    }

    /// Several lines that a library has drawn from foreign text, without colour and with it. The coloured form counts
    /// only if the other one has nothing that could be taken for a colour or a command of a terminal.
    pub fn drawn(plain: &str, coloured: Option<String>) -> Self {
        let is_foreign = |c: char| c != '\n' && is_unseen(c);
        match coloured {
            Some(coloured) if !plain.contains(is_foreign) => Self::escaped(coloured),
            _ => Self::lines(plain),
        }
    }

    /// Several lines of foreign text. They must not be the first on their line: a gutter, or spaces, come before each.
    pub fn lines(foreign: &str) -> Self {
        Self::escaped(written_out(foreign, |c| c != '\n' && is_unseen(c)).into_owned())
    }

    /// The text without colours.
    pub fn plain(&self) -> String {
        let mut pieces = self.text.split('\u{1b}');
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.filter_map(|piece| piece.split_once('m')).fold(first, |text, (_, rest)| text + rest)
    }
}

impl Written {
    /// Text that a library generates from this program's own options, such as a manual page: its lines and tabs stay.
    pub fn generated(text: &str) -> Self {
        Self(written_out(text, |c| !matches!(c, '\n' | '\t') && is_unseen(c)).into_owned())
    }

    /// Coloured help that a library generates from this program's own options.
    pub fn help(coloured: String) -> Self {
        Self(coloured)
    }
}

#[cfg(test)]
mod tests {
    use anstyle::AnsiColor;

    use super::*;

    const EVIL: &str = "a\u{1b}[2J\u{9b}31m\r\n::error::x\u{202e}";

    #[test]
    fn only_our_own_styles_are_escape_sequences() {
        let text = Text::styled(AnsiColor::Red.on_default(), EVIL).own("\n").put(EVIL);
        let shown = "a\\u{1b}[2J\\u{9b}31m\\r\\n::error::x\\u{202e}";
        assert_eq!(text.plain(), format!("{shown}\n{shown}"));
        let written = text.finish();
        assert_eq!(written.as_str(), format!("\u{1b}[31m{shown}\u{1b}[0m\n{shown}"));
    }

    #[test]
    fn lines_that_a_library_drew_are_coloured_only_without_foreign_controls() {
        let coloured = || Some("\u{1b}[1mx\u{1b}[0m".to_owned());
        assert_eq!(Text::drawn("x", coloured()).finish().as_str(), "\u{1b}[1mx\u{1b}[0m");
        assert_eq!(Text::drawn("x\u{1b}", coloured()).finish().as_str(), "x\\u{1b}");
        assert_eq!(Text::drawn("x\ny", None).finish().as_str(), "x\ny");
    }
}
