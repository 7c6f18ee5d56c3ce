//! Promises: recognises sentences that read like a promise.
//!
//! A word such as "never", a number with a unit, or "we will" is a sign of a promise, but not in a
//! question, in a request to the reader, or in a condition (`english.rs`, `abroad.rs`). So is what a
//! service and its people do again and again: "passwords are hashed", "we answer" (`habit/`). Each
//! language has its own rules. `cargo bench --bench promises` measures them.

mod abroad;
mod clause;
mod english;
mod habit;
mod words;

use std::ops::Range;

use crate::language::lexicon::{List, Phrases};
use crate::language::promise::clause::Clauses;
use crate::language::quantity::find::find;

pub use crate::language::lexicon::Language;

/// The context of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Running text, a list or a table.
    Text,
    /// A heading, which usually names a subject instead of promising anything.
    Heading,
}

/// The bytes of the first word or number that makes a sentence read like a promise; `None` if there is
/// none. Only spans for which `counts` returns `true` are considered.
pub fn sign(
    sentence: &str,
    language: Language,
    setting: Setting,
    counts: &dyn Fn(&Range<usize>) -> bool,
) -> Option<Range<usize>> {
    let is_question =
        sentence.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '?').ends_with('?');
    if is_question {
        return None;
    }
    let clauses = Clauses::of(sentence, language);
    if setting == Setting::Heading && !clauses.speaks() {
        return None;
    }
    let tokens = 0..clauses.tokens.len();
    let is_english = language == Language::English;
    let words = tokens.clone().filter_map(|at| match language {
        Language::English => clauses.sign_in_english(at),
        _ => clauses.sign_abroad(at),
    });
    let is_promised = |one: &_| match is_english {
        true => clauses.is_promised(one),
        false => clauses.is_promised_abroad(one),
    };
    let numbers = find(sentence).into_iter().filter(is_promised).map(|one| one.span);
    let named = tokens.clone().filter(|at| clauses.is_algorithm(sentence, *at));
    let named = named.map(|at| clauses.tokens[at].span.clone());
    let signs = words.chain(numbers).chain(named).filter(|span| counts(span));
    let first = signs.min_by_key(|span| (span.start, span.end));
    first.or_else(|| {
        let is_counted = |at: &usize| counts(&clauses.tokens[*at].span);
        let mut habits =
            tokens.take(HABITS_MAX).filter(|at| clauses.is_habit(*at)).filter(is_counted);
        habits.next().map(|at| clauses.tokens[at].span.clone())
    })
}

/// The bytes of the words by which a paragraph or an item above a list makes each item of the list a
/// promise: `You can expect us to:`.
pub fn lead_in(sentence: &str, language: Language) -> Option<Range<usize>> {
    let ends = sentence.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_'));
    let is_open = ends.ends_with([':', ',', '…']);
    if !is_open && !ends.ends_with(char::is_alphanumeric) {
        return None;
    }
    let clauses = Clauses::of(sentence, language);
    let mut found = (0..clauses.tokens.len().min(HABITS_MAX)).filter_map(|at| {
        let end = at + clauses.phrase(Phrases::LeadIns, at)?;
        let is_last = end == clauses.tokens.len();
        // "We do not pay for reports of:" leads into exceptions, and "We never sell it" is complete.
        let is_denial = matches!(clauses.word(end - 1), "not" | "never" | "always");
        (is_last || is_open && !is_denial)
            .then(|| clauses.tokens[at].span.start..clauses.tokens[end - 1].span.end)
    });
    found.next()
}

impl Clauses {
    /// `AES-256 on all volumes`: an algorithm, in words that are not a sentence.
    fn is_algorithm(&self, sentence: &str, at: usize) -> bool {
        let is_copula = |word: &str| {
            matches!(word, "is" | "are" | "ist" | "sind" | "est" | "sont" | "es" | "son")
        };
        self.tokens.len() <= FRAGMENT_MAX
            && List::Algorithms.has(self.word(at))
            && !sentence.trim_end().ends_with(['.', ':', '!'])
            && !self.tokens.iter().any(|token| is_copula(&token.word))
            && !self.is_polite_request()
    }

    /// Whether a heading makes a statement instead of naming a subject.
    fn speaks(&self) -> bool {
        let speaks = |word: &str| self.is_in(List::Us, word) || self.is_in(List::Speaking, word);
        let asks = self.is(List::Conditions, 0)
            || matches!(
                self.word(0),
                "was" | "welche" | "quelles" | "qué" | "quién" | "wer" | "qui"
            );
        !asks && self.tokens.iter().any(|token| speaks(&token.word))
    }
}

/// Nobody reads the habits in more words of a sentence than these.
const HABITS_MAX: usize = 200;

/// Words that are not a sentence are at most so many.
const FRAGMENT_MAX: usize = 8;

#[cfg(test)]
mod tests;
