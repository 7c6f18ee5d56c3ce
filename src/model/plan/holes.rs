//! The placeholders of a request.

use std::collections::BTreeSet;

use crate::model::plan::request::Request;

/// The names of the placeholders in a request: in its address, its header fields and its body.
pub fn holes(request: &Request) -> BTreeSet<String> {
    let texts = request.templates();
    texts.iter().flat_map(|text| text.holes().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::body::Body;

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
