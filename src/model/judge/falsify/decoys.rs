//! Which answers are replaced by decoys: those of probes that expect something to be there, and those of
//! the controls of probes that expect a refusal or an absence.
//!
//! A decoy that leaves every value that matters as it was is not tried: an expectation of the status
//! alone is not refuted by another body. Of steps that are alike, the first one is tried, so that the
//! cost does not grow with the number of tenants.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::answer::facts::Facts;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::judge::falsify::decoy::{DECOYS, Decoy};
use crate::model::judge::falsify::remedy::{remedy, remedy_of_parent};
use crate::model::judge::view::View;
use crate::model::plan::counterexample::Class;
use crate::model::plan::expect::refusal::BODIES;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{Act, Plan, Role, Step};

#[cfg(test)]
mod tests;

/// An answer in place of a step's own.
pub(super) struct Replacement {
    pub(super) step: StepId,
    pub(super) answer: Facts,
    /// The answer of a second step that is replaced with it.
    pub(super) also: Option<(StepId, Facts)>,
    pub(super) class: Class,
    pub(super) when: String,
    /// What to add to the check, if the replacement goes unnoticed.
    pub(super) remedy: String,
}

/// Every replacement that matters to a plan.
pub(super) fn of_plan(plan: &Plan, view: &View<'_>) -> Vec<Replacement> {
    let mut shapes = BTreeSet::new();
    let probes = StepId::enumerate(&plan.steps).filter(|(_, step)| step.role == Role::Probe);
    let probes = probes.filter(|(_, step)| shapes.insert(shape(plan, step)));
    probes
        .filter_map(|(index, _)| Probe::new(plan, view, index))
        .flat_map(|one| one.all())
        .collect()
}

/// What a replacement's effect depends on, as text: steps of the same shape are alike.
pub(super) fn shape(plan: &Plan, step: &Step) -> String {
    let of = |step: &Step| {
        let expect = step.expect.iter().map(|one| match one.test {
            Test::ShowsCanary(_) => format!("{:?}", Test::ShowsCanary(CanaryId(0))),
            _ => format!("{one:?}"),
        });
        let expect: Vec<String> = expect.collect();
        let act = match &step.act {
            Act::Http(request) => request.method.clone(),
            Act::Recall(_) => "recall".to_owned(),
            act => format!("{act:?}"),
        };
        let with_credential = step.is_authenticated();
        format!("{:?} {:?} {with_credential} {act} {expect:?}", step.role, step.keep)
    };
    let control = step.control.and_then(|control| plan.step(control));
    format!("{} after {:?}", of(step), control.map(of))
}

/// An answer of the service that a step evaluates.
#[derive(Clone, Copy)]
struct Evaluated<'a> {
    /// The step that received it.
    source: StepId,
    step: &'a Step,
    facts: &'a Facts,
}

impl<'a> Evaluated<'a> {
    fn new(plan: &'a Plan, view: &'a View<'_>, index: StepId) -> Option<Self> {
        let step = plan.step(index)?;
        let source = match step.act {
            Act::Recall(earlier) if earlier < index => earlier,
            _ => index,
        };
        matches!(plan.step(source)?.act, Act::Http(_)).then_some(())?;
        Some(Self { source, step, facts: view.answer(index).ok()? })
    }
}

/// A probe with its control.
struct Probe<'a> {
    plan: &'a Plan,
    own: Evaluated<'a>,
    control: Option<Evaluated<'a>>,
    /// Expectations that something is there.
    positive: Vec<&'a Expectation>,
    /// Refusals and absences.
    negative: Vec<&'a Expectation>,
}

impl<'a> Probe<'a> {
    fn new(plan: &'a Plan, view: &'a View<'_>, index: StepId) -> Option<Self> {
        let own = Evaluated::new(plan, view, index)?;
        let control = own.step.control.and_then(|control| Evaluated::new(plan, view, control));
        let (negative, positive) = own.step.expect.iter().partition(|one| is_negative(one));
        Some(Self { plan, own, control, positive, negative })
    }

    fn all(&self) -> Vec<Replacement> {
        let mut all = self.decoys();
        all.extend(self.decoys_in_control());
        all.extend(self.parents());
        all.extend(self.stranger_as_owner());
        all.extend(self.no_mark_in_control());
        all
    }

    /// In place of the answer that must have something.
    fn decoys(&self) -> Vec<Replacement> {
        let redirects = self.negative.iter().any(|one| names_redirect(one));
        let of = |facts: &Facts| {
            self.positive.iter().any(|one| differs(&one.at, one, self.own.facts, facts))
        };
        let decoys = DECOYS.iter().filter(|decoy| !(redirects && decoy.redirects()));
        let decoys =
            decoys.map(|decoy| (decoy, decoy.in_place_of(self.own.facts, self.own.step.keep)));
        decoys
            .filter(|(_, facts)| of(facts))
            .map(|(decoy, answer)| self.replacement(self.own, decoy.what, answer))
            .collect()
    }

    /// In place of the control's answer, where the probe expects a refusal or an absence.
    fn decoys_in_control(&self) -> Vec<Replacement> {
        let Some(control) = self.control.filter(|_| !self.negative.is_empty()) else {
            return Vec::new();
        };
        let matters = |facts: &Facts| {
            let differs = |at: &str, one| differs(at, one, control.facts, facts);
            control.step.expect.iter().any(|one| differs(&one.at, one))
                || self.negative.iter().any(|one| around(one).is_some_and(|at| differs(&at, one)))
        };
        let decoys = DECOYS.iter();
        let decoys =
            decoys.map(|decoy| (decoy, decoy.in_place_of(control.facts, control.step.keep)));
        decoys
            .filter(|(_, facts)| matters(facts))
            .map(|(decoy, answer)| Replacement {
                also: self.repeated(control, decoy),
                ..self.replacement(control, decoy.what, answer)
            })
            .collect()
    }

