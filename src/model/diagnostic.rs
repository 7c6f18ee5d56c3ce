//! A mistake in the author's files, with its code, its place and what to do about it.

use crate::model::redline::Redline;
use crate::model::source::Place;

/// The stable name of a sort of mistake, in kebab case.
pub type Code = &'static str;

/// Whether a mistake stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The work can go on.
    Warning,
    /// Nothing is built from these sources.
    Error,
}

/// A mistake in what people wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What sort of mistake it is.
    pub code: Code,
    /// Whether it stops the work.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, back-ticks around literals.
    pub message: String,
    /// Where; `None` only where no file is at fault.
    pub place: Option<Place>,
    /// Other places that explain it, each with a few words.
    pub related: Vec<(Place, String)>,
    /// What to do.
    pub help: Option<String>,
    /// Of a suspect claim, what changed.
    pub redline: Option<Box<Redline>>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            place: Some(place),
            related: Vec::new(),
            help: None,
            redline: None,
        }
    }

    /// A warning at a place.
    pub fn warning(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place that explains it.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }

    /// Adds what changed in a suspect claim.
    #[must_use]
    pub fn redline(mut self, redline: Redline) -> Self {
        self.redline = Some(Box::new(redline));
        self
    }

    /// Whether it stops the work.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Sorts by file and place, and drops what was said twice.
pub fn in_source_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| (&a.place, a.code, &a.message).cmp(&(&b.place, b.code, &b.message)));
    diagnostics.dedup();
    diagnostics
}

/// A name longer than this is compared with nothing: comparing takes the square of its length.
const NAME_MAX: usize = 100;

/// The entry of `known` that `wrong` was probably meant to be.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > NAME_MAX {
        return None;
    }
    let scored = known.into_iter().map(|name| {
        let ratio = similar::TextDiff::from_chars(wrong, name).ratio();
        (name, ratio)
    });
    scored
        .filter(|(_, ratio)| *ratio >= 0.6)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(name, _)| name)
}

/// A help line for a word that is not on a closed list: the likely one, or the whole list.
pub fn help_with_list<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(name) = did_you_mean(wrong, known.clone()) {
        return format!("did you mean `{name}`?");
    }
    let names: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "there are none".into()
    } else {
        format!("known are {}", names.join(", "))
    }
}
