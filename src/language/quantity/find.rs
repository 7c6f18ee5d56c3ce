//! Finds the quantities in a text.

use std::cmp::Ordering;

use crate::language::quantity::amount::{Amount, Quantity, Unit};
use crate::language::quantity::number;
use crate::language::quantity::script::Plain;
use crate::language::quantity::side::{Form, Side};
use crate::language::quantity::token::{Number, NumberForm, Token, tokens};
use crate::language::quantity::vocabulary as known;

/// The quantities in a text, in order; none overlap.
///
/// Numbers in names (`Article 32`, `ISO 27001`, `AES-256`) and addresses are not quantities; neither
/// are "one" without a unit and "the two".
pub fn find(words: &str) -> Vec<Quantity> {
    let plain = Plain::of(words);
    let mut all = find_plain(&plain.text);
    for one in &mut all {
        one.span = plain.place(one.span.start)..plain.place(one.span.end);
    }
    all
}

fn find_plain(words: &str) -> Vec<Quantity> {
    let tokens = tokens(words);
    let reader = QuantityReader { words, tokens: &tokens };
    let mut all: Vec<Quantity> = Vec::new();
    let mut at = 0;
    let mut before = None;
    while at < tokens.len() {
        let read = reader.read(at);
        at = read.next;
        let Some((amount, number)) = read.found else {
            continue;
        };
        let span = tokens[read.first].span.start..tokens[read.next - 1].span.end;
        let (first, next, unit, form) = (read.first, read.next, &amount.unit, read.form);
        let (form, side) = reader.side(Sought { first, next, unit, form });
        let mut one = Quantity { amount, number, span, form, side };
        if let Some(other) = all.last_mut().filter(|_| reader.is_range(before, read.first)) {
            mark_range(other, &mut one);
        }
        before = Some(read.next);
        all.push(one);
    }
    all
}

/// "24 to 48 hours" is at least the one and at most the other.
fn mark_range(from: &mut Quantity, to: &mut Quantity) {
    let is_measured = !matches!(to.amount.unit, Unit::Day | Unit::Version(_) | Unit::Status);
    if is_measured && from.amount.compare(&to.amount) == Some(Ordering::Less) {
        from.side = from.side.or(Some(Side::AtLeast));
        to.side = to.side.or(Some(Side::AtMost));
    }
}

const WEEK_S: f64 = 604_800.0;

/// The tokens of a quantity, whose side is looked for.
#[derive(Clone, Copy)]
pub(crate) struct Sought<'a> {
    /// Its first token.
    pub(crate) first: usize,
    /// The token after its last one.
    pub(crate) next: usize,
    pub(crate) unit: &'a Unit,
    pub(crate) form: Form,
}

/// The result of reading from a token on.
pub(crate) struct Read {
    /// The amount, with its number as written; `None` if the tokens are not a quantity.
    found: Option<(Amount, f64)>,
    form: Form,
    /// The first of its tokens.
    first: usize,
    /// The token after the last of them.
    next: usize,
}

impl Read {
    pub(crate) fn found(amount: Amount, number: f64, first: usize, next: usize) -> Self {
        Self { found: Some((amount, number)), form: Form::Amount, first, next }
    }

    pub(crate) fn of_form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    pub(crate) fn nothing(first: usize, next: usize) -> Self {
        Self { found: None, form: Form::Amount, first, next }
    }
}

pub(crate) struct QuantityReader<'a> {
    pub(crate) words: &'a str,
    pub(crate) tokens: &'a [Token<'a>],
}

