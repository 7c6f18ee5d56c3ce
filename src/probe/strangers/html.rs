//! The texts of a page, with where they are: in a table, in the text, or in the frame that all pages of
//! a site share.
//!
//! A page of a hostile service must not take longer than its length: this reads tags one after the other,
//! and does not build a tree.

/// Where a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a cell of a table, a definition, or a field with a value.
    Cell,
    /// In the text.
    Text,
    /// In the frame: navigation, header, footer, a label or a button.
    Frame,
}

/// A text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) place: Place,
}

/// Elements whose content is not shown.
const HIDDEN: [&str; 5] = ["script", "style", "template", "noscript", "head"];

/// Elements of the frame, and others whose text is the service's own.
const FRAME: [&str; 15] = [
    "nav", "header", "footer", "aside", "address", "button", "label", "option", "svg", "h1", "h2",
    "h3", "title", "th", "legend",
];

/// Elements that contain data.
const CELLS: [&str; 6] = ["td", "dd", "output", "textarea", "pre", "code"];

/// The texts of a page, in order.
pub(crate) fn parts(html: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open = Open::default();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        open.add(&rest[..start], &mut parts);
        let tail = &rest[start + 1..];
        let Some(end) = end_of(tail) else { return parts };
        open.tag(&tail[..end], &mut parts);
        rest = tail.get(end + 1..).unwrap_or_default();
    }
    open.add(rest, &mut parts);
    parts
}

/// Where a tag or a comment ends.
fn end_of(tail: &str) -> Option<usize> {
    if tail.starts_with("!--") {
        return tail.find("-->").map(|end| end + 2);
    }
    tail.find('>')
}

/// The elements that are open.
#[derive(Default)]
struct Open {
    hidden: Option<String>,
    frames: Vec<String>,
    cells: usize,
}

impl Open {
    fn add(&self, text: &str, parts: &mut Vec<Part>) {
        if self.hidden.is_some() || text.trim().is_empty() {
            return;
        }
        let place = match (self.frames.is_empty(), self.cells) {
            (false, _) => Place::Frame,
            (true, 0) => Place::Text,
            (true, _) => Place::Cell,
        };
        parts.push(Part { text: plain(text), place });
    }

    fn tag(&mut self, tag: &str, parts: &mut Vec<Part>) {
        let (closes, tag) = tag.strip_prefix('/').map_or((false, tag), |rest| (true, rest));
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        if let Some(hidden) = &self.hidden {
            if closes && *hidden == name {
                self.hidden = None;
            }
            return;
        }
        match closes {
            true => self.close(&name),
            false => self.start(&name, tag, parts),
        }
    }

    fn start(&mut self, name: &str, tag: &str, parts: &mut Vec<Part>) {
        if HIDDEN.contains(&name) {
            self.hidden = Some(name.to_owned());
        } else if FRAME.contains(&name) {
            self.frames.push(name.to_owned());
        } else if CELLS.contains(&name) {
            self.cells += 1;
        } else if name == "input" && !is_field_of_the_form(tag) {
            let value = attribute(tag, "value");
            parts.extend(value.map(|text| Part { text: plain(&text), place: Place::Cell }));
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(last) = self.frames.iter().rposition(|open| open == name) {
            self.frames.truncate(last);
        } else if CELLS.contains(&name) {
            self.cells = self.cells.saturating_sub(1);
        }
    }
}

/// Whether a field is part of every form: a button, or a hidden token.
fn is_field_of_the_form(tag: &str) -> bool {
    let kind = attribute(tag, "type").unwrap_or_default().to_ascii_lowercase();
    matches!(kind.as_str(), "hidden" | "submit" | "button" | "reset" | "checkbox" | "radio")
}

/// The value of an attribute.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let start = lower.find(&format!(" {name}="))? + name.len() + 2;
    let rest = tag.get(start..)?;
    let value = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest[1..].split(quote).next()?,
        _ => rest.split(char::is_whitespace).next()?,
    };
    Some(value.trim_end_matches('/').to_owned())
}

/// A text without its character references.
fn plain(text: &str) -> String {
    let decoded = crate::probe::spellings::escapes::unescape(text.as_bytes());
    decoded.map_or_else(|| text.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_its_place() {
        let page = "<html><head><title>T</title></head><body><nav><a href=/>Home</a></nav><h1>Orders</h1>\
                    <p>Dear &amp; you</p><table><tr><th>Name</th><td>Jane</td></tr></table>\
                    <script>let a = '<td>x</td>'</script><!-- <td>y</td> -->\
                    <input type=text value=\"12 Main\"><input type=hidden value=csrf><footer>F</footer>";
        let found: Vec<(String, Place)> =
            parts(page).into_iter().map(|part| (part.text, part.place)).collect();
        let expected = [
            ("Home", Place::Frame),
            ("Orders", Place::Frame),
            ("Dear & you", Place::Text),
            ("Name", Place::Frame),
            ("Jane", Place::Cell),
            ("12 Main", Place::Cell),
            ("F", Place::Frame),
        ];
        assert_eq!(found, expected.map(|(text, place)| (text.to_owned(), place)));
    }
}
