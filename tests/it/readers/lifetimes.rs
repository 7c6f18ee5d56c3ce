//! Lasting objects: a later run sees whether the service deleted in time what an earlier run made.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Asked, Service, now, project_at, run};
use crate::harness::{Project, Run};

const CHECK: &str = "\
- kind: lifetime
  as: acme
  create: { post: /notes, json: { text: a note } }
  read: { get: \"/notes/${id}\" }
  gone_after: 30d
  then: { delete: \"/notes/${id}\" }
";

const WORDS: &str = "Deleted notes are gone for good within 30 days.";

/// Notes that can be read until somebody removes them for good, as from a bin.
#[derive(Default)]
struct Notes {
    made: Mutex<usize>,
    purged: Mutex<BTreeSet<String>>,
}

impl Notes {
    fn answer(&self, asked: &Asked) -> Answer {
        let id = asked.path.rsplit('/').next().unwrap_or_default().to_owned();
        match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/notes") => {
                let mut made = self.made.lock().unwrap();
                *made += 1;
                Answer::json(201, &json!({"id": format!("note-{made}")}))
            }
            ("DELETE", _) => Answer::new(204, ""),
            ("GET", path)
                if path.starts_with("/notes/") && !self.purged.lock().unwrap().contains(&id) =>
            {
                Answer::json(200, &json!({"id": id}))
            }
            _ => Answer::new(404, ""),
        }
    }

    fn purge(&self, id: &str) {
        self.purged.lock().unwrap().insert(id.to_owned());
    }
}

fn service() -> (Arc<Notes>, Service, Project) {
    let notes = Arc::new(Notes::default());
    let of = notes.clone();
    let service = Service::start(move |asked| of.answer(asked));
    let project = with_words(&service, CHECK);
    (notes, service, project)
}

/// A project whose claim has these words.
fn with_words(service: &Service, checks: &str) -> Project {
    let project = project_at(&format!("http://{}", service.address), checks);
    for file in ["content/security.md", "checks/claim.yaml"] {
        project.edit(file, crate::evidence::service::WORDS, WORDS);
    }
    project
}

