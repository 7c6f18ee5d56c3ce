//! The answers that an OpenAPI description gives (versions 3.0 to 3.2): the log-in,
//! and paths that need it.

use serde_json::Value;

use crate::init::described::{Described, PATHS_MAX};
use crate::init::options::Login;
use crate::init::rules;

/// Reads a description.
pub(crate) fn read(root: &Value) -> Described {
    let base = root.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default();
    let (origin, base) = origin_and_path(base);
    let none = serde_json::Map::new();
    let paths = root["paths"].as_object().unwrap_or(&none).iter();
    let protected = paths.filter_map(|(path, item)| {
        let scheme = needed(root, &item["get"])?;
        let is_whole = !path.contains('{') && !needs_query(&item["get"]) && !needs_query(item);
        let path = format!("{base}{path}");
        (is_whole && rules::path(&path).is_ok()).then_some((path, scheme))
    });
    let protected: Vec<(String, String)> = protected.collect();
    let Some((_, name)) = protected.first() else {
        return Described { target: origin, ..Described::default() };
    };
    let private = protected.iter().filter(|(_, scheme)| scheme == name);
    let private = private.take(PATHS_MAX).map(|(path, _)| path.clone()).collect();
    let log_in = log_in(&root["components"]["securitySchemes"][name.as_str()]);
    Described { target: origin, private, ..log_in }
}

/// The origin and the path of a server.
fn origin_and_path(server: &str) -> (Option<String>, String) {
    let without_slash = |path: &str| path.trim_end_matches('/').to_owned();
    match url::Url::parse(server) {
        Ok(url) => {
            let origin = url.origin().ascii_serialization();
            (rules::target(&origin).is_ok().then_some(origin), without_slash(url.path()))
        }
        Err(_) if server.starts_with('/') => (None, without_slash(server)),
        Err(_) => (None, String::new()),
    }
}

/// The name of the security scheme that an operation needs; `None` if it can be left out.
fn needed(root: &Value, operation: &Value) -> Option<String> {
    operation.as_object()?;
    let given = operation.get("security").or_else(|| root.get("security"))?.as_array()?;
    let is_optional = given.iter().any(|one| one.as_object().is_none_or(serde_json::Map::is_empty));
    let first = given.first()?.as_object()?.keys().next()?;
    (!is_optional).then(|| first.clone())
}

/// Whether a request needs parameters; one that is defined elsewhere may be needed.
fn needs_query(item: &Value) -> bool {
    let all = item["parameters"].as_array().into_iter().flatten();
    let mut all = all.filter(|one| one["in"] != "path");
    all.any(|one| one["required"] == true || one.get("$ref").is_some())
}

/// How customers log in under a security scheme.
fn log_in(scheme: &Value) -> Described {
    let text = |at: &str| scheme.pointer(at).and_then(Value::as_str);
    let of = |login| Described { login: Some(login), ..Described::default() };
    let http = text("/scheme").unwrap_or_default().to_ascii_lowercase();
    match (text("/type").unwrap_or_default(), text("/in").unwrap_or_default()) {
        ("http", _) if http == "basic" => of(Login::Basic),
        ("apiKey", "header") => {
            let name = text("/name").filter(|name| rules::field(name).is_ok());
            Described { header: name.map(str::to_owned), ..of(Login::ApiKey) }
        }
        ("apiKey", "cookie") => of(Login::Session),
        ("oauth2", _) => match text("/flows/clientCredentials/tokenUrl") {
            Some(url) => {
                let url = Some(url).filter(|url| rules::path_or_https(url).is_ok());
                Described { login_url: url.map(str::to_owned), ..of(Login::Oauth2) }
            }
            None => of(Login::Bearer),
        },
        ("http" | "openIdConnect", _) => of(Login::Bearer),
        _ => Described::default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn described(scheme: &Value) -> Described {
        read(&json!({
            "openapi": "3.1.0",
            "servers": [{ "url": "https://api.example.com/v1/" }],
            "security": [{ "main": [] }],
            "components": { "securitySchemes": { "main": scheme } },
            "paths": {
                "/open": { "get": { "security": [] } },
                "/either": { "get": { "security": [{}, { "main": [] }] } },
                "/me": { "get": {} },
                "/notes/{id}": { "get": {} },
                "/search": { "get": { "parameters": [{ "in": "query", "name": "q", "required": true }] } },
                "/notes": { "get": { "security": [{ "main": [] }] }, "post": {} },
                "/upload": { "post": {} },
            },
        }))
    }

    #[test]
    fn paths_that_need_the_scheme_are_named_with_that_of_their_server() {
        let found = described(&json!({ "type": "http", "scheme": "Basic" }));
        assert_eq!(found.target.as_deref(), Some("https://api.example.com"));
        assert_eq!(found.private, ["/v1/me", "/v1/notes"]);
        assert_eq!(found.login, Some(Login::Basic));
    }

    #[test]
    fn each_scheme_is_a_log_in() {
        let login = |scheme: Value| described(&scheme).login;
        assert_eq!(login(json!({ "type": "http", "scheme": "bearer" })), Some(Login::Bearer));
        assert_eq!(login(json!({ "type": "openIdConnect" })), Some(Login::Bearer));
        assert_eq!(
            login(json!({ "type": "apiKey", "in": "cookie", "name": "sid" })),
            Some(Login::Session)
        );
        assert_eq!(login(json!({ "type": "mutualTLS" })), None);
        let key = described(&json!({ "type": "apiKey", "in": "header", "name": "X-Key" }));
        assert_eq!((key.login, key.header.as_deref()), (Some(Login::ApiKey), Some("X-Key")));
        let flows = json!({ "clientCredentials": { "tokenUrl": "https://id.example.com/token" } });
        let oauth2 = described(&json!({ "type": "oauth2", "flows": flows }));
        assert_eq!(oauth2.login, Some(Login::Oauth2));
        assert_eq!(oauth2.login_url.as_deref(), Some("https://id.example.com/token"));
    }

    #[test]
    fn a_file_of_another_form_gives_no_answers() {
        for file in [json!(null), json!([]), json!({ "paths": [] }), json!({ "swagger": "2.0" })] {
            assert_eq!(read(&file), Described::default());
        }
    }
}
