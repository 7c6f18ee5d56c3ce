//! `command`: a program of the project exits with the right code and prints what it should.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::caveat::caveat;
use crate::check::written::counterexample::{fault, negation, of_limits, remove, set};
use crate::check::written::expect::{Expect, Reading};
use crate::check::written::must_fail::{MustFail, counter_run};
use crate::check::written::placeholders::Names;
use crate::check::written::program::{Run, program};
use crate::language::period::Period;
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::Counterexample;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::request::{Program, UNDETERMINED};
use crate::model::plan::{ANYONE, Act, Plan, Role, Step, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;
use crate::model::written::test::Tests;

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
    /// The exit code that it must return; 0 if left out. A program that exits with 3 could not find out: the
    /// result is inconclusive, and the first lines of its standard error are the reason. If you expect 3
    /// here, it is a result like any other.
    #[serde(default)]
    exit: u8,
    /// Tests of the JSON that it prints, by JSON Pointer.
    #[serde(default)]
    json: BTreeMap<String, Spanned<Tests>>,
    /// Tests of the text that it prints, without the line break at its end.
    text: Option<Spanned<Tests>>,
    /// The counter-run: the same program with other arguments, for which the same expectations must not be
    /// met. Without it, nothing shows that the check can fail.
    must_fail: Option<Spanned<MustFail>>,
    /// A sentence for the reader: what else this check does not show.
    leaves_open: Option<String>,
}

impl Kind for Command {
    type Settings = Settings;

    const NAME: &'static str = "command";

    const MANUAL: Manual = Manual {
        proves: "A program of the project exits with the expected code within its time, and what \
                 it prints passes the tests. A counter-run, the same program with other \
                 arguments, does not pass them.",
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
        let counter = settings
            .must_fail
            .as_ref()
            .map(|written| MustFail::program(written, &run, context, diagnostics));
        let mut program = program?;
        let mut counter = counter.map_or(Some(None), |one| one.map(Some))?;
        for one in std::iter::once(&mut program).chain(&mut counter) {
            one.may_exit_3 = settings.exit == UNDETERMINED;
        }
        Some(settings.plan(program, counter, expect))
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
must_fail: [bin/replica-status, --json, --of, a-stopped-replica]
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
        let reading =
            Reading { names: &names, planters: &[], actor: ANYONE, span: self.run.span.clone() };
        let printed = self.printed().read(&reading, diagnostics).into_iter();
        all.extend(
            printed.map(|one| Expectation { at: one.at.replacen("/body/", "/stdout/", 1), ..one }),
        );
        all
    }

    fn plan(&self, program: Program, counter: Option<Program>, expect: Vec<Expectation>) -> Plan {
        let line = program.line.join(" ");
        let mut steps = vec![run_of(program, format!("a run of `{line}`"))];
        let counter = counter.map(|counter| {
            let name = format!("the counter-run, `{}`", counter.line.join(" "));
            steps.push(run_of(counter, name.clone()));
            name
        });
        let id = StepId(steps.len());
        let mut probe = Step::new(Role::Probe, "the result", ANYONE, Act::Recall(StepId(0)));
        probe.publish = expect.iter().map(|one| one.at.clone()).collect();
        probe.control = Some(StepId(0));
        probe.word = Word::Reported;
        probe.expect = expect;
        let mut counterexamples = of_limits(id, &probe.name, &probe.expect);
        counterexamples.extend(self.counterexamples(id));
        counterexamples.extend(counter.map(|name| counter_run(id, &name, StepId(1))));
        steps.push(probe);
        Plan {
            counterexamples,
            covers: format!("One run of `{line}`."),
            leaves_open: caveat(
                "It does not show that the program reports the truth.",
                self.leaves_open.as_deref(),
            ),
            ..Plan::new(Command::NAME, steps)
        }
    }

    fn counterexamples(&self, probe: StepId) -> [Counterexample; 2] {
        let other = if self.exit == 1 { 2 } else { 1 };
        [
            negation(format!("the program exits with {other}"), set(probe, "/exit", other)),
            fault("a signal ends the program", remove(StepId(0), "/exit")),
        ]
    }
}

fn run_of(program: Program, name: String) -> Step {
    let mut step = Step::new(Role::Control, name, ANYONE, Act::Command(program));
    step.expect = vec![Expectation::new("/exit", Test::Exists(true))];
    step.word = Word::Reported;
    step
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::check::fixture::{changed, mistakes, plan, tried, verdict};
    use crate::check::kind::Kind;
    use crate::model::answer::verdict::Verdict;
    use crate::model::judge::falsify::{Grade, falsify};

    const EXAMPLE: &str = super::Command::MANUAL.example;

    #[test]
    fn a_check_whose_counter_run_meets_everything_cannot_fail() {
        let plan = plan(EXAMPLE);
        assert_eq!(tried(&plan).grade, Grade::Sound);
        let same = changed(&plan, "counter-run", |facts| {
            facts.set("/exit", json!(0));
            facts.set("/stdout/json", json!({"lag_s": 1, "state": "streaming"}));
        });
        assert_eq!(verdict(&plan, &same), Verdict::Holds);
        assert_eq!(falsify(&plan, &same).grade, Grade::Weak);
    }

    #[test]
    fn without_a_counter_run_a_check_cannot_fail() {
        let without: Vec<&str> = EXAMPLE.lines().filter(|one| !one.starts_with("must_")).collect();
        assert_eq!(tried(&plan(&without.join("\n"))).grade, Grade::Vacuous);
        let echo = "{kind: command, run: [/bin/echo, ok], text: {contains: ok}, must_fail: [/bin/echo, no]}";
        assert_eq!(tried(&plan(echo)).grade, Grade::Vacuous);
    }

    #[test]
    fn a_counter_run_is_the_same_program_with_other_arguments() {
        for other in ["[bin/b]", "[bin/a, --json]", "bin/a", "[]"] {
            let yaml = format!("{{kind: command, run: [bin/a, --json], must_fail: {other}}}");
            assert_eq!(mistakes(&yaml)[0].0, "bad-counter-run", "{other}");
        }
    }
}
