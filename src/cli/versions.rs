//! The earlier versions of the policies, from Git, where the project publishes them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use avouch::language::words::normalise;
use avouch::load::policy::blocks;
use avouch::model::project::policy::Version;

use crate::disk::git::{NoAnswer, Repository};
use crate::exit::Exit;
use crate::session::Session;
use crate::terminal::console::Console;

/// The most versions of one policy; older ones are dropped.
const VERSIONS_MAX: usize = 20;

/// The most commits of one policy that are read: most of them change words.
const COMMITS_MAX: usize = 200;

/// The size limit of all earlier texts that are read, in bytes.
const TEXTS_MAX: usize = 64 * 1024 * 1024;

/// The versions of each policy, newest first; none where the project does not publish them.
pub(crate) fn all(
    session: &Session,
    console: Console,
) -> Result<BTreeMap<String, Vec<Version>>, Exit> {
    if !session.project.site.versions {
        return Ok(BTreeMap::new());
    }
    read(session).or_else(|why| match why {
        NoAnswer::Absent => Ok(BTreeMap::new()),
        NoAnswer::Untrusted => {
            console.message(
                "the pages of earlier versions are left out: Git is not used with `--untrusted`",
            );
            Ok(BTreeMap::new())
        }
        NoAnswer::Unreadable(_) => {
            let help = "correct the repository, or set `site.versions` to `false`";
            console.error(format!("cannot read the earlier versions of the policies: {why}"), help);
            Err(Exit::Unusable)
        }
    })
}

fn read(session: &Session) -> Result<BTreeMap<String, Vec<Version>>, NoAnswer> {
    let git = Repository::open(&session.root)?;
    let policies = session.project.policies.iter();
    let mut left = TEXTS_MAX;
    policies.map(|one| Ok((one.file.to_string(), of_file(&git, &one.file, &mut left)?))).collect()
}

/// The words of a policy's text, block by block.
fn words(text: &str) -> Vec<String> {
    let blocks = blocks::of(text).into_iter();
    blocks.map(|block| normalise(&block.words)).filter(|words| !words.is_empty()).collect()
}

/// A commit that only rewraps lines, or changes invisible text, is not a version.
fn of_file(git: &Repository, file: &str, left: &mut usize) -> Result<Vec<Version>, NoAnswer> {
    let mut versions: Vec<Version> = Vec::new();
    let commits = git.versions(file, COMMITS_MAX)?;
    let names: Vec<String> =
        commits.iter().map(|(commit, path)| git.at(&commit.id, path)).collect();
    let mut is_over = false;
    git.texts(&names, |number, text| {
        let Some(rest) = left.checked_sub(text.len()) else {
            is_over = true;
            return ControlFlow::Break(());
        };
        *left = rest;
        let since = commits[number].0.at;
        let version = Version { since, blocks: words(&String::from_utf8_lossy(&text)) };
        let is_full = versions.len() == VERSIONS_MAX;
        match versions.last_mut() {
            // The same words as in the commit after it: they are older than was known so far.
            Some(newer) if newer.blocks == version.blocks => newer.since = since,
            _ if is_full => return ControlFlow::Break(()),
            _ => versions.push(version),
        }
        ControlFlow::Continue(())
    })?;
    match is_over {
        true => {
            let most = TEXTS_MAX / 1024 / 1024;
            Err(NoAnswer::Unreadable(format!("they are longer than {most} MiB together")))
        }
        false => Ok(versions),
    }
}
