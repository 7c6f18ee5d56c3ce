//! Publishing in one step: the new site is written next to the old one and exchanged with it.
//!
//! However a run ends, there is one whole site: the old one or the new one. The next run removes what an
//! interrupted run left next to it.

mod contents;
mod destination;
mod error;
mod exchange;
mod kept;

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use avouch::render::Files;

use crate::disk::file::{folder_of, sync_folder};
use crate::disk::publish::error::disk;
use crate::disk::publish::exchange::{Replaces, exchange};
use crate::disk::staging::Staging;

pub(crate) use crate::disk::publish::contents::{Contents, Keep, MARKER};
pub(crate) use crate::disk::publish::destination::{examine, replaced, resolved};
pub(crate) use crate::disk::publish::error::PublishError;

/// Puts `files`, and the files of others that `keep` names, in place of the site at `to`, or leaves everything
/// as it is.
pub(crate) fn publish(files: &Files, to: &Path, keep: Keep<'_>) -> Result<(), PublishError> {
    if let Some(outside) = files.keys().find(|path| !is_inside(path)) {
        return Err(PublishError::Outside(outside.clone()));
    }
    let parent = folder_of(to);
    fs::create_dir_all(parent).map_err(disk("make", parent))?;
    // At the end this contains the old site, or the new one if it could not be published.
    let staging = Staging::new(parent).map_err(disk("write to", parent))?;
    let site = staging.join("site");
    fs::create_dir(&site).map_err(disk("make", &site))?;
    write(files, &site)?;
    // What was found before the checks may have changed.
    let old = replaced(to, keep)?;
    let replaces = if old.is_some() { Replaces::Site } else { Replaces::Nothing };
    if let Some(old) = &old {
        take_over(old, to, files, &site)?;
    }
    exchange(&site, to, replaces).map_err(disk("exchange the site at", to))?;
    sync_folder(parent).and_then(|()| sync_folder(staging.path())).map_err(|error| {
        // The exchange may not survive a power cut, so it is undone.
        let _ = match replaces {
            Replaces::Site => exchange(&site, to, replaces),
            Replaces::Nothing => exchange(to, &site, replaces),
        };
        disk("sync", parent)(error)
    })
}

/// Gives the new site the permissions of the old one, and its files that are kept.
fn take_over(old: &Contents, to: &Path, files: &Files, site: &Path) -> Result<(), PublishError> {
    let mut folders = BTreeSet::new();
    for path in &old.kept {
        if clashes(path, files) {
            return Err(PublishError::Clash(path.clone()));
        }
        let (from, copy) = (to.join(path), site.join(path));
        kept::copy(&from, &copy).map_err(disk("keep", &from))?;
        folders.extend(
            copy.ancestors()
                .skip(1)
                .take_while(|above| above.starts_with(site))
                .map(Path::to_owned),
        );
    }
    sync(&folders)?;
    let permissions = fs::metadata(to).map_err(disk("inspect", to))?.permissions();
    let permissions = Permissions::from_mode(permissions.mode() & 0o7777);
    fs::set_permissions(site, permissions).map_err(disk("set the permissions of", site))
}

/// Whether a kept file, or a folder, has the path of a file of the site, or of a folder for it.
fn clashes(kept: &Path, files: &Files) -> bool {
    files.keys().any(|file| Path::new(file).starts_with(kept) || kept.starts_with(file))
}

/// Writes every file under `root`, and waits until files and folders are on the disk.
fn write(files: &Files, root: &Path) -> Result<(), PublishError> {
    let mut folders = BTreeSet::from([root.to_owned()]);
    let marker = contents::marker(files);
    let marker = (MARKER, marker.as_bytes());
    let files = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    for (path, bytes) in files.chain([marker]) {
        let path = root.join(path);
        let above = path.ancestors().skip(1).take_while(|above| above.starts_with(root));
        folders.extend(above.map(Path::to_owned));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(disk("make", folder))?;
        }
        write_file(&path, bytes).map_err(disk("write", &path))?;
    }
    sync(&folders)
}

