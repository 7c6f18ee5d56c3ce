//! Searches the answers to strangers for the owner's data, while the bodies are in memory.
//!
//! The owner's answers, and those that cannot contain its data, are remembered as far as they are compared.
//! The answer to a stranger is compared as soon as all of them are known: when it comes, or at the end of the
//! attempt. Only the number of values that were found, and where, becomes a fact: `/owner_values`.

pub(crate) mod document;
pub(crate) mod graphql;
mod html;
pub(crate) mod refuser;
pub(crate) mod sent;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Answer, Observation};
use crate::model::plan::comparison::OwnersData;
use crate::model::plan::{Plan, Step};
use crate::probe::strangers::document::{Document, Weight};
use crate::probe::strangers::refuser::refusal;

/// How much is remembered of the answers of one attempt, in bytes.
const BYTES_MAX: usize = 64 << 20;

/// What an attempt remembers of its answers.
pub(crate) struct Strangers {
    /// The steps whose answers others are compared with.
    wanted: BTreeSet<StepId>,
    /// Their answers. Never borrowed across an await.
    known: RefCell<BTreeMap<StepId, Document>>,
    /// The answers to strangers that could not be compared yet.
    waiting: RefCell<Vec<Waiting>>,
    bytes: Cell<usize>,
}

/// An answer to a stranger, which is compared later.
struct Waiting {
    step: StepId,
    answer: Document,
    sent: String,
}

impl Strangers {
    /// Nothing is remembered yet.
    pub(crate) fn new(plan: &Plan) -> Self {
        let all = plan.steps.iter().filter_map(|step| step.withholds.as_ref());
        let wanted = all.flat_map(|data| data.owners.iter().chain(&data.baselines));
        Self {
            wanted: wanted.copied().collect(),
            known: RefCell::default(),
            waiting: RefCell::default(),
            bytes: Cell::new(0),
        }
    }

    /// Remembers an answer that others are compared with, and compares the answer to a stranger. `sent` is all
    /// that the stranger sent.
    pub(crate) fn look_at(&self, index: StepId, step: &Step, facts: &mut Value, sent: &str) {
        if self.wanted.contains(&index) && !self.known.borrow().contains_key(&index) {
            let document = Document::of(facts);
            if self.has_room_for(&document) {
                self.known.borrow_mut().insert(index, document);
            }
        }
        let Some(data) = &step.withholds else { return };
        for (name, value) in refusal(step, facts).unwrap_or_default() {
            facts["refusal"][name] = value;
        }
        let sent = document::decoded(sent);
        let answer = Document::of_stranger(facts);
        facts["owner_values"] = match self.knows_all(data) {
            true => self.found(data, &answer, &sent),
            false => self.wait(Waiting { step: index, answer, sent }),
        };
    }

    /// Compares an answer later; returns the fact until then. The same answer to the same request is compared
    /// once, so that its facts stay the same.
    fn wait(&self, waiting: Waiting) -> Value {
        let mut all = self.waiting.borrow_mut();
        let same = |one: &Waiting| {
            one.step == waiting.step
                && (&one.answer.body, &one.answer.head)
                    == (&waiting.answer.body, &waiting.answer.head)
        };
        if let Some(index) = all.iter().position(same) {
            return json!({ "waiting": index });
        }
        if !self.has_room_for(&waiting.answer) {
            return json!({ "found": null });
        }
        all.push(waiting);
        json!({ "waiting": all.len() - 1 })
    }

    /// Compares the answers that waited for others, and adds the results to their observations.
    pub(crate) fn finish(&self, plan: &Plan, observations: &mut [Observation]) {
        for (index, waiting) in self.waiting.take().into_iter().enumerate() {
            let step = plan.step(waiting.step);
            let (Some(data), Some(observation)) = (
                step.and_then(|step| step.withholds.as_ref()),
                observations.get_mut(waiting.step.0),
            ) else {
                continue;
            };
            let found = self.found(data, &waiting.answer, &waiting.sent);
            let others = observation.others.iter_mut().map(|one| &mut one.answer);
            for answer in std::iter::once(&mut observation.answer).chain(others) {
                if let Answer::Facts(facts) = answer
                    && facts.at("/owner_values/waiting") == Some(&json!(index))
                {
                    facts.set("/owner_values", found.clone());
                }
            }
        }
    }

