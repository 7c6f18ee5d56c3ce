//! No import circles: files of different sub-modules never import each other, directly or through
//! others, and circles within a sub-module have at most two files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::tree::tidy::{paths_in, rust_files};

/// A module path such as `model::judge`, to the file that holds it.
type Modules = BTreeMap<String, PathBuf>;

/// Which modules each module imports.
type Imports = BTreeMap<String, BTreeSet<String>>;

/// Files of a circle that is tolerated, if it stays within one sub-module.
const CIRCLE_MAX: usize = 2;

#[test]
fn sub_modules_do_not_import_each_other_in_circles() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (library, binary) = (src.clone(), src.join("cli"));
    let mut wrong = Vec::new();
    for (root, left_out) in [(&library, Some(&binary)), (&binary, None)] {
        let modules = modules(root, left_out);
        assert!(modules.len() > 10, "{} has hardly any files", root.display());
        let imports = imports(&modules, |file| std::fs::read_to_string(file).unwrap());
        wrong.extend(circles(&imports).iter().filter_map(|circle| objection(circle, &modules)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_circle_is_noticed_across_sub_modules_and_among_three_files() {
    let file = |name: &str| (name.replace('/', "::"), PathBuf::from(format!("{name}.rs")));
    let objections = |files: &[(&str, &str)]| {
        let modules: Modules = files.iter().map(|(name, _)| file(name)).collect();
        let text = |path: &Path| {
            let name = path.with_extension("").display().to_string();
            files.iter().find(|(one, _)| *one == name).unwrap().1.to_owned()
        };
        let imports = imports(&modules, text);
        circles(&imports).iter().filter_map(|circle| objection(circle, &modules)).count()
    };
    let (a, b) = ("use crate::b::two::X;", "fn f() -> crate::a::one::Y { todo() }");
    assert_eq!(objections(&[("a/one", a), ("b/two", b)]), 1);
    assert_eq!(objections(&[("a/one", a), ("b/two", "")]), 0);
    let within = [("a/one", "use crate::a::two;"), ("a/two", "use crate::a::{one::X, Y};")];
    assert_eq!(objections(&within), 0);
    let three = [
        ("a/one", "use crate::a::two;"),
        ("a/two", "use crate::a::three;"),
        ("a/three", "use crate::a::one;"),
    ];
    assert_eq!(objections(&three), 1);
    let tests_only = "#[cfg(test)] mod tests { use crate::a::one; }";
    assert_eq!(objections(&[("a/one", a), ("b/two", tests_only)]), 0);
}

/// Every module below `root`, without those that only tests are built with.
fn modules(root: &Path, left_out: Option<&PathBuf>) -> Modules {
    let files = rust_files(root).into_iter();
    let files = files.filter(|file| left_out.is_none_or(|folder| !file.starts_with(folder)));
    let mut modules = Modules::new();
    for file in files.filter(|file| !is_test_only(file)) {
        let path = file.strip_prefix(root).unwrap().with_extension("");
        let mut parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        if matches!(parts.last(), Some(&("mod" | "lib" | "main"))) {
            parts.pop();
        }
        modules.insert(parts.join("::"), file);
    }
    modules
}

fn is_test_only(file: &Path) -> bool {
    let parent = file.with_file_name("mod.rs");
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    let declared = std::fs::read_to_string(parent).unwrap_or_default();
    let in_tests = file.iter().any(|part| part == "tests");
    in_tests || name == "tests" || {
        let mut lines = declared.lines().peekable();
        let mut is_test = false;
        while let Some(line) = lines.next() {
            let next = lines.peek().copied().unwrap_or_default();
            is_test |= line == "#[cfg(test)]" && next.ends_with(&format!("mod {name};"));
        }
        is_test
    }
}

fn imports(modules: &Modules, text: impl Fn(&Path) -> String) -> Imports {
    let of = |(module, file): (&String, &PathBuf)| {
        let paths = paths_in(&text(file));
        let named = paths.iter().filter_map(|path| path.strip_prefix("crate::"));
        let named = named.filter_map(|path| module_of(path, modules)).filter(|one| one != module);
        (module.clone(), named.collect())
    };
    modules.iter().map(of).collect()
}

/// The module that a path leads into: its longest beginning that is a module.
fn module_of(path: &str, modules: &Modules) -> Option<String> {
    let mut path = path;
    loop {
        if modules.contains_key(path) {
            return Some(path.to_owned());
        }
        path = path.rsplit_once("::")?.0;
    }
}

/// Sets of modules each of which reaches all others of its set.
fn circles(imports: &Imports) -> BTreeSet<Vec<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        imports.keys().map(|module| (module, reached_from(module, imports))).collect();
    let circle = |module: &String| -> Vec<String> {
        let others = reached[module].iter().filter(|other| reached[*other].contains(module));
        others.map(|other| (*other).clone()).collect()
    };
    imports.keys().map(circle).filter(|circle| circle.len() > 1).collect()
}

fn reached_from<'a>(start: &String, imports: &'a Imports) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&String> = imports[start].iter().collect();
    while let Some(module) = open.pop() {
        if reached.insert(module) {
            open.extend(&imports[module]);
        }
    }
    reached
}

fn objection(circle: &[String], modules: &Modules) -> Option<String> {
    let folders: BTreeSet<_> = circle.iter().map(|module| modules[module].parent()).collect();
    let is_tolerated = folders.len() == 1 && circle.len() <= CIRCLE_MAX;
    (!is_tolerated).then(|| format!("import circle: {}", circle.join(", ")))
}
