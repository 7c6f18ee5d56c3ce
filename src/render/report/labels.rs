//! The labels in reports for people: the status of a claim, and how it was tested.

use anstyle::Style;

use crate::model::judge::basis::Basis;
use crate::model::judge::evidence::{Outcome, Standing};
use crate::model::judge::falsify::Grade;
use crate::render::report::layout::{GREEN, RED, YELLOW};
use crate::render::wording::{count, day};
use crate::render::{Input, summary, wording};

/// A claim's status in one to three words: `Verified`, `Could not verify`.
pub fn status(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "Verified",
        Standing::Waived => "Exception",
        Standing::Violated => "Failed",
        Standing::Inconclusive(_) => "Could not verify",
        Standing::Expired => "Expired",
        Standing::Unfit(Grade::Vacuous) => "Vacuous check",
        Standing::Unfit(Grade::Uncontrolled) => "No control",
        Standing::Unfit(_) => "Weak check",
    }
}

/// The same, with the last day of an exception: `Exception until 30 Nov 2026`.
pub(crate) fn full_status(outcome: &Outcome<'_>) -> String {
    let status = status(outcome.standing);
    match &outcome.waiving {
        Some(waiving) if outcome.standing == Standing::Waived => {
            format!("{status} until {}", day(waiving.waiver.until))
        }
        _ => status.to_owned(),
    }
}

/// The colour of a status: green, red, or yellow for what needs attention.
pub(crate) fn style(standing: Standing) -> Style {
    match standing {
        Standing::Holds => GREEN,
        Standing::Violated | Standing::Unfit(_) => RED,
        Standing::Waived | Standing::Inconclusive(_) | Standing::Expired => YELLOW,
    }
}

/// How a claim was tested: `Tested publicly`.
pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Probed => "Tested publicly",
        Basis::ProbedWithAccess => "Tested with test accounts",
        Basis::Reported => "Reported by the service",
        Basis::Attested => "Confirmed by a named role",
        Basis::Inherited => "Provided by the platform",
    }
}

/// The basis of an outcome; empty if it has none.
pub(crate) fn basis_of(outcome: &Outcome<'_>) -> &'static str {
    summary::basis(outcome).map_or("", basis)
}

/// How many claims have each status, worst first: `1 failed`, `3 verified`; then how many this run left
/// out.
pub(crate) fn counts(input: &Input<'_>) -> Vec<(Style, String)> {
    let mut worst: Vec<&Outcome<'_>> = input.outcomes.iter().collect();
    worst.sort_by_key(|outcome| (summary::rank(outcome), status(outcome.standing)));
    let same = |a: &&Outcome<'_>, b: &&Outcome<'_>| status(a.standing) == status(b.standing);
    let groups = worst.chunk_by(same).map(|group| (style(group[0].standing), counted(group)));
    let left_out = Some(input.not_checked()).filter(|number| *number > 0);
    groups.chain(left_out.map(|number| (YELLOW, format!("{number} not checked")))).collect()
}

fn counted(group: &[&Outcome<'_>]) -> String {
    let number = group.len();
    let confirmed = |one: &&&Outcome<'_>| summary::basis(one).is_some_and(Basis::needs_a_role);
    match group[0].standing {
        Standing::Holds => match group.iter().filter(confirmed).count() {
            0 => format!("{number} verified"),
            confirmed => format!("{number} verified ({confirmed} confirmed by a named role)"),
        },
        Standing::Waived => count(number, "exception"),
        Standing::Violated => format!("{number} failed"),
        Standing::Inconclusive(_) => format!("{number} could not be verified"),
        Standing::Expired => format!("{number} expired"),
        Standing::Unfit(Grade::Vacuous) => count(number, "vacuous check"),
        Standing::Unfit(Grade::Uncontrolled) => format!("{number} without a control"),
        Standing::Unfit(_) => count(number, "weak check"),
    }
}

/// Why a check is not evidence, as a sentence without its full stop.
pub(crate) fn unfit(outcome: &Outcome<'_>) -> String {
    format!("the claim {}", wording::standing(outcome.standing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    #[test]
    fn every_claim_is_counted_once_worst_first() {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        let words = counts(&sample.input(&outcomes)).into_iter().map(|(_, words)| words);
        assert_eq!(
            words.collect::<Vec<_>>().join(", "),
            "1 failed, 1 weak check, 1 could not be verified, 1 expired, 1 exception, \
             2 verified (1 confirmed by a named role)"
        );
        let mut words = counts(&sample.input(&outcomes[..1])).into_iter().map(|(_, words)| words);
        assert_eq!(words.next_back().unwrap(), "6 not checked");
    }
}
