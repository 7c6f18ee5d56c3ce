//! `retention`: nothing in a listing is older than a limit, such as a backup or a log.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::backup::source::of_statuses;
use crate::check::written::caveat::caveat;
use crate::check::written::counterexample::{fault, of_limits};
use crate::check::written::limits;
use crate::check::written::must_fail::{MustFail, counter_run};
use crate::check::written::placeholders::Names;
use crate::check::written::program::{Run, program};
use crate::check::written::request;
use crate::language::period::Period;
use crate::language::quantity::amount::Amount;
use crate::language::words::capital;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::listing::BackupListing;
use crate::model::plan::backup::newest::Newest;
use crate::model::plan::counterexample::Edit;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::{ANYONE, Act, Plan, Role, Step, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The age of the oldest entry of a listing.
pub(crate) struct Retention;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The actor that sends the request; `anyone` if left out.
    #[serde(rename = "as")]
    actor: Option<Spanned<String>>,
    /// The path of the target that lists all entries, in JSON.
    get: Option<Spanned<String>>,
    /// Instead of `get`: the path or address of a bucket's listing, in the XML of Amazon S3.
    s3: Option<Spanned<String>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the target.
    host: Option<Spanned<String>>,
    /// Instead of `get`: a program that lists all entries in JSON, with its arguments.
    run: Option<Spanned<Vec<String>>>,
    /// The environment variables that Avouch passes on to the program.
    #[serde(default)]
    env: Vec<Spanned<String>>,
    /// How long the program may run.
    timeout: Option<Period>,
    /// For a program, the counter-run: the same program with other arguments, whose list has an older entry.
    must_fail: Option<Spanned<MustFail>>,
    /// JSON Pointer to the list; the JSON as a whole if left out.
    list: Option<Spanned<String>>,
    /// JSON Pointer, within an entry, to its time; required for JSON.
    at: Option<Spanned<String>>,
    /// How old the oldest entry may be.
    max_age: Spanned<Period>,
    /// A sentence for the reader: what else this check does not show.
    leaves_open: Option<String>,
}

impl Kind for Retention {
    type Settings = Settings;

    const NAME: &'static str = "retention";

    const MANUAL: Manual = Manual {
        proves: "No entry of a listing is older than the limit: no backup and no log is kept for longer. An entry \
                 without a time that can be read makes the result inconclusive; so does an empty list, \
                 because a mistyped path may lead to one, and a listing of which a part was not read.",
        cannot_prove: "That entries which the listing leaves out do not exist. The service, the object store or \
                       the program reports the times itself, and the page shows the result as reported.",
        example: EXAMPLE,
    };

    fn limits(settings: &Settings) -> Vec<Parameter> {
        let age = Amount::time(settings.max_age.value);
        vec![limits::at_most("max_age", &settings.max_age, age)]
    }

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        context.sender(settings.actor.as_ref(), diagnostics);
        settings.report_bad_pointers(context, diagnostics);
        let listed = settings.listed(context, diagnostics)?;
        let counter = match (&settings.must_fail, &settings.run) {
            (Some(written), Some(_)) => {
                Some(MustFail::program(written, &settings.program()?, context, diagnostics)?)
            }
            (Some(written), None) => {
                let message = "only a program has a counter-run";
                let mistake = context.mistake(Code::MisplacedSetting, &written.span, message);
                diagnostics.push(mistake.help("remove `must_fail:`"));
                None
            }
            (None, _) => None,
        };
        let counter = counter.map(|program| Listed {
            name: format!("the counter-run, `{}`", program.line.join(" ")),
            act: Act::Command(program),
            ..listed.clone()
        });
        Some(settings.plan(listed, counter))
    }
}

const EXAMPLE: &str = "\
kind: retention
as: operator
get: /ops/backups
list: /backups
at: /finished
max_age: 35d
";

/// Where the list is.
#[derive(Clone)]
struct Listed {
    name: String,
    act: Act,
    /// JSON Pointer into the facts, to the document with the list.
    document: &'static str,
    /// JSON Pointer into the document.
    list: String,
    /// JSON Pointer within an entry.
    at: String,
}

