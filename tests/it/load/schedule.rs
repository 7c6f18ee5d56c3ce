//! A day of a schedule: `avouch check` every five minutes against one service that stays up.

use std::collections::BTreeMap;
use std::path::Path;

use avouch_demo::{Demo, Options, Secrets, query_string_hash, start};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::harness::Project;
use crate::load::quick_or_long;

/// The claims whose checks create something on the service, change it, or upload to it.
const CLAIMS: [&str; 4] =
    ["auth-required", "image-storage", "install-handshake", "tenant-isolation"];

/// The tenants in whose accounts the checks work.
const TENANTS: [&str; 2] = ["acme", "globex"];

/// Bytes by which a small file may differ from run to run, because times and durations differ in length.
const BYTES_MORE: u64 = 4096;

#[test]
fn a_day_of_checks_leaves_nothing_on_the_service_and_nothing_in_the_folder() {
    let secrets = Secrets::generate();
    let demo = start(Options::default(), &secrets).unwrap();
    let project = project(&demo);
    let run = || {
        let mut command = project.command(&[&["check"], &CLAIMS[..]].concat());
        command.envs(Secrets::VARIABLES.iter().map(|name| (*name, secrets.get(name).unwrap())));
        project.finish(&command.output().unwrap())
    };
    let first = run();
    assert_eq!(first.code, Some(0), "{first}");
    let (notes, files) = (notes(&demo, &secrets), sizes(&project));
    // The first run was one of them.
    for count in 1..quick_or_long(3, 288) {
        let run = run();
        assert_eq!(run.code, Some(0), "run {count}: {run}");
    }
    assert_eq!(self::notes(&demo, &secrets), notes, "a note was left behind");
    let now = sizes(&project);
    assert_eq!(now.keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>());
    for (file, bytes) in &now {
        // A repeated request whose answers differ, if only in their date, is stored with all of them: on a busy
        // machine that happens more often. What grows with each run gets larger than this in a day.
        assert!(
            *bytes <= files[file] * 3 / 2 + BYTES_MORE,
            "`{file}` had {} bytes and has {bytes}",
            files[file]
        );
    }
}

/// This repository's own project, with a demo that runs on its own as its target.
fn project(demo: &Demo) -> Project {
    let project = Project::own();
    let mut target = format!("target: {}\nconnect_to:\n", demo.target());
    for (host, addresses) in demo.connect_to() {
        target.push_str(&format!("  \"{host}\": {}\n", json!(addresses)));
    }
    target.push_str(&format!("roots: [ca.pem]\nresolver: {}\n", demo.resolver().unwrap()));
    project.write("ca.pem", demo.root_pem());
    project.edit("avouch.yaml", "target: demo\n", &target);
    project
}

/// The notes of the tenants, as each of them sees them.
fn notes(demo: &Demo, secrets: &Secrets) -> Vec<Value> {
    // It fails where another test has installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let root = reqwest::Certificate::from_pem(demo.root_pem().as_bytes()).unwrap();
    let mut client = reqwest::Client::builder().tls_certs_only([root]).no_proxy();
    for (host, addresses) in demo.connect_to() {
        client = client.resolve(&host, addresses[0]);
    }
    let client = client.build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let of = |tenant: &str| {
        let request = client.get(format!("{}/notes", demo.target()));
        let request = request.header("authorization", format!("JWT {}", token(tenant, secrets)));
        runtime.block_on(async {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200);
            serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
        })
    };
    TENANTS.into_iter().map(of).collect()
}

/// A token with which a tenant lists its notes.
fn token(tenant: &str, secrets: &Secrets) -> String {
    #[expect(clippy::disallowed_methods, reason = "a token is valid now")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({
        "iss": format!("{tenant}-key"), "iat": now, "exp": now + 180,
        "qsh": query_string_hash("GET", "/notes", ""),
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(&claims));
    let secret = secrets.get(&format!("{}_SECRET", tenant.to_uppercase())).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Every file of the project with its size.
fn sizes(project: &Project) -> BTreeMap<String, u64> {
    let name = |path: &Path| path.strip_prefix(project.root()).unwrap().display().to_string();
    let files = project.files("").into_iter();
    files.map(|(path, content)| (name(&path), content.len() as u64)).collect()
}
