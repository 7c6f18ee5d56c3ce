//! Errors as JSON answers.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A status and a sentence, answered as `{"error": "..."}`.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) StatusCode, pub(crate) &'static str);

impl Problem {
    /// The object does not exist, or the caller has no access to it.
    pub(crate) const NOT_FOUND: Self = Self(StatusCode::NOT_FOUND, "not found");

    /// The credential is missing or invalid.
    pub(crate) fn unauthorized(why: &'static str) -> Self {
        Self(StatusCode::UNAUTHORIZED, why)
    }

    /// The request cannot be processed.
    pub(crate) fn bad_request(why: &'static str) -> Self {
        Self(StatusCode::BAD_REQUEST, why)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

/// A failure of the database, without details for the caller.
impl From<rusqlite::Error> for Problem {
    fn from(_: rusqlite::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, "the database failed")
    }
}

/// A failure of the disk, without details for the caller.
impl From<std::io::Error> for Problem {
    fn from(_: std::io::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, "the disk failed")
    }
}
