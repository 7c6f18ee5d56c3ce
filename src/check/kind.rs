//! The contract between Avouch and its kinds of check, and the one place where their settings lose
//! and regain their types.

use std::ops::Range;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::check::allowed;
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

/// A kind of check: a pure function from typed settings to a plan, with its page of the manual.
///
/// Settings are decoded in one place, [`ErasedKind::plan`]. A plan counts only if nothing was reported
/// while it was made: a kind may report a mistake and go on, to find the next one too.
pub trait Kind: Sync {
    /// The settings, as authors write them next to `kind:`. The comments on its fields become the manual.
    type Settings: DeserializeOwned + JsonSchema;

    /// The name, as authors write it after `kind:`.
    const NAME: &'static str;

    /// The page of the manual.
    const MANUAL: Manual;

    /// The steps of a check with these settings. It does no I/O and judges nothing; it adds the
    /// mistakes in the settings to `diagnostics`.
    fn plan(
        settings: &Self::Settings,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan>;

    /// The limits that the author wrote, each of which the claim's text must mention. A setting that
    /// was left out is not a limit, even if a default applies.
    fn limits(_settings: &Self::Settings) -> Vec<Parameter> {
        Vec::new()
    }
}

/// A kind whose settings may be of any type, for the table of kinds.
pub trait ErasedKind: Sync {
    /// The name, as authors write it after `kind:`.
    fn name(&self) -> &'static str;

    /// The page of the manual.
    fn manual(&self) -> Manual;

    /// The JSON Schema of the settings.
    fn schema(&self) -> schemars::Schema;

    /// Decodes `settings` and plans a check with them, its limits included, in the order in which the
    /// author wrote them. Adds every mistake to `diagnostics`; `None` if there is one.
    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan>;
}

impl<K: Kind> ErasedKind for K {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn manual(&self) -> Manual {
        K::MANUAL
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(K::Settings)
    }

    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan> {
        let before = diagnostics.mark();
        let settings = decode(settings, &context.claim.file, diagnostics);
        let settings: K::Settings = settings.filter(|_| diagnostics.is_clean_since(before))?;
        let mut plan = K::plan(&settings, context, diagnostics)?;
        allowed::expect_of_controls(&mut plan);
        let mut parameters = K::limits(&settings);
        parameters.sort_by_key(|limit| limit.span.start);
        diagnostics.is_clean_since(before).then_some(Plan { parameters, ..plan })
    }
}

/// A kind's page of the manual.
#[derive(Clone, Copy, Debug)]
pub struct Manual {
    /// The facts that it proves, in one or two sentences.
    pub proves: &'static str,
    /// Its limits.
    pub cannot_prove: &'static str,
    /// A check of this kind, as YAML. It must plan without a mistake against the demo's actors.
    pub example: &'static str,
}

/// What a kind may read apart from its settings.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The project: actors, hosts, permissions.
    pub project: &'a Project,
    /// The claim that the check supports.
    pub claim: &'a Claim,
    /// The bytes of the check's settings in the claim's file.
    pub span: &'a Range<usize>,
    /// Seed of everything that differs from run to run, such as which tenants are paired.
    pub seed: u64,
}

impl Context<'_> {
    /// A place in the claim's file.
    pub fn place(&self, span: &Range<usize>) -> Place {
        Place::new(self.claim.file.clone(), span.clone())
    }

    /// An error at some bytes of the claim's file.
    pub fn mistake(
        &self,
        code: Code,
        span: &Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, self.place(span), message)
    }

    /// The actor of this name, who has a credential. Reports an unknown name.
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

    /// The name of the actor that sends the requests: [`ANYONE`] if none is named. Reports an unknown
    /// name.
    pub fn sender<'n>(
        &self,
        name: Option<&'n Spanned<String>>,
        diagnostics: &mut Report,
    ) -> &'n str {
        if let Some(name) = name.filter(|name| name.value != ANYONE) {
            self.actor(name, diagnostics);
        }
        name.map_or(ANYONE, |name| name.as_str())
    }

    /// The host of a role. Reports a role that no host has.
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

    /// Reports a request that changes something on the target, if the project does not permit that.
    pub fn needs_writes(&self, span: &Range<usize>, diagnostics: &mut Report) {
        if !self.project.writes {
            diagnostics.push(
                self.mistake(
                    Code::WritesNotPermitted,
                    span,
                    "this changes something on the target, which the project does not permit",
                )
                .help("set `writes: true` in `avouch.yaml` if checks may create, change and delete test objects"),
            );
        }
    }
}
