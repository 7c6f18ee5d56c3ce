//! Diagnostics: mistakes in the project's files, each with its code, its place and a help line.

pub mod argument;
pub mod codes;
pub mod report;
mod shared;

use std::collections::BTreeMap;

use crate::model::source::Place;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::redline::Redline;

/// Whether a diagnostic prevents a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A site can be built.
    Warning,
    /// No site is built from these sources.
    Error,
}

/// A mistake in the project's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The identity of the mistake.
    pub code: Code,
    /// Whether it prevents a build; by default the severity of its code.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, back-ticks around literals.
    pub message: String,
    /// The values that the message names, as data; at least those that its code declares.
    pub arguments: BTreeMap<Argument, String>,
    /// Where; `None` only where no file is at fault.
    pub place: Option<Place>,
    /// Other places that explain it, each with a label.
    pub related: Vec<(Place, String)>,
    /// What to do.
    pub help: Option<String>,
    /// The changed words of a suspect claim.
    pub redline: Option<Box<Redline>>,
}

impl Diagnostic {
    /// A diagnostic at a place, with the severity of its code.
    pub fn new(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            arguments: BTreeMap::new(),
            place: Some(place),
            related: Vec::new(),
            help: None,
            redline: None,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, argument: Argument, value: impl Into<String>) -> Self {
        self.arguments.insert(argument, value.into());
        self
    }

    /// The value of an argument; empty if the diagnostic does not have it.
    pub fn argument(&self, argument: Argument) -> &str {
        self.arguments.get(&argument).map_or("", String::as_str)
    }

    /// Adds a help line.
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

    /// Adds the changed words of a suspect claim.
    #[must_use]
    pub fn redline(mut self, redline: Redline) -> Self {
        self.redline = Some(Box::new(redline));
        self
    }

    /// Whether it prevents a build.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Sorts by file and place, and drops duplicates.
pub fn in_source_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| (&a.place, a.code, &a.message).cmp(&(&b.place, b.code, &b.message)));
    diagnostics.dedup();
    diagnostics
}

/// A longer name, in bytes, is not compared: that takes quadratic time.
const NAME_MAX: usize = 100;

/// The entry of `known` that the author of `wrong` probably meant.
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
        format!("use one of {}", names.join(", "))
    }
}
