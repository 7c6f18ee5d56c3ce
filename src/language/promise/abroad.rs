//! Promises in German, French and Spanish: words and numbers that are a sign of one.

use std::ops::Range;

use crate::language::lexicon::{Language, List, Phrases};
use crate::language::promise::clause::{CLAUSE_MAX, ClauseToken, Clauses};
use crate::language::quantity::amount::{Quantity, Unit};

impl Clauses {
    /// The bytes of the sign that begins at a token, in any language but English.
    pub(crate) fn sign_abroad(&self, at: usize) -> Option<Range<usize>> {
        let length = match self.phrase(Phrases::Promises, at) {
            Some(length) => Some(length),
            None => self.is_sign_abroad(at).then_some(1),
        }?;
        let span = self.tokens[at].span.start..self.tokens[at + length - 1].span.end;
        (!self.is_quiet && !self.is_excused_abroad(at)).then_some(span)
    }

    /// Whether a number is promised, in any language but English.
    pub(crate) fn is_promised_abroad(&self, one: &Quantity) -> bool {
        let at = self.tokens.partition_point(|token| token.span.end <= one.span.start);
        let is_unit = !matches!(one.amount.unit, Unit::Count | Unit::Day | Unit::Status);
        is_unit && !self.is_quiet && !self.is_past && !self.is_excused_abroad(at)
    }

    /// Whether the sentence is a request, a definition, or about a wish or a document.
    pub(crate) fn asks_or_explains(&self) -> bool {
        self.is_polite_request() || self.is_definition() || self.is_wish(self.tokens.len())
    }

    fn is_sign_abroad(&self, at: usize) -> bool {
        let word = bare(self.word(at));
        if self.is_in(List::Absolutes, word) || self.is_in(List::BareDeeds, word) {
            return !self.is_definite(at);
        }
        if self.is_in(List::Standards, word) {
            return self.has_before(List::Us, at);
        }
        match self.language {
            Language::German => match word {
                "alle" => self.is_leading(at) && self.word(at + 1) != "rechte",
                "jede" | "jeder" | "jedes" => self.is_leading(at),
                "nicht" => !self.is_opinion() && self.word(at + 1) != "nur",
                _ => false,
            },
            Language::French => match word {
                "tous" | "toutes" | "chaque" => {
                    self.is_leading(at) && self.word(at + 1) != "droits"
                }
                _ => self.is_denial_in_french(at),
            },
            Language::Spanish => match word {
                "todos" | "todas" | "cada" => {
                    self.is_leading(at) && !matches!(self.word(at + 2), "derechos")
                }
                "no" => {
                    !self.is_opinion() && self.word(at + 1) != "solo" && at + 1 < self.tokens.len()
                }
                _ => false,
            },
            Language::English => false,
        }
    }

    /// Whether a token is the first of the sentence.
    fn is_leading(&self, at: usize) -> bool {
        at == 0 && self.tokens.len() > 2
    }

    /// `la nur` and `el solo hecho`: a noun or an adjective.
    fn is_definite(&self, at: usize) -> bool {
        matches!(self.before(at), "el" | "un" | "una" | "le" | "la") && self.word(at) == "solo"
    }

    /// `ne vendons pas`, `n'utilise que`: from "ne" on.
    fn is_denial_in_french(&self, at: usize) -> bool {
        let word = self.word(at);
        let is_start = matches!(word, "ne") || word.starts_with("n'");
        let is_closed = |token: &ClauseToken| {
            matches!(token.word.as_str(), "pas" | "plus" | "que" | "aucun" | "aucune" | "ni")
                || token.word.starts_with("qu'")
        };
        // "ne pas engager": an infinitive.
        let mut follows = self.tokens.iter().skip(at + 1).take(6);
        is_start && !self.is_opinion() && follows.any(is_closed)
    }

    /// Whether the verb of the sentence only says what somebody thinks.
    fn is_opinion(&self) -> bool {
        let is_opinion = |word: &str| self.is_in(List::Opinions, bare(word));
        self.tokens.iter().take(6).any(|token| is_opinion(&token.word))
    }

    /// Whether a sign is not a promise: it is in a condition, is merely possible, or concerns others.
    fn is_excused_abroad(&self, at: usize) -> bool {
        let first = self.word(self.tokens.get(at).map_or(0, |token| token.clause));
        let is_possible = self.has_before(List::Possibility, at) && !self.is_denied_ability(at);
        self.is_in(List::Conditions, bare(first))
            || is_possible
            || self.is_about_reader_abroad(at) && !self.is_receiving
            || self.is_duty_of_others(at)
            || self.is_described(at)
    }

    /// `kann nicht gelesen werden`, `nadie puede`: an impossibility.
    fn is_denied_ability(&self, at: usize) -> bool {
        let mut clause = self.clause(at).iter().chain(self.tokens.get(at));
        let is_denial = |word: &str| {
            matches!(word, "nicht" | "no" | "ne" | "pas")
                || word.starts_with("n'")
                || self.is_in(List::Absolutes, word)
        };
        let is_ours = self.has_before(List::Us, at) || !self.has_before(List::Others, at);
        let reader = self.is_about_reader_abroad(at);
        is_ours && !reader && clause.any(|token| is_denial(&token.word))
    }

    /// Whether a clause is about something that the reader does.
    pub(crate) fn is_about_reader_abroad(&self, at: usize) -> bool {
        let mut before = self.tokens[..at.min(self.tokens.len())].iter().rev().take(CLAUSE_MAX);
        let speaks = before.any(|token| self.is_in(List::Us, &token.word));
        let clause = self.clause(at);
        let has =
            |subjects: &[&str]| clause.iter().any(|token| subjects.contains(&token.word.as_str()));
        match self.language {
            Language::German => {
                !speaks && (self.word(0) == "sie" && self.is_you(0) || self.is_you_in_german(at))
            }
            Language::French => !speaks && (self.word(0) == "vous" || has(&["vous"])),
            Language::Spanish => !speaks && (self.word(0) == "usted" || has(&["usted", "ustedes"])),
            Language::English => false,
        }
    }

    /// `Sie` with a capital letter, at the start or after the verb.
    fn is_you_in_german(&self, at: usize) -> bool {
        let is_you = |token: &&ClauseToken| token.word == "sie" && token.is_capital;
        let start = at - self.clause(at).len().min(at);
        let mut subjects = self.clause(at).iter().take(3).enumerate();
        subjects.any(|(index, token)| {
            is_you(&token)
                && (index == 0
                    || !self.tokens[start + index - 1].word.ends_with("en")
                    || index == 1)
        })
    }

    /// `Kunden müssen`, `les clients doivent`.
    fn is_duty_of_others(&self, at: usize) -> bool {
        // "ne doivent pas": the sign may be in front of the verb.
        let mut near = self.rest(at).iter().take(2);
        let is_behind = near.any(|token| self.is_in(List::Obligations, &token.word));
        (self.has_before(List::Obligations, at) || is_behind)
            && self.has_before(List::Others, at)
            && !self.has_before(List::Absolutes, at)
            && !self.has_before(List::Us, at)
    }
}

/// A French word without an elided one before it: `n'utilise`.
pub(crate) fn bare(word: &str) -> &str {
    word.rsplit_once('\'').map_or(word, |(_, word)| word)
}
