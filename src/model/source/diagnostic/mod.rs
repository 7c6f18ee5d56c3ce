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

/// Maximum number of names among which a likely one is sought.
const KNOWN_MAX: usize = 5000;

/// Of many names, only those with the most letters in common are compared in full.
const COMPARED_MAX: usize = 64;

/// Names that a help line lists.
const LISTED_MAX: usize = 40;

/// The entry of `known` that the author of `wrong` probably meant.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > NAME_MAX {
        return None;
    }
    let letters = Letters::of(wrong);
    let short = known.into_iter().take(KNOWN_MAX).filter(|name| name.len() <= 4 * NAME_MAX);
    let close = short.map(|name| (letters.likeness(name), name));
    let mut close: Vec<(usize, &str)> = close.filter(|(likeness, _)| *likeness >= 600).collect();
    // The order of equally likely names is kept.
    close.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
    let scored = close.into_iter().take(COMPARED_MAX).map(|(_, name)| {
        let ratio = similar::TextDiff::from_chars(wrong, name).ratio();
        (name, ratio)
    });
    scored
        .filter(|(_, ratio)| *ratio >= 0.6)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(name, _)| name)
}

/// How often each letter is in a name, by the last byte of its number, and how many letters there are.
struct Letters([u16; 256], usize);

impl Letters {
    fn of(name: &str) -> Self {
        let mut counts = [0_u16; 256];
        for c in name.chars() {
            counts[last_byte(c)] += 1;
        }
        Self(counts, name.chars().count())
    }

    /// Thousandths of the letters that two names have in common, whatever their order: never less than the share
    /// that they have in common in order.
    fn likeness(&self, name: &str) -> usize {
        let letters = name.chars().count();
        let all = self.1 + letters;
        // Even if every letter of the shorter one is in the longer one, that is not enough.
        if 2000 * self.1.min(letters) < 600 * all {
            return 0;
        }
        let mut left = self.0;
        let common = name.chars().filter(|c| {
            let count = &mut left[last_byte(*c)];
            let is_there = *count > 0;
            *count = count.saturating_sub(1);
            is_there
        });
        2000 * common.count() / all.max(1)
    }
}

fn last_byte(c: char) -> usize {
    c as usize % 256
}

/// A help line for a word that is not on a closed list: the likely one, or the whole list.
pub fn help_with_list<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(name) = did_you_mean(wrong, known.clone()) {
        return format!("did you mean `{name}`?");
    }
    let mut known = known.into_iter();
    let names = known.by_ref().take(LISTED_MAX).map(|name| format!("`{name}`"));
    let names = names.collect::<Vec<_>>().join(", ");
    match (names.is_empty(), known.count()) {
        (true, _) => "there are none".into(),
        (false, 0) => format!("use one of {names}"),
        (false, more) => format!("use one of {names}, or of {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_among_thousands_is_suggested_in_a_moment() {
        let names: Vec<String> = (0..5000).map(|number| format!("heading-{number}")).collect();
        let known = || names.iter().map(String::as_str);
        for _ in 0..100 {
            assert_eq!(did_you_mean("hedding-4167", known()), Some("heading-4167"));
        }
        let help = help_with_list("zzz", known());
        assert!(help.len() < 1000 && help.ends_with(", or of 4960 more"), "{help}");
    }

    #[test]
    fn names_in_any_letters_are_compared() {
        assert_eq!(
            did_you_mean("zusammenfasung", ["zusammenfassung", "titel"]),
            Some("zusammenfassung")
        );
        assert_eq!(did_you_mean("größe", ["grösse", "größen"]), Some("größen"));
        assert_eq!(did_you_mean("", ["a"]), None);
    }
}
