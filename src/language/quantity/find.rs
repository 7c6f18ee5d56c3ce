//! Finds the quantities in words.

use jiff::civil::Date;

use crate::language::quantity::token::{Number, NumberForm, Token, tokens};
use crate::language::quantity::{Amount, Quantity, Unit, vocabulary as known};

/// The quantities in words, in the order in which they stand; none overlap.
///
/// Numbers that name something (`Article 32`, `ISO 27001`, `AES-256`) and addresses are none, nor is
/// "one" without a unit, nor "the two".
pub fn find(words: &str) -> Vec<Quantity> {
    let tokens = tokens(words);
    let reader = QuantityReader { words, tokens: &tokens };
    let mut all: Vec<Quantity> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let read = reader.read(at);
        if let Some((amount, number)) = read.found {
            let span = tokens[read.first].span.start..tokens[read.next - 1].span.end;
            all.push(Quantity { amount, number, span });
        }
        at = read.next;
    }
    all
}

/// What was read from a token on.
struct Read {
    /// What it amounts to, with its number as it was written; `None` where it counts nothing.
    found: Option<(Amount, f64)>,
    /// The first of its tokens.
    first: usize,
    /// The token behind it.
    next: usize,
}

impl Read {
    fn found(amount: Amount, number: f64, first: usize, next: usize) -> Self {
        Self { found: Some((amount, number)), first, next }
    }

    fn nothing(first: usize, next: usize) -> Self {
        Self { found: None, first, next }
    }
}

pub(crate) struct QuantityReader<'a> {
    pub(crate) words: &'a str,
    pub(crate) tokens: &'a [Token<'a>],
}

