//! `auth-required`: what needs a credential refuses every other one, and none.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::check::ask::{self, Ask};
use crate::check::bad_credential::{Bad, forged, forgeries};
use crate::check::expect::succeeds;
use crate::check::kind::{Context, Kind, Manual};
use crate::check::names::Names;
use crate::model::decode::Spanned;
use crate::model::diagnostic::{Diagnostic, help_with_list};
use crate::model::expect::{Expectation, Refusal, Test};
use crate::model::falsify::{Class, Counterexample, Edit};
use crate::model::node::Node;
use crate::model::plan::{
    Act, Capture, Credential, Forgery, Keep, Plan, Request, Role, Step, StepId,
};
use crate::model::project::Actor;

/// The kind.
pub(super) struct AuthRequired;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The actor whose credential is good: each endpoint must let it in.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// An actor whose tenant has been uninstalled: its credential must be refused.
    former: Option<Spanned<String>>,
    /// Another actor of the same scheme: its name with this actor's secret must be refused.
    other: Option<Spanned<String>>,
    /// Makes an object first, so that endpoints can name it as `${id}`.
    create: Option<Spanned<Ask>>,
    /// JSON Pointer to that object's id in the answer; `/id` if left out.
    id: Option<Spanned<String>>,
    /// Takes the object away at the end.
    remove: Option<Spanned<Ask>>,
    /// The endpoints, each with its method.
    endpoints: Spanned<Vec<Spanned<Ask>>>,
    /// Bad credentials that are not tried, by name, each with the reason.
    #[serde(default)]
    without: BTreeMap<String, Spanned<String>>,
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
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Plan> {
        let before = diagnostics.len();
        let settings: Settings = context.read(settings, diagnostics)?;
        let bad = settings.bad_credentials(context, diagnostics);
        let requests = settings.requests(context, diagnostics);
        settings.tell_unseen_removals(&requests, context, diagnostics);
        let refusal = context.project.refusal.clone();
        (diagnostics.len() == before).then(|| settings.plan(&requests, &Tries { bad, refusal }))
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

/// The endpoints' requests, what makes an object for them, and what takes it away.
struct Requests {
    create: Option<Request>,
    endpoints: Vec<Request>,
    remove: Option<Request>,
}

/// What is tried on each endpoint, and what must come of it.
struct Tries {
    bad: Vec<Bad>,
    refusal: Refusal,
}

impl Tries {
    fn probes(&self, request: &Request, control: StepId) -> impl Iterator<Item = Step> {
        let asked = ask::in_words(request);
        self.bad.iter().map(move |bad| {
            let name = format!("{asked} {}", bad.words);
            let mut step = Step::new(Role::Probe, name, &bad.actor, Act::Http(request.clone()));
            step.credential = bad.credential.clone();
            step.expect = vec![Expectation::new("", Test::Refused(self.refusal.clone()))];
            step.control = Some(control);
            step.keep = Keep::Digest;
            step
        })
    }
}

impl Settings {
    fn bad_credentials(
        &self,
        context: &Context<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Bad> {
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
        self.tell_unknown_names(&all, context, diagnostics);
        all.retain(|bad| !self.without.contains_key(bad.name));
        all
    }

    fn tell_unlike(
        &self,
        actor: &Actor,
        other: &Spanned<String>,
        context: &Context<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(found) = context.actor(other, diagnostics) else {
            return;
        };
        if other.value == self.actor.value {
            let message = format!("`{}` is the owner itself", other.value);
            diagnostics.push(context.mistake("same-actor", &other.span, message));
        } else if found.scheme.name() != actor.scheme.name() {
            let message = format!(
                "`{}` has a credential of another scheme ({}) than `{}` ({})",
                other.value,
                found.scheme.name(),
                self.actor.value,
                actor.scheme.name()
            );
            diagnostics.push(context.mistake("other-scheme", &other.span, message));
        }
    }

    fn tell_unknown_names(
        &self,
        all: &[Bad],
        context: &Context<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for (name, reason) in &self.without {
            if !all.iter().any(|bad| bad.name == name) {
                let message = format!("`{name}` is no credential that would be tried here");
                let help = help_with_list(name, all.iter().map(|bad| bad.name).collect::<Vec<_>>());
                diagnostics.push(context.mistake("unknown-name", &reason.span, message).help(help));
            }
            if reason.trim().is_empty() {
                let message = format!("no reason is given why `{name}` is left out");
                diagnostics.push(context.mistake("no-reason", &reason.span, message));
            }
        }
        if all.iter().all(|bad| self.without.contains_key(bad.name)) {
            let message = "every bad credential is left out, so that nothing would be asked";
            diagnostics.push(context.mistake("empty-list", &self.actor.span, message));
        }
    }

    fn requests(&self, context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) -> Requests {
        if self.endpoints.is_empty() {
            let message = "no endpoints, so that nothing would be asked";
            diagnostics.push(context.mistake("empty-list", &self.endpoints.span, message));
        }
        let mut names = Names::none(context);
        let mut read =
            |ask: &Spanned<Ask>, names: &Names<'_>| ask::request(ask, names, diagnostics);
        let create = self.create.as_ref().and_then(|ask| read(ask, &names));
        if self.create.is_some() {
            names.captures.insert("id".into(), "id".into());
        }
        let remove = self.remove.as_ref().and_then(|ask| read(ask, &names));
        let endpoints = self.endpoints.iter().filter_map(|ask| read(ask, &names)).collect();
        self.tell_left_behind(context, diagnostics);
        Requests { create, endpoints, remove }
    }

    fn tell_left_behind(&self, context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
        if let (Some(create), None) = (&self.create, &self.remove) {
            let message = "the object that is made here is never taken away";
            let help = "add `remove:` with the request that does";
            diagnostics.push(context.mistake("left-behind", &create.span, message).help(help));
        }
        let bad = self.id.as_ref().filter(|id| !id.starts_with('/'));
        if let Some(id) = bad {
            let message = format!("`{}` is no JSON Pointer", id.value);
            diagnostics.push(context.mistake("no-pointer", &id.span, message));
        }
    }

    /// A forged removal that is refused in word only shows in the owner's reading afterwards.
    fn tell_unseen_removals(
        &self,
        requests: &Requests,
        context: &Context<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let both = requests.endpoints.iter().zip(self.endpoints.iter());
        for (index, (request, written)) in both.enumerate() {
            let removes = request.method == "DELETE";
            if removes && reading_of(request, &requests.endpoints[..index]).is_none() {
                let message = "nothing shows whether a forged removal removed something";
                let help = "list `get:` of the same path before it";
                diagnostics
                    .push(context.mistake("unseen-removal", &written.span, message).help(help));
            }
        }
    }

    fn plan(&self, requests: &Requests, tries: &Tries) -> Plan {
        let mut steps = Vec::new();
        steps.extend(requests.create.clone().map(|request| self.create(request)));
        let mut controls = Vec::new();
        for (index, request) in requests.endpoints.iter().enumerate() {
            let read = reading_of(request, &requests.endpoints[..index]);
            let read = read.map(|read| controls[read]).filter(|_| request.method == "DELETE");
            controls.push(self.endpoint(request, tries, read, &mut steps));
        }
        steps.extend(requests.remove.clone().map(|request| self.remove(request)));
        Plan {
            kind: "auth-required".into(),
            counterexamples: counterexamples(&steps, &tries.refusal),
            canaries: Vec::new(),
            ends: Vec::new(),
            covers: covers(&requests.endpoints, &tries.bad),
            leaves_open: self.leaves_open(),
            steps,
        }
    }

    fn create(&self, request: Request) -> Step {
        let name = format!("{} makes an object", self.actor.value);
        let mut step = Step::http(Role::Prepare, name, &self.actor, request);
        let id = self.id.as_ref().map_or("/id", |id| id.as_str());
        let at = format!("/body/json{id}");
        step.captures = vec![Capture { name: "id".into(), at }];
        step
    }

    fn remove(&self, request: Request) -> Step {
        let name = format!("{} takes the object away", self.actor.value);
        Step::http(Role::Cleanup, name, &self.actor, request)
    }

    /// The steps of one endpoint; gives the control's.
    ///
    /// What changes nothing is asked by its owner first. What does is tried by everybody else
    /// before its owner does it: a removal that has happened cannot be tried.
    fn endpoint(
        &self,
        request: &Request,
        tries: &Tries,
        read: Option<StepId>,
        steps: &mut Vec<Step>,
    ) -> StepId {
        let start = steps.len();
        let after = usize::from(read.is_some());
        let control = if request.writes() { start + tries.bad.len() + after } else { start };
        let asked = ask::in_words(request);
        if !request.writes() {
            steps.push(self.control(request));
        }
        steps.extend(tries.probes(request, control));
        if let Some(read) = read {
            let mut step = Step::new(
                Role::Probe,
                format!("the object is still there after all forged tries of {asked}"),
                &self.actor,
                steps[read].act.clone(),
            );
            step.expect = vec![succeeds()];
            step.control = Some(read);
            steps.push(step);
        }
        if request.writes() {
            steps.push(self.control(request));
        }
        control
    }

    fn control(&self, request: &Request) -> Step {
        let name = format!("{} by its owner", ask::in_words(request));
        let mut step = Step::http(Role::Control, name, &self.actor, request.clone());
        step.expect = vec![succeeds()];
        step
    }

    fn leaves_open(&self) -> String {
        let mut text = "Endpoints that are not listed were not asked".to_owned();
        for (name, reason) in &self.without {
            text +=
                &format!("; `{name}` was not tried: {}", reason.value.trim().trim_end_matches('.'));
        }
        text + "."
    }
}

/// The index of the endpoint that reads what `request` removes.
fn reading_of(request: &Request, earlier: &[Request]) -> Option<usize> {
    let reads = |one: &Request| one.method == "GET" && one.to == request.to;
    earlier.iter().position(reads)
}

/// What nobody saw before: an answer that says "error" with a status of success, and a refusal in
/// another form.
fn counterexamples(steps: &[Step], refusal: &Refusal) -> Vec<Counterexample> {
    let Some(step) = steps.iter().position(|step| step.keep == Keep::Digest) else {
        return Vec::new();
    };
    let set = |at: &str, value| Edit::Set { step, at: at.into(), value };
    let name = &steps[step].name;
    let status_200 = vec![set("/status", json!(200)), set("/body/text", json!("error 401"))];
    let mut all = vec![Counterexample {
        class: Class::Negation,
        when: format!("the answer to “{name}” says “error” with a status of success"),
        edits: status_200,
    }];
    all.extend(refusal.statuses.iter().map(|status| Counterexample {
        class: Class::Benign,
        when: format!("“{name}” is refused with {status}"),
        edits: vec![set("/status", json!(status))],
    }));
    all
}

fn covers(endpoints: &[Request], bad: &[Bad]) -> String {
    let endpoints: Vec<String> = endpoints.iter().map(ask::in_words).collect();
    let bad: Vec<&str> = bad.iter().map(|bad| bad.words).collect();
    format!("{}; each {}.", endpoints.join(", "), bad.join(", "))
}
