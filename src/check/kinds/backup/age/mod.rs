//! `backup-age`: the newest finished backup is young enough, not empty, and has not shrunk.

mod newest;
mod share;
#[cfg(test)]
mod tests;
mod zone;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::backup::age::share::Share;
use crate::check::kinds::backup::age::zone::WrittenZone;
use crate::check::kinds::backup::source::{Source, of_statuses};
use crate::check::kinds::backup::tool::Tool;
use crate::check::written::counterexample::{fault, negation, of_limits, remove, set};
use crate::check::written::limits;
use crate::check::written::must_fail::{MustFail, counter_run};
use crate::check::written::program::Run;
use crate::check::written::request::WrittenRequest;
use crate::language::period::Period;
use crate::language::quantity::amount::{Amount, Unit};
use crate::language::words::capital;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::FileQuery;
use crate::model::plan::backup::newest::Newest;
use crate::model::plan::counterexample::{Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::{ANYONE, Act, FactEnd, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
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
    /// Instead of `get`: a whole request that only reads, such as a query in GraphQL.
    request: Option<Spanned<WrittenRequest>>,
    /// Instead of `get`: the path or address of a bucket's listing, in the XML of Amazon S3.
    s3: Option<Spanned<String>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the target.
    host: Option<Spanned<String>>,
    /// Instead of `get`: a file or a folder of files on the machine that runs Avouch.
    file: Option<Spanned<String>>,
    /// The tool that made the backups, which decides the settings below that are left out: `restic`
    /// (`restic snapshots --json`), `borg` (`borg list --json`; before Borg 2, name the `zone`),
    /// `pgbackrest` (`pgbackrest info --output=json`), `barman` (`barman list-backups SERVER -f json`),
    /// `velero` (`velero backup get -o json`), `wal-g` (`wal-g backup-list --json --detail`), `rds` (`aws
    /// rds describe-db-snapshots`), `heroku` (`heroku pg:backups`), `s3` (`aws s3api list-objects-v2`, or
    /// `s3`), `pg_dump` or `files`.
    tool: Option<Spanned<Tool>>,
    /// Only backups whose names end with this. Without it, files such as logs, locks, checksums and hidden
    /// files do not count.
    suffix: Option<Spanned<String>>,
    /// The endings of names of unfinished backups; `.part`, `.partial`, `.tmp`, `.incomplete`, `.filepart`,
    /// `.crdownload` and similar ones if left out.
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
    /// JSON Pointer, within a backup, to the time at which it was finished; required for JSON without
    /// `tool`. A date alone means its first moment.
    at: Option<Spanned<String>>,
    /// The zone of times that have no offset from UTC: an offset such as `+01:00`, a name such as
    /// `Europe/Berlin`, or a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    zone: Option<Spanned<WrittenZone>>,
    /// JSON Pointer, within a backup, to its name.
    name: Option<Spanned<String>>,
    /// JSON Pointer, within a backup, to its size in bytes, which must not be 0.
    bytes: Option<Spanned<String>>,
    /// JSON Pointer, within a backup, to the size of the previous backup.
    previous_bytes: Option<Spanned<String>>,
    /// Where to find what a backup is of, such as the name of a database, and the name of this service's
    /// data. Other backups do not count.
    of: Option<Named>,
    /// Where to find a backup's state, and its value once the backup is finished: `is` has a text, a
    /// number, `true`, `false`, or a list of them, and `exists: false` means that there is no value.
    state: Option<State>,
    /// For a file or a program, the counter-run: another file or folder, or the same program with other
    /// arguments, whose newest backup must not pass, such as an old one.
    must_fail: Option<Spanned<MustFail>>,
    /// How old the newest finished backup may be.
    max_age: Spanned<Period>,
    /// The least size, in per cent of the previous backup, such as `50%`.
    least_share: Option<Spanned<Share>>,
}

#[derive(Deserialize, JsonSchema)]
struct Named {
    /// JSON Pointer to the name.
    at: Spanned<String>,
    /// The name of this service's data.
    is: String,
}

#[derive(Deserialize, JsonSchema)]
struct State {
    /// JSON Pointer to the state.
    at: Spanned<String>,
    /// The state of a finished backup, such as `finished`, `true` or `0`, or a list of such states.
    is: Option<Value>,
    /// `false` if a finished backup has no value there, such as an error.
    exists: Option<bool>,
}

impl Kind for BackupAge {
    type Settings = Settings;

    const NAME: &'static str = "backup-age";

    const MANUAL: Manual = Manual {
        proves: "The newest finished backup is recent enough, not dated in the future, not \
                 empty, and not much smaller than the previous one. The evidence expires when \
                 that backup reaches its age limit.",
        cannot_prove: "That the backup can be restored. If the service, an object store or a \
                       program lists the backups, the page shows the result as reported. So it \
                       does for files: anyone who copies a file sets its time. If a listing says \
                       that it goes on, it shows at most that there is a recent backup. Further \
                       pages are read if the answer has a `Link` field.",
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
        let counter = settings.counter(&source, context, diagnostics);
        Some(settings.plan(source, counter, newest))
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
    /// The source of the counter-run. Reports one that is missing a program or a file.
    fn counter(
        &self,
        source: &Source,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Source> {
        let written = self.must_fail.as_ref()?;
        match (source, &self.run) {
            (Source::Files(files), _) => {
                let path = MustFail::file(written, Some(&files.path), context, diagnostics)?;
                Some(Source::Files(FileQuery { path, ..files.clone() }))
            }
            (Source::Program(_), Some(line)) => {
                let run = Run { line, env: &self.env, timeout: self.timeout };
                MustFail::program(written, &run, context, diagnostics).map(Source::Program)
            }
            _ => {
                let message = "only a file or a program has a counter-run";
                let place = &written.span;
                diagnostics.push(context.mistake(Code::MisplacedSetting, place, message));
                None
            }
        }
    }

    fn plan(&self, source: Source, counter: Option<Source>, newest: Newest) -> Plan {
        let actor = self.actor.as_ref().map_or(ANYONE, |actor| actor.as_str());
        let (sends, word) = (matches!(source, Source::Json(_) | Source::Bucket(_)), source.word());
        let control = source.control(actor);
        let covers = format!(
            "{} shows when the newest backup was finished; the limit is {}.",
            capital(&control.name),
            self.max_age.in_words()
        );
        let probe = Step { word, ..self.probe(&control.actor, newest.clone()) };
        let mut steps = vec![control];
        let counter = counter.map(|counter| self.counter_steps(counter, newest));
        steps.extend(counter.into_iter().flatten());
        let id = StepId(steps.len());
        let mut counterexamples = of_limits(id, &probe.name, &probe.expect);
        counterexamples.extend(self.counterexamples(id, &probe, sends));
        if let [_, listed, _] = steps.as_slice() {
            counterexamples.push(counter_run(id, &listed.name, StepId(2)));
        }
        steps.push(probe);
        Plan {
            covers,
            leaves_open: self.leaves_open(),
            ends: vec![FactEnd { step: id, at: "/newest/at".into(), plus: self.max_age.value }],
            counterexamples,
            ..Plan::new(BackupAge::NAME, steps)
        }
    }

    /// The steps of the counter-run: the other listing, and the newest backup in it.
    fn counter_steps(&self, counter: Source, newest: Newest) -> [Step; 2] {
        let word = counter.word();
        let mut listed = counter.control(ANYONE);
        listed.name = format!("the counter-run, {}", listed.name);
        let act = Act::Newest(Newest { step: StepId(1), ..newest });
        let name = "the newest backup in the counter-run";
        [listed, Step { word, ..Step::new(Role::Control, name, ANYONE, act) }]
    }

    fn leaves_open(&self) -> String {
        let by_file = self.file.is_some();
        let (of, named) = match (by_file, self.of.is_some()) {
            (true, _) => (" The time of a file is its own: anyone who copies it sets it.", true),
            (false, named) => ("", named),
        };
        let data = if named { "" } else { ", nor that it is a backup of this service's data" };
        format!(
            "It does not show that the backup can be restored, nor that the report about it is \
             true{data}.{of}"
        )
    }

    fn probe(&self, actor: &str, newest: Newest) -> Step {
        let sized = newest.listing.bytes.is_some();
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

    fn counterexamples(&self, id: StepId, probe: &Step, sends: bool) -> Vec<Counterexample> {
        let mut all = vec![
            negation("no backup is finished", remove(id, "/newest")),
            fault(
                "the listing cannot be understood",
                Edit::Fail { step: id, reason: Reason::Unparsable },
            ),
        ];
        if probe.expect.iter().any(|one| one.at == "/newest/bytes") {
            all.push(negation("the newest backup is empty", set(id, "/newest/bytes", 0)));
        }
        if let Some(share) = &self.least_share {
            let shrunk = set(id, "/share", share.value.0 - 0.1);
            all.push(negation("the newest backup is smaller than its least share", shrunk));
            let unknown = set(id, "/share", "unknown");
            all.push(fault("there is no earlier backup to compare with", unknown));
        }
        all.extend(sends.then(|| of_statuses("the request for the backups")).into_iter().flatten());
        all
    }
}
