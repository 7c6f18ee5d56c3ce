//! Every half-saved file that an editor can leave: the last good page stays, and the others with it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::serve::Preview;

const FILE: &str = "content/security.md";
const PAGE: &str = "security/index.html";

/// Words of the page that is mistreated, and of another one.
const OURS: &str = "One customer of our cloud add-ons can never reach";
const OTHERS: &str = "Reporting a vulnerability";

/// A way to leave a file, and what the page then says of it; nothing if the page is gone with it.
type Way = (&'static str, fn(&Path), Option<&'static str>);

const WAYS: &[Way] = &[
    ("emptied, before it is written", |file| fs::write(file, "").unwrap(), Some("is missing")),
    ("cut in the middle of its top", |file| cut(file, 20), Some("is missing")),
    ("full of NUL bytes", |file| fs::write(file, [0; 4096]).unwrap(), Some("is missing")),
    ("NUL bytes in its top", nul_in_top, Some("cannot be read")),
    ("not in UTF-8", |file| append(file, b"caf\xe9\n"), Some("another encoding")),
    ("50 MB long", |file| append(file, &vec![b'x'; 50 << 20]), Some("too long")),
    ("a broken link", dangling, Some("cannot be read")),
    ("a link out of the project", |file| link(file, "/etc/hostname"), Some("lies elsewhere")),
    ("a folder", folder, None),
    ("deleted", |file| fs::remove_file(file).unwrap(), None),
    ("renamed to a backup", |file| fs::rename(file, file.with_extension("md~")).unwrap(), None),
];

#[test]
fn whatever_an_editor_leaves_takes_nothing_else_with_it_and_can_be_mended() {
    let preview = Preview::own();
    let file = preview.project.path(FILE);
    let good = fs::read(&file).unwrap();
    for (way, spoil, title) in WAYS {
        spoil(&file);
        match title {
            Some(title) => {
                preview.wait_until(way, |preview| preview.has_note(PAGE, title));
                assert!(preview.page("/security/").contains(OURS), "{way}: the last good page");
            }
            None => preview.wait_until(way, |preview| preview.get("/security/").status == 404),
        }
        assert!(preview.page("/disclosure/").contains(OTHERS), "{way}: the other page");
        restore(&file, &good);
        preview.wait_until(&format!("{way}: mended"), |preview| {
            preview.get("/security/").body.contains(OURS)
                && !preview.notes().iter().any(|(page, _)| page == PAGE)
        });
    }
}

#[test]
fn temporary_and_swap_files_beside_it_are_none_of_the_pages() {
    let preview = Preview::own();
    let text = preview.project.read(FILE);
    for name in [".security.md.swp", "security.md~", "4913", "#security.md#", ".#security.md"] {
        preview.project.write(&format!("content/{name}"), &text);
    }
    let new = text.replace("two sorts of add-ons", "two sorts of apps");
    preview.project.write("content/security.md.tmp", &new);
    fs::rename(preview.project.path("content/security.md.tmp"), preview.project.path(FILE))
        .unwrap();
    preview.wait_until("the file that was put in its place is shown", |preview| {
        preview.page("/security/").contains("two sorts of apps")
    });
    assert_eq!(preview.page("/sitemap.xml").matches("/security/<").count(), 1);
}

fn cut(file: &Path, at: usize) {
    let text = fs::read(file).unwrap();
    fs::write(file, &text[..at]).unwrap();
}

fn append(file: &Path, bytes: &[u8]) {
    let mut text = fs::read(file).unwrap();
    text.extend_from_slice(bytes);
    fs::write(file, text).unwrap();
}

fn nul_in_top(file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, text.replacen("title: ", "title: \0", 1)).unwrap();
}

fn link(file: &Path, to: &str) {
    fs::remove_file(file).unwrap();
    symlink(to, file).unwrap();
}

fn dangling(file: &Path) {
    link(file, "nowhere.md");
}

fn folder(file: &Path) {
    fs::remove_file(file).unwrap();
    fs::create_dir(file).unwrap();
}

/// Puts the good text in the place of whatever is there.
fn restore(file: &Path, good: &[u8]) {
    if file.is_dir() {
        fs::remove_dir(file).unwrap();
    } else if fs::symlink_metadata(file).is_ok() {
        fs::remove_file(file).unwrap();
    }
    fs::write(file, good).unwrap();
}
