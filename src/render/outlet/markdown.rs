//! Markdown as forges show it (GitHub Flavored Markdown). Foreign text is words and nothing else: no link, image, HTML,
//! mention, reference, emoji, formula, list, table or fence.

use crate::language::unseen::visible;
use crate::render::outlet::terminal::Terminal;
use crate::render::outlet::{Medium, Text};

/// A character without width: forges look for addresses, mentions and references in the finished text, where an escaped mark
/// is a mark again.
const APART: &str = "&#8203;";

/// Markdown.
#[derive(Clone, Copy, Debug)]
pub enum Markdown {}

impl Medium for Markdown {
    fn escape(foreign: &str) -> String {
        let words = foreign.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = visible(&words);
        let mut line = String::with_capacity(words.len());
        for (at, c) in words.char_indices() {
            let (before, after) = (&words[..at], &words[at + c.len_utf8()..]);
            if "\\`*_{}[]<>#|~&!$^".contains(c) || starts_block(before, c, after) {
                line.push('\\');
            }
            line.push(c);
            if is_reference(before, c, after) {
                line.push_str(APART);
            }
        }
        line
    }

    fn finish(text: String) -> String {
        Terminal::finish(text)
    }
}

impl Text<Markdown> {
    /// Foreign text as code: no link and no mention of a user, whatever it contains.
    pub(crate) fn code(foreign: &str) -> Self {
        let text = visible(foreign);
        let fence = fence(&text, 1);
        let padded = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
        Self::escaped(format!("{fence}{padded}{text}{padded}{fence}"))
    }

    /// The same in a cell of a table, which a bar would end.
    pub(crate) fn cell(foreign: &str) -> Self {
        Self::escaped(Self::code(foreign).text.replace('|', "\\|"))
    }

    /// Lines as a block of code.
    pub(crate) fn block(lines: &Text<Terminal>) -> Self {
        let text = lines.plain();
        let fence = fence(&text, 3);
        Self::escaped(format!("{fence}text\n{}\n{fence}", text.trim_end()))
    }
}

/// Whether a character at the start of a line would make it an item of a list, a rule or a heading.
fn starts_block(before: &str, c: char, after: &str) -> bool {
    let is_number = !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit());
    match c {
        '-' | '+' | '=' | ':' => before.is_empty(),
        '.' | ')' => is_number && (after.is_empty() || after.starts_with(' ')),
        _ => false,
    }
}

/// Whether a character begins what a forge makes a link, a mention, a reference or a picture of.
fn is_reference(before: &str, c: char, after: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_+-".contains(c);
    match c {
        '@' => after.starts_with(is_name),
        '#' => after.starts_with(|c: char| c.is_ascii_digit()),
        ':' if after.starts_with("//") => true,
        ':' => {
            let rest = after.trim_start_matches(is_name);
            rest.len() < after.len() && rest.starts_with(':')
                || before.to_ascii_lowercase().ends_with("mailto")
                || before.to_ascii_lowercase().ends_with("xmpp")
        }
        'w' | 'W' => after.starts_with('.') && before.to_ascii_lowercase().ends_with("ww"),
        '-' => {
            before.to_ascii_lowercase().ends_with("gh")
                && after.starts_with(|c: char| c.is_ascii_digit())
        }
        _ => false,
    }
}

/// A run of back-ticks that is longer than any in the text, and has a minimum length.
fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(least.max(longest + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_words_and_nothing_else() {
        for (text, escaped) in [
            ("<b> [x](y) | #1", "\\<b\\> \\[x\\](y) \\| \\#&#8203;1"),
            ("https://evil.test", "https:&#8203;//evil.test"),
            ("see www.evil.test", "see www&#8203;.evil.test"),
            ("@all a@b.test", "@&#8203;all a@&#8203;b.test"),
            (":warning: at 10:30", "\\:&#8203;warning: at 10:30"),
            ("GH-12 $x$", "GH-&#8203;12 \\$x\\$"),
            ("- a\n# b", "\\- a \\# b"),
            ("1. a", "1\\. a"),
            ("10.0.0.1 is 1.5", "10.0.0.1 is 1.5"),
            ("a\u{202e}b\u{1b}", "a\\\\u\\{202e\\}b\\\\u\\{1b\\}"),
        ] {
            assert_eq!(Markdown::escape(text), escaped, "{text}");
        }
    }

    #[test]
    fn what_the_target_sent_is_code_that_it_cannot_end() {
        let code = |text| Text::code(text).finish().to_string();
        assert_eq!(code("a ``b`` @all"), "```a ``b`` @all```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(Text::cell("a|b\n").finish().to_string(), "`a\\|b\\n`");
        let lines = Text::new().own("a\n```\nb");
        assert_eq!(Text::block(&lines).finish().to_string(), "````text\na\n```\nb\n````");
    }
}
