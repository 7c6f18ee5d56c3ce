//! What to add to a check that did not notice an answer.

use serde_json::Value;

use crate::model::answer::facts::Facts;

/// The most characters of a name or a title in a suggestion.
const NAME_MAX: usize = 40;

/// An expectation of something that only the right answer to `step` has. `facts` is that answer.
pub(super) fn remedy(step: &str, facts: &Facts) -> String {
    let key = || {
        let object = facts.at("/body/json").and_then(Value::as_object)?;
        object.keys().find(|key| is_plain(key)).map(|key| exists(&format!("/{key}")))
    };
    let title = || {
        let title = facts.at("/body/title").and_then(Value::as_str)?;
        let plain = title.len() <= NAME_MAX && !title.contains(['"', '\\', '\n']);
        plain.then(|| format!("`title: {{contains: \"{title}\"}}`"))
    };
    let is_right = facts.status().is_none_or(|status| status / 100 == 2);
    match key().or_else(title).filter(|_| is_right) {
        Some(example) => {
            format!("add to “{step}” something that only the right answer has, such as {example}")
        }
        None => format!(
            "add to “{step}” an expectation of something that only the right answer has, with \
             `json:`, `text:` or `shows:`"
        ),
    }
}

/// An expectation that the object in which something must be absent is there.
pub(super) fn remedy_of_parent(step: &str, pointer: &str) -> String {
    format!("add {} to “{step}”", exists(pointer))
}

fn exists(pointer: &str) -> String {
    format!("`json: {{{pointer}: {{exists: true}}}}`")
}

fn is_plain(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (1..=NAME_MAX).contains(&key.len()) && key.chars().all(plain)
}
