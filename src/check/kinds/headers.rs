//! `headers`: an answer of the target carries the header fields that it should.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::counterexample::of_limits;
use crate::check::written::expect::{Expect, Reading, Statuses, header};
use crate::check::written::placeholders::Names;
use crate::check::written::request::Ask;
use crate::check::written::test::Tests;
use crate::check::written::{limits, request};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The kind.
pub(crate) struct Headers;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The actor that asks; anyone if left out.
    #[serde(rename = "as")]
    actor: Option<Spanned<String>>,
    /// The path of the target, or the whole `https:` address, that is asked.
    get: Spanned<String>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that is asked in place of the target.
    host: Option<Spanned<String>>,
    /// The status that shows that this is the right answer; 200 if left out.
    status: Option<Spanned<Statuses>>,
    /// Tests of its header fields, by name.
    headers: Spanned<BTreeMap<String, Spanned<Tests>>>,
}

impl Kind for Headers {
    fn name(&self) -> &'static str {
        "headers"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "An answer of the service carries header fields with the values that they \
                     should have. The answer counts only if it is the right one, by its status.",
            cannot_prove: "That other answers of the service carry them too, or that other \
                           addresses of the host do.",
            example: EXAMPLE,
        }
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(Settings)
    }

    fn limits(&self, settings: &Node) -> Vec<Parameter> {
        settings.get("headers").map(limits::of_tests).unwrap_or_default()
    }

    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan> {
        let before = diagnostics.mark();
        let settings: Settings = context.read(settings, diagnostics)?;
        if let Some(actor) = settings.actor.as_ref().filter(|actor| actor.value != ANYONE) {
            context.actor(actor, diagnostics);
        }
        let request = settings.request(context, diagnostics);
        let expect = settings.expect(context, diagnostics);
        let request = request.filter(|_| diagnostics.is_clean_since(before))?;
        Some(settings.plan(request, expect))
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
    fn request(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Request> {
        let ask = Ask { get: Some(self.get.clone()), host: self.host.clone(), ..Ask::default() };
        let span = self.get.span.clone();
        request::request(&Spanned { value: ask, span }, &Names::none(context), diagnostics)
    }

    fn expect(&self, context: &Context<'_>, diagnostics: &mut Report) -> Vec<Expectation> {
        let names = Names::none(context);
        let reading = Reading { names: &names, planters: &[], span: self.headers.span.clone() };
        let expect = Expect { header: self.headers.value.clone(), ..Expect::default() };
        expect.read(&reading, diagnostics)
    }

    fn plan(&self, request: Request, expect: Vec<Expectation>) -> Plan {
        let actor = self.actor.as_ref().map_or(ANYONE, |actor| actor.as_str());
        let asked = request::in_words(&request);
        let status = self.status.as_ref().map(|status| status.test());
        let status = status.unwrap_or_else(|| Test::Equals(200.into()));
        let mut control =
            Step::http(Role::Control, format!("the answer of {asked}"), actor, request);
        control.expect = vec![Expectation::new("/status", status)];
        let mut probe = Step::new(Role::Probe, "its header fields", actor, Act::Recall(0));
        probe.control = Some(0);
        probe.publish = self.headers.keys().map(|name| header(name)).collect();
        probe.expect = expect;
        Plan {
            parameters: Vec::new(),
            kind: "headers".into(),
            counterexamples: of_limits(1, &probe.name, &probe.expect),
            steps: vec![control, probe],
            canaries: Vec::new(),
            ends: Vec::new(),
            covers: format!("One answer, to {asked}."),
            leaves_open: "It does not show that other answers of the service carry these fields."
                .into(),
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
        let plan = plan(super::Headers.manual().example);
        verdict(&plan, &changed(&plan, "the answer", |facts| facts.set(at, value.clone())))
    }

    #[test]
    fn a_field_that_is_missing_or_too_weak_is_a_violation() {
        assert_eq!(given("/headers", &json!({})), Verdict::Violated);
        let weak = json!(["max-age=31535999; includeSubDomains"]);
        assert_eq!(given("/headers/strict-transport-security", &weak), Verdict::Violated);
    }

    #[test]
    fn the_fields_of_another_answer_tell_nothing() {
        assert_eq!(given("/status", &json!(404)), Verdict::Inconclusive(Reason::ControlFailed));
        assert_eq!(given("/status", &json!(503)), Verdict::Inconclusive(Reason::ServerError));
    }

    #[test]
    fn mistakes_are_told() {
        assert_eq!(mistakes("{kind: headers, get: /, headers: {}}")[0].0, "empty-expect");
        let empty = "{kind: headers, get: /, headers: {server: {}}}";
        assert_eq!(mistakes(empty)[0].1, "there is no test here, and anything would do");
        let wrong = "{kind: headers, get: /, headers: {server: {contain: x}}}";
        assert_eq!(mistakes(wrong)[0], ("unknown-key", "unknown key `contain`".to_owned()));
        let host = "{kind: headers, get: /, host: medya, headers: {server: x}}";
        assert_eq!(mistakes(host)[0].0, "unknown-host");
    }
}
