//! All readings of a text: the text itself, and each text that results from undoing encodings, one after
//! the other, until nothing is left to undo or the budget is used up.

use std::collections::{BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::probe::spellings::bases::{Start, append_texts, decoded};
use crate::probe::spellings::compressed::{self, Unpacked};
use crate::probe::spellings::{escapes, letters};

/// How many bytes of readings are searched for each byte of a text.
const FACTOR_MAX: usize = 96;

/// The number of bytes of readings that are searched of any text.
const BYTES_MIN: usize = 8 << 20;

/// How many bytes one piece of compressed data yields at most.
const UNPACKED_BYTES_MAX: usize = 2 << 20;

/// How often data without a signature is decompressed on trial, in one text.
const TRIALS_MAX: usize = 4;

/// The minimum length of such data, in bytes: a mark in it can hardly be shorter.
const TRIAL_BYTES_MIN: usize = 24;

/// How many pieces of compressed data are looked at in one reading.
const PIECES_MAX: usize = 16;

/// How many encodings are undone one after the other.
const DEPTH_MAX: usize = 24;

/// One reading of a text.
pub(super) struct Reading {
    /// The bytes to search.
    pub(super) bytes: Vec<u8>,
    /// Whether they are only the letters and digits of a text, without what is between them.
    pub(super) letters_only: bool,
    depth: usize,
}

/// Calls `visit` with every reading of a text, from the simplest on. Returns whether all were visited
/// within the budget.
pub(super) fn each(bytes: &[u8], visit: impl FnMut(&Reading)) -> bool {
    let left = bytes.len().saturating_mul(FACTOR_MAX).max(BYTES_MIN);
    let mut readings = Readings {
        waiting: VecDeque::new(),
        seen: BTreeSet::new(),
        left,
        trials: TRIALS_MAX,
        complete: true,
    };
    readings.run(bytes, visit);
    readings.complete
}

struct Readings {
    waiting: VecDeque<Reading>,
    /// The digests of the readings so far.
    seen: BTreeSet<u64>,
    /// How many more bytes may be read.
    left: usize,
    trials: usize,
    complete: bool,
}

impl Readings {
    fn run(&mut self, bytes: &[u8], mut visit: impl FnMut(&Reading)) {
        self.add(Some(bytes.to_vec()), 0);
        while let Some(reading) = self.waiting.pop_front() {
            visit(&reading);
            let depth = reading.depth + 1;
            if reading.letters_only {
                self.add_decoded(&reading.bytes, depth);
                continue;
            }
            let bytes = &reading.bytes;
            self.add(escapes::unescape(bytes), depth);
            self.add(escapes::css(bytes), depth);
            self.add(escapes::quoted_printable(bytes), depth);
            self.add(letters::ordinary(bytes), depth);
            self.add(letters::joined(bytes), depth);
            self.add_letters(bytes, depth);
            self.add_decoded(bytes, depth);
            self.add_unpacked(bytes, depth);
        }
    }

    fn add(&mut self, bytes: Option<Vec<u8>>, depth: usize) {
        if let Some(bytes) = bytes {
            self.push(Reading { bytes, letters_only: false, depth });
        }
    }

    fn add_letters(&mut self, bytes: &[u8], depth: usize) {
        if let Some(bytes) = letters::alphanumeric(bytes) {
            self.push(Reading { bytes, letters_only: true, depth });
        }
    }

    fn push(&mut self, reading: Reading) {
        let mut hasher = DefaultHasher::new();
        reading.letters_only.hash(&mut hasher);
        reading.bytes.hash(&mut hasher);
        if reading.bytes.is_empty() || !self.seen.insert(hasher.finish()) {
            return;
        }
        if reading.bytes.len() > self.left || reading.depth > DEPTH_MAX {
            self.complete = false;
            return;
        }
        self.left -= reading.bytes.len();
        self.waiting.push_back(reading);
    }

    /// Adds what results from decoding runs of base16, base32 and base64.
    fn add_decoded(&mut self, bytes: &[u8], depth: usize) {
        let mut texts = Vec::new();
        let mut unpacked = Vec::new();
        decoded(bytes, |decoded, start| {
            append_texts(decoded, &mut texts);
            unpacked.extend(self.unpack(decoded, start));
        });
        self.add(Some(texts), depth);
        for one in unpacked {
            self.add_piece(one, depth);
        }
    }

    fn add_unpacked(&mut self, bytes: &[u8], depth: usize) {
        for piece in self.by_signature(bytes) {
            self.add_piece(piece, depth);
        }
        // Compressed data is not text.
        if depth == 1 && std::str::from_utf8(bytes).is_err() {
            let piece = self.on_trial(bytes);
            piece.into_iter().for_each(|piece| self.add_piece(piece, depth));
        }
    }

    fn add_piece(&mut self, piece: Unpacked, depth: usize) {
        self.complete &= !piece.truncated;
        self.add(Some(piece.bytes), depth);
    }

    /// Decompresses what was decoded from a run, which may begin with letters of the text before it.
    fn unpack(&mut self, bytes: &[u8], start: Start) -> Vec<Unpacked> {
        if std::str::from_utf8(bytes).is_ok() {
            return Vec::new();
        }
        let mut all = self.by_signature(bytes);
        if all.is_empty() && start == Start::OfRun {
            all.extend(self.on_trial(bytes));
        }
        all
    }

    /// Decompresses data with a signature, wherever it starts.
    fn by_signature(&self, bytes: &[u8]) -> Vec<Unpacked> {
        let starts = compressed::starts(bytes).take(PIECES_MAX);
        starts.filter_map(|start| compressed::by_signature(&bytes[start..], self.room())).collect()
    }

    /// Decompresses data without a signature, if the result contains text.
    fn on_trial(&mut self, bytes: &[u8]) -> Option<Unpacked> {
        if bytes.len() < TRIAL_BYTES_MIN {
            return None;
        }
        self.trials = self.trials.checked_sub(1)?;
        let mut texts = Vec::new();
        let piece = compressed::without_signature(bytes, self.room())?;
        append_texts(&piece.bytes, &mut texts);
        // Whether arbitrary bytes decompress to too much says nothing.
        (!texts.is_empty()).then_some(Unpacked { bytes: texts, ..Unpacked::default() })
    }

    fn room(&self) -> usize {
        UNPACKED_BYTES_MAX.min(self.left)
    }
}
