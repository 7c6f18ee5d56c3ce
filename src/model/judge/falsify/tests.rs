//! Which answers a check must notice, on random plans and transcripts.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::judge::judge;
use crate::model::plan::expect::{Expectation, Refusal, Test, TestOutcome};
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Step};

fn expectation() -> impl Strategy<Value = Expectation> {
    let tests = vec![
        Expectation::new("/status", Test::Equals(json!(200))),
        Expectation::new("/status", Test::OneOf(vec![json!(200), json!(404)])),
        Expectation::new("", Test::Refused(Refusal::standard())),
        Expectation::new("/body/json", Test::Exists(true)),
        Expectation::new("/body/json/a", Test::Exists(true)),
        Expectation::new("/body/json/a/b", Test::Equals(json!(1))),
        Expectation::new("/body/json/a/c", Test::Exists(false)),
        Expectation::new("/body/json/d", Test::Exists(false)),
        Expectation::new("/body/json/l", Test::SameSet(Vec::new())),
        Expectation::new("/body/json/l", Test::NotContains("x".into())),
        Expectation::new("/body/json/error", Test::Exists(true)),
        Expectation::new("/body/text", Test::NotContains("password".into())),
        Expectation::new("/body/bytes", Test::AtLeast(1.0)),
        Expectation::new("/headers/x/0", Test::Contains("y".into())),
        Expectation::new("/headers/z", Test::Exists(false)),
    ];
    prop::sample::select(tests)
}

fn step() -> impl Strategy<Value = Step> {
    let role = prop::sample::select(vec![Role::Prepare, Role::Control, Role::Probe, Role::Probe]);
    let actor = prop::sample::select(vec!["acme", ANYONE]);
    let expect = prop::collection::vec(expectation(), 1..6);
    let act = prop::option::weighted(0.3, (0_usize..4).prop_map(StepId));
    let control = prop::option::weighted(0.7, (0_usize..4).prop_map(StepId));
    (role, actor, expect, act, control).prop_map(|(role, actor, expect, recall, control)| {
        let act = recall.map_or(Act::Http(Request::get("/")), Act::Recall);
        Step { expect, control, ..Step::new(role, "", actor, act) }
    })
}

fn answer() -> impl Strategy<Value = Facts> {
    let bodies = vec![
        json!({"bytes": 20, "json": {"a": {"b": 1}, "l": []}}),
        json!({"bytes": 20, "json": {"a": {"b": 1, "c": 2}, "l": ["x"], "d": 3}}),
        json!({"bytes": 2, "json": {}}),
        json!({"bytes": 9, "text": "Hello you"}),
        json!({"bytes": 0}),
    ];
    let status = prop::sample::select(vec![200_u16, 200, 200, 401, 404, 503]);
    (status, prop::sample::select(bodies)).prop_map(|(status, body)| {
        Facts(json!({"status": status, "headers": {"x": ["y"]}, "body": body, "canaries": []}))
    })
}

fn observed(facts: &Facts) -> Observation {
    Observation::new(jiff::Timestamp::UNIX_EPOCH, Answer::Facts(facts.clone()))
}

/// A plan of these steps, without the expectations that their answers do not meet.
fn plan_of(steps: Vec<Step>, answers: &[Facts]) -> Plan {
    let named = steps.into_iter().enumerate().map(|(at, step)| {
        // What recalls itself or a later step recalls nothing.
        let act = match step.act {
            Act::Recall(earlier) if earlier.0 >= at => Act::Http(Request::get("/")),
            act => act,
        };
        let answer = if let Act::Recall(earlier) = act { earlier.0 } else { at };
        let met = |one: &Expectation| negations::outcome(one, &answers[answer]) == TestOutcome::Met;
        let expect = step.expect.iter().filter(|one| met(one)).cloned().collect();
        Step { name: format!("step {at}"), act, expect, ..step }
    });
    Plan::new("", named.collect())
}

