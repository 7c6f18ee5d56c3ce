//! What a security page has published, as its `claims.json` holds it: every claim with its words, what
//! is asked for it, where it stands, and what became of it.
//!
//! It says what the pages say and no more: no name, id or body of an answer that is not on them.

pub mod change;
pub mod history;
pub mod recorded;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::quantity::Amount;
use crate::model::judge::basis::Basis;
use crate::model::plan::parameter::Side;
use crate::model::project::sub_processor::SubProcessor;
use crate::model::published::recorded::Recorded;
use crate::model::source::claim_id::ClaimId;

/// The version of the file's form.
pub const SCHEMA: &str = "avouch-claims/1";

/// Every claim of a published security page, and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// The version of this form.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The site that publishes it.
    pub site: Publisher,
    /// The service that the claims are about.
    pub target: Target,
    /// The name and version of the program that asked.
    pub generator: String,
    /// When the claims were checked.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub checked: Timestamp,
    /// When the first of the evidence, or of the waivers, ends; null where no claim holds.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub valid_until: Option<Timestamp>,
    /// The time that the clock was set to, where it was; the times are not real then.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub clock: Option<Timestamp>,
    /// What is promised.
    #[serde(flatten)]
    pub promises: Promises,
    /// What changed in what is promised, oldest first; the newest hundred changes.
    #[serde(default)]
    pub changes: Vec<Recorded>,
    /// The words of claims that are no longer made, oldest first.
    #[serde(default)]
    pub retracted: Vec<Retracted>,
}

/// What a page promises: that in which changes are looked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Promises {
    /// The claims, in the order of the policies.
    pub claims: Vec<Claim>,
    /// What is promised or disclaimed and cannot be tested.
    pub not_tested: Vec<NotTested>,
    /// The companies that get customers' data.
    #[serde(default)]
    pub sub_processors: Vec<Processor>,
}

/// A sub-processor on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Processor {
    /// The policy that shows it, as its path on the site.
    pub page: String,
    /// What is told of it.
    #[serde(flatten)]
    pub about: SubProcessor,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Publisher {
    /// Its title.
    pub title: String,
    /// Who publishes it.
    pub organisation: String,
    /// Its address.
    #[schemars(extend("format" = "uri"))]
    pub url: String,
    /// A BCP 47 tag.
    pub language: String,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// Its origin, or that it is the demo.
    pub name: String,
    /// Whether it was a demonstration and no live service.
    pub demo: bool,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// Its name.
    pub id: ClaimId,
    /// Its words, as they stand on the page.
    pub words: String,
    /// SHA-256 of its words in their comparable form, link addresses included: what evidence for it is
    /// bound to.
    #[serde(default)]
    pub digest: String,
    /// The same in the site's other languages.
    #[serde(default)]
    pub also: Vec<Translated>,
    /// The address of its passage.
    #[schemars(extend("format" = "uri"))]
    pub policy: String,
    /// The policy that it stands in, as its path on the site.
    #[serde(default)]
    pub page: String,
    /// The heading, and the words that lead in to its list, that it stands under.
    #[serde(default)]
    pub under: String,
    /// The address of the page with its evidence.
    #[schemars(extend("format" = "uri"))]
    pub evidence: String,
    /// The products that it is about; empty where it is about all.
    pub applies_to: Vec<String>,
    /// Where it stands.
    #[schemars(extend("enum" = [
        "holds", "waived", "violated", "inconclusive", "expired", "vacuous", "uncontrolled", "weak"
    ]))]
    pub standing: String,
    /// The same in a sentence, with the reason.
    pub told: String,
    /// Why a reader may believe it, the weakest of its checks deciding; null where nothing is asked.
    #[serde(with = "basis")]
    #[schemars(with = "Option<String>", extend("enum" = [
        "probed", "probed with access", "reported", "attested", null
    ]))]
    pub basis: Option<Basis>,
    /// When the last answer came.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub observed: Option<Timestamp>,
    /// When its evidence ends, or its waiver: take it for unverified from then on.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub until: Option<Timestamp>,
    /// Who accepts that it does not hold; null unless it is waived.
    #[serde(default)]
    pub waiver: Option<Waiver>,
    /// For how many seconds an answer counts, where it does not end by itself before.
    #[serde(default)]
    pub valid_for: u64,
    /// What supports it.
    pub checks: Vec<Check>,
    /// Where it stood and stands, oldest first; the newest hundred entries.
    #[serde(default)]
    pub history: Vec<Stood>,
}

