//! `auth-required`: endpoints accept a good credential, and refuse bad ones and none.

pub(crate) mod bad_credential;
pub(crate) mod bad_tokens;
pub(crate) mod effect;
pub(crate) mod endpoints;
pub(crate) mod refusals;
#[cfg(test)]
mod tests;
pub(crate) mod variants;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::auth_required::bad_credential::{
    Bad, Tries, Without, forgeries, leave_out, of_other, public_key_of,
};
use crate::check::kinds::auth_required::effect::{ReadsBack, reading, report_unknown};
use crate::check::kinds::auth_required::endpoints::{
    Guarded, WrittenEndpoint, endpoints, other_endpoints, platform_key,
};
use crate::check::kinds::auth_required::refusals::{Endpoint, Refusals, Requests};
use crate::check::kinds::auth_required::variants::Variants;
use crate::check::written::placeholders::Names;
use crate::check::written::repeat::repeat;
use crate::check::written::request;
use crate::check::written::request::WrittenRequest;
use crate::model::plan::Plan;
use crate::model::plan::credential::Credential;
use crate::model::plan::looks::STRANGERS_REPEAT;
use crate::model::plan::request::Request;
use crate::model::project::actor::{Actor, Scheme};
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
    /// Another actor of the same scheme (`connect`, `basic`, or a token with `jwt: true`): each endpoint must refuse
    /// its name, claims or secret together with those of this actor. Its secret is sent to the target only if the target
    /// may receive it.
    other: Option<Spanned<String>>,
    /// An actor of the scheme `signed`: each endpoint must refuse a token with its public key as the
    /// secret.
    platform: Option<Spanned<String>>,
    /// The request that creates an object first, for `${id}` in endpoints; it is tested like an
    /// endpoint. With `${canary}` in its body, the object contains a random mark, which no answer to a bad
    /// credential may contain.
    create: Option<Spanned<WrittenRequest>>,
    /// JSON Pointer to the object's id in the answer; `/id` if left out.
    id: Option<Spanned<String>>,
    /// The request that deletes the object at the end.
    remove: Option<Spanned<WrittenRequest>>,
    /// The endpoints, each with its method.
    endpoints: Spanned<Vec<Spanned<WrittenEndpoint>>>,
    /// How often a caller without a credential, or with that of `former`, tries to read each endpoint, at
    /// each address; 3 if left out. Forged credentials are sent once to each address, and a request that
    /// changes something is sent once.
    repeat: Option<Spanned<u8>>,
    /// By request that writes, such as `POST /notes`: the path at which its owner reads whether the
    /// refused requests had an effect, a whole request, or `none`. The answer must not change for another reason
    /// meanwhile. If left out, it is the path of the request itself for `PUT`, `PATCH` and `DELETE`.
    #[serde(default)]
    reads_back: ReadsBack,
    /// [Bad credentials](#bad-credentials) and other spellings of the request (`head`, `query-token`,
    /// `trailing-slash`, `doubled-slash`, `other-case`, `encoded-slash`, `method-override`) to leave out, by name,
    /// each with the reason. A wrong password locks the account of many services: leave it out there.
    #[serde(default)]
    without: Without,
}

impl Kind for AuthRequired {
    type Settings = Settings;

    const NAME: &'static str = "auth-required";

