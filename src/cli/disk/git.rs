//! The history of the sources in Git: the author of a line, and earlier texts of a file.
//!
//! Without Git, or outside a repository, every answer is empty; nothing depends on it.

use std::collections::BTreeMap;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use avouch::model::source::diagnostic::Diagnostic;
use avouch::model::source::{Commit, Sources};
use jiff::Timestamp;

/// Adds the authors of the two sides to every redline among the diagnostics.
pub(crate) fn sign(root: &Path, diagnostics: &mut [Diagnostic], sources: &Sources) {
    let mut files = BTreeMap::new();
    let redlines = diagnostics.iter_mut().filter_map(|one| one.redline.as_mut());
    for side in redlines.flat_map(|redline| [&mut redline.quote, &mut redline.policy]) {
        let lines = [&side.place].into_iter().chain(&side.heading).flat_map(|place| {
            let known = files.entry(place.file.clone());
            let known: &Lines = known.or_insert_with(|| lines(root, &place.file));
            sources
                .lines(place)
                .map(|line| known.get(line - 1).cloned().flatten())
                .collect::<Vec<_>>()
        });
        // A line that is not committed is newer than every commit.
        let commits: Option<Vec<Commit>> = lines.collect();
        side.by = commits.and_then(|commits| commits.into_iter().max_by_key(|one| one.at));
    }
}

/// For each line of a file, the commit that changed it last; `None` if it is not committed.
type Lines = Vec<Option<Commit>>;

/// The lines of a file; empty if Git does not have it.
fn lines(root: &Path, file: &str) -> Lines {
    let blame = git(root, &["blame", "--line-porcelain", "--no-textconv", "--", file]);
    let mut lines = Lines::new();
    let mut fields: Vec<&str> = Vec::new();
    for line in blame.iter().flat_map(|blame| blame.split('\n')) {
        // The fields of a line precede the line itself, which starts with a tab.
        if line.starts_with('\t') {
            lines.push(commit_of(&fields));
            fields.clear();
        } else {
            fields.push(line);
        }
    }
    lines
}

fn commit_of(fields: &[&str]) -> Option<Commit> {
    let field = |name: &str| fields.iter().find_map(|line| line.strip_prefix(name));
    let id = fields.first()?.split(' ').next()?;
    let committed = id.chars().any(|digit| digit != '0');
    let at = Timestamp::from_second(field("author-time ")?.parse().ok()?).ok()?;
    committed.then(|| Commit {
        id: id.chars().take(10).collect(),
        author: field("author ").unwrap_or_default().to_owned(),
        at,
    })
}

/// The commits that changed a file, newest first, each with the file's path from the root then.
pub(crate) fn versions(root: &Path, file: &str, count_max: usize) -> Vec<(Commit, String)> {
    let count = format!("--max-count={count_max}");
    let format = "--format=%x00%h%x09%at%x09%an";
    let log = ["log", "--follow", "--name-only", "--relative", &count, format, "--", file];
    let entries = git(root, &log).unwrap_or_default();
    let version = |entry: &str| {
        let (about, paths) = entry.split_once('\n')?;
        let path = paths.lines().find(|line| !line.is_empty())?;
        Some((commit(about)?, path.to_owned()))
    };
    entries.split('\0').filter_map(version).collect()
}

fn commit(line: &str) -> Option<Commit> {
    let mut fields = line.splitn(3, '\t');
    let id = fields.next()?.to_owned();
    let at = Timestamp::from_second(fields.next()?.parse().ok()?).ok()?;
    Some(Commit { id, author: fields.next()?.to_owned(), at })
}

/// A file's text at a revision.
pub(crate) fn text_at(root: &Path, revision: &str, file: &str) -> Option<String> {
    git(root, &["cat-file", "blob", &format!("{revision}:./{file}")])
}

/// The full name of the commit of a revision.
pub(crate) fn resolved(root: &Path, revision: &str) -> Option<String> {
    let commit = format!("{revision}^{{commit}}");
    let name = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
    Some(name.trim().to_owned())
}

/// Every regular file of the project's folder at a commit: its blob and its relative path. Files of more
/// than `bytes_max` bytes are left out.
pub(crate) fn files_at(root: &Path, commit: &str, bytes_max: u64) -> Option<Vec<(String, String)>> {
    let tree = git(root, &["ls-tree", "-r", "-l", "-z", commit, "--", "."])?;
    let file = |entry: &str| {
        let (about, path) = entry.split_once('\t')?;
        let about: Vec<&str> = about.split_whitespace().collect();
        let [mode, "blob", blob, size] = about.as_slice() else { return None };
        let is_file = mode.starts_with("100") && size.parse::<u64>().ok()? <= bytes_max;
        is_file.then(|| ((*blob).to_owned(), path.to_owned()))
    };
    Some(tree.split('\0').filter_map(file).collect())
}

/// The bytes of blobs, in their order; `None` if one of them cannot be read.
pub(crate) fn blobs(root: &Path, blobs: &[&str]) -> Option<Vec<Vec<u8>>> {
    // The names come from a file, so that reading and writing cannot block each other.
    let mut names = tempfile::tempfile().ok()?;
    names.write_all(blobs.join("\n").as_bytes()).ok()?;
    names.rewind().ok()?;
    let output = command(root, &["cat-file", "--batch"]).stdin(names).output().ok()?;
    let mut rest = output.stdout.as_slice();
    let mut next = || {
        let line = rest.iter().position(|byte| *byte == b'\n')?;
        let size = std::str::from_utf8(rest.get(..line)?).ok()?.rsplit(' ').next()?;
        let end = (line + 1).checked_add(size.parse().ok()?)?;
        let blob = rest.get(line + 1..end)?.to_vec();
        rest = rest.get(end + 1..)?;
        Some(blob)
    };
    blobs.iter().map(|_| next()).collect()
}

/// The output of a Git command, or `None` if it fails.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = command(root, arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    // A repository's own settings may name programs, which we must not run.
    let settings = ["core.quotepath=off", "core.fsmonitor=false", "log.showSignature=false"];
    let mut command = Command::new("git");
    command.current_dir(root).arg("--no-pager");
    settings.iter().for_each(|setting| {
        command.args(["-c", setting]);
    });
    command.args(arguments).env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    command.stderr(Stdio::null());
    command
}
