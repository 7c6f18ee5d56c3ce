//! The content of a published security page, as its `claims.json` has it: every claim with its words,
//! its tests, its standing and its history.
//!
//! It contains the facts that the pages show and nothing else: no name, id or body of an answer that is not on
//! them.

pub mod change;
pub mod contradicted;
pub mod history;
mod received;
pub mod recorded;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::quantity::amount::Amount;
use crate::language::quantity::side::Side;
use crate::language::unseen::{in_value, legible};
use crate::model::judge::basis::Basis;
use crate::model::project::release::KnownRelease;
use crate::model::project::sub_processor::SubProcessor;
use crate::model::published::recorded::Recorded;
use crate::model::source::claim_id::ClaimId;

/// The version of the file's form.
pub const SCHEMA: &str = "avouch-claims/1";

/// Every claim of a published security page, with its standing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// The version of this form.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The site that publishes it.
    pub site: Publisher,
    /// The service that the claims are about.
    pub target: PublishedTarget,
    /// Whether this is a draft, which nobody must rely on.
    #[serde(default)]
    pub draft: bool,
    /// The name and version of the program that ran the checks.
    pub generator: String,
    /// When the claims were checked: the time of the oldest answer on which one of them rests.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub checked: Timestamp,
    /// When the first evidence or waiver expires; null if no claim holds.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub valid_until: Option<Timestamp>,
    /// The time to which the clock was set, if it was; the times are not real then.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub clock: Option<Timestamp>,
    /// The newest release of the service that is known; null if the service does not report it.
    #[serde(default)]
    pub release: Option<KnownRelease>,
    /// The promises of the page.
    #[serde(flatten)]
    pub promises: Promises,
    /// The files that list end points of the service, with how many of them a request was sent to.
    #[serde(default)]
    pub endpoints: Vec<PublishedEndpoints>,
    /// Changes of the promises, oldest first; at most the newest hundred.
    #[serde(default)]
    pub changes: Vec<Recorded>,
    /// The wordings of claims that are no longer made, oldest first.
    #[serde(default)]
    pub retracted: Vec<Retracted>,
}

/// A list of end points of the service. Tested are those that answered at least one request of a check; not every
/// property of them was tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Endpoints")]
pub struct PublishedEndpoints {
    /// The form of the list.
    #[schemars(extend("enum" = ["openapi", "graphql", "connect", "forge"]))]
    pub list: String,
    /// The number of end points in it.
    pub listed: u64,
    /// The number of those that were tested.
    pub tested: u64,
    /// The others, such as `GET /notes/{id}`, without those of `left_out`.
    pub not_tested: Vec<String>,
    /// Those that the publisher leaves untested on purpose.
    pub left_out: Vec<PublishedException>,
}

/// An end point that the publisher leaves untested on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "LeftOut")]
pub struct PublishedException {
    /// Its name.
    pub endpoint: String,
    /// The publisher's reason.
    pub because: String,
}

/// The promises of a page, which are compared with those of the next page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Promises {
    /// The claims, in the order of the policies.
    pub claims: Vec<PublishedClaim>,
    /// Statements: passages that cannot be tested.
    pub not_tested: Vec<NotTested>,
    /// The companies that process customers' data.
    #[serde(default)]
    pub sub_processors: Vec<Processor>,
}

/// A sub-processor on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Processor {
    /// The policy that shows it, as its path on the site.
    pub page: String,
    /// The published details.
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

/// The service that was tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Target")]
pub struct PublishedTarget {
    /// Its origin, or that it is the demo.
    pub name: String,
    /// Whether it was a demonstration instead of a live service.
    pub demo: bool,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Claim")]
pub struct PublishedClaim {
    /// Its name.
    pub id: ClaimId,
    /// Its words, as on the page.
    pub words: String,
    /// SHA-256 of its words in their comparable form, including link addresses; evidence is bound to
    /// it.
    #[serde(default)]
    pub digest: String,
    /// The same in the site's other languages.
    #[serde(default)]
    pub also: Vec<Translated>,
    /// The address of its passage.
    #[schemars(extend("format" = "uri"))]
    pub policy: String,
    /// The policy that contains it, as its path on the site.
    #[serde(default)]
    pub page: String,
    /// The headings above it, and the lead-in of its list.
    #[serde(default)]
    pub under: String,
    /// The address of the page with its evidence.
    #[schemars(extend("format" = "uri"))]
    pub evidence: String,
    /// The products that it applies to; empty if it applies to all.
    pub applies_to: Vec<String>,
    /// Its standing.
    #[schemars(extend("enum" = [
        "holds", "waived", "violated", "inconclusive", "expired", "vacuous", "uncontrolled", "weak"
    ]))]
    pub standing: String,
    /// The same in a sentence, with the reason.
    pub told: String,
    /// The basis of its weakest check; null if nothing was tested.
    #[serde(with = "basis")]
    #[schemars(with = "Option<String>", extend("enum" = [
        "probed", "probed with access", "reported", "attested", "inherited", null
    ]))]
    pub basis: Option<Basis>,
    /// When the oldest answer was received.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub observed: Option<Timestamp>,
    /// When its evidence or its waiver expires; treat the claim as unverified from then on.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub until: Option<Timestamp>,
    /// The waiver that accepts that it does not hold; null unless it is waived.
    #[serde(default)]
    pub waiver: Option<PublishedWaiver>,
    /// For how many seconds evidence is valid, unless a fact in it expires earlier.
    #[serde(default)]
    pub valid_for: u64,
    /// Its checks.
    pub checks: Vec<PublishedCheck>,
    /// Its standings, oldest first; at most the newest hundred.
    #[serde(default)]
    pub history: Vec<PastStanding>,
}

