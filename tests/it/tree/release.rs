//! What a release build depends on: the sources and `Cargo.lock`, and nothing of the machine.

use crate::tree::tidy::{paths_in, rust_files};
use crate::tree::wording::root;

#[test]
fn no_source_takes_a_path_or_a_time_of_the_machine_that_builds_it() {
    let mut wrong = Vec::new();
    for folder in ["src", "demo/src"] {
        for file in rust_files(&root().join(folder)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let is_test = file.iter().any(|part| part == "tests") || file.ends_with("tests.rs");
            // What only tests are built with is at the end of a file.
            let built = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let mut values = built.match_indices("env!(\"").map(|(at, _)| &built[at + 6..]);
            let machine = values.any(|rest| !rest.starts_with("CARGO_PKG_VERSION\""));
            let path = paths_in(built).iter().any(|path| path == "file");
            if !is_test && (machine || (path && built.contains("file!("))) {
                wrong.push(file.display().to_string());
            }
        }
        assert!(!root().join(folder).with_file_name("build.rs").exists(), "a build script");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_dependency_has_a_checksum_for_the_list_of_components() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let packages: Vec<&str> = lock.split("[[package]]").skip(1).collect();
    assert!(packages.len() > 100);
    let without = packages.iter().filter(|package| !package.contains("\nchecksum = \""));
    let names: Vec<&str> = without.map(|package| package.lines().nth(1).unwrap()).collect();
    assert_eq!(names, ["name = \"avouch\"", "name = \"avouch-demo\""]);
}

#[test]
fn a_release_maps_every_path_and_names_the_commit() {
    let script = std::fs::read_to_string(root().join("scripts/release")).unwrap();
    for part in [
        "--remap-path-prefix=$PWD",
        "-ffile-prefix-map=$PWD",
        "SOURCE_DATE_EPOCH",
        "--locked",
        "git archive HEAD",
    ] {
        assert!(script.contains(part), "{part}");
    }
}
