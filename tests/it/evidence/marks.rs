//! Marks: another customer's data is found in whatever spelling, and in whatever part of an answer.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Asked, Service};

const CHECK: &str = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  create: { post: /notes, json: { text: \"note ${canary}\" } }
  object: /notes/${id}
  list: [/notes]
  delete: { delete: \"/notes/${id}\" }
";

/// A note of a tenant.
#[derive(Clone)]
struct Note {
    owner: String,
    id: String,
    text: String,
}

/// A service that stores notes. `leak` makes the list that a tenant receives, from its own notes and from
/// those of others.
fn notes(leak: impl Fn(Value, &[Note]) -> Answer + Send + Sync + 'static) -> Service {
    let notes: Mutex<Vec<Note>> = Mutex::default();
    Service::start(move |asked: &Asked| {
        let Some(actor) = asked.actor() else { return Answer::new(401, "") };
        let mut notes = notes.lock().unwrap();
        let of = |note: &Note| json!({ "id": note.id, "text": note.text });
        match (asked.method.as_str(), asked.path.strip_prefix("/notes/")) {
            ("POST", _) => {
                let sent: Value = serde_json::from_str(&asked.body).unwrap();
                let text = sent["text"].as_str().unwrap().to_owned();
                let id = format!("5f3a8c1e-{:04}-4d6b", notes.len());
                let note = Note { owner: actor.to_owned(), id, text };
                notes.push(note.clone());
                Answer::json(201, &of(&note))
            }
            ("GET", None) => {
                let (own, others): (Vec<Note>, Vec<Note>) =
                    notes.iter().cloned().partition(|note| note.owner == actor);
                leak(own.iter().map(of).collect(), &others)
            }
            (method, Some(id)) => {
                let Some(at) = notes.iter().position(|one| one.id == id && one.owner == actor)
                else {
                    return Answer::json(
                        404,
                        &json!({ "error": format!("there is no note {id}") }),
                    );
                };
                match method {
                    "DELETE" => {
                        notes.remove(at);
                        Answer::new(204, "")
                    }
                    _ => Answer::json(200, &of(&notes[at])),
                }
            }
            _ => Answer::new(405, ""),
        }
    })
}

/// A list in which a value made from the first note of another tenant is hidden.
fn hidden(spell: fn(&str) -> String) -> Service {
    notes(move |own, others| {
        let hidden = others.first().map(|note| spell(&note.text));
        Answer::json(200, &json!({ "notes": own, "etag": hidden }))
    })
}

#[test]
fn a_service_that_keeps_tenants_apart_holds() {
    let service = notes(|own, _| Answer::json(200, &json!({ "notes": own })));
    let run = service.check(CHECK);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn data_of_another_tenant_is_found_in_every_spelling() {
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    type Spelling = (&'static str, fn(&str) -> String);
    let spelt: [Spelling; 5] = [
        ("hex", hex),
        ("spaces", |text| text.chars().map(|c| format!("{c} ")).collect()),
        ("tags", |text| text.chars().map(|c| format!("<b>{c}</b>")).collect()),
        ("invisible", |text| text.chars().map(|c| format!("{c}\u{200b}")).collect()),
        ("shortened", |text| format!("{}…", &text[..13])),
    ];
    for (name, spell) in spelt {
        let run = hidden(spell).check(CHECK);
        assert_eq!(run.code, Some(1), "{name}: {run}");
        assert!(run.out.contains("data of acme in it"), "{name}: {run}");
    }
}

#[test]
fn data_of_another_tenant_is_found_in_fields_and_compressed_bodies() {
    let in_field = notes(|own, others| {
        let text = others.first().map_or(String::new(), |note| note.text.clone());
        Answer::json(200, &json!({ "notes": own })).with("x-debug", &text)
    });
    let compressed = notes(|own, others| {
        let texts: Vec<&str> = others.iter().map(|note| note.text.as_str()).collect();
        let body = json!({ "notes": own, "all": texts }).to_string();
        Answer::new(200, gzip(body.as_bytes()))
            .with("content-type", "application/json")
            .with("content-encoding", "gzip")
    });
    for service in [in_field, compressed] {
        let run = service.check(CHECK);
        assert_eq!(run.code, Some(1), "{run}");
    }
}

#[test]
fn a_compressed_list_of_a_sound_service_holds() {
    let service = notes(|own, _| {
        let body = json!({ "notes": own }).to_string();
        Answer::new(200, gzip(body.as_bytes()))
            .with("content-type", "application/json")
            .with("content-encoding", "gzip")
    });
    let run = service.check(CHECK);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn an_id_that_the_service_assigned_to_another_tenants_object_is_a_leak() {
    let service = notes(|own, others| {
        let ids: Vec<&str> = others.iter().map(|note| note.id.as_str()).collect();
        Answer::json(200, &json!({ "notes": own, "ids": ids }))
    });
    let run = service.check(CHECK);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_list_that_cannot_be_decoded_proves_nothing() {
    for (coding, body) in [("gzip", "not gzip"), ("dcb", "an unknown coding")] {
        let service = Service::start(move |_| {
            Answer::new(200, body)
                .with("content-type", "application/json")
                .with("content-encoding", coding)
        });
        let run = service.check(
            "- kind: http\n  steps:\n    - { name: page, role: control, get: /, expect: { status: 200 } }\n    \
             - { name: no trace, get: /, control: page, expect: { text: { not_contains: trace } } }\n",
        );
        assert_eq!(run.code, Some(3), "{coding}: {run}");
        assert!(run.out.contains("the body could not be decoded as"), "{run}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
