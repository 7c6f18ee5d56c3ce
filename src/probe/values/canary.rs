//! Canaries: random marks that nobody can guess, and the search for them in every encoding.
//!
//! An answer may contain a mark as it is, percent-encoded, as JSON or HTML escapes, in base64 at any
//! alignment, or in a combination of these. Escapes are decoded in several passes, so that
//! combinations are found too. Base64 cannot be decoded without knowing where it starts, so the search
//! looks for the encoded mark.

use std::borrow::Cow;
use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::model::answer::ids::CanaryId;
use crate::probe::escapes::unescape;
use crate::probe::random;

/// How many layers of escapes are decoded.
const PASSES_MAX: usize = 4;

/// Pieces of base64 shorter than this occur by chance.
const BASE64_CHARS_MIN: usize = 8;

/// Makes a canary of 128 random bits, as 32 hexadecimal digits.
pub(crate) fn mint() -> String {
    random::hex::<16>()
}

/// Finds the canaries of a plan.
pub(crate) struct Searcher {
    plain: Option<AhoCorasick>,
    plain_ids: Vec<CanaryId>,
    encoded: Option<AhoCorasick>,
    encoded_ids: Vec<CanaryId>,
}

impl Searcher {
    /// Searches for these values, each with its canary's index in the plan. Empty values are skipped.
    pub(crate) fn new<'a>(canaries: impl IntoIterator<Item = (CanaryId, &'a str)>) -> Self {
        let (mut plain, mut plain_ids) = (Vec::new(), Vec::new());
        let (mut encoded, mut encoded_ids) = (Vec::new(), Vec::new());
        for (id, value) in canaries.into_iter().filter(|(_, value)| !value.is_empty()) {
            plain.push(value.to_owned());
            plain_ids.push(id);
            for piece in base64_pieces(value) {
                encoded.push(piece);
                encoded_ids.push(id);
            }
        }
        let mut builder = AhoCorasick::builder();
        // Building fails only for more than 2^31 states; the limits on plans are far lower.
        let encoded = builder.build(encoded).ok();
        let plain = builder.ascii_case_insensitive(true).build(plain).ok();
        Self { plain, plain_ids, encoded, encoded_ids }
    }

    /// Adds the canaries that `bytes` contains to `found`.
    pub(crate) fn search(&self, bytes: &[u8], found: &mut BTreeSet<CanaryId>) {
        let mut view = Cow::Borrowed(bytes);
        for _ in 0..PASSES_MAX {
            self.search_view(&view, found);
            match unescape(&view) {
                Some(next) => view = Cow::Owned(next),
                None => return,
            }
        }
        self.search_view(&view, found);
    }

    fn search_view(&self, bytes: &[u8], found: &mut BTreeSet<CanaryId>) {
        collect(self.plain.as_ref(), &self.plain_ids, bytes, found);
        collect(self.encoded.as_ref(), &self.encoded_ids, bytes, found);
        // Mail and certificate formats break base64 into lines.
        if bytes.iter().any(u8::is_ascii_whitespace) {
            let joined: Vec<u8> =
                bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            collect(self.encoded.as_ref(), &self.encoded_ids, &joined, found);
        }
    }
}

fn collect(
    automaton: Option<&AhoCorasick>,
    ids: &[CanaryId],
    bytes: &[u8],
    found: &mut BTreeSet<CanaryId>,
) {
    let Some(automaton) = automaton else { return };
    // Overlapping matches, so that a mark inside another one is found too.
    let matches = automaton.find_overlapping_iter(bytes);
    found.extend(matches.filter_map(|one| ids.get(one.pattern().as_usize())));
}

