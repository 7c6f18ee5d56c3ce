//! From the checks of a project to plans, before any request is sent. Pure.

mod agreement;
mod allowed;
mod clean_up;
#[cfg(test)]
mod conformance;
mod credentials;
#[cfg(test)]
pub(crate) mod fixture;
pub mod kind;
pub mod kinds;
pub mod listed;
pub mod manual;
pub mod numbers;
mod redirects;
mod unnamed;
pub mod waivers;
pub(crate) mod written;

use std::collections::BTreeMap;

use crate::check::kind::Context;
use crate::check::kinds::KINDS;
use crate::model::judge::assessment::Seeds;
use crate::model::plan::flaw::Flaw;
use crate::model::plan::{Plan, overlap};
use crate::model::project::Project;
use crate::model::project::claim::{Check, Claim};
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};
use crate::model::source::node::Node;

/// The plans of every claim of `project` without a mistake in its checks, and the mistakes in the
/// checks of the others.
///
/// The seeds decide the values that differ from run to run, such as which tenants are paired.
pub fn plans(project: &Project, seeds: &Seeds) -> (BTreeMap<ClaimId, Vec<Plan>>, Vec<Diagnostic>) {
    let mut diagnostics = Report::new();
    let mut plans = BTreeMap::new();
    for claim in &project.claims {
        if diagnostics.stops_at(&claim.file) {
            break;
        }
        let before = diagnostics.mark();
        let planned = of_claim(project, claim, seeds.of(&claim.id), &mut diagnostics);
        // Half of a claim's checks would look like all of them.
        if !diagnostics.has_errors_since(before) {
            plans.insert(claim.id.clone(), planned);
        }
    }
    diagnostics.extend(agreement::missing(project));
    (plans, diagnostics.into_vec())
}

fn of_claim(project: &Project, claim: &Claim, seed: u64, diagnostics: &mut Report) -> Vec<Plan> {
    let mut plans = Vec::new();
    for check in &claim.checks {
        let place = check.kind.place(&claim.file);
        let Some(kind) = KINDS.iter().find(|kind| kind.name() == check.kind.value) else {
            let names = || KINDS.iter().map(|kind| kind.name());
            diagnostics.push(
                Diagnostic::new(
                    Code::UnknownKind,
                    place,
                    format!("unknown kind `{}`", check.kind.value),
                )
                .help(help_with_list(&check.kind.value, names().collect::<Vec<_>>())),
            );
            continue;
        };
        let context = Context { project, claim, span: &check.settings.span, seed };
        if let Some(mut plan) = kind.plan(&check.settings, &context, diagnostics) {
            diagnostics.extend(flaws(claim, check, &plan));
            diagnostics.extend(clean_up::missing(claim, check, &plan));
            diagnostics.extend(redirects::unsafe_ones(claim, check, &plan));
            diagnostics.extend(credentials::not_sent(project, claim, check, &plan));
            diagnostics.extend(unnamed::hint(claim, check, &plan));
            plan.alone = check.alone;
            mark_stated(check, &mut plan);
            name_products(project, claim, check, &mut plan);
            plans.push(plan);
        }
    }
    plans
}

/// Marks the limits that the author listed after `states:`, which the claim's text need not mention.
fn mark_stated(check: &Check, plan: &mut Plan) {
    for limit in &mut plan.parameters {
        limit.stated = check.states.iter().any(|stated| stated.value == limit.name);
    }
}

/// Names the products that a check asks, if its claim applies to several.
fn name_products(project: &Project, claim: &Claim, check: &Check, plan: &mut Plan) {
    if claim.written.applies_to.len() < 2 || check.products.is_empty() {
        return;
    }
    let titles = check
        .products
        .iter()
        .map(|name| project.products.get(&name.value).unwrap_or(&name.value).as_str());
    let titles: Vec<&str> = titles.collect();
    plan.covers = format!("{} Products: {}.", plan.covers, titles.join(", "));
}

fn flaws(claim: &Claim, check: &Check, plan: &Plan) -> Vec<Diagnostic> {
    let to_diagnostic = |flaw: Flaw| {
        let steps = check.settings.get("steps").map_or(&[][..], Node::items);
        let mut names = steps.iter().filter_map(|step| step.get("name"));
        let step = names.find(|name| flaw.step().is_some() && name.as_str() == flaw.step());
        let span = step.map_or(&check.kind.span, |step| &step.span);
        let help = match &flaw {
            Flaw::ControlDiffers(..) => {
                "make the requests equal, or name under `differs_in:` of the step the parts that the test is \
                 about, such as `[header X-CSRF, body /baseUrl, query token, path, method]`"
                    .to_owned()
            }
            Flaw::OtherDifference { .. } => {
                "name under `differs_in:` exactly the parts in which the requests differ, `credential` \
                 among them if the actors differ"
                    .to_owned()
            }
            Flaw::Uncontrolled(_) => {
                "before it, add a step of `role: control` in which an actor that is allowed to sends the \
                 same request, and name that step in `control:`"
                    .to_owned()
            }
            Flaw::NoCounterRun(_) => {
                "add `must_fail:` with other arguments of the program, or another file, for which the \
                 same expectations are not met"
                    .to_owned()
            }
            Flaw::ExaminesNothing { .. } => {
                "run a program that examines the service, and prints or returns what it found"
                    .to_owned()
            }
            Flaw::Overlap { control, .. } => format!(
                "let `{control}` expect what only an actor that is let in gets, such as `status: 200`, \
                 or a value under `json:` that a refusal does not have"
            ),
            _ => format!("`avouch explain {}` shows the steps", claim.id),
        };
        let place = Place::new(claim.file.clone(), span.clone());
        let code = match &flaw {
            Flaw::NoCounterRun(_) | Flaw::ExaminesNothing { .. } => Code::NoCounterRun,
            Flaw::Overlap { .. } => Code::WeakControl,
            _ => Code::UnfitCheck,
        };
        Diagnostic::new(code, place, flaw.message()).help(help)
    };
    overlap::flaws(plan).into_iter().map(to_diagnostic).collect()
}
