//! An assessment: one run over the claims, as it is written to `assessment.json`. It contains the
//! observations, and digests that bind them to the sources. Its verdicts are for human readers only: Avouch judges the observations
//! again whenever it uses them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::answer::observation::Transcript;
use crate::model::answer::verdict::Verdict;
use crate::model::judge::binding::{ClaimBinding, WorldBinding};
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::project::claim::Claim;
use crate::model::source::claim_id::ClaimId;

/// The version of the file's form; a file of another version is refused.
pub const SCHEMA: &str = "avouch-assessment/1";

/// One run over the claims.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// [`SCHEMA`].
    pub schema: String,
    /// The version of Avouch that made it.
    pub generator: String,
    /// When it was started.
    pub started: Timestamp,
    /// When it was finished.
    pub finished: Timestamp,
    /// The time that replaced the clock's, for the demo only.
    pub clock: Option<Timestamp>,
    /// The world in which it was collected.
    pub world: WorldBinding,
    /// The claims, in the order of the policies.
    pub claims: BTreeMap<ClaimId, ClaimEvidence>,
}

/// The evidence for one claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimEvidence {
    /// The seed of the random choices in its plans, such as the pairing of tenants.
    pub seed: u64,
    /// The words and plans for which it was collected.
    pub binding: ClaimBinding,
    /// The verdict, for human readers; it is never believed.
    pub verdict: Verdict,
    /// One transcript for each check, in order.
    pub transcripts: Vec<Transcript>,
}

/// The seeds of random choices in plans, such as the pairing of tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seeds {
    /// By claim, for claims with evidence.
    pub kept: BTreeMap<ClaimId, u64>,
    /// For all other claims.
    pub fresh: u64,
}

impl Seeds {
    /// The seed of a claim's plans.
    pub fn of(&self, claim: &str) -> u64 {
        self.kept.get(claim).copied().unwrap_or(self.fresh)
    }
}

impl From<u64> for Seeds {
    fn from(fresh: u64) -> Self {
        Self { kept: BTreeMap::new(), fresh }
    }
}

/// Why an assessment is not evidence for a project: a sentence for the author.
pub type Objection = String;

impl Assessment {
    /// Why this is not evidence for `project` and its `plans`; empty if it is.
    ///
    /// A claim of the project that the assessment lacks is an objection too.
    pub fn objections(
        &self,
        project: &Project,
        plans: &BTreeMap<ClaimId, Vec<Plan>>,
    ) -> Vec<Objection> {
        let mut objections = self.world.differences(&WorldBinding::of(project));
        for claim in &project.claims {
            let planned = plans.get(&claim.id).map_or(&[][..], Vec::as_slice);
            match self.claims.get(&claim.id) {
                Some(evidence) => objections.extend(evidence.objections(claim, planned)),
                None => objections.push(format!("claim `{}`: it was not assessed", claim.id)),
            }
        }
        objections
    }

    /// The seeds of its claims' plans; `fresh` for claims that it lacks.
    pub fn seeds(&self, fresh: u64) -> Seeds {
        let kept = self.claims.iter().map(|(id, evidence)| (id.clone(), evidence.seed));
        Seeds { kept: kept.collect(), fresh }
    }
}

impl ClaimEvidence {
    /// Why this is not evidence for `claim` and its `plans`; empty if it is.
    pub fn objections(&self, claim: &Claim, plans: &[Plan]) -> Vec<Objection> {
        let binding = ClaimBinding::of(claim, plans);
        let mut objections = Vec::new();
        let mut object = |why: &str| objections.push(format!("claim `{}`: {why}", claim.id));
        if self.binding.words != binding.words {
            object("it was taken for other words");
        }
        if self.binding.context != binding.context {
            object("it was taken under another heading, or with another explanation");
        }
        if self.binding.plans != binding.plans {
            object("it was taken by another plan");
        }
        let shape = |(transcript, plan): (&Transcript, &Plan)| {
            transcript.observations.len() == plan.steps.len()
        };
        let whole =
            self.transcripts.len() == plans.len() && self.transcripts.iter().zip(plans).all(shape);
        if !whole {
            object("its evidence is incomplete");
        }
        objections
    }
}
