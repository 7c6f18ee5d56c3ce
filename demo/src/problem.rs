//! An answer that says no, as JSON.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A status and a sentence, answered as `{"error": "..."}`.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) StatusCode, pub(crate) &'static str);

impl Problem {
    /// There is no such thing, or it is none of the caller's business.
    pub(crate) const NOT_FOUND: Self = Self(StatusCode::NOT_FOUND, "there is nothing here");

    /// The credential is missing or bad.
    pub(crate) fn unauthorized(why: &'static str) -> Self {
        Self(StatusCode::UNAUTHORIZED, why)
    }

    /// What was sent cannot be used.
    pub(crate) fn bad_request(why: &'static str) -> Self {
        Self(StatusCode::BAD_REQUEST, why)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

/// The store failed; the caller learns no more than that.
impl From<rusqlite::Error> for Problem {
    fn from(_: rusqlite::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, "the store failed")
    }
}

/// A disk failed; the caller learns no more than that.
impl From<std::io::Error> for Problem {
    fn from(_: std::io::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, "the disk failed")
    }
}
