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

#[test]
fn only_a_request_that_reads_is_repeated_and_has_further_pages() {
    let with = |setting: &str, of: &str| mistakes(&LOG.replace(of, &format!("{of}, {setting}")));
    let log = LOG.replace("    get: /log\n", "    get: /log\n    repeat: 2\n    next: /more\n");
    let plan = plan(&log);
    assert_eq!((plan.steps[1].repeat, plan.steps[2].repeat), (2, 1));
    assert_eq!(plan.steps[1].next.as_ref().unwrap().at, "/body/json/more");
    let looks = plan.looks();
    // The list is read for the probe that tests it again; the entry is created once.
    assert_eq!(looks.iter().map(|one| one.requests(3)).collect::<Vec<_>>(), [1, 6, 0]);
    assert!(looks[1].pages && !looks[0].pages);
    for setting in ["repeat: 2", "next: /more"] {
        let found = with(setting, "post: /log");
        assert_eq!(found.len(), 1, "{setting}: {found:?}");
    }
    for line in ["repeat: 2", "next: /more"] {
        let log = LOG.replace("    again: found\n", &format!("    again: found\n    {line}\n"));
        assert_eq!(mistakes(&log).len(), 1, "{line}");
    }
    for line in ["repeat: 0", "repeat: 21", "next: more", "next_parameter: page"] {
        let log = LOG.replace("    get: /log\n", &format!("    get: /log\n    {line}\n"));
        assert_eq!(mistakes(&log).len(), 1, "{line}");
    }
}
