//! A step that names an actor must send that actor's credential: without it, the step asks as anybody does, and
//! its result says nothing about the actor.

use crate::model::plan::{Plan, Step};
use crate::model::project::Project;
use crate::model::project::claim::{Check, Claim};
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::node::Node;

/// One mistake for each step whose actor's credential is not sent to the address of the step. An address that only
/// the run knows can be one that an answer named, such as a link that is valid for a while: it needs no credential.
pub(crate) fn not_sent(
    project: &Project,
    claim: &Claim,
    check: &Check,
    plan: &Plan,
) -> Vec<Diagnostic> {
    let mut mistakes: Vec<Diagnostic> = Vec::new();
    for step in plan.steps.iter().filter(|step| step.sends_credential()) {
        let Some(url) = step.request().and_then(|request| project.origin_of(&request.to)) else {
            continue;
        };
        if project.may_send(&step.actor, &url) {
            continue;
        }
        let (actor, origin) = (&step.actor, url.origin().ascii_serialization());
        let message = format!("`{actor}` has no credential for `{origin}`, so none would be sent");
        let place = Place::new(claim.file.clone(), span(check, step));
        let help = format!(
            "ask without an actor, or list `{origin}` under `send_to:` of `{actor}` in `avouch.yaml`"
        );
        let mistake = Diagnostic::new(Code::CredentialNotSent, place, message).help(help);
        if !mistakes.contains(&mistake) {
            mistakes.push(mistake);
        }
    }
    mistakes
}

/// The place of the actor of a step, if it is written.
fn span(check: &Check, step: &Step) -> std::ops::Range<usize> {
    let steps = check.settings.get("steps").map_or(&[][..], Node::items);
    let mut named = steps
        .iter()
        .filter(|node| node.get("name").and_then(Node::as_str) == Some(step.name.as_str()));
    let actor = named.next().unwrap_or(&check.settings).get("as");
    actor.map_or(&check.kind.span, |node| &node.span).clone()
}
