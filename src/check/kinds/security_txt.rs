//! `security-txt`: where to report a vulnerability, in the form of RFC 9116, on the live host.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::counterexample::of_limits;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::check::written::request::Ask;
use crate::language::period::Period;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{CLOCK_TOLERANCE, Expectation, Test};
use crate::model::plan::request::{Destination, Request};
use crate::model::plan::{ANYONE, Act, FactEnd, Plan, Role, Step};
use crate::model::project::Project;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// Where the file must stand (RFC 9116, section 3).
const PATH: &str = "/.well-known/security.txt";

/// Where its end stands in the facts; there is exactly one (section 2.5.5).
const EXPIRES: &str = "/body/fields/expires/0";

/// The kind.
pub(crate) struct SecurityTxt;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The role, in `hosts:` of `avouch.yaml`, of the host that is asked in place of the target.
    host: Option<Spanned<String>>,
}

impl Kind for SecurityTxt {
    fn name(&self) -> &'static str {
        "security-txt"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "The host publishes a `security.txt` (RFC 9116) that has not expired, and whose \
                     contacts are those of `contacts:` in `avouch.yaml`, in any order, no more and \
                     no fewer. The evidence ends when the file does.",
            cannot_prove: "That somebody reads what is sent to these contacts. A signature in the \
                           file is not looked at.",
            example: "kind: security-txt\n",
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
        let Settings { host } = context.read(settings, diagnostics)?;
        if context.project.contacts.is_empty() {
            let message = "the project has no contacts that the file could have";
            let help = "list them under `contacts:` in `avouch.yaml`";
            diagnostics.push(context.mistake(Code::EmptyList, &span, message).help(help));
        }
        let get = Some(Spanned { value: PATH.to_owned(), span: span.clone() });
        let ask = Spanned { value: Ask { get, host, ..Ask::default() }, span };
        let request = request::request(&ask, &Names::none(context), diagnostics);
        let request = request.filter(|_| diagnostics.is_clean_since(before))?;
        Some(plan(request, context.project))
    }
}

fn plan(request: Request, project: &Project) -> Plan {
    let address = address(&request.to, project);
    let mut control = Step::http(Role::Control, "the answer of the host", ANYONE, request);
    // A host that says so has no such file; one that will not tell has shown nothing.
    let told = [200, 404, 410].map(|status| json!(status));
    control.expect = vec![Expectation::new("/status", Test::OneOf(told.into()))];
    let mut probe = Step::new(Role::Probe, "the security.txt", ANYONE, Act::Recall(0));
    probe.control = Some(0);
    probe.expect = expect(&address, project);
    probe.publish = ["/body/fields/contact", EXPIRES].map(str::to_owned).into();
    let mut counterexamples = of_limits(1, &probe.name, &probe.expect);
    counterexamples.extend(declared());
    Plan {
        parameters: Vec::new(),
        kind: "security-txt".into(),
        steps: vec![control, probe],
        canaries: Vec::new(),
        ends: vec![FactEnd { step: 0, at: EXPIRES.into(), plus: Period::seconds(0) }],
        counterexamples,
        covers: format!("The file at {address}."),
        leaves_open: "It does not show that somebody reads what is sent to these contacts.".into(),
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
    let contacts = project.contacts.iter().map(|contact| json!(contact.as_str()));
    let canonical = Test::IfThere(Box::new(Test::Contains(address.to_owned())));
    vec![
        Expectation::new("/status", Test::Equals(json!(200))),
        Expectation::new("/headers/content-type/0", Test::StartsWith("text/plain".into())),
        Expectation::new("/body/fields/contact", Test::SameSet(contacts.collect())),
        Expectation::new(EXPIRES, Test::AtLeastAhead(CLOCK_TOLERANCE)),
        Expectation::new("/body/fields/expires/1", Test::Exists(false)),
        Expectation::new("/body/fields/canonical", canonical),
    ]
}

fn declared() -> Vec<Counterexample> {
    let set = |at: &str, value: Value| Edit::Set { step: 0, at: at.into(), value };
    let one = |class, when: &str, edit| Counterexample {
        class,
        when: when.to_owned(),
        edits: vec![edit],
    };
    let elsewhere = json!(["mailto:somebody@elsewhere.invalid"]);
    let remove = |at: &str| Edit::Remove { step: 0, at: at.into() };
    vec![
        one(Class::Negation, "the file is gone", set("/status", json!(404))),
        one(
            Class::Negation,
            "the file names another contact",
            set("/body/fields/contact", elsewhere),
        ),
        one(Class::Negation, "the file names no contact", remove("/body/fields/contact")),
        one(Class::Negation, "the file does not say when it ends", remove("/body/fields/expires")),
        one(
            Class::Benign,
            "the file does not say where it stands",
            remove("/body/fields/canonical"),
        ),
        one(Class::Fault, "the file is kept back", set("/status", json!(403))),
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
        let at = format!("/body/fields/{field}");
        verdict(&plan, &changed(&plan, "the answer", |facts| facts.set(&at, values.clone())))
    }

    #[test]
    fn the_file_has_one_end_and_it_lies_ahead() {
        assert_eq!(with("expires", &json!(["2026-11-22T10:01:00Z"])), Verdict::Holds);
        for wrong in [
            json!(["2026-11-22T10:00:59Z"]),
            json!(["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]),
            json!([]),
        ] {
            assert_eq!(with("expires", &wrong), Verdict::Violated, "{wrong}");
        }
    }

    #[test]
    fn contacts_are_compared_as_sets_and_the_address_where_one_is_given() {
        let ours = "https://support.example.com/";
        assert_eq!(with("contact", &json!([ours, ours])), Verdict::Holds);
        assert_eq!(with("contact", &json!([ours, "mailto:b@example.com"])), Verdict::Violated);
        let here = "https://addon.demo.test/.well-known/security.txt";
        assert_eq!(with("canonical", &json!(["https://a.test/", here])), Verdict::Holds);
        assert_eq!(with("canonical", &json!(["https://a.test/"])), Verdict::Violated);
    }

    #[test]
    fn a_project_without_contacts_has_nothing_to_compare_with() {
        let mut project = project();
        project.contacts.clear();
        let mistakes = plan_in(&project, CHECK).unwrap_err();
        assert_eq!(mistakes[0].message, "the project has no contacts that the file could have");
    }
}
