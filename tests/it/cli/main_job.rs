//! The main job, end to end, over real sockets: the statement against the demo add-on.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::harness::{Project, Run};
use crate::surroundings::program;

fn check(args: &[&str]) -> Run {
    let project = Project::own();
    project.run(&[&["check", "--format", "json"], args].concat())
}

#[test]
fn the_sound_demo_holds_and_the_site_is_published() {
    let project = Project::paced();
    let run = project.run(&["build"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(project.path("public/index.html").is_file());
    assert!(project.path("public/security/index.html").is_file());
    assert!(run.out.contains("tenant-isolation"), "{run}");
    let index = project.read("public/index.html");
    assert!(index.contains("embedded demo add-on, not a live service"));
}

#[test]
fn nothing_but_loopback_is_needed() {
    let project = Project::own();
    let script = "ip link set lo up && exec \"$0\" build";
    let output = program("unshare")
        .args(["--net", "sh", "-c", script, env!("CARGO_BIN_EXE_avouch")])
        .current_dir(project.root())
        .output()
        .unwrap();
    let run = project.finish(&output);
    assert_eq!(run.code, Some(0), "{run}");
}

/// Every flaw of the demo that concerns the statement breaks the claim that it names, and no other;
/// the site that is there stays as it was.
#[test]
fn each_flaw_breaks_its_claim_and_no_other_and_publishes_nothing() {
    let project = Project::own();
    let sound = project.run(&["build", "--format", "json"]);
    assert_eq!(sound.code, Some(0), "{sound}");
    let known = sound.standings();
    let published = project.files("public");
    for flaw in avouch_demo::FLAWS.iter().filter(|flaw| known.contains_key(flaw.claim)) {
        let run = project.run(&["build", "--format", "json", "--flaw", flaw.name]);
        assert_eq!(run.code, Some(1), "{}: {run}", flaw.name);
        assert_eq!(run.with_standing("violated"), [flaw.claim], "{}: {run}", flaw.name);
        assert_eq!(run.with_standing("holds").len(), known.len() - 1, "{}: {run}", flaw.name);
        assert!(project.files("public") == published, "{}: the site was changed", flaw.name);
    }
}

#[test]
fn a_violation_names_its_sentence_and_place() {
    let project = Project::own();
    let run = project.run(&["build", "--flaw", "leak-read"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.out.contains("content/security.md:"), "{run}");
    let words = project.read("checks/tenant-isolation.yaml");
    let words = words.split("proves:").nth(1).unwrap().lines().next().unwrap().trim();
    let start: String = words.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
    let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(start.trim_matches('"')), "{start}\n{run}");
    assert!(run.out.contains("curl"), "{run}");
}

/// With loopback only, so that nothing else can be asked either.
#[test]
fn an_unreachable_add_on_is_inconclusive_not_violated() {
    let project = Project::own();
    let script = "ip link set lo up && exec \"$@\"";
    let mut command = program("unshare");
    command.args(["--net", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_avouch")]);
    command.args(["check", "--format", "json", "--target", "https://127.0.0.1:9"]);
    command
        .envs(avouch_demo::Secrets::VARIABLES.iter().map(|name| (name, "a-secret-of-this-test")));
    let run = project.finish(&command.current_dir(project.root()).output().unwrap());
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(run.with_standing("violated"), Vec::<String>::new(), "{run}");
    assert_eq!(run.with_standing("holds"), Vec::<String>::new(), "{run}");
}

/// The demo that has ended, at the very addresses that it had.
#[test]
fn a_demo_that_has_ended_is_inconclusive_not_violated() {
    let project = Project::own();
    let mut demo = Running::start(&project);
    demo.point(&project);
    let sound = checked(&project);
    assert_eq!(sound.code, Some(0), "{sound}");
    demo.child.kill().unwrap();
    demo.child.wait().unwrap();
    let run = checked(&project);
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(run.with_standing("violated"), Vec::<String>::new(), "{run}");
}

/// `avouch demo`, running on its own.
struct Running {
    child: Child,
    how_to: String,
}

impl Running {
    fn start(project: &Project) -> Self {
        let mut command = project.command(&["demo"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines = lines.map(Result::unwrap).take_while(|line| !line.contains("Ctrl-C"));
        let how_to = lines.collect::<Vec<_>>().join("\n");
        Self { child, how_to }
    }

    /// Writes into the project what the demo said should be written there.
    fn point(&self, project: &Project) {
        let said = self.how_to.split("\n\n").nth(1).unwrap();
        let yaml = project.read("avouch.yaml");
        project.write("avouch.yaml", &yaml.replace("target: demo\n", &format!("{said}\n")));
    }
}

/// A check as the demo says that it is done: with its secrets in the environment.
fn checked(project: &Project) -> Run {
    let script = ". .avouch/demo/secrets.env && exec \"$0\" check --format json";
    let mut command = program("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_avouch")]);
    project.finish(&command.current_dir(project.root()).output().unwrap())
}

#[test]
fn an_add_on_that_answers_all_alike_has_shown_nothing() {
    let modes = [
        "refuses-everybody",
        "allows-everybody",
        "fails-everybody",
        "html-to-everybody",
        "garbage",
    ];
    for mode in modes {
        let run = check(&["auth-required", "tenant-isolation", "--mode", mode]);
        assert_eq!(run.with_standing("holds"), Vec::<String>::new(), "{mode}: {run}");
        assert_eq!(run.standings().len(), 2, "{mode}: {run}");
    }
}

#[test]
fn an_add_on_that_fails_refuses_or_is_down_is_inconclusive_throughout() {
    for mode in ["refuses-everybody", "fails-everybody", "garbage", "limits-rate", "down"] {
        let run = check(&["--mode", mode]);
        assert_eq!(run.code, Some(3), "{mode}: {run}");
        assert_eq!(run.with_standing("violated"), Vec::<String>::new(), "{mode}: {run}");
    }
}

#[test]
fn an_add_on_that_is_slow_is_inconclusive_within_the_time_that_a_run_may_take() {
    let project = Project::own();
    project.edit("avouch.yaml", "limits:\n", "limits:\n  timeout: 1s\n  run: 4s\n");
    let run = project.run(&["check", "--format", "json", "--mode", "slow"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(run.with_standing("violated"), Vec::<String>::new(), "{run}");
    assert!(run.with_standing("inconclusive").len() > 5, "{run}");
}

#[test]
fn a_word_that_nobody_gave_is_told_with_how_to_give_it() {
    let project = Project::own();
    std::fs::remove_file(project.path("attestations/support-access.yaml")).unwrap();
    let run = project.run(&["check", "support-access"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("write an attestation with `avouch attest support-access`"), "{run}");
}
