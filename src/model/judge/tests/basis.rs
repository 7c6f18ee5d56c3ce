//! The basis of a verdict: who observed what a check rests on.

use serde_json::{Value, json};

use super::reads;
use crate::language::period::Period;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::judge::basis::{Basis, of_plan};
use crate::model::plan::backup::names::BackupNames;
use crate::model::plan::backup::{BackupSource, FileQuery, Form, Opening};
use crate::model::plan::credential::Credential;
use crate::model::plan::expect::{Expectation, Refusal, Test, Within};
use crate::model::plan::request::{Program, Request};
use crate::model::plan::{ANYONE, Act, Capture, Plan, Role, Step, Word};

/// The basis of a plan of kind `http` with these steps.
fn basis(steps: Vec<Step>) -> Basis {
    of_plan(&Plan::new("http", steps))
}

fn probe(actor: &str) -> Step {
    reads(Role::Probe, "probe", actor)
}

/// A probe by anyone with this expectation.
fn expecting(at: &str, test: Test) -> Step {
    Step { expect: vec![Expectation::new(at, test)], ..probe(ANYONE) }
}

#[test]
fn each_basis_has_its_name_and_the_weakest_two_need_a_role() {
    let needing: Vec<Basis> = Basis::ALL.into_iter().filter(|one| one.needs_a_role()).collect();
    assert_eq!(needing, [Basis::Attested, Basis::Inherited]);
    let names = ["probed", "probed with access", "reported", "attested", "inherited"];
    assert_eq!(Basis::ALL.map(Basis::in_words), names);
}

#[test]
fn the_weakest_probe_or_control_decides() {
    let word = |word| Step { word, ..probe(ANYONE) };
    assert_eq!(basis(vec![probe(ANYONE)]), Basis::Probed);
    assert_eq!(basis(vec![probe(ANYONE), probe("acme")]), Basis::ProbedWithAccess);
    for (of, wanted) in [
        (Word::Seen, Basis::Probed),
        (Word::Reported, Basis::Reported),
        (Word::Attested, Basis::Attested),
        (Word::Inherited, Basis::Inherited),
    ] {
        assert_eq!(basis(vec![word(of), probe(ANYONE)]), wanted);
        let beside = |role| Step { role, ..word(of) };
        assert_eq!(basis(vec![beside(Role::Control), probe(ANYONE)]), wanted);
        // What only prepares the test shows nothing by itself.
        assert_eq!(basis(vec![beside(Role::Prepare), probe(ANYONE)]), Basis::Probed);
        assert_eq!(basis(vec![beside(Role::Cleanup), probe(ANYONE)]), Basis::Probed);
    }
    assert_eq!(basis(Vec::new()), Basis::Attested);
}

#[test]
fn what_anybody_can_repeat_needs_no_secret_and_no_access_to_this_machine() {
    let files = || FileQuery { path: "backups".into(), names: BackupNames::default() };
    let program = Program {
        line: vec!["true".into()],
        env: Vec::new(),
        timeout: Period::seconds(1),
        may_exit_3: false,
    };
    let open = |from| Act::Open(Opening { from, form: Form::Tar, size_max: 1 });
    for (act, wanted) in [
        (Act::Http(Request::get("/")), Basis::Probed),
        (Act::Recall(StepId(0)), Basis::Probed),
        (Act::Files(files()), Basis::ProbedWithAccess),
        (Act::Command(program), Basis::ProbedWithAccess),
        (open(BackupSource::Files(files())), Basis::ProbedWithAccess),
        (open(BackupSource::Http(Request::get("/"))), Basis::Probed),
        (Act::Http(Request::get("/?key=${secret:acme}")), Basis::ProbedWithAccess),
    ] {
        let text = format!("{act:?}");
        assert_eq!(basis(vec![Step { act, ..probe(ANYONE) }]), wanted, "{text}");
    }
}

