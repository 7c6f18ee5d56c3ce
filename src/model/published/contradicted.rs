//! The failures, and the release, that a published page records.

use crate::model::judge::assessment::Memory;
use crate::model::published::{Published, PublishedClaim};

impl Published {
    /// When each claim of the page was last found violated, as far as the page records it, and the
    /// release that it is about. A waived failure is one.
    pub fn memory(&self) -> Memory {
        let claims = self.promises.claims.iter();
        let failed = claims.filter_map(|claim| Some((claim.id.clone(), claim.last_failure()?)));
        Memory {
            contradicted: failed.collect(),
            released: self.release.clone(),
            lasting: Vec::new(),
        }
    }
}

impl PublishedClaim {
    fn last_failure(&self) -> Option<jiff::Timestamp> {
        let is_failure = |standing: &str| matches!(standing, "violated" | "waived");
        let past = self.history.iter().filter(|one| is_failure(&one.standing));
        let now = self.observed.filter(|_| is_failure(&self.standing));
        // Pages of before there was history have only the present standing.
        past.map(|one| one.since).max().or(now)
    }
}
