//! What changed since the last published version, as a redline.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use avouch::load::blocks;
use avouch::model::redline::{Fate, Run, redline};
use serde::Serialize;
use similar::{DiffTag, capture_diff_slices};

use crate::git;
use crate::serve::desk::Look;
use crate::serve::notes::page_of;

/// Blocks of one page that are compared word by word.
const BLOCKS_MAX: usize = 2000;

/// What the pages are compared with.
pub(crate) struct Previous {
    root: PathBuf,
}

/// What changed on one page.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct PageChanges {
    /// Its path below the site's root.
    page: String,
    /// Its file.
    file: String,
    /// Whether there was no such page.
    is_new: bool,
    /// What changed, in the order of the page.
    changes: Vec<Change>,
}

/// A block that changed.
#[derive(Debug, PartialEq, Serialize)]
struct Change {
    /// Its index among the blocks of the page, or that of the block behind it if it is gone.
    block: usize,
    runs: Vec<Run>,
}

impl Previous {
    /// The last commit of the project at `root`.
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// What it is, in words.
    pub(crate) fn name(&self) -> &'static str {
        "the last commit"
    }

    /// What changed since then, page by page; pages that did not are left out.
    pub(crate) fn compare(&self, look: &Look) -> Vec<PageChanges> {
        let of = |(file, text): (&Arc<str>, &Arc<str>)| {
            let old = git::text_at(&self.root, "HEAD", file);
            let changes = changes(old.as_deref().unwrap_or_default(), text);
            let is_new = old.is_none();
            let changed = is_new || !changes.is_empty();
            let page = page_of(file);
            changed.then(|| PageChanges { page, file: file.to_string(), is_new, changes })
        };
        look.policies.iter().filter_map(of).collect()
    }
}

/// The blocks that changed, each as a redline.
fn changes(old: &str, new: &str) -> Vec<Change> {
    let words = |text: &str| -> Vec<String> {
        blocks::of(text).into_iter().take(BLOCKS_MAX).map(|block| block.words).collect()
    };
    let (old, new) = (words(old), words(new));
    let mut all = Vec::new();
    for op in capture_diff_slices(similar::Algorithm::Myers, &old, &new) {
        if op.tag() == DiffTag::Equal {
            continue;
        }
        let (olds, news) = (&old[op.old_range()], &new[op.new_range()]);
        for index in 0..olds.len().max(news.len()) {
            let text = |side: &[String]| side.get(index).cloned().unwrap_or_default();
            let runs = redline(&text(olds), &text(news));
            let block = op.new_range().start + index.min(news.len());
            if runs.iter().any(|run| run.fate != Fate::Kept) {
                all.push(Change { block, runs });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_compared_block_by_block_and_only_what_changed_is_told() {
        let old = "One stays.\n\nAt most 24 hours.\n\nThis goes.\n";
        let new = "One\nstays.\n\nAt most 72 hours.\n";
        let told: Vec<(usize, String)> = changes(old, new)
            .into_iter()
            .map(|change| {
                let mark = |run: Run| format!("{:?}:{}", run.fate, run.text.trim());
                (change.block, change.runs.into_iter().map(mark).collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(
            told,
            [
                (1, "Kept:At most Removed:24 Added:72 Kept:hours.".to_owned()),
                (2, "Removed:This goes.".to_owned()),
            ]
        );
    }
}
