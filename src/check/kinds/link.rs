//! `link`: the page that a sentence links to is there, is the right one, and open to anyone.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::Ask;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::{Destination, Request};
use crate::model::plan::{ANYONE, Plan, Role, Step};
use crate::model::project::Project;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// A page may send a reader on a few times: to another language, to a newer address.
const REDIRECTS_MAX: u8 = 5;

/// The kind.
pub(crate) struct Link;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The address; that of the first link in the claim's own words if left out.
    address: Option<Spanned<String>>,
    /// What the page's title must contain, so that an error page or a log-in page is told from it.
    title: Spanned<String>,
}

impl Kind for Link {
    fn name(&self) -> &'static str {
        "link"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "The page that the sentence links to is there for anyone, without logging in, \
                     at the host that the link names, and has the title that it should have.",
            cannot_prove: "That the page says what a reader expects of it; only its title is read.",
            example: "kind: link\naddress: https://www.heroku.com/policy/security\ntitle: Heroku Security\n",
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
        let whole = settings.span.clone();
        let settings: Settings = context.read(settings, diagnostics)?;
        if settings.title.trim().is_empty() {
            let message = "an empty title, which every page has";
            diagnostics.push(context.mistake(Code::EmptyExpect, &settings.title.span, message));
        }
        let address = settings.address(whole, context, diagnostics)?;
        let request = request(&address, context, diagnostics);
        let request = request.filter(|_| diagnostics.is_clean_since(before))?;
        Some(plan(request, &address, &settings.title, context.project))
    }
}

impl Settings {
    /// The address, as it was written here or in the claim's words.
    fn address(
        &self,
        whole: std::ops::Range<usize>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Spanned<String>> {
        if let Some(address) = &self.address {
            return Some(address.clone());
        }
        let links = context.claim.passages.first().map(|passage| &passage.links);
        let mut links = links.into_iter().flatten();
        let first = links.find(|link| link.address.starts_with("https://"));
        if first.is_none() {
            let message = "the claim's words have no link to an `https:` address";
            diagnostics.push(
                context
                    .mistake(Code::NoLink, &whole, message)
                    .help("put the link into the sentence, or write `address:` here"),
            );
        }
        first.map(|link| Spanned { value: link.address.clone(), span: whole })
    }
}

fn request(
    address: &Spanned<String>,
    context: &Context<'_>,
    diagnostics: &mut Report,
) -> Option<Request> {
    let ask = Ask { get: Some(address.clone()), ..Ask::default() };
    let span = address.span.clone();
    let request =
        request::request(&Spanned { value: ask, span }, &Names::none(context), diagnostics)?;
    let nobody_plays_it =
        context.project.world.demo && matches!(request.to, Destination::Address(_));
    if nobody_plays_it {
        let message =
            format!("nobody plays the host of `{}` while the demo is the target", address.value);
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
    let mut step = Step::http(Role::Probe, format!("the page at {address}"), ANYONE, request);
    step.expect = vec![
        Expectation::new("/status", Test::Equals(json!(200))),
        Expectation::new("/body/title", Test::Contains(title.to_owned())),
        Expectation::new("", Test::StaysOn(origin)),
    ];
    step.publish = vec!["/url".into(), "/body/title".into()];
    Plan {
        parameters: Vec::new(),
        kind: "link".into(),
        steps: vec![step],
        canaries: Vec::new(),
        ends: Vec::new(),
        counterexamples: counterexamples(),
        covers: format!("The page at {address}, asked for without logging in."),
        leaves_open: "Only the page's title was read: this does not show what else it says.".into(),
    }
}

/// The origin that the page must be at, as it is while these hosts play their roles.
fn origin(to: &Destination, address: &str, project: &Project) -> String {
    match to {
        Destination::Host(role, _) => {
            let host = project.world.hosts.get(role).or_else(|| project.hosts.get(role));
            format!("https://{}", host.map_or("", String::as_str))
        }
        _ => Url::parse(address)
            .map_or_else(|_| String::new(), |url| url.origin().ascii_serialization()),
    }
}

fn counterexamples() -> Vec<Counterexample> {
    let set = |at: &str, value| Edit::Set { step: 0, at: at.into(), value };
    let negation =
        |when: &str, edits| Counterexample { class: Class::Negation, when: when.into(), edits };
    vec![
        negation("the page is gone", vec![set("/status", json!(404))]),
        negation(
            "an error page comes with a status of success",
            vec![set("/body/title", json!("Page not found"))],
        ),
        negation(
            "a log-in page of another host comes in its place",
            vec![set("/url", json!("https://login.invalid/")), set("/body/title", json!("Log in"))],
        ),
        negation(
            "the answer has no title",
            vec![Edit::Remove { step: 0, at: "/body/title".into() }],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::check::fixture::{changed, mistakes, plan, verdict};
    use crate::model::answer::verdict::{Reason, Verdict};
    use crate::model::plan::request::Destination;

    /// The address is that of the link in the claim's words.
    const IN_WORDS: &str = "{kind: link, title: Heroku Security}";

    fn given(at: &str, value: &Value) -> Verdict {
        let plan = plan(IN_WORDS);
        verdict(&plan, &changed(&plan, "the page", |facts| facts.set(at, value.clone())))
    }

    #[test]
    fn the_first_link_of_the_words_is_asked_for_where_its_host_is_played() {
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
        assert_eq!(given("/url", &json!("https://login.example.com/")), Verdict::Violated);
    }

    #[test]
    fn a_server_that_fails_tells_nothing_of_the_link() {
        assert_eq!(given("/status", &json!(503)), Verdict::Inconclusive(Reason::ServerError));
    }

    #[test]
    fn mistakes_are_told() {
        assert_eq!(mistakes("{kind: link, title: ''}")[0].0, "empty-expect");
        let strange = "{kind: link, title: A, address: 'https://elsewhere.example/'}";
        assert_eq!(mistakes(strange)[0].0, "unknown-host");
        let plain = "{kind: link, title: A, address: 'http://www.heroku.com/'}";
        assert_eq!(mistakes(plain)[0].0, "bad-address");
    }
}
