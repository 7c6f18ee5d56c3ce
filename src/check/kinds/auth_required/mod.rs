//! `auth-required`: endpoints accept a good credential, and refuse bad ones and none.

pub(crate) mod bad_credential;
pub(crate) mod bad_tokens;
pub(crate) mod endpoints;
pub(crate) mod refusals;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::auth_required::bad_credential::{
    Bad, Tries, Without, forged, forgeries, leave_out, public_key_of,
};
use crate::check::kinds::auth_required::endpoints::{endpoints, other_endpoints, platform_key};
use crate::check::kinds::auth_required::refusals::{Refusals, Requests, reading_of};
use crate::check::written::placeholders::Names;
use crate::check::written::repeat::repeat;
use crate::check::written::request;
use crate::check::written::request::WrittenRequest;
use crate::model::plan::Plan;
use crate::model::plan::credential::{Credential, Forgery};
use crate::model::plan::looks::STRANGERS_REPEAT;
use crate::model::plan::request::Request;
use crate::model::project::actor::Actor;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// Endpoints refuse every caller without a good credential.
pub(crate) struct AuthRequired;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The actor with a good credential, which each endpoint must accept.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// An actor of an uninstalled tenant, whose credential each endpoint must refuse.
    former: Option<Spanned<String>>,
    /// Another actor of the same scheme: each endpoint must refuse its name with this actor's secret.
    other: Option<Spanned<String>>,
    /// An actor of the scheme `signed`: each endpoint must refuse a token with its public key as the
    /// secret.
    platform: Option<Spanned<String>>,
    /// The request that creates an object first, for `${id}` in endpoints; it is tested like an
    /// endpoint.
    create: Option<Spanned<WrittenRequest>>,
    /// JSON Pointer to the object's id in the answer; `/id` if left out.
    id: Option<Spanned<String>>,
    /// The request that deletes the object at the end.
    remove: Option<Spanned<WrittenRequest>>,
    /// The endpoints, each with its method.
    endpoints: Spanned<Vec<Spanned<WrittenRequest>>>,
    /// How often a caller without a credential, or with that of `former`, tries to read each endpoint, at
    /// each address; 3 if left out. Forged credentials are sent once to each address, and a request that
    /// changes something is sent once.
    repeat: Option<Spanned<u8>>,
    /// Bad credentials to leave out, by name, each with the reason.
    #[serde(default)]
    without: Without,
}

impl Kind for AuthRequired {
    type Settings = Settings;

    const NAME: &'static str = "auth-required";

    const MANUAL: Manual = Manual {
        proves: "Each listed endpoint accepts a good credential. It refuses the same request \
                 without a credential and with each bad one that the scheme allows, such as an \
                 expired one, one signed with another key, or one for another request.",
        cannot_prove: "That other endpoints refuse anybody, or that no good credential has been \
                       stolen.",
        example: EXAMPLE,
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let refusals = Refusals {
            owner: settings.actor.value.clone(),
            tries: Tries {
                bad: settings.bad_credentials(context, diagnostics),
                refusal: context.project.refusal.clone(),
                repeat: repeat(settings.repeat.as_ref(), STRANGERS_REPEAT, context, diagnostics),
            },
            requests: settings.requests(context, diagnostics),
            id_at: settings.id.as_ref().map_or("/id", |id| id.as_str()).to_owned(),
            leaves_open: other_endpoints(&settings.without),
        };
        settings.report_bad_endpoints(&refusals.requests.endpoints, context, diagnostics);
        Some(refusals.plan(AuthRequired::NAME))
    }
}

const EXAMPLE: &str = "\
kind: auth-required
as: acme
former: former
other: globex
endpoints:
  - get: /config
  - get: /stats
  - put: /config
    json: { theme: plain }
without:
  ten-years: the service takes long-lived credentials on purpose
";

