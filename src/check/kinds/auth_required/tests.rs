//! What checks of the kind `auth-required` notice, and which mistakes are reported.

use serde_json::json;

use crate::check::fixture::{changed, everybody_gets, mistakes, plan, sound, tried, verdict};
use crate::check::kind::Kind;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::falsify::Grade;
use crate::model::plan::{Plan, Role};

const WITH_OBJECT: &str = "\
kind: auth-required
as: acme
create: { post: /notes, json: { text: by a check } }
remove: { delete: \"/notes/${id}\" }
endpoints:
  - get: /notes/${id}
  - delete: /notes/${id}
";

fn example() -> Plan {
    plan(super::AuthRequired::MANUAL.example)
}

fn given(plan: &Plan, part: &str, change: impl Fn(&mut Facts)) -> Verdict {
    verdict(plan, &changed(plan, part, change))
}

#[test]
fn an_accepted_bad_token_is_a_violation() {
    let taken = |facts: &mut Facts| facts.set("/status", json!(200));
    for part in ["expired", "alg: none", "another request", "uninstalled", "GET /stats without"] {
        assert_eq!(given(&example(), part, taken), Verdict::Violated, "{part}");
    }
}

#[test]
fn a_404_neither_accepts_nor_refuses() {
    let missing = |facts: &mut Facts| facts.set("/status", json!(404));
    let wanted = Verdict::Inconclusive(Reason::Unparsable);
    assert_eq!(given(&example(), "GET /stats without", missing), wanted);
}

#[test]
fn a_mistyped_path_is_inconclusive() {
    let missing = |facts: &mut Facts| facts.set("/status", json!(404));
    let wanted = Verdict::Inconclusive(Reason::ControlFailed);
    assert_eq!(given(&example(), "GET /stats", missing), wanted);
}

#[test]
fn refusing_everybody_proves_nothing_and_accepting_everybody_is_a_violation() {
    let plan = example();
    let all = |status| everybody_gets(&plan, &json!({"status": status, "body": {"bytes": 0}}));
    assert_eq!(verdict(&plan, &all(401)), Verdict::Inconclusive(Reason::Credentials));
    assert_eq!(verdict(&plan, &all(500)), Verdict::Inconclusive(Reason::ServerError));
    assert_eq!(verdict(&plan, &all(200)), Verdict::Violated);
}

#[test]
fn a_removal_is_tried_before_the_owner_does_it_and_checked_in_between() {
    let plan = plan(WITH_OBJECT);
    assert_eq!(plan.flaws(), []);
    assert_eq!(verdict(&plan, &sound(&plan)), Verdict::Holds);
    assert_eq!(tried(&plan).grade, Grade::Sound);
    let gone = |facts: &mut Facts| facts.set("/status", json!(404));
    assert_eq!(given(&plan, "is still there", gone), Verdict::Violated);
    let last = plan.steps.iter().rfind(|step| step.role == Role::Control).unwrap();
    assert_eq!(last.name, "DELETE /notes/${id} by its owner");
}

#[test]
fn the_request_that_creates_the_object_is_tried_too() {
    let plan = plan(WITH_OBJECT);
    let taken = |facts: &mut Facts| facts.set("/status", json!(201));
    assert_eq!(given(&plan, "POST /notes with an expired", taken), Verdict::Violated);
}

#[test]
fn a_bearer_token_has_fewer_bad_variants() {
    let yaml = "{kind: auth-required, as: operator, endpoints: [{get: /ops/access-log}]}";
    let plan = plan(yaml);
    assert_eq!(plan.steps.len(), 3);
    assert_eq!(tried(&plan).grade, Grade::Sound);
}

#[test]
fn mistakes_are_reported() {
    let example = super::AuthRequired::MANUAL.example;
    let reported = |from: &str, to: &str| mistakes(&example.replace(from, to));
    assert_eq!(reported("as: acme", "as: acne")[0].1, "unknown actor `acne`");
    assert_eq!(reported("former: former", "former: acme")[0].0, "same-actor");
    assert_eq!(reported("former: former", "former: operator")[0].0, "other-scheme");
    assert_eq!(reported("ten-years:", "tenyears:")[0].0, "unknown-name");
    assert_eq!(reported("get: /stats", "get: stats")[0].0, "bad-address");
    assert_eq!(reported("get: /stats", "get: /config")[0].0, "duplicate-endpoint");
    assert_eq!(reported("get: /stats", "delete: /stats")[0].0, "unseen-removal");
    let none = "{kind: auth-required, as: acme, endpoints: []}";
    assert_eq!(mistakes(none)[0].0, "empty-list");
    let left = WITH_OBJECT.replace("remove: { delete: \"/notes/${id}\" }\n", "");
    assert_eq!(mistakes(&left)[0].0, "left-behind");
}
