//! The sink into which everything that reads the project's files reports its diagnostics.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::bounds;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;

/// Maximum number of diagnostics that are kept: many more than people read at once. Sources of a few megabytes
/// can have a million mistakes.
const KEPT_MAX: usize = 20_000;

/// Maximum number of them in one file, so that one file does not hide the mistakes of others.
const KEPT_OF_FILE_MAX: usize = 1000;

/// The diagnostics found so far, in the order in which they were found; of more than `KEPT_MAX`, the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    kept: Vec<Diagnostic>,
    /// How many were added for each file.
    of_file: BTreeMap<Option<Arc<str>>, usize>,
    /// How many were not kept, and how many of those are errors.
    dropped: usize,
    dropped_errors: usize,
}

/// How many diagnostics a report had at some moment; see [`Report::since`].
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    kept: usize,
    dropped: usize,
    dropped_errors: usize,
}

impl Report {
    /// An empty report.
    pub const fn new() -> Self {
        Self { kept: Vec::new(), of_file: BTreeMap::new(), dropped: 0, dropped_errors: 0 }
    }

    /// Adds a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        #[cfg(test)]
        assert!(diagnostic.help.is_some(), "{diagnostic:?} has no help");
        let file = diagnostic.place.as_ref().map(|place| place.file.clone());
        let of_file = self.of_file.entry(file).or_default();
        *of_file += 1;
        let is_kept = self.kept.len() < KEPT_MAX && *of_file <= KEPT_OF_FILE_MAX;
        if is_kept || diagnostic.code == Code::TooMuch {
            self.kept.push(diagnostic);
        } else {
            self.dropped += 1;
            self.dropped_errors += usize::from(diagnostic.is_error());
        }
    }

    /// Whether work on the sources must end before `file`, because it uses too much memory or time. That is
    /// reported once.
    pub fn stops_at(&mut self, file: &str) -> bool {
        bounds::at(file);
        let Some(excess) = bounds::excess() else { return false };
        if self.kept.iter().all(|one| one.code != Code::TooMuch) {
            let error = Diagnostic::new(Code::TooMuch, Place::file(file), excess.message());
            self.kept.push(error.help(bounds::HELP));
        }
        true
    }

    /// This moment, for [`Self::since`], [`Self::is_clean_since`] and [`Self::split_off`].
    pub fn mark(&self) -> Mark {
        let Self { dropped, dropped_errors, .. } = *self;
        Mark { kept: self.kept.len(), dropped, dropped_errors }
    }

    /// The diagnostics that were added after `mark`, and kept.
    pub fn since(&self, mark: Mark) -> &[Diagnostic] {
        self.kept.get(mark.kept..).unwrap_or_default()
    }

    /// Whether nothing was added after `mark`, not even a warning.
    pub fn is_clean_since(&self, mark: Mark) -> bool {
        self.since(mark).is_empty() && self.dropped == mark.dropped
    }

    /// Whether an error was added after `mark`.
    pub fn has_errors_since(&self, mark: Mark) -> bool {
        self.since(mark).iter().any(Diagnostic::is_error)
            || self.dropped_errors > mark.dropped_errors
    }

    /// Takes out the diagnostics that were added after `mark`.
    pub fn split_off(&mut self, mark: Mark) -> Vec<Diagnostic> {
        self.kept.split_off(mark.kept.min(self.kept.len()))
    }

    /// The diagnostics in the order in which they were added.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.kept.iter()
    }

    /// Whether there are no diagnostics.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Masks a secret in everything that was reported so far.
    pub fn mask(&mut self, secret: &str) {
        let secret = secret.trim().trim_matches(['"', '\'']);
        let mask = |text: &mut String| {
            if text.contains(secret) {
                *text = text.replace(secret, "[secret]");
            }
        };
        for one in self.kept.iter_mut().filter(|_| !secret.is_empty()) {
            mask(&mut one.message);
            one.help.iter_mut().for_each(mask);
            one.arguments.values_mut().for_each(mask);
            one.related.iter_mut().for_each(|(_, label)| mask(label));
            if let Some(redline) = &mut one.redline {
                redline.mask(secret);
            }
        }
    }

    /// The diagnostics as a list.
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.kept
    }
}

impl Extend<Diagnostic> for Report {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for one in diagnostics {
            self.push(one);
        }
    }
}

impl IntoIterator for Report {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.kept.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_file(file: String) -> Diagnostic {
        Diagnostic::new(Code::NotYaml, Place::file(file), "x").help("y")
    }

    #[test]
    fn a_million_mistakes_are_noticed_but_not_kept() {
        let mut report = Report::new();
        let mistake = in_file("a.yaml".to_owned());
        report.extend(std::iter::repeat_n(mistake.clone(), KEPT_OF_FILE_MAX));
        let mark = report.mark();
        assert!(report.is_clean_since(mark) && !report.has_errors_since(mark));
        report.extend(std::iter::repeat_n(mistake, 1_000_000));
        assert!(!report.is_clean_since(mark) && report.has_errors_since(mark));
        assert_eq!(report.iter().count(), KEPT_OF_FILE_MAX);
        report.extend((0..100_000).map(|number| in_file(format!("{number}.yaml"))));
        assert_eq!(report.into_vec().len(), KEPT_MAX);
    }
}
