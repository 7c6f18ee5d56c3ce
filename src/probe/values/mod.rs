//! The values of one attempt: its canaries, and the captures of its steps, not redacted.
//!
//! They exist only as long as the attempt; everything that leaves `probe` is redacted.

pub(crate) mod canary;
pub(crate) mod redact;
mod similar;
pub(crate) mod sought;

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::answer::ids::CanaryId;
use crate::model::plan::template::Template;
use crate::model::plan::{Canary, Plan};
use crate::probe::spellings::{Needle, PREFIX_CHARS, Searcher};
use crate::probe::values::canary::mint;
use crate::probe::values::redact::Redactor;
use crate::probe::values::similar::similar;
use crate::probe::values::sought::{Meaning, Sought};

/// The beginning of a placeholder for a random value of the same form as another value: that of another
/// placeholder, or of the text itself.
const RANDOM: &str = "random:";

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
    /// Steps that run concurrently add to them; never borrowed across an await.
    captures: RefCell<BTreeMap<String, String>>,
}

impl Values {
    /// The values at the start of an attempt. Mints each canary that has no marker.
    pub(crate) fn new(plan: &Plan) -> Self {
        let value = |canary: &Canary| {
            let value = canary.marker.clone().unwrap_or_else(mint);
            let owner = canary.owner.clone();
            PlantedCanary { owner, hole: canary.hole(), value, minted: canary.marker.is_none() }
        };
        let canaries: Vec<_> = plan.canaries.iter().map(value).collect();
        // Of two canaries of one owner, the first fills the placeholder.
        let holes = canaries.iter().enumerate().rev();
        let by_placeholder = holes.map(|(index, one)| (one.hole.clone(), index)).collect();
        Self { canaries, by_placeholder, captures: RefCell::default() }
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
            None => match hole.strip_prefix(RANDOM) {
                Some(model) => Some(similar(&self.get(model).unwrap_or_else(|| model.to_owned()))),
                None => self.captures.borrow().get(hole).cloned(),
            },
        }
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

    /// Finds the ids that the service gave to the data of the canaries' owners: the captures named
    /// `id:OWNER`, if they are long enough to be unique. `None` if there are none.
    pub(crate) fn sought_ids(&self) -> Option<Sought> {
        let captures = self.captures.borrow();
        let mut owners: BTreeMap<&str, Vec<CanaryId>> = BTreeMap::new();
        for (index, canary) in self.canaries.iter().enumerate() {
            if let Some(id) = captures.get(&format!("id:{}", canary.owner)) {
                owners.entry(id).or_default().push(CanaryId(index));
            }
        }
        // An id that two owners have shows nothing about either.
        let unique = owners.iter().filter_map(|(id, owners)| match owners.as_slice() {
            [owner] if id.chars().count() >= ID_CHARS_MIN => Some((*id, *owner)),
            _ => None,
        });
        let (ids, owners): (Vec<&str>, Vec<CanaryId>) = unique.unzip();
        let searcher = Searcher::new(ids.into_iter().map(Needle::Word));
        let meanings: Vec<Meaning> = owners.into_iter().map(Meaning::Id).collect();
        (!meanings.is_empty()).then(|| Sought::new(searcher, meanings))
    }

    /// The number of captures so far.
    pub(crate) fn captured(&self) -> usize {
        self.captures.borrow().len()
    }

    /// Replaces these canaries with their placeholders.
    pub(crate) fn redactor(&self) -> Redactor {
        let spelt = |one: &'_ PlantedCanary| {
            let part = one.minted.then(|| one.value[..PREFIX_CHARS].to_owned());
            let placeholder = format!("${{{}}}", one.hole);
            [Some(one.value.clone()), part]
                .into_iter()
                .flatten()
                .map(move |text| (text, placeholder.clone()))
        };
        let spelt: Vec<(String, String)> = self.canaries.iter().flat_map(spelt).collect();
        Redactor::new(spelt.iter().map(|(text, hole)| (text.as_str(), hole.clone())))
    }
}

/// The message for a placeholder without a value.
pub(crate) fn missing(hole: String) -> String {
    format!("`${{{hole}}}` has no value: the step that captures it did not find it")
}
