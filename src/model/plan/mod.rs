//! Plans: the steps of a check as plain data, before any request is sent.
//!
//! A plan contains recipes, never values: which actor acts with which sort of credential, where a
//! canary is planted, which values are captured. `avouch explain` shows a plan, `probe` carries it out, and its
//! digest binds the evidence to it.

pub mod backup;
pub mod body;
pub mod comparison;
pub mod counterexample;
pub mod credential;
pub mod difference;
pub mod expect;
pub mod flaw;
pub mod graphql;
pub mod holes;
pub mod locks;
pub mod looks;
pub mod more;
pub mod overlap;
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
use crate::model::answer::ids::{CanaryId, StepId, index_by_step};
use crate::model::plan::backup::newest::Newest;
use crate::model::plan::backup::{BackupSource, FileQuery, Form, Opening};
use crate::model::plan::comparison::OwnersData;
use crate::model::plan::counterexample::{Counterexample, Edit};
use crate::model::plan::credential::Credential;
use crate::model::plan::difference::{Difference, Mismatch, between, in_words};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::flaw::Flaw;
use crate::model::plan::looks::{NextPage, is_once, once};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::question::{DnsQuestion, TlsQuestion};
use crate::model::plan::request::{Program, Request};

/// Programs that end in the same way whatever the service does, or print their arguments.
const EXAMINE_NOTHING: [&str; 6] = ["true", "false", "echo", "printf", "yes", ":"];

/// The actor without credentials.
pub const ANYONE: &str = "anyone";

/// The steps of one check, in the order in which they are carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The name of the kind that made the plan.
    pub kind: String,
    /// The steps; each yields one observation.
    pub steps: Vec<Step>,
    /// Marks that a step plants, or that exist already; every answer is searched for them.
    pub canaries: Vec<Canary>,
    /// Expiry dates that follow from facts, such as when the newest backup becomes too old.
    pub ends: Vec<FactEnd>,
    /// Changed transcripts that the judge must detect, in addition to the standard ones.
    pub counterexamples: Vec<Counterexample>,
    /// One sentence for readers of the page: the subject of the test.
    pub covers: String,
    /// One sentence for readers of the page: the limits of the check.
    pub leaves_open: String,
    /// Whether no other check may run at the same time, because the author says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
    /// The limits that the claim's words must state. They follow from the settings, as the steps do, and
    /// change no request, so evidence is not bound to them.
    #[serde(skip)]
    pub parameters: Vec<Parameter>,
}

/// A canary: a mark by which a tenant's data is recognised in any answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// The actor whose data contains it; its placeholder in templates is `${canary:OWNER}`. A capture
    /// named `id:OWNER` is an id of that data, by which it is recognised too.
    pub owner: String,
    /// A text that the data contains already; `None` for 128 random bits, new in each run.
    pub marker: Option<String>,
}

impl Canary {
    /// The name of its placeholder in templates: `canary:acme`.
    pub fn hole(&self) -> String {
        format!("canary:{}", self.owner)
    }
}

/// An expiry date that follows from a fact: the time at `at` in the answer to `step`, plus `plus`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactEnd {
    /// The step whose facts contain the time.
    pub step: StepId,
    /// JSON Pointer into its facts, to an RFC 3339 time or seconds since 1970.
    pub at: String,
    /// How long after that time the evidence expires.
    pub plus: Period,
}

/// What a step is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Creates the conditions of the test.
    Prepare,
    /// Proves that the test is meaningful: for example, that the owner can read.
    Control,
    /// The test itself.
    Probe,
    /// Deletes objects that the run created; it never changes a verdict.
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

