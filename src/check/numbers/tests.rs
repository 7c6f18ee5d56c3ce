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

const BACKUP: &str = "{kind: backup-age, as: operator, get: /b, at: /t, name: /n, max_age: 24h}";

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
        products: Vec::new(),
        alone: false,
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
    let attested = |words: &str, of: &str, checks: &[&str]| {
        let mut project = project();
        project.attestations.values_mut().for_each(|(_, one)| one.words = of.into());
        project.claims = vec![claim_of(words, checks)];
        wrong(&project).into_iter().map(|one| one.message).collect::<Vec<_>>()
    };
    let alone = ["{kind: attestation}"];
    let words = "We look at least twice a year.";
    assert_eq!(attested(words, words, &alone), Vec::<String>::new());
    assert_eq!(attested(words, "We look every six months, no less.", &alone).len(), 1);
    assert_eq!(
        attested(words, "We look at least once a year.", &alone),
        ["the text says `twice a year`, but `attestations/claim.yaml` does not attest it"]
    );
    assert_eq!(attested("Kept at least 3 years.", "Kept at most 3 years.", &alone).len(), 1);
    let both = ["{kind: attestation}", BACKUP];
    let words = "At most 72 hours.";
    assert_eq!(
        attested(words, words, &both),
        ["the check's limit `max_age` is `24 hours`, but the text does not mention it"]
    );
    let mut project = project();
    project.attestations.clear();
    project.claims = vec![claim_of("We look twice a year.", &alone)];
    assert_eq!(wrong(&project), []);
}

/// A check with one probe that reads `/config` and expects this.
fn expecting(expect: &str) -> String {
    format!(
        "{{kind: http, steps: [{{name: a, role: control, as: acme, get: /config, expect: {{status: 200, \
         json: {{/days: {{at_most: 30}}}}}}}}, {{name: within 30 days, again: a, expect: {{json: {{{expect}}}}}}}]}}"
    )
}

#[test]
fn a_number_is_bound_to_its_side() {
    let at_most = expecting("/age_days: {at_most: 30}");
    let at_least = expecting("/age_days: {at_least: 30}");
    for words in [
        "kept for at most 30 days",
        "never kept for more than 30 days",
        "kept for 30 days",
        "deleted after 30 days",
        "deleted every 30 days",
        "data older than 30 days is deleted",
        "kept for up to thirty days",
    ] {
        assert_eq!(reported(words, &[&at_most]), Vec::<String>::new(), "{words}");
    }
    for words in [
        "kept for at least 30 days",
        "kept for exactly 30 days",
        "kept for more than 30 days",
        "kept for 30 days or more",
        "kept for 30+ days",
    ] {
        assert!(reported(words, &[&at_most])[0].starts_with("number-mismatch: "), "{words}");
        let is_exact = words.contains("exactly");
        assert_eq!(reported(words, &[&at_least]).is_empty(), !is_exact, "{words}");
    }
    let one = &diagnostics("kept for at least 30 days", &[&at_most])[0];
    assert_eq!(
        one.message,
        "the text gives `30 days` as a lower limit, but the check's limit `/age_days` is `at most 30 days`"
    );
    let exactly = expecting("/age: {equals: 30, unit: days}");
    for words in ["for exactly 30 days", "for at most 30 days", "for at least 30 days", "30 days"] {
        assert_eq!(reported(words, &[&exactly]), Vec::<String>::new(), "{words}");
    }
    assert_eq!(reported("for exactly 30 weeks", &[&exactly]).len(), 1);
    assert_eq!(reported("for a while", &[&exactly]).len(), 1);
}

