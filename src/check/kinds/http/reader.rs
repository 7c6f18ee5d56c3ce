//! Reads the steps of `http`, one after the other.

use std::collections::BTreeMap;

use crate::check::kind::Context;
use crate::check::kinds::http::effect;
use crate::check::kinds::http::step::WrittenStep;
use crate::check::written::baseline::baseline;
use crate::check::written::caveat::caveat;
use crate::check::written::counterexample::of_limits;
use crate::check::written::expect::{Reading, pointer};
use crate::check::written::placeholders::{Names, Secrets, is_reserved};
use crate::check::written::repeat::{WrittenNext, repeat};
use crate::check::written::request;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::plan::comparison::OwnersData;
use crate::model::plan::difference::{Difference, in_words};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::looks::NextPage;
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Canary, Capture, Keep, Plan, Role, Step, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;
use crate::model::source::diagnostic::report::Report;

/// The steps read so far; later steps may refer to earlier ones.
pub(crate) struct Reader<'a> {
    context: &'a Context<'a>,
    word: Word,
    steps: Vec<Step>,
    planters: Vec<String>,
    captured: BTreeMap<String, String>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(context: &'a Context<'a>, word: Word) -> Self {
        Self { context, word, steps: Vec::new(), planters: Vec::new(), captured: BTreeMap::new() }
    }

    pub(crate) fn step(&mut self, written: &Spanned<WrittenStep>, diagnostics: &mut Report) {
        self.report_same_name(&written.name, diagnostics);
        let role = written.role.unwrap_or(Role::Probe);
        let Some((actor, act)) = self.act(written, diagnostics) else {
            // Later steps may name this one: it stays in the list, and the diagnostics stop the plan.
            let act = Act::Http(Request::get("/"));
            self.steps.push(Step::new(role, &written.name.value, ANYONE, act));
            return;
        };
        let recalled = match act {
            Act::Recall(step) => Some(step),
            _ => None,
        };
        let mut step = Step::new(role, &written.name.value, &actor, act);
        step.word = self.word;
        step.repeat = repeat(written.repeat.as_ref(), 1, self.context, diagnostics);
        self.report_misplaced_repeat(written, &step, diagnostics);
        step.next = self.next(written, &step, diagnostics);
        step.captures = self.captures(written, diagnostics);
        step.expect = self.expect(written, role, &actor, diagnostics);
        step.control = self.control(written, role, recalled, diagnostics);
        step.differs_in = self.differences(written, diagnostics);
        step.publish = self.published(written, diagnostics);
        step.optional = self.is_optional(written, role, diagnostics);
        step.closed = self.is_closed(written, diagnostics);
        step.needs_no_clean_up = written.clean_up.is_some();
        if step.expect.iter().any(|one| matches!(one.test, Test::Refused(_))) {
            step.keep = Keep::Digest;
            // If the same actor sends both, all data in the answer is its own.
            if step.control.is_none_or(|control| self.is_by_another(&step, control)) {
                let owners = step.control.into_iter().collect();
                step.withholds = Some(OwnersData { owners, baselines: Vec::new() });
            }
        }
        self.push(step, written, diagnostics);
    }

    /// Adds a step, between the steps that show whether it had an effect.
    fn push(&mut self, step: Step, written: &WrittenStep, diagnostics: &mut Report) {
        let owner = step.control.map(|control| self.steps[control].actor.clone());
        let reading = effect::reading(written, &step, &self.names(&step.actor), diagnostics);
        let (Some(owner), Some(reading)) = (owner, reading) else {
            self.steps.push(step);
            return;
        };
        let first = self.steps.len();
        let after = effect::after(&reading, &step.name, &owner, [first, first + 1].map(StepId));
        self.steps.extend(effect::before(&reading, &step.name, &owner));
        self.steps.push(step);
        self.steps.push(after);
    }

    /// An anonymous caller requests an object that does not exist, once for all refusals of this check.
    fn add_baseline(&mut self) {
        let refused = |step: &&Step| step.withholds.is_some() && step.control.is_some();
        let like = self.steps.iter().find(refused).and_then(Step::request);
        let Some(step) = like.and_then(baseline) else { return };
        let index = StepId(self.steps.len());
        let all = self.steps.iter_mut().filter_map(|step| step.withholds.as_mut());
        all.for_each(|data| data.baselines = vec![index]);
        // No probe comes after it, so none depends on it.
        self.steps.push(Step { optional: false, ..step });
    }

    fn next(
        &self,
        written: &WrittenStep,
        step: &Step,
        diagnostics: &mut Report,
    ) -> Option<NextPage> {
        let next =
            WrittenNext { at: written.next.as_ref(), parameter: written.next_parameter.as_ref() };
        let reads = step.request().is_some_and(|request| request.method == "GET");
        if let Some(at) = next.at.filter(|_| !reads) {
            let message = "only a step with `get:` has further pages";
            let mistake = self.context.mistake(Code::MisplacedSetting, &at.span, message);
            diagnostics.push(mistake.help("write it at the step that sends the request"));
        }
        next.read(&pointer, self.context, diagnostics)
    }

    fn report_misplaced_repeat(
        &self,
        written: &WrittenStep,
        step: &Step,
        diagnostics: &mut Report,
    ) {
        let (message, help) = match step.request() {
            Some(request) if !request.writes() => return,
            Some(_) => (
                "a request that changes something is never repeated",
                "repeat the request that reads the effect",
            ),
            None => (
                "a step with `again:` sends no request of its own",
                "write `repeat:` at the step that `again:` names",
            ),
        };
        if let Some(repeat) = &written.repeat {
            let mistake = self.context.mistake(Code::BadRepeat, &repeat.span, message);
            diagnostics.push(mistake.help(help));
        }
    }

    fn report_same_name(&self, name: &Spanned<String>, diagnostics: &mut Report) {
        if self.steps.iter().any(|step| step.name == name.value) {
            let message = format!("two steps have the name `{}`", name.value);
            let mistake = self.context.mistake(Code::DuplicateStep, &name.span, message);
            diagnostics.push(mistake.help("give one of them another name"));
        }
    }

    /// The actor of a step, and its act.
    fn act(
        &mut self,
        written: &Spanned<WrittenStep>,
        diagnostics: &mut Report,
    ) -> Option<(String, Act)> {
        if let Some(again) = &written.again {
            let earlier = self.named(again, diagnostics)?;
            let own = written.request();
            let actor = written.actor.as_ref().map(|actor| &actor.span);
            if let Some(other) = own.line_span().or(actor) {
                let message = "a step with `again:` sends no request of its own";
                let mistake = self.context.mistake(Code::NoSingleRequest, other, message);
                diagnostics.push(mistake.help("remove the request, or `again:`"));
            }
            return Some((self.steps[earlier].actor.clone(), Act::Recall(earlier)));
        }
        let actor = match &written.actor {
            Some(actor) if actor.value != ANYONE => {
                self.context.actor(actor, diagnostics)?;
                actor.value.clone()
            }
            _ => ANYONE.to_owned(),
        };
        let ask = Spanned { value: written.request(), span: written.span.clone() };
        let request = request::request(&ask, &self.names(&actor), diagnostics)?;
        self.note_canary(&actor, &request);
        Some((actor, Act::Http(request)))
    }

    fn names<'n>(&'n self, actor: &'n str) -> Names<'n> {
        Names {
            context: self.context,
            canary_of: (actor != ANYONE).then_some(actor),
            tenant_of: (actor != ANYONE).then_some(actor),
            random_of: None,
            secrets: Secrets::Refused,
            captures: self.captured.clone(),
        }
    }

    fn note_canary(&mut self, actor: &str, request: &Request) {
        let hole = format!("canary:{actor}");
        let planted = request.has_hole(|name| name == hole);
        if planted && !self.planters.iter().any(|planter| planter == actor) {
            self.planters.push(actor.to_owned());
        }
    }

    fn named(&self, name: &Spanned<String>, diagnostics: &mut Report) -> Option<StepId> {
        let found = self.steps.iter().position(|step| step.name == name.value);
        let found = found.map(StepId);
        if found.is_none() {
            let message = format!("no earlier step has the name `{}`", name.value);
            let help = help_with_list(name, self.steps.iter().map(|step| step.name.as_str()));
            diagnostics
                .push(self.context.mistake(Code::UnknownStep, &name.span, message).help(help));
        }
        found
    }

    fn captures(&mut self, written: &WrittenStep, diagnostics: &mut Report) -> Vec<Capture> {
        let mut captures = Vec::new();
        for (name, at) in &written.capture {
            let taken = self.captured.insert(name.clone(), name.clone()).is_some();
            if taken || is_reserved(name) {
                let message = format!("the name `{name}` is taken");
                let mistake = self.context.mistake(Code::DuplicateCapture, &at.span, message);
                diagnostics.push(mistake.help("choose another name"));
            }
            if let Some(at) = self.pointer(at, diagnostics) {
                captures.push(Capture { name: name.clone(), at });
            }
        }
        captures
    }

    fn published(&self, written: &WrittenStep, diagnostics: &mut Report) -> Vec<String> {
        let all = written.publish.iter();
        all.filter_map(|at| self.pointer(at, diagnostics)).collect()
    }

    fn pointer(&self, at: &Spanned<String>, diagnostics: &mut Report) -> Option<String> {
        let found = pointer(at);
        if found.is_none() {
            let message = format!("`{}` does not point to a part of an answer", at.value);
            let help = "write `/id` for the JSON body, `header location` or `title`";
            diagnostics.push(self.context.mistake(Code::BadPointer, &at.span, message).help(help));
        }
        found
    }

    fn expect(
        &self,
        written: &Spanned<WrittenStep>,
        role: Role,
        actor: &str,
        diagnostics: &mut Report,
    ) -> Vec<Expectation> {
        let Some(expect) = &written.expect else {
            if role == Role::Prepare {
                // An operation in GraphQL that failed has the status of a success.
                let errors = Expectation::new("/body/json/errors", Test::Exists(false));
                let errors = written.graphql.is_some().then_some(errors);
                return any_success().into_iter().chain(errors).collect();
            }
            if matches!(role, Role::Probe | Role::Control) {
                let message = format!("a step of role `{}` needs an expectation", role.name());
                let help = "add `expect:` with what must be true of the answer";
                let mistake = self.context.mistake(Code::EmptyExpect, &written.name.span, message);
                diagnostics.push(mistake.help(help));
            }
            return Vec::new();
        };
        let planters: Vec<&str> = self.planters.iter().map(String::as_str).collect();
        let names = self.names(actor);
        let reading =
            Reading { names: &names, planters: &planters, actor, span: expect.span.clone() };
        let mut all = expect.read(&reading, diagnostics);
        all.extend(self.violated_by(written, role, &reading, diagnostics));
        all
    }

    fn violated_by(
        &self,
        written: &Spanned<WrittenStep>,
        role: Role,
        reading: &Reading<'_>,
        diagnostics: &mut Report,
    ) -> Option<Expectation> {
        let violated_by = written.violated_by.as_ref()?;
        if role != Role::Probe {
            let message = "only a step of role `probe` can show that the claim is false";
            let place = &violated_by.span;
            let mistake = self.context.mistake(Code::MisplacedExpect, place, message);
            diagnostics.push(mistake.help("move it to a probe, or write it under `expect:`"));
        }
        Some(violated_by.read(reading, diagnostics))
    }

    fn is_optional(&self, written: &WrittenStep, role: Role, diagnostics: &mut Report) -> bool {
        let Some(optional) = written.optional.as_ref().filter(|optional| optional.value) else {
            return false;
        };
        if !matches!(role, Role::Prepare | Role::Control) {
            let message = format!("a step of role `{}` cannot be optional", role.name());
            let help = "only a `prepare` or `control` step can be optional";
            let mistake = self.context.mistake(Code::MisplacedSetting, &optional.span, message);
            diagnostics.push(mistake.help(help));
        }
        true
    }

    fn is_closed(&self, written: &WrittenStep, diagnostics: &mut Report) -> bool {
        let Some(closed) = written.closed.as_ref().filter(|closed| closed.value) else {
            return false;
        };
        let mut tell = |message: &str, help: &str| {
            let mistake = self.context.mistake(Code::MisplacedSetting, &closed.span, message);
            diagnostics.push(mistake.help(help));
        };
        if self.word == Word::Seen {
            tell(
                "nothing shows that a request that is refused to everybody could succeed",
                "name a `control` in which another actor, such as an operator, sends the same request; \
                 or add `word: reported` to the check, and the page shows the result as reported",
            );
        }
        if written.control.is_some() {
            tell("a step that is `closed` has no control", "leave out `closed:` or `control:`");
        }
        true
    }

    fn control(
        &self,
        written: &WrittenStep,
        role: Role,
        recalled: Option<StepId>,
        diagnostics: &mut Report,
    ) -> Option<StepId> {
        if let Some(name) = &written.control {
            let control = self.named(name, diagnostics)?;
            if self.steps[control].optional {
                let message = format!("`{}` is optional, so it cannot be a control", name.value);
                let help = "leave out `optional:` there";
                let mistake = self.context.mistake(Code::MisplacedSetting, &name.span, message);
                diagnostics.push(mistake.help(help));
            }
            return Some(control);
        }
        recalled.filter(|step| {
            let earlier = &self.steps[*step];
            role == Role::Probe && earlier.role == Role::Control && !earlier.optional
        })
    }

    fn is_by_another(&self, step: &Step, control: StepId) -> bool {
        let control = &self.steps[control];
        step.actor != control.actor || step.credential != control.credential
    }

    /// The parts in which a request differs from its control's. Reports parts that no request has.
    fn differences(&self, written: &WrittenStep, diagnostics: &mut Report) -> Vec<Difference> {
        let mut all = Vec::new();
        for one in &written.differs_in {
            match difference(one) {
                Some(found) => all.push(found),
                None => {
                    let message = format!("`{}` is not a part of a request", one.value);
                    let help = "write `method`, `host`, `path`, `query NAME`, `header NAME`, `body`, \
                                `body /POINTER` or `credential`";
                    let mistake = self.context.mistake(Code::UnknownName, &one.span, message);
                    diagnostics.push(mistake.help(help));
                }
            }
        }
        if let Some(first) = written.differs_in.first()
            && (written.control.is_none() || written.again.is_some())
        {
            let message = "`differs_in` compares the request of a step with that of its control";
            let mistake = self.context.mistake(Code::MisplacedSetting, &first.span, message);
            diagnostics.push(mistake.help("name the step under `control:`"));
        }
        all
    }

    pub(crate) fn plan(mut self, kind: &str, leaves_open: Option<&str>) -> Plan {
        self.add_baseline();
        for step in &mut self.steps {
            let own = self.planters.iter().position(|planter| *planter == step.actor);
            let shown = step.expect.iter().find_map(|one| match &one.test {
                Test::ShowsExactly(canaries) => Some(canaries.clone()),
                _ => None,
            });
            step.sees = own.into_iter().map(CanaryId).chain(shown.into_iter().flatten()).collect();
            step.sees.sort_unstable();
            step.sees.dedup();
        }
        let canary = |owner: String| Canary { owner, marker: None };
        let probes = StepId::enumerate(&self.steps);
        let probes = probes.filter(|(_, step)| step.role == Role::Probe);
        let counterexamples = probes.flat_map(|(id, step)| of_limits(id, &step.name, &step.expect));
        Plan {
            counterexamples: counterexamples.collect(),
            canaries: self.planters.into_iter().map(canary).collect(),
            covers: covers(&self.steps),
            leaves_open: caveat(
                &format!("{}{LEAVES_OPEN}{}", effect::unseen(&self.steps), not_shown(&self.steps)),
                leaves_open,
            ),
            ..Plan::new(kind, self.steps)
        }
    }
}

