//! Expectations as authors write them: the conditions that an answer must meet.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::{Value, json};

use crate::check::kind::Context;
use crate::check::written::limits;
use crate::check::written::placeholders::Names;
use crate::check::written::took::Took;
use crate::model::answer::ids::CanaryId;
use crate::model::plan::expect::trivial::Triviality;
use crate::model::plan::expect::{Expectation, Refusal, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::request::Request;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;
use crate::model::source::diagnostic::report::Report;
use crate::model::written::refusal::{Refused, WrittenRefusal};
use crate::model::written::test::Tests;

/// What must be true of an answer: all of it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Expect {
    /// The status, or a list of statuses, one of which it must be.
    pub(crate) status: Option<Spanned<Statuses>>,
    /// Tests of header fields, by name.
    pub(crate) header: BTreeMap<String, Spanned<Tests>>,
    /// Tests of the JSON body, by JSON Pointer (RFC 6901), such as `/items/0/id`.
    pub(crate) json: BTreeMap<String, Spanned<Tests>>,
    /// Tests of a text body.
    pub(crate) text: Option<Spanned<Tests>>,
    /// Tests of the title of an HTML page.
    pub(crate) title: Option<Spanned<Tests>>,
    /// Tests of the length of the body in bytes.
    pub(crate) bytes: Option<Spanned<Tests>>,
    /// How long the answer may take, as in `{ at_most: 2s }`. It is measured from one place, and a slow network
    /// counts. No answer in time is inconclusive.
    pub(crate) took: Option<Spanned<Took>>,
    /// `true`: the answer is a refusal (400, 401, 403, or as `refused:` of the actor or the project defines it).
    /// A mapping defines what counts as a refusal of this request alone.
    pub(crate) refused: Option<Spanned<Refused>>,
    /// `true`: 404 counts as a refusal too; only for an object of another tenant.
    pub(crate) or_not_found: Option<bool>,
    /// The actors whose marks the answer must show; it must show no others. `[]`: it shows none.
    pub(crate) shows: Option<Spanned<Vec<Spanned<String>>>>,
}

/// The context of an [`Expect`].
pub(crate) struct Reading<'a> {
    /// The known placeholders.
    pub(crate) names: &'a Names<'a>,
    /// The actors that planted a canary, in the order of the plan's canaries.
    pub(crate) planters: &'a [&'a str],
    /// The actor that sends the request.
    pub(crate) actor: &'a str,
    /// The bytes of the expectation in the file.
    pub(crate) span: Range<usize>,
}

/// What an author counts as a refusal. Reports mistakes.
pub(crate) fn refusal_by(
    rule: &WrittenRefusal,
    context: &Context<'_>,
    diagnostics: &mut Report,
) -> Refusal {
    let (refusal, mistakes) = rule.read(Some(&context.project.world.target));
    for (span, message, help) in mistakes {
        diagnostics.push(context.mistake(Code::BadRefusal, &span, message).help(help));
    }
    refusal
}

impl Expect {
    /// The expectations, in the order of the documentation. Reports mistakes.
    pub(crate) fn read(&self, reading: &Reading<'_>, diagnostics: &mut Report) -> Vec<Expectation> {
        let mut all = self.tests(reading, diagnostics);
        all.extend(self.refusal(reading, diagnostics));
        all.extend(self.shown(reading, diagnostics));
        self.report_emptiness(reading, &all, diagnostics);
        all
    }

    /// The tests of single values. Reports mistakes in them.
    pub(crate) fn tests(
        &self,
        reading: &Reading<'_>,
        diagnostics: &mut Report,
    ) -> Vec<Expectation> {
        let mut all = self.status(reading, diagnostics);
        all.extend(self.of_header(reading, diagnostics));
        all.extend(self.of_body(reading, diagnostics));
        all.extend(self.took.as_ref().map(|took| took.expectation()));
        all
    }

    fn status(&self, reading: &Reading<'_>, diagnostics: &mut Report) -> Vec<Expectation> {
        let Some(status) = &self.status else {
            return Vec::new();
        };
        let expectation = Expectation::new("/status", status.test());
        if !report_failure(status, reading.names.context, diagnostics) {
            report_triviality(&expectation, &status.span, reading, diagnostics);
        }
        vec![expectation]
    }

