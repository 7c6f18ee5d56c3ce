//! Times that programs write for people, word by word: a date, a time, an offset or a zone, in any order.
//!
//! Every word must be understood, and nothing may occur twice.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::Offset;

use crate::model::time::local::{first_instant, of_local};
use crate::model::time::unread::{Unread, no_offset, not_a_time};
use crate::model::time::zone::{Zone, offset};

/// The most words of a time.
const WORDS_MAX: usize = 12;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The names of UTC. Other abbreviations have several meanings.
const UTC: [&str; 4] = ["UTC", "GMT", "UT", "Z"];

/// What was understood of a time so far.
#[derive(Default)]
struct Words {
    date: Option<Date>,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<Time>,
    afternoon: Option<bool>,
    offset: Option<Offset>,
    /// An abbreviation of a zone, such as `CET`.
    zone: Option<String>,
    weekday: Option<Weekday>,
}

/// Reads a time.
pub(super) fn read(text: &str, zone: Option<&Zone>) -> Result<Timestamp, Unread> {
    let text = without_comments(text).ok_or_else(not_a_time)?;
    let mut words = Words::default();
    for (index, word) in text.split_whitespace().enumerate() {
        let word = word.trim_end_matches(',');
        if index >= WORDS_MAX {
            return Err(not_a_time());
        }
        // Go adds the reading of its monotonic clock.
        if word.is_empty() || word.starts_with("m=") {
            continue;
        }
        words.add(word)?;
    }
    words.instant(zone)
}

/// The text without what is in brackets.
fn without_comments(text: &str) -> Option<String> {
    let mut all = String::new();
    let mut depth = 0_usize;
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ if depth == 0 => all.push(letter),
            _ => {}
        }
    }
    (depth == 0).then_some(all)
}

/// Fills an empty place.
fn fill<T>(place: &mut Option<T>, value: T) -> Result<(), Unread> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(not_a_time()),
    }
}

impl Words {
    fn add(&mut self, word: &str) -> Result<(), Unread> {
        if let Some((date, time)) = date_and_time(word) {
            self.add(date)?;
            return self.add_time(time);
        }
        if word.contains(':') && word.starts_with(|first: char| first.is_ascii_digit()) {
            return self.add_time(word);
        }
        if let Some(offset) = offset(word) {
            return self.add_offset(offset);
        }
        if word.starts_with(|first: char| first.is_ascii_digit()) {
            return self.add_numbers(word);
        }
        self.add_name(word)
    }

    /// `12:00`, `12:00:00.25` or `12:00:00,250`, with an offset, a zone, or `AM` or `PM` right after it.
    fn add_time(&mut self, word: &str) -> Result<(), Unread> {
        let end = word.find(|letter: char| !(letter.is_ascii_digit() || ":.,".contains(letter)));
        let (clock, rest) = word.split_at(end.unwrap_or(word.len()));
        fill(&mut self.time, time(clock).ok_or_else(not_a_time)?)?;
        if rest.is_empty() { Ok(()) } else { self.add(rest) }
    }

    /// Go prints an offset twice if its zone has no abbreviation.
    fn add_offset(&mut self, offset: Offset) -> Result<(), Unread> {
        match self.offset.replace(offset) {
            Some(other) if other != offset => Err(not_a_time()),
            _ => Ok(()),
        }
    }

    fn add_numbers(&mut self, word: &str) -> Result<(), Unread> {
        if let Some(date) = compact(word) {
            return fill(&mut self.date, date);
        }
        let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
        match parts.as_slice() {
            [one] => self.add_number(one),
            [first, second, third] => {
                let date = date(word, [first, second, third])?;
                fill(&mut self.date, date)
            }
            _ => Err(not_a_time()),
        }
    }

    /// A year or a day.
    fn add_number(&mut self, word: &str) -> Result<(), Unread> {
        let number = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let suffix = &word[number.len()..];
        let is_day = number.len() <= 2 && (self.day.is_none() || suffix.len() == 2);
        if !["", "st", "nd", "rd", "th"].contains(&suffix.to_ascii_lowercase().as_str()) {
            return Err(not_a_time());
        }
        if is_day {
            return fill(&mut self.day, number.parse().map_err(|_| not_a_time())?);
        }
        fill(&mut self.year, year(number).ok_or_else(not_a_time)?)
    }

