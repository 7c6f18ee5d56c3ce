//! Backups, files and programs: over the demo's sockets, real files and real processes.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::harness::{Project, Run};

const CLAIM: &str = "backup-daily";
const HOUR: Duration = Duration::from_secs(3600);

/// A small project, with these checks alone behind its claim about backups.
fn project(checks: &str) -> Project {
    let project = Project::fixture("backup");
    let file = format!("checks/{CLAIM}.yaml");
    let text = project.read(&file);
    let (head, _) = text.split_once("checks:\n").unwrap();
    project.write(&file, &format!("{head}checks:\n{checks}"));
    if !checks.contains("max_age: 24h") {
        // The words say no number that these checks do not measure.
        for file in [&file, "content/security.md"] {
            project.edit(file, " every day, so at most 24 hours of it can be lost", "");
        }
    }
    project
}

/// The same where programs may be run.
fn permitted(checks: &str) -> Project {
    let project = project(checks);
    let settings = project.read("avouch.yaml");
    project.write("avouch.yaml", &format!("{settings}\ncommands: true\n"));
    project
}

fn check(project: &Project, args: &[&str]) -> Run {
    project.run(&[&["check", CLAIM, "--format", "json"], args].concat())
}

fn standing(project: &Project) -> String {
    let run = check(project, &[]);
    run.standings().get(CLAIM).unwrap_or_else(|| panic!("{run}")).clone()
}

