//! An assessment: one run over the claims, as it is written to `assessment.json`. It contains the
//! observations, and digests that bind them to the sources. Its verdicts are for human readers only: Avouch judges the observations
//! again whenever it uses them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::answer::observation::{Observation, Transcript};
use crate::model::answer::verdict::Verdict;
use crate::model::judge::binding::{ClaimBinding, WorldBinding};
use crate::model::judge::lasting::{self, LastingObject};
use crate::model::plan::Plan;
use crate::model::plan::expect::CLOCK_TOLERANCE;
use crate::model::project::Project;
use crate::model::project::claim::Claim;
use crate::model::project::release::{KnownRelease, Release};
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
    /// When each claim was last found violated, in this run or in an earlier one; older evidence for it
    /// is void.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contradicted: Contradictions,
    /// The newest release of the service that is known; evidence of another one has expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<KnownRelease>,
    /// Objects that runs made and did not delete, to see later that the service has deleted them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lasting: Vec<LastingObject>,
}

/// What runs and published pages record for later runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// When each claim was last found violated.
    pub contradicted: Contradictions,
    /// The newest release of the service that is known.
    pub released: Option<KnownRelease>,
    /// Objects that runs made and did not delete.
    pub lasting: Vec<LastingObject>,
}

impl Memory {
    /// Adds what another record knows.
    pub fn add(&mut self, other: &Self) {
        for (id, at) in &other.contradicted {
            note(&mut self.contradicted, id, *at);
        }
        let newest = |one: &KnownRelease| self.released.as_ref().is_none_or(|own| own.at < one.at);
        if let Some(newer) = other.released.as_ref().filter(|one| newest(one)) {
            self.released = Some(newer.clone());
        }
        lasting::add(&mut self.lasting, &other.lasting);
    }
}

/// When each claim was last found violated.
pub type Contradictions = BTreeMap<ClaimId, Timestamp>;

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
    /// The release that was tested; `None` if the project did not say where to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
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
        now: Timestamp,
    ) -> Vec<Objection> {
        let mut objections = self.world.differences(&WorldBinding::of(project));
        // The demo may have been checked at a time that somebody chose.
        let now = self.clock.filter(|_| self.world.demo).map_or(now, |clock| clock.max(now));
        for claim in &project.claims {
            let planned = plans.get(&claim.id).map_or(&[][..], Vec::as_slice);
            match self.claims.get(&claim.id) {
                Some(evidence) => objections.extend(evidence.objections(claim, planned, now)),
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

    /// What this run, and those before it, found that makes older evidence void.
    ///
    /// This trusts stored verdicts, because they can only void evidence.
    pub fn memory(&self) -> Memory {
        let released = self.released.clone();
        let (contradicted, lasting) = (self.contradicted.clone(), self.lasting.clone());
        let mut all = Memory { contradicted, released, lasting };
        for (id, evidence) in &self.claims {
            let last = evidence.last().unwrap_or(self.finished);
            let mut one = Memory::default();
            if evidence.verdict == Verdict::Violated {
                one.contradicted.insert(id.clone(), last);
            }
            if let Some(Release::Is(name)) = &evidence.release {
                one.released = Some(KnownRelease { name: name.clone(), at: last });
            }
            all.add(&one);
        }
        all
    }

    /// Adds what other runs and pages recorded.
    pub fn remember(&mut self, others: &Memory) {
        let mut all = self.memory();
        all.add(others);
        (self.contradicted, self.released) = (all.contradicted, all.released);
    }

    /// Adds what earlier runs and pages recorded to a new run. A claim that holds in the new run was
    /// confirmed since, whatever the clocks of both runs show.
    pub fn remember_earlier(&mut self, others: &Memory) {
        let is_open = |id: &ClaimId, at: Timestamp| {
            let new = self.claims.get(id).filter(|one| one.verdict == Verdict::Holds);
            new.and_then(ClaimEvidence::first).is_none_or(|first| at < first)
        };
        let open = others.contradicted.iter().filter(|(id, at)| is_open(id, **at));
        let contradicted = open.map(|(id, at)| (id.clone(), *at)).collect();
        let released = others.released.clone().filter(|one| one.at < self.started);
        self.remember(&Memory { contradicted, released, lasting: Vec::new() });
    }

    /// Why the release that the evidence for a claim is about is not the one that the service has now.
    pub(crate) fn release_doubt(&self, project: &Project, id: &ClaimId) -> Option<ReleaseDoubt> {
        project.release.as_ref()?;
        match &self.claims.get(id)?.release {
            Some(Release::Is(name)) => {
                let newer = self.released.as_ref().filter(|known| known.name != *name)?;
                Some(ReleaseDoubt::Superseded(newer.at))
            }
            Some(Release::Unknown(_)) | None => Some(ReleaseDoubt::Unknown),
        }
    }
}

/// Why evidence is not about the present release of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseDoubt {
    /// It is not known which release was tested.
    Unknown,
    /// Another release was known at this time.
    Superseded(Timestamp),
}

/// Notes a violation, unless a later one is known.
fn note(all: &mut Contradictions, id: &ClaimId, at: Timestamp) {
    all.entry(id.clone()).and_modify(|last| *last = at.max(*last)).or_insert(at);
}

impl ClaimEvidence {
    /// When its first answer was received.
    pub fn first(&self) -> Option<Timestamp> {
        self.observations().map(|one| one.at).min()
    }

    /// When its last answer was received.
    pub fn last(&self) -> Option<Timestamp> {
        self.observations().map(Observation::last).max()
    }

    fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.transcripts.iter().flat_map(|one| &one.observations)
    }

    /// Why this is not evidence for `claim` and its `plans` at `now`; empty if it is.
    pub fn objections(&self, claim: &Claim, plans: &[Plan], now: Timestamp) -> Vec<Objection> {
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
        let newest = CLOCK_TOLERANCE.after(now);
        if let Some(last) = self.last().filter(|last| *last > newest) {
            object(&format!("it was taken at {last}, and it is only {now}"));
        }
        objections
    }
}
