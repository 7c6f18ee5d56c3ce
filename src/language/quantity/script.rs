//! Digits of all scripts: `٣٠`, `३०` and `３０` are 30.

use std::borrow::Cow;

/// The digit zero of each script that has decimal digits (Unicode, general category Nd); the other nine
/// follow it.
const ZEROS: [u32; 62] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
    0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0,
    0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
];

/// The ASCII character that a character means in a number.
fn plain(c: char) -> Option<char> {
    let code = u32::from(c);
    let digit = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code));
    match (digit, c) {
        (Some(zero), _) => char::from_digit(code - zero, 10),
        (None, '٫') => Some('.'),
        (None, '٬') => Some(','),
        (None, '٪' | '％') => Some('%'),
        (None, _) => None,
    }
}

/// A text with ASCII digits, and where each of its bytes is in the original.
pub(crate) struct Plain<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Empty if the text is the original.
    places: Vec<usize>,
}

impl<'a> Plain<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        if text.is_ascii() || !text.chars().any(|c| plain(c).is_some()) {
            return Self { text: Cow::Borrowed(text), places: Vec::new() };
        }
        let mut out = String::with_capacity(text.len());
        let mut places = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            out.push(plain(c).unwrap_or(c));
            // Only the first byte of a character begins or ends a token.
            places.resize(out.len(), at);
        }
        places.push(text.len());
        Self { text: Cow::Owned(out), places }
    }

    /// The byte of the original at which a byte of the text is.
    pub(crate) fn place(&self, at: usize) -> usize {
        self.places.get(at).copied().unwrap_or(at)
    }
}
