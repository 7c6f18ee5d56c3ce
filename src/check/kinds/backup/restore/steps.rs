//! The steps of `backup-restore`: fetch the backup, and test its contents.

use serde_json::json;

use crate::check::kind::Kind;
use crate::check::kinds::backup::restore::{BackupRestore, Format, Settings};
use crate::check::kinds::backup::source::of_statuses;
use crate::check::written::counterexample::{fault, negation, remove, set};
use crate::check::written::must_fail::counter_run;
use crate::check::written::request;
use crate::model::answer::ids::StepId;
use crate::model::plan::backup;
use crate::model::plan::backup::Opening;
use crate::model::plan::counterexample::Counterexample;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{ANYONE, Act, Plan, Role, Step, Word};

impl Settings {
    /// The plan of a check that opens the backup in this way, and the file of the counter-run.
    pub(crate) fn plan_opening(&self, opening: Opening, counter: Option<Opening>) -> Plan {
        let by_http = matches!(opening.from, backup::BackupSource::Http(_));
        let actor = self.actor.as_ref().filter(|_| by_http);
        let actor = actor.map_or(ANYONE, |actor| actor.as_str());
        let mut steps = vec![self.opened(opening, actor)];
        let covers = format!("One backup, from {}: {}.", steps[0].name, self.looked_for());
        steps.extend(counter.map(|counter| {
            let step = self.opened(counter, ANYONE);
            Step { name: format!("the counter-run, {}", step.name), ..step }
        }));
        let id = StepId(steps.len());
        let mut counterexamples = self.counterexamples(id, by_http);
        if let [_, counter] = steps.as_slice() {
            counterexamples.push(counter_run(id, &counter.name, StepId(1)));
        }
        let mut probe =
            Step::new(Role::Probe, "the newest backup, opened", actor, Act::Recall(StepId(0)));
        probe.expect = self.expect();
        probe.control = Some(StepId(0));
        probe.word = self.word();
        probe.publish = probe.expect.iter().map(|one| one.at.clone()).collect();
        probe.publish.push("/body/bytes".into());
        steps.push(probe);
        Plan {
            counterexamples,
            covers,
            leaves_open:
                "It does not show that the backup contains all data, nor that the service \
                          would run on it."
                    .into(),
            ..Plan::new(BackupRestore::NAME, steps)
        }
    }

    /// The step that fetches and opens a backup.
    fn opened(&self, opening: Opening, actor: &str) -> Step {
        let (name, (at, value)) = match &opening.from {
            backup::BackupSource::Http(request) => {
                (format!("the answer to {}", request::in_words(request)), ("/status", json!(200)))
            }
            backup::BackupSource::Files(files) => {
                (format!("the newest of the files of `{}`", files.path), ("/found", json!(true)))
            }
        };
        let mut step = Step::new(Role::Control, name, actor, Act::Open(opening));
        step.expect = vec![
            Expectation::new(at, Test::Equals(value)),
            Expectation::new("/body/truncated", Test::Equals(json!(false))),
        ];
        step.word = self.word();
        step
    }

    /// A backup that Avouch opens itself is seen; the project's own program reports on it.
    fn word(&self) -> Word {
        if self.form.value == Format::Command { Word::Reported } else { Word::Seen }
    }

    fn expect(&self) -> Vec<Expectation> {
        let mut all = vec![Expectation::new("/opened", Test::Equals(json!(true)))];
        match self.form.value {
            Format::Sqlite => {
                all.push(Expectation::new("/integrity", Test::Equals(json!("ok"))));
                all.extend(self.tables.iter().map(|(table, least)| {
                    Expectation::new(rows_of(table), Test::AtLeast(f64::from(least.value)))
                }));
            }
            Format::Tar | Format::PgDump => {
                let least = self.entries.as_ref().map_or(1, |entries| entries.value);
                all.push(Expectation::new("/entries", Test::AtLeast(f64::from(least))));
            }
            Format::Command => {}
        }
        all
    }

    fn looked_for(&self) -> &'static str {
        match self.form.value {
            Format::Sqlite => "its integrity was checked and its rows were counted",
            Format::Tar => "every entry was read to its end",
            Format::PgDump => "its table of contents was listed",
            Format::Command => "a program opened it",
        }
    }

    fn counterexamples(&self, id: StepId, by_http: bool) -> Vec<Counterexample> {
        let mut all = vec![
            negation("the backup cannot be opened", set(id, "/opened", false)),
            fault(
                "the backup is too large to fetch as a whole",
                set(StepId(0), "/body/truncated", true),
            ),
        ];
        if self.form.value == Format::Sqlite {
            all.push(negation("the database is damaged", set(id, "/integrity", "damaged")));
            all.extend(self.tables.keys().map(|table| {
                let when = format!("the table `{table}` is not in the backup");
                negation(when, remove(id, &rows_of(table)))
            }));
        }
        if by_http {
            all.extend(of_statuses("the request for the backup"));
        } else {
            all.push(fault("there is no file", set(StepId(0), "/found", false)));
        }
        all
    }
}

fn rows_of(table: &str) -> String {
    format!("/rows/{}", table.replace('~', "~0").replace('/', "~1"))
}
