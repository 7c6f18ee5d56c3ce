//! Whether HTML is small and shallow enough to be read as browsers read it.
//!
//! A browser repeats formatting elements that do not end in every paragraph after them (HTML, "reconstruct the
//! active formatting elements"), so a thousand of each make a million.

/// Maximum number of elements that are open at once, and of all tags.
const OPEN_MAX: usize = 500;
const TAGS_MAX: usize = 400_000;

/// How far from the start of a tag its end is sought, in bytes.
const TAG_MAX: usize = 4096;

/// Elements without an end, and those whose end may be left out.
const UNENDED: [&str; 25] = [
    "area", "base", "body", "br", "col", "dd", "dt", "embed", "head", "hr", "html", "img", "input",
    "li", "link", "meta", "option", "p", "source", "td", "th", "tr", "track", "wbr", "tbody",
];

/// Elements that a browser repeats, even if they are written as `<b/>`.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Whether HTML has too many elements, or too many within each other.
pub(crate) fn is_excessive(html: &str) -> bool {
    let (mut open, mut tags) = (0_usize, 0);
    for (at, _) in html.match_indices('<') {
        let rest = &html[at + 1..];
        let (ends, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = &rest[..length];
        let is_one_of = |names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
        if name.is_empty() || is_one_of(&UNENDED) {
            continue;
        }
        tags += 1;
        let end = rest.bytes().take(TAG_MAX).position(|byte| byte == b'>');
        let is_alone = end.is_some_and(|end| rest[..end].ends_with('/')) && !is_one_of(&FORMATTING);
        open = match (ends, is_alone) {
            (true, _) => open.saturating_sub(1),
            (false, true) => open,
            (false, false) => open + 1,
        };
        if open > OPEN_MAX || tags > TAGS_MAX {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_pages_are_read_and_piles_of_elements_are_not() {
        let icons = "<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg>".repeat(2000);
        let list = "<ul><li>a<li>b<p>c</ul><br><img src=\"a\">".repeat(2000);
        for page in [icons, list, "a < b </ c <!-- <b> --> ".repeat(400)] {
            assert!(!is_excessive(&page), "{}", &page[..20]);
        }
        for page in [
            "<b id=1>".repeat(600),
            "<i/>".repeat(600),
            "<div>".repeat(600),
            "<b></b>".repeat(300_000),
        ] {
            assert!(is_excessive(&page), "{}", &page[..5]);
        }
    }
}
