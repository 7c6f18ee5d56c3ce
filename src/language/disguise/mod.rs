//! Words that readers take for others: letters of one script that look like those of another (Unicode Technical
//! Standard 39), and joiners and marks of direction where the script has no use for them.

mod controls;
pub(crate) mod letters;

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

pub(crate) use crate::language::disguise::controls::is_invisible;

/// A part of a text that looks like something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disguise {
    /// Its bytes.
    pub span: Range<usize>,
    /// The reason.
    pub reason: Reason,
}

/// How a text is disguised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A word has a letter that looks like a letter of another script, or like a plain letter.
    LookAlike(char),
    /// A character that readers do not see, and that has no use where it is.
    Idle(char),
}

/// Every disguise in a text, in order.
pub fn disguises(text: &str) -> Vec<Disguise> {
    let mut all = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if !line.is_ascii() {
            let found = letters::of_line(line).into_iter().chain(controls::of_line(line));
            all.extend(found.map(|one| Disguise {
                span: start + one.span.start..start + one.span.end,
                reason: one.reason,
            }));
        }
        start += line.len();
    }
    all.sort_by_key(|one| one.span.start);
    all
}

/// The bytes of each word: letters, digits, and what is written on or within them.
fn words(line: &str) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for (at, c) in line.char_indices().filter(|(_, c)| is_of_word(*c)) {
        let end = at + c.len_utf8();
        match all.last_mut().filter(|last| last.end == at) {
            Some(last) => last.end = end,
            None => all.push(at..end),
        }
    }
    all
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || is_invisible(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, Reason)> {
        disguises(text).into_iter().map(|one| (&text[one.span], one.reason)).collect()
    }

    #[test]
    fn a_word_with_letters_of_another_script_that_look_alike_is_noticed() {
        for (text, word, letter) in [
            ("All d\u{430}ta is encrypted.", "d\u{430}ta", '\u{430}'),
            ("V\u{435}rifi\u{435}d", "V\u{435}rifi\u{435}d", '\u{435}'),
            ("\u{41d}TTPS", "\u{41d}TTPS", '\u{41d}'),
            ("\u{3a4}LS only", "\u{3a4}LS", '\u{3a4}'),
            ("данные и сервeр", "сервeр", 'е'),
            ("encry\u{3c1}ted", "encry\u{3c1}ted", '\u{3c1}'),
            ("d\u{251}ta", "d\u{251}ta", '\u{251}'),
            ("\u{1d400}\u{1d41b}c", "\u{1d400}\u{1d41b}c", '\u{1d400}'),
        ] {
            let all = found(text);
            assert_eq!(all.len(), 1, "{text}: {all:?}");
            assert_eq!(all[0].0, word);
            assert!(matches!(all[0].1, Reason::LookAlike(_)), "{text}: {letter}");
        }
    }

    #[test]
    fn a_whole_word_of_look_alikes_among_latin_words_is_noticed() {
        assert_eq!(found("We never share \u{430}ccess\u{435}\u{455}.").len(), 1);
        assert_eq!(found("This is \u{441}\u{43e}\u{440}\u{435} data.").len(), 1);
        assert_eq!(found("Все наши данные на сервере."), []);
        assert_eq!(found("Мы храним все данные у Amazon Web Services в ЕС."), []);
    }

    #[test]
    fn ordinary_words_of_any_script_are_not() {
        for text in [
            "Naïve façade, Straße, Łódź, Ærø, İstanbul, 10 µs, 5 kΩ, ΔT, α-helix, β-test, 6σ, π",
            "Данные IPv6-адреса, PDF-файлы, COVID-19",
            "API를 사용합니다. データはTLSで保護。全データはEU内に保存。ＴＬＳ",
            "می‌خواهم داده‌ها را ببینم. क्‍ष ශ්‍රී",
            "👩‍💻 works, ✔️ 1️⃣ ☑️ ©️ 🏳️‍🌈",
            "שלום עולם\u{200f}! TLS\u{200e}",
            "Donau\u{ad}dampf\u{ad}schiff, N\u{ba} 1, 1\u{aa}, ﬁne",
            "https://example.com/\u{200b}path",
            "ไทย\u{200b}ภาษา",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_control_that_the_script_has_no_use_for_is_noticed() {
        for (text, c) in [
            ("ver\u{200b}ified", '\u{200b}'),
            ("ver\u{200d}ified", '\u{200d}'),
            ("ver\u{200c}ified", '\u{200c}'),
            ("3\u{2060}0 days", '\u{2060}'),
            ("ver\u{feff}ified", '\u{feff}'),
            ("ver\u{34f}ified", '\u{34f}'),
            ("ver\u{fe0f}ified", '\u{fe0f}'),
            ("ver\u{e0100}ified", '\u{e0100}'),
            ("left\u{200e} right", '\u{200e}'),
            ("left\u{200f} right", '\u{200f}'),
            ("left\u{61c} right", '\u{61c}'),
            ("данн\u{200d}ые", '\u{200d}'),
        ] {
            let all = found(text);
            assert!(all.iter().any(|one| one.1 == Reason::Idle(c)), "{text:?}: {all:?}");
        }
    }
}
