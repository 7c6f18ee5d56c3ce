//! Changes between the promises of a page and those of an earlier page: each with its effect on
//! readers, worst first.

mod check;
mod processor;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::language::period::Period;
use crate::language::words;
use crate::model::published::recorded::{About, Change, Effect};
use crate::model::published::{NotTested, Promises, PublishedClaim, Retracted};
use crate::model::source::redline::may_be_compared;

/// Every change from `old` to `new`, worst first.
pub fn between(old: &Promises, new: &Promises) -> Vec<Change> {
    let mut changes = Vec::new();
    for claim in &new.claims {
        match predecessor(claim, old, new) {
            Some(before) => changes.extend(of_claim(before, claim)),
            None => changes.push(begun(claim, old)),
        }
    }
    for claim in &old.claims {
        let stays = new
            .claims
            .iter()
            .any(|one| predecessor(one, old, new).is_some_and(|before| before.id == claim.id));
        if !stays {
            changes.push(ended(claim, new));
        }
    }
    changes.extend(statements(old, new));
    changes.extend(processor::between(&old.sub_processors, &new.sub_processors));
    changes.sort_by_key(|change| change.effect);
    // A change that several requests have in common is reported once.
    let mut told = BTreeSet::new();
    changes.retain(|change| told.insert(change.clone()));
    changes
}

/// The earlier version of `claim`: the claim with its id, or with its words and an id that is no longer
/// used.
pub fn predecessor<'a>(
    claim: &PublishedClaim,
    old: &'a Promises,
    new: &Promises,
) -> Option<&'a PublishedClaim> {
    old.claim(&claim.id).or_else(|| {
        let mut gone = old.claims.iter().filter(|one| new.claim(&one.id).is_none());
        gone.find(|one| words::same(&one.words, &claim.words))
    })
}

/// The latest retracted wording that is the same as `words`.
pub fn brought_back<'a>(words: &str, retracted: &'a [Retracted]) -> Option<&'a Retracted> {
    retracted.iter().rev().find(|one| words::same(&one.words, words))
}

fn change(claim: &PublishedClaim, effect: Effect, told: String) -> Change {
    Change {
        effect,
        about: About::Claim,
        claim: Some(claim.id.clone()),
        page: claim.page.clone(),
        words: claim.words.clone(),
        before: None,
        told,
    }
}

/// The change for a new claim, whose words may have been a statement before.
fn begun(claim: &PublishedClaim, old: &Promises) -> Change {
    let was_stated = old.not_tested.iter().any(|one| words::same(&one.words, &claim.words));
    match was_stated {
        true => {
            let told = "This was stated without a test; it is tested now.";
            change(claim, Effect::Strengthened, told.to_owned())
        }
        false => change(claim, Effect::New, "This claim is new.".to_owned()),
    }
}

/// The change for a claim that is no longer made; its words may now be a statement.
fn ended(claim: &PublishedClaim, new: &Promises) -> Change {
    let is_stated = new.not_tested.iter().any(|one| words::same(&one.words, &claim.words));
    match is_stated {
        true => {
            let told = "This was tested; it is stated without a test now.";
            change(claim, Effect::Weakened, told.to_owned())
        }
        false => change(claim, Effect::Retracted, "This claim was withdrawn.".to_owned()),
    }
}

