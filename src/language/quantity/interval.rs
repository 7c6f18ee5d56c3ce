//! Intervals in words: how often something is done.

use crate::language::quantity::amount::Amount;
use crate::language::quantity::find::{QuantityReader, Read};
use crate::language::quantity::side::Form;
use crate::language::quantity::vocabulary as known;

impl QuantityReader<'_> {
    /// `daily`, `every day`, `once a week`, `twice daily`, `3 times per month`.
    pub(crate) fn interval(&self, at: usize) -> Option<Read> {
        if let Some(amount) = known::interval(self.word(at)) {
            // "The monthly fee" is not an interval.
            let is_name = !self.ends(at) && known::is_priced(self.word(at + 1));
            let found = Read::found(amount, 1.0, at, at + 1).of_form(Form::Interval);
            return Some(if is_name { Read::nothing(at, at + 2) } else { found });
        }
        if known::is_every(self.word(at)) && !self.ends(at) {
            let (factor, unit) = match self.word(at + 1) {
                "single" => (1.0, at + 2),
                "other" => (2.0, at + 2),
                word if self.plain_unit(1.0, at + 2).is_some() && !self.ends(at + 1) => {
                    known::ordinal(word).map_or((1.0, at + 1), |nth| (nth, at + 2))
                }
                _ => (1.0, at + 1),
            };
            let night = || known::interval_of_night(self.word(unit));
            let amount = self.plain_unit(factor, unit).or_else(night)?;
            return Some(Read::found(amount, 1.0, at, unit + 1).of_form(Form::Interval));
        }
        if matches!(self.word(at), "tous" | "toutes") && self.word(at + 1) == "les" {
            let amount = self.plain_unit(1.0, at + 2)?;
            return Some(Read::found(amount, 1.0, at, at + 3).of_form(Form::Interval));
        }
        let (times, next) = self.times(at)?;
        let (amount, next) = self.each(next)?;
        let amount = Amount::new(amount.value / times, amount.unit);
        Some(Read::found(amount, times, at, next).of_form(Form::Frequency))
    }

    /// The number of times, `once`, `3 times`, and the token after it.
    fn times(&self, at: usize) -> Option<(f64, usize)> {
        if let Some(times) = known::times(self.word(at)) {
            return Some((times, at + 1)).filter(|_| !self.ends(at));
        }
        let is_times = matches!(self.word(at + 1), "times" | "mal" | "fois") && !self.ends(at + 1);
        let number = self.number(at).filter(|number| is_times && number.value > 0.0)?;
        Some((number.value, at + 2))
    }

    /// The interval after "once", `a day`, `every 6 hours`, `daily`, and the token after it.
    fn each(&self, at: usize) -> Option<(Amount, usize)> {
        if let Some(amount) = known::interval(self.word(at)) {
            return Some((amount, at + 1));
        }
        let at = at + usize::from(known::is_per(self.word(at)));
        if let Some(number) = self.number(at).filter(|_| !self.ends(at)) {
            return Some((self.plain_unit(number.value, at + 1)?, at + 2));
        }
        let is_per = at > 0 && known::is_per(self.word(at - 1));
        let at = at + usize::from(is_per && known::is_filler(self.word(at)));
        Some((self.plain_unit(1.0, at)?, at + 1)).filter(|_| is_per)
    }

    /// A unit that has no other meaning: "every second backup" is not about seconds.
    pub(crate) fn plain_unit(&self, number: f64, at: usize) -> Option<Amount> {
        let word = Some(self.word(at)).filter(|word| *word != "second")?;
        let is_quarter = known::is_quarter(word) && self.word(at + 1) != "of";
        is_quarter.then(|| Amount::months(3.0 * number)).or_else(|| known::of_unit(number, word))
    }
}