fn sync(folders: &BTreeSet<PathBuf>) -> Result<(), PublishError> {
    let mut deepest_first = folders.iter().rev();
    deepest_first.try_for_each(|folder| sync_folder(folder).map_err(disk("sync", folder)))
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    let is_plain = !path.is_empty() && path != MARKER && !path.contains(['\n', '\r']);
    is_plain && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> Files {
        let file = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        all.iter().map(file).collect()
    }

    fn publish_alone(files: &Files, to: &Path) -> Result<(), PublishError> {
        publish(files, to, Keep::These(&[]))
    }

    fn old() -> Files {
        files(&[("index.html", "old"), ("gone/index.html", "old")])
    }

    fn new() -> Files {
        files(&[("index.html", "new"), ("a/b/index.html", "new")])
    }

    /// Every file in a folder with its text.
    fn tree(root: &Path) -> Vec<(String, String)> {
        let all = walkdir::WalkDir::new(root).sort_by_file_name();
        let files = all.into_iter().flatten().filter(|entry| entry.file_type().is_file());
        let told = files.map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap().display().to_string();
            (path, fs::read_to_string(entry.path()).unwrap())
        });
        told.collect()
    }

    fn paths(root: &Path) -> Vec<String> {
        tree(root).into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn a_new_site_takes_the_place_of_the_old_one_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("public");
        publish_alone(&old(), &to).unwrap();
        assert_eq!(
            paths(folder.path()),
            ["public/.avouch", "public/gone/index.html", "public/index.html"]
        );
        publish_alone(&new(), &to).unwrap();
        assert_eq!(
            paths(folder.path()),
            ["public/.avouch", "public/a/b/index.html", "public/index.html"]
        );
        assert_eq!(fs::read_to_string(to.join("index.html")).unwrap(), "new");
    }

    #[test]
    fn what_was_not_generated_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("public");
        fs::create_dir(&to).unwrap();
        fs::write(to.join("thesis.txt"), "ten years of work").unwrap();
        let error = publish_alone(&new(), &to).unwrap_err();
        assert!(matches!(error, PublishError::NotOurs(_)), "{error}");
        assert_eq!(paths(folder.path()), ["public/thesis.txt"]);
        let file = folder.path().join("file");
        fs::write(&file, "x").unwrap();
        assert!(matches!(publish_alone(&new(), &file), Err(PublishError::NotOurs(_))));
    }

    #[test]
    fn a_link_to_a_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        publish_alone(&old(), &elsewhere).unwrap();
        let to = folder.path().join("public");
        std::os::unix::fs::symlink(&elsewhere, &to).unwrap();
        assert!(matches!(publish_alone(&new(), &to), Err(PublishError::Place(..))));
    }

    #[test]
    fn an_empty_folder_may_be_published_to() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("public");
        fs::create_dir(&to).unwrap();
        publish_alone(&new(), &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("index.html")).unwrap(), "new");
    }

    #[test]
    fn an_error_half_way_leaves_the_old_site_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("public");
        publish_alone(&old(), &to).unwrap();
        let before = tree(folder.path());
        let clash = files(&[("a", "a file"), ("a/b", "a file in it"), ("index.html", "new")]);
        let error = publish_alone(&clash, &to).unwrap_err();
        assert!(matches!(error, PublishError::Disk { .. }), "{error}");
        assert_eq!(tree(folder.path()), before);
    }

    #[test]
    fn what_an_ended_run_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("public");
        let left = folder.path().join(".avouch-aaaaaaaaaaaa");
        fs::create_dir_all(&left).unwrap();
        fs::rename(Staging::new(&left).unwrap().join(".gitignore"), left.join(".gitignore"))
            .unwrap();
        fs::create_dir(left.join("site")).unwrap();
        fs::write(left.join("site/b"), "half").unwrap();
        fs::write(folder.path().join(".avouch-other"), "kept").unwrap();
        publish_alone(&new(), &to).unwrap();
        let left = paths(folder.path());
        assert_eq!(
            left,
            [".avouch-other", "public/.avouch", "public/a/b/index.html", "public/index.html"]
        );
    }

    #[test]
    fn kept_files_are_in_the_new_site_and_others_stop_it() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("public");
        publish_alone(&old(), &to).unwrap();
        fs::write(to.join("CNAME"), "example.com").unwrap();
        fs::create_dir_all(to.join(".git/refs")).unwrap();
        fs::write(to.join(".git/HEAD"), "ref").unwrap();
        std::os::unix::fs::symlink("index.html", to.join("start")).unwrap();
        fs::set_permissions(&to, Permissions::from_mode(0o2775)).unwrap();
        let before = tree(folder.path());
        let error = publish_alone(&new(), &to).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{}` has files that Avouch did not write: `.git`, `CNAME`, `start`",
                to.display()
            )
        );
        assert_eq!(tree(folder.path()), before);
        let keep = ["CNAME", ".git", "start"].map(str::to_owned);
        publish(&new(), &to, Keep::These(&keep)).unwrap();
        publish(&old(), &to, Keep::These(&keep)).unwrap();
        publish(&new(), &to, Keep::All).unwrap();
        assert_eq!(fs::read_to_string(to.join("CNAME")).unwrap(), "example.com");
        assert!(to.join(".git/refs").is_dir() && to.join(".git/HEAD").is_file());
        assert_eq!(fs::read_link(to.join("start")).unwrap(), Path::new("index.html"));
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o7777, 0o2775);
        let clash = files(&[("CNAME/index.html", "x")]);
        let error = publish(&clash, &to, Keep::These(&keep)).unwrap_err();
        assert!(matches!(error, PublishError::Clash(_)), "{error}");
        assert_eq!(fs::read_to_string(to.join("index.html")).unwrap(), "new");
    }

    #[test]
    fn no_file_is_written_outside_the_site() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("public");
        for path in ["../x", "/x", "a/../../x", "", "a\nb", MARKER] {
            let error = publish_alone(&files(&[(path, "x")]), &to).unwrap_err();
            assert!(matches!(error, PublishError::Outside(_)), "{path}");
        }
        assert_eq!(paths(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn a_site_never_replaces_the_project_its_sources_or_what_contains_them() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        fs::create_dir_all(root.join("content/sub")).unwrap();
        std::os::unix::fs::symlink(&root, folder.path().join("link")).unwrap();
        let link = folder.path().join("link");
        for (to, why) in [
            (root.clone(), "contains it"),
            (folder.path().to_owned(), "contains it"),
            (root.join("content/.."), "does not name a folder"),
            (root.join("new/../../x"), "does not name a folder"),
            (root.join("content"), "sources"),
            (root.join("content/sub/new"), "sources"),
            (link.join("checks"), "sources"),
            ("/".into(), "does not name a folder"),
        ] {
            let error = examine(&root, &to, Keep::These(&[])).unwrap_err();
            assert!(error.to_string().ends_with(why), "{}: {error}", to.display());
        }
        for to in [root.join("public"), link.join("new/public"), folder.path().join("public")] {
            examine(&root, &to, Keep::These(&[])).unwrap();
        }
        assert_eq!(paths(folder.path()), Vec::<String>::new());
    }
}
