//! Templates: text with `${name}` placeholders for captures, canaries and the run's own marks.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Text that may contain placeholders of the form `${name}`.
///
/// A plan contains templates, never their values. `probe` puts the placeholders back before an
/// observation leaves it, so plan, evidence and page show the same text.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Template(pub String);

/// The beginning of a placeholder for the secret of an actor: `secret:acme`.
pub const SECRET: &str = "secret:";

/// The names of placeholders for random values that are new in each run.
const RANDOM: [&str; 2] = ["random", "uuid"];

/// Whether a placeholder is for a random value: `random`, or `random:acme` for that of one tenant.
pub fn is_random(hole: &str) -> bool {
    RANDOM.contains(&hole.split_once(':').map_or(hole, |(name, _)| name))
}

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Literal text.
    Text(&'a str),
    /// A placeholder: the name between `${` and `}`.
    Hole(&'a str),
}

impl Template {
    /// A template of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The parts, in order. A `${` that is never closed is literal text.
    pub fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, tail)) = after.split_once('}') else {
                break;
            };
            if !before.is_empty() {
                parts.push(Part::Text(before));
            }
            parts.push(Part::Hole(name));
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest));
        }
        parts
    }

    /// The names of its placeholders, in order.
    pub fn holes(&self) -> impl Iterator<Item = &str> {
        let name = |part| match part {
            Part::Hole(name) => Some(name),
            Part::Text(_) => None,
        };
        self.parts().into_iter().filter_map(name)
    }

    /// The text with each placeholder replaced by its `value`.
    ///
    /// # Errors
    ///
    /// The name of the first placeholder without a value.
    pub fn fill(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        let fill = |part: Part<'_>| match part {
            Part::Text(text) => Ok(text.to_owned()),
            Part::Hole(name) => value(name).ok_or_else(|| name.to_owned()),
        };
        self.parts().into_iter().map(fill).collect()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl From<&str> for Template {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Template {
    fn from(text: String) -> Self {
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_and_a_missing_one_is_named() {
        let template = Template::new("/notes/${note}/x${canary:acme}");
        let fill = |name: &str| (name == "note").then(|| "7".to_owned());
        assert_eq!(template.fill(fill), Err("canary:acme".to_owned()));
        assert_eq!(template.fill(|name| Some(name.len().to_string())).unwrap(), "/notes/4/x11");
        assert_eq!(Template::new("a ${b").fill(|_| None).unwrap(), "a ${b");
    }
}
