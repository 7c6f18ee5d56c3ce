//! What a check will ask, as plain data, before anything is asked.
//!
//! A plan holds recipes and never values: who asks with what sort of credential, which canary is
//! planted where, what is captured. `avouch explain` shows it; `probe` carries it out; its digest
//! binds the evidence to it.

pub mod backup;
pub mod counterexample;
pub mod credential;
pub mod expect;
pub mod flaw;
pub mod parameter;
pub mod question;
pub mod rehearsal;
pub mod request;
pub mod template;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::language::period::Period;
use crate::model::answer::attestation::Attestation;
use crate::model::answer::error::ProbeError;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::plan::backup::{Files, Form, Newest, Opening, Source};
use crate::model::plan::counterexample::Counterexample;
use crate::model::plan::credential::Credential;
use crate::model::plan::expect::Expectation;
use crate::model::plan::flaw::Flaw;
use crate::model::plan::parameter::Parameter;
use crate::model::plan::question::{DnsQuestion, TlsQuestion};
use crate::model::plan::request::{Program, Request};

/// The actor that has no credentials.
pub const ANYONE: &str = "anyone";

/// The steps of one check, in the order in which they are taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The kind that made it.
    pub kind: String,
    /// The steps; one observation comes back for each.
    pub steps: Vec<Step>,
    /// The marks that are planted, or known to be there, and searched for in every answer.
    pub canaries: Vec<Canary>,
    /// The ends that facts bring with them, such as the newest backup's age reaching its limit.
    pub ends: Vec<FactEnd>,
    /// Changed transcripts that the judge must tell from the real one, beyond the standard ones.
    pub counterexamples: Vec<Counterexample>,
    /// One sentence for the reader: what was covered.
    pub covers: String,
    /// One sentence for the reader: what this does not show.
    pub leaves_open: String,
    /// The limits that the claim's words must say. They follow from the settings, as the steps do,
    /// and change nothing that is asked: evidence is not bound to them.
    #[serde(skip)]
    pub parameters: Vec<Parameter>,
}

/// A mark by which a tenant's data is known wherever it turns up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// The actor whose data carries it; its hole in a template is `${canary:OWNER}`.
    pub owner: String,
    /// A text that is there already; `None` for 128 random bits that each run mints anew.
    pub marker: Option<String>,
}

impl Canary {
    /// The name of its hole in a template: `canary:acme`.
    pub fn hole(&self) -> String {
        format!("canary:{}", self.owner)
    }
}

/// An end of evidence that lies in the facts: the time at `at` in the answer to `step`, plus `plus`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactEnd {
    /// The step whose facts hold the time.
    pub step: StepId,
    /// JSON Pointer into its facts, to an RFC 3339 time or seconds since 1970.
    pub at: String,
    /// How long after that time the evidence ends.
    pub plus: Period,
}

/// What a step is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Sets the scene.
    Prepare,
    /// Proves that the scene is real: the owner can read.
    Control,
    /// The question itself.
    Probe,
    /// Takes away what the run made; it never changes a verdict.
    Cleanup,
}

impl Role {
    /// Its name, as authors write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Control => "control",
            Self::Probe => "probe",
            Self::Cleanup => "cleanup",
        }
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name, unlike that of every other step of the plan, readable in a sentence.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Who asks: an actor of `avouch.yaml`, or [`ANYONE`].
    pub actor: String,
    /// With what credential.
    pub credential: Credential,
    /// What is done.
    pub act: Act,
    /// Values taken from the answer, for the holes of later steps.
    pub captures: Vec<Capture>,
    /// What must be true of the answer.
    pub expect: Vec<Expectation>,
    /// The step that shows that the question was fair: the same act by somebody who may.
    pub control: Option<StepId>,
    /// The canaries that this actor may see; any other one in the answer is a leak.
    pub sees: Vec<CanaryId>,
    /// Whether the facts are what we saw, or somebody's word for it.
    pub word: Word,
    /// How much of the answer is kept in the evidence.
    pub keep: Keep,
    /// JSON Pointers into the facts that the public page may show beside the status.
    pub publish: Vec<String>,
    /// Whether it may be taken at the same time as the step before it, and as those that that one
    /// may be taken with: nothing that it asks depends on their answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alongside: bool,
}

/// Whose word a step's facts are.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// We saw it ourselves.
    Seen,
    /// The service, or a command, says so of itself.
    Reported,
    /// A named role has given its word.
    Attested,
}

/// How much of an answer is kept in the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Headers and body, as far as the limits go.
    Body,
    /// Status, length, digest and canaries: what a stranger was given is never stored.
    Digest,
}

/// A value taken from an answer under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// The name of the hole that it fills.
    pub name: String,
    /// JSON Pointer into the facts.
    pub at: String,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Sends one HTTP request.
    Http(Request),
    /// Looks again at what came back from an earlier step; nothing is sent.
    Recall(StepId),
    /// Looks at a record of the project's own; nothing is sent.
    Record(Record),
    /// Asks every address of a host how it speaks.
    Tls(TlsQuestion),
    /// Asks the name system.
    Dns(DnsQuestion),
    /// Looks at files of the machine that Avouch runs on; nothing is sent.
    Files(Files),
    /// Runs a program of the project's.
    Command(Program),
    /// Picks the newest finished backup from an earlier answer; nothing is sent.
    Newest(Newest),
    /// Fetches the newest backup, and opens it.
    Open(Opening),
}

