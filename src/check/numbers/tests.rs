//! Claims with numbers, and checks with limits.

use std::sync::Arc;

use crate::check::fixture::{claim, node, project};
use crate::check::{Seeds, plans};
use crate::model::project::Project;
use crate::model::project::claim::{Check, Claim};
use crate::model::source::Place;
use crate::model::source::decode::{Spanned, decode};
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

const BACKUP: &str = "{kind: backup-age, as: operator, get: /b, at: /t, max_age: 24h}";

/// A claim with these words, written so in its policy, and these checks.
fn claim_of(words: &str, checks: &[&str]) -> Claim {
    let mut claim = claim();
    claim.passages[0].words = crate::language::words::normalise(&words.replace('*', ""));
    let file: Arc<str> = "content/a.md".into();
    claim.passages[0].place = Place::new(file, 0..words.len());
    claim.checks = checks.iter().map(|yaml| check_of(&node(yaml))).collect();
    claim
}

fn check_of(node: &Node) -> Check {
    let states = node.get("states");
    let kind = node.get("kind").unwrap();
    Check {
        kind: Spanned { value: kind.as_str().unwrap().into(), span: kind.span.clone() },
        states: states.and_then(|one| decode(one, "", &mut Report::new())).unwrap_or_default(),
        settings: node.without("kind").without("states"),
    }
}

fn wrong(project: &Project) -> Vec<Diagnostic> {
    let (plans, wrong) = plans(project, &Seeds::default());
    assert_eq!(wrong, []);
    crate::check::numbers::check(project, &plans)
}

fn diagnostics(words: &str, checks: &[&str]) -> Vec<Diagnostic> {
    let mut project = project();
    project.sources.insert("content/a.md", words);
    project.claims = vec![claim_of(words, checks)];
    wrong(&project)
}

/// Each diagnostic: `code: message @ the words underlined`.
fn reported(words: &str, checks: &[&str]) -> Vec<String> {
    let line = |one: Diagnostic| {
        let place = one.place.unwrap();
        let shown = if &*place.file == "content/a.md" { &words[place.span()] } else { "yaml" };
        format!("{}: {} @ {shown}", one.code, one.message)
    };
    diagnostics(words, checks).into_iter().map(line).collect()
}

#[test]
fn another_number_than_the_checks_names_both_places() {
    let words = "Data is at most\n**72** hours old.";
    assert_eq!(
        reported(words, &[BACKUP]),
        [
            "number-mismatch: the text says `72 hours`, but the check's limit `max_age` is `24 hours` @ 72** hours"
        ]
    );
    let one = &diagnostics(words, &[BACKUP])[0];
    assert_eq!(
        one.help.as_deref(),
        Some("write `24 hours` here, or change the check's limit if `72 hours` is right")
    );
    let (place, label) = &one.related[0];
    assert_eq!(
        (&*place.file, label.as_str()),
        ("checks/claim.yaml", "the check's limit: at most 24 hours")
    );
    let settings = node(BACKUP);
    assert_eq!(place.span(), settings.get("max_age").unwrap().span);
}

#[test]
fn a_number_that_changed_next_to_one_that_did_not_has_both_places_too() {
    let words = "Backed up every day, so at most 72 hours can be lost.";
    assert_eq!(
        reported(words, &[BACKUP]),
        [
            "number-mismatch: the text says `72 hours`, but the check's limit `max_age` is `24 hours` @ 72 hours"
        ]
    );
}

#[test]
fn equal_amounts_are_the_same_however_they_are_written() {
    for words in [
        "at most 24 hours",
        "at most twenty-four hours",
        "within one day",
        "backed up daily",
        "backed up every day, so at most 24 hours are lost",
        "once a day",
    ] {
        assert_eq!(reported(words, &[BACKUP]), Vec::<String>::new(), "{words}");
    }
    for words in ["at most 23 hours", "twice a day", "every week", "within 24 minutes", "monthly"] {
        assert!(reported(words, &[BACKUP])[0].starts_with("number-mismatch: "), "{words}");
    }
}

#[test]
fn thirty_days_are_no_month() {
    let check = BACKUP.replace("24h", "30d");
    assert_eq!(reported("for 30 days", &[&check]), Vec::<String>::new());
    assert!(reported("for 1 month", &[&check])[0].starts_with("number-mismatch: "));
}

