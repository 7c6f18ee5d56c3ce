//! What counts as a refusal, as authors write it: for a project, an actor, an end point or a step.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Value, json};
use url::Url;

use crate::model::answer::facts::Facts;
use crate::model::plan::expect::refusal::LATER;
use crate::model::plan::expect::{Expectation, Refusal, Test, Within};
use crate::model::source::decode::Spanned;
use crate::model::written::test::Tests;

/// The minimum length of a text that only a refusal contains, in letters and digits.
const TEXT_CHARS_MIN: usize = 4;

/// What counts as a refusal. The nearest one decides alone: of the step or end point, else of the actor
/// that sends the request, else of the project.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Refused")]
pub struct WrittenRefusal {
    /// The statuses that refuse whatever the body contains, such as `[401, 404]`; `[400, 401, 403]` if left
    /// out. A status of a success refuses only together with `json`, `title` or `text`.
    statuses: Option<Spanned<Vec<Spanned<u16>>>>,
    /// The beginning of the address of a redirect that refuses too: a path such as `/login` on the host that
    /// answered, or a whole `https:` address, such as that of another company's log-in page.
    login: Option<Spanned<String>>,
    /// Tests of the JSON body, by JSON Pointer, such as `/errors/0/extensions/code: UNAUTHENTICATED`. An answer
    /// with a status from 200 to 299 or from 400 to 499 refuses too if it passes all tests of `json`, `title` and `text`.
    /// The answer to a control must not pass them.
    #[serde(default)]
    json: BTreeMap<String, Spanned<Tests>>,
    /// Tests of the title of an HTML page, such as `Log in`.
    title: Option<Spanned<Tests>>,
    /// Tests of a text body, such as `{ contains: Please log in }`.
    text: Option<Spanned<Tests>>,
}

const NAMES: &[&str] = &["statuses", "login", "json", "title", "text"];

/// A mistake: its bytes in the file, the message, and the remedy.
pub(crate) type Mistake = (Range<usize>, String, &'static str);

impl WrittenRefusal {
    /// The definition, and the mistakes in it. `target` is the target's origin.
    pub(crate) fn read(&self, target: Option<&Url>) -> (Refusal, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        let body = self.body(&mut mistakes);
        let statuses = self.statuses(!body.is_empty(), &mut mistakes);
        self.report_login(target, &mut mistakes);
        let login = self.login.as_ref().map(|login| login.value.clone());
        (Refusal { statuses, login, body }, mistakes)
    }

    fn statuses(&self, has_body: bool, mistakes: &mut Vec<Mistake>) -> BTreeSet<u16> {
        let Some(written) = &self.statuses else {
            return Refusal::standard().statuses;
        };
        if written.is_empty() && !has_body {
            let help = "leave `statuses:` out for `[400, 401, 403]`";
            let message = "no status is left that counts as a refusal".to_owned();
            mistakes.push((written.span.clone(), message, help));
        }
        let mut all = BTreeSet::new();
        for status in written.iter() {
            match status.value {
                200..=299 if has_body => {}
                code @ 400..=499 if !LATER.contains(&code) => {
                    all.insert(code);
                }
                code => mistakes.push((
                    status.span.clone(),
                    format!("status {code} is not a refusal"),
                    help_for(code),
                )),
            }
        }
        all
    }

    /// A log-in page anywhere on a host is every redirect within the service.
    fn report_login(&self, target: Option<&Url>, mistakes: &mut Vec<Mistake>) {
        let Some(login) = &self.login else { return };
        let is_path = login.starts_with('/') && !login.starts_with("//");
        let url = Url::parse(login).ok().filter(|url| url.scheme() == "https");
        if !is_path && url.is_none() {
            let message = format!("`{}` is not a path", login.value);
            let help = "write it like `/login`, or as a whole `https:` address on another host";
            mistakes.push((login.span.clone(), message, help));
        }
        let is_root = |url: &Url| {
            let own = target.is_some_and(|target| target.origin() == url.origin());
            own && url.path() == "/" && url.query().is_none()
        };
        if login.value == "/" || url.as_ref().is_some_and(is_root) {
            let message = "every redirect within the service would count as a refusal".to_owned();
            let help = "write the path of the log-in page, such as `/login`";
            mistakes.push((login.span.clone(), message, help));
        }
    }

    fn body(&self, mistakes: &mut Vec<Mistake>) -> Vec<Within> {
        let of_json = self.json.iter().map(|(at, tests)| (format!("/body/json{at}"), tests));
        let title = self.title.iter().map(|tests| ("/body/title".to_owned(), tests));
        let text = self.text.iter().map(|tests| ("/body/text".to_owned(), tests));
        let written: Vec<(String, &Spanned<Tests>)> = of_json.chain(title).chain(text).collect();
        for at in self.json.iter().filter(|(at, _)| !at.is_empty() && !at.starts_with('/')) {
            let message = format!("`{}` is not a JSON Pointer", at.0);
            mistakes.push((at.1.span.clone(), message, "write it like `/errors/0/code`"));
        }
        let of = |(at, tests): &(String, &Spanned<Tests>)| -> Vec<Within> {
            tests.all.iter().map(|is| Within { at: at.clone(), is: is.clone() }).collect()
        };
        let body: Vec<Within> = written.iter().flat_map(of).collect();
        if let Some((_, tests)) = written.first()
            && let Some((message, help)) = too_wide(&body)
        {
            mistakes.push((tests.span.clone(), message.to_owned(), help));
        }
        body
    }
}

fn help_for(status: u16) -> &'static str {
    match status {
        200..=299 => {
            "a success refuses only by its body: add `json:`, `title:` or `text:` with what only a \
             refusal contains"
        }
        300..=399 => "name the log-in page to which it leads: `login: /login`",
        _ => "write statuses from 400 to 499, such as `[401, 403, 404]`",
    }
}

