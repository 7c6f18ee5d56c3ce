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
