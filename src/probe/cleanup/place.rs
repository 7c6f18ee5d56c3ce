//! Where the journal of a project is: in the user's state folder, outside the repository.
//!
//! A journal makes a run delete objects on the target. A file in the repository can come from anybody who may
//! propose a change, so no file there is taken for a journal. The state folder belongs to the user; the name
//! of a journal in it is derived from the path of the project's folder, so that another checkout has another
//! journal.

use std::fs::{self, DirBuilder};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::probe::job::{Event, Undeleted};

/// Where earlier versions wrote their journal, in the project's folder.
const IN_PROJECT: &str = ".avouch/journal.jsonl";

/// The folders of journals below the state folder.
const FOLDERS: [&str; 2] = ["avouch", "journals"];

/// What decides where a journal is.
pub(crate) struct Journals<'a> {
    /// The project's folder.
    pub(crate) root: &'a Path,
    /// Reads a variable of the environment.
    pub(crate) env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// Receives warnings.
    pub(crate) events: &'a (dyn Fn(Event<'_>) + Sync),
    /// Whether a journal in the project's folder is removed.
    pub(crate) undeleted: Undeleted,
    /// What the run does with it.
    pub(crate) used: JournalUse,
}

/// What a run does with the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JournalUse {
    /// Nothing: the run may not delete anything.
    Unused,
    /// The run deletes objects of earlier runs, and creates none.
    Read,
    /// The run creates objects.
    Written,
}

/// The journal of a project; `None` if the run needs none, or if there is no safe place for it: then the run
/// deletes its own objects as long as it lives, and no later run can. Warns of that, and of a journal in the
/// project's folder, which is not read.
pub(crate) fn journal_of(journals: &Journals<'_>) -> Option<PathBuf> {
    let warn = |text: &str| (journals.events)(Event::Warning(text));
    foreign(journals, &warn);
    let place = match journals.used {
        JournalUse::Unused => return None,
        JournalUse::Read | JournalUse::Written => Place::of(journals.root, journals.env),
    };
    let is_read_only = journals.used == JournalUse::Read;
    if is_read_only && !place.as_ref().is_ok_and(|place| place.path().exists()) {
        return None;
    }
    match place.and_then(|place| place.prepared()) {
        Ok(path) => Some(path),
        Err(why) => {
            warn(&format!(
                "if this run is killed, no later run can delete the objects that it created: {why}; set \
                 `XDG_STATE_HOME` to a folder outside the repository that only you can write to"
            ));
            None
        }
    }
}

/// Warns of a journal in the project's folder, whatever it is, and removes it if everything that cannot be
/// deleted is to be forgotten.
fn foreign(journals: &Journals<'_>, warn: &dyn Fn(&str)) {
    let path = journals.root.join(IN_PROJECT);
    if fs::symlink_metadata(&path).is_err() {
        return;
    }
    let ignored = format!(
        "`{IN_PROJECT}` is ignored: anybody can put a file into a repository, so nothing is deleted on its word"
    );
    let is_own_folder = path.parent().is_some_and(|folder| is_folder(folder).is_some());
    if journals.undeleted != Undeleted::Forgotten {
        warn(&format!("{ignored}; remove it, for example with `avouch doctor --forget`"));
    } else if is_own_folder && fs::remove_file(&path).is_ok() {
        warn(&format!("{ignored}; it was removed"));
    } else {
        warn(&format!("{ignored}; it could not be removed"));
    }
}

/// The place of a journal, which may not exist yet.
struct Place {
    state: PathBuf,
    name: String,
}

impl Place {
    fn of(root: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let root = fs::canonicalize(root).map_err(|error| error.to_string())?;
        let state = state_folder(env)?;
        let top = root.ancestors().find(|folder| fs::symlink_metadata(folder.join(".git")).is_ok());
        if future(&state).starts_with(top.unwrap_or(&root)) {
            return Err(format!("the state folder `{}` is in the repository", state.display()));
        }
        let name = Sha256::digest(root.as_os_str().as_bytes());
        let name: String = name[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { state, name: format!("{name}.jsonl") })
    }

    fn path(&self) -> PathBuf {
        self.state.join(FOLDERS.join("/")).join(&self.name)
    }

