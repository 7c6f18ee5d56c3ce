//! A note of the preview: a diagnostic in plain language, with its place on the page.

use avouch::model::source::redline::Run;
use serde::Serialize;

use crate::serve::plain::Plain;

/// One note.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Note {
    /// Whether nothing can be published because of it.
    pub(crate) stops: bool,
    /// The page that it stands on, as its path below the site's root; none if it is about no page.
    pub(crate) page: Option<String>,
    /// Where on the page.
    pub(crate) anchor: Anchor,
    /// What it says, and what is to be done by whom.
    #[serde(flatten)]
    pub(crate) plain: Plain,
    /// Which words changed, if that is what it is about.
    pub(crate) redline: Vec<Run>,
    /// Who wrote which side of that, and when.
    pub(crate) by: String,
    /// The lines of the source, where the page cannot show them.
    pub(crate) excerpt: Option<Excerpt>,
    /// File and line, for people.
    pub(crate) place: String,
    /// The same in the words of the command line, for those who know it.
    pub(crate) detail: String,
}

/// Where on a page a note stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Anchor {
    /// Beside a claim.
    Claim(String),
    /// Beside a block of the policy.
    Block {
        /// How it begins, without white space: themes differ, but all show the words.
        start: String,
        /// How many blocks before it begin so.
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
