//! Text in lines of a maximum width.

use unicode_width::UnicodeWidthStr as _;

use crate::render::outlet::Text;
use crate::render::outlet::terminal::Terminal;

impl Text<Terminal> {
    /// Columns on a terminal.
    pub fn width(&self) -> usize {
        width(&self.text)
    }

    /// Its lines, broken at spaces; a word that is longer than a line is broken anywhere.
    pub(crate) fn wrapped(&self, columns: usize) -> Vec<Self> {
        let columns = columns.max(1);
        let words = self.text.split(' ').flat_map(|word| pieces(word, columns));
        fill(words, columns).into_iter().map(Self::escaped).collect()
    }

    /// The lines of a command, broken between arguments with a back-slash, so that a shell still reads it. An
    /// argument is never broken.
    pub(crate) fn wrapped_as_command(&self, columns: usize) -> Vec<Self> {
        let mut lines = fill(arguments(&self.text).into_iter(), columns.saturating_sub(2));
        let last = lines.len().saturating_sub(1);
        lines[..last].iter_mut().for_each(|line| line.push_str(" \\"));
        lines.into_iter().map(Self::escaped).collect()
    }

    /// The text with spaces after it, up to a width.
    pub fn padded(self, columns: usize) -> Self {
        let missing = columns.saturating_sub(self.width());
        self.put(Self::blank(missing))
    }

    /// So many spaces.
    pub(crate) fn blank(columns: usize) -> Self {
        Self::escaped(" ".repeat(columns))
    }
}

/// Columns of a text on a terminal, escape codes left out.
pub fn width(text: &str) -> usize {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().map_or(0, |piece| piece.width());
    let rest = pieces.map(|piece| piece.split_once('m').map_or(0, |(_, shown)| shown.width()));
    first + rest.sum::<usize>()
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
    use anstyle::AnsiColor;

    use super::*;

    fn wrap_command(line: &str, columns: usize) -> Vec<String> {
        let lines = Text::from(line).wrapped_as_command(columns);
        lines.iter().map(Text::plain).collect()
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
        let painted = Text::styled(AnsiColor::Red.on_default(), "Failed");
        assert_eq!(painted.width(), 6);
        assert_eq!(width("日本"), 4);
    }
}
