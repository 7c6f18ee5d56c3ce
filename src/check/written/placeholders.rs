//! The placeholders that authors may write in paths, bodies and operands, such as `${id}`.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::check::kind::Context;
use crate::model::plan::template::{SECRET, Template};
use crate::model::project::actor::Scheme;
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
    /// The actor whose tenant `${tenant}` is.
    pub(crate) tenant_of: Option<&'a str>,
    /// The actor whose random values `${random}` and `${uuid}` are; `None` if the whole check has one of each.
    pub(crate) random_of: Option<&'a str>,
    /// Whether the secrets of actors may be used.
    pub(crate) secrets: Secrets,
    /// The captures of earlier steps: the name that authors write, and the hole in the plan.
    pub(crate) captures: BTreeMap<String, String>,
}

/// Whether the secrets of actors may be used at one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// They may not: the place is not sent, or is in logs.
    #[default]
    Refused,
    /// They may: in a body or a header field.
    Sent,
}

/// Placeholders for random values that are new in each run.
const RANDOM: [&str; 2] = ["random", "uuid"];

/// Placeholders for the time at which an attempt starts.
const NOW: [&str; 2] = ["now", "now:epoch"];

/// Whether authors may not give this name to a capture.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.contains(':')
        || matches!(name, "canary" | "target" | "tenant" | "now")
        || RANDOM.contains(&name)
}

impl<'a> Names<'a> {
    /// The placeholders that are known everywhere.
    pub(crate) fn none(context: &'a Context<'a>) -> Self {
        Self {
            context,
            canary_of: None,
            tenant_of: None,
            random_of: None,
            secrets: Secrets::Refused,
            captures: BTreeMap::new(),
        }
    }

    /// The same, where the secrets of actors may be used.
    pub(crate) fn with_secrets(&self) -> Self {
        Self { secrets: Secrets::Sent, ..self.clone() }
    }

    /// `text` with every placeholder replaced by its value or its hole. Reports unknown ones.
    pub(crate) fn text(&self, text: &str, span: &Range<usize>, diagnostics: &mut Report) -> String {
        let template = Template::new(text);
        for name in template.holes().filter(|name| self.meaning(name).is_none()) {
            if let Some(actor) = name.strip_prefix(SECRET) {
                self.report_secret(actor, span, diagnostics);
                continue;
            }
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
        if let Some(actor) = name.strip_prefix("tenant:") {
            return self.tenant(actor);
        }
        if let Some(actor) = name.strip_prefix(SECRET) {
            let may = self.secrets == Secrets::Sent && self.secret_of(actor);
            return may.then(|| format!("${{{name}}}"));
        }
        if RANDOM.contains(&name) {
            return Some(
                self.random_of
                    .map_or_else(|| format!("${{{name}}}"), |actor| format!("${{{name}:{actor}}}")),
            );
        }
        if NOW.contains(&name) {
            return Some(format!("${{{name}}}"));
        }
        match name {
            "target" => Some(world.target.origin().ascii_serialization()),
            "tenant" => self.tenant(self.tenant_of?),
            "canary" => self.canary_of.map(|actor| format!("${{canary:{actor}}}")),
            _ => self.captures.get(name).map(|hole| format!("${{{hole}}}")),
        }
    }

    /// Whether an actor has a secret that can be sent; a private key is not.
    fn secret_of(&self, actor: &str) -> bool {
        let actor = self.context.project.actors.get(actor);
        actor.is_some_and(|actor| {
            !matches!(actor.scheme, Scheme::Signed(_) | Scheme::Login(_))
                && actor.scheme.secret().is_some()
        })
    }

    /// Reports a secret of an actor that cannot be used here.
    fn report_secret(&self, actor: &str, span: &Range<usize>, diagnostics: &mut Report) {
        let actors = &self.context.project.actors;
        let known = actors.keys().map(String::as_str).filter(|name| self.secret_of(name));
        let (code, message, help) = if !actors.contains_key(actor) {
            let message = format!("there is no actor `{actor}`");
            (Code::UnknownName, message, help_with_list(actor, known.collect::<Vec<_>>()))
        } else if !self.secret_of(actor) {
            let message = format!("the actor `{actor}` has no secret that can be sent");
            (Code::MisplacedSecret, message, "a private key signs, and is never sent".to_owned())
        } else {
            let message = format!("the secret of `{actor}` is not sent from here");
            let help =
                "write it into the body or a header field of a request: an address is in logs";
            (Code::MisplacedSecret, message, help.to_owned())
        };
        diagnostics.push(self.context.mistake(code, span, message).help(help));
    }

    /// The hole of the tenant of an actor, if it has one.
    fn tenant(&self, actor: &str) -> Option<String> {
        self.context.project.tenant(actor).map(|_| format!("${{tenant:{actor}}}"))
    }

    fn known(&self) -> Vec<String> {
        let hosts = self.context.project.hosts.keys();
        let canary = self.canary_of.map(|_| "canary".to_owned());
        let captures = self.captures.keys().cloned();
        captures
            .chain(canary)
            .chain(self.tenant_of.map(|_| "tenant".to_owned()))
            .chain(RANDOM.into_iter().chain(NOW).map(str::to_owned))
            .chain(["target".to_owned()])
            .chain(hosts.map(|role| format!("host:{role}")))
            .collect()
    }
}
