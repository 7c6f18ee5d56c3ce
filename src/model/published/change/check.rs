//! Changes in the checks of a claim.

use std::cmp::Ordering;

use crate::model::published::recorded::Effect;
use crate::model::published::{Expected, PublishedCheck, PublishedLimit, PublishedQuestion};

/// A change of a check: its effect on readers, and a sentence for them.
pub(crate) struct CheckChange {
    pub(crate) effect: Effect,
    pub(crate) told: String,
}

impl CheckChange {
    fn stronger(told: String) -> Self {
        Self { effect: Effect::Strengthened, told }
    }

    fn weaker(told: String) -> Self {
        Self { effect: Effect::Weakened, told }
    }
}

/// Every change in a claim's checks. A check is identified by its kind; several checks of one kind are
/// compared in their order.
pub(crate) fn between(old: &[PublishedCheck], new: &[PublishedCheck]) -> Vec<CheckChange> {
    let mut told = Vec::new();
    let mut left: Vec<&PublishedCheck> = old.iter().collect();
    for check in new {
        match take(&mut left, |before| before.kind == check.kind) {
            Some(before) => told.extend(of_check(before, check)),
            None => told.push(CheckChange::stronger(format!("A check was added: {}.", check.kind))),
        }
    }
    let removed = |one: &PublishedCheck| format!("A check was removed: {}.", one.kind);
    told.extend(left.into_iter().map(removed).map(CheckChange::weaker));
    told
}

/// Removes and returns the first item that `fits`.
fn take<'a, T>(from: &mut Vec<&'a T>, fits: impl Fn(&T) -> bool) -> Option<&'a T> {
    let index = from.iter().position(|one| fits(one))?;
    Some(from.remove(index))
}

fn of_check(old: &PublishedCheck, new: &PublishedCheck) -> Vec<CheckChange> {
    // Pages of earlier versions of Avouch did not record the requests.
    if old.asks.is_empty() {
        return Vec::new();
    }
    let mut told = Vec::new();
    let mut came = Vec::new();
    let mut gone: Vec<&PublishedQuestion> = old.asks.iter().collect();
    for question in &new.asks {
        let is_same = |one: &PublishedQuestion| one.ask == question.ask && one.by == question.by;
        match take(&mut gone, is_same) {
            Some(before) => told.extend(of_question(before, question)),
            None => came.push(question),
        }
    }
    let gone = by_ask(&gone, &new.asks).into_iter();
    let no_longer = |what| format!("The check no longer tests: {what}.");
    told.extend(gone.map(no_longer).map(CheckChange::weaker));
    let came = by_ask(&came, &old.asks).into_iter();
    let also = |what| format!("The check now also tests: {what}.");
    told.extend(came.map(also).map(CheckChange::stronger));
    told
}

/// Requests in words, with those for the same thing in one text. The actors are named only if the
/// other side has the same request by other actors.
fn by_ask(questions: &[&PublishedQuestion], others: &[PublishedQuestion]) -> Vec<String> {
    let groups = questions.chunk_by(|one, next| one.ask == next.ask);
    let words = |group: &[&PublishedQuestion]| {
        let first = group.first()?;
        let stays = others.iter().any(|one| one.ask == first.ask);
        let who: Vec<&str> = group.iter().map(|one| one.by.as_str()).collect();
        Some(match stays {
            true => format!("{}, by {}", first.ask, who.join("; ")),
            false => first.ask.clone(),
        })
    };
    groups.filter_map(words).collect()
}

fn of_question(old: &PublishedQuestion, new: &PublishedQuestion) -> Vec<CheckChange> {
    let mut came: Vec<&Expected> = new.expects.iter().collect();
    let is_kept = |one: &&Expected| take(&mut came, |other| other.words == one.words).is_none();
    let mut gone: Vec<&Expected> = old.expects.iter().collect();
    gone.retain(is_kept);
    let mut told = Vec::new();
    for expected in came {
        match take(&mut gone, |before| limits_the_same(before, expected)) {
            Some(before) => told.extend(of_limits(before, expected)),
            None => {
                let sentence = format!("The check now requires: {}.", expected.words);
                told.push(CheckChange::stronger(sentence));
            }
        }
    }
    let no_longer = |one: &Expected| format!("The check no longer requires: {}.", one.words);
    told.extend(gone.into_iter().map(no_longer).map(CheckChange::weaker));
    told
}

fn limits_the_same(old: &Expected, new: &Expected) -> bool {
    let same =
        |(old, new): (&PublishedLimit, &PublishedLimit)| old.of == new.of && old.side == new.side;
    !old.limits.is_empty()
        && old.limits.len() == new.limits.len()
        && old.limits.iter().zip(&new.limits).all(same)
}

fn of_limits(old: &Expected, new: &Expected) -> Vec<CheckChange> {
    let both = old.limits.iter().zip(&new.limits);
    let moved = both.filter(|(old, new)| !old.amount.is(&new.amount));
    moved.map(|(old, new)| limit(old, new)).collect()
}

fn limit(old: &PublishedLimit, new: &PublishedLimit) -> CheckChange {
    let rose = new.amount.compare(&old.amount) == Some(Ordering::Greater);
    let verb = if rose { "was raised" } else { "was lowered" };
    let (of, side) = (&new.of, new.side.in_words());
    let (before, now) = (old.amount.in_words(), new.amount.in_words());
    let told = format!("The limit for {of} {verb} from {side} {before} to {side} {now}.");
    match new.side.is_weakened(&old.amount, &new.amount) {
        true => CheckChange::weaker(told),
        false => CheckChange::stronger(told),
    }
}