    /// The path, in folders that exist and that only the user can write to.
    fn prepared(&self) -> Result<PathBuf, String> {
        let cannot = |error: std::io::Error| {
            format!("the state folder `{}` cannot be used: {error}", self.state.display())
        };
        private_folders().create(&self.state).map_err(cannot)?;
        let mut folder = self.state.clone();
        for name in FOLDERS {
            folder.push(name);
            private_folders().create(&folder).map_err(cannot)?;
            if !is_private(&folder) {
                let folder = folder.display();
                return Err(format!("`{folder}` is not a folder that only you can write to"));
            }
        }
        Ok(self.path())
    }
}

fn is_private(folder: &Path) -> bool {
    let user = rustix::process::geteuid().as_raw();
    is_folder(folder).is_some_and(|about| about.mode() & 0o022 == 0 && about.uid() == user)
}

/// The user's state folder, by the XDG Base Directory Specification: `XDG_STATE_HOME`, if it is an absolute
/// path, or `.local/state` in the home folder.
fn state_folder(env: &dyn Fn(&str) -> Option<String>) -> Result<PathBuf, String> {
    let absolute = |name: &str| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(state) = absolute("XDG_STATE_HOME") {
        return Ok(state);
    }
    let home = absolute("HOME").ok_or("neither `XDG_STATE_HOME` nor `HOME` is set")?;
    match home.is_dir() {
        true => Ok(home.join(".local/state")),
        false => Err(format!("the home folder `{}` does not exist", home.display())),
    }
}

/// The path of a folder once it exists, without links.
fn future(path: &Path) -> PathBuf {
    let there = path.ancestors().find_map(|one| Some((one, fs::canonicalize(one).ok()?)));
    match there {
        Some((one, real)) => {
            path.strip_prefix(one).map_or_else(|_| real.clone(), |rest| real.join(rest))
        }
        None => path.to_owned(),
    }
}

fn private_folders() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
}

/// A folder that is not a link.
fn is_folder(path: &Path) -> Option<fs::Metadata> {
    fs::symlink_metadata(path).ok().filter(fs::Metadata::is_dir)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    /// The journal of a project, with these variables.
    fn of(root: &Path, variables: &[(&str, &Path)]) -> Result<PathBuf, String> {
        let env = |name: &str| {
            let one = variables.iter().find(|(one, _)| *one == name)?;
            Some(one.1.display().to_string())
        };
        Place::of(root, &env).and_then(|place| place.prepared())
    }

    fn folders(names: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        names.iter().for_each(|name| fs::create_dir_all(root.join(name)).unwrap());
        (folder, root)
    }

    #[test]
    fn each_checkout_has_a_journal_in_a_private_folder() {
        let (_folder, root) = folders(&["a", "b", "home"]);
        symlink(root.join("a"), root.join("c")).unwrap();
        let home = [("HOME", &*root.join("home")), ("XDG_STATE_HOME", Path::new("relative"))];
        let [a, b, c] = ["a", "b", "c"].map(|name| of(&root.join(name), &home).unwrap());
        assert!(a != b && a == c);
        let folder = root.join("home/.local/state/avouch/journals");
        assert_eq!(a.parent(), Some(&*folder));
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
        let other = of(&root.join("a"), &[("XDG_STATE_HOME", &root.join("state"))]).unwrap();
        assert!(other.starts_with(root.join("state/avouch")));
    }

    #[test]
    fn a_state_folder_that_others_can_fill_is_refused() {
        let (_folder, root) =
            folders(&["top/.git", "top/a", "home", "open/avouch", "link", "other"]);
        let a = root.join("top/a");
        fs::set_permissions(root.join("open/avouch"), fs::Permissions::from_mode(0o777)).unwrap();
        symlink(root.join("other"), root.join("link/avouch")).unwrap();
        symlink(root.join("top"), root.join("home/.local")).unwrap();
        fs::write(root.join("file"), "").unwrap();
        let state = |name: &str| of(&a, &[("XDG_STATE_HOME", &root.join(name))]).unwrap_err();
        for inside in ["top", "top/a/state", "top/a/../new", "home/.local/x"] {
            assert!(state(inside).ends_with("is in the repository"), "{inside}");
        }
        assert!(
            of(&a, &[("HOME", &root.join("home"))]).unwrap_err().ends_with("is in the repository")
        );
        for not_private in ["open", "link"] {
            assert!(state(not_private).ends_with("is not a folder that only you can write to"));
        }
        assert!(state("file/state").contains("cannot be used"));
        assert!(of(&a, &[]).unwrap_err().contains("is set"));
        assert!(of(&a, &[("HOME", &root.join("none"))]).unwrap_err().contains("does not exist"));
        assert!(!root.join("none").exists() && !root.join("top/a/state").exists());
    }
}