impl Settings {
    fn bad_credentials(&self, context: &Context<'_>, diagnostics: &mut Report) -> Vec<Bad> {
        let Some(actor) = context.actor(&self.actor, diagnostics) else {
            return Vec::new();
        };
        let mut all = forgeries(&self.actor, actor);
        for other in self.former.iter().chain(&self.other) {
            self.report_other_scheme(actor, other, context, diagnostics);
        }
        if let Some(former) = &self.former {
            all.push(Bad {
                name: "former",
                words: "with the credential of an uninstalled tenant",
                actor: former.value.clone(),
                credential: Credential::Own,
            });
        }
        if let Some(other) = &self.other {
            let forgery = Forgery::IssuerOf(other.value.clone());
            all.push(forged(&self.actor, "issuer-of", "under another tenant's name", forgery));
        }
        if let Some(platform) = &self.platform {
            platform_key(platform, context, diagnostics);
            all.push(public_key_of(&self.actor, platform));
        }
        leave_out(&mut all, &self.without, &self.actor.span, context, diagnostics);
        all
    }

    fn report_other_scheme(
        &self,
        actor: &Actor,
        other: &Spanned<String>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) {
        let Some(found) = context.actor(other, diagnostics) else {
            return;
        };
        if other.value == self.actor.value {
            let message = format!("`{}` is the owner itself", other.value);
            diagnostics.push(context.mistake(Code::SameActor, &other.span, message));
        } else if found.scheme.name() != actor.scheme.name() {
            let message = format!(
                "`{}` has a credential of another scheme ({}) than `{}` ({})",
                other.value,
                found.scheme.name(),
                self.actor.value,
                actor.scheme.name()
            );
            diagnostics.push(context.mistake(Code::OtherScheme, &other.span, message));
        }
    }

    fn requests(&self, context: &Context<'_>, diagnostics: &mut Report) -> Requests {
        let mut names = Names::none(context);
        let create = self.create.as_ref();
        let create = create.and_then(|ask| request::request(ask, &names, diagnostics));
        if self.create.is_some() {
            names.captures.insert("id".into(), "id".into());
        }
        let remove = self.remove.as_ref();
        let remove = remove.and_then(|ask| request::request(ask, &names, diagnostics));
        let endpoints = endpoints(&self.endpoints, &names, diagnostics);
        self.report_left_behind(context, diagnostics);
        Requests { create, endpoints, remove }
    }

    fn report_left_behind(&self, context: &Context<'_>, diagnostics: &mut Report) {
        if let (Some(create), None) = (&self.create, &self.remove) {
            let message = "nothing deletes the object that is created here";
            let help = "add `remove:` with the request that deletes it";
            diagnostics.push(context.mistake(Code::LeftBehind, &create.span, message).help(help));
        }
        let bad = self.id.as_ref().filter(|id| !id.starts_with('/'));
        if let Some(id) = bad {
            let message = format!("`{}` is not a JSON Pointer", id.value);
            diagnostics.push(context.mistake(Code::BadPointer, &id.span, message));
        }
    }

    fn report_bad_endpoints(
        &self,
        requests: &[Request],
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) {
        for (index, (request, written)) in requests.iter().zip(self.endpoints.iter()).enumerate() {
            let earlier = &requests[..index];
            let mut tell = |code, message: &str, help: &str| {
                diagnostics.push(context.mistake(code, &written.span, message).help(help));
            };
            let same = |one: &Request| one.method == request.method && one.to == request.to;
            if earlier.iter().any(same) {
                tell(Code::DuplicateEndpoint, "this endpoint is listed twice", "leave one out");
            }
            // Only reading the object afterwards shows whether a removal was refused in fact.
            if request.method == "DELETE" && reading_of(request, earlier).is_none() {
                let message =
                    "nothing shows whether a removal with a bad credential removed the object";
                tell(Code::UnseenRemoval, message, "list `get:` of the same path before it");
            }
        }
    }
}
