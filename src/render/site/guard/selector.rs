//! Selectors, without what depends on a reader's actions or on a part of an element.

/// Pseudo-classes that may be true of any element at some time.
const SOMETIMES: [&str; 26] = [
    "active",
    "any-link",
    "autofill",
    "blank",
    "checked",
    "current",
    "default",
    "defined",
    "disabled",
    "enabled",
    "focus",
    "focus-visible",
    "focus-within",
    "fullscreen",
    "hover",
    "in-range",
    "indeterminate",
    "link",
    "local-link",
    "modal",
    "open",
    "target",
    "target-within",
    "valid",
    "visited",
    "popover-open",
];

/// A selector without pseudo-elements and without the pseudo-classes that may be true of any element. `::before` of
/// an element counts as the element.
pub(crate) fn plain(selector: &str) -> String {
    let mut out = String::new();
    let mut rest = selector;
    while let Some(at) = rest.find(':') {
        out.push_str(&rest[..at]);
        let colons = rest[at..].chars().take_while(|c| *c == ':').count();
        let name_start = at + colons;
        let name = name_at(&rest[name_start..]);
        let mut end = name_start + name.len();
        let is_part =
            colons > 1 || ["before", "after", "first-line", "first-letter"].contains(&name);
        if is_part || SOMETIMES.contains(&name.to_ascii_lowercase().as_str()) {
            if rest[end..].starts_with('(') {
                end = rest[end..].find(')').map_or(rest.len(), |close| end + close + 1);
            }
            let is_bare = out.is_empty() || out.ends_with([' ', '>', '+', '~', '(', ',']);
            if is_bare {
                out.push('*');
            }
        } else {
            out.push_str(&rest[at..end]);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out.trim().replace(":root", "html").replace(":scope", "*")
}

fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'));
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_may_be_true_at_some_time_counts_as_true() {
        for (selector, expected) in [
            ("a:hover", "a"),
            (":focus-visible", "*"),
            ("details::details-content", "details"),
            (".x > :hover::before", ".x > *"),
            ("p:not(.y):nth-child(2)", "p:not(.y):nth-child(2)"),
            (":root", "html"),
            ("details[open] > summary", "details[open] > summary"),
        ] {
            assert_eq!(plain(selector), expected);
        }
    }
}