const WRITE_CONTENT: &str = "write what only a refusal contains, such as \
                             `json: { /errors/0/extensions/code: UNAUTHENTICATED }` or `title: Log in`";

/// Why ordinary answers would count as refusals, with the remedy.
fn too_wide(body: &[Within]) -> Option<(&'static str, &'static str)> {
    let expectations = || body.iter().map(|one| Expectation::new(one.at.clone(), one.is.clone()));
    if let Some(triviality) = expectations().find_map(|one| one.triviality()) {
        use crate::model::plan::expect::trivial::Triviality;
        return Some(match triviality {
            Triviality::Always => ("any answer would count as a refusal", WRITE_CONTENT),
            Triviality::Never => ("no answer can meet this test", WRITE_CONTENT),
        });
    }
    if expectations().all(|one| one.is_refusal_or_absence()) {
        return Some(("every answer without this would count as a refusal", WRITE_CONTENT));
    }
    if body.iter().any(|one| of_short_text(&one.at, &one.is)) {
        return Some((
            "this text is so short that ordinary answers contain it, which would count as refusals",
            WRITE_CONTENT,
        ));
    }
    let refusal = Refusal { body: body.to_vec(), ..Refusal::standard() };
    let ordinary = ordinary().into_iter().any(|body| {
        refusal.is_body_of(&Facts(json!({ "status": 200, "body": body }))) == Some(true)
    });
    ordinary.then_some(("an ordinary answer would count as a refusal", WRITE_CONTENT))
}

/// Whether a test of a text only looks for a few characters in it.
fn of_short_text(at: &str, test: &Test) -> bool {
    let is_short =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count() < TEXT_CHARS_MIN;
    let is_text = matches!(at, "/body/text" | "/body/title");
    match test {
        Test::Contains(text) | Test::StartsWith(text) | Test::EndsWith(text) => {
            is_text && is_short(text)
        }
        _ => false,
    }
}

