//! What is stored of an answer: its facts without secrets, and what they did not meet before.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::answer::ids::StepId;
use crate::model::plan::expect::{JudgeContext, Test, TestOutcome};
use crate::model::plan::request::Request;
use crate::model::plan::{Act, Plan, Step};
use crate::probe::http::facts;
use crate::probe::http::facts::Extent;
use crate::probe::run::attempt::Attempt;
use crate::probe::strangers::refuser::bodies;
use crate::probe::values::redact::Redactor;
use crate::probe::values::sought::Parts;

/// For each step, the later steps that evaluate its answer again.
pub(super) fn readers(plan: &Plan) -> BTreeMap<StepId, Vec<StepId>> {
    let mut all: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
    for (id, step) in StepId::enumerate(&plan.steps) {
        if let Act::Recall(source) = step.act {
            all.entry(source).or_default().push(id);
        }
    }
    all
}

/// Whether a step compares a body as text.
fn reads_text(step: &Step) -> bool {
    step.expect.iter().any(|one| one.reads("/body/text"))
}

impl Attempt<'_> {
    /// The facts of an answer that are stored, with the expectations that it did not meet before its
    /// secrets were removed: those of its own step, and of the steps that evaluate it again.
    pub(super) fn kept(
        &self,
        index: StepId,
        step: &Step,
        mut all: Value,
        redactor: &Redactor,
    ) -> Facts {
        let readers = self.readers.get(&index).map_or(&[][..], Vec::as_slice);
        let judged = [index].into_iter().chain(readers.iter().copied());
        if let Some(bodies) = bodies(judged.clone().map(|id| &self.plan.steps[id]), &mut all) {
            all["refusal"]["bodies"] = bodies;
        }
        let all = Facts(all);
        let unmet: Vec<(StepId, Vec<usize>)> =
            judged.map(|id| (id, self.unmet(&self.plan.steps[id], &all))).collect();
        let all = match self.plan.steps.iter().any(reads_text) {
            true => all.0,
            false => facts::without_text_of_documents(all.0),
        };
        let mut kept = facts::kept(all, step, self.extent(step), redactor);
        unmet.iter().for_each(|(id, unmet)| kept.note_unmet(*id, unmet));
        kept
    }

    /// The expectations of a step that an answer with all its secrets does not meet. Those that compare
    /// it with other answers are left to the judge: redaction changes nothing that they read.
    fn unmet(&self, step: &Step, all: &Facts) -> Vec<usize> {
        let capture = |name: &str| self.values.get(name);
        let observed = (self.context.now)();
        let (sees, before) = (step.sees.as_slice(), Vec::new());
        let context = JudgeContext { observed, capture: &capture, sees, control: None, before };
        let expected = step.expect.iter().enumerate();
        let of_values = expected.filter(|(_, one)| !matches!(one.test, Test::Refused(_)));
        let unmet = of_values.filter(|(_, one)| one.judge(all, &context).0 == TestOutcome::NotMet);
        unmet.map(|(at, _)| at).collect()
    }

    /// How much of an answer to this step may be stored.
    pub(super) fn extent(&self, step: &Step) -> Extent {
        let secrets = step.request().map(Request::secrets).unwrap_or_default();
        let mut actors = secrets.iter().chain([&step.actor]);
        let actors_of = &self.context.project.actors;
        match actors.any(|name| actors_of.get(name).is_some_and(|actor| actor.weak_secret)) {
            true => Extent::Withheld,
            false => Extent::Redacted,
        }
    }

    /// Facts that did not arrive over HTTP, with the actors whose secret they contain.
    pub(super) fn with_secrets_found(&self, step: &Step, mut all: Value) -> Value {
        let mut parts = Parts::default();
        let sought = self.context.minter.sought();
        sought.search_into(all.to_string().as_bytes(), &mut parts.answer);
        let found = sought.found(&parts, step, &[]);
        if !found.secrets.is_empty() {
            all["secrets"] = found.secrets.into_iter().collect();
        }
        all
    }
}
