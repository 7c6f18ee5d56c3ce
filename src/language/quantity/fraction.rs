//! Shares in words: `one in ten`, `half of`, `two thirds of an hour`.

use crate::language::quantity::amount::{Amount, Unit};
use crate::language::quantity::find::{QuantityReader, Read};
use crate::language::quantity::vocabulary as known;

/// Parts of a whole, by the number of parts.
const PARTS: [(&[&str], f64); 7] = [
    (&["half", "halves", "hälfte", "moitié"], 2.0),
    (&["third", "thirds", "drittel", "tiers"], 3.0),
    (&["quarter", "quarters", "viertel", "quart", "quarts"], 4.0),
    (&["fifth", "fifths", "fünftel"], 5.0),
    (&["tenth", "tenths", "zehntel", "dixième"], 10.0),
    (&["hundredth", "hundredths"], 100.0),
    (&["thousandth", "thousandths"], 1000.0),
];

impl QuantityReader<'_> {
    /// `one in ten`, `nine out of ten`, `half of the`, `a quarter of an hour`.
    pub(crate) fn share(&self, at: usize) -> Option<Read> {
        self.one_in(at).or_else(|| self.parts(at))
    }

    fn one_in(&self, at: usize) -> Option<Read> {
        let some = self.number(at).filter(|_| !self.ends(at) && !self.is_named(at))?;
        let of = match (self.word(at + 1), self.word(at + 2)) {
            ("out", "of") => at + 3,
            ("in" | "von" | "sur", _) => at + 2,
            _ => return None,
        };
        let all = self.number(of).filter(|_| !self.ends(of - 1) && self.year(of).is_none())?;
        let (value, next) = self.large(of, all.value);
        let is_whole = some.value.fract() == 0.0 && value.fract() == 0.0;
        let is_share = some.value >= 1.0 && some.value < value && is_whole;
        let is_measured = !self.ends(next - 1) && self.unit(1.0, next).is_some();
        let amount = Amount::new(some.value / value * 100.0, Unit::Percent);
        Some(Read::found(amount, some.value, at, next)).filter(|_| is_share && !is_measured)
    }

    fn parts(&self, at: usize) -> Option<Read> {
        let (count, name) = match self.part(at) {
            Some(2.0) => (1.0, at),
            _ if self.ends(at) => return None,
            _ => (self.numerator(at)?, at + 1),
        };
        let share = count / self.part(name).filter(|parts| count < *parts)?;
        let of = name + 1;
        let is_counted = matches!(self.before(at), "first" | "second" | "last" | "other" | "next");
        if self.ends(name) || is_counted {
            return None;
        }
        let is_of = matches!(self.word(of), "of" | "der" | "des" | "de" | "von");
        let is_all =
            share == 0.5 && matches!(self.word(of), "the" | "our" | "all" | "its" | "their");
        let of_unit = matches!(self.word(of + 1), "a" | "an" | "one");
        if let Some((amount, next)) = self.unit(share, of + 2).filter(|_| is_of && of_unit) {
            return Some(Read::found(amount, share, at, next));
        }
        let amount = Amount::new(share * 100.0, Unit::Percent);
        Some(Read::found(amount, share, at, name + 1)).filter(|_| is_of || is_all)
    }

    /// The number before the name of a part: `a`, `two`.
    fn numerator(&self, at: usize) -> Option<f64> {
        let is_article = matches!(self.word(at), "a" | "the" | "die" | "la");
        let is_whole = is_article && self.part(at + 1).is_some();
        is_whole.then_some(1.0).or_else(|| self.number(at).map(|number| number.value))
    }

    fn part(&self, at: usize) -> Option<f64> {
        let word = self.word(at);
        PARTS.iter().find(|(names, _)| names.contains(&word)).map(|(_, parts)| *parts)
    }

    /// `30th day`, `30. Tag`; the first day is a name.
    pub(crate) fn ordinal(&self, at: usize) -> Option<Read> {
        let token = self.tokens.get(at)?;
        let value = known::ordinal(&token.word)
            .or_else(|| token.number.map(|number| number.value).filter(|_| self.is_dotted(at)))?;
        let (amount, next) = self.unit(value, at + 1)?;
        let is_age = matches!(self.word(next - 1), "century" | "centuries" | "decade" | "decades");
        let is_follows = !self.ends(at) || self.is_dotted(at);
        let is_time = matches!(amount.unit, Unit::Seconds | Unit::Months | Unit::WorkingDays);
        Some(Read::found(amount, value, at, next))
            .filter(|_| value > 1.0 && is_time && is_follows && !is_age)
    }

    /// Whether a full stop after a number makes it an ordinal in German: `30. Tag`.
    fn is_dotted(&self, at: usize) -> bool {
        let dot = self.tokens.get(at).is_some_and(|token| {
            token.number.is_some() && self.words[token.span.end..].starts_with(". ")
        });
        let is_unit = ["tag", "tages", "tage", "tagen", "woche", "monat", "monats"];
        dot && is_unit.contains(&self.word(at + 1))
    }
}