/// Bodies of answers that refuse nobody.
fn ordinary() -> [Value; 5] {
    let page = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
                content=\"width=device-width, initial-scale=1\"><title>Home</title><link \
                rel=\"stylesheet\" href=\"/style.css\"><script src=\"/app.js\"></script></head><body>\
                <header><nav><a href=\"/\">Home</a></nav></header><main><div id=\"root\"><h1>Home</h1>\
                <p>Welcome</p></div></main><footer></footer></body></html>";
    let object = json!({
        "id": 1, "name": "a name", "status": "ok", "code": 200, "success": true, "ok": true,
        "message": "OK", "data": { "id": 1, "name": "a name" }, "items": [{ "id": 1 }],
        "total": 1, "version": "1.0.0"
    });
    [
        json!({ "bytes": 2, "json": {}, "text": "{}" }),
        json!({ "bytes": 2, "json": [], "text": "[]" }),
        json!({ "bytes": 99, "json": object, "text": object.to_string() }),
        json!({ "bytes": 9, "json": [{ "id": 1 }], "text": "[{\"id\":1}]" }),
        json!({ "bytes": page.len(), "text": page, "title": "Home" }),
    ]
}

/// `refused:` of a step: `true` for what the actor or the project counts as a refusal, or a rule of its own.
#[derive(Clone, Debug)]
pub(crate) enum Refused {
    /// `true` or `false`.
    Whether(bool),
    /// A rule of its own.
    By(Box<WrittenRefusal>),
}

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RefusedVisitor;
        impl<'de> Visitor<'de> for RefusedVisitor {
            type Value = Refused;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("`true`, or a mapping with what counts as a refusal")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Refused, E> {
                Ok(Refused::Whether(value))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Refused, A::Error> {
                WrittenRefusal::deserialize(MapAccessDeserializer::new(map))
                    .map(|rule| Refused::By(Box::new(rule)))
            }
        }
        // With the list of names, an unknown name is reported with a suggestion.
        deserializer.deserialize_struct("Refused", NAMES, RefusedVisitor)
    }
}

impl JsonSchema for Refused {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WhetherRefused".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let rule = generator.subschema_for::<WrittenRefusal>();
        json_schema_of(&rule)
    }
}

fn json_schema_of(rule: &schemars::Schema) -> schemars::Schema {
    schemars::json_schema!({
        "description": "`true`, or what counts as a refusal of this request",
        "anyOf": [{ "type": "boolean" }, rule]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_on_the_list_that_unknown_keys_are_compared_with() {
        let schema = schemars::schema_for!(WrittenRefusal).to_value();
        let mut properties: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
        let mut names = NAMES.to_vec();
        properties.sort();
        names.sort_unstable();
        assert_eq!(properties, names);
    }

    fn wide(at: &str, test: Test) -> bool {
        too_wide(&[Within { at: at.into(), is: test }]).is_some()
    }

    #[test]
    fn a_body_that_ordinary_answers_have_is_too_wide() {
        let (text, title) = ("/body/text", "/body/title");
        for test in [
            Test::Contains(String::new()),
            Test::Contains("e".into()),
            Test::Contains("<p>".into()),
            Test::Contains("html".into()),
            Test::StartsWith("<!doctype".into()),
            Test::NotContains("orders".into()),
            Test::Exists(true),
        ] {
            assert!(wide(text, test.clone()), "{test:?}");
        }
        assert!(wide(title, Test::Exists(true)));
        assert!(wide("/body/json", Test::Exists(true)));
        assert!(wide("/body/json/data", Test::Exists(false)));
        assert!(wide("/body/json/success", Test::Equals(json!(true))));
        assert!(wide("/body/json/code", Test::NotEquals(json!(0))));
    }

    #[test]
    fn a_body_that_only_refusals_have_is_not() {
        assert!(!wide("/body/json/errors", Test::Exists(true)));
        assert!(!wide(
            "/body/json/errors/0/extensions/code",
            Test::Equals(json!("UNAUTHENTICATED"))
        ));
        assert!(!wide("/body/json/code", Test::OneOf(vec![json!(101), json!(209)])));
        assert!(!wide("/body/json/success", Test::Equals(json!(false))));
        assert!(!wide("/body/title", Test::Equals(json!("Log in"))));
        assert!(!wide("/body/text", Test::Contains("Please log in".into())));
    }
}
