//! Before anything is checked: can every actor log in, and is every control met?

use crate::harness::Project;

#[test]
fn every_actor_of_the_sound_demo_logs_in() {
    let run = Project::own().run(&["doctor"]);
    assert_eq!(run.code, Some(0), "{run}");
    for actor in ["acme", "globex", "operator"] {
        let row = run.out.lines().find(|line| line.starts_with(actor)).unwrap_or_default();
        assert!(row.contains("all met"), "{run}");
    }
}

#[test]
fn an_add_on_that_refuses_everybody_meets_no_control() {
    let run = Project::own().run(&["doctor", "--mode", "refuses-everybody"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("tenant-isolation: "), "{run}");
    assert!(run.out.contains("  seen      status 401"), "{run}");
}

/// What is broken of the claims is not its business: no probe is sent.
#[test]
fn nothing_but_the_controls_is_asked() {
    let run = Project::own().run(&["doctor", "--flaw", "leak-read", "--flaw", "no-hsts"]);
    assert_eq!(run.code, Some(0), "{run}");
}
