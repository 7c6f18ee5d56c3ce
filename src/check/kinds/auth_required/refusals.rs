//! The steps of `auth-required`: the request to each endpoint with the good credential, with each
//! bad one, and in other spellings without any.

use serde_json::json;

use crate::check::kinds::auth_required::bad_credential::Tries;
use crate::check::kinds::auth_required::effect::{again, before, made_nothing};
use crate::check::kinds::auth_required::variants::Variants;
use crate::check::written::baseline::baseline;
use crate::check::written::expect::succeeded;
use crate::check::written::request;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::plan::comparison::OwnersData;
use crate::model::plan::expect::{Expectation, Refusal, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Canary, Capture, Plan, Role, Step};

/// What to plan.
pub(crate) struct Refusals {
    /// The actor whose credential is good.
    pub(crate) owner: String,
    /// The credentials that must be refused.
    pub(crate) tries: Tries,
    /// The other spellings.
    pub(crate) variants: Variants,
    /// The requests.
    pub(crate) requests: Requests,
    /// JSON Pointer to a new object's id in the answer.
    pub(crate) id_at: String,
    /// Whether the new object contains its owner's mark.
    pub(crate) marked: bool,
    /// A sentence for the reader: what the check does not show.
    pub(crate) leaves_open: String,
}

/// The requests to the endpoints, and those that create and delete an object for them.
pub(crate) struct Requests {
    /// Creates an object.
    pub(crate) create: Option<Endpoint>,
    /// The endpoints, in order.
    pub(crate) endpoints: Vec<Endpoint>,
    /// Deletes the object.
    pub(crate) remove: Option<Request>,
}

/// A request that must be refused, and the one that shows its effect.
pub(crate) struct Endpoint {
    /// The request.
    pub(crate) request: Request,
    /// The owner's request that shows whether the refused ones had an effect.
    pub(crate) reads_back: Option<Reading>,
    /// What counts as a refusal of it.
    pub(crate) refusal: Refusal,
}

/// A request that shows the effect of others.
pub(crate) struct Reading {
    /// The request.
    pub(crate) request: Request,
    /// Whether its answer stays the same unless the refused requests had an effect. A list of objects, which
    /// others may add to, only lacks the mark of a new object.
    pub(crate) stays: bool,
}

/// The steps so far.
struct Steps<'a> {
    of: &'a Refusals,
    steps: Vec<Step>,
    baseline: Option<StepId>,
}

impl Refusals {
    /// The plan of a check of `kind`.
    pub(crate) fn plan(&self, kind: &str) -> Plan {
        let Requests { create, endpoints, remove } = &self.requests;
        let mut building = Steps { of: self, steps: Vec::new(), baseline: None };
        if let Some(create) = create {
            building.create(create);
        }
        building.request_nothing();
        endpoints.iter().for_each(|endpoint| building.endpoint(endpoint));
        let mut steps = building.steps;
        steps.extend(remove.as_ref().map(|request| self.remove(request)));
        let requests = || create.iter().chain(endpoints).map(|one| &one.request);
        let canary = Canary { owner: self.owner.clone(), marker: None };
        Plan {
            canaries: Some(canary).filter(|_| self.marked).into_iter().collect(),
            counterexamples: self.tries.counterexamples(&steps),
            covers: format!("{}{}", self.tries.covers(requests()), self.variants.covers()),
            leaves_open: format!("{}{}", self.unseen(), self.leaves_open),
            ..Plan::new(kind, steps)
        }
    }

    /// For the reader: the requests of which nobody knows whether they had an effect.
    fn unseen(&self) -> String {
        let all = self.requests.create.iter().chain(&self.requests.endpoints);
        let unseen = all.filter(|one| one.request.writes() && one.reads_back.is_none());
        let unseen: Vec<String> = unseen.map(|one| request::in_words(&one.request)).collect();
        match unseen.is_empty() {
            true => String::new(),
            false => {
                format!("The effect of refused requests was not looked at: {}. ", unseen.join(", "))
            }
        }
    }

    fn remove(&self, request: &Request) -> Step {
        let name = format!("{} deletes the object", self.owner);
        let mut step = Step::http(Role::Cleanup, name, &self.owner, request.clone());
        step.sees = self.mark();
        // It is already gone if the owner could remove it before.
        let gone = [200, 202, 204, 404, 410].map(|status| json!(status));
        step.expect = vec![Expectation::new("/status", Test::OneOf(gone.into()))];
        step
    }

    /// The mark of the new object, if it has one.
    fn mark(&self) -> Vec<CanaryId> {
        Some(CanaryId(0)).filter(|_| self.marked).into_iter().collect()
    }

    /// Whether a request is for the object that this check creates.
    fn is_for_own_object(&self, request: &Request) -> bool {
        let names_it = request.to.template().holes().any(|name| name == "id");
        self.requests.create.is_some() && names_it
    }
}

