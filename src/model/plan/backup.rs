//! Backups: where they lie, which of them is the newest, and how one is opened. Recipes, not values.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::request::{Program, Request};
use crate::model::time::read_time;

/// The hole in a program's arguments that stands for the backup's copy.
pub const BACKUP: &str = "${backup}";

/// A file, or the files of a folder, without those of its folders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileQuery {
    /// Where: from the project's folder, or from the root of the file system.
    pub path: String,
    /// Only files whose names end so; empty for all.
    pub suffix: String,
    /// A name that ends so is that of a file which is still being written.
    pub partial: Vec<String>,
}

/// The newest finished backup among those that an earlier answer tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newest {
    /// The step whose answer tells of them.
    pub step: StepId,
    /// JSON Pointer into its facts: to a list of backups, or to a single one.
    pub list: String,
    /// JSON Pointer within a backup to when it was finished.
    pub at: String,
    /// JSON Pointer within a backup to its size in bytes.
    pub bytes: Option<String>,
    /// JSON Pointer within a backup to its state, and what that is once it is finished.
    pub state: Option<(String, String)>,
    /// JSON Pointer within a backup to its name.
    pub name: Option<String>,
    /// A name that ends so is that of a backup which is not finished.
    pub partial: Vec<String>,
    /// JSON Pointer within a backup to the size in bytes of the one before it.
    pub previous_bytes: Option<String>,
}

/// How the newest backup is fetched and opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// Where it is fetched.
    pub from: BackupSource,
    /// What it is, and so how it is opened.
    pub form: Form,
    /// Bytes beyond which it is not fetched.
    pub size_max: u64,
}

/// Where a backup is fetched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupSource {
    /// It is the answer to this request.
    Http(Request),
    /// It is the newest finished one of these files.
    Files(FileQuery),
}

/// What a backup is, and so how it is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A SQLite database: its integrity is checked, and the rows of these tables are counted.
    Sqlite(Vec<String>),
    /// An archive of `pg_dump`, whose contents this program lists, a line each.
    PgDump(Program),
    /// A tar archive, compressed by gzip or not, whose entries are read through and counted.
    Tar,
    /// Whatever this program can open; it says so by ending with 0.
    Command(Program),
}

/// A backup, as far as an answer tells of it.
struct ListedBackup<'a> {
    of: &'a Newest,
    entry: &'a Value,
    finished_at: Timestamp,
}

impl Newest {
    /// The facts of the newest finished backup: `newest`, `share` (its size in per cent of the one
    /// before it) and how many there are. Of an answer that tells of none, nothing is known.
    pub fn facts(&self, answer: &Facts) -> Result<Value, ProbeError> {
        if answer.truncated() {
            let why = "there are more backups than were read, and the newest may be among them";
            return Err(ProbeError::new(Reason::Budget, why));
        }
        let mut all = self.told(answer);
        if all.is_empty() {
            let why = "the answer tells of no backup with a time";
            return Err(ProbeError::new(Reason::Unparsable, why));
        }
        let count = all.len();
        all.retain(ListedBackup::is_finished);
        all.sort_by_key(|one| std::cmp::Reverse(one.finished_at));
        let mut facts = json!({ "backups": count, "finished": all.len() });
        // Whoever judges the time must see how the peer's own clock stood.
        if let Some(date) = answer.header("date") {
            facts["headers"] = json!({ "date": [date] });
        }
        if let Some(newest) = all.first() {
            let before = newest.previous_bytes().or_else(|| all.get(1)?.bytes());
            facts["newest"] = newest.facts();
            facts["share"] = json!(share(newest.bytes(), before));
        }
        Ok(facts)
    }

    fn told<'a>(&'a self, answer: &'a Facts) -> Vec<ListedBackup<'a>> {
        let entries = match answer.at(&self.list) {
            Some(Value::Array(entries)) => entries.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        };
        let told = |entry| {
            let finished_at = read_time(pointed(entry, &self.at)?)?;
            Some(ListedBackup { of: self, entry, finished_at })
        };
        entries.iter().filter_map(told).collect()
    }
}

