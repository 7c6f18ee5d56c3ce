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

/// The pages that scroll sideways, with every `<details>` open.
fn too_wide(browser: &Browser, site: &Site) -> Vec<String> {
    let wide = |page: String| {
        browser.open(&site.address(&page));
        browser.run("document.querySelectorAll('details').forEach((one) => one.open = true)");
        let widths = browser.run(WIDTHS);
        let (taken, there) = (widths[0].as_u64().unwrap(), widths[1].as_u64().unwrap());
        (taken > there).then(|| format!("{page}: {taken} > {there}"))
    };
    site.pages().into_iter().filter_map(wide).collect()
}

#[test]
fn nothing_scrolls_sideways_in_a_narrow_window() {
    let (browser, site) = (Browser::start(), Site::own());
    browser.look(Look::NARROW);
    assert_eq!(too_wide(&browser, &site), Vec::<String>::new());
}

#[test]
fn nothing_scrolls_sideways_with_text_twice_as_large() {
    let (browser, site) = (Browser::start(), Site::own());
    browser.look(Look::WIDE);
    browser.open(&site.address("index.html"));
    let size = "return parseFloat(getComputedStyle(document.body).fontSize)";
    let usual = browser.run(size).as_f64().unwrap();
    browser.text_size(32);
    browser.open(&site.address("index.html"));
    // A wide window's type is a little larger, and no window is wide in letters twice as large.
    assert!(browser.run(size).as_f64().unwrap() > usual * 1.8);
    assert_eq!(too_wide(&browser, &site), Vec::<String>::new());
}

#[test]
fn a_page_that_scrolls_sideways_is_noticed() {
    let (browser, site) = (Browser::start(), Site::own());
    browser.look(Look::NARROW);
    site.edit("theme.css", "/*", "main { inline-size: 700px; }\n/*");
    assert_ne!(too_wide(&browser, &site), Vec::<String>::new());
}

/// Everything that the keyboard must reach.
const REACHABLE: &str = "a[href], summary, button, input, select, textarea, [tabindex]";

/// More keys than any page needs.
const KEYS_MAX: usize = 2000;

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

/// Goes through a page with the Tab key, opens with Enter what can be opened, and tells what was never
/// reached, what would not open, and what did not show that it had the focus.
fn beyond_the_keyboard(browser: &Browser, site: &Site, page: &str) -> Vec<String> {
    // Without smooth scrolling, what has the focus is in sight at once.
    browser.look(Look::WIDE);
    browser.open(&site.address(page));
    let mut troubles = Vec::new();
    for _ in 0..KEYS_MAX {
        browser.press(TAB);
        let focus = browser.run(
            "const one = document.activeElement;
             if (one === document.body || one.dataset.reached) return null;
             one.dataset.reached = true;
             const style = getComputedStyle(one), box = one.getBoundingClientRect();
             const closed = one.localName === 'summary' && !one.parentElement.open;
             const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
                 && box.width > 0 && box.right > 0 && box.bottom > 0 && box.top < innerHeight;
             return { html: one.outerHTML.slice(0, 200), closed, seen }",
        );
        if focus.is_null() {
            let left = browser.run(&format!(
                "return [...document.querySelectorAll('{REACHABLE}')]
                    .filter((one) => !one.dataset.reached && one.tabIndex >= 0)
                    .map((one) => 'never reached: ' + one.outerHTML.slice(0, 200))"
            ));
            let left = left.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned());
            return troubles.into_iter().chain(left).collect();
        }
        if focus["seen"] == false {
            troubles.push(format!("does not show the focus: {}", focus["html"]));
        }
        if focus["closed"] == true {
            browser.press(ENTER);
            let open = browser.run("return document.activeElement.parentElement.open");
            if open == false {
                troubles.push(format!("does not open: {}", focus["html"]));
            }
        }
    }
    panic!("{page} has no last element: {troubles:?}")
}

#[test]
fn the_keyboard_alone_reaches_every_link_and_opens_every_detail() {
    let (browser, site) = (Browser::start(), Site::own());
    let mut opened = 0;
    for page in site.pages() {
        assert_eq!(beyond_the_keyboard(&browser, &site, &page), Vec::<String>::new(), "{page}");
        let open = browser.run("return document.querySelectorAll('details[open]').length");
        opened += open.as_u64().unwrap();
    }
    assert!(opened > 0);
}

