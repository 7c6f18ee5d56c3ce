//! The pictures of `docs/pictures/`: made anew by each run, and kept by `scripts/pictures`.

use std::path::{Path, PathBuf};

use crate::browser::{Browser, Look, Site};
use crate::serve::Preview;
use crate::surroundings::program;
use crate::tools;

/// More than a picture should take of a reader's line.
const BYTES_MAX: usize = 150_000;

/// Where the pictures go.
struct Album {
    folder: PathBuf,
    /// Where nobody wants to keep them.
    _passing: tempfile::TempDir,
}

impl Album {
    fn open() -> Self {
        let passing = tempfile::tempdir().unwrap();
        let kept = std::env::var_os("AVOUCH_PICTURES").map(PathBuf::from);
        Self { folder: kept.unwrap_or_else(|| passing.path().to_owned()), _passing: passing }
    }

    fn keep(&self, name: &str, png: &[u8]) {
        let png = tools::shrunk(png);
        assert!(png.starts_with(b"\x89PNG"), "{name} is no picture");
        assert!(png.len() < BYTES_MAX, "{name} takes {} bytes", png.len());
        std::fs::write(self.folder.join(format!("{name}.png")), png).unwrap();
    }
}

#[test]
fn the_statement_and_an_evidence_page_have_their_pictures() {
    let (browser, site, album) = (Browser::start(), Site::own(), Album::open());
    let phone = Look { width: 360, height: 1200, ..Look::WIDE };
    for (name, look) in [
        ("statement-360", phone),
        ("statement-1280", Look { height: 1400, ..Look::WIDE }),
        ("statement-dark", Look { height: 1400, ..Look::DARK }),
    ] {
        browser.look(look);
        browser.open(&site.address("security/index.html"));
        album.keep(name, &browser.window());
    }
    browser.look(Look { height: 1800, ..Look::WIDE });
    browser.open(&site.address("evidence/tenant-isolation/index.html"));
    album.keep("evidence", &browser.window());
    browser.open(&site.address("security/index.html"));
    album.keep("statement-print", &first_sheet(&browser.pdf()));
}

#[test]
fn a_claim_of_each_trouble_has_its_picture() {
    let (browser, album) = (Browser::start(), Album::open());
    browser.look(Look { width: 900, ..Look::WIDE });
    let (troubled, unknown) = (Site::troubled(), Site::unreachable());
    for (name, site, page, claim) in [
        ("claim-violated", &troubled, "security/index.html", "tenant-isolation"),
        ("claim-expired", &troubled, "disclosure/index.html", "report-channels"),
        ("claim-waived", &troubled, "security/index.html", "backup-daily"),
        ("claim-inconclusive", &unknown, "security/index.html", "tenant-isolation"),
    ] {
        browser.open(&site.address(page));
        let about = format!("#about-{claim}");
        browser.run_with(
            "document.querySelector(arguments[0]).open = true",
            vec![about.clone().into()],
        );
        let mark = browser.run_with(
            "return document.querySelector(`a.mark[href='${arguments[0]}']`).className",
            vec![about.clone().into()],
        );
        let standing = name.strip_prefix("claim-").unwrap();
        assert!(mark.as_str().unwrap().contains(standing), "{name}: {mark}");
        album.keep(name, &browser.picture(&format!("#claim-{claim}"), &about));
    }
}

#[test]
fn the_preview_has_its_pictures() {
    let (preview, browser, album) = (Preview::own(), Browser::start(), Album::open());
    browser.look(Look { width: 1280, height: 900, ..Look::WIDE });
    browser.open(&preview.address("/security/"));
    let policy = "content/security.md";
    for (name, from, to, claim) in [
        ("serve-suspect", "at most 24 hours", "at most 72 hours", "backup-daily"),
        ("serve-note", "## Hosting", "## Hosting\n\nWe never lose data.", "hosting-provider"),
    ] {
        preview.project.edit(policy, from, to);
        browser.wait_until("a note", "return !!document.querySelector('.avouch-note')");
        browser.run_with(
            "document.getElementById(arguments[0]).scrollIntoView({ block: 'center', behavior: 'instant' })",
            vec![format!("claim-{claim}").into()],
        );
        album.keep(name, &browser.window());
        preview.project.edit(policy, to, from);
        browser.wait_until("no note", "return !document.querySelector('.avouch-note')");
    }
}

/// The first sheet of what is printed, as PNG.
fn first_sheet(pdf: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a.pdf"), folder.path().join("a"));
    std::fs::write(&from, pdf).unwrap();
    pages_as_png(&from, &to);
    std::fs::read(to.with_extension("png")).unwrap()
}

fn pages_as_png(from: &Path, to: &Path) {
    let mut command = program("pdftoppm");
    command.args(["-png", "-r", "80", "-f", "1", "-singlefile"]);
    let done = command.args([from, to]).status().unwrap();
    assert!(done.success(), "{done}");
}