    fn has_room_for(&self, document: &Document) -> bool {
        let bytes = self.bytes.get() + document.bytes();
        self.bytes.set(if bytes > BYTES_MAX { self.bytes.get() } else { bytes });
        bytes <= BYTES_MAX
    }

    fn knows_all(&self, data: &OwnersData) -> bool {
        let known = self.known.borrow();
        data.owners.iter().chain(&data.baselines).all(|step| known.contains_key(step))
    }

    /// How many values of the owner's data an answer contains, and where.
    fn found(&self, data: &OwnersData, answer: &Document, sent: &str) -> Value {
        let known = self.known.borrow();
        let of =
            |steps: &[StepId]| steps.iter().filter_map(|step| known.get(step)).collect::<Vec<_>>();
        let search = Search { baselines: of(&data.baselines), answer, sent };
        let mut found = Found::default();
        of(&data.owners).into_iter().for_each(|owner| search.of(owner, &mut found));
        found.fact()
    }
}

/// Values that were found: each counts once.
#[derive(Default)]
struct Found<'a> {
    in_body: BTreeSet<&'a str>,
    in_head: BTreeSet<&'a str>,
}

impl Found<'_> {
    fn fact(&self) -> Value {
        let places = [("the body", &self.in_body), ("a header", &self.in_head)];
        let places = places.into_iter().filter(|(_, found)| !found.is_empty());
        let places: Vec<&str> = places.map(|(place, _)| place).collect();
        json!({ "found": self.in_body.union(&self.in_head).count(), "in": places })
    }
}

/// One answer to a stranger, and what it is compared with.
struct Search<'a> {
    baselines: Vec<&'a Document>,
    answer: &'a Document,
    sent: &'a str,
}