    fn add_name(&mut self, word: &str) -> Result<(), Unread> {
        let name = word.trim_end_matches('.').to_ascii_lowercase();
        if let Some(month) = month(&name) {
            return fill(&mut self.month, month);
        }
        if let Some((_, weekday)) = WEEKDAYS.iter().find(|(full, _)| is_short_for(&name, full)) {
            return fill(&mut self.weekday, *weekday);
        }
        if let "am" | "pm" = name.as_str() {
            return fill(&mut self.afternoon, name == "pm");
        }
        if UTC.iter().any(|utc| utc.eq_ignore_ascii_case(word)) {
            // After an offset, the name of a zone adds nothing.
            return if self.offset.is_some() { Ok(()) } else { self.add_offset(Offset::UTC) };
        }
        if let Some(offset) = UTC.iter().find_map(|utc| offset(word.strip_prefix(utc)?)) {
            return self.add_offset(offset);
        }
        let is_zone =
            (2..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_zone { fill(&mut self.zone, word.to_owned()) } else { Err(not_a_time()) }
    }

    fn instant(&self, zone: Option<&Zone>) -> Result<Timestamp, Unread> {
        let date = self.day().ok_or_else(not_a_time)?;
        if self.weekday.is_some_and(|weekday| weekday != date.weekday()) {
            return Err(Unread::Other("names another weekday than its date has".into()));
        }
        let Some(time) = self.clock()? else {
            return match (self.offset, &self.zone) {
                (None, None) => Ok(first_instant(date, zone)),
                _ => Err(not_a_time()),
            };
        };
        let local = date.to_datetime(time);
        match (self.offset, &self.zone) {
            (Some(offset), _) => offset.to_timestamp(local).map_err(|_| not_a_time()),
            (None, Some(name)) => of_local(local, zone, || abbreviated(name)),
            (None, None) => of_local(local, zone, no_offset),
        }
    }

    fn day(&self) -> Option<Date> {
        match (self.date, self.year, self.month, self.day) {
            (Some(date), None, None, None) => Some(date),
            (None, Some(year), Some(month), Some(day)) => Date::new(year, month, day).ok(),
            _ => None,
        }
    }

    /// The time of the day; with `AM` or `PM`, the hour is one of twelve.
    fn clock(&self) -> Result<Option<Time>, Unread> {
        let Some(time) = self.time else {
            return if self.afternoon.is_none() { Ok(None) } else { Err(not_a_time()) };
        };
        let Some(afternoon) = self.afternoon else { return Ok(Some(time)) };
        let hour = match (time.hour(), afternoon) {
            (12, false) => 0,
            (12, true) => 12,
            (hour @ 1..12, false) => hour,
            (hour @ 1..12, true) => hour + 12,
            _ => return Err(not_a_time()),
        };
        time.with().hour(hour).build().map(Some).map_err(|_| not_a_time())
    }
}

fn abbreviated(name: &str) -> String {
    format!("has the zone `{name}`, and such abbreviations have several meanings")
}

/// `2026-01-31T12:00:00`, `31/Jan/2026:12:00:00` and `20260131120000Z`: the date and the time.
fn date_and_time(word: &str) -> Option<(&str, &str)> {
    let is_digit = |at: usize| word.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    if (0..14).all(is_digit) {
        return Some(word.split_at(8));
    }
    let separators = word.char_indices().filter(|(_, letter)| matches!(letter, 'T' | 't' | ':'));
    let (at, _) =
        separators.into_iter().find(|(at, _)| *at >= 8 && is_digit(at - 1) && is_digit(at + 1))?;
    is_digit(0).then(|| (&word[..at], &word[at + 1..]))
}

fn time(clock: &str) -> Option<Time> {
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let number = |text: &str| (1..=2).contains(&text.len()).then(|| text.parse::<i8>().ok())?;
    // Without separators: `1200` and `120000`.
    let pair = |start: usize| clock.get(start..start + 2);
    let parts: Vec<&str> = match clock.len() {
        4 if !clock.contains(':') => [pair(0)?, pair(2)?].to_vec(),
        6 if !clock.contains(':') => [pair(0)?, pair(2)?, pair(4)?].to_vec(),
        _ => clock.split(':').collect(),
    };
    let parts: Vec<i8> = parts.into_iter().map(number).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] if fraction.is_empty() => (*hour, *minute, 0),
        // A leap second.
        [hour, minute, second] => (*hour, *minute, if *second == 60 { 59 } else { *second }),
        _ => return None,
    };
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    Time::new(hour, minute, second, digits.parse().ok()?).ok()
}

/// `20260131`, and `120000` after it, have no separators.
fn compact(word: &str) -> Option<Date> {
    let is_compact = word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range: std::ops::Range<usize>| word.get(range)?.parse::<i8>().ok();
    is_compact.then(|| Date::new(word.get(..4)?.parse().ok()?, part(4..6)?, part(6..8)?).ok())?
}

/// A year of four digits, or of two, as mail once wrote it (RFC 5322, section 4.3).
fn year(number: &str) -> Option<i16> {
    let year: i16 = number.parse().ok()?;
    match number.len() {
        4 => Some(year),
        2 if year < 50 => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

/// A date of three parts: the year first, a month by its name, or the year last.
fn date(word: &str, parts: [&str; 3]) -> Result<Date, Unread> {
    let [first, second, third] = parts;
    let number = |text: &str| text.parse::<i8>().ok();
    let of = |year: &str, month: Option<i8>, day: &str| {
        Date::new(self::year(year)?, month?, number(day)?).ok()
    };
    if first.len() == 4 {
        let month = month(second).or_else(|| number(second));
        return of(first, month, third).ok_or_else(not_a_time);
    }
    if let Some(month) = month(second) {
        return of(third, Some(month), first).ok_or_else(not_a_time);
    }
    if third.len() != 4 {
        return Err(not_a_time());
    }
    let by_day = of(third, number(second), first);
    let by_month = of(third, number(first), second);
    match (by_day, by_month) {
        // With dots, the day is first.
        (Some(date), _) if word.contains('.') => Ok(date),
        (_, Some(_)) if word.contains('.') => Err(not_a_time()),
        (Some(date), None) | (None, Some(date)) => Ok(date),
        (Some(one), Some(other)) if one == other => Ok(one),
        (Some(_), Some(_)) => Err(Unread::Other("may have the day or the month first".into())),
        (None, None) => Err(not_a_time()),
    }
}

/// The number of a month, by its English name or the start of it.
fn month(name: &str) -> Option<i8> {
    let name = name.to_ascii_lowercase();
    let index = MONTHS.iter().position(|full| is_short_for(&name, full))?;
    i8::try_from(index + 1).ok()
}

fn is_short_for(name: &str, full: &str) -> bool {
    name.len() >= 3 && full.starts_with(name)
}
