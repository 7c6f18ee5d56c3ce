//! A view of a repository that has its objects and references, and none of its settings.
//!
//! A repository's `config` can name programs: filters, hooks, pagers, helpers, remote helpers, and others that
//! later versions of Git will add. Git has no option to leave it out. So Git gets another folder as the
//! repository: it has links to the objects and references, a `config` of ours, no hooks, no attributes and no
//! grafts, and an empty work tree. Nobody has to be trusted for that, so it works for a repository of another
//! user too, without `safe.directory`.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::disk::repository::{Found, LINKED, small_file};

/// What the view has a copy of: Git does not accept `HEAD` as a link.
const COPIED: [&str; 3] = ["HEAD", "FETCH_HEAD", "ORIG_HEAD"];

/// The folder that Git takes for the repository, gone with this value.
pub(super) struct View {
    folder: TempDir,
    may_have_format: bool,
}

impl View {
    /// A view of a repository.
    pub(super) fn of(found: &Found) -> io::Result<Self> {
        let config = small_file(&found.common_dir.join("config")).unwrap_or_default();
        let config = String::from_utf8_lossy(&config).to_lowercase();
        let may_have_format = config.contains("[extensions");
        let view = Self { folder: tempfile::tempdir()?, may_have_format };
        fs::create_dir(view.git_dir())?;
        fs::create_dir(view.work_tree())?;
        for name in LINKED {
            let from = found.common_dir.join(name);
            if fs::symlink_metadata(&from).is_ok() {
                symlink(from, view.git_dir().join(name))?;
            }
        }
        for name in COPIED {
            if let Some(text) = reference(&found.git_dir.join(name)) {
                fs::write(view.git_dir().join(name), text)?;
            }
        }
        view.set_format("", "")?;
        Ok(view)
    }

    /// The repository, as Git sees it.
    pub(super) fn git_dir(&self) -> PathBuf {
        self.folder.path().join("git")
    }

    /// An empty folder.
    pub(super) fn work_tree(&self) -> PathBuf {
        self.folder.path().join("empty")
    }

    /// Whether the repository's settings may say that it has another format than usual.
    pub(super) fn may_have_format(&self) -> bool {
        self.may_have_format
    }

    /// Writes the settings. Names of formats that are not known are ignored.
    pub(super) fn set_format(&self, objects: &str, refs: &str) -> io::Result<()> {
        let mut extensions = String::new();
        if objects.trim() == "sha256" {
            extensions.push_str("\tobjectFormat = sha256\n");
        }
        if refs.trim() == "reftable" {
            extensions.push_str("\trefStorage = reftable\n");
        }
        let version = u8::from(!extensions.is_empty());
        let settings = format!(
            "[core]\n\trepositoryformatversion = {version}\n\tbare = false\n[extensions]\n{extensions}"
        );
        fs::write(self.git_dir().join("config"), settings)
    }
}

/// The text of a file that names a commit or a branch; older versions of Git use a link.
fn reference(path: &Path) -> Option<Vec<u8>> {
    match fs::read_link(path) {
        Ok(to) if to.starts_with("refs") => Some(format!("ref: {}\n", to.to_str()?).into_bytes()),
        Ok(_) => None,
        Err(_) => small_file(path),
    }
}
