//! `print.css`: what stands in the margins of each printed sheet, so that it can be filed by itself:
//! title, address, date and build. A page cannot say this of itself without a style of its own.

use std::fmt::Write;

use crate::render::site::view;

/// Where it stands.
pub(crate) const PATH: &str = "print.css";

/// The sheets of one page.
pub(crate) struct Sheet {
    name: String,
    title: String,
    address: String,
}

impl Sheet {
    /// The sheets of this page.
    pub(crate) fn of(page: &view::Page) -> Self {
        Self { name: page.sheet.clone(), title: page.title.clone(), address: page.address.clone() }
    }
}

/// The style sheet for all pages of the site; `stamp` stands on every sheet.
pub(crate) fn file(sheets: &[Sheet], stamp: &str) -> String {
    let mut css = format!("@page {{ @top-right {{ content: {}; }} }}\n", quoted(stamp));
    for Sheet { name, title, address } in sheets {
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

/// Text as a string of CSS (CSS Syntax Level 3, section 4.3.5): whatever could end it is escaped.
fn quoted(text: &str) -> String {
    let mut string = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' | '<' => {
                let _ = write!(string, "\\{:x} ", u32::from(character));
            }
            c if c.is_control() => string.push(' '),
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
    fn a_title_cannot_end_the_string_that_it_stands_in() {
        assert_eq!(quoted("a\"; } b\\\n</style>"), r#""a\22 ; } b\5c  \3c /style>""#);
    }

    #[test]
    fn every_page_has_sheets_with_its_address() {
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
