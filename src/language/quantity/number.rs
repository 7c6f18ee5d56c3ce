//! Numbers as people write them: in digits, and written out in English, German and French.

/// The number that some digits are, with what separates them: `24`, `10,000`, `99.9`, `99,95`.
///
/// A comma before three digits divides thousands, any other is a decimal one; a point is decimal.
pub(crate) fn digits(text: &str) -> Option<f64> {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.len() <= LENGTH_MAX;
    if !is_number {
        return None;
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

/// The number that an English word is, in lower case: `twenty-four`, `twelve`.
pub(crate) fn english(word: &str) -> Option<f64> {
    if let Some((tens, ones)) = word.split_once('-') {
        let ones = position(&ONES, ones).filter(|ones| (1.0..10.0).contains(ones))?;
        return Some(position(&TENS, tens)? * 10.0 + ones);
    }
    position(&ONES, word).or_else(|| Some(position(&TENS, word)? * 10.0))
}

/// What an English word multiplies the number before it by.
pub(crate) fn factor(word: &str) -> Option<f64> {
    match word {
        "hundred" => Some(100.0),
        "thousand" => Some(1000.0),
        "million" => Some(1_000_000.0),
        _ => None,
    }
}

/// The number that a German or French word is, in lower case. Many are other words too, so that they
/// count only before a unit.
pub(crate) fn foreign(word: &str) -> Option<f64> {
    let known = FOREIGN.iter().find(|(_, names)| names.contains(&word));
    known.map(|(value, _)| *value)
}

fn position(list: &[&str], word: &str) -> Option<f64> {
    let found = list.iter().position(|one| *one == word && !one.is_empty())?;
    u32::try_from(found).ok().map(f64::from)
}

const ONES: [&str; 20] = [
    "",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

const FOREIGN: [(f64, &[&str]); 18] = [
    (1.0, &["ein", "eine", "einem", "einen", "einer", "eines", "un", "une"]),
    (2.0, &["zwei", "deux"]),
    (3.0, &["drei", "trois"]),
    (4.0, &["vier", "quatre"]),
    (5.0, &["fünf", "cinq"]),
    (6.0, &["sechs"]),
    (7.0, &["sieben", "sept"]),
    (8.0, &["acht", "huit"]),
    (9.0, &["neun", "neuf"]),
    (10.0, &["zehn", "dix"]),
    (12.0, &["zwölf", "douze"]),
    (14.0, &["vierzehn", "quatorze"]),
    (24.0, &["vierundzwanzig", "vingt-quatre"]),
    (30.0, &["dreißig", "trente"]),
    (48.0, &["achtundvierzig", "quarante-huit"]),
    (60.0, &["sechzig", "soixante"]),
    (72.0, &["zweiundsiebzig", "soixante-douze"]),
    (90.0, &["neunzig", "quatre-vingt-dix"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_with_what_separates_them() {
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
