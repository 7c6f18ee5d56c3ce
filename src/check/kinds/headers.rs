//! `headers`: an answer of the service has the right header fields.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::counterexample::of_limits;
use crate::check::written::expect::{Expect, Reading, Statuses, header};
use crate::check::written::placeholders::Names;
use crate::check::written::request::WrittenRequest;
use crate::check::written::request::read::GetOrRequest;
use crate::check::written::{limits, request};
use crate::model::answer::ids::StepId;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;
use crate::model::written::test::Tests;

/// The header fields of one answer.
pub(crate) struct Headers;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The actor that sends the request; `anyone` if left out.
    #[serde(rename = "as")]
    actor: Option<Spanned<String>>,
    /// The path of the target, or a whole `https:` address.
    get: Option<Spanned<String>>,
    /// Instead of `get`: a whole request that only reads, such as `{ method: OPTIONS, path: /, headers: { .. } }`.
    request: Option<Spanned<WrittenRequest>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the target.
    host: Option<Spanned<String>>,
    /// The status that the answer must have for its header fields to count; 200 if left out.
    status: Option<Spanned<Statuses>>,
    /// Tests of the header fields, by name.
    headers: Spanned<BTreeMap<String, Spanned<Tests>>>,
}

impl Kind for Headers {
    type Settings = Settings;

    const NAME: &'static str = "headers";

    const MANUAL: Manual = Manual {
        proves: "An answer of the service has the listed header fields, and their values pass \
                 the tests. The header fields count only if the answer has the expected status.",
        cannot_prove: "That other answers of the service have these fields, or other addresses \
                       of the host.",
        example: EXAMPLE,
    };

    fn limits(settings: &Settings) -> Vec<Parameter> {
        limits::of_tests(settings.headers.iter().map(|(name, tests)| (name.as_str(), tests)))
    }

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let actor = context.sender(settings.actor.as_ref(), diagnostics);
        let written = GetOrRequest {
            get: settings.get.as_ref(),
            host: settings.host.as_ref(),
            request: settings.request.as_ref(),
        };
        let request = written.read(context.span, &Names::none(context), diagnostics);
        let expect = settings.expect(context, diagnostics);
        Some(settings.plan(actor, request?, expect))
    }
}

const EXAMPLE: &str = "\
kind: headers
get: /
headers:
  strict-transport-security: { directives: { max-age: { at_least: 31536000 } } }
  x-content-type-options: nosniff
";

impl Settings {
    fn expect(&self, context: &Context<'_>, diagnostics: &mut Report) -> Vec<Expectation> {
        let names = Names::none(context);
        let reading = Reading {
            names: &names,
            planters: &[],
            actor: ANYONE,
            span: self.headers.span.clone(),
        };
        let expect = Expect { header: self.headers.value.clone(), ..Expect::default() };
        expect.read(&reading, diagnostics)
    }

    fn plan(&self, actor: &str, request: Request, expect: Vec<Expectation>) -> Plan {
        let asked = request::in_words(&request);
        let status = self.status.as_ref().map(|status| status.test());
        let status = status.unwrap_or_else(|| Test::Equals(200.into()));
        let mut control =
            Step::http(Role::Control, format!("the answer to {asked}"), actor, request);
        control.expect = vec![Expectation::new("/status", status)];
        let mut probe = Step::new(Role::Probe, "the header fields", actor, Act::Recall(StepId(0)));
        probe.control = Some(StepId(0));
        probe.publish = self.headers.keys().map(|name| header(name)).collect();
        probe.expect = expect;
        Plan {
            counterexamples: of_limits(StepId(1), &probe.name, &probe.expect),
            covers: format!("One answer to {asked}."),
            leaves_open: "It does not show that other answers of the service have these fields."
                .into(),
            ..Plan::new(Headers::NAME, vec![control, probe])
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::check::fixture::{changed, mistakes, plan, verdict};
    use crate::check::kind::Kind;
    use crate::model::answer::verdict::{Reason, Verdict};

    fn given(at: &str, value: &Value) -> Verdict {
        let plan = plan(super::Headers::MANUAL.example);
        verdict(&plan, &changed(&plan, "the answer", |facts| facts.set(at, value.clone())))
    }

    #[test]
    fn a_field_that_is_missing_or_too_weak_is_a_violation() {
        assert_eq!(given("/headers", &json!({})), Verdict::Violated);
        let weak = json!(["max-age=31535999; includeSubDomains"]);
        assert_eq!(given("/headers/strict-transport-security", &weak), Verdict::Violated);
    }

    #[test]
    fn the_fields_of_another_answer_prove_nothing() {
        assert_eq!(given("/status", &json!(404)), Verdict::Inconclusive(Reason::ControlFailed));
        assert_eq!(given("/status", &json!(503)), Verdict::Inconclusive(Reason::ServerError));
    }

    #[test]
    fn mistakes_are_reported() {
        assert_eq!(mistakes("{kind: headers, get: /, headers: {}}")[0].0, "empty-expect");
        let empty = "{kind: headers, get: /, headers: {server: {}}}";
        assert_eq!(mistakes(empty)[0].1, "there is no test here, so anything would pass");
        let wrong = "{kind: headers, get: /, headers: {server: {contain: x}}}";
        assert_eq!(mistakes(wrong)[0], ("unknown-key", "unknown key `contain`".to_owned()));
        let host = "{kind: headers, get: /, host: medya, headers: {server: x}}";
        assert_eq!(mistakes(host)[0].0, "unknown-host");
    }
}
