//! The history of the sources in Git: the authors of lines, and earlier texts of files.
//!
//! A repository is untrusted input: its settings can name programs, and its objects can be as large as they
//! like. Git therefore reads the repository through a [`view`] that has no settings, and every command is
//! made in [`command`], within limits of time, output and memory.

pub(crate) mod authors;
mod command;
mod view;

use std::ffi::OsStr;
use std::fmt;
use std::io::{BufRead as _, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use avouch::model::source::Commit;
use avouch::probe::program;
use jiff::Timestamp;

use crate::confined;
use crate::disk::git::command::{Input, Output};
use crate::disk::git::view::View;

use crate::disk::repository::{Found, find};

/// The time limit of all commands on one opened repository.
const TIME_MAX: Duration = Duration::from_secs(10);

/// The size limit of one text, in bytes: no source is longer.
pub(crate) const TEXT_MAX: u64 = 16 * 1024 * 1024;

/// The longest line of a command's output, in bytes.
const LINE_MAX: u64 = 1024 * 1024;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The project is not in a repository, or the repository does not have that.
    Absent,
    /// The run does not trust the sources, so Git is not used.
    Untrusted,
    /// The repository could not be read.
    Unreadable(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => write!(out, "it is not in Git"),
            Self::Untrusted => write!(out, "Git is not used with `--untrusted`"),
            Self::Unreadable(why) => write!(out, "{why}"),
        }
    }
}

/// A repository that contains the project's folder, opened to be read.
pub(crate) struct Repository {
    program: PathBuf,
    view: View,
    /// The project's folder within the repository, with `/` after each part.
    prefix: String,
    ends: Instant,
}

impl Repository {
    /// Opens the repository of the project at `root`.
    pub(crate) fn open(root: &Path) -> Result<Self, NoAnswer> {
        if confined::is_confined() {
            return Err(NoAnswer::Untrusted);
        }
        let found = find(root).map_err(NoAnswer::Unreadable)?.ok_or(NoAnswer::Absent)?;
        let path = std::env::var("PATH").ok();
        let program = program::find("git", path.as_deref(), &found.top).ok_or_else(|| {
            let why = "no program `git` was found in PATH outside the project";
            NoAnswer::Unreadable(why.to_owned())
        })?;
        Self::seen(program, &found)
    }

    fn seen(program: PathBuf, found: &Found) -> Result<Self, NoAnswer> {
        let cannot = |error: std::io::Error| {
            NoAnswer::Unreadable(format!("the repository cannot be prepared for Git: {error}"))
        };
        let view = View::of(found).map_err(cannot)?;
        let ends = Instant::now() + TIME_MAX;
        let repository = Self { program, view, prefix: found.prefix.clone(), ends };
        if repository.view.may_have_format() {
            let format = |name: &str| repository.setting(found, name);
            let (objects, refs) = (format("objectformat"), format("refstorage"));
            repository.view.set_format(&objects, &refs).map_err(cannot)?;
        }
        Ok(repository)
    }

    /// A setting of the repository that describes its format, read as data.
    fn setting(&self, found: &Found, name: &str) -> String {
        let file = found.common_dir.join("config");
        let name = format!("extensions.{name}");
        let mut read = ["config", "--no-includes", "--file"].map(OsStr::new).to_vec();
        read.extend([file.as_os_str(), OsStr::new("--get"), OsStr::new(&name)]);
        self.words(&read).ok().flatten().unwrap_or_default()
    }

    /// The full name of the commit of a revision.
    pub(crate) fn commit(&self, revision: &str) -> Result<String, NoAnswer> {
        self.object(&format!("{revision}^{{commit}}"))
    }

    /// The full name of an object.
    fn object(&self, name: &str) -> Result<String, NoAnswer> {
        let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
        let full = self.words(&verify.map(OsStr::new))?.ok_or(NoAnswer::Absent)?;
        Ok(full.trim().to_owned())
    }

    /// A file's text at a revision.
    pub(crate) fn text_at(&self, revision: &str, file: &str) -> Result<String, NoAnswer> {
        let mut text = None;
        self.texts(&[self.at(revision, file)], |_, bytes| {
            text = Some(String::from_utf8_lossy(&bytes).into_owned());
            ControlFlow::Break(())
        })?;
        text.ok_or(NoAnswer::Absent)
    }

    /// The name of a file of the project at a revision.
    pub(crate) fn at(&self, revision: &str, file: &str) -> String {
        format!("{revision}:{}{file}", self.prefix)
    }

    /// The commits that changed a file, newest first, each with the file's path from the project then.
    pub(crate) fn versions(
        &self,
        file: &str,
        count_max: usize,
    ) -> Result<Vec<(Commit, String)>, NoAnswer> {
        let count = format!("--max-count={count_max}");
        let relative = format!("--relative={}", self.prefix);
        let path = format!("{}{file}", self.prefix);
        let mut log = vec!["log", "--follow", "--name-only", "--no-ext-diff", "--no-textconv"];
        log.extend([&*count, "--format=%x00%h%x09%at%x09%an", "HEAD", "--", &*path]);
        if !self.prefix.is_empty() {
            log.insert(1, &relative);
        }
        self.commit("HEAD")?;
        let log: Vec<_> = log.into_iter().map(OsStr::new).collect();
        let entries = self.words(&log)?.ok_or_else(|| damaged(file))?;
        let version = |entry: &str| {
            let (about, paths) = entry.split_once('\n')?;
            let path = paths.lines().find(|line| !line.is_empty())?;
            Some((commit(about)?, path.to_owned()))
        };
        Ok(entries.split('\0').filter_map(version).collect())
    }

