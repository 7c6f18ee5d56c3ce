//! Where the sentences stand in the preview: what was checked, what was not, and what keeps it so.

use crate::harness::Project;
use crate::serve::{NOW, Preview};

const POLICY: &str = "content/security.md";
const BACKUP: &str = "[All data in our cloud storage";

/// A project whose checks have just been run, all or those that are named.
fn checked(project: Project, claims: &[&str]) -> Project {
    let mut command = project.command(&[&["check", "--clock", NOW][..], claims].concat());
    let run = project.finish(&command.env("AUDIT_SECRET", "x".repeat(32)).output().unwrap());
    assert_eq!(run.code, Some(0), "{run}");
    project
}

/// The class of the mark behind a claim's words on a page.
fn mark(page: &str, claim: &str) -> String {
    let end = format!("href=\"#about-{claim}\"");
    let before = &page[..page.find(&end).unwrap_or_else(|| panic!("no mark of {claim}"))];
    let tag = &before[before.rfind('<').unwrap()..];
    let class = tag.split("class=\"mark ").nth(1).unwrap_or_else(|| panic!("{tag}"));
    class.split('"').next().unwrap().to_owned()
}

/// The note whose title says this.
fn says(preview: &Preview, title: &str) -> Option<String> {
    let notes = preview.state()["notes"].as_array().unwrap().clone();
    let note = notes.into_iter().find(|note| note["title"].as_str().unwrap().contains(title))?;
    Some(note["says"].as_str().unwrap().to_owned())
}

#[test]
fn a_sentence_that_was_moved_or_changed_is_no_longer_marked_as_one_that_holds() {
    let preview = Preview::of(checked(Project::own(), &[]));
    assert_eq!(mark(&preview.page("/security/"), "backup-daily"), "holds");
    assert_eq!(preview.state()["readiness"]["ready"], true);
    for (from, to) in [("## Data backup", "## What we hope for"), ("at most 24", "at most 72")] {
        preview.project.edit(POLICY, from, to);
        preview.wait_until("it is told", |preview| preview.has_note("security/index.html", "was"));
        let page = preview.page("/security/");
        assert_eq!(mark(&page, "backup-daily"), "inconclusive", "{to}");
        assert!(
            page.contains("This claim has not been checked yet in its present wording."),
            "{to}"
        );
        assert_eq!(mark(&page, "tenant-isolation"), "holds", "the others are as they were");
        // Running the checks would not help: that is refused while words and check differ.
        assert_eq!(says(&preview, "not been checked"), None, "{to}");
        preview.project.edit(POLICY, to, from);
        preview.wait_until("it is as before", |preview| preview.notes().is_empty());
    }
}

#[test]
fn a_promise_that_was_taken_away_leaves_one_note_and_it_is_about_its_check() {
    let project = checked(Project::own(), &[]);
    // The last run has left this one out.
    let mut run: serde_json::Value =
        serde_json::from_str(&project.read("assessment.json")).unwrap();
    run["claims"].as_object_mut().unwrap().remove("backup-daily").unwrap();
    project.write("assessment.json", &run.to_string());
    let preview = Preview::of(project);
    let text = preview.project.read(POLICY);
    let start = text.find(BACKUP).unwrap();
    let end = start + text[start..].find(".yaml)").unwrap() + ".yaml)".len();
    preview.project.write(POLICY, &format!("{}{}", &text[..start], &text[end..]));
    preview.wait_until("it is told", |preview| preview.has_note("-", "proves nothing"));
    assert_eq!(preview.notes().len(), 1, "{:?}", preview.notes());
}

