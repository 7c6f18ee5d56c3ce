//! `lifetime`: objects no longer exist once a period has passed since they were made, or deleted.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::caveat::caveat;
use crate::check::written::counterexample::{fault, set};
use crate::check::written::limits;
use crate::check::written::placeholders::Names;
use crate::check::written::request::{self, WrittenRequest};
use crate::language::period::Period;
use crate::language::quantity::amount::Amount;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::counterexample::Edit;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::request::Request;
use crate::model::plan::{Capture, Lasting, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The end of objects.
pub(crate) struct Lifetime;

/// The name of the placeholder for an object's id.
const ID: &str = "id";

/// The statuses of an object that no longer exists, if the author gives none.
const GONE: [u16; 2] = [404, 410];

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The actor that makes and reads the objects.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// The request that makes an object, in every run.
    create: Spanned<WrittenRequest>,
    /// JSON Pointer to the object's id in the answer; `/id` if left out.
    id: Option<Spanned<String>>,
    /// The request from which the period counts, such as the deletion of the object by its owner; the period
    /// counts from its creation if left out. `${id}` is the object's id.
    then: Option<Spanned<WrittenRequest>>,
    /// The request that reads an object, with `${id}`. It must succeed for a new object, after `then`.
    read: Spanned<WrittenRequest>,
    /// How long after that an object may still exist.
    gone_after: Spanned<Period>,
    /// The statuses of an object that no longer exists; 404 and 410 if left out.
    gone: Option<Spanned<Vec<u16>>>,
    /// A sentence for the reader: what else this check does not show.
    leaves_open: Option<String>,
}

impl Kind for Lifetime {
    type Settings = Settings;

    const NAME: &'static str = "lifetime";

    const MANUAL: Manual = Manual {
        proves: "Objects that earlier runs made no longer exist once the period has passed, while an object that \
                 was just made can be read. The ids and times of the objects are in the assessment, so \
                 keep that file (`--out`) from run to run. Until the first object is old enough, the result is \
                 inconclusive and names the day on which it is known; if the claim also has a check of the kind \
                 `attestation`, that attestation supports the claim until then.",
        cannot_prove: "That nothing of an object remains where nobody can read it, such as in backups or \
                       logs; nor that an object is kept until then. Only objects that checks made are \
                       looked at.",
        example: EXAMPLE,
    };

    fn limits(settings: &Settings) -> Vec<Parameter> {
        let amount = Amount::time(settings.gone_after.value);
        vec![limits::at_most("gone_after", &settings.gone_after, amount)]
    }

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        context.sender(Some(&settings.actor), diagnostics);
        settings.report_mistakes(context, diagnostics);
        let requests = settings.requests(context, diagnostics)?;
        Some(settings.plan(requests))
    }
}

