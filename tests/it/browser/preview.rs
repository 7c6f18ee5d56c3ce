//! The preview in a real browser, as a lawyer meets it.

use serde_json::json;

use crate::browser::{Browser, Look};
use crate::serve::Preview;
use crate::surroundings;

const POLICY: &str = "content/security.md";

/// Opens the statement and waits until the preview's own script has come.
fn open(preview: &Preview) -> Browser {
    let browser = Browser::start();
    browser.look(Look::WIDE);
    browser.open(&preview.address("/security/"));
    browser.wait_until(
        "the panel is there",
        "return !!document.querySelector('#avouch-panel button')",
    );
    browser
}

/// A script that says whether the page, or a part of it, says something.
fn says(selector: &str, words: &str) -> String {
    format!(
        "return [...document.querySelectorAll({})].some((one) => one.innerText.includes({}))",
        json!(selector),
        json!(words)
    )
}

#[test]
fn a_saved_file_is_on_the_page_and_the_reader_is_where_they_were() {
    let preview = Preview::own();
    let browser = open(&preview);
    browser.run(
        "const about = document.querySelector('#about-tenant-isolation');
         about.open = true;
         about.scrollIntoView({ block: 'center', behavior: 'instant' });
         window.sameWindow = true;",
    );
    let top = "return Math.round(document.querySelector('#about-tenant-isolation').getBoundingClientRect().top)";
    let before = browser.run(top);
    preview.project.edit(
        POLICY,
        "We sell two sorts of add-ons",
        "A paragraph that stands above.\n\nAnother one.\n\nWe sell two sorts of apps",
    );
    browser.wait_until("the page shows it", &says("main", "two sorts of apps"));
    assert_eq!(browser.run("return window.sameWindow"), true, "it was not loaded anew");
    // Lines are not whole pixels high, so the place may differ by a fraction of one.
    let moved = browser.run(top).as_f64().unwrap() - before.as_f64().unwrap();
    assert!(moved.abs() <= 1.0, "the reader's place moved by {moved} pixels");
    assert_eq!(browser.run("return document.querySelector('#about-tenant-isolation').open"), true);
    assert_eq!(browser.console(), Vec::<String>::new());
}

#[test]
fn garbage_is_told_at_its_place_while_the_last_good_page_stays_and_it_recovers() {
    let preview = Preview::own();
    let browser = open(&preview);
    let good = preview.project.read(POLICY);
    preview.project.write(POLICY, &good.replacen("summary: ", "summary: [", 1));
    browser.wait_until("it says so", &says(".avouch-note", "cannot be read"));
    browser.wait_until("it shows the line", &says(".avouch-note pre", "summary: ["));
    assert_eq!(browser.run("return document.querySelectorAll('.avouch-at').length"), 1);
    assert_eq!(browser.run(&says("main", "backed up every day")), true, "the last good page");
    preview.project.write(POLICY, &good);
    browser
        .wait_until("it recovers", "return document.querySelectorAll('.avouch-note').length === 0");
}

#[test]
fn the_note_on_a_changed_number_names_it_beside_the_sentence() {
    let preview = Preview::own();
    let browser = open(&preview);
    preview.project.edit(POLICY, "at most 24 hours", "at most 72 hours");
    browser.wait_until("it is told", &says(".avouch-note h2", "“24 hours” became “72 hours”"));
    let beside = browser.run(
        "const note = document.querySelector('.avouch-note').getBoundingClientRect();
         const words = document.querySelector('#claim-backup-daily').getBoundingClientRect();
         return Math.abs(note.top - words.top) < 5 && note.left > words.right;",
    );
    assert_eq!(beside, true);
    assert_eq!(browser.run(&says(".avouch-note del", "24")), true);
    assert_eq!(browser.run(&says(".avouch-note ins", "72")), true);
}

#[test]
fn a_note_on_a_paragraph_stands_beside_it_and_the_panel_leads_there() {
    let preview = Preview::own();
    let browser = open(&preview);
    preview.project.edit(
        POLICY,
        "No system is impenetrable",
        "No [system](gone.md) is impenetrable",
    );
    browser.wait_until("it is told", &says(".avouch-note h2", "link is broken"));
    let beside = "const note = document.querySelector('.avouch-note').getBoundingClientRect();
         const words = [...document.querySelectorAll('main p')]
           .find((one) => one.textContent.startsWith('No system')).getBoundingClientRect();
         return Math.abs(note.top - words.top) < 5;";
    assert_eq!(browser.run(beside), true);
    browser.run(
        "document.querySelector('.avouch-headline').click();
         document.querySelector('.avouch-reasons a[href*=note]').click();",
    );
    browser.wait_until(
        "it is in the window",
        "const top = document.querySelector('.avouch-note').getBoundingClientRect().top;
         return top > 0 && top < innerHeight && !document.querySelector('#avouch-panel[data-open]');",
    );
}

#[test]
fn the_button_runs_the_checks_with_live_progress_and_their_evidence_is_shown() {
    let preview = Preview::own();
    let browser = open(&preview);
    browser.run(
        "window.seen = [];
         new MutationObserver(() => seen.push(document.querySelector('.avouch-said').textContent))
           .observe(document.querySelector('.avouch-said'), { childList: true });
         [...document.querySelectorAll('#avouch-panel button')]
           .find((one) => one.textContent.startsWith('Run the checks')).click();",
    );
    browser.wait_until("they are done", &says(".avouch-said", "The checks were run"));
    browser.wait_until(
        "it was told how far they were",
        "return seen.some((one) => /^[1-9]\\d* of \\d+ checks are done$/.test(one))",
    );
    browser
        .wait_until("nothing stands in the way", &says("#avouch-panel", "could be published now"));
    browser.wait_until(
        "the evidence is shown",
        &says("a.mark[href='#about-backup-daily']", "Verified"),
    );
    assert_eq!(browser.console(), Vec::<String>::new());
}

#[test]
fn the_redline_against_what_is_published_is_one_click_away() {
    let preview = Preview::own();
    for arguments in [
        &["init", "-q"][..],
        &["add", "-A"],
        &["-c", "user.name=Ann", "-c", "user.email=a@b", "commit", "-qm", "as published"],
    ] {
        let mut git = surroundings::git();
        assert!(
            git.args(arguments).current_dir(preview.project.root()).status().unwrap().success()
        );
    }
    let browser = open(&preview);
    preview.project.edit(POLICY, "two sorts of add-ons", "three sorts of apps");
    browser.wait_until("the page shows it", &says("main", "three sorts of apps"));
    browser.run(
        "[...document.querySelectorAll('#avouch-panel button')]
           .find((one) => one.textContent.startsWith('What changed')).click();",
    );
    browser.wait_until("what went is shown", &says("#avouch-changes del", "two"));
    browser.wait_until("what came is shown", &says("#avouch-changes ins", "three"));
}

#[test]
fn the_panel_lists_what_it_counts_and_the_rest_apart() {
    let preview = Preview::own();
    let word = "attestations/content-storage.yaml";
    preview.project.edit(POLICY, "No system is impenetrable", "No [system](gone.md) is so");
    preview.project.edit(word, "day: demo", "day: 2026-09-01");
    let browser = open(&preview);
    browser.wait_until("it is told", &says(".avouch-headline", "there are 2 problems"));
    let listed = "return ['.avouch-reasons li', '.avouch-others li']
        .map((one) => document.querySelectorAll(one).length).join()";
    assert_eq!(browser.run(listed), "2,1");
    preview.project.edit(word, "day: 2026-09-01", "day: demo");
    browser.wait_until("nothing else", "return document.querySelector('.avouch-others').hidden");
}