    fn of_header(&self, reading: &Reading<'_>, diagnostics: &mut Report) -> Vec<Expectation> {
        let mut all = Vec::new();
        for (name, tests) in &self.header {
            let tests = Tested { at: header(name), tests };
            all.extend(tests.read(of_header, reading, diagnostics));
        }
        all
    }

    fn of_body(&self, reading: &Reading<'_>, diagnostics: &mut Report) -> Vec<Expectation> {
        let mut all = Vec::new();
        for (pointer, tests) in &self.json {
            report_bad_pointer(pointer, &tests.span, reading, diagnostics);
            let tests = Tested { at: format!("/body/json{pointer}"), tests };
            all.extend(tests.read(Expectation::new, reading, diagnostics));
        }
        let texts = [
            ("/body/text", &self.text),
            ("/body/title", &self.title),
            ("/body/bytes", &self.bytes),
        ];
        for (at, tests) in texts {
            if let Some(tests) = tests {
                let tests = Tested { at: at.to_owned(), tests };
                all.extend(tests.read(Expectation::new, reading, diagnostics));
            }
        }
        all
    }

    /// The limits among the tests, each with the name of the value that it limits.
    pub(crate) fn limits(&self) -> Vec<Parameter> {
        let of_body = [("text", &self.text), ("title", &self.title), ("bytes", &self.bytes)];
        let of_body = of_body.into_iter().filter_map(|(name, tests)| Some((name, tests.as_ref()?)));
        let by_name = self.header.iter().chain(&self.json);
        let by_name = by_name.map(|(name, tests)| (name.as_str(), tests));
        let mut all = limits::of_tests(by_name.chain(of_body));
        all.extend(self.took.as_ref().map(|took| took.limit()));
        all
    }

    /// Whether the body is tested, so that the evidence must keep it.
    pub(crate) fn reads_body(&self) -> bool {
        !self.json.is_empty() || self.text.is_some() || self.title.is_some()
    }

    fn refusal(&self, reading: &Reading<'_>, diagnostics: &mut Report) -> Option<Expectation> {
        let context = reading.names.context;
        let refused = self.refused.as_ref()?;
        if matches!(refused.value, Refused::Whether(false)) {
            let message = "`refused` can only be `true`";
            let help = "leave it out, and write what the answer must be";
            diagnostics.push(context.mistake(Code::EmptyExpect, &refused.span, message).help(help));
        }
        if self.reads_body() {
            let message = "the body of a refusal is not kept, so it cannot be tested";
            let mistake = context.mistake(Code::MisplacedExpect, &refused.span, message);
            diagnostics.push(mistake.help("remove the tests of the body, or `refused:`"));
        }
        let refusal = match &refused.value {
            Refused::Whether(_) => context.project.refusal_of(reading.actor).clone(),
            Refused::By(rule) => refusal_by(rule, context, diagnostics),
        };
        let refusal = match self.or_not_found {
            Some(true) => refusal.or_not_found(),
            _ => refusal,
        };
        Some(Expectation::new("", Test::Refused(refusal)))
    }

    fn shown(&self, reading: &Reading<'_>, diagnostics: &mut Report) -> Option<Expectation> {
        let mut all = Vec::new();
        for actor in &self.shows.as_ref()?.value {
            let index = reading.planters.iter().position(|planter| *planter == actor.value);
            let Some(canary) = index.map(CanaryId) else {
                let message = format!("no earlier step of `{}` writes `${{canary}}`", actor.value);
                let help = help_with_list(actor, reading.planters.iter().copied());
                let context = reading.names.context;
                diagnostics.push(context.mistake(Code::NoCanary, &actor.span, message).help(help));
                continue;
            };
            all.push(canary);
        }
        Some(Expectation::new("", Test::ShowsExactly(all)))
    }

