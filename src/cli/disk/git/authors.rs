//! The authors of changed words.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::Path;

use avouch::model::source::diagnostic::Diagnostic;
use avouch::model::source::diagnostic::codes::Code;
use avouch::model::source::{Commit, Place, Sources};
use jiff::Timestamp;

use crate::disk::git::command::Input;
use crate::disk::git::{NoAnswer, Repository, damaged, line};

/// Adds the authors of the two sides to every redline among the diagnostics. Reports it if Git has a
/// history that cannot be read.
pub(crate) fn sign(root: &Path, diagnostics: &mut Vec<Diagnostic>, sources: &Sources) {
    if diagnostics.iter().all(|one| one.redline.is_none()) {
        return;
    }
    let signed = Repository::open(root).and_then(|git| sign_all(&git, diagnostics, sources));
    if let Err(NoAnswer::Unreadable(why)) = signed {
        let message = format!("the authors of changed words could not be read from Git: {why}");
        let help = "the redlines are complete without them; `git blame` shows the authors";
        let unread = Diagnostic::new(Code::HistoryUnread, Place::file("avouch.yaml"), message);
        diagnostics.push(Diagnostic { place: None, ..unread.help(help) });
    }
}

fn sign_all(
    git: &Repository,
    diagnostics: &mut [Diagnostic],
    sources: &Sources,
) -> Result<(), NoAnswer> {
    let mut files: BTreeMap<_, Lines> = BTreeMap::new();
    let redlines = diagnostics.iter_mut().filter_map(|one| one.redline.as_mut());
    for side in redlines.flat_map(|redline| [&mut redline.quote, &mut redline.policy]) {
        let mut commits = Some(Vec::new());
        for place in [&side.place].into_iter().chain(&side.heading) {
            if !files.contains_key(&place.file) {
                files.insert(place.file.clone(), lines(git, &place.file, sources)?);
            }
            let known = &files[&place.file];
            let of_lines = sources.lines(place).map(|line| known.get(line - 1).cloned().flatten());
            // A line that is not committed is newer than every commit.
            commits = commits
                .zip(of_lines.collect())
                .map(|(all, more): (Vec<Commit>, Vec<_>)| [all, more].concat());
        }
        side.by = commits.and_then(|commits| commits.into_iter().max_by_key(|one| one.at));
    }
    Ok(())
}

/// For each line of a file, the commit that changed it last; `None` if it is not committed.
type Lines = Vec<Option<Commit>>;

/// The lines of a file as it was read; empty if Git does not have it.
///
/// Git gets the text from us, and the names of the last commit: it does not open the file, so that no
/// attribute of the file has an effect.
fn lines(git: &Repository, file: &str, sources: &Sources) -> Result<Lines, NoAnswer> {
    let Some(text) = sources.text(file) else { return Ok(Lines::new()) };
    match git.object(&git.at("HEAD", file)) {
        Err(NoAnswer::Absent) => return Ok(Lines::new()),
        other => other?,
    };
    let path = format!("{}{file}", git.prefix);
    let blame = ["blame", "--line-porcelain", "--no-textconv", "--contents", "-", "--", &path]
        .map(OsStr::new);
    let mut lines = Lines::new();
    let mut fields: Vec<String> = Vec::new();
    let is_read = git.run(&blame, Input::Bytes(text.as_bytes()), |output| {
        while let Some(line) = line(output, b'\n')? {
            // The fields of a line precede the line itself, which starts with a tab.
            if line.starts_with(b"\t") {
                lines.push(commit_of(&fields));
                fields.clear();
            } else {
                fields.push(String::from_utf8_lossy(&line).into_owned());
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if is_read { Ok(lines) } else { Err(damaged(file)) }
}

fn commit_of(fields: &[String]) -> Option<Commit> {
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
