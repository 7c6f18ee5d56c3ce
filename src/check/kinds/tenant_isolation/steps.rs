//! The steps of `tenant-isolation`: who meets whose object, and in what order.
//!
//! What destroys is tried by strangers first, then looked for by its owner, then done by its owner
//! as the control. Requests grow with the number of tenants: one pass over the lists shows all pairs,
//! since each answer is searched for everybody's marks; each object itself is met by a few other
//! tenants, others on each run, and by nobody in particular. Within a pass the order does not matter,
//! so that its steps may be taken at once; they stand by who asks, who then keeps one connection.

use serde_json::json;

use crate::check::kind::Kind;
use crate::check::kinds::tenant_isolation::TenantIsolation;
use crate::check::written::expect::succeeds;
use crate::check::written::request;
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Refusal, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Canary, Capture, Keep, Plan, Role, Step};

/// How many other tenants meet each object on one run; with so few others, all of them do.
const MEETINGS: usize = 3;

/// What is planned.
pub(crate) struct Encounters {
    /// The tenants, each with its own object; a tenant's index is its canary's.
    pub(crate) tenants: Vec<Tenant>,
    /// What counts as a refusal.
    pub(crate) refusal: Refusal,
    /// JSON Pointer to a new object's id in the answer.
    pub(crate) id_at: String,
    /// Decides who meets whom.
    pub(crate) seed: u64,
}

/// A tenant.
pub(crate) struct Tenant {
    /// Its actor.
    pub(crate) actor: String,
    /// The mark of an object that it has already; `None` where one is made.
    pub(crate) marker: Option<String>,
    /// What is asked about its own object.
    pub(crate) requests: Requests,
}

/// What is asked about one tenant's object.
pub(crate) struct Requests {
    /// Makes it; `None` if it is there already, and then it is neither changed nor deleted.
    pub(crate) create: Option<Request>,
    /// Reads it.
    pub(crate) object: Request,
    /// Lists it among others.
    pub(crate) list: Vec<Request>,
    /// Changes it.
    pub(crate) change: Option<Request>,
    /// Deletes it.
    pub(crate) delete: Option<Request>,
}

/// The steps so far, and which of them the later ones lean on.
struct Draft<'a> {
    of: &'a Encounters,
    steps: Vec<Step>,
    /// Whether the next step waits for all that stand before it.
    waits: bool,
    /// For each tenant, the step in which it reads its own object.
    reads: Vec<StepId>,
}

impl Encounters {
    /// The plan.
    pub(crate) fn plan(&self) -> Plan {
        let mut draft = Draft { of: self, steps: Vec::new(), waits: true, reads: Vec::new() };
        draft.plant();
        draft.look();
        let changes = draft.strangers_try("change", |requests| requests.change.as_ref());
        draft.look_again("change", &changes);
        let deletes = draft.strangers_try("delete", |requests| requests.delete.as_ref());
        draft.look_again("delete", &deletes);
        draft.owners_do("change", &changes, |requests| requests.change.as_ref());
        draft.owners_do("delete", &deletes, |requests| requests.delete.as_ref());
        draft.clean_up();
        let mark = |one: &Tenant| Canary { owner: one.actor.clone(), marker: one.marker.clone() };
        Plan {
            canaries: self.tenants.iter().map(mark).collect(),
            counterexamples: self.counterexamples(&draft),
            covers: self.covers(),
            leaves_open: self.leaves_open(),
            ..Plan::new(TenantIsolation::NAME, draft.steps)
        }
    }

    /// How many others meet each object.
    fn meetings(&self) -> usize {
        MEETINGS.min(self.tenants.len().saturating_sub(1))
    }

    /// How far a tenant is from those that it meets on this run: each run goes on where the one of
    /// the seed before it has ended, so that in the end everybody has met everybody.
    fn distances(&self) -> impl Iterator<Item = usize> {
        let others = self.tenants.len().saturating_sub(1).max(1);
        // The remainder is below the number of tenants, which fits.
        let turn = usize::try_from(self.seed % others as u64).unwrap_or(0);
        let meetings = self.meetings();
        (0..meetings).map(move |index| 1 + (turn * meetings + index) % others)
    }

    /// The tenants whose objects this one meets.
    fn met_by(&self, stranger: usize) -> impl Iterator<Item = usize> {
        let count = self.tenants.len();
        self.distances().map(move |distance| (stranger + count - distance) % count)
    }

    fn first(&self) -> Option<&Requests> {
        self.tenants.first().map(|tenant| &tenant.requests)
    }

    fn covers(&self) -> String {
        let count = self.tenants.len();
        let pairs = count * count.saturating_sub(1);
        let met = count * self.meetings();
        let lists = self.first().into_iter().flat_map(|requests| &requests.list);
        let lists: Vec<String> = lists.map(request::in_words).collect();
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
        let others = match self.meetings() {
            1 => "another one".to_owned(),
            several => format!("{several} others"),
        };
        format!(
            "{count} customers: {listed} searched for all other customers' marks ({pairs} pairs); \
             {tried} of one object of each customer tried directly by {others} ({met} of {pairs} \
             pairs on this run) and by nobody in particular."
        )
    }