#[test]
fn what_a_body_says_is_reported_and_what_is_observed_is_not() {
    let equals = || Test::Equals(json!("yes"));
    for (at, wanted) in [
        ("/status", Basis::Probed),
        ("/headers/x/0", Basis::Probed),
        ("/body/bytes", Basis::Probed),
        ("/body/jsonlike", Basis::Probed),
        ("/body/json", Basis::Reported),
        ("/body/json/a", Basis::Reported),
        ("/body/text", Basis::Reported),
        ("/body/title", Basis::Reported),
        ("/body/security_txt/contacts", Basis::Reported),
    ] {
        assert_eq!(basis(vec![expecting(at, equals())]), wanted, "{at}");
    }
    // One such expectation is enough.
    let mut step = probe(ANYONE);
    step.expect.push(Expectation::new("/body/json/a", equals()));
    assert_eq!(basis(vec![step.clone()]), Basis::Reported);
    // The documents of other kinds are the claim.
    assert_eq!(of_plan(&Plan::new("headers", vec![step])), Basis::Probed);
}

#[test]
fn that_there_is_a_document_is_observed_and_a_part_of_it_is_reported_unless_by_a_control() {
    let exists = |role, at| Step { role, ..expecting(at, Test::Exists(true)) };
    assert_eq!(basis(vec![exists(Role::Probe, "/body/json")]), Basis::Probed);
    assert_eq!(basis(vec![exists(Role::Probe, "/body/json/a")]), Basis::Reported);
    assert_eq!(basis(vec![exists(Role::Control, "/body/json/a")]), Basis::Probed);
    let absent = expecting("/body/json", Test::Exists(false));
    assert_eq!(basis(vec![absent]), Basis::Reported);
    let control = Step { role: Role::Control, ..expecting("/body/json/a", Test::Equals(json!(1))) };
    assert_eq!(basis(vec![control]), Basis::Reported);
}

/// A probe of `actor` with this expectation, whose control is the first step.
fn controlled(actor: &str, at: &str, test: Test) -> Step {
    let expect = vec![Expectation::new(at, test)];
    Step { expect, control: Some(StepId(0)), ..probe(actor) }
}

/// A control of `acme` that expects a value in the body.
fn says() -> Step {
    let expect = vec![Expectation::new("/body/json/a", Test::Equals(json!(1)))];
    Step { expect, ..reads(Role::Control, "control", "acme") }
}

#[test]
fn a_refusal_with_a_control_is_behaviour_and_so_is_its_control() {
    let access = Basis::ProbedWithAccess;
    let refused = || Test::Refused(Refusal::standard());
    assert_eq!(basis(vec![says(), controlled(ANYONE, "", refused())]), access);
    let status = |code: u16| controlled(ANYONE, "/status", Test::Equals(json!(code)));
    assert_eq!(basis(vec![says(), status(404)]), access);
    // What else such a step expects is not the claim.
    let mut both = status(404);
    both.expect.push(Expectation::new("/body/json/a", Test::Equals(json!(1))));
    assert_eq!(basis(vec![says(), both]), access);
    // A success is not a refusal, nor is an absence in a body, nor a refusal without a control.
    assert_eq!(basis(vec![says(), status(200)]), Basis::Reported);
    let absent = controlled(ANYONE, "/body/json/b", Test::Exists(false));
    assert_eq!(basis(vec![says(), absent]), Basis::Reported);
    let alone = Step { control: None, ..status(404) };
    assert_eq!(basis(vec![says(), alone]), Basis::Reported);
    // The control of another step does not become behaviour by that.
    let elsewhere = Step { control: Some(StepId(1)), ..status(404) };
    assert_eq!(basis(vec![says(), probe("acme"), elsewhere]), Basis::Reported);
}

#[test]
fn an_absence_is_behaviour_where_somebody_else_or_a_write_makes_the_difference() {
    let control = || reads(Role::Control, "control", "acme");
    let absent = |actor: &str| controlled(actor, "/body/json/a", Test::Exists(false));
    let access = Basis::ProbedWithAccess;
    assert_eq!(basis(vec![control(), absent(ANYONE)]), access);
    assert_eq!(basis(vec![control(), absent("acme")]), Basis::Reported);
    let other = Step { credential: Credential::None, ..absent("acme") };
    assert_eq!(basis(vec![control(), other]), access);
    // A presence is what the service says, whoever asks.
    let present = controlled(ANYONE, "/body/json/a", Test::Equals(json!(1)));
    assert_eq!(basis(vec![control(), present]), Basis::Reported);
    let step = |method| {
        let act = Act::Http(Request::to_target(method, "/notes/1"));
        Step { act, expect: Vec::new(), ..reads(Role::Prepare, "before", "acme") }
    };
    assert_eq!(basis(vec![control(), step("DELETE"), absent("acme")]), access);
    assert_eq!(basis(vec![control(), step("GET"), absent("acme")]), Basis::Reported);
    assert_eq!(basis(vec![control(), absent("acme"), step("DELETE")]), Basis::Reported);
    let bare = Step { control: None, ..absent(ANYONE) };
    assert_eq!(basis(vec![control(), step("DELETE"), bare]), Basis::Reported);
}

