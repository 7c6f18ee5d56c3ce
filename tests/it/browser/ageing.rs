//! A page that is out stays honest, in a real browser: with the clock past its dates, and without script.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::browser::{Browser, Site};
use crate::harness::Project;

/// One claim of `claims.json`.
struct Claim {
    id: String,
    words: String,
    /// The page that it stands on, and the page of its evidence: paths.
    policy: String,
    evidence: String,
    until: Option<Timestamp>,
}

fn claims(site: &Site) -> Vec<Claim> {
    let told: Value = serde_json::from_str(&site.text("claims.json")).unwrap();
    let origin = told["site"]["url"].as_str().unwrap().to_owned();
    let text = |claim: &Value, field: &str| claim[field].as_str().unwrap().to_owned();
    let path = |claim: &Value, field: &str| {
        let address = text(claim, field);
        let (page, _) = address.split_once('#').unwrap_or((&address, ""));
        page.strip_prefix(&origin).unwrap().to_owned()
    };
    let read = |claim: &Value| Claim {
        id: text(claim, "id"),
        words: text(claim, "words"),
        policy: path(claim, "policy"),
        evidence: path(claim, "evidence"),
        until: claim["until"].as_str().map(|until| until.parse().unwrap()),
    };
    let claims: Vec<Claim> = told["claims"].as_array().unwrap().iter().map(read).collect();
    assert!(claims.len() > 10, "{told}");
    claims
}

/// What a page shows to its reader of an element: its text on one line, or nothing if it is hidden.
fn shown(browser: &Browser, selector: &str) -> String {
    let script = "const found = document.querySelector(arguments[0]);
        return found && found.checkVisibility() ? found.innerText : ''";
    let text = browser.run_with(script, vec![selector.into()]);
    text.as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The mark of a claim where it stands in its policy.
fn mark(claim: &Claim) -> String {
    format!("a.mark[href='#about-{}']", claim.id)
}

fn pages_of(claims: &[Claim]) -> Vec<&str> {
    let mut pages: Vec<&str> = claims.iter().map(|claim| claim.policy.as_str()).collect();
    pages.dedup();
    pages
}

#[test]
fn past_their_dates_the_strip_the_title_the_icon_and_each_claim_say_expired() {
    let (browser, site) = (Browser::start(), Site::own());
    let claims = claims(&site);
    let last = claims.iter().filter_map(|claim| claim.until).max().unwrap();
    browser.clock(last + SignedDuration::from_hours(1));
    for page in pages_of(&claims) {
        browser.open(&site.address(page));
        let title = browser.run("return document.title");
        assert!(title.as_str().unwrap().starts_with("Expired: "), "{page}: {title}");
        let icon = browser.run("return document.querySelector('link[rel=icon]').href");
        assert!(icon.as_str().unwrap().ends_with("/icon-unverified.svg"), "{page}: {icon}");
        let strip = shown(&browser, ".summary");
        assert!(strip.starts_with("Expired."), "{page}: {strip}");
        for claim in claims.iter().filter(|claim| claim.policy == page) {
            let shown = shown(&browser, &mark(claim));
            assert!(shown.ends_with("Expired"), "{}: {shown}", claim.id);
        }
    }
    for claim in &claims {
        browser.open(&site.address(&claim.evidence));
        assert!(shown(&browser, "main .mark").ends_with("Expired"), "{}", claim.evidence);
        let title = browser.run("return document.title");
        assert!(title.as_str().unwrap().starts_with("Expired: "), "{}: {title}", claim.evidence);
    }
}

#[test]
fn a_claim_whose_date_has_not_come_does_not_say_expired() {
    let project = Project::own();
    project.edit("checks/config-cache.yaml", "valid_for: 24h", "valid_for: 12h");
    assert_eq!(project.run(&["build"]).code, Some(0));
    let (browser, site) = (Browser::start(), Site::folder(&project.path("public")));
    let mut claims = claims(&site);
    claims.sort_by_key(|claim| claim.until);
    let (first, last) = (claims.first().unwrap(), claims.last().unwrap());
    browser.clock(first.until.unwrap() + SignedDuration::from_millis(1));
    browser.open(&site.address(&first.policy));
    assert!(shown(&browser, &mark(first)).ends_with("Expired"));
    browser.open(&site.address(&last.policy));
    assert!(!shown(&browser, &mark(last)).ends_with("Expired"));
}

#[test]
fn a_page_that_stays_open_past_its_date_says_so_without_being_loaded_again() {
    let (browser, site) = (Browser::start(), Site::own());
    // A clock that the test can move, and timers that do not keep it waiting.
    browser.before_pages(
        "const wait = setInterval; setInterval = (act, time) => wait(act, Math.min(time, 50));
         const now = Date.now; let later = 0; Date.now = () => now() + later;
         addEventListener('a-year-later', () => later = 366 * 24 * 3600 * 1000)",
    );
    browser.open(&site.address("security/"));
    assert!(!shown(&browser, ".summary").starts_with("Expired."));
    browser.run("dispatchEvent(new Event('a-year-later'))");
    browser.wait_until("the title says so", "return document.title.startsWith('Expired: ')");
    assert!(shown(&browser, ".summary").starts_with("Expired."));
}

#[test]
fn without_script_the_text_still_says_until_when_it_counts() {
    let (browser, site) = (Browser::start(), Site::own());
    let claims = claims(&site);
    browser.script_off();
    for page in pages_of(&claims) {
        browser.open(&site.address(page));
        let strip = shown(&browser, ".summary").to_lowercase();
        assert!(strip.contains("as unverified after"), "{page}: {strip}");
        assert!(!strip.contains("expired."), "{page}: {strip}");
        browser.run("document.querySelectorAll('details').forEach((one) => one.open = true)");
        for claim in claims.iter().filter(|claim| claim.policy == page) {
            let about = shown(&browser, &format!("#about-{}", claim.id));
            let until = claim.until.unwrap().strftime("%-d %b %Y, %H:%M UTC").to_string();
            let told = format!("as unverified after {until}");
            assert!(about.contains(&told), "{}: {told}\n{about}", claim.id);
        }
    }
}

#[test]
fn what_a_page_says_of_each_claim_is_what_its_data_says() {
    let (browser, site) = (Browser::start(), Site::own());
    let claims = claims(&site);
    for page in pages_of(&claims) {
        browser.open(&site.address(page));
        for claim in claims.iter().filter(|claim| claim.policy == page) {
            assert_eq!(shown(&browser, &format!("#claim-{}", claim.id)), claim.words);
        }
        let there = browser.run("return document.querySelectorAll('[id^=claim-]').length");
        let told = claims.iter().filter(|claim| claim.policy == page).count();
        assert_eq!(there, told, "{page}");
    }
    for claim in &claims {
        browser.open(&site.address(&claim.evidence));
        assert_eq!(shown(&browser, "h1"), claim.words);
    }
}
