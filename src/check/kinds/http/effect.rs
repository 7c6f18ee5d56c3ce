//! The steps around a request that writes and must be refused: the owner reads twice before it, and once
//! after it.

use crate::check::kinds::http::step::WrittenStep;
use crate::check::written::expect::succeeded;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::read;
use crate::model::answer::ids::StepId;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{Role, Step};
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The request that shows the effect of a refused one: as the author names it, or `GET` of the same path.
/// What `DELETE` removed for its control, nobody can remove again.
pub(super) fn reading(
    written: &WrittenStep,
    step: &Step,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Option<Request> {
    let refused = step.expect.iter().any(|one| matches!(one.test, Test::Refused(_)));
    let request = step.request().filter(|request| refused && request.writes());
    match (&written.reads_back, request) {
        (Some(path), None) => {
            let message = "`reads_back` belongs to a request that writes and must be refused";
            let mistake = names.context.mistake(Code::MisplacedExpect, &path.span, message);
            diagnostics.push(mistake.help("remove it, or expect `refused: true`"));
            None
        }
        (Some(path), Some(_)) if path.is_none() => None,
        (Some(path), Some(_)) => read::reading(path, names, diagnostics),
        (None, Some(request)) if matches!(request.method.as_str(), "PUT" | "PATCH") => {
            Some(Request { to: request.to.clone(), ..Request::get("/") })
        }
        (None, _) => None,
    }
}

/// The two readings before the step of this name, by the actor of its control.
pub(super) fn before(reading: &Request, name: &str, owner: &str) -> [Step; 2] {
    let read = request::in_words(reading);
    ["before", "a second time before"].map(|when| {
        let name = format!("{read} by {owner} {when} “{name}”");
        let mut step = Step::http(Role::Control, name, owner, reading.clone());
        step.expect = succeeded(reading);
        step
    })
}

/// The reading after it. `before` are the two readings before it.
pub(super) fn after(reading: &Request, name: &str, owner: &str, before: [StepId; 2]) -> Step {
    let name = format!("{} by {owner} is as it was after “{name}”", request::in_words(reading));
    let mut step = Step::http(Role::Probe, name, owner, reading.clone());
    step.expect = vec![Expectation::new("", Test::Unchanged)];
    step.control = Some(before[1]);
    step.before = before.to_vec();
    step
}

/// For the reader: the refused requests of which nobody knows whether they had an effect.
pub(super) fn unseen(steps: &[Step]) -> String {
    let refused = |step: &&(usize, &Step)| {
        step.1.expect.iter().any(|one| matches!(one.test, Test::Refused(_)))
            && step.1.request().is_some_and(Request::writes)
    };
    let seen = |index: usize| steps.get(index + 1).is_some_and(|next| !next.before.is_empty());
    let all: Vec<(usize, &Step)> = steps.iter().enumerate().collect();
    let unseen = all.iter().filter(refused).filter(|(index, _)| !seen(*index));
    let mut unseen: Vec<String> =
        unseen.filter_map(|(_, step)| step.request()).map(request::in_words).collect();
    unseen.dedup();
    match unseen.is_empty() {
        true => String::new(),
        false => {
            format!("The effect of refused requests was not looked at: {}. ", unseen.join(", "))
        }
    }
}
