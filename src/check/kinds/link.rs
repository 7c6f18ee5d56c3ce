//! `link`: the page that a claim links to exists, is the right one, and is open to anyone.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::counterexample::{negation, remove, set};
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::{Destination, Request};
use crate::model::plan::template::Template;
use crate::model::plan::{ANYONE, Canary, Plan, Role, Step, Word};
use crate::model::project::Project;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// A page may redirect a few times, such as to another language or a newer address.
const REDIRECTS_MAX: u8 = 5;

/// The placeholder of the path that does not exist.
const NOWHERE: &str = "made-up-path";

/// The page behind a link of the claim.
pub(crate) struct Link;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The address, or a path of the target; the first link in the claim's text if left out.
    address: Option<Spanned<String>>,
    /// A text that the page's title must contain, which an error page or a log-in page does not have.
    title: Spanned<String>,
    /// The platform that the service runs on, such as `Heroku`, where the page is its own statement about
    /// itself. The claim then also needs an `attestation` that the service uses the platform, and the page
    /// shows it as “Provided by the platform”.
    platform: Option<Spanned<String>>,
}

impl Kind for Link {
    type Settings = Settings;

    const NAME: &'static str = "link";

    const MANUAL: Manual = Manual {
        proves: "Anyone can open the page that the claim links to, without logging in, on the \
                 host that the link names. Its title contains the expected text, and is not that \
                 of an error page. The host does not answer a made-up address with such a page.",
        cannot_prove: "What else is on the page: only its title is read. What a page says is its \
                       publisher's statement: with `platform:`, the basis is “inherited”; \
                       without it, the claim is that the page is there, which is tested.",
        example: "kind: link\naddress: https://www.heroku.com/policy/security\ntitle: Heroku Security\n",
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        if settings.title.trim().is_empty() {
            let message = "an empty title, which every page contains";
            let mistake = context.mistake(Code::EmptyExpect, &settings.title.span, message);
            diagnostics.push(mistake.help("write a part of the page's title"));
        }
        let address = settings.address(context, diagnostics)?;
        let request = request(&address, context, diagnostics)?;
        let mut plan = plan(request, &address, &settings.title, context.project);
        if let Some(platform) = &settings.platform {
            inherit(platform, &mut plan, context, diagnostics);
        }
        Some(plan)
    }
}

