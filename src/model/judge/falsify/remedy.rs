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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_remedy_names_a_key_or_a_title_of_the_right_answer_that_needs_no_quoting() {
        let long = "k".repeat(NAME_MAX);
        let longer = "k".repeat(NAME_MAX + 1);
        let such_as = |status: u16, body: Value| {
            let text = remedy("owner", &Facts(json!({"status": status, "body": body})));
            let example = text.split_once(", such as ").map(|(_, example)| example.to_owned());
            assert!(text.starts_with("add to “owner” "), "{text}");
            example
        };
        let key = |key: &str| such_as(200, json!({"json": {key: 1}}));
        let named = |key: &str| Some(format!("`json: {{/{key}: {{exists: true}}}}`"));
        for plain in ["price", "unit_price", "unit-price", "4", &long] {
            assert_eq!(key(plain), named(plain));
        }
        for other in ["", "a b", "a/b", "a~b", "größe", &longer] {
            assert_eq!(key(other), None, "{other}");
        }
        assert_eq!(such_as(200, json!({"json": {"a b": 1, "c": 2}})), named("c"));
        let title = |text: &str| such_as(200, json!({"title": text}));
        let contains = |text: &str| Some(format!("`title: {{contains: \"{text}\"}}`"));
        assert_eq!(title("Orders"), contains("Orders"));
        assert_eq!(title(&long), contains(&long));
        for other in ["a \"b\"", "a\\b", "a\nb", &longer] {
            assert_eq!(title(other), None, "{other}");
        }
        // An answer that is not a success has nothing that only the right one has.
        assert_eq!(such_as(404, json!({"json": {"price": 1}})), None);
        assert_eq!(such_as(204, json!({"json": {"price": 1}})), named("price"));
    }
}
