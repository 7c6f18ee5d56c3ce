//! The words of a claim in one passage, and the differences between their numbers and the checks.

use std::cmp::Ordering;

use crate::check::numbers::measured::{Attested, Bounds, Expected, binds, is_mentioned};
use crate::language::quantity::amount::{Amount, Quantity, Unit};
use crate::language::quantity::restated::is_restated;
use crate::language::quantity::side::Side;
use crate::model::plan::parameter::Parameter;
use crate::model::project::Project;
use crate::model::project::claim::{Claim, Passage};
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::written::unit::WrittenUnit;

/// The text of a claim in one passage.
pub(crate) struct Words<'a> {
    pub(crate) project: &'a Project,
    pub(crate) claim: &'a Claim,
    pub(crate) passage: &'a Passage,
    /// The quantities that it promises.
    pub(crate) quantities: Vec<Quantity>,
}

impl Words<'_> {
    /// A diagnostic for each difference. A number and a limit that are comparable are one difference.
    /// `mentioned` are the quantities in the words and above them.
    pub(crate) fn differences(
        &self,
        bounds: &Bounds<'_>,
        mentioned: &[Quantity],
    ) -> Vec<Diagnostic> {
        let mut all = Vec::new();
        let mut unchecked = self.unchecked(bounds);
        let is_left_out = |limit: &&&Parameter| !limit.stated && !is_mentioned(limit, mentioned);
        for limit in bounds.limits.iter().filter(is_left_out) {
            let is_same = |one: &&Quantity| one.amount.is(&limit.amount);
            let other = unchecked
                .iter()
                .position(is_same)
                .or_else(|| unchecked.iter().position(|one| is_comparable(one, &limit.amount)));
            all.push(match other {
                Some(index) => self.mismatch(unchecked.remove(index), limit),
                None => self.unmentioned(limit),
            });
        }
        all.extend(unchecked.into_iter().map(|one| self.unbound(one, bounds)));
        all
    }

    /// The quantities that nothing measures. Each promise needs a limit of its own, unless the words
    /// only restate it.
    fn unchecked(&self, bounds: &Bounds<'_>) -> Vec<&Quantity> {
        let mut taken: Vec<(usize, &Quantity)> = Vec::new();
        let mut unchecked = Vec::new();
        for quantity in &self.quantities {
            let binding = bounds.binding(quantity);
            let is_free = |index: &&usize| taken.iter().all(|(other, _)| other != *index);
            let restates = |index: &usize| {
                let mut others = taken.iter().filter(|(other, _)| other == index);
                others.any(|(_, earlier)| is_restated(&self.passage.words, earlier, quantity))
            };
            let free = binding.iter().find(is_free).copied();
            let shared = || binding.iter().copied().find(|index| restates(index));
            if let Some(index) = free.or_else(shared) {
                taken.push((index, quantity));
            } else if !self.lists_newer(bounds, quantity) && !bounds.attested.binds(quantity) {
                unchecked.push(quantity);
            }
        }
        unchecked
    }

    /// "TLS 1.2 or 1.3": a text with the oldest version may list newer ones too.
    fn lists_newer(&self, bounds: &Bounds<'_>, quantity: &Quantity) -> bool {
        bounds.limits.iter().any(|limit| {
            let is_newer = quantity.amount.compare(&limit.amount) == Some(Ordering::Greater);
            let is_version = matches!(limit.amount.unit, Unit::Version(_));
            let is_oldest = limit.side == Side::AtLeast && is_mentioned(limit, &self.quantities);
            is_version && is_newer && is_oldest
        })
    }

    fn text(&self, quantity: &Quantity) -> &str {
        self.passage.words.get(quantity.span.clone()).unwrap_or_default()
    }

    fn place(&self, quantity: &Quantity) -> Place {
        self.passage.place_of(&quantity.span, &self.project.sources)
    }

    fn limit_place(&self, limit: &Parameter) -> Place {
        Place::new(self.claim.file.clone(), limit.span.clone())
    }

    /// The diagnostic of a quantity that nothing measures.
    fn unbound(&self, quantity: &Quantity, bounds: &Bounds<'_>) -> Diagnostic {
        let is_other =
            |limit: &&&Parameter| is_comparable(quantity, &limit.amount) && !binds(limit, quantity);
        let is_equal = |limit: &&&Parameter| limit.amount.is(&quantity.amount);
        let others = || bounds.limits.iter().filter(is_other);
        match others().find(is_equal).or_else(|| others().next()) {
            Some(limit) => {
                let mut mismatch = self.mismatch(quantity, limit);
                let help = mismatch.help.take().unwrap_or_default();
                mismatch
                    .help(format!("{help}; if it promises nothing, quote it under `background:`"))
            }
            None => self.without_check(quantity, bounds),
        }
    }

    fn mismatch(&self, quantity: &Quantity, limit: &Parameter) -> Diagnostic {
        let text = self.text(quantity);
        let amount = limit.amount.in_words();
        let (message, help, value) = if limit.amount.is(&quantity.amount) {
            let value = format!("{} {amount}", limit.side.in_words());
            let side = quantity.side.map_or("an amount", as_limit);
            let message = format!(
                "the text gives `{text}` as {side}, but the check's limit `{}` is `{value}`",
                limit.name
            );
            let help = format!("write `{value}` here, or change the check if the text is right");
            (message, help, value)
        } else if let Some(unit) = missing_unit(quantity, &limit.amount) {
            let message = format!(
                "the text says `{text}`, but the check's limit `{}` is `{amount}` without a unit",
                limit.name
            );
            let help = format!(
                "add `unit: {unit}` to the test of `{}` if it is in {unit}; if not, add a check that \
                 measures `{text}`",
                limit.name
            );
            (message, help, amount)
        } else {
            let message = format!(
                "the text says `{text}`, but the check's limit `{}` is `{amount}`",
                limit.name
            );
            let help =
                format!("write `{amount}` here, or change the check's limit if `{text}` is right");
            (message, help, amount)
        };
        Diagnostic::new(Code::NumberMismatch, self.place(quantity), message)
            .with(Argument::Said, text)
            .with(Argument::Limit, &limit.name)
            .with(Argument::Value, value)
            .related(self.limit_place(limit), label(limit))
            .help(help)
    }

    fn without_check(&self, quantity: &Quantity, bounds: &Bounds<'_>) -> Diagnostic {
        let text = self.text(quantity);
        let message = match &bounds.attested {
            Attested::By(file, _) => {
                format!("the text says `{text}`, but `{file}` does not attest it")
            }
            _ if !bounds.binding(quantity).is_empty() => {
                format!(
                    "the text says `{text}` again, but only one limit of its checks is `{text}`"
                )
            }
            _ => format!("the text says `{text}`, but no check of this claim measures it"),
        };
        let without_unit = bounds.values.iter().find_map(|value| match value {
            Expected::Number(amount) => missing_unit(quantity, amount),
            Expected::Text(_) => None,
        });
        let help = match without_unit {
            _ if matches!(bounds.attested, Attested::By(..)) => {
                format!("write a new attestation with `avouch attest {}`", self.claim.id)
            }
            Some(unit) => format!(
                "if the check expects that number, write it like `{{ equals: {}, unit: {unit} }}`",
                quantity.number
            ),
            None => format!(
                "remove it from the claim, add a check that measures it to `{}`, or an attestation; if \
                 it promises nothing, quote it there under `background:`",
                self.claim.file
            ),
        };
        Diagnostic::new(Code::NumberWithoutCheck, self.place(quantity), message)
            .with(Argument::Said, text)
            .help(help)
    }

    fn unmentioned(&self, limit: &Parameter) -> Diagnostic {
        let amount = limit.amount.in_words();
        let message = format!(
            "the check's limit `{}` is `{amount}`, but the text does not mention it",
            limit.name
        );
        let help = format!(
            "write `{} {amount}` in the text, or add `states: [{}]` to the check if readers do \
             not need to know",
            limit.side.in_words(),
            limit.name
        );
        Diagnostic::new(Code::NumberWithoutWords, self.passage.place.clone(), message)
            .with(Argument::Limit, &limit.name)
            .with(Argument::Value, amount)
            .related(self.limit_place(limit), label(limit))
            .help(help)
    }
}

fn label(limit: &Parameter) -> String {
    format!("the check's limit: {} {}", limit.side.in_words(), limit.amount.in_words())
}

fn as_limit(side: Side) -> &'static str {
    match side {
        Side::AtMost => "an upper limit",
        Side::AtLeast => "a lower limit",
        Side::Exactly => "an exact value",
    }
}

/// Whether a quantity and a limit measure the same thing, so that they were probably meant to be equal.
fn is_comparable(quantity: &Quantity, limit: &Amount) -> bool {
    let is_time = |unit: &Unit| matches!(unit, Unit::Seconds | Unit::Months | Unit::WorkingDays);
    let unit = &quantity.amount.unit;
    *unit == limit.unit
        || is_time(unit) && is_time(&limit.unit)
        || missing_unit(quantity, limit).is_some()
}

/// The unit that is missing next to a bare number, if it is the number of a quantity with a unit.
fn missing_unit(quantity: &Quantity, limit: &Amount) -> Option<&'static str> {
    let is_bare = limit.unit == Unit::Count && quantity.amount.unit != Unit::Count;
    WrittenUnit::named(&quantity.amount, limit.value).filter(|_| is_bare)
}
