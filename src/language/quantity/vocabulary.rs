//! The words that quantities are written with, by their meaning.

use crate::language::lexicon::{List, Table};
use crate::language::quantity::amount::{Amount, Unit};

const DAY_S: f64 = 86_400.0;

/// The amount that a number and the unit after it mean: `hours`, `%`, `GiB`, `mois`.
pub(crate) fn of_unit(number: f64, word: &str) -> Option<Amount> {
    let times = |factor: f64| number * factor;
    let seconds = || Some(Amount::new(times(Table::Seconds.number(word)?), Unit::Seconds));
    let bytes = || Some(Amount::new(times(Table::Bytes.number(word)?), Unit::Bytes));
    let months = || Some(Amount::months(times(Table::Months.number(word)?)));
    let percent = || List::Percent.has(word).then(|| Amount::new(number, Unit::Percent));
    let bits = || List::Bits.has(word).then(|| Amount::new(number, Unit::Bits));
    seconds().or_else(bytes).or_else(months).or_else(percent).or_else(bits)
}

/// Whether a word is a unit that may follow digits without a space: `24h`, `5GB`.
pub(crate) fn is_suffix(word: &str) -> bool {
    let is_time = || Table::Seconds.number(word).or_else(|| Table::Months.number(word)).is_some();
    List::JoinedUnits.has(word)
        || Table::Bytes.number(word).is_some()
        || word.len() > 2 && is_time()
}

/// The time between two repetitions that a word for "how often" means: `daily`, `monatlich`.
pub(crate) fn interval(word: &str) -> Option<Amount> {
    let starts = word.char_indices().map(|(at, _)| word.split_at(at));
    let is_inflected = |(stem, end): &(&str, &str)| {
        List::IntervalEndings.has(end) && List::IntervalStems.has(stem)
    };
    let word = starts.rev().find(is_inflected).map_or(word, |(stem, _)| stem);
    let seconds = || Some(Amount::new(Table::IntervalSeconds.number(word)?, Unit::Seconds));
    let months = || Some(Amount::months(Table::IntervalMonths.number(word)?));
    seconds().or_else(months)
}

/// "Every night" is every day.
pub(crate) fn interval_of_night(word: &str) -> Option<Amount> {
    List::Nights.has(word).then(|| Amount::new(DAY_S, Unit::Seconds))
}

/// How often within an interval: `once`, `twice`.
pub(crate) fn times(word: &str) -> Option<f64> {
    Table::Times.number(word)
}

/// Words between how often and the unit: `a` in `once a day`.
pub(crate) fn is_per(word: &str) -> bool {
    List::Per.has(word)
}

/// Words that turn a unit into an interval: `every` in `every day`.
pub(crate) fn is_every(word: &str) -> bool {
    List::Every.has(word)
}

/// Words after which `a day` is a duration, not a figure of speech.
pub(crate) fn is_cue(word: &str) -> bool {
    List::TimeCues.has(word)
}

/// Words that may come between a number and its unit.
pub(crate) fn is_filler(word: &str) -> bool {
    List::Fillers.has(word)
}

/// Words that turn days into working days.
pub(crate) fn is_working(word: &str) -> bool {
    List::WorkingDays.has(word)
}

/// Words for a quarter of a year, if they follow "every" or "per".
pub(crate) fn is_quarter(word: &str) -> bool {
    List::Quarters.has(word)
}

/// "24 hours a day" and the like mean always.
pub(crate) fn is_always(unit: &str, per: &str) -> bool {
    let is = |word: &str, of: f64| Table::Seconds.number(word) == Some(of);
    is(unit, 3600.0) && is(per, DAY_S)
        || is(unit, DAY_S) && (is(per, 7.0 * DAY_S) || matches!(per, "year" | "jahr" | "an"))
}

/// Words for things that are paid or counted by the month or year, so that "monthly" is not an
/// interval.
pub(crate) fn is_priced(word: &str) -> bool {
    List::Priced.has(word)
}

/// Words for money, next to its amount.
pub(crate) fn is_money(word: &str) -> bool {
    List::Money.has(word)
}

/// Protocols whose versions checks can test.
pub(crate) fn is_protocol(name: &str) -> bool {
    List::Protocols.has(name)
}

/// Abbreviations with a full stop, before a number that is part of a name.
pub(crate) fn is_short_reference(word: &str) -> bool {
    List::ShortReferences.has(word)
}

/// Words between the two ends of a range.
pub(crate) fn is_range(word: &str) -> bool {
    List::Ranges.has(word)
}

/// Words before a status of HTTP.
pub(crate) fn is_before_status(word: &str) -> bool {
    matches!(
        word,
        "a" | "an" | "status" | "code" | "http" | "ein" | "eine" | "einen" | "un" | "une"
    )
}

/// Words after a status of HTTP.
pub(crate) fn is_status(word: &str) -> bool {
    matches!(word, "response" | "responses" | "status" | "error" | "errors" | "fehler" | "erreur")
}

/// Words for a street, in a postal address.
pub(crate) fn is_street(word: &str) -> bool {
    let endings = ["straße", "strasse", "gasse", "platz", "gatan", "vägen"];
    List::Streets.has(word) || endings.iter().any(|ending| word.ends_with(ending))
}

/// The number of an ordinal: `second`, `30th`, `zweiten`.
pub(crate) fn ordinal(word: &str) -> Option<f64> {
    let digits = word.trim_end_matches(char::is_alphabetic);
    let ending = &word[digits.len()..];
    let is_ordinal = matches!(ending, "st" | "nd" | "rd" | "th" | "e" | "er" | "ème");
    let number = digits.parse().ok().filter(|_| is_ordinal && digits.len() <= 4);
    number.or_else(|| Table::Ordinals.number(word))
}

/// Words between the lower and the upper end of a range.
pub(crate) fn is_from_to(word: &str) -> bool {
    matches!(word, "to" | "bis" | "à")
}

/// Words before a number that is part of a name: `Article 32`.
pub(crate) fn is_reference(word: &str) -> bool {
    List::References.has(word)
}

/// Words before a number that turn it into a year.
pub(crate) fn is_before_year(word: &str) -> bool {
    List::BeforeYear.has(word)
}

/// Words after a number that turn it into a time of day.
pub(crate) fn is_clock(word: &str) -> bool {
    List::Clock.has(word)
}

/// The number of a month, January being 1, by its name or abbreviation.
pub(crate) fn month(word: &str) -> Option<i8> {
    Table::CalendarMonths.number(word).map(|number| number as i8)
}
