//! The threat model and the page about reliability name tests and commands that exist.

use std::collections::BTreeSet;
use std::path::Path;

use crate::tree::tidy::rust_files;
use crate::tree::wording::root;

/// Pages whose tables name tests, each in back-ticks in the last column.
const PAGES: [&str; 2] = ["docs/security.md", "docs/reliability.md"];

#[test]
fn every_test_that_the_pages_name_exists() {
    let known = Known::read();
    for page in PAGES {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let wrong: Vec<String> = named(&text).into_iter().filter(|name| !known.has(name)).collect();
        assert!(wrong.is_empty(), "{page} names tests that do not exist: {wrong:#?}");
    }
    let text = std::fs::read_to_string(root().join(PAGES[0])).unwrap();
    let threats = threats(&text);
    assert!(threats.len() > 20, "{threats:#?}");
    let untested: Vec<&&str> = threats.iter().filter(|row| named(row).is_empty()).collect();
    assert!(untested.is_empty(), "threats without a test: {untested:#?}");
}

#[test]
fn a_test_that_does_not_exist_is_noticed() {
    let known = Known::read();
    for name in [
        "trust::no_such_module",
        "no_such_module::every_test_that_the_pages_name_exists",
        "tree::threats::no_such_test",
        "load::file::reader::tests::no_such_test",
        "scripts/prove nothing",
    ] {
        assert!(!known.has(name), "{name}");
    }
    for name in [
        "tree::threats",
        "tree::threats::*",
        "tree::threats::a_test_that_does_not_exist_is_noticed",
        "load::file::reader::tests::only_files_within_the_root_are_read",
        "publish",
        "scripts/prove fuzz",
    ] {
        assert!(known.has(name), "{name}");
    }
    assert_eq!(named("a `b::c` d\n| x | y | `e::f::one`, `::two` |\n"), ["e::f::one", "e::f::two"]);
}

/// The rows of the tables of threats.
fn threats(text: &str) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut is_threat = false;
    for line in text.lines() {
        is_threat = (is_threat && line.starts_with('|')) || line == "| threat | defence | test |";
        if is_threat && !line.starts_with("| threat |") && !line.starts_with("|---") {
            rows.push(line);
        }
    }
    rows
}

/// The names in back-ticks in the last column of each row that contains `::` or a proof. A name that begins with `::`
/// is in the module of the name before it.
fn named(text: &str) -> Vec<String> {
    let rows = text.lines().filter(|line| line.starts_with('|') && line.ends_with('|'));
    let mut all: Vec<String> = Vec::new();
    for row in rows {
        let last = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        for name in last.split('`').skip(1).step_by(2) {
            let is_test = name.contains("::") || name.starts_with("scripts/prove ");
            match name.strip_prefix("::") {
                Some(rest) => {
                    let module = all.last().and_then(|name| name.rsplit_once("::"));
                    all.push(format!("{}::{rest}", module.unwrap().0));
                }
                None if is_test => all.push(name.to_owned()),
                None => {}
            }
        }
    }
    all
}

/// The modules of the sources and of the tests, the tests in each, and the proofs.
struct Known {
    modules: BTreeSet<String>,
    tests: BTreeSet<String>,
}

impl Known {
    fn read() -> Self {
        let mut known = Self { modules: BTreeSet::new(), tests: BTreeSet::new() };
        for (folder, prefix) in [("src", ""), ("tests/it", ""), ("demo/src", "demo::")] {
            let folder = root().join(folder);
            for file in rust_files(&folder) {
                known.add(&file, &folder, prefix);
            }
        }
        known
    }

    fn add(&mut self, file: &Path, folder: &Path, prefix: &str) {
        let path = file.strip_prefix(folder).unwrap().with_extension("");
        let path = path.display().to_string().replace('/', "::");
        let module = format!("{prefix}{}", path.trim_end_matches("::mod"));
        let text = std::fs::read_to_string(file).unwrap();
        let has_inner =
            text.lines().any(|line| !line.starts_with(' ') && line.ends_with("mod tests {"));
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            let name = line.strip_prefix("fn ").and_then(|rest| rest.split_once('('));
            if let (true, Some((name, _))) = (is_test, name) {
                let inner = if has_inner { "tests::" } else { "" };
                self.tests.insert(format!("{module}::{inner}{name}"));
            }
            is_test = (is_test && line.starts_with("#["))
                || line == "#[test]"
                || line.starts_with("#[tokio::test");
        }
        self.modules.insert(module);
    }

    fn has(&self, name: &str) -> bool {
        if let Some(proof) = name.strip_prefix("scripts/prove ") {
            let script = std::fs::read_to_string(root().join("scripts/prove")).unwrap();
            return script.lines().any(|line| line.trim() == format!("{proof})"));
        }
        let module = name.trim_end_matches("::*");
        let module = module.strip_suffix("::tests").unwrap_or(module);
        self.modules.contains(module) || self.modules.contains(name) || self.tests.contains(name)
    }
}
