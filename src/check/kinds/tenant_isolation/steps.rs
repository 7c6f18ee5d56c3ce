//! The steps of `tenant-isolation`: which tenant tries which request on whose object, and in which order.
//!
//! Strangers try to change or delete an object first. Its owner, who read it twice before, then reads it
//! again, and makes the same request as the control. The number of requests grows with the number of tenants. One pass over the
//! lists covers all pairs, because each answer is searched for all marks. Each object itself is tried
//! by a few other tenants, which differ from run to run, and by an anonymous caller. The order within
//! a pass does not matter, so its steps may run at the same time; they are sorted by sender, which
//! then needs only one connection.

use serde_json::json;

use crate::check::kinds::tenant_isolation::isolation::Isolation;
use crate::check::kinds::tenant_isolation::tenants::Requests;
use crate::check::written::baseline::baseline;
use crate::check::written::expect::succeeded;
use crate::check::written::request;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::plan::comparison::OwnersData;
use crate::model::plan::expect::{Expectation, Refusal, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Capture, Keep, Role, Step};

/// The steps so far.
pub(crate) struct Steps<'a> {
    of: &'a Isolation,
    pub(crate) steps: Vec<Step>,
    /// Whether the next step waits for all steps before it.
    waits: bool,
    /// For each tenant, the step in which it reads its own object.
    reads: Vec<StepId>,
    /// For each tenant, the step in which it reads it a second time, if others then try to change it.
    second_reads: Vec<StepId>,
    /// The step in which an anonymous caller requests an object that does not exist.
    baseline: Option<StepId>,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(of: &'a Isolation) -> Self {
        Self {
            of,
            steps: Vec::new(),
            waits: true,
            reads: Vec::new(),
            second_reads: Vec::new(),
            baseline: None,
        }
    }

    fn push(&mut self, mut step: Step) -> StepId {
        step.alongside = !self.waits;
        self.waits = false;
        self.steps.push(step);
        StepId(self.steps.len() - 1)
    }

    /// Adds a step whose request may reach one of several servers.
    fn push_repeated(&mut self, step: Step) -> StepId {
        let repeat = self.of.repeat;
        self.push(Step { repeat, ..step })
    }

    /// A step of a tenant, on its own object or on another's.
    fn of_tenant(&self, role: Role, tenant: usize, what: &str, request: &Request) -> Step {
        let actor = &self.of.tenants[tenant].actor;
        let mut step = Step::http(role, format!("{actor} {what}"), actor, request.clone());
        step.sees = vec![CanaryId(tenant)];
        step
    }

    pub(crate) fn plant(&mut self) {
        for (index, tenant) in self.of.tenants.iter().enumerate() {
            let Some(create) = &tenant.requests.create else {
                continue;
            };
            let mut step =
                self.of_tenant(Role::Prepare, index, "creates an object of its own", create);
            let name = format!("id:{}", tenant.actor);
            let at = format!("/body/json{}", self.of.id_at);
            step.captures = vec![Capture { name, at }];
            self.push(step);
        }
    }

    /// The steps that only read, once all marks are planted.
    pub(crate) fn read(&mut self) {
        self.waits = true;
        let mut tries = Vec::new();
        let mut lists: Vec<Vec<StepId>> = Vec::new();
        for index in 0..self.of.tenants.len() {
            self.read_back(index);
            let of_tenant = self.list(index);
            lists.push(of_tenant);
        }
        self.request_nothing();
        // The answers to strangers are compared with those of the owners, which come first.
        self.waits = true;
        for index in 0..self.of.tenants.len() {
            for owner in self.of.tried_by(index) {
                let step = self.tenant_tries("read", index, owner, |one| Some(&one.object));
                tries.extend(step.map(|step| (self.push_repeated(step), owner)));
            }
        }
        for owner in 0..self.of.tenants.len() {
            let step = self.anonymous_tries("read", owner, |one| Some(&one.object));
            tries.extend(step.map(|step| (self.push_repeated(step), owner)));
        }
        for (step, owner) in tries {
            self.steps[step].control = Some(self.reads[owner]);
        }
        self.strangers_list(&lists);
        self.anonymous_lists(lists.first().map_or(&[], Vec::as_slice));
    }

    /// Other tenants request the lists that each tenant has at an address of its own. An empty list is as good
    /// as a refusal.
    fn strangers_list(&mut self, lists: &[Vec<StepId>]) {
        for stranger in 0..lists.len() {
            for owner in self.of.tried_by(stranger) {
                for (at, control) in lists[owner].iter().enumerate() {
                    let own = lists[stranger].get(at).map(|own| &self.steps[*own].act);
                    if own == Some(&self.steps[*control].act) {
                        continue;
                    }
                    let Some(request) = self.steps[*control].request().cloned() else { continue };
                    let asked = self.in_words(owner, &request);
                    let what = format!(
                        "tries to list {}'s objects at {asked}",
                        self.of.tenants[owner].actor
                    );
                    let mut step = self.of_tenant(Role::Probe, stranger, &what, &request);
                    let data = OwnersData { owners: vec![*control], ..self.data_of(owner) };
                    step.withholds = Some(data);
                    step.control = Some(*control);
                    step.next = self.of.next.clone();
                    step.expect = vec![Expectation::new("", Test::WithholdsData)];
                    step.keep = Keep::Digest;
                    self.push_repeated(step);
                }
            }
        }
    }

    /// A request for a sentence about a tenant. Lists with the same words have numbers.
    fn in_words(&self, tenant: usize, request: &Request) -> String {
        let tenant = &self.of.tenants[tenant];
        let words =
            |one: &Request| request::in_words(one).replace(&format!(":{}}}", tenant.actor), "}");
        let lists = &tenant.requests.list;
        let own = words(request);
        let same: Vec<&Request> = lists.iter().filter(|one| words(one) == own).collect();
        match same.iter().position(|one| *one == request) {
            Some(number) if same.len() > 1 => format!("{own} (list {})", number + 1),
            _ => own,
        }
    }

    /// The request for an object that does not exist.
    fn request_nothing(&mut self) {
        let object = self.of.tenants.first().map(|tenant| &tenant.requests.object);
        let step = object.and_then(baseline);
        self.baseline = step.map(|step| self.push(step));
    }

    /// Each owner reads its object a second time, if others try to change or delete it: what differs from the
    /// first time changes by itself.
    pub(crate) fn read_twice(&mut self) {
        self.waits = true;
        for (index, tenant) in self.of.tenants.iter().enumerate() {
            let requests = &tenant.requests;
            if requests.change.is_none() && requests.delete.is_none() {
                continue;
            }
            let words = "reads its own object a second time";
            let mut step = self.of_tenant(Role::Control, index, words, &requests.object);
            step.expect = with_mark(&requests.object, index);
            let step = self.push(step);
            self.second_reads.push(step);
        }
    }

    /// The data of a tenant, and of nobody: what the tenant reads, and what its neighbour reads.
    fn data_of(&self, owner: usize) -> OwnersData {
        let neighbour = (owner + 1) % self.of.tenants.len();
        let neighbour = self.reads.get(neighbour).filter(|_| neighbour != owner);
        OwnersData {
            owners: self.reads.get(owner).copied().into_iter().collect(),
            baselines: neighbour.copied().into_iter().chain(self.baseline).collect(),
        }
    }

    fn read_back(&mut self, index: usize) {
        let object = &self.of.tenants[index].requests.object;
        let mut step = self.of_tenant(Role::Control, index, "reads its own object", object);
        step.expect = with_mark(object, index);
        let step = self.push(step);
        self.reads.push(step);
    }

    /// Reads the lists of a tenant; returns the steps in which it finds its own mark.
    fn list(&mut self, tenant: usize) -> Vec<StepId> {
        let lists = &self.of.tenants[tenant].requests.list;
        lists.iter().map(|request| self.list_of(tenant, request)).collect()
    }

    fn anonymous_lists(&mut self, lists: &[StepId]) {
        for control in lists {
            let Some(request) = self.steps[*control].request().cloned() else {
                continue;
            };
            let what = format!("{} without a credential", self.in_words(0, &request));
            let mut step = Step::http(Role::Probe, what, ANYONE, request);
            step.control = Some(*control);
            step.next = self.of.next.clone();
            let baselines = self.baseline.into_iter().collect();
            step.withholds = Some(OwnersData { owners: vec![*control], baselines });
            self.push_repeated(refused(step, self.of.refusal.clone()));
        }
    }

    /// A list counts as searched only if it shows its owner's mark.
    fn list_of(&mut self, tenant: usize, request: &Request) -> StepId {
        let asked = self.in_words(tenant, request);
        let what = format!("finds its own object at {asked}");
        let mut step = self.of_tenant(Role::Control, tenant, &what, request);
        step.expect = with_mark(request, tenant);
        step.next = self.of.next.clone();
        let control = self.push_repeated(step);
        let actor = &self.of.tenants[tenant].actor;
        let name = format!("{actor} finds no other tenant's data at {asked}");
        let mut probe = Step::new(Role::Probe, name, actor, Act::Recall(control));
        probe.expect = vec![Expectation::new("", Test::ShowsNoForeignCanary)];
        probe.sees = vec![CanaryId(tenant)];
        probe.control = Some(control);
        self.push(probe);
        control
    }

    /// Another tenant's attempt on a tenant's object.
    fn tenant_tries(
        &self,
        what: &str,
        stranger: usize,
        owner: usize,
        of: impl Fn(&Requests) -> Option<&Request>,
    ) -> Option<Step> {
        let whose = &self.of.tenants[owner];
        let tries = format!("tries to {what} {}'s object", whose.actor);
        let mut step = self.of_tenant(Role::Probe, stranger, &tries, of(&whose.requests)?);
        step.withholds = Some(self.data_of(owner));
        let refusal = self.of.refusal_of(&step.actor);
        Some(refused(step, refusal.or_not_found()))
    }

    /// An anonymous caller's attempt on it.
    fn anonymous_tries(
        &self,
        what: &str,
        owner: usize,
        of: impl Fn(&Requests) -> Option<&Request>,
    ) -> Option<Step> {
        let whose = &self.of.tenants[owner];
        let name = format!("an anonymous caller tries to {what} {}'s object", whose.actor);
        let mut step = Step::http(Role::Probe, name, ANYONE, of(&whose.requests)?.clone());
        step.withholds = Some(self.data_of(owner));
        Some(refused(step, self.of.refusal.clone().or_not_found()))
    }

    /// The strangers' attempts on every object. Returns, for each tenant, the steps that still need a
    /// control.
    pub(crate) fn strangers_try(
        &mut self,
        what: &str,
        of: impl Fn(&Requests) -> Option<&Request>,
    ) -> Vec<Vec<StepId>> {
        self.waits = true;
        let count = self.of.tenants.len();
        let mut waiting = vec![Vec::new(); count];
        for stranger in 0..count {
            for owner in self.of.tried_by(stranger) {
                let step = self.tenant_tries(what, stranger, owner, &of);
                waiting[owner].extend(step.map(|step| self.push(step)));
            }
        }
        for (owner, waiting) in waiting.iter_mut().enumerate() {
            let step = self.anonymous_tries(what, owner, &of);
            waiting.extend(step.map(|step| self.push(step)));
        }
        waiting
    }

    /// Each owner reads its object after the strangers' attempts.
    pub(crate) fn read_again(&mut self, what: &str, tried: &[Vec<StepId>]) {
        self.waits = true;
        let touched = tried.iter().enumerate().filter(|(_, tries)| !tries.is_empty());
        for (owner, _) in touched {
            let object = &self.of.tenants[owner].requests.object;
            let words = format!("finds its object as it was after others tried to {what} it");
            let mut step = self.of_tenant(Role::Probe, owner, &words, object);
            step.expect = with_mark(object, owner);
            step.expect.push(Expectation::new("", Test::Unchanged));
            step.control = Some(self.reads[owner]);
            let second = self.second_reads.get(owner);
            step.before = [self.reads[owner]].into_iter().chain(second.copied()).collect();
            self.push(step);
        }
    }

    /// Each owner makes the same request, which shows that it can succeed.
    pub(crate) fn owners_try(
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
            step.expect = succeeded(request);
            let control = self.push(step);
            for step in tries {
                self.steps[*step].control = Some(control);
            }
        }
    }

    pub(crate) fn clean_up(&mut self) {
        self.waits = true;
        for (index, tenant) in self.of.tenants.iter().enumerate() {
            let Some(delete) = &tenant.requests.delete else {
                continue;
            };
            let mut step = self.of_tenant(Role::Cleanup, index, "deletes its object", delete);
            // It is already gone if its owner could delete it before.
            let gone = [200, 202, 204, 404, 410].map(|status| json!(status));
            step.expect = vec![Expectation::new("/status", Test::OneOf(gone.into()))];
            self.push(step);
        }
    }
}

/// The request is carried out, and its answer shows the mark of a tenant.
fn with_mark(request: &Request, tenant: usize) -> Vec<Expectation> {
    let mut expect = succeeded(request);
    expect.push(Expectation::new("", Test::ShowsCanary(CanaryId(tenant))));
    expect
}

/// The same step, which must be refused; the answer to a stranger is never stored. GraphQL answers with the
/// status of a success, so the answer must only lack the owner's data.
fn refused(mut step: Step, refusal: Refusal) -> Step {
    let is_operation = step.request().is_some_and(|request| request.operation().is_some());
    let test = if is_operation { Test::WithholdsData } else { Test::Refused(refusal) };
    step.expect = vec![Expectation::new("", test)];
    step.keep = Keep::Digest;
    step
}
