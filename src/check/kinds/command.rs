//! `command`: a program of the project's own ends as it should, and says what it should.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::counterexample::of_limits;
use crate::check::written::expect::{Expect, Reading};
use crate::check::written::limits;
use crate::check::written::placeholders::Names;
use crate::check::written::program::{Run, program};
use crate::check::written::test::Tests;
use crate::language::period::Period;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::request::Program;
use crate::model::plan::{ANYONE, Act, Plan, Role, Step, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The kind.
pub(crate) struct Command;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The program, then each of its arguments. It is run without a shell, in the project's folder; a
    /// name without `/` is found where the system has its programs.
    run: Spanned<Vec<String>>,
    /// The variables that it gets from the environment of Avouch; its own is empty but for these.
    #[serde(default)]
    env: Vec<Spanned<String>>,
    /// How long it may take before it is killed; as long as a request if left out.
    timeout: Option<Period>,
    /// The exit code that it must end with; 0 if left out.
    #[serde(default)]
    exit: u8,
    /// Tests of the JSON that it prints, by JSON Pointer.
    #[serde(default)]
    json: BTreeMap<String, Spanned<Tests>>,
    /// Tests of the text that it prints.
    text: Option<Spanned<Tests>>,
    /// For the reader: what this does not show.
    leaves_open: Option<String>,
}

impl Kind for Command {
    fn name(&self) -> &'static str {
        "command"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "A program of the project's own ends with the exit code, and prints what is \
                     expected, within its time. Beyond a bound its output is not kept.",
            cannot_prove: "That the program tells the truth: the basis is its own word. What it \
                           starts in a process group of its own outlives it.",
            example: EXAMPLE,
        }
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(Settings)
    }

    fn limits(&self, settings: &Node) -> Vec<Parameter> {
        let tested = ["json", "text"].into_iter().filter_map(|key| settings.get(key));
        tested.flat_map(limits::of_tests).collect()
    }

    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan> {
        let before = diagnostics.mark();
        let settings: Settings = context.read(settings, diagnostics)?;
        let run = Run { line: &settings.run, env: &settings.env, timeout: settings.timeout };
        let program = program(&run, context, diagnostics);
        let expect = settings.expect(context, diagnostics);
        let program = program.filter(|_| diagnostics.is_clean_since(before))?;
        Some(settings.plan(program, expect))
    }
}

const EXAMPLE: &str = "\
kind: command
run: [bin/replica-status, --json]
env: [REPLICA_TOKEN]
timeout: 30s
json:
  /lag_s: { at_most: 60 }
  /state: streaming
";

impl Settings {
    fn expect(&self, context: &Context<'_>, diagnostics: &mut Report) -> Vec<Expectation> {
        let mut all = vec![Expectation::new("/exit", Test::Equals(self.exit.into()))];
        if self.json.is_empty() && self.text.is_none() {
            return all;
        }
        let names = Names::none(context);
        let reading = Reading { names: &names, planters: &[], span: self.run.span.clone() };
        let expect =
            Expect { json: self.json.clone(), text: self.text.clone(), ..Expect::default() };
        let printed = expect.read(&reading, diagnostics).into_iter();
        all.extend(
            printed.map(|one| Expectation { at: one.at.replacen("/body/", "/stdout/", 1), ..one }),
        );
        all
    }

    fn plan(&self, program: Program, expect: Vec<Expectation>) -> Plan {
        let line = program.line.join(" ");
        let mut control =
            Step::new(Role::Control, format!("a run of `{line}`"), ANYONE, Act::Command(program));
        control.expect = vec![Expectation::new("/exit", Test::Exists(true))];
        control.word = Word::Reported;
        let mut probe = Step::new(Role::Probe, "what it came to", ANYONE, Act::Recall(0));
        probe.publish = expect.iter().map(|one| one.at.clone()).collect();
        probe.control = Some(0);
        probe.word = Word::Reported;
        probe.expect = expect;
        let mut counterexamples = of_limits(1, &probe.name, &probe.expect);
        counterexamples.extend(self.counterexamples());
        Plan {
            parameters: Vec::new(),
            kind: "command".into(),
            steps: vec![control, probe],
            canaries: Vec::new(),
            ends: Vec::new(),
            counterexamples,
            covers: format!("One run of `{line}`."),
            leaves_open: self
                .leaves_open
                .clone()
                .unwrap_or_else(|| "It does not show that what the program says is so.".into()),
        }
    }

    fn counterexamples(&self) -> [Counterexample; 2] {
        let other = if self.exit == 1 { 2 } else { 1 };
        let at = String::from("/exit");
        let fails = Edit::Set { step: 1, at: at.clone(), value: other.into() };
        let killed = Edit::Remove { step: 0, at };
        [
            Counterexample {
                class: Class::Negation,
                when: format!("the program ends with {other}"),
                edits: vec![fails],
            },
            Counterexample {
                class: Class::Fault,
                when: "a signal ends the program".into(),
                edits: vec![killed],
            },
        ]
    }
}
