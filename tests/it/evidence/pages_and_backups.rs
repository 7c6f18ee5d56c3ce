//! Linked pages, and reports about backups: what looks right is not the right thing.

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Service};
use crate::harness::Run;

fn page(title: &str) -> Answer {
    let html = format!("<!doctype html><title>{title}</title><p>Words.");
    Answer::new(200, html).with("content-type", "text/html; charset=utf-8")
}

const LISTED: &str = "\
- kind: backup-age
  as: operator
  get: /backups
  list: /all
  at: /at
  of: { at: /database, is: orders }
  state: { at: /state, is: finished }
  max_age: 24h
  states: [max_age]
";

fn listing(all: &Value) -> Run {
    let body = json!({ "all": all });
    Service::start(move |_| Answer::json(200, &body)).check(LISTED)
}

fn backup(database: &str, at: &Value, state: &str) -> Value {
    json!({ "database": database, "at": at, "state": state })
}

fn now() -> Value {
    #[expect(clippy::disallowed_methods, reason = "a backup is as old as the real clock says")]
    let now = jiff::Timestamp::now();
    now.to_string().into()
}

#[test]
fn only_a_finished_backup_of_this_data_counts() {
    let run = listing(&json!([backup("orders", &now(), "finished")]));
    assert_eq!(run.code, Some(0), "{run}");
    let run = listing(&json!([backup("orders", &now(), "running")]));
    assert_eq!(run.code, Some(1), "{run}");
    let run = listing(&json!([backup("other", &now(), "finished")]));
    assert_eq!(run.code, Some(3), "{run}");
    let old = json!("2020-01-01T00:00:00Z");
    let both = [backup("other", &now(), "finished"), backup("orders", &old, "finished")];
    assert_eq!(listing(&json!(both)).code, Some(1));
}

#[test]
fn a_time_that_cannot_be_read_decides_nothing() {
    let zone = json!("Fri, 22 Nov 2030 10:00:00 CET");
    for odd in [json!("yesterday"), zone, json!(0), json!("2030-11-22 10:00")] {
        let both = [backup("orders", &now(), "finished"), backup("orders", &odd, "finished")];
        let run = listing(&json!(both));
        assert_eq!(run.code, Some(3), "{odd}: {run}");
    }
}

#[test]
fn a_report_without_a_state_is_refused() {
    let check = LISTED.replace("  state: { at: /state, is: finished }\n", "");
    let run = Service::start(|_| Answer::new(200, "")).check(&check);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("nothing shows which backups are finished"), "{run}");
}

const PAGE: &str = "- { kind: link, address: /policy, title: Privacy }\n";

/// The run of a check of the page `/policy`, with the titles of it and of every other address.
fn linked(title: &'static str, other: Option<&'static str>) -> Run {
    let service = Service::start(move |asked| match (asked.path.as_str(), other) {
        ("/policy", _) => page(title),
        (_, Some(title)) => page(title),
        (_, None) => Answer::new(404, ""),
    });
    service.check(PAGE)
}

#[test]
fn an_error_page_with_the_status_of_a_success_is_not_the_page() {
    for other in [None, Some("Home"), Some("404 - Privacy not found")] {
        let run = linked("Privacy | Example", other);
        assert_eq!(run.code, Some(0), "{run}");
    }
    for title in ["404 - not found", "404 - Privacy not found", "Privacy: Seite nicht gefunden"] {
        let run = linked(title, None);
        assert_eq!(run.code, Some(1), "{title}: {run}");
    }
    let run = linked("404 - Privacy not found", None);
    assert!(run.out.contains("is not that of an error page"), "{run}");
}

#[test]
fn a_host_with_one_title_for_all_addresses_shows_nothing() {
    let run = linked("Privacy | Example", Some("Privacy | Example"));
    assert_eq!(run.code, Some(4), "{run}");
    let report = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(report.contains("the host has for an address that does not exist"), "{run}");
}