    fn report_emptiness(
        &self,
        reading: &Reading<'_>,
        all: &[Expectation],
        diagnostics: &mut Report,
    ) {
        let context = reading.names.context;
        if all.is_empty() {
            let message = "there is no expectation here: any answer would pass";
            let help = "write `status:`, `header:`, `json:`, `text:` or `refused:` with a test";
            diagnostics.push(context.mistake(Code::EmptyExpect, &reading.span, message).help(help));
        }
        if self.or_not_found.is_some() && self.refused.is_none() {
            let message = "`or_not_found` widens `refused`, which is missing";
            let mistake = context.mistake(Code::MisplacedExpect, &reading.span, message);
            diagnostics.push(mistake.help("add `refused: true`, or remove it"));
        }
    }
}

/// One or several statuses, one of which the answer must have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statuses(Vec<u16>);

impl Statuses {
    /// The test of it.
    pub(crate) fn test(&self) -> Test {
        match self.0[..] {
            [only] => Test::Equals(json!(only)),
            _ => Test::OneOf(self.0.iter().map(|status| json!(status)).collect()),
        }
    }
}

impl<'de> Deserialize<'de> for Statuses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StatusVisitor;
        impl<'de> Visitor<'de> for StatusVisitor {
            type Value = Statuses;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a status such as 200, or a list of them")
            }

            fn visit_i64<E: serde::de::Error>(self, status: i64) -> Result<Statuses, E> {
                let known = u16::try_from(status).ok().filter(|s| (100..600).contains(s));
                let wrong = || {
                    E::custom(format!(
                        "{status} is not an HTTP status: write a number from 100 to 599"
                    ))
                };
                known.map(|status| Statuses(vec![status])).ok_or_else(wrong)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Statuses, A::Error> {
                let mut all = Vec::new();
                while let Some(Statuses(one)) = items.next_element()? {
                    all.extend(one);
                }
                match all.is_empty() {
                    true => Err(A::Error::custom(
                        "the list of statuses is empty: write one, such as `[200]`",
                    )),
                    false => Ok(Statuses(all)),
                }
            }
        }
        deserializer.deserialize_any(StatusVisitor)
    }
}

impl JsonSchema for Statuses {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Statuses".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let status = json!({"type": "integer", "minimum": 100, "maximum": 599});
        let list = json!({"type": "array", "items": status, "minItems": 1});
        schemars::json_schema!({
            "description": "a status, or a list of statuses, one of which it must be",
            "anyOf": [status, list]
        })
    }
}

/// The pointer into the facts that an author means: `/id` in the JSON body, `header location`,
/// `title`.
pub(crate) fn pointer(written: &str) -> Option<String> {
    if written.starts_with('/') {
        return Some(format!("/body/json{written}"));
    }
    match written.split_once(' ') {
        Some(("header", name)) => Some(format!("{}/0", header(name.trim()))),
        None if written == "title" => Some("/body/title".into()),
        _ => None,
    }
}

/// The pointer to all values of a header field.
pub(crate) fn header(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace('~', "~0").replace('/', "~1");
    format!("/headers/{name}")
}

/// A test of a header field, with all its values. Numbers are written as text there.
fn of_header(at: String, test: Test) -> Expectation {
    let text = |value: Value| match value {
        Value::Number(_) | Value::Bool(_) => Value::String(value.to_string()),
        other => other,
    };
    let texts = |values: Vec<Value>| values.into_iter().map(text).collect();
    let test = match test {
        Test::Equals(value) => Test::Equals(text(value)),
        Test::NotEquals(value) => Test::NotEquals(text(value)),
        Test::OneOf(values) => Test::OneOf(texts(values)),
        Test::NotOneOf(values) => Test::NotOneOf(texts(values)),
        other => other,
    };
    Expectation::new(at, test)
}

/// The pointer to the header field that sets cookies.
const COOKIES: &str = "/headers/set-cookie";

/// The tests of one value.
struct Tested<'a> {
    at: String,
    tests: &'a Spanned<Tests>,
}

