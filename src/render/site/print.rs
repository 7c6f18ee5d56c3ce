//! `print.css`: the margins of printed pages, with title, address, date and build, so that each sheet can
//! be filed by itself. These texts differ from page to page, and a page has no inline style.

use std::fmt::Write;

use crate::language::unseen::is_disruptive;
use crate::render::site::view;

/// The path of the style sheet.
pub(crate) const PATH: &str = "print.css";

/// The printed sheets of one page.
pub(crate) struct PrintedPage {
    name: String,
    title: String,
    address: String,
}

impl PrintedPage {
    /// The sheets of this page.
    pub(crate) fn of(page: &view::Page) -> Self {
        Self { name: page.sheet.clone(), title: page.title.clone(), address: page.address.clone() }
    }
}

/// The style sheet for all pages of the site; `stamp` is printed on every sheet.
pub(crate) fn file(sheets: &[PrintedPage], stamp: &str) -> String {
    let mut css = format!("@page {{ @top-right {{ content: {}; }} }}\n", quoted(stamp));
    for PrintedPage { name, title, address } in sheets {
        let (title, address) = (quoted(title), quoted(address));
        // Writing to a string cannot fail.
        let _ = writeln!(
            css,
            ".{name} {{ page: {name}; }}\n@page {name} {{ @top-left {{ content: {title}; }} \
             @bottom-left {{ content: {address}; }} }}"
        );
    }
    css
}

/// Quotes text as a CSS string (CSS Syntax Level 3, section 4.3.5).
fn quoted(text: &str) -> String {
    let mut string = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' | '<' => {
                let _ = write!(string, "\\{:x} ", u32::from(character));
            }
            c if is_disruptive(c) => string.push(' '),
            c => string.push(c),
        }
    }
    string.push('"');
    string
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::site::tests::rendered;

    #[test]
    fn a_title_cannot_end_its_string() {
        assert_eq!(quoted("a\"; } b\\\n</style>"), r#""a\22 ; } b\5c  \3c /style>""#);
    }

    #[test]
    fn every_printed_page_has_its_address() {
        let files = rendered();
        for (path, html) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
            let (_, rest) = html.split_once("<body class=\"").unwrap();
            let sheet = rest.split(['"', ' ']).next().unwrap();
            let address = html.split("rel=\"canonical\" href=\"").nth(1).unwrap();
            let address = address.split('"').next().unwrap();
            let (_, rule) = files[PATH].split_once(&format!("@page {sheet} ")).unwrap();
            assert!(rule.lines().next().unwrap().contains(address), "{path}");
        }
    }
}
