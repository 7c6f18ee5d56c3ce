//! The values of one attempt: its canaries, and the captures of its steps, not redacted.
//!
//! They exist only as long as the attempt; everything that leaves `probe` is redacted.

pub(crate) mod canary;
pub mod redact;
mod similar;
pub(crate) mod sought;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::model::answer::ids::CanaryId;
use crate::model::plan::template::{Template, is_random};
use crate::model::plan::{Canary, Plan, Step};
use crate::model::project::Project;
use crate::probe::random;
use crate::probe::spellings::{Needle, PREFIX_CHARS, Searcher};
use crate::probe::values::canary::mint;
use crate::probe::values::redact::Redactor;
use crate::probe::values::similar::similar;
use crate::probe::values::sought::{Meaning, Sought};

/// The beginning of a placeholder for a random value of the same form as another value: that of another
/// placeholder, or of the text itself. It is new each time.
const LIKE: &str = "like:";

/// The placeholders for random values that each tenant can have.
const OF_TENANTS: [&str; 2] = ["random", "uuid"];

/// The beginning of a placeholder for the tenant of an actor.
const TENANT: &str = "tenant:";

/// The minimum length of an id that is searched for, in characters: shorter ones occur by chance.
const ID_CHARS_MIN: usize = 12;

/// A canary and its value.
struct PlantedCanary {
    owner: String,
    /// The name of its placeholder.
    hole: String,
    value: String,
    /// Whether the value is random; otherwise it is a text of the owner's data.
    minted: bool,
}

impl PlantedCanary {
    fn needle(&self) -> Needle<'_> {
        if self.minted { Needle::Mark(&self.value) } else { Needle::Text(&self.value) }
    }
}

/// The values of a plan's placeholders.
#[derive(Default)]
pub(crate) struct Values {
    /// The canaries, in the order of the plan.
    canaries: Vec<PlantedCanary>,
    by_placeholder: BTreeMap<String, usize>,
    /// The random values, by placeholder.
    random: BTreeMap<String, String>,
    /// The times at which the attempt started, and the tenants of actors, by placeholder.
    known: BTreeMap<String, String>,
    /// Steps that run concurrently add to them; never borrowed across an await.
    captures: RefCell<BTreeMap<String, String>>,
}

impl Values {
    /// The values at the start of an attempt. Mints each canary that has no marker, and the random values.
    pub(crate) fn new(plan: &Plan, project: &Project, now: Timestamp) -> Self {
        let value = |canary: &Canary| {
            let value = canary.marker.clone().unwrap_or_else(mint);
            let owner = canary.owner.clone();
            PlantedCanary { owner, hole: canary.hole(), value, minted: canary.marker.is_none() }
        };
        let canaries: Vec<_> = plan.canaries.iter().map(value).collect();
        // Of two canaries of one owner, the first fills the placeholder.
        let holes = canaries.iter().enumerate().rev();
        let by_placeholder = holes.map(|(index, one)| (one.hole.clone(), index)).collect();
        let mut values = Self { canaries, by_placeholder, known: times(now), ..Self::default() };
        for hole in plan.steps.iter().flat_map(holes_of) {
            if let Some(value) = mint_random(&hole) {
                values.random.insert(hole, value);
            } else if let Some(tenant) =
                hole.strip_prefix(TENANT).and_then(|one| project.tenant(one))
            {
                values.known.insert(hole.clone(), tenant.to_owned());
            }
        }
        values
    }

    /// Stores a capture for later steps.
    pub(crate) fn capture(&self, name: &str, value: &Value) {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.captures.borrow_mut().insert(name.to_owned(), text);
    }

    /// The value of a placeholder.
    pub(crate) fn get(&self, hole: &str) -> Option<String> {
        match self.by_placeholder.get(hole) {
            Some(index) => self.canaries.get(*index).map(|one| one.value.clone()),
            None => match hole.strip_prefix(LIKE) {
                Some(model) => Some(similar(&self.get(model).unwrap_or_else(|| model.to_owned()))),
                None => {
                    let known = self.random.get(hole).or_else(|| self.known.get(hole)).cloned();
                    known.or_else(|| self.captures.borrow().get(hole).cloned())
                }
            },
        }
    }

    /// The times and tenants that a step sends or expects. The evidence contains them, because facts have no
    /// placeholder in their place: the service's own times and names may be equal to them.
    pub(crate) fn known_in(&self, step: &Step) -> BTreeMap<String, Value> {
        let holes = holes_of(step);
        let used = self.known.iter().filter(|(hole, _)| holes.contains(*hole));
        used.map(|(hole, value)| (hole.clone(), value.as_str().into())).collect()
    }

    /// Fills a template. The error is a message for people.
    pub(crate) fn fill(&self, template: &Template) -> Result<String, String> {
        template.fill(|hole| self.get(hole)).map_err(missing)
    }