#[test]
fn a_number_is_bound_to_its_unit() {
    let page = expecting("/page: {at_most: 30}");
    assert_eq!(
        reported("kept for 30 days", &[&page]),
        [
            "number-mismatch: the text says `30 days`, but the check's limit `/page` is `30` without a unit @ 30 days"
        ]
    );
    let one = &diagnostics("kept for 30 days", &[&page])[0];
    assert_eq!(
        one.help.as_deref(),
        Some(
            "add `unit: days` to the test of `/page` if it is in days; if not, add a check that measures `30 days`"
        )
    );
    assert_eq!(reported("at most 30 entries", &[&page]), Vec::<String>::new());
    assert!(!reported("kept for 30 days", &[&expecting("/holidays: {at_most: 30}")]).is_empty());
    assert!(!reported("kept for 30 days", &[&expecting("/page: 30")]).is_empty());
    assert_eq!(reported("for 30 days", &[&expecting("/retentionDays: 30")]), Vec::<String>::new());
    let seconds = expecting("/expires_in: {at_most: 300, unit: seconds}");
    assert_eq!(reported("for at most 5 minutes", &[&seconds]), Vec::<String>::new());
    let bare = expecting("/expires_in: {at_most: 300}");
    assert!(reported("for at most 5 minutes", &[&bare])[0].contains("`300` without a unit"));
    assert!(
        diagnostics("5 minutes", &[&bare])[0].help.as_deref().unwrap().contains("unit: seconds")
    );
    let bytes = expecting("/size: {at_most: 10, unit: MB}");
    assert_eq!(reported("files up to 10 MB", &[&bytes]), Vec::<String>::new());
    assert_eq!(reported("files up to 10 MiB", &[&bytes]).len(), 1);
}

#[test]
fn text_that_decides_nothing_binds_no_number() {
    let http = |probe: &str| {
        format!(
            "{{kind: http, steps: [\
             {{name: make 7 copies, role: prepare, as: acme, post: /config, json: {{copies: 7}}, clean_up: none}}, \
             {{name: a, role: control, as: acme, get: /config, expect: {{json: {{/copies: {{equals: 7}}}}}}}}, \
             {{name: 7 copies, again: a, expect: {{{probe}}}}}]}}"
        )
    };
    assert_eq!(reported("in 7 copies", &[&http("status: 200")]).len(), 1);
    assert_eq!(
        reported("in 7 copies", &[&http("json: {/copies: {equals: 7}}")]),
        Vec::<String>::new()
    );
    let one_of = http("json: {/copies: {one_of: [7, 8]}}");
    assert_eq!(reported("in 7 copies", &[&one_of]).len(), 1);
    let run = "{kind: command, run: [bin/copies, \"7 copies\"], must_fail: [bin/copies], json: {/ok: true}}";
    let diagnostics = reported("in 7 copies", &[run]);
    assert!(diagnostics[0].starts_with("number-without-check: "), "{diagnostics:?}");
    let set = http("json: {/regions: {same_set: [eu, us]}}");
    assert_eq!(reported("in 2 regions", &[&set]), Vec::<String>::new());
    let text = http("text: {contains: at least 7 copies}");
    assert_eq!(reported("in at least 7 copies", &[&text]), Vec::<String>::new());
    assert_eq!(reported("in 7 copies", &[&text]).len(), 1);
}

#[test]
fn each_promise_has_a_limit_of_its_own() {
    let one = expecting("/age_days: {at_most: 30}");
    let two = expecting("/logs_days: {at_most: 30}, /backups_days: {at_most: 30}");
    let words = "Logs are kept for 30 days, and backups for 30 days.";
    assert_eq!(
        reported(words, &[&one]),
        [
            "number-without-check: the text says `30 days` again, but only one limit of its checks is `30 days` @ 30 days"
        ]
    );
    assert_eq!(reported(words, &[&two]), Vec::<String>::new());
    for words in [
        "Kept for 30 days, at most 30 days.",
        "Retention: 30 days. That means that we delete it after 30 days.",
        "Kept for 30 days (thirty days at most).",
    ] {
        assert_eq!(reported(words, &[&one]), Vec::<String>::new(), "{words}");
    }
    assert_eq!(reported("Logs for 30 days, backups for 60 days.", &[&one]).len(), 1);
}

