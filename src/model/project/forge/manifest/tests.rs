//! Tests of reading a manifest. The nodes are made by hand, because only `load` reads YAML.

use serde_json::{Value as Json, json};

use super::read;
use crate::model::project::forge::declared::Declared;
use crate::model::source::node::{Entry, Node, Value};

fn node(json: &Json) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::Int(value.as_i64().unwrap()),
        Json::String(value) => Value::String(value.clone()),
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::Object(entries) => {
            let entry = |(key, value): (&String, &Json)| Entry {
                key: key.clone(),
                key_span: 0..0,
                value: node(value),
            };
            Value::Map(entries.iter().map(entry).collect())
        }
    };
    Node { span: 0..0, value }
}

fn declared(json: &Json) -> Declared {
    let (manifest, unread) = read(&node(json), &"manifest.yml".into());
    assert_eq!(unread, []);
    manifest.declared
}

fn messages(json: &Json) -> Vec<String> {
    read(&node(json), &"manifest.yml".into()).1.into_iter().map(|one| one.message).collect()
}

fn hosted() -> Json {
    json!({
        "app": {"id": "ari:cloud:ecosystem::app/a", "licensing": {"enabled": true}},
        "modules": {"confluence:globalPage": [{"key": "page"}]},
        "permissions": {"scopes": ["storage:app", "read:page:confluence"]},
    })
}

fn with(part: &str, value: Json) -> Declared {
    let mut manifest = hosted();
    *manifest.pointer_mut(part.rsplit_once('/').unwrap().0).unwrap() = {
        let (parent, key) = part.rsplit_once('/').unwrap();
        let mut parent = manifest.pointer(parent).unwrap().clone();
        parent[key] = value;
        parent
    };
    declared(&manifest)
}

#[test]
fn an_app_on_hosted_compute_and_storage_alone_runs_on_atlassian() {
    let declared = declared(&hosted());
    assert_eq!(declared.scopes, ["read:page:confluence", "storage:app"]);
    assert!(declared.licensing && !declared.realm_migration);
    assert_eq!(
        declared,
        Declared { scopes: declared.scopes.clone(), licensing: true, ..Declared::default() }
    );
}

#[test]
fn every_section_of_egress_counts_even_one_that_is_new() {
    for section in ["fonts", "styles", "frames", "images", "media", "scripts", "holograms"] {
        let declared = with("/permissions/external", json!({section: ["*.example.com"]}));
        assert_eq!(declared.egress, ["*.example.com"], "{section}");
        assert_eq!(declared.wildcards, [format!("{section} *.example.com")]);
        assert_eq!(declared.not_on_atlassian, [format!("{section} *.example.com")]);
        assert_eq!(declared.stored_outside, Vec::<String>::new(), "{section}");
    }
    let object = json!({"fetch": {"client": [{"address": "*"}], "backend": ["${HOST}"]}});
    let declared = with("/permissions/external", object);
    assert_eq!(declared.wildcards, ["fetch.backend ${HOST}", "fetch.client *"]);
    assert_eq!(declared.stored_outside, declared.wildcards);
}

#[test]
fn only_analytics_without_user_data_leave_an_app_eligible() {
    let entry = |category: &str, eud: Json| {
        let mut entry = json!({"address": "https://a.example", "category": category});
        entry["inScopeEUD"] = eud;
        with("/permissions/external", json!({"fetch": {"backend": [entry]}})).not_on_atlassian
    };
    assert_eq!(entry("analytics", json!(false)), Vec::<String>::new());
    assert_eq!(entry("analytics", json!(true)), ["fetch.backend https://a.example"]);
    assert_eq!(entry("other", json!(false)), ["fetch.backend https://a.example"]);
    let by_default = json!([{"address": "https://a.example", "category": "analytics"}]);
    let declared = with("/permissions/external", json!({"fetch": {"backend": by_default}}));
    assert_eq!(declared.sent_outside, ["fetch.backend https://a.example"]);
}

#[test]
fn only_static_web_triggers_leave_an_app_eligible() {
    let triggers = json!({"webtrigger": [
        {"key": "quiet", "response": {"type": "static"}},
        {"key": "loud", "response": {"type": "dynamic"}},
        {"key": "usual"},
    ]});
    let found = with("/modules", triggers).not_on_atlassian;
    assert_eq!(found, ["modules.webtrigger loud", "modules.webtrigger usual"]);
}

