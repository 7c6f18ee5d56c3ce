//! The texts of a new object that have no mark: data of its owner that no search would recognise.

use serde_json::Value;

use crate::check::kind::Context;
use crate::check::written::request::WrittenRequest;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// Reports the texts in the body of `create` without a mark, except those at the JSON Pointers in `fixed`.
pub(crate) fn report(
    create: &Spanned<WrittenRequest>,
    fixed: &[Spanned<String>],
    context: &Context<'_>,
    diagnostics: &mut Report,
) {
    let mut texts = Vec::new();
    let data = create.data();
    if let Some(data) = &data {
        collect(data, "", &mut texts);
    }
    for one in fixed.iter().filter(|one| !texts.iter().any(|(at, _)| *at == one.value)) {
        let message = format!("`create` has no text at `{}`", one.value);
        let error = context.mistake(Code::BadPointer, &one.span, message);
        diagnostics.push(error.help("write the JSON Pointer of a text, such as `/title`"));
    }
    let is_fixed = |at: &str| fixed.iter().any(|one| one.value == at);
    // The id of the object, or its tenant, shows whose it is.
    let is_marked = |text: &str| {
        ["${canary}", "${random}", "${uuid}", "${tenant}"].iter().any(|one| text.contains(one))
    };
    let unmarked = texts.iter().filter(|(at, text)| !is_marked(text) && !is_fixed(at));
    let unmarked: Vec<String> = unmarked.map(|(at, _)| format!("`{at}`")).collect();
    if !unmarked.is_empty() {
        let message = format!(
            "these texts of the new object have no mark, so the check would not recognise them in \
             another customer's answer: {}",
            unmarked.join(", ")
        );
        let help = "write `${canary}` into each of them, or list those that the service prescribes \
                    under `fixed:`";
        diagnostics.push(context.mistake(Code::UnmarkedText, &create.span, message).help(help));
    }
}

/// The JSON Pointers of all texts, with the texts.
fn collect<'v>(value: &'v Value, at: &str, texts: &mut Vec<(String, &'v str)>) {
    match value {
        Value::String(text) => texts.push((at.to_owned(), text)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{at}/{index}"), texts);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(value, &format!("{at}/{name}"), texts);
            }
        }
        _ => {}
    }
}
