//! The layout of a report for people: its width, its colours, and how its lines are wrapped.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

/// The width of a report that is not shown on a terminal. It is fixed, so that the same run gives the same
/// bytes.
pub const WIDTH: usize = 80;

/// Columns that a label and the spaces around it take: `  expected  `.
const LABEL: usize = 12;

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
    pub fn paint(&self, style: Style, text: &str) -> String {
        match self.colour {
            Colour::Plain => text.to_owned(),
            Colour::Ansi => format!("{style}{text}{style:#}"),
        }
    }

    /// A text under a label of at most nine characters, each line of it indented alike:
    ///
    /// ```text
    ///   expected  the answer is a refusal
    ///             (400, 401, 403 or 404)
    /// ```
    pub fn entry(&self, label: &str, text: &str) -> String {
        let head = format!("  {}", self.paint(DIM, &format!("{label:9}")));
        let lines = wrap(text, self.width.saturating_sub(LABEL));
        hang(&format!("{head} "), LABEL, &lines)
    }

    /// The same for a command line: it is broken between arguments, with a back-slash, so that a
    /// shell still reads it.
    pub fn command(&self, label: &str, line: &str) -> String {
        let head = format!("  {}", self.paint(DIM, &format!("{label:9}")));
        let lines = wrap_command(line, self.width.saturating_sub(LABEL));
        hang(&format!("{head} "), LABEL, &lines)
    }

    /// A text with all lines indented by a number of columns.
    pub fn paragraph(&self, indent: usize, text: &str) -> String {
        self.hanging(&" ".repeat(indent), text)
    }

    /// A text after a head; its further lines are indented to the start of the text.
    pub fn hanging(&self, head: &str, text: &str) -> String {
        let indent = width(head);
        hang(head, indent, &wrap(text, self.width.saturating_sub(indent)))
    }
}

/// Columns of a text on a terminal, escape codes left out.
pub fn width(text: &str) -> usize {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().map_or(0, |piece| piece.width());
    let rest = pieces.map(|piece| piece.split_once('m').map_or(0, |(_, shown)| shown.width()));
    first + rest.sum::<usize>()
}

fn hang(head: &str, indent: usize, lines: &[String]) -> String {
    let mut out = String::from(head);
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The lines of a text, broken at spaces; a word that is longer than a line is broken anywhere.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let words = text.split(' ').flat_map(|word| pieces(word, columns));
    fill(words, columns)
}

/// The lines of a command, broken between arguments. An argument is never broken.
fn wrap_command(line: &str, columns: usize) -> Vec<String> {
    let mut lines = fill(arguments(line).into_iter(), columns.saturating_sub(2));
    let last = lines.len().saturating_sub(1);
    lines[..last].iter_mut().for_each(|line| line.push_str(" \\"));
    lines
}

/// Fills lines of a maximum width with words.
fn fill(words: impl Iterator<Item = String>, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(&word) <= columns => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// A word in pieces that fit into a line; one with escape codes stays whole.
fn pieces(word: &str, columns: usize) -> Vec<String> {
    if width(word) <= columns || word.contains('\u{1b}') {
        return vec![word.to_owned()];
    }
    let mut pieces = vec![String::new()];
    for character in word.chars() {
        let mut piece = pieces.pop().unwrap_or_default();
        if width(&piece) + width(character.encode_utf8(&mut [0; 4])) > columns {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(character);
        pieces.push(piece);
    }
    pieces
}

/// The arguments of a command line, with their quotation marks.
fn arguments(line: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let (mut quote, mut is_escaped) = (None, false);
    for character in line.chars() {
        if character == ' ' && quote.is_none() && !is_escaped {
            all.push(String::new());
            continue;
        }
        match (quote, character) {
            _ if is_escaped => {}
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        is_escaped = character == '\\' && !is_escaped && quote != Some('\'');
        if let Some(argument) = all.last_mut() {
            argument.push(character);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_start_where_the_text_starts() {
        let layout = Layout { width: 30, ..Layout::default() };
        insta::assert_snapshot!(layout.entry("expected", "the answer is a refusal (401 or 403)"), @r"
          expected  the answer is a
                    refusal (401 or
                    403)
        ");
        assert_eq!(layout.entry("seen", ""), "  seen      \n");
        assert_eq!(layout.hanging("1. ", &"x".repeat(30)).lines().count(), 2);
    }

    #[test]
    fn a_command_line_is_broken_where_a_shell_reads_on() {
        let line =
            r#"curl -H "Authorization: JWT ${X}" --json "{\"a\":\" b\"}" "https://a.test/x y""#;
        assert_eq!(
            wrap_command(line, 36),
            [
                r#"curl -H "Authorization: JWT ${X}" \"#,
                r#"--json "{\"a\":\" b\"}" \"#,
                r#""https://a.test/x y""#,
            ]
        );
        let long = format!("curl {}", "x".repeat(100));
        assert_eq!(wrap_command(&long, 20).len(), 2, "an argument is never broken");
    }

    #[test]
    fn escape_codes_take_no_room() {
        let layout = Layout { colour: Colour::Ansi, ..Layout::default() };
        let painted = layout.paint(RED, "Failed");
        assert!(painted.len() > 6);
        assert_eq!(width(&painted), 6);
        assert_eq!(width("日本"), 4);
        assert_eq!(Layout::default().paint(RED, "Failed"), "Failed");
    }
}
