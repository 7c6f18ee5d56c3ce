//! The history of claims and policies, as the templates receive it.

use serde::Serialize;

use crate::model::source::redline::Run;
use crate::render::site::view::{Day, MarkView, Time};

/// The history of a claim since it was first published.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct History {
    /// The standings, newest first.
    pub(crate) entries: Vec<StandingSince>,
    /// The same as periods of a timeline, if there are several.
    pub(crate) spans: Vec<Span>,
    /// The timeline in words, for screen readers.
    pub(crate) words: String,
    /// The changed promises, newest first.
    pub(crate) changes: Vec<ChangeView>,
}

/// A standing and the time from which it applied.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct StandingSince {
    pub(crate) mark: MarkView,
    pub(crate) since: Time,
}

/// A period on a timeline of 600 by 24 units.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Span {
    /// The mark's name, for the style sheet.
    pub(crate) class: String,
    pub(crate) x: u64,
    pub(crate) width: u64,
    /// Worse standings are taller: never by colour alone.
    pub(crate) y: u64,
    pub(crate) height: u64,
    pub(crate) words: String,
}

/// `versions`: the versions of a policy, newest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Versions {
    /// The policy's title.
    pub(crate) title: String,
    /// Its page.
    pub(crate) policy: String,
    pub(crate) versions: Vec<VersionView>,
}

/// A version of a policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct VersionView {
    /// The day of the commit.
    pub(crate) since: Day,
    /// The changes from the previous version, block by block.
    pub(crate) changes: Vec<Vec<Run>>,
    /// Whether no earlier version is known.
    pub(crate) is_oldest: bool,
}

/// A changed promise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ChangeView {
    /// The effect, for the style sheet: `weakened`, `scope-changed`, ...
    pub(crate) class: String,
    /// The effect in one or two words.
    pub(crate) effect: String,
    /// The subject.
    pub(crate) words: String,
    pub(crate) told: String,
    /// The changes of the words; empty if they did not change.
    pub(crate) redline: Vec<Run>,
    pub(crate) at: Time,
    /// The page with the claim's evidence; empty if there is none.
    pub(crate) evidence: String,
}
