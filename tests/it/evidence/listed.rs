//! End points that files of the project list: those that no check tests are named, and the page shows how many were.

use serde_json::json;

use crate::evidence::service::{Answer, Asked, Service, run};
use crate::harness::{Project, Run};

const OPENAPI: &str = "\
openapi: 3.1.0
info: { title: Notes, version: '1' }
servers: [{ url: https://api.example.com/v1 }]
paths:
  /notes: { get: {}, post: {} }
  /notes/{id}: { get: {}, delete: {} }
  /files/{name}.json: { get: {} }
  /health: { get: {} }
";

const CHECKS: &str = "\
- kind: auth-required
  as: acme
  endpoints:
    - get: /v1/notes
    - get: /v1/notes/7?expand=all
    - get: /v1/files/report.json
";

/// Lets acme read, and nobody else.
fn guarded(asked: &Asked) -> Answer {
    match asked.actor() {
        Some("acme") => Answer::json(200, &json!({ "path": asked.path })),
        _ => Answer::json(401, &json!({ "error": "no" })),
    }
}

/// The project of a service with these entries of `endpoints:`.
fn project(service: &Service, endpoints: &str) -> Project {
    let project = service.project(CHECKS);
    let settings = std::fs::read_to_string(project.path("avouch.yaml")).unwrap();
    project.write("avouch.yaml", &format!("{settings}endpoints:\n{endpoints}"));
    project.write("api/openapi.yaml", OPENAPI);
    project
}

/// Everything that a run printed.
fn text(run: &Run) -> String {
    format!("{}{}", run.out, run.err)
}

fn lint(project: &Project) -> Run {
    run(project, &["lint"])
}

#[test]
fn end_points_that_no_check_tests_are_named_with_the_lines_that_test_them() {
    let service = Service::start(guarded);
    let found = lint(&project(&service, "  - openapi: api/openapi.yaml\n"));
    assert_eq!(found.code, Some(0), "{found}");
    for part in [
        "no check sends a request to 3 of the 6 end points in `api/openapi.yaml`",
        "`POST /v1/notes`, `DELETE /v1/notes/{id}`, `GET /v1/health`",
        "api/openapi.yaml:5:",
        "`- post: /v1/notes`",
        "under `except:` of the list",
    ] {
        assert!(text(&found).contains(part), "{part} {found}");
    }
}

#[test]
fn an_exception_needs_a_reason_and_an_end_point_that_is_not_tested() {
    let service = Service::start(guarded);
    let with = |except: &str| {
        let entry = format!("  - openapi: api/openapi.yaml\n    except: [{except}]\n");
        lint(&project(&service, &entry))
    };
    let whole = "{ endpoint: POST /v1/notes, because: customers cannot use it yet }, \
                 { endpoint: \"DELETE /v1/notes/{id}\", because: customers cannot use it yet }, \
                 { endpoint: get /v1/health, because: it has no data }";
    let run = with(whole);
    assert_eq!((run.code, text(&run).contains("untested")), (Some(0), false), "{run}");
    for (except, message) in [
        ("{ endpoint: GET /v1/health }", "the key `because` is missing"),
        ("{ endpoint: GET /health, because: x }", "did you mean `GET /v1/health`?"),
        ("{ endpoint: GET /v1/notes, because: x }", "a check tests `GET /v1/notes`"),
    ] {
        let run = with(except);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(text(&run).contains(message), "{message} {run}");
    }
}

#[test]
fn a_list_that_cannot_be_read_is_an_error_at_its_place() {
    let service = Service::start(guarded);
    for (endpoints, message) in [
        ("  - openapi: api/gone.yaml\n", "`api/gone.yaml` cannot be read"),
        ("  - openapi: api/swagger.json\n", "this is Swagger 2.0, and OpenAPI 3 is read"),
        ("  - graphql: api/openapi.yaml\n", "this is not a GraphQL schema"),
        ("  - openapi: api/empty.yaml\n", "lists no end point"),
        ("  - at: /v1\n", "this entry names no file"),
    ] {
        let project = project(&service, endpoints);
        project.write("api/swagger.json", "{ \"swagger\": \"2.0\", \"paths\": {} }\n");
        project.write("api/empty.yaml", "openapi: 3.0.0\npaths: {}\n");
        let run = lint(&project);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(text(&run).contains(message), "{message} {run}");
    }
}

#[test]
fn the_page_and_its_data_count_the_end_points_that_answered() {
    let service = Service::start(guarded);
    let except = "{ endpoint: GET /v1/health, because: It has no data of customers. }";
    let entry = format!("  - openapi: api/openapi.yaml\n    except: [{except}]\n");
    let project = project(&service, &entry);
    let built = run(&project, &["build"]);
    assert_eq!(built.code, Some(0), "{built}");
    let index = project.read("public/index.html");
    for part in [
        "OpenAPI description: 3 of 6 listed end points tested.",
        "<summary>2 not tested</summary>",
        "<li><code>DELETE /v1/notes/{id}</code></li>",
        "<li><code>GET /v1/health</code>: <span>It has no data of customers.</span></li>",
        "not that each of its properties was tested",
    ] {
        assert!(index.contains(part), "{part} {index}");
    }
    let claims: serde_json::Value =
        serde_json::from_str(&project.read("public/claims.json")).unwrap();
    let expected = json!([{
        "list": "openapi", "listed": 6, "tested": 3,
        "not_tested": ["POST /v1/notes", "DELETE /v1/notes/{id}"],
        "left_out": [{ "endpoint": "GET /v1/health", "because": "It has no data of customers." }],
    }]);
    assert_eq!(claims["endpoints"], expected);
}

#[test]
fn what_a_run_did_not_send_is_not_counted_even_if_the_plan_has_it() {
    // The list of notes does not answer, so its object is never known, and nothing is sent to it.
    let service = Service::start(|asked| match (asked.actor(), asked.path.as_str()) {
        (_, "/v1/notes") => Answer::json(200, &json!({})),
        _ => guarded(asked),
    });
    let project = project(&service, "  - openapi: api/openapi.yaml\n");
    let steps = "- kind: http\n  steps:\n\
                 \x20   - { name: the list, role: prepare, get: /v1/notes, as: acme, capture: { note: /id } }\n\
                 \x20   - { name: the note, get: \"/v1/notes/${note}\", as: acme, expect: { status: 200 } }\n";
    project.edit("checks/claim.yaml", CHECKS, steps);
    let named = text(&lint(&project));
    assert!(named.contains("no check sends a request to 4 of the 6"), "{named}");
    let drafted = run(&project, &["build", "--draft", "draft"]);
    let index = project.read("draft/index.html");
    assert!(index.contains("1 of 6 listed end points tested."), "{drafted} {index}");
}

#[test]
fn the_fields_of_a_graphql_schema_and_the_addresses_of_a_connect_app_are_compared_too() {
    let service = Service::start(guarded);
    let project = project(
        &service,
        "  - { graphql: schema.graphql, at: /api/graphql }\n  - connect: connect.json\n",
    );
    project
        .write("schema.graphql", "type Query { notes: [ID] note: ID } type Mutation { add: ID }\n");
    project.write(
        "connect.json",
        "{\"baseUrl\": \"https://notes.example.com/v1\", \"lifecycle\": {\"installed\": \"/installed\"}, \
          \"modules\": {\"generalPages\": [{\"key\": \"a\", \"url\": \"/notes?a={b}\"}]}}\n",
    );
    let query = "- kind: http\n  steps:\n\
                 \x20   - { name: notes, post: /api/graphql, as: acme, \
                 graphql: { query: \"{ mine: notes }\" }, expect: { status: 200 } }\n";
    let checks = project.read("checks/claim.yaml") + query;
    project.write("checks/claim.yaml", &checks);
    let found = lint(&project);
    assert_eq!(found.code, Some(0), "{found}");
    for part in [
        "no check sends a request to 2 of the 3 end points in `schema.graphql`: `query note`, `mutation add`",
        "no check sends a request to 1 of the 2 end points in `connect.json`: `POST /v1/installed`",
    ] {
        assert!(text(&found).contains(part), "{part} {found}");
    }
}
