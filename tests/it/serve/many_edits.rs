//! A thousand edits in a row, many of them invalid: it lives, its memory is flat, it ends up right.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::serve::{Preview, begin, get};

const EDITS: usize = 1000;

/// After so many it is waited until the disk was looked at; the others pile up as they do.
const TOGETHER: usize = 8;

/// When memory is measured first: by then everything has been used once.
const WARM: usize = 200;

/// Memory that may come on top of that, in KiB: allocators keep some for later.
const MORE_KIB: u64 = 48 * 1024;

#[test]
fn a_thousand_edits_leave_it_alive_with_flat_memory_and_right() {
    let preview = Preview::own();
    let root = preview.project.root().to_owned();
    let good = sources(&root);
    let names: Vec<&PathBuf> = good.keys().collect();
    let mut random = StdRng::seed_from_u64(4747);
    let mut warm_kib = 0;
    for edit in 0..EDITS {
        let name = names[random.random_range(0..names.len())];
        change(&root.join(name), &good[name], &mut random);
        if edit % TOGETHER == 0 {
            preview.wait_for_looks(1);
        }
        if edit == WARM {
            warm_kib = rss_kib(&preview);
        }
    }
    for (name, text) in &good {
        put(&root.join(name), text);
    }
    for name in sources(&root).keys().filter(|name| !good.contains_key(*name)) {
        fs::remove_file(root.join(name)).unwrap();
    }
    preview.wait_until("nothing is wrong", |preview| preview.notes().len() == 1);
    let now_kib = rss_kib(&preview);
    assert!(now_kib < warm_kib + MORE_KIB, "{warm_kib} KiB became {now_kib} KiB");
    assert_like_fresh(&preview, &good);
}

/// What is shown is what a preview shows that was started just now.
fn assert_like_fresh(preview: &Preview, good: &BTreeMap<PathBuf, Vec<u8>>) {
    let (mut child, address) = begin(&preview.project, &[]);
    let stems = good.keys().map(|name| name.file_stem().unwrap().to_string_lossy().into_owned());
    let pages = stems.flat_map(|stem| [format!("/{stem}/"), format!("/evidence/{stem}/")]);
    let others = ["/", "/style.css", "/claims.json", "/sitemap.xml", "/_avouch/changes.json"];
    for path in pages.chain(others.map(str::to_owned)) {
        let (ours, fresh) = (preview.get(&path), get(&address, &path));
        assert_eq!((ours.status, ours.body), (fresh.status, fresh.body), "{path}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn change(file: &Path, good: &[u8], random: &mut StdRng) {
    let at = random.random_range(0..=good.len());
    match random.random_range(0..11) {
        0 => put(file, b""),
        1 => put(file, &good[..at]),
        2 => put(file, &[&good[..at], b"\0\xff\xc3[: {% \"", &good[at..]].concat()),
        3 => put(file, &[&good[..at], b" ](x) **", &good[at..]].concat()),
        4 => remove(file),
        5 => {
            remove(file);
            fs::create_dir(file).unwrap();
        }
        6 => {
            remove(file);
            symlink("nowhere", file).unwrap();
        }
        7 => {
            remove(file);
            fs::write(file.with_extension("new"), good).unwrap();
            fs::rename(file.with_extension("new"), file).unwrap();
        }
        8 => {
            put(file, good);
            fs::rename(file, file.with_file_name(format!("other-{at}.md"))).unwrap();
        }
        _ => put(file, good),
    }
}

/// Puts a text in the place of whatever is there, as an editor that writes in place.
fn put(file: &Path, text: &[u8]) {
    if fs::symlink_metadata(file).is_ok_and(|meta| !meta.is_file()) {
        remove(file);
    }
    fs::write(file, text).unwrap();
}

fn remove(file: &Path) {
    match fs::symlink_metadata(file) {
        Ok(meta) if meta.is_dir() => fs::remove_dir(file).unwrap(),
        Ok(_) => fs::remove_file(file).unwrap(),
        Err(_) => {}
    }
}

fn sources(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for folder in ["content", "checks", "attestations", ""] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if let Ok(text) = fs::read(&path) {
                all.insert(path.strip_prefix(root).unwrap().to_owned(), text);
            }
        }
    }
    all
}

fn rss_kib(preview: &Preview) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", preview.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
