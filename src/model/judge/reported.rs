//! Steps of `http` whose expectations are met by what the service says about itself.
//!
//! Status, header fields and the length of a body are observed. The content of a body is the service's own
//! word, unless the check shows behaviour with it: a refusal or an absence that has a control, a mark or a
//! captured value that comes back, or an address that a later step uses.

use serde_json::Value;

use crate::model::answer::ids::StepId;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::Request;
use crate::model::plan::template::Template;
use crate::model::plan::{Act, Plan, Role, Step};

/// The kind whose requests and expectations an author lists. The others read documents that are the claim,
/// such as a descriptor, or show behaviour.
const LISTED: &str = "http";

/// The parts of an answer that the service makes up as it likes.
const CONTENT: [&str; 4] = ["/body/json", "/body/text", "/body/title", "/body/security_txt"];

/// Whether a step is met by what the service says about itself.
pub(super) fn by_the_service(plan: &Plan, id: StepId) -> bool {
    let step = &plan.steps[id];
    let is_listed = plan.kind == LISTED && !is_about_refusal(plan, id, step);
    is_listed && step.expect.iter().any(|one| is_said(plan, id, step, one))
}

/// Whether a step shows that somebody is refused, or is the control of such a step.
fn is_about_refusal(plan: &Plan, id: StepId, step: &Step) -> bool {
    let refuses = |step: &Step| step.control.is_some() && step.expect.iter().any(is_refusal);
    refuses(step) || plan.steps.iter().any(|one| one.control == Some(id) && refuses(one))
}

fn is_refusal(expectation: &Expectation) -> bool {
    matches!(expectation.test, Test::Refused(_))
        || expectation.at == "/status" && expectation.is_refusal_or_absence()
}

fn is_said(plan: &Plan, id: StepId, step: &Step, expectation: &Expectation) -> bool {
    let is_below = |part: &str| {
        let rest = expectation.at.strip_prefix(part);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if !CONTENT.into_iter().any(is_below) {
        return false;
    }
    // That there is a document, or that a control has a part, says nothing of the service.
    let is_form = expectation.test == Test::Exists(true)
        && (step.role == Role::Control || CONTENT.contains(&expectation.at.as_str()));
    let is_controlled = shows_difference(plan, id) && expectation.is_refusal_or_absence();
    !(is_form
        || is_controlled
        || comes_back(plan, &expectation.test)
        || is_used(plan, id, expectation))
}

/// Whether somebody else sends the request of the step's control, or a write of this check comes before it: an
/// absence in the answer that is its own control is what the service says.
fn shows_difference(plan: &Plan, id: StepId) -> bool {
    let step = &plan.steps[id];
    let control = step.control.and_then(|control| plan.step(control));
    let is_other =
        |control: &Step| control.actor != step.actor || control.credential != step.credential;
    let earlier = plan.steps.iter().take(id.0).filter_map(Step::request);
    control.is_some_and(|control| is_other(control) || earlier.into_iter().any(Request::writes))
}

/// Whether a test compares with a mark, or with a value of an answer to a write of this check.
fn comes_back(plan: &Plan, test: &Test) -> bool {
    let value = |value: &Value| text_comes_back(plan, &value.to_string());
    match test {
        Test::Equals(one) => value(one),
        Test::OneOf(all) | Test::SameSet(all) => !all.is_empty() && all.iter().all(value),
        Test::Contains(text) | Test::StartsWith(text) | Test::EndsWith(text) => {
            text_comes_back(plan, text)
        }
        Test::Every(one) | Test::Some(one) => comes_back(plan, &one.is),
        Test::All(all) => !all.is_empty() && all.iter().all(|one| comes_back(plan, &one.is)),
        Test::ShowsCanary(_) | Test::ShowsExactly(_) => true,
        _ => false,
    }
}

fn text_comes_back(plan: &Plan, text: &str) -> bool {
    let writers = plan.steps.iter().filter(|step| step.request().is_some_and(Request::writes));
    let captures: Vec<&str> =
        writers.flat_map(|step| &step.captures).map(|one| one.name.as_str()).collect();
    let template = Template::new(text);
    template.holes().any(|hole| hole.starts_with("canary:") || captures.contains(&hole))
}

/// Whether the expected value is captured, and a later step sends its request to it.
fn is_used(plan: &Plan, id: StepId, expectation: &Expectation) -> bool {
    let answered = match plan.steps[id].act {
        Act::Recall(earlier) => earlier,
        _ => id,
    };
    let captures = plan.steps.get(answered.0).map_or(&[][..], |step| step.captures.as_slice());
    let mut captured = captures.iter().filter(|one| one.at == expectation.at);
    captured.any(|one| {
        let later = plan.steps.iter().skip(answered.0 + 1).filter_map(Step::request);
        later.into_iter().any(|request| uses(request, &one.name))
    })
}

/// Whether a value is in the path, or is the address; a service can ignore a query or a body.
fn uses(request: &Request, name: &str) -> bool {
    let address = &request.to.template().0;
    let path = address.split_once('?').map_or(address.as_str(), |(path, _)| path);
    Template::new(path).holes().any(|hole| hole == name)
}
