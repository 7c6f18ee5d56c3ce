//! The list of spellings: in how many ways a text can be written, and the search for texts in all of them.
//!
//! An answer may contain a text as it is, escaped (percent, HTML, JSON, CSS, quoted-printable), in base16,
//! base32 or base64 at any alignment, compressed, with white space, tags or invisible characters between
//! its letters, in UTF-16, or in any combination of these. The search undoes encodings until nothing is
//! left to undo, within bounds that are linear in the length of the answer. The search for marks and the
//! redaction of secrets both use it.

mod bases;
pub(crate) mod compressed;
pub(crate) mod escapes;
mod letters;
mod place;
#[cfg(test)]
mod tests;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::probe::spellings::views::Reading;

/// How many characters at the start of a mark identify it.
pub(crate) const PREFIX_CHARS: usize = 8;

/// A text to search for. Letters of both cases are equal.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Needle<'a> {
    /// A mark of our own, random from its first character on: its first characters count too, and only
    /// its letters and digits matter.
    Mark(&'a str),
    /// This text, anywhere.
    Text(&'a str),
    /// This text, not as a part of a longer word or number.
    Word(&'a str),
}

/// How much of a needle was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// The first characters of a mark, or a mark in which other characters separate its letters.
    Part,
    /// All of it.
    Whole,
}

/// The result of a search; several searches can add to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Findings {
    /// The needles that were found, by their index in the order in which they were given.
    pub(crate) found: BTreeMap<usize, Extent>,
    /// Whether every reading of the text was searched; `false` if the bounds were reached before.
    pub(crate) complete: bool,
}

impl Default for Findings {
    fn default() -> Self {
        Self { found: BTreeMap::new(), complete: true }
    }
}

/// All readings of a text that are text themselves, one after the other.
pub(crate) fn readings(text: &str) -> String {
    let mut all = String::new();
    views::each(text.as_bytes(), |reading| {
        if let (false, Ok(text)) = (reading.letters_only, std::str::from_utf8(&reading.bytes)) {
            all.push_str(text);
            all.push('\n');
        }
    });
    all
}

/// Searches for needles.
#[derive(Clone, Default)]
pub(crate) struct Searcher {
    /// The parts that it was put together from, each with the index of its first needle.
    parts: Vec<(usize, Arc<Part>)>,
    needles: usize,
}

/// An automaton, and what its matches mean.
struct Part {
    automaton: AhoCorasick,
    patterns: Vec<Pattern>,
}

/// What a match of the automaton means.
struct Pattern {
    /// The index of the needle.
    needle: usize,
    /// The rest of the needle, which follows a match of its first characters.
    rest: Vec<u8>,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Mark,
    Text,
    Word,
}

impl Searcher {
    /// Searches for these needles. Empty ones are never found.
    pub(crate) fn new<'a>(needles: impl IntoIterator<Item = Needle<'a>>) -> Self {
        let (mut texts, mut patterns) = (Vec::new(), Vec::new());
        let mut count = 0;
        for (needle, text) in needles.into_iter().enumerate() {
            count = needle + 1;
            let (form, text) = match text {
                // A short mark has no part that identifies it.
                Needle::Mark(text) if text.len() > PREFIX_CHARS => (Form::Mark, text),
                Needle::Mark(text) | Needle::Text(text) => (Form::Text, text),
                Needle::Word(text) => (Form::Word, text),
            };
            for text in spelt(text) {
                let prefix = if form == Form::Mark { PREFIX_CHARS } else { text.len() };
                // A mark consists of ASCII characters; see `canary::mint`.
                let prefix = if text.is_ascii() { prefix } else { text.len() };
                texts.push(text[..prefix].to_owned());
                patterns.push(Pattern { needle, rest: text[prefix..].to_vec(), form });
            }
        }
        // Building fails only for more than 2^31 states; the limits on plans are far lower.
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&texts).ok();
        let part = automaton.filter(|_| !texts.is_empty());
        let part = part.map(|automaton| (0, Arc::new(Part { automaton, patterns })));
        Self { parts: part.into_iter().collect(), needles: count }
    }

    /// Searches for the needles of another searcher too; their indices follow those of this one.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        let shifted = other.parts.iter().map(|(first, part)| (first + self.needles, part.clone()));
        self.parts.extend(shifted);
        self.needles += other.needles;
        self
    }

    /// Searches one text.
    pub(crate) fn search(&self, bytes: &[u8]) -> Findings {
        let mut findings = Findings::default();
        self.search_into(bytes, &mut findings);
        findings
    }

    /// Searches one more part of an answer.
    pub(crate) fn search_into(&self, bytes: &[u8], findings: &mut Findings) {
        if self.parts.is_empty() || bytes.is_empty() {
            return;
        }
        let found = &mut findings.found;
        let complete = views::each(bytes, |reading| {
            for (first, part) in &self.parts {
                part.search(reading, |needle, extent| {
                    let known = found.entry(first + needle).or_insert(extent);
                    *known = extent.max(*known);
                });
            }
        });
        findings.complete &= complete;
    }
}

impl Part {
    fn search(&self, reading: &Reading, mut found: impl FnMut(usize, Extent)) {
        // Overlapping matches, so that a needle inside another one is found too.
        for one in self.automaton.find_overlapping_iter(&reading.bytes) {
            if let Some(pattern) = self.patterns.get(one.pattern().as_usize())
                && let Some(extent) = pattern.extent(reading, one.range())
            {
                found(pattern.needle, extent);
            }
        }
    }
}

impl Pattern {
    /// How much of the needle a match of the automaton shows; `None` if it does not count.
    fn extent(&self, reading: &Reading, at: std::ops::Range<usize>) -> Option<Extent> {
        let after = &reading.bytes[at.end..];
        match self.form {
            Form::Mark if reading.letters_only => Some(Extent::Part),
            Form::Mark => {
                let rest = after.get(..self.rest.len());
                let is_whole = rest.is_some_and(|rest| rest.eq_ignore_ascii_case(&self.rest));
                Some(if is_whole { Extent::Whole } else { Extent::Part })
            }
            _ if reading.letters_only => None,
            Form::Text => Some(Extent::Whole),
            Form::Word => {
                let joins = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
                let joined = joins(reading.bytes[..at.start].last()) || joins(after.first());
                (!joined).then_some(Extent::Whole)
            }
        }
    }
}

/// A needle as it is, and as it reads where the spaces in the text were removed.
fn spelt(text: &str) -> Vec<Vec<u8>> {
    let plain = text.as_bytes().to_vec();
    let joined = letters::joined(&plain).filter(|joined| !joined.is_empty());
    match text.is_empty() {
        true => Vec::new(),
        false => [plain].into_iter().chain(joined).collect(),
    }
}
