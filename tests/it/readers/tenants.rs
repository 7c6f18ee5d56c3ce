//! Isolation between tenants in services of any shape: GraphQL, WebDAV, searches by `POST`, ids that the caller
//! chooses, and paths of each tenant.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Asked, Service};

/// What a faulty service does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// Anybody reads any note.
    Read,
    /// Lists contain everybody's notes.
    List,
    /// Anybody changes any note, and is told that it was refused.
    Change,
    /// Anybody deletes any note, and is told that it was refused.
    Delete,
}

/// The notes of a service: id to owner and text.
#[derive(Default)]
struct Notes(Mutex<BTreeMap<String, (String, String)>>);

impl Notes {
    fn add(&self, owner: &str, text: &str) -> String {
        let mut all = self.0.lock().unwrap();
        let id = format!("note-{:012}", all.len() + 1);
        all.insert(id.clone(), (owner.to_owned(), text.to_owned()));
        id
    }

    fn put(&self, id: &str, owner: &str, text: &str) {
        let value = (owner.to_owned(), text.to_owned());
        self.0.lock().unwrap().insert(id.to_owned(), value);
    }

    /// The text of a note that an actor may read.
    fn get(&self, id: &str, actor: &str, fault: Fault) -> Option<String> {
        let all = self.0.lock().unwrap();
        let (owner, text) = all.get(id)?;
        (owner == actor || fault == Fault::Read).then(|| text.clone())
    }

    fn list(&self, actor: &str, fault: Fault) -> Vec<(String, String)> {
        let all = self.0.lock().unwrap();
        let own = all.iter().filter(|(_, (owner, _))| owner == actor || fault == Fault::List);
        own.map(|(id, (_, text))| (id.clone(), text.clone())).collect()
    }

    /// Whether an actor owns a note.
    fn owns(&self, id: &str, actor: &str) -> bool {
        self.0.lock().unwrap().get(id).is_some_and(|(owner, _)| owner == actor)
    }

    fn exists(&self, id: &str) -> bool {
        self.0.lock().unwrap().contains_key(id)
    }

    fn remove(&self, id: &str) {
        self.0.lock().unwrap().remove(id);
    }
}

/// How a GraphQL service answers for the note of another tenant.
#[derive(Clone, Copy, Debug)]
enum Missing {
    /// `null`.
    Null,
    /// An error with a code.
    Error,
    /// A type of its own, as some schemas have.
    Union,
}

fn graphql(fault: Fault, missing: Missing) -> Service {
    let notes = Notes::default();
    Service::start(move |asked| {
        let Some(actor) = asked.actor() else {
            let error = json!({ "message": "log in", "extensions": { "code": "UNAUTHENTICATED" } });
            return Answer::json(200, &json!({ "data": null, "errors": [error] }));
        };
        let sent: Value = serde_json::from_str(&asked.body).unwrap();
        let document = sent["query"].as_str().unwrap_or_default();
        let of = |name: &str| sent["variables"][name].as_str().unwrap_or_default().to_owned();
        let (id, text) = (of("id"), of("text"));
        let nothing = |field: &str| match missing {
            Missing::Null => json!({ "data": { field: null } }),
            Missing::Error => {
                json!({ "data": { field: null }, "errors": [{ "message": "Note not found" }] })
            }
            Missing::Union => {
                json!({ "data": { field: { "__typename": "NotFound", "message": "gone" } } })
            }
        };
        let note = |id: &str, text: &str| json!({ "id": id, "text": text });
        let body = if document.contains("addNote") {
            let id = notes.add(actor, &text);
            json!({ "data": { "addNote": note(&id, &text) } })
        } else if document.contains("editNote") {
            let owns = notes.owns(&id, actor);
            if owns || (fault == Fault::Change && notes.exists(&id)) {
                let owner = notes.0.lock().unwrap()[&id].0.clone();
                notes.put(&id, &owner, &text);
            }
            if owns {
                json!({ "data": { "editNote": note(&id, &text) } })
            } else {
                nothing("editNote")
            }
        } else if document.contains("dropNote") {
            let owns = notes.owns(&id, actor);
            if owns || fault == Fault::Delete {
                notes.remove(&id);
            }
            if owns { json!({ "data": { "dropNote": true } }) } else { nothing("dropNote") }
        } else if document.contains("notes") {
            let list: Vec<Value> =
                notes.list(actor, fault).iter().map(|(id, text)| note(id, text)).collect();
            json!({ "data": { "notes": list } })
        } else {
            match notes.get(&id, actor, fault) {
                Some(text) => json!({ "data": { "note": note(&id, &text) } }),
                None => nothing("note"),
            }
        };
        Answer::json(200, &body)
    })
}

