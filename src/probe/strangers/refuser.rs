//! Who refuses: the service, or a firewall in front of it; and for which reason.
//!
//! The answers to strangers are not stored, so what `model::plan::expect::refusal` needs to know of them is
//! found out here, and becomes the fact `/refusal`.

use serde_json::{Map, Value, json};

use crate::model::answer::facts::Facts;
use crate::model::plan::Step;
use crate::probe::strangers::graphql;

/// Header fields by which a firewall reports that it answered itself, with the beginning of their value.
///
/// Cloudflare, "Detect a challenge page response"; AWS WAF, "How CAPTCHA and Challenge respond"; Vercel,
/// "Attack challenge mode"; DataDome, "Server-side integration"; Sucuri, "Block pages".
const CHALLENGE_FIELDS: [(&str, &str, &str); 7] = [
    ("cf-mitigated", "", "Cloudflare"),
    ("x-amzn-waf-action", "", "AWS WAF"),
    ("x-vercel-mitigated", "", "Vercel"),
    ("x-vercel-challenge-token", "", "Vercel"),
    ("x-datadome", "", "DataDome"),
    ("x-sucuri-block", "", "Sucuri"),
    ("server", "ddos-guard", "DDoS-Guard"),
];

/// Texts that only the pages of a firewall contain, in lower case.
const CHALLENGE_TEXTS: [(&str, &str); 11] = [
    ("/cdn-cgi/challenge-platform/", "Cloudflare"),
    ("cf-error-details", "Cloudflare"),
    ("window._cf_chl_opt", "Cloudflare"),
    ("_incapsula_resource", "Imperva"),
    ("awswafintegration", "AWS WAF"),
    ("captcha-delivery.com", "DataDome"),
    ("perimeterx", "HUMAN"),
    ("px-captcha", "HUMAN"),
    ("the requested url was rejected. please consult with your administrator", "F5"),
    ("errors.edgesuite.net", "Akamai"),
    ("sucuri website firewall", "Sucuri"),
];

/// Servers that are placed in front of services; in lower case.
const EDGES: [&str; 7] =
    ["akamaighost", "awselb", "bigip", "big-ip", "cloudproxy", "imperva", "fortiweb"];

/// Beginnings of words that speak of credentials or of access, in English, German, French, Spanish,
/// Italian, Dutch and Portuguese; in lower case.
const OF_CREDENTIALS: [&str; 48] = [
    "auth",
    "token",
    "jwt",
    "jws",
    "credential",
    "signature",
    "signed",
    "qsh",
    "issuer",
    "audience",
    "expired",
    "permission",
    "permitted",
    "forbid",
    "denied",
    "access",
    "allowed",
    "login",
    "log in",
    "logged in",
    "sign in",
    "signed in",
    "signin",
    "api key",
    "api-key",
    "apikey",
    "api_key",
    "bearer",
    "session",
    "secret",
    "password",
    "user",
    "tenant",
    "client",
    "installed",
    "algorithm",
    "claim",
    "anmeld",
    "berechtig",
    "zugang",
    "zugriff",
    "jeton",
    "identif",
    "accès",
    "acceso",
    "sesión",
    "accesso",
    "toegang",
];

/// The fact `/refusal/bodies` of an answer that these steps judge: whether its body refuses, for each that says
/// which bodies do. `None` if none of them does.
pub(crate) fn bodies<'s>(
    judged: impl Iterator<Item = &'s Step>,
    facts: &mut Value,
) -> Option<Value> {
    let all = judged.flat_map(|step| &step.expect).filter_map(|one| one.test.refusing_body());
    let answer = Facts(facts.take());
    let mut found: Vec<Value> = Vec::new();
    for refusal in all {
        let fact = refusal.body_fact(refusal.is_body_of(&answer));
        if !found.contains(&fact) {
            found.push(fact);
        }
    }
    *facts = answer.0;
    (!found.is_empty()).then_some(Value::Array(found))
}

