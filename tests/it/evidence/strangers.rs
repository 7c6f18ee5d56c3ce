//! Strangers: a refusal is judged by what it holds and by its effect, not by its code.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Asked, Service, now};
use crate::harness::Run;

const ORDERS: &str = "\
- kind: http
  steps:
    - { name: owner, role: control, as: acme, get: /orders, expect: { status: 200 } }
    - { name: stranger, get: /orders, control: owner, expect: { refused: true } }
";

const AUTH: &str = "\
- kind: auth-required
  as: acme
  endpoints:
    - get: /orders
";

/// The orders of a customer.
fn orders() -> Value {
    json!({
        "service": "Example orders",
        "orders": [{ "item": "a wooden chair", "for": "Jane Doe", "ref": "ord-8812" }],
    })
}

/// A service that shows its owner the orders, and strangers this.
fn service(stranger: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Service {
    Service::start(move |asked| match (asked.line().as_str(), asked.actor()) {
        ("GET /orders", Some("acme")) => Answer::json(200, &orders()),
        ("GET /orders", _) => stranger(asked),
        _ => Answer::json(404, &json!({ "service": "Example orders", "error": "not found" })),
    })
}

/// The run against a service that answers strangers so, with each of the kinds of check.
fn runs(stranger: fn(&Asked) -> Answer) -> [Run; 2] {
    [ORDERS, AUTH].map(|checks| service(stranger).check(checks))
}

fn all_have_code(stranger: fn(&Asked) -> Answer, code: i32) {
    for run in runs(stranger) {
        assert_eq!(run.code, Some(code), "{run}");
    }
}

#[test]
fn a_refusal_that_contains_the_owners_data_is_violated() {
    all_have_code(
        |_| {
            let mut body = orders();
            body["at"] = json!("2026-11-28T05:00:00Z");
            Answer::json(401, &body)
        },
        1,
    );
    all_have_code(|_| Answer::new(401, "").with("x-debug", "last order: ord-8812 for Jane Doe"), 1);
    all_have_code(|_| Answer::new(403, "no access to: a+wooden+chair, b3JkLTg4MTI="), 1);
    let run = service(|_| Answer::new(401, "no: ord-8812")).check(ORDERS);
    assert!(run.out.contains("401, with one value of its owner's data in the body"), "{run}");
}

#[test]
fn a_redirect_with_the_page_in_its_body_is_violated() {
    let page = |notice: &str| {
        format!(
            "<!doctype html><title>Orders</title><nav>Example orders: home, prices</nav>{notice}\
             <table><tr><td>Jane Doe</td><td>a wooden chair</td></tr></table>"
        )
    };
    let checks = ORDERS;
    let leaky = Service::start(move |asked| match (asked.line().as_str(), asked.actor()) {
        ("GET /orders", Some("acme")) => {
            Answer::new(200, page("")).with("content-type", "text/html")
        }
        ("GET /orders", _) => Answer::new(302, page("<p>Please log in</p>"))
            .with("content-type", "text/html")
            .with("location", "/login"),
        _ => Answer::new(404, ""),
    });
    let project = leaky.project(checks);
    let settings = project.read("avouch.yaml");
    project.write("avouch.yaml", &format!("{settings}refused: {{ login: /login }}\n"));
    let run = crate::evidence::service::run(&project, &["check"]);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_plain_refusal_holds_and_so_does_one_in_the_frame_of_the_site() {
    all_have_code(|_| Answer::new(401, ""), 0);
    all_have_code(
        |asked| {
            let body = json!({
                "service": "Example orders", "error": "unauthorized", "path": asked.path,
                "request_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
            });
            Answer::json(401, &body).with("x-request-id", "0f8fad5b-d9cb-469f")
        },
        0,
    );
    let page = |content: &str, token: &str| {
        let html = format!(
            "<!doctype html><title>Example</title><nav><a href=/>Example orders</a></nav>\
             <div>The best orders of 2026</div><form><input type=hidden name=csrf value={token}>\
             </form>{content}<footer>Example Ltd, register 12345678, hello@example.com</footer>"
        );
        Answer::new(200, html).with("content-type", "text/html")
    };
    for missing in ["", "<p>There is no such page</p>"] {
        let site = Service::start(move |asked| match (asked.path.as_str(), asked.actor()) {
            ("/orders", Some("acme")) => page("<p>Orders of Jane Doe: one</p>", "a1b2c3d4e5f6"),
            ("/orders", _) => page("<p>Please log in</p>", "f6e5d4c3b2a1").status(401),
            _ if missing.is_empty() => Answer::new(404, ""),
            _ => page(missing, "0a1b2c3d4e5f").status(404),
        });
        for checks in [ORDERS, AUTH] {
            let run = site.check(checks);
            assert_eq!(run.code, Some(0), "{missing}: {run}");
        }
    }
}

#[test]
fn an_echo_of_the_request_is_no_leak() {
    let notes = Mutex::new(BTreeMap::<String, Value>::new());
    let service = Service::start(move |asked| {
        let mut notes = notes.lock().unwrap();
        let Some(actor) = asked.actor() else {
            let echo = format!("{} {}: {}", asked.method, asked.path, asked.body);
            return Answer::json(401, &json!({ "error": "unauthorized", "request": echo }));
        };
        note(&mut notes, asked, actor)
    });
    let run = service.check(NOTES);
    assert_eq!(run.code, Some(0), "{run}");
}

const NOTES: &str = "\
- kind: auth-required
  as: acme
  create: { post: /notes, json: { text: \"${canary}\" } }
  remove: { delete: \"/notes/${id}\" }
  endpoints:
    - get: /notes
    - get: /notes/${id}
    - { put: \"/notes/${id}\", json: { text: changed } }
    - delete: /notes/${id}
";

/// The answer of a service that stores notes, to its owner.
fn note(notes: &mut BTreeMap<String, Value>, asked: &Asked, actor: &str) -> Answer {
    let missing = || Answer::json(404, &json!({ "error": "not found" }));
    let path = asked.path.split('?').next().unwrap_or_default();
    let id = path.strip_prefix("/notes/").unwrap_or_default().to_owned();
    match (asked.method.as_str(), path) {
        ("POST", "/notes") => {
            let mut note: Value = serde_json::from_str(&asked.body).unwrap();
            let id = format!("note-{:012}", 1000 + notes.len());
            note["id"] = json!(id);
            note["of"] = json!(actor);
            note["views"] = json!(0);
            notes.insert(id, note.clone());
            Answer::json(201, &note)
        }
        ("GET", "/notes") => {
            let own = notes.values().filter(|note| note["of"] == actor);
            Answer::json(200, &json!({ "notes": own.collect::<Vec<_>>(), "at": now().as_second() }))
        }
        _ if notes.get(&id).is_none_or(|note| note["of"] != actor) => missing(),
        ("GET", _) => {
            let note = notes.get_mut(&id).unwrap();
            note["views"] = json!(note["views"].as_u64().unwrap() + 1);
            let mut answer = note.clone();
            answer["at"] = json!(now().as_second());
            Answer::json(200, &answer)
        }
        ("PUT", _) => {
            let note = notes.get_mut(&id).unwrap();
            let new: Value = serde_json::from_str(&asked.body).unwrap();
            note["text"] = new["text"].clone();
            Answer::json(200, note)
        }
        ("DELETE", _) => {
            notes.remove(&id);
            Answer::new(204, "")
        }
        _ => Answer::new(405, ""),
    }
}

/// Whether a request without a credential, which is refused, takes effect all the same.
type Executes = fn(&Asked) -> bool;

/// A service that refuses strangers, and executes some of their requests.
fn executing(executes: Executes, count: bool) -> Service {
    let notes = Mutex::new(BTreeMap::<String, Value>::new());
    Service::start(move |asked| {
        let mut notes = notes.lock().unwrap();
        if asked.line() == "GET /count" && count {
            return Answer::json(200, &json!({ "count": notes.len() }));
        }
        if asked.headers.get("authorization").is_some() {
            if let Some(actor) = asked.actor() {
                return note(&mut notes, asked, actor);
            }
        } else if executes(asked) {
            let mut method = ["x-http-method-override", "x-method-override"].into_iter();
            let method = method.find_map(|name| asked.headers.get(name)?.to_str().ok());
            let method = method.unwrap_or(&asked.method).to_owned();
            let path = asked.path.to_lowercase().replace("//", "/");
            let path = path.trim_end_matches('/').to_owned();
            let asked =
                Asked { method, path, headers: asked.headers.clone(), body: asked.body.clone() };
            note(&mut notes, &asked, "acme");
        }
        Answer::json(401, &json!({ "error": "unauthorized" }))
    })
}

#[test]
fn a_write_that_is_refused_and_executed_all_the_same_is_violated() {
    let sound = executing(|_| false, false).check(NOTES);
    assert_eq!(sound.code, Some(0), "{sound}");
    let cases: [(&str, Executes); 6] = [
        ("POST", |asked| asked.line() == "POST /notes"),
        ("PUT", |asked| asked.method == "PUT" && !asked.path.ends_with('/')),
        ("DELETE", |asked| asked.method == "DELETE"),
        ("override", |asked| asked.headers.get("x-http-method-override").is_some()),
        ("slash", |asked| asked.method == "PUT" && asked.path.ends_with('/')),
        ("case", |asked| asked.path.starts_with("/NOTES/")),
    ];
    for (name, executes) in cases {
        let run = executing(executes, false).check(NOTES);
        assert_eq!(run.code, Some(1), "{name}: {run}");
    }
}

#[test]
fn a_refused_creation_is_noticed_by_a_count_that_the_author_names() {
    let checks = "\
- kind: auth-required
  as: acme
  create: { post: /notes, json: { text: by a check } }
  remove: { delete: \"/notes/${id}\" }
  endpoints: [{ get: \"/notes/${id}\" }]
  reads_back: { POST /notes: /count }
";
    let sound = executing(|_| false, true).check(checks);
    assert_eq!(sound.code, Some(0), "{sound}");
    let run = executing(|asked| asked.line() == "POST /notes", true).check(checks);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.out.contains("“count” in the body"), "{run}");
    let unread = checks.replace("/count", "none");
    let run = executing(|_| false, true);
    let project = run.project(&unread);
    let text = crate::evidence::service::run(&project, &["explain", "claim"]);
    assert!(
        text.out.contains("The effect of refused requests was not looked at: POST /notes."),
        "{text}"
    );
}

#[test]
fn a_refused_write_of_a_written_check_is_read_back_too() {
    let checks = "\
- kind: http
  steps:
    - { name: made, role: prepare, as: acme, post: /notes, json: { text: one }, capture: { id: /id } }
    - name: owner
      role: control
      as: acme
      put: /notes/${id}
      json: { text: two }
      expect: { status: 200 }
    - name: stranger
      put: /notes/${id}
      json: { text: two, title: new }
      control: owner
      expect: { refused: true }
    - { name: removed, role: cleanup, as: acme, delete: \"/notes/${id}\" }
";
    let checks = checks.replace("{ text: two, title: new }", "{ text: two }");
    let run = executing(|_| false, false).check(&checks);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_variant_without_a_credential_that_shows_data_is_violated() {
    let answers: [fn(&Asked) -> bool; 6] = [
        |asked| asked.path == "/orders/",
        |asked| asked.path == "//orders",
        |asked| asked.path == "/ORDERS",
        |asked| asked.path == "/%2Forders",
        |asked| asked.path.starts_with("/orders?access_token="),
        |asked| asked.line() == "HEAD /orders",
    ];
    for (index, shows) in answers.into_iter().enumerate() {
        let leaky = Service::start(move |asked| match (asked.line().as_str(), asked.actor()) {
            ("GET /orders", Some("acme")) => Answer::json(200, &orders()),
            _ if shows(asked) => {
                Answer::json(200, &orders()).with("x-first-order", "ord-8812, Jane Doe")
            }
            _ => Answer::new(401, ""),
        });
        let run = leaky.check(AUTH);
        assert_eq!(run.code, Some(1), "{index}: {run}");
    }
    let statuses = [200, 301, 400, 404, 405, 500, 501];
    for status in statuses {
        let sound = Service::start(move |asked| match (asked.line().as_str(), asked.actor()) {
            ("GET /orders", Some("acme")) => Answer::json(200, &orders()),
            ("GET /orders", _) => Answer::new(401, ""),
            _ => Answer::new(status, "<!doctype html><title>Example</title><div id=app></div>"),
        });
        let run = sound.check(AUTH);
        assert_eq!(run.code, Some(0), "{status}: {run}");
    }
}

#[test]
fn somebody_elses_refusal_and_a_400_for_another_reason_are_inconclusive() {
    all_have_code(|_| Answer::new(403, "Just a moment").with("cf-mitigated", "challenge"), 3);
    all_have_code(|_| Answer::json(400, &json!({ "error": "quantity must be a number" })), 3);
    all_have_code(|_| Answer::json(400, &json!({ "error": "the token is missing" })), 0);
    all_have_code(|_| Answer::new(403, "forbidden").with("server", "cloudflare"), 0);
    let elsewhere =
        service(|_| Answer::new(302, "").with("location", "https://id.example.org/login"));
    for (login, code) in [("/login", 3), ("https://id.example.org/login", 0)] {
        let project = elsewhere.project(ORDERS);
        let settings = project.read("avouch.yaml");
        project.write("avouch.yaml", &format!("{settings}refused: {{ login: \"{login}\" }}\n"));
        let run = crate::evidence::service::run(&project, &["check"]);
        assert_eq!(run.code, Some(code), "{login}: {run}");
    }
}

const TENANTS: &str = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  create: { post: /notes, json: { text: \"${canary}\", title: old } }
  fixed: [/title]
  object: /notes/${id}
  list: [/notes]
  change: { put: \"/notes/${id}\", json: { text: changed, title: new } }
  delete: { delete: \"/notes/${id}\" }
";

/// A service with tenants, whose answers to one customer about another's note `lie` may replace.
fn tenants(lie: fn(&mut Value, &Asked) -> Option<Answer>) -> Service {
    let notes = Mutex::new(BTreeMap::<String, Value>::new());
    Service::start(move |asked| {
        let mut notes = notes.lock().unwrap();
        let id = asked.path.strip_prefix("/notes/").unwrap_or_default().to_owned();
        if let Some(note) = notes.get_mut(&id).filter(|note| asked.actor() != note["of"].as_str())
            && let Some(answer) = lie(note, asked)
        {
            return answer;
        }
        let Some(actor) = asked.actor() else {
            return Answer::json(401, &json!({ "error": "unauthorized" }));
        };
        note(&mut notes, asked, actor)
    })
}

#[test]
fn tenants_are_kept_apart_in_what_refusals_contain_and_do() {
    let sound = tenants(|_, _| None).check(TENANTS);
    assert_eq!(sound.code, Some(0), "{sound}");
    let titled = tenants(|note, asked| {
        (asked.method == "PUT").then(|| note["title"] = json!("new"));
        None
    });
    let run = titled.check(TENANTS);
    assert_eq!(run.code, Some(1), "{run}");
    let named = tenants(|_, asked| {
        let owner = json!({ "error": "not yours", "of": "acme" });
        (asked.method == "GET" && asked.actor() == Some("globex"))
            .then(|| Answer::json(403, &owner))
    });
    let run = named.check(TENANTS);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_sound_service_with_a_created_object_and_a_list_that_is_read_back_holds() {
    let checks = "\
- kind: auth-required
  as: acme
  create: { post: /notes, json: { text: \"${canary}\" } }
  remove: { delete: \"/notes/${id}\" }
  endpoints:
    - get: /notes/${id}
    - post: /notes
      json: { text: written by a check }
  reads_back: { \"POST /notes\": /notes }
";
    let run = executing(|_| false, false).check(checks);
    assert_eq!(run.code, Some(0), "{run}");
}
