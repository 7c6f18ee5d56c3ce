//! The run's time is shared: a claim whose answers are slow does not keep others from theirs.

use crate::evidence::service::{Answer, run};
use crate::readers::isolation::busy::{Busy, take};

/// A service whose answers to `/slow` take so long.
fn slow(ms: u64) -> Busy {
    Busy::start(move |asked| {
        if asked.path.starts_with("/slow") {
            take(ms);
        }
        Answer::new(200, "fine")
    })
}

fn reads(path: &str, repeat: u8) -> String {
    format!(
        "- kind: http\n  steps:\n    - {{ name: reads, repeat: {repeat}, get: {path}, expect: {{ status: 200 }} }}\n"
    )
}

fn writes(path: &str) -> String {
    let step = |name: &str| {
        format!("    - {{ name: {name}, as: acme, post: {path}, expect: {{ status: 200 }} }}\n")
    };
    format!("- kind: http\n  steps:\n{}{}{}", step("one"), step("two"), step("three"))
}

#[test]
fn one_slow_claim_does_not_make_the_others_inconclusive() {
    // The slow claim comes first, and everything waits for it: for its place, or for its locks.
    for (limits, slow_check, quick) in [
        ("limits: { run: 6s, at_once: 1 }\n", reads("/slow", 3), reads("/quick", 5)),
        ("limits: { run: 6s }\n", writes("/slow"), writes("/quick")),
    ] {
        let service = slow(4000);
        let claims: [(&str, &str); 4] =
            [("a", &slow_check), ("b", &quick), ("c", &quick), ("d", &quick)];
        let result = run(&service.project(limits, &claims), &["check", "--format", "json"]);
        assert_eq!(result.code, Some(3), "{result}");
        assert_eq!(result.with_standing("holds"), ["b", "c", "d"], "{result}");
    }
}

#[test]
fn a_claim_that_needs_more_than_its_share_gets_the_time_that_is_left() {
    let service = slow(4000);
    let (slow_check, quick) = (reads("/slow", 1), reads("/quick", 5));
    let claims: [(&str, &str); 4] =
        [("a", &slow_check), ("b", &quick), ("c", &quick), ("d", &quick)];
    let limits = "limits: { run: 12s, at_once: 1 }\n";
    let result = run(&service.project(limits, &claims), &["check", "--format", "json"]);
    assert_eq!(result.code, Some(0), "{result}");
}

#[test]
fn slow_answers_of_one_claim_leave_places_to_the_others() {
    // As many slow requests as there are places.
    let service = slow(3000);
    let step = |n: usize| {
        format!("    - {{ name: reads {n}, get: /slow/{n}, expect: {{ status: 200 }} }}\n")
    };
    let many = format!("- kind: http\n  steps:\n{}", (0..8).map(step).collect::<String>());
    let quick = reads("/quick", 5);
    let claims: [(&str, &str); 3] = [("a", &many), ("b", &quick), ("c", &quick)];
    let limits = "limits: { run: 5s, per_host: 2 }\n";
    let result = run(&service.project(limits, &claims), &["check", "--format", "json"]);
    assert_eq!(result.with_standing("holds"), ["b", "c"], "{result}");
}

#[test]
fn the_run_says_what_it_waited_for() {
    let service = slow(2500);
    let check = reads("/slow", 1);
    let result = run(&service.project("", &[("a", &check)]), &["check"]);
    assert_eq!(result.code, Some(0), "{result}");
    assert!(result.err.contains("waited, added over all checks:"), "{result}");
    assert!(result.err.contains("s for slow answers"), "{result}");
}
