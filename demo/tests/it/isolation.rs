//! Isolation: what one tenant can do to the data of another.

use serde_json::json;

use crate::client::{As, Bench};

#[tokio::test]
async fn only_its_owner_can_reach_a_note() {
    let bench = Bench::sound();
    let path = bench.plant("acme", "a secret of acme's").await;
    let change = || Some(json!({ "text": "changed" }));
    for who in ["globex", "acme"] {
        let due = if who == "acme" { [200, 200, 204] } else { [404, 404, 404] };
        let read = bench.get(&path, As::Tenant(who)).await;
        assert_eq!(read.text().contains("a secret of acme's"), who == "acme");
        let list = bench.get("/notes", As::Tenant(who)).await;
        assert_eq!(list.text().contains("a secret of acme's"), who == "acme");
        let changed = bench.send("PUT", &path, As::Tenant(who), change()).await;
        let deleted = bench.send("DELETE", &path, As::Tenant(who), None).await;
        let seen = [read.status, changed.status, deleted.status].map(|status| status.as_u16());
        assert_eq!(seen, due, "{who}");
    }
    assert_eq!(bench.get(&path, As::Tenant("acme")).await.status, 404);
}

/// Whether globex can read acme's note, see it in a list, change it, delete it.
async fn achieves(flaw: &str) -> [bool; 4] {
    let bench = Bench::flawed(flaw);
    let path = bench.plant("acme", "a secret").await;
    let globex = || As::Tenant("globex");
    let change = Some(json!({ "text": "changed" }));
    let read = bench.get(&path, globex()).await;
    let list = bench.get("/notes", globex()).await;
    let changed = bench.send("PUT", &path, globex(), change).await;
    let found = bench.get(&path, As::Tenant("acme")).await;
    assert_eq!(found.text().contains("changed"), changed.status == 200);
    let deleted = bench.send("DELETE", &path, globex(), None).await;
    let found = bench.get(&path, As::Tenant("acme")).await;
    assert_eq!(found.status == 404, deleted.status == 204);
    [
        read.text().contains("a secret"),
        list.text().contains("a secret"),
        changed.status == 200,
        deleted.status == 204,
    ]
}

#[tokio::test]
async fn each_flaw_of_isolation_allows_one_operation() {
    assert_eq!(achieves("leak-read").await, [true, false, false, false]);
    assert_eq!(achieves("leak-in-error").await, [true, false, false, false]);
    assert_eq!(achieves("leak-list").await, [false, true, false, false]);
    assert_eq!(achieves("cross-write").await, [false, false, true, false]);
    assert_eq!(achieves("cross-delete").await, [false, false, false, true]);
}

#[tokio::test]
async fn the_configuration_is_private_and_cached_for_minutes() {
    let bench = Bench::sound();
    let config = Some(json!({ "colour": "teal" }));
    let set = bench.send("PUT", "/config", As::Tenant("acme"), config.clone()).await;
    assert_eq!(set.header("cache-control"), Some("private, max-age=600"));
    let seen = bench.get("/config", As::Tenant("acme")).await;
    assert_eq!(Some(seen.json()), config);
    assert_eq!(seen.header("cache-control"), Some("private, max-age=600"));
    assert_eq!(bench.get("/config", As::Tenant("globex")).await.json(), json!({}));
    let flawed = Bench::flawed("cache-forever").get("/config", As::Tenant("acme")).await;
    assert_eq!(flawed.json(), json!({}));
}

#[tokio::test]
async fn cache_forever_allows_caching_for_a_year() {
    let bench = Bench::flawed("cache-forever");
    let answer = bench.get("/config", As::Tenant("acme")).await;
    assert_eq!(answer.header("cache-control"), Some("private, max-age=31536000"));
}

#[tokio::test]
async fn hostile_bodies_are_refused() {
    let bench = Bench::sound();
    let path = bench.plant("acme", "x").await;
    let long = "x".repeat(11_000);
    let longer = "x".repeat(70_000);
    for (method, path, body, due) in [
        ("POST", "/notes", "", 400),
        ("POST", "/notes", "{\"text\":", 400),
        ("POST", "/notes", "{\"text\":7}", 400),
        ("PUT", path.as_str(), "[]", 400),
        ("PUT", "/config", "[1]", 400),
        ("PUT", "/config", &"[".repeat(60_000), 400),
        ("POST", "/notes", &format!("{{\"text\":\"{long}\"}}"), 400),
        ("POST", "/notes", &format!("{{\"text\":\"{longer}\"}}"), 413),
        ("POST", "/images", "no form", 400),
    ] {
        let request = bench.request(method, path, As::Tenant("acme"));
        let answer = request.body(body.to_owned()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), due, "{method} {path}");
    }
}

