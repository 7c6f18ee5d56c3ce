//! English promises: single words, as far as the words around them allow.

use std::ops::Range;

use crate::language::lexicon::Phrases;
use crate::language::promise::clause::Clauses;
use crate::language::promise::words as known;
use crate::language::quantity::amount::{Quantity, Unit};

impl Clauses {
    /// The bytes of the English sign that begins at a token.
    pub(crate) fn sign_in_english(&self, at: usize) -> Option<Range<usize>> {
        let end = self.sign_end(at)?;
        if self.is_wish(at) {
            return None;
        }
        let span = self.tokens[at].span.start..self.tokens[end].span.end;
        (!self.is_excused(at)).then_some(span)
    }

    /// The last token of the sign that begins at a token, without regard to the rest of the sentence.
    fn sign_end(&self, at: usize) -> Option<usize> {
        let word = self.word(at);
        if let Some(length) = self.phrase(Phrases::Promises, at) {
            return Some(at + length - 1);
        }
        let is_sign = match word {
            "never" | "always" => {
                !matches!(self.word(at + 1), "mind" | "here" | "happy" | "glad" | "welcome")
                    && self.word(at.wrapping_sub(1)) != "as"
            }
            "no" => self.is_no(at),
            "nothing" => !matches!(self.word(at + 1), "to" | "in"),
            "all" => self.is_all(at),
            "every" => !matches!(self.word(at + 1), "now" | "once" | "bit" | "" | "time"),
            "only" => self.is_only(at),
            "must" | "shall" => !self.is_about_others(at) && !self.is_legal_form(at),
            "cannot" | "can't" => !self.is_relative(at) && !self.is_about_others(at),
            "will" | "won't" => self.is_will(at),
            "not" | "don't" | "doesn't" => self.is_denial(at),
            "in" => self.is_located(at),
            _ if known::is_standard(word) => self.is_ours(at),
            "within" => self.is_bounded(at),
            _ if known::is_absolute(word) => true,
            "back" => self.word(at + 1) == "up" && self.is_done(at),
            "encryption" => self.is_had(at),
            _ if known::is_deed(word) => self.is_done(at),
            _ if known::is_state(word) => self.is_state(at),
            _ if known::is_adverb(word) => self.is_ours(at),
            _ => false,
        };
        is_sign.then_some(at)
    }

    /// `no access`, but not `no longer`.
    fn is_no(&self, at: usize) -> bool {
        let next = self.word(at + 1);
        let is_alone = next.is_empty()
            || self.breaks_behind(at)
            || next.starts_with(|c: char| c.is_ascii_digit());
        let is_idle = match self.before(at) {
            "or" | "yes" | "with" | "is" | "there's" => true,
            "are" => self.before(at - 1) == "there",
            _ => known::is_idle_after_no(next),
        };
        !is_alone && !is_idle
    }

    /// `all data`, but not `at all`.
    fn is_all(&self, at: usize) -> bool {
        let is_last = self.tokens.len() == at + 1;
        let is_idiom = known::is_idle_before_all(self.before(at))
            || known::is_idle_after_all(self.word(at + 1));
        !is_last && !is_idiom
    }

    /// `shall mean`, `shall be governed by`: an agreement on terms, not on an action.
    fn is_legal_form(&self, at: usize) -> bool {
        let verb = at + 1 + usize::from(self.word(at + 1) == "be");
        matches!(
            self.word(verb),
            "mean" | "include" | "apply" | "governed" | "construed" | "deemed" | "interpreted"
        )
    }

    /// `only we can`, but not `not only`.
    fn is_only(&self, at: usize) -> bool {
        let before = matches!(self.before(at), "not" | "if" | "the" | "an" | "read-only");
        !before && !matches!(self.word(at + 1), "a" | "recently" | "just" | "takes" | "took")
    }

    /// `we will`, `data will never`, but not `you will`.
    fn is_will(&self, at: usize) -> bool {
        let subject = self.before(at);
        let is_firm = matches!(self.word(at + 1), "not" | "never" | "always" | "be" | "only");
        let is_vague =
            matches!(subject, "you" | "it" | "this" | "that" | "there" | "they" | "which" | "who");
        self.is_ours(at) && !is_vague || is_firm && !is_vague && !self.is_about_others(at)
    }

