//! Diagnostics that are reported in several places: their words are written here once.

use crate::model::source::Place;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};

impl Diagnostic {
    /// A required key is missing from the mapping at `place`.
    pub fn missing_key(place: Place, key: &str) -> Self {
        Self::new(Code::MissingKey, place, format!("the key `{key}` is missing"))
            .with(Argument::Key, key)
            .help(format!("add `{key}:`"))
    }

    /// The key at `place` is not one that its mapping may have.
    pub fn unknown_key(place: Place, key: &str) -> Self {
        Self::new(Code::UnknownKey, place, format!("unknown key `{key}`")).with(Argument::Key, key)
    }

    /// The value of `key` at `place` is empty or white space.
    pub fn empty_value(place: Place, key: &str) -> Self {
        Self::new(Code::Empty, place, format!("`{key}` is empty")).help("write a text")
    }

    /// The value at `place` is of another type than expected. Both are named with their articles,
    /// such as `a list`.
    pub fn wrong_type(place: Place, expected: &str, found: &str) -> Self {
        Self::new(Code::WrongType, place, format!("expected {expected}, found {found}"))
    }

    /// The link at `place` has a scheme that is not published.
    pub fn unsafe_link(place: Place, scheme: &str) -> Self {
        Self::new(Code::UnsafeLink, place, format!("this leads to a `{scheme}:` address"))
            .with(Argument::Scheme, scheme)
            .help("use `https:`, `mailto:` or `tel:`")
    }

    /// The policy `file` does not exist; the name in `known` that resembles `name` is suggested.
    pub fn missing_page<'a>(
        place: Place,
        file: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Self {
        Self::new(Code::MissingPage, place, format!("there is no page `{file}`"))
            .with(Argument::Page, file)
            .help(help_with_list(name, known))
    }

    /// A value is not a language tag (BCP 47).
    pub fn not_a_language_tag(place: Place, tag: &str) -> Self {
        Self::new(Code::BadLanguage, place, format!("`{tag}` is not a language tag"))
            .help("write it like `en` or `pt-BR`")
    }

    /// A file that the settings name lies outside the project's folder.
    pub fn outside_project(place: Place, file: &str) -> Self {
        let message = format!("`{file}` leads out of the project's folder");
        Self::new(Code::OutsideProject, place, message).help("put the file itself into the project")
    }
}