/// One step: an act of an actor, and the expectations of its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name: unique in the plan, and readable within a sentence.
    pub name: String,
    /// Its purpose.
    pub role: Role,
    /// Who acts: an actor of `avouch.yaml`, or [`ANYONE`].
    pub actor: String,
    /// The credential that is sent.
    pub credential: Credential,
    /// The act.
    pub act: Act,
    /// Values taken from the answer, for placeholders in later steps.
    pub captures: Vec<Capture>,
    /// What must be true of the answer.
    pub expect: Vec<Expectation>,
    /// The control: a step with the same act by somebody who may do it. If it is not met, this step
    /// proves nothing.
    pub control: Option<StepId>,
    /// In which parts its request differs from that of its control; if empty, in nothing but actor and
    /// credential.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs_in: Vec<Difference>,
    /// The canaries that this actor may see; any other canary in the answer is a leak.
    pub sees: Vec<CanaryId>,
    /// Whose observation the facts are.
    pub word: Word,
    /// How much of the answer is stored in the evidence.
    pub keep: Keep,
    /// JSON Pointers into the facts that the public page may show in addition to the status.
    pub publish: Vec<String>,
    /// Whether it may be carried out at the same time as the step before it, and as the steps that run
    /// together with that one: its request depends on none of their answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alongside: bool,
    /// Whether the result does not depend on it: later probes count even if it is not met.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Whether its request is refused to everybody, so that it has no control.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// How often its request is sent to each address. A request that writes is sent once, whatever
    /// this says.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub repeat: u8,
    /// The data that its answer must not contain, if it is a stranger's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withholds: Option<OwnersData>,
    /// The two earlier steps that read the same, for [`Test::Unchanged`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<StepId>,
    /// Where its answer announces a further page, in addition to the header field `Link`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextPage>,
    /// Whose objects it reads instead of those of this run: those that earlier runs made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasting: Option<Lasting>,
    /// Whether it makes nothing that has to be deleted. It changes no request, so evidence is not bound to it.
    #[serde(skip)]
    pub needs_no_clean_up: bool,
}

/// Objects that earlier runs made, at least so long ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lasting {
    /// The name of the placeholder for their ids.
    pub capture: String,
    /// How long ago they were made.
    pub after: Period,
}

index_by_step!(Step);

/// How a step counts in the verdict on its check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// It tests the claim.
    Test,
    /// A later probe depends on it: if it is not met, that probe proves nothing.
    Premise,
    /// It changes nothing, apart from a leaked canary.
    Nothing,
}

/// Who observed the facts of a step.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Avouch observed them.
    Seen,
    /// The service, or a command, reports them about itself.
    Reported,
    /// A named role attests them.
    Attested,
    /// The platform that the service runs on states them about itself.
    Inherited,
}

/// How much of an answer is stored in the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Headers and body, within the limits.
    Body,
    /// Status, length, digest and canaries only: data that was given to a stranger is never stored.
    Digest,
}

/// A value that is taken from an answer and gets a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// The name of the placeholder that it fills.
    pub name: String,
    /// JSON Pointer into the facts.
    pub at: String,
}

/// The act of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Sends one HTTP request.
    Http(Request),
    /// Evaluates the answer of an earlier step again; nothing is sent.
    Recall(StepId),
    /// Reads a record from the project's own files; nothing is sent.
    Record(Record),
    /// Reads what the manifest of a Forge app declares from the project's own files; nothing is sent.
    Manifest(ManifestRecord),
    /// Tests TLS, or plain HTTP, on every address of a host.
    Tls(TlsQuestion),
    /// Sends a DNS query.
    Dns(DnsQuestion),
    /// Lists files on the machine that Avouch runs on; nothing is sent.
    Files(FileQuery),
    /// Runs a program of the project.
    Command(Program),
    /// Selects the newest finished backup from an earlier answer; nothing is sent.
    Newest(Newest),
    /// Fetches the newest backup and opens it.
    Open(Opening),
}

impl Act {
    /// Whether a control with the act `control` makes a refusal of this act meaningful: it is the same
    /// act or, for TLS, a test of the same host.
    fn is_controlled_by(&self, control: &Self) -> bool {
        match (self, control) {
            (Self::Tls(question), Self::Tls(control)) => question.host == control.host,
            _ => self == control,
        }
    }

