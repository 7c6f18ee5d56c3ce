//! The reference pages are made from the code, and are not stale: run with `UPDATE_DOCS=1` to make
//! them anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use avouch::model::source::diagnostic::Severity;
use avouch::model::source::diagnostic::codes::Code;
use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;

use crate::harness::Project;
use crate::tree::tidy::{rust_files, untested};

/// The verbs, in the order in which the help tells them.
const VERBS: [&str; 17] = [
    "init",
    "audit",
    "build",
    "check",
    "monitor",
    "retract",
    "lint",
    "serve",
    "explain",
    "falsify",
    "doctor",
    "accept",
    "attest",
    "demo",
    "schema",
    "completions",
    "man",
];

#[test]
fn the_page_of_diagnostics_is_not_stale() {
    let mut page = String::from(
        "# Diagnostics\n\nA mistake in a project's files is reported as a diagnostic: a code, a \
         severity, a message, a place and, where possible, a help line. These are the codes. A code \
         keeps its meaning between releases.\n\nThis page is made from the code, by a test that fails \
         when it is stale.\n\n| code | severity | meaning |\n|---|---|---|\n",
    );
    let codes: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    for code in codes {
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = writeln!(page, "| `{code}` | {severity} | {} |", code.meaning());
    }
    not_stale("docs/diagnostics.md", &page);
}

#[test]
fn every_code_of_the_table_is_reported_somewhere() {
    let mut used = BTreeSet::new();
    let folder = root().join("src/model/source/diagnostic");
    let is_table =
        |file: &Path| file.starts_with(folder.join("codes")) || file == folder.join("codes.rs");
    for file in rust_files(&root().join("src")).iter().filter(|file| !is_table(file)) {
        let stream: TokenStream = std::fs::read_to_string(file).unwrap().parse().unwrap();
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        let paths = tokens.windows(4).filter(|path| path[..3] == ["Code", ":", ":"]);
        used.extend(paths.map(|path| path[3].clone()));
    }
    let unused: Vec<_> =
        Code::ALL.iter().filter(|code| !used.contains(&format!("{code:?}"))).collect();
    assert!(unused.is_empty(), "nothing reports {unused:?}");
}

#[test]
fn the_page_of_commands_is_not_stale() {
    let project = Project::empty();
    let help = |args: &[&str]| {
        let run = project.run(args);
        assert_eq!(run.code, Some(0), "{run}");
        run.out
    };
    let mut page = String::from(
        "# Commands\n\nThis page is made from the program's own help, by a test that fails when it is \
         stale.\n",
    );
    let all = help(&["--help"]);
    let _ = write!(page, "\n```text\n{}\n```\n", all.trim());
    for verb in VERBS {
        let _ = write!(
            page,
            "\n## `avouch {verb}`\n\n```text\n{}\n```\n",
            help(&[verb, "--help"]).trim()
        );
    }
    let told = all.lines().skip_while(|line| *line != "Commands:").skip(1);
    let told =
        told.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    let told: BTreeSet<&str> = told.filter(|verb| *verb != "help").collect();
    let listed: BTreeSet<&str> = VERBS.into_iter().collect();
    assert_eq!(told, listed, "a verb is on this page, and in VERBS");
    not_stale("docs/commands.md", &page);
}

#[test]
fn the_page_of_files_is_not_stale() {
    let mut page = String::from(
        "# Files that people write\n\nYAML, read strictly: an unknown key is a mistake. The settings of \
         each kind of check are in [its manual](kinds.md).\n\nThis page is made from the code, by a test \
         that fails when it is stale.\n",
    );
    let folder = root().join("schemas");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|one| one.unwrap().path()).collect();
    files.sort();
    for file in files {
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().replace(".schema.json", "");
        let _ = write!(page, "\n## {name}\n\n| key | means |\n|---|---|\n");
        keys(&schema, "", &schema, &mut page);
    }
    not_stale("docs/files.md", &page);
}