fn verdict(plan: &Plan, observations: &[Observation]) -> Verdict {
    judge(&View::new(plan, observations)).verdict
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 50_000, ..ProptestConfig::with_cases(100) })]

    /// A check that is fit to be evidence, in doubt because one of its premises failed, is not made to
    /// hold by a decoy in another place.
    #[test]
    fn a_decoy_never_turns_inconclusive_into_holds(
        steps in prop::collection::vec((step(), answer()), 2..5),
        failed in 0_usize..4,
        status in prop::sample::select(vec![None, Some(404_u16), Some(503)]),
    ) {
        let (steps, answers): (Vec<Step>, Vec<Facts>) = steps.into_iter().unzip();
        let plan = plan_of(steps, &answers);
        let sound: Vec<Observation> = answers.iter().map(observed).collect();
        prop_assume!(verdict(&plan, &sound) == Verdict::Holds);
        let tried = falsify(&plan, &sound);
        prop_assume!(tried.grade == Grade::Sound);
        let mut faulty = sound.clone();
        prop_assume!(failed < faulty.len());
        faulty[failed].answer = match status {
            None => ProbeError::new(Reason::Timeout, "").into(),
            Some(status) => {
                let mut facts = answers[failed].clone();
                facts.set("/status", json!(status));
                Answer::Facts(facts)
            }
        };
        let inconclusive = matches!(verdict(&plan, &faulty), Verdict::Inconclusive(_));
        let view = View::new(&plan, &sound);
        for replacement in decoys::of_plan(&plan, &view) {
            let Replacement { step, answer, also, when, .. } = replacement;
            let decoys: Vec<_> = [(step, answer)].into_iter().chain(also).collect();
            let decoyed = |into: &[Observation]| {
                let mut all = into.to_vec();
                for (step, facts) in &decoys {
                    all[step.0].answer = Answer::Facts(facts.clone());
                }
                verdict(&plan, &all)
            };
            prop_assert_ne!(decoyed(&sound), Verdict::Holds, "{}", when);
            if inconclusive && decoys.iter().all(|(step, _)| step.0 != failed) {
                prop_assert_ne!(decoyed(&faulty), Verdict::Holds, "{}", when);
            }
        }
    }

    #[test]
    fn noise_that_no_expectation_reads_never_turns_holds_into_violated(
        steps in prop::collection::vec((step(), answer()), 1..4),
        noise in prop::sample::select(vec![
            ("/headers/x-noise", json!(["1"])),
            ("/headers/date", json!(["Thu, 01 Jan 1970 00:00:30 GMT"])),
            ("/body/json/noise", json!({"b": 1})),
            ("/body/sha256", json!("another")),
            ("/redirects", json!([])),
        ]),
    ) {
        let (steps, answers): (Vec<Step>, Vec<Facts>) = steps.into_iter().unzip();
        let plan = plan_of(steps, &answers);
        let sound: Vec<Observation> = answers.iter().map(observed).collect();
        prop_assume!(verdict(&plan, &sound) == Verdict::Holds);
        let (at, value): (&str, Value) = noise;
        for (index, facts) in answers.iter().enumerate() {
            if at.starts_with("/body/json") && facts.at("/body/json").is_none() {
                continue;
            }
            let mut noisy = sound.clone();
            let mut facts = facts.clone();
            facts.set(at, value.clone());
            noisy[index].answer = Answer::Facts(facts);
            prop_assert_eq!(verdict(&plan, &noisy), Verdict::Holds, "{} in {}", at, index);
        }
    }
}

/// A claim about one page, and the answer to it.
fn weak(control: Vec<Expectation>, probe: Vec<Expectation>, facts: Value) -> Falsification {
    let mut owner = Step::http(Role::Control, "owner", "acme", Request::get("/"));
    owner.expect = control;
    let mut again = Step::new(Role::Probe, "again", "acme", Act::Recall(StepId(0)));
    (again.expect, again.control) = (probe, Some(StepId(0)));
    let plan = Plan::new("http", vec![owner, again]);
    let observations = [observed(&Facts(facts)), observed(&Facts(json!({})))];
    assert_eq!(verdict(&plan, &observations), Verdict::Holds);
    falsify(&plan, &observations)
}

fn status() -> Expectation {
    Expectation::new("/status", Test::Equals(json!(200)))
}

