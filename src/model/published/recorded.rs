//! A change to a published claim, as the history records it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::source::claim_id::ClaimId;

/// The effect of a change on the promises to readers, worst first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Less is tested than before, or on a weaker basis.
    Weakened,
    /// It is no longer promised.
    Retracted,
    /// It applies to something else.
    ScopeChanged,
    /// Its words changed.
    Reworded,
    /// More is tested than before, or on a stronger basis.
    Strengthened,
    /// It was not promised before.
    New,
}

impl Effect {
    /// One or two words in lower case.
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

/// The subject of a change.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// A claim.
    Claim,
    /// A statement: a passage that cannot be tested.
    Statement,
    /// A company that processes customers' data.
    SubProcessor,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Its effect.
    pub effect: Effect,
    /// Its subject.
    pub about: About,
    /// The claim's id; null if it is not about a claim.
    pub claim: Option<ClaimId>,
    /// The policy that contains or contained the words, as its path on the site.
    pub page: String,
    /// The current words, or the last ones.
    pub words: String,
    /// The earlier words, if they differ.
    #[serde(default)]
    pub before: Option<String>,
    /// A sentence about the change, for readers of the page.
    pub told: String,
}

/// A change, with the time at which it was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// When the first page with it was checked.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// The change.
    #[serde(flatten)]
    pub change: Change,
}
