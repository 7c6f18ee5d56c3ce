//! The texts outside the policies' bodies that readers see: none may look like a verdict.

use std::sync::Arc;

use crate::load::file::yaml;
use crate::load::policy::verdict::Rule;
use crate::model::source::Sources;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::{Node, Value};

/// The texts of each file, or of the files in a folder: paths of keys, in which `*` is any key or entry.
const TEXTS: [(&str, &[&str]); 6] = [
    (
        "avouch.yaml",
        &[
            "site.title",
            "site.organisation",
            "site.languages.*.title",
            "site.languages.*.products.*",
            "site.languages.*.roles.*",
            "products.*",
            "roles.*",
            "endpoints.*.except.*.because",
        ],
    ),
    (
        "checks/",
        &[
            "because",
            "reinstated",
            "checks.*.leaves_open",
            "checks.*.steps.*.name",
            "checks.*.run.*",
        ],
    ),
    ("attestations/", &["looked_at"]),
    ("waivers/", &["tell_customers"]),
    ("content/sub-processors.yaml", &["sub_processors.*.*"]),
    ("templates/i18n/", &["own-*"]),
];

/// Reports the texts that look like a verdict in the YAML files of a project.
pub(crate) fn check(sources: &Sources, rule: Rule<'_>) -> Vec<Diagnostic> {
    let yaml = |file: &str| file.ends_with(".yaml") || file.ends_with(".yml");
    let mut found = Vec::new();
    for (file, text) in sources.iter().filter(|(file, _)| yaml(file)) {
        let paths = TEXTS.iter().filter(|(start, _)| file.starts_with(start));
        let paths: Vec<&str> = paths.flat_map(|(_, paths)| paths.iter().copied()).collect();
        if paths.is_empty() {
            continue;
        }
        // Its mistakes were reported where it was read.
        let node = yaml::parse(text, whole(text), file, &mut Report::new());
        for (path, node) in paths.iter().zip(std::iter::repeat(node.as_ref())) {
            found.extend(node.into_iter().flat_map(|node| of_path(path, node, file, rule)));
        }
    }
    found
}

fn whole(text: &str) -> std::ops::Range<usize> {
    crate::load::file::document::whole(text)
}

fn of_path(path: &str, node: &Node, file: &Arc<str>, rule: Rule<'_>) -> Vec<Diagnostic> {
    let mut nodes = vec![node];
    for part in path.split('.') {
        nodes = nodes.into_iter().flat_map(|node| below(node, part)).collect();
    }
    let texts = nodes.into_iter().filter_map(|node| Some((node, node.as_str()?)));
    texts.filter_map(|(node, text)| rule.text(file, &node.span, text)).collect()
}

/// The values below a node whose keys match a part of a path.
fn below<'n>(node: &'n Node, part: &str) -> Vec<&'n Node> {
    match (&node.value, part.strip_suffix('*')) {
        (Value::List(items), Some("")) => items.iter().collect(),
        (Value::Map(entries), Some(start)) => {
            let named = entries.iter().filter(|entry| entry.key.starts_with(start));
            named.map(|entry| &entry.value).collect()
        }
        _ => node.get(part).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const CHECK: &str = "checks/backup-daily.yaml";

    #[test]
    fn no_text_of_any_file_may_look_like_a_verdict() {
        let strict = || Fixture::sound().replace("avouch.yaml", "promises: off", "promises: error");
        for (file, from, to) in [
            ("avouch.yaml", "title: Trust", "title: \"✓ Verified\""),
            ("avouch.yaml", "organisation: Example", "organisation: Tested publicly"),
            ("avouch.yaml", "cloud: Cloud add-ons", "cloud: Verified"),
            ("avouch.yaml", "officer: Security officer", "officer: Verified"),
            (CHECK, "because: We ask for the newest backup.", "because: Verified on 3 May."),
            (CHECK, "as: operator", "leaves_open: Verified."),
            (CHECK, "as: operator", "steps: [{name: ✓ Verified}]"),
            ("attestations/backup-daily.yaml", "the backups", "✓ Verified"),
        ] {
            let reported = strict().replace(file, from, to).reported();
            let found = reported.iter().filter(|one| one.contains(" imitates-verdict: "));
            assert_eq!(found.count(), 1, "{to}: {reported:?}");
        }
        assert_eq!(strict().reported(), Vec::<String>::new());
    }

    #[test]
    fn the_labels_of_the_sites_own_languages_count() {
        let dutch = Fixture::sound()
            .with("templates/i18n/en.yaml", "word-holds: Aangetoond\n")
            .replace("content/security.md", "No system", "Aangetoond. No system");
        let reported = dutch.reported();
        assert!(reported[0].contains(" imitates-verdict: `Aangetoond.`"), "{reported:?}");
    }
}
