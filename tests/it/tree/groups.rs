//! Each test of this binary is in a group of `scripts/test`.

const SCRIPT: &str = include_str!("../../../scripts/test");
const MAIN: &str = include_str!("../main.rs");

/// Modules that other tests use, and that have none of their own.
const SHARED: [&str; 3] = ["harness", "surroundings", "tools"];

#[test]
fn each_module_of_tests_is_a_group_of_the_test_script() {
    let (_, groups) = SCRIPT.split_once("groups=(").unwrap();
    let (groups, _) = groups.split_once(')').unwrap();
    let groups: Vec<&str> = groups.split_whitespace().collect();
    let modules = MAIN.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    for module in modules.filter(|module| !SHARED.contains(module)) {
        assert!(groups.contains(&module), "`scripts/test` has no group `{module}`");
    }
}
