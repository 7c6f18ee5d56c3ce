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
