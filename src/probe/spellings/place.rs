//! The place of a spelling: the smallest part of a text in which a needle is still found.

use std::ops::Range;

use crate::probe::spellings::Searcher;

/// The length from which a part is narrowed at its ends byte by byte, in bytes.
const SMALL: usize = 64;

/// The length up to which the ends of a part are looked for, in bytes: a longer part is compressed data.
const TRIMMED_MAX: usize = 64 << 10;

impl Searcher {
    /// A place of one of the needles, in whatever spelling, and the index of the needle. The place is one of
    /// the first; nothing that is encoded together is taken apart.
    pub(crate) fn place(&self, bytes: &[u8]) -> Option<(usize, Range<usize>)> {
        let mut part = 0..bytes.len();
        let mut needle = self.first(bytes)?;
        while part.len() > SMALL {
            let Some((found, smaller)) = self.smaller(bytes, &part) else { break };
            (needle, part) = (found, smaller);
        }
        match part.len() <= TRIMMED_MAX {
            true => Some(self.trimmed(bytes, needle, part)),
            false => Some((needle, part)),
        }
    }

    fn first(&self, bytes: &[u8]) -> Option<usize> {
        self.search(bytes).found.into_keys().next()
    }

    /// A smaller part with a needle: one half, or a part around the middle.
    fn smaller(&self, bytes: &[u8], part: &Range<usize>) -> Option<(usize, Range<usize>)> {
        let middle = part.start + part.len() / 2;
        let halves = [part.start..middle, middle..part.end];
        let widths = std::iter::successors(Some(SMALL / 2), |width| width.checked_mul(2));
        let widths = widths.take_while(|width| *width < part.len() / 2);
        let around = widths.map(|width| {
            middle.saturating_sub(width).max(part.start)..(middle + width).min(part.end)
        });
        let mut smaller = halves.into_iter().chain(around);
        smaller.find_map(|range| Some((self.first(&bytes[range.clone()])?, range)))
    }

    /// The part without the bytes at both ends that the needle does not need.
    fn trimmed(
        &self,
        bytes: &[u8],
        mut needle: usize,
        mut part: Range<usize>,
    ) -> (usize, Range<usize>) {
        let mut without = part.start;
        while part.end - without > 1 {
            let end = without + (part.end - without) / 2;
            match self.first(&bytes[part.start..end]) {
                Some(found) => (needle, part.end) = (found, end),
                None => without = end,
            }
        }
        let mut without = part.end;
        while without - part.start > 1 {
            let start = part.start + (without - part.start) / 2;
            match self.first(&bytes[start..part.end]) {
                Some(found) => (needle, part.start) = (found, start),
                None => without = start,
            }
        }
        (needle, part)
    }
}
