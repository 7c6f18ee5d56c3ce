//! The earlier versions of the policies, from Git, where the project publishes them.

use std::collections::BTreeMap;
use std::path::Path;

use avouch::language::words::normalise;
use avouch::load::policy::blocks;
use avouch::model::project::policy::Version;

use crate::disk::git;
use crate::session::Session;

/// The most versions of one policy; older ones are dropped.
const VERSIONS_MAX: usize = 20;

/// The most commits of one policy that are read: most of them change words.
const COMMITS_MAX: usize = 200;

/// The versions of each policy, newest first; none where the project does not publish them.
pub(crate) fn all(session: &Session) -> BTreeMap<String, Vec<Version>> {
    if !session.project.site.versions {
        return BTreeMap::new();
    }
    let policies = session.project.policies.iter();
    policies.map(|policy| (policy.file.to_string(), of_file(&session.root, &policy.file))).collect()
}

/// The words of a policy's text, block by block.
fn words(text: &str) -> Vec<String> {
    let blocks = blocks::of(text).into_iter();
    blocks.map(|block| normalise(&block.words)).filter(|words| !words.is_empty()).collect()
}

/// A commit that only rewraps lines, or changes invisible text, is not a version.
fn of_file(root: &Path, file: &str) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    for (commit, path) in git::versions(root, file, COMMITS_MAX) {
        let Some(text) = git::text_at(root, &commit.id, &path) else { break };
        let version = Version { since: commit.at, blocks: words(&text) };
        let is_full = versions.len() == VERSIONS_MAX;
        match versions.last_mut() {
            // The same words as in the commit after it: they are older than was known so far.
            Some(newer) if newer.blocks == version.blocks => newer.since = version.since,
            _ if is_full => break,
            _ => versions.push(version),
        }
    }
    versions
}
