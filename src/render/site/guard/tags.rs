//! Tags of templates that could change or imitate what the built-in templates render of verdicts.

/// Filters that replace parts of a text, and so could replace the words of a verdict.
const REPLACING: [&str; 2] = ["|replace(", "|regex_replace("];

/// The tags of a template: each begins with `{` for an insertion, and with `%` for a statement.
fn tags(template: &str) -> Vec<(char, &str)> {
    let mut all = Vec::new();
    for (open, close, kind) in [("{{", "}}", '{'), ("{%", "%}", '%')] {
        let parts = template.split(open).skip(1);
        all.extend(parts.filter_map(|part| Some((kind, &part[..part.find(close)?]))));
    }
    all
}

/// Why each tag that the built-in template does not have could change a verdict, and what to do.
pub(super) fn changes(template: &str, built_in: &str) -> Vec<(String, &'static str)> {
    let known = tags(built_in);
    let own = tags(template).into_iter().filter(|tag| !known.contains(tag));
    own.filter_map(|(_, tag)| change(tag)).collect()
}

fn change(tag: &str) -> Option<(String, &'static str)> {
    let close: String = tag.chars().filter(|c| !c.is_whitespace()).collect();
    let close = close.trim_matches('-');
    let replaces = REPLACING.iter().any(|filter| close.contains(filter));
    if replaces || close.starts_with("filter") {
        let message = format!("`{}` could replace the words of a verdict", tag.trim());
        return Some((message, "write the text as you want it, without a filter that changes it"));
    }
    let alters = close.contains("super()") && !matches!(close, "super()" | "super()|safe");
    alters.then(|| {
        let message = format!("`{}` could change the verdicts of the original block", tag.trim());
        (message, "insert the original block unchanged: `{{ super() }}`")
    })
}

/// The texts in quotation marks that a template inserts.
pub(super) fn literals(template: &str) -> Vec<String> {
    let inserted = tags(template).into_iter().filter(|(kind, _)| *kind == '{');
    inserted.flat_map(|(_, tag)| quoted(tag)).collect()
}

fn quoted(tag: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = tag;
    while let Some(start) = rest.find(['"', '\'', '`']) {
        let quote = &rest[start..=start];
        let Some(length) = rest[start + 1..].find(quote) else { break };
        all.push(rest[start + 1..start + 1 + length].to_owned());
        rest = &rest[start + length + 2..];
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_change_what_was_rendered_are_noticed() {
        for tag in [
            "{{ super() | replace(from=\"Not tested\", to=\"Verified\") | safe }}",
            "{{ super()|upper }}",
            "{% set all = super() %}",
            "{% filter replace(from=\"a\", to=\"b\") %}",
            "{{- mark.word | regex_replace(pattern=\".*\", rep=\"x\") -}}",
        ] {
            assert_eq!(changes(tag, "").len(), 1, "{tag}");
            assert_eq!(changes(tag, tag), [], "the built-in template has it: {tag}");
        }
        for tag in ["{{ super() }}", "{{- super() | safe -}}", "{{ mark.word }}", "{% if a %}"] {
            assert_eq!(changes(tag, ""), [], "{tag}");
        }
    }

    #[test]
    fn texts_that_are_inserted_are_read() {
        assert_eq!(literals("{{ \"✓ Verified\" }}{{ 'a' ~ `b` }}"), ["✓ Verified", "a", "b"]);
        assert_eq!(literals("{% if x == \"✓\" %}{{ open \" }}"), Vec::<String>::new());
    }
}
