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

#[cfg(test)]
mod tests {
    use super::*;

    /// The decoy with these words, in place of an answer with this status.
    fn in_place_of(what: &str, status: u16, keep: Keep) -> Facts {
        let right = Facts(json!({
            "status": status,
            "headers": {"x": ["y"]},
            "canaries": [0],
            "pages": {"read": []},
            "body": {"bytes": 100, "json": {"a": 1}},
        }));
        DECOYS.iter().find(|one| one.what == what).unwrap().in_place_of(&right, keep)
    }

    #[test]
    fn a_decoy_has_a_status_of_its_own_or_the_same_success() {
        let status = |what, right| in_place_of(what, right, Keep::Body).status();
        for (right, wanted) in [(200, 200), (201, 201), (204, 204), (404, 200), (302, 200)] {
            assert_eq!(status("empty", right), Some(wanted), "{right}");
        }
        assert_eq!(status("a page “not found”", 201), Some(404));
        assert_eq!(status("a redirect to a log-in page", 201), Some(302));
    }

    #[test]
    fn only_the_redirect_leads_elsewhere() {
        let redirects: Vec<&str> =
            DECOYS.iter().filter(|one| one.redirects()).map(|one| one.what).collect();
        assert_eq!(redirects, ["a redirect to a log-in page"]);
        for decoy in &DECOYS {
            let facts = in_place_of(decoy.what, 200, Keep::Body);
            let location = decoy.redirects().then_some(LOG_IN_PATH);
            assert_eq!(facts.header("location"), location, "{}", decoy.what);
            assert_eq!(facts.header("x"), Some("y"));
            assert_eq!(facts.at("/canaries"), Some(&json!([])));
            assert_eq!(facts.at("/pages"), None);
        }
    }

    #[test]
    fn the_body_of_a_decoy_has_the_facts_that_the_step_keeps() {
        let body = |what, keep| in_place_of(what, 200, keep).at("/body").cloned().unwrap();
        let keys = |body: &Value| {
            let object = body.as_object().unwrap();
            object.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
        };
        let page = body("a log-in page with a status of success", Keep::Body);
        assert_eq!(page["title"], "Log in");
        assert_eq!(
            page["bytes"],
            "Log in".len() + "Enter your e-mail address and your password.".len()
        );
        assert_eq!(keys(&page), "bytes sha256 truncated title text");
        assert_eq!(keys(&body("an empty JSON object", Keep::Body)), "bytes sha256 truncated json");
        assert_eq!(body("an empty JSON object", Keep::Body)["bytes"], 2);
        assert_eq!(keys(&body("empty", Keep::Body)), "bytes sha256 truncated text");
        for decoy in &DECOYS {
            assert_eq!(keys(&body(decoy.what, Keep::Digest)), "bytes sha256 truncated");
        }
    }
}