    fn leaves_open(&self) -> String {
        let not_tried = match self.first() {
            Some(one) if one.create.is_none() => {
                "Changing and deleting were not tested: the objects belong to their owners, and are \
                 only read. "
            }
            Some(one) if one.change.is_none() => "Changing was not tried. ",
            _ => "",
        };
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
    fn push(&mut self, mut step: Step) -> StepId {
        step.alongside = !self.waits;
        self.waits = false;
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
            let Some(create) = &tenant.requests.create else {
                continue;
            };
            let mut step =
                self.of_tenant(Role::Prepare, index, "makes an object of its own", create);
            let name = format!("id:{}", tenant.actor);
            let at = format!("/body/json{}", self.of.id_at);
            step.captures = vec![Capture { name, at }];
            self.push(step);
        }
    }

    /// Everything that only reads, once all marks are planted.
    fn look(&mut self) {
        self.waits = true;
        let mut tries = Vec::new();
        let mut lists = Vec::new();
        for index in 0..self.of.tenants.len() {
            self.read_back(index);
            let of_tenant = self.list(index);
            if index == 0 {
                lists = of_tenant;
            }
            for owner in self.of.met_by(index) {
                let step = self.tenant_tries("read", index, owner, |one| Some(&one.object));
                tries.extend(step.map(|step| (self.push(step), owner)));
            }
        }
        for owner in 0..self.of.tenants.len() {
            let step = self.nobody_tries("read", owner, |one| Some(&one.object));
            tries.extend(step.map(|step| (self.push(step), owner)));
        }
        for (step, owner) in tries {
            self.steps[step].control = Some(self.reads[owner]);
        }
        self.nobody_lists(&lists);
    }

    fn read_back(&mut self, index: usize) {
        let object = &self.of.tenants[index].requests.object;
        let mut step = self.of_tenant(Role::Control, index, "reads its own object", object);
        step.expect = vec![succeeds(), shows(index)];
        let step = self.push(step);
        self.reads.push(step);
    }

    /// The lists of a tenant; gives the steps in which it finds its own mark.
    fn list(&mut self, tenant: usize) -> Vec<StepId> {
        let lists = &self.of.tenants[tenant].requests.list;
        lists.iter().map(|request| self.list_of(tenant, request)).collect()
    }

    fn nobody_lists(&mut self, lists: &[StepId]) {
        for control in lists {
            let Some(request) = self.steps[*control].request().cloned() else {
                continue;
            };
            let what = format!("{} for nobody in particular", request::in_words(&request));
            let mut step = Step::http(Role::Probe, what, ANYONE, request);
            step.control = Some(*control);
            self.push(refused(step, self.of.refusal.clone()));
        }
    }

    /// A list counts as searched only if its owner's mark was found there.
    fn list_of(&mut self, tenant: usize, request: &Request) -> StepId {
        let asked = request::in_words(request);
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

    /// Another tenant, trying something on a tenant's object.
    fn tenant_tries(
        &self,
        what: &str,
        stranger: usize,
        owner: usize,
        of: impl Fn(&Requests) -> Option<&Request>,
    ) -> Option<Step> {
        let whose = &self.of.tenants[owner];
        let tries = format!("tries to {what} {}'s object", whose.actor);
        let step = self.of_tenant(Role::Probe, stranger, &tries, of(&whose.requests)?);
        Some(refused(step, self.of.refusal.clone().or_not_found()))
    }

    /// Nobody in particular, trying the same.
    fn nobody_tries(
        &self,
        what: &str,
        owner: usize,
        of: impl Fn(&Requests) -> Option<&Request>,
    ) -> Option<Step> {
        let whose = &self.of.tenants[owner];
        let name = format!("nobody in particular tries to {what} {}'s object", whose.actor);
        let step = Step::http(Role::Probe, name, ANYONE, of(&whose.requests)?.clone());
        Some(refused(step, self.of.refusal.clone().or_not_found()))
    }

    /// The strangers' tries on every object. Gives, for each tenant, the steps whose control is
    /// still to come.
    fn strangers_try(
        &mut self,
        what: &str,
        of: impl Fn(&Requests) -> Option<&Request>,
    ) -> Vec<Vec<StepId>> {
        self.waits = true;
        let count = self.of.tenants.len();
        let mut waiting = vec![Vec::new(); count];
        for stranger in 0..count {
            for owner in self.of.met_by(stranger) {
                let step = self.tenant_tries(what, stranger, owner, &of);
                waiting[owner].extend(step.map(|step| self.push(step)));
            }
        }
        for (owner, waiting) in waiting.iter_mut().enumerate() {
            let step = self.nobody_tries(what, owner, &of);
            waiting.extend(step.map(|step| self.push(step)));
        }
        waiting
    }

    /// Each owner's look at what strangers tried something on.
    fn look_again(&mut self, what: &str, tried: &[Vec<StepId>]) {
        self.waits = true;
        let touched = tried.iter().enumerate().filter(|(_, tries)| !tries.is_empty());
        for (owner, _) in touched {
            let object = &self.of.tenants[owner].requests.object;
            let words = format!("finds its object as it was after others tried to {what} it");
            let mut step = self.of_tenant(Role::Probe, owner, &words, object);
            step.expect = vec![succeeds(), shows(owner)];
            step.control = Some(self.reads[owner]);
            self.push(step);
        }
    }

    /// The owner's own doing, which shows that what was refused to others can be done.
    fn owners_do(
        &mut self,
        what: &str,
        waiting: &[Vec<StepId>],
        of: impl Fn(&Requests) -> Option<&Request>,
    ) {
        self.waits = true;
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
        self.waits = true;
        for (index, tenant) in self.of.tenants.iter().enumerate() {
            let Some(delete) = &tenant.requests.delete else {
                continue;
            };
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
