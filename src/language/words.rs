//! The form of a passage's words in which they are compared, quoted and digested.
//!
//! Changes that editors and typesetting make automatically are ignored: white space and wrapping,
//! invisible characters, the shape of quotation marks and dashes, and dots in place of an ellipsis.
//! Emphasis and code marks are not part of the words at all.
//!
//! Everything else counts: each letter and its case, each digit, each mark, and the addresses of
//! links, which follow the linked text as `<address>`; a footnote is `[its text]`. Characters that
//! only look alike, or mean the same, are different: a minus sign and a hyphen, a superscript or
//! full-width digit and a digit, a Cyrillic and a Latin letter.

use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// The text on one line, composed (NFC), with one space for any white space and without invisible
/// characters.
pub fn one_line(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).nfc().collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The comparable form of a text: on one line, with plain quotation marks, dashes and dots.
pub fn normalise(text: &str) -> String {
    let line = without_spaces_in_guillemets(&one_line(text));
    let words: Vec<String> = line.split(' ').map(of_word).collect();
    without_idle_spaces(&words.join(" "))
}

/// The bytes of each run of characters without white space.
pub fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_whitespace().map(move |run| {
        // Both are slices of one text.
        let start = run.as_ptr().addr() - text.as_ptr().addr();
        start..start + run.len()
    })
}

/// The text with its first letter in upper case.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Whether two texts have the same words.
pub fn same(a: &str, b: &str) -> bool {
    normalise(a) == normalise(b)
}

/// Whether a character is invisible and changes how others are read: it reverses the direction of
/// writing (Unicode Annex 9), contains hidden text, or is a letter without a shape. Honest text does
/// not need any of them.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // embeddings, overrides, isolates
        | '\u{2061}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' // tags
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}') // fillers
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}')
}

/// A word with plain marks. Several hyphens become one, except at the start of a word: `--yes` is a
/// flag.
fn of_word(word: &str) -> String {
    let plain = word.chars().map(plain_mark).collect::<String>().replace('…', "...");
    let body = plain.trim_start_matches('-');
    if body.is_empty() {
        return plain.chars().take(1).collect();
    }
    let mut out = plain[..plain.len() - body.len()].to_owned();
    for c in body.chars() {
        if c != '-' || !out.ends_with('-') {
            out.push(c);
        }
    }
    out
}

fn plain_mark(c: char) -> char {
    match c {
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | 'ʼ' => '\'',
        '“' | '”' | '„' | '‟' | '«' | '»' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '―' => '-',
        _ => c,
    }
}

/// Removes the spaces inside French quotation marks: `« so »`. German uses the marks the other way
/// round, with the spaces outside.
fn without_spaces_in_guillemets(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut open = None;
    let mut after_open = false;
    for c in line.chars() {
        if after_open && c == ' ' {
            after_open = false;
            continue;
        }
        after_open = false;
        match (open, c) {
            (None, '«' | '»') => (open, after_open) = (Some(c), c == '«'),
            (Some('«'), '»') if out.ends_with(' ') => {
                out.pop();
                open = None;
            }
            (Some(mark), '«' | '»') if c != mark => open = None,
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Removes spaces that do not separate words: next to Chinese and Japanese characters, where a wrapped
/// line gets one, and between a number and its per-cent sign, where some styles put one.
fn without_idle_spaces(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let after_wide = out.chars().next_back().is_some_and(is_wide);
        let next = chars.peek().copied();
        let in_percentage = out.ends_with(|c: char| c.is_ascii_digit()) && next == Some('%');
        if c == ' ' && (after_wide || in_percentage || next.is_some_and(is_wide)) {
            continue;
        }
        out.push(c);
    }
    out
}

fn is_wide(c: char) -> bool {
    match c {
        // Full-width letters and digits form words that spaces separate; full-width marks do not.
        '\u{ff00}'..='\u{ff60}' => !c.is_alphanumeric(),
        '\u{2e80}'..='\u{312f}' | '\u{31a0}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' => true,
        _ => ('\u{20000}'..='\u{3ffff}').contains(&c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_change_by_themselves_does_not_count() {
        for (a, b) in [
            ("at most\u{a0}24\r\n hours", "at  most 24 hours"),
            ("24\u{202f}000\u{2007}users", "24 000 users"),
            ("the vendor’s “word”", "the vendor's \"word\""),
            ("e\u{301}tat, e\u{200b}\u{301}tat", "état, état"),
            ("« oui » et «\u{202f}non\u{202f}»", "“oui” et \"non\""),
            ("sagt »ja« und »nein« so", "sagt \"ja\" und „nein“ so"),
            ("kept—always -- wait...", "kept--always — wait…"),
            ("99.9\u{a0}% of the time", "99.9% of the time"),
            ("a re\u{ad}al soft hyphen\u{feff}", "a real soft hyphen"),
            ("データは\n毎日 TLS\nで", "データは毎日TLSで"),
        ] {
            assert!(same(a, b), "{a} / {b}: {} / {}", normalise(a), normalise(b));
        }
    }

    #[test]
    fn what_means_or_is_something_else_counts() {
        for (a, b) in [
            ("24 hours", "72 hours"),
            ("must", "should"),
            ("-5", "−5"),
            ("10²", "102"),
            ("２４", "24"),
            ("data", "d\u{430}ta"),
            ("back up", "backup"),
            ("Customer", "customer"),
            ("with --yes", "with -yes"),
            ("no, data", "no data"),
            ("한국어 단어", "한국어단어"),
        ] {
            assert!(!same(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn a_text_is_read_with_the_marks_that_were_written() {
        assert_eq!(one_line("the\n vendor’s “word” –\u{a0}so"), "the vendor’s “word” – so");
    }
}
