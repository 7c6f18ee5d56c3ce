//! What checks of the kind `http` notice, and which mistakes are reported.

use serde_json::json;

use crate::check::fixture::{
    changed, everybody_gets, mistakes, plan, plan_in, project, sound, tried, verdict,
};
use crate::model::answer::error::ProbeError;
use crate::model::answer::observation::{Answer, Observation};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::basis::{Basis, of_plan};
use crate::model::judge::falsify::Grade;
use crate::model::plan::flaw::Flaw;
use crate::model::plan::{Keep, Plan, Word, overlap};

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
    expect: { status: 200, title: { contains: Start } }
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
    let named = AVAILABLE.replace("status: 200", "status: [200, 503]");
    let message = "503 shows that the service failed, which supports no claim".to_owned();
    assert_eq!(mistakes(&named), [("failure-expected", message)]);
    let control = AVAILABLE.replace("    get: /\n", "    role: control\n    get: /\n");
    assert_eq!(mistakes(&control)[0].0, "misplaced-expect");
}

#[test]
fn an_error_page_is_violated_by_its_text_alone() {
    let yaml = AVAILABLE.replace("504] }", "504], text: { contains: Traceback } }");
    let page = plan(&yaml.replace(
        "expect: { status: 200, title: { contains: Start } }",
        "expect: { json: { \"\": { exists: true } } }",
    ));
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

const DELETED: &str = "\
kind: http
steps:
  - { name: made, role: prepare, as: acme, post: /notes, json: { text: draft } }
  - { name: deleted, role: prepare, as: acme, delete: /notes/draft }
  - { name: listed, role: control, as: acme, get: /notes, expect: { status: 200, json: { /notes: { exists: true } } } }
  - { name: gone, again: listed, expect: { json: { /notes: { not_contains: draft } } } }
";

fn deleted(plan: &Plan, part: &str, status: u16) -> Vec<Observation> {
    let mut all = changed(plan, "listed", |facts| facts.set("/body/json/notes", json!(["other"])));
    for (step, observation) in plan.steps.iter().zip(&mut all) {
        if let Answer::Facts(facts) = &mut observation.answer
            && step.name.contains(part)
        {
            facts.set("/status", json!(status));
        }
    }
    all
}

#[test]
fn a_premise_that_is_not_met_makes_later_probes_inconclusive() {
    let plan = plan(DELETED);
    assert_eq!(verdict(&plan, &deleted(&plan, "made", 201)), Verdict::Holds);
    for (part, status, reason) in [
        ("made", 503, Reason::ServerError),
        ("deleted", 503, Reason::ServerError),
        ("deleted", 404, Reason::ControlFailed),
        ("made", 302, Reason::ControlFailed),
        ("deleted", 429, Reason::RateLimited),
    ] {
        let judged = verdict(&plan, &deleted(&plan, part, status));
        assert_eq!(judged, Verdict::Inconclusive(reason), "{part}: {status}");
    }
    let mut unanswered = deleted(&plan, "made", 201);
    unanswered[1].answer = ProbeError::new(Reason::Timeout, "").into();
    assert_eq!(verdict(&plan, &unanswered), Verdict::Inconclusive(Reason::Timeout));
}

#[test]
fn a_violation_and_a_leak_remain_violations_whatever_else_failed() {
    let plan = plan(DELETED);
    let mut listed = deleted(&plan, "made", 503);
    let Answer::Facts(facts) = &mut listed[2].answer else { panic!("no answer") };
    facts.set("/body/json/notes", json!(["draft"]));
    assert_eq!(verdict(&plan, &listed), Verdict::Violated);
}

#[test]
fn an_optional_step_and_a_clean_up_change_nothing() {
    let optional =
        DELETED.replace("name: made, role: prepare", "name: made, optional: true, role: prepare");
    let optional = plan(&optional);
    assert_eq!(verdict(&optional, &deleted(&optional, "made", 503)), Verdict::Holds);
    assert!(optional.leaves_open.contains("The result does not depend on “made”."));
    let cleanup =
        DELETED.to_owned() + "  - { name: tidy, role: cleanup, as: acme, delete: /notes/x }\n";
    let cleanup = plan(&cleanup);
    assert_eq!(verdict(&cleanup, &deleted(&cleanup, "tidy", 503)), Verdict::Holds);
}

#[test]
fn only_a_premise_can_be_optional_and_only_a_reported_refusal_closed() {
    let reported = |yaml: &str| mistakes(yaml)[0].clone();
    let probe = DELETED.replace("name: gone,", "name: gone, optional: true,");
    assert_eq!(reported(&probe).1, "a step of role `probe` cannot be optional");
    let control = DELETED.replace("name: listed,", "name: listed, optional: true,");
    let control = control.replace("again: listed,", "again: listed, control: listed,");
    assert_eq!(reported(&control).1, "`listed` is optional, so it cannot be a control");
    let closed = "{kind: http, steps: [{name: closed to all, post: /register, closed: true, expect: {refused: true}}]}";
    assert_eq!(reported(closed).0, "misplaced-setting");
    let reported = plan(&closed.replace("kind: http", "kind: http, word: reported"));
    assert_eq!(reported.flaws(), []);
    assert!(reported.leaves_open.contains("“closed to all”"), "{}", reported.leaves_open);
    assert_eq!(tried(&reported).grade, Grade::Sound, "{:#?}", tried(&reported));
}

#[test]
fn a_control_must_be_able_to_fail_where_its_probe_must_be_refused() {
    let overlaps = |control: &str, probe: &str| {
        let yaml = REFUSED.replace("{ status: [200, 204] }", control);
        overlap::flaws(&plan(&yaml.replace("{ refused: true }", probe)))
    };
    for (control, probe) in [
        ("{ status: [200, 403] }", "{ refused: true }"),
        ("{ status: [200, 404] }", "{ refused: true, or_not_found: true }"),
        ("{ status: [200, 404] }", "{ status: 404 }"),
        ("{ status: 200 }", "{ status: [200, 401] }"),
        ("{ status: { at_least: 200 } }", "{ refused: true }"),
        ("{ bytes: { at_least: 1 } }", "{ refused: true }"),
        ("{ json: { \"\": { exists: true } } }", "{ refused: true }"),
        ("{ header: { server: { if_there: { contains: x } } } }", "{ refused: true }"),
        ("{ status: 200 }", "{ status: 200, json: { /code: FORBIDDEN } }"),
    ] {
        // What the settings do not accept cannot overlap.
        let yaml = REFUSED.replace("{ status: [200, 204] }", control);
        let yaml = yaml.replace("{ refused: true }", probe);
        let Ok(planned) = plan_in(&project(), &yaml) else { continue };
        let flaws = overlap::flaws(&planned);
        assert!(matches!(flaws[..], [Flaw::Overlap { .. }]), "{control} {probe}: {flaws:?}");
    }
    for (control, probe) in [
        ("{ status: 200 }", "{ refused: true }"),
        ("{ status: 200, json: { /orders: { exists: true } } }", "{ status: 403 }"),
        ("{ json: { /orders: { exists: true } } }", "{ refused: true }"),
        ("{ text: { contains: Orders } }", "{ refused: true }"),
        (
            "{ status: 200, json: { /data/me: { exists: true } } }",
            "{ status: 200, json: { /errors: { exists: true } } }",
        ),
        ("{ status: 200 }", "{ status: 200 }"),
    ] {
        assert_eq!(overlaps(control, probe), [], "{control} {probe}");
    }
}

#[test]
fn the_owner_answered_as_the_stranger_was_is_inconclusive() {
    let plan = plan(REFUSED);
    let tried = tried(&plan);
    let when = "“owner” gets the answer that “stranger” gets";
    assert!(tried.rows.iter().any(|row| row.when == when && row.noticed), "{tried:#?}");
}

fn basis(steps: &str) -> Basis {
    of_plan(&plan(&format!("kind: http\nsteps:\n{steps}")))
}

#[test]
fn what_a_service_says_of_itself_is_reported() {
    for expect in [
        "json: { /encrypted_at_rest: true }",
        "json: { /backups: { every: { at: /encrypted, is: true } } }",
        "json: { /encrypted_at_rest: { exists: true } }",
        "text: { contains: encrypted at rest }",
        "title: { contains: Encrypted }",
        "status: 200, json: { /region: { one_of: [eu, us] } }",
    ] {
        let steps = format!("  - {{ name: a, get: /status, expect: {{ {expect} }} }}\n");
        assert_eq!(basis(&steps), Basis::Reported, "{expect}");
    }
    // Nor does it help to say it in a control, or twice.
    assert_eq!(
        basis(
            "  - { name: a, role: control, get: /s, expect: { json: { /encrypted: true } } }\n  \
             - { name: b, again: a, expect: { status: 200 } }\n"
        ),
        Basis::Reported
    );
    assert_eq!(
        basis(
            "  - { name: a, role: prepare, get: /s, capture: { e: /encrypted } }\n  \
             - { name: b, get: /s, expect: { json: { /encrypted: \"${e}\" } } }\n"
        ),
        Basis::Reported
    );
}

#[test]
fn an_absence_in_ones_own_control_or_a_value_that_can_be_ignored_is_reported() {
    for steps in [
        "  - { name: a, role: control, get: /s, expect: { status: 200 } }\n  \
         - { name: b, again: a, expect: { json: { /encrypted: { not_one_of: [false] } } } }\n",
        "  - { name: a, get: /s, expect: { json: { /region: eu } }, capture: { r: /region } }\n  \
         - { name: b, get: \"/page?r=${r}\", expect: { status: 200 } }\n",
        "  - { name: a, get: /s, expect: { json: { /region: eu } }, capture: { r: /region } }\n  \
         - { name: b, role: prepare, post: /page, json: { r: \"${r}\" }, expect: { status: 200 } }\n",
    ] {
        assert_eq!(basis(steps), Basis::Reported, "{steps}");
    }
}

#[test]
fn what_is_observed_or_shows_behaviour_is_probed() {
    for expect in
        ["status: 200", "header: { x-frame-options: DENY }", "json: { '': { exists: true } }"]
    {
        let steps = format!("  - {{ name: a, get: /status, expect: {{ {expect} }} }}\n");
        assert_eq!(basis(&steps), Basis::Probed, "{expect}");
    }
    let refused = REFUSED.replace("status: [200, 204]", "status: 200, json: { /name: Acme }");
    for yaml in [REFUSED, &refused, UPLOAD] {
        assert_eq!(of_plan(&plan(yaml)), Basis::ProbedWithAccess, "{yaml}");
    }
    let written = "  - { name: a, role: prepare, as: acme, post: /notes, json: { a: b }, capture: { id: /id } }\n";
    let comes_back = |more: &str| {
        format!(
            "{written}  - {{ name: b, as: acme, get: /notes, expect: {{ json: {{ /notes: {{ some: \
             {{ at: /id, is: \"${{id}}\" }} }}{more} }} }} }}\n"
        )
    };
    assert_eq!(basis(&comes_back("")), Basis::ProbedWithAccess);
    assert_eq!(basis(&comes_back(", /encrypted: true")), Basis::Reported);
}
