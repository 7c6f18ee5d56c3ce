//! The steps of `tenant-isolation`: who meets whose object, and in what order.
//!
//! What destroys is tried by strangers first, then looked for by its owner, then done by its owner
//! as the control. Requests grow with the number of tenants: each one's object is met by one other
//! tenant, another one on each run, and by nobody in particular.

use serde_json::json;

use crate::check::ask;
use crate::check::expect::succeeds;
use crate::model::expect::{Expectation, Refusal, Test};
use crate::model::falsify::{Class, Counterexample, Edit};
use crate::model::plan::{ANYONE, Act, Canary, Capture, Keep, Plan, Request, Role, Step, StepId};

/// What is planned.
pub(super) struct Encounters {
    /// The tenants, each with its own object; a tenant's index is its canary's.
    pub(super) tenants: Vec<Tenant>,
    /// What counts as a refusal.
    pub(super) refusal: Refusal,
    /// JSON Pointer to a new object's id in the answer.
    pub(super) id_at: String,
    /// Decides who meets whom.
    pub(super) seed: u64,
}

/// A tenant.
pub(super) struct Tenant {
    /// Its actor.
    pub(super) actor: String,
    /// What is asked about its own object.
    pub(super) requests: Requests,
}

/// What is asked about one tenant's object.
pub(super) struct Requests {
    /// Makes it.
    pub(super) create: Request,
    /// Reads it.
    pub(super) object: Request,
    /// Lists it among others.
    pub(super) list: Vec<Request>,
    /// Changes it.
    pub(super) change: Option<Request>,
    /// Deletes it.
    pub(super) delete: Request,
}

/// The steps so far, and which of them the later ones lean on.
struct Draft<'a> {
    of: &'a Encounters,
    steps: Vec<Step>,
    /// For each tenant, the step in which it reads its own object.
    reads: Vec<StepId>,
}

impl Encounters {
    /// The plan.
    pub(super) fn plan(&self) -> Plan {
        let mut draft = Draft { of: self, steps: Vec::new(), reads: Vec::new() };
        draft.plant();
        draft.read_back();
        draft.list();
        draft.strangers_read();
        let changes = draft.strangers_try("change", |requests| requests.change.as_ref());
        let deletes = draft.strangers_try("delete", |requests| Some(&requests.delete));
        draft.owners_do("change", &changes, |requests| requests.change.as_ref());
        draft.owners_do("delete", &deletes, |requests| Some(&requests.delete));
        draft.clean_up();
        let owner = |tenant: &Tenant| Canary { owner: tenant.actor.clone(), marker: None };
        Plan {
            kind: "tenant-isolation".into(),
            canaries: self.tenants.iter().map(owner).collect(),
            ends: Vec::new(),
            counterexamples: self.counterexamples(&draft),
            covers: self.covers(),
            leaves_open: self.leaves_open(),
            steps: draft.steps,
        }
    }

    /// The tenant that meets another's object on this run.
    fn stranger(&self, owner: usize) -> usize {
        let others = self.tenants.len().saturating_sub(1).max(1);
        // The remainder is below the number of tenants, which fits.
        let turn = usize::try_from(self.seed % others as u64).unwrap_or(0);
        (owner + 1 + turn) % self.tenants.len()
    }

    fn covers(&self) -> String {
        let count = self.tenants.len();
        let pairs = count * count.saturating_sub(1);
        let requests = self.tenants.first().map(|tenant| &tenant.requests);
        let lists: Vec<String> = requests
            .into_iter()
            .flat_map(|requests| requests.list.iter().map(ask::in_words))
            .collect();
        let change = requests.is_some_and(|requests| requests.change.is_some());
        let tried = if change { "reading, changing and deleting" } else { "reading and deleting" };
        let listed = match lists.is_empty() {
            true => "no list".to_owned(),
            false => format!("every customer's {}", lists.join(", ")),
        };
        format!(
            "{count} customers. {listed} searched for all other customers' marks; {tried} of one \
             object of each customer tried by another one ({count} of {pairs} pairs on this run) \
             and by nobody in particular."
        )
    }

