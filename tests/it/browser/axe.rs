//! Whether everybody can read the page, as far as a program can tell: axe-core, in a real browser.

use serde_json::{Value, json};

use crate::browser::{Browser, Look, Site};
use crate::tools;

/// A browser that has axe-core in every page.
fn browser() -> Browser {
    let browser = Browser::start();
    let axe = tools::installed("node_modules/axe-core/axe.min.js");
    browser.before_pages(&std::fs::read_to_string(axe).unwrap());
    browser
}

/// What axe-core finds wrong with a page, with every `<details>` open, by rule and element.
fn violations(browser: &Browser, site: &Site, page: &str) -> Vec<String> {
    browser.open(&site.address(page));
    browser.run("document.querySelectorAll('details').forEach((one) => one.open = true)");
    let options = json!({ "resultTypes": ["violations"],
        "rules": { "target-size": { "enabled": true } } });
    let found = browser.promised(
        "const told = await axe.run(document, arguments[0]);
         return told.violations.flatMap((rule) => rule.nodes.map((node) =>
             `${rule.id}: ${node.html} (${node.failureSummary})`))",
        vec![options],
    );
    let text = |one: &Value| format!("{page}: {}", one.as_str().unwrap());
    found.as_array().unwrap().iter().map(text).collect()
}

fn no_violation_on_any_page(site: &Site, look: Look) {
    let browser = browser();
    browser.look(look);
    let found: Vec<String> =
        site.pages().iter().flat_map(|page| violations(&browser, site, page)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn axe_finds_no_violation_on_any_page_in_the_light() {
    no_violation_on_any_page(&Site::own(), Look::WIDE);
}

#[test]
fn axe_finds_no_violation_on_any_page_in_the_dark() {
    no_violation_on_any_page(&Site::own(), Look::DARK);
}

#[test]
fn axe_finds_no_violation_on_any_page_in_a_narrow_window() {
    no_violation_on_any_page(&Site::own(), Look::NARROW);
}

#[test]
fn axe_finds_no_violation_on_a_draft_with_claims_in_trouble_in_the_light_and_in_the_dark() {
    for look in [Look::WIDE, Look::DARK] {
        no_violation_on_any_page(&Site::troubled(), look);
    }
}

#[test]
fn axe_finds_what_is_wrong_with_a_page_that_some_cannot_read() {
    let (browser, site) = (browser(), Site::own());
    site.edit("theme.css", "/*", ":root { --ink: #999; }\n/*");
    site.edit("index.html", "</main>", "<img src=\"icon.svg\"></main>");
    let found = violations(&browser, &site, "index.html").join("\n");
    for rule in ["color-contrast: ", "image-alt: "] {
        assert!(found.contains(rule), "{rule}\n{found}");
    }
    // What is well in the light may still be ill in the dark.
    site.edit("theme.css", ":root", "@media (prefers-color-scheme: dark) { :root");
    site.edit("theme.css", "; }", "; } }");
    site.edit("theme.css", "#999", "#555");
    let light = violations(&browser, &site, "privacy/index.html");
    assert_eq!(light, Vec::<String>::new());
    browser.look(Look::DARK);
    let dark = violations(&browser, &site, "privacy/index.html").join("\n");
    assert!(dark.contains("color-contrast: "), "{dark}");
}
