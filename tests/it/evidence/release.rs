//! Evidence is about one release of the service, and expires with the next one.

use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::evidence::service::{Answer, Service, run};
use crate::harness::{Project, Run};

const FOUND: &str = "\
- kind: http
  steps:
    - { name: the page, get: /, expect: { status: 200 } }
";

/// A service whose release a test changes, and its project, which reads the release.
struct Released {
    _service: Service,
    name: Arc<Mutex<String>>,
    project: Project,
}

impl Released {
    fn new(version: fn(&str, &str) -> Answer) -> Self {
        let name = Arc::new(Mutex::new("one".to_owned()));
        let now = name.clone();
        let service = Service::start(move |asked| match asked.path.as_str() {
            "/version" => {
                let mut name = now.lock().unwrap();
                let before = name.clone();
                name.push('+');
                version(&before, before.trim_end_matches('+'))
            }
            _ => Answer::new(200, "page"),
        });
        let project = service.project(FOUND);
        project.edit("avouch.yaml", "writes: true", "release: { get: /version, at: /commit }");
        Self { _service: service, name, project }
    }

    fn sound() -> Self {
        Self::new(|_, name| Answer::json(200, &json!({ "commit": name })))
    }

    fn releases(&self, name: &str) {
        name.clone_into(&mut self.name.lock().unwrap());
    }

    fn ends(&self, code: i32, args: &[&str]) -> Run {
        let run = run(&self.project, args);
        assert_eq!(run.code, Some(code), "{args:?}: {run}");
        run
    }
}

const BUILD: [&str; 5] = ["build", "--assessment", "one.json", "--draft", "draft"];

#[test]
fn the_release_is_recorded_and_the_page_shows_it() {
    let all = Released::sound();
    let report = all.ends(0, &["check", "--out", "one.json", "--format", "json"]).json();
    assert_eq!(report["release"], "one");
    all.ends(0, &BUILD);
    let page = all.project.read("public/evidence/claim/index.html");
    assert!(page.contains(", release one."), "{page}");
    let claims: serde_json::Value =
        serde_json::from_str(&all.project.read("public/claims.json")).unwrap();
    assert_eq!(claims["release"]["name"], "one");
    all.ends(0, &[&BUILD[..], &["--previous", "public/claims.json"]].concat());
    let run = all.ends(0, &["check", "--reuse", "one.json"]);
    assert!(run.err.contains("reused evidence for 1 of 1 claims"), "{run}");
}

#[test]
fn evidence_of_another_release_has_expired() {
    let all = Released::sound();
    all.ends(0, &["check", "--out", "one.json"]);
    all.releases("two");
    let run = all.ends(0, &["check", "--reuse", "one.json", "--out", "two.json"]);
    assert!(run.err.contains("reused evidence for 0 of 1 claims"), "{run}");
    // Nobody knows of the second release here.
    all.ends(0, &BUILD);
    all.ends(0, &["build", "--assessment", "two.json", "--previous", "public/claims.json"]);
    all.ends(3, &BUILD);
    let page = all.project.read("draft/evidence/claim/index.html");
    assert!(page.contains("the evidence has expired"), "{page}");
    all.ends(0, &["check"]);
    std::fs::remove_dir_all(all.project.path("public")).unwrap();
    all.ends(3, &BUILD);
    // The first release is back.
    all.releases("one");
    all.ends(0, &["check"]);
    all.ends(0, &BUILD);
}

#[test]
fn a_release_that_changed_or_could_not_be_read_leaves_the_claims_undecided() {
    let changing = Released::new(|name, _| Answer::json(200, &json!({ "commit": name })));
    let missing = Released::new(|_, _| Answer::new(404, ""));
    for all in [changing, missing] {
        let report = all.ends(3, &["check", "--format", "json"]).json();
        assert_eq!(report["claims"][0]["reason"], "release", "{report}");
    }
}

#[test]
fn evidence_from_before_the_project_read_the_release_is_not_enough() {
    let all = Released::sound();
    let settings = "release: { get: /version, at: /commit }";
    all.project.edit("avouch.yaml", settings, "writes: true");
    all.ends(0, &["check", "--out", "one.json"]);
    all.ends(0, &BUILD);
    all.project.edit("avouch.yaml", "writes: true", settings);
    all.ends(3, &BUILD);
}
