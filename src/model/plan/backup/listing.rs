//! Reads a listing of backups: which entries are finished backups of this data, and when each was finished.
//!
//! Whatever is about listed backups starts here: the newest one, the oldest one, or how many there are.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::plan::backup::names::{BackupNames, NameKind};
use crate::model::plan::backup::table;
use crate::model::plan::backup::value::ValueTest;
use crate::model::plan::more;
use crate::model::time::read::read;
use crate::model::time::unread::Unread;
use crate::model::time::zone::Zone;

/// Where the facts of an answer have the listing of a bucket.
pub const BUCKET: &str = "/body/listing";

/// The most characters of a value that a message quotes.
const QUOTED_MAX: usize = 60;

/// How to read a listing of backups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackupListing {
    /// JSON Pointer into the facts of the answer: to the document that lists the backups.
    pub document: String,
    /// JSON Pointers into the document, of which the first with a value counts: to a list of backups, or
    /// to a single one. A part `*` means the only member.
    pub lists: Vec<String>,
    /// JSON Pointers within a backup to the time at which it was finished; the first with a time counts.
    pub at: Vec<String>,
    /// The zone of times that have no offset from UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// JSON Pointers within a backup to its name; the first with a value counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name: Vec<String>,
    /// Which names are those of backups.
    pub names: BackupNames,
    /// JSON Pointer within a backup to its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// What tells entries for backups from others in the same list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<ValueTest>,
    /// What tells backups of this data from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<ValueTest>,
    /// What tells finished backups from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ValueTest>,
    /// Whether the answer may be the table of backups that the Heroku CLI prints.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub heroku_table: bool,
}

/// A listing that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// The finished backups of this data, the newest first.
    pub finished: Vec<Backup>,
    /// Entries that may be finished backups of this data, but could not be read.
    pub doubts: Vec<Doubt>,
    /// How many backups of this data there are, finished or not.
    pub backups: usize,
    /// How many backups are of other data.
    pub of_others: usize,
    /// Why the listing is not complete, as a clause.
    pub more: Option<String>,
    /// Whether only the newest of many entries were kept, so that older ones are missing.
    pub cut: bool,
}

/// A finished backup.
#[derive(Clone, Debug, PartialEq)]
pub struct Backup {
    /// Its entry in the listing.
    pub entry: Value,
    /// Its name, if the listing has one.
    pub name: Option<String>,
    /// When it was finished.
    pub at: Timestamp,
}

/// An entry that may be a finished backup.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// A clause that names the entry, the value and what is wrong with it.
    pub why: String,
    /// The latest time at which it can have been finished; `None` if that is not known.
    pub latest: Option<Timestamp>,
}

/// What an entry turned out to be.
enum Read {
    Finished(Backup),
    Unfinished,
    OfOthers,
    NotABackup,
    Doubtful(Doubt),
}

impl BackupListing {
    /// Reads the listing in an answer, with its further pages.
    ///
    /// # Errors
    ///
    /// A clause if there is no listing, such as "the answer is not JSON".
    pub fn read(&self, answer: &Facts) -> Result<Listed, String> {
        let (mut entries, mut more) = self.entries(answer)?;
        let further: Vec<Facts> = answer.pages().collect();
        if !further.is_empty() {
            more = None;
        }
        for page in &further {
            let (page, announced) = self.entries(page)?;
            entries.extend(page);
            more = announced;
        }
        if let Some(why) = answer.unread_page() {
            more = Some(why.to_owned());
        }
        let mut listed = self.listed(entries);
        listed.more = more;
        let cut = answer.at(&format!("{}_cut", self.document)).and_then(Value::as_bool);
        listed.cut = cut == Some(true);
        Ok(listed)
    }

    fn listed(&self, entries: Vec<Value>) -> Listed {
        let names: Vec<Option<String>> = entries.iter().map(|entry| self.name(entry)).collect();
        let others: BTreeSet<&str> = names.iter().flatten().map(String::as_str).collect();
        let mut listed = Listed::default();
        for (index, (entry, name)) in entries.into_iter().zip(&names).enumerate() {
            let kind = name.as_deref().map(|name| self.names.kind(name, &others));
            match self.read_entry(entry, index, kind) {
                Read::NotABackup => continue,
                Read::OfOthers => {
                    listed.of_others += 1;
                    continue;
                }
                Read::Finished(backup) => listed.finished.push(backup),
                Read::Doubtful(doubt) => listed.doubts.push(doubt),
                Read::Unfinished => {}
            }
            listed.backups += 1;
        }
        listed.finished.sort_by_key(|one| std::cmp::Reverse(one.at));
        listed
    }

