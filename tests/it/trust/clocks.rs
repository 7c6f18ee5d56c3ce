//! A clock that is set back or forward, between runs or during one: evidence from the future never counts, old
//! evidence expires, and a run that cannot know its time publishes nothing that is valid for longer.

use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Project, Run};
use crate::trust::files::{Counted, bounded, is_whole, no_panic, run_by};

/// Shifts the clock of a process by `SHIFT` seconds, after the first `AFTER` looks at it.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    static long looks, shift, after = -1;
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    if (after < 0) { after = atol(getenv("AFTER")); shift = atol(getenv("SHIFT")); }
    int result = real(id, at);
    if (id == CLOCK_REALTIME && __sync_fetch_and_add(&looks, 1) >= after) at->tv_sec += shift;
    return result;
}
"#;

struct Clock {
    _folder: tempfile::TempDir,
    shim: PathBuf,
}

impl Clock {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (source, shim) = (folder.path().join("clock.c"), folder.path().join("clock.so"));
        std::fs::write(&source, SHIM).unwrap();
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(&source).arg("-ldl");
        assert!(compiler.status().unwrap().success());
        Self { _folder: folder, shim }
    }

    fn run(&self, project: &Project, args: &[&str], shift: i64, after: u32) -> Run {
        let mut command = run_by(project, &["timeout", "120"], args);
        command.env("LD_PRELOAD", &self.shim);
        command.env("SHIFT", shift.to_string()).env("AFTER", after.to_string());
        let run = project.finish(&command.output().unwrap());
        no_panic(&run, "another clock");
        run
    }
}

const DAY: i64 = 86_400;

#[test]
fn evidence_from_the_future_never_counts_and_old_evidence_expires() {
    let (service, clock) = (Counted::start("Hello"), Clock::new());
    let project = service.built();
    let published = project.files("public");
    let from_file = ["build", "--assessment", "assessment.json"];
    // The clock of the machine that builds is behind that of the machine that checked.
    for back in [-2 * DAY, -400 * DAY, -30 * 365 * DAY] {
        let run = clock.run(&project, &from_file, back, 0);
        assert_eq!(run.code, Some(2), "{back}: {run}");
        assert!(run.err.contains("it was taken at"), "{back}: {run}");
        let reused = clock.run(
            &project,
            &["check", "--reuse", "assessment.json", "--out", "new.json"],
            back,
            0,
        );
        assert!(!reused.err.contains("reused evidence for 1 of"), "{back}: {reused}");
    }
    for forward in [2 * DAY, 400 * DAY] {
        let run = clock.run(&project, &from_file, forward, 0);
        assert_eq!(run.code, Some(3), "{forward}: {run}");
        let old = clock.run(&project, &["monitor", "public"], forward, 0);
        assert_eq!(old.code, Some(3), "{forward}: {old}");
    }
    assert_eq!(project.files("public"), published);
    assert_eq!(bounded(&project, &from_file).code, Some(0));
    // A clock that was ahead, which the service's own clock contradicts, and is right again.
    assert_eq!(clock.run(&project, &["check"], 2 * DAY, 0).code, Some(3));
    let run = bounded(&project, &from_file);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("it was taken at"), "{run}");
}

#[test]
fn a_clock_that_jumps_during_a_run_leaves_no_evidence_that_is_valid_for_longer() {
    let (service, clock) = (Counted::start("Hello"), Clock::new());
    for shift in [-2 * DAY, 2 * DAY] {
        for after in [1, 2, 3, 4, 6, 9, 14, 20, 30] {
            let project = service.project();
            let at = format!("{shift} s after {after} looks");
            let run = clock.run(&project, &["build"], shift, after);
            assert!(matches!(run.code, Some(0 | 2 | 3)), "{at}: {run}");
            is_whole(&project, &at);
            if !project.path("assessment.json").exists() {
                continue;
            }
            // A page that was built may be right by the run's own clock, but no later build believes a time that
            // has not come.
            let later =
                bounded(&project, &["build", "--assessment", "assessment.json", "--out", "later"]);
            assert!(matches!(later.code, Some(0 | 2 | 3)), "{at}: {later}");
            if later.code == Some(0) {
                let page: serde_json::Value =
                    serde_json::from_str(&project.read("later/claims.json")).unwrap();
                let until: jiff::Timestamp = page["valid_until"].as_str().unwrap().parse().unwrap();
                let most = crate::evidence::service::now() + jiff::SignedDuration::from_hours(24);
                assert!(until <= most, "{at}: {until}");
            }
        }
    }
}
