//! One run over the claims, as it is written to `assessment.json`: observations, and what they are
//! bound to. Verdicts stand in it for whoever looks; nobody believes them, they are judged again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::binding::{ClaimBinding, WorldBinding};
use crate::model::claim::ClaimId;
use crate::model::observation::Transcript;
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::verdict::Verdict;

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
    /// When it was begun.
    pub started: Timestamp,
    /// When it was done.
    pub finished: Timestamp,
    /// The time that was given in place of the clock's; with the demo only.
    pub clock: Option<Timestamp>,
    /// What the plans' rotations were made from.
    pub seed: u64,
    /// The world that it was taken in.
    pub world: WorldBinding,
    /// The claims, in the order of the policies.
    pub claims: BTreeMap<ClaimId, ClaimEvidence>,
}

/// What came back for one claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimEvidence {
    /// The words and plans that it was taken for.
    pub binding: ClaimBinding,
    /// The verdict, for whoever looks.
    pub verdict: Verdict,
    /// One transcript for each check, in order.
    pub transcripts: Vec<Transcript>,
}

/// Why an assessment is no evidence for a project, in words.
pub type Objection = String;

impl Assessment {
    /// Why this is no evidence for `project` and its `plans`; empty if it is.
    ///
    /// A claim that the project has and the assessment lacks is an objection too.
    pub fn objections(
        &self,
        project: &Project,
        plans: &BTreeMap<ClaimId, Vec<Plan>>,
    ) -> Vec<Objection> {
        let mut objections = self.world.differences(&WorldBinding::of(project));
        for claim in &project.claims {
            let planned = plans.get(&claim.id).map_or(&[][..], Vec::as_slice);
            let Some(evidence) = self.claims.get(&claim.id) else {
                objections.push(format!("claim `{}`: it was not assessed", claim.id));
                continue;
            };
            let binding = ClaimBinding::of(claim, planned);
            if evidence.binding.words != binding.words {
                objections.push(format!("claim `{}`: it was taken for other words", claim.id));
            }
            if evidence.binding.plans != binding.plans {
                objections.push(format!("claim `{}`: it was taken by another plan", claim.id));
            }
            let shape = |(transcript, plan): (&Transcript, &Plan)| {
                transcript.observations.len() == plan.steps.len()
            };
            let whole = evidence.transcripts.len() == planned.len()
                && evidence.transcripts.iter().zip(planned).all(shape);
            if !whole {
                objections.push(format!("claim `{}`: its evidence is incomplete", claim.id));
            }
        }
        objections
    }
}