    /// Fills every string in a document. The error is a message for people.
    pub(crate) fn fill_value(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::String(text) => self.fill(&Template::new(text.as_str())).map(Value::from),
            Value::Array(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Value::Object(fields) => {
                let field =
                    |(name, value): (&String, &Value)| Ok((name.clone(), self.fill_value(value)?));
                fields.iter().map(field).collect()
            }
            other => Ok(other.clone()),
        }
    }

    /// Finds these canaries.
    pub(crate) fn sought(&self) -> Sought {
        let searcher = Searcher::new(self.canaries.iter().map(PlantedCanary::needle));
        let meanings = (0..self.canaries.len()).map(CanaryId).map(Meaning::Canary);
        Sought::new(searcher, meanings.collect())
    }

    /// Finds the ids of the data of the canaries' owners: the captures named `id:OWNER` and the random values
    /// of the owners, if they are long enough to be unique. `None` if there are none.
    pub(crate) fn sought_ids(&self) -> Option<Sought> {
        let captures = self.captures.borrow();
        let mut owners: BTreeMap<&str, Vec<Meaning>> = BTreeMap::new();
        for (index, canary) in self.canaries.iter().enumerate() {
            let (id, owner) = (CanaryId(index), &canary.owner);
            for name in OF_TENANTS {
                if let Some(chosen) = self.random.get(&format!("{name}:{owner}")) {
                    owners.entry(chosen).or_default().push(Meaning::Chosen(id));
                }
            }
            if let Some(given) = captures.get(&format!("id:{owner}")) {
                let all = owners.entry(given).or_default();
                // A service may return the id that the caller chose.
                if !all.iter().any(|one| matches!(one, Meaning::Chosen(chosen) if *chosen == id)) {
                    all.push(Meaning::Id(id));
                }
            }
        }
        // An id that two owners have shows nothing about either.
        let unique = owners.into_iter().filter_map(|(id, mut meanings)| {
            let is_unique = meanings.len() == 1 && id.chars().count() >= ID_CHARS_MIN;
            meanings.pop().filter(|_| is_unique).map(|meaning| (id, meaning))
        });
        let (ids, meanings): (Vec<&str>, Vec<Meaning>) = unique.unzip();
        let searcher = Searcher::new(ids.into_iter().map(Needle::Word));
        (!meanings.is_empty()).then(|| Sought::new(searcher, meanings))
    }

    /// The number of captures and random values so far.
    pub(crate) fn captured(&self) -> usize {
        self.captures.borrow().len() + self.random.len()
    }

    /// Replaces these canaries and random values with their placeholders.
    pub(crate) fn redactor(&self) -> Redactor {
        let spelt = |one: &PlantedCanary| {
            let part = one.minted.then(|| one.value[..PREFIX_CHARS].to_owned());
            let placeholder: Arc<str> = format!("${{{}}}", one.hole).into();
            let both = [Some(one.value.clone()), part].into_iter().flatten();
            both.map(|text| (text, placeholder.clone())).collect::<Vec<_>>()
        };
        let spelt: Vec<(String, Arc<str>)> = self.canaries.iter().flat_map(spelt).collect();
        let random = self.random.iter();
        let random = random.map(|(hole, text)| (text, Arc::from(format!("${{{hole}}}"))));
        let spelt = spelt.iter().map(|(text, hole)| (text, hole.clone())).chain(random);
        Redactor::new(spelt.map(|(text, hole)| (text.as_str(), hole)))
    }
}

/// The placeholders in the request and the expectations of a step.
fn holes_of(step: &Step) -> BTreeSet<String> {
    let all = RefCell::new(BTreeSet::new());
    let note = |hole: &str| {
        // That of the value whose form is used.
        all.borrow_mut().insert(hole.strip_prefix(LIKE).unwrap_or(hole).to_owned());
        Some(String::new())
    };
    for text in step.request().iter().flat_map(|request| request.templates()) {
        text.holes().for_each(|hole| drop(note(hole)));
    }
    for one in &step.expect {
        // It fails only for a placeholder without a value, and each has one here.
        let _ = one.test.filled(&note);
    }
    all.into_inner()
}

/// The random value of a placeholder; `None` if it is another placeholder.
fn mint_random(hole: &str) -> Option<String> {
    if !is_random(hole) {
        return None;
    }
    match hole.split_once(':').map_or(hole, |(name, _)| name) {
        "random" => Some(mint()),
        "uuid" => Some(uuid()),
        _ => None,
    }
}

/// A random UUID (RFC 9562, section 5.4).
fn uuid() -> String {
    let mut bytes = random::bytes::<16>();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// The time in both forms: RFC 3339, and seconds since 1970.
fn times(now: Timestamp) -> BTreeMap<String, String> {
    let whole = Timestamp::from_second(now.as_second()).unwrap_or(now);
    [("now", whole.to_string()), ("now:epoch", now.as_second().to_string())]
        .map(|(hole, value)| (hole.to_owned(), value))
        .into()
}

/// The message for a placeholder without a value.
pub(crate) fn missing(hole: String) -> String {
    format!("`${{{hole}}}` has no value: the step that captures it did not find it")
}
