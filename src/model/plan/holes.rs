//! The placeholders of a request.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::plan::request::Request;
use crate::model::plan::template::Template;

/// The names of the placeholders in a request: in its address, its header fields and its body.
pub fn holes(request: &Request) -> BTreeSet<String> {
    let mut holes = BTreeSet::new();
    // A request always serialises: its keys are strings.
    gather(&serde_json::to_value(request).unwrap_or_default(), &mut holes);
    holes
}

fn gather(value: &Value, holes: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            holes.extend(Template::new(text.as_str()).holes().map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, holes)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, holes)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::request::Body;

    #[test]
    fn placeholders_anywhere_in_a_request_are_found() {
        let request = Request {
            headers: vec![("x-csrf".into(), "${token}".into())],
            body: Some(Body::Json(serde_json::json!({"ids": [{"one": "${id}"}], "n": 1}))),
            ..Request::to_target("POST", "/notes/${note}/remove")
        };
        assert_eq!(holes(&request), ["id", "note", "token"].map(str::to_owned).into());
    }
}
