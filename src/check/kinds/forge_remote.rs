//! `forge-remote`: what is called from Forge refuses every token that the platform has not made.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::auth_required::bad_credential::{
    Tries, Without, forgeries, leave_out, left_out,
};
use crate::check::written::expect::succeeds;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::Ask;
use crate::model::plan::request::Request;
use crate::model::plan::{Plan, Role, Step};
use crate::model::project::actor::Scheme;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The kind.
pub(crate) struct ForgeRemote;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// An actor of the scheme `signed`, which says what the platform's tokens look like.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// The actor that has a good token, where the first has no private key to make one.
    token_of: Option<Spanned<String>>,
    /// The endpoints, each with its method.
    endpoints: Spanned<Vec<Spanned<Ask>>>,
    /// Bad tokens that are not tried, by name, each with the reason.
    #[serde(default)]
    without: Without,
}

impl Kind for ForgeRemote {
    fn name(&self) -> &'static str {
        "forge-remote"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "Each listed endpoint, called from Forge, lets a good invocation token in, and \
                     refuses the same request without one, or with a forged one: expired, meant for \
                     another app, unsigned, signed with a strange key or with the public one.",
            cannot_prove: "That endpoints which are not listed refuse anybody. Where the project \
                           has no private key, tokens that the platform has signed and that are \
                           wrong all the same, such as expired ones, are not tried.",
            example: EXAMPLE,
        }
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(Settings)
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
        let requests = settings.requests(context, diagnostics);
        let tries = tries.filter(|_| diagnostics.is_clean_since(before))?;
        Some(settings.plan(&requests, &tries))
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
        let Scheme::Signed(signed) = &actor.scheme else {
            let message = format!("`{}` has no key: its scheme is not `signed`", self.actor.value);
            diagnostics.push(context.mistake(Code::OtherScheme, &self.actor.span, message));
            return None;
        };
        if signed.key.is_none() && token_of.is_none() {
            let message = format!("`{}` has no private key to make a good token", self.actor.value);
            let help = "name an actor that has one: `token_of:`";
            let mistake = context.mistake(Code::NoControl, &self.actor.span, message);
            diagnostics.push(mistake.help(help));
        }
        let mut bad = forgeries(&self.actor, actor);
        leave_out(&mut bad, &self.without, &self.actor.span, context, diagnostics);
        Some(Tries { bad, refusal: context.project.refusal.clone() })
    }

    fn requests(&self, context: &Context<'_>, diagnostics: &mut Report) -> Vec<Request> {
        if self.endpoints.is_empty() {
            let message = "no endpoints, so that nothing would be asked";
            diagnostics.push(context.mistake(Code::EmptyList, &self.endpoints.span, message));
        }
        let names = Names::none(context);
        let endpoints = self.endpoints.iter();
        endpoints.filter_map(|one| request::request(one, &names, diagnostics)).collect()
    }

    /// Forgeries come first: what changes something must not have been changed by its owner.
    fn plan(&self, requests: &[Request], tries: &Tries) -> Plan {
        let mut steps = Vec::new();
        for request in requests {
            let control = steps.len() + tries.bad.len();
            steps.extend(tries.probes(request, control));
            steps.push(self.control(request));
        }
        Plan {
            parameters: Vec::new(),
            kind: "forge-remote".into(),
            counterexamples: tries.counterexamples(&steps),
            canaries: Vec::new(),
            ends: Vec::new(),
            covers: tries.covers(requests.iter()),
            leaves_open: format!(
                "Endpoints that are not listed were not asked{}.",
                left_out(&self.without)
            ),
            steps,
        }
    }

    fn control(&self, request: &Request) -> Step {
        let actor = self.token_of.as_ref().unwrap_or(&self.actor);
        let name = format!("{} with a good token", request::in_words(request));
        let mut step = Step::http(Role::Control, name, actor, request.clone());
        step.expect = vec![succeeds()];
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{mistakes, names, plan, plan_in, project, tried};
    use crate::model::judge::falsify::Grade;

    #[test]
    fn without_a_private_key_only_what_nobody_signed_is_tried_and_a_token_is_needed() {
        let mut project = project();
        if let Scheme::Signed(signed) = &mut project.actors["forge"].scheme {
            signed.key = None;
        }
        let mistake = plan_in(&project, EXAMPLE).unwrap_err();
        assert_eq!(mistake[0].message, "`forge` has no private key to make a good token");
        let with_token = format!("{EXAMPLE}token_of: operator\n");
        let plan = plan_in(&project, &with_token).unwrap();
        assert_eq!(tried(&plan).grade, Grade::Sound);
        assert!(names(&plan).contains(&"GET /forge/notes with a token signed with a strange key"));
        assert!(!names(&plan).contains(&"GET /forge/notes with an expired token"));
    }

    #[test]
    fn a_forgery_is_left_out_by_name_and_said_to_be() {
        let plan = plan(&format!("{EXAMPLE}without: {{ ten-years: on purpose. }}\n"));
        assert!(!names(&plan).contains(&"GET /forge/notes with a token for ten years"));
        let open = "Endpoints that are not listed were not asked; `ten-years` was not tried: on \
                    purpose.";
        assert_eq!(plan.leaves_open, open);
    }

    #[test]
    fn an_actor_without_a_key_cannot_stand_for_the_platform() {
        let yaml = EXAMPLE.replace("as: forge", "as: acme");
        let message = "`acme` has no key: its scheme is not `signed`";
        assert_eq!(mistakes(&yaml), [("other-scheme", message.to_owned())]);
    }
}
