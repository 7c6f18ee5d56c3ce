//! Expectations and actual values in English.

use serde_json::Value;

use crate::model::judge::Judged;
use crate::model::plan::expect::words::Part;
use crate::model::plan::expect::{
    Directive, Expectation, OfCookie, Refusal, Test, TestOutcome, Within,
};
use crate::model::time::{in_words, read_time};
use crate::render::wording::subject::{missing, short, subject};
use crate::render::wording::{address, cut, list, mail, plain, value};

/// The number of characters that are shown of a refusal: its status, and the target of a redirect.
const ANSWERED_MAX: usize = 200;

/// The pointer to what is wrong with the form of a `security.txt`.
const FAULTS: &str = "/body/security_txt/faults";

/// The number of characters that are shown of these faults.
const FAULTS_CHARS_MAX: usize = 300;

/// An expectation as a clause: `the status is 200`.
pub fn expected(expectation: &Expectation) -> String {
    if let ("/addresses" | "/certificates", Test::Every(within)) =
        (&expectation.at[..], &expectation.test)
        && let Some(clause) = address::of_each(within)
    {
        return format!("at every address, {clause}");
    }
    if expectation.at == FAULTS {
        return "the file has the form that RFC 9116 defines".to_owned();
    }
    mail::expected(expectation)
        .unwrap_or_else(|| of_test(&expectation.test, &subject(&expectation.at)))
}

/// The actual value that an expectation read.
pub fn actual(judged: &Judged) -> String {
    value(&judged.actual)
}

/// The actual value in a few words, with its meaning: `status 401`.
pub fn found(expectation: &Expectation, judged: &Judged) -> String {
    let actual = &judged.actual;
    if let (FAULTS, Some(faults)) = (&expectation.at[..], actual.as_array()) {
        let faults: Vec<&str> = faults.iter().filter_map(Value::as_str).collect();
        return cut(&format!("the file {}", list(&faults, "and")), FAULTS_CHARS_MAX);
    }
    if let Some(words) = mail::found(expectation, actual) {
        return words;
    }
    if let ("/certificates", Test::Every(within)) = (&expectation.at[..], &expectation.test)
        && let Some(words) = address::found(within, actual)
    {
        return words;
    }
    match &expectation.test {
        Test::Refused(refusal)
            if judged.outcome == TestOutcome::Met && is_by_body(refusal, actual) =>
        {
            format!("status {}, and {}", value(actual), list(&parts(&refusal.body), "and"))
        }
        Test::Refused(_) | Test::WithholdsData => match actual {
            Value::String(text) => format!("status {}", cut(&plain(text), ANSWERED_MAX)),
            _ => format!("status {}", value(actual)),
        },
        Test::ShowsCanary(_) | Test::ShowsExactly(_) | Test::ShowsNoForeignCanary => marks(actual),
        Test::NotAll(_) | Test::Allowed(_) => format!("status {}", value(actual)),
        Test::Unchanged => changes(actual),
        Test::StaysOn(_) => format!("the last address was {}", value(actual)),
        _ if actual.is_null() => missing(&expectation.at),
        Test::Every(within) | Test::Some(within) if within.at.starts_with('/') => {
            // Members of JSON have the names that the service gives them.
            let is_json = expectation.at.contains("/json");
            let name = within.at[1..].replace('/', " ");
            let name = if is_json { name } else { name.replace('_', " ") };
            format!("{}: {}", plain(&name), value(actual))
        }
        Test::NotOlderThan(_) | Test::AtLeastAhead(_) if let Some(time) = read_time(actual) => {
            format!("{} {}", short(&expectation.at), in_words(time))
        }
        _ => format!("{} {}", short(&expectation.at), value(actual)),
    }
}

/// The places that changed: JSON Pointers into the answer.
fn changes(found: &Value) -> String {
    let pointers = found.as_array().into_iter().flatten().filter_map(Value::as_str);
    let places: Vec<String> = pointers.map(subject).collect();
    match places.as_slice() {
        [] => "nothing changed".to_owned(),
        places => format!("changed: {}", list(places, "and")),
    }
}

fn marks(found: &Value) -> String {
    match found.as_array().map_or(0, Vec::len) {
        0 => "none of the planted marks".to_owned(),
        1 => "one of the planted marks".to_owned(),
        several => format!("{several} of the planted marks"),
    }
}

