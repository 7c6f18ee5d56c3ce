//! Words: nobody's words, theme or table can pass for a verdict, and nothing around a claim can change it.

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Service, WORDS, policy, run};
use crate::harness::{Project, Run};

const REFUSED: &str = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /orders, expect: { status: 200 } }
    - { name: stranger, get: /orders, control: owner, expect: { refused: true } }
";

fn orders() -> Service {
    Service::start(move |asked| match (asked.line().as_str(), asked.actor()) {
        ("GET /orders", Some("acme")) => Answer::json(200, &json!({ "orders": ["one"] })),
        _ => Answer::new(401, ""),
    })
}

/// A project in which promises must be claims, with a policy that has this text after its claim.
fn project(service: &Service, text: &str) -> Project {
    let project = service.project(REFUSED);
    project.edit("avouch.yaml", "writes: true", "writes: true\npromises: error");
    project.write("content/security.md", &format!("{}\n{text}\n", policy(WORDS)));
    project
}

/// The exit code of a build, and whether the diagnostic was reported.
fn build(project: &Project, code: &str) -> (Option<i32>, bool, Run) {
    let run = run(project, &["build"]);
    (run.code, run.err.contains(code), run)
}

#[test]
fn a_text_that_looks_like_a_verdict_is_not_published() {
    let service = orders();
    for text in [
        "- ✓ Verified",
        "## Verified",
        "Data is encrypted at rest. Verified on 3 May.",
        "Data is encrypted at rest **✅ Verified**",
        "V&#1077;rified",
        "| Backup | Status |\n|---|---|\n| Daily | Tested publicly |",
        "Hello. [](stated: \"Geprüft am 3. Mai\")",
    ] {
        let (code, reported, run) = build(&project(&service, text), "imitates-verdict");
        assert!(code == Some(2) && reported, "{text}: {run}");
    }
    for (file, from, to) in [
        ("avouch.yaml", "Head of security", "\"✓ Verified\""),
        ("avouch.yaml", "organisation: Example", "organisation: Tested publicly"),
        ("checks/claim.yaml", "We ask the service.", "Verified by Avouch."),
        ("checks/claim.yaml", "name: owner", "name: Verified"),
        ("content/security.md", "title: Security", "title: Verified"),
    ] {
        let project = project(&service, "");
        project.edit(file, from, to);
        let (code, reported, run) = build(&project, "imitates-verdict");
        assert!(code == Some(2) && reported, "{to}: {run}");
    }
}

#[test]
fn ordinary_words_are_published_and_a_table_with_marks_says_whose_they_are() {
    let service = orders();
    let text = "Failed log-ins are rare. An expired token is no use. Verified by Visa is supported.\n\n\
                | Feature | Cloud |\n|---|---|\n| SSO | ✓ |";
    let project = project(&service, text);
    let run = run(&project, &["build"]);
    assert_eq!(run.code, Some(0), "{run}");
    let note = "The publisher’s own table; not checked by Avouch.";
    let page = project.read("public/security/index.html");
    let (before, after) = page.split_once(note).unwrap();
    assert!(!before.contains("<table>") && after.contains("<table>"), "{page}");
    let markdown = project.read("public/security/index.md");
    assert!(markdown.contains(&format!("{note}\n\n| Feature")), "{markdown}");
    let evidence = project.read("public/evidence/claim/index.html");
    assert!(evidence.contains("The publisher’s explanation"), "{evidence}");
}

#[test]
fn words_around_a_claim_cannot_deny_it() {
    let service = orders();
    let claim = format!("[{WORDS}](../checks/claim.yaml)");
    for (text, code) in [
        (format!("The following is wrong: {claim}"), "words-around"),
        (format!("Hopefully, {claim}"), "words-around"),
        (format!("{claim} This is not true."), "words-around"),
        (format!("> {claim}"), "quoted-claim"),
        (format!("Yes[^1].\n\n[^1]: {claim}"), "quoted-claim"),
        (claim.replace("service", "s\u{435}rvice"), "look-alike"),
        (claim.replace("service", "ser\u{200d}vice"), "hidden-character"),
    ] {
        let project = service.project(REFUSED);
        project.edit("content/security.md", &claim, &text);
        let (exit, reported, run) = build(&project, code);
        assert!(exit == Some(2) && reported, "{text}: {run}");
    }
    let project = service.project(REFUSED);
    project.edit("content/security.md", &claim, &format!("In addition, {claim}"));
    let (exit, reported, run) = build(&project, "part-of-a-sentence");
    assert!(exit == Some(0) && reported, "{run}");
}

