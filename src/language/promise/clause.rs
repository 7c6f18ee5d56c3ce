//! The clauses of a sentence: the subject of each, and whether it only states a condition.

use std::ops::Range;

use crate::language::lexicon::{Language, List, Phrases};
use crate::language::promise::words as known;
use crate::language::words::runs;

/// The words of a sentence, divided into clauses.
pub(crate) struct Clauses {
    pub(crate) language: Language,
    pub(crate) tokens: Vec<ClauseToken>,
    /// Whether the sentence is a request, a definition, or about a wish or a document.
    pub(crate) is_quiet: bool,
    /// Whether the sentence is about one time in the past.
    pub(crate) is_past: bool,
    /// Whether the reader is promised something.
    pub(crate) is_receiving: bool,
}

/// A word.
pub(crate) struct ClauseToken {
    /// In lower case.
    pub(crate) word: String,
    /// Its bytes.
    pub(crate) span: Range<usize>,
    /// Whether it begins with a capital letter or a digit.
    pub(crate) is_capital: bool,
    /// The first token of its clause.
    pub(crate) clause: usize,
    /// Whether punctuation follows it.
    breaks: bool,
}

/// A longer run of characters is not a word.
const WORD_MAX: usize = 60;

impl Clauses {
    /// The words of a sentence.
    pub(crate) fn of(sentence: &str, language: Language) -> Self {
        let mut all = Self {
            language,
            tokens: Vec::new(),
            is_quiet: false,
            is_past: false,
            is_receiving: false,
        };
        for run in runs(sentence) {
            all.push(&sentence[run.clone()], run.start);
        }
        // Once for the sentence, because each of its words needs them.
        all.is_quiet = all.asks_or_explains();
        all.is_past = all.is_of_the_past();
        all.is_receiving = all.has_phrase(Phrases::Receiving);
        all
    }

