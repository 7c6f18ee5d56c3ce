//! A quick look: whether a long text may contain one of the needles at all, before the search undoes every
//! encoding of it.
//!
//! It reads the letters and digits of a text as one stream, with tags and without, and compares eight of them
//! at a time with those of each needle: as it is, in one encoding, and in two. These encodings derive from the
//! same alphabets as those that the search undoes. Whatever else may hide a needle, which is compressed data
//! and long encoded texts, is left to the search.

use std::collections::{BTreeMap, BTreeSet};

use crate::probe::spellings::bases::{RUN_MIN, all_encodings, common_encodings, long_encoded};
use crate::probe::spellings::{compressed, escapes, letters};

/// How many letters are compared at a time, at most.
const LETTERS_MAX: usize = 8;

/// The number of letters below which a needle is too short for a quick look.
const LETTERS_MIN: usize = 5;

/// The number of needles above which two encodings are left to the search of short texts.
const MANY: usize = 200;

/// How many bytes of a needle are compared.
const NEEDLE_MAX: usize = 48;

/// How many layers of escapes are undone.
const LAYERS_MAX: usize = 8;

/// How many readings of a text are looked at.
const READINGS_MAX: usize = 32;

/// The number of bits in a filter, and its logarithm.
const FILTER_BITS: u32 = 20;

/// What a quick look compares a text with.
#[derive(Default)]
pub(crate) struct Quick {
    /// By the number of letters.
    keys: BTreeMap<usize, Keys>,
    /// Whether a needle is too short, so that no text can be ruled out.
    undecided: bool,
}

/// The keys of one length: letters packed into a number.
struct Keys {
    all: BTreeSet<u64>,
    filter: Vec<u64>,
}

impl Quick {
    /// Compares with these needles. Empty ones are never found.
    pub(crate) fn new<'a>(needles: impl IntoIterator<Item = &'a str>) -> Self {
        let mut quick = Self::default();
        let needles: Vec<&str> = needles.into_iter().filter(|one| !one.is_empty()).collect();
        for needle in &needles {
            let needle = core(needle);
            let spellings = if needles.len() > MANY { once(needle) } else { twice(needle) };
            for spelling in spellings {
                quick.add(&spelling);
            }
        }
        quick
    }

    fn add(&mut self, spelling: &[u8]) {
        let letters: Vec<u8> = folded(spelling.iter().copied()).collect();
        let length = letters.len().min(LETTERS_MAX);
        if length < LETTERS_MIN {
            self.undecided = true;
            return;
        }
        // Words have no digits, so the letters with most digits occur least by chance.
        let digits = |part: &&[u8]| part.iter().filter(|byte| byte.is_ascii_digit()).count();
        if let Some(part) = letters.windows(length).max_by_key(digits) {
            let keys = self.keys.entry(length).or_insert_with(Keys::new);
            keys.add(part.iter().fold(0, |key, byte| key << 8 | u64::from(*byte)));
        }
    }

    /// The parts of a text that a quick look cannot rule out: long encoded texts, one on each line.
    pub(crate) fn left_to_search(bytes: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        for run in long_encoded(bytes) {
            all.extend_from_slice(run);
            all.push(b'\n');
        }
        all
    }

    /// Whether a text may contain one of the needles outside of [`Self::left_to_search`].
    pub(crate) fn may_find(&self, bytes: &[u8]) -> bool {
        if self.keys.is_empty() || self.undecided {
            return self.undecided;
        }
        if compressed::starts(bytes).next().is_some() {
            return true;
        }
        let mut waiting = vec![(bytes.to_vec(), 0)];
        let mut seen = BTreeSet::new();
        while let Some((reading, depth)) = waiting.pop() {
            if self.is_in_letters(&reading) {
                return true;
            }
            if depth == LAYERS_MAX || seen.len() > READINGS_MAX {
                return true;
            }
            let next = [
                escapes::unescape(&reading),
                escapes::css(&reading),
                escapes::quoted_printable(&reading),
                letters::ordinary(&reading),
            ];
            for one in next.into_iter().flatten() {
                if seen.insert(one.clone()) {
                    waiting.push((one, depth + 1));
                }
            }
        }
        false
    }

    fn is_in_letters(&self, bytes: &[u8]) -> bool {
        let without_tags = || letters::joined(bytes).unwrap_or_default();
        self.keys.iter().any(|(length, keys)| {
            keys.is_in(bytes, *length)
                || bytes.contains(&b'<') && keys.is_in(&without_tags(), *length)
        })
    }
}

