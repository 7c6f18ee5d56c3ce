//! A short summary of a run: the number of claims with each standing, worst first.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::judge::basis::Basis;
use crate::model::judge::binding::WorldBinding;
use crate::model::judge::evidence::{Outcome, Standing};
use crate::render::wording::list;

/// The number of claims with one standing.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// A name of [`Standing`], or `attested` for claims that hold by an attestation only.
    pub standing: &'static str,
    /// The number.
    pub number: usize,
    /// The number with its label: `2 failed`.
    pub words: String,
}

/// Every standing with its label for one claim and for several, worst first.
const WORST_FIRST: [(&str, &str, &str); 9] = [
    ("violated", "failed", "failed"),
    ("vacuous", "vacuous check", "vacuous checks"),
    ("uncontrolled", "without a control", "without a control"),
    ("weak", "weak check", "weak checks"),
    ("inconclusive", "could not be verified", "could not be verified"),
    ("expired", "expired", "expired"),
    ("waived", "exception", "exceptions"),
    ("holds", "verified", "verified"),
    ("attested", "confirmed by a named role", "confirmed by a named role"),
];

/// The target, in words.
pub fn target(world: &WorldBinding) -> &str {
    if world.demo { "the embedded demo add-on, not a live service" } else { &world.target }
}

/// The number of claims with each standing, worst first. Standings without a claim are left out.
pub fn counts<'a, 'b: 'a>(outcomes: impl IntoIterator<Item = &'a Outcome<'b>>) -> Vec<Count> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        *numbers.entry(name(outcome)).or_default() += 1;
    }
    let count = |(standing, one, several): (&'static str, &str, &str)| {
        let number = *numbers.get(standing)?;
        let words = format!("{number} {}", if number == 1 { one } else { several });
        Some(Count { standing, number, words })
    };
    WORST_FIRST.into_iter().filter_map(count).collect()
}

/// The counts as a list: `1 failed, 2 could not be verified and 3 verified`.
pub fn in_words(outcomes: &[Outcome<'_>]) -> String {
    let words: Vec<String> = counts(outcomes).into_iter().map(|count| count.words).collect();
    list(&words, "and")
}

/// The name of a claim's standing; `attested` for claims that hold by an attestation only.
pub fn name(outcome: &Outcome<'_>) -> &'static str {
    match outcome.standing {
        Standing::Holds if basis(outcome).is_some_and(Basis::needs_a_role) => "attested",
        standing => standing.name(),
    }
}

/// The weakest basis of a claim, which decides.
pub fn basis(outcome: &Outcome<'_>) -> Option<Basis> {
    outcome.bases.last().copied()
}

/// When the evidence of a claim, or its waiver, expires or has expired. `None` if the claim has neither.
pub fn until(outcome: &Outcome<'_>) -> Option<Timestamp> {
    let held = outcome.standing.is_publishable() || outcome.standing == Standing::Expired;
    outcome.until.filter(|_| held)
}

/// The rank of a claim's standing, 0 for the worst.
pub fn rank(outcome: &Outcome<'_>) -> usize {
    let name = name(outcome);
    WORST_FIRST.iter().position(|(one, ..)| *one == name).unwrap_or(WORST_FIRST.len())
}
