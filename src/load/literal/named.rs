//! Values in YAML that are credentials: by the name of their key, parameter, header field or
//! option.

use std::ops::Range;

use crate::load::literal::found::Literal;
use crate::load::literal::values::{is_password, is_token};
use crate::model::plan::template::Template;
use crate::model::project::weak_secret::is_strong;
use crate::model::source::node::{Entry, Node, Value};

/// The keys of an actor that have its secret.
const SECRETS: [(&str, &str); 5] = [
    ("bearer", ""),
    ("basic", "password"),
    ("header", "value"),
    ("connect", "shared_secret"),
    ("signed", "key"),
];

/// The keys of an actor that are read like the requests of a check.
const OF_LOGIN: [&str; 4] = ["login", "oauth2", "headers", "query"];

/// Keys of a check whose texts send nothing.
const NOT_SENT: [&str; 10] = [
    "expect",
    "proves",
    "proves_also",
    "because",
    "under",
    "background",
    "capture",
    "captures",
    "name",
    "must_fail",
];

/// The statuses of an answer to a credential that is wrong on purpose.
const REFUSALS: [i64; 5] = [400, 401, 403, 404, 422];

/// Parts of the names of credentials, in lower case and without separators.
const PARTS: [&str; 12] = [
    "secret",
    "apikey",
    "accesskey",
    "privatekey",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authtoken",
    "sessiontoken",
    "authorization",
    "credential",
    "sessionid",
];

/// Whole names of credentials.
const NAMES: [&str; 8] = ["token", "auth", "jwt", "sid", "sig", "signature", "cookie", "bearer"];

/// The ends of the names of passwords.
const PASSWORDS: [&str; 4] = ["password", "passwd", "passphrase", "pwd"];

/// What a name means for its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Password,
    Token,
    Nothing,
}

/// The literal credentials of actors in the project's file.
pub(super) fn in_actors(root: &Node, text: &str, all: &mut Vec<Literal>) {
    for actor in root.get("actors").map_or(&[][..], Node::entries) {
        for (scheme, key) in SECRETS {
            let node = actor.value.get(scheme);
            let node = if key.is_empty() { node } else { node.and_then(|node| node.get(key)) };
            let Some((node, secret)) = node.and_then(|node| Some((node, node.as_str()?))) else {
                continue;
            };
            // A weak one is reported as such, unless the author says that it is meant.
            let is_literal = Template::new(secret).holes().next().is_none() && is_strong(secret);
            if is_literal {
                let what = if key.is_empty() { scheme } else { key };
                let message = format!("the `{what}` of the actor `{}` is written here", actor.key);
                all.push(Literal { span: trimmed(&node.span, text), message });
            }
        }
        for key in OF_LOGIN {
            actor.value.get(key).into_iter().for_each(|node| in_checks(node, text, all));
        }
    }
}

/// The literal credentials in requests and programs of a claim's file.
pub(super) fn in_checks(root: &Node, text: &str, all: &mut Vec<Literal>) {
    match &root.value {
        Value::Map(entries) if expects_refusal(root) => {
            // A credential that is wrong on purpose; other steps may be inside.
            entries.iter().filter(|one| one.key == "steps").for_each(|one| {
                in_checks(&one.value, text, all);
            });
        }
        Value::Map(entries) => {
            for entry in entries.iter().filter(|one| !NOT_SENT.contains(&one.key.as_str())) {
                in_entry(entry, text, all);
            }
        }
        Value::List(items) => {
            let mut before = "";
            for item in items {
                in_item(item, before, text, all);
                before = item.as_str().unwrap_or_default();
            }
        }
        _ => {}
    }
}

fn in_entry(entry: &Entry, text: &str, all: &mut Vec<Literal>) {
    let Some(value) = entry.value.as_str() else { return in_checks(&entry.value, text, all) };
    if is_credential(meaning(&entry.key), value) {
        report(&entry.key, &entry.value.span, text, all);
    } else {
        in_text(value, &entry.value.span, text, all);
    }
}

/// An item of a list, such as an argument of a program after its option.
fn in_item(item: &Node, before: &str, text: &str, all: &mut Vec<Literal>) {
    let Some(value) = item.as_str() else { return in_checks(item, text, all) };
    let option = if before.starts_with('-') { before } else { "" };
    if is_credential(meaning(option), value) {
        report(option, &item.span, text, all);
    } else {
        in_text(value, &item.span, text, all);
    }
}

/// Finds `name=value` and `name: value` within a text: parameters, header fields and options.
fn in_text(value: &str, span: &Range<usize>, text: &str, all: &mut Vec<Literal>) {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    for (at, sign) in value.match_indices(['=', ':']) {
        let name = value[..at].trim_end_matches(['"', '\'']);
        let name = name.rsplit(|c| !in_name(c)).next().unwrap_or(name);
        let rest = value[at + sign.len()..].trim_start_matches([' ', '"', '\'']);
        let rest = without_scheme(rest);
        let ends = |c: char| c.is_whitespace() || "&;\"'<>,)]}".contains(c);
        let one = &rest[..rest.find(ends).unwrap_or(rest.len())];
        if !name.is_empty() && is_credential(meaning(name), one) {
            // The written form may have escapes; then all of the value is masked.
            let written = text.get(span.clone()).unwrap_or_default();
            let place = written.find(one).map(|at| span.start + at..span.start + at + one.len());
            report(name, &place.unwrap_or_else(|| span.clone()), text, all);
        }
    }
}