fn flat(run: &Run) -> String {
    run.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assessment(project: &Project) -> Value {
    serde_json::from_str(&project.read("assessment.json")).unwrap()
}

/// Makes all objects of the assessment older, as if the run that made them had been so many days ago.
fn age(project: &Project, days: i64) {
    let mut all = assessment(project);
    for object in all["lasting"].as_array_mut().unwrap() {
        let made: jiff::Timestamp = object["made"].as_str().unwrap().parse().unwrap();
        object["made"] = json!(made - jiff::SignedDuration::from_hours(days * 24));
    }
    project.write("assessment.json", &all.to_string());
}

#[test]
fn until_the_first_object_is_old_enough_the_day_is_named() {
    let (_notes, _service, project) = service();
    let first = run(&project, &["check"]);
    assert_eq!(first.code, Some(3), "{first}");
    let due = (now() + jiff::SignedDuration::from_hours(720)).strftime("%Y-%m-%d").to_string();
    let told = format!("the first object was made in this run; the result is known on {due}");
    assert!(flat(&first).contains(&told), "{first}");
    assert_eq!(assessment(&project)["lasting"][0]["id"], "note-1");
    age(&project, 3);
    let later = run(&project, &["check"]);
    assert_eq!(later.code, Some(3), "{later}");
    assert!(
        flat(&later).contains("the first object is 3 days old; the result is known on "),
        "{later}"
    );
    let ids: Vec<Value> = assessment(&project)["lasting"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(ids, ["note-1", "note-2"]);
}

#[test]
fn an_old_object_that_is_gone_shows_the_claim_and_one_that_is_there_contradicts_it() {
    let (notes, _service, project) = service();
    run(&project, &["check"]);
    age(&project, 31);
    let there = run(&project, &["check"]);
    assert_eq!(there.code, Some(1), "{there}");
    assert!(
        flat(&there).contains("an object of an earlier run, 30 days later, is read"),
        "{there}"
    );
    notes.purge("note-1");
    let gone = run(&project, &["check"]);
    assert_eq!(gone.code, Some(0), "{gone}");
    // The same object is read again, until the next one is old enough.
    let again = run(&project, &["check"]);
    assert_eq!(again.code, Some(0), "{again}");
    let build = run(&project, &["build", "--assessment", "assessment.json"]);
    assert_eq!(build.code, Some(0), "{build}");
}

#[test]
fn every_object_that_is_old_enough_must_be_gone() {
    let (notes, _service, project) = service();
    for _ in 0..3 {
        run(&project, &["check"]);
        age(&project, 4);
    }
    age(&project, 24);
    for id in ["note-1", "note-2"] {
        notes.purge(id);
    }
    // The first two are 36 and 32 days old; the third is 28.
    let two = run(&project, &["check"]);
    assert_eq!(two.code, Some(0), "{two}");
    age(&project, 4);
    let third = run(&project, &["check"]);
    assert_eq!(third.code, Some(1), "{third}");
}

#[test]
fn a_service_that_shows_nothing_at_all_shows_nothing() {
    let (_notes, service, project) = service();
    run(&project, &["check"]);
    age(&project, 31);
    let before = project.read("assessment.json");
    drop(service);
    let down = run(&project, &["check"]);
    assert_eq!(down.code, Some(3), "{down}");
    // What was known is still known.
    let ids = |text: &str| serde_json::from_str::<Value>(text).unwrap()["lasting"].clone();
    assert_eq!(ids(&project.read("assessment.json")), ids(&before));
}

#[test]
fn an_attestation_supports_the_claim_until_then_and_not_longer() {
    let (_notes, service, _) = service();
    let project = with_words(&service, &format!("{CHECK}- kind: attestation\n"));
    let day = (now() - jiff::SignedDuration::from_hours(48)).strftime("%Y-%m-%d").to_string();
    project.write(
        "attestations/claim.yaml",
        &format!(
            "words: {WORDS}\nrole: security\nday: {day}\nvalid_for: 30d\nlooked_at: The job that removes deleted notes.\n"
        ),
    );
    let first = run(&project, &["check"]);
    assert_eq!(first.code, Some(0), "{first}");
    assert!(first.out.contains("Confirmed by a named role"), "{first}");
    age(&project, 31);
    let there = run(&project, &["check"]);
    assert_eq!(there.code, Some(1), "{there}");
}

const RETENTION: &str = "\
- kind: retention
  as: operator
  get: /ops/logs
  list: /logs
  at: /to
  max_age: 35d
";

const KEPT: &str = "Logs are deleted within 35 days.";

/// The result of a check of the retention of these logs.
fn retained(answer: Value, checks: &str) -> Run {
    let service = Service::start(move |_| Answer::json(200, &answer));
    let project = project_at(&format!("http://{}", service.address), checks);
    for file in ["content/security.md", "checks/claim.yaml"] {
        project.edit(file, crate::evidence::service::WORDS, KEPT);
    }
    run(&project, &["check"])
}

/// The day so many days ago, as logs write it.
fn ago(days: i64) -> String {
    (now() - jiff::SignedDuration::from_hours(days * 24)).to_string()
}

#[test]
fn the_oldest_entry_of_a_listing_decides() {
    for (days, code) in [(&[1, 34][..], 0), (&[1, 36], 1), (&[400], 1)] {
        let logs: Vec<Value> = days.iter().map(|days| json!({"to": ago(*days)})).collect();
        let run = retained(json!({ "logs": logs }), RETENTION);
        assert_eq!(run.code, Some(code), "{days:?}: {run}");
    }
}

#[test]
fn a_listing_that_is_empty_or_has_an_odd_time_concludes_nothing() {
    for logs in [
        json!([]),
        json!([{"to": ago(1)}, {"to": "a while ago"}]),
        json!([{"to": ago(1)}, {}]),
        json!({}),
    ] {
        let run = retained(json!({ "logs": logs }), RETENTION);
        assert_eq!(run.code, Some(3), "{logs}: {run}");
    }
}

#[test]
fn a_listing_with_more_than_was_read_concludes_nothing() {
    let bucket = |more: bool| {
        let body = format!(
            "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>{more}</IsTruncated><Contents><Key>a.log</Key>\
             <LastModified>{}</LastModified><Size>1</Size></Contents></ListBucketResult>",
            ago(1)
        );
        let service = Service::start(move |_| {
            Answer::new(200, body.clone()).with("content-type", "application/xml")
        });
        let checks = "- kind: retention\n  s3: /bucket\n  max_age: 35d\n";
        let project = project_at(&format!("http://{}", service.address), checks);
        for file in ["content/security.md", "checks/claim.yaml"] {
            project.edit(file, crate::evidence::service::WORDS, KEPT);
        }
        run(&project, &["check"])
    };
    let whole = bucket(false);
    assert_eq!(whole.code, Some(0), "{whole}");
    let cut = bucket(true);
    assert_eq!(cut.code, Some(3), "{cut}");
}
