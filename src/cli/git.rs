//! What git knows of the sources: who wrote a line, and how a file read before.
//!
//! Without git, or outside a repository, nothing is known; nothing depends on it.

use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Timestamp;

/// A commit, as far as a reader is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Its abbreviated name.
    pub(crate) id: String,
    /// Who wrote it: the name, without the mail address.
    pub(crate) author: String,
    /// When it was written.
    pub(crate) at: Timestamp,
}

/// Who last changed a line of a file, counted from 1; `None` if it is not committed.
pub(crate) fn last_change(root: &Path, file: &str, line: usize) -> Option<Commit> {
    let lines = format!("-L{line},{line}");
    let blame = git(root, &["blame", "--porcelain", "--no-textconv", &lines, "--", file])?;
    let field = |name: &str| blame.lines().find_map(|line| line.strip_prefix(name));
    let id = blame.split_whitespace().next()?;
    let committed = id.chars().any(|digit| digit != '0');
    let at = Timestamp::from_second(field("author-time ")?.parse().ok()?).ok()?;
    committed.then(|| Commit {
        id: id.chars().take(10).collect(),
        author: field("author ").unwrap_or_default().to_owned(),
        at,
    })
}

/// The commits that changed a file, newest first, renames followed.
pub(crate) fn versions(root: &Path, file: &str) -> Vec<Commit> {
    let log = ["log", "--follow", "--format=%h%x09%at%x09%an", "--", file];
    let lines = git(root, &log).unwrap_or_default();
    lines.lines().filter_map(commit).collect()
}

fn commit(line: &str) -> Option<Commit> {
    let mut fields = line.splitn(3, '\t');
    let id = fields.next()?.to_owned();
    let at = Timestamp::from_second(fields.next()?.parse().ok()?).ok()?;
    Some(Commit { id, author: fields.next()?.to_owned(), at })
}

/// A file's text, as it was at a revision.
pub(crate) fn text_at(root: &Path, revision: &str, file: &str) -> Option<String> {
    git(root, &["cat-file", "blob", &format!("{revision}:./{file}")])
}

/// What git answers, or `None` if it cannot.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    // A repository's own settings may name programs to run; a reader of sources runs none of them.
    let settings = ["core.quotepath=off", "core.fsmonitor=false", "log.showSignature=false"];
    let mut command = Command::new("git");
    command.current_dir(root).arg("--no-pager");
    settings.iter().for_each(|setting| {
        command.args(["-c", setting]);
    });
    command.args(arguments).env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
