//! `backup-age`: the newest finished backup is young enough, not empty, and has not shrunk.

mod newest;
mod share;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::backup::age::share::Share;
use crate::check::kinds::backup::source::{Source, of_statuses};
use crate::check::written::counterexample::{fault, negation, of_limits, remove, set};
use crate::check::written::limits;
use crate::language::period::Period;
use crate::language::quantity::amount::{Amount, Unit};
use crate::language::words::capital;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::Newest;
use crate::model::plan::counterexample::{Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::{ANYONE, Act, FactEnd, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;

/// The age and the size of the newest backup.
pub(crate) struct BackupAge;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The actor that sends the request; `anyone` if left out.
    #[serde(rename = "as")]
    actor: Option<Spanned<String>>,
    /// The path of the target that lists the backups, in JSON.
    get: Option<Spanned<String>>,
    /// Instead of `get`: the path or address of a bucket's listing, in the XML of Amazon S3.
    s3: Option<Spanned<String>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the target.
    host: Option<Spanned<String>>,
    /// Instead of `get`: a file or a folder of files on the machine that runs Avouch.
    file: Option<Spanned<String>>,
    /// Only files whose names end with this.
    suffix: Option<Spanned<String>>,
    /// The endings of names of unfinished backups; `.part`, `.partial`, `.tmp` and `.incomplete` if
    /// left out.
    partial: Option<Vec<String>>,
    /// Instead of `get`: a program that lists the backups in JSON, with its arguments.
    run: Option<Spanned<Vec<String>>>,
    /// The environment variables that Avouch passes on to the program.
    #[serde(default)]
    env: Vec<Spanned<String>>,
    /// How long the program may run.
    timeout: Option<Period>,
    /// JSON Pointer to the list of backups; if left out, the JSON as a whole is the list or a single
    /// backup.
    list: Option<Spanned<String>>,
    /// JSON Pointer, within a backup, to the time at which it was finished; required for JSON.
    at: Option<Spanned<String>>,
    /// JSON Pointer, within a backup, to its name.
    name: Option<Spanned<String>>,
    /// JSON Pointer, within a backup, to its size in bytes, which must not be 0.
    bytes: Option<Spanned<String>>,
    /// JSON Pointer, within a backup, to the size of the previous backup.
    previous_bytes: Option<Spanned<String>>,
    /// Where to find a backup's state, and its value once the backup is finished.
    state: Option<State>,
    /// How old the newest finished backup may be.
    max_age: Spanned<Period>,
    /// The least size, in per cent of the previous backup, such as `50%`.
    least_share: Option<Spanned<Share>>,
}

#[derive(Deserialize, JsonSchema)]
struct State {
    /// JSON Pointer to the state.
    at: Spanned<String>,
    /// The state of a finished backup, such as `finished`.
    is: String,
}

impl Kind for BackupAge {
    type Settings = Settings;

    const NAME: &'static str = "backup-age";

    const MANUAL: Manual = Manual {
        proves: "The newest finished backup is recent enough, not dated in the future, not \
                 empty, and not much smaller than the previous one. The evidence expires when \
                 that backup reaches its age limit.",
        cannot_prove: "That the backup can be restored. If the service, an object store or a \
                       program lists the backups, the page shows the result as reported; the \
                       size and the time of files are seen directly. Only the first page of a \
                       listing is read: if there are more, the result is inconclusive.",
        example: EXAMPLE,
    };

    fn limits(settings: &Settings) -> Vec<Parameter> {
        let age =
            limits::at_most("max_age", &settings.max_age, Amount::time(settings.max_age.value));
        let share = settings.least_share.as_ref().map(|share| {
            limits::at_least("least_share", share, Amount::new(share.0, Unit::Percent))
        });
        [age].into_iter().chain(share).collect()
    }

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let source = settings.sources().read(&settings.max_age.span, context, diagnostics);
        settings.report_bad_pointers(context, diagnostics);
        let source = source?;
        let newest = settings.newest(&source, context, diagnostics);
        Some(settings.plan(source, newest))
    }
}

const EXAMPLE: &str = "\
kind: backup-age
as: operator
get: /ops/backups/latest
at: /completed_at
max_age: 24h
bytes: /bytes
previous_bytes: /previous_bytes
least_share: 50%
state: { at: /state, is: finished }
";

impl Settings {
    fn plan(&self, source: Source, newest: Newest) -> Plan {
        let actor = self.actor.as_ref().map_or(ANYONE, |actor| actor.as_str());
        let (sends, word) = (matches!(source, Source::Json(_) | Source::Bucket(_)), source.word());
        let control = source.control(actor);
        let probe = Step { word, ..self.probe(&control.actor, newest) };
        let at = String::from("/newest/at");
        let mut counterexamples = of_limits(StepId(1), &probe.name, &probe.expect);
        counterexamples.extend(self.counterexamples(&probe, sends));
        Plan {
            covers: format!(
                "{} shows when the newest backup was finished; the limit is {}.",
                capital(&control.name),
                self.max_age.in_words()
            ),
            leaves_open: "It does not show that the backup can be restored, nor that the report \
                          about it is true."
                .into(),
            ends: vec![FactEnd { step: StepId(1), at, plus: self.max_age.value }],
            counterexamples,
            ..Plan::new(BackupAge::NAME, vec![control, probe])
        }
    }

    fn probe(&self, actor: &str, newest: Newest) -> Step {
        let sized = newest.bytes.is_some();
        let mut step =
            Step::new(Role::Probe, "the newest finished backup", actor, Act::Newest(newest));
        let expect = |at: &str, test| Expectation::new(at, test);
        step.expect = vec![
            expect("/finished", Test::AtLeast(1.0)),
            expect("/newest/at", Test::NotOlderThan(self.max_age.value)),
        ];
        if sized {
            step.expect.push(expect("/newest/bytes", Test::AtLeast(1.0)));
        }
        if let Some(share) = &self.least_share {
            step.expect.push(expect("/share", Test::AtLeast(share.value.0)));
        }
        step.control = Some(StepId(0));
        step.publish = step.expect.iter().map(|one| one.at.clone()).collect();
        step
    }

    fn counterexamples(&self, probe: &Step, sends: bool) -> Vec<Counterexample> {
        let mut all = vec![
            negation("no backup is finished", remove(StepId(1), "/newest")),
            fault(
                "the answer lists no backup",
                Edit::Fail { step: StepId(1), reason: Reason::Unparsable },
            ),
        ];
        if probe.expect.iter().any(|one| one.at == "/newest/bytes") {
            all.push(negation("the newest backup is empty", set(StepId(1), "/newest/bytes", 0)));
        }
        if let Some(share) = &self.least_share {
            let shrunk = set(StepId(1), "/share", share.value.0 - 0.1);
            all.push(negation("the newest backup is smaller than its least share", shrunk));
            let unknown = set(StepId(1), "/share", "unknown");
            all.push(fault("there is no earlier backup to compare with", unknown));
        }
        all.extend(sends.then(|| of_statuses("the request for the backups")).into_iter().flatten());
        all
    }
}