#[test]
fn whoever_has_to_do_something_is_named_once() {
    let project = Project::own();
    let run = project.run(&["check", "--clock", NOW, "--flaw", "leak-read"]);
    assert_eq!(run.code, Some(1), "{run}");
    project.edit("attestations/content-storage.yaml", "day: demo", "day: 2026-09-01");
    let preview = Preview::of(project);
    let notes = preview.state()["notes"].as_array().unwrap().clone();
    let told: Vec<(&str, &str)> = notes
        .iter()
        .map(|note| (note["who"].as_str().unwrap(), note["todo"].as_str().unwrap()))
        .collect();
    assert!(told.iter().any(|(who, _)| *who == "Your security team, or you"), "{told:?}");
    for (who, todo) in told {
        let name = who.split(',').next().unwrap();
        assert!(name == "You" || !todo.contains(name), "{who}: {todo}");
    }
}

#[test]
fn what_the_last_run_left_out_is_not_checked_yet_and_what_it_checked_is() {
    let preview = Preview::of(checked(Project::own(), &["backup-daily", "--out", "one.json"]));
    std::fs::rename(preview.project.path("one.json"), preview.project.path("assessment.json"))
        .unwrap();
    preview.wait_until("it is read", |preview| {
        mark(&preview.page("/security/"), "backup-daily") == "holds"
    });
    let left_out = says(&preview, "sentences have not been checked yet").unwrap();
    assert_eq!(left_out, "The last checks left them out.");
    preview.project.edit("checks/backup-daily.yaml", "max_age: 24h", "max_age: 48h");
    preview.wait_until("one check is another", |preview| {
        says(preview, "not been checked yet").is_some_and(|says| says.contains("have changed"))
    });
}

#[test]
fn evidence_without_one_of_its_transcripts_is_not_shown_as_verified() {
    let preview = Preview::of(checked(Project::own(), &[]));
    assert_eq!(mark(&preview.page("/security/"), "backup-daily"), "holds");
    let text = preview.project.read("assessment.json");
    let mut assessment: serde_json::Value = serde_json::from_str(&text).unwrap();
    assessment["claims"]["backup-daily"]["transcripts"].as_array_mut().unwrap().pop().unwrap();
    preview.project.write("assessment.json", &assessment.to_string());
    preview.wait_until("the rest of the evidence does not count", |preview| {
        mark(&preview.page("/security/"), "backup-daily") != "holds"
    });
}

#[test]
fn a_variable_that_is_not_set_keeps_the_checks_from_running_and_not_the_page_from_going_out() {
    let project = Project::own();
    let actor = "actors:\n  auditor:\n    bearer: \"${AUDIT_SECRET}\"\n";
    project.edit("avouch.yaml", "actors:\n", actor);
    let preview = Preview::of(checked(project, &[]));
    let says = says(&preview, "The checks cannot be run on this computer").unwrap();
    assert!(says.contains("“AUDIT_SECRET”"), "{says}");
    assert!(says.contains("You can still publish the existing results"), "{says}");
    let readiness = preview.state()["readiness"].clone();
    assert_eq!(readiness["headline"], "This could be published now.");
    assert!(!preview.has_note("-", "settings"), "{:?}", preview.notes());
}

#[test]
fn that_the_checks_could_not_be_run_is_said_until_its_cause_is_gone() {
    let preview = Preview::own();
    let said = |preview: &Preview| preview.state()["run"]["said"].as_str().unwrap().to_owned();
    preview.project.edit("checks/backup-daily.yaml", "kind: ", "kin: ");
    preview.wait_until("it is told", |preview| preview.notes().len() > 1);
    preview.begin_checks();
    preview.wait_until("it is refused", |preview| said(preview).contains("were not run"));
    preview.project.edit("content/privacy.md", "---\n\n", "---\n\nMore of it.\n\n");
    preview.wait_until("another page is new", |preview| {
        preview.page("/privacy/").contains("More of it.")
    });
    assert!(said(&preview).contains("were not run"), "its cause is still there");
    preview.project.edit("checks/backup-daily.yaml", "kin: ", "kind: ");
    preview.wait_until("it is gone", |preview| said(preview).is_empty());
}
