//! Redlines: nothing is lost between two texts.

use crate::fuzz::choices::two_texts;
use crate::language::words::normalise;
use crate::model::source::Place;
use crate::model::source::redline::{Fate, Redline, Run, Side, blocks, redline};

/// Compares two texts.
pub(super) fn compare(bytes: &[u8]) {
    let (old, new) = two_texts(bytes);
    let runs = redline(&old, &new);
    let without = |fate: Fate| -> String {
        runs.iter().filter(|run| run.fate != fate).map(|run| run.text.as_str()).collect()
    };
    assert_eq!(without(Fate::Added), normalise(&old), "words of the old text are lost");
    assert_eq!(without(Fate::Removed), normalise(&new), "words of the new text are lost");
    assert!(runs.iter().all(|run| !run.text.is_empty()), "a run is empty");
    assert!(runs.windows(2).all(|two| two[0].fate != two[1].fate), "two runs are one");
    let in_order = |two: &[Run]| (two[0].fate, two[1].fate) != (Fate::Added, Fate::Removed);
    assert!(runs.windows(2).all(in_order), "a replacement precedes the words that it replaces");
    let same = redline(&old, &old);
    assert!(same.iter().all(|run| run.fate == Fate::Kept), "a text differs from itself");
    let side = |text: &str| Side::new(text, Place::file("a"));
    let both = Redline::new(&"claim".into(), side(&old), side(&new));
    assert!(both.look_alikes().iter().all(|(old, new)| old.is_ascii() != new.is_ascii()));
    compare_blocks(&old, &new);
}

fn compare_blocks(old: &str, new: &str) {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (lines(old), lines(new));
    assert!(blocks(&old, &old).is_empty(), "blocks differ from themselves");
    let changes = blocks(&old, &new);
    let is_change = |runs: &Vec<Run>| runs.iter().any(|run| run.fate != Fate::Kept);
    assert!(changes.iter().all(is_change), "a block without a change is listed");
}