fn of_claim(old: &PublishedClaim, new: &PublishedClaim) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut tell = |effect, told: String| changes.push(change(new, effect, told));
    if old.basis != new.basis {
        // A claim without a test has a weaker basis than any attested one.
        let rank = |claim: &PublishedClaim| claim.basis.map_or(usize::MAX, |basis| basis as usize);
        let name =
            |claim: &PublishedClaim| claim.basis.map_or("not tested", |basis| basis.in_words());
        let told = format!("The basis changed from “{}” to “{}”.", name(old), name(new));
        tell(effect_of(rank(new).cmp(&rank(old))), told);
    }
    if old.valid_for != new.valid_for && old.valid_for != 0 {
        let in_words = |claim: &PublishedClaim| Period::seconds(claim.valid_for).in_words();
        let told =
            format!("Evidence is valid for {}; before, it was {}.", in_words(new), in_words(old));
        tell(effect_of(new.valid_for.cmp(&old.valid_for)), told);
    }
    for check::CheckChange { effect, told } in check::between(&old.checks, &new.checks) {
        tell(effect, told);
    }
    if let Some(told) = scope(old, new) {
        tell(Effect::ScopeChanged, told);
    }
    if !words::same(&old.words, &new.words) {
        let told = format!("The earlier wording was: “{}”", old.words);
        let before = Some(old.words.clone());
        changes.push(Change { before, ..change(new, Effect::Reworded, told) });
    }
    changes
}

/// The effect of a change of something of which less is better.
fn effect_of(change: Ordering) -> Effect {
    match change {
        Ordering::Greater => Effect::Weakened,
        _ => Effect::Strengthened,
    }
}

/// A sentence about a change of the products or the place of a claim, if there is one.
fn scope(old: &PublishedClaim, new: &PublishedClaim) -> Option<String> {
    let products = |claim: &PublishedClaim| match claim.applies_to.as_slice() {
        [] => "all products".to_owned(),
        names => names.join(", "),
    };
    // Pages of earlier versions of Avouch did not record the place of a claim.
    let moved =
        !old.page.is_empty() && (old.page != new.page || !words::same(&old.under, &new.under));
    if old.applies_to != new.applies_to {
        return Some(format!(
            "The claim applied to {}; it now applies to {}.",
            products(old),
            products(new)
        ));
    }
    moved.then(|| format!("The claim moved from {} to {}.", place(old), place(new)))
}

fn place(claim: &PublishedClaim) -> String {
    match claim.under.as_str() {
        "" => format!("the top of `{}`", claim.page),
        under => format!("“{under}” of `{}`", claim.page),
    }
}

/// The changes of statements. A statement is identified by its words; a new statement that is similar
/// to a missing one is its new wording.
fn statements(old: &Promises, new: &Promises) -> Vec<Change> {
    let claimed = |one: &NotTested, in_it: &Promises| {
        in_it.claims.iter().any(|claim| words::same(&claim.words, &one.words))
    };
    let is_in = |one: &NotTested, all: &Promises| {
        all.not_tested.iter().any(|other| words::same(&other.words, &one.words))
    };
    let only = |these: &Promises, those: &Promises| -> Vec<NotTested> {
        let all = these.not_tested.iter();
        all.filter(|one| !is_in(one, those) && !claimed(one, those)).cloned().collect()
    };
    let mut gone = only(old, new);
    let mut changes = Vec::new();
    for one in only(new, old) {
        let like =
            gone.iter().position(|old| old.page == one.page && alike(&old.words, &one.words));
        let change = match like.map(|index| gone.remove(index)) {
            Some(before) => Change {
                before: Some(before.words.clone()),
                ..statement(
                    &one,
                    Effect::Reworded,
                    format!("The earlier wording was: “{}”", before.words),
                )
            },
            None => statement(&one, Effect::New, "This statement is new.".to_owned()),
        };
        changes.push(change);
    }
    let ended = |one: &NotTested| {
        statement(one, Effect::Retracted, "This statement was withdrawn.".to_owned())
    };
    changes.extend(gone.iter().map(ended));
    changes
}

fn statement(one: &NotTested, effect: Effect, told: String) -> Change {
    Change {
        effect,
        about: About::Statement,
        claim: None,
        page: one.page.clone(),
        words: one.words.clone(),
        before: None,
        told,
    }
}

/// Whether two texts have most of their words in common.
fn alike(old: &str, new: &str) -> bool {
    old == new
        || may_be_compared(old, new) && similar::TextDiff::from_words(old, new).ratio() >= 0.6
}

#[cfg(test)]
mod tests;
