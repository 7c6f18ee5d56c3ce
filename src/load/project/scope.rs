//! The scope in which a setting of `avouch.yaml` is read, and the form of names.

use std::ops::Range;

use crate::load::file::reader::SourceFile;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The project's file with the mistakes that are found in it.
pub(crate) struct Scope<'a> {
    pub(crate) source: &'a SourceFile,
    pub(crate) node: &'a Node,
    pub(crate) diagnostics: &'a mut Report,
}

impl Scope<'_> {
    /// Reports a mistake at the bytes `span` of the file.
    pub(crate) fn report(
        &mut self,
        code: Code,
        span: &Range<usize>,
        message: impl Into<String>,
        help: &str,
    ) {
        self.diagnostics.push(Diagnostic::new(code, self.place(span), message).help(help));
    }

    /// The bytes `span` of the file.
    pub(crate) fn place(&self, span: &Range<usize>) -> Place {
        Place::new(self.source.file.clone(), span.clone())
    }

    /// A required value. If it is missing or empty, reports that and returns an empty one.
    pub(crate) fn required(
        &mut self,
        value: Option<&Spanned<String>>,
        key: &str,
        within: &Node,
    ) -> Spanned<String> {
        let span = within.get(key).map_or(&within.span, |node| &node.span);
        match value {
            Some(value) if !value.trim().is_empty() => return value.clone(),
            Some(value) => {
                let error = Diagnostic::empty_value(self.place(&value.span), key);
                self.diagnostics.push(error);
            }
            // A value that was refused has been reported already.
            None if within.get(key).is_some() => {}
            None => self.diagnostics.push(Diagnostic::missing_key(self.place(span), key)),
        }
        Spanned { value: String::new(), span: span.clone() }
    }
}

/// Reports a name with characters that other files could not use.
pub(crate) fn check_name(name: &str, span: &Range<usize>, scope: &mut Scope<'_>) {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || !name.chars().all(fits) {
        let message = format!("`{name}` cannot be a name");
        let help = "use letters, digits, `-`, `_` and `.`";
        scope.report(Code::BadName, span, message, help);
    }
}
