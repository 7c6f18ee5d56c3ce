use serde_json::json;

use super::*;
use crate::check::fixture;
use crate::model::plan::body::{Body, Operation};
use crate::model::plan::request::{Destination, Request};
use crate::model::plan::{ANYONE, Role, Step};
use crate::model::project::endpoints::path::PathPattern;
use crate::model::project::endpoints::{EndpointList, Exception};
use crate::model::source::decode::Spanned;

fn endpoint(name: &str) -> Endpoint {
    let at = match name.split_once(' ') {
        Some((operation @ ("query" | "mutation"), field)) => At::Field {
            api: PathPattern::new("/graphql"),
            operation: if operation == "query" { "query" } else { "mutation" },
            field: field.to_owned(),
        },
        Some((method, path)) => {
            At::Path { method: Some(method.to_owned()), paths: vec![PathPattern::new(path)] }
        }
        None => At::Path { method: None, paths: vec![PathPattern::new(name)] },
    };
    Endpoint { name: name.to_owned(), span: 0..1, at }
}

fn list(names: &[&str], exceptions: &[&str]) -> EndpointList {
    let exception = |name: &&str| Exception {
        endpoint: Spanned { value: (*name).to_owned(), span: 0..1 },
        because: "it has no data".to_owned(),
    };
    EndpointList {
        format: if names[0].starts_with("query") { Format::Graphql } else { Format::OpenApi },
        file: "api.yaml".into(),
        endpoints: names.iter().map(|one| endpoint(one)).collect(),
        exceptions: exceptions.iter().map(exception).collect(),
    }
}

fn step(role: Role, request: Request) -> Step {
    Step::http(role, "a step", ANYONE, request)
}

fn found(list: EndpointList, steps: Vec<Step>) -> Vec<String> {
    let mut project = fixture::project();
    project.endpoints = vec![list];
    let plans = [(ClaimId::from("claim"), vec![Plan::new("http", steps)])].into();
    untested(&project, &plans).into_iter().map(|one| one.message).collect()
}

/// The end points that one request to the target leaves untested.
fn left(names: &[&str], method: &str, path: &str) -> String {
    let all = found(list(names, &[]), vec![step(Role::Probe, Request::to_target(method, path))]);
    all.first().map_or(String::new(), |one| one.split(": ").last().unwrap().to_owned())
}

#[test]
fn an_end_point_is_tested_by_a_request_with_its_path_and_method() {
    for (names, method, path, untested) in [
        (vec!["GET /notes/{id}"], "GET", "/notes/${id}", ""),
        (vec!["GET /notes/{id}"], "get", "/notes/${id}", ""),
        (vec!["GET /notes/{id}"], "HEAD", "/notes/${id}", "`GET /notes/{id}`"),
        (vec!["/notes"], "POST", "/notes", ""),
        (vec!["GET /notes/{id}", "GET /notes/search"], "GET", "/notes/search", "`GET /notes/{id}`"),
        (
            vec!["GET /notes/{id}", "PUT /notes/me"],
            "GET",
            "/notes/me",
            "`GET /notes/{id}`, `PUT /notes/me`",
        ),
        (vec!["GET /a", "GET /b"], "GET", "${image}", "`GET /a`, `GET /b`"),
        (vec!["GET /a"], "GET", "/b", "`GET /a`"),
    ] {
        assert_eq!(left(&names, method, path), untested, "{method} {path}");
    }
}

#[test]
fn requests_to_other_hosts_and_those_that_clean_up_do_not_count() {
    let names = &["DELETE /notes/{id}"];
    let delete = || Request::to_target("DELETE", "/notes/1");
    assert_eq!(found(list(names, &[]), vec![step(Role::Probe, delete())]), [""; 0]);
    assert_eq!(found(list(names, &[]), vec![step(Role::Cleanup, delete())]).len(), 1);
    let to = |to| vec![step(Role::Control, Request { to, ..delete() })];
    let host = Destination::Host("platform".into(), "/notes/1".into());
    assert_eq!(found(list(names, &[]), to(host)).len(), 1);
    let target = fixture::project().world.target;
    let address = Destination::Address(target.join("/notes/1").unwrap().to_string().into());
    assert_eq!(found(list(names, &[]), to(address)), [""; 0]);
}

#[test]
fn a_graphql_field_is_tested_by_an_operation_that_begins_with_it() {
    let names = &["query notes", "mutation add", "query drop"];
    let operation = |query: &str| {
        Body::Graphql(Operation { query: query.into(), variables: Default::default(), name: None })
    };
    let send = |path: &str, body: Body| {
        let request = Request { body: Some(body), ..Request::to_target("POST", path) };
        found(list(names, &[]), vec![step(Role::Probe, request)]).concat()
    };
    let both = "query { mine: notes { drop } }";
    assert!(send("/graphql", operation(both)).ends_with("`mutation add`, `query drop`"));
    assert!(
        send("/graphql", Body::Json(json!({ "query": "mutation { add }" })))
            .ends_with("`query notes`, `query drop`")
    );
    assert!(send("/other", operation(both)).contains("3 of the 3"));
}

#[test]
fn an_exception_is_not_named_and_one_that_is_tested_is_a_mistake() {
    let get = |path: &str| vec![step(Role::Probe, Request::get(path))];
    assert_eq!(found(list(&["GET /a", "GET /b"], &["get /b"]), get("/a")), [""; 0]);
    assert_eq!(
        found(list(&["GET /a", "GET /b"], &["GET /a"]), get("/a")),
        [
            "a check tests `GET /a`, which is listed as an exception",
            "no check sends a request to 1 of the 2 end points in `api.yaml`: `GET /b`",
        ]
    );
}

#[test]
fn a_long_list_is_named_in_part_with_lines_for_a_check() {
    let names: Vec<String> = (0..30).map(|number| format!("PUT /a{number}/{{id}}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut project = fixture::project();
    project.endpoints = vec![list(&names, &[])];
    let found = untested(&project, &BTreeMap::new());
    assert!(found[0].message.starts_with("no check sends a request to 30 of the 30 end points"));
    assert!(found[0].message.ends_with("`PUT /a19/{id}` and 10 more"), "{}", found[0].message);
    assert_eq!(
        found[0].help.as_deref(),
        Some(
            "add them to a check, for example under `endpoints:` of one of the kind `auth-required`, with ids of \
             test objects: `- put: /a0/{id}`, `- put: /a1/{id}`, `- put: /a2/{id}`; for one that needs no test, add \
             `- { endpoint: \"PUT /a0/{id}\", because: .. }` under `except:` of the list"
        )
    );
}