    /// Whether it runs a program of the project, or reads a file of this machine: a program may report
    /// anything, and a file may be any.
    fn needs_counter_run(&self) -> bool {
        match self {
            Self::Command(_) | Self::Files(_) => true,
            Self::Open(opening) => {
                matches!(opening.from, BackupSource::Files(_))
                    || matches!(opening.form, Form::Command(_))
            }
            _ => false,
        }
    }

    /// The program that the act runs, if it runs one.
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

/// The manifest of a Forge app, as it was when the plan was made: evidence is bound to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManifestRecord {
    /// Its file.
    pub file: String,
    /// What it declares, as facts.
    pub facts: serde_json::Value,
}

/// A record in the project's files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The record's file.
    pub file: String,
    /// The attestation; `None` if there is none for this target.
    pub attestation: Option<Attestation>,
}

impl Step {
    /// Whether it sends a credential, valid or forged.
    pub fn sends_credential(&self) -> bool {
        match &self.credential {
            Credential::Own => self.actor != ANYONE,
            Credential::None => false,
            Credential::Forged(_) => true,
        }
    }

    /// A step in which `actor` sends `request` with its own credential, and may see no canary.
    pub fn http(role: Role, name: impl Into<String>, actor: &str, request: Request) -> Self {
        Self::new(role, name, actor, Act::Http(request))
    }