impl Tested<'_> {
    /// The expectations of it. Reports those that any answer meets, or none.
    fn read(
        &self,
        expectation: impl Fn(String, Test) -> Expectation,
        reading: &Reading<'_>,
        diagnostics: &mut Report,
    ) -> Vec<Expectation> {
        let tests = filled(self.tests, reading, diagnostics).into_iter();
        let all: Vec<_> = tests.map(|test| expectation(self.at.clone(), test)).collect();
        for one in &all {
            report_triviality(one, &self.tests.span, reading, diagnostics);
        }
        if self.at != COOKIES && all.iter().any(|one| matches!(one.test, Test::Cookie(_))) {
            let message = "`cookie` names a cookie of the header field `set-cookie`";
            let context = reading.names.context;
            let mistake = context.mistake(Code::MisplacedExpect, &self.tests.span, message);
            diagnostics.push(mistake.help("move this test to `set-cookie:`"));
        }
        all
    }
}

fn report_triviality(
    expectation: &Expectation,
    span: &Range<usize>,
    reading: &Reading<'_>,
    diagnostics: &mut Report,
) {
    let (message, help) = match expectation.triviality() {
        None => return,
        Some(Triviality::Always) => (
            "any answer meets this expectation, so it shows nothing",
            "write a test that fails if the claim is false, or leave this one out",
        ),
        Some(Triviality::Never) => (
            "no answer can meet this expectation",
            "write a value that the answer can have; for `null`, which counts as absent, write \
             `exists: false`",
        ),
    };
    let mistake = reading.names.context.mistake(Code::EmptyExpect, span, message);
    diagnostics.push(mistake.help(help));
}

/// Reports a status that shows a failure of the service; returns whether there is one.
pub(crate) fn report_failure(
    statuses: &Spanned<Statuses>,
    context: &Context<'_>,
    diagnostics: &mut Report,
) -> bool {
    let failure = statuses.value.0.iter().find(|status| **status >= 500);
    if let Some(status) = failure {
        let message = format!("{status} shows that the service failed, which supports no claim");
        let help = "if such an answer makes the claim false, name it under `violated_by:`, next to \
                    `expect:`";
        diagnostics
            .push(context.mistake(Code::FailureExpected, &statuses.span, message).help(help));
    }
    failure.is_some()
}

fn filled(tests: &Spanned<Tests>, reading: &Reading<'_>, diagnostics: &mut Report) -> Vec<Test> {
    let report = std::cell::RefCell::new(diagnostics);
    let fill = |name: &str| {
        let text = format!("${{{name}}}");
        Some(reading.names.text(&text, &tests.span, &mut report.borrow_mut()))
    };
    let tests = tests.value.all.iter();
    tests.filter_map(|test| test.filled(&fill).ok()).collect()
}

fn report_bad_pointer(
    pointer: &str,
    span: &Range<usize>,
    reading: &Reading<'_>,
    diagnostics: &mut Report,
) {
    if pointer.is_empty() || pointer.starts_with('/') {
        return;
    }
    let message = format!("`{pointer}` is not a JSON Pointer");
    let help = format!("write `/{}`", pointer.replace('.', "/"));
    let context = reading.names.context;
    diagnostics.push(context.mistake(Code::BadPointer, span, message).help(help));
}

/// The answer shows whether there is something at this address: any other status shows neither.
pub(crate) fn is_there_or_not() -> Expectation {
    let statuses = [200, 404, 410].map(|status| json!(status));
    Expectation::new("/status", Test::OneOf(statuses.into()))
}

/// A request was carried out: its status is a success, and a GraphQL operation reports no errors.
pub(crate) fn succeeded(request: &Request) -> Vec<Expectation> {
    let status = match request.method.as_str() {
        // 207 (RFC 4918, section 11.1).
        "PROPFIND" | "REPORT" | "SEARCH" | "PROPPATCH" => {
            let statuses = [200, 201, 202, 203, 204, 207].map(|status| json!(status));
            Expectation::new("/status", Test::OneOf(statuses.into()))
        }
        _ => succeeds(),
    };
    let operation = request.operation();
    let errors = operation.map(|_| Expectation::new("/body/json/errors", Test::Exists(false)));
    [status].into_iter().chain(errors).collect()
}

/// The status of the answer is a success.
fn succeeds() -> Expectation {
    let statuses = [200, 201, 202, 203, 204].map(|status| json!(status));
    Expectation::new("/status", Test::OneOf(statuses.into()))
}
