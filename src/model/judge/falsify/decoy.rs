//! The answers that services give in place of the right one.

use serde_json::{Value, json};

use crate::model::answer::facts::Facts;
use crate::model::plan::Keep;

/// An answer in place of the right one.
pub(super) struct Decoy {
    /// What it is, after "the answer to “x” is ".
    pub(super) what: &'static str,
    status: Status,
    body: Body,
}

/// The status of a decoy.
#[derive(Clone, Copy, PartialEq)]
enum Status {
    /// That of the right answer, if it is a success, or else 200.
    Success,
    /// This one.
    Is(u16),
}

/// The body of a decoy.
enum Body {
    Empty,
    Json(&'static str),
    Page(&'static str, &'static str),
}

const NOT_FOUND: Body = Body::Page("Page not found", "This page does not exist.");
const LOG_IN: Body = Body::Page("Log in", "Enter your e-mail address and your password.");

/// Where a redirect leads.
const LOG_IN_PATH: &str = "/login";

/// Every decoy.
pub(super) const DECOYS: [Decoy; 9] = [
    Decoy { what: "an empty JSON object", status: Status::Success, body: Body::Json("{}") },
    Decoy { what: "`null`", status: Status::Success, body: Body::Json("null") },
    Decoy { what: "an empty JSON list", status: Status::Success, body: Body::Json("[]") },
    Decoy { what: "empty", status: Status::Success, body: Body::Empty },
    Decoy { what: "a page “not found”", status: Status::Is(404), body: NOT_FOUND },
    Decoy {
        what: "a page “not found” with a status of success",
        status: Status::Success,
        body: NOT_FOUND,
    },
    Decoy { what: "a log-in page with a status of success", status: Status::Success, body: LOG_IN },
    Decoy { what: "a redirect to a log-in page", status: Status::Is(302), body: Body::Empty },
    Decoy {
        what: "an error in JSON with a status of success",
        status: Status::Success,
        body: Body::Json(ERROR),
    },
];

const ERROR: &str = r#"{
    "error": { "code": "internal", "message": "Something went wrong." },
    "errors": [{ "message": "Something went wrong." }],
    "message": "Something went wrong."
}"#;

impl Decoy {
    /// Whether it redirects.
    pub(super) fn redirects(&self) -> bool {
        self.status == Status::Is(302)
    }

    /// It, in place of `facts`.
    pub(super) fn in_place_of(&self, facts: &Facts, keep: Keep) -> Facts {
        let mut facts = facts.clone();
        facts.remove("/pages");
        let status = match self.status {
            Status::Is(status) => status,
            Status::Success => facts.status().filter(|status| status / 100 == 2).unwrap_or(200),
        };
        facts.set("/status", json!(status));
        facts.set("/body", self.body.facts(self.what, keep));
        facts.set("/canaries", json!([]));
        if self.redirects() {
            facts.set("/headers/location", json!([LOG_IN_PATH]));
        }
        facts
    }
}

impl Body {
    fn facts(&self, what: &str, keep: Keep) -> Value {
        let bytes = match self {
            Self::Empty => 0,
            Self::Json(text) => text.len(),
            Self::Page(title, text) => title.len() + text.len(),
        };
        let mut facts = Facts(json!({
            "bytes": bytes,
            "sha256": format!("of a decoy: {what}"),
            "truncated": false,
        }));
        match self {
            _ if keep == Keep::Digest => {}
            Self::Empty => facts.set("/text", json!("")),
            Self::Json(text) => facts.set("/json", serde_json::from_str(text).unwrap_or_default()),
            Self::Page(title, text) => {
                facts.set("/title", json!(title));
                let page = format!(
                    "<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>\
                     <p>{text}</p></body></html>"
                );
                facts.set("/text", json!(page));
            }
        }
        facts.0
    }
}
