//! The words that give a quantity a side: `at most`, `no longer than`, `or more`.

use crate::language::lexicon::{List, Phrases};
use crate::language::quantity::amount::Unit;
use crate::language::quantity::find::{QuantityReader, Sought};
use crate::language::quantity::side::{Form, Side};

/// What a phrase before a number says about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cue {
    /// `at most`: of times a day it is the opposite of a limit of the time between them.
    Limit(Side),
    /// `within`: always a limit of time.
    Time(Side),
    /// `more than`, which "not" turns around, and which may be a condition.
    Compared(Side),
    /// `older than`, which for versions means the opposite.
    Aged(Side),
    /// `every`.
    Repeated,
}

const BEFORE: [(Phrases, Cue); 9] = [
    (Phrases::AtMost, Cue::Limit(Side::AtMost)),
    (Phrases::AtLeast, Cue::Limit(Side::AtLeast)),
    (Phrases::Exactly, Cue::Limit(Side::Exactly)),
    (Phrases::Within, Cue::Time(Side::AtMost)),
    (Phrases::MoreThan, Cue::Compared(Side::AtLeast)),
    (Phrases::LessThan, Cue::Compared(Side::AtMost)),
    (Phrases::OlderThan, Cue::Aged(Side::AtLeast)),
    (Phrases::NewerThan, Cue::Aged(Side::AtMost)),
    (Phrases::Repeated, Cue::Repeated),
];

/// Words of comparisons that compare numbers of times too: `more than twice a day`.
const COUNTING: [&str; 7] = ["more", "less", "fewer", "mehr", "weniger", "plus", "moins"];

/// The most words between a limit and its number.
const BETWEEN_MAX: usize = 4;

/// The most words of a clause that are looked at.
const CLAUSE_MAX: usize = 12;

/// The most words between `minimum` and its number.
const ADJECTIVE_MAX: usize = 6;

