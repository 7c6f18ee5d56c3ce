//! What a number in a claim's words can be bound to: the limits of its checks, the values that their
//! probes expect, and the words of its attestation.

use serde_json::Value;

use crate::check::written::limits::counted;
use crate::language::quantity::amount::{Amount, Quantity, Unit};
use crate::language::quantity::find::find;
use crate::language::quantity::side::Side;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::{Plan, Role, Word};
use crate::model::project::Project;
use crate::model::project::claim::Claim;

/// Everything that the numbers of one claim can be bound to.
pub(crate) struct Bounds<'a> {
    /// The limits, each of which the words must mention unless the check states it itself.
    pub(crate) limits: Vec<&'a Parameter>,
    /// The values that probes expect. The words may mention them, but need not.
    pub(crate) values: Vec<Expected>,
    /// The words of the claim's attestation.
    pub(crate) attested: Attested<'a>,
}

/// The attestation of a claim.
pub(crate) enum Attested<'a> {
    /// No check of the claim needs one.
    Not,
    /// A check needs one, and there is none: the claim cannot hold.
    Missing,
    /// Its file, and the quantities in its words.
    By(&'a str, Vec<Quantity>),
}

/// A value that a probe expects.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expected {
    /// A number that must be equal.
    Number(Amount),
    /// A quantity in a text that the answer must contain.
    Text(Quantity),
}

impl<'a> Bounds<'a> {
    pub(crate) fn of(project: &'a Project, claim: &Claim, plans: &'a [Plan]) -> Self {
        Self {
            limits: plans.iter().flat_map(|plan| &plan.parameters).collect(),
            values: plans.iter().flat_map(values).collect(),
            attested: Attested::of(project, claim, plans),
        }
    }

    /// The limits and values that a quantity can be bound to, by their index.
    pub(crate) fn binding(&self, quantity: &Quantity) -> Vec<usize> {
        let limits = self.limits.iter().map(|limit| binds(limit, quantity));
        let values = self.values.iter().map(|value| value.binds(quantity));
        let all = limits.chain(values).enumerate();
        all.filter(|(_, binds)| *binds).map(|(index, _)| index).collect()
    }
}

impl<'a> Attested<'a> {
    fn of(project: &'a Project, claim: &Claim, plans: &[Plan]) -> Self {
        let mut steps = plans.iter().flat_map(|plan| &plan.steps);
        if !steps.any(|step| step.word == Word::Attested) {
            return Self::Not;
        }
        match project.attestations.get(&claim.id) {
            Some((file, attestation)) => Self::By(file, find(&attestation.words)),
            None => Self::Missing,
        }
    }

    /// Whether the attestation's words contain a quantity, with the same side as far as both have one.
    pub(crate) fn binds(&self, quantity: &Quantity) -> bool {
        let agrees = |one: &Quantity| {
            let is_open = one.side.is_none() || quantity.side.is_none();
            one.amount.is(&quantity.amount) && (is_open || one.side == quantity.side)
        };
        match self {
            Self::Not => false,
            Self::Missing => true,
            Self::By(_, all) => all.iter().any(agrees),
        }
    }
}

impl Expected {
    fn binds(&self, quantity: &Quantity) -> bool {
        match self {
            // What is equal is at most and at least that, too.
            Self::Number(amount) => amount.is(&quantity.amount),
            Self::Text(text) => text.amount.is(&quantity.amount) && text.side == quantity.side,
        }
    }
}

/// Whether a limit has the amount and the side of a quantity in the words.
pub(crate) fn binds(limit: &Parameter, quantity: &Quantity) -> bool {
    let is_side = limit.side == Side::Exactly || quantity.may_be(limit.side);
    is_side && limit.amount.is(&quantity.amount)
}

/// Whether the words mention a limit.
pub(crate) fn is_mentioned(limit: &Parameter, mentioned: &[Quantity]) -> bool {
    mentioned.iter().any(|quantity| binds(limit, quantity))
}

/// The values that the probes of a plan expect in an answer. Names of steps, requests, preparations and
/// controls decide nothing about the claim.
fn values(plan: &Plan) -> Vec<Expected> {
    let mut all = Vec::new();
    let probes = plan.steps.iter().filter(|step| step.role == Role::Probe);
    for Expectation { at, test } in probes.flat_map(|step| &step.expect) {
        if let Some(name) = value_name(at).filter(|name| !has_limit(plan, name)) {
            of_test(name, test, &mut all);
        }
    }
    all
}

/// Whether the author names the unit of a value that must be equal: then it is a limit.
fn has_limit(plan: &Plan, name: &str) -> bool {
    plan.parameters.iter().any(|limit| limit.side == Side::Exactly && limit.name == name)
}

/// The author's name for the part of an answer that an expectation is about; `None` for parts that a
/// kind looks at by itself.
fn value_name(at: &str) -> Option<&str> {
    let header = at.strip_prefix("/headers/").map(|name| name.trim_end_matches("/0"));
    let json = ["/body/json", "/stdout/json"].iter().find_map(|json| at.strip_prefix(json));
    let named = [("/status", "status"), ("/body/bytes", "bytes")];
    let named = named.iter().find(|(pointer, _)| at == *pointer).map(|(_, name)| *name);
    let text = ["/body/text", "/body/title", "/stdout/text"].contains(&at).then_some("text");
    header.or(json).or(named).or(text)
}

fn of_test(name: &str, test: &Test, all: &mut Vec<Expected>) {
    match test {
        Test::Equals(value) => of_value(name, value, all),
        Test::OneOf(values) => {
            // One of several values leaves open which one.
            let statuses = if name == "status" { values.len() } else { 1 };
            values
                .iter()
                .filter(|_| values.len() <= statuses)
                .for_each(|one| of_value(name, one, all));
        }
        Test::SameSet(values) => {
            all.push(Expected::Number(Amount::new(values.len() as f64, Unit::Count)));
            values.iter().for_each(|one| of_value(name, one, all));
        }
        Test::Contains(text) | Test::StartsWith(text) | Test::EndsWith(text) => of_text(text, all),
        Test::IfThere(test) => of_test(name, test, all),
        Test::Every(within) | Test::Some(within) => {
            let inner = if within.at.is_empty() { name } else { &within.at };
            of_test(inner, &within.is, all);
        }
        Test::All(within) => within.iter().for_each(|one| of_test(&one.at, &one.is, all)),
        Test::Directive(directive) => {
            directive.is.iter().for_each(|test| of_test(&directive.name, test, all));
        }
        Test::Cookie(cookie) => of_test(name, &cookie.is, all),
        _ => {}
    }
}

fn of_value(name: &str, value: &Value, all: &mut Vec<Expected>) {
    match value {
        Value::String(text) => of_text(text, all),
        Value::Number(number) if name == "status" => {
            let status = number.as_f64().map(|status| Amount::new(status, Unit::Status));
            all.extend(status.map(Expected::Number));
        }
        Value::Number(number) => {
            all.extend(number.as_f64().map(|number| Expected::Number(counted(name, number))));
        }
        _ => {}
    }
}

fn of_text(text: &str, all: &mut Vec<Expected>) {
    all.extend(find(text).into_iter().map(Expected::Text));
}
