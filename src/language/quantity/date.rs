//! Dates in words: `2026-11-22`, `1 January 2026`, `in 2024`.

use jiff::civil::Date;

use crate::language::quantity::amount::{Amount, Unit};
use crate::language::quantity::find::{QuantityReader, Read};
use crate::language::quantity::token::Token;
use crate::language::quantity::vocabulary as known;

impl QuantityReader<'_> {
    /// `2026-11-22`, `1 January 2026`, `January 1, 2026`, `in 2024`; a date needs a year.
    pub(crate) fn date(&self, at: usize) -> Option<Read> {
        let token = self.tokens.get(at)?;
        if let Some(day) = token.text.parse::<Date>().ok().filter(|_| token.text.len() == 10) {
            return Some(day_found(Some(day), at, at + 1));
        }
        let month = |at: usize| {
            let token = self.tokens.get(at)?;
            let is_verb = matches!(token.word.as_str(), "may" | "march" | "mar" | "mai" | "mars");
            let is_name = !is_verb || token.text.starts_with(char::is_uppercase);
            known::month(&token.word).filter(|_| is_name)
        };
        if let (Some(day), Some(month)) = (day_of_month(token), month(at + 1)) {
            let year = self.year(at + 2).filter(|_| !self.ends(at + 1));
            let date = year.and_then(|year| Date::new(year, month, day).ok());
            return Some(day_found(date, at, if date.is_some() { at + 3 } else { at + 2 }));
        }
        if let Some(month) = month(at) {
            let day = self
                .tokens
                .get(at + 1)
                .and_then(day_of_month)
                .filter(|_| self.unit(1.0, at + 2).is_none());
            let (day, next) = day.map_or((1, at + 1), |day| (day, at + 2));
            let date = self.year(next).and_then(|year| Date::new(year, month, day).ok());
            return Some(day_found(date, at, if date.is_some() { next + 1 } else { next }));
        }
        let is_year = known::is_before_year(self.before(at)) && self.unit(1.0, at + 1).is_none();
        let year = self.year(at).filter(|_| is_year)?;
        Some(day_found(Date::new(year, 1, 1).ok(), at, at + 1))
    }

    pub(crate) fn year(&self, at: usize) -> Option<i16> {
        let token = self.tokens.get(at).filter(|token| token.text.len() == 4)?;
        token.text.parse().ok().filter(|year| (1900..=2100).contains(year))
    }
}

/// The day of a month: `1`, `1st`, `1er`.
fn day_of_month(token: &Token<'_>) -> Option<i8> {
    let digits = token.text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let ending = &token.text[digits.len()..];
    let fits = matches!(ending, "" | "st" | "nd" | "rd" | "th" | "er");
    digits.parse().ok().filter(|day| fits && (1..=31).contains(day))
}

fn day_found(day: Option<Date>, first: usize, next: usize) -> Read {
    let since = day.and_then(|day| jiff::civil::date(1970, 1, 1).until(day).ok());
    match since {
        Some(since) => {
            let days = f64::from(since.get_days());
            Read::found(Amount::new(days, Unit::Day), days, first, next)
        }
        None => Read::nothing(first, next),
    }
}