impl Keys {
    fn new() -> Self {
        Self { all: BTreeSet::new(), filter: vec![0; (1 << FILTER_BITS) / 64] }
    }

    fn add(&mut self, key: u64) {
        let (word, bit) = slot(key);
        self.filter[word] |= bit;
        self.all.insert(key);
    }

    /// Whether one of the keys is in the letters of a text.
    fn is_in(&self, bytes: &[u8], length: usize) -> bool {
        let mask = u64::MAX >> (64 - 8 * length);
        let mut key = 0_u64;
        for byte in bytes {
            let letter = match byte {
                b'0'..=b'9' | b'a'..=b'z' => *byte,
                b'A'..=b'Z' => *byte | 0x20,
                _ => continue,
            };
            key = (key << 8 | u64::from(letter)) & mask;
            let (word, bit) = slot(key);
            if self.filter[word] & bit != 0 && self.all.contains(&key) {
                return true;
            }
        }
        false
    }
}

/// The word and the bit of a key in a filter.
fn slot(key: u64) -> (usize, u64) {
    let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FILTER_BITS);
    // A filter has 2^FILTER_BITS bits, which fits into any `usize`.
    ((hash >> 6) as usize, 1 << (hash & 63))
}

/// The lower-case letters and digits among some bytes.
fn folded(bytes: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    bytes.filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

/// A needle as it is, as a list of bytes, and in each encoding that has no escapes. Escapes are undone when a
/// text is read.
fn once(needle: &str) -> Vec<Vec<u8>> {
    let mut all = vec![needle.as_bytes().to_vec(), listed(needle)];
    all.push(each(needle, |byte| format!("0x{byte:02x},")));
    all.extend(all_encodings(needle.as_bytes()).filter(|one| one.len() >= RUN_MIN));
    all
}

/// The same, and its escaped and encoded forms in the common encodings.
fn twice(needle: &str) -> Vec<Vec<u8>> {
    let mut inner = vec![
        needle.as_bytes().to_vec(),
        needle.to_ascii_lowercase().into_bytes(),
        needle.to_ascii_uppercase().into_bytes(),
        escapes::percent(needle).into_bytes(),
        each(needle, |byte| format!("%{byte:02x}")),
        each(needle, |byte| format!("%{byte:02X}")),
        each(needle, |byte| format!("&#{byte};")),
        each(needle, |byte| format!("&#x{byte:x};")),
        each(needle, |byte| format!("&#x{byte:X};")),
        each(needle, |byte| format!("\\u{byte:04x}")),
        each(needle, |byte| format!("\\u{byte:04X}")),
        each(needle, |byte| format!("={byte:02X}")),
        // The letters of an inner encoding have a case, which an outer encoding shows.
        each(needle, |byte| format!("{byte:02x}")),
        each(needle, |byte| format!("{byte:02X}")),
        // UTF-16.
        needle.bytes().flat_map(|byte| [byte, 0]).collect(),
        listed(needle),
    ];
    inner.extend(common_encodings(needle.as_bytes()));
    let twice = inner.iter().flat_map(|one| common_encodings(one));
    once(needle).into_iter().chain(twice.filter(|one| one.len() >= RUN_MIN)).collect()
}

fn each(needle: &str, spell: impl Fn(u8) -> String) -> Vec<u8> {
    needle.bytes().map(spell).collect::<String>().into_bytes()
}

fn listed(needle: &str) -> Vec<u8> {
    let list: Vec<String> = needle.bytes().map(|byte| byte.to_string()).collect();
    list.join(",").into_bytes()
}

/// The middle of a long needle: a key begins and ends like any other.
fn core(needle: &str) -> &str {
    if needle.len() <= NEEDLE_MAX {
        return needle;
    }
    let start = needle.floor_char_boundary((needle.len() - NEEDLE_MAX) / 2);
    &needle[start..needle.floor_char_boundary(start + NEEDLE_MAX)]
}
