//! What an answer in GraphQL means for a stranger: a refusal has the status of a success there.

use serde_json::Value;

use crate::probe::strangers::refuser::is_about_credentials;

/// Texts and codes that report that there is no such object, in lower case.
const NOT_FOUND: [&str; 8] = [
    "not found",
    "not_found",
    "notfound",
    "no such",
    "does not exist",
    "doesn't exist",
    "could not resolve to",
    "unknown id",
];

/// The outcome of an operation that gave nothing: `refused`, `not-found`, or `other` if its errors have other
/// reasons, such as a limit. `None` if the operation gave something, or if the answer is not in GraphQL.
///
/// GraphQL specification, section 7.1: `data` is `null` or left out if the operation failed, and each field
/// that failed is `null`.
pub(crate) fn outcome(facts: &Value) -> Option<&'static str> {
    let response = facts.pointer("/body/json")?.as_object()?;
    let errors = response.get("errors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let data = response.get("data");
    if errors.is_empty() && data.is_none() {
        return None;
    }
    let nothing = match data {
        None | Some(Value::Null) => true,
        Some(Value::Object(fields)) => fields.values().all(Value::is_null),
        Some(_) => false,
    };
    if !nothing {
        return None;
    }
    let texts: Vec<String> = errors.iter().map(text).collect();
    let not_found = |text: &String| NOT_FOUND.iter().any(|part| text.contains(part));
    Some(match () {
        () if texts.iter().all(not_found) => "not-found",
        () if texts.iter().all(|text| not_found(text) || is_about_credentials(text)) => "refused",
        () => "other",
    })
}

/// The message and the codes of an error, in lower case. Its path may contain any word.
fn text(error: &Value) -> String {
    let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
    let codes = error.get("extensions").map(Value::to_string).unwrap_or_default();
    let codes =
        format!("{} {codes}", error.get("type").and_then(Value::as_str).unwrap_or_default());
    format!("{message} {codes}").to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(body: Value) -> Option<&'static str> {
        outcome(&json!({ "status": 200, "body": { "json": body } }))
    }

    #[test]
    fn an_operation_that_gives_nothing_is_refused_for_its_reasons() {
        let code = |code: &str| json!({ "message": "No.", "extensions": { "code": code } });
        let failed = |error: Value| of(json!({ "data": { "note": null }, "errors": [error] }));
        assert_eq!(failed(code("UNAUTHENTICATED")), Some("refused"));
        assert_eq!(failed(code("FORBIDDEN")), Some("refused"));
        assert_eq!(failed(json!({ "message": "Access denied" })), Some("refused"));
        assert_eq!(failed(code("NOT_FOUND")), Some("not-found"));
        assert_eq!(failed(json!({ "message": "Note not found" })), Some("not-found"));
        assert_eq!(of(json!({ "data": { "note": null } })), Some("not-found"));
        for other in ["THROTTLED", "INTERNAL_SERVER_ERROR", "GRAPHQL_VALIDATION_FAILED"] {
            assert_eq!(failed(code(other)), Some("other"), "{other}");
        }
        let mixed = json!({ "errors": [code("FORBIDDEN"), code("THROTTLED")] });
        assert_eq!(of(mixed), Some("other"));
    }

    #[test]
    fn an_answer_that_gives_something_is_not_a_refusal() {
        assert_eq!(of(json!({ "data": { "note": { "id": 7 } } })), None);
        assert_eq!(of(json!({ "data": { "notes": [] } })), None);
        let partly = json!({ "data": { "a": 1, "b": null }, "errors": [{ "message": "denied" }] });
        assert_eq!(of(partly), None);
        assert_eq!(of(json!({ "error": "denied" })), None);
        assert_eq!(outcome(&json!({ "status": 200, "body": { "text": "denied" } })), None);
    }
}
