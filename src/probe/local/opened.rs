//! A backup that was opened: a private copy of it.

use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;

/// What opening a backup came to.
pub(crate) enum Opened {
    /// It is one: the facts of what is in it.
    Yes(Value),
    /// It is none: why, in words of ours.
    No(&'static str),
}

impl Opened {
    pub(crate) fn facts(self) -> Value {
        match self {
            Self::Yes(mut facts) => {
                facts["opened"] = true.into();
                facts
            }
            Self::No(why) => json!({ "opened": false, "why": why }),
        }
    }
}

/// What is said where a copy takes too long to open.
pub(crate) fn too_long() -> ProbeError {
    ProbeError::new(Reason::Timeout, "the backup could not be opened in time")
}
