//! The plan of `tenant-isolation`: the tenants, how they are paired, and the coverage of the pairs.

use std::collections::BTreeMap;

use serde_json::json;

use crate::check::kinds::tenant_isolation::steps::Steps;
use crate::check::kinds::tenant_isolation::tenants::{Requests, Tenant};
use crate::check::written::counterexample::refused_otherwise;
use crate::check::written::request;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::Refusal;
use crate::model::plan::looks::NextPage;
use crate::model::plan::{Canary, Keep, Plan, Role, Step};

/// How many other tenants try each object on one run, at most.
const PAIRINGS_MAX: usize = 3;

/// What to plan.
pub(crate) struct Isolation {
    /// The tenants, each with its own object; a tenant's index is its canary's.
    pub(crate) tenants: Vec<Tenant>,
    /// What counts as a refusal.
    pub(crate) refusal: Refusal,
    /// What counts as one instead, by the actor of the request.
    pub(crate) refusals: BTreeMap<String, Refusal>,
    /// JSON Pointer to a new object's id in the answer.
    pub(crate) id_at: String,
    /// Seed for pairing tenants.
    pub(crate) seed: u64,
    /// How often each list is read, and each stranger tries to read.
    pub(crate) repeat: u8,
    /// Where a list announces its next page.
    pub(crate) next: Option<NextPage>,
}

impl Isolation {
    /// What counts as a refusal of a request by this actor.
    pub(crate) fn refusal_of(&self, actor: &str) -> Refusal {
        self.refusals.get(actor).unwrap_or(&self.refusal).clone()
    }

    /// The plan of a check of `kind`.
    pub(crate) fn plan(&self, kind: &str) -> Plan {
        let mut steps = Steps::new(self);
        steps.plant();
        steps.read();
        steps.read_twice();
        let changes = steps.strangers_try("change", |requests| requests.change.as_ref());
        steps.read_again("change", &changes);
        let deletes = steps.strangers_try("delete", |requests| requests.delete.as_ref());
        steps.read_again("delete", &deletes);
        steps.owners_try("change", &changes, |requests| requests.change.as_ref());
        steps.owners_try("delete", &deletes, |requests| requests.delete.as_ref());
        steps.clean_up();
        let mark = |one: &Tenant| Canary { owner: one.actor.clone(), marker: one.marker.clone() };
        Plan {
            canaries: self.tenants.iter().map(mark).collect(),
            counterexamples: self.counterexamples(&steps.steps),
            covers: self.covers(),
            leaves_open: self.leaves_open(),
            ..Plan::new(kind, steps.steps)
        }
    }

    /// How many other tenants try each object.
    fn pairings(&self) -> usize {
        PAIRINGS_MAX.min(self.tenants.len().saturating_sub(1))
    }

    /// The distances from a tenant to the tenants whose objects it tries on this run. Each run continues
    /// where that of the previous seed ended, so that all pairs are tried eventually.
    fn distances(&self) -> impl Iterator<Item = usize> {
        let others = self.tenants.len().saturating_sub(1).max(1);
        // The remainder is below the number of tenants, which fits.
        let turn = usize::try_from(self.seed % others as u64).unwrap_or(0);
        let pairings = self.pairings();
        (0..pairings).map(move |index| 1 + (turn * pairings + index) % others)
    }

    /// The tenants whose objects this one tries.
    pub(crate) fn tried_by(&self, stranger: usize) -> impl Iterator<Item = usize> {
        let count = self.tenants.len();
        self.distances().map(move |distance| (stranger + count - distance) % count)
    }

    fn first(&self) -> Option<&Requests> {
        self.tenants.first().map(|tenant| &tenant.requests)
    }

    fn covers(&self) -> String {
        let count = self.tenants.len();
        let pairs = count * count.saturating_sub(1);
        let met = count * self.pairings();
        let lists = self.first().into_iter().flat_map(|requests| &requests.list);
        let own = self.tenants.first().map(|tenant| format!(":{}}}", tenant.actor));
        let own = own.unwrap_or_default();
        let lists: Vec<String> =
            lists.map(|one| request::in_words(one).replace(&own, "}")).collect();
        let has = |of: fn(&Requests) -> bool| self.first().is_some_and(of);
        let tried = match (has(|one| one.change.is_some()), has(|one| one.delete.is_some())) {
            (true, true) => "reading, changing and deleting",
            (true, false) => "reading and changing",
            (false, true) => "reading and deleting",
            (false, false) => "reading",
        };
        let listed = match lists.is_empty() {
            true => "no list".to_owned(),
            false => format!("every customer's {}", lists.join(", ")),
        };
        let others = match self.pairings() {
            1 => "another one".to_owned(),
            several => format!("{several} others"),
        };
        format!(
            "{count} customers: {listed} searched for all other customers' marks ({pairs} pairs); \
             {tried} of one object of each customer tried directly by {others} ({met} of {pairs} \
             pairs on this run) and by an anonymous caller."
        )
    }

    fn leaves_open(&self) -> String {
        let not_tried = match self.first() {
            Some(one) if one.create.is_none() => {
                "Changing and deleting were not tested: the objects belong to their owners and are \
                 only read. "
            }
            Some(Requests { change: None, delete: None, .. }) => {
                "Changing and deleting were not tried, and the objects of each run remain. "
            }
            Some(Requests { change: None, .. }) => "Changing was not tried. ",
            Some(Requests { delete: None, .. }) => {
                "Deleting was not tried, and the objects of each run remain. "
            }
            _ => "",
        };
        format!("{not_tried}It does not show that other endpoints keep customers apart.")
    }

    fn counterexamples(&self, steps: &[Step]) -> Vec<Counterexample> {
        let stranger = |step: &Step| step.role == Role::Probe && step.keep == Keep::Digest;
        let Some(step) = steps.iter().position(stranger).map(StepId) else {
            return Vec::new();
        };
        let foreign =
            (0..self.tenants.len()).map(CanaryId).find(|one| !steps[step].sees.contains(one));
        let set = |value| Edit::Set { step, at: "/status".into(), value };
        let mut all: Vec<Counterexample> = foreign
            .into_iter()
            .map(|canary| Counterexample {
                class: Class::Negation,
                when: "an error message contains another customer's data".into(),
                edits: vec![set(json!(500)), Edit::Leak { step, canary }],
            })
            .collect();
        let name = &steps[step].name;
        all.extend(steps[step].expect.iter().flat_map(|one| refused_otherwise(step, name, one)));
        all.push(Counterexample {
            class: Class::Negation,
            when: format!("“{name}” is refused, and the answer contains values of the object"),
            edits: vec![Edit::Set { step, at: "/owner_values".into(), value: json!({"found": 2}) }],
        });
        all
    }
}
