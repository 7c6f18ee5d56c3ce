//! The basis of a verdict: who observed the facts. It is computed from the plan; the weakest step
//! decides.

use serde::{Deserialize, Serialize};

use crate::model::answer::ids::StepId;
use crate::model::judge::reported;
use crate::model::plan::backup::{BackupSource, Opening};
use crate::model::plan::{ANYONE, Act, Plan, Role, Step, Word};

/// The basis of a verdict, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Anyone can repeat the check.
    Probed,
    /// Anyone with the test accounts' credentials can repeat the check.
    ProbedWithAccess,
    /// The service, or a command, reported the facts about itself.
    Reported,
    /// A named role attested the facts.
    Attested,
    /// A platform states the facts about itself, and a named role attested that the service uses it.
    Inherited,
}

impl Basis {
    /// Every basis, strongest first.
    pub const ALL: [Self; 5] =
        [Self::Probed, Self::ProbedWithAccess, Self::Reported, Self::Attested, Self::Inherited];

    /// Whether a claim with this basis holds only because a named role vouches for it.
    pub fn needs_a_role(self) -> bool {
        self >= Self::Attested
    }

    /// Its name in files and reports.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Probed => "probed",
            Self::ProbedWithAccess => "probed with access",
            Self::Reported => "reported",
            Self::Attested => "attested",
            Self::Inherited => "inherited",
        }
    }
}

/// The basis of one plan.
pub fn of_plan(plan: &Plan) -> Basis {
    let asks = |step: &Step| matches!(step.role, Role::Probe | Role::Control);
    let all = StepId::enumerate(&plan.steps).filter(|(_, step)| asks(step));
    all.map(|(id, step)| of_step(plan, id, step)).max().unwrap_or(Basis::Attested)
}

fn of_step(plan: &Plan, id: StepId, step: &Step) -> Basis {
    match step.word {
        Word::Inherited => Basis::Inherited,
        Word::Attested => Basis::Attested,
        Word::Reported => Basis::Reported,
        Word::Seen if reported::by_the_service(plan, id) => Basis::Reported,
        Word::Seen if step.actor == ANYONE && !is_at_home(&step.act) && !has_secret(step) => {
            Basis::Probed
        }
        Word::Seen => Basis::ProbedWithAccess,
    }
}

/// Whether only somebody who knows a secret of an actor can repeat it.
fn has_secret(step: &Step) -> bool {
    step.request().is_some_and(|request| !request.secrets().is_empty())
}

/// Whether only somebody with access to the machine that Avouch runs on can repeat it.
fn is_at_home(act: &Act) -> bool {
    let opens_file = |opening: &Opening| matches!(opening.from, BackupSource::Files(_));
    match act {
        Act::Files(_) | Act::Command(_) => true,
        Act::Open(opening) => opens_file(opening),
        // Recalled answers and selections were obtained by the step that they refer to.
        Act::Recall(_) | Act::Newest(_) => false,
        Act::Http(_) | Act::Record(_) | Act::Tls(_) | Act::Dns(_) => false,
        // Its step says that the vendor reports it.
        Act::Manifest(_) => false,
    }
}
