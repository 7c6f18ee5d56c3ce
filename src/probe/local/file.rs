//! The file instrument: which files there are, how large and how old; never what is in them.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::FileQuery;

/// Entries of one folder that are looked at.
const LOOKED_AT_MAX: usize = 100_000;

/// Files that are told of, the newest.
const TOLD_MAX: usize = 1000;

/// A file that was found.
pub(crate) struct Found {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its name.
    pub(crate) name: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// When it was last written; the last instant there is, if the system cannot tell.
    pub(crate) modified: Timestamp,
    /// Whether its name says that it is finished.
    pub(crate) finished: bool,
}

/// What was found where files should be.
pub(crate) struct Search {
    /// Whether it is a folder.
    pub(crate) folder: bool,
    /// The files, newest first.
    pub(crate) files: Vec<Found>,
    /// Whether there is more than was looked at.
    pub(crate) truncated: bool,
}

/// The facts of some files.
pub(crate) fn facts(root: &Path, wanted: &FileQuery) -> Result<Value, ProbeError> {
    let Some(search) = search(root, wanted)? else {
        return Ok(json!({ "found": false }));
    };
    let entry = |one: &Found| {
        json!({
            "name": one.name,
            "bytes": one.bytes,
            "modified": one.modified.to_string(),
            "state": if one.finished { "finished" } else { "partial" },
        })
    };
    Ok(json!({
        "found": true,
        "folder": search.folder,
        "truncated": search.truncated,
        "entries": search.files.iter().take(TOLD_MAX).map(entry).collect::<Value>(),
    }))
}

/// Looks for files; `None` if there is nothing at that path.
pub(crate) fn search(root: &Path, wanted: &FileQuery) -> Result<Option<Search>, ProbeError> {
    match look(&root.join(&wanted.path), wanted) {
        Ok(search) => Ok(Some(search)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let why = format!("`{}` cannot be looked at: {}", wanted.path, error.kind());
            Err(ProbeError::new(Reason::Unreachable, why))
        }
    }
}

fn look(path: &Path, wanted: &FileQuery) -> io::Result<Search> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_dir() {
        let found = found(path.to_owned(), &metadata, wanted);
        return Ok(Search { folder: false, files: found.into_iter().collect(), truncated: false });
    }
    let mut search = Search { folder: true, files: Vec::new(), truncated: false };
    for (index, entry) in std::fs::read_dir(path)?.enumerate() {
        if index >= LOOKED_AT_MAX {
            search.truncated = true;
            break;
        }
        let path = entry?.path();
        // A file that has gone since, or a link that leads nowhere, is not there.
        if let Ok(metadata) = std::fs::metadata(&path) {
            search.files.extend(found(path, &metadata, wanted));
        }
    }
    // Of two of the same instant the last by name, so that it is the same each time.
    search
        .files
        .sort_by(|one, other| (other.modified, &other.name).cmp(&(one.modified, &one.name)));
    Ok(search)
}

fn found(path: PathBuf, metadata: &Metadata, wanted: &FileQuery) -> Option<Found> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let partial = wanted.partial.iter().any(|end| name.ends_with(end.as_str()));
    let named = name.ends_with(&wanted.suffix) || partial;
    let modified = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    (metadata.is_file() && named).then(|| Found {
        bytes: metadata.len(),
        modified: modified.unwrap_or(Timestamp::MAX),
        finished: !partial,
        name,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    fn write(folder: &Path, name: &str, content: &[u8], after_s: u64) {
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(after_s)).unwrap();
    }

    fn wanted(path: &str) -> FileQuery {
        FileQuery { path: path.into(), suffix: ".dump".into(), partial: vec![".part".into()] }
    }

    #[test]
    fn files_are_told_newest_first_and_never_what_is_in_them() {
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
    fn a_single_file_is_one_by_its_path_from_anywhere() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "a.dump", b"12", 1);
        let path = root.path().join("a.dump");
        let facts = facts(Path::new("/elsewhere"), &wanted(path.to_str().unwrap())).unwrap();
        assert_eq!(facts["folder"], false);
        assert_eq!(facts["entries"][0]["bytes"], 2);
    }

    #[test]
    fn nothing_there_is_an_answer() {
        let root = tempfile::tempdir().unwrap();
        let facts = facts(root.path(), &wanted("backups")).unwrap();
        assert_eq!(facts, json!({"found": false}));
    }
}