impl Act {
    /// Whether a control that does `control` shows that this was fairly asked: it asks for the same,
    /// or, of a host's TLS, whether the same host speaks at all.
    fn is_controlled_by(&self, control: &Self) -> bool {
        match (self, control) {
            (Self::Tls(question), Self::Tls(control)) => question.host == control.host,
            _ => self == control,
        }
    }

    /// The program that it runs, if it runs one.
    pub fn program(&self) -> Option<&Program> {
        match self {
            Self::Command(program) => Some(program),
            Self::Open(Opening {
                form: Form::PgDump(program) | Form::Command(program), ..
            }) => Some(program),
            _ => None,
        }
    }
}

/// A record that stands in the project, with what was found there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its file.
    pub file: String,
    /// What it says; `None` if there is none for this target.
    pub attestation: Option<Attestation>,
}

impl Step {
    /// A step in which `actor` sends `request` with its own credential and may see no canary.
    pub fn http(role: Role, name: impl Into<String>, actor: &str, request: Request) -> Self {
        Self::new(role, name, actor, Act::Http(request))
    }

    /// A step that does `act`.
    pub fn new(role: Role, name: impl Into<String>, actor: &str, act: Act) -> Self {
        Self {
            name: name.into(),
            role,
            actor: actor.to_owned(),
            credential: Credential::Own,
            act,
            captures: Vec::new(),
            expect: Vec::new(),
            control: None,
            sees: Vec::new(),
            word: Word::Seen,
            keep: Keep::Body,
            publish: Vec::new(),
            alongside: false,
        }
    }

    /// The request that it sends, if it sends one.
    pub fn request(&self) -> Option<&Request> {
        match &self.act {
            Act::Http(request) => Some(request),
            Act::Open(Opening { from: Source::Http(request), .. }) => Some(request),
            _ => None,
        }
    }

    /// The earlier step at whose answer it looks again, if it does.
    pub fn looks_at(&self) -> Option<StepId> {
        match &self.act {
            Act::Recall(earlier) => Some(*earlier),
            Act::Newest(newest) => Some(newest.step),
            _ => None,
        }
    }

    /// Whether it carries a good credential of its actor.
    pub fn is_authenticated(&self) -> bool {
        self.actor != ANYONE && self.credential == Credential::Own
    }
}

impl Plan {
    /// A plan with these steps and nothing else: no canaries, ends, counterexamples, sentences or
    /// limits. Set those with struct update syntax.
    pub fn new(kind: &str, steps: Vec<Step>) -> Self {
        Self {
            kind: kind.to_owned(),
            steps,
            canaries: Vec::new(),
            ends: Vec::new(),
            counterexamples: Vec::new(),
            covers: String::new(),
            leaves_open: String::new(),
            parameters: Vec::new(),
        }
    }

    /// Whether a step of it is meant to change something on the target.
    pub fn writes(&self) -> bool {
        self.steps.iter().filter_map(Step::request).any(Request::writes)
    }

    /// The steps in groups, in order; those of one group may be taken at the same time.
    pub fn groups(&self) -> impl Iterator<Item = std::ops::Range<StepId>> {
        let mut start = 0;
        self.steps.chunk_by(|_, next| next.alongside).map(move |group| {
            let group = start..start + group.len();
            start = group.end;
            group
        })
    }

    /// The actors that it acts as, without [`ANYONE`].
    pub fn actors(&self) -> BTreeSet<&str> {
        self.steps.iter().map(|step| step.actor.as_str()).filter(|name| *name != ANYONE).collect()
    }

    /// What makes the plan unfit to be evidence, whatever comes back; empty if it is fit.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut asks = false;
        for step in self.steps.iter().filter(|step| step.role == Role::Probe) {
            asks |= !step.expect.is_empty();
            flaws.extend(self.flaw_of(step));
        }
        if !asks {
            flaws.push(Flaw::AsksNothing);
        }
        flaws
    }

    fn flaw_of(&self, step: &Step) -> Option<Flaw> {
        let needs_control = step.expect.iter().any(|e| e.is_refusal_or_absence());
        let Some(control) = step.control else {
            return needs_control.then(|| Flaw::Uncontrolled(step.name.clone()));
        };
        let Some(control) = self.steps.get(control).filter(|c| c.role == Role::Control) else {
            return Some(Flaw::NotAControl(step.name.clone()));
        };
        // Where nobody but the platform can ask for the same, its own record of that must do; an
        // author, whose steps are all of one word, cannot make a control of something else so.
        let recorded = control.word == Word::Reported && step.word == Word::Seen;
        (!recorded && !self.act_of(step).is_controlled_by(self.act_of(control)))
            .then(|| Flaw::ControlDiffers(step.name.clone(), control.name.clone()))
    }

    /// What a step does, looked up where it looks again at an earlier one.
    pub fn act_of<'a>(&'a self, step: &'a Step) -> &'a Act {
        let earlier = step.looks_at().and_then(|earlier| self.steps.get(earlier));
        earlier.map_or(&step.act, |step| &step.act)
    }
}

/// An error in place of an answer, for counterexamples.
impl From<ProbeError> for crate::model::answer::observation::Answer {
    fn from(error: ProbeError) -> Self {
        Self::Error(error)
    }
}
