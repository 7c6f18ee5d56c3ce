//! A project with one claim, whose actor `alice` logs in.

use crate::evidence::service::{Service, WORDS, claim, policy};
use crate::harness::{Project, Run};

/// The password of `alice`.
pub(crate) const PASSWORD: &str = "correct-horse-battery-7";

/// One probe as `alice`, who is let in.
pub(crate) const READS: &str = "  - kind: http\n    steps:\n      - { name: alice reads, as: alice, \
                                get: /notes, expect: { status: 200, json: { /owner: alice } } }\n";

/// A project whose actor `alice` has these settings: YAML, indented by four.
pub(crate) fn project(service: &Service, alice: &str, checks: &str) -> Project {
    let project = Project::empty();
    let target = format!("http://{}", service.address);
    project.write(
        "avouch.yaml",
        &format!(
            "site: {{ title: Example security, organisation: Example, \
             url: https://security.example.com, language: en }}\n\
             roles: {{ security: Head of security }}\n\
             contacts: [\"mailto:security@example.com\"]\n\
             target: {target}\nwrites: true\nlimits: {{ per_second: 10000 }}\n\
             actors:\n  alice:\n{alice}"
        ),
    );
    project.write("content/security.md", &policy(WORDS));
    project.write("checks/claim.yaml", &claim(WORDS, checks));
    project
}

/// Runs the binary with the password in its environment.
pub(crate) fn run(project: &Project, args: &[&str]) -> Run {
    run_with(project, args, &[("ALICE_PASSWORD", PASSWORD)])
}

/// Runs the binary with these variables.
pub(crate) fn run_with(project: &Project, args: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = project.command(args);
    command.envs(variables.iter().copied());
    project.finish(&command.output().unwrap())
}
