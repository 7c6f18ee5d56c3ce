//! `${NAME}` in `avouch.yaml`: read from the environment after parsing, in the keys of [`READ_IN`] only, and
//! never shown.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::load::options::Options;
use crate::load::project::scope::Scope;
use crate::model::plan::template::{Part, Template};
use crate::model::project::actor::Secret;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::node::{Node, Value};

/// Where variables get their values.
pub(crate) struct Variables<'a> {
    options: &'a Options<'a>,
    /// Whether the target is the demo add-on.
    demo: bool,
    /// The values of those in credentials, by name.
    secrets: RefCell<BTreeMap<String, Secret>>,
}

/// The keys of `avouch.yaml` in which variables are read.
const READ_IN: [&str; 4] = ["actors", "target", "connect_to", "roots"];

impl<'a> Variables<'a> {
    /// The variables of a project.
    pub(crate) fn new(options: &'a Options<'a>, demo: bool) -> Self {
        Self { options, demo, secrets: RefCell::default() }
    }

    /// The values of the variables in credentials, by name.
    pub(crate) fn secrets(&self) -> BTreeMap<String, Secret> {
        self.secrets.borrow().clone()
    }

    /// The text of a credential with its variables filled in.
    pub(crate) fn fill_secret(&self, written: &Spanned<String>, scope: &mut Scope<'_>) -> String {
        for name in Template::new(written.value.as_str()).holes() {
            if let Some(value) = (self.options.env)(name, self.demo) {
                self.secrets.borrow_mut().insert(name.to_owned(), Secret::new(value));
            }
        }
        self.fill(written, scope)
    }

    /// The text with its variables filled in; one without a value is reported, and is empty.
    ///
    /// The result may be secret, and must not appear in any message.
    pub(crate) fn fill(&self, written: &Spanned<String>, scope: &mut Scope<'_>) -> String {
        let template = Template::new(written.value.as_str());
        let mut filled = String::new();
        for part in template.parts() {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Hole(name) => filled.push_str(&self.value(name, &written.span, scope)),
            }
        }
        filled
    }

    fn value(&self, name: &str, span: &Range<usize>, scope: &mut Scope<'_>) -> String {
        let span = within(scope, span, name);
        if !is_name(name) {
            let message = format!("`{name}` is not the name of a variable");
            let help = "use letters, digits and `_`, such as `${ACME_SECRET}`";
            scope.report(Code::BadVariable, &span, message, help);
            return String::new();
        }
        // In most build systems, a missing secret is an empty value.
        let value = (self.options.env)(name, self.demo).filter(|value| !value.is_empty());
        value.unwrap_or_else(|| {
            let place = Place::new(scope.source.file.clone(), span);
            let message = format!("the variable `{name}` has no value");
            let unset = Diagnostic {
                severity: self.options.unset,
                ..Diagnostic::new(Code::UnsetVariable, place, message).with(Argument::Name, name)
            };
            let help = format!("set `{name}` in the environment");
            scope.diagnostics.push(unset.help(help));
            String::new()
        })
    }
}

/// Reports every variable in a place where none is read.
pub(crate) fn refuse_elsewhere(scope: &mut Scope<'_>) {
    let root = scope.node;
    for entry in root.entries() {
        if !READ_IN.contains(&entry.key.as_str()) {
            refuse_in(&entry.value, scope);
        }
    }
}

fn refuse_in(node: &Node, scope: &mut Scope<'_>) {
    match &node.value {
        Value::String(text) => {
            let template = Template::new(text.as_str());
            for name in template.holes().filter(|name| is_name(name)) {
                let span = within(scope, &node.span, name);
                let message = format!("the variable `{name}` is not read here");
                let help =
                    "variables are read in `actors`, `target`, `connect_to` and `roots` only";
                scope.report(Code::MisplacedVariable, &span, message, help);
            }
        }
        Value::List(items) => items.iter().for_each(|item| refuse_in(item, scope)),
        Value::Map(entries) => entries.iter().for_each(|entry| refuse_in(&entry.value, scope)),
        _ => {}
    }
}

/// The bytes of `${name}` within a scalar, or all of the scalar where it is written otherwise.
pub(crate) fn within(scope: &Scope<'_>, span: &Range<usize>, name: &str) -> Range<usize> {
    let hole = format!("${{{name}}}");
    let written = scope.source.text.get(span.clone()).unwrap_or_default();
    let found = written.find(&hole).map(|at| span.start + at);
    found.map_or(span.clone(), |start| start..start + hole.len())
}

pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
