//! Refusals: the owner is let in, and nobody else is.

use serde_json::json;

use crate::evidence::service::{Answer, Service, run};

const REFUSED: &str = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /orders, expect: { status: 200 } }
    - { name: stranger, get: /orders, control: owner, expect: { refused: true } }
";

fn orders(stranger: u16) -> Service {
    Service::start(move |asked| match (asked.line().as_str(), asked.actor()) {
        ("GET /orders", Some("acme")) => Answer::json(200, &json!({ "orders": ["one"] })),
        _ => Answer::new(stranger, ""),
    })
}

#[test]
fn a_service_that_lets_in_only_the_owner_holds() {
    let run = orders(401).check(REFUSED);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_service_that_lets_in_everybody_is_violated() {
    let run = orders(200).check(REFUSED);
    assert_eq!(run.code, Some(1), "{run}");
}

/// `auth-required` of `GET /orders`, with this rule for the end point.
fn guarded(refused: &str) -> String {
    format!(
        "- kind: auth-required\n  as: acme\n  endpoints:\n    - get: /orders\n      refused: {refused}\n  \
         without: {{ {} }}\n",
        OTHER_SPELLINGS.join(", ")
    )
}

/// The other spellings are not what these tests are about.
const OTHER_SPELLINGS: [&str; 6] = [
    "head: another test",
    "query-token: another test",
    "trailing-slash: another test",
    "doubled-slash: another test",
    "other-case: another test",
    "encoded-slash: another test",
];

/// A service that answers everybody but acme with this, and acme with its orders.
fn refusing(refusal: impl Fn() -> Answer + Send + Sync + 'static) -> Service {
    Service::start(move |asked| match (asked.path.as_str(), asked.actor()) {
        ("/orders", Some("acme")) => Answer::json(200, &json!({ "orders": ["ord-7731"] })),
        ("/orders", _) => refusal(),
        _ => Answer::new(404, ""),
    })
}

fn log_in_page() -> Answer {
    let page = "<!doctype html><title>Log in</title><h1>Please log in to Example</h1>";
    Answer::new(200, page).with("content-type", "text/html")
}

fn unauthenticated(code: &'static str) -> Answer {
    let error = json!({ "message": "No.", "extensions": { "code": code } });
    Answer::json(200, &json!({ "data": null, "errors": [error] }))
}

fn to_login() -> Answer {
    Answer::new(302, "").with("location", "https://sso.example/authorize?client=1")
}

/// A way to refuse, and the rule that names it.
type Way = (&'static str, fn() -> Answer);

const WAYS: [Way; 6] = [
    ("{ json: { /errors/0/extensions/code: UNAUTHENTICATED } }", || {
        unauthenticated("UNAUTHENTICATED")
    }),
    ("{ json: { /code: { one_of: [101, 209] } } }", || {
        Answer::json(404, &json!({ "code": 101, "error": "Object not found." }))
    }),
    ("{ title: Log in }", log_in_page),
    ("{ text: { contains: Please log in } }", log_in_page),
    ("{ login: \"https://sso.example/authorize\" }", to_login),
    ("{ statuses: [404] }", || Answer::new(404, "")),
];

#[test]
fn each_way_to_refuse_holds_by_its_rule_and_by_no_other() {
    for (rule, refusal) in WAYS {
        let service = refusing(refusal);
        let run = service.check(&guarded(rule));
        assert_eq!(run.code, Some(0), "{rule} {run}");
        for other in ["{ statuses: [401] }", "{ json: { /code: 209 } }", "{ title: Sign in }"] {
            let run = service.check(&guarded(other));
            assert!(matches!(run.code, Some(1 | 3)), "{rule} by {other} {run}");
        }
    }
}

#[test]
fn a_project_and_an_actor_can_name_their_refusals_and_the_nearest_decides() {
    let service = refusing(log_in_page);
    let check = guarded("{ title: Log in }").replace("      refused: { title: Log in }\n", "");
    let coded = |project: Option<&str>, actor: Option<&str>, check: &str| {
        let made = service.project(check);
        if let Some(rule) = project {
            made.edit("avouch.yaml", "writes: true", &format!("refused: {rule}\nwrites: true"));
        }
        if let Some(rule) = actor {
            let with = format!("{{ refused: {rule}, tenant: acme");
            made.edit("avouch.yaml", "{ tenant: acme", &with);
        }
        run(&made, &["check"]).code
    };
    let (right, wrong) = (Some("{ title: Log in }"), Some("{ statuses: [401] }"));
    assert_eq!(coded(None, None, &check), Some(1));
    assert_eq!(coded(right, None, &check), Some(0));
    assert_eq!(coded(None, right, &check), Some(0));
    assert_eq!(coded(wrong, right, &check), Some(0));
    assert_eq!(coded(right, wrong, &check), Some(1));
    assert_eq!(coded(wrong, wrong, &guarded("{ title: Log in }")), Some(0));
}

/// Steps of `http`, where the stranger gets a refusal by its title.
const BY_TITLE: &str = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /orders, expect: { status: 200 } }
    - { name: stranger, get: /orders, control: owner, expect: { refused: { title: Log in } } }
";

#[test]
fn a_step_names_its_refusal_and_the_report_says_what_was_answered() {
    let run = refusing(log_in_page).check(BY_TITLE);
    assert_eq!(run.code, Some(0), "{run}");
    let service = refusing(log_in_page);
    let run = super::service::run(&service.project(BY_TITLE), &["check", "--format", "markdown"]);
    assert!(run.out.contains("status 200, and the page's title is “Log in”"), "{run}");
}

#[test]
fn a_log_in_page_for_everybody_shows_nothing() {
    let service = Service::start(|_| log_in_page());
    for check in [guarded("{ title: Log in }").as_str(), BY_TITLE] {
        let run = service.check(check);
        assert_eq!(run.code, Some(3), "{run}");
    }
}

#[test]
fn a_refusal_that_contains_data_of_the_owner_is_violated_whatever_its_rule() {
    let service = refusing(|| {
        let page = "<!doctype html><title>Log in</title><p>You asked for ord-7731.</p>";
        Answer::new(200, page).with("content-type", "text/html")
    });
    for check in [guarded("{ title: Log in }").as_str(), BY_TITLE] {
        let run = service.check(check);
        assert_eq!(run.code, Some(1), "{run}");
    }
}

#[test]
fn a_rule_that_ordinary_answers_meet_is_an_error_of_lint() {
    for rule in
        ["{ statuses: [200] }", "{ text: { contains: e } }", "{ login: / }", "{ statuses: [] }"]
    {
        let service = Service::start(|_| panic!("nothing is sent"));
        let run = service.check(&guarded(rule));
        assert_eq!(run.code, Some(2), "{rule} {run}");
        assert!(run.err.contains("bad-refusal"), "{rule} {run}");
        assert!(run.err.contains("checks/claim.yaml"), "{rule} {run}");
    }
}