/// The pieces of base64 that occur in the encoding of any bytes that contain `value`: as it is, in lower
/// and in upper case, at each of the three alignments and in both alphabets.
pub(crate) fn base64_pieces(value: &str) -> BTreeSet<String> {
    let cases = [value.to_owned(), value.to_ascii_lowercase(), value.to_ascii_uppercase()];
    let aligned = cases.iter().flat_map(|case| (0..3).map(move |shift| (case, shift)));
    aligned
        .flat_map(|(case, shift)| {
            [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD].map(|engine| {
                let mut bytes = vec![0; shift];
                bytes.extend_from_slice(case.as_bytes());
                let text = engine.encode(&bytes);
                // The characters at both ends also encode bits of the neighbouring bytes.
                text[(shift * 8).div_ceil(6)..bytes.len() * 8 / 6].to_owned()
            })
        })
        .filter(|piece| piece.len() >= BASE64_CHARS_MIN)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    fn found(value: &str, text: &str) -> bool {
        let mut found = BTreeSet::new();
        Searcher::new([(CanaryId(3), value)]).search(text.as_bytes(), &mut found);
        found.contains(&CanaryId(3))
    }

    fn percent(text: &str, every: usize) -> String {
        escape(text, every, |byte| format!("%{byte:02x}"))
    }

    fn escape(text: &str, every: usize, spell: impl Fn(u8) -> String) -> String {
        let spell = |(index, byte): (usize, u8)| match index % every {
            0 => spell(byte),
            _ => char::from(byte).to_string(),
        };
        text.bytes().enumerate().map(spell).collect()
    }

    proptest! {
        #[test]
        fn a_canary_is_found_in_every_encoding(
            value in "[0-9a-f]{32}", before in "[ -~]{0,9}", after in "[ -~]{0,9}", every in 1_usize..4,
        ) {
            let json = escape(&value, every, |byte| format!("\\u{byte:04X}"));
            let html = escape(&value, every, |byte| format!("&#x{byte:x};"));
            let decimal = escape(&value, every, |byte| format!("&#{byte};"));
            let nested = percent(&percent(&value, every).replace('%', "%25"), 5);
            let spelt = [
                value.clone(), value.to_uppercase(), percent(&value, every), json, html, decimal, nested,
            ];
            for spelling in spelt {
                // The spaces keep the neighbouring text from forming an escape with the mark.
                let text = format!("{before} {spelling} {after}");
                prop_assert!(found(&value, &text), "{}", text);
            }
        }

        #[test]
        fn a_canary_is_found_in_base64_at_every_alignment(
            value in "[0-9a-f]{32}", before in "[ -~]{0,9}", after in "[ -~]{0,9}",
        ) {
            let text = format!("{before}{value}{after}");
            let lines = STANDARD.encode(&text).replace('M', "M\r\n");
            for spelling in [STANDARD.encode(&text), URL_SAFE.encode(&text), lines] {
                prop_assert!(found(&value, &spelling), "{}", spelling);
            }
        }

        #[test]
        fn other_values_are_not_found(value in "[0-9a-f]{32}", other in "[0-9a-f]{31}") {
            prop_assert!(!found(&value, &other));
            prop_assert!(!found(&value, &STANDARD.encode(&other)));
        }
    }

    #[test]
    fn marks_beyond_ascii_are_found_escaped() {
        let value = "Zürich 🏦 vault";
        assert!(found(value, "{\"at\":\"Z\\u00fcrich \\ud83c\\udfe6 vault\"}"));
        assert!(found(value, "Z%C3%BCrich%20%F0%9F%8F%A6%20vault"));
        assert!(found(value, "Z&#252;rich &#x1F3E6; vault"));
        assert!(found("a+b/c\"d&e", "a&#43;b\\/c\\\"d&amp;e"));
    }

    #[test]
    fn two_byte_text_is_searched_too() {
        let utf16: Vec<u8> = "0123456789abcdef".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut found = BTreeSet::new();
        Searcher::new([(CanaryId(0), "0123456789abcdef")]).search(&utf16, &mut found);
        assert_eq!(found, [CanaryId(0)].into());
    }

    #[test]
    fn minted_marks_differ_and_have_128_bits() {
        let (one, other) = (mint(), mint());
        assert_eq!((one.len(), other.len()), (32, 32));
        assert_ne!(one, other);
    }
}
