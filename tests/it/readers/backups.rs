//! Listings of backups and backups themselves, as tools print and write them.

use std::fs::File;
use std::io::Write as _;
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::evidence::service::{Answer, Service, now, run};
use crate::harness::{Project, Run};

const HOLDS: Option<i32> = Some(0);
const VIOLATED: Option<i32> = Some(1);
const REFUSED: Option<i32> = Some(2);
const INCONCLUSIVE: Option<i32> = Some(3);

fn ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

fn written(time: Timestamp, format: &str) -> String {
    time.to_zoned(jiff::tz::TimeZone::UTC).strftime(format).to_string()
}

/// A check of the listing in `data.json`, with these further settings.
fn check_of(settings: &str) -> String {
    let counter = "  run: [cat, data.json]\n  must_fail: [cat, none.json]\n";
    format!("- kind: backup-age\n{counter}  max_age: 24h\n  states: [max_age]\n{settings}")
}

/// The run of a check of a listing.
fn listed(settings: &str, listing: impl AsRef<[u8]>) -> Run {
    let service = Service::start(|_| Answer::new(200, ""));
    let project = service.project(&check_of(settings));
    std::fs::write(project.path("data.json"), listing).unwrap();
    project.write("none.json", "[]");
    run(&project, &["check"])
}

