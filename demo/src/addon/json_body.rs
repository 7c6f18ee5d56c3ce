//! A JSON body of limited size. Rejections are JSON too.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The body, parsed as JSON, whatever its media type.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|_| Problem::bad_request("the body is not the expected JSON"))
    }
}

/// A problem with the status of the rejection if that is 413 (the body is too long), else 400.
pub(crate) fn unread(rejection: impl IntoResponse) -> Problem {
    match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long")
        }
        _ => Problem::bad_request("the body cannot be read"),
    }
}
