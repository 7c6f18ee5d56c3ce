//! Whether the site could be published now, and where the evidence on the pages is from.

use avouch::model::time::in_words;
use serde::Serialize;

use crate::serve::note::Note;
use crate::serve::shown::Shown;

/// Whether the site could be published now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Readiness {
    /// Whether nothing prevents it.
    pub(crate) ready: bool,
    /// The same in a sentence.
    pub(crate) headline: String,
    /// Where the evidence on the pages is from, in a sentence.
    pub(crate) evidence: String,
    /// The service that the checks test, in words.
    pub(crate) target: String,
}

/// The readiness that follows from the notes.
pub(crate) fn of(notes: &[Note], shown: &Shown<'_>, trouble: Option<&str>) -> Readiness {
    let stops = notes.iter().filter(|note| note.stops).count();
    let ready = stops == 0 && shown.checked.project.is_some();
    Readiness {
        ready,
        headline: match stops {
            _ if ready => "This could be published now.".to_owned(),
            0 | 1 => "This cannot be published yet: there is one problem.".to_owned(),
            _ => format!("This cannot be published yet: there are {stops} problems."),
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
            format!("The evidence is from the last checks, {}.", in_words(run.finished))
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