impl Search<'_> {
    fn of<'o>(&self, owner: &'o Document, found: &mut Found<'o>) {
        let plain = owner.is_page && self.answer.is_page && self.knows_the_frame(owner);
        for value in owner.values.iter().filter(|value| plain || value.weight == Weight::Data) {
            let text = value.text.as_str();
            let (in_body, in_head) =
                (self.answer.body.contains(text), self.answer.head.contains(text));
            if (in_body || in_head) && !self.is_nobodys(text) {
                found.in_body.extend(in_body.then_some(text));
                found.in_head.extend(in_head.then_some(text));
            }
        }
        let named = owner.named.iter().filter(|pair| self.answer.named.contains(*pair));
        let values = named.map(|(_, value)| value.as_str());
        found.in_body.extend(values.filter(|value| !self.is_nobodys(value)));
    }

    /// Whether a value was sent by the stranger, or is in an answer that has no data of the owner.
    fn is_nobodys(&self, text: &str) -> bool {
        self.sent.contains(text) || self.baselines.iter().any(|one| one.contains(text))
    }

    /// Whether a page without data of the owner has the frame of the owner's page: then everything else that
    /// both pages contain is data.
    fn knows_the_frame(&self, owner: &Document) -> bool {
        let shares = |page: &&&Document| {
            owner
                .values
                .iter()
                .any(|one| one.weight == Weight::Plain && page.body.contains(&one.text))
        };
        self.baselines.iter().filter(|one| one.is_page).any(|page| shares(&page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::Role;
    use crate::model::plan::request::Request;

    fn answer(text: Value) -> Value {
        match text {
            Value::String(text) => json!({"status": 401, "body": {"text": text}}),
            body => json!({"status": 401, "body": {"json": body}}),
        }
    }

    /// What is found in the answer to a stranger, in either order of the answers.
    fn found(owner: Value, baseline: Value, stranger: Value, sent: &str) -> u64 {
        let step = |role| Step::http(role, "a step", "acme", Request::get("/"));
        let orders = [[0, 1, 2], [1, 2, 0]];
        let counts = orders.map(|[owner_at, baseline_at, stranger_at]| {
            let mut steps = vec![step(Role::Control); 3];
            steps[stranger_at].withholds = Some(OwnersData {
                owners: vec![StepId(owner_at)],
                baselines: vec![StepId(baseline_at)],
            });
            let plan = Plan::new("http", steps);
            let strangers = Strangers::new(&plan);
            let mut all = vec![Value::Null; 3];
            all[owner_at] = answer(owner.clone());
            all[baseline_at] = answer(baseline.clone());
            all[stranger_at] = answer(stranger.clone());
            let mut observations = Vec::new();
            for (index, facts) in all.iter_mut().enumerate() {
                strangers.look_at(StepId(index), &plan.steps[index], facts, sent);
                let facts = crate::model::answer::facts::Facts(facts.clone());
                let at = jiff::Timestamp::UNIX_EPOCH;
                observations.push(Observation::new(at, Answer::Facts(facts)));
            }
            strangers.finish(&plan, &mut observations);
            let Answer::Facts(facts) = &observations[stranger_at].answer else { unreachable!() };
            facts.at("/owner_values/found").and_then(Value::as_u64).unwrap()
        });
        assert_eq!(counts[0], counts[1], "the order of the answers makes no difference");
        counts[0]
    }

    #[test]
    fn data_of_the_owner_is_found_whatever_is_around_it() {
        let owner = json!({"orders": [{"item": "chair", "for": "Jane Doe", "ref": "ord-8812"}]});
        let leaks = [
            json!({"error": "unauthorized", "at": "2026-11-28", "orders": owner["orders"]}),
            json!({"item": "chair"}),
            json!("<p>no access, Jane Doe</p>"),
            json!("see ord%2D8812"),
            json!({"debug": "row: ord\\u002d8812"}),
            json!("state=Zm9yOiBKYW5lIERvZQ=="),
        ];
        for leak in leaks {
            assert!(found(owner.clone(), json!(""), leak.clone(), "") > 0, "{leak}");
        }
        let refusal =
            json!({"error": "unauthorized", "request_id": "0123456789ab", "item": "table"});
        assert_eq!(found(owner, json!(""), refusal, ""), 0);
    }

    #[test]
    fn what_others_get_and_what_the_stranger_sent_is_nobodys_data() {
        let owner =
            json!({"plan": "Example Notes 2000", "text": "written for us", "id": "ord-8812"});
        let refusal = json!({"plan": "Example Notes 2000", "error": "no note ord-8812"});
        let baseline = json!({"plan": "Example Notes 2000", "error": "no such page"});
        assert_eq!(found(owner.clone(), baseline, refusal.clone(), "/notes/ord-8812"), 0);
        assert_eq!(found(owner.clone(), json!(""), refusal.clone(), "/notes/ord-8812"), 1);
        assert_eq!(found(owner, json!("Example Notes 2000"), refusal, ""), 1);
    }

    #[test]
    fn the_frame_that_all_pages_share_is_nobodys_data() {
        let page = |content: &str| {
            json!(format!(
                "<!doctype html><title>Example</title><nav>Home Prices</nav><div>Example Notes Ltd</div>\
                 {content}<footer>mail us: hello@example.com</footer>"
            ))
        };
        let owner = page("<p>Your last note: buy milk</p>");
        let refusal = page("<p>Please log in</p>");
        let leak = page("<p>Please log in</p><p>Your last note: buy milk</p>");
        let missing = page("<p>There is no such page</p>");
        assert_eq!(found(owner.clone(), missing.clone(), refusal.clone(), ""), 0);
        assert_eq!(found(owner.clone(), json!("not found"), refusal, ""), 0);
        assert_eq!(found(owner, missing, leak, ""), 1);
    }

    #[test]
    fn a_cell_of_a_table_is_data_without_any_other_page() {
        let page = |cell: &str| json!(format!("<!doctype html><table><td>{cell}</td></table>"));
        assert_eq!(found(page("Jane"), json!(""), page("Jane"), ""), 1);
        assert_eq!(found(page("Jane"), json!(""), page("Log in"), ""), 0);
    }
}
