//! A run in a few words: how many claims stand where, worst news first.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::judge::basis::Basis;
use crate::model::judge::binding::WorldBinding;
use crate::model::judge::evidence::{Outcome, Standing};
use crate::render::wording::list;

/// How many claims stand in one place.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// Where, in one word: a name of [`Standing`], or `attested` for what holds by a word alone.
    pub standing: &'static str,
    /// How many.
    pub number: usize,
    /// In words: `2 are violated`.
    pub words: String,
}

/// Every standing with its words for one and for several, worst first.
const WORST_FIRST: [(&str, &str, &str); 9] = [
    ("violated", "does not hold", "do not hold"),
    ("vacuous", "rests on a check that cannot fail", "rest on checks that cannot fail"),
    ("uncontrolled", "rests on a check without a control", "rest on checks without a control"),
    ("weak", "rests on a weak check", "rest on weak checks"),
    ("inconclusive", "could not be verified", "could not be verified"),
    ("expired", "has expired", "have expired"),
    ("waived", "is waived", "are waived"),
    ("holds", "holds", "hold"),
    ("attested", "is attested", "are attested"),
];

/// The label of a standing for English readers, from its name in `claims.json`.
pub fn label(standing: &str) -> &str {
    match standing {
        "holds" => "Verified",
        "attested" => "Confirmed by a named role",
        "violated" => "Failed",
        "inconclusive" => "Could not verify",
        "expired" => "Expired",
        "waived" => "Exception",
        "not tested" => "Not tested",
        other => other,
    }
}

/// Who was asked, in words.
pub fn target(world: &WorldBinding) -> &str {
    if world.demo { "the embedded demo add-on, not a live service" } else { &world.target }
}

/// How many claims stand where, worst first; places where none stands are left out.
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

/// The counts as one clause: `1 does not hold, 2 could not be verified and 3 hold`.
pub fn in_words(outcomes: &[Outcome<'_>]) -> String {
    let words: Vec<String> = counts(outcomes).into_iter().map(|count| count.words).collect();
    list(&words, "and")
}

/// Where a claim stands, in one word, with what rests on a word alone told apart.
pub fn name(outcome: &Outcome<'_>) -> &'static str {
    match outcome.standing {
        Standing::Holds if basis(outcome) == Some(Basis::Attested) => "attested",
        standing => standing.name(),
    }
}

/// The basis that decides: the weakest one.
pub fn basis(outcome: &Outcome<'_>) -> Option<Basis> {
    outcome.bases.last().copied()
}

/// Until when the claim may stand as it does, or could: the end of its evidence, or of its waiver.
/// `None` where neither ever spoke for it.
pub fn until(outcome: &Outcome<'_>) -> Option<Timestamp> {
    let held = outcome.standing.is_publishable() || outcome.standing == Standing::Expired;
    outcome.until.filter(|_| held)
}

/// How bad a standing is, 0 being the worst: the order in which news is told.
pub fn rank(outcome: &Outcome<'_>) -> usize {
    let name = name(outcome);
    WORST_FIRST.iter().position(|(one, ..)| *one == name).unwrap_or(WORST_FIRST.len())
}