fn script(project: &Project, name: &str, text: &str) {
    project.write(name, &format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(project.path(name), Permissions::from_mode(0o755)).unwrap();
}

fn file(project: &Project, name: &str, content: &[u8], age: Duration) {
    let path = project.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    set_age(&path, age);
}

fn set_age(path: &Path, age: Duration) {
    #[expect(clippy::disallowed_methods, reason = "files are as old as the real clock says")]
    let now = SystemTime::now();
    File::options().write(true).open(path).unwrap().set_modified(now - age).unwrap();
}

const DEMO: &str = "
  - { kind: backup-age, as: operator, get: /ops/backups/latest, at: /completed_at, max_age: 24h, bytes: /bytes, state: { at: /state, is: finished } }
  - { kind: backup-restore, as: operator, get: /ops/backups/latest/file, form: sqlite, tables: { tenants: 1 } }
";

#[test]
fn the_sound_demos_backup_is_young_and_opens() {
    let run = check(&project(DEMO), &[]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_stale_an_empty_and_a_future_backup_are_noticed() {
    let project = project(DEMO);
    for flaw in ["stale-backup", "empty-backup", "future-backup"] {
        let run = check(&project, &["--flaw", flaw]);
        assert_eq!(run.code, Some(1), "{flaw}: {run}");
    }
}

#[test]
fn an_unreachable_add_on_has_shown_no_backup() {
    let project = project(DEMO);
    let mut command = project.command(&["check", CLAIM, "--target", "https://127.0.0.1:9"]);
    let secrets = avouch_demo::Secrets::generate();
    let variables = avouch_demo::Secrets::VARIABLES.iter();
    command.envs(variables.filter_map(|name| Some((name, secrets.get(name)?))));
    let run = project.finish(&command.output().unwrap());
    assert_eq!(run.code, Some(3), "{run}");
}

#[test]
fn a_backup_without_the_rows_is_none() {
    let run = check(
        &project(&DEMO.replace("{ tenants: 1 }", "{ tenants: 1000000 }, states: [tenants]")),
        &[],
    );
    assert_eq!(run.code, Some(1), "{run}");
    let run = check(&project(&DEMO.replace("tenants: 1", "nowhere: 0")), &[]);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_backup_that_is_too_large_to_fetch_is_not_judged() {
    let restore = DEMO.replace("form: sqlite", "size_max: 1KiB, form: sqlite");
    assert_eq!(check(&project(&restore), &[]).code, Some(3));
}

#[test]
fn the_content_of_a_backup_is_in_no_evidence() {
    let project = project(DEMO);
    assert_eq!(check(&project, &[]).code, Some(0));
    for (path, content) in project.files("") {
        let text = String::from_utf8_lossy(&content);
        assert!(!text.contains("SQLite format 3"), "{}", path.display());
    }
}

const FILES: &str = "  - { kind: backup-age, file: backups, must_fail: old, suffix: .dump, max_age: 24h, least_share: 50%, states: [least_share] }\n";

#[test]
fn of_files_the_newest_finished_one_counts() {
    let project = project(FILES);
    file(&project, "old/1.dump", &[1; 100], 90 * HOUR);
    assert_eq!(standing(&project), "inconclusive");
    file(&project, "backups/1.dump", &[1; 100], 30 * HOUR);
    assert_eq!(standing(&project), "violated");
    file(&project, "backups/2.dump", &[1; 60], 10 * HOUR);
    file(&project, "backups/3.dump.part", &[1; 1], HOUR);
    file(&project, "backups/3.json", b"{}", HOUR);
    assert_eq!(standing(&project), "holds");
    file(&project, "backups/3.dump", &[1; 29], HOUR);
    assert_eq!(standing(&project), "violated");
    file(&project, "backups/3.dump", &[], HOUR);
    assert_eq!(standing(&project), "violated");
}

#[test]
fn a_tar_archive_is_read_to_its_end() {
    let project = project(
        "  - { kind: backup-restore, file: backups, must_fail: no.tar, form: tar, entries: 2, states: [entries] }\n",
    );
    file(&project, "no.tar", b"not an archive", HOUR);
    assert_eq!(standing(&project), "inconclusive");
    let mut archive = tar::Builder::new(Vec::new());
    for name in ["a", "b"] {
        let mut header = tar::Header::new_gnu();
        header.set_size(3000);
        archive.append_data(&mut header, name, &[7; 3000][..]).unwrap();
    }
    let whole = archive.into_inner().unwrap();
    file(&project, "backups/1.tar", &whole, HOUR);
    assert_eq!(standing(&project), "holds");
    file(&project, "backups/2.tar", &whole[..4000], Duration::ZERO);
    assert_eq!(standing(&project), "violated");
}

#[test]
fn a_program_is_given_a_copy_of_the_backup() {
    let checks = "  - { kind: backup-restore, file: b.txt, must_fail: c.txt, form: command, run: [grep, whole, \"${backup}\"] }\n";
    let project = permitted(checks);
    file(&project, "c.txt", b"none", HOUR);
    file(&project, "b.txt", b"whole", HOUR);
    assert_eq!(standing(&project), "holds");
    file(&project, "b.txt", b"half", HOUR);
    assert_eq!(standing(&project), "violated");
}

#[test]
fn a_program_tells_of_backups() {
    let project = permitted(
        "  - { kind: backup-age, run: [cat, told.json], must_fail: [cat, old.json], list: /all, at: /at, name: /id, bytes: /size, max_age: 24h }\n",
    );
    project.write("old.json", "{\"all\": [{\"at\": \"2020-01-01T00:00:00Z\", \"size\": 1}]}");
    project.write("told.json", "{\"all\": []}");
    assert_eq!(standing(&project), "violated");
    project.write("told.json", "{\"error\": \"who are you?\"}");
    assert_eq!(standing(&project), "inconclusive");
    project.write("told.json", "{\"all\": [{\"at\": \"2020-01-01T00:00:00Z\", \"size\": 1}]}");
    assert_eq!(standing(&project), "violated");
}

#[test]
fn without_leave_no_program_is_run() {
    let project = project("  - { kind: command, run: [bin/it] }\n");
    script(&project, "bin/it", "echo ran > ran");
    let run = check(&project, &[]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("commands: true"), "{run}");
    assert!(run.err.contains(&format!("checks/{CLAIM}.yaml:")), "{run}");
    assert!(!project.path("ran").exists());
}

#[test]
fn a_program_is_judged_by_its_exit_and_its_json() {
    let project = permitted(
        "  - { kind: command, run: [bin/it], must_fail: [bin/it, stopped], json: { /state: streaming } }\n",
    );
    for (text, expected) in [
        ("echo '{\"state\": \"streaming\"}'", "holds"),
        ("echo '{\"state\": \"stopped\"}'", "violated"),
        ("echo '{\"state\": \"streaming\"}'; exit 1", "violated"),
        ("echo streaming", "inconclusive"),
        ("kill -9 $$", "inconclusive"),
    ] {
        script(&project, "bin/it", &format!("[ \"$1\" = stopped ] && exit 4\n{text}"));
        assert_eq!(standing(&project), expected, "{text}");
    }
}

#[test]
fn a_program_that_does_not_end_is_killed_at_its_deadline() {
    let project =
        permitted("  - { kind: command, run: [bin/it], must_fail: [bin/it, x], timeout: 1s }\n");
    script(&project, "bin/it", "sleep 600");
    assert_eq!(standing(&project), "inconclusive");
}

#[test]
fn ten_megabytes_of_output_are_no_trouble() {
    let project = permitted(
        "  - { kind: command, run: [head, -c, \"10000000\", /dev/zero], must_fail: [head, /nowhere] }\n",
    );
    assert_eq!(standing(&project), "holds");
}

#[test]
fn a_program_sees_only_the_variables_that_are_named() {
    let project =
        permitted("  - { kind: command, run: [bin/it], must_fail: [bin/it, x], env: [NAMED] }\n");
    script(
        &project,
        "bin/it",
        "[ -z \"$1$HIDDEN\" ] && [ \"$NAMED\" = named-value ] && echo $NAMED",
    );
    let mut command = project.command(&["check", CLAIM, "--format", "json"]);
    command.env("HIDDEN", "x").env("NAMED", "named-value");
    let run = project.finish(&command.output().unwrap());
    assert_eq!(run.code, Some(0), "{run}");
    for (path, content) in project.files("") {
        let text = String::from_utf8_lossy(&content);
        let own = path.ends_with("bin/it");
        assert!(own || !text.contains("named-value"), "{}", path.display());
    }
    let unset = check(&project, &[]);
    assert_eq!(unset.code, Some(3), "{unset}");
}

#[test]
fn what_pg_restore_cannot_list_is_no_dump() {
    let project = permitted("  - { kind: backup-restore, file: b.dump, form: pg-dump }\n");
    file(&project, "b.dump", b"PGDMP and nothing after it", HOUR);
    assert_eq!(standing(&project), "violated");
}
