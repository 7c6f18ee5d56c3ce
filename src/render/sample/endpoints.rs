//! The list of end points of the sample: tested, not tested, not answered, and an exception.

use crate::model::project::endpoints::path::PathPattern;
use crate::model::project::endpoints::{At, Endpoint, EndpointList, Exception, Format};
use crate::render::sample::passages::spanned;

const LISTED: [(&str, &str); 5] = [
    ("GET", "/"),
    ("GET", "/notes/{id}"),
    ("POST", "/notes"),
    ("GET", "/ops/backups/latest"),
    ("GET", "/health"),
];

pub(super) fn list() -> EndpointList {
    let endpoint = |(method, path): (&str, &str)| Endpoint {
        name: format!("{method} {path}"),
        span: 0..0,
        at: At::Path { method: Some(method.to_owned()), paths: vec![PathPattern::new(path)] },
    };
    let exception = Exception {
        endpoint: spanned("GET /health".to_owned()),
        because: "It shows <nothing> of a customer.".to_owned(),
    };
    EndpointList {
        format: Format::OpenApi,
        file: "api/openapi.yaml".into(),
        endpoints: LISTED.map(endpoint).into(),
        exceptions: vec![exception],
    }
}
