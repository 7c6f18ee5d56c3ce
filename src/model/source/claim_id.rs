//! The id of a claim: the name of its file under `checks/`.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// A claim's id: the stem of its file under `checks/`, such as `backup-daily`.
///
/// It can be read as text everywhere; text becomes an id only where that is written out.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimId(String);

impl ClaimId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text can be an id: lower-case letters, digits, `-` and `_`, of which the first is a letter or a digit.
    pub fn is_one(text: &str) -> bool {
        let is_start = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        text.starts_with(is_start) && text.chars().all(|c| is_start(c) || c == '-' || c == '_')
    }
}

impl Deref for ClaimId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ClaimId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ClaimId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for ClaimId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&ClaimId> for String {
    fn from(id: &ClaimId) -> Self {
        id.as_str().to_owned()
    }
}

impl From<ClaimId> for String {
    fn from(id: ClaimId) -> Self {
        id.0
    }
}

impl PartialEq<str> for ClaimId {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for ClaimId {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<String> for ClaimId {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for ClaimId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl schemars::JsonSchema for ClaimId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClaimId".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}
