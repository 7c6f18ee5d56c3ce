//! What checks of the kind `auth-required` notice, and which mistakes are reported.

use serde_json::json;

use crate::check::fixture::{
    changed, everybody_gets, mistakes, names, plan, sound, tried, verdict,
};
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
    let after = "is as it was after every attempt at DELETE";
    assert_eq!(given(&plan, after, gone), Verdict::Violated);
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
    assert_eq!(
        names(&plan),
        [
            "an anonymous caller requests an object that does not exist",
            "GET /ops/access-log by its owner",
            "GET /ops/access-log without a credential",
            "GET /ops/access-log with garbage as the credential",
            "GET /ops/access-log without a credential, by `HEAD`",
            "GET /ops/access-log without a credential, with a token in the query that nobody issued",
            "GET /ops/access-log without a credential, with a slash at the end of the path",
            "GET /ops/access-log without a credential, with a doubled slash in the path",
            "GET /ops/access-log without a credential, with the path in other letter case",
            "GET /ops/access-log without a credential, with an encoded slash in the path",
        ]
    );
    assert_eq!(tried(&plan).grade, Grade::Sound);
}

#[test]
fn the_operations_of_graphql_at_one_address_are_endpoints_of_their_own() {
    let check = |second: &str| {
        let endpoint = |query: &str| format!("{{post: /graphql, graphql: {{query: '{query}'}}}}");
        let first = endpoint("query { notes { id } }");
        format!("{{kind: auth-required, as: acme, endpoints: [{first}, {}]}}", endpoint(second))
    };
    assert!(!plan(&check("query { users { id } }")).steps.is_empty());
    assert_eq!(mistakes(&check("query { notes { text } }"))[0].0, "duplicate-endpoint");
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
    let unread = "reads_back: { DELETE /stats: none }\nwithout:";
    let unseen = example.replace("get: /stats", "delete: /stats").replace("without:", unread);
    assert_eq!(mistakes(&unseen)[0].0, "unseen-removal");
    assert_eq!(reported("without:", "reads_back: { PUT /x: /x }\nwithout:")[0].0, "unknown-name");
    let none = "{kind: auth-required, as: acme, endpoints: []}";
    assert_eq!(mistakes(none)[0].0, "empty-list");
    let left = WITH_OBJECT.replace("remove: { delete: \"/notes/${id}\" }\n", "");
    assert_eq!(mistakes(&left)[0].0, "left-behind");
}

#[test]
fn data_of_the_owner_in_a_refusal_is_a_violation() {
    let leak =
        |facts: &mut Facts| facts.set("/owner_values", json!({"found": 1, "in": ["a header"]}));
    assert_eq!(given(&example(), "GET /stats without a credential", leak), Verdict::Violated);
    let too_large = |facts: &mut Facts| facts.set("/owner_values", json!({"found": null}));
    let wanted = Verdict::Inconclusive(Reason::Budget);
    assert_eq!(given(&example(), "GET /stats with garbage", too_large), wanted);
}

#[test]
fn a_variant_may_be_answered_in_any_way_without_data() {
    for status in [200, 301, 400, 404, 405, 500, 501] {
        let answered = |facts: &mut Facts| facts.set("/status", json!(status));
        for variant in ["by `HEAD`", "other letter case", "an encoded slash"] {
            let part = format!(
                "GET /stats without a credential, {}",
                match variant {
                    "by `HEAD`" => "by `HEAD`",
                    "other letter case" => "with the path in other letter case",
                    _ => "with an encoded slash in the path",
                }
            );
            assert_eq!(given(&example(), &part, answered), Verdict::Holds, "{status} {part}");
        }
    }
    let leak = |facts: &mut Facts| facts.set("/owner_values", json!({"found": 1}));
    assert_eq!(given(&example(), "with a doubled slash", leak), Verdict::Violated);
    let mark = |facts: &mut Facts| facts.set("/canaries", json!([0]));
    let marked = plan(&WITH_OBJECT.replace("by a check", "\"${canary}\""));
    assert_eq!(given(&marked, "as a `POST` with `_method`", mark), Verdict::Violated);
}

#[test]
fn a_refused_write_must_have_no_effect() {
    let plan = example();
    let before: Vec<&str> =
        names(&plan).into_iter().filter(|name| name.contains("PUT /config")).collect();
    assert_eq!(before[0], "GET /config before every attempt at PUT /config");
    assert_eq!(before[1], "GET /config before every attempt at PUT /config, a second time");
    assert_eq!(before.last(), Some(&"PUT /config by its owner"));
    let body = |text: &'static str| {
        move |facts: &mut Facts| facts.set("/body", json!({"json": {"theme": text}}))
    };
    let after = "GET /config is as it was after every attempt at PUT /config";
    let mut all = changed(&plan, "GET /config", body("dark"));
    assert_eq!(verdict(&plan, &all), Verdict::Holds);
    let changed = changed(&plan, after, body("plain"));
    let index = names(&plan).iter().position(|name| *name == after).unwrap();
    all[index] = changed[index].clone();
    assert_eq!(verdict(&plan, &all), Verdict::Violated);
}

#[test]
fn a_refused_creation_must_leave_no_marked_object() {
    let yaml = WITH_OBJECT
        .replace("by a check", "\"${canary}\"")
        .replace("endpoints:\n", "endpoints:\n  - get: /notes\n");
    let plan = plan(&yaml);
    assert_eq!(plan.flaws(), []);
    assert_eq!(verdict(&plan, &sound(&plan)), Verdict::Holds);
    assert_eq!(tried(&plan).grade, Grade::Sound);
    let shows = |facts: &mut Facts| facts.set("/canaries", json!([0]));
    let part = "GET /notes shows no object of an attempt at POST /notes";
    assert_eq!(given(&plan, part, shows), Verdict::Violated);
    let none = |facts: &mut Facts| facts.set("/canaries", json!([]));
    let wanted = Verdict::Inconclusive(Reason::ControlFailed);
    assert_eq!(given(&plan, "GET /notes shows the new object", none), wanted);
    assert!(!plan.leaves_open.contains("effect"), "{}", plan.leaves_open);
}

#[test]
fn the_reader_learns_which_effects_were_not_looked_at() {
    let open = plan(WITH_OBJECT).leaves_open;
    assert!(
        open.starts_with("The effect of refused requests was not looked at: POST /notes. "),
        "{open}"
    );
    let read = WITH_OBJECT.replace("endpoints:", "reads_back: { POST /notes: /count }\nendpoints:");
    let plan = plan(&read);
    assert!(!plan.leaves_open.contains("effect"), "{}", plan.leaves_open);
    assert!(names(&plan).contains(&"GET /count is as it was after every attempt at POST /notes"));
}