/// The sentence about other requests.
const LEAVES_OPEN: &str =
    "It does not show how the service answers requests that are not listed here.";

/// A part of a request, as an author writes it.
fn difference(written: &str) -> Option<Difference> {
    let (part, name) = written.split_once(' ').unwrap_or((written, ""));
    let name = name.trim().to_owned();
    Some(match (part, name.is_empty()) {
        ("method", true) => Difference::Method,
        ("host", true) => Difference::Host,
        ("path", true) => Difference::Path,
        ("credential", true) => Difference::Credential,
        ("body", _) if name.is_empty() || name.starts_with('/') => Difference::Body(name),
        ("query", false) => Difference::Query(name),
        ("header", false) => Difference::Header(name.to_ascii_lowercase()),
        _ => return None,
    })
}

/// For the reader: the premises that do not matter, and the refusals that nothing controls.
fn not_shown(steps: &[Step]) -> String {
    let names = |of: fn(&Step) -> bool| -> Vec<String> {
        steps.iter().filter(|step| of(step)).map(|step| format!("“{}”", step.name)).collect()
    };
    let mut all = String::new();
    let optional = names(|step| step.optional);
    if !optional.is_empty() {
        all += &format!(" The result does not depend on {}.", optional.join(", "));
    }
    let closed = names(|step| step.closed);
    if !closed.is_empty() {
        all += &format!(
            " Nothing shows that a request could succeed that is refused to everybody: {}.",
            closed.join(", ")
        );
    }
    all
}

/// A status of 200 to 299.
fn any_success() -> Vec<Expectation> {
    [Test::AtLeast(200.0), Test::AtMost(299.0)].map(|test| Expectation::new("/status", test)).into()
}

fn covers(steps: &[Step]) -> String {
    let own = steps.iter().filter(|step| step.before.is_empty());
    let requests = own.filter_map(Step::request).map(request::in_words);
    let mut all: Vec<String> = Vec::new();
    for request in requests.filter(|request| !request.is_empty()) {
        if !all.contains(&request) {
            all.push(request);
        }
    }
    let differing = steps.iter().filter_map(|step| {
        let control = &steps[step.control.filter(|_| !step.differs_in.is_empty())?];
        let parts = in_words(&step.differs_in);
        Some(format!(
            " “{}” differs from “{}” in {parts} and nothing else.",
            step.name, control.name
        ))
    });
    format!("The answers to {}.{}", all.join(", "), differing.collect::<String>())
}
