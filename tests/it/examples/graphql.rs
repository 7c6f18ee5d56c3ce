//! `examples/graphql-api/`: every answer has the status 200, and a refusal has an error in its body.

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Asked, Service};
use crate::examples::live::Live;
use crate::examples::rows::{Rows, text_at};

const VARIABLES: &[(&str, &str)] =
    &[("ACME_TOKEN", "acme-token-0123456789"), ("GLOBEX_TOKEN", "globex-token-0123456789")];

/// A misconfiguration.
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    OpenMutation,
    OpenSchema,
    SharedInvoices,
    EverySite,
}

#[test]
fn a_sound_api_holds() {
    live(&[]).holds();
}

#[test]
fn each_misconfiguration_breaks_its_claim() {
    live(&[Flaw::OpenMutation, Flaw::EverySite]).breaks(&["other-sites", "token-required"]);
    live(&[Flaw::OpenSchema, Flaw::SharedInvoices]).breaks(&["customers-apart", "schema-private"]);
}

fn live(flaws: &'static [Flaw]) -> Live {
    let rows = Rows::new("note", flaws.contains(&Flaw::SharedInvoices));
    let service = Service::start(move |asked| answer(asked, &rows, flaws));
    Live::new("graphql-api", VARIABLES).host("api.example.com", service)
}

fn answer(asked: &Asked, rows: &Rows, flaws: &[Flaw]) -> Answer {
    if asked.method == "OPTIONS" {
        return permission(asked, flaws);
    }
    let query = text_at(&asked.body, "/query");
    let caller = match asked.actor() {
        Some(actor) => actor,
        None if flaws.contains(&Flaw::OpenSchema) && query.contains("__schema") => "anybody",
        None if flaws.contains(&Flaw::OpenMutation) && query.contains("createInvoice") => "anybody",
        None => return error("UNAUTHENTICATED"),
    };
    if asked.line() != "POST /graphql" {
        return Answer::new(404, "");
    }
    let variable = |name: &str| text_at(&asked.body, &format!("/variables/{name}"));
    let (id, note) = (variable("id"), variable("note"));
    let field = |name: &str| query.contains(name);
    let (name, found) = if field("__schema") {
        ("__schema", Some(json!({ "types": [{ "name": "Invoice" }] })))
    } else if field("createInvoice") {
        ("createInvoice", Some(rows.create(caller, &note)))
    } else if field("updateInvoice") {
        ("updateInvoice", rows.change(caller, &id, &note))
    } else if field("deleteInvoice") {
        ("deleteInvoice", rows.delete(caller, &id))
    } else if field("invoices") {
        ("invoices", Some(Value::Array(rows.list(caller))))
    } else {
        ("invoice", rows.read(caller, &id))
    };
    match found {
        Some(found) => Answer::json(200, &json!({ "data": { name: found } })),
        None => error("NOT_FOUND"),
    }
}

fn error(code: &str) -> Answer {
    let error = json!({ "message": "The request failed.", "extensions": { "code": code } });
    Answer::json(200, &json!({ "data": null, "errors": [error] }))
}

/// The answer to a browser that requests permission for a web site.
fn permission(asked: &Asked, flaws: &[Flaw]) -> Answer {
    let origin = asked.headers.get("origin").and_then(|one| one.to_str().ok()).unwrap_or_default();
    let answer = Answer::new(204, "").with("vary", "Origin");
    match flaws.contains(&Flaw::EverySite) || origin == "https://app.example.com" {
        true => answer.with("access-control-allow-origin", origin),
        false => answer,
    }
}
