//! The file instrument: reports which files exist, their sizes and ages, but never their content.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::names::NameKind;
use crate::model::plan::backup::{ENTRIES_READ_MAX, FileQuery};

/// The number of files that are listed in the facts, newest first.
const FILES_LISTED_MAX: usize = 1000;

/// A file that matches.
pub(crate) struct FoundFile {
    /// The path.
    pub(crate) path: PathBuf,
    /// The file name.
    pub(crate) name: String,
    /// The size in bytes.
    pub(crate) bytes: u64,
    /// The time of the last change; the maximum if the system does not know it.
    pub(crate) modified: Timestamp,
    /// Whether the name is that of a finished file.
    pub(crate) finished: bool,
}

/// The result of a search for files.
pub(crate) struct Search {
    /// Whether the path is a folder.
    pub(crate) folder: bool,
    /// The files, newest first.
    pub(crate) files: Vec<FoundFile>,
    /// Whether the folder has more entries than were read.
    pub(crate) truncated: bool,
}

/// The facts of the files that match `wanted`.
pub(crate) fn facts(root: &Path, wanted: &FileQuery) -> Result<Value, ProbeError> {
    let Some(search) = search(root, wanted)? else {
        return Ok(json!({ "found": false }));
    };
    let entry = |one: &FoundFile| {
        json!({
            "name": one.name,
            "bytes": one.bytes,
            "modified": one.modified.to_string(),
            "state": if one.finished { "finished" } else { "partial" },
        })
    };
    let mut facts = json!({
        "found": true,
        "folder": search.folder,
        "truncated": search.truncated,
        "entries": search.files.iter().take(FILES_LISTED_MAX).map(entry).collect::<Value>(),
    });
    if search.files.len() > FILES_LISTED_MAX {
        facts["entries_cut"] = true.into();
    }
    Ok(facts)
}

/// Searches for files; `None` if the path does not exist.
pub(crate) fn search(root: &Path, wanted: &FileQuery) -> Result<Option<Search>, ProbeError> {
    match look(&root.join(&wanted.path), wanted) {
        Ok(search) => Ok(Some(search)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let why = format!("cannot read `{}`: {}", wanted.path, error.kind());
            Err(ProbeError::new(Reason::Unreachable, why))
        }
    }
}

fn look(path: &Path, wanted: &FileQuery) -> io::Result<Search> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_dir() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        // A file that the author names is a backup, whatever its name, unless it is not finished.
        let found = name.map(|name| {
            let finished = !wanted.names.is_partial(&name);
            found((path.to_owned(), name), &metadata, finished)
        });
        return Ok(Search { folder: false, files: found.into_iter().collect(), truncated: false });
    }
    let (entries, truncated) = entries(path)?;
    let others: BTreeSet<&str> = entries.iter().map(|(_, name)| name.as_str()).collect();
    let file = |(path, name): &(PathBuf, String)| {
        let kind = wanted.names.kind(name, &others);
        // A file that was deleted meanwhile, and a broken link, do not count.
        let metadata = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
        let is_named = kind != NameKind::Other;
        is_named.then(|| found((path.clone(), name.clone()), &metadata, kind == NameKind::Backup))
    };
    let mut files: Vec<FoundFile> = entries.iter().filter_map(file).collect();
    // Files of the same time are ordered by name, so that the order is always the same.
    files.sort_by(|one, other| (other.modified, &other.name).cmp(&(one.modified, &one.name)));
    Ok(Search { folder: true, files, truncated })
}

/// The paths and names of the entries of a folder, and whether there are more than are read.
fn entries(path: &Path) -> io::Result<(Vec<(PathBuf, String)>, bool)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(path)? {
        if all.len() >= ENTRIES_READ_MAX {
            return Ok((all, true));
        }
        let entry = entry?;
        all.push((entry.path(), entry.file_name().to_string_lossy().into_owned()));
    }
    Ok((all, false))
}

fn found((path, name): (PathBuf, String), metadata: &Metadata, finished: bool) -> FoundFile {
    let modified = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    FoundFile {
        bytes: metadata.len(),
        modified: modified.unwrap_or(Timestamp::MAX),
        finished,
        name,
        path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::backup::names::{BackupNames, UNFINISHED};
    use std::time::{Duration, SystemTime};

    fn write(folder: &Path, name: &str, content: &[u8], after_s: u64) {
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(after_s)).unwrap();
    }

    fn wanted(path: &str) -> FileQuery {
        let names = BackupNames {
            suffixes: vec![".dump".into()],
            partial: vec![".part".into()],
            ..BackupNames::default()
        };
        FileQuery { path: path.into(), names }
    }

    #[test]
    fn files_are_listed_newest_first_without_their_content() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("backups");
        std::fs::create_dir_all(folder.join("more.dump")).unwrap();
        write(&folder, "a.dump", b"content", 1);
        write(&folder, "b.dump", b"", 2);
        write(&folder, "c.dump.part", b"cont", 3);
        write(&folder, "c.json", b"{}", 4);
        let facts = facts(root.path(), &wanted("backups")).unwrap();
        let expected = json!({
            "found": true, "folder": true, "truncated": false,
            "entries": [
                {"name": "c.dump.part", "bytes": 4, "modified": "1970-01-01T00:00:03Z", "state": "partial"},
                {"name": "b.dump", "bytes": 0, "modified": "1970-01-01T00:00:02Z", "state": "finished"},
                {"name": "a.dump", "bytes": 7, "modified": "1970-01-01T00:00:01Z", "state": "finished"},
            ],
        });
        assert_eq!(facts, expected);
    }

    #[test]
    fn a_single_file_is_found_by_its_absolute_path() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "a.dump", b"12", 1);
        let path = root.path().join("a.dump");
        let facts = facts(Path::new("/elsewhere"), &wanted(path.to_str().unwrap())).unwrap();
        assert_eq!(facts["folder"], false);
        assert_eq!(facts["entries"][0]["bytes"], 2);
    }

    #[test]
    fn without_a_suffix_files_next_to_backups_are_left_out() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "db.dump", b"12", 1);
        for name in
            ["backup.log", "lock", ".DS_Store", ".db.dump.Xa81Yz", "db.dump~", "db.dump.sha256"]
        {
            write(root.path(), name, b"x", 9);
        }
        for name in ["db.dump.filepart", "db.dump.crdownload"] {
            write(root.path(), name, b"x", 8);
        }
        let partial = UNFINISHED.map(str::to_owned).to_vec();
        let names = BackupNames { partial, ..BackupNames::default() };
        let facts = facts(root.path(), &FileQuery { path: ".".into(), names }).unwrap();
        let states = facts["entries"].as_array().unwrap().iter().map(|one| one["state"].clone());
        assert_eq!(states.collect::<Vec<_>>(), ["partial", "partial", "finished"]);
        assert_eq!(facts["entries"][2]["name"], "db.dump");
    }

    #[test]
    fn a_missing_folder_is_an_observation() {
        let root = tempfile::tempdir().unwrap();
        let facts = facts(root.path(), &wanted("backups")).unwrap();
        assert_eq!(facts, json!({"found": false}));
    }
}
