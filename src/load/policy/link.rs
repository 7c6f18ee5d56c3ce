//! A link of a policy, and its target.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

use crate::load::policy::markdown::{Index, Markdown};
use crate::model::source::claim_id::ClaimId;

/// The text in place of an address that marks a statement.
const STATED: &str = "stated:";

/// Schemes that links may have.
const SCHEMES: [&str; 4] = ["https", "http", "mailto", "tel"];

/// A link or image of a policy.
pub(crate) struct Link {
    /// Its first event.
    pub(crate) start: Index,
    /// Its last event.
    pub(crate) end: Index,
    /// Its bytes.
    pub(crate) span: Range<usize>,
    /// Whether it has no words.
    pub(crate) is_empty: bool,
    /// Its target.
    pub(crate) target: LinkTarget,
}

/// The target of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinkTarget {
    /// A check file: the linked words are its claim.
    Check(ClaimId),
    /// A path that would be a check file if it were in `checks/`.
    Misplaced(String),
    /// Nothing: the words are a statement, for this reason.
    Statement(String),
    /// A file of the project, and a heading there.
    File(String, Option<String>),
    /// A heading of the same page.
    Here(String),
    /// An absolute path on the site's server.
    SitePath(String),
    /// Somewhere else.
    Web,
    /// A picture at this address, which is shown and not followed.
    Picture(String),
    /// An address with a scheme that is not published.
    Scheme(String),
}

/// Every link and image of a policy's body.
pub(crate) fn all(markdown: &Markdown, file: &str) -> Vec<Link> {
    (0..markdown.len()).filter_map(|index| link(markdown, index, file)).collect()
}

fn link(markdown: &Markdown, start: Index, file: &str) -> Option<Link> {
    let end = markdown.end(start);
    let (target, is_image) = match markdown.tag(start)? {
        Tag::Link { link_type: LinkType::Email, .. } => (LinkTarget::Web, false),
        Tag::Link { dest_url, title, .. } => (target(dest_url, title, file), false),
        // An image shows its target, so it cannot bind a claim.
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
        target,
    })
}

fn picture(address: &str, file: &str) -> LinkTarget {
    match target(address, "", file) {
        scheme @ LinkTarget::Scheme(_) => scheme,
        _ => LinkTarget::Picture(address.trim().to_owned()),
    }
}

/// The target of an address in the policy `file`.
pub(crate) fn target(address: &str, title: &str, file: &str) -> LinkTarget {
    // Browsers leave these out before they look for a scheme (URL standard, section 4.4).
    let address: String = address.chars().filter(|c| !c.is_control()).collect();
    let address = address.trim();
    if address == STATED {
        return LinkTarget::Statement(title.trim().to_owned());
    }
    if let Some(scheme) = scheme(address) {
        let is_known = SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme));
        return if is_known { LinkTarget::Web } else { LinkTarget::Scheme(scheme.to_owned()) };
    }
    if address.starts_with("//") {
        return LinkTarget::Web;
    }
    if address.starts_with('/') || address.starts_with('\\') {
        return LinkTarget::SitePath(address.to_owned());
    }
    let (path, fragment) = match address.split_once('#') {
        Some((path, fragment)) => (path, Some(decoded(fragment))),
        None => (address, None),
    };
    let path = decoded(path.split('?').next().unwrap_or_default());
    if path.is_empty() {
        return LinkTarget::Here(fragment.unwrap_or_default());
    }
    let resolved = resolve(&path, file);
    match check_of(&resolved) {
        Some(id) => LinkTarget::Check(id),
        None if looks_like_check(&path) => LinkTarget::Misplaced(resolved),
        None => LinkTarget::File(resolved, fragment),
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

/// A relative path resolved from `file`; surplus `..` stay in front.
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

    fn of(address: &str) -> LinkTarget {
        target(address, "why", "content/en/a.md")
    }

    #[test]
    fn a_check_is_known_by_where_the_address_leads() {
        assert_eq!(of("../../checks/x-1.yaml"), LinkTarget::Check("x-1".into()));
        assert_eq!(of("./.././../checks/%78.yml?raw#top"), LinkTarget::Check("x".into()));
        assert_eq!(of("../checks/x.yaml"), LinkTarget::Misplaced("content/checks/x.yaml".into()));
        assert_eq!(
            of("../../checks/sub/x.yaml"),
            LinkTarget::Misplaced("checks/sub/x.yaml".into())
        );
        assert_eq!(of("../../../checks/x.yaml"), LinkTarget::Misplaced("../checks/x.yaml".into()));
        assert_eq!(of("stated:"), LinkTarget::Statement("why".into()));
    }

    #[test]
    fn other_addresses_are_distinguished() {
        assert_eq!(
            of("b.md#h%C3%A9"),
            LinkTarget::File("content/en/b.md".into(), Some("hé".into()))
        );
        assert_eq!(of("../b.md"), LinkTarget::File("content/b.md".into(), None));
        assert_eq!(of("#top"), LinkTarget::Here("top".into()));
        assert_eq!(of(""), LinkTarget::Here(String::new()));
        assert_eq!(of("/pricing"), LinkTarget::SitePath("/pricing".into()));
        assert_eq!(of("HTTPS://example.com/checks/x.yaml"), LinkTarget::Web);
        assert_eq!(of("//example.com"), LinkTarget::Web);
        assert_eq!(of(" java\tscript:alert(1)"), LinkTarget::Scheme("javascript".into()));
        assert_eq!(of("data:text/html,x"), LinkTarget::Scheme("data".into()));
        assert_eq!(of("100%.md"), LinkTarget::File("content/en/100%.md".into(), None));
    }
}