const GRAPHQL: &str = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  create:
    post: /graphql
    graphql:
      query: \"mutation($text: String!) { addNote(text: $text) { id text } }\"
      variables: { text: \"${canary}\" }
  id: /data/addNote/id
  object:
    post: /graphql
    graphql: { query: \"query($id: ID!) { note(id: $id) { id text } }\", variables: { id: \"${id}\" } }
  list:
    - post: /graphql
      graphql: { query: \"{ notes { id text } }\" }
    - { post: /graphql, graphql: { query: \"query Again { notes { text } }\" } }
  change:
    post: /graphql
    graphql:
      query: \"mutation($id: ID!, $text: String!) { editNote(id: $id, text: $text) { id } }\"
      variables: { id: \"${id}\", text: changed by a check }
  delete:
    post: /graphql
    graphql: { query: \"mutation($id: ID!) { dropNote(id: $id) }\", variables: { id: \"${id}\" } }
";

#[test]
fn a_service_in_graphql_that_keeps_tenants_apart_holds() {
    for missing in [Missing::Null, Missing::Error, Missing::Union] {
        let run = graphql(Fault::None, missing).check(GRAPHQL);
        assert_eq!(run.code, Some(0), "{missing:?}: {run}");
    }
}

#[test]
fn every_fault_of_a_service_in_graphql_is_a_violation() {
    for fault in [Fault::Read, Fault::List, Fault::Change, Fault::Delete] {
        for missing in [Missing::Null, Missing::Union] {
            let run = graphql(fault, missing).check(GRAPHQL);
            assert_eq!(run.code, Some(1), "{fault:?} {missing:?}: {run}");
        }
    }
}

/// Notes as files of a WebDAV folder, whose names the caller chooses.
fn webdav(fault: Fault) -> Service {
    let notes = Notes::default();
    Service::start(move |asked| {
        let Some(actor) = asked.actor() else { return Answer::new(401, "") };
        let id = asked.path.trim_start_matches("/dav/").to_owned();
        let owns = notes.owns(&id, actor);
        match asked.method.as_str() {
            "PROPFIND" => {
                let href = |(id, _): (String, String)| {
                    format!("<response><href>/dav/{id}</href></response>")
                };
                let list: String = notes.list(actor, fault).into_iter().map(href).collect();
                Answer::new(207, format!("<multistatus xmlns=\"DAV:\">{list}</multistatus>"))
                    .with("content-type", "application/xml")
            }
            "PUT" if owns || !notes.exists(&id) => {
                notes.put(&id, actor, &asked.body);
                Answer::new(201, "")
            }
            "PUT" if fault == Fault::Change => {
                let owner = notes.0.lock().unwrap()[&id].0.clone();
                notes.put(&id, &owner, &asked.body);
                Answer::new(403, "")
            }
            "PUT" => Answer::new(403, ""),
            "DELETE" => {
                if owns || fault == Fault::Delete {
                    notes.remove(&id);
                }
                Answer::new(if owns { 204 } else { 404 }, "")
            }
            _ => match notes.get(&id, actor, fault) {
                Some(text) => Answer::new(200, text).with("content-type", "text/plain"),
                None => Answer::new(404, ""),
            },
        }
    })
}

const WEBDAV: &str = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  create: { put: \"/dav/${random}\", text: \"${canary}\" }
  object: /dav/${random}
  list: [{ method: PROPFIND, path: /dav/, headers: { depth: \"1\" }, xml: \"<propfind xmlns='DAV:'><allprop/></propfind>\" }]
  change: { put: \"/dav/${random}\", text: changed by a check }
  delete: { delete: \"/dav/${random}\" }
";

#[test]
fn objects_whose_ids_the_caller_chooses_are_tried_and_recognised_by_their_ids() {
    let run = webdav(Fault::None).check(WEBDAV);
    assert_eq!(run.code, Some(0), "{run}");
    for fault in [Fault::Read, Fault::List, Fault::Change, Fault::Delete] {
        let run = webdav(fault).check(WEBDAV);
        assert_eq!(run.code, Some(1), "{fault:?}: {run}");
    }
    let by_uuid = WEBDAV.replace("${random}", "${uuid}.txt");
    let run = webdav(Fault::None).check(&by_uuid);
    assert_eq!(run.code, Some(0), "{run}");
    let run = webdav(Fault::List).check(&by_uuid);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn generated_ids_are_never_stored() {
    let service = webdav(Fault::None);
    let project = service.project(WEBDAV);
    let run = crate::evidence::service::run(&project, &["check"]);
    assert_eq!(run.code, Some(0), "{run}");
    let stored = project.read("assessment.json");
    assert!(stored.contains("${random:acme}"), "{stored}");
}

/// Notes at a path of each tenant: `/t/acme/notes`.
fn at_own_paths(fault: Fault, refusal: u16) -> Service {
    let notes = Notes::default();
    Service::start(move |asked| {
        let Some(actor) = asked.actor() else { return Answer::new(401, "") };
        let parts: Vec<&str> = asked.path.split('/').skip(2).collect();
        let (tenant, id) = (parts[0], parts.get(2).copied().unwrap_or_default());
        let is_open = matches!((fault, id.is_empty()), (Fault::List, true) | (Fault::Read, false));
        if tenant != actor && !(is_open && asked.method == "GET") {
            return match refusal {
                200 => Answer::json(200, &json!([])),
                status => Answer::new(status, ""),
            };
        }
        match (asked.method.as_str(), id) {
            ("POST", "search") | ("GET", "") => {
                let list = notes.list(tenant, Fault::None);
                let list: Vec<Value> =
                    list.iter().map(|(id, text)| json!({ "id": id, "text": text })).collect();
                Answer::json(200, &json!(list))
            }
            ("POST", _) => {
                let sent: Value = serde_json::from_str(&asked.body).unwrap();
                let id = notes.add(tenant, sent["text"].as_str().unwrap());
                Answer::json(201, &json!({ "id": id }))
            }
            ("DELETE", id) => {
                notes.remove(id);
                Answer::new(204, "")
            }
            (_, id) => match notes.get(id, tenant, Fault::None) {
                Some(text) => Answer::json(200, &json!({ "text": text })),
                None => Answer::new(404, ""),
            },
        }
    })
}

const OWN_PATHS: &str = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  create: { post: \"/t/${tenant}/notes\", json: { text: \"${canary}\" } }
  object: /t/${tenant}/notes/${id}
  list:
    - /t/${tenant}/notes
    - { post: \"/t/${tenant}/notes/search\", json: { q: note } }
  delete: { delete: \"/t/${tenant}/notes/${id}\" }
";

#[test]
fn lists_at_paths_of_each_tenant_are_tried_by_the_others() {
    for refusal in [403, 404] {
        let run = at_own_paths(Fault::None, refusal).check(OWN_PATHS);
        assert_eq!(run.code, Some(0), "{run}");
    }
    for fault in [Fault::List, Fault::Read] {
        let run = at_own_paths(fault, 403).check(OWN_PATHS);
        assert_eq!(run.code, Some(1), "{fault:?}: {run}");
    }
    let run = at_own_paths(Fault::List, 403).check(OWN_PATHS);
    assert!(run.out.contains("tries to list"), "{run}");
}

#[test]
fn an_empty_list_at_the_path_of_another_tenant_is_as_good_as_a_refusal() {
    let owned = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  owns:
    acme: { path: /acme/7, marker: the plan of acme, list: [/acme/] }
    globex: { path: { post: /globex/7, reads: true }, marker: the plan of globex, list: [/globex/] }
";
    let serving = |leaks: bool| {
        Service::start(move |asked: &Asked| {
            let Some(actor) = asked.actor() else { return Answer::new(401, "") };
            let tenant = asked.path.split('/').nth(1).unwrap_or_default();
            let is_list = asked.path.ends_with('/');
            match (tenant == actor || (leaks && is_list), is_list) {
                (true, _) => Answer::json(200, &json!([format!("the plan of {tenant}")])),
                (false, true) => Answer::json(200, &json!([])),
                (false, false) => Answer::new(404, ""),
            }
        })
        .check(owned)
    };
    let run = serving(false);
    assert_eq!(run.code, Some(0), "{run}");
    let run = serving(true);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_request_that_concerns_any_object_is_an_error() {
    const CHECK: &str = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  create: { post: /api/notes, json: { text: \"${canary}\" } }
  object: /api/notes/${id}
  change: { put: \"/api/notes/${id}\", json: { text: changed } }
  delete: { delete: \"/api/notes/${id}\" }
";
    let reported = |from: &str, to: &str| {
        let run = Service::start(|_| panic!("nothing is sent")).check(&CHECK.replace(from, to));
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains("error[no-id]"), "{run}");
        assert!(run.err.contains("write `${id}` where the object's id is"), "{run}");
        run.err
    };
    let err = reported("delete: \"/api/notes/${id}\"", "delete: /api/notes");
    assert!(
        err.contains("this deletes the same for every tenant, and not the object of one"),
        "{err}"
    );
    let err = reported("put: \"/api/notes/${id}\"", "put: /api/notes");
    assert!(err.contains("this changes the same for every tenant"), "{err}");
    let err = reported("object: /api/notes/${id}", "object: /api/notes");
    assert!(err.contains("this reads the same for every tenant"), "{err}");
    for names_one in
        ["\"/t/${tenant}/note\"", "\"/api/notes/${random}\"", "\"/api/notes?id=${uuid}\""]
    {
        let check = CHECK.replace("delete: \"/api/notes/${id}\"", &format!("delete: {names_one}"));
        let service = Service::start(|_| Answer::new(404, ""));
        let run = crate::evidence::service::run(&service.project(&check), &["lint"]);
        assert_eq!(run.code, Some(0), "{names_one}: {run}");
    }
}

#[test]
fn deleting_is_not_demanded_and_the_page_says_so() {
    let notes = Notes::default();
    let service = Service::start(move |asked| {
        let Some(actor) = asked.actor() else { return Answer::new(401, "") };
        match asked.method.as_str() {
            "PUT" => {
                notes.put(actor, actor, &asked.body);
                Answer::new(204, "")
            }
            _ => match notes.get(asked.path.trim_start_matches("/profiles/"), actor, Fault::None) {
                Some(text) => Answer::new(200, text).with("content-type", "application/json"),
                None => Answer::new(403, ""),
            },
        }
    });
    let check = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  create: { put: \"/profiles/${tenant}\", json: { text: \"${canary}\" } }
  object: /profiles/${tenant}
";
    let project = service.project(check);
    let run = crate::evidence::service::run(&project, &["check"]);
    assert_eq!(run.code, Some(0), "{run}");
    let explained = crate::evidence::service::run(&project, &["explain", "claim"]);
    assert!(explained.out.contains("Changing and deleting were not tried"), "{explained}");
}