#[test]
fn a_theme_cannot_hide_a_verdict_or_give_it_other_words() {
    let service = orders();
    for (file, text) in [
        ("theme.css", ".mark { display: none }"),
        ("theme.css", "main { opacity: 0 }"),
        ("theme.css", "p::after { content: \"✓ Verified\" }"),
        (
            "evidence.html",
            "{% extends \"built-in/evidence.html\" %}{% block standing %}<b>✓ Verified</b>{% endblock standing %}",
        ),
        (
            "base.html",
            "<html><head><title>{{ page.title }}</title></head><body>{% block main %}{% endblock main %}</body></html>",
        ),
        ("i18n/en.yaml", "word-violated: Verified"),
    ] {
        let project = service.project(REFUSED);
        project.write(&format!("templates/{file}"), text);
        let code = if file.starts_with("i18n") { "bad-words" } else { "theme-hides" };
        let (exit, reported, run) = build(&project, code);
        assert!(exit == Some(2) && reported, "{file}: {text}: {run}");
    }
    let project = service.project(REFUSED);
    project.write("templates/theme.css", ":root { --link: #7a2e6d; } main { padding: 1rem; }");
    let (exit, _, run) = build(&project, "");
    assert_eq!(exit, Some(0), "{run}");
}

#[test]
fn evidence_is_bound_to_the_explanation_and_the_heading() {
    let service = orders();
    let claim = format!("[{WORDS}](../checks/claim.yaml)");
    for (file, from, to) in [
        ("checks/claim.yaml", "We ask the service.", "We ask a colleague."),
        ("content/security.md", claim.as_str(), &format!("## What others say\n\n{claim}")),
    ] {
        let project = service.project(REFUSED);
        assert_eq!(run(&project, &["check"]).code, Some(0));
        let stored = ["build", "--assessment", "assessment.json"];
        assert_eq!(run(&project, &stored).code, Some(0));
        project.edit(file, from, to);
        let late = run(&project, &stored);
        assert_ne!(late.code, Some(0), "{late}");
        assert!(late.err.contains("another heading, or with another explanation"), "{late}");
        assert_eq!(run(&project, &["build"]).code, Some(0));
    }
}

#[test]
fn a_draft_says_that_it_is_one_in_every_file() {
    let service = orders();
    let project = service.project(REFUSED);
    let run = run(&project, &["build", "--draft", "draft"]);
    assert_eq!(run.code, Some(0), "{run}");
    let json = |path: &str| -> Value { serde_json::from_str(&project.read(path)).unwrap() };
    assert_eq!(json("draft/claims.json")["draft"], true);
    assert_eq!(json("public/claims.json")["draft"], false);
    assert_eq!(json("draft/badge.json")["message"], "Draft, not verified");
    assert!(project.read("draft/feed.xml").contains("<title>Draft: "));
    assert!(!project.read("public/feed.xml").contains("Draft"));
}

#[test]
fn a_claim_about_two_products_names_those_that_were_asked() {
    let service = orders();
    let project = service.project(REFUSED);
    project.edit(
        "avouch.yaml",
        "writes: true",
        "writes: true\nproducts: { cloud: Cloud add-ons, server: Server add-ons }",
    );
    project.edit("checks/claim.yaml", "valid_for", "applies_to: [cloud, server]\nvalid_for");
    let (exit, reported, run) = build(&project, "unnamed-product");
    assert!(exit == Some(2) && reported, "{run}");
    project.edit("checks/claim.yaml", "- kind: http\n", "- kind: http\n  products: [cloud]\n");
    let (exit, _, run) = build(&project, "");
    assert_eq!(exit, Some(0), "{run}");
    let page = project.read("public/evidence/claim/index.html");
    assert!(page.contains("The evidence is about Cloud add-ons only."), "{page}");
    assert!(!page.contains("for Cloud add-ons and Server add-ons"), "{page}");
    let claims: Value = serde_json::from_str(&project.read("public/claims.json")).unwrap();
    assert_eq!(claims["claims"][0]["applies_to"], json!(["Cloud add-ons"]));
}

#[test]
fn an_author_adds_to_the_caveat_of_a_check() {
    let service = orders();
    let project = service.project(&format!("{REFUSED}  leaves_open: It does not show Sundays.\n"));
    assert_eq!(run(&project, &["build"]).code, Some(0));
    let page = project.read("public/evidence/claim/index.html");
    let caveat = "requests that are not listed here. The publisher adds: It does not show Sundays.";
    assert!(page.contains(caveat), "{page}");
}
