//! Where a project is within its repository: forges show annotations at paths from the repository's root.
//!
//! The root is found by its `.git`, without running Git.

use std::path::{Component, Path, PathBuf};

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
