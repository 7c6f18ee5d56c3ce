//! One site in several languages: the same claims in each, said in its words.

use crate::harness::{Project, Run};

const SETTINGS: &str = "\
site:
  title: Example security
  organisation: Example
  url: https://security.example.com
  language: en
  languages:
    de: { title: Sicherheit bei Example, products: { cloud: Cloud-Zusätze }, roles: { officer: Beauftragte } }
products: { cloud: Cloud add-ons }
roles: { officer: The demo's officer }
contacts: [\"mailto:security@example.com\"]
target: demo
";

const ENGLISH: &str = "\
---
title: Security
summary: What we promise about security.
effective: 2026-03-01
owner: officer
---

## Storage

[Content is kept in our cloud storage.](../checks/content-storage.yaml)

No system is safe from everything. [](stated: \"nobody can test that\")
";

const GERMAN: &str = "\
---
title: Sicherheit
summary: Was wir zur Sicherheit versprechen.
effective: 2026-03-01
owner: officer
---

## Speicher

[Inhalte liegen in unserem Cloud-Speicher.](../../checks/content-storage.yaml)

Siehe [das Original](../security.md#storage).
";

const CHECK: &str = "\
proves: Content is kept in our cloud storage.
proves_also:
  - { in: content/de/security.md, words: Inhalte liegen in unserem Cloud-Speicher. }
because: The officer has looked at the settings of the storage.
applies_to: [cloud]
valid_for: 24h
checks:
  - kind: attestation
";

const ATTESTATION: &str = "\
role: officer
day: demo
valid_for: 90d
looked_at: the settings of the storage
words: Content is kept in our cloud storage.
";

fn bilingual() -> Project {
    let project = Project::empty();
    project.write("avouch.yaml", SETTINGS);
    project.write("content/security.md", ENGLISH);
    project.write("content/de/security.md", GERMAN);
    project.write("checks/content-storage.yaml", CHECK);
    project.write("attestations/content-storage.yaml", ATTESTATION);
    project
}

#[track_caller]
fn built(project: &Project) -> Run {
    let run = project.run(&["build"]);
    assert_eq!(run.code, Some(0), "{run}");
    run
}

#[track_caller]
fn says(text: &str, all: &[&str]) {
    for one in all {
        assert!(text.contains(one), "`{one}` is not in\n{text}");
    }
}

#[test]
fn each_language_has_its_own_pages_in_its_own_words() {
    let project = bilingual();
    built(&project);
    let policy = project.read("public/de/security/index.html");
    says(
        &policy,
        &[
            "<html lang=\"de\">",
            "<h1>Sicherheit</h1>",
            "Inhalte liegen in unserem Cloud-Speicher.</span>",
            "In Kraft seit dem <time datetime=\"2026-03-01\">1. März 2026</time>.",
            "Verantwortlich: Beauftragte.",
            "für Cloud-Zusätze",
            "data-then=\"Abgelaufen\"",
            "data-then=\"Abgelaufen: Sicherheit\"",
            "1 von einer benannten Stelle bestätigt",
            // What is not translated is said to be in English.
            "<dd lang=\"en\" dir=\"ltr\">The officer has looked at the settings of the storage.</dd>",
            "href=\"../../security/index.html#storage\"",
            "href=\"../../de/index.html\">Sicherheit bei Example</a>",
        ],
    );
    let evidence = project.read("public/de/evidence/content-storage/index.html");
    says(
        &evidence,
        &["<h1>Inhalte liegen in unserem Cloud-Speicher.</h1>", "Erklärung des Herausgebers"],
    );
    says(&project.read("public/de/index.html"), &["Alle Aussagen", "href=\"../de/security/"]);
    says(
        &project.read("public/security/index.html"),
        &["<html lang=\"en\">", "1 confirmed by a named role"],
    );
    for (path, bytes) in project.files("public") {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains('⟦'), "{}: {text}", path.display());
    }
}

#[test]
fn each_page_leads_to_itself_in_the_other_languages() {
    let project = bilingual();
    built(&project);
    for (page, path) in [
        ("index.html", ""),
        ("security/index.html", "security/"),
        ("evidence/content-storage/index.html", "evidence/content-storage/"),
    ] {
        for folder in ["", "de/"] {
            let html = project.read(&format!("public/{folder}{page}"));
            let alternate = |language: &str, folder: &str| {
                let to = format!("https://security.example.com/{folder}{path}");
                format!("<link rel=\"alternate\" hreflang=\"{language}\" href=\"{to}\">")
            };
            let all = [alternate("en", ""), alternate("x-default", ""), alternate("de", "de/")];
            says(&html, &all.each_ref().map(String::as_str));
            says(&html, &[">Deutsch</", ">English</", "aria-current=\"page\""]);
        }
    }
}

#[test]
fn a_page_that_is_not_translated_leads_to_the_other_languages_index() {
    let project = bilingual();
    project.write("content/more.md", ENGLISH.split("## Storage").next().unwrap());
    built(&project);
    let html = project.read("public/more/index.html");
    says(&html, &["href=\"../de/index.html\" hreflang=\"de\""]);
    assert!(!html.contains("rel=\"alternate\" hreflang=\"de\""), "{html}");
}

#[test]
fn machines_are_led_to_every_language() {
    let project = bilingual();
    built(&project);
    let sitemap = project.read("public/sitemap.xml");
    says(&sitemap, &["/de/</loc>", "/de/security/</loc>", "/de/evidence/content-storage/</loc>"]);
    says(&project.read("public/de/feed.xml"), &["xml:lang=\"de\"", "<title>Sicherheit</title>"]);
    says(&project.read("public/de/llms.txt"), &["# Sicherheit bei Example", "## Richtlinien"]);
    says(&project.read("public/de/security/index.md"), &["evidence/content-storage/index.html"]);
    let claims = project.read("public/claims.json");
    says(&claims, &["\"words\": \"Content is kept in our cloud storage.\""]);
    says(&claims, &["\"words\": \"Inhalte liegen in unserem Cloud-Speicher.\""]);
}

#[test]
fn evidence_for_other_words_in_another_language_is_refused() {
    let project = bilingual();
    let run = project.run(&["check"]);
    assert_eq!(run.code, Some(0), "{run}");
    for file in ["content/de/security.md", "checks/content-storage.yaml"] {
        project.edit(file, "liegen", "verbleiben");
    }
    let run = project.run(&["build", "--assessment", "assessment.json"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("it was taken for other words"), "{run}");
}

#[test]
fn a_language_that_runs_from_right_to_left_says_so() {
    let project = bilingual();
    project.edit("avouch.yaml", "language: en", "language: ar");
    project.edit("avouch.yaml", "    de:", "    en: {}\n    de:");
    project.write("templates/i18n/ar.yaml", include_str!("../../../templates/i18n/en.yaml"));
    project.write("content/en/security.md", &ENGLISH.replace("../checks", "../../checks"));
    let also = "  - { in: content/en/security.md, words: Content is kept in our cloud storage. }\nbecause:";
    project.edit("checks/content-storage.yaml", "because:", also);
    built(&project);
    says(
        &project.read("public/index.html"),
        &["<html lang=\"ar\" dir=\"rtl\">", "lang=\"de\" dir=\"ltr\""],
    );
}

#[test]
fn a_template_that_asks_for_words_that_are_not_there_is_told() {
    let project = bilingual();
    project.write("templates/index.html", "<h1>{{ say(key=\"every-clam\") }}</h1>");
    let run = project.run(&["lint"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("templates/index.html:1:8"), "{run}");
    assert!(run.err.contains("there is no text with the key `every-clam`"), "{run}");
}

/// A key that nobody says is work for every translator and for nobody's eyes.
#[test]
fn every_key_of_the_words_is_said_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let files =
        ["templates", "src/render/site", "src/model/project/i18n.rs"].map(|one| root.join(one));
    let all = files.iter().flat_map(|one| walkdir::WalkDir::new(one).into_iter().flatten());
    let all =
        all.filter(|one| one.path().extension().is_some_and(|end| end == "html" || end == "rs"));
    let said: String = all.map(|one| std::fs::read_to_string(one.path()).unwrap()).collect();
    let words = include_str!("../../../templates/i18n/en.yaml").lines();
    let keys = words.filter_map(|line| line.split_once(':').map(|(key, _)| key));
    for key in keys.filter(|key| !key.starts_with('#')) {
        let key = key.split('.').next().unwrap();
        // What is made of a name: `word-holds`, `reason-dns`.
        let made = key.split_once('-').map_or(key, |(first, _)| first);
        let made =
            said.contains(&format!("\"{made}-{{")) || said.contains(&format!("said(\"{made}\""));
        assert!(made || said.contains(&format!("\"{key}\"")), "`{key}` is never said");
    }
}
