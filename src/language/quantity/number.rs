//! Numbers as people write them: in digits, and written out in English, German and French.

use crate::language::lexicon::Table;

/// The number that digits and their separators mean: `24`, `10,000`, `99.9`, `99,95`.
///
/// A comma before three digits separates thousands; any other comma, and a point, is decimal.
pub(crate) fn digits(text: &str) -> Option<f64> {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.len() <= LENGTH_MAX;
    if !is_number {
        return None;
    }
    // "1.000" has no decimals: nobody writes them.
    let dots: Vec<&str> = text.split('.').collect();
    let is_dotted = dots[0].len() <= 3 && dots[1..].iter().all(|group| group.len() == 3);
    let is_thousands = dots.len() > 2 || dots.last().is_some_and(|last| *last == "000");
    if is_dotted && dots.len() > 1 && is_thousands {
        return text.replace('.', "").parse().ok();
    }
    let mut groups = text.split([',', '\'']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let is_thousands = first.len() <= 3 && rest.iter().all(|group| whole(group).len() == 3);
    let plain = match rest[..] {
        [] => first.to_owned(),
        _ if is_thousands => text.replace([',', '\''], ""),
        [decimals] if !decimals.contains('.') => format!("{first}.{decimals}"),
        _ => return None,
    };
    let is_plain = plain.chars().all(|c| c.is_ascii_digit() || c == '.');
    plain.parse().ok().filter(|_| is_plain)
}

/// Longer numbers are identifiers.
const LENGTH_MAX: usize = 20;

fn whole(group: &str) -> &str {
    group.split('.').next().unwrap_or_default()
}

/// The number that an English word means, in lower case: `twenty-four`, `twelve`.
pub(crate) fn english(word: &str) -> Option<f64> {
    if let Some((tens, ones)) = word.split_once('-') {
        let ones = Table::Ones.number(ones).filter(|ones| *ones < 10.0)?;
        return Some(Table::Tens.number(tens)? + ones);
    }
    Table::Ones.number(word).or_else(|| Table::Tens.number(word))
}

/// The number by which a word multiplies the number before it: `hundred`, `million`.
pub(crate) fn factor(word: &str) -> Option<f64> {
    Table::Factors.number(word)
}

/// The number that a German or French word means, in lower case. Many of these words have other
/// meanings too, so they count only before a unit.
pub(crate) fn foreign(word: &str) -> Option<f64> {
    Table::Numbers.number(word).or_else(|| german(word)).or_else(|| french(word))
}

/// `zweiundzwanzig`, `hundertachtzig`: the numbers that are written as one word.
fn german(word: &str) -> Option<f64> {
    for (name, factor) in [("tausend", 1000.0), ("hundert", 100.0)] {
        if let Some((times, rest)) = word.split_once(name) {
            let read = |text: &str, empty| if text.is_empty() { Some(empty) } else { part(text) };
            return Some(read(times, 1.0)? * factor + read(rest, 0.0)?);
        }
    }
    // "Hundert" contains "und".
    let (ones, tens) = word.split_once("und")?;
    let ones = Table::Numbers.number(ones).filter(|ones| *ones < 10.0)?;
    let tens = Table::Numbers.number(tens).filter(|tens| *tens >= 20.0 && tens % 10.0 == 0.0)?;
    Some(tens + ones)
}

/// A part of a German number.
fn part(word: &str) -> Option<f64> {
    Table::Numbers.number(word).or_else(|| german(word))
}

/// `vingt-deux`, `quatre-vingt-dix-sept`, `cent-vingt`.
fn french(word: &str) -> Option<f64> {
    let mut value = 0.0;
    for part in word.split('-').filter(|_| word.contains('-')) {
        let number = match part {
            "et" => 0.0,
            part => Table::Numbers.number(part)?,
        };
        value = match number {
            20.0 if value == 4.0 => 80.0,
            100.0 | 1000.0 if value > 0.0 => value * number,
            _ => value + number,
        };
    }
    Some(value).filter(|value| *value > 0.0)
}

/// The value of a number that ends with a sign for a fraction, or is one: `1½`, `2/3`.
pub(crate) fn with_fraction(text: &str) -> Option<f64> {
    const SIGNS: [(char, f64); 8] = [
        ('½', 0.5),
        ('¼', 0.25),
        ('¾', 0.75),
        ('⅓', 1.0 / 3.0),
        ('⅔', 2.0 / 3.0),
        ('⅕', 0.2),
        ('⅛', 0.125),
        ('⅒', 0.1),
    ];
    if let Some((part, of)) = text.split_once('/') {
        let (part, of) = (digits(part)?, digits(of)?);
        return Some(part / of).filter(|_| part < of && of <= 10.0);
    }
    let (sign, value) = SIGNS.iter().find(|(sign, _)| text.ends_with(*sign))?;
    let whole = text.strip_suffix(*sign).unwrap_or_default();
    Some(value + if whole.is_empty() { 0.0 } else { digits(whole)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_with_their_separators() {
        for (text, value) in [
            ("24", 24.0),
            ("10,000", 10_000.0),
            ("1,000,000.5", 1_000_000.5),
            ("10'000", 10_000.0),
            ("99.95", 99.95),
            ("99,95", 99.95),
            ("0", 0.0),
        ] {
            assert_eq!(digits(text), Some(value), "{text}");
        }
        for text in ["", "1.2.3", "24h", ".5", "5.", "1,2,3", "123456789012345678901", "1e5"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn words_are_read_up_to_ninety_nine() {
        for (text, value) in
            [("one", 1.0), ("twelve", 12.0), ("thirty", 30.0), ("twenty-four", 24.0)]
        {
            assert_eq!(english(text), Some(value), "{text}");
        }
        for text in ["", "twenty-", "twenty-twelve", "two-three", "second", "-"] {
            assert_eq!(english(text), None, "{text}");
        }
        assert_eq!(foreign("vierundzwanzig"), Some(24.0));
    }
}
