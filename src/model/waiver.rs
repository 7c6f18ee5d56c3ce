//! Waivers: a broken expectation that a named role accepts for a while. The check still runs, the
//! page says so, and whatever else is broken is violated all the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::claim::ClaimId;
use crate::model::decode::Spanned;
use crate::model::diagnostic::{Diagnostic, help_with_list};
use crate::model::expect::Test;
use crate::model::judge::Broken;
use crate::model::plan::{Plan, Step};
use crate::model::project::Project;
use crate::model::time::end_of_day;

/// How many days after its own one a waiver may last at the most.
pub const DAYS_MAX: i32 = 180;

/// What a role accepts of one claim, and until when.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct Waiver {
    /// The claim's words that it is given for.
    pub words: Spanned<String>,
    /// What is accepted, each as the report of the run that found it has it.
    #[schemars(length(min = 1))]
    pub accepts: Vec<Spanned<Accepted>>,
    /// Why; it stands in reports and not on the page.
    pub reason: String,
    /// The role that accepts it, from `roles:` in `avouch.yaml`.
    pub role: String,
    /// Where the work on it is followed; it stands in reports and not on the page.
    pub ticket: String,
    /// What customers should know; it stands on the page.
    pub tell_customers: String,
    /// The day on which it was given.
    #[schemars(with = "String", extend("format" = "date"))]
    pub day: Date,
    /// Its last day, to the end of it, UTC: at most 180 days after `day`.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
}

/// One expectation that may be broken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Accepted {
    /// The check: its number among the claim's, from 1.
    pub check: usize,
    /// The name of the step.
    pub step: String,
    /// Where the expectation looks: a JSON Pointer into the facts; empty for the whole.
    #[serde(default)]
    pub at: String,
    /// What it expects there.
    pub is: Test,
}

/// What a waiver does for its claim at a given time.
#[derive(Clone, Debug)]
pub struct Waiving<'a> {
    /// Its file.
    pub file: &'a str,
    /// What stands in it.
    pub waiver: &'a Waiver,
    /// Whether its last day is over: it accepts nothing then.
    pub is_over: bool,
    /// What it accepts although it was asked and is not broken.
    pub dead: Vec<&'a Accepted>,
}

impl<'a> Waiving<'a> {
    /// What a claim's waiver amounts to at `now`, as far as that follows from it alone.
    pub fn of(project: &'a Project, claim: &str, now: Timestamp) -> Option<Self> {
        let (file, waiver) = project.waivers.get(claim)?;
        Some(Self { file, waiver, is_over: now >= waiver.end(), dead: Vec::new() })
    }
}

impl Waiver {
    /// When it ends: the first instant at which it accepts nothing any more.
    pub fn end(&self) -> Timestamp {
        end_of_day(self.until)
    }

    /// Whether it accepts this, which broke in a step of the claim's check at `check`, from 0.
    pub fn accepts(&self, check: usize, step: &Step, broken: Broken) -> bool {
        let found = Accepted::of(check, step, broken);
        self.accepts.iter().any(|one| one.value == found)
    }
}

impl Accepted {
    /// What would accept this, which broke in a step of the claim's check at `check`, from 0.
    pub fn of(check: usize, step: &Step, broken: Broken) -> Self {
        let (at, is) = match broken.expectation.and_then(|index| step.expect.get(index)) {
            Some(expectation) => (expectation.at.clone(), expectation.test.clone()),
            // What every step expects without saying so.
            None => (String::new(), Test::ShowsNoForeignCanary),
        };
        Self { check: check + 1, step: step.name.clone(), at, is }
    }

    /// The line that accepts it, as it stands below `accepts:`. JSON is YAML too.
    pub fn line(&self) -> String {
        // Our own types always serialise: their keys are strings, and no writer can fail.
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let step = json(serde_json::to_string(&self.step));
        let at = json(serde_json::to_string(&self.at));
        let is = json(serde_json::to_string(&self.is));
        format!("- {{ check: {}, step: {step}, at: {at}, is: {is} }}", self.check)
    }

    /// Whether `step` expects this.
    pub(super) fn is_of(&self, step: &Step) -> bool {
        let is = |at: &str, test: &Test| self.at == at && self.is == *test;
        let named = step.expect.iter().any(|one| is(&one.at, &one.test));
        self.step == step.name && (named || is("", &Test::ShowsNoForeignCanary))
    }
}

/// Entries of waivers that name nothing that is expected. They accept nothing, so that these are
/// warnings: what is asked may differ from run to run, where customers are many.
pub fn unmatched(project: &Project, plans: &BTreeMap<ClaimId, Vec<Plan>>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (id, (file, waiver)) in &project.waivers {
        let Some(plans) = plans.get(id) else {
            continue;
        };
        for accepted in &waiver.accepts {
            if let Some((message, help)) = mismatch(accepted, plans) {
                let place = accepted.place(file);
                let warning = Diagnostic::warning("unknown-expectation", place, message);
                diagnostics.push(warning.help(help));
            }
        }
    }
    diagnostics
}

fn mismatch(accepted: &Accepted, plans: &[Plan]) -> Option<(String, String)> {
    let copy = || "copy the line that the report of a violated claim has for it".to_owned();
    let Some(plan) = accepted.check.checked_sub(1).and_then(|index| plans.get(index)) else {
        return Some((format!("the claim has no check {}", accepted.check), copy()));
    };
    let mut named = plan.steps.iter().filter(|step| step.name == accepted.step).peekable();
    if named.peek().is_none() {
        let names: Vec<&str> = plan.steps.iter().map(|step| step.name.as_str()).collect();
        let message = format!("check {} has no step `{}`", accepted.check, accepted.step);
        return Some((message, help_with_list(&accepted.step, names)));
    }
    let message = format!("the step `{}` has no such expectation", accepted.step);
    (!named.any(|step| accepted.is_of(step))).then(|| (message, copy()))
}
