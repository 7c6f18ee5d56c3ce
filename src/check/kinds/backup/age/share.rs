//! A share as people write it: `50%`.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

/// A share as people write it: `50%`.
#[derive(Clone, Copy)]
pub(crate) struct Share(pub(crate) f64);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let share = text.strip_suffix('%').and_then(|number| number.trim().parse().ok());
        let share = share.filter(|share| (1.0..=100.0).contains(share));
        let wrong = || format!("`{text}` is not a share: write one from `1%` to `100%`");
        share.map(Self).ok_or_else(|| de::Error::custom(wrong()))
    }
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]+(\\.[0-9]+)? ?%$",
            "description": "a share, such as `50%`"
        })
    }
}
