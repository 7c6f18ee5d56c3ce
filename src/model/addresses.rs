//! The addresses in a document, and the origins that they lead to.

use serde_json::Value;
use url::Url;

/// Whether every address in `value`, at any depth, leads to `origin`. A text is an address if it is
/// the whole value, has a name that ends with `url`, or looks like an address.
pub(crate) fn stay_on(value: &Value, origin: &str) -> bool {
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    match value {
        Value::String(text) => leads_to(text, &origin),
        other => within(other, &origin),
    }
}

fn within(value: &Value, origin: &Url) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| one("", item, origin)),
        Value::Object(fields) => fields.iter().all(|(name, value)| one(name, value, origin)),
        _ => true,
    }
}

fn one(name: &str, value: &Value, origin: &Url) -> bool {
    match value {
        Value::String(text) if is_address(name, text) => leads_to(text, origin),
        other => within(other, origin),
    }
}

fn is_address(name: &str, text: &str) -> bool {
    let lower = text.trim_start().to_ascii_lowercase();
    let begins = ["/", "\\", "http:", "https:"].iter().any(|start| lower.starts_with(start));
    name.to_ascii_lowercase().ends_with("url") || begins || lower.contains("://")
}

/// Resolves an address as browsers do: `//host` and `\\host` lead to that host, a path stays.
fn leads_to(text: &str, origin: &Url) -> bool {
    origin.join(text).is_ok_and(|url| url.origin() == origin.origin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ORIGIN: &str = "https://addon.test";

    #[test]
    fn paths_and_addresses_of_the_origin_stay_and_all_others_lead_away() {
        for stays in ["https://addon.test", "https://addon.test/a?b={c.d}", "/a", ""] {
            assert!(stay_on(&json!(stays), ORIGIN), "{stays}");
        }
        let away = ["http://addon.test/", "//x.test/a", "https://addon.test.x/", "javascript:1"];
        for leads_away in away.into_iter().chain(["https://addon.test@x.test/", "\\\\x.test"]) {
            assert!(!stay_on(&json!(leads_away), ORIGIN), "{leads_away}");
        }
    }

    #[test]
    fn addresses_are_found_however_deep_and_other_texts_are_none() {
        let of = |url: &str| json!({"pages": [{"name": {"value": "Notes: all"}, "url": url}]});
        assert!(stay_on(&of("/notes"), ORIGIN));
        assert!(!stay_on(&of("ftp://addon.test/notes"), ORIGIN));
        assert!(!stay_on(&json!({"installed": "http://addon.test/in"}), ORIGIN));
        assert!(!stay_on(&json!(["https://x.test/"]), ORIGIN));
    }
}
