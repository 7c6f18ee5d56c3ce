//! A change to a published claim, as the history records it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::source::claim_id::ClaimId;

/// What a change does to what the reader is promised, worst first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Less is asked, or it is less sure, than before.
    Weakened,
    /// It is promised no longer.
    Retracted,
    /// It is about something else.
    ScopeChanged,
    /// It is said in other words.
    Reworded,
    /// More is asked, or it is surer, than before.
    Strengthened,
    /// It was not promised before.
    New,
}

impl Effect {
    /// In a word or two.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Weakened => "weakened",
            Self::Retracted => "retracted",
            Self::ScopeChanged => "scope changed",
            Self::Reworded => "reworded",
            Self::Strengthened => "strengthened",
            Self::New => "new",
        }
    }
}

/// What a change is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// A claim.
    Claim,
    /// A passage that nobody can test.
    Statement,
    /// A company that gets customers' data.
    SubProcessor,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What it does.
    pub effect: Effect,
    /// What it is about.
    pub about: About,
    /// The claim's name; null where it is about no claim.
    pub claim: Option<ClaimId>,
    /// The policy that it stands, or stood, in, as its path on the site.
    pub page: String,
    /// The words that it is about: those of now, or the last ones.
    pub words: String,
    /// The words before, where they are others.
    #[serde(default)]
    pub before: Option<String>,
    /// What changed, in a sentence.
    pub told: String,
}

/// A change, and when it was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// When the first page with it was checked.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// The change.
    #[serde(flatten)]
    pub change: Change,
}
