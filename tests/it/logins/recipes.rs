//! The recipes of `docs/how-to-log-in.md`: each holds for a service that does what the recipe is about, and is violated
//! by one that does not.

use std::collections::BTreeMap;
use std::sync::Mutex;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::{Value, json};

use crate::evidence::service::{Answer, Asked, Service, write_claims};
use crate::harness::{Project, Run};
use crate::logins::project::{PASSWORD, project, run_with};

const BOB: &str = "copper-meadow-9026";
const CAROL: &str = "violet-anchor-7431";

/// The recipes, each with the claim that it makes false.
const RECIPES: [&str; 9] = [
    "wrong-password",
    "log-out",
    "session-lifetime",
    "second-factor",
    "default-passwords",
    "password-policy",
    "csrf",
    "registration-closed",
    "guessing",
];

/// The blocks of the page: those with this word after `yaml`, by what follows it.
fn blocks(word: &str) -> Vec<(String, String)> {
    let page = include_str!("../../../docs/how-to-log-in.md");
    let (mut all, mut open) = (Vec::new(), None);
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let mut words = info.split(' ').skip(1);
                open = (words.next() == Some(word))
                    .then(|| (words.next().unwrap_or_default().to_owned(), String::new()));
            }
            Event::Text(text) => {
                if let Some((_, block)) = &mut open {
                    block.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => all.extend(open.take()),
            _ => {}
        }
    }
    all
}

#[derive(Default)]
struct State {
    sessions: BTreeMap<String, String>,
    wrong: BTreeMap<String, u32>,
    city: String,
    count: u32,
}

/// The service of the page. `flaw` names the recipe that must notice something.
fn service(flaw: &'static str) -> Service {
    let state = Mutex::new(State { city: "Bern".into(), ..State::default() });
    Service::start(move |asked| answer(asked, flaw, &mut state.lock().unwrap()))
}

fn answer(asked: &Asked, flaw: &str, state: &mut State) -> Answer {
    let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
    let token = asked.headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let is_known = state.sessions.contains_key(token);
    match asked.line().as_str() {
        "POST /session" => log_in(&body, flaw, state),
        "POST /register" if flaw == "registration-closed" => Answer::new(201, ""),
        "POST /register" => Answer::new(403, ""),
        _ if !is_known => Answer::new(401, ""),
        "DELETE /session" => {
            if flaw != "log-out" {
                state.sessions.remove(token);
            }
            Answer::new(204, "")
        }
        "GET /me" => {
            Answer::json(200, &json!({ "user": state.sessions[token], "city": state.city }))
        }
        "GET /me/form" => Answer::json(200, &json!({ "csrf": "form-5519-4471" })),
        "PUT /me" => {
            let sent = asked.headers.get("x-csrf-token").is_some_and(|one| one == "form-5519-4471");
            if !sent && flaw != "csrf" {
                return Answer::new(403, "");
            }
            state.city = body["city"].as_str().unwrap_or_default().to_owned();
            Answer::json(200, &json!({ "city": state.city }))
        }
        "PUT /me/password" => {
            let is_short = body["password"].as_str().unwrap_or_default().len() < 8;
            Answer::new(if is_short && flaw != "password-policy" { 422 } else { 204 }, "")
        }
        _ => Answer::new(404, ""),
    }
}

fn log_in(body: &Value, flaw: &str, state: &mut State) -> Answer {
    let of = |key: &str| body[key].as_str().unwrap_or_default();
    let (user, password) = (of("user"), of("password"));
    let is_right = match user {
        "alice" => password == PASSWORD || flaw == "wrong-password",
        "bob" => password == BOB && flaw == "second-factor",
        "carol" | "leaver" => password == CAROL,
        "admin" => password == "admin" && flaw == "default-passwords",
        _ => false,
    };
    let wrong = state.wrong.entry(user.to_owned()).or_default();
    if user == "carol" && *wrong >= 3 && flaw != "guessing" {
        return Answer::new(423, "");
    }
    if !is_right {
        *wrong += 1;
        return Answer::new(401, "");
    }
    state.count += 1;
    let token = format!("session-{:04}-9b1f3c7d5e2a", state.count);
    state.sessions.insert(token.clone(), user.to_owned());
    let seconds = if flaw == "session-lifetime" { 2_592_000 } else { 3600 };
    Answer::json(200, &json!({ "token": token, "expires_in": seconds }))
}

fn prepared(service: &Service, recipes: &[&str]) -> Project {
    let actors: String = blocks("actors").into_iter().map(|(_, block)| block).collect();
    let actors = actors.strip_prefix("actors:\n  alice:\n").unwrap();
    let project = project(service, actors, "");
    let all: BTreeMap<String, String> = blocks("recipe").into_iter().collect();
    assert_eq!(all.len(), RECIPES.len(), "a recipe is not tried: {:?}", all.keys());
    let claims: Vec<(String, String)> =
        recipes.iter().map(|name| ((*name).to_owned(), all[*name].clone())).collect();
    write_claims(&project, &claims);
    project
}

fn check(service: &Service, recipes: &[&str]) -> Run {
    ran(service, recipes, "check")
}

fn ran(service: &Service, recipes: &[&str], verb: &str) -> Run {
    let project = prepared(service, recipes);
    let variables = [
        ("ALICE_PASSWORD", PASSWORD),
        ("BOB_PASSWORD", BOB),
        ("CAROL_PASSWORD", CAROL),
        ("LEAVER_PASSWORD", CAROL),
    ];
    run_with(&project, &[verb], &variables)
}

#[test]
fn a_sound_service_passes_every_recipe() {
    let run = check(&service(""), &RECIPES);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn each_recipe_notices_its_fault() {
    for recipe in RECIPES {
        let run = check(&service(recipe), &[recipe]);
        assert_eq!(run.code, Some(1), "{recipe}: {run}");
    }
}

#[test]
fn the_doctor_reports_who_could_log_in() {
    let run = ran(&service(""), &["log-out", "password-policy"], "doctor");
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.out.contains("all met (1); logged in"), "{run}");
    assert!(run.out.contains("no control uses it"), "{run}");
}
