//! Words and checks are held to each other: numbers, and promises without a claim.

use crate::harness::Project;

#[path = "../../../benches/promises/corpus.rs"]
mod corpus;

const POLICY: &str = "content/security.md";

#[test]
fn the_statement_has_every_promise_bound_attested_or_stated() {
    let project = Project::own();
    assert!(project.read("avouch.yaml").contains("\npromises: error\n"));
    let run = project.run(&["lint", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.json(), serde_json::json!([]));
}

#[test]
fn a_promise_beside_the_claims_stops_the_press() {
    let project = Project::own();
    project.edit(POLICY, "We sell two sorts", "We never sleep.\n\nWe sell two sorts");
    for verb in ["lint", "check", "build"] {
        let run = project.run(&[verb]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains("error[unbound-promise]: `never` makes this read"), "{run}");
    }
    project.edit("avouch.yaml", "promises: error", "promises: warning");
    let run = project.run(&["lint"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.err.contains("warning[unbound-promise]"), "{run}");
}

#[test]
fn a_number_that_is_not_the_checks_is_told_with_both_places() {
    let project = Project::own();
    project.edit(POLICY, "at most 24 hours", "at most 72 hours");
    project.edit("checks/backup-daily.yaml", "at most 24 hours", "at most 72 hours");
    let run = project.run(&["lint", "--format", "json"]);
    assert_eq!(run.code, Some(2), "{run}");
    let told = run.json();
    assert_eq!(told.as_array().unwrap().len(), 1, "{told:#}");
    assert_eq!(
        told[0]["message"],
        "the text says `72 hours`, but the check's limit `max_age` is `24 hours`"
    );
    let line = |file: &str, text: &str| {
        project.read(file).lines().position(|line| line.contains(text)).unwrap() + 1
    };
    assert_eq!(told[0]["file"], POLICY);
    assert_eq!(told[0]["line"], line(POLICY, "72 hours"));
    assert_eq!(told[0]["related"][0]["file"], "checks/backup-daily.yaml");
    assert_eq!(told[0]["related"][0]["line"], line("checks/backup-daily.yaml", "max_age"));
}

#[test]
fn a_limit_that_was_changed_under_the_words_is_told() {
    let project = Project::own();
    project.edit("checks/encrypted-transport.yaml", "TLS 1.2\n    cert", "TLS 1.3\n    cert");
    let run = project.run(&["lint"]);
    assert_eq!(run.code, Some(2), "{run}");
    let message = "the text says `TLS 1.2`, but the check's limit `minimum` is `TLS 1.3`";
    assert!(run.err.contains(message), "{run}");
}

#[test]
fn promises_of_the_corpus_are_noticed_in_each_language() {
    for language in corpus::LANGUAGES {
        for half in corpus::HALVES {
            let figures = corpus::figures(language, half).unwrap();
            let alarms = figures.false_alarms.len();
            assert!(figures.noticed() * 100 >= figures.promises * 90, "{language}: {figures:#?}");
            assert!(alarms * 100 <= figures.others * 10, "{language}: {figures:#?}");
        }
    }
}

#[test]
fn a_language_in_which_promises_are_not_recognised_is_reported_once_and_on_the_page() {
    let project = Project::checked();
    let page = |project: &Project| {
        let run = project.run(&["build", "--assessment", "assessment.json", "--draft", "draft"]);
        assert!(!matches!(run.code, Some(2)), "{run}");
        project.read("draft/security/index.html").matches("does not look for promises").count()
    };
    assert_eq!(page(&project), 0);
    project.edit("avouch.yaml", "language: en", "language: nl");
    project.write("templates/i18n/nl.yaml", include_str!("../../../templates/i18n/en.yaml"));
    let run = project.run(&["lint"]);
    assert_eq!(run.code, Some(0), "{run}");
    let warning =
        "warning[promises-not-sought]: promises without a check are not looked for in `nl`";
    assert_eq!(run.err.matches(warning).count(), 1, "{run}");
    assert_eq!(page(&project), 1);
}
