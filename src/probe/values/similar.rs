//! Random values of the form of a known one: an id that the service can read, and that no object has.

use crate::probe::random;

/// The fewest digits of a number that no object has. A number with fewer may be that of an existing one.
const DIGITS_MIN: usize = 9;

/// A random value with digits and letters where `model` has them.
pub(crate) fn similar(model: &str) -> String {
    if !model.is_empty() && model.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(model);
    }
    let hexadecimal = model.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let mut bits = random::bytes::<64>().into_iter().cycle();
    model
        .char_indices()
        .map(|(index, c)| match c {
            // The version and the variant of a UUID (RFC 9562, section 4).
            _ if hexadecimal && model.len() == 36 && matches!(index, 14 | 19) => c,
            '0'..='9' => digit(bits.next(), b'0', 10),
            'a'..='f' if hexadecimal => digit(bits.next(), b'a', 6),
            'A'..='F' if hexadecimal => digit(bits.next(), b'A', 6),
            'a'..='z' => digit(bits.next(), b'a', 26),
            'A'..='Z' => digit(bits.next(), b'A', 26),
            other => other,
        })
        .collect()
}

/// Small enough for 32 bits, or as long as the known number and with its first digit.
fn number(model: &str) -> String {
    let length = model.len().max(DIGITS_MIN);
    let first = model.chars().next().filter(|_| model.len() > DIGITS_MIN).unwrap_or('1');
    let bits = random::bytes::<64>();
    let rest = bits.into_iter().cycle().take(length - 1).map(|byte| digit(Some(byte), b'0', 10));
    std::iter::once(first).chain(rest).collect()
}

fn digit(bits: Option<u8>, first: u8, count: u8) -> char {
    char::from(first + bits.unwrap_or_default() % count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_stays_and_the_value_does_not() {
        let form = |text: &str| -> String {
            let of = |c: char| match c {
                '0'..='9' => '0',
                'a'..='z' => 'a',
                'A'..='Z' => 'A',
                other => other,
            };
            text.chars().map(of).collect()
        };
        for model in ["ord-8812-a", "Note_17x", "stats"] {
            assert_eq!(form(&similar(model)), form(model));
        }
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let other = similar(uuid);
        assert_ne!(other, uuid);
        assert_eq!((&other[14..15], &other[19..20], other.len()), ("4", "a", 36));
        assert!(other.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'));
        assert!(similar("7").parse::<i32>().unwrap() >= 100_000_000);
        assert_eq!(
            (similar("7340032171891462144").len(), similar("7340032171891462144").starts_with('7')),
            (19, true)
        );
    }
}