    /// A step in which `actor` performs `act` with its own credential, and may see no canary.
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
            differs_in: Vec::new(),
            sees: Vec::new(),
            word: Word::Seen,
            keep: Keep::Body,
            publish: Vec::new(),
            alongside: false,
            optional: false,
            closed: false,
            repeat: once(),
            withholds: None,
            before: Vec::new(),
            next: None,
            lasting: None,
            needs_no_clean_up: false,
        }
    }

    /// The request that it sends, if it sends one.
    pub fn request(&self) -> Option<&Request> {
        match &self.act {
            Act::Http(request) => Some(request),
            Act::Open(Opening { from: BackupSource::Http(request), .. }) => Some(request),
            _ => None,
        }
    }

    /// Whether this expectation keeps strangers out, or one customer's data from another: a refusal, or
    /// content that must be absent from the answer to a request that its control may send.
    pub fn keeps_others_out(&self, expectation: &Expectation) -> bool {
        let withholds = self.control.is_some()
            && self.request().is_some()
            && expectation.at != "/status"
            && expectation.is_refusal_or_absence();
        withholds || expectation.keeps_others_out()
    }

    /// The earlier step whose answer it evaluates, if it does.
    pub fn looks_at(&self) -> Option<StepId> {
        match &self.act {
            Act::Recall(earlier) => Some(*earlier),
            Act::Newest(newest) => Some(newest.step),
            _ => None,
        }
    }

    /// Whether it sends a valid credential of its actor.
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
            alone: false,
            parameters: Vec::new(),
        }
    }

    /// How each step counts in the verdict, in the order of the plan.
    pub fn bearings(&self) -> Vec<Bearing> {
        let tests = |step: &Step| step.role == Role::Probe && !step.expect.is_empty();
        let last = self.steps.iter().rposition(tests);
        let bearing = |(index, step): (usize, &Step)| match step.role {
            Role::Probe => Bearing::Test,
            Role::Prepare | Role::Control if !step.optional && Some(index) < last => {
                Bearing::Premise
            }
            _ => Bearing::Nothing,
        };
        self.steps.iter().enumerate().map(bearing).collect()
    }

    /// The step with this identifier, if there is one.
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.0)
    }

    /// Whether one of its steps is meant to change something on the target.
    pub fn writes(&self) -> bool {
        self.steps.iter().filter_map(Step::request).any(Request::writes)
    }

    /// The indices of the steps in groups, in order; the steps of a group may be carried out at the same time.
    pub fn groups(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
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

    /// The actors whose credentials or names it sends: those of [`Self::actors`], and those that forged credentials
    /// imitate.
    pub fn needed_actors(&self) -> BTreeSet<String> {
        let imitated = self.steps.iter().filter_map(|step| match &step.credential {
            Credential::Forged(forgery) => forgery.imitated(),
            _ => None,
        });
        let of_requests = self.steps.iter().filter_map(Step::request);
        let tenants = of_requests.flat_map(Request::templates).flat_map(|text| {
            let named = text.holes().filter_map(|hole| {
                hole.strip_prefix("tenant:").or_else(|| hole.strip_prefix(template::SECRET))
            });
            named.map(str::to_owned).collect::<Vec<_>>()
        });
        let named = self.actors().into_iter().chain(imitated).map(str::to_owned);
        named.chain(tenants).collect()
    }

    /// Why the plan cannot yield evidence, whatever the answers are; empty if it can. Controls that an answer
    /// meets together with their probe are in [`overlap::flaws`].
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
        if let Some(flaw) = self.counter_run_flaw(step) {
            return Some(flaw);
        }
        let needs_control = !step.closed && step.expect.iter().any(|e| e.is_refusal_or_absence());
        let Some(control) = step.control else {
            return needs_control.then(|| Flaw::Uncontrolled(step.name.clone()));
        };
        let Some(control) = self.step(control).filter(|c| c.role == Role::Control) else {
            return Some(Flaw::NotAControl(step.name.clone()));
        };
        // If only the platform can send the same request, the service's own record of such a request
        // is accepted as the control. An author cannot use this for any other control: all steps of
        // an author's check have the same `word`.
        let recorded = control.word == Word::Reported && step.word == Word::Seen;
        // A variant of a request differs from it on purpose.
        let variant = step.expect.iter().any(|one| one.test == Test::WithholdsData);
        if !step.differs_in.is_empty() {
            let mismatch = self.mismatch(step, control);
            return (mismatch != Mismatch::default()).then(|| Flaw::OtherDifference {
                step: step.name.clone(),
                control: control.name.clone(),
                unnamed: in_words(&mismatch.unnamed),
                equal: in_words(&mismatch.equal),
            });
        }
        if !recorded && !variant && !self.act_of(step).is_controlled_by(self.act_of(control)) {
            return Some(Flaw::ControlDiffers(step.name.clone(), control.name.clone()));
        }
        None
    }

    /// How the differences that a step names compare with those from its control.
    fn mismatch(&self, step: &Step, control: &Step) -> Mismatch {
        let (Act::Http(own), Act::Http(other)) = (self.act_of(step), self.act_of(control)) else {
            // Other questions have no parts that could be named.
            return Mismatch { unnamed: Vec::new(), equal: step.differs_in.clone() };
        };
        let mut found = between(own, other);
        if step.actor != control.actor || step.credential != control.credential {
            found.insert(Difference::Credential);
        }
        Mismatch::of(&step.differs_in, &found)
    }

    /// Why a step that runs a program or reads a file shows nothing, if so.
    fn counter_run_flaw(&self, step: &Step) -> Option<Flaw> {
        let act = self.act_of(step);
        let line = act.program().map(|program| program.line.as_slice()).unwrap_or_default();
        let program = line.first().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
        if EXAMINE_NOTHING.contains(&program) {
            let (step, program) = (step.name.clone(), program.to_owned());
            return Some(Flaw::ExaminesNothing { step, program });
        }
        let edits = self.counterexamples.iter().flat_map(|one| &one.edits);
        let mut swapped = edits.filter_map(|edit| match edit {
            Edit::Swap { step, .. } => self.step(*step),
            _ => None,
        });
        let mut has_counter_run = || swapped.any(|swapped| swapped.name == step.name);
        (act.needs_counter_run() && !has_counter_run())
            .then(|| Flaw::NoCounterRun(step.name.clone()))
    }

    /// The act of a step; if it evaluates an earlier step's answer, that step's act.
    pub fn act_of<'a>(&'a self, step: &'a Step) -> &'a Act {
        let earlier = step.looks_at().and_then(|earlier| self.step(earlier));
        earlier.map_or(&step.act, |step| &step.act)
    }
}

impl From<ProbeError> for crate::model::answer::observation::Answer {
    fn from(error: ProbeError) -> Self {
        Self::Error(error)
    }
}
