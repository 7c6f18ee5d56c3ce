//! The kinds of check: what each one asks, planned before anything is asked. Pure.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod fixture;
pub mod kind;
pub(crate) mod kinds;
pub mod manual;
pub mod numbers;
pub mod waivers;
pub(crate) mod written;

use std::collections::BTreeMap;

use crate::check::kind::{Context, Kind};
use crate::check::kinds::backup::{age, restore};
use crate::check::kinds::{
    attestation, auth_required, command, connect_descriptor, connect_lifecycle, dns, forge_remote,
    headers, http, link, security_txt, tenant_isolation, tls,
};
use crate::model::judge::assessment::Seeds;
use crate::model::plan::Plan;
use crate::model::plan::flaw::Flaw;
use crate::model::plan::parameter::Parameter;
use crate::model::project::Project;
use crate::model::project::claim::{Check, Claim};
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};
use crate::model::source::node::Node;

/// Every kind of check, in the order of the manual. A new kind is one file and one row.
pub static KINDS: &[&dyn Kind] = &[
    &http::Http,
    &auth_required::AuthRequired,
    &tenant_isolation::TenantIsolation,
    &age::BackupAge,
    &restore::BackupRestore,
    &command::Command,
    &headers::Headers,
    &tls::Tls,
    &dns::Dns,
    &connect_descriptor::ConnectDescriptor,
    &connect_lifecycle::ConnectLifecycle,
    &forge_remote::ForgeRemote,
    &security_txt::SecurityTxt,
    &link::Link,
    &attestation::AttestationKind,
];

/// The plans of every claim of `project` whose checks are in order, and all that is wrong with those
/// of the others.
///
/// The seeds decide what differs from run to run, such as which tenants meet.
pub fn plans(project: &Project, seeds: &Seeds) -> (BTreeMap<ClaimId, Vec<Plan>>, Vec<Diagnostic>) {
    let mut diagnostics = Report::new();
    let mut plans = BTreeMap::new();
    for claim in &project.claims {
        let told = diagnostics.mark();
        let context = Context { project, claim, seed: seeds.of(&claim.id) };
        let planned = of_claim(&context, &mut diagnostics);
        // Half of a claim's checks would look like all of them.
        if !diagnostics.has_errors_since(told) {
            plans.insert(claim.id.clone(), planned);
        }
    }
    (plans, diagnostics.into_vec())
}

fn of_claim(context: &Context<'_>, diagnostics: &mut Report) -> Vec<Plan> {
    let mut plans = Vec::new();
    for check in &context.claim.checks {
        let place = check.kind.place(&context.claim.file);
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
        if let Some(mut plan) = kind.plan(&check.settings, context, diagnostics) {
            diagnostics.extend(flaws(context.claim, check, &plan));
            plan.parameters = parameters(*kind, check);
            plans.push(plan);
        }
    }
    plans
}

/// The limits of a check, with those marked that the words need not say.
fn parameters(kind: &dyn Kind, check: &Check) -> Vec<Parameter> {
    let is_stated = |name: &str| check.states.iter().any(|stated| stated.value == name);
    let all = kind.limits(&check.settings).into_iter();
    all.map(|one| Parameter { stated: is_stated(&one.name), ..one }).collect()
}

fn flaws(claim: &Claim, check: &Check, plan: &Plan) -> Vec<Diagnostic> {
    let to_diagnostic = |flaw: Flaw| {
        let steps = check.settings.get("steps").map_or(&[][..], Node::items);
        let mut names = steps.iter().filter_map(|step| step.get("name"));
        let step = names.find(|name| flaw.step().is_some() && name.as_str() == flaw.step());
        let span = step.map_or(&check.kind.span, |step| &step.span);
        let help = match &flaw {
            Flaw::Uncontrolled(_) => {
                "put a step of `role: control` before it, in which somebody who may asks for the same, and \
                 name that step in `control:`"
                    .to_owned()
            }
            _ => format!("see what is asked with `avouch explain {}`", claim.id),
        };
        let place = Place::new(claim.file.clone(), span.clone());
        Diagnostic::new(Code::UnfitCheck, place, flaw.message()).help(help)
    };
    plan.flaws().into_iter().map(to_diagnostic).collect()
}
