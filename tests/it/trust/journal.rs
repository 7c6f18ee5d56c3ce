//! A journal makes a run delete objects. One that a stranger can bring along does nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use serde_json::json;

use crate::evidence::service::{Service, run};
use crate::harness::{Project, Run};
use crate::readers::journal::{IN_PROJECT, flat, journal, refusing};

const IGNORED: &str = "warning: `.avouch/journal.jsonl` is ignored: anybody can put a file into a repository, so \
                       nothing is deleted on its word; remove it, for example with `avouch doctor --forget`";

/// A run that does its own work, and no more: the only object that is removed is its own.
fn removes_only_its_own(
    project: &Project,
    removed: impl Fn() -> Vec<String>,
    args: &[&str],
) -> Run {
    let before = removed().len();
    let run = run(project, args);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(removed()[before..], ["7"], "{run}");
    assert_eq!(journal(project), None);
    run
}

/// The line that a run leaves behind if the service refuses to delete: of this very project and target, with
/// another object.
fn genuine_line(project: &Project, id: &str) -> String {
    let text = fs::read_to_string(journal(project).unwrap()).unwrap();
    text.replace("\"7\"", &format!("\"{id}\""))
}

#[test]
fn a_journal_that_was_committed_does_nothing_but_a_warning_that_names_it() {
    let (notes, service, project) = refusing(1);
    run(&project, &["check"]);
    let genuine = genuine_line(&project, "all-of-production");
    removes_its_debt(&project, || notes.removed());
    let target = format!("http://{}", service.address);
    let entry = json!({"owed": [1, {
        "claim": "claim", "target": target, "step": "remove", "actor": "acme", "method": "DELETE",
        "path": "/tenants/all-of-production", "known": true,
    }]});
    let many = format!("{entry}\n").repeat(1000);
    for text in
        [genuine.as_str(), &genuine[..genuine.len() / 2], &entry.to_string(), &many, "", "nonsense"]
    {
        project.write(IN_PROJECT, text);
        let run = removes_only_its_own(&project, || notes.removed(), &["check"]);
        assert!(flat(&run).contains(IGNORED), "{run}");
        assert_eq!(project.read(IN_PROJECT), text);
    }
}

/// The next run settles what the first one left.
fn removes_its_debt(project: &Project, removed: impl Fn() -> Vec<String>) {
    let run = run(project, &["check"]);
    assert_eq!((run.code, removed()), (Some(0), vec!["7".to_owned(), "7".to_owned()]), "{run}");
}

/// Puts something where earlier versions wrote their journal.
type Put = fn(&Path);

#[test]
fn whatever_is_there_is_not_opened_and_is_forgotten_on_request() {
    let (notes, _service, project) = refusing(0);
    let path = project.path(IN_PROJECT);
    fs::create_dir(project.path(".avouch")).unwrap();
    let other = project.path("kept.txt");
    fs::write(&other, "kept").unwrap();
    let put: [Put; 5] = [
        |path| fs::File::create(path).unwrap().set_len(1 << 40).unwrap(),
        |path| symlink("../kept.txt", path).unwrap(),
        |path| symlink("/dev/zero", path).unwrap(),
        |path| symlink("nowhere", path).unwrap(),
        |path| {
            let mode = rustix::fs::Mode::from_raw_mode(0o644);
            rustix::fs::mkfifoat(rustix::fs::CWD, path, mode).unwrap();
        },
    ];
    for put in put {
        put(&path);
        let run = removes_only_its_own(&project, || notes.removed(), &["check"]);
        assert!(flat(&run).contains(IGNORED), "{run}");
        let run = removes_only_its_own(&project, || notes.removed(), &["doctor", "--forget"]);
        assert!(flat(&run).contains("nothing is deleted on its word; it was removed"), "{run}");
        assert!(fs::symlink_metadata(&path).is_err());
    }
    assert_eq!(fs::read_to_string(other).unwrap(), "kept");
}

#[test]
fn a_folder_of_journals_that_leads_elsewhere_is_left_alone() {
    let (notes, _service, project) = refusing(0);
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("journal.jsonl"), "not ours").unwrap();
    symlink(elsewhere.path(), project.path(".avouch")).unwrap();
    let run = removes_only_its_own(&project, || notes.removed(), &["doctor", "--forget"]);
    assert!(flat(&run).contains("it could not be removed"), "{run}");
    assert!(elsewhere.path().join("journal.jsonl").exists());
}

/// The same project in another folder, with the same user.
fn checkout(service: &Service, of: &Project) -> Project {
    let mut other = service.project(crate::readers::journal::CHECKS);
    other.share_state(of);
    other
}

#[test]
fn the_journal_of_another_checkout_is_not_settled_here() {
    let (notes, service, first) = refusing(1);
    run(&first, &["check"]);
    let before = fs::read_to_string(journal(&first).unwrap()).unwrap();
    let second = checkout(&service, &first);
    let run = run(&second, &["check"]);
    assert_eq!((run.code, notes.removed()), (Some(0), vec!["7".to_owned()]), "{run}");
    assert_eq!(fs::read_to_string(journal(&first).unwrap()).unwrap(), before);
}

#[test]
fn without_a_state_folder_a_run_works_and_warns_once() {
    let (notes, _service, project) = refusing(0);
    let inside = project.path("state").display().to_string();
    let root = project.root().display().to_string();
    let read_only = tempfile::tempdir().unwrap();
    fs::create_dir(read_only.path().join(".local")).unwrap();
    fs::write(read_only.path().join(".local/state"), "a file").unwrap();
    let read_only = read_only.path().display().to_string();
    let none = "neither `XDG_STATE_HOME` nor `HOME` is set";
    for (variable, value, why) in [
        ("OTHER", "", none),
        ("XDG_STATE_HOME", "relative", none),
        ("XDG_STATE_HOME", &inside, "is in the repository"),
        ("HOME", &root, "is in the repository"),
        ("HOME", "/nonexistent/home", "does not exist"),
        ("HOME", &read_only, "cannot be used"),
        ("XDG_STATE_HOME", "/proc/nothing", "cannot be used"),
    ] {
        let before = notes.removed().len();
        let mut command = project.command(&["check"]);
        command.env_remove("XDG_STATE_HOME").env("ACME_TOKEN", "acme-token-0123456789");
        command.env("GLOBEX_TOKEN", "globex-token-0123456789").env(variable, value);
        let output = command.env("OPERATOR_TOKEN", "operator-token-0123456789").output().unwrap();
        let run = project.finish(&output);
        assert_eq!(run.code, Some(0), "{variable}={value}: {run}");
        assert_eq!(notes.removed()[before..], ["7"], "{variable}={value}: {run}");
        assert_eq!(flat(&run).matches("warning: if this run is killed").count(), 1, "{run}");
        assert!(flat(&run).contains(why), "{variable}={value}: {run}");
    }
    assert!(!project.path("state").exists() && !project.path(".local").exists());
}

#[test]
fn a_state_folder_that_others_can_write_to_is_not_used() {
    let (_notes, _service, project) = refusing(1);
    run(&project, &["check"]);
    let journals = journal(&project).unwrap().parent().unwrap().to_owned();
    fs::set_permissions(&journals, fs::Permissions::from_mode(0o777)).unwrap();
    let next = run(&project, &["check"]);
    assert!(flat(&next).contains("is not a folder that only you can write to"), "{next}");
    fs::set_permissions(&journals, fs::Permissions::from_mode(0o700)).unwrap();
}
