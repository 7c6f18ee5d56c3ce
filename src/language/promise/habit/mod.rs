//! Habits: what a service and its people do again and again, in the present tense.
//!
//! A verb or a participle is a sign if its subject is not one that promises nothing: a document, a
//! law, a wish, another company, or the reader.

mod english;
mod french;
mod german;
mod spanish;

use crate::language::lexicon::{Language, List, Phrases};
use crate::language::promise::abroad::bare;
use crate::language::promise::clause::Clauses;
use crate::language::quantity::vocabulary::month;

impl Clauses {
    /// Whether a habit is stated by the word at a token.
    pub(crate) fn is_habit(&self, at: usize) -> bool {
        let clause = self.tokens.get(at).map_or(0, |token| token.clause);
        let is_stated = match self.language {
            Language::English => english::is_stated(self, at),
            Language::German => german::is_stated(self, at),
            Language::French => french::is_stated(self, at),
            Language::Spanish => spanish::is_stated(self, at),
        };
        is_stated
            && !self.is_quiet
            && !self.is_past
            && !self.is(List::Conditions, clause)
            && !self.is_topic(at)
            && !matches!(
                self.word(0),
                "some" | "einige" | "manche" | "certains" | "certaines" | "algunos" | "algunas"
            )
    }

    /// Whether the sentence is about one time in the past.
    pub(crate) fn is_of_the_past(&self) -> bool {
        let is_year = |at: usize| {
            let word = self.word(at);
            word.len() == 4 && word.parse().is_ok_and(|year: u16| (1900..2100).contains(&year))
        };
        let is_dated = |at: usize| {
            is_year(at)
                && (matches!(self.word(at.wrapping_sub(1)), "jahr" | "l'an" | "año")
                    || List::BeforeYear.has(self.word(at.wrapping_sub(1)))
                    || self.is_month(at.wrapping_sub(1))
                    || self.word(at.wrapping_sub(1)) == "de" && self.is_month(at.wrapping_sub(2)))
        };
        self.has_phrase(Phrases::PastMarks)
            || self.tokens.len() > 1 && (1..self.tokens.len()).any(is_dated)
    }

    fn is_month(&self, at: usize) -> bool {
        month(self.word(at)).is_some()
    }

    /// Whether the subject of a clause promises nothing, and is not ours.
    pub(crate) fn is_topic(&self, at: usize) -> bool {
        let has = |list: List| {
            let mut words = self.clause(at).iter().map(|token| bare(&token.word));
            words.any(|word| self.is_in(list, word))
        };
        has(List::Topics) && !has(List::Us)
    }

    /// Whether the sentence is about a wish: `our mission is to`, `we believe that`.
    pub(crate) fn is_wish(&self, at: usize) -> bool {
        let mut start = self.tokens[..at.min(self.tokens.len())].iter().take(WISH_MAX);
        start.any(|token| self.is_in(List::Aims, bare(&token.word)))
            || matches!(self.word(0), "thank" | "thanks" | "danke" | "merci" | "gracias")
            || self.word(0) == "we" && matches!(self.word(1), "believe" | "think" | "hope")
            || self.is_described(at)
    }

    /// Whether a document or a law is described before this token: `this policy applies to`.
    pub(crate) fn is_described(&self, at: usize) -> bool {
        let start = self.tokens[..at.min(self.tokens.len())].iter().take(DESCRIBED_MAX);
        let verb = start.clone().position(|token| self.is_in(List::Describing, &token.word));
        verb.is_some_and(|verb| {
            start.take(verb).any(|token| self.is_in(List::Topics, bare(&token.word)))
        })
    }

    /// Whether the sentence politely asks the reader for something.
    pub(crate) fn is_polite_request(&self) -> bool {
        let (first, second) = (self.word(0), self.word(1));
        let has = |list: List, word| self.is_in(list, word);
        match self.language {
            Language::English => false,
            Language::German => {
                has(List::Requests, first)
                    || second == "sie" && self.is_you(1) && is_request_in_german(self, first)
            }
            Language::French => {
                let verb = if first == "ne" { second } else { bare(first) };
                has(List::Requests, verb)
                    || verb.ends_with("ez") && verb.len() > 3
                    || self.word(at_verb_after_comma(self)).ends_with("ez")
            }
            Language::Spanish => {
                let is_denied = matches!(first, "no" | "nunca");
                has(List::Requests, if is_denied { second } else { first })
                    || has(List::Requests, self.word(at_verb_after_comma(self)))
            }
        }
    }

    /// Whether the sentence explains what a term means.
    pub(crate) fn is_definition(&self) -> bool {
        let mut first = self.tokens.iter().take(DESCRIBED_MAX);
        let explains = |word: &str| {
            matches!(
                word,
                "means"
                    | "mean"
                    | "bedeutet"
                    | "bezeichnet"
                    | "heißt"
                    | "désigne"
                    | "désignent"
                    | "signifie"
                    | "significa"
                    | "designa"
                    | "entiende"
            )
        };
        first.any(|token| explains(&token.word))
    }

    /// Whether a word has a capital letter, as the German "Sie" has.
    pub(crate) fn is_you(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_capital)
    }
}

/// `Wählen Sie`, but not `Erhalten Sie`.
fn is_request_in_german(clauses: &Clauses, first: &str) -> bool {
    first.ends_with('n')
        && !clauses.is_in(List::Possibility, first)
        && !matches!(first, "erhalten" | "bekommen" | "werden" | "müssen" | "behalten")
}

/// The first word after the first comma: `Pour toute question, contactez`.
fn at_verb_after_comma(clauses: &Clauses) -> usize {
    let end = (0..clauses.tokens.len()).find(|at| clauses.breaks_behind(*at));
    end.map_or(usize::MAX, |at| at + 1)
}

/// How many words a subject has at most.
const DESCRIBED_MAX: usize = 10;

/// How many words there are at most before the word for a wish.
const WISH_MAX: usize = 3;