#[test]
fn a_link_beyond_the_keyboard_or_without_a_sign_of_focus_is_noticed() {
    let (browser, site) = (Browser::start(), Site::own());
    let inert = "<div inert><a href='#a'>a</a></div></main>";
    site.edit("privacy/index.html", "</main>", inert);
    site.edit("theme.css", "/*", ".skip:focus { outline: none; }\n/*");
    let told = beyond_the_keyboard(&browser, &site, "privacy/index.html").join("\n");
    assert!(told.contains("never reached: <a href=\"#a\">"), "{told}");
    assert!(told.contains("does not show the focus: \"<a class=\\\"skip\\\""), "{told}");
}

/// How far what is on a page moved by itself while it was loaded: 0 is not at all.
fn layout_shift(browser: &Browser, site: &Site, page: &str) -> f64 {
    browser.open(&site.address(page));
    let shift = browser.promised(
        "let sum = 0;
         const add = (list) => list.forEach((one) => sum += one.value);
         const observer = new PerformanceObserver((list) => add(list.getEntries()));
         observer.observe({ type: 'layout-shift', buffered: true });
         for (let frame = 0; frame < 5; frame++) await new Promise(requestAnimationFrame);
         await new Promise((done) => setTimeout(done));
         add(observer.takeRecords());
         return sum",
        vec![],
    );
    shift.as_f64().unwrap()
}

#[test]
fn nothing_on_a_page_moves_while_it_is_loaded() {
    let (browser, site) = (Browser::start(), Site::own());
    for look in [Look::WIDE, Look::NARROW] {
        browser.look(look);
        for page in site.pages() {
            assert!(layout_shift(&browser, &site, &page) == 0.0, "{page}, {look:?}");
        }
    }
}

#[test]
fn a_page_that_moves_while_it_is_loaded_is_noticed() {
    let (browser, site) = (Browser::start(), Site::own());
    browser.look(Look::WIDE);
    let script = "requestAnimationFrame(() => requestAnimationFrame(() => {
        const late = document.createElement('p');
        late.textContent = 'late';
        document.body.prepend(late);
    }));\n// Marks";
    site.edit("avouch.js", "// Marks", script);
    assert!(layout_shift(&browser, &site, "security/index.html") > 0.0);
}

#[test]
fn a_page_that_is_written_from_right_to_left_is_laid_out_so() {
    let (browser, site) = (Browser::start(), Site::own());
    for page in site.pages() {
        site.edit(&page, "<html lang=\"en\"", "<html lang=\"ar\" dir=\"rtl\"");
    }
    for look in [Look::WIDE, Look::NARROW] {
        browser.look(look);
        assert_eq!(too_wide(&browser, &site), Vec::<String>::new());
    }
    browser.open(&site.address("security/index.html"));
    let room = browser.run(
        "const range = document.createRange(), title = document.querySelector('h1');
         range.selectNodeContents(title);
         const text = range.getBoundingClientRect(), box = title.getBoundingClientRect();
         const list = getComputedStyle(document.querySelector('.reading ul'));
         return { left: text.left - box.left, right: box.right - text.right,
                  before: parseFloat(list.paddingRight), after: parseFloat(list.paddingLeft) }",
    );
    let of = |side: &str| room[side].as_f64().unwrap();
    assert!(of("right") < 1.0 && of("left") > 1.0, "the title: {room}");
    assert!(of("before") > of("after"), "the list: {room}");
}

/// A reader on a slow line waits for this much.
#[test]
fn the_statement_is_small() {
    let site = Site::own();
    let html = site.text("security/index.html");
    let sheets = html.split("rel=\"stylesheet\" href=\"../").skip(1);
    let sheets: Vec<&str> = sheets.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(sheets.contains(&"style.css"), "{sheets:?}");
    let style: String = sheets.into_iter().map(|sheet| site.text(sheet)).collect();
    let size = compressed(&html) + compressed(&style);
    assert!(size <= 60_000, "HTML and CSS: {size} bytes");
    let script = site.text("avouch.js").len();
    assert!(script <= 2_000, "script: {script} bytes");
}

fn compressed(text: &str) -> usize {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap().len()
}