    /// The entries of one page, and why there are more.
    fn entries(&self, answer: &Facts) -> Result<(Vec<Value>, Option<String>), String> {
        let Some(document) = answer.at(&self.document) else {
            return self.elsewhere(answer).map(|entries| (entries, None));
        };
        let (list, found) = self.list(document)?;
        let entries = match found {
            Value::Array(entries) => entries.clone(),
            Value::Object(_) => vec![found.clone()],
            other => {
                return Err(format!("{} has {}, which is not a list", place(&list), quoted(other)));
            }
        };
        let flag = answer.at(&format!("{}_more", self.document)).and_then(Value::as_bool);
        let announced = match flag {
            Some(true) => Some("the listing has further pages".to_owned()),
            _ => more::announced(document, &list, entries.len())
                .map(|at| format!("the answer announces further entries (`{at}`)")),
        };
        Ok((entries, announced))
    }

    /// The entries of an answer that is not one JSON document: JSON Lines, or a table.
    fn elsewhere(&self, answer: &Facts) -> Result<Vec<Value>, String> {
        let lines = answer.at(&format!("{}_lines", self.document)).and_then(Value::as_array);
        if let Some(lines) = lines.filter(|_| self.lists.iter().any(String::is_empty)) {
            return Ok(lines.clone());
        }
        let text = self.document.rsplit_once('/').map(|(above, _)| format!("{above}/text"));
        let text = text.and_then(|at| answer.at(&at)).and_then(Value::as_str);
        let table = text.filter(|_| self.heroku_table).and_then(table::read);
        table.ok_or_else(|| match (lines, text) {
            (Some(_), _) => {
                "the answer is JSON Lines, which have no members to point to".to_owned()
            }
            (None, Some(text)) if !text.trim().is_empty() => {
                let text = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
                format!("the answer is not JSON, it starts with {}", quoted(&text.trim().into()))
            }
            _ => "the answer is empty or not text".to_owned(),
        })
    }