    fn push(&mut self, run: &str, start: usize) {
        let is_mark = |c: char| !c.is_alphanumeric() && c != '%' && c != '/';
        let text = run.trim_matches(is_mark);
        let from = run.len() - run.trim_start_matches(is_mark).len();
        let is_opened = run.starts_with(['(', '[', '–', '—']);
        if text.is_empty() {
            // A dash or similar mark on its own starts another clause.
            return if let Some(last) = self.tokens.last_mut() {
                last.breaks = true
            };
        }
        let at = self.tokens.len();
        let word = if text.len() > WORD_MAX {
            String::new()
        } else {
            text.to_lowercase().replace('’', "'")
        };
        let begins = is_opened || self.begins(at, &word);
        let clause = if begins { at } else { self.tokens[at - 1].clause };
        let behind = run[from + text.len()..].chars().next();
        let breaks =
            behind.is_some_and(|c| matches!(c, ',' | ';' | ':' | '.' | ')' | ']' | '–' | '—'));
        self.tokens.push(ClauseToken {
            word,
            is_capital: text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()),
            span: start + from..start + from + text.len(),
            clause,
            breaks,
        });
    }

    /// Whether a clause begins with this word.
    fn begins(&self, at: usize, word: &str) -> bool {
        let Some(last) = self.tokens.last() else {
            return true;
        };
        let first = self.word(last.clause);
        // "When you leave we delete": after a condition, "we" begins the main clause.
        let is_condition = |word: &str| self.is_in(List::Conditions, word);
        let is_main = word == "we" && is_condition(first) && last.clause + 1 < at;
        last.breaks
            || is_condition(word) && !matches!(last.word.as_str(), "only" | "even")
            || is_main
    }

    /// Whether a word is in a list of the language.
    pub(crate) fn is_in(&self, list: List, word: &str) -> bool {
        list.has_in(self.language, word)
    }

    /// Whether the word at a token is in a list of the language.
    pub(crate) fn is(&self, list: List, at: usize) -> bool {
        self.is_in(list, self.word(at))
    }

    /// The number of tokens of the phrase that begins at this token.
    pub(crate) fn phrase(&self, phrases: Phrases, at: usize) -> Option<usize> {
        let fits = |phrase: &&Vec<&str>| {
            phrase.iter().enumerate().all(|(index, word)| self.word(at + index) == *word)
        };
        phrases.of(self.language).iter().find(fits).map(Vec::len)
    }

    /// Whether the sentence has one of these phrases.
    pub(crate) fn has_phrase(&self, phrases: Phrases) -> bool {
        (0..self.tokens.len()).any(|at| self.phrase(phrases, at).is_some())
    }

    /// Whether a word of a clause before this token is in a list.
    pub(crate) fn has_before(&self, list: List, at: usize) -> bool {
        self.clause(at).iter().any(|token| self.is_in(list, &token.word))
    }

    /// The words of a clause after this token.
    pub(crate) fn rest(&self, at: usize) -> &[ClauseToken] {
        let clause = self.tokens.get(at).map_or(0, |token| token.clause);
        let rest = self.tokens.get(at + 1..).unwrap_or_default();
        let length = rest.iter().take(CLAUSE_MAX).take_while(|token| token.clause == clause);
        &rest[..length.count()]
    }

    /// A word in lower case; empty if there is none.
    pub(crate) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.word)
    }

    /// The word before this one, if it is in the same clause.
    pub(crate) fn before(&self, at: usize) -> &str {
        match self.tokens.get(at) {
            Some(token) if token.clause < at => self.word(at - 1),
            _ => "",
        }
    }

    /// Whether punctuation follows a word.
    pub(crate) fn breaks_behind(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.breaks)
    }

    /// The words of a clause, up to but not including the word `at`.
    pub(crate) fn clause(&self, at: usize) -> &[ClauseToken] {
        let start = self.tokens.get(at).map_or(0, |token| token.clause);
        // A clause without punctuation can be long; only nearby words matter.
        let start = start.max(at.saturating_sub(CLAUSE_MAX));
        self.tokens.get(start..at).unwrap_or_default()
    }

    /// Whether a sign at this word is not a promise: it is a request to the reader, or a condition.
    pub(crate) fn is_excused(&self, at: usize) -> bool {
        let start = self.tokens.get(at).map_or(0, |token| token.clause);
        let first = self.word(start);
        // "Who can reach it." names a subject, as "Where data is kept" does.
        let asks = start == 0 && matches!(first, "who" | "what" | "which" | "whose");
        if asks || known::is_condition(first) {
            return true;
        }
        let speaks =
            self.tokens[..at].iter().rev().take(CLAUSE_MAX).any(|token| known::is_us(&token.word));
        !speaks && (self.is_request() || self.is_about_reader(at))
    }

    /// Whether the sentence asks the reader for something: "Tell us ...", "Please ...".
    fn is_request(&self) -> bool {
        let first = self.word(0);
        let second = self.word(1);
        known::is_request(first) && !matches!(second, "is" | "are" | "was" | "will" | "must" | "of")
            || first == "do" && second == "not"
            || matches!(first, "never" | "always") && known::is_request(second)
    }

    /// Whether the clause is about something that "you" do or have to do.
    fn is_about_reader(&self, at: usize) -> bool {
        let clause = self.clause(at);
        clause.iter().enumerate().any(|(index, token)| {
            let before = index.checked_sub(1).map_or("", |before| &clause[before].word);
            matches!(token.word.as_str(), "you" | "you'll" | "you're" | "sie" | "vous")
                && !known::is_before_object(before)
        })
    }

    /// Whether the clause is about something that customers or similar parties have to do.
    pub(crate) fn is_about_others(&self, at: usize) -> bool {
        self.is_about_reader(at)
            || self.clause(at).last().is_some_and(|token| known::is_other(&token.word))
    }

    /// Whether a clause is about us, our service or our data.
    pub(crate) fn is_ours(&self, at: usize) -> bool {
        self.clause(at)
            .iter()
            .any(|token| known::is_us(&token.word) || known::is_service(&token.word))
    }

    /// Whether these words are a relative clause: "reports that do not".
    pub(crate) fn is_relative(&self, at: usize) -> bool {
        let near = self.clause(at).iter().rev().take(2);
        let mut words = near.map(|token| token.word.as_str());
        words.any(|word| matches!(word, "that" | "which" | "who" | "whose"))
    }
}

/// How many words before one are considered at most.
pub(crate) const CLAUSE_MAX: usize = 30;
