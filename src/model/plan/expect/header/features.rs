//! `Permissions-Policy`: a dictionary of structured fields (RFC 9651).

use crate::model::plan::expect::header::grammar::{Found, members};
use crate::model::plan::expect::{Directive, JudgeContext, TestOutcome};

/// Reads the field; of a feature that is repeated the last entry counts (RFC 9651, section 3.2). Browsers
/// ignore a whole field that is not a dictionary. The error is a clause that names what is wrong.
pub(super) fn read(lines: &[&str]) -> Result<Vec<Found>, String> {
    let mut all: Vec<Found> = Vec::new();
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        for member in members(line, &[','])?.into_iter().map(str::trim) {
            let one = Found::new(member, member.split_once('='));
            if !is_entry(member) {
                return Err(format!(
                    "has “{member}”, which is not of the form `feature=(list)`: browsers ignore such \
                     a field"
                ));
            }
            all.retain(|earlier| earlier.name != one.name);
            all.push(one);
        }
    }
    Ok(all)
}

fn is_entry(member: &str) -> bool {
    let (key, value) =
        member.split_once('=').map_or((member, None), |(key, value)| (key, Some(value)));
    is_key(key.trim()) && value.is_none_or(is_value)
}

fn is_key(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.is_ascii_lowercase() || c == '*')
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.*".contains(c))
}

/// Whether a text is an item or a list of items in parentheses, perhaps with parameters.
fn is_value(text: &str) -> bool {
    let mut parts = text.split(';').map(str::trim);
    let value = parts.next().unwrap_or_default();
    let inner = value.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let is_one = match inner {
        Some(items) => items.split_ascii_whitespace().all(is_item),
        None => is_item(value),
    };
    is_one
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((key, value)) => is_key(key) && is_item(value),
            None => is_key(parameter),
        })
}

fn is_item(text: &str) -> bool {
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "*?_-.:/%!#$&+^`|~".contains(c);
    match quoted {
        Some(inner) => !inner.contains('"') && inner.is_ascii(),
        None => !text.is_empty() && !text.starts_with('"') && text.chars().all(is_bare),
    }
}

/// Judges the entry of a feature.
pub(super) fn decide(
    directive: &Directive,
    lines: &[&str],
    context: &JudgeContext<'_>,
) -> Result<TestOutcome, String> {
    let spaced = |one: Found| Found { value: one.value.map(|value| spelled(&value)), ..one };
    directive.of(&read(lines)?.into_iter().map(spaced).collect::<Vec<_>>(), context)
}

/// A list with one space between its items and none around them.
fn spelled(value: &str) -> String {
    let words = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    words.replace("( ", "(").replace(" )", ")")
}
