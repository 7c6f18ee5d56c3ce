//! Whether this could be published now, and what the evidence on the pages is.

use avouch::model::time::in_words;
use serde::Serialize;

use crate::serve::note::Note;
use crate::serve::shown::Shown;

/// Whether this could be published now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Readiness {
    /// Whether nothing stands in the way.
    pub(crate) ready: bool,
    /// The same in a sentence.
    pub(crate) headline: String,
    /// What the evidence on the pages is, in a sentence.
    pub(crate) evidence: String,
    /// What the checks are put to, in words.
    pub(crate) target: String,
}

/// What the notes amount to.
pub(crate) fn of(notes: &[Note], shown: &Shown<'_>, trouble: Option<&str>) -> Readiness {
    let stops = notes.iter().filter(|note| note.stops).count();
    let ready = stops == 0 && shown.checked.project.is_some();
    Readiness {
        ready,
        headline: match stops {
            _ if ready => "This could be published now.".to_owned(),
            0 | 1 => "This cannot be published yet: one thing stands in the way.".to_owned(),
            _ => format!("This cannot be published yet: {stops} things stand in the way."),
        },
        evidence: evidence(shown, trouble),
        target: target(shown),
    }
}

fn evidence(shown: &Shown<'_>, trouble: Option<&str>) -> String {
    match (shown.assessment, trouble) {
        (_, Some(_)) => {
            "The results of the last checks cannot be read; run the checks again.".into()
        }
        (Some(run), None) => {
            format!("The evidence shown is that of the last checks, {}.", in_words(run.finished))
        }
        (None, None) => "No checks have been run yet, so no evidence is shown.".into(),
    }
}

fn target(shown: &Shown<'_>) -> String {
    match &shown.checked.project {
        Some(project) if project.world.demo => "the demonstration service".to_owned(),
        Some(project) => project.world.target.origin().ascii_serialization(),
        None => "the service".to_owned(),
    }
}
