//! `connect-descriptor`: what the add-on tells the host product that it is, and asks for.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::Ask;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The kind.
pub(crate) struct ConnectDescriptor;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The descriptor's path on the target; `/atlassian-connect.json` if left out.
    get: Option<Spanned<String>>,
    /// The scopes that it asks for, no more and no fewer. If given, nothing but them is looked at;
    /// if left out, it is everything else.
    scopes: Option<Spanned<Vec<String>>>,
}

impl Kind for ConnectDescriptor {
    fn name(&self) -> &'static str {
        "connect-descriptor"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "The service publishes a descriptor of Atlassian Connect with which the host \
                     product must authenticate (`jwt`), and all of whose addresses are on the \
                     service itself, by https. With `scopes`: the descriptor asks for exactly these.",
            cannot_prove: "That customers have installed the add-on with this descriptor and no \
                           other, or that the service uses what it asks for as it should.",
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
        let span = settings.span.clone();
        let settings: Settings = context.read(settings, diagnostics)?;
        let get = settings.get.clone();
        let get = get.unwrap_or(Spanned { value: "/atlassian-connect.json".into(), span });
        let span = get.span.clone();
        let ask = Spanned { value: Ask { get: Some(get), ..Ask::default() }, span };
        let request = request::request(&ask, &Names::none(context), diagnostics);
        let request = request.filter(|_| diagnostics.is_clean_since(before))?;
        let origin = context.project.world.target.origin().ascii_serialization();
        Some(settings.plan(request, &origin))
    }
}

const EXAMPLE: &str = "\
kind: connect-descriptor
get: /atlassian-connect.json
";

impl Settings {
    fn plan(&self, request: Request, origin: &str) -> Plan {
        let asked = request::in_words(&request);
        let mut control =
            Step::http(Role::Control, format!("the answer of {asked}"), ANYONE, request);
        // A service that says so has none; one that will not tell has shown nothing.
        let told = [200, 404, 410].map(|status| json!(status));
        control.expect = vec![Expectation::new("/status", Test::OneOf(told.into()))];
        let mut probe = Step::new(Role::Probe, "the descriptor", ANYONE, Act::Recall(0));
        probe.control = Some(0);
        probe.expect = vec![Expectation::new("/status", Test::Equals(json!(200)))];
        let (counterexamples, covers) = match &self.scopes {
            Some(scopes) => {
                probe.expect.push(body("/scopes", Test::SameSet(values(scopes))));
                (fewer(scopes), "the scopes of")
            }
            None => {
                probe.expect.extend(framework(origin));
                (misled(), "authentication and addresses of")
            }
        };
        let shown = probe.expect.iter().map(|one| one.at.clone());
        probe.publish =
            shown.filter(|at| !at.ends_with("/modules") && !at.ends_with("/lifecycle")).collect();
        Plan {
            parameters: Vec::new(),
            kind: "connect-descriptor".into(),
            steps: vec![control, probe],
            canaries: Vec::new(),
            ends: Vec::new(),
            counterexamples,
            covers: format!("The descriptor that {asked} gives to anyone: {covers} the add-on."),
            leaves_open: "It does not show which descriptor a customer has installed.".into(),
        }
    }
}

fn body(at: &str, test: Test) -> Expectation {
    Expectation::new(format!("/body/json{at}"), test)
}

fn values(scopes: &[String]) -> Vec<Value> {
    scopes.iter().map(|scope| json!(scope)).collect()
}

/// What a descriptor must have (its schema requires the first three), and where it may lead.
fn framework(origin: &str) -> Vec<Expectation> {
    let on = || Test::AddressesOn(origin.to_owned());
    let if_there = |at: &str| body(at, Test::IfThere(Box::new(on())));
    vec![
        body("/key", Test::Exists(true)),
        body("/authentication/type", Test::Equals(json!("jwt"))),
        body("/baseUrl", Test::StartsWith("https://".into())),
        body("/baseUrl", on()),
        if_there("/links/self"),
        if_there("/lifecycle"),
        if_there("/modules"),
    ]
}

fn misled() -> Vec<Counterexample> {
    let modules = json!({"generalPages": [{"key": "a", "url": "https://elsewhere.invalid/a"}]});
    [
        ("the descriptor asks for no authentication", "/authentication/type", json!("none")),
        ("the add-on is reached by plain HTTP", "/baseUrl", json!("http://addon.invalid")),
        ("a page of the add-on is another host's", "/modules", modules),
        ("installations are told to another host", "/lifecycle/installed", json!("//x.invalid/")),
    ]
    .map(|(when, at, value)| negation(when, at, value))
    .into()
}

fn fewer(scopes: &[String]) -> Vec<Counterexample> {
    let one = |left: usize| {
        let others = scopes.iter().enumerate().filter(|(index, _)| *index != left);
        let others: Vec<&String> = others.map(|(_, scope)| scope).collect();
        negation(&format!("the scope {} is not asked for", scopes[left]), "/scopes", json!(others))
    };
    (0..scopes.len()).map(one).collect()
}

fn negation(when: &str, at: &str, value: Value) -> Counterexample {
    let edit = Edit::Set { step: 0, at: format!("/body/json{at}"), value };
    Counterexample { class: Class::Negation, when: when.into(), edits: vec![edit] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{changed, plan, sound, tried, verdict};
    use crate::model::answer::verdict::{Reason, Verdict};
    use crate::model::judge::falsify::Grade;

    const SCOPES: &str = "kind: connect-descriptor\nscopes: [READ, WRITE]";

    #[test]
    fn of_scopes_neither_one_more_nor_one_fewer_will_do() {
        let plan = plan(SCOPES);
        assert_eq!(verdict(&plan, &sound(&plan)), Verdict::Holds);
        assert_eq!(tried(&plan).grade, Grade::Sound);
        for scopes in [json!(["READ"]), json!(["READ", "WRITE", "ADMIN"]), json!("READ, WRITE")] {
            let all = changed(&plan, "the answer", |facts| {
                facts.set("/body/json/scopes", scopes.clone());
            });
            assert_ne!(verdict(&plan, &all), Verdict::Holds, "{scopes}");
        }
    }

    #[test]
    fn a_check_of_scopes_does_not_look_at_anything_else() {
        let plan = plan(SCOPES);
        let all = changed(&plan, "the answer", |facts| {
            facts.set("/body/json/authentication/type", json!("none"));
        });
        assert_eq!(verdict(&plan, &all), Verdict::Holds);
    }

    #[test]
    fn a_descriptor_that_is_gone_is_violated_and_one_that_is_kept_back_undecided() {
        let plan = plan(EXAMPLE);
        let with =
            |status: u16| changed(&plan, "the answer", |facts| facts.set("/status", json!(status)));
        assert_eq!(verdict(&plan, &with(404)), Verdict::Violated);
        let undecided = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(verdict(&plan, &with(401)), undecided);
    }
}