#[tokio::test]
async fn generated_tenants_have_access_with_their_listed_secrets() {
    let bench = Bench::with(avouch_demo::Options { tenants: 2000, ..Default::default() });
    let lines: Vec<serde_json::Value> = bench
        .demo
        .tenants_jsonl()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2000);
    let last = &lines[1999];
    assert_eq!(last["name"], "tenant-2000");
    let key = last["client_key"].as_str().unwrap();
    let claims = crate::client::claims(key, "GET", "/notes");
    let secret = last["shared_secret"].as_str().unwrap();
    let token = crate::client::sign(&json!({ "alg": "HS256" }), &claims, secret);
    let answer = bench.get("/notes", As::Literally(format!("JWT {token}"))).await;
    assert_eq!(answer.json(), json!({ "notes": [] }));
}

#[tokio::test]
async fn the_leak_in_error_flaw_quotes_the_note() {
    let bench = Bench::flawed("leak-in-error");
    let path = bench.plant("acme", "a secret & more").await;
    let answer = bench.get(&path, As::Tenant("globex")).await;
    assert_eq!(answer.status, 500);
    assert!(answer.text().contains("a secret &#38; more"));
    assert_eq!(bench.get(&path, As::Tenant("acme")).await.json()["text"], "a secret & more");
    assert_eq!(bench.get("/notes/1", As::Tenant("globex")).await.status, 404);
}

#[tokio::test]
async fn a_long_list_of_notes_has_pages() {
    let bench = Bench::sound();
    for number in 0..21 {
        bench.plant("acme", &format!("note {number}")).await;
    }
    let first = bench.get("/notes", As::Tenant("acme")).await;
    assert_eq!(first.json()["notes"].as_array().unwrap().len(), 20);
    let next = first.header("link").unwrap();
    let path = next.strip_prefix('<').unwrap().split('>').next().unwrap();
    let second = bench.get(path, As::Tenant("acme")).await;
    assert_eq!(second.json()["notes"][0]["text"], "note 20");
    assert_eq!(second.header("link"), None);
    assert_eq!(bench.get(path, As::Tenant("globex")).await.json(), json!({ "notes": [] }));
}

#[tokio::test]
async fn the_flaw_of_the_second_page_needs_more_than_one_request() {
    let bench = Bench::flawed("leak-next-page");
    bench.plant("acme", "ours").await;
    bench.plant("globex", "theirs").await;
    let first = bench.get("/notes", As::Tenant("acme")).await;
    assert!(!first.text().contains("theirs"));
    let next = first.header("link").unwrap();
    let path = next.strip_prefix('<').unwrap().split('>').next().unwrap();
    assert!(bench.get(path, As::Tenant("acme")).await.text().contains("theirs"));
}

#[tokio::test]
async fn graphql_selects_the_callers_notes() {
    for (bench, leaks) in [(Bench::sound(), false), (Bench::flawed("leak-graphql"), true)] {
        let path = bench.plant("acme", "ours").await;
        let ask = async |who: &str, query: &str| {
            let id = path.rsplit('/').next();
            let body = json!({ "query": query, "variables": { "id": id } });
            bench.send("POST", "/graphql", As::Tenant(who), Some(body)).await.json()
        };
        let notes = "query Notes { notes { id text } }";
        assert_eq!(ask("acme", notes).await["data"]["notes"][0]["text"], "ours");
        assert_eq!(ask("globex", notes).await.to_string().contains("ours"), leaks);
        let note = "query Note($id: ID!) { note(id: $id) { text } }";
        assert_eq!(ask("acme", note).await["data"]["note"]["text"], "ours");
        assert_eq!(ask("globex", note).await, json!({ "data": { "note": null } }));
        assert!(ask("acme", "{ users { name } }").await["errors"].is_array());
    }
}

#[tokio::test]
async fn propfind_lists_the_callers_notes() {
    for (bench, leaks) in [(Bench::sound(), false), (Bench::flawed("propfind-no-auth"), true)] {
        bench.plant("acme", "<ours>").await;
        let own = bench.send("PROPFIND", "/dav/notes", As::Tenant("acme"), None).await;
        assert_eq!(own.status, 207);
        assert!(own.text().contains("<displayname>&#60;ours&#62;</displayname>"));
        let other = bench.send("PROPFIND", "/dav/notes", As::Tenant("globex"), None).await;
        assert!(!other.text().contains("ours"));
        let nobody = bench.send("PROPFIND", "/dav/notes", As::Nobody, None).await;
        assert_eq!(nobody.status, if leaks { 207 } else { 401 });
        assert_eq!(nobody.text().contains("ours"), leaks);
        assert_eq!(bench.get("/dav/notes", As::Tenant("acme")).await.status, 405);
    }
}
