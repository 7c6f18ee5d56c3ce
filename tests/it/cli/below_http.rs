//! TLS, plain HTTP and DNS, end to end against the demo add-on.

use crate::harness::{Project, Run};

const POLICY: &str = r#"---
title: Transport
summary: How the service is reached.
effective: 2026-11-01
owner: security
products: [cloud]
order: 9
---

[The service speaks new versions of TLS only.](../checks/lower-tls.yaml)

[The service runs on the platform.](../checks/lower-host.yaml)

[Mail to us arrives, and nobody else sends it in our name.](../checks/lower-mail.yaml)
"#;

const TLS: &str = r"  - kind: tls
    minimum: TLS 1.2
    certificate_days: 14
    key_strength: 112
    states: [minimum, certificate_days, key_strength]
    plain_http: closed-or-redirected
";

const HOST: &str = r"  - kind: dns
    cname_into: ${host:platform-zone}
    no_dangling: true
    caa: [authority.demo-platform.test]
";

const MAIL: &str = r"  - kind: dns
    of: { domain_of: contacts }
    mx: true
    spf: true
    dmarc: reject
";

fn project() -> Project {
    let project = Project::own();
    project.write("content/transport.md", POLICY);
    for (name, proves, checks) in [
        ("lower-tls", "The service speaks new versions of TLS only.", TLS),
        ("lower-host", "The service runs on the platform.", HOST),
        ("lower-mail", "Mail to us arrives, and nobody else sends it in our name.", MAIL),
    ] {
        let claim =
            format!("proves: {proves}\nbecause: We ask.\nvalid_for: 24h\nchecks:\n{checks}");
        project.write(&format!("checks/{name}.yaml"), &claim);
    }
    project
}

fn check(args: &[&str]) -> Run {
    let claims = ["check", "lower-tls", "lower-host", "lower-mail", "--format", "json"];
    project().run(&[&claims[..], args].concat())
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
    let project = project();
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
