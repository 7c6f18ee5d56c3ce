//! The result of opening a backup.

use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;

/// The facts about the content of a backup.
const CONTENT: [&str; 4] = ["/opened", "/integrity", "/rows", "/entries"];

/// The result of opening the private copy of a backup.
pub(crate) enum OpenedBackup {
    /// It could be opened: the facts of its content.
    Readable(Value),
    /// It is damaged, or not a backup: a message for people, which quotes nothing of the backup.
    Unreadable(&'static str),
    /// It is of a format that the check does not open, and may be sound: a clause for people.
    Foreign(String),
}

impl OpenedBackup {
    /// Adds its facts to those of the fetch.
    pub(crate) fn add_to(self, fetched: Value) -> Value {
        let mut facts = Facts(fetched);
        let more = match self {
            Self::Readable(mut facts) => {
                facts["opened"] = true.into();
                facts
            }
            Self::Unreadable(why) => json!({ "opened": false, "why": why }),
            Self::Foreign(why) => {
                CONTENT.iter().for_each(|at| facts.note_unclear(at, why.clone()));
                json!({})
            }
        };
        if let (Value::Object(facts), Value::Object(more)) = (&mut facts.0, more) {
            facts.extend(more);
        }
        facts.0
    }
}

/// The error for a backup that takes too long to open.
pub(crate) fn too_long() -> ProbeError {
    ProbeError::new(Reason::Timeout, "the backup could not be opened in time")
}
