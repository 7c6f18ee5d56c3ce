use crate::load::fixture::Fixture;
use crate::model::project::endpoints::EndpointList;

/// The sound project with these entries of `endpoints:`, and a file.
fn with(entries: &str, file: &str, text: &str) -> Fixture {
    let setting = format!("endpoints: [{entries}]\nhosts:");
    Fixture::sound().replace("avouch.yaml", "hosts:", &setting).with(file, text)
}

/// The names of the end points of a file that has no mistakes.
fn names(entry: &str, file: &str, text: &str) -> Vec<String> {
    let loaded = with(&format!("{{{entry}}}"), file, text).load();
    assert_eq!(loaded.diagnostics, [], "{text}");
    let lists: Vec<EndpointList> = loaded.project.unwrap().endpoints;
    lists[0].endpoints.iter().map(|one| one.name.clone()).collect()
}

fn openapi(text: &str) -> Vec<String> {
    names("openapi: api.yaml", "api.yaml", text)
}

fn reported(entry: &str, file: &str, text: &str) -> Vec<String> {
    with(&format!("{{{entry}}}"), file, text).reported()
}

#[test]
fn an_openapi_description_lists_its_paths_with_their_methods() {
    let text = "
openapi: 3.0.3
info: {title: Notes, version: 1.0}
servers: [{url: 'https://api.example.com/v1/'}]
paths:
  /notes:
    summary: Notes
    parameters: &p [{name: x, in: query}]
    get: {responses: {200: {description: OK}}}
    POST: {parameters: *p}
  /notes/{id}:
    $ref: '#/components/pathItems/note~1one'
    x-get: {}
  /files/{name}.json: {head: {}, options: {}, trace: {}, query: {}}
  x-internal: {get: {}}
webhooks:
  changed: {post: {}}
components:
  pathItems:
    note/one: {delete: {servers: [{url: /admin}]}, put: }
";
    assert_eq!(
        openapi(text),
        [
            "GET /v1/notes",
            "POST /v1/notes",
            "DELETE /admin/notes/{id}",
            "PUT /v1/notes/{id}",
            "HEAD /v1/files/{name}.json",
            "OPTIONS /v1/files/{name}.json",
            "TRACE /v1/files/{name}.json",
            "QUERY /v1/files/{name}.json",
        ]
    );
}

#[test]
fn the_base_of_the_paths_is_that_of_the_servers_or_that_of_the_setting() {
    let with = |servers: &str| {
        openapi(&format!("openapi: 3.1.0\nservers: {servers}\npaths: {{/a: {{get: {{}}}}}}\n"))
    };
    for (servers, name) in [
        ("[{url: /v1}]", "GET /v1/a"),
        ("[{url: v1}]", "GET /v1/a"),
        ("[{url: './v1/'}]", "GET /v1/a"),
        ("[]", "GET /a"),
        ("[{url: '.'}]", "GET /a"),
        ("[{url: 'https://a.test'}]", "GET /a"),
        ("[{url: '//a.test/v2'}, {url: 'https://b.test/v3'}]", "GET /v2/a"),
        (
            "[{url: '{scheme}://{host}/{base}', variables: {scheme: {default: https}, host: {default: a.test}, base: {default: v1/api}}}]",
            "GET /v1/api/a",
        ),
        ("[{url: '/{tenant}/v1'}]", "GET /{tenant}/v1/a"),
    ] {
        assert_eq!(with(servers), [name], "{servers}");
    }
    let text = "openapi: 3.0.0\nservers: [{url: /v1}]\npaths: {/a: {get: {}}}\n";
    assert_eq!(names("openapi: api.yaml, at: /v9", "api.yaml", text), ["GET /v9/a"]);
}

#[test]
fn paths_that_differ_in_the_names_of_their_parameters_are_one() {
    let text = "openapi: 3.0.0\npaths:\n  /a/{x}: {get: {}}\n  /a/{y}: {get: {}, put: {}}\n  /a/{y}/: {get: {}}\n";
    assert_eq!(openapi(text), ["GET /a/{x}", "PUT /a/{y}", "GET /a/{y}/"]);
}

