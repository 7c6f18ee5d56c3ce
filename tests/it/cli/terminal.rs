//! What a terminal shows: rows that fit, colour where it is wanted, and a suggestion for a typing error.

use crate::harness::{Project, Run};

/// Columns of a report that no terminal shows.
const WIDTH: usize = 80;

/// A claim whose check fails with the flaw, and the flaw.
const FAILS: [&str; 4] = ["check", "tenant-isolation", "--flaw", "leak-read"];

fn fits(text: &str, columns: usize) {
    for line in text.lines() {
        assert!(line.chars().count() <= columns, "wider than {columns}: {line}\n{text}");
    }
}

fn with_env(project: &Project, args: &[&str], env: &[(&str, &str)]) -> Run {
    project.finish(&project.command(args).envs(env.iter().copied()).output().unwrap())
}

#[test]
fn no_row_of_any_report_is_wider_than_80_columns() {
    let project = Project::own();
    for args in [
        &["check", "--flaw", "leak-read", "--flaw", "stale-backup", "--waivers"][..],
        &["build", "--assessment", "assessment.json", "--draft", "draft"],
        &["falsify", "config-cache"],
        &["explain", "tenant-isolation"],
        &["doctor", "--mode", "refuses-everybody"],
    ] {
        let run = with_env(&project, args, &[("COLUMNS", "200")]);
        assert!(!run.out.is_empty(), "{run}");
        fits(&run.out, WIDTH);
    }
}

#[test]
fn a_failure_is_reported_once_in_reading_order() {
    let project = Project::own();
    let run = project.run(&FAILS);
    assert_eq!(run.code, Some(1), "{run}");
    let (failure, _) = run.out.split_once("\n\n  expected").unwrap_or((&run.out, ""));
    let order = ["Failed: tenant-isolation", "“", "expected", "seen", "where", "request", "repeat"];
    let places: Vec<usize> = order.iter().map(|part| failure.find(part).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?} {failure}");
    // Nothing can accept a leak.
    assert_eq!(run.out.matches("--waivers").count(), 0, "{run}");
    let old = ["check", "backup-daily", "--flaw", "stale-backup"];
    let run = project.run(&old);
    assert_eq!(run.out.matches("--waivers").count(), 1, "{run}");
    assert!(!run.out.contains("- { check"), "{run}");
    let shown = project.run(&[&old[..], &["--waivers"]].concat());
    assert!(shown.out.contains("    - { check: 1, step: "), "{shown}");
}

#[test]
fn colour_is_used_where_it_is_wanted_and_never_in_a_pipe() {
    let project = Project::own();
    let explain = ["explain", "config-cache"];
    let always = ["explain", "config-cache", "--color", "always"];
    let never = ["explain", "config-cache", "--color", "never"];
    for (args, env, is_coloured) in [
        (&explain[..], &[][..], false),
        (&always, &[], true),
        (&always, &[("NO_COLOR", "1")], true),
        (&explain, &[("FORCE_COLOR", "1")], true),
        (&explain, &[("CLICOLOR_FORCE", "1")], true),
        (&explain, &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], false),
        (&never, &[("FORCE_COLOR", "1")], false),
    ] {
        let run = with_env(&project, args, env);
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(run.out.contains('\u{1b}'), is_coloured, "{args:?} {env:?} {run}");
    }
    let failed = project.run(&[&FAILS[..], &["--color", "always"]].concat());
    assert!(failed.out.contains("\u{1b}[1m\u{1b}[31mFailed\u{1b}[0m"), "{failed}");
    let file = project.run(&[&FAILS[..], &["--color", "always", "--report", "text=out"]].concat());
    assert_eq!(file.code, Some(1), "{file}");
    assert!(!project.read("out").contains('\u{1b}'), "a file is never coloured");
}

#[test]
fn a_terminal_gets_colour_and_its_own_width() {
    let project = Project::own();
    let wide = [("TERM", "xterm"), ("COLUMNS", "120")];
    let run = project.at_terminal(&["check", "config-cache"], &wide, &[]);
    assert!(run.out.contains("result"), "{run}");
    assert!(run.out.contains("\u{1b}[32mVerified"), "{run}");
    let run = project.at_terminal(&["check", "config-cache"], &[("TERM", "xterm")], &[]);
    assert!(!run.out.contains("result"), "{run}");
}

#[test]
fn a_typing_error_gets_a_suggestion() {
    let project = Project::own();
    for (args, meant) in [
        (&["check", "--flaw", "leakread"][..], "leak-read"),
        (&["check", "--mode", "refuse-everybody"], "refuses-everybody"),
        (&["check", "--format", "jnit"], "junit"),
        (&["check", "--report", "jnit=x"], "junit"),
        (&["check", "tenant-isolatoin"], "tenant-isolation"),
        (&["schema", "polcy"], "policy"),
        (&["chek"], "check"),
    ] {
        let run = project.run(args);
        assert_eq!(run.code, Some(2), "{run}");
        let suggests = [format!("'{meant}'"), format!("did you mean `{meant}`?")];
        assert!(suggests.iter().any(|one| run.err.contains(one)), "{args:?}: {run}");
    }
}

#[test]
fn a_draft_is_written_and_not_published() {
    let project = Project::own();
    let run = project.run(&["build", "--flaw", "cache-forever", "--draft", "draft"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.err.contains("wrote a draft to draft: open "), "{run}");
    assert!(run.err.contains("not published: 1 of 18 claims is not verified"), "{run}");
    assert!(!run.err.lines().any(|line| line.starts_with("published")), "{run}");
}
