//! A claim: words that can be true or false of the live service, and the checks that support them.

use serde::{Deserialize, Serialize};

use crate::model::decode::Spanned;
use crate::model::node::Node;
use crate::model::source::Place;
use crate::model::time::Limit;

/// A claim's id: the stem of its file under `checks/`.
pub type ClaimId = String;

/// A claim's file, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Its id.
    pub id: ClaimId,
    /// Its file, relative to the root.
    pub file: std::sync::Arc<str>,
    /// What stands in it.
    pub written: Written,
    /// Its checks, in order.
    pub checks: Vec<Check>,
    /// Where its words stand, in the order of the policies: at least one in a sound project.
    pub passages: Vec<Passage>,
}

/// The fields of a claim's file, but for its checks.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct Written {
    /// The claim's words, as they stand in the policy.
    pub proves: Spanned<String>,
    /// The same claim's words in other places and languages.
    #[serde(default)]
    pub proves_also: Vec<ProvesAlso>,
    /// What the words stand under: the headings, then the lead-in of a list.
    pub under: Option<Spanned<String>>,
    /// The argument, in the reader's words.
    pub because: Spanned<String>,
    /// The products that it is about, by their names in `avouch.yaml`; all of them if left out.
    #[serde(default)]
    pub applies_to: Vec<Spanned<String>>,
    /// Why a claim that was retracted once is made again.
    pub reinstated: Option<Spanned<String>>,
    /// How long evidence supports it.
    pub valid_for: Spanned<Limit>,
    /// What supports it.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub checks: Spanned<Vec<CheckHead>>,
}

/// Another place in which a claim stands.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct ProvesAlso {
    /// The policy's file.
    #[serde(rename = "in")]
    pub file: Spanned<String>,
    /// The words there.
    pub words: Spanned<String>,
    /// What they stand under there.
    pub under: Option<Spanned<String>>,
}

/// The one field that every check has; the rest belongs to its kind.
pub type CheckHead = Spanned<serde::de::IgnoredAny>;

/// One check of a claim, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The name of its kind.
    pub kind: Spanned<String>,
    /// The names of its limits that the claim's words need not say.
    pub states: Vec<Spanned<String>>,
    /// Its settings, without `kind` and `states`.
    pub settings: Node,
}

/// Where a claim, or a plain statement, stands in a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The policy's file.
    pub policy: std::sync::Arc<str>,
    /// Its place there.
    pub place: Place,
    /// Its words, on one line (`model::words`), with the addresses of its links.
    pub words: String,
    /// What it stands under, outermost first, with ` / ` between: headings, the lead-in of a list or
    /// table, and of words in a cell their row and column.
    pub under: String,
    /// The links within it, in order.
    pub links: Vec<PassageLink>,
}

/// A link within a passage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassageLink {
    /// Its text.
    pub text: String,
    /// Its address, as written.
    pub address: String,
}

impl Claim {
    /// The claim's words as the policy has them: the first passage's, or the quote if there is none.
    pub fn words(&self) -> &str {
        self.passages.first().map_or(&self.written.proves.value, |passage| &passage.words)
    }
}
