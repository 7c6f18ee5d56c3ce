//! Requests that make something on the target which no later step deletes.

use std::collections::BTreeSet;

use crate::check::written::request::in_words;
use crate::model::plan::expect::Expectation;
use crate::model::plan::holes::holes;
use crate::model::plan::request::Request;
use crate::model::plan::{Plan, Role, Step};
use crate::model::project::claim::{Check, Claim};
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::node::Node;

/// The statuses with which services answer when they made something.
const MADE: [u16; 5] = [200, 201, 202, 204, 303];

/// The methods whose purpose is to make something.
const MAKING: [&str; 3] = ["POST", "MKCOL", "MKCALENDAR"];

/// The beginnings of placeholders for values that are new in each run.
const FRESH: [&str; 3] = ["canary:", "random", "uuid"];

/// The kinds of which authors write the requests, and their clean-up.
const KINDS: [&str; 2] = ["http", "tenant-isolation"];

/// One warning for each request that makes something and has no clean-up.
pub(crate) fn missing(claim: &Claim, check: &Check, plan: &Plan) -> Vec<Diagnostic> {
    if !KINDS.contains(&plan.kind.as_str()) {
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for (index, step) in plan.steps.iter().enumerate() {
        let Some(request) = step.request().filter(|request| makes(step, request, plan, index))
        else {
            continue;
        };
        let line = in_words(request);
        if !is_deleted(step, request, plan, index) && seen.insert(line.clone()) {
            all.push(diagnostic(claim, check, step, &line));
        }
    }
    all
}

fn diagnostic(claim: &Claim, check: &Check, step: &Step, line: &str) -> Diagnostic {
    let steps = check.settings.get("steps").map_or(&[][..], Node::items);
    let mut names = steps.iter().filter_map(|step| step.get("name"));
    let written = names.find(|name| name.as_str() == Some(step.name.as_str()));
    let create = || check.settings.get("create");
    let span = written.or_else(create).map_or(&check.kind.span, |node| &node.span);
    let place = Place::new(claim.file.clone(), span.clone());
    let message = format!("`{line}` makes something in every run, and no later step deletes it");
    let help = match check.kind.value.as_str() {
        "http" => {
            "add a step with `role: cleanup` that deletes it; if it makes nothing, or nothing that can be \
             deleted, write `clean_up: none` in its step"
        }
        _ => "add `delete:` with the request that deletes it",
    };
    Diagnostic::new(Code::NoCleanUp, place, message).help(help)
}

/// Whether a step makes something: it is not expected to be refused, and it is not about something that an
/// earlier step made.
fn makes(step: &Step, request: &Request, plan: &Plan, index: usize) -> bool {
    let method = request.method.as_str();
    let path: BTreeSet<&str> = request.to.template().holes().collect();
    let is_fresh = |hole: &&str| FRESH.iter().any(|start| hole.starts_with(start));
    let makes = MAKING.contains(&method) || (method == "PUT" && path.iter().any(is_fresh));
    let names_success =
        MADE.iter().any(|status| step.expect.iter().any(|one| one.names_status(*status)));
    let succeeds = names_success || !step.expect.iter().any(Expectation::is_refusal);
    let earlier = plan.steps.iter().take(index).flat_map(|step| &step.captures);
    let is_about_another = earlier.into_iter().any(|one| path.contains(one.name.as_str()));
    let is_exempt = step.role == Role::Cleanup || step.needs_no_clean_up;
    !is_exempt && makes && request.writes() && succeeds && !is_about_another
}

/// Whether a later step deletes it: one that has a value of this step in its request, or a clean-up without
/// any value.
fn is_deleted(step: &Step, request: &Request, plan: &Plan, index: usize) -> bool {
    let mut values = holes(request);
    values.extend(step.captures.iter().map(|one| one.name.clone()));
    plan.steps.iter().skip(index + 1).any(|later| {
        let Some(request) = later.request() else { return false };
        let used = holes(request);
        let deletes = later.role == Role::Cleanup || request.method == "DELETE";
        deletes && (used.is_empty() || !used.is_disjoint(&values))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{claim, node, plan};
    use crate::model::source::decode::Spanned;

    /// The messages about missing clean-up in a check of the kind `http`.
    fn named(steps: &str) -> Vec<String> {
        let plan = plan(&format!("kind: http\nsteps:\n{steps}"));
        missing(&claim(), &check(&plan.kind), &plan).into_iter().map(|one| one.message).collect()
    }

    fn check(kind: &str) -> Check {
        let kind = Spanned { value: kind.to_owned(), span: 0..0 };
        Check { kind, states: Vec::new(), products: Vec::new(), alone: false, settings: node("{}") }
    }

    const READ: &str =
        "- { name: it is read, as: acme, get: \"/notes/7\", expect: { status: 200 } }\n";

    #[test]
    fn a_request_that_makes_something_needs_a_later_step_that_deletes_it() {
        for made in [
            "- { name: make, role: prepare, as: acme, post: /notes, json: {}, capture: { note: /id } }\n",
            "- { name: make, role: control, as: acme, post: /notes, json: {}, expect: { status: 201 } }\n",
            "- { name: make, as: acme, post: /notes, json: {}, expect: { status: [200, 409] } }\n",
        ] {
            let told = named(&format!("{made}{READ}"));
            assert_eq!(
                told,
                ["`POST /notes` makes something in every run, and no later step deletes it"],
                "{made}"
            );
        }
    }

    #[test]
    fn a_request_that_is_deleted_refused_or_about_something_made_earlier_is_not_named() {
        let made = "- { name: make, role: prepare, as: acme, post: /notes, json: {}, capture: { note: /id } }\n";
        let delete = "- { name: clean, role: cleanup, as: acme, delete: \"/notes/${note}\" }\n";
        for steps in [
            format!("{made}{READ}{delete}"),
            // Deleting is what is tested.
            format!(
                "{made}- {{ name: delete, role: control, as: acme, delete: \"/notes/${{note}}\", expect: {{ status: 204 }} }}\n{READ}"
            ),
            // What belongs to it is deleted with it.
            format!(
                "{made}- {{ name: comment, role: prepare, as: acme, post: \"/notes/${{note}}/comments\", json: {{}} }}\n{READ}{delete}"
            ),
            // A clean-up of everything.
            format!(
                "{made}{READ}- {{ name: clean, role: cleanup, as: acme, delete: /test-data }}\n"
            ),
            // The author says so.
            format!(
                "- {{ name: log, role: prepare, as: acme, post: /log, json: {{}}, clean_up: none }}\n{READ}"
            ),
            // Refused.
            format!(
                "- {{ name: refused, post: /notes, json: {{}}, expect: {{ status: [401, 403] }} }}\n{READ}"
            ),
        ] {
            assert_eq!(named(&steps), Vec::<String>::new(), "{steps}");
        }
    }

    #[test]
    fn a_clean_up_of_another_object_is_none() {
        let told = named(&format!(
            "- {{ name: one, role: prepare, as: acme, post: /notes, json: {{}}, capture: {{ note: /id }} }}\n\
             - {{ name: two, role: prepare, as: acme, post: /images, json: {{}}, capture: {{ image: /id }} }}\n\
             {READ}- {{ name: clean, role: cleanup, as: acme, delete: \"/notes/${{note}}\" }}\n"
        ));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("`POST /images`"), "{told:?}");
    }
}
