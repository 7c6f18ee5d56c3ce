//! `security-txt`: the live host says where to report a vulnerability (RFC 9116).

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::counterexample::{benign, fault, negation, of_limits, remove, set};
use crate::check::written::expect::is_there_or_not;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::language::period::Period;
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::Counterexample;
use crate::model::plan::expect::{CLOCK_TOLERANCE, Expectation, Test};
use crate::model::plan::request::{Destination, Request};
use crate::model::plan::{ANYONE, Act, FactEnd, Plan, Role, Step};
use crate::model::project::Project;
use crate::model::security_txt::address::normalised;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The path of the file (RFC 9116, section 3).
const PATH: &str = "/.well-known/security.txt";

/// JSON Pointer to its contacts.
const CONTACTS: &str = "/body/security_txt/contacts";

/// JSON Pointer to the addresses that it names as its own.
const CANONICAL: &str = "/body/security_txt/canonical";

/// JSON Pointer to its expiry date; there is exactly one (RFC 9116, section 2.5.5).
const EXPIRES: &str = "/body/security_txt/expires/0";

/// JSON Pointer to what is wrong with its form.
const FAULTS: &str = "/body/security_txt/faults";

/// The most redirects that are followed to the file.
const REDIRECTS_MAX: u8 = 5;

/// The `security.txt` of a host.
pub(crate) struct SecurityTxt;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the target.
    host: Option<Spanned<String>>,
}

impl Kind for SecurityTxt {
    type Settings = Settings;

    const NAME: &'static str = "security-txt";

    const MANUAL: Manual = Manual {
        proves: "The host publishes a `security.txt` that follows RFC 9116 and has not expired. \
                 Its contacts are exactly those of `contacts:` in `avouch.yaml`, in any order. If it \
                 names its own address, that is the tested one. Redirects are followed. The evidence \
                 expires with the file.",
        cannot_prove: "That anybody reads reports sent to these contacts. A signature in the \
                       file must have the right form, but it is not verified.",
        example: "kind: security-txt\n",
    };

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        if context.project.contacts.is_empty() {
            let message = "the project has no contacts to compare the file with";
            let help = "list them under `contacts:` in `avouch.yaml`";
            diagnostics.push(context.mistake(Code::EmptyList, context.span, message).help(help));
        }
        let path = Spanned { value: PATH.to_owned(), span: context.span.clone() };
        let (names, host) = (Names::none(context), settings.host.as_ref());
        let request = request::get(&path, host, &names, diagnostics)?;
        let request = Request { redirects_max: REDIRECTS_MAX, ..request };
        Some(plan(request, context.project))
    }
}

fn plan(request: Request, project: &Project) -> Plan {
    let address = address(&request.to, project);
    let mut control = Step::http(Role::Control, "the answer of the host", ANYONE, request);
    control.expect = vec![is_there_or_not()];
    let mut probe = Step::new(Role::Probe, "the security.txt", ANYONE, Act::Recall(StepId(0)));
    probe.control = Some(StepId(0));
    probe.expect = expect(&address, project);
    probe.publish = [CONTACTS, EXPIRES].map(str::to_owned).into();
    let counterexamples = of_limits(StepId(1), &probe.name, &probe.expect);
    Plan {
        ends: vec![FactEnd { step: StepId(0), at: EXPIRES.into(), plus: Period::seconds(0) }],
        counterexamples: counterexamples.into_iter().chain(declared()).collect(),
        covers: format!("The file at {address}."),
        leaves_open: "It does not show that anybody reads reports sent to these contacts.".into(),
        ..Plan::new(SecurityTxt::NAME, vec![control, probe])
    }
}

fn address(to: &Destination, project: &Project) -> String {
    let world = &project.world;
    match to {
        Destination::Host(role, _) => {
            format!("https://{}{PATH}", world.hosts.get(role).map_or("", String::as_str))
        }
        _ => format!("{}{PATH}", world.target.origin().ascii_serialization()),
    }
}

fn expect(address: &str, project: &Project) -> Vec<Expectation> {
    let contacts: BTreeSet<String> =
        project.contacts.iter().map(|contact| normalised(contact.as_str())).collect();
    let contacts = contacts.into_iter().map(Value::from);
    // The file must name an address with `https` (section 2.5.2), also where a test server has no TLS.
    let address = address.replacen("http://", "https://", 1);
    let canonical = Test::IfThere(Box::new(Test::Contains(normalised(&address))));
    vec![
        Expectation::new("/status", Test::Equals(json!(200))),
        Expectation::new("/headers/content-type", Test::StartsWith("text/plain".into())),
        Expectation::new(CONTACTS, Test::SameSet(contacts.collect())),
        Expectation::new(EXPIRES, Test::AtLeastAhead(CLOCK_TOLERANCE)),
        Expectation::new(CANONICAL, canonical),
        Expectation::new(FAULTS, Test::Exists(false)),
    ]
}

fn declared() -> Vec<Counterexample> {
    let elsewhere = json!(["mailto:somebody@elsewhere.invalid"]);
    let insecure = json!(["has “http://a.invalid/” in Policy, without `https` (section 2.5.7)"]);
    vec![
        negation("the file does not exist", set(StepId(0), "/status", 404)),
        negation("the file names another contact", set(StepId(0), CONTACTS, elsewhere)),
        negation("the file names no contact", remove(StepId(0), CONTACTS)),
        negation("the file has no expiry date", remove(StepId(0), EXPIRES)),
        negation("the file does not follow RFC 9116", set(StepId(0), FAULTS, insecure)),
        benign("the file does not name its own address", remove(StepId(0), CANONICAL)),
        fault("access to the file is forbidden", set(StepId(0), "/status", 403)),
    ]
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::{changed, plan, plan_in, project, verdict};
    use crate::model::answer::verdict::Verdict;
    use serde_json::json;

    const CHECK: &str = "kind: security-txt\n";

    fn with(field: &str, values: &serde_json::Value) -> Verdict {
        let plan = plan(CHECK);
        let at = format!("/body/security_txt/{field}");
        verdict(&plan, &changed(&plan, "the answer", |facts| facts.set(&at, values.clone())))
    }

    #[test]
    fn the_file_has_one_expiry_date_in_the_future() {
        assert_eq!(with("expires", &json!(["2026-11-22T10:01:00Z"])), Verdict::Holds);
        for wrong in [json!(["2026-11-22T10:00:59Z"]), json!([])] {
            assert_eq!(with("expires", &wrong), Verdict::Violated, "{wrong}");
        }
    }

    #[test]
    fn contacts_are_compared_as_sets_and_the_address_where_one_is_given() {
        let ours = "https://support.example.com/";
        assert_eq!(with("contacts", &json!([ours])), Verdict::Holds);
        assert_eq!(with("contacts", &json!([ours, "mailto:b@example.com"])), Verdict::Violated);
        let here = "https://addon.demo.test/.well-known/security.txt";
        assert_eq!(with("canonical", &json!(["https://a.test/", here])), Verdict::Holds);
        assert_eq!(with("canonical", &json!(["https://a.test/"])), Verdict::Violated);
        assert_eq!(with("faults", &json!(["has no field Contact"])), Verdict::Violated);
    }

    #[test]
    fn a_project_without_contacts_has_nothing_to_compare_with() {
        let mut project = project();
        project.contacts.clear();
        let mistakes = plan_in(&project, CHECK).unwrap_err();
        assert_eq!(mistakes[0].message, "the project has no contacts to compare the file with");
    }
}
