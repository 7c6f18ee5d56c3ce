//! The manual of the kinds, generated from the kinds: `docs/kinds.md`.

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::schema_for;
use serde_json::{Map, Value};

use crate::check::kind::ErasedKind;
use crate::check::kinds::auth_required::{bad_credential, variants};
use crate::check::written::request::WrittenRequest;
use crate::model::judge::falsify::negations::standard;
use crate::model::plan::Plan;
use crate::model::plan::counterexample::Class;

/// The manual's first lines.
const HEAD: &str = "\
# Kinds of check

The `kind:` of a check decides which requests it sends and what they prove. This page is generated from
the code. `avouch explain CLAIM` shows the steps of your own checks.

Each kind lists changes to the answers that would make its example fail. Every probe is also tried with
faults, after which the claim must be inconclusive: no connection, no answer in time, an unknown host
name, 429 and 503.

If a claim applies to several products, each check names those that it asks: `products: [cloud]`. The page claims
nothing about a product that no check asks. An attestation is about all of them.

Checks that change the same account or path do not run at the same time, and neither do checks that change
something and checks that read content. If a check must not run next to any other for a reason that its requests
do not show, such as a limit that the service counts over all callers, add `alone: true` to it.

The claim's text must mention each limit of its checks: `max_age: 24h` as \"at most 24 hours\", \"a day\" or
\"daily\", but not as \"at least 24 hours\". A year is 365 days; a month is not converted to days. To leave a
limit out of the text, list its name after `states:`, such as `states: [certificate_days]`. Each number in the
text must be a limit, or a value that the answer to a probe must have; quote a number that promises nothing
under `background:`.

## Requests

A request has the same keys wherever one is written. It has a method with a path: `get: /notes`, or any other method
as `method: PROPFIND` with `path: /dav/`. `query:` adds parameters to the address, `headers:` adds header fields. It
has at most one body: `json`, `form`, `multipart`, `graphql`, `xml` or `text`. A `GET`, `HEAD`, `OPTIONS`, `TRACE`,
`PROPFIND`, `REPORT`, `SEARCH` or `QUERY` changes nothing, nor does a GraphQL document of queries alone. Of a search
by `POST`, the author states that with `reads: true`. Requests that change nothing need no permission to write, and
can be repeated.

Texts in a request, and values in an expectation, may contain placeholders:

| placeholder | value |
|---|---|
| `${canary}` | a random mark of the actor, by which its data is recognised in any answer |
| `${random}`, `${uuid}` | a random text of 28 letters and digits, or a random UUID: new in each run, the same in all steps of a check. In `tenant-isolation`, each tenant has its own |
| `${now}`, `${now:epoch}` | the time at which the check starts, as in RFC 3339 or in seconds since 1970 |
| `${tenant}`, `${tenant:NAME}` | the `tenant:` of the actor, or of the actor `NAME`, in `avouch.yaml` |
| `${host:ROLE}`, `${target}` | a host of `hosts:` in `avouch.yaml`, and the origin of the target |
| `${NAME}` | a value that an earlier step saved under `capture:` |

Random values are never stored: evidence and page show the placeholder.

";

/// The manual's first lines, with the keys of a request.
pub fn head() -> String {
    let mut out = HEAD.to_owned();
    out.push_str("| key of a request | type | meaning |\n|---|---|---|\n");
    let schema = schema_for!(WrittenRequest);
    let schema = schema.as_value();
    let mut parts = BTreeMap::new();
    rows(schema, Keys::All, "", (&mut out, &mut parts));
    let multipart = &schema["properties"]["multipart"]["items"];
    rows(multipart, Keys::All, "each of `multipart`: ", (&mut out, &mut parts));
    if let Some(upload) = schema["$defs"].get("Upload") {
        rows(upload, Keys::All, "`upload`: ", (&mut out, &mut parts));
    }
    out
}

/// The names that `without:` takes.
pub fn bad_credentials() -> String {
    let mut out = BAD_CREDENTIALS.to_owned();
    for (name, words, of) in bad_credential::all_names() {
        let _ = writeln!(out, "| `{name}` | {words} | {} |", of.join(", "));
    }
    for (name, words) in variants::all_names() {
        let _ = writeln!(out, "| `{name}` | without a credential, {words} | any |");
    }
    out
}

const BAD_CREDENTIALS: &str = "
## Bad credentials

`auth-required`, `forge-remote` and `connect-lifecycle` derive bad credentials from the good one of the actor, and send
the same request with each. The good credential is the control. To leave one out, write its name under `without:`
with the reason, which the page shows. A JSON Web Token whose key Avouch does not have cannot be signed again: that an
expired token, or one without an expiry, is refused is tried with `connect` and `signed` only. Other spellings are tried by
`auth-required`.

| name | the request is sent | derived from |
|---|---|---|
";

/// Which keys get a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// All.
    All,
    /// Those of a request are on one row.
    Own,
}

/// The keys of a request, if a schema has all of them.
fn request_keys(schema: &Value) -> Vec<String> {
    let request = schema_for!(WrittenRequest);
    let keys = request.as_value()["properties"].as_object().into_iter().flatten();
    let keys: Vec<String> = keys.map(|(name, _)| name.clone()).collect();
    let has = |name: &String| schema["properties"].get(name).is_some();
    if keys.iter().all(has) { keys } else { Vec::new() }
}

/// Whether a schema has the keys of a request and no others.
fn is_request(schema: &Value) -> bool {
    let keys = request_keys(schema);
    !keys.is_empty() && schema["properties"].as_object().is_some_and(|all| all.len() == keys.len())
}

