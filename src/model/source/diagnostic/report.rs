//! The sink into which everything that reads the project's files reports its diagnostics.

use crate::model::source::diagnostic::Diagnostic;

/// The diagnostics found so far, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report(Vec<Diagnostic>);

/// How many diagnostics a report had at some moment; see [`Report::since`].
#[derive(Clone, Copy, Debug)]
pub struct Mark(usize);

impl Report {
    /// An empty report.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// This moment, for [`Self::since`], [`Self::is_clean_since`] and [`Self::split_off`].
    pub fn mark(&self) -> Mark {
        Mark(self.0.len())
    }

    /// The diagnostics that were added after `mark`.
    pub fn since(&self, mark: Mark) -> &[Diagnostic] {
        self.0.get(mark.0..).unwrap_or_default()
    }

    /// Whether nothing was added after `mark`, not even a warning.
    pub fn is_clean_since(&self, mark: Mark) -> bool {
        self.since(mark).is_empty()
    }

    /// Whether an error was added after `mark`.
    pub fn has_errors_since(&self, mark: Mark) -> bool {
        self.since(mark).iter().any(Diagnostic::is_error)
    }

    /// Takes out the diagnostics that were added after `mark`.
    pub fn split_off(&mut self, mark: Mark) -> Vec<Diagnostic> {
        self.0.split_off(mark.0.min(self.0.len()))
    }

    /// The diagnostics in the order in which they were added.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Whether there are no diagnostics.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Masks a secret in everything that was reported so far.
    pub fn mask(&mut self, secret: &str) {
        let secret = secret.trim().trim_matches(['"', '\'']);
        let mask = |text: &mut String| {
            if text.contains(secret) {
                *text = text.replace(secret, "[secret]");
            }
        };
        for one in self.0.iter_mut().filter(|_| !secret.is_empty()) {
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
        self.0
    }
}

impl Extend<Diagnostic> for Report {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl IntoIterator for Report {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