fn of_test(test: &Test, subject: &str) -> String {
    match test {
        Test::Every(within) if is_whole(within) => {
            format!("{subject} has entries, and each of them {}", predicate(&within.is))
        }
        Test::Every(within) => format!("{subject} has entries, and in each {}", entry(within)),
        Test::Some(within) if is_whole(within) => {
            format!("{subject} has an entry that {}", predicate(&within.is))
        }
        Test::Some(within) => format!("{subject} has an entry in which {}", entry(within)),
        Test::Refused(refusal) => refused(refusal),
        Test::Allowed(refusal) => {
            format!("it is not true that {}", list(&parts(&refusal.body), "and"))
        }
        Test::ShowsCanary(_) => "the answer contains the planted mark".to_owned(),
        Test::ShowsExactly(canaries) => match canaries.len() {
            0 => "the answer contains no planted mark".to_owned(),
            1 => "the answer contains the planted mark, and no other".to_owned(),
            count => format!("the answer contains these {count} planted marks, and no others"),
        },
        Test::ShowsNoForeignCanary => "the answer contains no data of another tenant".to_owned(),
        Test::WithholdsData => "the answer contains none of the owner's data".to_owned(),
        Test::Unchanged => {
            "the answer is the same as before, apart from what changes by itself".to_owned()
        }
        Test::StaysOn(origin) => format!("every redirect stays on {}", plain(origin)),
        Test::IfThere(test) if matches!(**test, Test::AddressesOn(_)) => of_test(test, subject),
        Test::IfThere(test) => format!("{subject} is not present, or {}", predicate(test)),
        Test::All(all) => list(&all.iter().map(entry).collect::<Vec<_>>(), "and"),
        Test::NotAll(all) => format!("it is not true that {}", list(&parts(all), "and")),
        Test::AddressesOn(origin) => {
            format!("{subject} contains no address outside {}", plain(origin))
        }
        other => format!("{subject} {}", predicate(other)),
    }
}

fn parts(all: &[Within]) -> Vec<String> {
    all.iter().map(|one| of_test(&one.is, &subject(&one.at))).collect()
}

fn predicate(test: &Test) -> String {
    match (test, test.clause()) {
        (_, Some(clause)) => clause.iter().map(part).collect(),
        (Test::Directive(directive), None) => of_directive(directive),
        (Test::Cookie(cookie), None) => of_cookie(cookie),
        (other, None) => of_test(other, "it"),
    }
}

fn part(part: &Part<'_>) -> String {
    match part {
        Part::Words(text) => text.clone(),
        Part::Quoted(text) => format!("“{}”", plain(text)),
        Part::Value(wanted) => value(wanted),
        Part::Values(wanted, conjunction) => list(&words(wanted), conjunction),
    }
}

fn of_directive(directive: &Directive) -> String {
    let name = plain(&directive.name);
    match &directive.is {
        None => format!("has the directive {name}"),
        Some(Test::Exists(false)) => format!("does not have the directive {name}"),
        Some(test) => format!("has the directive {name}, and its value {}", predicate(test)),
    }
}

fn of_cookie(cookie: &OfCookie) -> String {
    let name = plain(&cookie.name);
    match &cookie.is {
        Test::Exists(true) => format!("sets the cookie {name}"),
        Test::Exists(false) => format!("does not set the cookie {name}"),
        test => format!("sets the cookie {name}, which {}", predicate(test)),
    }
}

fn refused(refusal: &Refusal) -> String {
    let statuses: Vec<String> = refusal.statuses.iter().map(u16::to_string).collect();
    let statuses = Some(list(&statuses, "or")).filter(|_| !statuses.is_empty());
    let login = refusal.login.as_ref().map(|login| format!("a redirect to {}", plain(login)));
    let body = Some(parts(&refusal.body)).filter(|body| !body.is_empty());
    let body = body.map(|body| format!("an answer in which {}", list(&body, "and")));
    let all: Vec<String> = [statuses, login, body].into_iter().flatten().collect();
    format!("the answer is a refusal ({})", all.join(", or "))
}

/// Whether a refusal with this status is one because of its body.
fn is_by_body(refusal: &Refusal, actual: &Value) -> bool {
    let status = actual.as_u64().and_then(|status| u16::try_from(status).ok());
    status.is_some_and(|status| refusal.is_met_by_body(status))
}

/// Whether a test reads an entry as a whole, so that the clause needs no subject.
fn is_whole(within: &Within) -> bool {
    within.at.is_empty() && !matches!(within.is, Test::All(_))
}

fn entry(within: &Within) -> String {
    let subject = match within.at.as_str() {
        "" => "the entry itself".to_owned(),
        at => format!("“{}”", plain(at.trim_start_matches('/'))),
    };
    of_test(&within.is, &subject)
}

