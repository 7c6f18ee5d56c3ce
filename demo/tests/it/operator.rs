//! Backups and the access log.

use serde_json::{Value, json};

use crate::client::{As, Bench, NOW};

#[tokio::test]
async fn only_the_operator_sees_backups_and_the_access_log() {
    let bench = Bench::sound();
    for path in ["/ops/backups/latest", "/ops/access-log"] {
        assert_eq!(bench.get(path, As::Operator).await.status, 200);
        for who in [As::Nobody, As::Tenant("acme"), As::Literally("Bearer x".into())] {
            assert_eq!(bench.get(path, who).await.status, 401);
        }
    }
}

async fn latest(bench: &Bench) -> Value {
    bench.get("/ops/backups/latest", As::Operator).await.json()
}

#[tokio::test]
async fn the_newest_backup_is_a_database_with_the_tenants_in_it() {
    let bench = Bench::sound();
    let manifest = latest(&bench).await;
    assert_eq!(manifest["state"], "finished");
    assert_eq!(manifest["completed_at"], NOW);
    assert!(manifest["previous_bytes"].as_u64().unwrap() > 0);
    let id = manifest["id"].as_str().unwrap();
    let copy = bench.demo.backups().join(format!("{id}.sqlite"));
    assert_eq!(manifest["bytes"], std::fs::metadata(&copy).unwrap().len());
    let copy = rusqlite::Connection::open(copy).unwrap();
    let ask = |sql: &str| copy.query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0));
    assert_eq!(ask("PRAGMA integrity_check").unwrap(), "ok".to_owned().into());
    assert_eq!(ask("SELECT count(*) FROM tenants").unwrap(), 3.into());
}

#[tokio::test]
async fn each_flaw_of_the_backup_shows_in_the_manifest() {
    let stale = latest(&Bench::flawed("stale-backup")).await;
    assert_eq!(stale["completed_at"], "2031-05-01T12:00:00Z");
    let future = latest(&Bench::flawed("future-backup")).await;
    assert_eq!(future["completed_at"], "2031-05-06T12:00:00Z");
    let empty = latest(&Bench::flawed("empty-backup")).await;
    assert_eq!(empty["bytes"], 0);
    assert_eq!(empty["completed_at"], NOW);
}

async fn log(bench: &Bench) -> Vec<Value> {
    let answer = bench.get("/ops/access-log", As::Operator).await;
    answer.json()["entries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_access_appears_in_the_log_with_its_reason() {
    let bench = Bench::sound();
    let body = json!({ "reason": "customer-request", "note": "ticket 12" });
    let made = bench.send("POST", "/ops/access", As::Operator, Some(body)).await;
    assert_eq!(made.status, 201);
    let entries = log(&bench).await;
    let last = entries.last().unwrap();
    assert_eq!(last["id"], made.json()["id"]);
    assert_eq!(last["reason"], "customer-request");
    assert_eq!(last["note"], "ticket 12");
    assert_eq!(last["at"], NOW);
    let without = json!({ "reason": "curiosity" });
    let refused = bench.send("POST", "/ops/access", As::Operator, Some(without)).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn an_unexplained_access_is_in_the_log() {
    let unexplained = |entries: Vec<Value>| entries.iter().any(|e| e["reason"] == "curiosity");
    assert!(!unexplained(log(&Bench::sound()).await));
    assert!(unexplained(log(&Bench::flawed("unexplained-access")).await));
}

#[tokio::test]
async fn only_the_operator_can_fetch_the_newest_backup() {
    let bench = Bench::sound();
    let path = "/ops/backups/latest/file";
    let copy = bench.get(path, As::Operator).await;
    assert_eq!(copy.header("content-type"), Some("application/vnd.sqlite3"));
    assert!(copy.body.starts_with(b"SQLite format 3\0"));
    assert_eq!(latest(&bench).await["bytes"], copy.body.len());
    assert_eq!(bench.get(path, As::Tenant("acme")).await.status, 401);
    let empty = Bench::flawed("empty-backup").get(path, As::Operator).await;
    assert_eq!(empty.body, b"");
}
