//! The contract between Avouch and its kinds of check.

use serde::de::DeserializeOwned;

use crate::model::claim::Claim;
use crate::model::decode::decode;
use crate::model::diagnostic::Diagnostic;
use crate::model::node::Node;
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::source::Place;

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
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Plan>;
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
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<T> {
        let before = diagnostics.len();
        let value = decode(settings, &self.claim.file, diagnostics);
        value.filter(|_| diagnostics.len() == before)
    }

    /// A place in the claim's file.
    pub fn place(&self, span: &std::ops::Range<usize>) -> Place {
        Place::new(self.claim.file.clone(), span.clone())
    }
}
