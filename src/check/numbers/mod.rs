//! Compares the numbers in a claim's text with what its checks measure, in both directions.
//!
//! A number in the text is bound if a limit, or a value that a probe expects, has the same amount and the
//! same side; the numbers of an attested claim are bound by its attestation's words. Numbers that a claim
//! quotes under `background:` promise nothing.

mod background;
mod measured;
mod words;

use std::collections::BTreeMap;

use crate::check::numbers::measured::{Bounds, is_mentioned};
use crate::check::numbers::words::Words;
use crate::language::quantity::amount::Quantity;
use crate::language::quantity::find::find;
use crate::model::plan::Plan;
use crate::model::plan::parameter::Parameter;
use crate::model::project::Project;
use crate::model::project::claim::{Check, Claim, Passage};
use crate::model::source::claim_id::ClaimId;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};

/// The differences between the texts of claims and the limits of their checks. A claim without
/// `plans` is passed over: its limits are not known.
pub fn check(project: &Project, plans: &BTreeMap<ClaimId, Vec<Plan>>) -> Vec<Diagnostic> {
    let of = |claim: &Claim| Some(of_claim(project, claim, plans.get(&claim.id)?));
    project.claims.iter().filter_map(of).flatten().collect()
}

/// The differences between the text of one claim and the limits of its checks, in `plans`.
pub fn of_claim(project: &Project, claim: &Claim, plans: &[Plan]) -> Vec<Diagnostic> {
    let bounds = Bounds::of(project, claim, plans);
    let mentioned: Vec<Vec<Quantity>> =
        claim.passages.iter().map(|passage| mentioned(claim, passage)).collect();
    let mut all = background::mistakes(claim);
    for (passage, mentioned) in claim.passages.iter().zip(&mentioned) {
        let words = Words { project, claim, passage, quantities: promised(claim, passage) };
        all.extend(words.differences(&bounds, mentioned));
    }
    for (check, plan) in claim.checks.iter().zip(plans) {
        all.extend(needless_states(claim, check, plan, &mentioned));
    }
    all
}

/// The quantities in the words of a passage, without those of the background.
fn promised(claim: &Claim, passage: &Passage) -> Vec<Quantity> {
    let mut all = find(&passage.words);
    let background = background::spans(claim, &passage.words);
    let is_within = |one: &Quantity| {
        background.iter().any(|span| span.start <= one.span.start && one.span.end <= span.end)
    };
    all.retain(|one| !is_within(one));
    all
}

/// The quantities in a passage, in the headings above it, and in its lead-in.
fn mentioned(claim: &Claim, passage: &Passage) -> Vec<Quantity> {
    let mut all = promised(claim, passage);
    all.extend(passage.under.split(" / ").flat_map(find));
    all
}

/// Names after `states:` that are not limits of the check, or limits that all texts mention anyway.
fn needless_states(
    claim: &Claim,
    check: &Check,
    plan: &Plan,
    mentioned: &[Vec<Quantity>],
) -> Vec<Diagnostic> {
    let mistake = |code, name: &Spanned<String>, message| {
        Diagnostic::new(code, name.place(&claim.file), message)
    };
    let idle = |name: &Spanned<String>| {
        let mut of_name = plan.parameters.iter().filter(|one| one.name == name.value).peekable();
        if of_name.peek().is_none() {
            let names: Vec<&str> = plan.parameters.iter().map(|one| one.name.as_str()).collect();
            let message = format!("this check has no limit `{}`", name.value);
            let help = help_with_list(name, names);
            return Some(mistake(Code::UnknownLimit, name, message).help(help));
        }
        let is_said = |limit: &Parameter| mentioned.iter().all(|said| is_mentioned(limit, said));
        let is_needless = !mentioned.is_empty() && of_name.all(is_said);
        let message = format!("the text already mentions the limit `{}`", name.value);
        let help = "remove it from `states:`, which lists limits that the text leaves out";
        is_needless.then(|| mistake(Code::NeedlessStates, name, message).help(help))
    };
    check.states.iter().filter_map(idle).collect()
}

#[cfg(test)]
mod tests;
