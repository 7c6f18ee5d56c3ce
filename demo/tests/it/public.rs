//! The descriptor and `security.txt`.

use serde_json::json;

use crate::client::{As, Bench};

async fn descriptor(bench: &Bench) -> serde_json::Value {
    bench.get("/atlassian-connect.json", As::Nobody).await.json()
}

#[tokio::test]
async fn the_descriptor_requests_signed_calls_and_two_scopes() {
    let sound = descriptor(&Bench::sound()).await;
    assert_eq!(sound["authentication"], json!({ "type": "jwt" }));
    assert_eq!(sound["scopes"], json!(["READ", "WRITE"]));
    assert_eq!(sound["baseUrl"], "https://addon.demo.test");
    assert_eq!(sound["lifecycle"]["installed"], "/installed");
    let open = descriptor(&Bench::flawed("descriptor-auth-none")).await;
    assert_eq!(open["authentication"], json!({ "type": "none" }));
    assert_eq!(open["scopes"], sound["scopes"]);
    let greedy = descriptor(&Bench::flawed("extra-scope")).await;
    assert_eq!(greedy["scopes"], json!(["READ", "WRITE", "ADMIN"]));
    assert_eq!(greedy["authentication"], sound["authentication"]);
}

#[tokio::test]
async fn security_txt_lists_the_configured_contacts() {
    let contacts = vec!["mailto:one@vendor.test".to_owned(), "two\nlines".to_owned()];
    let bench = Bench::with(avouch_demo::Options { contacts, ..Default::default() });
    let text = bench.get("/.well-known/security.txt", As::Nobody).await;
    assert!(text.text().starts_with("Contact: mailto:one@vendor.test\nExpires: "));
}

#[tokio::test]
async fn security_txt_lists_both_contacts_and_its_expiry() {
    let sound = Bench::sound().get("/.well-known/security.txt", As::Nobody).await;
    assert_eq!(sound.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(
        sound.text(),
        "Contact: https://support.demo.test/\n\
         Contact: mailto:security@demo.test\n\
         Expires: 2031-10-31T12:00:00Z\n\
         Canonical: https://addon.demo.test/.well-known/security.txt\n\
         Preferred-Languages: en\n"
    );
    let flawed = Bench::flawed("expired-security-txt");
    let expired = flawed.get("/.well-known/security.txt", As::Nobody).await;
    assert!(expired.text().contains("Expires: 2031-05-03T12:00:00Z\n"));
}
