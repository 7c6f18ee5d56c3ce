//! The contract between Avouch and its kinds of check.

use serde::de::DeserializeOwned;

use crate::model::plan::parameter::Parameter;
use crate::model::plan::{ANYONE, Plan};
use crate::model::project::Project;
use crate::model::project::actor::Actor;
use crate::model::project::claim::Claim;
use crate::model::source::Place;
use crate::model::source::decode::{Spanned, decode};
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};
use crate::model::source::node::Node;

/// A kind of check: a pure function from its settings to a plan, with its manual beside it.
pub trait Kind: Sync {
    /// Its name, as authors write it after `kind:`.
    fn name(&self) -> &'static str;

    /// Its page of the manual.
    fn manual(&self) -> Manual;

    /// The JSON Schema of its settings.
    fn schema(&self) -> schemars::Schema;

    /// What it will ask, or what is wrong with its settings. It does no I/O and judges nothing.
    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan>;

    /// The limits among its settings, each with its place: what the claim's words must say. What is
    /// left out in the settings is no limit, whatever stands in for it.
    fn limits(&self, _settings: &Node) -> Vec<Parameter> {
        Vec::new()
    }
}

/// A kind's page of the manual.
#[derive(Clone, Copy, Debug)]
pub struct Manual {
    /// What it proves, in one or two sentences.
    pub proves: &'static str,
    /// What it cannot prove.
    pub cannot_prove: &'static str,
    /// A check of this kind, as YAML, that parses and plans against the demo's actors.
    pub example: &'static str,
}

/// What a kind may look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The project: actors, hosts, permissions.
    pub project: &'a Project,
    /// The claim that the check supports.
    pub claim: &'a Claim,
    /// What differs from run to run follows from this.
    pub seed: u64,
}

impl Context<'_> {
    /// Reads a kind's settings; every mistake becomes a diagnostic.
    pub fn read<T: DeserializeOwned>(
        &self,
        settings: &Node,
        diagnostics: &mut Report,
    ) -> Option<T> {
        let before = diagnostics.mark();
        let value = decode(settings, &self.claim.file, diagnostics);
        value.filter(|_| diagnostics.is_clean_since(before))
    }

    /// A place in the claim's file.
    pub fn place(&self, span: &std::ops::Range<usize>) -> Place {
        Place::new(self.claim.file.clone(), span.clone())
    }

    /// A mistake at some bytes of the claim's file.
    pub fn mistake(
        &self,
        code: Code,
        span: &std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, self.place(span), message)
    }

    /// The actor of this name, who has a credential; a name that no actor has becomes a diagnostic.
    pub fn actor(&self, name: &Spanned<String>, diagnostics: &mut Report) -> Option<&Actor> {
        let actor = self.project.actors.get(&name.value);
        if actor.is_none() {
            let known = self.project.actors.keys().map(String::as_str);
            let message = match name.as_str() {
                ANYONE => format!("`{ANYONE}` has no credential, and one is needed here"),
                other => format!("unknown actor `{other}`"),
            };
            diagnostics.push(
                self.mistake(Code::UnknownActor, &name.span, message)
                    .help(help_with_list(name, known)),
            );
        }
        actor
    }

    /// The host of a role; a role that no host has becomes a diagnostic.
    pub fn host(&self, role: &Spanned<String>, diagnostics: &mut Report) -> Option<&str> {
        let hosts = &self.project.world.hosts;
        let host = hosts.get(&role.value);
        if host.is_none() {
            let message = format!("no host has the role `{}`", role.value);
            let help = help_with_list(role, hosts.keys().map(String::as_str));
            diagnostics.push(self.mistake(Code::UnknownHost, &role.span, message).help(help));
        }
        host.map(String::as_str)
    }

    /// Tells that a check writes where the project does not permit it.
    pub fn needs_writes(&self, span: &std::ops::Range<usize>, diagnostics: &mut Report) {
        if !self.project.writes {
            diagnostics.push(
                self.mistake(
                    Code::WritesNotPermitted,
                    span,
                    "this changes something on the target, which the project does not permit",
                )
                .help("set `writes: true` in `avouch.yaml` if checks may make, change and delete objects of our own"),
            );
        }
    }
}