#[test]
fn a_number_in_the_background_promises_nothing() {
    let of = |words: &str, quotes: &[&str]| {
        let mut project = project();
        project.sources.insert("content/a.md", words);
        let mut claim = claim_of(words, &[BACKUP]);
        let spanned = |text: &&str| Spanned { value: (*text).to_owned(), span: 0..0 };
        claim.written.background = quotes.iter().map(spanned).collect();
        project.claims = vec![claim];
        wrong(&project).into_iter().map(|one| one.message).collect::<Vec<_>>()
    };
    let words = "Over the last 90 days, no backup was older than 24 hours.";
    assert_eq!(of(words, &["Over the last 90 days"]), Vec::<String>::new());
    let without = diagnostics(words, &[BACKUP]);
    assert!(without[0].message.starts_with("the text says `90 days`"), "{without:?}");
    assert!(without[0].help.as_deref().unwrap().contains("`background:`"), "{without:?}");
    let absent = of(words, &["Over the last 90 days", "over the last 30 days"]);
    assert_eq!(absent, ["the claim's words do not contain `over the last 30 days`"]);
    let partial = of("Over the last 190 days, at most 24 hours.", &["90 days"]);
    assert_eq!(partial.len(), 2, "{partial:?}");
    let numberless = of(words, &["Over the last 90 days", "no backup"]);
    assert_eq!(numberless, ["`no backup` contains no number"]);
    assert_eq!(of(words, &["Over the last 90 days", "24 hours"]).len(), 1);
}

/// The words of a limit, by language: units with their lengths in seconds, and phrases.
struct Spoken {
    units: [&'static str; 3],
    most: [&'static str; 3],
    least: [&'static str; 3],
}

const UNITS: [(&str, &str); 3] = [("minutes", "hours"), ("hours", "days"), ("days", "weeks")];

const SPOKEN: [Spoken; 3] = [
    Spoken {
        units: ["minutes", "hours", "days"],
        most: ["at most", "no more than", "up to"],
        least: ["at least", "no less than", "a minimum of"],
    },
    Spoken {
        units: ["Minuten", "Stunden", "Tage"],
        most: ["höchstens", "nicht mehr als", "bis zu"],
        least: ["mindestens", "nicht weniger als", "wenigstens"],
    },
    Spoken {
        units: ["minutes", "heures", "jours"],
        most: ["au plus", "pas plus de", "jusqu'à"],
        least: ["au moins", "pas moins de", "au minimum"],
    },
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn words_pass_with_the_limit_that_they_state_and_with_no_other(
        number in 2u32..400,
        unit in 0usize..3,
        cue in 0usize..3,
        language in 0usize..3,
        is_least: bool,
    ) {
        let spoken = &SPOKEN[language];
        let (own, other) = if is_least { ("at_least", "at_most") } else { ("at_most", "at_least") };
        let phrase = if is_least { spoken.least[cue] } else { spoken.most[cue] };
        let words = format!("X {phrase} {number} {}", spoken.units[unit]);
        let (named, longer) = UNITS[unit];
        let check = |side: &str, number: u32, unit: &str| {
            expecting(&format!("/x: {{{side}: {number}, unit: {unit}}}"))
        };
        let passes = |check: &str| reported(&words, &[check]).is_empty();
        proptest::prop_assert!(passes(&check(own, number, named)), "{}", words);
        proptest::prop_assert!(!passes(&check(other, number, named)), "{}", words);
        proptest::prop_assert!(!passes(&check(own, number + 1, named)), "{}", words);
        proptest::prop_assert!(!passes(&check(own, number, longer)), "{}", words);
        proptest::prop_assert!(!passes(&expecting(&format!("/x: {{{own}: {number}}}"))), "{}", words);
    }
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
