//! An answer that could not be understood is inconclusive, and the report says what and where.

use serde_json::json;

use crate::evidence::service::{Answer, Service};

#[test]
fn a_value_of_another_type_is_named() {
    let service = Service::start(|_| Answer::json(200, &json!({"days": "Infinity"})));
    let run = service.check(
        "- kind: http\n  states: [/days]\n  steps:\n    - { name: it is read, get: /, expect: { json: { /days: { at_least: 5 } } } }\n",
    );
    assert_eq!(run.code, Some(3), "{run}");
    let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("“days” in the body is the text “Infinity”, and not a number"), "{run}");
}
