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
        let git = top.join(".git");
        let Ok(about) = fs::symlink_metadata(&git) else { continue };
        let git_dir = match about.is_dir() {
            true => Some(git),
            false => Some(elsewhere(top, &git)?),
        };
        if let Some(git_dir) =
            git_dir.filter(|folder| folder.join("HEAD").symlink_metadata().is_ok())
        {
            let common = small_file(&git_dir.join("commondir"));
            let common_dir = common.map_or_else(|| git_dir.clone(), |text| joined(&git_dir, &text));
            let prefix = project.strip_prefix(top).map(written).unwrap_or_default();
            return Ok(Some(Found { top: top.to_owned(), prefix, git_dir, common_dir }));
        }
    }
    Ok(None)
}

/// The folder that a `.git` that is a file or a link leads to, if it belongs to `top`: a further work tree
/// that the repository knows, or a submodule of a repository around it. Otherwise a stranger's folder could
/// show the history of any repository on this machine.
fn elsewhere(top: &Path, git: &Path) -> Result<PathBuf, String> {
    let stranger = || {
        let git = git.display();
        format!("`{git}` leads to a repository that does not belong to this folder")
    };
    let text = small_file(git).unwrap_or_default();
    let named = text.strip_prefix(b"gitdir:").map(|path| joined(top, path));
    let to = named.unwrap_or_else(|| git.to_owned()).canonicalize().map_err(|_| stranger())?;
    let back = small_file(&to.join("gitdir")).map(|text| joined(&to, &text));
    let is_work_tree = back.and_then(|back| back.canonicalize().ok()).as_deref() == Some(git);
    let mut around = top.ancestors().skip(1).map(|folder| folder.join(".git"));
    let is_submodule = around.any(|outer| {
        let is_folder = fs::symlink_metadata(&outer).is_ok_and(|about| about.is_dir());
        is_folder && to.starts_with(outer.join("modules"))
    });
    if is_work_tree || is_submodule { Ok(to) } else { Err(stranger()) }
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
