//! The project and the evidence that the preview shows, and the page of each file.

use avouch::model::judge::assessment::Assessment;
use avouch::model::judge::evidence::Outcome;
use avouch::model::project::claim::Claim;
use avouch::workflow::sources::Checked;

/// A project as it can be shown, with its evidence.
pub(crate) struct Shown<'a> {
    /// The sources, with stand-ins for files that cannot be read.
    pub(crate) checked: &'a Checked,
    /// The outcome of each claim with evidence for its current words.
    pub(crate) outcomes: &'a [Outcome<'a>],
    /// The last run of the checks, if there was one.
    pub(crate) assessment: Option<&'a Assessment>,
}

/// The path of a policy's page.
pub(crate) fn page_of(file: &str) -> String {
    let below = file.strip_prefix("content/").unwrap_or(file);
    let slug = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
    format!("{slug}/index.html")
}

/// The page with the first passage of a claim.
pub(crate) fn page_of_claim(claim: &Claim) -> Option<String> {
    claim.passages.first().map(|passage| page_of(&passage.policy))
}

/// The claim that a file under `checks/`, `attestations/` or `waivers/` is about, by its name.
pub(crate) fn claim_id(file: &str) -> Option<&str> {
    let (folder, name) = file.split_once('/')?;
    let is_claims = matches!(folder, "checks" | "attestations" | "waivers");
    name.rsplit_once('.').map(|(id, _)| id).filter(|_| is_claims)
}
