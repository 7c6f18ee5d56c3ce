//! The secrets that no text contains. They are known as soon as a project has been read; before that, no secret has been.

use std::sync::{PoisonError, RwLock};

use avouch::model::project::Project;
use avouch::probe::redactor;
use avouch::probe::values::redact::Redactor;
use avouch::render::outlet::Written;

/// Of the projects that were read last: `serve` reads its project again after every change, and `lint --since` reads an
/// earlier revision too.
static KNOWN: RwLock<Vec<Redactor>> = RwLock::new(Vec::new());

/// How many of them are kept.
const KNOWN_MAX: usize = 2;

/// Redacts the secrets of this project from now on.
pub(crate) fn know(project: &Project) {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.insert(0, redactor(project));
    known.truncate(KNOWN_MAX);
}

/// A text without secrets.
pub(crate) fn without(text: Written) -> Written {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    known.iter().fold(text, |text, known| text.map(|text| known.text(text)))
}
