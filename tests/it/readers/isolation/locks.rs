//! Locks: checks that touch the same data do not overlap, and others do.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::evidence::service::{Answer, run};
use crate::harness::Run;
use crate::readers::isolation::busy::{Busy, Together, take};
use crate::readers::isolation::notes::{COUNTS_ALL, ISOLATION, Notes, STRANGERS, counts_own};

/// The events of a run with `--log json`.
fn events(result: &Run) -> Vec<Value> {
    result.err.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
fn checks_that_all_write_and_count_hold_in_twenty_of_twenty_runs() {
    let notes = Arc::new(Notes::default());
    let service = notes.clone();
    let service = Busy::start(move |asked| service.answer(asked));
    let (acme, globex) = (counts_own("acme"), counts_own("globex"));
    let claims: [(&str, &str); 7] = [
        ("first", &acme),
        ("second", &acme),
        ("third", &globex),
        ("fourth", COUNTS_ALL),
        ("fifth", ISOLATION),
        ("sixth", STRANGERS),
        ("seventh", COUNTS_ALL),
    ];
    let project = service.project("", &claims);
    for number in 1..=20 {
        let result = run(&project, &["check"]);
        assert_eq!(result.code, Some(0), "run {number}{result}");
    }
    assert_eq!(notes.writes.most(), 1, "writes are one at a time");
}

#[test]
fn a_limit_lets_writes_to_different_paths_overlap() {
    let writes = Arc::new(Together::default());
    let together = writes.clone();
    let service = Busy::start(move |asked| match asked.method.as_str() {
        "POST" => together.with(|_| {
            // Waits for the other writes, and not for ever.
            for _ in 0..200 {
                if together.now() > 1 || together.most() > 1 {
                    break;
                }
                take(10);
            }
            Answer::new(201, "")
        }),
        _ => Answer::new(200, ""),
    });
    let write = |actor: &str, path: &str| {
        format!(
            "- kind: http\n  steps:\n    - {{ name: writes, as: {actor}, post: {path}, expect: {{ status: 201 }} }}\n"
        )
    };
    let (one, other) = (write("acme", "/hooks"), write("globex", "/notes"));
    let claims: [(&str, &str); 2] = [("first", &one), ("second", &other)];
    let limits = "limits: { writes_at_once: 4 }\n";
    let result = run(&service.project(limits, &claims), &["check"]);
    assert_eq!((result.code, writes.most()), (Some(0), 2), "{result}");
}

#[test]
fn the_log_shows_what_each_check_waited_for() {
    let notes = Notes::default();
    let service = Busy::start(move |asked| {
        take(20);
        notes.answer(asked)
    });
    let acme = counts_own("acme");
    let project = service.project("", &[("first", &acme), ("second", &acme)]);
    let result = run(&project, &["check", "--log", "json"]);
    assert_eq!(result.code, Some(0), "{result}");
    let events = events(&result);
    let finished = events.iter().filter(|one| one["event"] == "finished");
    let waited: Vec<&Value> = finished.map(|one| &one["waited_ms"]).collect();
    let locks: Vec<u64> = waited.iter().map(|one| one["locks"].as_u64().unwrap()).collect();
    assert!(locks.iter().any(|ms| *ms >= 80) && locks.contains(&0), "{locks:?}");
    assert!(waited.iter().all(|one| one["pacing"] == 0), "loopback is not paced: {waited:?}");
    let whole = events.iter().find(|one| one["event"] == "waited").unwrap();
    assert_eq!(whole["waited_ms"]["locks"].as_u64().unwrap(), locks.iter().sum::<u64>());
}

#[test]
fn a_limit_that_is_written_paces_loopback_too_and_the_run_says_so() {
    let service = Busy::start(|_| Answer::new(200, ""));
    let check = "- kind: http\n  steps:\n    - { name: reads, repeat: 20, get: /, expect: { status: 200 } }\n";
    let project = service.project("limits: { per_second: 5 }\n", &[("first", check)]);
    let result = run(&project, &["check"]);
    assert_eq!(result.code, Some(0), "{result}");
    assert!(result.err.contains("s for pacing (`per_second: 5`)"), "{result}");
    let result = run(&service.project("", &[("first", check)]), &["check"]);
    assert!(result.code == Some(0) && !result.err.contains("waited"), "{result}");
}

/// A service that counts the requests of all callers, and one claim that keeps it busy meanwhile.
fn counting_callers() -> Busy {
    let all = Together::default();
    Busy::start(move |asked| {
        all.with(|alone| {
            if asked.path == "/load" {
                // Until the other check has come, and not for ever.
                (0..40).take_while(|_| all.now() < 2).for_each(|_| take(10));
            }
            Answer::json(200, &json!({ "alone": alone && all.now() == 1 }))
        })
    })
}

#[test]
fn a_check_that_must_run_alone_does() {
    let service = counting_callers();
    let load = "- kind: http\n  steps:\n    - { name: loads, repeat: 3, get: /load, expect: { status: 200 } }\n";
    let check = |setting: &str| {
        format!(
            "- kind: http\n{setting}  steps:\n    - {{ name: is alone, get: /count, expect: {{ json: {{ /alone: true }} }} }}\n"
        )
    };
    let alone = check("  alone: true\n");
    let claims: [(&str, &str); 4] =
        [("count", &alone), ("first", load), ("second", load), ("third", load)];
    for _ in 0..3 {
        let result = run(&service.project("", &claims), &["check"]);
        assert_eq!(result.code, Some(0), "{result}");
    }
}

#[test]
fn a_setting_that_is_not_true_or_false_is_reported() {
    let service = Busy::start(|_| Answer::new(200, ""));
    let check = "- kind: http\n  alone: sometimes\n  steps:\n    - { name: reads, get: /, expect: { status: 200 } }\n";
    let result = run(&service.project("", &[("first", check)]), &["lint"]);
    assert_eq!(result.code, Some(2), "{result}");
    assert!(result.err.contains("checks/first.yaml:6:10"), "{result}");
}
