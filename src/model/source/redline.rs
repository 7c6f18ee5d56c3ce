//! Redlines: the words that were removed, added and kept between two texts.

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::language::words::normalise;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::{Commit, Place};

/// The changes of a suspect claim since its words were last approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redline {
    /// The claim.
    pub claim: ClaimId,
    /// The changes, word by word.
    pub runs: Vec<Run>,
    /// The quote in the claim's file.
    pub quote: Side,
    /// The present text of the policy.
    pub policy: Side,
}

/// One side of a redline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The words.
    pub text: String,
    /// Their place.
    pub place: Place,
    /// The heading above, if the redline is about the heading and not the words.
    pub heading: Option<Place>,
    /// Who wrote it; `None` if it is not committed, or was not looked up.
    pub by: Option<Commit>,
}

impl Redline {
    /// Whether the author of either side is known.
    pub fn is_committed(&self) -> bool {
        self.quote.by.is_some() || self.policy.by.is_some()
    }

    /// The redline between a claim's quote and its policy, without authors.
    pub fn new(claim: &ClaimId, quote: Side, policy: Side) -> Self {
        let runs = redline(&quote.text, &policy.text);
        Self { claim: claim.clone(), runs, quote, policy }
    }

    /// Characters that were replaced by others that may look alike, as pairs of removed and added. One
    /// of each pair is ASCII.
    pub fn look_alikes(&self) -> Vec<(char, char)> {
        let mut all = Vec::new();
        for pair in self.runs.windows(2) {
            let is_swap = pair[0].fate == Fate::Removed && pair[1].fate == Fate::Added;
            if is_swap && pair[0].text.chars().count() == pair[1].text.chars().count() {
                let swapped = pair[0].text.chars().zip(pair[1].text.chars());
                all.extend(swapped.filter(|(old, new)| old.is_ascii() != new.is_ascii()));
            }
        }
        all.dedup();
        all
    }
}

impl Side {
    /// Words at their place, without their author.
    pub fn new(text: &str, place: Place) -> Self {
        Self { text: text.to_owned(), place, heading: None, by: None }
    }
}

/// Maximum length in bytes of texts that are compared word by word.
const COMPARED_MAX: usize = 16 * 1024;

/// Maximum number of blocks of a text that are compared with those of another one, in any order.
const BLOCKS_MAX: usize = 2000;

/// How many blocks are tried as the earlier form of one.
const ALIKE_MAX: usize = 16;

/// Whether words were kept, removed or added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// In both texts.
    Kept,
    /// In the old text only.
    Removed,
    /// In the new text only.
    Added,
}

/// Adjacent words with the same fate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Whether they were kept, removed or added.
    pub fate: Fate,
    /// The words, with the space that follows them.
    pub text: String,
}

/// The differences between `old` and `new`, word by word; removed words precede their replacement.
///
/// Both are compared in their comparable form ([`normalise`]); no run is empty, and no two that
/// follow each other share a fate.
pub fn redline(old: &str, new: &str) -> Vec<Run> {
    let (old, new) = (normalise(old), normalise(new));
    let mut runs: Vec<Run> = Vec::new();
    if !may_be_compared(&old, &new) {
        in_full(&old, &new, &mut runs);
        return runs;
    }
    let diff = TextDiff::from_unicode_words(old.as_str(), new.as_str());
    for change in diff.iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Fate::Kept,
            ChangeTag::Delete => Fate::Removed,
            ChangeTag::Insert => Fate::Added,
        };
        push(&mut runs, fate, change.value());
    }
    runs
}

/// Whether two texts are short enough to be compared word by word, which takes quadratic time.
pub fn may_be_compared(old: &str, new: &str) -> bool {
    old.len().max(new.len()) <= COMPARED_MAX
}

/// The redline of two long texts: what is between their equal beginnings and ends was replaced.
fn in_full(old: &str, new: &str, runs: &mut Vec<Run>) {
    let equal = |(one, other): &(&str, &str)| one == other;
    let words = |text| -> Vec<&str> { str::split_inclusive(text, ' ').collect() };
    let (old, new) = (words(old), words(new));
    let pairs = || old.iter().copied().zip(new.iter().copied());
    let first = pairs().take_while(equal).count();
    let behind = old[first..].iter().rev().copied().zip(new[first..].iter().rev().copied());
    let last = behind.take_while(equal).count();
    let mut add = |fate, words: &[&str]| match words.is_empty() {
        true => {}
        false => push(runs, fate, &words.concat()),
    };
    add(Fate::Kept, &old[..first]);
    add(Fate::Removed, &old[first..old.len() - last]);
    add(Fate::Added, &new[first..new.len() - last]);
    add(Fate::Kept, &old[old.len() - last..]);
}

