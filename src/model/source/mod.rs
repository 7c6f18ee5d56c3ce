//! Places in the project's files: every diagnostic points to one.

pub mod claim_id;
pub mod decode;
pub mod diagnostic;
pub mod node;
pub mod redline;

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use jiff::Timestamp;

/// A range of bytes in one source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path relative to the project's root, with `/` between its parts.
    pub file: Arc<str>,
    /// First byte, inclusive.
    pub start: usize,
    /// Last byte, exclusive.
    pub end: usize,
}

impl Place {
    /// The bytes `span` of `file`.
    pub fn new(file: impl Into<Arc<str>>, span: Range<usize>) -> Self {
        Self { file: file.into(), start: span.start, end: span.end }
    }

    /// The start of `file`: for mistakes that are about a file as a whole.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self::new(file, 0..0)
    }

    /// The bytes as a range.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// A line and a column, both counted from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A commit, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its abbreviated name.
    pub id: String,
    /// Who wrote it: the name, without the mail address.
    pub author: String,
    /// When it was written.
    pub at: Timestamp,
}

/// The text of every source file that was read, by its path relative to the project's root.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeMap<Arc<str>, Arc<str>>);

impl Sources {
    /// Stores the text of one file.
    pub fn insert(&mut self, file: impl Into<Arc<str>>, text: impl Into<Arc<str>>) {
        self.0.insert(file.into(), text.into());
    }

    /// The text of `file`, or `None` if it was not read.
    pub fn text(&self, file: &str) -> Option<&Arc<str>> {
        self.0.get(file)
    }

    /// Every file with its text, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.0.iter()
    }

    /// The lines of a place, from 1, the last included; the first line where the file is unknown.
    pub fn lines(&self, place: &Place) -> RangeInclusive<usize> {
        let text = self.text(&place.file).map_or("", |text| text.as_ref());
        let first = self.line_column(place).line;
        let breaks = text.get(place.span()).map_or(0, |part| part.matches('\n').count());
        first..=first + breaks
    }

    /// Line and column of a place's first byte; the first line where the file is unknown.
    pub fn line_column(&self, place: &Place) -> LineColumn {
        let text = self.text(&place.file).map_or("", |text| text.as_ref());
        let before = text.get(..place.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        LineColumn {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_counts_characters_and_not_bytes() {
        let mut sources = Sources::default();
        sources.insert("a.md", "één\ntwéé x");
        let place = Place::new("a.md", 13..14);
        assert_eq!(sources.line_column(&place), LineColumn { line: 2, column: 6 });
    }
}