#[test]
fn the_page_of_claims_is_not_stale() {
    let project = Project::empty();
    project.write("avouch.yaml", "");
    let list = project.run(&["init", "--list"]).out;
    let mut page = String::from(CLAIMS);
    for line in list.lines().filter(|line| !line.is_empty()) {
        let Some(entry) = line.strip_prefix("  ") else {
            let _ = write!(page, "\n## {line}\n");
            continue;
        };
        let name = entry.split_whitespace().next().unwrap();
        let run = project.run(&["init", "--claim", name]);
        assert_eq!(run.code, Some(0), "{run}");
        let file = project.read(&format!("checks/{name}.yaml"));
        let parsed: Value = serde_yaml::from_str(&file).unwrap();
        let kinds = parsed["checks"].as_array().unwrap().iter().map(|one| one["kind"].as_str());
        let kinds: BTreeSet<String> =
            kinds.map(|kind| format!("[`{0}`](kinds.md#{0})", kind.unwrap())).collect();
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        let (first, told) = run.out.split_once('\n').unwrap();
        let basis = first.split_once('(').unwrap().1.trim_end_matches(')');
        let open = told.lines().next().unwrap().trim();
        let words = words(&run.out);
        let text = file.lines().skip(2).collect::<Vec<_>>().join("\n");
        let _ = write!(
            page,
            "\n### `{name}`\n\n> {words}\n\nKind: {kinds}. Basis: {basis}. {open}\n\n```yaml\n{text}\n```\n"
        );
    }
    not_stale("docs/claims.md", &page);
}

const CLAIMS: &str = "\
# Claims that services make

Most security pages make some of these claims. Each has a check file, which `avouch init --claim NAME` adds to your
project. It prints what to fill in, such as the names of your actors and the paths of your service, and the paragraph
to add to a policy. Change the words and the checks together where your service differs.

The basis is what readers see next to the claim: see [What a verdict means](what-a-verdict-means.md). Where a named role
confirms a claim, `avouch attest` records who did, on what day, and what they examined.

This page is generated from the same data.
";

/// The words of the paragraph that `init --claim` printed, without the link to the check file.
fn words(printed: &str) -> String {
    let paragraph = printed.lines().rev().find(|line| line.contains("](../checks/")).unwrap();
    let (words, _) = paragraph.rsplit_once("](../checks/").unwrap();
    match words.strip_suffix(" [") {
        Some(words) => words.to_owned(),
        None => words.trim_start_matches('[').to_owned(),
    }
}

/// A row for each key, and for the keys below it.
fn keys(whole: &Value, above: &str, schema: &Value, page: &mut String) {
    let none = serde_json::Map::new();
    for (key, value) in schema["properties"].as_object().unwrap_or(&none) {
        let means = value["description"].as_str().unwrap_or_default().replace('\n', " ");
        let _ = writeln!(page, "| `{above}{key}` | {} |", means.replace('|', "\\|"));
        let (below, suffix) = match resolved(whole, value) {
            below if below["items"].is_object() => (resolved(whole, &below["items"]), "[]."),
            below if below["additionalProperties"].is_object() => {
                (resolved(whole, &below["additionalProperties"]), ".NAME.")
            }
            below => (below, "."),
        };
        if below["properties"].get("kind").is_none() {
            keys(whole, &format!("{above}{key}{suffix}"), below, page);
        }
    }
}

/// A schema, looked up where it only refers to another, or may be null.
fn resolved<'a>(whole: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(to) = schema["$ref"].as_str() {
        return whole.pointer(to.trim_start_matches('#')).unwrap_or(schema);
    }
    match schema["anyOf"].as_array().and_then(|any| any.iter().find(|one| one["$ref"].is_string()))
    {
        Some(one) => resolved(whole, one),
        None => schema,
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn not_stale(name: &str, made: &str) {
    let file = root().join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, made).unwrap();
    }
    let there = std::fs::read_to_string(file).unwrap_or_default();
    assert!(there == made, "{name} is stale: run this test with UPDATE_DOCS=1");
}

/// Every token in its order, groups opened, tests left out.
fn flatten(stream: TokenStream, all: &mut Vec<String>) {
    for token in untested(stream) {
        match token {
            TokenTree::Group(group) => flatten(group.stream(), all),
            other => all.push(other.to_string()),
        }
    }
}
