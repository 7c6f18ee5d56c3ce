//! The steps of `auth-required`: each endpoint asked by its owner, and by everybody who must be
//! refused.

use serde_json::json;

use crate::check::ask;
use crate::check::bad_credential::Bad;
use crate::check::expect::succeeds;
use crate::model::expect::{Expectation, Refusal, Test};
use crate::model::falsify::{Class, Counterexample, Edit};
use crate::model::plan::{Act, Capture, Keep, Plan, Request, Role, Step, StepId};

/// What is planned.
pub(super) struct Refusals {
    /// The actor whose credential is good.
    pub(super) owner: String,
    /// The credentials that must be refused.
    pub(super) bad: Vec<Bad>,
    /// What counts as a refusal.
    pub(super) refusal: Refusal,
    /// What is asked.
    pub(super) requests: Requests,
    /// JSON Pointer to a new object's id in the answer.
    pub(super) id_at: String,
    /// For the reader: what is not shown.
    pub(super) leaves_open: String,
}

/// The endpoints' requests, what makes an object for them, and what takes it away.
pub(super) struct Requests {
    /// Makes an object.
    pub(super) create: Option<Request>,
    /// The endpoints, in order.
    pub(super) endpoints: Vec<Request>,
    /// Takes the object away.
    pub(super) remove: Option<Request>,
}

/// The index of the endpoint that reads what `request` removes.
pub(super) fn reading_of(request: &Request, earlier: &[Request]) -> Option<usize> {
    let reads = |one: &Request| one.method == "GET" && one.to == request.to;
    earlier.iter().position(reads)
}

impl Refusals {
    /// The plan.
    pub(super) fn plan(&self) -> Plan {
        let Requests { create, endpoints, remove } = &self.requests;
        let mut steps = Vec::new();
        if let Some(create) = create {
            steps.push(self.create(create));
            steps.extend(self.tries(create, 0));
        }
        let mut controls = Vec::new();
        for (index, request) in endpoints.iter().enumerate() {
            let read = reading_of(request, &endpoints[..index]);
            let read = read.map(|read| controls[read]).filter(|_| request.method == "DELETE");
            controls.push(self.endpoint(request, read, &mut steps));
        }
        steps.extend(remove.as_ref().map(|request| self.remove(request)));
        Plan {
            kind: "auth-required".into(),
            counterexamples: counterexamples(&steps, &self.refusal),
            canaries: Vec::new(),
            ends: Vec::new(),
            covers: self.covers(),
            leaves_open: self.leaves_open.clone(),
            steps,
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
            steps.extend(self.tries(request, control));
            return control;
        }
        let control = steps.len() + self.bad.len() + usize::from(read.is_some());
        steps.extend(self.tries(request, control));
        if let Some(read) = read {
            let step = self.look_again(request, read, &steps[read].act);
            steps.push(step);
        }
        steps.push(self.control(request));
        control
    }

    fn tries(&self, request: &Request, control: StepId) -> impl Iterator<Item = Step> {
        let asked = ask::in_words(request);
        self.bad.iter().map(move |bad| {
            let name = format!("{asked} {}", bad.words);
            let mut step = Step::http(Role::Probe, name, &bad.actor, request.clone());
            step.credential = bad.credential.clone();
            step.expect = vec![Expectation::new("", Test::Refused(self.refusal.clone()))];
            step.control = Some(control);
            step.keep = Keep::Digest;
            step
        })
    }

    fn look_again(&self, request: &Request, read: StepId, act: &Act) -> Step {
        let asked = ask::in_words(request);
        let name = format!("the object is still there after all tries of {asked}");
        let mut step = Step::new(Role::Probe, name, &self.owner, act.clone());
        step.expect = vec![succeeds()];
        step.control = Some(read);
        step
    }

    fn control(&self, request: &Request) -> Step {
        let name = format!("{} by its owner", ask::in_words(request));
        let mut step = Step::http(Role::Control, name, &self.owner, request.clone());
        step.expect = vec![succeeds()];
        step
    }

    fn covers(&self) -> String {
        let endpoints = self.requests.create.iter().chain(&self.requests.endpoints);
        let endpoints: Vec<String> = endpoints.map(ask::in_words).collect();
        let bad: Vec<&str> = self.bad.iter().map(|bad| bad.words).collect();
        format!("{}; each {}.", endpoints.join(", "), bad.join(", "))
    }
}

/// What nobody saw before: an answer that says "error" with a status of success, and a refusal in
/// another form.
fn counterexamples(steps: &[Step], refusal: &Refusal) -> Vec<Counterexample> {
    let Some(step) = steps.iter().position(|step| step.keep == Keep::Digest) else {
        return Vec::new();
    };
    let set = |at: &str, value| Edit::Set { step, at: at.into(), value };
    let name = &steps[step].name;
    let status_200 = vec![set("/status", json!(200)), set("/body/text", json!("error 401"))];
    let mut all = vec![Counterexample {
        class: Class::Negation,
        when: format!("the answer to “{name}” says “error” with a status of success"),
        edits: status_200,
    }];
    all.extend(refusal.statuses.iter().map(|status| Counterexample {
        class: Class::Benign,
        when: format!("“{name}” is refused with {status}"),
        edits: vec![set("/status", json!(status))],
    }));
    all
}
