//! `forge-remote`: endpoints for calls from Forge refuse every token that the platform did not issue.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::auth_required::bad_credential::{Tries, Without, forgeries, leave_out};
use crate::check::kinds::auth_required::endpoints::{
    Guarded, WrittenEndpoint, endpoints, other_endpoints, platform_key,
};
use crate::check::written::expect::succeeded;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::model::answer::ids::StepId;
use crate::model::plan::comparison::OwnersData;
use crate::model::plan::request::Request;
use crate::model::plan::{Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// Endpoints for calls from Atlassian Forge.
pub(crate) struct ForgeRemote;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// An actor of the scheme `signed`, which describes the platform's tokens.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// The actor that has a good token, if `as` has no private key to make one.
    token_of: Option<Spanned<String>>,
    /// The endpoints, each with its method.
    endpoints: Spanned<Vec<Spanned<WrittenEndpoint>>>,
    /// Bad tokens to leave out, by name, each with the reason.
    #[serde(default)]
    without: Without,
}

impl Kind for ForgeRemote {
    type Settings = Settings;

    const NAME: &'static str = "forge-remote";

    const MANUAL: Manual = Manual {
        proves: "Each listed endpoint accepts a call from Forge with a good invocation token. It \
                 refuses the same request without a token and with each bad one: expired, for \
                 another app, unsigned, or signed with an unknown or the public key.",
        cannot_prove: "That other endpoints refuse anybody. If the project has no private key, \
                       tokens that the platform signed but that are invalid, such as expired \
                       ones, are not tried.",
        example: EXAMPLE,
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let tries = settings.tries(context, diagnostics);
        let requests = settings.requests(context, diagnostics);
        Some(settings.plan(&requests, &tries?))
    }
}

const EXAMPLE: &str = "\
kind: forge-remote
as: forge
endpoints:
  - get: /forge/notes
";

impl Settings {
    fn tries(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Tries> {
        let actor = context.actor(&self.actor, diagnostics)?;
        let token_of = self.token_of.as_ref();
        if let Some(token_of) = token_of {
            context.actor(token_of, diagnostics);
        }
        let signed = platform_key(&self.actor, context, diagnostics)?;
        if signed.key.is_none() && token_of.is_none() {
            let message = format!("`{}` has no private key to make a good token", self.actor.value);
            let help = "name an actor that has one: `token_of:`";
            let mistake = context.mistake(Code::NoControl, &self.actor.span, message);
            diagnostics.push(mistake.help(help));
        }
        let mut bad = forgeries(&self.actor, actor, context.project);
        leave_out(&mut bad, (&self.without, &[]), &self.actor.span, context, diagnostics);
        Some(Tries { bad, repeat: 1 })
    }

    fn requests(&self, context: &Context<'_>, diagnostics: &mut Report) -> Vec<Guarded> {
        endpoints(&self.endpoints, &self.actor, &Names::none(context), diagnostics)
    }

    /// Bad tokens come first: the owner must not have made the change before they try it.
    fn plan(&self, requests: &[Guarded], tries: &Tries) -> Plan {
        let mut steps = Vec::new();
        for Guarded { request, refusal } in requests {
            let control = StepId(steps.len() + tries.bad.len());
            let data = OwnersData { owners: vec![control], baselines: Vec::new() };
            steps.extend(tries.probes((request, refusal), control, &data));
            steps.push(self.control(request));
        }
        Plan {
            counterexamples: tries.counterexamples(&steps),
            covers: tries.covers(requests.iter().map(|one| &one.request)),
            leaves_open: other_endpoints(&self.without),
            ..Plan::new(ForgeRemote::NAME, steps)
        }
    }

    fn control(&self, request: &Request) -> Step {
        let actor = self.token_of.as_ref().unwrap_or(&self.actor);
        let name = format!("{} with a good token", request::in_words(request));
        let mut step = Step::http(Role::Control, name, actor, request.clone());
        step.expect = succeeded(request);
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{mistakes, names, plan, plan_in, project, tried};
    use crate::model::judge::falsify::Grade;
    use crate::model::project::actor::Scheme;

    #[test]
    fn without_a_private_key_only_unsigned_tokens_are_tried_and_a_token_is_needed() {
        let mut project = project();
        if let Scheme::Signed(signed) = &mut project.actors["forge"].scheme {
            signed.key = None;
        }
        let mistake = plan_in(&project, EXAMPLE).unwrap_err();
        assert_eq!(mistake[0].message, "`forge` has no private key to make a good token");
        let with_token = format!("{EXAMPLE}token_of: operator\n");
        let plan = plan_in(&project, &with_token).unwrap();
        assert_eq!(tried(&plan).grade, Grade::Sound);
        assert!(names(&plan).contains(&"GET /forge/notes with a token signed with an unknown key"));
        assert!(!names(&plan).contains(&"GET /forge/notes with an expired token"));
    }

    #[test]
    fn a_bad_token_is_left_out_by_name_and_the_reader_learns_it() {
        let plan = plan(&format!("{EXAMPLE}without: {{ ten-years: on purpose. }}\n"));
        assert!(!names(&plan).contains(&"GET /forge/notes with a token for ten years"));
        let open = "Endpoints that are not listed were not tested; `ten-years` was not tried: on \
                    purpose.";
        assert_eq!(plan.leaves_open, open);
    }

    #[test]
    fn an_actor_without_a_key_cannot_act_as_the_platform() {
        let yaml = EXAMPLE.replace("as: forge", "as: acme");
        let message = "`acme` has no key: its scheme is not `signed`";
        assert_eq!(mistakes(&yaml), [("other-scheme", message.to_owned())]);
    }
}
