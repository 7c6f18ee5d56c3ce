//! The notes in the margin: in words that a lawyer understands, at their place.

use serde_json::{Value, json};

use crate::serve::Preview;

/// The note on a page whose title contains this, once it is there.
fn note(preview: &Preview, title: &str) -> Value {
    let find = |preview: &Preview| {
        let notes = preview.state()["notes"].as_array().unwrap().clone();
        notes.into_iter().find(|note| note["title"].as_str().unwrap().contains(title))
    };
    preview.wait_until(title, |preview| find(preview).is_some());
    find(preview).unwrap()
}

#[test]
fn a_changed_number_is_named_beside_its_sentence_with_what_to_do() {
    let preview = Preview::own();
    preview.project.edit("content/security.md", "at most 24 hours", "at most 72 hours");
    let note = note(&preview, "promise was changed");
    assert_eq!(note["title"], "This promise was changed: “24 hours” became “72 hours”");
    assert_eq!(note["anchor"]["claim"], "backup-daily");
    assert_eq!(note["page"], "security/index.html");
    assert_eq!(note["who"], "You, then your security team");
    assert_eq!(note["by"], "", "neither side is committed");
    assert_eq!(preview.state()["readiness"]["ready"], false);
}

#[test]
fn a_broken_link_is_told_at_its_paragraph_and_its_words() {
    let preview = Preview::own();
    preview.project.edit(
        "content/security.md",
        "We sell two sorts",
        "See [elsewhere](gone.md). We sell two sorts",
    );
    let note = note(&preview, "link is broken");
    let block = &note["anchor"]["block"];
    assert_eq!(block["start"], "Seeelsewhere.Weselltwosortsofadd-onsforA");
    assert_eq!((&block["nth"], &block["words"]), (&json!(0), &json!("[elsewhere](gone.md)")));
    assert_eq!(note["says"], "There is no page “content/gone.md”.");
}

#[test]
fn an_attestation_that_is_about_to_expire_is_told_with_whose_word_it_is() {
    let project = crate::harness::Project::own();
    project.edit("attestations/content-storage.yaml", "day: demo", "day: 2026-09-01");
    let preview = Preview::of(project);
    let note = note(&preview, "about to expire");
    assert_eq!(note["anchor"]["claim"], "content-storage");
    assert_eq!(note["stops"], false);
    assert!(note["todo"].as_str().unwrap().starts_with("Ask "), "{note}");
    assert_eq!(note["who"], "You");
}

#[test]
fn a_sentence_that_was_moved_is_told_as_moved() {
    let project = crate::harness::Project::own();
    let text = project.read("checks/backup-daily.yaml");
    let preview = Preview::of(project);
    let text = text.replacen("under: Data backup", "under: Elsewhere", 1);
    preview.project.write("checks/backup-daily.yaml", &text);
    let note = note(&preview, "was moved");
    assert_eq!(note["anchor"]["claim"], "backup-daily");
}

#[test]
fn what_is_published_now_is_compared_promise_by_promise() {
    let project = crate::harness::Project::own();
    let built = project.run(&["build", "--clock", "2026-11-20T10:00:00Z"]);
    assert_eq!(built.code, Some(0), "{built}");
    project.write("published.json", &project.read("public/claims.json"));
    let preview = Preview::with(project, &["--previous", "published.json"]);
    assert_eq!(preview.page("/_avouch/changes.json"), "[]");
    preview.project.edit("content/security.md", "at most 24 hours", "at most 72 hours");
    preview.wait_until("it is told", |preview| preview.has_note("security/index.html", "72"));
    let changes = preview.page("/_avouch/changes.json");
    assert!(changes.contains("reworded: ") && changes.contains("\"72\""), "{changes}");
    let name = preview.state()["previous"].as_str().unwrap().to_owned();
    assert!(name.starts_with("the published page of 20 Nov 2026"), "{name}");
}

#[test]
fn no_note_speaks_of_exit_codes_or_yaml_but_to_the_security_team() {
    let preview = Preview::of(crate::harness::Project::fixture("twenty-mistakes"));
    let notes = preview.state()["notes"].as_array().unwrap().clone();
    assert!(notes.len() > 15, "{notes:#?}");
    for note in &notes {
        let said = format!("{} {} {}", note["title"], note["says"], note["todo"]).to_lowercase();
        for never in ["exit code", "avouch accept", "diagnostic"] {
            assert!(!said.contains(never), "{never}: {said}");
        }
    }
}
