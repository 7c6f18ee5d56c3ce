//! The layout of a report for people: its width, its colours, and how its lines are wrapped.

use anstyle::{AnsiColor, Style};

use crate::render::outlet::Text;
use crate::render::outlet::terminal::Terminal;

/// The width of a report that is not shown on a terminal. It is fixed, so that the same run gives the same
/// bytes.
pub const WIDTH: usize = 80;

/// Columns that a label and the spaces around it take: `  expected  `.
const LABEL: usize = 12;

/// Columns of the longest label.
const LABEL_MAX: usize = 9;

/// Emphasis: the name of a claim, a heading.
pub const BOLD: Style = Style::new().bold();
/// Details that a reader may skip.
pub const DIM: Style = Style::new().dimmed();
/// For a verified claim.
pub const GREEN: Style = AnsiColor::Green.on_default();
/// For a failed claim.
pub const RED: Style = AnsiColor::Red.on_default();
/// For anything else that needs attention.
pub const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Whether a report is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// No escape codes.
    #[default]
    Plain,
    /// ANSI escape codes.
    Ansi,
}

/// Whether a report prints, for each failure, the lines of a waiver that would accept it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaiverLines {
    /// A hint at the end shows how to print them.
    #[default]
    Hidden,
    /// They follow each failed claim.
    Shown,
}

/// How a report for people is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Columns of a line.
    pub width: usize,
    /// Whether it is coloured.
    pub colour: Colour,
    /// Whether the lines of waivers are printed.
    pub waivers: WaiverLines,
}

impl Default for Layout {
    fn default() -> Self {
        Self { width: WIDTH, colour: Colour::default(), waivers: WaiverLines::default() }
    }
}

impl Layout {
    /// The text in a style, where the report is coloured.
    pub fn paint(&self, style: Style, text: impl Into<Text<Terminal>>) -> Text<Terminal> {
        match self.colour {
            Colour::Plain => text.into(),
            Colour::Ansi => Text::styled(style, text),
        }
    }

    /// A text under a label of at most nine characters, each line of it indented alike:
    ///
    /// ```text
    ///   expected  the answer is a refusal
    ///             (400, 401, 403 or 404)
    /// ```
    pub fn entry(&self, label: &'static str, text: impl Into<Text<Terminal>>) -> Text<Terminal> {
        let lines = text.into().wrapped(self.width.saturating_sub(LABEL));
        hang(self.label(label), LABEL, lines)
    }

    /// The same for a command line: it is broken between arguments, with a back-slash, so that a
    /// shell still reads it.
    pub fn command(&self, label: &'static str, line: &str) -> Text<Terminal> {
        let lines = Text::from(line).wrapped_as_command(self.width.saturating_sub(LABEL));
        hang(self.label(label), LABEL, lines)
    }

    /// A text with all lines indented by a number of columns.
    pub fn paragraph(&self, indent: usize, text: impl Into<Text<Terminal>>) -> Text<Terminal> {
        self.hanging(Text::blank(indent), text)
    }

    /// A text after a head; its further lines are indented to the start of the text.
    pub fn hanging(
        &self,
        head: impl Into<Text<Terminal>>,
        text: impl Into<Text<Terminal>>,
    ) -> Text<Terminal> {
        let head = head.into();
        let indent = head.width();
        hang(head, indent, text.into().wrapped(self.width.saturating_sub(indent)))
    }

    fn label(&self, label: &'static str) -> Text<Terminal> {
        let label = Text::new().own(label).padded(LABEL_MAX);
        Text::new().own("  ").put(self.paint(DIM, label)).own(" ")
    }
}

fn hang(head: Text<Terminal>, indent: usize, lines: Vec<Text<Terminal>>) -> Text<Terminal> {
    lines.into_iter().enumerate().fold(head, |text, (index, line)| {
        let blank = Text::blank(if index > 0 { indent } else { 0 });
        text.put(blank).put(line).own("\n")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_start_where_the_text_starts() {
        let layout = Layout { width: 30, ..Layout::default() };
        insta::assert_snapshot!(layout.entry("expected", "the answer is a refusal (401 or 403)").plain(), @r"
          expected  the answer is a
                    refusal (401 or
                    403)
        ");
        assert_eq!(layout.entry("seen", "").plain(), "  seen      \n");
        assert_eq!(layout.hanging("1. ", "x".repeat(30)).plain().lines().count(), 2);
    }

    #[test]
    fn foreign_text_starts_no_line_of_its_own() {
        let evil = layout_of("a\n::error::b \u{1b}[2Jc");
        assert_eq!(evil, "  seen      a\\n::error::b \\u{1b}[2Jc\n");
    }

    fn layout_of(text: &str) -> String {
        Layout::default().entry("seen", text).plain()
    }

    #[test]
    fn only_a_coloured_report_is_painted() {
        let painted = |colour| Layout { colour, ..Layout::default() }.paint(RED, "x").finish();
        assert_eq!(painted(Colour::Ansi).as_str(), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(painted(Colour::Plain).as_str(), "x");
    }
}
