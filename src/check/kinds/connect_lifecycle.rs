//! `connect-lifecycle`: an installation counts only if the platform has signed it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::auth_required::bad_credential::{
    Tries, Without, forgeries, leave_out, left_out,
};
use crate::check::written::expect::succeeds;
use crate::check::written::limits::Row;
use crate::check::written::placeholders::Names;
use crate::check::written::request::Ask;
use crate::check::written::{limits, request};
use crate::language::period::Period;
use crate::model::plan::expect::{Expectation, Test, Within};
use crate::model::plan::parameter::{Parameter, Side};
use crate::model::plan::request::{Body, Request};
use crate::model::plan::{Canary, Plan, Role, Step, Word};
use crate::model::project::actor::Scheme;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The tenant of every installation here, made up anew on each run: a careless add-on would take a
/// forged one for a real tenant's, and lose that tenant's secret.
const TENANT: &str = "new-tenant";

/// That tenant's secret.
const SECRET: &str = "new-secret";

/// That tenant's address, if the author names no other.
const BASE_URL: &str = "https://new-tenant.invalid";

/// The kind.
pub(crate) struct ConnectLifecycle;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// An actor of the scheme `signed`, which says what the platform's tokens look like. If it has a
    /// private key, an installation that is signed with it must be taken.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// The path that is told of installations; `/installed` if left out.
    installed: Option<Spanned<String>>,
    /// The path that is told of their end; `/uninstalled` if left out.
    uninstalled: Option<Spanned<String>>,
    /// Further fields of what the platform tells; a `baseUrl` among them takes the place of the
    /// made-up one, for services that take none but hosts of the platform.
    #[serde(default)]
    fields: BTreeMap<String, Value>,
    /// Where the service has noted a signed installation, if there is no private key to make one.
    recorded: Option<Recorded>,
    /// Bad credentials that are not tried, by name, each with the reason.
    #[serde(default)]
    without: Without,
}

/// A log that shows that the platform's own installations are taken.
#[derive(Deserialize, JsonSchema)]
struct Recorded {
    /// The actor that may read it.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// Its path on the target.
    get: Spanned<String>,
    /// JSON Pointer to the list of its entries.
    at: Spanned<String>,
    /// JSON Pointer within an entry to its time; `/at` if left out.
    time: Option<Spanned<String>>,
    /// What else an entry must say, by JSON Pointer; that `/event` is `installed` and `/signed` is
    /// `true` if left out.
    says: Option<BTreeMap<String, Value>>,
    /// How long ago it may have been.
    within: Spanned<Period>,
}

impl Kind for ConnectLifecycle {
    fn name(&self) -> &'static str {
        "connect-lifecycle"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "An installation under Atlassian Connect is taken if the platform has signed \
                     it, and refused if it is unsigned, signed with a strange key or a secret, \
                     expired, meant for another add-on or for another request.",
            cannot_prove: "That the platform keeps its private key to itself. Where the project \
                           has no key of its own to sign with, installations that are signed and \
                           wrong all the same are not tried, and that good ones are taken is the \
                           service's own word.",
            example: EXAMPLE,
        }
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(Settings)
    }

    fn limits(&self, settings: &Node) -> Vec<Parameter> {
        let within = Row { key: "within", side: Side::AtMost, read: limits::time };
        settings.get("recorded").map_or_else(Vec::new, |one| limits::of_keys(one, &[within]))
    }

    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan> {
        let before = diagnostics.mark();
        let settings: Settings = context.read(settings, diagnostics)?;
        let tries = settings.tries(context, diagnostics);
        context.needs_writes(&settings.actor.span, diagnostics);
        settings.tell_bad_paths(context, diagnostics);
        let controls = settings.controls(context, diagnostics);
        let (tries, controls) =
            tries.zip(controls).filter(|_| diagnostics.is_clean_since(before))?;
        Some(settings.plan(&tries, controls))
    }
}

const EXAMPLE: &str = "\
kind: connect-lifecycle
as: platform
installed: /installed
uninstalled: /uninstalled
";

