//! Descriptor, installation, `security.txt` and calls from Forge, over real sockets.

use crate::harness::{Project, Run};

const CLAIMS: [&str; 4] =
    ["connect-framework", "install-handshake", "limited-scopes", "security-txt"];

/// The check file of a claim about calls from Forge, in place of the one of `connect-framework`.
const FORGE: &str = "\
proves: Our cloud add-ons are delivered as Atlassian Connect add-ons.
under: How our cloud add-ons are connected
because: We call it.
applies_to: [cloud]
valid_for: 24h
checks:
  - kind: forge-remote
    as: forge
    endpoints: [{ get: /forge/notes }]
";

fn check(project: &Project, args: &[&str]) -> Run {
    project.run(&[&["check", "--format", "json"], &CLAIMS[..], args].concat())
}

#[test]
fn the_sound_demo_holds() {
    let run = check(&Project::own(), &[]);
    assert_eq!(run.with_standing("holds"), CLAIMS, "{run}");
}

#[test]
fn each_flaw_breaks_its_claim_and_no_other() {
    let project = Project::own();
    let flaws = [
        ("descriptor-auth-none", "connect-framework"),
        ("unsigned-install", "install-handshake"),
        ("extra-scope", "limited-scopes"),
        ("expired-security-txt", "security-txt"),
    ];
    for (flaw, claim) in flaws {
        let run = check(&project, &["--flaw", flaw]);
        assert_eq!(run.with_standing("violated"), [claim], "{flaw}: {run}");
        assert_eq!(run.with_standing("holds").len(), CLAIMS.len() - 1, "{flaw}: {run}");
    }
}

#[test]
fn an_unreachable_add_on_is_inconclusive() {
    let run = check(&Project::own(), &["--mode", "down"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(run.with_standing("inconclusive"), CLAIMS, "{run}");
}

#[test]
fn every_counterexample_is_noticed() {
    let project = Project::own();
    for claim in CLAIMS {
        let run = project.run(&["falsify", claim]);
        assert_eq!(run.code, Some(0), "{claim}: {run}");
    }
}

#[test]
fn calls_from_forge_hold_and_are_inconclusive_where_everybody_is_refused() {
    let project = Project::own();
    project.write("checks/connect-framework.yaml", FORGE);
    let args = ["check", "--format", "json", "connect-framework"];
    let run = project.run(&args);
    assert_eq!(run.with_standing("holds"), ["connect-framework"], "{run}");
    for mode in ["refuses-everybody", "down"] {
        let run = project.run(&[&args[..], &["--mode", mode]].concat());
        assert_eq!(run.with_standing("inconclusive"), ["connect-framework"], "{mode}: {run}");
    }
    let run = project.run(&[&args[..], &["--mode", "allows-everybody"]].concat());
    assert_eq!(run.with_standing("violated"), ["connect-framework"], "{run}");
}

#[test]
fn without_a_key_to_sign_with_the_log_of_installations_is_the_control() {
    let project = Project::own();
    project.edit("avouch.yaml", "      key: \"${INSTALL_KEY}\"\n", "");
    let recorded = "    as: platform\n    recorded: \
                    { as: operator, get: /ops/installs, at: /entries, within: 24h }\n";
    project.edit("checks/install-handshake.yaml", "    as: platform\n", recorded);
    for file in ["content/security.md", "checks/install-handshake.yaml"] {
        project.edit(file, "authentication.", "authentication, as in the last 24 hours.");
    }
    let args = ["check", "--format", "json", "install-handshake"];
    let run = project.run(&args);
    assert_eq!(run.with_standing("holds"), ["install-handshake"], "{run}");
    let run = project.run(&[&args[..], &["--flaw", "unsigned-install"]].concat());
    assert_eq!(run.with_standing("violated"), ["install-handshake"], "{run}");
}