    /// A decoy in place of the probe's own answer too, where its actor sends the control's request again: such a
    /// probe can show by itself that it got the right answer.
    fn repeated(&self, control: Evaluated<'_>, decoy: &Decoy) -> Option<(StepId, Facts)> {
        let (own, other) = (self.own.step, control.step);
        let same = own.actor == other.actor && own.credential == other.credential;
        let twice = same && self.own.source != control.source;
        twice.then(|| (self.own.source, decoy.in_place_of(self.own.facts, own.keep)))
    }

    /// The control's answer without the object in which the probe expects an absence.
    fn parents(&self) -> Vec<Replacement> {
        let Some(control) = self.control else {
            return Vec::new();
        };
        let absences = self.negative.iter().filter(|one| !matches!(one.test, Test::IfThere(_)));
        let parents: BTreeSet<String> = absences.filter_map(|one| parent(&one.at)).collect();
        let without = |parent: String| {
            let mut answer = control.facts.clone();
            answer.remove("/pages");
            remove(&mut answer, &parent);
            let pointer = parent.strip_prefix(JSON).unwrap_or(&parent).to_owned();
            Replacement {
                step: control.source,
                answer,
                also: None,
                class: Class::Decoy,
                when: format!("the answer to “{}” has no `{pointer}`", self.name(control)),
                remedy: remedy_of_parent(self.name(control), &pointer),
            }
        };
        parents.into_iter().map(without).collect()
    }

    /// The control's answer without a mark, where the probe expects none.
    fn no_mark_in_control(&self) -> Option<Replacement> {
        let control = self.control?;
        self.negative.iter().any(|one| shows_no_mark(&one.test)).then_some(())?;
        let mut answer = control.facts.clone();
        answer.set("/canaries", json!([]));
        let name = self.name(control);
        Some(Replacement {
            step: control.source,
            answer,
            also: None,
            class: Class::Decoy,
            when: format!("the answer to “{name}” has no mark"),
            remedy: format!(
                "plant a mark with `${{canary}}`, and add `shows:` with its actor to “{name}”"
            ),
        })
    }

    /// The control's actor gets the answer that the refused one got.
    fn stranger_as_owner(&self) -> Option<Replacement> {
        let control = self.control.filter(|control| control.source != self.own.source)?;
        self.negative.iter().any(|one| one.is_refusal()).then_some(())?;
        let (owner, stranger) = (self.name(control), &self.own.step.name);
        Some(Replacement {
            step: control.source,
            answer: self.own.facts.clone(),
            also: None,
            class: Class::Fault,
            when: format!("“{owner}” gets the answer that “{stranger}” gets"),
            remedy: remedy(owner, control.facts),
        })
    }

    fn name(&self, of: Evaluated<'_>) -> &'a str {
        &self.plan.steps[of.source].name
    }

    fn replacement(&self, of: Evaluated<'_>, what: &str, answer: Facts) -> Replacement {
        let name = self.name(of);
        Replacement {
            step: of.source,
            answer,
            also: None,
            class: Class::Decoy,
            when: format!("the answer to “{name}” is {what}"),
            remedy: remedy(name, of.facts),
        }
    }
}

/// The pointer to a JSON body.
const JSON: &str = "/body/json";

fn is_negative(one: &Expectation) -> bool {
    one.is_refusal_or_absence() || names_redirect(one)
}

fn shows_no_mark(test: &Test) -> bool {
    matches!(test, Test::ShowsExactly(marks) if marks.is_empty())
}

fn names_redirect(one: &Expectation) -> bool {
    (300..400).any(|status| one.names_status(status))
}

/// Whether the value at a pointer is another one after a replacement.
fn differs(at: &str, one: &Expectation, before: &Facts, after: &Facts) -> bool {
    if one.test == Test::Unchanged {
        let all = ["/status", "/body/json", "/body/text"];
        return all.iter().any(|at| before.at(at) != after.at(at));
    }
    let at = match &one.test {
        Test::ShowsCanary(_) | Test::ShowsExactly(_) | Test::ShowsNoForeignCanary => "/canaries",
        Test::StaysOn(_) => "/url",
        Test::Refused(_) | Test::WithholdsData => "/status",
        Test::Allowed(_) => BODIES,
        _ => at,
    };
    before.at(at) != after.at(at)
}

/// Where an answer must show that an absent value could be; every answer has header fields.
fn around(one: &Expectation) -> Option<String> {
    match &one.at[..] {
        at if at.starts_with("/headers/") => None,
        at if at.len() > JSON.len() && at.starts_with(JSON) => {
            at.rsplit_once('/').map(|(parent, _)| parent.to_owned())
        }
        at => Some(at.to_owned()),
    }
}

/// The pointer to the object or list that a pointer leads into, below the whole body.
fn parent(at: &str) -> Option<String> {
    let (parent, _) = at.rsplit_once('/')?;
    (parent.len() > JSON.len() && parent.starts_with(JSON)).then(|| parent.to_owned())
}

/// Removes a value; the entry of a list with all its neighbours, so that none takes its place.
fn remove(facts: &mut Facts, at: &str) {
    let list = at
        .rsplit_once('/')
        .map(|(list, _)| list)
        .filter(|list| facts.at(list).is_some_and(Value::is_array));
    match list {
        Some(list) => facts.set(list, json!([])),
        None => facts.remove(at),
    }
}