fn words(values: &[Value]) -> Vec<String> {
    values.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::period::Period;
    use crate::model::answer::ids::CanaryId;
    use serde_json::json;

    fn every_test() -> Vec<Expectation> {
        let within = |at: &str, is| Box::new(Within { at: at.into(), is });
        let max_age = Directive { name: "max-age".into(), is: Some(Test::AtLeast(31_536_000.0)) };
        vec![
            Expectation::new("/status", Test::Equals(json!(200))),
            Expectation::new("/status", Test::OneOf(vec![json!(200), json!(204)])),
            Expectation::new("/body/json/state", Test::NotEquals(json!("failed"))),
            Expectation::new("/body/text", Test::Contains("Security".into())),
            Expectation::new("/body/text", Test::NotContains("root:".into())),
            Expectation::new("/body/title", Test::StartsWith("Privacy".into())),
            Expectation::new("/url", Test::EndsWith("/security".into())),
            Expectation::new("/headers/x-frame-options/0", Test::Exists(true)),
            Expectation::new("/headers/x-powered-by", Test::Exists(false)),
            Expectation::new("/body/bytes", Test::AtMost(1024.0)),
            Expectation::new("/body/json/scopes", Test::SameSet(vec![json!("read"), json!("act")])),
            Expectation::new("/body/json/at", Test::NotOlderThan(Period::hours(24))),
            Expectation::new("/not_after", Test::AtLeastAhead(Period::days(14))),
            Expectation::new("/body/json", Test::Every(within("/why", Test::Exists(true)))),
            Expectation::new("/body/json", Test::Some(within("", Test::Equals(json!("x"))))),
            Expectation::new(
                "/headers/strict-transport-security",
                Test::Directive(Box::new(max_age)),
            ),
            Expectation::new("", Test::Refused(Refusal::standard().or_not_found())),
            Expectation::new("", Test::ShowsCanary(CanaryId(0))),
            Expectation::new("", Test::ShowsNoForeignCanary),
            Expectation::new("", Test::WithholdsData),
            Expectation::new("", Test::Unchanged),
            Expectation::new("", Test::StaysOn("https://addon.example.com".into())),
            Expectation::new(
                "/body/security_txt/canonical",
                Test::IfThere(Box::new(Test::Contains("https://addon.example.com/".into()))),
            ),
            Expectation::new(
                "/body/json/entries",
                Test::Some(within(
                    "",
                    Test::All(vec![
                        Within { at: "/signed".into(), is: Test::Equals(json!(true)) },
                        Within { at: "/at".into(), is: Test::NotOlderThan(Period::days(30)) },
                    ]),
                )),
            ),
            Expectation::new(
                "/body/json/baseUrl",
                Test::AddressesOn("https://addon.example.com".into()),
            ),
            Expectation::new(
                "/body/json/links",
                Test::IfThere(Box::new(Test::AddressesOn("https://addon.example.com".into()))),
            ),
            Expectation::new(
                "/addresses",
                Test::Every(within(
                    "/version",
                    Test::OneOf(vec![json!("TLS 1.2"), json!("TLS 1.3")]),
                )),
            ),
            Expectation::new(
                "/certificates",
                Test::Every(within("/valid_until", Test::AtLeastAhead(Period::days(14)))),
            ),
            Expectation::new("/addresses", Test::Every(within("/why", Test::Exists(true)))),
        ]
    }

    #[test]
    fn every_test_reads_as_a_clause() {
        let read: Vec<String> = every_test().iter().map(expected).collect();
        insta::assert_snapshot!(read.join("\n"), @r"
        the status is 200
        the status is 200 or 204
        “state” in the body is present and is not “failed”
        the body contains “Security”
        the body does not contain “root:”
        the page's title begins with “Privacy”
        the last address ends with “/security”
        the header X-Frame-Options is present
        the header X-Powered-By is not present
        the body's length in bytes is at most 1024
        “scopes” in the body is exactly “read” and “act”, in any order
        “at” in the body is at most 24 hours old
        the day on which the certificate expires is at least 14 days ahead
        the body's JSON has entries, and in each “why” is present
        the body's JSON has an entry that is “x”
        the header Strict-Transport-Security has the directive max-age, and its value is at least 31536000
        the answer is a refusal (400, 401, 403 or 404)
        the answer contains the planted mark
        the answer contains no data of another tenant
        the answer contains none of the owner's data
        the answer is the same as before, apart from what changes by itself
        every redirect stays on https://addon.example.com
        the list of the file's own addresses is not present, or contains “https://addon.example.com/”
        “entries” in the body has an entry in which “signed” is true and “at” is at most 30 days old
        “baseUrl” in the body contains no address outside https://addon.example.com
        “links” in the body contains no address outside https://addon.example.com
        at every address, the connection uses TLS 1.2 or TLS 1.3
        at every address, every certificate of the chain is valid for at least another 14 days
        the list of addresses has entries, and in each “why” is present
        ");
    }

    #[test]
    fn actual_values_are_named_after_their_pointers() {
        let judged = |actual| Judged { outcome: TestOutcome::NotMet, actual, look: 0 };
        let time = Expectation::new("/body/json/at", Test::NotOlderThan(Period::hours(24)));
        assert_eq!(
            found(&time, &judged(json!("2026-11-20T10:00:00Z"))),
            "at: 20 Nov 2026, 10:00 UTC"
        );
        let status = Expectation::new("/status", Test::Equals(json!(200)));
        assert_eq!(found(&status, &judged(json!(500))), "status 500");
        let foreign = Expectation::new("", Test::ShowsNoForeignCanary);
        assert_eq!(found(&foreign, &judged(json!([1]))), "one of the planted marks");
    }
}
