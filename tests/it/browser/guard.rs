//! No theme can hide a verdict's mark: hostile style sheets, put into a site after it was built, so that no rule
//! refused them, and the shipped themes.

use serde_json::Value;

use crate::browser::{Browser, Look, Site};
use crate::harness::Project;

/// Sheets that try to hide marks, or to make them say something else.
const HOSTILE: [&str; 16] = [
    ".mark, .mark * { display: none !important }",
    ".mark { visibility: hidden !important } body { visibility: hidden }",
    ".mark { opacity: 0 !important; filter: opacity(0) !important }",
    ".mark, .warning { font-size: 0 !important } html { font-size: 1px }",
    ".mark { color: #fefdfb !important; -webkit-text-fill-color: transparent !important }",
    ".mark { clip-path: inset(50%) !important; mask: linear-gradient(transparent, transparent) !important }",
    ".mark { position: absolute !important; left: -9999px !important }",
    ".mark { transform: scale(0) !important; scale: 0; translate: -9999px }",
    ".mark { text-indent: -9999px !important; letter-spacing: -1em !important; overflow: hidden !important }",
    ".mark { max-width: 0 !important; max-height: 0 !important; overflow: hidden !important }",
    ".mark::before { content: \"Verified\" !important } .mark > span { display: none !important }",
    ".mark { content: url(icon.svg) !important }",
    "@layer x { .mark { display: none !important } } @layer avouch { .mark { display: none !important } }",
    "body::after { content: \"\"; position: fixed; inset: 0; background: #fefdfb; z-index: 9999 }",
    ".mark { -webkit-text-security: disc !important; unicode-bidi: bidi-override !important; direction: rtl }",
    ".mark { animation: a 1ms forwards !important } @keyframes a { to { opacity: 0; font-size: 0 } }",
];

/// Each mark and notice of a page that a reader cannot see or read, with the reason.
const UNSEEN: &str = "
    const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = (c) => { const f = (v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
      return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
    const unseen = [];
    for (const mark of document.querySelectorAll('main .mark, main .warning')) {
      if (mark.closest('details:not([open])')) continue;
      mark.scrollIntoView({ block: 'center' });
      const box = mark.getBoundingClientRect(), style = getComputedStyle(mark);
      const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      const [ink, ground] = [rgb(style.color), rgb(style.backgroundColor)];
      const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
      const why = !mark.checkVisibility({ opacityProperty: true, visibilityProperty: true }) ? 'invisible'
        : box.width < 20 || box.height < 10 ? 'small' : box.left < 0 || box.right > innerWidth + 1 ? 'outside'
        : parseFloat(style.fontSize) < 12 ? 'letters' : (a + .05) / (b + .05) < 4.5 ? 'contrast'
        : ground.length > 3 && ground[3] < 1 ? 'ground'
        : style.webkitTextSecurity !== 'none' || style.unicodeBidi === 'bidi-override' ? 'scrambled'
        : getComputedStyle(mark, '::before').content !== 'none' ? 'content'
        : !seen || !(mark.contains(seen) || seen.contains(mark)) ? 'covered'
        : [...mark.querySelectorAll('*')].some((one) => one.getBoundingClientRect().width < 1) ? 'part' : '';
      if (why) unseen.push(mark.textContent.trim() + ': ' + why);
    }
    return unseen";

fn unseen(browser: &Browser, site: &Site, page: &str) -> Vec<Value> {
    browser.open(&site.address(page));
    browser.run(UNSEEN).as_array().unwrap().clone()
}

#[test]
fn no_style_sheet_of_a_theme_hides_a_mark() {
    let browser = Browser::start();
    browser.look(Look::WIDE);
    for css in HOSTILE {
        let site = Site::own();
        site.edit("theme.css", "/*", &format!("{css}\n/*"));
        for page in ["index.html", "security/index.html", "evidence/backup-daily/index.html"] {
            assert_eq!(unseen(&browser, &site, page), Vec::<Value>::new(), "{css}: {page}");
        }
    }
}

#[test]
fn a_hidden_mark_is_noticed() {
    let browser = Browser::start();
    let site = Site::own();
    site.edit("marks.css", "@layer {", "@media (width: 0) {");
    site.edit("theme.css", "/*", &format!("{}\n/*", HOSTILE[2]));
    assert_ne!(unseen(&browser, &site, "security/index.html"), Vec::<Value>::new());
}

#[test]
fn the_shipped_themes_show_every_mark() {
    let project = Project::example("theme");
    let run = project.run(&["build"]);
    assert_eq!(run.code, Some(0), "{run}");
    let browser = Browser::start();
    for look in [Look::WIDE, Look::DARK, Look::NARROW] {
        browser.look(look);
        for site in [Site::own(), Site::folder(&project.path("public"))] {
            for page in ["index.html", "security/index.html"] {
                assert_eq!(unseen(&browser, &site, page), Vec::<Value>::new(), "{look:?}: {page}");
            }
        }
    }
}
