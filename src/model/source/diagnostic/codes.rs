//! The one table of diagnostics: the code of each, with its name, severity, arguments and meaning.
//!
//! To add a diagnostic, add one entry to the file of its area under `codes/`, and construct it where
//! the mistake is found. An entry reads:
//!
//! ```text
//! MissingPage "missing-page" Error [Page]
//!     "a link leads to a page that does not exist"
//!     { title: "..", explanation: "..", todo: ".." };
//! ```
//!
//! The part in braces is the note in plain language that `avouch serve` shows; it belongs to
//! diagnostics that the authors of policies can resolve, and may name arguments as `{page}`.

use crate::model::source::diagnostic::Severity;
use crate::model::source::diagnostic::argument::Argument;

#[macro_use]
mod checks;
#[macro_use]
mod claims;
#[macro_use]
mod files;
#[macro_use]
mod policies;
#[macro_use]
mod project;

/// A diagnostic for people who write policies and know neither YAML nor the command line.
///
/// Its texts name arguments in braces, such as `{page}`. `{where}`, `{inside}` and `{Subject}`
/// describe the part of the file that the diagnostic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainNote {
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// The same in a sentence or two.
    pub explanation: &'static str,
    /// What to do.
    pub todo: &'static str,
}

macro_rules! define {
    ([] $(
        $variant:ident $name:literal $severity:ident [$($argument:ident)*] $meaning:literal
        $({ title: $title:literal, explanation: $explanation:literal, todo: $todo:literal $(,)? })?;
    )*) => {
        /// The stable identity of a diagnostic. A code keeps its meaning between releases.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in kebab case.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What the code means: a clause without a full stop.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)*
                }
            }

            /// The severity, where neither the project nor the command changes it.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)*
                }
            }

            /// The arguments that every diagnostic with this code has.
            pub fn arguments(self) -> &'static [Argument] {
                match self {
                    $(Self::$variant => &[$(Argument::$argument),*],)*
                }
            }

            /// The note for authors of policies, if they can resolve it.
            pub fn plain_note(self) -> Option<PlainNote> {
                match self {
                    $($(Self::$variant => Some(PlainNote {
                        title: $title,
                        explanation: $explanation,
                        todo: $todo,
                    }),)?)*
                    _ => None,
                }
            }
        }
    };
}

files! { [policies claims project checks define] }

impl std::fmt::Display for Code {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        let is_kebab = |name: &&str| {
            !name.starts_with('-')
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        assert!(names.iter().all(is_kebab), "{names:?}");
    }

    #[test]
    fn a_meaning_is_a_clause() {
        for code in Code::ALL {
            let meaning = code.meaning();
            assert!(!meaning.is_empty() && !meaning.ends_with('.'), "{code}: {meaning}");
        }
    }

    #[test]
    fn a_plain_note_names_only_arguments_of_its_code() {
        for (code, note) in Code::ALL.iter().filter_map(|code| Some((code, code.plain_note()?))) {
            let texts = [note.title, note.explanation, note.todo].join(" ");
            for hole in texts.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
                let is_argument = code.arguments().iter().any(|one| one.name() == hole);
                let is_part = ["where", "inside", "Subject"].contains(&hole);
                assert!(is_argument || is_part, "{code} has no argument `{hole}`");
            }
        }
    }

    #[test]
    fn a_plain_note_has_no_terms_of_software() {
        for (code, note) in Code::ALL.iter().filter_map(|code| Some((code, code.plain_note()?))) {
            let all = [note.title, note.explanation, note.todo].join(" ").to_lowercase();
            for never in ["yaml", "exit", "front matter", "diagnostic", "parse", "error"] {
                assert!(!all.contains(never), "{code}: {never}");
            }
        }
    }
}
