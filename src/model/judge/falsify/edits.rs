//! Changes of a transcript.

use serde_json::json;

use crate::model::answer::error::ProbeError;
use crate::model::answer::ids::CanaryId;
use crate::model::answer::observation::Answer;
use crate::model::judge::view::View;
use crate::model::plan::counterexample::Edit;
use crate::model::plan::expect::fill::fill_value;

/// Applies one change; returns `false` if this transcript lacks the value to be changed.
pub(crate) fn apply(edit: &Edit, view: &mut View<'_>) -> bool {
    if let Edit::Fail { step, reason } = edit {
        view.replace(*step, Answer::Error(ProbeError::new(*reason, "changed to try the check")));
        return true;
    }
    if let Edit::Swap { step, with } = edit {
        return view.swap(*step, *with);
    }
    let Ok(facts) = view.answer(edit.step()) else {
        return false;
    };
    let mut facts = facts.clone();
    // A further page could still have the value that is taken away here.
    facts.remove("/pages");
    match edit {
        Edit::Set { at, value, .. } => {
            let Ok(value) = fill_value(value, &|name| view.capture(name)) else {
                return false;
            };
            facts.set(at, value);
        }
        Edit::Remove { at, .. } => facts.remove(at),
        Edit::SetTime { step, at, after_s } => {
            let Some(observation) = view.observation(*step) else {
                return false;
            };
            let shift = jiff::SignedDuration::from_secs(*after_s);
            let Ok(time) = observation.at.checked_add(shift) else {
                return false;
            };
            facts.set(at, json!(time.to_string()));
        }
        Edit::Leak { canary, .. } => {
            let mut found: Vec<CanaryId> = facts.canaries().collect();
            found.push(*canary);
            facts.set("/canaries", json!(found));
        }
        Edit::Swap { .. } | Edit::Fail { .. } => {}
    }
    view.replace(edit.step(), Answer::Facts(facts));
    true
}
