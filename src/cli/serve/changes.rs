//! The changes since the last published version, as redlines.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use avouch::load::policy::blocks;
use avouch::model::published::change::between;
use avouch::model::published::recorded::Effect;
use avouch::model::published::{Published, recorded};
use avouch::model::source::redline;
use avouch::model::source::redline::{Run, redline};
use avouch::model::time::in_words;
use serde::Serialize;

use crate::disk::git::Repository;
use crate::serve::shown::page_of;
use crate::serve::workspace::Snapshot;

/// The most blocks of one page that are compared word by word.
const BLOCKS_MAX: usize = 2000;

/// The size limit of all policies in the last commit, in bytes; the others count as new.
const TEXTS_MAX: usize = 64 * 1024 * 1024;

/// The earlier state to compare with.
pub(crate) struct Previous {
    root: PathBuf,
    /// The published page; `None` to compare with the last commit.
    published: Option<Published>,
}

/// The changes of one page.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(crate) struct PageChanges {
    /// Its path within the site.
    page: String,
    /// Whether the page is new.
    is_new: bool,
    /// The changes, in the order of the page, or worst first.
    changes: Vec<Change>,
}

/// A block, or a promise, that changed.
#[derive(Debug, PartialEq, Serialize)]
struct Change {
    /// How the change affects the promise; empty where only words are compared.
    told: String,
    runs: Vec<Run>,
}

impl Previous {
    /// The published page, or else the last commit of the project at `root`.
    pub(crate) fn new(root: &Path, published: Option<Published>) -> Self {
        Self { root: root.to_owned(), published }
    }

    /// Its name in a sentence.
    pub(crate) fn name(&self) -> String {
        match &self.published {
            Some(published) => format!("the published page of {}", in_words(published.checked)),
            None => "the last commit".to_owned(),
        }
    }

    /// The changes since then, page by page; unchanged pages are left out.
    pub(crate) fn compare(&self, snapshot: &Snapshot) -> Vec<PageChanges> {
        match &self.published {
            Some(published) => promised(&between(&published.promises, &snapshot.promises)),
            None => {
                let old = committed(&self.root, snapshot);
                let pages = snapshot.policies.iter();
                pages.filter_map(|(file, text)| written(file, old.get(file), text)).collect()
            }
        }
    }
}

/// The policies in the last commit; empty without Git.
fn committed(root: &Path, snapshot: &Snapshot) -> BTreeMap<Arc<str>, String> {
    let files: Vec<&Arc<str>> = snapshot.policies.keys().collect();
    let mut old = BTreeMap::new();
    if let Ok(git) = Repository::open(root) {
        let names: Vec<String> = files.iter().map(|file| git.at("HEAD", file)).collect();
        // If Git fails on the way, the texts that were read are those of the commit all the same.
        let mut total = 0;
        let _ = git.texts(&names, |number, text| {
            total += text.len();
            if total > TEXTS_MAX {
                return ControlFlow::Break(());
            }
            old.insert(files[number].clone(), String::from_utf8_lossy(&text).into_owned());
            ControlFlow::Continue(())
        });
    }
    old
}

/// The changes of a policy since the last commit.
fn written(file: &Arc<str>, old: Option<&String>, text: &str) -> Option<PageChanges> {
    let changes = changes(old.map_or("", String::as_str), text);
    let is_new = old.is_none();
    let changed = is_new || !changes.is_empty();
    changed.then(|| PageChanges { page: page_of(file), is_new, changes })
}

/// The changes of promises, page by page.
fn promised(all: &[recorded::Change]) -> Vec<PageChanges> {
    let mut pages: Vec<PageChanges> = Vec::new();
    for one in all {
        let words = match (one.effect, &one.before) {
            (Effect::New, _) => redline("", &one.words),
            (Effect::Retracted, _) => redline(&one.words, ""),
            (_, before) => redline(before.as_ref().unwrap_or(&one.words), &one.words),
        };
        let change =
            Change { told: format!("{}: {}", one.effect.in_words(), one.told), runs: words };
        let path = match one.page.as_str() {
            "" => "index.html".to_owned(),
            slug => format!("{slug}/index.html"),
        };
        let at = pages.iter().position(|page| page.page == path).unwrap_or_else(|| {
            pages.push(PageChanges { page: path, ..PageChanges::default() });
            pages.len() - 1
        });
        let changes = &mut pages[at].changes;
        // Several changes of the same words are one entry.
        match changes.iter_mut().find(|other| other.runs == change.runs) {
            Some(other) => other.told = format!("{} {}", other.told, change.told),
            None => changes.push(change),
        }
    }
    pages
}

/// The changed blocks, each as a redline.
fn changes(old: &str, new: &str) -> Vec<Change> {
    let words = |text: &str| -> Vec<String> {
        blocks::of(text).into_iter().take(BLOCKS_MAX).map(|block| block.words).collect()
    };
    let changed = redline::blocks(&words(old), &words(new)).into_iter();
    changed.map(|runs| Change { told: String::new(), runs }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_compared_block_by_block_and_only_changes_are_reported() {
        let old = "One stays.\n\nAt most 24 hours.\n\nThis goes.\n";
        let new = "One\nstays.\n\nAt most 72 hours.\n";
        let mark = |run: Run| format!("{:?}:{}", run.fate, run.text.trim());
        let told = changes(old, new).into_iter();
        let told = told.map(|change| change.runs.into_iter().map(mark).collect::<Vec<_>>());
        let told: Vec<String> = told.map(|runs| runs.join(" ")).collect();
        assert_eq!(told, ["Kept:At most Removed:24 Added:72 Kept:hours.", "Removed:This goes."]);
    }
}
