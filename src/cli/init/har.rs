//! The answers that a recorded session gives (HAR 1.2): the log-in, and paths that were read with it. Names are taken
//! from it, and no values.

use serde_json::Value;
use url::Url;

use crate::init::described::{Described, PATHS_MAX};
use crate::init::options::Login;
use crate::init::rules;

/// The most characters of a part of a path: longer ones may be identifiers or secrets.
const PART_CHARS_MAX: usize = 24;

/// Parts of paths that secrets and names usually follow.
const BEFORE_SECRETS: [&str; 12] = [
    "reset",
    "share",
    "shared",
    "invite",
    "invitation",
    "confirm",
    "verify",
    "token",
    "key",
    "user",
    "u",
    "by-name",
];

/// Reads a recording, of the requests to `target` or else to the origin of the first request.
pub(crate) fn read(recording: &Value, target: Option<&str>) -> Described {
    let entries = recording["log"]["entries"].as_array().into_iter().flatten();
    let entries = entries.filter_map(|entry| Some((address(entry)?, entry)));
    let entries: Vec<(Url, &Value)> = entries.collect();
    let first = entries.first().map(|(url, _)| url.origin().ascii_serialization());
    let given = target.map(|target| target.trim_end_matches('/').to_owned());
    let Some(origin) = given.or(first).filter(|origin| rules::target(origin).is_ok()) else {
        return Described::default();
    };
    let here = entries.iter().filter(|(url, _)| url.origin().ascii_serialization() == origin);
    let here: Vec<&(Url, &Value)> = here.collect();
    let form = here.iter().find_map(|(url, entry)| form(url, entry));
    let credential = here.iter().find_map(|(_, entry)| credential(entry));
    let reads = here.iter().filter(|(url, entry)| is_read(url, entry));
    let mut private: Vec<String> = reads.map(|(url, _)| url.path().to_owned()).collect();
    private.dedup();
    private.truncate(PATHS_MAX);
    let log_in = match (credential, form) {
        (Some(Described { login: Some(Login::Session), .. }), Some(form)) => form,
        (credential, _) => credential.unwrap_or_default(),
    };
    Described { target: Some(origin), private, ..log_in }
}

fn address(entry: &Value) -> Option<Url> {
    Url::parse(entry["request"]["url"].as_str()?).ok()
}

/// The header fields of a request, by name in lower case.
fn fields(entry: &Value) -> impl Iterator<Item = (String, &str)> {
    let all = entry["request"]["headers"].as_array().into_iter().flatten();
    all.filter_map(|one| Some((one["name"].as_str()?.to_ascii_lowercase(), one["value"].as_str()?)))
}

/// How a request shows who sends it.
fn credential(entry: &Value) -> Option<Described> {
    let of = |login| Described { login: Some(login), ..Described::default() };
    let scheme = |value: &str| match value.split(' ').next().unwrap_or_default() {
        scheme if scheme.eq_ignore_ascii_case("basic") => of(Login::Basic),
        scheme if scheme.eq_ignore_ascii_case("bearer") => of(Login::Bearer),
        _ => Described { header: Some("Authorization".into()), ..of(Login::ApiKey) },
    };
    let authorization = fields(entry).find(|(name, _)| name == "authorization");
    let key = || fields(entry).find(|(name, _)| is_key(name) && rules::field(name).is_ok());
    let cookie = || fields(entry).find(|(name, _)| name == "cookie");
    match (authorization, key()) {
        (Some((_, value)), _) => Some(scheme(value)),
        (None, Some((name, _))) => Some(Described { header: Some(name), ..of(Login::ApiKey) }),
        (None, None) => cookie().map(|_| of(Login::Session)),
    }
}

/// Whether a header field of this name usually has a key. A token against forged requests (CSRF) is not one.
fn is_key(name: &str) -> bool {
    let is_csrf = name.contains("csrf") || name.contains("xsrf");
    !is_csrf
        && ["api-key", "apikey", "auth-token", "access-token"].iter().any(|one| name.contains(one))
}

/// Whether a customer read something at a path without an identifier.
fn is_read(url: &Url, entry: &Value) -> bool {
    entry["request"]["method"] == "GET"
        && entry["response"]["status"] == 200
        && url.query().is_none()
        && url.path() != "/"
        && rules::path(url.path()).is_ok()
        && has_only_words(url.path())
        && credential(entry).is_some()
}

/// Whether a path has only words, and no part that may be an identifier, a name of somebody or a secret: those follow
/// the name of a collection, such as `orders`, or of something that is done once, such as `reset`.
fn has_only_words(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let is_collection = |part: &str| part.ends_with('s') || BEFORE_SECRETS.contains(&part);
    parts.iter().all(|part| is_word(part)) && !parts.windows(2).any(|two| is_collection(two[0]))
}

