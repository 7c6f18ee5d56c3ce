//! Backups: where they are stored, which one is the newest, and how one is opened.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::request::{Program, Request};
use crate::model::time::read_time;

/// The placeholder in a program's arguments for the path of the backup's copy.
pub const BACKUP: &str = "${backup}";

/// Which files to list: one file, or those directly in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileQuery {
    /// The path: relative to the project's folder, or absolute.
    pub path: String,
    /// Only files whose names end with this; empty for all.
    pub suffix: String,
    /// A file whose name ends with one of these is still being written.
    pub partial: Vec<String>,
}

/// How to find the newest finished backup in an earlier answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newest {
    /// The step whose answer lists the backups.
    pub step: StepId,
    /// JSON Pointer into its facts: to a list of backups, or to a single one.
    pub list: String,
    /// JSON Pointer within a backup to the time at which it was finished.
    pub at: String,
    /// JSON Pointer within a backup to its size in bytes.
    pub bytes: Option<String>,
    /// JSON Pointer within a backup to what it is of, such as the name of a database, and the value there;
    /// other backups are disregarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<(String, String)>,
    /// JSON Pointer within a backup to its state, and the value of a finished backup's state.
    pub state: Option<(String, String)>,
    /// JSON Pointer within a backup to its name.
    pub name: Option<String>,
    /// A backup whose name ends with one of these is not finished.
    pub partial: Vec<String>,
    /// JSON Pointer within a backup to the size in bytes of the previous backup.
    pub previous_bytes: Option<String>,
}

/// How the newest backup is fetched and opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// Where it is fetched from.
    pub from: BackupSource,
    /// Its format, which decides how it is opened.
    pub form: Form,
    /// The maximum size in bytes; a larger backup is not fetched.
    pub size_max: u64,
}

/// Where a backup is fetched from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupSource {
    /// The answer to this request.
    Http(Request),
    /// The newest finished one of these files.
    Files(FileQuery),
}

/// The format of a backup, which decides how it is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A SQLite database: its integrity is checked, and the rows of these tables are counted.
    Sqlite(Vec<String>),
    /// An archive of `pg_dump`: this program lists its contents, one line each.
    PgDump(Program),
    /// A tar archive, compressed with gzip or not: its entries are read and counted.
    Tar,
    /// Any format that this program can open; it exits with 0 if the backup is sound.
    Command(Program),
}

/// A backup as an answer lists it.
struct ListedBackup<'a> {
    of: &'a Newest,
    entry: &'a Value,
}

/// A finished backup, with the time at which it was finished.
struct Finished<'a> {
    of: &'a ListedBackup<'a>,
    at: Timestamp,
}

impl Newest {
    /// The facts of the newest finished backup: `newest`, `share` (its size in per cent of the previous
    /// backup's, or a text) and how many there are.
    ///
    /// # Errors
    ///
    /// If the answer lists no backup with a time, or was cut off, so that the newest may be missing.
    pub fn facts(&self, answer: &Facts) -> Result<Value, ProbeError> {
        if answer.truncated() {
            let why = "there are more backups than were read, and the newest may be among the rest";
            return Err(ProbeError::new(Reason::Budget, why));
        }
        let listed = self.listed(answer);
        if listed.is_empty() {
            let why = "the answer lists no such backup with a time";
            return Err(ProbeError::new(Reason::Unparsable, why));
        }
        let finished = listed.iter().filter(|one| one.is_finished() != Some(false));
        let finished: Option<Vec<Finished<'_>>> = finished.map(Finished::of).collect();
        let Some(mut all) = finished else {
            let why = "the state or the time of a backup cannot be read, and it may be the newest";
            return Err(ProbeError::new(Reason::Unparsable, why));
        };
        let count = listed.len();
        all.sort_by_key(|one| std::cmp::Reverse(one.at));
        let mut facts = json!({ "backups": count, "finished": all.len() });
        // The judge compares the peer's clock with ours before it judges a time.
        if let Some(date) = answer.header("date") {
            facts["headers"] = json!({ "date": [date] });
        }
        if let Some(newest) = all.first() {
            let before = newest.of.previous_bytes().or_else(|| all.get(1)?.of.bytes());
            facts["newest"] = newest.facts();
            let share = share(newest.of.bytes(), before);
            facts["share"] = share.map_or_else(|| json!("unknown"), Value::from);
        }
        Ok(facts)
    }

    fn listed<'a>(&'a self, answer: &'a Facts) -> Vec<ListedBackup<'a>> {
        let entries = match answer.at(&self.list) {
            Some(Value::Array(entries)) => entries.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        };
        let all = entries.iter().map(|entry| ListedBackup { of: self, entry });
        all.filter(|one| one.time().is_some() && one.is_of_this_data()).collect()
    }
}

impl<'a> Finished<'a> {
    fn of(of: &'a ListedBackup<'a>) -> Option<Self> {
        of.is_finished()?;
        Some(Self { of, at: read_time(of.time()?)? })
    }

