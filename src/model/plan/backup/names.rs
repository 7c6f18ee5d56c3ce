//! Which names are those of finished backups, of unfinished ones, and of other files that are stored next to
//! backups.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The usual endings of the names of unfinished files, in lower case: of programs that upload, download or
/// write a file under another name until it is complete.
pub const UNFINISHED: [&str; 16] = [
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".incomplete",
    ".inprogress",
    ".in-progress",
    ".filepart",
    ".crdownload",
    ".download",
    ".uploading",
    ".upload",
    ".writing",
    ".wip",
    ".aria2",
    ".!ut",
];

/// The endings of names, in lower case, of files that are not backups: logs, locks, checksums, signatures,
/// and temporary files of editors.
const OTHER_ENDINGS: [&str; 32] = [
    ".log",
    ".err",
    ".out",
    ".lock",
    ".lck",
    ".pid",
    ".swp",
    ".swo",
    ".swx",
    "~",
    ".md5",
    ".md5sum",
    ".sha1",
    ".sha1sum",
    ".sha224",
    ".sha256",
    ".sha256sum",
    ".sha384",
    ".sha512",
    ".sha512sum",
    ".crc32",
    ".sfv",
    ".sig",
    ".minisig",
    ".b3",
    ".blake3",
    ".crc",
    ".etag",
    ".par2",
    ".rej",
    ".status",
    "_$folder$",
];

/// Names, in lower case, of files that are not backups.
const OTHER_NAMES: [&str; 18] = [
    "lock",
    "lockfile",
    "pid",
    "log",
    "thumbs.db",
    "desktop.ini",
    "md5sums",
    "sha1sums",
    "sha256sums",
    "sha512sums",
    "backup_manifest",
    "nohup.out",
    "logfile",
    "latest",
    "_success",
    "manifest.json",
    "readme",
    "checksums.txt",
];

/// Endings of names, in lower case, of files that describe the file whose name comes before.
const DESCRIPTIONS: [&str; 14] = [
    ".json",
    ".yaml",
    ".yml",
    ".xml",
    ".txt",
    ".asc",
    ".meta",
    ".info",
    ".manifest",
    ".idx",
    ".index",
    ".toc",
    ".ok",
    ".done",
];

/// Which names are those of backups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupNames {
    /// Only names that end with one of these; empty for all names that do not look like those of other
    /// files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suffixes: Vec<String>,
    /// A backup whose name ends with one of these is not finished.
    pub partial: Vec<String>,
    /// Whether the names are those of backups in a repository, next to which there are no other files.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_repository: bool,
}

/// What a name shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A backup.
    Backup,
    /// A backup that is not finished.
    Unfinished,
    /// Another file.
    Other,
}

impl BackupNames {
    /// What a name shows, next to the other names of its folder. Only what comes after the last `/` counts.
    pub fn kind(&self, name: &str, others: &BTreeSet<&str>) -> NameKind {
        let base = name.rsplit('/').next().unwrap_or(name);
        if self.is_partial(base) {
            return NameKind::Unfinished;
        }
        let is_backup = match self.suffixes.as_slice() {
            [] if self.in_repository => true,
            _ if base.is_empty() || is_hidden(name) => false,
            [] => !is_other(base) && !describes(name, others),
            suffixes => suffixes.iter().any(|suffix| base.ends_with(suffix.as_str())),
        };
        if is_backup { NameKind::Backup } else { NameKind::Other }
    }

    /// Whether a name is that of an unfinished file. Borg and other programs add a number to a name that is
    /// taken.
    pub fn is_partial(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let unnumbered = match name.rsplit_once('.') {
            Some((rest, number)) if !number.is_empty() && is_digits(number) => rest,
            _ => "",
        };
        let numbered = [".checkpoint", ".tmp", ".temp"];
        self.partial.iter().map(|end| end.to_ascii_lowercase()).any(|end| {
            name.ends_with(&end) || (numbered.contains(&end.as_str()) && unnumbered.ends_with(&end))
        })
    }
}

/// Whether a file or one of its folders is hidden.
fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') && !matches!(part, "." | ".."))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_other(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // The text form of a list of checksums.
    let name = match name.strip_suffix(".txt") {
        Some(rest) if rest.ends_with("sums") || rest.ends_with(".md5") => rest.to_owned(),
        _ => name,
    };
    let is_temporary = UNFINISHED.iter().chain(&OTHER_ENDINGS).any(|end| name.ends_with(end));
    is_temporary || OTHER_NAMES.contains(&name.as_str()) || is_rotated_log(&name)
}