impl QuantityReader<'_> {
    /// The form of a quantity, and the side that the words around it give it. Something that happens
    /// every 24 hours happens at most 24 hours apart.
    pub(crate) fn side(&self, sought: Sought<'_>) -> (Form, Option<Side>) {
        let mut sought = sought;
        let before = self.side_before(&mut sought);
        let side = match before {
            Some(side) => side,
            None => self.side_after(&sought).or_else(|| self.side_of_adjective(&sought)),
        };
        let natural = (sought.form != Form::Amount).then_some(Side::AtMost);
        (sought.form, side.or(natural))
    }

    /// `Some(None)` if the words compare the quantity, but only in a condition.
    fn side_before(&self, sought: &mut Sought<'_>) -> Option<Option<Side>> {
        let mut end = sought.first;
        for _ in 0..=BETWEEN_MAX {
            match self.cue_before(end, sought.first) {
                Some((Cue::Repeated, start)) => {
                    sought.form = Form::Interval;
                    end = start;
                }
                Some((cue, start)) => return Some(self.side_of(cue, start, sought)),
                None => {
                    let before = end.checked_sub(1).filter(|before| !self.ends(*before))?;
                    end = Some(before).filter(|at| List::Between.has(self.word(*at)))?;
                }
            }
        }
        None
    }

    /// The longest phrase that ends just before `end`, and its first token.
    fn cue_before(&self, end: usize, first: usize) -> Option<(Cue, usize)> {
        // French writes "plus d'un mois".
        let is_elided = end == first
            && self.tokens.get(first).is_some_and(|one| one.text.starts_with(['d', 'D']))
            && self.tokens[first].text.get(1..).is_some_and(|rest| rest.starts_with(['\'', '’']));
        let matched = |phrase: &[&str]| {
            let phrase = match phrase.split_last() {
                Some((&"de", phrase)) if is_elided => phrase,
                _ => phrase,
            };
            let start = end.checked_sub(phrase.len()).filter(|start| *start < end)?;
            let fits = |(at, word): (usize, &&str)| self.word(at) == *word && !self.ends(at);
            (start..end).zip(phrase).all(fits).then_some(start)
        };
        let all = BEFORE.iter().flat_map(|(section, cue)| {
            section.all().iter().filter_map(move |phrase| Some((*cue, matched(phrase)?)))
        });
        all.min_by_key(|(_, start)| *start)
    }

    fn side_of(&self, cue: Cue, start: usize, sought: &Sought<'_>) -> Option<Side> {
        let is_version = matches!(sought.unit, Unit::Version(_));
        let (side, counts) = match cue {
            Cue::Limit(side) => return Some(self.of_times(side, true, sought)),
            // "Within 3 regions" is a place.
            Cue::Time(side) => return is_time(sought.unit).then_some(side),
            Cue::Compared(side) => (side, COUNTING.contains(&self.word(start))),
            Cue::Aged(side) if is_version => (side.opposite(), false),
            Cue::Aged(side) => (side, false),
            Cue::Repeated => return None,
        };
        if self.is_negated(start) {
            return Some(self.of_times(side.opposite(), counts, sought));
        }
        let is_condition = self.is_conditional(start, sought.next);
        (!is_condition).then(|| self.of_times(side, counts, sought))
    }

    /// "At most twice a day" is at least 12 hours apart.
    fn of_times(&self, side: Side, counts: bool, sought: &Sought<'_>) -> Side {
        if counts && sought.form != Form::Amount { side.opposite() } else { side }
    }

    fn is_negated(&self, start: usize) -> bool {
        self.clause_before(start).any(|at| {
            let word = self.word(at);
            List::Negators.has(word) || word.starts_with("n'") || word.ends_with("n't")
        })
    }

    /// "If it is older than 30 days", "data older than 30 days is deleted".
    fn is_conditional(&self, start: usize, next: usize) -> bool {
        let mut before = self.clause_before(start).map(|at| self.word(at));
        let is_begun = before.any(|word| List::Conditions.has(word) || word == "after");
        is_begun || self.clause_after(next).any(|at| List::ConditionVerbs.has(self.word(at)))
    }

    /// The tokens before `start`, backwards, as far as the statement goes.
    fn clause_before(&self, start: usize) -> impl Iterator<Item = usize> {
        let belongs = |at: &usize| !self.ends(*at) && !List::Joins.has(self.word(*at));
        (0..start).rev().take(CLAUSE_MAX).take_while(belongs)
    }

    fn clause_after(&self, next: usize) -> impl Iterator<Item = usize> {
        let belongs = |at: &usize| !self.ends(*at - 1) && !List::Joins.has(self.word(*at));
        (next.max(1)..self.tokens.len()).take(CLAUSE_MAX).take_while(belongs)
    }

    fn side_after(&self, sought: &Sought<'_>) -> Option<Side> {
        let last = self.tokens.get(sought.next.checked_sub(1)?)?;
        let own = self.tokens.get(sought.first)?.span.start..last.span.end;
        if self.words[own.clone()].contains('+') || self.words[own.end..].starts_with('+') {
            return Some(Side::AtLeast);
        }
        if last.stops {
            return None;
        }
        let next = sought.next + usize::from(matches!(self.word(sought.next), "old" | "alt"));
        let is_version = matches!(sought.unit, Unit::Version(_));
        let newer = if is_version { Side::AtLeast } else { Side::AtMost };
        if self.phrase_at(next, Phrases::OrNewer) {
            return Some(newer);
        }
        // "Every 24 hours at most" is said of the time, "at most once a day" of the times.
        let of_times = |side, sought| match sought {
            Sought { form: Form::Interval, .. } if side == Side::AtMost => side,
            sought => self.of_times(side, true, &sought),
        };
        let most = self.phrase_at(next, Phrases::OrLess).then_some(Side::AtMost);
        let least = || self.phrase_at(next, Phrases::OrMore).then_some(Side::AtLeast);
        most.or_else(least).map(|side| of_times(side, *sought))
    }

    fn phrase_at(&self, at: usize, section: Phrases) -> bool {
        let fits = |phrase: &Vec<&str>| {
            let words = phrase.iter().enumerate();
            words.clone().all(|(index, word)| self.word(at + index) == *word)
                && words.skip(1).all(|(index, _)| !self.ends(at + index - 1))
        };
        section.all().iter().any(fits)
    }

    /// "A minimum retention of 30 days", "die Mindestdauer von 30 Tagen".
    fn side_of_adjective(&self, sought: &Sought<'_>) -> Option<Side> {
        let words = self.clause_before(sought.first).take(ADJECTIVE_MAX).map(|at| self.word(at));
        let side = |word: &str| match word {
            _ if List::Most.has(word) || word.starts_with("höchst") => Some(Side::AtMost),
            _ if List::Least.has(word) || word.starts_with("mindest") => Some(Side::AtLeast),
            _ => None,
        };
        words.filter_map(side).next()
    }
}

fn is_time(unit: &Unit) -> bool {
    matches!(unit, Unit::Seconds | Unit::Months | Unit::WorkingDays)
}

#[cfg(test)]
mod tests;
