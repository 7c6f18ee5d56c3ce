//! What checks of the kind `http` notice, and which mistakes are reported.

use serde_json::json;

use crate::check::fixture::{changed, everybody_gets, mistakes, plan, sound, tried, verdict};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::falsify::Grade;
use crate::model::plan::{Keep, Word};

const LOG: &str = "\
kind: http
word: reported
steps:
  - { name: noted, role: prepare, as: operator, post: /log, json: { why: health }, capture: { entry: /id } }
  - name: found
    role: control
    as: operator
    get: /log
    expect: { status: 200, json: { /entries: { some: { at: /id, is: \"${entry}\" } } } }
  - name: explained
    again: found
    expect: { json: { /entries: { every: { at: /why, is: { one_of: [health, request] } } } } }
";

const UPLOAD: &str = "\
kind: http
steps:
  - name: uploaded
    role: control
    as: acme
    post: /images
    upload: { field: file, file_name: a.png, media_type: image/png, base64: aGk= }
    capture: { image: /url }
    expect: { status: 201, json: { /url: { exists: true } } }
  - name: kept elsewhere
    again: uploaded
    expect: { json: { /url: { starts_with: \"https://${host:media}/\" } } }
  - name: comes back
    get: ${image}
    expect: { status: 200, bytes: 2 }
";

const REFUSED: &str = "\
kind: http
steps:
  - { name: owner, role: control, as: acme, get: /x, expect: { status: [200, 204] } }
  - { name: stranger, get: /x, control: owner, expect: { refused: true } }
";

#[test]
fn a_log_without_an_entry_of_this_run_is_inconclusive() {
    let plan = plan(LOG);
    assert_eq!(plan.steps[2].word, Word::Reported);
    assert_eq!(verdict(&plan, &sound(&plan)), Verdict::Holds);
    assert_eq!(tried(&plan).grade, Grade::Sound);
    let others = json!([{"id": "another", "why": "health"}]);
    let set = |entries: &serde_json::Value| {
        changed(&plan, "found", |facts| facts.set("/body/json/entries", entries.clone()))
    };
    let failed = Verdict::Inconclusive(Reason::ControlFailed);
    assert_eq!(verdict(&plan, &set(&others)), failed);
    assert_eq!(verdict(&plan, &set(&json!([]))), failed);
    let bad = json!([{"id": "value of entry", "why": "health"}, {"id": "b", "why": ""}]);
    assert_eq!(verdict(&plan, &set(&bad)), Verdict::Violated);
}

#[test]
fn hosts_are_named_by_their_roles() {
    let plan = plan(UPLOAD);
    assert_eq!(tried(&plan).grade, Grade::Sound, "{:#?}", tried(&plan));
    let here = json!("https://addon.demo.test/1");
    let kept = changed(&plan, "uploaded", |facts| facts.set("/body/json/url", here.clone()));
    assert_eq!(verdict(&plan, &kept), Verdict::Violated);
    let all = everybody_gets(&plan, &json!({"status": 200, "body": {"json": {}}}));
    assert_eq!(verdict(&plan, &all[..2]), Verdict::Inconclusive(Reason::ControlFailed));
}

#[test]
fn a_refusal_needs_its_control() {
    let with = plan(REFUSED);
    assert_eq!(with.flaws(), []);
    assert_eq!(with.steps[1].keep, Keep::Digest);
    assert_eq!(tried(&with).grade, Grade::Sound);
    let without = REFUSED.replace(" control: owner,", "");
    for refusal in ["refused: true", "status: 401", "status: [200, 404]"] {
        let flaws = plan(&without.replace("refused: true", refusal)).flaws();
        assert_eq!(flaws.len(), 1, "{refusal}");
    }
    let other = plan(&REFUSED.replace("name: stranger, get: /x", "name: stranger, get: /y"));
    assert_eq!(other.flaws().len(), 1);
}

#[test]
fn a_canary_shown_to_another_actor_is_a_violation() {
    let yaml = "\
kind: http
steps:
  - { name: planted, role: prepare, as: acme, post: /x, json: { a: [\"${canary}\"] } }
  - { name: own, role: control, as: acme, get: /x, expect: { shows: [acme] } }
  - { name: other, as: globex, get: /x, expect: { status: 200 } }
";
    let plan = plan(yaml);
    assert_eq!(verdict(&plan, &sound(&plan)), Verdict::Holds);
    let leak = changed(&plan, "other", |facts| facts.set("/canaries", json!([0])));
    assert_eq!(verdict(&plan, &leak), Verdict::Violated);
}

const AVAILABLE: &str = "\
kind: http
steps:
  - name: the start page
    get: /
    expect: { status: 200 }
    violated_by: { status: [500, 502, 503, 504] }
";

#[test]
fn a_failure_violates_a_claim_that_names_it() {
    let available = plan(AVAILABLE);
    assert_eq!(tried(&available).grade, Grade::Sound, "{:#?}", tried(&available));
    let given = |plan: &crate::model::plan::Plan, status: u16| {
        verdict(plan, &changed(plan, "start", |facts| facts.set("/status", json!(status))))
    };
    assert_eq!(given(&available, 503), Verdict::Violated);
    let without = AVAILABLE.replace("    violated_by: { status: [500, 502, 503, 504] }\n", "");
    let reason = Verdict::Inconclusive(Reason::ServerError);
    assert_eq!(given(&plan(&without), 503), reason);
    let named = AVAILABLE.replace("expect: { status: 200 }", "expect: { status: [200, 503] }");
    let message = "503 shows that the service failed, which supports no claim".to_owned();
    assert_eq!(mistakes(&named), [("failure-expected", message)]);
    let control = AVAILABLE.replace("    get: /\n", "    role: control\n    get: /\n");
    assert_eq!(mistakes(&control)[0].0, "misplaced-expect");
}

#[test]
fn an_error_page_is_violated_by_its_text_alone() {
    let yaml = AVAILABLE.replace("504] }", "504], text: { contains: Traceback } }");
    let page = plan(
        &yaml.replace("expect: { status: 200 }", "expect: { json: { \"\": { exists: true } } }"),
    );
    let given = |status: u16, text: &str| {
        let change = |facts: &mut crate::model::answer::facts::Facts| {
            facts.set("/status", json!(status));
            facts.set("/body/text", json!(text));
        };
        verdict(&page, &changed(&page, "start", change))
    };
    assert_eq!(given(500, "Traceback"), Verdict::Violated);
    assert_eq!(given(500, "Sorry"), Verdict::Holds);
}

#[test]
fn shown_marks_are_exactly_the_listed_ones() {
    let yaml = "\
kind: http
steps:
  - { name: planted, role: prepare, as: acme, post: /x, json: { a: [\"${canary}\"] } }
  - { name: listed, role: control, as: acme, get: /x, expect: { shows: [acme] } }
  - { name: removed, role: prepare, as: acme, delete: /x }
  - { name: no longer listed, control: listed, as: acme, get: /x, expect: { status: 200, shows: [] } }
";
    let plan = plan(yaml);
    assert_eq!(plan.flaws(), []);
    let gone = |facts: &mut crate::model::answer::facts::Facts| facts.set("/canaries", json!([]));
    let sound = changed(&plan, "no longer", gone);
    assert_eq!(verdict(&plan, &sound), Verdict::Holds);
    let still = changed(&plan, "no longer", |facts| facts.set("/canaries", json!([0])));
    assert_eq!(verdict(&plan, &still), Verdict::Violated);
    let uncontrolled = yaml.replace("control: listed, ", "");
    assert_eq!(crate::check::fixture::plan(&uncontrolled).flaws().len(), 1);
}

#[test]
fn an_expectation_that_shows_nothing_is_reported() {
    let reported = |expect: &str| {
        let yaml = format!("{{kind: http, steps: [{{name: a, get: /, expect: {{{expect}}}}}]}}");
        mistakes(&yaml)[0].clone()
    };
    let any = ("empty-expect", "any answer meets this expectation, so it shows nothing".to_owned());
    for expect in [
        "bytes: {at_least: 0}",
        "text: {starts_with: ''}",
        "title: {contains: ''}",
        "header: {via: {ends_with: ''}}",
        "json: {/a: {one_of: [true, false]}}",
        "json: {/a: {every: {is: {exists: true}}}}",
        "status: [200, 201, 204, 301, 302, 303, 400, 401, 403, 404]",
    ] {
        assert_eq!(reported(expect), any, "{expect}");
    }
    let none = ("empty-expect", "no answer can meet this expectation".to_owned());
    for expect in
        ["text: {not_contains: ''}", "bytes: {at_most: -1}", "json: {/a: {one_of: [null, a]}}"]
    {
        assert_eq!(reported(expect), none, "{expect}");
    }
}

#[test]
fn mistakes_are_reported() {
    let reported = |from: &str, to: &str| mistakes(&REFUSED.replace(from, to));
    assert_eq!(reported("control: owner", "control: ovner")[0].0, "unknown-step");
    assert_eq!(reported("name: stranger", "name: owner")[0].0, "duplicate-step");
    assert_eq!(reported("expect: { refused: true }", "expect: {}")[0].0, "empty-expect");
    assert_eq!(reported(", expect: { refused: true }", "")[0].0, "empty-expect");
    assert_eq!(reported("refused: true", "refusd: true")[0].0, "unknown-key");
    assert_eq!(reported("[200, 204]", "[]")[0].0, "wrong-value");
    assert_eq!(reported("[200, 204]", "2000")[0].0, "wrong-value");
    assert_eq!(reported("get: /x, control", "get: /x, put: /x, control")[0].0, "no-single-request");
    assert_eq!(reported("get: /x, control", "control")[0].0, "no-single-request");
    assert_eq!(reported("as: acme", "as: acmee")[0].1, "unknown actor `acmee`");
    assert_eq!(reported("refused: true", "json: { id: 1 }")[0].0, "bad-pointer");
    assert_eq!(reported("refused: true", "shows: [acme]")[0].0, "no-canary");
    assert_eq!(mistakes("{kind: http, steps: []}")[0].0, "empty-list");
}
