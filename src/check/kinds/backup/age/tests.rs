//! What checks of the kind `backup-age` notice, and which mistakes are reported.

use serde_json::{Value, json};

use crate::check::fixture::{mistakes, plan, sound, verdict};
use crate::check::kind::Kind;
use crate::model::answer::facts::Facts;
use crate::model::answer::observation::Answer;
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::plan::Act;

fn given(at: &str, value: &Value) -> Verdict {
    given_all(&[(at, value)])
}

/// The verdict on an answer with other values at some pointers.
fn given_all(edits: &[(&str, &Value)]) -> Verdict {
    let plan = plan(super::BackupAge::MANUAL.example);
    let mut answer = Facts(json!({
        "status": 200,
        "headers": { "date": ["Sun, 22 Nov 2026 10:00:00 GMT"] },
        "body": { "bytes": 99, "truncated": false, "json": {
            "state": "finished", "completed_at": "2026-11-22T09:30:00Z", "bytes": 100,
            "previous_bytes": 120,
        } },
    }));
    for (at, value) in edits {
        answer.set(at, (*value).clone());
    }
    let Act::Newest(newest) = &plan.steps[1].act else { panic!("nothing is picked") };
    let picked = newest.facts(&answer);
    let mut all = sound(&plan);
    all[1].answer = picked.map_or_else(Answer::Error, |facts| Answer::Facts(Facts(facts)));
    all[0].answer = Answer::Facts(answer);
    verdict(&plan, &all)
}

#[test]
fn a_young_backup_holds_and_so_does_one_that_shrank_a_little() {
    assert_eq!(given("/body/json/bytes", &json!(60)), Verdict::Holds);
    assert_eq!(given("/body/json/completed_at", &json!(1_795_341_600)), Verdict::Holds);
}

#[test]
fn a_backup_that_shrank_below_its_share_is_a_violation_if_there_is_one_to_compare() {
    assert_eq!(given("/body/json/bytes", &json!(59)), Verdict::Violated);
    let unknown = Verdict::Inconclusive(Reason::Unparsable);
    assert_eq!(given("/body/json/previous_bytes", &Value::Null), unknown);
}

#[test]
fn a_backup_that_is_old_unfinished_empty_or_from_the_future_is_a_violation() {
    assert_eq!(given("/body/json/completed_at", &json!("2026-11-21T09:59:59Z")), Verdict::Violated);
    assert_eq!(given("/body/json/completed_at", &json!("2026-11-24T10:00:00Z")), Verdict::Violated);
    assert_eq!(given("/body/json/bytes", &json!(0)), Verdict::Violated);
    assert_eq!(given("/body/json/state", &json!("failed")), Verdict::Violated);
}

#[test]
fn an_answer_without_a_backup_is_inconclusive() {
    let failed = Verdict::Inconclusive(Reason::ControlFailed);
    assert_eq!(given("/status", &json!(404)), failed);
    let unparsable = Verdict::Inconclusive(Reason::Unparsable);
    assert_eq!(given("/body/json", &json!({})), unparsable);
    assert_eq!(given("/body/json", &json!([])), Verdict::Violated);
    assert_eq!(given("/body/json/completed_at", &json!("yesterday")), unparsable);
    let error = json!({"error": "who are you?"});
    for (status, reason) in [(401, Reason::Credentials), (503, Reason::ServerError)] {
        let refused = given_all(&[("/status", &json!(status)), ("/body/json", &error)]);
        assert_eq!(refused, Verdict::Inconclusive(reason));
    }
}

#[test]
fn a_clock_that_is_off_is_inconclusive() {
    let date = json!(["Sun, 22 Nov 2026 09:00:00 GMT"]);
    assert_eq!(given("/headers/date", &date), Verdict::Inconclusive(Reason::Clock));
}

#[test]
fn mistakes_are_reported() {
    let example = super::BackupAge::MANUAL.example;
    let reported = |from: &str, to: &str| mistakes(&example.replace(from, to));
    assert_eq!(reported("as: operator", "as: nobody")[0].0, "unknown-actor");
    assert_eq!(reported("at: /completed_at", "at: completed_at")[0].0, "bad-pointer");
    assert_eq!(reported("max_age: 24h", "max_age: a day")[0].0, "wrong-value");
    assert_eq!(reported("max_age:", "maxage:")[0].0, "unknown-key");
    assert_eq!(reported("get: /ops/backups/latest\n", "")[0].0, "no-single-source");
    assert_eq!(reported("get:", "file: backups\nget:")[0].0, "no-single-source");
    assert_eq!(reported("get: /ops/backups/latest", "file: backups")[0].0, "misplaced-setting");
    assert_eq!(reported("at: /completed_at\n", "")[0].0, "no-time");
    assert_eq!(reported("bytes: /bytes\n", "")[0].0, "no-size");
    assert_eq!(reported("50%", "half")[0].0, "wrong-value");
    assert_eq!(reported("is: finished", "is: []")[0].0, "no-state");
    assert_eq!(reported("is: finished", "exists: false, is: a")[0].0, "no-state");
    assert_eq!(reported("max_age: 24h", "max_age: 24h\nzone: CET")[0].0, "wrong-value");
    assert_eq!(reported("max_age: 24h", "max_age: 24h\ntool: rsync")[0].0, "unknown-value");
    assert_eq!(reported("max_age: 24h", "max_age: 24h\nsuffix: .dump")[0].0, "misplaced-setting");
}

#[test]
fn a_state_can_be_a_truth_value_a_number_an_absence_or_one_of_several() {
    let example = super::BackupAge::MANUAL.example;
    for state in
        ["is: false", "is: 0", "is: \"0\"", "exists: false", "is: [done, 0, true]", "exists: true"]
    {
        let check = example.replace("is: finished", state);
        assert_eq!(plan(&check).kind, "backup-age", "{state}");
    }
}

#[test]
fn a_tool_needs_no_pointers() {
    let tools =
        ["restic", "borg", "pgbackrest", "barman", "velero", "wal-g", "rds", "heroku", "s3"];
    for tool in tools {
        let check =
            format!("kind: backup-age\nas: operator\nget: /b\ntool: {tool}\nmax_age: 24h\n");
        assert_eq!(plan(&check).kind, "backup-age", "{tool}");
    }
    let files = "kind: backup-age\nfile: backups\nsuffix: .dump\ntool: restic\nmax_age: 24h\n";
    assert_eq!(mistakes(files)[0].0, "misplaced-setting");
}