/// Parts of the fact `/refusal` of an answer to a step; `None` if there is nothing to report.
pub(crate) fn refusal(step: &Step, facts: &Value) -> Option<Map<String, Value>> {
    let mut found = Map::new();
    if step.request().is_some_and(|request| request.operation().is_some())
        && let Some(outcome) = graphql::outcome(facts)
    {
        found.insert("graphql".into(), outcome.into());
    }
    if let Some(name) = challenge(facts) {
        found.insert("challenge".into(), name.into());
    }
    let server = field(facts, "server").unwrap_or_default();
    if EDGES.iter().any(|edge| server.to_ascii_lowercase().starts_with(edge)) {
        found.insert("edge".into(), server.into());
    }
    if facts.get("status").and_then(Value::as_u64) == Some(400) && gives_other_reason(facts) {
        found.insert("other_reason".into(), json!(true));
    }
    (!found.is_empty()).then_some(found)
}

fn challenge(facts: &Value) -> Option<&'static str> {
    let by_field = CHALLENGE_FIELDS.iter().find(|(name, start, _)| {
        field(facts, name).is_some_and(|value| value.to_ascii_lowercase().starts_with(start))
    });
    if let Some((_, _, firewall)) = by_field {
        return Some(firewall);
    }
    let text = facts.pointer("/body/text").and_then(Value::as_str)?.to_lowercase();
    CHALLENGE_TEXTS.iter().find(|(part, _)| text.contains(part)).map(|(_, firewall)| *firewall)
}

/// Whether a text, in lower case, speaks of credentials or of access.
pub(super) fn is_about_credentials(text: &str) -> bool {
    OF_CREDENTIALS.iter().any(|word| text.contains(word))
}

/// Whether a 400 gives reasons, none of which has to do with credentials. Without any text, the owner's
/// success with the same request shows the reason.
fn gives_other_reason(facts: &Value) -> bool {
    let body = facts.get("body");
    let json = body.and_then(|body| body.get("json")).map(Value::to_string);
    let text = body.and_then(|body| body.get("text")).and_then(Value::as_str).map(str::to_owned);
    let Some(text) = json.or(text).map(|text| text.to_lowercase()) else {
        return false;
    };
    let reasons = text.chars().filter(|c| c.is_alphabetic()).count();
    let challenged = field(facts, "www-authenticate").is_some();
    // “Bad Request” alone gives no reason.
    let bare = text.replace("bad request", "").replace("bad_request", "").replace("badrequest", "");
    let bare = bare.chars().filter(|c| c.is_alphabetic()).count();
    reasons > 0 && bare > 0 && !challenged && !is_about_credentials(&text)
}

fn field<'f>(facts: &'f Value, name: &str) -> Option<&'f str> {
    facts.get("headers")?.get(name)?.get(0)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(facts: &Value) -> Option<Value> {
        use crate::model::plan::request::Request;
        use crate::model::plan::{ANYONE, Role};
        let step = Step::http(Role::Probe, "reads", ANYONE, Request::get("/"));
        super::refusal(&step, facts).map(Value::Object)
    }

    fn answer(status: u16, fields: Value, text: &str) -> Value {
        json!({"status": status, "headers": fields, "body": {"text": text}})
    }

    #[test]
    fn a_firewall_is_recognised_and_a_service_behind_one_is_not_taken_for_it() {
        let found = |fields, text: &str| refusal(&answer(403, fields, text));
        let cloudflare = Some(json!({"challenge": "Cloudflare"}));
        assert_eq!(found(json!({"cf-mitigated": ["challenge"]}), ""), cloudflare);
        assert_eq!(found(json!({}), "<script src=/cdn-cgi/challenge-platform/x>"), cloudflare);
        assert_eq!(found(json!({"server": ["cloudflare"], "cf-ray": ["1"]}), "forbidden"), None);
        let edge = found(json!({"server": ["AkamaiGHost"]}), "Access Denied");
        assert_eq!(edge, Some(json!({"edge": "AkamaiGHost"})));
    }

    #[test]
    fn a_400_is_about_credentials_unless_it_says_otherwise() {
        let other = |text: &str| refusal(&answer(400, json!({}), text)).is_some();
        for text in ["", "Bad Request", "{}", "the token has expired", "Anmeldung nötig"] {
            assert!(!other(text), "{text}");
        }
        for text in ["quantity must be a number", "the Host header is missing"] {
            assert!(other(text), "{text}");
        }
        let about = json!({"www-authenticate": ["Bearer"]});
        assert_eq!(refusal(&answer(400, about, "invalid_request")), None);
        assert_eq!(refusal(&answer(401, json!({}), "quantity must be a number")), None);
    }
}