    /// The first list that the document has, with its pointer.
    fn list<'a>(&self, document: &'a Value) -> Result<(String, &'a Value), String> {
        for list in &self.lists {
            if let Some(found) = member(document, list)? {
                return Ok(found);
            }
        }
        let places: Vec<String> = self.lists.iter().map(|list| place(list)).collect();
        Err(format!("{} has nothing, and the list of backups should be there", places.join(" or ")))
    }

    fn read_entry(&self, entry: Value, index: usize, kind: Option<NameKind>) -> Read {
        match kind {
            Some(NameKind::Other) => return Read::NotABackup,
            Some(NameKind::Unfinished) => return Read::Unfinished,
            Some(NameKind::Backup) | None => {}
        }
        let passes = |test: &Option<ValueTest>| match test {
            Some(test) => test.passes(&entry),
            None => Some(true),
        };
        if passes(&self.only) == Some(false) {
            return Read::NotABackup;
        }
        let (of, state) = (passes(&self.of), passes(&self.state));
        match (of, state) {
            (Some(false), _) => return Read::OfOthers,
            (_, Some(false)) => return Read::Unfinished,
            _ => {}
        }
        let time = self.time(&entry);
        let is_shown_finished = self.state.is_some() && state == Some(true);
        if !is_shown_finished && time == Err((Unread::Never, None)) {
            return Read::Unfinished;
        }
        let subject = self.subject(&entry, index);
        if let (None, Some(test)) = (of, &self.of) {
            let why = unclear(&subject, &entry, test, "show which data it is of");
            return Read::Doubtful(Doubt { why, latest: time.ok() });
        }
        if let (None, Some(test)) = (state, &self.state) {
            let why = unclear(&subject, &entry, test, "show whether it is finished");
            return Read::Doubtful(Doubt { why, latest: time.ok() });
        }
        match time {
            Ok(at) => Read::Finished(Backup { name: self.name(&entry), entry, at }),
            Err((unread, at)) => Read::Doubtful(self.undated(&subject, &entry, &unread, at)),
        }
    }

    /// An entry whose time cannot be read.
    fn undated(&self, subject: &str, entry: &Value, unread: &Unread, at: Option<String>) -> Doubt {
        let at = at.or_else(|| self.at.first().cloned()).unwrap_or_default();
        let remedy = match unread {
            Unread::Local(..) => "; name its zone with `zone:`",
            _ => "",
        };
        let why = format!(
            "{subject} has {} at `{at}`, which {}{remedy}",
            found(entry, &at),
            unread.why()
        );
        Doubt { why, latest: unread.latest() }
    }

    /// When a backup was finished. The error has the pointer to the value that could not be read, or none if
    /// there is a value that means "not yet".
    fn time(&self, entry: &Value) -> Result<Timestamp, (Unread, Option<String>)> {
        let mut error = None;
        for at in &self.at {
            let Some(value) = entry.pointer(at) else { continue };
            match read(value, self.zone.as_ref()) {
                Ok(time) => return Ok(time),
                Err(Unread::Never) => {
                    error.get_or_insert((Unread::Never, None));
                }
                Err(unread) => return Err((unread, Some(at.clone()))),
            }
        }
        Err(error.unwrap_or((Unread::Never, self.at.first().cloned())))
    }

    fn name(&self, entry: &Value) -> Option<String> {
        let found =
            self.name.iter().find_map(|at| entry.pointer(at).filter(|name| !name.is_null()))?;
        match found {
            Value::String(name) => Some(name.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn subject(&self, entry: &Value, index: usize) -> String {
        match self.name(entry) {
            Some(name) => format!("the backup {}", quoted(&name.into())),
            None => format!("entry {} of the listing", index + 1),
        }
    }
}

impl Backup {
    /// Its size in bytes, at this JSON Pointer; some programs write it as a text.
    pub fn bytes(&self, at: &str) -> Option<f64> {
        number(self.entry.pointer(at)?)
    }
}

/// A size. Some programs write it as a text.
pub(super) fn number(value: &Value) -> Option<f64> {
    let size = value.as_f64().or_else(|| Some(value.as_str()?.trim().parse::<u64>().ok()? as f64));
    size.filter(|size| *size >= 0.0)
}

/// The member of a document at a pointer that may have the part `*`, with its pointer without that part. A
/// list or an object without members has an empty list there.
fn member<'a>(document: &'a Value, pointer: &str) -> Result<Option<(String, &'a Value)>, String> {
    static EMPTY: Value = Value::Array(Vec::new());
    let Some((above, below)) = pointer.split_once("/*") else {
        return Ok(document.pointer(pointer).map(|found| (pointer.to_owned(), found)));
    };
    let Some(parent) = document.pointer(above) else { return Ok(None) };
    let names: Vec<String> = match parent {
        Value::Array(items) => (0..items.len()).map(|index| index.to_string()).collect(),
        Value::Object(object) => object.keys().cloned().collect(),
        _ => return Ok(None),
    };
    match names.as_slice() {
        [] => Ok(Some((above.to_owned(), &EMPTY))),
        [only] => {
            let only = only.replace('~', "~0").replace('/', "~1");
            let whole = format!("{above}/{only}{below}");
            Ok(document.pointer(&whole).map(|found| (whole.clone(), found)))
        }
        several => {
            let first = format!("{above}/{}{below}", several[0]);
            Err(format!(
                "{} has {} members; name one of them with `list:`, such as `{first}`",
                place(above),
                several.len()
            ))
        }
    }
}

/// A clause about a value that does not decide.
fn unclear(subject: &str, entry: &Value, test: &ValueTest, what: &str) -> String {
    format!("{subject} has {} at `{}`, which does not {what}", found(entry, &test.at), test.at)
}

fn place(pointer: &str) -> String {
    match pointer {
        "" => "the answer".to_owned(),
        pointer => format!("`{pointer}` in the answer"),
    }
}

/// The value at a pointer, as a message quotes it.
fn found(entry: &Value, at: &str) -> String {
    entry.pointer(at).map_or_else(|| "no value".to_owned(), quoted)
}

/// A value as a message quotes it.
fn quoted(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let short: String = text.chars().take(QUOTED_MAX).collect();
    let end = if short.len() < text.len() { "…" } else { "" };
    format!("“{short}{end}”")
}
