//! Days of the calendar, as people write them.

use std::sync::Arc;

use jiff::civil::Date;

use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::{Mark, Report};
use crate::model::source::node::Node;

/// Reports a day that does not exist, and removes other diagnostics about it since `mark`.
pub(crate) fn check(node: Option<&Node>, file: &Arc<str>, diagnostics: &mut Report, mark: Mark) {
    let Some(node) = node else {
        return;
    };
    let Some(text) = node.as_str().filter(|text| *text != "demo" && text.parse::<Date>().is_err())
    else {
        return;
    };
    let place = Place::new(file.clone(), node.span.clone());
    let since = diagnostics.split_off(mark);
    let others = since.into_iter().filter(|one| one.place.as_ref() != Some(&place));
    diagnostics.extend(others);
    let message = format!("`{text}` is not a day in the calendar");
    let error = Diagnostic::new(Code::ImpossibleDate, place, message);
    diagnostics.push(error.with(Argument::Value, text).help("write it like `2026-11-22`"));
}