impl QuantityReader<'_> {
    /// Whether the quantity at `first` is the other end of a range that begins before the token
    /// `before`.
    fn is_range(&self, before: Option<usize>, first: usize) -> bool {
        let Some(end) = before.filter(|end| *end > 0 && !self.ends(*end - 1)) else {
            return false;
        };
        let is_joined = end == first && self.tokens.get(first).is_some_and(|one| one.joined);
        is_joined || end + 1 == first && known::is_from_to(self.word(end))
    }

    fn read(&self, at: usize) -> Read {
        self.version(at)
            .or_else(|| self.date(at))
            .or_else(|| self.interval(at))
            .or_else(|| self.share(at))
            .or_else(|| self.ordinal(at))
            .or_else(|| self.article(at))
            .or_else(|| self.counted(at))
            .unwrap_or_else(|| Read::nothing(at, at + 1))
    }

    /// A token's word; empty if there is none.
    pub(crate) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.word)
    }

    /// The word before a token, if no punctuation separates them.
    pub(crate) fn before(&self, at: usize) -> &str {
        at.checked_sub(1)
            .map_or("", |before| if self.ends(before) { "" } else { self.word(before) })
    }

    /// Whether nothing after a token belongs to it.
    pub(crate) fn ends(&self, at: usize) -> bool {
        self.tokens.get(at).is_none_or(|token| token.stops)
    }

    pub(crate) fn number(&self, at: usize) -> Option<Number> {
        self.tokens.get(at)?.number
    }

    /// `TLS 1.2`, `TLSv1.2`, and the `1.3` of `TLS 1.2 or 1.3`.
    fn version(&self, at: usize) -> Option<Read> {
        let name = self.version_name(at)?;
        let own = usize::from(name == at);
        let at_number = match self.word(at + own) {
            "version" | "v" if own == 1 => at + 2,
            _ => at + own,
        };
        let token = self.tokens.get(at_number).filter(|_| own == 0 || !self.ends(at_number - 1))?;
        let text = token.text.trim_start_matches(['v', 'V']);
        let of = self.tokens[name].text;
        let is_measured = !self.ends(at_number) && self.unit(1.0, at_number + 1).is_some();
        let fits = (text.contains('.') || own == 1) && !is_measured;
        let amount = Amount::version(of, text).filter(|_| fits)?;
        Some(Read::found(amount, text.parse().unwrap_or_default(), at, at_number + 1))
    }

    /// The token with the name that a version at `at` belongs to: the token itself, or the name before
    /// the previous version of a list.
    fn version_name(&self, at: usize) -> Option<usize> {
        let is_name =
            |at: usize| self.tokens.get(at).is_some_and(|token| known::is_protocol(token.text));
        if is_name(at) {
            return Some(at);
        }
        let other = self.listed_before(at)?;
        let text = self.tokens[other].text.trim_start_matches(['v', 'V']);
        let is_version = text.contains('.') && Amount::version("", text).is_some();
        let is_filler = matches!(self.before(other), "version" | "v");
        let name = other.checked_sub(1 + usize::from(is_filler))?;
        Some(name).filter(|name| is_version && is_name(*name))
    }

    /// `an hour` in `within an hour`; `half a day`.
    fn article(&self, at: usize) -> Option<Read> {
        let cue = self.before(at);
        if !matches!(self.word(at), "a" | "an") || self.ends(at) {
            return None;
        }
        let number = if cue == "half" { 0.5 } else { 1.0 };
        let (amount, next) = self.unit(number, at + 1)?;
        // "A year of logs", "a year's logs".
        let is_long =
            amount.value >= WEEK_S && amount.unit == Unit::Seconds || amount.unit == Unit::Months;
        let last = self.tokens.get(next - 1)?;
        let owns = last.text.ends_with("'s") || self.word(next) == "of" && !last.stops;
        if !(known::is_cue(cue) || is_long && owns) {
            return None;
        }
        // "For a second copy" is not a duration.
        let is_ordinal =
            self.word(at + 1) == "second" && !self.ends(at + 1) && next < self.tokens.len();
        let found = Read::found(amount, number, at - usize::from(cue == "half"), next);
        Some(if is_ordinal { Read::nothing(at, next) } else { found })
    }

    /// A number with its unit, or a bare one that counts something.
    fn counted(&self, at: usize) -> Option<Read> {
        let number = self.number(at).or_else(|| self.a_hundred(at))?;
        let (value, next) = self.large(at, number.value);
        let number = Number { value, ..number };
        if self.is_telephone(at) {
            return Some(Read::nothing(at, next));
        }
        if let Some((amount, end)) = self.unit_behind(value, next) {
            let is_rate = amount.unit == Unit::Seconds
                && !self.ends(end - 1)
                && known::is_per(self.word(end))
                && known::is_always(self.word(end - 1), self.word(end + 1));
            // "24 hours a day" is not a duration.
            return Some(match is_rate {
                true => Read::nothing(at, end + 2),
                false => Read::found(amount, value, at, end),
            });
        }
        if let Some(read) = self.joined(at, value, next) {
            return Some(read);
        }
        if self.is_status(at) {
            return Some(Read::found(Amount::new(value, Unit::Status), value, at, next));
        }
        let is_price = known::is_money(self.before(at));
        if let Some(amount) = self.unit_of_range(value, next).filter(|_| !is_price) {
            return Some(Read::found(amount, value, at, next));
        }
        let counts = self.counts(at, number, next);
        let found = || Read::found(Amount::new(value, Unit::Count), value, at, next);
        Some(if counts { found() } else { Read::nothing(at, next) })
    }

    /// The `a` of `a hundred` and `a dozen`.
    fn a_hundred(&self, at: usize) -> Option<Number> {
        let is_article = matches!(self.word(at), "a" | "an") && !self.ends(at);
        let is_factor = number::factor(self.word(at + 1)).is_some();
        (is_article && is_factor).then_some(Number { value: 1.0, written: NumberForm::English })
    }

    /// `3x`, and the time between two repetitions of `6-hourly`.
    fn joined(&self, at: usize, value: f64, next: usize) -> Option<Read> {
        let word = self.tokens.get(next).filter(|token| token.joined)?.word.as_str();
        if let Some(amount) = known::interval(word) {
            let amount = Amount::new(amount.value * value, amount.unit);
            return Some(Read::found(amount, value, at, next + 1).of_form(Form::Interval));
        }
        let is_times = matches!(word, "x" | "×" | "fold");
        is_times.then(|| Read::found(Amount::new(value, Unit::Count), value, at, next + 1))
    }

    /// A number that continues in further tokens: `10 000`, `2 million`, `one hundred and eighty`,
    /// `thirty (30)`.
    pub(crate) fn large(&self, at: usize, first: f64) -> (f64, usize) {
        let (mut whole, mut value, mut next) = (0.0, first, at + 1);
        let is_short = self.tokens[at].text.len() <= 3;
        let mut is_large = false;
        while let Some(token) = self.tokens.get(next).filter(|_| !self.ends(next - 1)) {
            let is_group =
                token.text.len() == 3 && token.text.bytes().all(|byte| byte.is_ascii_digit());
            let is_aside = self.words[..token.span.start].ends_with('(');
            let group = token.number.filter(|_| is_group && is_short && !token.joined && !is_aside);
            let skips = usize::from(token.word == "and");
            let rest = self.number(next + skips).filter(|rest| {
                is_large && rest.written == NumberForm::English && rest.value < 100.0
            });
            match (group, number::factor(&token.word), rest) {
                (Some(group), ..) => value = value * 1000.0 + group.value,
                (None, Some(factor), _) if factor >= 1000.0 => {
                    whole += value * factor;
                    value = 0.0;
                    is_large = true;
                }
                (None, Some(factor), _) => {
                    value *= factor;
                    is_large = true;
                }
                (None, None, Some(rest)) => {
                    value += rest.value;
                    next += skips;
                }
                (None, None, None) => break,
            }
            next += 1;
        }
        let value = whole + value;
        let again = self.tokens.get(next).filter(|token| {
            let is_aside = token.span.start > 0
                && self.words.as_bytes().get(token.span.start - 1) == Some(&b'(');
            is_aside && token.number.is_some_and(|number| number.value == value)
        });
        (value, next + usize::from(again.is_some()))
    }

    /// The amount of a number and the unit after it, and the token after that.
    fn unit_behind(&self, value: f64, at: usize) -> Option<(Amount, usize)> {
        let before = at - 1;
        let is_aside = self.number(before).is_some()
            && self.words[..self.tokens[before].span.start].ends_with('(');
        if self.ends(before) && !is_aside {
            return None;
        }
        self.unit(value, at)
    }

    /// The amount of `value` and the unit at a token, and the token after that.
    pub(crate) fn unit(&self, value: f64, at: usize) -> Option<(Amount, usize)> {
        let mut at = at;
        while known::is_filler(self.word(at)) && !self.ends(at) {
            at += 1;
        }
        let word = self.word(at);
        if known::is_working(word) {
            let days = matches!(self.word(at + 1), "day" | "days");
            return Some((Amount::new(value, Unit::WorkingDays), at + 1 + usize::from(days)));
        }
        if matches!(word, "per" | "pour") && self.word(at + 1) == "cent" {
            return Some((Amount::new(value, Unit::Percent), at + 2));
        }
        // "An" is a year in French, and an article in "5 an hour".
        let is_article = word == "an" && self.plain_unit(1.0, at + 1).is_some();
        if matches!(word, "jour" | "jours")
            && !self.ends(at)
            && known::is_working(self.word(at + 1))
        {
            return Some((Amount::new(value, Unit::WorkingDays), at + 2));
        }
        let amount = known::of_unit(value, word).filter(|_| !is_article)?;
        Some((amount, at + 1))
    }

    /// The amount of a number whose unit follows the other end of its range: `10` in `10 to 20 days`.
    fn unit_of_range(&self, value: f64, at: usize) -> Option<Amount> {
        if self.ends(at - 1) {
            return None;
        }
        let is_joined = self.tokens.get(at).is_some_and(|token| token.joined);
        let other = if known::is_range(self.word(at)) { at + 1 } else { at };
        let number = self.number(other).filter(|_| is_joined || other > at)?;
        let (_, next) = self.large(other, number.value);
        self.unit_behind(value, next).map(|(amount, _)| amount)
    }

    /// Whether a number without a unit counts something and is not part of a name.
    fn counts(&self, at: usize, number: Number, next: usize) -> bool {
        let joined = |at: usize| self.tokens.get(at).is_some_and(|token| token.joined);
        let before = self.before(at);
        // "The 2024 audit" and "the 2024 report" count nothing.
        let is_year = self.year(at).is_some() && matches!(before, "the" | "our" | "its" | "this");
        let is_anaphoric = matches!(before, "the" | "these" | "those" | "other" | "both");
        let is_written_well = match number.written {
            NumberForm::Digits => true,
            NumberForm::English => number.value > 1.0 && !is_anaphoric,
            NumberForm::Foreign => false,
        };
        let neighbour = at.checked_sub(1).filter(|before| !self.ends(*before));
        let is_beside_number = neighbour.is_some_and(|before| self.number(before).is_some())
            || !self.ends(next - 1) && self.number(next).is_some();
        let is_money = known::is_money(self.word(next));
        is_written_well
            && !joined(at)
            && !joined(next)
            && !is_year
            && !self.is_named(at)
            && !self.is_postal(at)
            && !is_beside_number
            && !is_money
            && !known::is_clock(self.word(next))
    }
}

#[cfg(test)]
mod tests;
