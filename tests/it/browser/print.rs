//! What comes out of a printer: a document that can be filed.

use std::io::Write as _;
use std::process::Stdio;

use crate::browser::{Browser, Site};
use crate::harness::Project;
use crate::surroundings::program;

/// The text of each sheet, as a program reads it that is not ours.
fn sheets(browser: &Browser, address: &str) -> Vec<String> {
    browser.open(address);
    let mut command = program("pdftotext");
    command.args(["-raw", "-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut reading = command.spawn().unwrap();
    reading.stdin.take().unwrap().write_all(&browser.pdf()).unwrap();
    let read = reading.wait_with_output().unwrap();
    assert!(read.status.success(), "{}", read.status);
    let text = String::from_utf8(read.stdout).unwrap();
    let flat = |sheet: &str| sheet.split_whitespace().collect::<Vec<_>>().join(" ");
    text.split('\u{c}').map(flat).filter(|sheet| !sheet.is_empty()).collect()
}

#[test]
fn a_printed_statement_can_be_filed() {
    let (browser, site) = (Browser::start(), Site::own());
    let sheets = sheets(&browser, &site.address("security/index.html"));
    assert!(sheets.len() > 1, "{sheets:?}");
    for (index, sheet) in sheets.iter().enumerate() {
        let number = format!("{} / {}", index + 1, sheets.len());
        assert!(sheet.ends_with(&number) || sheet.contains(&number), "{number}: {sheet}");
        assert!(sheet.contains("https://security.refinedwiki.com/security/"), "{sheet}");
    }
    let all = sheets.join(" ");
    for what in [
        // The version, the date, what is folded away on a screen, and a link spelled out.
        "Avouch 0.1.0",
        "In force since 1 Nov 2026",
        "What this does not show",
        "<https://www.heroku.com/policy/security>",
    ] {
        assert!(all.contains(what), "`{what}` is not on paper: {all}");
    }
    assert!(!all.contains("Draft"), "{all}");
}

#[test]
fn a_printed_draft_says_so_on_every_sheet() {
    let project = Project::own();
    let run = project.run(&["build", "--draft", "draft"]);
    assert_eq!(run.code, Some(0), "{run}");
    let site = Site::folder(&project.path("draft"));
    let sheets = sheets(&Browser::start(), &site.address("security/index.html"));
    for sheet in &sheets {
        assert!(sheet.to_lowercase().contains("draft, not verified"), "{sheet}");
    }
}
