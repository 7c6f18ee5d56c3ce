//! Changes of the sub-processors.

use crate::model::project::sub_processor::SubProcessor;
use crate::model::published::Processor;
use crate::model::published::recorded::{About, Change, Effect};

/// Every sub-processor that was added, removed or changed. It is identified by its name.
pub(crate) fn between(old: &[Processor], new: &[Processor]) -> Vec<Change> {
    let find = |all: &'_ [Processor], one: &Processor| {
        all.iter().position(|other| other.about.name == one.about.name)
    };
    let mut changes = Vec::new();
    for one in new {
        match find(old, one).map(|index| &old[index].about) {
            None => changes.push(change(one, Effect::New, told(&one.about))),
            Some(before) if *before != one.about => {
                let told = format!("{} Before: {}", told(&one.about), self::told(before));
                changes.push(change(one, Effect::ScopeChanged, told));
            }
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|one| find(new, one).is_none());
    let ended = "This company is no longer a sub-processor.";
    changes.extend(gone.map(|one| change(one, Effect::Retracted, ended.to_owned())));
    changes
}

fn told(one: &SubProcessor) -> String {
    format!(
        "Purpose: {}. Data: {}. Location: {}. Since: {}.",
        one.purpose, one.data, one.location, one.since
    )
}

fn change(one: &Processor, effect: Effect, told: String) -> Change {
    Change {
        effect,
        about: About::SubProcessor,
        claim: None,
        page: one.page.clone(),
        words: one.about.name.clone(),
        before: None,
        told,
    }
}
