//! What a reader gets in a real browser.

use crate::browser::{Browser, Look, Site};

/// What went wrong while a page was opened: what the browser complained of, and what was asked of
/// anybody but the site itself.
fn troubles(browser: &Browser, site: &Site, page: &str) -> Vec<String> {
    browser.open(&site.address(page));
    let elsewhere = browser.requests().into_iter().filter(|one| !one.starts_with(&site.origin()));
    let asked = elsewhere.map(|one| format!("{page} asked for {one}"));
    let complaints = browser.console().into_iter().map(|one| format!("{page}: {one}"));
    complaints.chain(asked).collect()
}

#[test]
fn no_page_asks_anything_of_another_host_or_makes_the_browser_complain() {
    let (browser, site) = (Browser::start(), Site::own());
    let pages = site.pages();
    assert!(pages.len() > 10, "{pages:?}");
    for look in [Look::WIDE, Look::DARK, Look::FORCED, Look::PRINT] {
        browser.look(look);
        for page in &pages {
            assert_eq!(troubles(&browser, &site, page), Vec::<String>::new(), "{look:?}");
        }
    }
}

#[test]
fn a_page_that_asks_elsewhere_or_breaks_its_own_rules_is_noticed() {
    let (browser, site) = (Browser::start(), Site::own());
    site.edit("_headers", "img-src 'self'", "img-src *");
    site.edit("index.html", "img-src &#39;self&#39;", "img-src *");
    site.edit(
        "index.html",
        "</main>",
        "<img alt='' src='http://elsewhere.example/pixel.png'></main>",
    );
    let asked = troubles(&browser, &site, "index.html").join("\n");
    assert!(asked.contains("index.html asked for http://elsewhere.example/pixel.png"), "{asked}");
    site.edit("security/index.html", "<h1>", "<h1 style='color: red'>");
    let complaint = troubles(&browser, &site, "security/index.html").join("\n");
    assert!(complaint.contains("Content Security Policy"), "{complaint}");
}

/// Widths, in CSS pixels: what a page takes beside what the window has.
const WIDTHS: &str =
    "const root = document.documentElement; return [root.scrollWidth, root.clientWidth]";

#[test]
fn nothing_scrolls_sideways_on_a_narrow_window_or_with_text_twice_as_large() {
    let (browser, site) = (Browser::start(), Site::own());
    let mut too_wide = Vec::new();
    for (look, text) in [(Look::NARROW, 16), (Look::WIDE, 32)] {
        browser.look(look);
        browser.text_size(text);
        for page in site.pages() {
            browser.open(&site.address(&page));
            browser.run("document.querySelectorAll('details').forEach((one) => one.open = true)");
            let widths = browser.run(WIDTHS);
            let (taken, there) = (widths[0].as_u64().unwrap(), widths[1].as_u64().unwrap());
            if taken > there {
                too_wide.push(format!("{page}, text of {text} px: {taken} > {there}"));
            }
        }
    }
    assert_eq!(too_wide, Vec::<String>::new());
}

/// A day after everything on the page has ended.
fn long_after(site: &Site) -> jiff::Timestamp {
    let claims: serde_json::Value = serde_json::from_str(&site.text("claims.json")).unwrap();
    let claims = claims["claims"].as_array().unwrap();
    let ends = claims.iter().filter_map(|claim| claim["until"].as_str());
    let last = ends.map(|end| end.parse::<jiff::Timestamp>().unwrap()).max().unwrap();
    last + jiff::SignedDuration::from_hours(24)
}

#[test]
fn past_its_date_a_page_says_expired_everywhere() {
    let (browser, site) = (Browser::start(), Site::own());
    browser.clock(long_after(&site));
    browser.open(&site.address("security/index.html"));
    browser.wait_until("the title says so", "return document.title.startsWith('Expired: ')");
    browser.wait_until(
        "the strip says so",
        "return document.querySelector('.summary').innerText.includes('Expired.')",
    );
}

#[test]
fn without_script_the_page_still_says_until_when_it_counts() {
    let (browser, site) = (Browser::start(), Site::own());
    browser.script_off();
    browser.clock(long_after(&site));
    browser.open(&site.address("security/index.html"));
    let text = browser.run("return document.querySelector('.summary').innerText");
    assert!(
        text.as_str().unwrap().contains("Treat what is said here as unverified after"),
        "{text}"
    );
}

#[test]
fn the_first_tab_leads_past_the_header() {
    let (browser, site) = (Browser::start(), Site::own());
    browser.open(&site.address("security/index.html"));
    browser.press("\u{e004}");
    let focused = browser.run("return document.activeElement.getAttribute('href')");
    assert_eq!(focused, "#page-content");
}
