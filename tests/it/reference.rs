//! The reference pages are made from the code, and are not stale: run with `UPDATE_DOCS=1` to make
//! them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;

use crate::harness::Project;
use crate::tidy::{rust_files, untested};

/// What makes a diagnostic: its code is the first thing that it is given.
const MAKERS: [&str; 4] = ["error", "warning", "tell", "mistake"];

/// The verbs, in the order in which the help tells them.
const VERBS: [&str; 16] = [
    "init",
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
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in rust_files(&root().join("src")) {
        let stream: TokenStream = std::fs::read_to_string(file).unwrap().parse().unwrap();
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        gather(&tokens, &mut codes);
    }
    let mut page = String::from(
        "# Diagnostics\n\nA mistake in the sources has a code, a place, a cause and a help. These are \
         the codes, with what is said; `…` stands for a name or a value. A code keeps its meaning.\n\n\
         This page is made from the code, by a test that fails when it is stale.\n\n\
         | code | says |\n|---|---|\n",
    );
    for (code, messages) in &codes {
        let said: Vec<&str> = messages.iter().map(String::as_str).collect();
        let said = if said.is_empty() { vec!["its message tells what"] } else { said };
        let _ = writeln!(page, "| `{code}` | {} |", said.join("<br>").replace('|', "\\|"));
    }
    assert!(codes.len() > 100, "only {} codes were found", codes.len());
    not_stale("docs/diagnostics.md", &page);
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

/// Every token in its order, groups opened, tests left out; `(` and `)` stand for themselves.
fn flatten(stream: TokenStream, all: &mut Vec<String>) {
    for token in untested(stream) {
        match token {
            TokenTree::Group(group) => {
                all.push("(".into());
                flatten(group.stream(), all);
                all.push(")".into());
            }
            other => all.push(other.to_string()),
        }
    }
}

/// The codes in a file, each with the message that stands with it or was made before it.
fn gather(tokens: &[String], codes: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut message = None;
    for (index, token) in tokens.iter().enumerate() {
        let before = |back: usize| index.checked_sub(back).map_or("", |at| tokens[at].as_str());
        if token == "message" {
            message = tokens[index..].iter().take(12).find_map(|token| sentence(token)).or(message);
        }
        let code = token.trim_matches('"');
        let is_code = token.starts_with('"')
            && code.contains(|c: char| c.is_ascii_lowercase())
            && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !is_code || before(1) != "(" || !MAKERS.contains(&before(2)) {
            continue;
        }
        let given = arguments(&tokens[index + 1..]);
        let named = given.iter().any(|token| token == "message").then(|| message.clone()).flatten();
        let told = named.or_else(|| given.iter().find_map(|token| sentence(token)));
        codes.entry(code.to_owned()).or_default().extend(told);
    }
}

/// What stands up to the bracket that closes the arguments.
fn arguments(tokens: &[String]) -> &[String] {
    let mut depth = 0;
    let end = tokens.iter().position(|token| {
        depth += i32::from(token == "(") - i32::from(token == ")");
        depth < 0
    });
    &tokens[..end.unwrap_or(tokens.len())]
}

/// What a string literal says, if it is a message.
fn sentence(token: &str) -> Option<String> {
    let text =
        token.strip_prefix('"')?.strip_suffix('"')?.replace("\\\"", "\"").replace("\\\\", "\\");
    let text = text.split("\\\n").map(str::trim_start).collect::<String>();
    let mut out = String::new();
    let mut depth = 0;
    for c in text.replace("{{", "\u{1}").replace("}}", "\u{2}").chars() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                out.push('…');
            }
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out.contains(' ').then(|| out.replace('\u{1}', "{").replace('\u{2}', "}"))
}