#[test]
fn additional_operations_of_openapi_3_2_are_listed() {
    let text = "openapi: 3.2.0\npaths: {/a: {additionalOperations: {LINK: {}}, get: {}}}\n";
    assert_eq!(openapi(text), ["LINK /a", "GET /a"]);
}

#[test]
fn a_file_that_is_not_such_a_list_is_refused_with_the_reason() {
    for (text, message) in [
        (
            "swagger: '2.0'\npaths: {/a: {get: {}}}\n",
            "api.yaml:1:10 bad-endpoints: this is Swagger 2.0, and OpenAPI 3 is read",
        ),
        (
            "swagger: 2.0\n",
            "api.yaml:1:10 bad-endpoints: this is Swagger 2.0, and OpenAPI 3 is read",
        ),
        (
            "openapi: 4.0.0\n",
            "api.yaml:1:10 bad-endpoints: this is OpenAPI `4.0.0`, and versions 3.0 to 3.2 are read",
        ),
        (
            "paths: {}\n",
            "api.yaml:1:1 bad-endpoints: this is not an OpenAPI description: the key `openapi` is missing",
        ),
        (
            "- a\n",
            "api.yaml:1:1 bad-endpoints: this is not an OpenAPI description: the key `openapi` is missing",
        ),
        ("openapi: 3.0.0\npaths: {}\n", "bad-endpoints: `api.yaml` lists no end point"),
        (
            "openapi: 3.1.0\nwebhooks: {a: {post: {}}}\n",
            "bad-endpoints: `api.yaml` lists no end point",
        ),
        (
            "openapi: 3.0.0\npaths: {notes: {get: {}}}\n",
            "api.yaml:2:9 bad-endpoints: the path `notes` does not begin with `/`",
        ),
        (
            "openapi: 3.0.0\npaths: {/a b: {get: {}}}\n",
            "api.yaml:2:16 bad-endpoints: `/a b` is not a path",
        ),
        (
            "openapi: 3.0.0\npaths: {/a: {$ref: 'a.yaml'}}\n",
            "api.yaml:2:20 bad-endpoints: the path item `a.yaml` was not found in this file",
        ),
        (
            "openapi: 3.0.0\npaths: {/a: {$ref: '#/paths/~1a'}}\n",
            "api.yaml:2:20 bad-endpoints: the path item `#/paths/~1a` was not found",
        ),
        ("openapi: [\n", "not-yaml: this is neither valid YAML nor JSON"),
    ] {
        let reported = reported("openapi: api.yaml", "api.yaml", text);
        assert_eq!(reported.len(), 1, "{reported:?}");
        assert!(reported[0].contains(message), "{reported:?}");
    }
}

#[test]
fn an_entry_names_one_file_of_the_project() {
    for (entry, message) in [
        ("at: /v1", "bad-endpoints: this entry names no file"),
        (
            "openapi: api.yaml, forge: api.yaml",
            "bad-endpoints: this entry names more than one file",
        ),
        ("openapi: ../api.yaml", "outside-project: `../api.yaml` leads out"),
        ("openapi: gone.yaml", "missing-file: `gone.yaml` cannot be read"),
        ("openapi: api.yaml, at: v1", "bad-endpoints: `v1` is not a path of the target"),
        ("openai: api.yaml", "did you mean `openapi`?"),
        (
            "openapi: api.yaml, except: [{endpoint: GET /a}]",
            "missing-key: the key `because` is missing",
        ),
        (
            "openapi: api.yaml, except: [{endpoint: GET /a, because: ' '}]",
            "empty: `because` is empty",
        ),
        (
            "openapi: api.yaml, except: [{endpoint: GET /b, because: x}]",
            "unknown-endpoint: `api.yaml` does not list `GET /b` ? did you mean `GET /a`?",
        ),
        (
            "openapi: api.yaml, except: [{endpoint: GET /a, because: x}, {endpoint: get /a, because: x}]",
            "unknown-endpoint: `get /a` is listed twice",
        ),
    ] {
        let text = "openapi: 3.0.0\npaths: {/a: {get: {}}}\n";
        let reported = reported(entry, "api.yaml", text);
        assert!(reported.iter().any(|one| one.contains(message)), "{entry} {reported:?}");
    }
    let long = format!("openapi: 3.0.0\n# {}\n", "x".repeat(17 * 1024 * 1024));
    let reported = reported("openapi: api.yaml", "api.yaml", &long);
    assert_eq!(reported.len(), 1, "{reported:?}");
    assert!(reported[0].contains("this is longer than 16384 KiB"), "{reported:?}");
}

