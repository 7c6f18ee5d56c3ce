//! The result of opening a backup.

use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;

/// The result of opening the private copy of a backup.
pub(crate) enum OpenedBackup {
    /// It could be opened: the facts of its content.
    Readable(Value),
    /// It could not be opened: a message for people, which quotes nothing of the backup.
    Unreadable(&'static str),
}

impl OpenedBackup {
    pub(crate) fn facts(self) -> Value {
        match self {
            Self::Readable(mut facts) => {
                facts["opened"] = true.into();
                facts
            }
            Self::Unreadable(why) => json!({ "opened": false, "why": why }),
        }
    }
}

/// The error for a backup that takes too long to open.
pub(crate) fn too_long() -> ProbeError {
    ProbeError::new(Reason::Timeout, "the backup could not be opened in time")
}
