//! Canaries: random marks that nobody can guess.
//!
//! A mark is recognised by its first eight characters alone, because services shorten texts. So that no
//! other identifier in an answer resembles these, they contain a letter that no hexadecimal number has,
//! and a digit, which words do not have.

use crate::probe::random;

/// Letters that are not hexadecimal digits.
const LETTERS: &[u8] = b"ghijklmnopqrstuvwxyz";

const DIGITS: &[u8] = b"23456789";

/// The characters of a mark. Services may change the case of letters, so there is only one.
const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Makes a canary of 28 letters and digits, with more than 128 random bits.
pub(crate) fn mint() -> String {
    random::characters::<1>(LETTERS)
        + &random::characters::<1>(DIGITS)
        + &random::characters::<26>(ALPHABET)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minted_marks_differ_and_resemble_no_number_and_no_word() {
        let (one, other) = (mint(), mint());
        assert_eq!((one.len(), other.len()), (28, 28));
        assert_ne!(one[..8], other[..8]);
        assert!(one[..8].contains(|c: char| c.is_ascii_digit()));
        assert!(one[..8].contains(|c: char| !c.is_ascii_hexdigit()));
    }
}
