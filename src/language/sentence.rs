//! Sentences: where one ends and the next begins.

use std::ops::Range;

use crate::language::lexicon::List;
use crate::language::quantity::vocabulary::month;

/// The bytes of each sentence of a paragraph, without the white space around it.
///
/// A full stop does not end a sentence after an abbreviation, within a number, a name or an address,
/// or before a word in lower case.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '…')) {
        if at < start {
            continue;
        }
        let behind = at + c.len_utf8();
        let closing = text[behind..].chars().take(LOOK_MAX).take_while(|c| is_closing(*c));
        let end = behind + closing.map(char::len_utf8).sum::<usize>();
        if ends(&text[start..at], c, &text[end..]) {
            all.extend(trimmed(text, start..end));
            start = end;
        }
    }
    all.extend(trimmed(text, start..text.len()));
    all
}

/// How many characters after a mark are considered, so that a long run of marks is not read again for
/// each of them.
const LOOK_MAX: usize = 16;

/// Whether a character may come between a full stop and the end of its sentence.
fn is_closing(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '"' | '\'' | '’' | '”' | '“' | '»' | ')' | ']' | '*' | '_')
}

fn trimmed(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let inner = &text[span.clone()];
    let start = span.start + (inner.len() - inner.trim_start().len());
    let end = start + inner.trim().len();
    (end > start).then_some(start..end)
}

/// Whether a mark between these two texts ends a sentence.
fn ends(before: &str, mark: char, after: &str) -> bool {
    let next = after.trim_start();
    if next.is_empty() {
        return true;
    }
    let is_apart = next.len() < after.len();
    let begins = next
        .chars()
        .take(LOOK_MAX)
        .find(|c| c.is_alphanumeric())
        .is_some_and(|c| !c.is_lowercase());
    if !is_apart || !begins {
        return false;
    }
    mark != '.' || !is_abbreviation(last_word(before), first_word(next))
}

/// Longer words are not abbreviations.
const WORD_MAX: usize = 40;

fn last_word(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || c == '.';
    let word = text.trim_end_matches(is_part);
    let word = &text[word.len()..];
    if word.len() > WORD_MAX { "" } else { word }
}

fn first_word(text: &str) -> &str {
    let word = text.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    word.filter(|word| word.len() <= WORD_MAX).unwrap_or_default()
}

fn is_abbreviation(before: &str, next: &str) -> bool {
    let word = before.to_lowercase();
    // "J. Smith", "the U.S. market"; but "plan B. We".
    let is_initials = before
        .split('.')
        .all(|part| part.len() == 1 && !part.starts_with(|c: char| c.is_ascii_digit()));
    let goes_on =
        !matches!(next, "We" | "Our" | "The" | "This" | "It" | "You" | "Your" | "In" | "All");
    // "am 1. Januar"
    let is_ordinal = word.len() <= 2 && word.parse::<u8>().is_ok();
    List::Abbreviations.has(&word)
        || is_initials && goes_on
        || is_ordinal && month(&next.to_lowercase()).is_some()
}

#[cfg(test)]
mod tests {
    use super::sentences;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|span| &text[span]).collect()
    }

    #[test]
    fn a_sentence_ends_at_its_mark_and_with_what_closes_it() {
        assert_eq!(split("One. Two! Three?  Four"), ["One.", "Two!", "Three?", "Four"]);
        assert_eq!(
            split("We say \"never.\" (Or always.) So."),
            ["We say \"never.\"", "(Or always.)", "So."]
        );
        assert_eq!(split("Wait... What?! Yes."), ["Wait...", "What?!", "Yes."]);
        assert_eq!(split("  "), Vec::<&str>::new());
        assert_eq!(split("Nur täglich. Über alles."), ["Nur täglich.", "Über alles."]);
    }

    #[test]
    fn numbers_names_addresses_and_abbreviations_end_none() {
        for text in [
            "TLS 1.2 and 99.9 % of e.g. Mondays.",
            "See www.example.com/a.b or `x.y` for i.e. All of it.",
            "Dr. Smith of Example Inc. has it.",
            "J. R. Smith in the U.S. Navy.",
            "Ab dem 1. Januar gilt das.",
            "According to Art. 32 of the law.",
            "it is v1.2.3. of that",
        ] {
            assert_eq!(split(text), [text]);
        }
        assert_eq!(split("It is plan B. We go on.").len(), 2);
        assert_eq!(split("It was 2024. Then it was not.").len(), 2);
        assert_eq!(split("Logs, etc. We keep them.").len(), 2);
    }

    #[test]
    fn hostile_text_is_split_in_one_pass() {
        for part in [".", ". ", "A.", "A. ", "e.g. A", ".)", "? a", "!\u{301}", "...a", ". ("] {
            assert!(!sentences(&part.repeat(50_000)).is_empty());
        }
    }
}
