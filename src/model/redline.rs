//! A redline: which words went, which came, and which stayed.

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::model::words::normalise;

/// What became of some words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// They stayed.
    Kept,
    /// They are in the old text only.
    Removed,
    /// They are in the new text only.
    Added,
}

/// Words that stand together and share a fate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// What became of them.
    pub fate: Fate,
    /// The words, with the space that follows them.
    pub text: String,
}

/// How `old` became `new`, word by word: what was removed stands before what came in its place.
///
/// Both are compared in their comparable form ([`normalise`]); no run is empty, and no two that
/// follow each other share a fate.
pub fn redline(old: &str, new: &str) -> Vec<Run> {
    let (old, new) = (normalise(old), normalise(new));
    let diff = TextDiff::from_unicode_words(old.as_str(), new.as_str());
    let mut runs: Vec<Run> = Vec::new();
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
    fn wrapping_is_no_change() {
        assert_eq!(shown("at most\n24 hours", "at most 24 hours"), "at most 24 hours");
        assert_eq!(shown("", ""), "");
    }
}