/// The section of one kind. `example` is the plan of its example.
pub fn section(kind: &dyn ErasedKind, example: &Plan) -> String {
    let manual = kind.manual();
    let mut out = format!("\n## `{}`\n\n{}\n\n", kind.name(), flat(manual.proves));
    let _ = writeln!(out, "**It does not prove:** {}\n", flat(manual.cannot_prove));
    let _ = writeln!(out, "```yaml\n{}\n```\n", manual.example.trim());
    settings(kind.schema().as_value(), &mut out);
    let mut whens: Vec<String> = Vec::new();
    for one in standard(example).chain(example.counterexamples.clone()) {
        if one.class == Class::Negation && !whens.contains(&one.when) {
            whens.push(one.when);
        }
    }
    out.push_str("The example fails if:\n\n");
    for when in whens.iter().take(EXAMPLES_MAX) {
        let _ = writeln!(out, "- {when}");
    }
    if whens.len() > EXAMPLES_MAX {
        let _ = writeln!(out, "- and {} more like these", whens.len() - EXAMPLES_MAX);
    }
    out
}

/// The most counterexamples that are listed for one kind.
const EXAMPLES_MAX: usize = 12;

/// The type of a request.
const REQUEST: &str = "[request](#requests)";

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn settings(schema: &Value, out: &mut String) {
    out.push_str("| setting | type | meaning |\n|---|---|---|\n");
    let mut parts = BTreeMap::new();
    rows(schema, Keys::Own, "", (out, &mut parts));
    let none = Map::new();
    let lists = schema["properties"].as_object().unwrap_or(&none).iter();
    for (name, list) in lists.filter(|(_, list)| !is_request(&list["items"])) {
        rows(&list["items"], Keys::Own, &format!("each of `{name}`: "), (out, &mut parts));
    }
    let shared = schema["$defs"].as_object().unwrap_or(&none).iter();
    for (name, part) in shared.filter(|(name, part)| !is_request(part) && *name != "Upload") {
        rows(part, Keys::Own, &format!("{name}: "), (out, &mut parts));
    }
    out.push('\n');
}

/// A row for each setting, and for each of its own settings unless `parts` has them already.
fn rows(
    schema: &Value,
    keys: Keys,
    of: &str,
    (out, parts): (&mut String, &mut BTreeMap<String, String>),
) {
    let none = Map::new();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let of_request = if keys == Keys::Own { request_keys(schema) } else { Vec::new() };
    for (name, property) in schema["properties"].as_object().unwrap_or(&none) {
        if of_request.first() == Some(name) {
            let _ = writeln!(out, "| {of}the keys of a [request](#requests) | | |");
        }
        if of_request.contains(name) {
            continue;
        }
        let must = if required.contains(&Value::from(name.as_str())) { ", required" } else { "" };
        let mut means = property["description"].as_str().map(flat).unwrap_or_default();
        let sort = sort_of(property);
        let own = property["properties"].as_object().filter(|_| !is_request(property));
        let own = own.map(|own| Value::from(own.clone()).to_string());
        let earlier = own.as_ref().and_then(|own| parts.get(own));
        if let Some(earlier) = earlier {
            let _ = write!(means, " Its settings are those of `{earlier}`.");
        }
        let _ = writeln!(out, "| {of}`{name}` | {sort}{must} | {} |", means.replace('|', "\\|"));
        if let Some(own) = own.filter(|_| earlier.is_none()) {
            rows(property, keys, &format!("`{name}`: "), (out, parts));
            parts.insert(own, name.clone());
        }
    }
}

fn sort_of(property: &Value) -> String {
    if let Some(reference) = property["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return if name == "WrittenRequest" { REQUEST.to_owned() } else { name.to_owned() };
    }
    if is_request(property) {
        return REQUEST.to_owned();
    }
    let of_any = |list: &Value| {
        let all = list.as_array().into_iter().flatten();
        let names: Vec<String> = all
            .filter(|one| one["type"] != "null")
            .map(sort_of)
            .filter(|one| !one.is_empty())
            .collect();
        names.join(" or ")
    };
    for key in ["anyOf", "oneOf"] {
        if property[key].is_array() {
            return of_any(&property[key]);
        }
    }
    match &property["type"] {
        Value::String(sort) if sort == "array" => match sort_of(&property["items"]).as_str() {
            "" => "list".into(),
            items => format!("list of {items}"),
        },
        Value::String(sort) if sort == "object" => {
            match sort_of(&property["additionalProperties"]).as_str() {
                "" => "mapping".into(),
                values => format!("mapping to {values}"),
            }
        }
        Value::String(sort) => sort.clone(),
        Value::Array(sorts) => {
            let names = sorts.iter().filter_map(Value::as_str).filter(|sort| *sort != "null");
            names.collect::<Vec<_>>().join(" or ")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::plan;
    use crate::check::kinds::KINDS;

    /// Run with `UPDATE_DOCS=1` to update the page.
    #[test]
    fn the_manual_of_the_kinds_is_not_stale() {
        let sections = KINDS.iter().map(|kind| section(*kind, &plan(kind.manual().example)));
        let made = head() + &sections.collect::<String>() + &bad_credentials();
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/kinds.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(file, &made).unwrap();
        }
        let there = std::fs::read_to_string(file).unwrap_or_default();
        assert!(made == there, "docs/kinds.md is stale: run this test with UPDATE_DOCS=1");
    }
}
