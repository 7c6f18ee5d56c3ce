//! Whatever ends a build, and whenever, `public/` holds one whole site: the old one or the new.
//!
//! `strace` ends the real binary, or has the system refuse, at each call that changes the disk.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::surroundings::program;

/// Every call by which a build can change the disk, and those by which it opens and locks.
const CALLS: [&str; 12] = [
    "mkdir",
    "mkdirat",
    "openat",
    "write",
    "fsync",
    "flock",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
];

/// More calls of one sort than any build makes: a loop that gets here has no end.
const CALLS_MAX: u32 = 5000;

const MOMENTS: u32 = 100;

const PROJECT: &str = r#"
site: { title: TITLE, organisation: Example, url: https://security.example.com, language: en }
roles: { officer: The demo's officer }
contacts: ["mailto:security@example.com"]
target: demo
"#;

const POLICY: &str = r"---
title: Security
summary: What we promise about security.
effective: 2026-01-01
owner: security officer
---

## Storage

[Content is kept in our cloud storage.](../checks/content-storage.yaml)
";

const CHECK: &str = r"
proves: Content is kept in our cloud storage.
under: Storage
because: The officer has looked at the settings of the storage.
valid_for: 24h
checks:
  - kind: attestation
";

const ATTESTATION: &str = r"
role: officer
day: demo
valid_for: 90d
looked_at: the settings of the storage
words: Content is kept in our cloud storage.
";

/// Every file below a folder, with its bytes.
type Tree = BTreeMap<String, Vec<u8>>;

/// A project with evidence, and the two sites that can be built from it.
struct Fixture {
    folder: tempfile::TempDir,
    sites: BTreeMap<&'static str, Tree>,
}

impl Fixture {
    /// A project whose old site is published.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (path, text) in [
            ("content/security.md", POLICY),
            ("checks/content-storage.yaml", CHECK),
            ("attestations/content-storage.yaml", ATTESTATION),
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        let mut fixture = Self { folder, sites: BTreeMap::new() };
        fixture.titled("New");
        let checked = fixture.avouch(&[]).arg("check").status().unwrap();
        assert!(checked.success(), "{checked}");
        for title in ["New", "Old"] {
            fixture.titled(title);
            assert!(fixture.build(&[]).success());
            fixture.sites.insert(title, tree(&fixture.root().join("public")));
        }
        assert_ne!(fixture.sites["Old"], fixture.sites["New"]);
        fixture
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Sets what the next build is to publish.
    fn titled(&self, title: &str) {
        let project = PROJECT.replace("TITLE", title);
        fs::write(self.root().join("avouch.yaml"), project).unwrap();
    }

    /// The binary, run by `runner` if there is one.
    fn avouch(&self, runner: &[&str]) -> Command {
        let binary = env!("CARGO_BIN_EXE_avouch");
        let mut words = runner.iter().copied().chain([binary]);
        let mut command = program(words.next().unwrap());
        command.args(words).current_dir(self.root());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn building(&self, runner: &[&str]) -> Command {
        let mut command = self.avouch(runner);
        // The verb's evidence is there already, so nothing is asked.
        command.args(["build", "--assessment", "assessment.json"]);
        command
    }

    fn build(&self, runner: &[&str]) -> ExitStatus {
        self.building(runner).status().unwrap()
    }

    /// Builds with `strace` injecting a trouble into one call.
    fn build_with(&self, call: &str, trouble: &str, when: u32) -> ExitStatus {
        let inject = format!("inject={call}:{trouble}:when={when}");
        let log = self.root().join("strace.log").display().to_string();
        // `?` lets a call pass that this machine does not have.
        let trace = format!("trace=?{call}");
        self.build(&["strace", "-f", "-qq", "-o", &log, "-e", &trace, "-e", &inject])
    }

    /// The title of the site that is published: there is one, and it is whole.
    fn published(&self, after: &str) -> &'static str {
        let there = tree(&self.root().join("public"));
        let whole = self.sites.iter().find(|(_, site)| **site == there);
        whole.map(|(title, _)| *title).unwrap_or_else(|| {
            panic!("{after}: neither the old site nor the new: {:?}", there.keys())
        })
    }

    /// Sets the next build to publish the site that is not published now.
    fn next(&self, after: &str) {
        self.titled(if self.published(after) == "Old" { "New" } else { "Old" });
    }

    /// What stands beside the site that should not.
    fn left_over(&self) -> Vec<String> {
        let beside = fs::read_dir(self.root()).unwrap().flatten();
        let names = beside.map(|entry| entry.file_name().display().to_string());
        names.filter(|name| name.starts_with(".avouch-")).collect()
    }

    /// After all that happened, one build that nobody ends publishes, and leaves nothing beside.
    fn recovers(&self) {
        self.titled("New");
        assert!(self.build(&[]).success());
        assert_eq!(self.published("a build that nobody ended"), "New");
        assert_eq!(self.left_over(), Vec::<String>::new());
    }
}

fn tree(root: &Path) -> Tree {
    let files = walkdir::WalkDir::new(root).into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    let read = files.map(|entry| {
        let path = entry.path().strip_prefix(root).unwrap();
        (path.display().to_string(), fs::read(entry.path()).unwrap())
    });
    read.collect()
}

fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(9) || status.code() == Some(137)
}

#[test]
fn a_build_killed_at_any_call_leaves_a_whole_site() {
    let fixture = Fixture::new();
    let mut killed = 0;
    for call in CALLS {
        for when in 1..CALLS_MAX {
            let at = format!("killed at {call} number {when}");
            fixture.next(&at);
            let status = fixture.build_with(call, "signal=SIGKILL", when);
            fixture.published(&at);
            if !was_killed(status) {
                assert!(status.success(), "{at}: {status}");
                break;
            }
            killed += 1;
        }
    }
    // Each file is opened, written and synced; fewer deaths would mean that nothing was injected.
    assert!(killed > 3 * fixture.sites["New"].len(), "killed only {killed} times");
    fixture.recovers();
}

#[test]
fn the_first_build_killed_at_any_call_leaves_a_whole_site_or_none() {
    let fixture = Fixture::new();
    let public = fixture.root().join("public");
    for call in ["mkdir", "write", "fsync", "renameat2"] {
        for when in 1..CALLS_MAX {
            fs::remove_dir_all(&public).unwrap();
            let status = fixture.build_with(call, "signal=SIGKILL", when);
            if !public.exists() {
                assert!(was_killed(status), "{status}");
                fs::create_dir(&public).unwrap();
                continue;
            }
            fixture.published(&format!("killed at {call} number {when}"));
            if status.success() {
                break;
            }
        }
    }
    fixture.recovers();
}

#[test]
fn a_build_killed_at_any_moment_leaves_a_whole_site() {
    let fixture = Fixture::new();
    let begun = Instant::now();
    assert!(fixture.build(&[]).success());
    let whole = begun.elapsed();
    for moment in 0..MOMENTS {
        let at = format!("killed at moment {moment}");
        fixture.next(&at);
        let mut child = fixture.building(&[]).spawn().unwrap();
        wait(whole.mul_f64(rand::random_range(0.0..1.1)));
        child.kill().unwrap();
        child.wait().unwrap();
        fixture.published(&at);
    }
    fixture.recovers();
}

/// Lets a moment pass that is shorter than what a sleep can be trusted with.
fn wait(moment: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < moment {
        std::hint::spin_loop();
    }
}

#[test]
fn a_disk_that_refuses_leaves_the_old_site_and_nothing_beside_it() {
    let fixture = Fixture::new();
    for (call, error) in [
        ("write", "error=ENOSPC"),
        ("mkdir", "error=ENOSPC"),
        ("fsync", "error=EIO"),
        ("renameat2", "error=EINVAL"),
    ] {
        let calls = calls(&fixture, call);
        assert!(calls > 0, "a build makes no {call}");
        for when in 1..=calls {
            let at = format!("{error} at {call} number {when}");
            fixture.next(&at);
            let before = fixture.published(&at);
            let status = fixture.build_with(call, error, when);
            let after = fixture.published(&at);
            assert!(status.code() != Some(2) || before == after, "{at}: told of, but published");
            assert_eq!(fixture.left_over(), Vec::<String>::new(), "{at}");
        }
    }
    fixture.recovers();
}

/// How many calls of one sort a build makes.
fn calls(fixture: &Fixture, call: &str) -> u32 {
    let when = CALLS_MAX;
    assert!(fixture.build_with(call, "error=EIO", when).success());
    let log = fs::read_to_string(fixture.root().join("strace.log")).unwrap();
    let of_call = log.lines().filter(|line| line.contains(&format!(" {call}(")));
    u32::try_from(of_call.count()).unwrap()
}
