//! A theme of a project's own: it changes one block and one variable, and nothing else.

use std::fmt::Write;
use std::path::Path;

use crate::harness::Project;

const REFERENCE: &str = "docs/templates.md";

/// The variables of the templates, and those of the history of claims and policies.
const VIEWS: [&str; 2] = [
    include_str!("../../../src/render/site/view/mod.rs"),
    include_str!("../../../src/render/site/view/history.rs"),
];

fn built() -> Project {
    let project = Project::example("theme");
    let run = project.run(&["build"]);
    assert_eq!(run.code, Some(0), "{run}");
    project
}

#[test]
fn one_block_and_one_variable_are_changed_and_the_rest_is_the_built_in_theme() {
    let own = built();
    let plain = Project::example("theme");
    std::fs::remove_dir_all(plain.path("templates")).unwrap();
    let run = plain.run(&["build"]);
    assert_eq!(run.code, Some(0), "{run}");
    let read = |project: &Project| project.read("public/security/index.html");
    let added = "<p class=\"contact\">Questions about this policy? Ask the security officer.</p>\n";
    let (own_page, plain_page) = (without_times(&read(&own)), without_times(&read(&plain)));
    assert!(own_page.contains(added), "{own_page}");
    assert_eq!(own_page.replace(added, ""), plain_page);
    let theme = own.read("public/theme.css");
    assert!(theme.contains("--link: #7a2e6d"), "{theme}");
    assert_eq!(own.read("public/style.css"), plain.read("public/style.css"));
}

/// A page without what differs from one run to the next: times, and the build that is made of them.
fn without_times(page: &str) -> String {
    let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
    let page: String = page.chars().map(digits).collect();
    let (before, rest) = page.split_once(". Build ").unwrap();
    let (_, after) = rest.split_once(',').unwrap();
    before.to_owned() + after
}

#[test]
fn each_block_can_be_changed_alone() {
    let blocks = [
        ("base.html", &["head", "header", "main", "footer"][..]),
        ("index.html", &["heading", "standing", "reading", "policies", "claims", "endpoints"]),
        (
            "policy.html",
            &["heading", "standing", "reading", "contents", "policy", "not_verified", "changes"],
        ),
        ("evidence.html", &["heading", "standing", "because", "checks", "history"]),
        ("versions.html", &["heading", "versions"]),
    ];
    let manual = include_str!("../../../docs/templates.md");
    for (template, names) in blocks {
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(template);
        let text = std::fs::read_to_string(built_in).unwrap();
        let all: Vec<&str> = text.split("{% block ").skip(1).collect();
        let all: Vec<&str> = all.iter().map(|rest| rest.split(' ').next().unwrap()).collect();
        let all: Vec<&str> =
            all.into_iter().filter(|one| *one != "main" || template == "base.html").collect();
        assert_eq!(all, names, "{template}");
        let row = manual.lines().find(|line| line.starts_with(&format!("| `{template}`"))).unwrap();
        for name in names {
            assert!(row.contains(&format!("`{name}`")), "{template}: {name}");
            let project = Project::example("theme");
            let own = format!(
                "{{% extends \"built-in/{template}\" %}}{{% block {name} %}}<p>mine</p>{{% endblock {name} %}}"
            );
            project.write(&format!("templates/{template}"), &own);
            let run = project.run(&["lint"]);
            assert_eq!(run.code, Some(0), "{template}: {name}: {run}");
        }
    }
}

#[test]
fn a_template_that_extends_a_missing_file_is_reported() {
    let project = Project::example("theme");
    project.write("templates/policy.html", "{% extends \"builtin/policy.html\" %}");
    let run = project.run(&["lint"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("did you mean `built-in/policy.html`?"), "{run}");
}

#[test]
fn each_variable_of_the_style_sheet_is_in_the_manual() {
    let manual = include_str!("../../../docs/templates.md");
    let style = include_str!("../../../templates/style.css");
    let names = style.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'));
    for (name, _) in names {
        assert!(manual.contains(&format!("`--{name}`")), "--{name}");
    }
}

/// The reference of what templates are given is made from the code: `UPDATE_DOCS=1` makes it anew.
#[test]
fn what_templates_are_given_is_in_the_manual() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(REFERENCE);
    let there = std::fs::read_to_string(&path).unwrap();
    let (by_hand, _) = there.split_once("\n### ").unwrap_or((&there, ""));
    let made = format!("{}\n{}", by_hand.trim_end_matches('\n'), reference());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
        return;
    }
    assert!(there == made, "{REFERENCE} is stale: UPDATE_DOCS=1");
}

/// A table for each `struct` of the views.
fn reference() -> String {
    let (mut out, mut told) = (String::new(), Vec::new());
    for line in VIEWS.iter().flat_map(|view| view.lines()).map(str::trim) {
        if let Some(comment) = line.strip_prefix("/// ") {
            told.push(comment);
        } else if let Some(name) = line.strip_prefix("pub(crate) struct ") {
            let name = without_suffix(name.trim_end_matches(" {"));
            let means = std::mem::take(&mut told).join(" ");
            write!(out, "\n### {name}\n\n{means}\n\n| field | is | |\n|---|---|---|\n").unwrap();
        } else if let Some((name, sort)) = line
            .strip_prefix("pub(crate) ")
            .filter(|rest| !rest.starts_with("fn "))
            .and_then(|field| field.split_once(": "))
        {
            let means = std::mem::take(&mut told).join(" ");
            writeln!(out, "| `{name}` | {} | {means} |", sort_of(sort.trim_end_matches(',')))
                .unwrap();
        } else if !line.starts_with("#[") {
            told.clear();
        }
    }
    out
}

fn sort_of(sort: &str) -> String {
    let within = |name: &str| sort.strip_prefix(name)?.strip_suffix('>').map(sort_of);
    match sort {
        "String" => "text".to_owned(),
        "bool" => "true or false".to_owned(),
        "u8" | "u64" | "usize" => "number".to_owned(),
        _ => match (within("Vec<"), within("Option<")) {
            (Some(one), _) => format!("list of {one}"),
            (_, Some(one)) => format!("{one}, or none"),
            _ => without_suffix(sort.rsplit("::").next().unwrap()).to_owned(),
        },
    }
}

/// The name of a type for authors of templates, who see nothing but views.
fn without_suffix(name: &str) -> &str {
    name.strip_suffix("View").unwrap_or(name)
}