/// `backup.log.1` and `backup.log.2.gz`.
fn is_rotated_log(name: &str) -> bool {
    let name = [".gz", ".xz", ".bz2", ".zst"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    let rest =
        name.trim_end_matches(|letter: char| letter.is_ascii_digit() || "-.".contains(letter));
    rest.ends_with(".log")
}

/// Whether a file describes another one of the folder: `a.dump.json` describes `a.dump`.
fn describes(name: &str, others: &BTreeSet<&str>) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = DESCRIPTIONS.iter().filter(|end| lower.ends_with(*end));
    ends.into_iter().any(|end| {
        let described = &name[..name.len() - end.len()];
        !described.is_empty() && others.contains(described)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> BackupNames {
        let partial = UNFINISHED.map(str::to_owned).to_vec();
        BackupNames { partial, ..BackupNames::default() }
    }

    fn kind(names: &BackupNames, name: &str) -> NameKind {
        names.kind(name, &BTreeSet::from(["db.dump", "db.sql.gz", "a/db.dump", name]))
    }

    #[test]
    fn files_next_to_a_backup_are_not_backups() {
        for name in [
            "backup.log",
            "backup.log.1",
            "backup.log.2.gz",
            "backup.log-20260131",
            "lock",
            "LOCK",
            "db.lock",
            ".DS_Store",
            ".db.dump.Xa81Yz",
            "Thumbs.db",
            "db.dump~",
            ".db.dump.swp",
            "db.dump.swp",
            "db.dump.sha256",
            "SHA256SUMS",
            "db.dump.md5",
            "db.dump.sig",
            "db.dump.asc",
            "db.dump.json",
            "db.sql.gz.txt",
            "cron.pid",
            "backup.err",
            "a/",
            "",
            "a/backup.log",
            "a/db.dump.JSON",
            "a/.keep",
            "backup_manifest",
            ".rsync-partial/db.dump",
            "a/.tmp/db.dump",
            "SHA256SUMS.txt",
            "db.dump.md5.txt",
            "db.dump.b3",
            "_SUCCESS",
            "LATEST",
        ] {
            assert_eq!(kind(&usual(), name), NameKind::Other, "{name}");
        }
    }

    #[test]
    fn unfinished_files_are_recognised() {
        for name in [
            "db.dump.part",
            "db.dump.filepart",
            "db.dump.crdownload",
            "db.dump.tmp",
            "db.dump.TMP",
            "db.dump.tmp.4711",
            "db.dump.partial",
            "a/db.dump.incomplete",
        ] {
            assert_eq!(kind(&usual(), name), NameKind::Unfinished, "{name}");
        }
        let borg = BackupNames { partial: vec![".checkpoint".into()], ..usual() };
        for name in ["host-2026.checkpoint", "host-2026.checkpoint.1"] {
            assert_eq!(kind(&borg, name), NameKind::Unfinished, "{name}");
        }
    }

    #[test]
    fn other_names_are_those_of_backups() {
        for name in [
            "db.dump",
            "db-2026-01-31.sql.gz",
            "full",
            "20260131T120000",
            "20260131-120000F",
            "export.json",
            "notes.txt",
            "db.dump.asc2",
            "a/db.tar.zst",
            "b001",
            "logical.dump",
            "blog.tar",
            "db.part1",
            "changelog",
            "db.dump.old",
            "db.bak",
            "unlock.dump",
        ] {
            assert_eq!(kind(&usual(), name), NameKind::Backup, "{name}");
        }
    }

    #[test]
    fn a_repository_has_no_other_files() {
        let names = BackupNames { in_repository: true, ..BackupNames::default() };
        for name in ["host.log", ".home", "home~", "db.tmp"] {
            assert_eq!(kind(&names, name), NameKind::Backup, "{name}");
        }
    }

    #[test]
    fn a_suffix_decides_alone() {
        let logs = BackupNames { suffixes: vec![".log".into(), ".json".into()], ..usual() };
        assert_eq!(kind(&logs, "backup.log"), NameKind::Backup);
        assert_eq!(kind(&logs, "db.dump.json"), NameKind::Backup);
        assert_eq!(kind(&logs, "db.dump"), NameKind::Other);
        assert_eq!(kind(&logs, ".backup.log"), NameKind::Other);
        assert_eq!(kind(&logs, "backup.log.part"), NameKind::Unfinished);
    }
}