/// The report on one line.
fn words(run: &Run) -> String {
    run.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

const PLAIN: &str = "  at: /t\n  name: /n\n";
const SIZED: &str = "  at: /t\n  name: /n\n  bytes: /b\n";

#[test]
fn the_newest_may_be_among_the_entries_that_cannot_be_read() {
    for unreadable in ["2 hours ago", "01/02/2026 12:00:00", "2030-01-31 12:00:00"] {
        let listing = json!([{"t": ago(20).to_string(), "b": 1000}, {"t": unreadable, "b": 0}]);
        let run = listed(SIZED, listing.to_string());
        assert_eq!(run.code, INCONCLUSIVE, "{unreadable}: {run}");
        assert!(
            words(&run).contains(&format!("entry 2 of the listing has “{unreadable}” at `/t`")),
            "{run}"
        );
        assert!(words(&run).contains("it may be the newest"), "{run}");
    }
}

#[test]
fn a_newest_entry_of_0_bytes_without_a_state_is_not_understood() {
    let newest = written(ago(1), "%Y-%m-%d %H:%M:%S UTC");
    let listing = json!([{"t": ago(20).to_string(), "b": 1000}, {"t": newest, "b": 0}]);
    let run = listed(SIZED, listing.to_string());
    assert_eq!(run.code, INCONCLUSIVE, "{run}");
    assert!(words(&run).contains("has 0 bytes, and nothing shows that it is finished"), "{run}");
    let stated = format!("{SIZED}  state: {{ at: /s, is: done }}\n");
    let listing = json!([
        {"t": ago(20).to_string(), "b": 1000, "s": "done"}, {"t": newest, "b": 0, "s": "done"},
    ]);
    assert_eq!(listed(&stated, listing.to_string()).code, VIOLATED);
    let unfinished =
        listing.to_string().replace("\"b\":0,\"s\":\"done\"", "\"b\":0,\"s\":\"running\"");
    assert_eq!(listed(&stated, unfinished).code, HOLDS);
}

#[test]
fn an_older_backup_is_not_too_old_while_a_newer_one_cannot_be_read() {
    let newer = written(ago(1), "%Y-%m-%d %H:%M:%S");
    let listing = json!([{"t": ago(40).to_string()}, {"t": newer}]);
    let run = listed(PLAIN, listing.to_string());
    assert_eq!(run.code, INCONCLUSIVE, "{run}");
    assert!(words(&run).contains("has no offset from UTC; name its zone with `zone:`"), "{run}");
    assert_eq!(listed(&format!("{PLAIN}  zone: UTC\n"), listing.to_string()).code, HOLDS);
    // A backup that is certainly older changes nothing.
    let old = json!([{"t": ago(1).to_string()}, {"t": written(ago(90), "%Y-%m-%d %H:%M:%S")}]);
    assert_eq!(listed(PLAIN, old.to_string()).code, HOLDS);
}

#[test]
fn times_of_common_tools_are_read() {
    type Format = fn(Timestamp) -> Value;
    let formats: [Format; 16] = [
        |time| written(time, "%Y-%m-%d %H:%M:%S +0000").into(),
        |time| written(time, "%Y-%m-%d %H:%M:%S.123456789 +0000 UTC").into(),
        |time| written(time, "%Y-%m-%d %H:%M:%S.123456789 +0000 UTC m=+0.25").into(),
        |time| written(time, "%Y-%m-%d %H:%M:%S.123456+00:00").into(),
        |time| written(time, "%Y-%m-%d %H:%M:%S UTC").into(),
        |time| written(time, "%a %b %e %H:%M:%S %Y +0000").into(),
        |time| written(time, "%a %b %e %H:%M:%S UTC %Y").into(),
        |time| written(time, "%b %e %H:%M:%S %Y GMT").into(),
        |time| written(time, "%a, %d %b %Y %H:%M:%S GMT").into(),
        |time| written(time, "%Y%m%dT%H%M%SZ").into(),
        |time| time.as_second().into(),
        |time| (time.as_millisecond() as f64 / 1000.0).into(),
        |time| time.as_millisecond().into(),
        |time| time.as_microsecond().into(),
        |time| (time.as_microsecond() * 1000).into(),
        |time| time.as_second().to_string().into(),
    ];
    for format in formats {
        let listing = |hours: i64| json!([{"t": format(ago(hours))}]).to_string();
        let run = listed(PLAIN, listing(2));
        assert_eq!(run.code, HOLDS, "{}: {run}", listing(2));
        assert_eq!(listed(PLAIN, listing(40)).code, VIOLATED, "{}", listing(40));
    }
}

#[test]
fn a_local_time_and_a_date_alone_are_read_as_far_as_they_are_certain() {
    let check = "  list: /archives\n  at: /time\n  name: /name\n";
    let listing =
        json!({"archives": [{"time": written(ago(2), "%Y-%m-%dT%H:%M:%S.000000")}]}).to_string();
    let run = listed(check, &listing);
    assert_eq!(run.code, INCONCLUSIVE, "{run}");
    for zone in ["UTC", "\"+00:00\"", "Etc/UTC"] {
        assert_eq!(listed(&format!("{check}  zone: {zone}\n"), &listing).code, HOLDS, "{zone}");
    }
    assert_eq!(listed(&format!("{check}  zone: Pacific/Auckland\n"), &listing).code, HOLDS);
    assert_eq!(listed(&format!("{check}  zone: \"-10:00\"\n"), &listing).code, VIOLATED);
    let refused = listed(&format!("{check}  zone: CET\n"), &listing);
    assert_eq!(refused.code, REFUSED, "{refused}");
    assert!(refused.err.contains("`CET` is not a known zone"), "{refused}");
    let date = |hours: i64| json!([{"t": written(ago(hours), "%Y-%m-%d")}]).to_string();
    assert_eq!(listed(PLAIN, date(0)).code, HOLDS);
    assert_eq!(listed(PLAIN, date(48)).code, VIOLATED);
    let run = listed(PLAIN, json!([{"t": "01/02/2026"}]).to_string());
    assert_eq!(run.code, INCONCLUSIVE, "{run}");
    assert!(
        words(&run).contains("“01/02/2026” at `/t`, which may have the day or the month first"),
        "{run}"
    );
}

#[test]
fn a_state_is_a_text_a_truth_value_a_number_an_absence_or_one_of_several() {
    let with = |state: &str, finished: Value, other: Value| {
        let check = format!("  at: /t\n  state: {{ at: /s, {state} }}\n");
        let entry = |hours: i64, state: &Value| match state {
            Value::Null => json!({"t": ago(hours).to_string()}),
            state => json!({"t": ago(hours).to_string(), "s": state}),
        };
        let young = json!([entry(2, &finished), entry(1, &other)]);
        let old = json!([entry(40, &finished), entry(1, &other)]);
        let of = |listing: Value| listed(&check, listing.to_string()).code;
        (of(young), of(old))
    };
    for (state, finished, other) in [
        ("is: false", json!(false), json!(true)),
        ("is: \"false\"", json!(false), json!(true)),
        ("is: 0", json!(0), json!(2)),
        ("is: \"0\"", json!(0), json!(2)),
        ("is: [done, verified]", json!("verified"), json!("failed")),
        ("exists: false", json!(null), json!("disk full")),
        ("exists: true", json!(7), json!(null)),
    ] {
        let codes = with(state, finished, other);
        assert_eq!(codes, (HOLDS, VIOLATED), "{state}");
    }
    // A state of another type is not understood.
    assert_eq!(with("is: done", json!("done"), json!(true)), (INCONCLUSIVE, INCONCLUSIVE));
    let run = listed("  at: /t\n  state: { at: /s, is: { a: 1 } }\n", "[]");
    assert_eq!(run.code, REFUSED, "{run}");
}

#[test]
fn a_listing_that_says_that_there_is_more_violates_nothing() {
    let check = "  list: /Contents\n  at: /LastModified\n  name: /Key\n";
    let listing = |hours: i64, more: &Value| {
        let mut all =
            json!({"Contents": [{"Key": "a", "LastModified": ago(hours).to_string(), "Size": 9}]});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all.to_string()
    };
    for more in [
        json!({"IsTruncated": true, "NextContinuationToken": "x"}),
        json!({"NextToken": "x"}),
        json!({"Marker": "x"}),
        json!({"has_more": true}),
        json!({"next": "/backups?page=2"}),
        json!({"links": {"next": "/backups?page=2"}}),
        json!({"total": 12, "limit": 1}),
    ] {
        let run = listed(check, listing(60, &more));
        assert_eq!(run.code, INCONCLUSIVE, "{more}: {run}");
        assert!(words(&run).contains("the answer announces further entries"), "{run}");
        // One backup that is young enough suffices, but its size may not be that of the newest.
        assert_eq!(listed(check, listing(2, &more)).code, HOLDS, "{more}");
        let sized = format!("{check}  bytes: /Size\n");
        assert_eq!(listed(&sized, listing(2, &more)).code, INCONCLUSIVE, "{more}");
    }
    let whole = json!({"IsTruncated": false, "NextToken": null, "total": 123_456});
    assert_eq!(listed(check, listing(60, &whole)).code, VIOLATED);
    assert_eq!(listed(check, listing(2, &whole)).code, HOLDS);
}

fn bucket(entries: &[(&str, i64)], more: &str) -> Service {
    let entry = |(key, hours): &(&str, i64)| {
        let time = ago(*hours);
        format!(
            "<Contents><Key>{key}</Key><LastModified>{time}</LastModified><Size>9</Size></Contents>"
        )
    };
    let entries: String = entries.iter().map(entry).collect();
    let page = format!("<ListBucketResult>{entries}{more}</ListBucketResult>");
    Service::start(move |_| Answer::new(200, page.clone()).with("content-type", "application/xml"))
}

const BUCKET: &str =
    "- { kind: backup-age, s3: \"/bucket?list-type=2\", max_age: 24h, states: [max_age] }\n";

#[test]
fn a_bucket_is_read_like_a_folder() {
    for other in
        ["backup.log", "db.dump.sha256", "tmp/.hidden", "db.dump.part", "db.dump.json", "a/"]
    {
        let old = bucket(&[("db.dump", 40), (other, 1)], "");
        let run = old.check(BUCKET);
        assert_eq!(run.code, VIOLATED, "{other}: {run}");
        assert!(run.err.contains("no-suffix"), "{run}");
        let young = bucket(&[("db.dump", 2), (other, 1)], "");
        assert_eq!(young.check(BUCKET).code, HOLDS, "{other}");
    }
    let suffix = BUCKET
        .replace("max_age", "suffix: .dump, max_age")
        .replace("states: [suffix: .dump, ", "states: [");
    let run = bucket(&[("db.dump", 40), ("other.bin", 1)], "").check(&suffix);
    assert_eq!(run.code, VIOLATED, "{run}");
    assert!(!run.err.contains("no-suffix"), "{run}");
    assert_eq!(bucket(&[], "").check(BUCKET).code, VIOLATED);
    let more = "<IsTruncated>true</IsTruncated>";
    assert_eq!(bucket(&[("db.dump", 40)], more).check(BUCKET).code, INCONCLUSIVE);
}

fn folder(settings: &str, files: &[(&str, i64)]) -> Run {
    let service = Service::start(|_| Answer::new(200, ""));
    let check =
        "- { kind: backup-age, file: folder, must_fail: old, max_age: 24h, states: [max_age]";
    let project = service.project(&format!("{check}{settings} }}\n"));
    file(&project, "old/db.dump", b"x", 90);
    for (name, hours) in files {
        file(&project, &format!("folder/{name}"), b"x", *hours);
    }
    run(&project, &["check"])
}

fn file(project: &Project, name: &str, content: &[u8], hours: i64) {
    let path = project.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    let seconds = u64::try_from(ago(hours).as_second()).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn a_file_next_to_a_backup_is_not_a_backup() {
    for other in [
        "backup.log",
        "lock",
        ".DS_Store",
        ".db.dump.Xa81Yz",
        "db.dump.filepart",
        "db.dump.crdownload",
        "db.dump~",
        "db.dump.sha256",
        "db.dump.part",
        "db.dump.tmp",
        ".db.dump.swp",
        "db.dump.md5",
        "db.dump.sig",
        "db.dump.json",
        "cron.pid",
    ] {
        let run = folder("", &[("db.dump", 40), (other, 1)]);
        assert_eq!(run.code, VIOLATED, "{other}: {run}");
        let run = folder("", &[("db.dump", 2), (other, 1)]);
        assert_eq!(run.code, HOLDS, "{other}: {run}");
    }
}

#[test]
fn a_folder_without_a_suffix_is_pointed_out() {
    let run = folder("", &[("db.dump", 2)]);
    assert!(run.err.contains("no-suffix"), "{run}");
    assert!(run.err.contains("add `suffix:`"), "{run}");
    for settings in [", suffix: .dump", ", tool: pg_dump"] {
        let run = folder(settings, &[("db.dump", 40), ("other.bin", 1)]);
        assert_eq!(run.code, VIOLATED, "{run}");
        assert!(!run.err.contains("no-suffix"), "{run}");
    }
    let logs = folder(", suffix: .log", &[("db.dump", 40), ("backup.log", 1)]);
    assert_eq!(logs.code, HOLDS, "{logs}");
}

#[test]
fn no_backup_at_all_is_a_violation() {
    for (settings, listing) in
        [(PLAIN, "[]"), ("  list: /all\n  at: /t\n  name: /n\n", "{\"all\": []}")]
    {
        let run = listed(settings, listing);
        assert_eq!(run.code, VIOLATED, "{run}");
        assert!(words(&run).contains("the number of finished backups"), "{run}");
    }
    assert_eq!(folder("", &[("backup.log", 1)]).code, VIOLATED);
    for (settings, listing) in [
        (PLAIN, "{}"),
        (PLAIN, "null"),
        (PLAIN, "not logged in"),
        ("  list: /all\n  at: /t\n  name: /n\n", "{}"),
    ] {
        assert_eq!(listed(settings, listing).code, INCONCLUSIVE, "{listing}");
    }
    let run = listed(PLAIN, "Please log in\n");
    assert!(
        words(&run).contains("the answer is not JSON, it starts with “Please log in”"),
        "{run}"
    );
}

#[test]
fn a_byte_order_mark_and_json_lines_are_read() {
    let (young, old) = (ago(2).to_string(), ago(40).to_string());
    for (time, code) in [(&young, HOLDS), (&old, VIOLATED)] {
        let run = listed(PLAIN, format!("\u{feff}[{{\"t\":\"{time}\"}}]"));
        assert_eq!(run.code, code, "{run}");
        let run = listed(PLAIN, format!("{{\"t\":\"{old}\"}}\n{{\"t\":\"{time}\"}}\n"));
        assert_eq!(run.code, code, "{run}");
    }
}

#[test]
fn members_that_occur_twice_are_not_understood() {
    let (young, old) = (ago(2).to_string(), ago(40).to_string());
    for text in [
        format!("[{{\"t\":\"{old}\",\"t\":\"{young}\"}}]"),
        format!("[{{\"t\":\"{young}\",\"t\":\"{old}\"}}]"),
    ] {
        let run = listed(PLAIN, text.clone());
        assert_eq!(run.code, Some(3), "{text}: {run}");
    }
}

/// The output of each tool's list command: with a backup that was finished at `at`, and a newer one that
/// was not.
fn printed(tool: &str, at: Timestamp) -> String {
    let (iso, later) = (at.to_string(), ago(0).to_string());
    match tool {
        "restic" => json!([{"time": iso, "tree": "a", "id": "b", "short_id": "c"}]),
        "borg" => json!({"archives": [
            {"archive": "a", "name": "a", "time": written(at, "%Y-%m-%dT%H:%M:%S.000000")},
            {"archive": "b.checkpoint", "name": "b.checkpoint", "time": written(ago(0), "%Y-%m-%dT%H:%M:%S.000000")},
        ], "repository": {"last_modified": later}}),
        "pgbackrest" => json!([{"name": "main", "backup": [
            {"label": "a", "error": false, "info": {"size": 9}, "timestamp": {"stop": at.as_second()}},
            {"label": "b", "error": true, "info": {"size": 9}, "timestamp": {"stop": ago(0).as_second()}},
        ]}]),
        "barman" => json!({"main": [
            {"backup_id": "b", "status": "STARTED"},
            {"backup_id": "a", "status": "DONE", "size_bytes": 9, "end_time": written(at, "%a %b %e %H:%M:%S %Y"),
             "end_time_timestamp": at.as_second().to_string()},
        ]}),
        "velero" => json!({"items": [
            {"metadata": {"name": "a"}, "status": {"phase": "Completed", "completionTimestamp": iso}},
            {"metadata": {"name": "b"}, "status": {"phase": "PartiallyFailed", "completionTimestamp": later}},
        ], "metadata": {"continue": ""}}),
        "wal-g" => json!([{"backup_name": "base_1", "time": later, "finish_time": iso}]),
        "rds" => json!({"DBSnapshots": [
            {"DBSnapshotIdentifier": "a", "SnapshotCreateTime": iso, "Status": "available"},
            {"DBSnapshotIdentifier": "b", "Status": "creating"},
        ]}),
        "heroku" => json!([
            {"num": 1, "to_type": "gof3r", "succeeded": true, "processed_bytes": 9,
             "finished_at": written(at, "%Y-%m-%d %H:%M:%S +0000")},
            {"num": 2, "to_type": "pg_restore", "succeeded": true, "processed_bytes": 9,
             "finished_at": written(ago(0), "%Y-%m-%d %H:%M:%S +0000")},
            {"num": 3, "to_type": "gof3r", "succeeded": null, "processed_bytes": 1, "finished_at": null},
        ]),
        _ => json!({"Contents": [{"Key": "a/db.dump", "LastModified": iso, "Size": 9},
            {"Key": "a/backup.log", "LastModified": later, "Size": 9}], "IsTruncated": false}),
    }
    .to_string()
}

#[test]
fn the_lists_of_tools_are_read_without_pointers() {
    for tool in ["restic", "borg", "pgbackrest", "barman", "velero", "wal-g", "rds", "heroku", "s3"]
    {
        let zone = if tool == "borg" { "  zone: UTC\n" } else { "" };
        let check = format!("  tool: {tool}\n{zone}");
        let run = listed(&check, printed(tool, ago(2)));
        assert_eq!(run.code, HOLDS, "{tool}: {run}");
        let run = listed(&check, printed(tool, ago(40)));
        assert_eq!(run.code, VIOLATED, "{tool}: {run}");
    }
    let local = listed("  tool: borg\n", printed("borg", ago(2)));
    assert_eq!(local.code, INCONCLUSIVE, "{local}");
}

#[test]
fn the_table_of_heroku_is_read() {
    let table = |hours: i64| {
        let at = written(ago(hours), "%Y-%m-%d %H:%M:%S +0000");
        let later = written(ago(0), "%Y-%m-%d %H:%M:%S +0000");
        format!(
            "=== Backups\n\nID    Created at                 Status                               Size    Database\n\
             ────  ─────────────────────────  ───────────────────────────────────  ──────  ────────\n\
             b002  {later}  Running (processed 1.5MB)            1.5MB   DATABASE\n\
             b001  {at}  Completed {at}  25.6KB  DATABASE\n\n=== Restores\n\nNo restores found.\n"
        )
    };
    let run = listed("  tool: heroku\n", table(2));
    assert_eq!(run.code, HOLDS, "{run}");
    assert_eq!(listed("  tool: heroku\n", table(40)).code, VIOLATED);
    let none = "=== Backups\n\nNo backups. Capture one with heroku pg:backups:capture\n";
    assert_eq!(listed("  tool: heroku\n", none).code, VIOLATED);
    assert_eq!(listed("  tool: heroku\n", "Error: not logged in\n").code, INCONCLUSIVE);
}

#[test]
fn of_several_stanzas_one_must_be_named() {
    let one: Value = serde_json::from_str(&printed("pgbackrest", ago(2))).unwrap();
    let two = json!([{"name": "other", "backup": []}, one[0]]).to_string();
    let run = listed("  tool: pgbackrest\n", &two);
    assert_eq!(run.code, INCONCLUSIVE, "{run}");
    assert!(words(&run).contains("name one of them with `list:`, such as `/0/backup`"), "{run}");
    assert_eq!(listed("  tool: pgbackrest\n  list: /1/backup\n", &two).code, HOLDS);
}

fn restored(form: &str, content: &[u8]) -> Run {
    let service = Service::start(|_| Answer::new(200, ""));
    let check = format!(
        "- {{ kind: backup-restore, file: backup.bin, must_fail: other.txt, form: {form} }}\n"
    );
    let project = service.project(&check);
    file(&project, "backup.bin", content, 1);
    file(&project, "other.txt", b"not a backup", 1);
    run(&project, &["check"])
}

fn tar_archive() -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(3000);
    archive.append_data(&mut header, "a", &[7; 3000][..]).unwrap();
    archive.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn database() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute_batch("CREATE TABLE a (x); INSERT INTO a VALUES (1);").unwrap();
    drop(database);
    std::fs::read(path).unwrap()
}

const SQL: &[u8] = b"--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n";

#[test]
fn a_sound_backup_of_a_format_that_is_not_read_is_named() {
    for (form, content, name) in [
        ("tar", &b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46"[..], "an xz file"),
        ("tar", b"BZh91AY&SY\0\0", "a bzip2 file"),
        ("tar", b"PK\x03\x04\x14\0\0\0", "a zip archive"),
        ("tar", SQL, "plain SQL"),
        ("pg-dump", SQL, "plain SQL"),
        ("pg-dump", &gzip(SQL), "plain SQL in a gzip file"),
        ("pg-dump", &zstd(SQL), "plain SQL in a Zstandard file"),
        ("sqlite", SQL, "plain SQL"),
        ("sqlite", b"PK\x03\x04\x14\0\0\0", "a zip archive"),
        ("sqlite", &tar_archive(), "a tar archive"),
    ] {
        let run = restored(form, content);
        assert_eq!(run.code, INCONCLUSIVE, "{form} {name}: {run}");
        let expected = format!("the backup is {name}, and the check expects");
        assert!(words(&run).contains(&expected), "{run}");
    }
}

#[test]
fn compressed_backups_are_opened() {
    for (form, content) in [
        ("tar", tar_archive()),
        ("tar", gzip(&tar_archive())),
        ("tar", zstd(&tar_archive())),
        ("sqlite", database()),
        ("sqlite", gzip(&database())),
        ("sqlite", zstd(&database())),
    ] {
        let run = restored(form, &content);
        assert_eq!(run.code, HOLDS, "{form}: {run}");
        let damaged = restored(form, &content[..content.len() / 2]);
        assert_eq!(damaged.code, VIOLATED, "{form}: {damaged}");
    }
    for form in ["tar", "sqlite", "pg-dump"] {
        for content in [&b"<html>not found</html>"[..], b"", &gzip(b"")] {
            assert_eq!(restored(form, content).code, VIOLATED, "{form}");
        }
    }
    let large =
        restored("sqlite, size_max: 16KiB", &gzip(&[&database()[..], &[0; 100_000]].concat()));
    assert_eq!(large.code, INCONCLUSIVE, "{large}");
}