/// A waiver that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// The title of the role that gave it.
    pub by: String,
    /// The day on which it was given.
    #[schemars(with = "String", extend("format" = "date"))]
    pub day: Date,
    /// Its last day, to the end of it, UTC.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
    /// What customers should know.
    pub tells: String,
}

/// A claim in another language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Translated {
    /// A BCP 47 tag.
    pub language: String,
    /// Its words, as they stand on the page.
    pub words: String,
    /// The address of its passage.
    #[schemars(extend("format" = "uri"))]
    pub policy: String,
}

/// What supports a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// What sort of check it is.
    pub kind: String,
    /// What came of it; null where it was not asked.
    #[schemars(extend("enum" = ["holds", "violated", "inconclusive", null]))]
    pub verdict: Option<String>,
    /// What was asked.
    pub covers: String,
    /// What this does not show.
    pub not_shown: String,
    /// The questions that decide, each once.
    #[serde(default)]
    pub asks: Vec<Question>,
}

/// A question that a check puts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    /// For what is asked.
    pub ask: String,
    /// Who asks.
    pub by: String,
    /// What must be true of the answer.
    pub expects: Vec<Expected>,
}

/// Something that must be true of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expected {
    /// In words.
    pub words: String,
    /// The limits in it.
    #[serde(default)]
    pub limits: Vec<Bound>,
}

/// A limit that an answer must keep to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bound {
    /// What it limits.
    pub of: String,
    /// On which side of it the answer must be.
    pub side: Side,
    /// How much it is.
    pub amount: Amount,
}

/// A passage that nobody can test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotTested {
    /// Its words.
    pub words: String,
    /// The address of the policy that it stands in.
    #[schemars(extend("format" = "uri"))]
    pub policy: String,
    /// The policy that it stands in, as its path on the site.
    #[serde(default)]
    pub page: String,
    /// Why it is not tested.
    pub reason: String,
}

/// Where a claim stood from some time on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stood {
    /// Since when: the time of the evidence, or of its end.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub since: Timestamp,
    /// Where, in one word; `attested` is what holds by somebody's word alone.
    pub standing: String,
}

/// The words of a claim that is no longer made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retracted {
    /// The claim's name.
    pub id: ClaimId,
    /// Its last words.
    pub words: String,
    /// When the first page without it was checked.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
}

impl Claim {
    /// Where it stands in one word, with what rests on a word alone told apart.
    pub fn stands(&self) -> &str {
        match self.standing.as_str() {
            "holds" if self.basis == Some(Basis::Attested) => "attested",
            standing => standing,
        }
    }
}

impl Promises {
    /// The claim of this name.
    pub fn claim(&self, id: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.id == id)
    }
}

/// Reads a published file; or why it is none, in words.
pub fn read(bytes: &[u8]) -> Result<Published, String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
    let schema = value.get("schema").and_then(serde_json::Value::as_str).unwrap_or("none");
    if schema != SCHEMA {
        return Err(format!("its schema is `{schema}`, and this version reads `{SCHEMA}`"));
    }
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// A basis, as readers meet it.
mod basis {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::model::judge::basis::Basis;

    pub(crate) fn serialize<S: Serializer>(
        basis: &Option<Basis>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        basis.map(Basis::in_words).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Basis>, D::Error> {
        let words: Option<String> = Option::deserialize(from)?;
        let known = |words: String| {
            let found = Basis::ALL.into_iter().find(|basis| basis.in_words() == words);
            found.ok_or_else(|| serde::de::Error::custom(format!("there is no basis `{words}`")))
        };
        words.map(known).transpose()
    }
}
