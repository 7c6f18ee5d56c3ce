//! Where a project is within its repository: forges show annotations at paths from the repository's root.
//!
//! The repository is found by its `.git`, without running Git.

use std::fs::{self, OpenOptions};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};

/// The size limit of a small file of a repository, in bytes.
const SMALL_MAX: u64 = 1024 * 1024;

/// A repository that contains a project.
pub(crate) struct Found {
    /// The folder that contains `.git`.
    pub(crate) top: PathBuf,
    /// The project's folder within it, with `/` after each part.
    pub(crate) prefix: String,
    /// What Git knows about this work tree.
    pub(crate) git_dir: PathBuf,
    /// What Git shares among all work trees of the repository.
    pub(crate) common_dir: PathBuf,
}

/// The nearest repository around a project; `None` if there is none. A bare repository does not count: any
/// folder can contain one as ordinary files.
///
/// # Errors
///
/// Its `.git` leads to a repository that does not belong to this folder.
pub(crate) fn find(project: &Path) -> Result<Option<Found>, String> {
    let Ok(project) = project.canonicalize() else { return Ok(None) };
    for top in project.ancestors() {
        let Some(data) = data_of(top)? else { continue };
        if data.own.join("HEAD").symlink_metadata().is_err() {
            continue;
        }
        if let Some(link) = LINKED.iter().find(|name| data.common.join(name).is_symlink()) {
            return Err(format!("`{link}` of its repository is a link"));
        }
        own_objects(&data.common.join("objects"))?;
        let prefix = project.strip_prefix(top).map(written).unwrap_or_default();
        return Ok(Some(Found {
            top: top.to_owned(),
            prefix,
            git_dir: data.own,
            common_dir: data.common,
        }));
    }
    Ok(None)
}

/// What a repository's data consists of, apart from its settings.
pub(crate) const LINKED: [&str; 6] =
    ["objects", "refs", "packed-refs", "shallow", "logs", "reftable"];

/// Checks that the objects of a repository are its own: neither alternates nor links lead to those of another one,
/// whose history would be shown.
fn own_objects(objects: &Path) -> Result<(), String> {
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let is_link = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|about| about.is_symlink());
    for entry in entries(objects) {
        let found =
            if is_link(&entry) { Some(entry) } else { entries(&entry.path()).find(is_link) };
        if let Some(link) = found {
            let link = link.path();
            let link = link.strip_prefix(objects).unwrap_or(&link).display();
            return Err(format!("`objects/{link}` of its repository is a link"));
        }
    }
    Ok(())
}

/// The folders with the data of a repository.
struct Data {
    /// Of one work tree.
    own: PathBuf,
    /// Of all work trees.
    common: PathBuf,
}

/// The data of the repository whose work tree is `top`, if there is any.
///
/// A `.git` that is a file or a link leads elsewhere. It is followed only if the folder there belongs to `top`: it is
/// a further work tree that its repository knows, or a submodule of a repository around it. Otherwise a
/// stranger's folder could show the history of any repository on this machine.
fn data_of(top: &Path) -> Result<Option<Data>, String> {
    if let Some(data) = in_folder(top).or_else(|| work_tree(top)) {
        return Ok(Some(data));
    }
    let git = top.join(".git");
    if fs::symlink_metadata(&git).is_err() {
        return Ok(None);
    }
    let to = leads_to(&git);
    let around = || {
        let outer = top.ancestors().skip(1);
        outer.filter_map(|outer| in_folder(outer).or_else(|| work_tree(outer)))
    };
    let is_of = |outer: &Data, to: &Path| {
        to.starts_with(outer.own.join("modules")) || to.starts_with(outer.common.join("modules"))
    };
    match to.filter(|to| around().any(|outer| is_of(&outer, to))) {
        Some(to) => Ok(Some(Data { own: to.clone(), common: to })),
        None => {
            let git = git.display();
            Err(format!("`{git}` leads to a repository that does not belong to this folder"))
        }
    }
}

/// The data in a folder `.git`.
fn in_folder(top: &Path) -> Option<Data> {
    let git = top.join(".git");
    let is_folder = fs::symlink_metadata(&git).is_ok_and(|about| about.is_dir());
    is_folder.then(|| Data { own: git.clone(), common: git })
}

/// The data of a further work tree: it names `top`, and is among the work trees of its repository.
fn work_tree(top: &Path) -> Option<Data> {
    let git = top.join(".git");
    let own = leads_to(&git)?;
    let named = |name: &str| joined(&own, &small_file(&own.join(name))?).canonicalize().ok();
    let common = named("commondir")?;
    let is_known = own.parent() == Some(&*common.join("worktrees"));
    (is_known && named("gitdir")? == git).then_some(Data { own, common })
}

/// The folder that a `.git` that is a file or a link leads to.
fn leads_to(git: &Path) -> Option<PathBuf> {
    let text = small_file(git).unwrap_or_default();
    let to = match text.strip_prefix(b"gitdir:") {
        Some(path) => joined(git.parent()?, path),
        None => git.to_owned(),
    };
    to.canonicalize().ok()
}

/// The path that the text of a file names.
fn joined(folder: &Path, text: &[u8]) -> PathBuf {
    folder.join(std::ffi::OsStr::from_bytes(text.trim_ascii()))
}

/// The content of a small regular file; `None` if it is anything else. Never waits for a pipe.
pub(crate) fn small_file(path: &Path) -> Option<Vec<u8>> {
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path).ok()?;
    let about = file.metadata().ok().filter(|about| about.is_file() && about.len() <= SMALL_MAX)?;
    let mut content = Vec::new();
    file.take(about.len()).read_to_end(&mut content).ok()?;
    Some(content)
}

/// A project's folder within its repository, with `/` after each part; empty if it is the root. Outside a
/// repository it is relative to the current folder, and empty if it is not within that.
pub(crate) fn folder_of(project: &Path) -> String {
    let Ok(project) = project.canonicalize() else { return String::new() };
    let repository = project.ancestors().find(|folder| is_root(folder)).map(Path::to_owned);
    let root = repository.or_else(current).unwrap_or_default();
    project.strip_prefix(root).map(written).unwrap_or_default()
}

fn current() -> Option<PathBuf> {
    std::env::current_dir().ok()?.canonicalize().ok()
}

/// Whether Git has its data here: in a folder, or in a file that names one (a submodule, a second work tree).
fn is_root(folder: &Path) -> bool {
    let git = folder.join(".git");
    git.is_file() || git.join("HEAD").is_file()
}

fn written(within: &Path) -> String {
    let parts = within.components().filter_map(|part| match part {
        Component::Normal(name) => Some(format!("{}/", name.to_string_lossy())),
        _ => None,
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(folders: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        folders.iter().for_each(|one| std::fs::create_dir_all(root.path().join(one)).unwrap());
        root
    }

    #[test]
    fn the_nearest_repository_counts() {
        let root = made(&["a/.git", "a/b c/d", "a/sub/x", "a/stray/.git/objects"]);
        std::fs::write(root.path().join("a/.git/HEAD"), "ref: refs/heads/main").unwrap();
        std::fs::write(root.path().join("a/sub/.git"), "gitdir: ../.git/modules/sub").unwrap();
        let of = |folder: &str| folder_of(&root.path().join(folder));
        assert_eq!(of("a"), "");
        assert_eq!(of("a/b c/d"), "b c/d/");
        assert_eq!(of("a/b c/../b c"), "b c/");
        assert_eq!(of("a/sub/x"), "x/");
        assert_eq!(of("a/stray"), "stray/");
        assert_eq!(of("a/missing"), "");
    }
}