    /// `we do not`, `the service does not`.
    fn is_denial(&self, at: usize) -> bool {
        let verb = self.word(at + 1);
        let is_done =
            self.word(at) != "not" || matches!(self.before(at), "do" | "does" | "can" | "may");
        let start = at.saturating_sub(usize::from(self.word(at) == "not"));
        is_done && !known::is_opinion(verb) && !self.is_relative(start) && self.is_ours(start)
    }

    /// `within the EU`, `within hours`.
    fn is_bounded(&self, at: usize) -> bool {
        let name = at + 1 + usize::from(matches!(self.word(at + 1), "the" | "a"));
        known::is_region(self.word(name)) || known::is_soon(self.word(name))
    }

    /// `stored in Germany`, `data centres in the EU`.
    fn is_located(&self, at: usize) -> bool {
        let name = at + 1 + usize::from(self.word(at + 1) == "the");
        let is_held = known::is_held(self.before(at));
        let is_possible = self.clause(at).iter().any(|token| known::is_possible(&token.word));
        is_held && !is_possible && known::is_region(self.word(name))
    }

    /// `has encryption`, but not `our page on encryption`.
    fn is_had(&self, at: usize) -> bool {
        let near = self.clause(at).iter().rev().take(3);
        let mut words = near.map(|token| token.word.as_str());
        words.any(|word| matches!(word, "has" | "have" | "use" | "uses" | "with"))
    }

    /// `is encrypted`, `we delete`: something is done to data, instead of being merely possible.
    fn is_done(&self, at: usize) -> bool {
        let word = self.word(at);
        let behind = (1..=4).map(|back| at.checked_sub(back).map_or("", |at| self.word(at)));
        let near: Vec<&str> = behind.take_while(|word| !word.is_empty()).collect();
        let is_possible = near.iter().any(|word| known::is_possible(word));
        let is_article =
            near.first().is_some_and(|word| matches!(*word, "a" | "an" | "your" | "any"));
        let is_passive = near.iter().take(3).any(|word| {
            matches!(
                *word,
                "is" | "are"
                    | "be"
                    | "gets"
                    | "get"
                    | "being"
                    | "stays"
                    | "remain"
                    | "remains"
                    | "kept"
            )
        });
        let is_active = near.iter().take(2).any(|word| *word == "we");
        let is_bare = known::is_bare_deed(word) && !is_article;
        !is_possible && (is_bare || is_active || is_passive && known::is_participle(word))
    }

    /// `is safe`, `we keep it private`.
    fn is_state(&self, at: usize) -> bool {
        let behind = (1..=5).map(|back| at.checked_sub(back).map_or("", |at| self.word(at)));
        let near: Vec<&str> = behind.take_while(|word| !word.is_empty()).collect();
        let is_said = near
            .iter()
            .take(2)
            .any(|word| matches!(*word, "is" | "are" | "stays" | "stay" | "remains" | "remain"));
        let is_kept =
            near.iter().any(|word| matches!(*word, "keep" | "keeps" | "kept")) && self.is_ours(at);
        (is_said || is_kept) && !near.iter().any(|word| known::is_possible(word))
    }

    /// Whether a number is promised, instead of describing the past or the size of something.
    pub(crate) fn is_promised(&self, one: &Quantity) -> bool {
        let first = self.tokens.partition_point(|token| token.span.end <= one.span.start);
        let behind = self.tokens.partition_point(|token| token.span.start < one.span.end);
        let next: Vec<&str> = (behind..behind + 4).map(|at| self.word(at)).collect();
        let follows = |test: fn(&str) -> bool| next.first().is_some_and(|word| test(word));
        let is_unit = !matches!(one.unit(), Unit::Count | Unit::Day | Unit::Status);
        let is_past = follows(known::is_past) || next.starts_with(&["of", "experience"]);
        let is_span = known::is_span(self.before(first))
            || first > 1 && known::is_span(self.word(first - 2)) && self.before(first) == "the";
        let is_share =
            *one.unit() == Unit::Percent && next.iter().any(|word| known::is_public(word));
        let is_age = *one.unit() == Unit::Seconds
            && self.clause(first).iter().any(|token| matches!(token.word.as_str(), "have" | "has"));
        is_unit
            && !is_past
            && !is_span
            && !is_share
            && !is_age
            && !follows(known::is_no_deed)
            && !self.is_excused(first)
    }
}

impl Quantity {
    fn unit(&self) -> &Unit {
        &self.amount.unit
    }
}
