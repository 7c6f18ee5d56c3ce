//! `connect-descriptor`: the descriptor that the add-on publishes for the host product.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::counterexample::{negation, set};
use crate::check::written::expect::is_there_or_not;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::Counterexample;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;

/// The path of the descriptor if the author gives none.
const STANDARD_PATH: &str = "/atlassian-connect.json";

/// The descriptor of an add-on for Atlassian Connect.
pub(crate) struct ConnectDescriptor;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The descriptor's path on the target; `/atlassian-connect.json` if left out.
    get: Option<Spanned<String>>,
    /// Exactly the scopes that the descriptor must request. If given, only they are tested; if left
    /// out, everything else is.
    scopes: Option<Spanned<Vec<String>>>,
}

impl Kind for ConnectDescriptor {
    type Settings = Settings;

    const NAME: &'static str = "connect-descriptor";

    const MANUAL: Manual = Manual {
        proves: "The service publishes an Atlassian Connect descriptor that requires \
                 authentication (`jwt`). All its addresses use https and are on the service \
                 itself. With `scopes`: the descriptor requests exactly these.",
        cannot_prove: "That customers installed the add-on with this descriptor and no other, or \
                       that the service uses its scopes properly.",
        example: EXAMPLE,
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let standard = || Spanned { value: STANDARD_PATH.into(), span: context.span.clone() };
        let path = settings.get.clone().unwrap_or_else(standard);
        let request = request::get(&path, None, &Names::none(context), diagnostics)?;
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
            Step::http(Role::Control, format!("the answer to {asked}"), ANYONE, request);
        control.expect = vec![is_there_or_not()];
        let mut probe = Step::new(Role::Probe, "the descriptor", ANYONE, Act::Recall(StepId(0)));
        probe.control = Some(StepId(0));
        probe.expect = vec![Expectation::new("/status", Test::Equals(json!(200)))];
        let (counterexamples, covers) = match &self.scopes {
            Some(scopes) => {
                probe.expect.push(body("/scopes", Test::SameSet(values(scopes))));
                (of_scopes(scopes), "the scopes of")
            }
            None => {
                probe.expect.extend(framework(origin));
                (of_framework(), "authentication and addresses of")
            }
        };
        let shown = probe.expect.iter().map(|one| one.at.clone());
        probe.publish =
            shown.filter(|at| !at.ends_with("/modules") && !at.ends_with("/lifecycle")).collect();
        Plan {
            counterexamples,
            covers: format!("The descriptor at {asked}, as anyone gets it: {covers} the add-on."),
            leaves_open: "It does not show which descriptor a customer has installed.".into(),
            ..Plan::new(ConnectDescriptor::NAME, vec![control, probe])
        }
    }
}

fn body(at: &str, test: Test) -> Expectation {
    Expectation::new(format!("/body/json{at}"), test)
}

fn values(scopes: &[String]) -> Vec<Value> {
    scopes.iter().map(|scope| json!(scope)).collect()
}

/// The keys that a descriptor must have (its schema requires the first three), and where its
/// addresses may lead.
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

fn of_framework() -> Vec<Counterexample> {
    let modules = json!({"generalPages": [{"key": "a", "url": "https://elsewhere.invalid/a"}]});
    [
        ("the descriptor requires no authentication", "/authentication/type", json!("none")),
        ("the address of the add-on is plain HTTP", "/baseUrl", json!("http://addon.invalid")),
        ("a page of the add-on is on another host", "/modules", modules),
        (
            "installations are reported to another host",
            "/lifecycle/installed",
            json!("//x.invalid/"),
        ),
    ]
    .map(|(when, at, value)| negation(when, set(StepId(0), &format!("/body/json{at}"), value)))
    .into()
}

fn of_scopes(scopes: &[String]) -> Vec<Counterexample> {
    let one = |left: usize| {
        let others = scopes.iter().enumerate().filter(|(index, _)| *index != left);
        let others: Vec<&String> = others.map(|(_, scope)| scope).collect();
        let when = format!("the descriptor does not request the scope {}", scopes[left]);
        negation(when, set(StepId(0), "/body/json/scopes", json!(others)))
    };
    (0..scopes.len()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{changed, plan, sound, tried, verdict};
    use crate::model::answer::verdict::{Reason, Verdict};
    use crate::model::judge::falsify::Grade;

    const SCOPES: &str = "kind: connect-descriptor\nscopes: [READ, WRITE]";

    #[test]
    fn one_scope_more_or_less_does_not_hold() {
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
    fn a_check_of_scopes_tests_nothing_else() {
        let plan = plan(SCOPES);
        let all = changed(&plan, "the answer", |facts| {
            facts.set("/body/json/authentication/type", json!("none"));
        });
        assert_eq!(verdict(&plan, &all), Verdict::Holds);
    }

    #[test]
    fn a_missing_descriptor_is_violated_and_a_forbidden_one_is_inconclusive() {
        let plan = plan(EXAMPLE);
        let with =
            |status: u16| changed(&plan, "the answer", |facts| facts.set("/status", json!(status)));
        assert_eq!(verdict(&plan, &with(404)), Verdict::Violated);
        let undecided = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(verdict(&plan, &with(401)), undecided);
    }
}