impl Settings {
    fn tries(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Tries> {
        let actor = context.actor(&self.actor, diagnostics)?;
        if !matches!(actor.scheme, Scheme::Signed(_)) {
            let message = format!("`{}` has no key: its scheme is not `signed`", self.actor.value);
            diagnostics.push(context.mistake(Code::OtherScheme, &self.actor.span, message));
            return None;
        }
        let mut bad = forgeries(&self.actor, actor);
        leave_out(&mut bad, &self.without, &self.actor.span, context, diagnostics);
        Some(Tries { bad, refusal: context.project.refusal.clone() })
    }

    fn tell_bad_paths(&self, context: &Context<'_>, diagnostics: &mut Report) {
        let paths = self.installed.iter().chain(&self.uninstalled);
        for path in paths.filter(|path| !path.starts_with('/')) {
            let message = format!("`{}` is no path of the target", path.value);
            diagnostics.push(context.mistake(Code::BadAddress, &path.span, message));
        }
    }

    /// What shows that good installations are taken, and what takes ours away again.
    fn controls(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Vec<Step>> {
        let actor = context.project.actors.get(&self.actor.value)?;
        let signs = matches!(&actor.scheme, Scheme::Signed(signed) if signed.key.is_some());
        match &self.recorded {
            _ if signs => Some(vec![self.install(), self.uninstall()]),
            Some(recorded) => Some(vec![recorded.control(context, diagnostics)?]),
            None => {
                let message =
                    format!("`{}` has no private key to sign an installation", self.actor.value);
                let help = "say where the service has noted a signed one: `recorded:`";
                let mistake = context.mistake(Code::NoControl, &self.actor.span, message);
                diagnostics.push(mistake.help(help));
                None
            }
        }
    }

    fn plan(&self, tries: &Tries, controls: Vec<Step>) -> Plan {
        let request = self.callback("installed", self.installed.as_ref());
        let mut steps: Vec<Step> = tries.probes(&request, tries.bad.len()).collect();
        steps.extend(controls);
        for step in &mut steps {
            step.sees = vec![0, 1];
        }
        let canary = |owner: &str| Canary { owner: owner.to_owned(), marker: None };
        Plan {
            parameters: Vec::new(),
            kind: "connect-lifecycle".into(),
            counterexamples: tries.counterexamples(&steps),
            canaries: vec![canary(TENANT), canary(SECRET)],
            ends: Vec::new(),
            covers: tries.covers([&request].into_iter()),
            leaves_open: format!(
                "It does not show what becomes of the secret that is agreed on{}.",
                left_out(&self.without)
            ),
            steps,
        }
    }

    fn callback(&self, event: &str, path: Option<&Spanned<String>>) -> Request {
        let path = path.map_or_else(|| format!("/{event}"), |path| path.value.clone());
        let own = json!({
            "eventType": event,
            "clientKey": format!("${{canary:{TENANT}}}"),
            "sharedSecret": format!("${{canary:{SECRET}}}"),
        });
        let own = own.as_object().cloned().unwrap_or_default();
        let base = [("baseUrl".to_owned(), json!(BASE_URL))];
        let further = self.fields.iter().map(|(name, value)| (name.clone(), value.clone()));
        let body: Map<String, Value> = base.into_iter().chain(further).chain(own).collect();
        Request { body: Some(Body::Json(Value::Object(body))), ..Request::to_target("POST", path) }
    }

    fn install(&self) -> Step {
        let request = self.callback("installed", self.installed.as_ref());
        let name = format!("{} signed by the platform", request::in_words(&request));
        let mut step = Step::http(Role::Control, name, &self.actor, request);
        step.expect = vec![succeeds()];
        step
    }

    fn uninstall(&self) -> Step {
        let request = self.callback("uninstalled", self.uninstalled.as_ref());
        Step::http(Role::Cleanup, "the made-up tenant is taken away", &self.actor, request)
    }
}

impl Recorded {
    fn control(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Step> {
        context.actor(&self.actor, diagnostics)?;
        let ask = Ask { get: Some(self.get.clone()), ..Ask::default() };
        let ask = Spanned { value: ask, span: self.get.span.clone() };
        let request = request::request(&ask, &Names::none(context), diagnostics)?;
        let name = "the service's log of installations";
        let mut step = Step::http(Role::Control, name, &self.actor, request);
        let some = Within { at: String::new(), is: Test::All(self.entry()) };
        step.expect = vec![
            Expectation::new("/status", Test::Equals(json!(200))),
            Expectation::new(format!("/body/json{}", self.at.value), Test::Some(Box::new(some))),
        ];
        step.word = Word::Reported;
        Some(step)
    }

    fn entry(&self) -> Vec<Within> {
        let standard = || [("/event", json!("installed")), ("/signed", json!(true))];
        let says = self.says.clone().unwrap_or_else(|| {
            standard().map(|(at, value)| (at.to_owned(), value)).into_iter().collect()
        });
        let time = self.time.as_ref().map_or("/at", |time| time.as_str()).to_owned();
        let young = Within { at: time, is: Test::NotOlderThan(self.within.value) };
        let says = says.into_iter().map(|(at, value)| Within { at, is: Test::Equals(value) });
        says.chain([young]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{changed, mistakes, names, plan, plan_in, project, tried, verdict};
    use crate::model::answer::verdict::Verdict;
    use crate::model::judge::basis::{Basis, of_plan};
    use crate::model::judge::falsify::Grade;
    use crate::model::project::Project;

    const RECORDED: &str = "recorded: { as: operator, get: /ops/installs, at: /entries, \
                            within: 30d }\n";

    fn live() -> Project {
        let mut project = project();
        if let Scheme::Signed(signed) = &mut project.actors["platform"].scheme {
            signed.key = None;
            signed.public_key = Some("p".into());
        }
        project
    }

    #[test]
    fn every_forgery_is_a_step_of_its_own_and_ours_is_taken_away() {
        let plan = plan(&format!("{EXAMPLE}without: {{ ten-years: on purpose }}\n"));
        let names: Vec<&str> = names(&plan);
        let names: Vec<_> =
            names.iter().map(|name| name.trim_start_matches("POST /installed ")).collect();
        insta::assert_snapshot!(names.join("\n"), @r"
        without a credential
        with garbage for a credential
        with a token signed with a strange key
        with a token signed with a key of an unknown name
        with a token signed with a secret (`HS256`)
        with an unsigned token (`alg: none`)
        with a token that has the platform's public key for its secret (`HS256`)
        with an expired token
        with a token that is not yet valid
        with a token from the future
        with a token that never expires
        with a token that is meant for another add-on
        with a token of an unknown issuer
        with a token that is bound to no request
        with a token that is bound to another request
        with a token that is good for a page's context only
        signed by the platform
        the made-up tenant is taken away
        ");
        assert_eq!(of_plan(&plan), Basis::ProbedWithAccess);
    }

    #[test]
    fn no_installation_is_a_tenants_own() {
        let plan = plan(EXAMPLE);
        for step in plan.steps.iter().filter_map(Step::request) {
            let Some(Body::Json(body)) = &step.body else { panic!("no body") };
            assert_eq!(body["clientKey"], "${canary:new-tenant}");
        }
    }

    #[test]
    fn a_base_url_that_the_service_takes_can_be_given_but_no_real_tenant() {
        let fields = "fields: { baseUrl: 'https://a.atlassian.net', clientKey: real }\n";
        let plan = plan(&format!("{EXAMPLE}{fields}"));
        let Some(Body::Json(body)) = &plan.steps[0].request().unwrap().body else { panic!() };
        assert_eq!(body["baseUrl"], "https://a.atlassian.net");
        assert_eq!(body["clientKey"], "${canary:new-tenant}");
    }

    #[test]
    fn without_a_private_key_the_services_own_record_is_the_control() {
        let plan = plan_in(&live(), &format!("{EXAMPLE}{RECORDED}")).unwrap();
        assert_eq!(plan.flaws(), []);
        assert_eq!(tried(&plan).grade, Grade::Sound);
        assert_eq!(of_plan(&plan), Basis::Reported);
        assert!(!names(&plan).iter().any(|name| name.contains("expired")));
        for (at, value) in [("signed", json!(false)), ("at", json!("2026-10-22T09:00:00Z"))] {
            let at = format!("/body/json/entries/0/{at}");
            let all = changed(&plan, "log", |facts| facts.set(&at, value.clone()));
            assert!(matches!(verdict(&plan, &all), Verdict::Inconclusive(_)), "{at}");
        }
    }

    #[test]
    fn without_key_and_record_there_is_no_control() {
        let mistake = plan_in(&live(), EXAMPLE).unwrap_err();
        assert_eq!(mistake[0].message, "`platform` has no private key to sign an installation");
        let message = "`acme` has no key: its scheme is not `signed`".to_owned();
        let yaml = EXAMPLE.replace("as: platform", "as: acme") + RECORDED;
        assert_eq!(mistakes(&yaml), [("other-scheme", message)]);
    }
}
