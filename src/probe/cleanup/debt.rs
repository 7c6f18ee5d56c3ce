//! The request that deletes an object: what the journal stores of it, and how a later run makes it again from
//! the project's own plans. The journal has neither header fields nor bodies nor secrets.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::judge::binding::Digest;
use crate::model::plan::holes::holes;
use crate::model::plan::request::Request;
use crate::model::plan::template::SECRET;
use crate::model::plan::{Plan, Role, Step};
use crate::model::source::claim_id::ClaimId;
use crate::probe::values::Values;
use crate::probe::values::redact::Redactor;

/// The beginning of a placeholder whose value is new each time.
const NEW_EACH_TIME: &str = "like:";

/// A clean-up request all of whose placeholders have values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Its address, for people, without secrets.
    pub(crate) address: String,
    /// The values of its placeholders, without secrets.
    pub(crate) captures: BTreeMap<String, String>,
}

/// The values of the placeholders of a request, without secrets; `None` if one has no value yet.
pub(crate) fn captures(
    request: &Request,
    values: &Values,
    redactor: &Redactor,
) -> Option<BTreeMap<String, String>> {
    let mut captures = BTreeMap::new();
    for hole in holes(request) {
        let value = values.get(&hole)?;
        // It is read from the environment again.
        if hole.starts_with(SECRET) {
            continue;
        }
        let is_secret = redactor.text(&value) != value;
        if !is_secret && !hole.starts_with(NEW_EACH_TIME) {
            captures.insert(hole, value);
        }
    }
    Some(captures)
}

/// The fingerprint of everything that a clean-up step sends: only the same request is repeated.
pub(crate) fn fingerprint(step: &Step) -> Digest {
    Digest::of_value(&(&step.actor, &step.credential, &step.act))
}

/// The clean-up step with this fingerprint among the plans of the project.
pub(crate) fn step_of<'p>(
    fingerprint: &Digest,
    plans: &'p BTreeMap<ClaimId, Vec<Plan>>,
) -> Option<(&'p Plan, &'p Step)> {
    let steps = plans.values().flatten().flat_map(|plan| plan.steps.iter().map(move |s| (plan, s)));
    let mut cleanups = steps.filter(|(_, step)| step.role == Role::Cleanup);
    cleanups.find(|(_, step)| self::fingerprint(step) == *fingerprint)
}

/// The values that the request of an earlier run had.
pub(crate) fn restored(plan: &Plan, captures: &BTreeMap<String, String>) -> Values {
    let values = Values::default();
    let markers = plan.canaries.iter().filter_map(|one| Some((one.hole(), one.marker.clone()?)));
    let captures = captures.iter().map(|(name, value)| (name.clone(), value.clone()));
    for (name, value) in captures.chain(markers) {
        values.capture(&name, &Value::from(value));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::body::Body;

    fn request() -> Request {
        Request {
            headers: vec![("x-csrf".into(), "${token}".into())],
            body: Some(Body::Json(serde_json::json!({"ids": [{"one": "${id}"}], "n": 1}))),
            ..Request::to_target("POST", "/notes/${note}/remove")
        }
    }

    #[test]
    fn a_request_is_known_once_all_its_values_are_and_secrets_are_not_stored() {
        let (values, redactor) =
            (Values::default(), Redactor::of_secrets(&["correct-horse".to_owned()]));
        values.capture("note", &Value::from(7));
        values.capture("id", &Value::from("a"));
        assert_eq!(captures(&request(), &values, &redactor), None);
        values.capture("token", &Value::from("correct-horse"));
        let known = captures(&request(), &values, &redactor).unwrap();
        assert_eq!(known, [("id".into(), "a".into()), ("note".into(), "7".into())].into());
    }

    #[test]
    fn another_request_actor_or_credential_has_another_fingerprint() {
        let step = Step::http(Role::Cleanup, "delete", "acme", request());
        let mut others = [step.clone(), step.clone()];
        others[0].actor = "globex".into();
        others[1].act = crate::model::plan::Act::Http(Request { body: None, ..request() });
        for other in others {
            assert_ne!(fingerprint(&step), fingerprint(&other));
        }
        let renamed = Step { name: "remove".into(), ..step.clone() };
        assert_eq!(fingerprint(&step), fingerprint(&renamed));
    }
}