#[test]
fn a_number_that_nothing_measures_is_reported() {
    assert_eq!(
        reported("Data is backed up daily, in 3 regions.", &[BACKUP]),
        ["number-without-check: the text says `3`, but no check of this claim measures it @ 3"]
    );
}

#[test]
fn a_limit_that_is_not_in_the_words_is_reported_unless_the_check_states_it() {
    assert_eq!(
        reported("Data is backed up.", &[BACKUP]),
        [
            "number-without-words: the check's limit `max_age` is `24 hours`, but the text does not mention it @ Data is backed up."
        ]
    );
    let stated = BACKUP.replace("24h", "24h, states: [max_age]");
    assert_eq!(reported("Data is backed up.", &[&stated]), Vec::<String>::new());
}

#[test]
fn an_unused_name_after_states_is_reported() {
    let stated = |name: &str| BACKUP.replace("24h", &format!("24h, states: [{name}]"));
    assert_eq!(
        reported("Backed up daily.", &[&stated("max_age")]),
        ["needless-states: the text already mentions the limit `max_age` @ yaml"]
    );
    let unknown = diagnostics("Backed up daily.", &[&stated("max_ages")]);
    assert_eq!(unknown[0].message, "this check has no limit `max_ages`");
    assert_eq!(unknown[0].help.as_deref(), Some("did you mean `max_age`?"));
}

#[test]
fn versions_and_seconds_are_bound_too() {
    let tls = "{kind: tls, minimum: TLS 1.2}";
    let hsts = "{kind: headers, get: /, headers: {strict-transport-security: {directives: {max-age: {at_least: 31536000}}}}}";
    let both = [tls, hsts];
    assert_eq!(
        reported("TLS 1.2 or newer, and HSTS for a year: for a year.", &both),
        Vec::<String>::new()
    );
    assert_eq!(reported("TLS 1.2 or newer, for 365 days.", &both), Vec::<String>::new());
    assert_eq!(reported("TLS 1.2 or 1.3, for 365 days.", &both), Vec::<String>::new());
    assert_eq!(reported("TLS 1.1 or 1.2, for 365 days.", &both).len(), 1);
    assert_eq!(
        reported("TLS 1.3 or newer, for 365 days.", &both),
        [
            "number-mismatch: the text says `TLS 1.3`, but the check's limit `minimum` is `TLS 1.2` @ TLS 1.3"
        ]
    );
}

#[test]
fn a_value_that_a_check_names_binds_a_number_and_need_not_be_said() {
    let http = "{kind: http, steps: [{name: a, role: control, as: acme, get: /config, expect: {status: 200}}, {name: b, again: a, expect: {json: {/regions: {equals: 3}, /note: {contains: 5 copies}}}}]}";
    assert_eq!(reported("Kept in 3 regions, as five copies.", &[http]), Vec::<String>::new());
    assert_eq!(reported("Kept in 3 regions.", &[http]), Vec::<String>::new());
    assert_eq!(reported("Kept in many regions.", &[http]), Vec::<String>::new());
    assert_eq!(reported("Kept in 4 regions.", &[http]).len(), 1);
}

#[test]
fn an_attested_claim_needs_no_check_of_its_numbers_but_says_the_limits_that_there_are() {
    assert_eq!(reported("We look twice a year.", &["{kind: attestation}"]), Vec::<String>::new());
    let both = ["{kind: attestation}", BACKUP];
    assert!(reported("At most 72 hours.", &both)[0].starts_with("number-without-words: "));
}

#[test]
fn the_lead_in_of_a_list_may_say_the_limit() {
    let mut project = project();
    let mut claim = claim_of("invoices", &[BACKUP]);
    claim.passages[0].under = "Retention / We lose at most 24 hours of:".into();
    project.claims = vec![claim];
    assert_eq!(wrong(&project), []);
}

#[test]
fn a_number_in_a_footnote_is_shown_at_the_claim() {
    let mut project = project();
    project.sources.insert("content/a.md", "Backed up[^1].\n\n[^1]: Each week.");
    let mut claim = claim_of("Backed up", &[BACKUP]);
    claim.passages[0].words = "Backed up [Each week.].".into();
    project.claims = vec![claim];
    let reported = wrong(&project);
    assert_eq!(reported[0].place.as_ref().unwrap().span(), 0..9);
}