fn json_at(at: &str, test: Test) -> Expectation {
    Expectation::new(format!("/body/json{at}"), test)
}

fn missed(tried: &Falsification) -> Vec<&TriedCounterexample> {
    tried.rows.iter().filter(|row| !row.noticed).collect()
}

#[test]
fn an_absence_counts_only_where_its_parent_was_shown() {
    let facts =
        || json!({"status": 200, "body": {"bytes": 9, "json": {"id": 1, "user": {"name": "a"}}}});
    let absent = || vec![json_at("/user/email", Test::Exists(false))];
    let bare = weak(vec![status()], absent(), facts());
    assert_eq!(bare.grade, Grade::Weak);
    let exists = |at| json_at(at, Test::Exists(true));
    let beside = weak(vec![status(), exists("/id")], absent(), facts());
    assert_eq!(beside.grade, Grade::Weak);
    let [row] = missed(&beside)[..] else { panic!("{:#?}", missed(&beside)) };
    assert_eq!(row.when, "the answer to “owner” has no `/user`");
    let remedy = "add `json: {/user: {exists: true}}` to “owner”";
    assert_eq!(row.remedy.as_deref(), Some(remedy));
    let shown = weak(vec![status(), exists("/user")], absent(), facts());
    assert_eq!(shown.grade, Grade::Sound, "{:#?}", missed(&shown));
}

#[test]
fn an_absence_in_a_text_needs_a_control_that_knows_the_page() {
    let facts =
        || json!({"status": 200, "body": {"bytes": 9, "text": "Orders", "title": "Orders"}});
    let absent = || vec![Expectation::new("/body/text", Test::NotContains("password".into()))];
    let bare = weak(vec![status()], absent(), facts());
    let row = missed(&bare)[0];
    let remedy = row.remedy.as_deref().unwrap();
    assert!(remedy.contains("`title: {contains: \"Orders\"}`"), "{remedy}");
    let title = Expectation::new("/body/title", Test::Contains("Orders".into()));
    let shown = weak(vec![status(), title], absent(), facts());
    assert_eq!(shown.grade, Grade::Sound, "{:#?}", missed(&shown));
}

#[test]
fn an_expectation_that_an_empty_answer_meets_is_weak() {
    let facts = || json!({"status": 200, "body": {"bytes": 9, "json": {"price": 3}}});
    for (test, is_weak) in [
        (json_at("", Test::Exists(true)), true),
        (Expectation::new("/body/bytes", Test::AtLeast(1.0)), true),
        (json_at("/price", Test::Exists(true)), false),
        (json_at("/price", Test::AtMost(3.0)), false),
    ] {
        let tried = weak(vec![status()], vec![test.clone()], facts());
        assert_eq!(tried.grade != Grade::Sound, is_weak, "{test:?}: {:#?}", missed(&tried));
    }
}

#[test]
fn the_absence_of_a_header_field_needs_an_answer_and_no_more() {
    let facts = json!({"status": 200, "headers": {}, "body": {"bytes": 9, "text": "Orders"}});
    let absent = Expectation::new("/headers/x-powered-by", Test::Exists(false));
    let tried = weak(vec![status()], vec![absent], facts);
    assert_eq!(tried.grade, Grade::Sound, "{:#?}", missed(&tried));
}

#[test]
fn a_negation_is_an_answer_that_can_occur() {
    let mut step = Step::http(Role::Probe, "read", ANYONE, Request::get("/"));
    step.expect = vec![
        status(),
        Expectation::new("/body/bytes", Test::Equals(json!(69))),
        json_at("/on", Test::Equals(json!(true))),
        json_at("/seconds", Test::AtMost(60.0)),
    ];
    let plan = Plan::new("http", vec![step]);
    let set = standard(&plan).flat_map(|one| one.edits).filter_map(|edit| match edit {
        crate::model::plan::counterexample::Edit::Set { at, value, .. } => Some((at, value)),
        _ => None,
    });
    let set: Vec<(String, Value)> = set.take(5).collect();
    let wanted = [
        ("/status", json!(404)),
        ("/body/bytes", json!(70)),
        ("/body/truncated", json!(false)),
        ("/body/json/on", json!(false)),
        ("/body/json/seconds", json!(61)),
    ];
    assert_eq!(set, wanted.map(|(at, value)| (at.to_owned(), value)));
}