/// A write whose answer is captured as `note`, or a read.
fn captures(method: &str) -> Step {
    let act = Act::Http(Request::to_target(method, "/notes"));
    let capture = Capture { name: "note".into(), at: "/body/json/id".into() };
    let step = reads(Role::Prepare, "before", ANYONE);
    Step { act, captures: vec![capture], ..step }
}

#[test]
fn a_mark_or_a_captured_value_that_comes_back_is_behaviour() {
    let hole = || json!("note ${note}");
    let text = || "${note}".to_owned();
    let within = |is| Within { at: String::new(), is };
    let equal = |value: Value| Test::Equals(value);
    for (test, behaves) in [
        (equal(hole()), true),
        (equal(json!("note")), false),
        (equal(json!({"text": "${canary:acme}"})), true),
        (equal(json!("${other}")), false),
        (Test::OneOf(vec![hole(), hole()]), true),
        (Test::OneOf(vec![hole(), json!(1)]), false),
        (Test::OneOf(Vec::new()), false),
        (Test::SameSet(vec![hole()]), true),
        (Test::Contains(text()), true),
        (Test::StartsWith(text()), true),
        (Test::EndsWith(text()), true),
        (Test::Contains("note".into()), false),
        (Test::Every(Box::new(within(equal(hole())))), true),
        (Test::Every(Box::new(within(equal(json!(1))))), false),
        (Test::Some(Box::new(within(equal(hole())))), true),
        (Test::All(vec![within(equal(hole())), within(Test::Contains(text()))]), true),
        (Test::All(vec![within(equal(hole())), within(equal(json!(1)))]), false),
        (Test::All(Vec::new()), false),
        (Test::ShowsCanary(CanaryId(0)), true),
        (Test::ShowsExactly(vec![CanaryId(0)]), true),
        (Test::AtLeast(1.0), false),
    ] {
        let wanted = if behaves { Basis::Probed } else { Basis::Reported };
        let step = expecting("/body/json/a", test.clone());
        assert_eq!(basis(vec![captures("POST"), step.clone()]), wanted, "{test:?}");
    }
    // What a read returned is what the service says.
    let step = expecting("/body/json/a", Test::Contains(text()));
    assert_eq!(basis(vec![captures("GET"), step]), Basis::Reported);
}

#[test]
fn a_value_that_a_later_step_has_in_its_address_is_used() {
    let exists = |at: &str| {
        let capture = Capture { name: "note".into(), at: "/body/json/id".into() };
        Step { captures: vec![capture], ..expecting(at, Test::Exists(true)) }
    };
    let later = |path: &str| Step { act: Act::Http(Request::get(path)), ..probe(ANYONE) };
    let id = || exists("/body/json/id");
    assert_eq!(basis(vec![id(), later("/notes/${note}")]), Basis::Probed);
    assert_eq!(basis(vec![id(), later("/notes/1"), later("/notes/${note}?a")]), Basis::Probed);
    assert_eq!(basis(vec![id(), later("/notes/1")]), Basis::Reported);
    assert_eq!(basis(vec![id(), later("/notes?id=${note}")]), Basis::Reported);
    assert_eq!(basis(vec![id(), later("/notes/${other}")]), Basis::Reported);
    assert_eq!(basis(vec![later("/notes/${note}"), id()]), Basis::Reported);
    assert_eq!(basis(vec![exists("/body/json/other"), later("/notes/${note}")]), Basis::Reported);
    // Its own address is not a later one.
    let own = Step { act: Act::Http(Request::get("/notes/${note}")), ..id() };
    assert_eq!(basis(vec![own]), Basis::Reported);
    // The step that received the answer captures it.
    let first = Step { expect: Vec::new(), ..id() };
    let recalls = Step {
        act: Act::Recall(StepId(0)),
        captures: Vec::new(),
        ..expecting("/body/json/id", Test::Exists(true))
    };
    assert_eq!(basis(vec![first.clone(), recalls.clone(), later("/notes/${note}")]), Basis::Probed);
    assert_eq!(basis(vec![first, recalls]), Basis::Reported);
}
