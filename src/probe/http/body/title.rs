//! The title of a page, as a browser shows it.

use dom_query::{Document, NodeRef};

use crate::probe::http::body::BodyFacts;
use crate::probe::http::response::{RawResponse, cut};

/// The number of characters that are kept of a page's title.
const TITLE_CHARS_MAX: usize = 2000;

/// How much of a page is searched for its title, in bytes: a page can be made so that the time of
/// reading it grows with the square of its length.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The namespace of HTML: an SVG has titles of its own.
const HTML: &str = "http://www.w3.org/1999/xhtml";

/// Reads the title of a page. There is none if the page has none, or if the end of it was not read.
pub(super) fn read(response: &RawResponse, html: &str, found: &mut BodyFacts) {
    let head = &html[..html.floor_char_boundary(HEAD_BYTES_MAX)];
    let is_whole = head.len() == html.len() && !response.truncated;
    if !is_whole && !head.to_ascii_lowercase().contains("</title") {
        return;
    }
    let without_scripts = title(head);
    let with_scripts = match as_with_scripts(head) {
        Some(html) => title(&html),
        None => without_scripts.clone(),
    };
    if without_scripts != with_scripts {
        found.note("/body/title", "the page has another title for browsers without scripts");
    }
    let Some(title) = with_scripts else { return };
    if title.chars().count() > TITLE_CHARS_MAX {
        let why = format!("the page's title is longer than {TITLE_CHARS_MAX} characters");
        found.note("/body/title", why);
    }
    found.set("title", cut(&title, TITLE_CHARS_MAX));
}

/// The text of the first title, on one line (WHATWG HTML, "the title element").
pub(super) fn title(html: &str) -> Option<String> {
    let document = Document::from(html);
    let root = document.root();
    let title = root.descendants_it().find(is_title)?;
    let text = title.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" "))
}

/// The page as a browser that runs scripts reads it: `<noscript>` is text to its end tag (WHATWG HTML, "the
/// noscript element"). `None` if there is no such element.
fn as_with_scripts(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    if !lower.contains("<noscript") {
        return None;
    }
    let (mut text, mut at) = (String::with_capacity(html.len()), 0);
    while let Some(start) = lower[at..].find("<noscript").map(|start| at + start) {
        text.push_str(&html[at..start]);
        let end = lower[start..].find("</noscript").map_or(html.len(), |end| start + end);
        at = lower[end..].find('>').map_or(html.len(), |close| end + close + 1);
    }
    text.push_str(&html[at..]);
    Some(text)
}

fn is_title(node: &NodeRef<'_>) -> bool {
    node.query_or(false, |node| {
        node.as_element()
            .is_some_and(|element| &*element.name.local == "title" && &*element.name.ns == HTML)
    })
}
