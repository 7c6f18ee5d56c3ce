//! Ready-made claims: each file is accepted, and is true of the demo add-on or of a small service, as its data
//! states.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Service};
use crate::harness::{Project, Run};
use crate::readers::zone;

/// What the data states about a claim.
struct Data {
    name: String,
    /// Whether it is true of the demo add-on.
    demo: bool,
    basis: String,
    look_at: Option<String>,
    in_policy: Option<String>,
    text: String,
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/init"))
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// All claims, by name.
fn all() -> Vec<Data> {
    let files = std::fs::read_dir(folder().join("claims")).unwrap();
    let mut all: Vec<Data> = files.map(|file| data(&file.unwrap().path())).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

fn data(file: &Path) -> Data {
    let text = std::fs::read_to_string(file).unwrap();
    let (head, text) = text.split_once("---\n").unwrap();
    let head = yaml(head);
    let keys = ["under", "basis", "demo", "in_policy", "look_at", "does_not_show"];
    for key in head.as_object().unwrap().keys() {
        assert!(keys.contains(&key.as_str()), "{key} in {}", file.display());
    }
    let text_at = |key: &str| head[key].as_str().map(str::to_owned);
    Data {
        name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
        demo: head["demo"].as_bool().unwrap(),
        basis: text_at("basis").unwrap(),
        look_at: text_at("look_at"),
        in_policy: text_at("in_policy"),
        text: text.to_owned(),
    }
}

/// Replaces the usual values in a file by those of the demo add-on, as an author fills in the blanks.
fn filled_in(written: &str, data: &Data) -> String {
    let blanks = yaml(&std::fs::read_to_string(folder().join("blanks.yaml")).unwrap());
    let used = |text: &str, name: &str| text.contains(&format!("{{{name}}}"));
    let all = blanks.as_object().unwrap().iter();
    let mut used: Vec<_> = all.filter(|(name, _)| used(&data.text, name)).collect();
    used.sort_by_key(|(_, blank)| std::cmp::Reverse(blank["usual"].as_str().unwrap().len()));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    used.iter().fold(written.to_owned(), |written, (name, blank)| {
        let (usual, demo) = (text(&blank["usual"]), text(&blank["demo"]));
        let is_there = written.contains(&usual) || written.contains(&demo);
        assert!(is_there, "{name} in {}: {written}", data.name);
        written.replace(&usual, &demo)
    })
}

const ACTORS: &str = "\
actors:
  customer: { tenant: acme, connect: { client_key: acme-key, shared_secret: \"${ACME_SECRET}\" } }
  other-customer: { tenant: globex, connect: { client_key: globex-key, shared_secret: \"${GLOBEX_SECRET}\" } }
  former-customer: { tenant: former, connect: { client_key: former-key, shared_secret: \"${FORMER_SECRET}\" } }
  operator: { bearer: \"${OPS_TOKEN}\" }
";

/// A project of the demo add-on with these claims, added by `init --claim` and filled in.
fn project(claims: &[Data]) -> Project {
    let project = Project::own();
    let settings = project.read("avouch.yaml").replace("promises: error", "promises: off");
    let settings = settings.replace("writes: true", "writes: true\ncommands: true");
    let (before, after) = settings.split_once("products:").unwrap();
    let after = &after[after.find("roles:").unwrap()..];
    let (settings, rest) = after.split_once("actors:\n").unwrap();
    let platforms = &rest[rest.find("  platform:").unwrap()..];
    for folder in ["content", "checks", "attestations"] {
        std::fs::remove_dir_all(project.path(folder)).unwrap();
    }
    project.write("avouch.yaml", &format!("{before}{settings}{ACTORS}{platforms}"));
    let names = claims.iter().flat_map(|claim| ["--claim", &claim.name]);
    let run = project.run(&["init"].into_iter().chain(names).collect::<Vec<_>>());
    assert_eq!(run.code, Some(0), "{run}");
    let mut policy = String::from(
        "---\ntitle: Claims\nsummary: All of them.\neffective: 2026-11-01\nowner: security\n---\n",
    );
    for claim in claims {
        let name = format!("checks/{}.yaml", claim.name);
        let text = filled_in(&project.read(&name), claim);
        project.write(&name, &text);
        let file = yaml(&text);
        let words = file["proves"].as_str().unwrap();
        let paragraph = match &claim.in_policy {
            Some(_) => format!("{} [](../{name})", linked(words)),
            None => format!("[{words}](../{name})"),
        };
        let heading = format!("\n## {}\n", file["under"].as_str().unwrap());
        let heading = if policy.ends_with(&heading) { "" } else { &heading };
        write!(policy, "{heading}\n{paragraph}\n").unwrap();
        if let Some(look_at) = &claim.look_at {
            let attestation = json!({ "role": "demo-officer", "day": "demo", "valid_for": "90d",
                "looked_at": look_at, "words": words });
            project.write(&format!("attestations/{}.yaml", claim.name), &attestation.to_string());
        }
    }
    project.write("content/security.md", &policy);
    project
}

/// Words with the address of a link after its text, as Markdown that has the same words.
fn linked(words: &str) -> String {
    let (before, rest) = words.split_once(" <").unwrap();
    let (address, after) = rest.split_once('>').unwrap();
    format!("[{before}]({address}){after}")
}

#[test]
fn every_file_is_accepted_and_true_of_the_demo_where_its_data_states_that() {
    let claims = all();
    assert!(claims.len() >= 60, "{}", claims.len());
    let project = project(&claims);
    let run = project.run(&["lint"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.err.contains("0 errors, 0 warnings") || run.out.contains("0 warnings"), "{run}");
    let names = claims.iter().filter(|claim| claim.demo).map(|claim| claim.name.as_str());
    let args = ["check", "--format", "json"].into_iter().chain(names);
    let run = project.run(&args.collect::<Vec<_>>());
    assert_eq!(run.code, Some(0), "{run}");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    for claim in claims.iter().filter(|claim| claim.demo) {
        let told = report["claims"].as_array().unwrap().iter();
        let told = told.clone().find(|told| told["id"] == *claim.name).unwrap();
        assert_eq!(told["standing"], "holds", "{told}");
        assert_eq!(told["basis"], *claim.basis, "{}", claim.name);
    }
}

/// Runs one claim on a service on loopback.
fn on(service: &Service, name: &str) -> Run {
    let data = data(&folder().join(format!("claims/{name}.yaml")));
    let project = service.project("- { kind: attestation }\n");
    std::fs::remove_file(project.path("checks/claim.yaml")).unwrap();
    let run = project.run(&["init", "--claim", name]);
    assert_eq!(run.code, Some(0), "{run}");
    let words = yaml(&project.read(&format!("checks/{name}.yaml")));
    let policy = project.read("content/security.md");
    let (head, _) = policy.split_once("\n[").unwrap();
    let (under, words) = (words["under"].as_str().unwrap(), words["proves"].as_str().unwrap());
    let paragraph = format!("## {under}\n\n[{words}](../checks/{name}.yaml)\n");
    project.write("content/security.md", &format!("{head}\n{paragraph}"));
    assert!(!data.demo, "{name} is tried on the demo");
    crate::evidence::service::run(&project, &["check"])
}

#[test]
fn claims_that_the_demo_does_not_make_hold_on_a_good_service_and_fail_on_a_bad_one() {
    let login = |cookie: &'static str| {
        Service::start(move |asked| match asked.path.as_str() {
            "/login" => Answer::new(200, "Log in").with("set-cookie", cookie),
            "/robots.txt" if cookie.contains("HttpOnly") => {
                Answer::new(200, "User-agent: *").with("content-type", "text/plain")
            }
            "/robots.txt" => Answer::new(200, "<p>Hello</p>").with("content-type", "text/html"),
            "/.well-known/openid-configuration" if cookie.contains("HttpOnly") => {
                let at = "https://id.example.com/authorize";
                Answer::json(200, &json!({ "authorization_endpoint": at }))
            }
            _ => Answer::json(404, &json!({})),
        })
    };
    let good = login("sid=1; Secure; HttpOnly; SameSite=Lax");
    let bad = login("sid=1; Secure");
    for name in ["session-cookies", "robots-txt", "single-sign-on"] {
        let run = on(&good, name);
        assert_eq!(run.code, Some(0), "{name}: {run}");
        let run = on(&bad, name);
        assert_eq!(run.code, Some(1), "{name}: {run}");
    }
}

#[test]
fn keys_for_dkim_are_looked_up_under_their_selector() {
    let key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let good = format!("example.com. A 127.0.0.1\nmail2026._domainkey.example.com. TXT \"{key}\"");
    for (zone, code) in [("example.com. A 127.0.0.1", 1), (&good, 0)] {
        let run = with_zone("mail-dkim", zone);
        assert_eq!(run.code, Some(code), "{run}");
    }
}

/// Runs a claim about mail on a zone.
fn with_zone(name: &str, zone: &str) -> Run {
    let resolver = zone::serve(zone);
    let service = Service::start(|_| Answer::new(200, ""));
    let project = service.project("- { kind: attestation }\n");
    project.edit("avouch.yaml", "writes: true", &format!("writes: true\nresolver: {resolver}"));
    assert_eq!(project.run(&["init", "--claim", name]).code, Some(0));
    let file = format!("checks/{name}");
    let policy = project.read("content/security.md").replace("checks/claim", &file);
    let words = yaml(&project.read(&format!("{file}.yaml")))["proves"].as_str().unwrap().to_owned();
    let policy = policy.replace(crate::evidence::service::WORDS, &words);
    project.write("content/security.md", &policy.replace("\n[", "\n## Mail\n\n["));
    std::fs::remove_file(project.path("checks/claim.yaml")).unwrap();
    crate::evidence::service::run(&project, &["check"])
}

#[test]
fn a_claim_is_added_once_and_printed_with_what_is_left_to_do() {
    let project = Project::own();
    let run = project.run(&["init", "--claim", "hsts-subdomains", "--claim", "training"]);
    assert_eq!(run.code, Some(0), "{run}");
    for told in [
        "`checks/hsts-subdomains.yaml` (Tested publicly)\n",
        "](../checks/hsts-subdomains.yaml)\n",
        "## Data in transit\n",
        "  avouch attest training --role ROLE --looked-at '",
    ] {
        let lines = run.out.replace("    avouch", "  avouch");
        assert!(lines.contains(told), "{told}: {run}");
    }
    let before = project.read("checks/training.yaml");
    let run = project.run(&["init", "--claim", "leavers", "--claim", "training"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(
        run.err.contains("`checks/training.yaml` exists already; nothing was written"),
        "{run}"
    );
    assert!(!project.path("checks/leavers.yaml").exists());
    assert_eq!(project.read("checks/training.yaml"), before);
}

#[test]
fn an_unknown_claim_is_an_error_that_suggests_a_name_and_writes_nothing() {
    let project = Project::own();
    let run = project.run(&["init", "--claim", "leavers", "--claim", "hsts-subdomain"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("did you mean `hsts-subdomains`?"), "{run}");
    assert!(!project.path("checks/leavers.yaml").exists());
    let empty = Project::empty();
    let run = empty.run(&["init", "--claim", "leavers"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("there is no project here"), "{run}");
    let run = empty.run(&["init", "--claim", "leavers", "--target", "demo"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert_eq!(std::fs::read_dir(empty.root()).unwrap().count(), 0);
}
