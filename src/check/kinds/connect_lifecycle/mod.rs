//! `connect-lifecycle`: the service accepts an installation only if the platform signed it.

mod recorded;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::auth_required::bad_credential::{
    Tries, Without, forgeries, leave_out, left_out,
};
use crate::check::kinds::auth_required::endpoints::platform_key;
use crate::check::kinds::connect_lifecycle::recorded::Recorded;
use crate::check::written::expect::succeeded;
use crate::check::written::{limits, request};
use crate::language::period::Period;
use crate::language::quantity::amount::Amount;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::plan::body::Body;
use crate::model::plan::comparison::OwnersData;
use crate::model::plan::expect::Refusal;
use crate::model::plan::parameter::Parameter;
use crate::model::plan::request::Request;
use crate::model::plan::{Canary, Plan, Role, Step};
use crate::model::project::actor::Scheme;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The tenant of every installation here, generated on each run: a careless add-on would accept a
/// forged installation for a real tenant, and lose that tenant's secret.
const TENANT: &str = "new-tenant";

/// That tenant's secret.
const SECRET: &str = "new-secret";

/// That tenant's address, if the author gives no other.
const BASE_URL: &str = "https://new-tenant.invalid";

/// The installation callbacks of Atlassian Connect.
pub(crate) struct ConnectLifecycle;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// An actor of the scheme `signed`, which describes the platform's tokens. If it has a private
    /// key, the service must accept an installation signed with it.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// The path of the installation callback; `/installed` if left out.
    installed: Option<Spanned<String>>,
    /// The path of the callback for uninstallations; `/uninstalled` if left out.
    uninstalled: Option<Spanned<String>>,
    /// Additional fields of the callback's body. A `baseUrl` replaces the generated one, for services
    /// that accept only hosts of the platform.
    #[serde(default)]
    fields: BTreeMap<String, Value>,
    /// Where the service has recorded a signed installation, if there is no private key to sign one.
    recorded: Option<Recorded>,
    /// Bad credentials to leave out, by name, each with the reason.
    #[serde(default)]
    without: Without,
}

impl Kind for ConnectLifecycle {
    type Settings = Settings;

    const NAME: &'static str = "connect-lifecycle";

    const MANUAL: Manual = Manual {
        proves: "The service accepts an Atlassian Connect installation that the platform signed. \
                 It refuses one that is unsigned, signed with an unknown key or a secret, \
                 expired, or meant for another add-on or another request.",
        cannot_prove: "That the platform keeps its private key secret. If the project has no \
                       private key of its own, installations that are signed but otherwise \
                       invalid are not tried, and it is the service that reports that it accepts \
                       good ones.",
        example: EXAMPLE,
    };

    fn limits(settings: &Settings) -> Vec<Parameter> {
        let recorded = settings.recorded.as_ref().map(|recorded| &recorded.within);
        let limit = |within: &Spanned<Period>| {
            limits::at_most("within", within, Amount::time(within.value))
        };
        recorded.map(limit).into_iter().collect()
    }

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let tries = settings.tries(context, diagnostics);
        context.needs_writes(&settings.actor.span, diagnostics);
        settings.report_bad_paths(context, diagnostics);
        let controls = settings.controls(context, diagnostics);
        let refusal = context.project.refusal_of(&settings.actor);
        Some(settings.plan(&tries?, refusal, controls?))
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
        platform_key(&self.actor, context, diagnostics)?;
        let mut bad = forgeries(&self.actor, actor, context.project);
        leave_out(&mut bad, (&self.without, &[]), &self.actor.span, context, diagnostics);
        Some(Tries { bad, repeat: 1 })
    }

    fn report_bad_paths(&self, context: &Context<'_>, diagnostics: &mut Report) {
        let paths = self.installed.iter().chain(&self.uninstalled);
        for path in paths.filter(|path| !path.starts_with('/')) {
            let message = format!("`{}` is not a path of the target", path.value);
            diagnostics.push(context.mistake(Code::BadAddress, &path.span, message));
        }
    }

    /// The steps that show that the service accepts good installations, and that delete ours again.
    fn controls(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Vec<Step>> {
        let actor = context.project.actors.get(&self.actor.value)?;
        let signs = matches!(&actor.scheme, Scheme::Signed(signed) if signed.key.is_some());
        match &self.recorded {
            _ if signs => Some(vec![self.install(), self.uninstall()]),
            Some(recorded) => Some(vec![recorded.control(context, diagnostics)?]),
            None => {
                let message =
                    format!("`{}` has no private key to sign an installation", self.actor.value);
                let help =
                    "write `recorded:` with the place where the service has recorded a signed one";
                let mistake = context.mistake(Code::NoControl, &self.actor.span, message);
                diagnostics.push(mistake.help(help));
                None
            }
        }
    }

    fn plan(&self, tries: &Tries, refusal: &Refusal, controls: Vec<Step>) -> Plan {
        let request = self.callback("installed", self.installed.as_ref());
        let control = StepId(tries.bad.len());
        let data = OwnersData { owners: vec![control], baselines: Vec::new() };
        let mut steps: Vec<Step> = tries.probes((&request, refusal), control, &data).collect();
        steps.extend(controls);
        for step in &mut steps {
            step.sees = vec![CanaryId(0), CanaryId(1)];
        }
        let canary = |owner: &str| Canary { owner: owner.to_owned(), marker: None };
        Plan {
            counterexamples: tries.counterexamples(&steps),
            canaries: vec![canary(TENANT), canary(SECRET)],
            covers: tries.covers([&request].into_iter()),
            leaves_open: format!(
                "It does not show how the service protects the secret that they exchange{}.",
                left_out(&self.without)
            ),
            ..Plan::new(ConnectLifecycle::NAME, steps)
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
        let expect = succeeded(&request);
        let mut step = Step::http(Role::Control, name, &self.actor, request);
        step.expect = expect;
        step
    }

    fn uninstall(&self) -> Step {
        let request = self.callback("uninstalled", self.uninstalled.as_ref());
        Step::http(Role::Cleanup, "the generated tenant is deleted", &self.actor, request)
    }
}
