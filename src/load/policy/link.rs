//! A link of a policy, and what it aims at.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

use crate::load::policy::markdown::{Index, Markdown};
use crate::model::source::claim_id::ClaimId;

/// What marks a statement in place of an address.
const STATED: &str = "stated:";

/// Schemes that a reader's browser may be sent to.
const SCHEMES: [&str; 4] = ["https", "http", "mailto", "tel"];

/// A link or image of a policy.
pub(crate) struct Link {
    /// Its first event.
    pub(crate) start: Index,
    /// Its last event.
    pub(crate) end: Index,
    /// Its bytes.
    pub(crate) span: Range<usize>,
    /// Whether nothing is linked.
    pub(crate) is_empty: bool,
    /// What it aims at.
    pub(crate) aim: Aim,
}

/// What a link aims at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// A check file: the words linked are its claim.
    Check(ClaimId),
    /// What would be a check file if it stood in `checks/`; the path that the address leads to.
    Misplaced(String),
    /// Nothing: the words are a statement, for this reason.
    Statement(String),
    /// A file of the project, and a heading there.
    File(String, Option<String>),
    /// A heading of the same page.
    Here(String),
    /// A path that only the site's server knows.
    SitePath(String),
    /// Somewhere else.
    Web,
    /// A picture at this address, which is shown and not followed.
    Picture(String),
    /// A scheme that no page of ours sends anybody to.
    Scheme(String),
}

/// Every link and image of a policy's body.
pub(crate) fn all(markdown: &Markdown, file: &str) -> Vec<Link> {
    (0..markdown.len()).filter_map(|index| link(markdown, index, file)).collect()
}

fn link(markdown: &Markdown, start: Index, file: &str) -> Option<Link> {
    let end = markdown.end(start);
    let (aim, is_image) = match markdown.tag(start)? {
        Tag::Link { link_type: LinkType::Email, .. } => (Aim::Web, false),
        Tag::Link { dest_url, title, .. } => (aim(dest_url, title, file), false),
        // An image shows what it aims at, so that it binds nothing.
        Tag::Image { dest_url, .. } => (picture(dest_url, file), true),
        _ => return None,
    };
    let shows = |index| match markdown.event(index) {
        Event::Text(text) | Event::Code(text) => !text.trim().is_empty(),
        Event::FootnoteReference(_) | Event::Start(Tag::Image { .. }) => true,
        _ => false,
    };
    Some(Link {
        start,
        end,
        span: markdown.span(start),
        is_empty: !is_image && !(start + 1..end).any(shows),
        aim,
    })
}

fn picture(address: &str, file: &str) -> Aim {
    match aim(address, "", file) {
        scheme @ Aim::Scheme(_) => scheme,
        _ => Aim::Picture(address.trim().to_owned()),
    }
}

/// What an address in the policy `file` aims at.
pub(crate) fn aim(address: &str, title: &str, file: &str) -> Aim {
    // Browsers leave these out before they look for a scheme (URL standard, section 4.4).
    let address: String = address.chars().filter(|c| !c.is_control()).collect();
    let address = address.trim();
    if address == STATED {
        return Aim::Statement(title.trim().to_owned());
    }
    if let Some(scheme) = scheme(address) {
        let is_known = SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme));
        return if is_known { Aim::Web } else { Aim::Scheme(scheme.to_owned()) };
    }
    if address.starts_with("//") {
        return Aim::Web;
    }
    if address.starts_with('/') || address.starts_with('\\') {
        return Aim::SitePath(address.to_owned());
    }
    let (path, fragment) = match address.split_once('#') {
        Some((path, fragment)) => (path, Some(decoded(fragment))),
        None => (address, None),
    };
    let path = decoded(path.split('?').next().unwrap_or_default());
    if path.is_empty() {
        return Aim::Here(fragment.unwrap_or_default());
    }
    let resolved = resolve(&path, file);
    match check_of(&resolved) {
        Some(id) => Aim::Check(id),
        None if looks_like_check(&path) => Aim::Misplaced(resolved),
        None => Aim::File(resolved, fragment),
    }
}

fn scheme(address: &str) -> Option<&str> {
    let (scheme, _) = address.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_scheme.then_some(scheme)
}

/// The claim's id, if this path is that of a check file.
fn check_of(path: &str) -> Option<ClaimId> {
    let name = path.strip_prefix("checks/")?;
    let id = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    (!id.contains('/')).then(|| id.into())
}

fn looks_like_check(path: &str) -> bool {
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    is_yaml && path.split('/').any(|part| part == "checks")
}

/// Where a relative path leads from `file`; a `..` too many stays in front.
fn resolve(path: &str, file: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A text with its percent signs decoded (RFC 3986, section 2.1).
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'%').then(|| tail.get(..2)).flatten();
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Aim {
        aim(address, "why", "content/en/a.md")
    }

    #[test]
    fn a_check_is_known_by_where_the_address_leads() {
        assert_eq!(of("../../checks/x-1.yaml"), Aim::Check("x-1".into()));
        assert_eq!(of("./.././../checks/%78.yml?raw#top"), Aim::Check("x".into()));
        assert_eq!(of("../checks/x.yaml"), Aim::Misplaced("content/checks/x.yaml".into()));
        assert_eq!(of("../../checks/sub/x.yaml"), Aim::Misplaced("checks/sub/x.yaml".into()));
        assert_eq!(of("../../../checks/x.yaml"), Aim::Misplaced("../checks/x.yaml".into()));
        assert_eq!(of("stated:"), Aim::Statement("why".into()));
    }

    #[test]
    fn other_addresses_are_told_apart() {
        assert_eq!(of("b.md#h%C3%A9"), Aim::File("content/en/b.md".into(), Some("hé".into())));
        assert_eq!(of("../b.md"), Aim::File("content/b.md".into(), None));
        assert_eq!(of("#top"), Aim::Here("top".into()));
        assert_eq!(of(""), Aim::Here(String::new()));
        assert_eq!(of("/pricing"), Aim::SitePath("/pricing".into()));
        assert_eq!(of("HTTPS://example.com/checks/x.yaml"), Aim::Web);
        assert_eq!(of("//example.com"), Aim::Web);
        assert_eq!(of(" java\tscript:alert(1)"), Aim::Scheme("javascript".into()));
        assert_eq!(of("data:text/html,x"), Aim::Scheme("data".into()));
        assert_eq!(of("100%.md"), Aim::File("content/en/100%.md".into(), None));
    }
}
