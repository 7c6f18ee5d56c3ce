//! Finds a program by its name: never one in a project's folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Where programs are if `PATH` is not set.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The first program of this name that is outside the folder `project` and the current folder, in the folders of
/// `path`, the value of `PATH`.
pub fn find(name: &str, path: Option<&str>, project: &Path) -> Option<PathBuf> {
    let folders = [project, Path::new(".")].into_iter();
    let untrusted = folders.filter_map(|folder| fs::canonicalize(folder).ok());
    // In a container, the current folder may be `/`: then it is not the folder of a project.
    let untrusted: Vec<PathBuf> = untrusted.filter(|folder| folder.parent().is_some()).collect();
    first(name, path.unwrap_or(PATH).split(':').map(PathBuf::from), &untrusted)
}

fn first(
    name: &str,
    folders: impl Iterator<Item = PathBuf>,
    untrusted: &[PathBuf],
) -> Option<PathBuf> {
    // An empty or relative part of `PATH` is a folder that depends on the current one.
    let absolute = folders.filter(|folder| folder.is_absolute());
    let mut programs = absolute.filter_map(|folder| executable(&folder, name));
    let is_foreign = |path: &Path| !untrusted.iter().any(|folder| path.starts_with(folder));
    programs.find(|(at, to)| is_foreign(at) && is_foreign(to)).map(|(at, _)| at)
}

/// The program in a folder, and what it is a link to.
fn executable(folder: &Path, name: &str) -> Option<(PathBuf, PathBuf)> {
    let at = fs::canonicalize(folder).ok()?.join(name);
    let to = fs::canonicalize(&at).ok()?;
    let about = fs::metadata(&to).ok()?;
    (about.is_file() && about.permissions().mode() & 0o111 != 0).then_some((at, to))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn program(at: &Path) -> PathBuf {
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, "").unwrap();
        fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
        at.to_owned()
    }

    #[test]
    fn a_program_in_the_project_is_never_found_by_whatever_way() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let project = root.join("project");
        program(&project.join("bin/git"));
        fs::create_dir_all(root.join("links")).unwrap();
        symlink(project.join("bin/git"), root.join("links/git")).unwrap();
        symlink(project.join("bin"), root.join("linked")).unwrap();
        fs::create_dir_all(root.join("folder/git")).unwrap();
        fs::create_dir_all(root.join("plain")).unwrap();
        fs::write(root.join("plain/git"), "").unwrap();
        let good = program(&root.join("good/git"));
        let parts = ["", ".", "bin", "project/bin"].map(PathBuf::from).into_iter();
        let more =
            ["project/bin", "project/../project/bin", "links", "linked", "folder", "plain", "none"];
        let path: Vec<PathBuf> = parts.chain(more.map(|part| root.join(part))).collect();
        let untrusted = [project];
        assert_eq!(first("git", path.clone().into_iter(), &untrusted), None);
        let path = path.into_iter().chain([root.join("good")]);
        assert_eq!(first("git", path, &untrusted), Some(good));
    }
}
