//! `command`: a program of the project exits with the right code and prints what it should.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::caveat::caveat;
use crate::check::written::counterexample::{fault, negation, of_limits, remove, set};
use crate::check::written::expect::{Expect, Reading};
use crate::check::written::placeholders::Names;
use crate::check::written::program::{Run, program};
use crate::check::written::test::Tests;
use crate::language::period::Period;
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::Counterexample;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::request::Program;
use crate::model::plan::{ANYONE, Act, Plan, Role, Step, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;

/// A run of a program.
pub(crate) struct Command;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The program, then each of its arguments. It runs without a shell, in the project's folder; a
    /// name without `/` is looked up in `PATH`.
    run: Spanned<Vec<String>>,
    /// The environment variables that Avouch passes on to the program; it gets no others.
    #[serde(default)]
    env: Vec<Spanned<String>>,
    /// How long it may run before it is killed; the time limit of a request if left out.
    timeout: Option<Period>,
    /// The exit code that it must return; 0 if left out.
    #[serde(default)]
    exit: u8,
    /// Tests of the JSON that it prints, by JSON Pointer.
    #[serde(default)]
    json: BTreeMap<String, Spanned<Tests>>,
    /// Tests of the text that it prints.
    text: Option<Spanned<Tests>>,
    /// A sentence for the reader: what else this check does not show.
    leaves_open: Option<String>,
}

impl Kind for Command {
    type Settings = Settings;

    const NAME: &'static str = "command";

    const MANUAL: Manual = Manual {
        proves: "A program of the project exits with the expected code within its time, and what \
                 it prints passes the tests.",
        cannot_prove: "That the program reports the truth: the page shows its result as \
                       reported. Output beyond a size limit is not kept. A process that it \
                       starts in a process group of its own is not stopped with it.",
        example: EXAMPLE,
    };

    fn limits(settings: &Settings) -> Vec<Parameter> {
        settings.printed().limits()
    }

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let run = Run { line: &settings.run, env: &settings.env, timeout: settings.timeout };
        let program = program(&run, context, diagnostics);
        let expect = settings.expect(context, diagnostics);
        Some(settings.plan(program?, expect))
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
    fn printed(&self) -> Expect {
        Expect { json: self.json.clone(), text: self.text.clone(), ..Expect::default() }
    }

    fn expect(&self, context: &Context<'_>, diagnostics: &mut Report) -> Vec<Expectation> {
        let mut all = vec![Expectation::new("/exit", Test::Equals(self.exit.into()))];
        if self.json.is_empty() && self.text.is_none() {
            return all;
        }
        let names = Names::none(context);
        let reading = Reading { names: &names, planters: &[], span: self.run.span.clone() };
        let printed = self.printed().read(&reading, diagnostics).into_iter();
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
        let mut probe = Step::new(Role::Probe, "the result", ANYONE, Act::Recall(StepId(0)));
        probe.publish = expect.iter().map(|one| one.at.clone()).collect();
        probe.control = Some(StepId(0));
        probe.word = Word::Reported;
        probe.expect = expect;
        let mut counterexamples = of_limits(StepId(1), &probe.name, &probe.expect);
        counterexamples.extend(self.counterexamples());
        Plan {
            counterexamples,
            covers: format!("One run of `{line}`."),
            leaves_open: caveat(
                "It does not show that the program reports the truth.",
                self.leaves_open.as_deref(),
            ),
            ..Plan::new(Command::NAME, vec![control, probe])
        }
    }

    fn counterexamples(&self) -> [Counterexample; 2] {
        let other = if self.exit == 1 { 2 } else { 1 };
        [
            negation(format!("the program exits with {other}"), set(StepId(1), "/exit", other)),
            fault("a signal ends the program", remove(StepId(0), "/exit")),
        ]
    }
}