    fn facts(&self) -> Value {
        let (of, entry) = (self.of.of, self.of.entry);
        let bytes = of.bytes.as_deref().and_then(|at| pointed(entry, at));
        json!({
            "name": self.of.name(),
            "at": self.at.to_string(),
            "bytes": bytes.map(|bytes| number(bytes).map_or_else(|| bytes.clone(), size)),
        })
    }
}

impl ListedBackup<'_> {
    /// The value at which its time should be. An unfinished backup may have none.
    fn time(&self) -> Option<&Value> {
        pointed(self.entry, &self.of.at).filter(|time| !time.is_null())
    }

    fn is_of_this_data(&self) -> bool {
        self.of
            .of
            .as_ref()
            .is_none_or(|(at, name)| pointed(self.entry, at).and_then(Value::as_str) == Some(name))
    }

    /// Whether it is finished; `None` if its state cannot be read.
    fn is_finished(&self) -> Option<bool> {
        let partial = |name: &str| self.of.partial.iter().any(|end| name.ends_with(end.as_str()));
        if self.name().is_some_and(partial) {
            return Some(false);
        }
        let Some((at, finished)) = &self.of.state else {
            return Some(true);
        };
        Some(pointed(self.entry, at)?.as_str()? == finished)
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
}

fn pointed<'a>(entry: &'a Value, at: &str) -> Option<&'a Value> {
    entry.pointer(at)
}

/// A size. Some programs write it as a text.
fn number(value: &Value) -> Option<f64> {
    let size = value.as_f64().or_else(|| Some(value.as_str()?.trim().parse::<u64>().ok()? as f64));
    size.filter(|size| *size >= 0.0)
}

fn size(bytes: f64) -> Value {
    if bytes.fract() == 0.0 { json!(bytes as u64) } else { json!(bytes) }
}

/// A size in per cent of another, rounded down to one decimal; `None` if either is missing, or the
/// other is not above 0.
fn share(bytes: Option<f64>, before: Option<f64>) -> Option<f64> {
    let before = before.filter(|before| *before > 0.0)?;
    Some((bytes? / before * 1000.0).floor() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newest() -> Newest {
        Newest {
            step: StepId(0),
            list: "/body/json".into(),
            at: "/at".into(),
            bytes: Some("/bytes".into()),
            of: None,
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
    fn only_a_finished_backup_can_be_the_newest() {
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
    fn without_a_finished_backup_there_is_no_newest() {
        let facts = picked(&newest(), json!([entry("a", 20, 1, "running")])).unwrap();
        assert_eq!(facts, json!({"backups": 1, "finished": 0}));
    }

    #[test]
    fn an_answer_that_lists_no_backup_is_unparsable() {
        for json in [json!([]), json!({}), json!("x"), json!([{"at": "yesterday"}])] {
            assert_eq!(picked(&newest(), json).unwrap_err().reason, Reason::Unparsable);
        }
        let cut = Facts(json!({"body": {"truncated": true, "json": [entry("a", 20, 1, "")]}}));
        assert_eq!(newest().facts(&cut).unwrap_err().reason, Reason::Budget);
    }

    #[test]
    fn a_finished_backup_whose_time_cannot_be_read_may_be_the_newest() {
        let odd =
            |at: Value, state: &str| json!({"name": "b", "at": at, "bytes": 1, "state": state});
        let with = |more: Value| picked(&newest(), json!([entry("a", 20, 1, "finished"), more]));
        for at in [json!("yesterday"), json!("Sun, 22 Nov 2026 10:00:00 CET"), json!(0), json!([])]
        {
            let refused = with(odd(at.clone(), "finished")).unwrap_err();
            assert_eq!(refused.reason, Reason::Unparsable, "{at}");
            assert_eq!(with(odd(at, "running")).unwrap()["newest"]["name"], "a");
        }
        assert_eq!(with(odd(Value::Null, "running")).unwrap()["newest"]["name"], "a");
    }

    #[test]
    fn a_backup_of_other_data_is_disregarded() {
        let of = Newest { of: Some(("/name".into(), "a".into())), ..newest() };
        let both = json!([entry("a", 20, 1, "finished"), entry("b", 22, 1, "finished")]);
        assert_eq!(picked(&of, both).unwrap()["newest"]["at"], "2026-11-20T10:00:00Z");
        let other = picked(&of, json!([entry("b", 22, 1, "finished")]));
        assert_eq!(other.unwrap_err().reason, Reason::Unparsable);
    }

    #[test]
    fn a_single_backup_may_report_the_size_of_the_previous_one() {
        let of = Newest { state: None, previous_bytes: Some("/before".into()), ..newest() };
        let facts = picked(&of, json!({"at": 1_795_000_000, "bytes": 1, "before": 3})).unwrap();
        assert_eq!(facts["share"], 33.3);
        let first = picked(&of, json!({"at": 1_795_000_000, "bytes": 1, "before": null})).unwrap();
        assert_eq!(first["share"], "unknown");
    }
}
