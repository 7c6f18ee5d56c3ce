//! The release of the service: where the service reports it, and what it reported.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most characters of a release's name.
const NAME_MAX: usize = 100;

/// Where the service reports its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseSource {
    /// The path on the target.
    pub get: String,
    /// JSON Pointer to its name in the answer; `None` if the answer is the name.
    pub at: Option<String>,
}

/// The release that a run tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Release {
    /// The service reported this name before and after the run.
    Is(String),
    /// It is not known, for this reason.
    Unknown(String),
}

/// The newest release that is known, and when the service reported it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownRelease {
    /// Its name, as the service reports it.
    pub name: String,
    /// When it was reported.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
}

impl ReleaseSource {
    /// The name of the release in an answer. The error is a message for people.
    pub fn name_in(&self, body: &[u8]) -> Result<String, String> {
        let text = || std::str::from_utf8(body).map_err(|_| "it is not text".to_owned());
        let name = match &self.at {
            None => text()?.trim().to_owned(),
            Some(at) => {
                let value: Value =
                    serde_json::from_slice(body).map_err(|_| "it is not JSON".to_owned())?;
                match value.pointer(at) {
                    Some(Value::String(name)) => name.trim().to_owned(),
                    Some(Value::Number(number)) => number.to_string(),
                    _ => return Err(format!("there is no name at `{at}`")),
                }
            }
        };
        let is_name = !name.is_empty() && name.len() <= NAME_MAX;
        let is_name = is_name && !name.chars().any(char::is_control);
        is_name
            .then_some(name)
            .ok_or_else(|| format!("it is not a name of at most {NAME_MAX} bytes"))
    }
}

impl Release {
    /// The release of a run, from what the service reported before and after it.
    pub fn during(before: Result<String, String>, after: Result<String, String>) -> Self {
        match (before, after) {
            (Ok(before), Ok(after)) if before == after => Self::Is(before),
            (Ok(before), Ok(after)) => {
                Self::Unknown(format!("it changed from `{before}` to `{after}` during the run"))
            }
            (Err(why), _) | (_, Err(why)) => Self::Unknown(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_read_from_json_or_text() {
        let source = |at: Option<&str>| ReleaseSource { get: "/v".into(), at: at.map(Into::into) };
        let json = br#"{"commit": "4f2c", "build": 7, "empty": ""}"#;
        assert_eq!(source(Some("/commit")).name_in(json), Ok("4f2c".into()));
        assert_eq!(source(Some("/build")).name_in(json), Ok("7".into()));
        assert_eq!(source(None).name_in(b"v1.2\n"), Ok("v1.2".into()));
        for (at, body) in [
            (Some("/nowhere"), &json[..]),
            (Some("/empty"), json),
            (Some("/commit"), b"v1"),
            (None, b""),
            (None, &[b'x'; 200]),
            (None, &[0xff]),
        ] {
            assert!(source(at).name_in(body).is_err(), "{at:?}");
        }
    }

    #[test]
    fn a_release_that_changed_during_a_run_is_unknown() {
        let is = |name: &str| Ok(name.to_owned());
        assert_eq!(Release::during(is("a"), is("a")), Release::Is("a".into()));
        assert!(matches!(Release::during(is("a"), is("b")), Release::Unknown(_)));
        assert!(matches!(Release::during(is("a"), Err(String::new())), Release::Unknown(_)));
    }
}
