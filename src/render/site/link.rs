//! Addresses on the site, all relative, so that it can be read from a disk or under any path.

use crate::model::project::policy::{Marked, Policy};

/// The address of a link in `from`; `None` if the link is not safe.
pub(crate) fn address(written: &str, from: &Policy, policies: &[Policy]) -> Option<String> {
    let (path, anchor) = match written.split_once('#') {
        Some((path, anchor)) => (path, format!("#{anchor}")),
        None => (written, String::new()),
    };
    if path.is_empty() {
        return Some(anchor);
    }
    if let Some(scheme) = scheme(path) {
        let followed = ["http", "https", "mailto", "tel"];
        return followed.contains(&scheme.as_str()).then(|| written.to_owned());
    }
    let file = resolved(&from.file, path);
    let policy = policies.iter().find(|policy| Some(&*policy.file) == file.as_deref());
    match policy {
        Some(policy) => {
            let root = root(&format!("{}/index.html", from.slug));
            Some(format!("{root}{}/index.html{anchor}", policy.slug))
        }
        None => Some(written.to_owned()),
    }
}

/// The scheme of an address (RFC 3986, section 3.1), in lower case, without blanks and control characters,
/// which browsers ignore.
fn scheme(address: &str) -> Option<String> {
    let seen: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let (scheme, _) = seen.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_scheme.then(|| scheme.to_ascii_lowercase())
}

/// Resolves a relative address against the path of a file; `None` for the file itself.
pub(crate) fn resolved(from: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The relative path from a file to the site's root: empty, or `../` for each folder.
pub(crate) fn root(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}

/// The id of a passage's element: `claim-backup-daily`, `statement-1`.
pub(crate) fn id_of(of: &Marked) -> String {
    match of {
        Marked::Claim(id) => format!("claim-{id}"),
        Marked::Statement(index) => format!("statement-{}", index + 1),
    }
}

/// Escapes text for one line of Markdown.
pub(crate) fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if "\\`*_[]<>".contains(character) {
            line.push('\\');
        }
        line.push(character);
    }
    line
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    #[test]
    fn addresses_that_run_scripts_are_not_linked() {
        let policies = sample::project().policies;
        let to = |address: &str| super::address(address, &policies[0], &policies);
        for bad in [
            "javascript:alert(1)",
            "JavaScript:x",
            "java\nscript:x",
            "data:text/html,x",
            "vbscript:x",
        ] {
            assert_eq!(to(bad), None, "{bad}");
        }
        assert_eq!(to("./privacy.md"), Some("../privacy/index.html".into()));
        assert_eq!(to("../content/privacy.md#a"), Some("../privacy/index.html#a".into()));
        assert_eq!(to("mailto:a@example.com"), Some("mailto:a@example.com".into()));
    }
}