#[test]
fn a_remote_stores_user_data_unless_it_says_otherwise() {
    let stored = |mut remote: Json| {
        remote["key"] = json!("r");
        remote["baseUrl"] = json!("https://r.example");
        let declared = with("/remotes", json!([remote]));
        assert_eq!(declared.not_on_atlassian, ["remotes r"]);
        assert_eq!(declared.egress, ["https://r.example"]);
        !declared.stored_outside.is_empty()
    };
    assert!(stored(json!({})));
    assert!(stored(json!({"operations": ["storage"]})));
    assert!(stored(json!({"operations": ["storage"], "storage": {"inScopeEUD": true}})));
    assert!(!stored(json!({"operations": ["storage"], "storage": {"inScopeEUD": false}})));
    assert!(!stored(json!({"operations": ["compute", "fetch"]})));
}

#[test]
fn only_regions_of_every_remote_that_stores_user_data_count() {
    let remote = |key: &str, regions: &[&str]| {
        let mut base = json!({"default": "https://r.example"});
        for region in regions {
            base[region] = json!(format!("https://{region}.example"));
        }
        json!({"key": key, "baseUrl": base, "operations": ["storage"]})
    };
    let one = with("/remotes", json!([remote("a", &["EU", "US"])]));
    assert_eq!((one.regions.len(), one.unpinned.len()), (2, 0));
    let two = with("/remotes", json!([remote("a", &["EU", "US"]), remote("b", &["EU"])]));
    assert_eq!(two.regions, ["EU"]);
    let none = with("/remotes", json!([remote("a", &["EU"]), remote("b", &[])]));
    assert_eq!((none.regions.len(), none.unpinned), (0, vec!["remotes b".to_owned()]));
}

#[test]
fn an_address_that_is_a_remotes_own_is_stored_where_the_remote_stores() {
    let remote = json!({"key": "r", "baseUrl": "https://r.example", "operations": ["fetch"]});
    let mut manifest = hosted();
    manifest["remotes"] = json!([remote]);
    manifest["permissions"]["external"] =
        json!({"fetch": {"backend": ["https://r.example", {"remote": "r"}]}});
    assert_eq!(declared(&manifest).stored_outside, Vec::<String>::new());
    manifest["permissions"]["external"] = json!({"fetch": {"backend": ["r.example"]}});
    assert_eq!(declared(&manifest).stored_outside, ["fetch.backend r.example"]);
}

#[test]
fn what_is_left_of_connect_is_found_wherever_it_is() {
    let mut manifest = hosted();
    manifest["app"]["connect"] = json!({"key": "com.example", "remote": "r"});
    manifest["connectModules"] = json!({"jira:lifecycle": []});
    manifest["permissions"]["scopes"] = json!({"read:connect-jira": {"allowImpersonation": true}});
    let declared = declared(&manifest);
    let all = ["app.connect", "connectModules jira:lifecycle"];
    assert_eq!(declared.connect, all);
    assert_eq!(declared.not_on_atlassian, all);
    assert_eq!(declared.connect_key.as_deref(), Some("com.example"));
    assert_eq!(declared.impersonation, ["read:connect-jira"]);
}

#[test]
fn what_has_another_form_is_reported_and_does_not_look_like_nothing() {
    let mut manifest = hosted();
    manifest["permissions"] = json!({"scopes": "storage:app", "external": {
        "images": "*", "fonts": [{"adress": "*"}], "fetch": {"client": [{"remote": "none"}]},
    }});
    manifest["remotes"] = json!([{"key": "r", "baseURL": "https://r.example"}]);
    let expected = [
        "a remote must have `key` and `baseUrl`",
        "`permissions.external.images` must be a list, and this is a string",
        "an entry of `permissions.external.fonts` must be a text, or a mapping with `address` or \
         `remote`, and this is a mapping",
        "`permissions.scopes` must be a list, and this is a string",
        "there is no remote `none`",
    ];
    assert_eq!(messages(&manifest), expected);
}