impl Listed {
    /// How the oldest entry is picked from the list.
    fn oldest(&self) -> Newest {
        let listing = BackupListing {
            document: self.document.to_owned(),
            lists: vec![self.list.clone()],
            at: vec![self.at.clone()],
            ..BackupListing::default()
        };
        Newest { step: StepId(0), listing, previous_bytes: None, doubts_zero: false, oldest: true }
    }
}

impl Settings {
    fn program(&self) -> Option<Run<'_>> {
        let line = self.run.as_ref()?;
        Some(Run { line, env: &self.env, timeout: self.timeout })
    }

    fn report_bad_pointers(&self, context: &Context<'_>, diagnostics: &mut Report) {
        let pointers = self.list.iter().chain(&self.at);
        for pointer in pointers.filter(|pointer| !pointer.starts_with('/')) {
            let message = format!("`{}` is not a JSON Pointer", pointer.value);
            let help = format!("write `/{}`", pointer.replace('.', "/"));
            diagnostics.push(context.mistake(Code::BadPointer, &pointer.span, message).help(help));
        }
        if self.at.is_none() && self.s3.is_none() {
            let message = "the pointer to the time of an entry is missing";
            let help = "write `at:` with a JSON Pointer such as `/created_at`";
            let mistake = context.mistake(Code::NoTime, &self.max_age.span, message);
            diagnostics.push(mistake.help(help));
        }
    }

    /// The one source that the author named. Reports none or several.
    fn listed(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Listed> {
        let places = [&self.get, &self.s3].into_iter().flatten().map(|one| &one.span);
        let places: Vec<_> = places.chain(self.run.as_ref().map(|run| &run.span)).collect();
        if places.len() != 1 {
            let message = match places.len() {
                0 => "the source of the list is missing",
                _ => "a check has one list, and here are several sources",
            };
            let place = places.get(1).copied().unwrap_or(&self.max_age.span);
            let help = "write one of `get:`, `s3:` or `run:`";
            diagnostics.push(context.mistake(Code::NoSingleSource, place, message).help(help));
            return None;
        }
        let text = |pointer: &Option<Spanned<String>>| {
            pointer.as_ref().map(|one| one.value.clone()).unwrap_or_default()
        };
        let at = text(&self.at);
        if let Some(run) = self.program() {
            let program = program(&run, context, diagnostics)?;
            let name = format!("the run of `{}`", program.line.join(" "));
            let list = text(&self.list);
            return Some(Listed {
                name,
                act: Act::Command(program),
                list,
                at,
                document: "/stdout/json",
            });
        }
        let names = Names::none(context);
        let address = self.get.as_ref().or(self.s3.as_ref())?;
        let request = request::get(address, self.host.as_ref(), &names, diagnostics)?;
        let asked = request::in_words(&request);
        let act = Act::Http(request);
        if self.s3.is_some() {
            let (list, at) = (String::new(), "/last_modified".to_owned());
            let name = format!("the listing of {asked}");
            return Some(Listed { name, act, list, at, document: "/body/listing" });
        }
        let list = text(&self.list);
        Some(Listed {
            name: format!("the answer to {asked}"),
            act,
            list,
            at,
            document: "/body/json",
        })
    }

    fn plan(&self, listed: Listed, counter: Option<Listed>) -> Plan {
        let sends = matches!(listed.act, Act::Http(_));
        let limit = self.max_age.in_words();
        let covers =
            format!("{} lists every entry; none is older than {limit}.", capital(&listed.name));
        let newest = listed.oldest();
        let expect = vec![Expectation::new("/oldest/at", Test::NotOlderThan(self.max_age.value))];
        let counter = counter.map(|counter| self.control(counter));
        let mut steps = vec![self.control(listed)];
        let mut counterexamples = Vec::new();
        if let Some(counter) = counter {
            counterexamples.push(counter_run(StepId(3), &counter.name, StepId(2)));
            let picks = Act::Newest(Newest { step: StepId(1), ..newest.clone() });
            let name = "the oldest entry of the counter-run";
            steps.push(counter);
            steps.push(Step {
                word: Word::Reported,
                ..Step::new(Role::Control, name, ANYONE, picks)
            });
        }
        let id = StepId(steps.len());
        let actor = steps[0].actor.clone();
        let mut probe = Step::new(Role::Probe, "the oldest entry", &actor, Act::Newest(newest));
        probe.word = Word::Reported;
        probe.control = Some(StepId(0));
        probe.expect = expect;
        counterexamples.extend(of_limits(id, &probe.name, &probe.expect));
        counterexamples.push(fault(
            "the answer lists nothing",
            Edit::Fail { step: id, reason: Reason::Unparsable },
        ));
        counterexamples
            .extend(sends.then(|| of_statuses("the request for the list")).into_iter().flatten());
        steps.push(probe);
        Plan {
            covers,
            leaves_open: caveat(
                "It does not show that entries which the listing leaves out do not exist.",
                self.leaves_open.as_deref(),
            ),
            counterexamples,
            ..Plan::new(Retention::NAME, steps)
        }
    }

    fn control(&self, listed: Listed) -> Step {
        let there = Expectation::new(listed.document, Test::Exists(true));
        let first = match &listed.act {
            Act::Http(_) => Expectation::new("/status", Test::Equals(json!(200))),
            _ => Expectation::new("/exit", Test::Equals(json!(0))),
        };
        let actor = match (&listed.act, &self.actor) {
            (Act::Http(_), Some(actor)) => actor.as_str(),
            _ => ANYONE,
        };
        let mut step = Step::new(Role::Control, listed.name, actor, listed.act);
        step.expect = vec![first, there];
        step.word = Word::Reported;
        step
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::check::fixture::{changed, mistakes, plan, tried, verdict};
    use crate::check::kind::Kind;
    use crate::model::answer::facts::Facts;
    use crate::model::answer::verdict::Verdict;
    use crate::model::judge::falsify::Grade;
    use crate::model::plan::Act;

    const EXAMPLE: &str = super::Retention::MANUAL.example;

    /// The facts about the oldest entry of a list in an answer with these other members.
    fn oldest(list: &Value, more: &Value) -> Facts {
        let plan = plan(EXAMPLE);
        let Act::Newest(newest) = &plan.steps[1].act else { panic!("nothing is picked") };
        let mut answer = json!({ "backups": list });
        answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Facts(newest.facts(&Facts(json!({"status": 200, "body": {"json": answer}}))).unwrap())
    }

    #[test]
    fn the_oldest_entry_is_picked_unless_an_older_one_may_be_missing() {
        assert_eq!(tried(&plan(EXAMPLE)).grade, Grade::Sound);
        let entry = |at: &str| json!({ "finished": at });
        let (young, old) = (entry("2026-11-20T10:00:00Z"), entry("2026-09-01T10:00:00Z"));
        let whole = oldest(&json!([young, old]), &json!({}));
        assert_eq!(whole.at("/oldest/at"), Some(&json!("2026-09-01T10:00:00Z")));
        assert_eq!(whole.unclear("/oldest/at"), None);
        for odd in [json!([]), json!([young, entry("yesterday")]), json!([young, {}]), json!("x")] {
            assert!(oldest(&odd, &json!({})).unclear("/oldest/at").is_some(), "{odd}");
        }
        for more in
            [json!({"has_more": true}), json!({"NextToken": "x"}), json!({"total_count": 9})]
        {
            assert!(oldest(&json!([young]), &more).unclear("/oldest/at").is_some(), "{more}");
        }
    }

    #[test]
    fn an_entry_over_the_limit_is_a_violation() {
        let plan = plan(EXAMPLE);
        let at = |time: &str| {
            verdict(
                &plan,
                &changed(&plan, "the oldest entry", |facts| facts.set("/oldest/at", json!(time))),
            )
        };
        // The answers of these tests come on 22 November 2026.
        assert_eq!(at("2026-11-01T10:00:00Z"), Verdict::Holds);
        assert_eq!(at("2026-09-01T10:00:00Z"), Verdict::Violated);
    }

    #[test]
    fn a_list_has_one_source_and_its_entries_have_a_time() {
        for (from, to, code) in [
            ("get: /ops/backups\n", "", "no-single-source"),
            ("get: /ops/backups\n", "get: /ops/backups\ns3: /bucket\n", "no-single-source"),
            ("at: /finished\n", "", "no-time"),
            ("at: /finished", "at: finished", "bad-pointer"),
            ("max_age: 35d", "max_age: 35d\nmust_fail: [bin/list]", "misplaced-setting"),
        ] {
            assert_eq!(mistakes(&EXAMPLE.replace(from, to))[0].0, code, "{to}");
        }
    }
}
