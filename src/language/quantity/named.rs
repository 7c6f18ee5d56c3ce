//! Numbers that are part of a name: `Article 32`, `ISO 27001`, `Windows 10`.

use crate::language::quantity::find::QuantityReader;
use crate::language::quantity::token::NumberForm;
use crate::language::quantity::vocabulary as known;

impl QuantityReader<'_> {
    /// Whether a number is part of a name: `Article 32`, `ISO 27001, 27017`, `Windows 10`, `EUR 20`.
    pub(crate) fn is_named(&self, at: usize) -> bool {
        let mut at = at;
        // Longer lists of numbers are not lists of names.
        for _ in 0..16 {
            let Some(before) = at.checked_sub(1) else { return false };
            if self.names(before) {
                return true;
            }
            let same = |other: &usize| self.tokens[*other].text.len() == self.tokens[at].text.len();
            let is_number = |other: &usize| {
                let number = self.number(*other);
                number.is_some_and(|number| number.written == NumberForm::Digits)
            };
            let of_reference = |other: &usize| {
                other.checked_sub(1).is_some_and(|name| known::is_reference(self.word(name)))
            };
            let other = self.listed_before(at).filter(is_number);
            let Some(other) = other.filter(|other| same(other) || of_reference(other)) else {
                return false;
            };
            at = other;
        }
        false
    }

    /// Whether a word and the number after it form a name.
    fn names(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        let is_abbreviation = self.words[token.span.end..].starts_with(". ");
        if self.ends(at) {
            return is_abbreviation && known::is_short_reference(&token.word);
        }
        let before = at.checked_sub(1).map(|at| &self.words[self.tokens[at].span.end..]);
        let begins = before.is_none_or(|text| text.starts_with(['.', '!', '?', ':']));
        let has_capital = token.text.contains(char::is_uppercase);
        known::is_reference(&token.word)
            || known::is_money(&token.word)
            || is_acronym(token.text)
            || has_capital && !begins && token.number.is_none()
    }

    /// Whether a number is a status of HTTP: `a 403`, `answered with 401 or 403`, `status 200`.
    pub(crate) fn is_status(&self, at: usize) -> bool {
        let mut at = at;
        for _ in 0..8 {
            let Some(token) = self.tokens.get(at) else { return false };
            let is_digits = token.text.len() == 3 && token.text.bytes().all(|c| c.is_ascii_digit());
            let is_known = token.text.starts_with(['1', '2', '3', '4', '5']);
            if !is_digits || !is_known {
                return false;
            }
            let before = self.before(at);
            let is_list = known::is_range(self.word(at + 1)) && self.number(at + 2).is_some();
            let ends = self.ends(at) || at + 1 == self.tokens.len() || is_list;
            let is_answer =
                matches!(before, "with" | "mit" | "avec" | "returns" | "return") && ends;
            if known::is_before_status(before) || is_answer || known::is_status(self.word(at + 1)) {
                return true;
            }
            let Some(other) = self.listed_before(at) else { return false };
            at = other;
        }
        false
    }

    /// Whether a number is part of a postal address: `12 Main Street`, `10115 Berlin`.
    pub(crate) fn is_postal(&self, at: usize) -> bool {
        const BEFORE_MAX: usize = 5;
        let is_street = |at: usize| known::is_street(self.word(at));
        let is_name = |at: usize| {
            self.tokens.get(at).is_some_and(|one| one.text.starts_with(char::is_uppercase))
        };
        let number = &self.tokens[at];
        if at.checked_sub(1).is_some_and(is_street) {
            return true;
        }
        if self.ends(at) {
            return false;
        }
        let is_house = (at + 1..at + 4).take_while(|at| is_name(*at)).any(is_street);
        let is_code = (4..=6).contains(&number.text.len())
            && is_name(at + 1)
            && (at.saturating_sub(BEFORE_MAX)..at).any(is_street);
        is_house || is_code || matches!(self.word(at + 1), "rue" | "avenue" | "boulevard")
    }

    /// Whether a number is part of a telephone number: `+46 8 123`, `0800 123`.
    pub(crate) fn is_telephone(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        let is_led = self.words[..token.span.start].ends_with('+');
        let is_padded = token.text.len() > 2
            && token.text.starts_with('0')
            && token.text.bytes().all(|byte| byte.is_ascii_digit());
        is_led || is_padded
    }

    /// The token before this one in a list or range: `12` for the `13` of `12, 13` and `12 to 13`.
    pub(crate) fn listed_before(&self, at: usize) -> Option<usize> {
        let before = at.checked_sub(1)?;
        let is_range = known::is_range(self.word(before)) || self.word(before) == "through";
        let other = if is_range { before.checked_sub(1)? } else { before };
        Some(other).filter(|_| is_range || self.ends(before))
    }
}

/// The name of a standard or law: two capitals or more.
fn is_acronym(text: &str) -> bool {
    (2..=8).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && text.bytes().filter(u8::is_ascii_uppercase).count() > 1
}