    /// Calls `each` with the path from the project, and the name, of every regular file of the project at a
    /// commit, until it breaks. Stops with an error after `entries_max` of them.
    pub(crate) fn files_at(
        &self,
        commit: &str,
        entries_max: usize,
        mut each: impl FnMut(&str, &str) -> ControlFlow<()>,
    ) -> Result<(), NoAnswer> {
        let tree = format!("{commit}:{}", self.prefix.trim_end_matches('/'));
        let list = ["ls-tree", "-r", "-z", "--full-tree", &tree].map(OsStr::new);
        let mut is_over = false;
        let is_read = self.run(&list, Input::Nothing, |output| {
            for count in 0.. {
                let Some(entry) = line(output, b'\0')? else { break };
                is_over = count == entries_max;
                if is_over
                    || file_in(&entry).is_some_and(|(path, blob)| each(path, blob).is_break())
                {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        match is_over {
            true => Err(NoAnswer::Unreadable(format!("it has more than {entries_max} files"))),
            false if is_read => Ok(()),
            false => Err(damaged(commit)),
        }
    }

    /// Calls `each` with the number and the bytes of each object in `names`, in their order, until it breaks;
    /// objects that do not exist are left out. An object of more than [`TEXT_MAX`] bytes is an error.
    pub(crate) fn texts(
        &self,
        names: &[String],
        mut each: impl FnMut(usize, Vec<u8>) -> ControlFlow<()>,
    ) -> Result<(), NoAnswer> {
        let mut too_long = None;
        let names: Vec<&str> =
            names.iter().map(|name| if name.contains('\n') { "" } else { name }).collect();
        let input = names.join("\n").into_bytes();
        let batch = ["cat-file", "--batch"].map(OsStr::new);
        let is_read = self.run(&batch, Input::Bytes(&input), |output| {
            for number in 0..names.len() {
                let Some(header) = line(output, b'\n')? else { break };
                let Some(size) = size_of(&header) else { continue };
                if size > TEXT_MAX {
                    too_long = Some(size);
                    return Ok(ControlFlow::Break(()));
                }
                let mut bytes = Vec::new();
                output.by_ref().take(size + 1).read_to_end(&mut bytes)?;
                bytes.pop();
                if each(number, bytes).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        match too_long {
            Some(_) => {
                let most = TEXT_MAX / 1024 / 1024;
                Err(NoAnswer::Unreadable(format!("one of its files is longer than {most} MiB")))
            }
            None if is_read => Ok(()),
            None => Err(damaged("its objects")),
        }
    }

    /// The whole output of a command that prints little; `None` if it was not successful.
    fn words(&self, arguments: &[&OsStr]) -> Result<Option<String>, NoAnswer> {
        let mut words = Vec::new();
        let is_read = self.run(arguments, Input::Nothing, |output| {
            output.take(LINE_MAX).read_to_end(&mut words)?;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(is_read.then(|| String::from_utf8_lossy(&words).into_owned()))
    }

    fn run(
        &self,
        arguments: &[&OsStr],
        input: Input<'_>,
        read: impl FnOnce(&mut Output) -> std::io::Result<ControlFlow<()>>,
    ) -> Result<bool, NoAnswer> {
        command::run(self, arguments, input, read)
    }
}

/// Whether the project at `root` is in a repository with a commit.
pub(crate) fn is_committed(root: &Path) -> bool {
    Repository::open(root).and_then(|one| one.commit("HEAD")).is_ok()
}

fn damaged(what: &str) -> NoAnswer {
    let why = format!("Git could not read `{what}`: the history may be incomplete or damaged");
    NoAnswer::Unreadable(why)
}

/// The next piece of a command's output, without the byte that ends it; `None` at the end.
fn line(output: &mut Output, end: u8) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    output.by_ref().take(LINE_MAX).read_until(end, &mut line)?;
    match line.pop() {
        None => Ok(None),
        Some(last) if last == end => Ok(Some(line)),
        Some(_) => Err(std::io::Error::other("a line of its output is too long")),
    }
}

/// The path and the blob of an entry of a tree, if it is a regular file with a readable name.
fn file_in(entry: &[u8]) -> Option<(&str, &str)> {
    let (about, path) = std::str::from_utf8(entry).ok()?.split_once('\t')?;
    let about: Vec<&str> = about.split_whitespace().collect();
    let [mode, "blob", blob] = about.as_slice() else { return None };
    mode.starts_with("100").then_some((path, blob))
}

/// The size in the header of a blob; `None` if there is no such blob.
fn size_of(header: &[u8]) -> Option<u64> {
    let (about, size) = std::str::from_utf8(header).ok()?.rsplit_once(' ')?;
    about.ends_with(" blob").then(|| size.parse().ok())?
}

fn commit(line: &str) -> Option<Commit> {
    let mut fields = line.splitn(3, '\t');
    let id = fields.next()?.to_owned();
    let at = Timestamp::from_second(fields.next()?.parse().ok()?).ok()?;
    Some(Commit { id, author: fields.next()?.to_owned(), at })
}
