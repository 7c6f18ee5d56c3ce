//! A zone as people write it: `Europe/Berlin`, `+01:00`.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::model::time::zone::Zone;

/// A zone as people write it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WrittenZone(pub(crate) Zone);

impl<'de> Deserialize<'de> for WrittenZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || {
            format!(
                "`{text}` is not a known zone: write an offset such as `+01:00`, or a rule such as \
                 `CET-1CEST,M3.5.0,M10.5.0/3`"
            )
        };
        Zone::parse(&text).map(Self).ok_or_else(|| de::Error::custom(wrong()))
    }
}

impl JsonSchema for WrittenZone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Zone".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "a zone: an offset such as `+01:00`, a name such as `Europe/Berlin`, or a rule of POSIX"
        })
    }
}