const EXAMPLE: &str = "\
kind: lifetime
as: acme
create:
  post: /notes
  json: { text: \"a note that expires\" }
read: { get: \"/notes/${id}\" }
gone_after: 30d
";

struct Requests {
    create: Request,
    then: Option<Request>,
    read: Request,
}

impl Settings {
    fn report_mistakes(&self, context: &Context<'_>, diagnostics: &mut Report) {
        if let Some(id) = self.id.as_ref().filter(|id| !id.starts_with('/')) {
            let message = format!("`{}` is not a JSON Pointer", id.value);
            let mistake = context.mistake(Code::BadPointer, &id.span, message);
            diagnostics.push(mistake.help("begin it with `/`"));
        }
        let is_odd = |all: &&Spanned<Vec<u16>>| {
            all.is_empty() || !all.iter().all(|status| (400..500).contains(status))
        };
        if let Some(gone) = self.gone.as_ref().filter(is_odd) {
            let message = "the status of an object that no longer exists is one from 400 to 499";
            let help = "write statuses such as `gone: [404, 410]`";
            diagnostics.push(context.mistake(Code::UnfitCheck, &gone.span, message).help(help));
        }
    }

    fn requests(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Requests> {
        let mut names = Names::none(context);
        let create = request::request(&self.create, &names, diagnostics);
        names.captures.insert(ID.into(), ID.into());
        let then = self.then.as_ref();
        let then = then.map(|then| request::request(then, &names, diagnostics));
        let read = request::request(&self.read, &names, diagnostics)?;
        if !crate::model::plan::holes::holes(&read).contains(ID) {
            let message = "this request reads no particular object";
            let help = "write `${id}` in it, in place of the object's id";
            diagnostics.push(context.mistake(Code::NoId, &self.read.span, message).help(help));
            return None;
        }
        Some(Requests {
            create: create?,
            then: then.map_or(Some(None), |one| one.map(Some))?,
            read,
        })
    }

    fn plan(&self, Requests { create, then, read }: Requests) -> Plan {
        let actor = self.actor.as_str();
        let limit = self.gone_after.in_words();
        let (made, asked) = (request::in_words(&create), request::in_words(&read));
        let mut steps = vec![self.prepare(format!("{actor} makes an object ({made})"), create)];
        steps[0].captures =
            vec![Capture { name: ID.into(), at: format!("/body/json{}", self.id()) }];
        if let Some(then) = then {
            let asked = request::in_words(&then);
            steps.push(self.prepare(format!("{actor} starts the period ({asked})"), then));
        }
        let mut control = Step::http(Role::Control, "the new object is read", actor, read.clone());
        control.expect = vec![Expectation::new("/status", Test::Equals(json!(200)))];
        let id = StepId(steps.len());
        steps.push(control);
        let name = format!("an object of an earlier run, {limit} later, is read");
        let mut probe = Step::http(Role::Probe, name, actor, read);
        let gone = self.gone.as_ref().map_or(&GONE[..], |gone| gone.value.as_slice());
        let gone = gone.iter().map(|status| json!(status)).collect();
        probe.expect = vec![Expectation::new("/status", Test::OneOf(gone))];
        probe.control = Some(id);
        probe.lasting = Some(Lasting { capture: ID.into(), after: self.gone_after.value });
        steps.push(probe);
        let probe = StepId(id.0 + 1);
        Plan {
            counterexamples: vec![
                fault("a new object cannot be read either", set(id, "/status", 404)),
                fault(
                    "no object is old enough",
                    Edit::Fail { step: probe, reason: Reason::NotYet },
                ),
            ],
            covers: format!(
                "{asked} for objects that earlier runs made; the limit is {limit} after {}.",
                if self.then.is_some() { "their end" } else { "they were made" }
            ),
            leaves_open: caveat(
                "It does not show that nothing remains in backups or logs.",
                self.leaves_open.as_deref(),
            ),
            ..Plan::new(Lifetime::NAME, steps)
        }
    }

    fn id(&self) -> &str {
        self.id.as_ref().map_or("/id", |id| id.as_str())
    }

    fn prepare(&self, name: String, request: Request) -> Step {
        let mut step = Step::http(Role::Prepare, name, &self.actor.value, request);
        let succeeds = [Test::AtLeast(200.0), Test::AtMost(299.0)];
        step.expect = succeeds.map(|test| Expectation::new("/status", test)).into();
        step
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::check::fixture::{changed, mistakes, plan, tried, verdict};
    use crate::check::kind::Kind;
    use crate::model::answer::verdict::Verdict;
    use crate::model::judge::falsify::Grade;

    const EXAMPLE: &str = super::Lifetime::MANUAL.example;

    fn given(step: &str, status: u16) -> Verdict {
        let plan = plan(EXAMPLE);
        verdict(&plan, &changed(&plan, step, |facts| facts.set("/status", json!(status))))
    }

    #[test]
    fn an_object_that_can_still_be_read_is_a_violation_and_one_that_never_could_shows_nothing() {
        assert_eq!(tried(&plan(EXAMPLE)).grade, Grade::Sound);
        let old = "an object of an earlier run";
        assert_eq!(given(old, 410), Verdict::Holds);
        assert_eq!(given(old, 200), Verdict::Violated);
        assert!(matches!(given(old, 503), Verdict::Inconclusive(_)));
        assert!(matches!(given("the new object is read", 404), Verdict::Inconclusive(_)));
        assert!(matches!(given("acme makes an object", 403), Verdict::Inconclusive(_)));
    }

    #[test]
    fn an_object_needs_its_id_and_a_status_that_says_that_it_is_gone() {
        for (from, to, code) in [
            ("/notes/${id}", "/notes", "no-id"),
            ("gone_after: 30d", "gone_after: 30d\ngone: [200]", "unfit-check"),
            ("gone_after: 30d", "gone_after: 30d\ngone: []", "unfit-check"),
            ("gone_after: 30d", "gone_after: 30d\nid: note", "bad-pointer"),
        ] {
            assert_eq!(mistakes(&EXAMPLE.replace(from, to))[0].0, code, "{to}");
        }
    }

    #[test]
    fn the_period_may_count_from_another_request() {
        let yaml = format!("{EXAMPLE}then: {{ delete: \"/notes/${{id}}\" }}\n");
        let plan = plan(&yaml);
        assert_eq!(plan.steps.len(), 4);
        assert_eq!(tried(&plan).grade, Grade::Sound);
        assert!(plan.covers.ends_with("after their end."), "{}", plan.covers);
    }
}