impl Settings {
    /// The address, as written in the check or in the claim's text.
    fn address(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Spanned<String>> {
        if let Some(address) = &self.address {
            return Some(address.clone());
        }
        let links = context.claim.passages.first().map(|passage| &passage.links);
        let mut links = links.into_iter().flatten();
        let first = links.find(|link| link.address.starts_with("https://"));
        if first.is_none() {
            let message = "the claim's text has no link to an `https:` address";
            diagnostics.push(
                context
                    .mistake(Code::NoLink, context.span, message)
                    .help("put the link into the sentence, or write `address:` here"),
            );
        }
        first.map(|link| Spanned { value: link.address.clone(), span: context.span.clone() })
    }
}

fn request(
    address: &Spanned<String>,
    context: &Context<'_>,
    diagnostics: &mut Report,
) -> Option<Request> {
    let request = request::get(address, None, &Names::none(context), diagnostics)?;
    let has_no_demo_host =
        context.project.world.demo && matches!(request.to, Destination::Address(_));
    if has_no_demo_host {
        let message = format!("no demo host is configured for `{}`", address.value);
        diagnostics.push(
            context
                .mistake(Code::UnknownHost, &address.span, message)
                .help("give that host a role in `hosts:` of `avouch.yaml`"),
        );
    }
    Some(Request { redirects_max: REDIRECTS_MAX, ..request })
}

fn plan(request: Request, address: &str, title: &str, project: &Project) -> Plan {
    let origin = origin(&request.to, address, project);
    let nowhere = nowhere(&request, address);
    let mut step = Step::http(Role::Probe, format!("the page at {address}"), ANYONE, request);
    step.expect = vec![
        Expectation::new("/status", Test::Equals(json!(200))),
        Expectation::new("/body/title", Test::Contains(title.to_owned())),
        Expectation::new("/body/title", Test::NoErrorTitle(title.to_owned())),
        Expectation::new("", Test::StaysOn(origin)),
    ];
    step.publish = vec!["/url".into(), "/body/title".into()];
    // It comes after the test, which does not depend on it: not every host answers such requests.
    let name = "a page of the same host that does not exist";
    let mut steps = vec![step, Step::http(Role::Control, name, ANYONE, nowhere)];
    for step in &mut steps {
        step.sees = vec![CanaryId(0)];
    }
    Plan {
        counterexamples: counterexamples(),
        canaries: vec![Canary { owner: NOWHERE.to_owned(), marker: None }],
        covers: format!("The page at {address}, requested without logging in."),
        leaves_open: "Only the page's title was read: this does not show what else is on the page."
            .into(),
        ..Plan::new(Link::NAME, steps)
    }
}

/// A request for a path next to the linked one that is generated for each run.
fn nowhere(request: &Request, address: &str) -> Request {
    let parent = parent_path(request.to.template(), address);
    let path = format!("{parent}/${{canary:{NOWHERE}}}");
    let to = match &request.to {
        Destination::Host(role, _) => Destination::Host(role.clone(), Template(path)),
        Destination::Target(_) | Destination::PlainTarget(_) => Destination::Target(Template(path)),
        Destination::Address(_) => {
            let origin = Url::parse(address).map(|url| url.origin().ascii_serialization());
            Destination::Address(Template(origin.unwrap_or_default() + &path))
        }
    };
    Request { to, ..request.clone() }
}

/// The path of the folder that a linked page is in, without a slash at its end.
fn parent_path(path: &Template, address: &str) -> String {
    let url = Url::parse(address);
    let path = url.as_ref().map_or(path.0.as_str(), Url::path);
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    path.rsplit_once('/').map_or_else(String::new, |(parent, _)| parent.to_owned())
}

/// Makes the page a platform's own statement, on which the claim rests.
fn inherit(
    platform: &Spanned<String>,
    plan: &mut Plan,
    context: &Context<'_>,
    diagnostics: &mut Report,
) {
    if platform.trim().is_empty() {
        diagnostics.push(Diagnostic::empty_value(context.place(&platform.span), "platform"));
    }
    if !context.claim.checks.iter().any(|one| one.kind.value == "attestation") {
        let message = format!("nobody attests that the service uses {}", platform.value);
        let help = "add a check of the kind `attestation` to this claim";
        let code = Code::MisplacedSetting;
        diagnostics.push(context.mistake(code, &platform.span, message).help(help));
    }
    plan.leaves_open = format!(
        "What the page says is the own statement of {}; it was not tested.",
        platform.value
    );
    plan.steps.iter_mut().for_each(|step| step.word = Word::Inherited);
}

/// The origin that the page must have, given the hosts of this run.
fn origin(to: &Destination, address: &str, project: &Project) -> String {
    match to {
        Destination::Host(role, _) => {
            let host = project.world.hosts.get(role).or_else(|| project.hosts.get(role));
            format!("https://{}", host.map_or("", String::as_str))
        }
        Destination::Target(_) | Destination::PlainTarget(_) => {
            project.world.target.origin().ascii_serialization()
        }
        _ => Url::parse(address)
            .map_or_else(|_| String::new(), |url| url.origin().ascii_serialization()),
    }
}

fn counterexamples() -> Vec<Counterexample> {
    let title = |title: &str| set(StepId(0), "/body/title", title);
    let log_in = Counterexample {
        class: Class::Negation,
        when: "a log-in page of another host is shown instead".into(),
        edits: vec![set(StepId(0), "/url", "https://login.invalid/"), title("Log in")],
    };
    vec![
        negation("the page does not exist", set(StepId(0), "/status", 404)),
        negation("an error page has the status of a success", title("404 - not found")),
        Counterexample {
            class: Class::Decoy,
            when: "the page is the one that the host has for an address that does not exist".into(),
            edits: vec![Edit::Swap { step: StepId(0), with: StepId(1) }],
        },
        log_in,
        negation("the answer has no title", remove(StepId(0), "/body/title")),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::check::fixture::{changed, mistakes, plan, sound, tried, verdict};
    use crate::model::answer::verdict::{Reason, Verdict};
    use crate::model::judge::falsify::{Grade, falsify};
    use crate::model::plan::request::Destination;

    /// The address is the link in the claim's text.
    const IN_WORDS: &str = "{kind: link, title: Heroku Security}";

    fn given(at: &str, value: &Value) -> Verdict {
        let plan = plan(IN_WORDS);
        verdict(&plan, &changed(&plan, "the page", |facts| facts.set(at, value.clone())))
    }

    #[test]
    fn the_first_link_of_the_text_is_requested_from_the_host_of_its_role() {
        let plan = plan(IN_WORDS);
        let to = &plan.steps[0].request().unwrap().to;
        assert_eq!(*to, Destination::Host("platform".into(), "/policy/security".into()));
        let page = json!("https://platform.demo.test/policy/security");
        assert_eq!(given("/url", &page), Verdict::Holds);
    }

    #[test]
    fn a_dead_link_an_error_page_and_a_log_in_page_elsewhere_are_violations() {
        assert_eq!(given("/status", &json!(404)), Verdict::Violated);
        assert_eq!(given("/body/title", &json!("Not found")), Verdict::Violated);
        let soft = json!("404 - Heroku Security not found");
        assert_eq!(given("/body/title", &soft), Verdict::Violated);
        assert_eq!(given("/url", &json!("https://login.example.com/")), Verdict::Violated);
    }

    #[test]
    fn a_host_that_has_the_same_title_for_every_address_shows_nothing() {
        let plan = plan(IN_WORDS);
        assert_eq!(tried(&plan).grade, Grade::Sound, "{:#?}", tried(&plan));
        let mut all = sound(&plan);
        all[1].answer = all[0].answer.clone();
        assert_eq!(verdict(&plan, &all), Verdict::Holds);
        assert_eq!(falsify(&plan, &all).grade, Grade::Weak);
        for status in [404, 429, 503] {
            let other =
                changed(&plan, "does not exist", |facts| facts.set("/status", json!(status)));
            assert_eq!(verdict(&plan, &other), Verdict::Holds);
            assert_eq!(falsify(&plan, &other).grade, Grade::Sound, "{status}");
        }
    }

    #[test]
    fn a_server_error_proves_nothing_about_the_link() {
        assert_eq!(given("/status", &json!(503)), Verdict::Inconclusive(Reason::ServerError));
    }

    #[test]
    fn mistakes_are_reported() {
        assert_eq!(mistakes("{kind: link, title: ''}")[0].0, "empty-expect");
        let strange = "{kind: link, title: A, address: 'https://elsewhere.example/'}";
        assert_eq!(mistakes(strange)[0].0, "unknown-host");
        let plain = "{kind: link, title: A, address: 'http://www.heroku.com/'}";
        assert_eq!(mistakes(plain)[0].0, "bad-address");
    }
}