/// The differences between the blocks of two texts: those that changed, in order. Of replaced blocks,
/// similar ones are compared with each other.
pub fn blocks(old: &[String], new: &[String]) -> Vec<Vec<Run>> {
    let mut changes = Vec::new();
    let mut add = |old: &str, new: &str| changes.push(redline(old, new));
    // Beyond this many, blocks at the same place are compared with each other.
    if old.len().max(new.len()) > BLOCKS_MAX {
        let longest = old.len().max(new.len());
        let at = |blocks: &[String], at: usize| blocks.get(at).cloned().unwrap_or_default();
        let different = (0..longest).filter(|one| old.get(*one) != new.get(*one));
        return different.map(|one| redline(&at(old, one), &at(new, one))).collect();
    }
    for part in similar::capture_diff_slices(similar::Algorithm::Myers, old, new) {
        if part.tag() == similar::DiffTag::Equal {
            continue;
        }
        let mut gone = &old[part.old_range()];
        for block in &new[part.new_range()] {
            match gone.iter().take(ALIKE_MAX).position(|before| are_alike(before, block)) {
                None => add("", block),
                Some(at) => {
                    gone[..at].iter().for_each(|before| add(before, ""));
                    add(&gone[at], block);
                    gone = &gone[at + 1..];
                }
            }
        }
        gone.iter().for_each(|before| add(before, ""));
    }
    let changed = |runs: &Vec<Run>| runs.iter().any(|run| run.fate != Fate::Kept);
    changes.retain(changed);
    changes
}

/// Whether two blocks are so similar that a redline of them is readable.
fn are_alike(old: &str, new: &str) -> bool {
    may_be_compared(old, new) && TextDiff::from_unicode_words(old, new).ratio() >= 0.5
}

fn push(runs: &mut Vec<Run>, fate: Fate, text: &str) {
    match runs.last_mut() {
        Some(last) if last.fate == fate => last.text.push_str(text),
        _ => runs.push(Run { fate, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let mark = |run: Run| match run.fate {
            Fate::Kept => run.text,
            Fate::Removed => format!("[-{}-]", run.text),
            Fate::Added => format!("[+{}+]", run.text),
        };
        redline(old, new).into_iter().map(mark).collect()
    }

    #[test]
    fn a_changed_number_is_one_word_out_and_one_word_in() {
        assert_eq!(shown("at most 24 hours", "at most 72 hours"), "at most [-24-][+72+] hours");
    }

    #[test]
    fn a_letter_that_only_looks_like_another_is_shown() {
        let side = |text: &str| Side::new(text, Place::file("a"));
        let of = |old, new| Redline::new(&"a".into(), side(old), side(new)).look_alikes();
        assert_eq!(of("All data.", "All d\u{430}ta."), [('a', '\u{430}')]);
        assert_eq!(of("24 hours", "２４ hours"), [('2', '２'), ('4', '４')]);
        assert_eq!(of("24 hours", "72 hours"), []);
    }

    #[test]
    fn blocks_that_are_alike_are_compared_and_others_come_and_go() {
        let of = |blocks: &[&str]| blocks.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let old = of(&["Data", "It is kept for one day.", "We are nice.", "The end."]);
        let new = of(&["Data", "Mail", "It is kept for two days.", "The end.", "Really."]);
        let shown = |runs: Vec<Run>| {
            let mark = |run: &Run| match run.fate {
                Fate::Kept => run.text.clone(),
                Fate::Removed => format!("[-{}-]", run.text),
                Fate::Added => format!("[+{}+]", run.text),
            };
            runs.iter().map(mark).collect::<String>()
        };
        let changed: Vec<String> = blocks(&old, &new).into_iter().map(shown).collect();
        assert_eq!(
            changed,
            [
                "[+Mail+]",
                "It is kept for [-one-][+two+] [-day-][+days+].",
                "[-We are nice.-]",
                "[+Really.+]",
            ]
        );
    }

    #[test]
    fn long_texts_are_compared_in_linear_time() {
        let long = |word: &str| (0..100_000).map(|one| format!("{word}{one} ")).collect::<String>();
        let (old, new) = (long("a"), long("b"));
        let runs = redline(&format!("The same {old}end"), &format!("The same {new}end"));
        let fates: Vec<Fate> = runs.iter().map(|run| run.fate).collect();
        assert_eq!(fates, [Fate::Kept, Fate::Removed, Fate::Added, Fate::Kept]);
        assert_eq!(runs[0].text, "The same ");
        let many = |word: &str| (0..20_000).map(|one| format!("{word}{one}")).collect::<Vec<_>>();
        assert_eq!(blocks(&many("a"), &many("b")).len(), 20_000);
        assert_eq!(blocks(&many("a"), &many("a")), Vec::<Vec<Run>>::new());
        assert_eq!(shown(&"a ".repeat(20_000), &"a ".repeat(20_000)).matches("[").count(), 0);
    }

    #[test]
    fn wrapping_is_not_a_change() {
        assert_eq!(shown("at most\n24 hours", "at most 24 hours"), "at most 24 hours");
        assert_eq!(shown("", ""), "");
    }
}
