//! A note of the preview: a diagnostic in plain language, with its place on the page.

use avouch::model::source::redline::Run;
use serde::Serialize;

use crate::serve::plain::Plain;

/// One note.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Note {
    /// Whether nothing can be published because of it.
    pub(crate) stops: bool,
    /// The page that shows it, as a path relative to the site's root; `None` if it is not about a page.
    pub(crate) page: Option<String>,
    /// Where on the page.
    pub(crate) anchor: Anchor,
    /// Its text, and who has to do what.
    #[serde(flatten)]
    pub(crate) plain: Plain,
    /// The changed words, if it is about a change.
    pub(crate) redline: Vec<Run>,
    /// Who wrote each version, and when.
    pub(crate) by: String,
    /// The lines of the source, where the page cannot show them.
    pub(crate) excerpt: Option<Excerpt>,
    /// File and line, for people.
    pub(crate) place: String,
    /// The diagnostic as the command line shows it, for people who know it.
    pub(crate) detail: String,
}

/// The position of a note on a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Anchor {
    /// Next to a claim.
    Claim(String),
    /// Next to a block of the policy.
    Block {
        /// The beginning of its text, without white space: themes differ, but all show the text.
        start: String,
        /// The number of earlier blocks with the same beginning.
        nth: usize,
        /// The words in it that the note is about, as written.
        words: String,
    },
    /// At the top of the page.
    Top,
}

/// A few lines of a source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Excerpt {
    /// The number of the first line.
    pub(crate) from: usize,
    /// The lines.
    pub(crate) lines: Vec<String>,
    /// The number of the line with the mistake.
    pub(crate) at: usize,
}
