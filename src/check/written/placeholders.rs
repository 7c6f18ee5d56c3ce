//! The placeholders that authors may write in paths, bodies and operands, such as `${id}`.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::check::kind::Context;
use crate::model::plan::template::Template;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;
use crate::model::source::diagnostic::report::Report;

/// The placeholders that are known at one place.
#[derive(Clone, Debug)]
pub(crate) struct Names<'a> {
    /// The project and the claim.
    pub(crate) context: &'a Context<'a>,
    /// The actor whose canary `${canary}` is; `None` where it is not allowed.
    pub(crate) canary_of: Option<&'a str>,
    /// The captures of earlier steps: the name that authors write, and the hole in the plan.
    pub(crate) captures: BTreeMap<String, String>,
}

impl<'a> Names<'a> {
    /// The placeholders that are known everywhere.
    pub(crate) fn none(context: &'a Context<'a>) -> Self {
        Self { context, canary_of: None, captures: BTreeMap::new() }
    }

    /// `text` with every placeholder replaced by its value or its hole. Reports unknown ones.
    pub(crate) fn text(&self, text: &str, span: &Range<usize>, diagnostics: &mut Report) -> String {
        let template = Template::new(text);
        for name in template.holes().filter(|name| self.meaning(name).is_none()) {
            let known = self.known();
            let message = format!("unknown placeholder `${{{name}}}`");
            diagnostics.push(
                self.context
                    .mistake(Code::UnknownName, span, message)
                    .help(help_with_list(name, known.iter().map(String::as_str))),
            );
        }
        let meaning = |name: &str| Some(self.meaning(name).unwrap_or_default());
        template.fill(meaning).unwrap_or_default()
    }

    /// A value in which every string is replaced as in [`Self::text`].
    pub(crate) fn value(
        &self,
        value: &Value,
        span: &Range<usize>,
        diagnostics: &mut Report,
    ) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text, span, diagnostics)),
            Value::Array(items) => {
                let items = items.iter();
                items.map(|item| self.value(item, span, diagnostics)).collect()
            }
            Value::Object(entries) => {
                let entries = entries.iter();
                let pair = |(key, value): (&String, &Value)| {
                    (key.clone(), self.value(value, span, diagnostics))
                };
                Value::Object(entries.map(pair).collect())
            }
            other => other.clone(),
        }
    }

    fn meaning(&self, name: &str) -> Option<String> {
        let world = &self.context.project.world;
        if let Some(role) = name.strip_prefix("host:") {
            return world.hosts.get(role).cloned();
        }
        match name {
            "target" => Some(world.target.origin().ascii_serialization()),
            "canary" => self.canary_of.map(|actor| format!("${{canary:{actor}}}")),
            _ => self.captures.get(name).map(|hole| format!("${{{hole}}}")),
        }
    }

    fn known(&self) -> Vec<String> {
        let hosts = self.context.project.hosts.keys();
        let canary = self.canary_of.map(|_| "canary".to_owned());
        let captures = self.captures.keys().cloned();
        captures
            .chain(canary)
            .chain(["target".to_owned()])
            .chain(hosts.map(|role| format!("host:{role}")))
            .collect()
    }
}