impl QuantityReader<'_> {
    fn read(&self, at: usize) -> Read {
        self.version(at)
            .or_else(|| self.date(at))
            .or_else(|| self.interval(at))
            .or_else(|| self.article(at))
            .or_else(|| self.counted(at))
            .unwrap_or_else(|| Read::nothing(at, at + 1))
    }

    /// A token's word; empty where there is none.
    pub(crate) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.word)
    }

    /// The word before a token, with nothing in between.
    pub(crate) fn before(&self, at: usize) -> &str {
        at.checked_sub(1)
            .map_or("", |before| if self.ends(before) { "" } else { self.word(before) })
    }

    /// Whether nothing behind a token belongs to it.
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

    /// The token that names what a version at `at` is one of: itself, or the name of the last one.
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

    /// `2026-11-22`, `1 January 2026`, `January 1, 2026`, `in 2024`; without a year, nothing.
    fn date(&self, at: usize) -> Option<Read> {
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

    fn year(&self, at: usize) -> Option<i16> {
        let token = self.tokens.get(at).filter(|token| token.text.len() == 4)?;
        token.text.parse().ok().filter(|year| (1900..=2100).contains(year))
    }

    /// `daily`, `every day`, `once a week`, `twice daily`, `3 times per month`.
    fn interval(&self, at: usize) -> Option<Read> {
        if let Some(amount) = known::interval(self.word(at)) {
            // "The monthly fee" tells how often nothing.
            let is_name = !self.ends(at) && known::is_priced(self.word(at + 1));
            let found = Read::found(amount, 1.0, at, at + 1);
            return Some(if is_name { Read::nothing(at, at + 2) } else { found });
        }
        if known::is_every(self.word(at)) && !self.ends(at) {
            let (factor, unit) = match self.word(at + 1) {
                "single" => (1.0, at + 2),
                "other" => (2.0, at + 2),
                _ => (1.0, at + 1),
            };
            let night = || known::interval_of_night(self.word(unit));
            let amount = self.plain_unit(factor, unit).or_else(night)?;
            return Some(Read::found(amount, 1.0, at, unit + 1));
        }
        if matches!(self.word(at), "tous" | "toutes") && self.word(at + 1) == "les" {
            let amount = self.plain_unit(1.0, at + 2)?;
            return Some(Read::found(amount, 1.0, at, at + 3));
        }
        let (times, next) = self.times(at)?;
        let (amount, next) = self.each(next)?;
        let amount = Amount::new(amount.value / times, amount.unit);
        Some(Read::found(amount, times, at, next))
    }

    /// How often: `once`, `3 times`; and the token behind.
    fn times(&self, at: usize) -> Option<(f64, usize)> {
        if let Some(times) = known::times(self.word(at)) {
            return Some((times, at + 1)).filter(|_| !self.ends(at));
        }
        let is_times = matches!(self.word(at + 1), "times" | "mal" | "fois") && !self.ends(at + 1);
        let number = self.number(at).filter(|number| is_times && number.value > 0.0)?;
        Some((number.value, at + 2))
    }

    /// The interval behind "once": `a day`, `every 6 hours`, `daily`; and the token behind.
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

    /// A unit that is no other word: "every second backup" is about no second.
    fn plain_unit(&self, number: f64, at: usize) -> Option<Amount> {
        let word = Some(self.word(at)).filter(|word| *word != "second")?;
        let is_quarter = known::is_quarter(word) && self.word(at + 1) != "of";
        is_quarter.then(|| Amount::months(3.0 * number)).or_else(|| known::of_unit(number, word))
    }

    /// `an hour` in `within an hour`; `half a day`.
    fn article(&self, at: usize) -> Option<Read> {
        let cue = self.before(at);
        if !matches!(self.word(at), "a" | "an") || !known::is_cue(cue) || self.ends(at) {
            return None;
        }
        let number = if cue == "half" { 0.5 } else { 1.0 };
        let (amount, next) = self.unit(number, at + 1)?;
        // "For a second copy" is about no time.
        let is_ordinal =
            self.word(at + 1) == "second" && !self.ends(at + 1) && next < self.tokens.len();
        let found = Read::found(amount, number, at - usize::from(cue == "half"), next);
        Some(if is_ordinal { Read::nothing(at, next) } else { found })
    }

    /// A number with its unit, or a bare one that counts something.
    fn counted(&self, at: usize) -> Option<Read> {
        let number = self.number(at)?;
        let (value, next) = self.large(at, number.value);
        if self.is_telephone(at) {
            return Some(Read::nothing(at, next));
        }
        if let Some((amount, end)) = self.unit_behind(value, next) {
            let is_rate = amount.unit == Unit::Seconds
                && !self.ends(end - 1)
                && known::is_per(self.word(end))
                && known::is_always(self.word(end - 1), self.word(end + 1));
            // "24 hours a day" tells no length of time.
            return Some(match is_rate {
                true => Read::nothing(at, end + 2),
                false => Read::found(amount, value, at, end),
            });
        }
        let is_price = known::is_money(self.before(at));
        if let Some(amount) = self.unit_of_range(value, next).filter(|_| !is_price) {
            return Some(Read::found(amount, value, at, next));
        }
        let counts = self.counts(at, number, next);
        let found = || Read::found(Amount::new(value, Unit::Count), value, at, next);
        Some(if counts { found() } else { Read::nothing(at, next) })
    }

    /// A number that goes on in further tokens: `10 000`, `2 million`, `thirty (30)`.
    fn large(&self, at: usize, first: f64) -> (f64, usize) {
        let (mut value, mut next) = (first, at + 1);
        let is_short = self.tokens[at].text.len() <= 3;
        while let Some(token) = self.tokens.get(next).filter(|_| !self.ends(next - 1)) {
            let is_group =
                token.text.len() == 3 && token.text.bytes().all(|byte| byte.is_ascii_digit());
            let is_aside = self.words[..token.span.start].ends_with('(');
            let group = token.number.filter(|_| is_group && is_short && !token.joined && !is_aside);
            value = match (group, crate::language::quantity::number::factor(&token.word)) {
                (Some(group), _) => value * 1000.0 + group.value,
                (None, Some(factor)) => value * factor,
                (None, None) => break,
            };
            next += 1;
        }
        let again = self.tokens.get(next).filter(|token| {
            let is_aside = token.span.start > 0
                && self.words.as_bytes().get(token.span.start - 1) == Some(&b'(');
            is_aside && token.number.is_some_and(|number| number.value == value)
        });
        (value, next + usize::from(again.is_some()))
    }

    /// What a number amounts to by the unit behind it, and the token behind that.
    fn unit_behind(&self, value: f64, at: usize) -> Option<(Amount, usize)> {
        let before = at - 1;
        let is_aside = self.number(before).is_some()
            && self.words[..self.tokens[before].span.start].ends_with('(');
        if self.ends(before) && !is_aside {
            return None;
        }
        self.unit(value, at)
    }

    /// So many of the unit at a token, and the token behind it.
    fn unit(&self, value: f64, at: usize) -> Option<(Amount, usize)> {
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

    /// What a number amounts to where the unit stands behind the other end of its range.
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

    /// Whether a bare number counts something, and is no name of it.
    fn counts(&self, at: usize, number: Number, next: usize) -> bool {
        let joined = |at: usize| self.tokens.get(at).is_some_and(|token| token.joined);
        let before = self.before(at);
        // "The 2024 audit", "the 2024 report".
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
            && !is_beside_number
            && !is_money
            && !known::is_clock(self.word(next))
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

#[cfg(test)]
mod tests {
    use super::find;

    /// What was found: `the words = the amount`.
    fn told(words: &str) -> Vec<String> {
        let told =
            |one: super::Quantity| format!("{} = {}", &words[one.span], one.amount.in_words());
        find(words).into_iter().map(told).collect()
    }

    #[test]
    fn times_are_found_in_digits_and_in_words() {
        for (words, found) in [
            ("kept for 24 hours.", "24 hours = 24 hours"),
            ("kept for 24h only", "24h = 24 hours"),
            ("at most twenty-four hours", "twenty-four hours = 24 hours"),
            ("a 24-hour window", "24-hour = 24 hours"),
            ("a twenty-four-hour window", "twenty-four-hour = 24 hours"),
            ("within one day", "one day = 24 hours"),
            ("within a day", "a day = 24 hours"),
            ("within half an hour", "half an hour = 30 minutes"),
            ("within an hour, always", "an hour = 1 hour"),
            ("for 1.5 hours", "1.5 hours = 90 minutes"),
            ("for two full weeks", "two full weeks = 14 days"),
            ("with 30 days' notice", "30 days = 30 days"),
            ("for thirty (30) days", "thirty (30) days = 30 days"),
            ("for 1 month", "1 month = 1 month"),
            ("for 12 months", "12 months = 365 days"),
            ("at least one year", "one year = 365 days"),
            ("for 10,000 seconds", "10,000 seconds = 10000 seconds"),
            ("in 5 business days", "5 business days = 5 working days"),
            ("for\u{a0}90\u{a0}days", "90\u{a0}days = 90 days"),
            ("within 2 workdays", "2 workdays = 2 working days"),
            ("at most 43.2 minutes a month", "43.2 minutes = 2592 seconds"),
        ] {
            assert_eq!(told(words), [found], "{words}");
        }
    }

    #[test]
    fn how_often_is_the_time_from_once_to_the_next() {
        for (words, found) in [
            ("backed up daily", "daily = 24 hours"),
            ("backed up every day.", "every day = 24 hours"),
            ("backed up each night", "each night = 24 hours"),
            ("each week we", "each week = 7 days"),
            ("every other day", "every other day = 48 hours"),
            ("every 6 hours", "6 hours = 6 hours"),
            ("once a year", "once a year = 365 days"),
            ("once every two weeks", "once every two weeks = 14 days"),
            ("twice a day", "twice a day = 12 hours"),
            ("twice daily", "twice daily = 12 hours"),
            ("3 times per day", "3 times per day = 8 hours"),
            ("reviewed annually", "annually = 365 days"),
            ("an annual review", "annual = 365 days"),
            ("reviewed quarterly", "quarterly = 3 months"),
            ("monthly", "monthly = 1 month"),
            ("every quarter", "every quarter = 3 months"),
            ("once per calendar year", "once per calendar year = 365 days"),
            ("once a quarter", "once a quarter = 3 months"),
        ] {
            assert_eq!(told(words), [found], "{words}");
        }
    }

    #[test]
    fn other_quantities_are_found() {
        for (words, found) in [
            ("99.9% of requests", "99.9% = 99.9 %"),
            ("99.95 per cent uptime", "99.95 per cent = 99.95 %"),
            ("an SLA of 99,9 %", "99,9 % = 99.9 %"),
            ("speak TLS 1.2 or newer", "TLS 1.2 = TLS 1.2"),
            ("speak TLSv1.3", "TLSv1.3 = TLS 1.3"),
            ("TLS version 1.2+", "TLS version 1.2 = TLS 1.2"),
            ("SSL 3 is refused", "SSL 3 = SSL 3.0"),
            ("SSL/TLS 1.2 or higher", "TLS 1.2 = TLS 1.2"),
            ("files of up to 10 MB", "10 MB = 10 MB"),
            ("files of up to 1GiB", "1GiB = 1 GiB"),
            ("256-bit keys", "256-bit = 256 bits"),
            ("in 3 regions", "3 = 3"),
            ("two copies are kept", "two = 2"),
            ("10 000 tenants", "10 000 = 10000"),
            ("2 million records", "2 million = 2000000"),
            ("since 1 January 2026 only", "1 January 2026 = 1 January 2026"),
            ("on March 1, 2026", "March 1, 2026 = 1 March 2026"),
            ("since 2024 we", "2024 = 1 January 2024"),
            ("by 2026-11-22.", "2026-11-22 = 22 November 2026"),
        ] {
            assert_eq!(told(words), [found], "{words}");
        }
    }

    #[test]
    fn both_ends_of_a_range_have_its_unit() {
        assert_eq!(told("24 to 48 hours"), ["24 = 24 hours", "48 hours = 48 hours"]);
        assert_eq!(told("2-3 days"), ["2 = 48 hours", "3 days = 3 days"]);
        assert_eq!(told("2 – 3 days"), ["2 = 48 hours", "3 days = 3 days"]);
        assert_eq!(told("between one and three weeks"), ["one = 7 days", "three weeks = 21 days"]);
        assert_eq!(told("TLS 1.2 or 1.3"), ["TLS 1.2 = TLS 1.2", "1.3 = TLS 1.3"]);
        assert_eq!(told("TLS v1.2 or 1.3"), ["TLS v1.2 = TLS 1.2", "1.3 = TLS 1.3"]);
        assert_eq!(told("TLS 1.2/1.3, 24/7"), ["TLS 1.2 = TLS 1.2", "1.3 = TLS 1.3"]);
        assert_eq!(told("EUR 20,000 or 4 %"), ["4 % = 4 %"]);
        assert_eq!(told("in ISO 27001 and 3 regions"), ["3 = 3"]);
        assert_eq!(told("TLS 1.2, 1.3"), ["TLS 1.2 = TLS 1.2", "1.3 = TLS 1.3"]);
    }

    #[test]
    fn numbers_that_name_something_are_no_quantities() {
        for words in [
            "One customer can never reach another customer's data.",
            "certified to ISO 27001 and SOC 2, see RFC 9116",
            "under Article 32 and section 4.2",
            "encrypted with AES-256 and SHA-256, X.509, IPv6, OAuth2",
            "two-factor authentication by a third-party",
            "the two are apart",
            "stored in S3 and EC2",
            "see <https://example.com/24 hours> or https://a.test/30days",
            "write to 24@example.com",
            "around the clock, 24/7, 24 hours a day",
            "at 9:00 or 9 am",
            "for a second opinion, one day soon no more",
            "version 1.2.3 and 127.0.0.1",
            "costs 500 € or USD 20",
            "it may march on",
            "call +46 8 123 45 67",
            "NIST SP 800-53",
            "an hour of need",
            "certified to ISO 27001, 27017 and 27018, and to ISO/IEC 27701",
            "PCI DSS 4.0, PCI DSS v3.2.1, CVSS 9.0, WCAG 2.2, SAML 2.0 and OAuth 2.0",
            "on Windows 10, macOS 12 and PostgreSQL 15; the OWASP Top 10",
            "see § 5 Abs. 1 Nr. 2, Art. 6 para. 1 lit. b and NIST SP 800-53 Rev. 5",
            "Articles 12 to 22, Sections 5 through 7, items 1, 2 and 3, Exhibit 3",
            "l'article 28, art. 13 DSGVO, Art. 6 Abs. 1 S. 1 lit. f",
            "call +1 (555) 123-4567, 0800 123 456 or 0711 / 123 45 67",
            "of 10 million euros",
            "the 2024 audit",
            "a credit on the monthly fee, of the annual subscription",
            "severity 1, priority 2",
            "§§ 3 bis 7 BDSG",
        ] {
            let mut found = told(words);
            found.retain(|one| one != "one day = 24 hours");
            assert_eq!(found, Vec::<String>::new(), "{words}");
        }
    }

    #[test]
    fn german_and_french_are_read_as_far_as_units_go() {
        for (words, found) in [
            ("innerhalb von 24 Stunden", "24 Stunden = 24 hours"),
            ("innerhalb einer Stunde", "einer Stunde = 1 hour"),
            ("nach dreißig Tagen", "dreißig Tagen = 30 days"),
            ("täglich gesichert", "täglich = 24 hours"),
            ("ein tägliches Backup", "tägliches = 24 hours"),
            ("zweimal täglich", "zweimal täglich = 12 hours"),
            ("jeden Tag", "jeden Tag = 24 hours"),
            ("zu 99,9 Prozent", "99,9 Prozent = 99.9 %"),
            ("dans les 72 heures", "72 heures = 3 days"),
            ("chaque jour", "chaque jour = 24 hours"),
            ("tous les jours", "tous les jours = 24 hours"),
            ("une fois par an", "une fois par an = 365 days"),
            ("une sauvegarde quotidienne", "quotidienne = 24 hours"),
            ("pendant trente jours", "trente jours = 30 days"),
            ("dans un délai d'un mois", "d'un mois = 1 month"),
            ("sous deux (2) jours ouvrés", "deux (2) jours ouvrés = 2 working days"),
            ("jedes Quartal", "jedes Quartal = 3 months"),
        ] {
            assert_eq!(told(words), [found], "{words}");
        }
    }

    #[test]
    fn hostile_words_are_read_in_one_pass() {
        for part in [
            "1 ",
            "24-",
            "twenty-",
            "1 and ",
            "ISO 27001, ",
            "27001, ",
            "TLS 1.2 or ",
            "<a ",
            "once every ",
            "(1) ",
            "full ",
            "é",
            "\u{301}",
        ] {
            let words = part.repeat(20_000);
            assert!(find(&words).len() <= 40_000);
        }
    }
}