    const MANUAL: Manual = Manual {
        proves: "Each listed endpoint accepts a good credential. It refuses the same request \
                 without a credential and with each bad one that the scheme allows, such as an \
                 expired one, one signed with another key, or one for another request. No answer \
                 contains the owner's data, whatever its status, in any other spelling of the \
                 request either. Refused requests that write have no effect: the owner reads \
                 twice before and once after them, and only what differs between the first two \
                 may change.",
        cannot_prove: "That other endpoints refuse anybody, or that no good credential has been \
                       stolen. The effect of a refused request is not looked at where nothing is \
                       read back, which the page says.",
        example: EXAMPLE,
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let refusals = Refusals {
            owner: settings.actor.value.clone(),
            tries: Tries {
                bad: settings.bad_credentials(context, diagnostics),
                repeat: repeat(settings.repeat.as_ref(), STRANGERS_REPEAT, context, diagnostics),
            },
            variants: settings.variants(context),
            requests: settings.requests(context, diagnostics),
            marked: settings.create.as_ref().is_some_and(|create| create.has_canary()),
            id_at: settings.id.as_ref().map_or("/id", |id| id.as_str()).to_owned(),
            leaves_open: other_endpoints(&settings.without) + settings.never_let_in(),
        };
        settings.report_bad_endpoints(&refusals.requests.endpoints, context, diagnostics);
        settings.report_left_behind(context, diagnostics);
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
        let mut all = forgeries(&self.actor, actor, context.project);
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
            match of_other(&self.actor, actor, other, context.project) {
                Some(bad) => all.extend(bad),
                None => self.report_no_tenant(actor, other, context, diagnostics),
            }
        }
        if let Some(platform) = &self.platform {
            platform_key(platform, context, diagnostics);
            all.push(public_key_of(&self.actor, platform));
        }
        let further: Vec<&str> = variants::names().collect();
        leave_out(&mut all, (&self.without, &further), &self.actor.span, context, diagnostics);
        all
    }

    fn report_no_tenant(
        &self,
        actor: &Actor,
        other: &Spanned<String>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) {
        let name = actor.scheme.name();
        let message = format!("a credential of the scheme `{name}` does not name its tenant");
        let help = match &actor.scheme {
            Scheme::Bearer(_) | Scheme::Header { .. } => {
                "remove `other:`; if the credential is a JSON Web Token, add `jwt: true` to both actors"
            }
            _ => "remove `other:`",
        };
        diagnostics.push(context.mistake(Code::OtherScheme, &other.span, message).help(help));
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
            let mistake = context.mistake(Code::SameActor, &other.span, message);
            diagnostics.push(mistake.help("name another actor"));
        } else if found.scheme.name() != actor.scheme.name() {
            let message = format!(
                "`{}` has a credential of another scheme ({}) than `{}` ({})",
                other.value,
                found.scheme.name(),
                self.actor.value,
                actor.scheme.name()
            );
            let mistake = context.mistake(Code::OtherScheme, &other.span, message);
            diagnostics.push(mistake.help("name an actor with the same kind of credential"));
        }
    }

    /// For the reader: an uninstalled tenant's credential may never have been good.
    fn never_let_in(&self) -> &'static str {
        match self.former {
            Some(_) => {
                " It does not show that the uninstalled tenant's credential was ever accepted."
            }
            None => "",
        }
    }

    fn variants(&self, context: &Context<'_>) -> Variants {
        let actor = context.project.actors.get(&self.actor.value);
        Variants {
            owner: self.actor.value.clone(),
            scheme: actor.map(|actor| actor.scheme.clone()),
            without: self.without.keys().cloned().collect(),
        }
    }

    fn requests(&self, context: &Context<'_>, diagnostics: &mut Report) -> Requests {
        let mut names = Names { canary_of: Some(&self.actor.value), ..Names::none(context) };
        let create = self.create.as_ref();
        let create = create.and_then(|ask| request::request(ask, &names, diagnostics));
        names.canary_of = None;
        if self.create.is_some() {
            names.captures.insert("id".into(), "id".into());
        }
        let remove = self.remove.as_ref();
        let remove = remove.and_then(|ask| request::request(ask, &names, diagnostics));
        let endpoints = endpoints(&self.endpoints, &self.actor, &names, diagnostics);
        let requests = endpoints.iter().map(|one| &one.request);
        let all: Vec<&Request> = create.iter().chain(requests).collect();
        report_unknown(&self.reads_back, &all, &names, diagnostics);
        let mut with_reading = |Guarded { request, refusal }: Guarded| {
            let diagnostics = &mut *diagnostics;
            let reads_back = reading(&request, &endpoints, &self.reads_back, (&names, diagnostics));
            Endpoint { request, reads_back, refusal }
        };
        let refusal = || context.project.refusal_of(&self.actor).clone();
        let create = create.map(|request| Guarded { request, refusal: refusal() });
        let create = create.map(&mut with_reading).map(|create| self.readable(create));
        let endpoints = endpoints.iter().cloned().map(with_reading);
        let endpoints = endpoints.map(|endpoint| match endpoint.request.method.as_str() {
            // An object that somebody else adds to a list would be taken for an effect.
            "POST" => Endpoint {
                reads_back: endpoint.reads_back.filter(|reading| reading.stays),
                ..endpoint
            },
            _ => endpoint,
        });
        Requests { create, endpoints: endpoints.collect(), remove }
    }

    /// A list that is not named by the author shows a new object only by its mark.
    fn readable(&self, create: Endpoint) -> Endpoint {
        let marked = self.create.as_ref().is_some_and(|create| create.has_canary());
        let reads_back = create.reads_back.filter(|reading| reading.stays || marked);
        Endpoint { reads_back, ..create }
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
            let mistake = context.mistake(Code::BadPointer, &id.span, message);
            diagnostics.push(mistake.help("begin it with `/`"));
        }
    }

    fn report_bad_endpoints(
        &self,
        requests: &[Endpoint],
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) {
        for (index, (endpoint, written)) in requests.iter().zip(self.endpoints.iter()).enumerate() {
            let (request, earlier) = (&endpoint.request, &requests[..index]);
            let mut tell = |code, message: &str, help: &str| {
                diagnostics.push(context.mistake(code, &written.span, message).help(help));
            };
            // All operations of GraphQL have the same address.
            let same = |one: &Endpoint| {
                one.request.method == request.method
                    && one.request.to == request.to
                    && one.request.operation() == request.operation()
            };
            if earlier.iter().any(same) {
                tell(Code::DuplicateEndpoint, "this endpoint is listed twice", "leave one out");
            }
            // Only reading the object afterwards shows whether a removal was refused in fact.
            if request.method == "DELETE" && endpoint.reads_back.is_none() {
                let message =
                    "nothing shows whether a removal with a bad credential removed the object";
                tell(Code::UnseenRemoval, message, "name a path under `reads_back:`");
            }
        }
    }
}
