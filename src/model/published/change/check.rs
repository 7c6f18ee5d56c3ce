//! How what is asked for a claim differs from what was asked before.

use std::cmp::Ordering;

use crate::model::published::change::turned;
use crate::model::published::recorded::Effect;
use crate::model::published::{Bound, Check, Expected, Question};

/// An effect, and what brought it about.
type Told = (Effect, String);

/// Every change in a claim's checks. A check is known by its kind, and among those by its place.
pub(crate) fn between(old: &[Check], new: &[Check]) -> Vec<Told> {
    let mut told = Vec::new();
    let mut left: Vec<&Check> = old.iter().collect();
    for check in new {
        match take(&mut left, |before| before.kind == check.kind) {
            Some(before) => told.extend(of_check(before, check)),
            None => {
                told.push((Effect::Strengthened, format!("A check was added: {}.", check.kind)))
            }
        }
    }
    let gone = left.into_iter();
    told.extend(
        gone.map(|one| (Effect::Weakened, format!("A check was taken away: {}.", one.kind))),
    );
    told
}

/// Takes the first of some things that fits.
fn take<'a, T>(from: &mut Vec<&'a T>, fits: impl Fn(&T) -> bool) -> Option<&'a T> {
    let index = from.iter().position(|one| fits(one))?;
    Some(from.remove(index))
}

fn of_check(old: &Check, new: &Check) -> Vec<Told> {
    // Pages of earlier versions did not tell what was asked.
    if old.asks.is_empty() {
        return Vec::new();
    }
    let mut told = Vec::new();
    let mut came = Vec::new();
    let mut gone: Vec<&Question> = old.asks.iter().collect();
    for question in &new.asks {
        let is_same = |one: &Question| one.ask == question.ask && one.by == question.by;
        match take(&mut gone, is_same) {
            Some(before) => told.extend(of_question(before, question)),
            None => came.push(question),
        }
    }
    let gone = by_ask(&gone, &new.asks).into_iter();
    told.extend(gone.map(|what| (Effect::Weakened, format!("It is asked no longer: {what}."))));
    let came = by_ask(&came, &old.asks).into_iter();
    told.extend(came.map(|what| (Effect::Strengthened, format!("It is asked now: {what}."))));
    told
}

/// Questions in words, those for one thing together; who asks is told only where others ask for the
/// same on the other side too.
fn by_ask(questions: &[&Question], others: &[Question]) -> Vec<String> {
    let groups = questions.chunk_by(|one, next| one.ask == next.ask);
    let words = |group: &[&Question]| {
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

fn of_question(old: &Question, new: &Question) -> Vec<Told> {
    let mut came: Vec<&Expected> = new.expects.iter().collect();
    let is_kept = |one: &&Expected| take(&mut came, |other| other.words == one.words).is_none();
    let mut gone: Vec<&Expected> = old.expects.iter().collect();
    gone.retain(is_kept);
    let mut told = Vec::new();
    for expected in came {
        match take(&mut gone, |before| limits_the_same(before, expected)) {
            Some(before) => told.extend(of_limits(before, expected)),
            None => {
                told.push((
                    Effect::Strengthened,
                    format!("It must be so now: {}.", expected.words),
                ));
            }
        }
    }
    let no_longer = |one: &Expected| format!("It need be so no longer: {}.", one.words);
    told.extend(gone.into_iter().map(|one| (Effect::Weakened, no_longer(one))));
    told
}

fn limits_the_same(old: &Expected, new: &Expected) -> bool {
    let same = |(old, new): (&Bound, &Bound)| old.of == new.of && old.side == new.side;
    !old.limits.is_empty()
        && old.limits.len() == new.limits.len()
        && old.limits.iter().zip(&new.limits).all(same)
}

fn of_limits(old: &Expected, new: &Expected) -> Vec<Told> {
    let both = old.limits.iter().zip(&new.limits);
    let moved = both.filter(|(old, new)| !old.amount.is(&new.amount));
    moved.map(|(old, new)| limit(old, new)).collect()
}

fn limit(old: &Bound, new: &Bound) -> Told {
    let rose = new.amount.compare(&old.amount) == Some(Ordering::Greater);
    let verb = if rose { "was raised" } else { "was lowered" };
    let (of, side) = (&new.of, new.side.in_words());
    let (before, now) = (old.amount.in_words(), new.amount.in_words());
    let told = format!("The limit of {of} {verb} from {side} {before} to {side} {now}.");
    (turned(new.side.is_weakened(&old.amount, &new.amount)), told)
}