    fn leaves_open(&self) -> String {
        let requests = self.tenants.first().map(|tenant| &tenant.requests);
        let no_change = requests.is_some_and(|requests| requests.change.is_none());
        let not_tried = if no_change { "Changing was not tried. " } else { "" };
        format!(
            "{not_tried}It does not show that endpoints which are not listed here keep customers apart."
        )
    }

    fn counterexamples(&self, draft: &Draft<'_>) -> Vec<Counterexample> {
        let stranger = |step: &Step| step.role == Role::Probe && step.keep == Keep::Digest;
        let Some(step) = draft.steps.iter().position(stranger) else {
            return Vec::new();
        };
        let foreign = (0..self.tenants.len()).find(|one| !draft.steps[step].sees.contains(one));
        let set = |value| Edit::Set { step, at: "/status".into(), value };
        let mut all: Vec<Counterexample> = foreign
            .into_iter()
            .map(|canary| Counterexample {
                class: Class::Negation,
                when: "another customer's data turns up in an error message".into(),
                edits: vec![set(json!(500)), Edit::Leak { step, canary }],
            })
            .collect();
        let name = &draft.steps[step].name;
        all.extend(self.refusal.statuses.iter().map(|status| Counterexample {
            class: Class::Benign,
            when: format!("“{name}” is refused with {status}"),
            edits: vec![set(json!(status))],
        }));
        all
    }
}