impl Steps<'_> {
    fn push(&mut self, step: Step) -> StepId {
        self.steps.push(step);
        StepId(self.steps.len() - 1)
    }

    /// Bad credentials come first: afterwards, nothing may have the mark of the object that they tried to
    /// create. Then the owner creates it.
    fn create(&mut self, create: &Endpoint) {
        let before = self.before(create);
        let data = self.data(before.last().copied());
        let mut tries: Vec<Step> =
            self.of.tries.probes((&create.request, &create.refusal), StepId(0), &data).collect();
        // The mark in the answer may be an echo of the request.
        tries.iter_mut().for_each(|step| step.sees = self.of.mark());
        let tries: Vec<StepId> = tries.into_iter().map(|step| self.push(step)).collect();
        let after = self.after(create, &before);
        let mut step = self.control(&create.request);
        let at = format!("/body/json{}", self.of.id_at);
        step.captures = vec![Capture { name: "id".into(), at }];
        let control = self.push(step);
        self.set_controls(&tries, control, before.is_empty());
        let (Some(after), Some(reading)) = (after, &create.reads_back) else { return };
        if self.of.marked {
            // The owner's object does not exist yet, so the mark can only be in what a stranger made.
            self.steps[after].expect.push(Expectation::new("", Test::ShowsNoForeignCanary));
            self.steps[after].sees = Vec::new();
            let words = format!("{} shows the new object", request::in_words(&reading.request));
            let mut step = self.own(Role::Control, words, &reading.request);
            step.expect = succeeded(&reading.request);
            step.expect.push(Expectation::new("", Test::ShowsCanary(CanaryId(0))));
            self.steps[after].control = Some(self.push(step));
        }
    }

    /// Adds the steps of one endpoint.
    ///
    /// The owner is first to send a request that changes nothing. Any other request is sent with the
    /// bad credentials first: an object that the owner has removed cannot be removed again.
    fn endpoint(&mut self, endpoint: &Endpoint) {
        let (request, refusal) = (&endpoint.request, &endpoint.refusal);
        if !request.writes() {
            let control = self.push(self.control(request));
            let data = self.data(Some(control));
            self.steps.extend(self.of.tries.probes((request, refusal), control, &data));
            self.steps.extend(self.of.variants.probes(request, control, &data));
            return;
        }
        let before = self.before(endpoint);
        let data = self.data(before.last().copied());
        let mut tries: Vec<Step> =
            self.of.tries.probes((request, refusal), StepId(0), &data).collect();
        if !before.is_empty() {
            tries.extend(self.of.variants.probes(request, StepId(0), &data));
            if self.of.is_for_own_object(request) {
                tries.extend(self.of.variants.overrides(request, StepId(0), &data));
            }
        }
        let tries: Vec<StepId> = tries.into_iter().map(|step| self.push(step)).collect();
        self.after(endpoint, &before);
        let control = self.push(self.control(request));
        self.set_controls(&tries, control, before.is_empty());
    }

    /// The owner reads twice what the requests must not change.
    fn before(&mut self, endpoint: &Endpoint) -> Vec<StepId> {
        let reading = endpoint.reads_back.as_ref().filter(|reading| reading.stays);
        let names = reading.map(|reading| before(&reading.request, &endpoint.request));
        let steps = names.into_iter().flatten().zip(reading.into_iter().cycle());
        let made: Vec<Step> = steps
            .map(|(name, reading)| {
                let mut step = self.own(Role::Control, name, &reading.request);
                step.expect = succeeded(&reading.request);
                step
            })
            .collect();
        made.into_iter().map(|step| self.push(step)).collect()
    }

    /// The owner reads it again, after the requests that were refused.
    fn after(&mut self, endpoint: &Endpoint, before: &[StepId]) -> Option<StepId> {
        let reading = endpoint.reads_back.as_ref()?;
        let name = match reading.stays {
            true => again(&reading.request, &endpoint.request),
            false => made_nothing(&reading.request, &endpoint.request),
        };
        let mut step = self.own(Role::Probe, name, &reading.request);
        if reading.stays {
            step.expect.push(Expectation::new("", Test::Unchanged));
            step.before = before.to_vec();
            step.control = before.last().copied();
        }
        Some(self.push(step))
    }

    /// The control of attempts that come before it, and whose data it is, if the owner has read none before.
    fn set_controls(&mut self, tries: &[StepId], control: StepId, is_data: bool) {
        for step in tries {
            self.steps[*step].control = Some(control);
            if let Some(data) = self.steps[*step].withholds.as_mut().filter(|_| is_data) {
                data.owners = vec![control];
            }
        }
    }

    fn data(&self, owner: Option<StepId>) -> OwnersData {
        OwnersData {
            owners: owner.into_iter().collect(),
            baselines: self.baseline.into_iter().collect(),
        }
    }

    fn request_nothing(&mut self) {
        let endpoints = || self.of.requests.endpoints.iter().map(|one| &one.request);
        let read =
            endpoints().find(|request| request.method == "GET").or_else(|| endpoints().next());
        self.baseline = read.and_then(baseline).map(|step| {
            self.steps.push(step);
            StepId(self.steps.len() - 1)
        });
    }

    fn control(&self, request: &Request) -> Step {
        let name = format!("{} by its owner", request::in_words(request));
        let mut step = self.own(Role::Control, name, request);
        step.expect = succeeded(request);
        step
    }

    /// A step of the owner with its good credential.
    fn own(&self, role: Role, name: String, request: &Request) -> Step {
        let mut step = Step::http(role, name, &self.of.owner, request.clone());
        step.sees = if self.of.owner == ANYONE { Vec::new() } else { self.of.mark() };
        step
    }
}
