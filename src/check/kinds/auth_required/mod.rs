//! `auth-required`: what needs a credential refuses every other one, and none.

pub(crate) mod bad_credential;
pub(crate) mod refusals;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::auth_required::bad_credential::{
    Bad, Tries, Without, forged, forgeries, leave_out, left_out, public_key_of,
};
use crate::check::kinds::auth_required::refusals::{Refusals, Requests, reading_of};
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::Ask;
use crate::model::plan::Plan;
use crate::model::plan::credential::{Credential, Forgery};
use crate::model::plan::request::Request;
use crate::model::project::actor::{Actor, Scheme};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The kind.
pub(crate) struct AuthRequired;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The actor whose credential is good: each endpoint must let it in.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// An actor whose tenant has been uninstalled: its credential must be refused.
    former: Option<Spanned<String>>,
    /// Another actor of the same scheme: its name with this actor's secret must be refused.
    other: Option<Spanned<String>>,
    /// An actor of the scheme `signed`: a token that has its public key for a secret must be refused.
    platform: Option<Spanned<String>>,
    /// Makes an object first, so that endpoints can name it as `${id}`; it is an endpoint too.
    create: Option<Spanned<Ask>>,
    /// JSON Pointer to that object's id in the answer; `/id` if left out.
    id: Option<Spanned<String>>,
    /// Takes the object away at the end.
    remove: Option<Spanned<Ask>>,
    /// The endpoints, each with its method.
    endpoints: Spanned<Vec<Spanned<Ask>>>,
    /// Bad credentials that are not tried, by name, each with the reason.
    #[serde(default)]
    without: Without,
}

