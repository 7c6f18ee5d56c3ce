//! The steps of `auth-required`: each endpoint asked by its owner, and by everybody who must be
//! refused.

use serde_json::json;

use crate::check::kind::Kind;
use crate::check::kinds::auth_required::AuthRequired;
use crate::check::kinds::auth_required::bad_credential::Tries;
use crate::check::written::expect::succeeds;
use crate::check::written::request;
use crate::model::answer::ids::StepId;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{Act, Capture, Plan, Role, Step};

/// What is planned.
pub(crate) struct Refusals {
    /// The actor whose credential is good.
    pub(crate) owner: String,
    /// What must be refused.
    pub(crate) tries: Tries,
    /// What is asked.
    pub(crate) requests: Requests,
    /// JSON Pointer to a new object's id in the answer.
    pub(crate) id_at: String,
    /// For the reader: what is not shown.
    pub(crate) leaves_open: String,
}

/// The endpoints' requests, what makes an object for them, and what takes it away.
pub(crate) struct Requests {
    /// Makes an object.
    pub(crate) create: Option<Request>,
    /// The endpoints, in order.
    pub(crate) endpoints: Vec<Request>,
    /// Takes the object away.
    pub(crate) remove: Option<Request>,
}

/// The index of the endpoint that reads what `request` removes.
pub(crate) fn reading_of(request: &Request, earlier: &[Request]) -> Option<usize> {
    let reads = |one: &Request| one.method == "GET" && one.to == request.to;
    earlier.iter().position(reads)
}

impl Refusals {
    /// The plan.
    pub(crate) fn plan(&self) -> Plan {
        let Requests { create, endpoints, remove } = &self.requests;
        let mut steps = Vec::new();
        if let Some(create) = create {
            steps.push(self.create(create));
            steps.extend(self.tries.probes(create, 0));
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
            ..Plan::new(AuthRequired::NAME, steps)
        }
    }

    fn create(&self, request: &Request) -> Step {
        let mut step = self.control(request);
        let at = format!("/body/json{}", self.id_at);
        step.captures = vec![Capture { name: "id".into(), at }];
        step
    }

    fn remove(&self, request: &Request) -> Step {
        let name = format!("{} takes the object away", self.owner);
        let mut step = Step::http(Role::Cleanup, name, &self.owner, request.clone());
        // It is gone already where the owner could remove it before.
        let gone = [200, 202, 204, 404, 410].map(|status| json!(status));
        step.expect = vec![Expectation::new("/status", Test::OneOf(gone.into()))];
        step
    }

    /// The steps of one endpoint; gives the control's.
    ///
    /// What changes nothing is asked by its owner first. What does is tried by everybody else
    /// before its owner does it: a removal that has happened cannot be tried.
    fn endpoint(&self, request: &Request, read: Option<StepId>, steps: &mut Vec<Step>) -> StepId {
        if !request.writes() {
            let control = steps.len();
            steps.push(self.control(request));
            steps.extend(self.tries.probes(request, control));
            return control;
        }
        let control = steps.len() + self.tries.bad.len() + usize::from(read.is_some());
        steps.extend(self.tries.probes(request, control));
        if let Some(read) = read {
            let step = self.look_again(request, read, &steps[read].act);
            steps.push(step);
        }
        steps.push(self.control(request));
        control
    }

    fn look_again(&self, request: &Request, read: StepId, act: &Act) -> Step {
        let asked = request::in_words(request);
        let name = format!("the object is still there after all tries of {asked}");
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
