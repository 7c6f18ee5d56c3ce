//! Whether a text states one promise twice: `every day, so at most 24 hours of it can be lost`.

use crate::language::lexicon::{List, Phrases};
use crate::language::quantity::amount::{Quantity, Unit};

/// The sections of phrases whose words only say on which side of a number something is.
const SIDES: [Phrases; 8] = [
    Phrases::AtMost,
    Phrases::AtLeast,
    Phrases::Within,
    Phrases::Exactly,
    Phrases::OrLess,
    Phrases::OrMore,
    Phrases::MoreThan,
    Phrases::Repeated,
];

/// Whether two equal quantities of one text are one promise. "Every day, so at most 24 hours are lost" is,
/// "logs for 30 days and backups for 30 days" is not.
pub fn is_restated(text: &str, earlier: &Quantity, later: &Quantity) -> bool {
    let is_named = matches!(earlier.amount.unit, Unit::Version(_) | Unit::Day | Unit::Status);
    let between = text.get(earlier.span.end..later.span.start).unwrap_or_default();
    let between = between.to_lowercase();
    let mut words = between.split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '\''));
    is_named
        || earlier.form != later.form
        || between.contains([':', '(', '[', '–', '—', '='])
        || words.clone().any(|word| List::Restates.has(word.trim_matches('.')))
        || words.all(|word| !is_content(word.trim_matches('.')))
}

/// Whether a word says more than which limit a number is.
fn is_content(word: &str) -> bool {
    let lists = [List::Between, List::Joins, List::Most, List::Least, List::Fillers];
    let is_side = |section: &Phrases| section.all().iter().any(|phrase| phrase.contains(&word));
    !word.is_empty() && !lists.iter().any(|list| list.has(word)) && !SIDES.iter().any(is_side)
}
