//! The steps of `auth-required`: the request to each endpoint with the good credential and with each
//! bad one.

use serde_json::json;

use crate::check::kinds::auth_required::bad_credential::Tries;
use crate::check::written::expect::succeeds;
use crate::check::written::request;
use crate::model::answer::ids::StepId;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{Act, Capture, Plan, Role, Step};

/// What to plan.
pub(crate) struct Refusals {
    /// The actor whose credential is good.
    pub(crate) owner: String,
    /// The credentials that must be refused.
    pub(crate) tries: Tries,
    /// The requests.
    pub(crate) requests: Requests,
    /// JSON Pointer to a new object's id in the answer.
    pub(crate) id_at: String,
    /// A sentence for the reader: what the check does not show.
    pub(crate) leaves_open: String,
}

/// The requests to the endpoints, and those that create and delete an object for them.
pub(crate) struct Requests {
    /// Creates an object.
    pub(crate) create: Option<Request>,
    /// The endpoints, in order.
    pub(crate) endpoints: Vec<Request>,
    /// Deletes the object.
    pub(crate) remove: Option<Request>,
}

/// The index of the endpoint that reads what `request` removes.
pub(crate) fn reading_of(request: &Request, earlier: &[Request]) -> Option<usize> {
    let reads = |one: &Request| one.method == "GET" && one.to == request.to;
    earlier.iter().position(reads)
}

impl Refusals {
    /// The plan of a check of `kind`.
    pub(crate) fn plan(&self, kind: &str) -> Plan {
        let Requests { create, endpoints, remove } = &self.requests;
        let mut steps = Vec::new();
        if let Some(create) = create {
            steps.push(self.create(create));
            steps.extend(self.tries.probes(create, StepId(0)));
        }
        let mut controls = Vec::new();
        for (index, request) in endpoints.iter().enumerate() {
            let read = reading_of(request, &endpoints[..index]);
            let read = read.map(|read| controls[read]).filter(|_| request.method == "DELETE");
            controls.push(self.endpoint(request, read, &mut steps));
        }
        steps.extend(remove.as_ref().map(|request| self.remove(request)));
        Plan {
            counterexamples: self.tries.counterexamples(&steps),
            covers: self.tries.covers(create.iter().chain(endpoints)),
            leaves_open: self.leaves_open.clone(),
            ..Plan::new(kind, steps)
        }
    }

    fn create(&self, request: &Request) -> Step {
        let mut step = self.control(request);
        let at = format!("/body/json{}", self.id_at);
        step.captures = vec![Capture { name: "id".into(), at }];
        step
    }

    fn remove(&self, request: &Request) -> Step {
        let name = format!("{} deletes the object", self.owner);
        let mut step = Step::http(Role::Cleanup, name, &self.owner, request.clone());
        // It is already gone if the owner could remove it before.
        let gone = [200, 202, 204, 404, 410].map(|status| json!(status));
        step.expect = vec![Expectation::new("/status", Test::OneOf(gone.into()))];
        step
    }

    /// Adds the steps of one endpoint; returns the control's.
    ///
    /// The owner is first to send a request that changes nothing. Any other request is sent with the
    /// bad credentials first: an object that the owner has removed cannot be removed again.
    fn endpoint(&self, request: &Request, read: Option<StepId>, steps: &mut Vec<Step>) -> StepId {
        if !request.writes() {
            let control = StepId(steps.len());
            steps.push(self.control(request));
            steps.extend(self.tries.probes(request, control));
            return control;
        }
        let control = StepId(steps.len() + self.tries.bad.len() + usize::from(read.is_some()));
        steps.extend(self.tries.probes(request, control));
        if let Some(read) = read {
            let step = self.read_again(request, read, &steps[read].act);
            steps.push(step);
        }
        steps.push(self.control(request));
        control
    }

    fn read_again(&self, request: &Request, read: StepId, act: &Act) -> Step {
        let asked = request::in_words(request);
        let name = format!("the object is still there after every attempt at {asked}");
        let mut step = Step::new(Role::Probe, name, &self.owner, act.clone());
        step.expect = vec![succeeds()];
        step.control = Some(read);
        step
    }

    fn control(&self, request: &Request) -> Step {
        let name = format!("{} by its owner", request::in_words(request));
        let mut step = Step::http(Role::Control, name, &self.owner, request.clone());
        step.expect = vec![succeeds()];
        step
    }
}