impl Kind for AuthRequired {
    fn name(&self) -> &'static str {
        "auth-required"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "Each listed endpoint lets the owner of a good credential in, and refuses the \
                     same request without one, or with a bad one: garbage, expired, signed by \
                     somebody else, meant for another request, and so on, as the scheme allows.",
            cannot_prove: "That endpoints which are not listed refuse anybody, or that no good \
                           credential has fallen into the wrong hands.",
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
        let refusals = Refusals {
            owner: settings.actor.value.clone(),
            tries: Tries {
                bad: settings.bad_credentials(context, diagnostics),
                refusal: context.project.refusal.clone(),
            },
            requests: settings.requests(context, diagnostics),
            id_at: settings.id.as_ref().map_or("/id", |id| id.as_str()).to_owned(),
            leaves_open: settings.leaves_open(),
        };
        settings.tell_bad_endpoints(&refusals.requests.endpoints, context, diagnostics);
        (diagnostics.is_clean_since(before)).then(|| refusals.plan())
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
            self.tell_unlike(actor, other, context, diagnostics);
        }
        if let Some(former) = &self.former {
            all.push(Bad {
                name: "former",
                words: "with the credential of a tenant that was uninstalled",
                actor: former.value.clone(),
                credential: Credential::Own,
            });
        }
        if let Some(other) = &self.other {
            let forgery = Forgery::IssuerOf(other.value.clone());
            all.push(forged(&self.actor, "issuer-of", "under another tenant's name", forgery));
        }
        if let Some(platform) = &self.platform {
            self.tell_no_platform(platform, context, diagnostics);
            all.push(public_key_of(&self.actor, platform));
        }
        leave_out(&mut all, &self.without, &self.actor.span, context, diagnostics);
        all
    }

    fn tell_unlike(
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

    fn tell_no_platform(
        &self,
        platform: &Spanned<String>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) {
        let Some(found) = context.actor(platform, diagnostics) else {
            return;
        };
        if !matches!(found.scheme, Scheme::Signed(_)) {
            let message = format!("`{}` has no key: its scheme is not `signed`", platform.value);
            diagnostics.push(context.mistake(Code::OtherScheme, &platform.span, message));
        }
    }

    fn requests(&self, context: &Context<'_>, diagnostics: &mut Report) -> Requests {
        if self.endpoints.is_empty() {
            let message = "no endpoints, so that nothing would be asked";
            diagnostics.push(context.mistake(Code::EmptyList, &self.endpoints.span, message));
        }
        let mut names = Names::none(context);
        let mut read =
            |ask: &Spanned<Ask>, names: &Names<'_>| request::request(ask, names, diagnostics);
        let create = self.create.as_ref().and_then(|ask| read(ask, &names));
        if self.create.is_some() {
            names.captures.insert("id".into(), "id".into());
        }
        let remove = self.remove.as_ref().and_then(|ask| read(ask, &names));
        let endpoints = self.endpoints.iter().filter_map(|ask| read(ask, &names)).collect();
        self.tell_left_behind(context, diagnostics);
        Requests { create, endpoints, remove }
    }

    fn tell_left_behind(&self, context: &Context<'_>, diagnostics: &mut Report) {
        if let (Some(create), None) = (&self.create, &self.remove) {
            let message = "the object that is made here is never taken away";
            let help = "add `remove:` with the request that does";
            diagnostics.push(context.mistake(Code::LeftBehind, &create.span, message).help(help));
        }
        let bad = self.id.as_ref().filter(|id| !id.starts_with('/'));
        if let Some(id) = bad {
            let message = format!("`{}` is no JSON Pointer", id.value);
            diagnostics.push(context.mistake(Code::BadPointer, &id.span, message));
        }
    }

    fn tell_bad_endpoints(
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
            // A removal that is refused in word only shows in the owner's reading afterwards.
            if request.method == "DELETE" && reading_of(request, earlier).is_none() {
                let message = "nothing shows whether a forged removal removed something";
                tell(Code::UnseenRemoval, message, "list `get:` of the same path before it");
            }
        }
    }

    fn leaves_open(&self) -> String {
        format!("Endpoints that are not listed were not asked{}.", left_out(&self.without))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::check::fixture::{changed, everybody_gets, mistakes, plan, sound, tried, verdict};
    use crate::check::kind::Kind;
    use crate::model::answer::facts::Facts;
    use crate::model::answer::verdict::{Reason, Verdict};
    use crate::model::judge::falsify::Grade;
    use crate::model::plan::{Plan, Role};

    const WITH_OBJECT: &str = "\
kind: auth-required
as: acme
create: { post: /notes, json: { text: by a check } }
remove: { delete: \"/notes/${id}\" }
endpoints:
  - get: /notes/${id}
  - delete: /notes/${id}
";

    fn example() -> Plan {
        plan(super::AuthRequired.manual().example)
    }

    fn given(plan: &Plan, part: &str, change: impl Fn(&mut Facts)) -> Verdict {
        verdict(plan, &changed(plan, part, change))
    }

    #[test]
    fn a_forged_token_that_is_taken_is_a_violation() {
        let taken = |facts: &mut Facts| facts.set("/status", json!(200));
        for part in ["expired", "alg: none", "another request", "uninstalled", "GET /stats without"]
        {
            assert_eq!(given(&example(), part, taken), Verdict::Violated, "{part}");
        }
    }

    #[test]
    fn a_404_neither_lets_in_nor_refuses() {
        let missing = |facts: &mut Facts| facts.set("/status", json!(404));
        let wanted = Verdict::Inconclusive(Reason::Unparsable);
        assert_eq!(given(&example(), "GET /stats without", missing), wanted);
    }

    #[test]
    fn a_mistyped_path_is_inconclusive() {
        let missing = |facts: &mut Facts| facts.set("/status", json!(404));
        let wanted = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(given(&example(), "GET /stats", missing), wanted);
    }

    #[test]
    fn refusing_everybody_shows_nothing_and_admitting_everybody_is_a_violation() {
        let plan = example();
        let all = |status| everybody_gets(&plan, &json!({"status": status, "body": {"bytes": 0}}));
        assert_eq!(verdict(&plan, &all(401)), Verdict::Inconclusive(Reason::Credentials));
        assert_eq!(verdict(&plan, &all(500)), Verdict::Inconclusive(Reason::ServerError));
        assert_eq!(verdict(&plan, &all(200)), Verdict::Violated);
    }

    #[test]
    fn a_removal_is_tried_before_its_owner_does_it_and_looked_for_in_between() {
        let plan = plan(WITH_OBJECT);
        assert_eq!(plan.flaws(), []);
        assert_eq!(verdict(&plan, &sound(&plan)), Verdict::Holds);
        assert_eq!(tried(&plan).grade, Grade::Sound);
        let gone = |facts: &mut Facts| facts.set("/status", json!(404));
        assert_eq!(given(&plan, "is still there", gone), Verdict::Violated);
        let last = plan.steps.iter().rfind(|step| step.role == Role::Control).unwrap();
        assert_eq!(last.name, "DELETE /notes/${id} by its owner");
    }

    #[test]
    fn what_makes_the_object_is_tried_too() {
        let plan = plan(WITH_OBJECT);
        let taken = |facts: &mut Facts| facts.set("/status", json!(201));
        assert_eq!(given(&plan, "POST /notes with an expired", taken), Verdict::Violated);
    }

    #[test]
    fn a_bearer_token_has_fewer_forgeries() {
        let yaml = "{kind: auth-required, as: operator, endpoints: [{get: /ops/access-log}]}";
        let plan = plan(yaml);
        assert_eq!(plan.steps.len(), 3);
        assert_eq!(tried(&plan).grade, Grade::Sound);
    }

    #[test]
    fn mistakes_are_told() {
        let example = super::AuthRequired.manual().example;
        let told = |from: &str, to: &str| mistakes(&example.replace(from, to));
        assert_eq!(told("as: acme", "as: acne")[0].1, "unknown actor `acne`");
        assert_eq!(told("former: former", "former: acme")[0].0, "same-actor");
        assert_eq!(told("former: former", "former: operator")[0].0, "other-scheme");
        assert_eq!(told("ten-years:", "tenyears:")[0].0, "unknown-name");
        assert_eq!(told("get: /stats", "get: stats")[0].0, "bad-address");
        assert_eq!(told("get: /stats", "get: /config")[0].0, "duplicate-endpoint");
        assert_eq!(told("get: /stats", "delete: /stats")[0].0, "unseen-removal");
        let none = "{kind: auth-required, as: acme, endpoints: []}";
        assert_eq!(mistakes(none)[0].0, "empty-list");
        let left = WITH_OBJECT.replace("remove: { delete: \"/notes/${id}\" }\n", "");
        assert_eq!(mistakes(&left)[0].0, "left-behind");
    }
}