impl ListedBackup<'_> {
    fn is_finished(&self) -> bool {
        let state = self.of.state.as_ref();
        let in_state = state.is_none_or(|(at, finished)| {
            pointed(self.entry, at).and_then(Value::as_str) == Some(finished)
        });
        let partial = |name: &str| self.of.partial.iter().any(|end| name.ends_with(end.as_str()));
        in_state && !self.name().is_some_and(partial)
    }

    fn name(&self) -> Option<&str> {
        pointed(self.entry, self.of.name.as_deref()?)?.as_str()
    }

    fn bytes(&self) -> Option<f64> {
        number(pointed(self.entry, self.of.bytes.as_deref()?)?)
    }

    fn previous_bytes(&self) -> Option<f64> {
        number(pointed(self.entry, self.of.previous_bytes.as_deref()?)?)
    }

    fn facts(&self) -> Value {
        let bytes = self.of.bytes.as_deref().and_then(|at| pointed(self.entry, at));
        json!({
            "name": self.name(),
            "at": self.finished_at.to_string(),
            "bytes": bytes,
        })
    }
}

fn pointed<'a>(entry: &'a Value, at: &str) -> Option<&'a Value> {
    entry.pointer(at)
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A size in per cent of another, to one decimal, rounded down; of nothing there is no share.
fn share(bytes: Option<f64>, before: Option<f64>) -> Option<f64> {
    let before = before.filter(|before| *before > 0.0)?;
    Some((bytes? / before * 1000.0).floor() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newest() -> Newest {
        Newest {
            step: 0,
            list: "/body/json".into(),
            at: "/at".into(),
            bytes: Some("/bytes".into()),
            state: Some(("/state".into(), "finished".into())),
            name: Some("/name".into()),
            partial: vec![".part".into()],
            previous_bytes: None,
        }
    }

    fn entry(name: &str, day: u8, bytes: u64, state: &str) -> Value {
        json!({"name": name, "at": format!("2026-11-{day:02}T10:00:00Z"), "bytes": bytes, "state": state})
    }

    fn picked(of: &Newest, json: Value) -> Result<Value, ProbeError> {
        of.facts(&Facts(json!({"status": 200, "body": {"json": json}})))
    }

    #[test]
    fn the_newest_is_the_newest_that_is_finished() {
        let all = json!([
            entry("a", 20, 100, "finished"),
            entry("b", 21, 60, "finished"),
            entry("c", 22, 10, "running"),
            entry("d.part", 22, 10, "finished"),
        ]);
        let facts = picked(&newest(), all).unwrap();
        let expected = json!({
            "backups": 4, "finished": 2,
            "newest": {"name": "b", "at": "2026-11-21T10:00:00Z", "bytes": 60},
            "share": 60.0,
        });
        assert_eq!(facts, expected);
    }

    #[test]
    fn where_none_is_finished_there_is_no_newest_one() {
        let facts = picked(&newest(), json!([entry("a", 20, 1, "running")])).unwrap();
        assert_eq!(facts, json!({"backups": 1, "finished": 0}));
    }

    #[test]
    fn an_answer_that_tells_of_no_backup_tells_nothing() {
        for json in [json!([]), json!({}), json!("x"), json!([{"at": "yesterday"}])] {
            assert_eq!(picked(&newest(), json).unwrap_err().reason, Reason::Unparsable);
        }
        let cut = Facts(json!({"body": {"truncated": true, "json": [entry("a", 20, 1, "")]}}));
        assert_eq!(newest().facts(&cut).unwrap_err().reason, Reason::Budget);
    }

    #[test]
    fn a_single_backup_may_say_how_large_the_one_before_was() {
        let of = Newest { state: None, previous_bytes: Some("/before".into()), ..newest() };
        let facts = picked(&of, json!({"at": 1_795_000_000, "bytes": 1, "before": 3})).unwrap();
        assert_eq!(facts["share"], 33.3);
        let first = picked(&of, json!({"at": 1_795_000_000, "bytes": 1, "before": null})).unwrap();
        assert_eq!(first["share"], Value::Null);
    }
}
