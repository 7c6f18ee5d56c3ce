//! Redirects are for anonymous reads: a service must not be able to send a credential or a write elsewhere.

use std::ops::Range;

use crate::model::plan::{Plan, Step};
use crate::model::project::claim::{Check, Claim};
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::node::{Node, Value};

/// How deep settings are searched; requests are at most four levels down.
const DEPTH_MAX: usize = 16;

/// The mistake if a step follows redirects with a credential or a write.
pub(crate) fn unsafe_ones(claim: &Claim, check: &Check, plan: &Plan) -> Option<Diagnostic> {
    let follows = |step: &&Step| step.request().is_some_and(|request| request.redirects_max > 0);
    let mut wrong = plan.steps.iter().filter(follows);
    let (step, why) = wrong.find_map(|step| Some((step, reason(step)?)))?;
    // A kind without `redirects:` follows none with a credential.
    let span =
        of_step(&check.settings, &step.name).or_else(|| redirects(&check.settings, DEPTH_MAX))?;
    let message = format!("redirects are never followed for a request that {why}");
    let help = "remove `redirects:` and expect the redirect itself, such as `status: 302`; a step without a \
                credential can test where it leads";
    let place = Place::new(claim.file.clone(), span);
    Some(Diagnostic::new(Code::UnsafeRedirects, place, message).help(help))
}

fn reason(step: &Step) -> Option<&'static str> {
    let request = step.request()?;
    if request.writes() {
        return Some("changes something");
    }
    let has_credential = step.sends_credential() || request.may_have_credential();
    has_credential.then_some("carries a credential")
}

/// The place of `redirects:` at the written step of this name.
fn of_step(settings: &Node, name: &str) -> Option<Range<usize>> {
    let steps = settings.get("steps")?.items().iter();
    let named = |step: &&Node| step.get("name").and_then(Node::as_str) == Some(name);
    steps.filter(named).find_map(|step| redirects(step, DEPTH_MAX))
}

/// The place of the first `redirects:` that follows any.
fn redirects(node: &Node, depth_max: usize) -> Option<Range<usize>> {
    if depth_max == 0 {
        return None;
    }
    let follows = |value: &Node| matches!(value.value, Value::Int(1..));
    if let Some(found) = node.get("redirects").filter(|value| follows(value)) {
        return Some(found.span.clone());
    }
    let within = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    within.filter_map(|inner| redirects(inner, depth_max - 1)).next()
}