/// A waiver that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Waiver")]
pub struct PublishedWaiver {
    /// The title of the role that granted it.
    pub by: String,
    /// The day on which it was granted.
    #[schemars(with = "String", extend("format" = "date"))]
    pub day: Date,
    /// Its last day; it expires at the end of that day (UTC).
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
    /// Its words, as on the page.
    pub words: String,
    /// The address of its passage.
    #[schemars(extend("format" = "uri"))]
    pub policy: String,
}

/// A check of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Check")]
pub struct PublishedCheck {
    /// Its kind.
    pub kind: String,
    /// Its verdict; null if it was not run.
    #[schemars(extend("enum" = ["holds", "violated", "inconclusive", null]))]
    pub verdict: Option<String>,
    /// What was tested.
    pub covers: String,
    /// What this does not show.
    pub not_shown: String,
    /// How often the requests that decide the verdict were sent, and to how many addresses; null if it
    /// was not run, or sent none.
    #[serde(default)]
    pub looks: Option<PublishedLooks>,
    /// The requests that decide the verdict, each once.
    #[serde(default)]
    pub asks: Vec<PublishedQuestion>,
}

/// How strong the look of a check was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Looks")]
pub struct PublishedLooks {
    /// The number of requests.
    pub requests: u64,
    /// The number of addresses that received them.
    pub addresses: u64,
}

/// A request of a check, with its expectations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Question")]
pub struct PublishedQuestion {
    /// The request in words.
    pub ask: String,
    /// Who sends it.
    pub by: String,
    /// The expectations of the answer.
    pub expects: Vec<Expected>,
}

/// An expectation of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expected {
    /// In words.
    pub words: String,
    /// The limits in it.
    #[serde(default)]
    pub limits: Vec<PublishedLimit>,
}

/// A limit that an answer must respect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Bound")]
pub struct PublishedLimit {
    /// The quantity that it limits.
    pub of: String,
    /// Whether it is an upper or a lower limit.
    pub side: Side,
    /// Its amount.
    pub amount: Amount,
}

/// A statement: a passage that cannot be tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotTested {
    /// Its words.
    pub words: String,
    /// The address of the policy that contains it.
    #[schemars(extend("format" = "uri"))]
    pub policy: String,
    /// The policy that contains it, as its path on the site.
    #[serde(default)]
    pub page: String,
    /// Why it is not tested.
    pub reason: String,
}

/// The standing of a claim from some time on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Stood")]
pub struct PastStanding {
    /// Since when: the time of the evidence, or of its expiry.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub since: Timestamp,
    /// The name of the standing; `attested` is a claim that holds by an attestation alone.
    pub standing: String,
}

/// The last wording of a claim that is no longer made.
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

impl PublishedClaim {
    /// The name of its standing; a claim that holds by an attestation alone is `attested`.
    pub fn stands(&self) -> &str {
        match self.standing.as_str() {
            "holds" if self.basis.is_some_and(Basis::needs_a_role) => "attested",
            standing => standing,
        }
    }
}

impl Promises {
    /// The claim with this id.
    pub fn claim(&self, id: &str) -> Option<&PublishedClaim> {
        self.claims.iter().find(|claim| claim.id == id)
    }
}

/// Reads a `claims.json`, which may come from anybody: unseen characters are written out.
///
/// # Errors
///
/// Why it cannot be read, for people.
pub fn read(bytes: &[u8]) -> Result<Published, String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    let schema = value.get("schema").and_then(serde_json::Value::as_str).unwrap_or("none");
    if schema != SCHEMA {
        return Err(format!("its schema is `{schema}`, and this version reads `{SCHEMA}`"));
    }
    let published = serde_json::from_value(in_value(value, legible));
    let published: Published = published.map_err(|error| error.to_string())?;
    received::objection(&published).map_or(Ok(published), Err)
}

/// (De)serialises a basis as readers see it: `probed with access`.
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