#[test]
fn a_connect_descriptor_lists_its_addresses() {
    let text = r#"{
        "key": "a", "baseUrl": "https://app.example.com/base",
        "links": {"self": "/descriptor"},
        "vendor": {"url": "https://example.com"},
        "lifecycle": {"installed": "/installed", "uninstalled": "/uninstalled"},
        "modules": {
            "webhooks": [{"event": "issue_created", "url": "/hook?a={b}"}],
            "generalPages": [
                {"key": "p", "url": "/page/{page.id}?x={y}", "icon": {"url": "/icon.png"}},
                {"key": "q", "url": "https://app.example.com/base/whole"},
                {"key": "r", "url": "https://elsewhere.example.com/x"}
            ],
            "jiraWorkflowPostFunctions": [{"triggered": {"url": "/run"}, "create": {"url": "/new"}}],
            "webPanels": [{"url": "panel", "conditions": [{"condition": "/may"}, {"condition": "user_is_admin"}]}]
        }
    }"#;
    assert_eq!(
        names("connect: c.json", "c.json", text),
        [
            "POST /base/installed",
            "POST /base/uninstalled",
            "POST /base/hook",
            "GET /base/page/{page.id}",
            "GET /base/whole",
            "POST /base/run",
            "GET /base/new",
            "GET /base/panel",
            "GET /base/may",
        ]
    );
    let other = reported("connect: c.json", "c.json", "{\"key\": \"a\"}");
    assert!(other[0].contains("this is not a Connect descriptor"), "{other:?}");
}

#[test]
fn a_forge_manifest_lists_the_paths_of_its_end_points_with_any_method() {
    let text = "
app: {id: a}
modules:
  endpoint:
    - {key: notes, remote: r, route: {path: /notes}}
    - {key: all, remote: s, route: {path: all}}
    - {key: none, remote: r}
  webtrigger: [{key: w, endpoint: notes}]
remotes:
  - {key: r, baseUrl: 'https://app.example.com/api'}
  - {key: s, baseUrl: {default: 'https://app.example.com', EU: 'https://eu.example.com/eu'}}
";
    assert_eq!(names("forge: m.yml", "m.yml", text), ["/api/notes", "/all", "/api/"]);
    let other = reported("forge: m.yml", "m.yml", "openapi: 3.0.0\n");
    assert!(other[0].contains("this is not the manifest of a Forge app"), "{other:?}");
}

#[test]
fn a_graphql_schema_lists_the_fields_of_its_root_types() {
    let text = "type Query { notes: [Note!]! } type Mutation { add(text: String): Note }";
    assert_eq!(names("graphql: s.graphql", "s.graphql", text), ["query notes", "mutation add"]);
}

#[test]
fn a_reason_that_looks_like_a_verdict_is_reported() {
    let entry = "openapi: api.yaml, except: [{endpoint: GET /a, because: Verified}]";
    let text = "openapi: 3.0.0\npaths: {/a: {get: {}}}\n";
    let reported = reported(entry, "api.yaml", text);
    assert!(reported[0].contains("looks like a verdict"), "{reported:?}");
}