impl Draft<'_> {
    fn push(&mut self, step: Step) -> StepId {
        self.steps.push(step);
        self.steps.len() - 1
    }

    /// A step of a tenant that asks about its own object, or as itself about another's.
    fn of_tenant(&self, role: Role, tenant: usize, what: &str, request: &Request) -> Step {
        let actor = &self.of.tenants[tenant].actor;
        let mut step = Step::http(role, format!("{actor} {what}"), actor, request.clone());
        step.sees = vec![tenant];
        step
    }

    fn plant(&mut self) {
        for (index, tenant) in self.of.tenants.iter().enumerate() {
            let create = &tenant.requests.create;
            let mut step =
                self.of_tenant(Role::Prepare, index, "makes an object of its own", create);
            let name = format!("id:{}", tenant.actor);
            let at = format!("/body/json{}", self.of.id_at);
            step.captures = vec![Capture { name, at }];
            self.push(step);
        }
    }

    fn read_back(&mut self) {
        for (index, tenant) in self.of.tenants.iter().enumerate() {
            let object = &tenant.requests.object;
            let mut step = self.of_tenant(Role::Control, index, "reads its own object", object);
            step.expect = vec![succeeds(), shows(index)];
            let step = self.push(step);
            self.reads.push(step);
        }
    }

    fn list(&mut self) {
        let lists = self.of.tenants.first().map_or(0, |tenant| tenant.requests.list.len());
        for list in 0..lists {
            let mut first = None;
            for (index, tenant) in self.of.tenants.iter().enumerate() {
                let control = self.list_of(index, &tenant.requests.list[list]);
                first.get_or_insert((control, tenant.requests.list[list].clone()));
            }
            if let Some((control, request)) = first {
                let what = format!("{} for nobody in particular", ask::in_words(&request));
                let mut step = Step::http(Role::Probe, what, ANYONE, request);
                step.control = Some(control);
                self.push(refused(step, self.of.refusal.clone()));
            }
        }
    }

    /// A list counts as searched only if its owner's mark was found there.
    fn list_of(&mut self, tenant: usize, request: &Request) -> StepId {
        let asked = ask::in_words(request);
        let what = format!("finds its own object at {asked}");
        let mut step = self.of_tenant(Role::Control, tenant, &what, request);
        step.expect = vec![succeeds(), shows(tenant)];
        let control = self.push(step);
        let actor = &self.of.tenants[tenant].actor;
        let name = format!("{actor} finds nobody else's data at {asked}");
        let mut probe = Step::new(Role::Probe, name, actor, Act::Recall(control));
        probe.expect = vec![Expectation::new("", Test::ShowsNoForeignCanary)];
        probe.sees = vec![tenant];
        probe.control = Some(control);
        self.push(probe);
        control
    }

    fn strangers_read(&mut self) {
        for owner in 0..self.of.tenants.len() {
            let request = self.of.tenants[owner].requests.object.clone();
            for step in self.strangers("read", owner, &request) {
                let control = Some(self.reads[owner]);
                self.push(Step { control, ..step });
            }
        }
    }

    /// One other tenant and nobody in particular, trying something on a tenant's object.
    fn strangers(&self, what: &str, owner: usize, request: &Request) -> [Step; 2] {
        let whose = &self.of.tenants[owner].actor;
        let refusal = self.of.refusal.clone().or_not_found();
        let stranger = self.of.stranger(owner);
        let tries = format!("tries to {what} {whose}'s object");
        let tenant = self.of_tenant(Role::Probe, stranger, &tries, request);
        let name = format!("nobody in particular {tries}");
        let nobody = Step::http(Role::Probe, name, ANYONE, request.clone());
        [tenant, nobody].map(|step| refused(step, refusal.clone()))
    }

    /// The strangers' tries on every object, each with its owner's look afterwards. Gives, for each
    /// tenant, the steps whose control is still to come.
    fn strangers_try(
        &mut self,
        what: &str,
        of: impl Fn(&Requests) -> Option<&Request>,
    ) -> Vec<Vec<StepId>> {
        let mut waiting = Vec::new();
        for (owner, tenant) in self.of.tenants.iter().enumerate() {
            let Some(request) = of(&tenant.requests) else {
                continue;
            };
            let tries = self.strangers(what, owner, request);
            waiting.push(tries.into_iter().map(|step| self.push(step)).collect());
            self.look_again(owner, what);
        }
        waiting
    }

    fn look_again(&mut self, owner: usize, what: &str) {
        let object = &self.of.tenants[owner].requests.object;
        let words = format!("finds its object as it was after others tried to {what} it");
        let mut step = self.of_tenant(Role::Probe, owner, &words, object);
        step.expect = vec![succeeds(), shows(owner)];
        step.control = Some(self.reads[owner]);
        self.push(step);
    }

    /// The owner's own doing, which shows that what was refused to others can be done.
    fn owners_do(
        &mut self,
        what: &str,
        waiting: &[Vec<StepId>],
        of: impl Fn(&Requests) -> Option<&Request>,
    ) {
        for (owner, tries) in waiting.iter().enumerate() {
            let Some(request) = of(&self.of.tenants[owner].requests) else {
                continue;
            };
            let words = format!("can {what} its own object");
            let mut step = self.of_tenant(Role::Control, owner, &words, request);
            step.expect = vec![succeeds()];
            let control = self.push(step);
            for step in tries {
                self.steps[*step].control = Some(control);
            }
        }
    }

    fn clean_up(&mut self) {
        for (index, tenant) in self.of.tenants.iter().enumerate() {
            let delete = &tenant.requests.delete;
            let mut step = self.of_tenant(Role::Cleanup, index, "takes its object away", delete);
            // It is gone already where its owner could delete it before.
            let gone = [200, 202, 204, 404, 410].map(|status| json!(status));
            step.expect = vec![Expectation::new("/status", Test::OneOf(gone.into()))];
            self.push(step);
        }
    }
}

fn shows(tenant: usize) -> Expectation {
    Expectation::new("", Test::ShowsCanary(tenant))
}

/// The same step, which must be refused; a stranger's answer is never stored.
fn refused(mut step: Step, refusal: Refusal) -> Step {
    step.expect = vec![Expectation::new("", Test::Refused(refusal))];
    step.keep = Keep::Digest;
    step
}