fn report(name: &str, span: &Range<usize>, text: &str, all: &mut Vec<Literal>) {
    let name = name.trim_start_matches('-');
    let message = format!("the value of `{name}` is a secret that is written here");
    all.push(Literal { span: trimmed(span, text), message });
}

fn is_credential(meaning: Meaning, value: &str) -> bool {
    match meaning {
        Meaning::Password => is_password(value),
        Meaning::Token => is_token(without_scheme(value)),
        Meaning::Nothing => false,
    }
}

/// The value without the name of an authentication scheme before it.
fn without_scheme(value: &str) -> &str {
    let schemes = ["Bearer ", "Basic ", "Token ", "JWT ", "ApiKey "];
    let found = schemes.iter().find_map(|scheme| {
        let start = value.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &value[scheme.len()..])
    });
    found.unwrap_or(value)
}

fn meaning(name: &str) -> Meaning {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    if PASSWORDS.iter().any(|end| name.ends_with(end)) {
        return Meaning::Password;
    }
    let is_csrf = name.contains("csrf") || name.contains("xsrf");
    let is_token = NAMES.contains(&name.as_str())
        || name.ends_with("token")
        || PARTS.iter().any(|part| name.contains(part));
    if is_token && !is_csrf { Meaning::Token } else { Meaning::Nothing }
}

/// Whether a step expects that its request is refused.
fn expects_refusal(step: &Node) -> bool {
    let Some(expect) = step.get("expect") else { return false };
    let refused = expect.get("refused").map(|node| &node.value);
    let status = expect.get("status");
    let is_refusal = |node: &Node| matches!(node.value, Value::Int(one) if REFUSALS.contains(&one));
    matches!(refused, Some(Value::Bool(true) | Value::Map(_)))
        || status.is_some_and(|node| {
            let items = node.items();
            is_refusal(node) || (!items.is_empty() && items.iter().all(is_refusal))
        })
}

/// A span without the white space after it.
fn trimmed(span: &Range<usize>, text: &str) -> Range<usize> {
    let written = text.get(span.clone()).unwrap_or_default();
    span.start..span.start + written.trim_end().len()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::load::file::yaml;
    use crate::model::source::diagnostic::report::Report;

    fn found(text: &str) -> Vec<&str> {
        let file: Arc<str> = "checks/a.yaml".into();
        let node = yaml::parse(text, 0..text.len(), &file, &mut Report::new()).unwrap();
        let mut all = Vec::new();
        in_checks(&node, text, &mut all);
        all.into_iter().map(|one| &text[one.span]).collect()
    }

    #[test]
    fn a_credential_in_a_request_or_a_program_is_found() {
        for (text, secret) in [
            ("steps: [{get: /a, headers: {X-Api-Key: k3Jd92lsQ0xAb}}]", "k3Jd92lsQ0xAb"),
            ("headers: {Authorization: Bearer k3Jd92lsQ0xAb}", "Bearer k3Jd92lsQ0xAb"),
            ("get: /a?page=1&api_key=k3Jd92lsQ0xAb&b=c", "k3Jd92lsQ0xAb"),
            ("query: {access_token: k3Jd92lsQ0xAb}", "k3Jd92lsQ0xAb"),
            ("json: {user: {password: Sup3rGeheim!}}", "Sup3rGeheim!"),
            ("form: {client_secret: k3Jd92lsQ0xAb}", "k3Jd92lsQ0xAb"),
            ("text: 'user=a&password=Sup3rGeheim'", "Sup3rGeheim"),
            ("run: [curl, -H, 'Authorization: Bearer k3Jd92lsQ0xAb', x]", "k3Jd92lsQ0xAb"),
            ("run: [tool, --token, k3Jd92lsQ0xAb]", "k3Jd92lsQ0xAb"),
            ("run: [tool, --password=Sup3rGeheim]", "Sup3rGeheim"),
            ("text: 'größe€password=Sup3rGeheim'", "Sup3rGeheim"),
        ] {
            assert_eq!(found(text), [secret], "{text}");
        }
    }

    #[test]
    fn made_up_credentials_and_other_values_are_not_found() {
        for text in [
            "headers: {Authorization: Bearer wrong-token-12345}",
            "headers: {X-Api-Key: '${secret:acme}', X-Csrf-Token: k3Jd92lsQ0xAb}",
            "{get: /a, headers: {X-Api-Key: k3Jd92lsQ0xAb}, expect: {status: 401}}",
            "{get: /a, headers: {X-Api-Key: k3Jd92lsQ0xAb}, expect: {refused: true}}",
            "{get: /a, expect: {json: {/token: k3Jd92lsQ0xAb}}}",
            "captures: {token: k3Jd92lsQ0xAb}",
            "json: {password: password, secret: no, tokens: 12}",
            "because: the token=k3Jd92lsQ0xAb is a sample",
            "get: /a?token=${token}&next=k3Jd92lsQ0xAb",
            "text: 'the password: it is long enough'",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
