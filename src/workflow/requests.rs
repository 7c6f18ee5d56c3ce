//! How many requests a run sends, and whether that is within the limit of the project.

use std::collections::BTreeMap;

use crate::model::plan::looks::ADDRESSES_MAX;
use crate::model::project::Project;
use crate::model::source::claim_id::ClaimId;
use crate::probe;
use crate::probe::job::Job;

/// How many claims a message lists.
const LISTED_MAX: usize = 10;

/// A run would send more requests than the project permits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooManyRequests {
    /// How many it would send.
    pub total: usize,
    /// How many the project permits.
    pub limit: usize,
    /// How many of them each claim would send, most first.
    pub claims: Vec<(ClaimId, usize)>,
}

impl TooManyRequests {
    /// The error, for people.
    pub fn message(&self) -> String {
        let Self { total, limit, .. } = self;
        format!("this run would send {total} requests, but `limits.requests` permits {limit}")
    }

    /// What to do about it: the figure for each claim, and the settings.
    pub fn help(&self) -> String {
        let listed = self.claims.iter().take(LISTED_MAX);
        let mut figures: Vec<String> =
            listed.map(|(claim, count)| format!("`{claim}` {count}")).collect();
        if let Some(more) = self.claims.len().checked_sub(LISTED_MAX).filter(|more| *more > 0) {
            figures.push(format!("{more} more claims"));
        }
        format!(
            "requests by claim: {}; raise `requests` under `limits:` in `avouch.yaml` to at least \
             {}, or lower `repeat` in the checks",
            figures.join(", "),
            self.total
        )
    }
}

/// Compares the number of requests of these jobs with the project's limit. Looks up the target's name
/// only if the number of its addresses decides.
pub fn within_limit(project: &Project, jobs: &[Job<'_>]) -> Result<(), TooManyRequests> {
    let limit = project.limits.requests;
    let most: usize = jobs.iter().map(|job| job.plan.requests(ADDRESSES_MAX)).sum();
    if most <= limit {
        return Ok(());
    }
    let addresses = probe::addresses(project);
    let mut by_claim: BTreeMap<&ClaimId, usize> = BTreeMap::new();
    for job in jobs {
        *by_claim.entry(job.claim).or_default() += job.plan.requests(addresses);
    }
    let total = by_claim.values().sum();
    if total <= limit {
        return Ok(());
    }
    let mut claims: Vec<(ClaimId, usize)> =
        by_claim.into_iter().map(|(claim, count)| (claim.clone(), count)).collect();
    claims.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Err(TooManyRequests { total, limit, claims })
}
