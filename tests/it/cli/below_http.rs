//! TLS, plain HTTP and DNS, end to end against the demo add-on.

use crate::harness::{Project, Run};

fn check(args: &[&str]) -> Run {
    let claims = ["check", "lower-tls", "lower-host", "lower-mail", "--format", "json"];
    Project::fixture("transport").run(&[&claims[..], args].concat())
}

#[test]
fn the_sound_demo_holds_below_http() {
    let run = check(&[]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.with_standing("holds").len(), 3, "{run}");
}

#[test]
fn each_flaw_below_http_is_noticed_and_breaks_nothing_else() {
    for (flaw, claim) in [
        ("tls-1.0", "lower-tls"),
        ("plain-http", "lower-tls"),
        ("moved-host", "lower-host"),
        ("no-mx", "lower-mail"),
    ] {
        let run = check(&["--flaw", flaw]);
        assert_eq!(run.code, Some(1), "{flaw}: {run}");
        assert_eq!(run.with_standing("violated"), [claim], "{flaw}: {run}");
        assert_eq!(run.with_standing("holds").len(), 2, "{flaw}: {run}");
    }
}

#[test]
fn a_host_that_is_down_is_inconclusive_below_http() {
    let project = Project::fixture("transport");
    let closed = "target: https://127.0.0.1:1\nresolver: 127.0.0.1:1\n";
    project.edit("avouch.yaml", "target: demo\n", closed);
    project.edit("checks/lower-host.yaml", "${host:platform-zone}", "herokudns.com");
    project.edit("avouch.yaml", "limits:\n", "limits:\n  timeout: 1s\n");
    let claims = ["check", "lower-tls", "lower-mail", "--format", "json"];
    let mut command = project.command(&claims);
    for name in avouch_demo::Secrets::VARIABLES {
        command.env(name, "of no use here");
    }
    let run = project.finish(&command.output().unwrap());
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(run.with_standing("inconclusive").len(), 2, "{run}");
}