#[test]
fn each_class_requires_its_verdict() {
    let unknown = Verdict::Inconclusive(Reason::Timeout);
    let all = [Verdict::Holds, unknown, Verdict::Violated];
    for (class, noticed) in [
        (Class::Negation, [false, false, true]),
        (Class::Fault, [false, true, false]),
        (Class::Decoy, [false, true, true]),
        (Class::Benign, [true, false, false]),
    ] {
        assert_eq!(all.map(|verdict| is_noticed(class, verdict)), noticed, "{class:?}");
    }
}

#[test]
fn the_grade_is_the_worst_flaw_of_a_plan_or_of_its_tries() {
    let row = |class, noticed| TriedCounterexample {
        class,
        when: String::new(),
        verdict: Verdict::Holds,
        noticed,
        remedy: None,
    };
    let negated = || row(Class::Negation, true);
    let http = |role, name: &str, code: u16| {
        let step = Step::http(role, name, ANYONE, Request::get("/"));
        Step { expect: vec![Expectation::new("/status", Test::Equals(json!(code)))], ..step }
    };
    let plain = || Plan::new("http", vec![http(Role::Probe, "probe", 200)]);
    for (rows, wanted) in [
        (vec![], Grade::Vacuous),
        (vec![negated()], Grade::Sound),
        (vec![row(Class::Negation, false)], Grade::Vacuous),
        (vec![row(Class::Fault, true)], Grade::Vacuous),
        (vec![row(Class::Negation, false), negated()], Grade::Weak),
        (vec![negated(), row(Class::Decoy, false)], Grade::Weak),
        (vec![negated(), row(Class::Decoy, true)], Grade::Sound),
    ] {
        assert_eq!(grade(&plain(), &rows), wanted, "{rows:?}");
    }
    let with = |plan: &Plan| grade(plan, &[negated()]);
    let uncontrolled = Plan::new("http", vec![http(Role::Probe, "probe", 404)]);
    assert_eq!(with(&uncontrolled), Grade::Uncontrolled);
    assert_eq!(grade(&uncontrolled, &[]), Grade::Vacuous);
    // One answer meets the probe and its control.
    let owner = Step { actor: "acme".into(), ..http(Role::Control, "owner", 404) };
    let probe = Step { control: Some(StepId(0)), ..http(Role::Probe, "probe", 404) };
    assert_eq!(with(&Plan::new("http", vec![owner, probe])), Grade::Weak);
    let program = |line: &str| crate::model::plan::request::Program {
        line: vec![line.into()],
        env: Vec::new(),
        timeout: crate::language::period::Period::seconds(1),
        may_exit_3: false,
    };
    for line in ["true", "checks/backup"] {
        let step = Step { act: Act::Command(program(line)), ..http(Role::Probe, "probe", 200) };
        assert_eq!(with(&Plan::new("command", vec![step])), Grade::Vacuous, "{line}");
    }
    // A plan that expects nothing has no negation that it could notice.
    assert_eq!(with(&Plan::new("http", Vec::new())), Grade::Sound);
}

#[test]
fn expectations_of_probes_that_every_negation_meets_are_listed() {
    let mut step = Step::http(Role::Probe, "probe", ANYONE, Request::get("/"));
    step.expect = vec![
        status(),
        // A length is never negative.
        Expectation::new("/body/bytes", Test::AtLeast(0.0)),
        Expectation::new("/headers/x/0", Test::Equals(json!("y"))),
    ];
    let mut control = Step::http(Role::Control, "control", "acme", Request::get("/"));
    control.expect = vec![Expectation::new("/body/bytes", Test::AtLeast(0.0))];
    let plan = Plan::new("http", vec![control, step]);
    let facts = Facts(json!({"status": 200, "headers": {"x": ["y"]}, "body": {"bytes": 9}}));
    let tried = falsify(&plan, &[observed(&facts), observed(&facts)]);
    assert_eq!(tried.untouched, [(StepId(1), 1)]);
}