/// Whether a part of a path is a word, or a version such as `v1`.
fn is_word(part: &str) -> bool {
    let is_version = part.strip_prefix('v').is_some_and(|number| {
        (1..=2).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit())
    });
    let fits = |c: char| c.is_ascii_lowercase() || c == '-' || c == '_';
    is_version || part.len() <= PART_CHARS_MAX && part.chars().all(fits)
}

/// The names of the fields of a log-in form that was sent.
fn form(url: &Url, entry: &Value) -> Option<Described> {
    let params = entry["request"]["postData"]["params"].as_array().into_iter().flatten();
    let names: Vec<&str> = params.filter_map(|one| one["name"].as_str()).collect();
    let has = |name: &str, parts: &[&str]| {
        let name = name.to_ascii_lowercase();
        rules::field(&name).is_ok() && parts.iter().any(|part| name.contains(part))
    };
    let find = |parts: &[&str]| names.iter().copied().find(|name| has(name, parts));
    let password = find(&["pass", "pwd"])?;
    let user = find(&["user", "mail", "login", "name"])?;
    let hidden = find(&["csrf", "xsrf", "token", "nonce"]);
    let is_plain = rules::path(url.path()).is_ok() && has_only_words(url.path());
    let fields = [Some(user), Some(password), hidden].into_iter().flatten().map(str::to_owned);
    is_plain.then(|| Described {
        login: Some(Login::Form),
        login_url: Some(url.path().to_owned()),
        fields: fields.collect(),
        ..Described::default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SECRET: &str = "s3cr3t-of-the-session";

    fn entry(line: &str, field: (&str, &str), params: &[&str]) -> Value {
        let (method, path) = line.split_once(' ').unwrap();
        let params: Vec<Value> =
            params.iter().map(|name| json!({ "name": name, "value": SECRET })).collect();
        json!({
            "request": { "method": method, "url": format!("https://app.example.com{path}"),
                "headers": [{ "name": field.0, "value": field.1 }], "postData": { "params": params } },
            "response": { "status": 200 },
        })
    }

    fn of(entries: &[Value]) -> Described {
        let found = read(&json!({ "log": { "entries": entries } }), None);
        assert!(!format!("{found:?}").contains(SECRET), "{found:?}");
        found
    }

    #[test]
    fn a_form_and_the_paths_after_it_are_named_without_any_value() {
        let cookie = ("Cookie", SECRET);
        let found = of(&[
            entry("POST /log-in", ("Accept", "*"), &["email", "password", "csrf_token"]),
            entry("GET /account", cookie, &[]),
            entry("GET /orders/4711", cookie, &[]),
            entry(&format!("GET /reset/{SECRET}"), cookie, &[]),
            entry("GET /orders?page=2", cookie, &[]),
            entry("GET /app.js", cookie, &[]),
            entry("GET /users/alice", cookie, &[]),
            entry("GET /share/quiet-river-stone", cookie, &[]),
            entry("GET /files/QmFzZTY0", cookie, &[]),
            entry("GET /api/v1/orders", cookie, &[]),
            entry("GET /public", ("Accept", "*"), &[]),
        ]);
        assert_eq!(found.target.as_deref(), Some("https://app.example.com"));
        assert_eq!(found.login, Some(Login::Form));
        assert_eq!(found.login_url.as_deref(), Some("/log-in"));
        assert_eq!(found.fields, ["email", "password", "csrf_token"]);
        assert_eq!(found.private, ["/account", "/api/v1/orders"]);
    }

    #[test]
    fn each_credential_is_a_log_in() {
        let login = |name: &str, value: &str| {
            let found = of(&[entry("GET /account", (name, value), &[])]);
            (found.login, found.header)
        };
        assert_eq!(login("Authorization", &format!("Basic {SECRET}")), (Some(Login::Basic), None));
        assert_eq!(
            login("authorization", &format!("Bearer {SECRET}")),
            (Some(Login::Bearer), None)
        );
        assert_eq!(login("Cookie", SECRET), (Some(Login::Session), None));
        let key = login("X-Api-Key", SECRET);
        assert_eq!(key, (Some(Login::ApiKey), Some("x-api-key".into())));
        assert_eq!(login("X-CSRF-Token", SECRET), (None, None));
    }

    #[test]
    fn a_file_of_another_form_gives_no_answers() {
        for file in [json!(null), json!({ "log": {} }), json!({ "log": { "entries": [1, {}] } })] {
            assert_eq!(read(&file, None), Described::default());
        }
    }
}
