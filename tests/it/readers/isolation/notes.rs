//! A sound service for notes, which answers 500 to concurrent writes and counts the notes that it has.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Asked};
use crate::readers::isolation::busy::{Together, take};

/// How long a write takes, in milliseconds.
const WRITE_MS: u64 = 3;

/// The service.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) writes: Together,
    ids: AtomicUsize,
    notes: Mutex<Vec<Note>>,
}

struct Note {
    id: usize,
    owner: String,
    text: String,
}

impl Note {
    fn json(&self) -> Value {
        json!({ "id": self.id, "text": self.text })
    }
}

impl Notes {
    pub(crate) fn answer(&self, asked: &Asked) -> Answer {
        if asked.method != "GET" {
            return self.writes.with(|alone| {
                take(WRITE_MS);
                if alone { self.sound(asked) } else { Answer::new(500, "database is locked") }
            });
        }
        self.sound(asked)
    }

    /// The answer, whatever else is going on.
    fn sound(&self, asked: &Asked) -> Answer {
        let mut notes = self.notes.lock().unwrap();
        if asked.path == "/statistics" {
            return Answer::json(200, &json!({ "notes": notes.len() }));
        }
        let Some(owner) = asked.actor() else { return Answer::new(401, "") };
        let own = |note: &&Note| note.owner == owner;
        match (asked.method.as_str(), asked.path.strip_prefix("/notes/")) {
            ("GET", None) if asked.path == "/profile" => {
                Answer::json(200, &json!({ "notes": notes.iter().filter(own).count() }))
            }
            ("GET", None) => {
                let own: Vec<Value> = notes.iter().filter(own).map(Note::json).collect();
                Answer::json(200, &json!({ "total": own.len(), "notes": own }))
            }
            ("POST", None) => {
                let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
                let id = self.ids.fetch_add(1, Ordering::SeqCst);
                let text = body["text"].as_str().unwrap_or_default().to_owned();
                notes.push(Note { id, owner: owner.to_owned(), text });
                Answer::json(201, &json!({ "id": id }))
            }
            (method, Some(id)) => {
                let found = notes.iter().position(|note| note.id.to_string() == id && own(&note));
                let Some(found) = found else { return Answer::new(404, "") };
                match method {
                    "DELETE" => drop(notes.remove(found)),
                    "PUT" => notes[found].text = asked.body.clone(),
                    _ => return Answer::json(200, &notes[found].json()),
                }
                Answer::new(204, "")
            }
            _ => Answer::new(405, ""),
        }
    }
}

/// A check that writes a note as `actor`, and expects that it is the only one.
pub(crate) fn counts_own(actor: &str) -> String {
    format!(
        "- kind: http
  steps:
    - {{ name: writes, role: prepare, as: {actor}, post: /notes, json: {{ text: mine }}, capture: {{ id: /id }}, expect: {{ status: 201 }} }}
    - {{ name: lists, as: {actor}, get: /notes, expect: {{ status: 200, json: {{ /total: 1 }} }} }}
    - {{ name: counts, as: {actor}, get: /profile, expect: {{ json: {{ /notes: 1 }} }} }}
    - {{ name: deletes, role: cleanup, as: {actor}, delete: \"/notes/${{id}}\" }}
"
    )
}

/// A check that counts the notes of all customers, of which its own is the only one.
pub(crate) const COUNTS_ALL: &str = "\
- kind: http
  steps:
    - { name: writes, role: prepare, as: globex, post: /notes, json: { text: mine }, capture: { id: /id }, expect: { status: 201 } }
    - { name: counts all, get: /statistics, expect: { json: { /notes: 1 } } }
    - { name: deletes, role: cleanup, as: globex, delete: \"/notes/${id}\" }
";

/// A check of tenants that write, change and delete.
pub(crate) const ISOLATION: &str = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  create: { post: /notes, json: { text: \"${canary}\" } }
  object: \"/notes/${id}\"
  list: [/notes]
  change: { put: \"/notes/${id}\", json: { text: changed } }
  delete: { delete: \"/notes/${id}\" }
";

/// A check of strangers that try to write and to read.
pub(crate) const STRANGERS: &str = "\
- kind: auth-required
  as: acme
  endpoints: [{ get: /notes }, { get: /profile }]
";
