//! `backup-restore`: the newest backup can be opened, is whole, and has something in it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::backup::source::{Source, Sources};
use crate::check::written::program::{Run, program};
use crate::check::written::{limits, request};
use crate::language::period::Period;
use crate::language::size::Size;
use crate::model::plan::backup::{BACKUP, Form, Opening};
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::{ANYONE, Act, Plan, Role, Step, Word, backup};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// Bytes that are fetched at the most, where the author says nothing of it.
const SIZE_MAX: u64 = 256 << 20;

/// The kind.
pub(crate) struct BackupRestore;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The actor that fetches it; anyone if left out.
    #[serde(rename = "as")]
    actor: Option<Spanned<String>>,
    /// The path of the target that gives the newest backup itself.
    get: Option<Spanned<String>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that is asked in place of the target.
    host: Option<Spanned<String>>,
    /// In its place, a file, or a folder of files the newest finished of which is opened.
    file: Option<Spanned<String>>,
    /// Only files whose names end so.
    suffix: Option<Spanned<String>>,
    /// How the names of backups end that are still being written; `.part`, `.partial`, `.tmp` and
    /// `.incomplete` if left out.
    partial: Option<Vec<String>>,
    /// What it is: `sqlite`, `pg-dump` (of any format that `pg_restore` lists), `tar` (with gzip or
    /// without), or `command` for what the program under `run` opens.
    form: Spanned<Written>,
    /// Tables of a SQLite database, with the rows that each must have at the least.
    #[serde(default)]
    tables: BTreeMap<String, Spanned<u32>>,
    /// The entries that an archive must have at the least; 1 if left out.
    entries: Option<Spanned<u32>>,
    /// The program that opens it, with its arguments, in which `${backup}` is the path of a copy. It
    /// ends with 0 if it could.
    run: Option<Spanned<Vec<String>>>,
    /// The variables that the program gets from the environment of Avouch.
    #[serde(default)]
    env: Vec<Spanned<String>>,
    /// How long the program may take.
    timeout: Option<Period>,
    /// How large the backup may be; 256 MiB if left out.
    size_max: Option<Size>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Written {
    Sqlite,
    PgDump,
    Tar,
    Command,
}

impl Kind for BackupRestore {
    fn name(&self) -> &'static str {
        "backup-restore"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "The newest backup can be fetched and opened, is whole, and has at least so many \
                     rows or entries. A backup that cannot be opened is none.",
            cannot_prove: "That all data is in it, or that the service would run on what is \
                           restored from it. Of `pg-dump` only the table of contents is read.",
            example: EXAMPLE,
        }
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(Settings)
    }

    fn limits(&self, settings: &Node) -> Vec<Parameter> {
        let entries = settings.get("entries").and_then(|count| limits::at_least("entries", count));
        limits::at_least_each(settings.get("tables")).chain(entries).collect()
    }

    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan> {
        let before = diagnostics.mark();
        let settings: Settings = context.read(settings, diagnostics)?;
        let from = settings.source(context, diagnostics);
        let form = settings.form(context, diagnostics);
        settings.tell_misplaced(context, diagnostics);
        let (from, form) = (from?, form?);
        let size_max = settings.size_max.map_or(SIZE_MAX, |size| size.0);
        let opening = Opening { from, form, size_max };
        (diagnostics.is_clean_since(before)).then(|| settings.plan(opening))
    }
}

const EXAMPLE: &str = "\
kind: backup-restore
as: operator
get: /ops/backups/latest/file
form: sqlite
tables: { tenants: 1, notes: 0 }
";

impl Settings {
    fn source(
        &self,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<backup::BackupSource> {
        let sources = Sources {
            actor: self.actor.as_ref(),
            get: self.get.as_ref(),
            s3: None,
            host: self.host.as_ref(),
            file: self.file.as_ref(),
            suffix: self.suffix.as_ref(),
            partial: self.partial.as_deref(),
            run: None,
        };
        match sources.read(&self.form.span, context, diagnostics)? {
            Source::Json(request) | Source::Bucket(request) => {
                Some(backup::BackupSource::Http(request))
            }
            Source::Files(files) => Some(backup::BackupSource::Files(files)),
            Source::Program(_) => None,
        }
    }

    fn form(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Form> {
        let span = self.form.span.clone();
        let run = |line, diagnostics: &mut Report| {
            program(&Run { line, env: &self.env, timeout: self.timeout }, context, diagnostics)
        };
        Some(match self.form.value {
            Written::Sqlite => Form::Sqlite(self.tables.keys().cloned().collect()),
            Written::Tar => Form::Tar,
            Written::PgDump => {
                let line = ["pg_restore", "--list", BACKUP].map(str::to_owned).to_vec();
                Form::PgDump(run(&Spanned { value: line, span }, diagnostics)?)
            }
            Written::Command => {
                let takes = |line: &&Spanned<Vec<String>>| {
                    line.value.iter().skip(1).any(|word| word.contains(BACKUP))
                };
                let Some(line) = self.run.as_ref().filter(takes) else {
                    let message = "no program is given the backup to open";
                    let help = "write `run:` with the program and `${backup}` among its arguments";
                    diagnostics.push(context.mistake(Code::NoProgram, &span, message).help(help));
                    return None;
                };
                Form::Command(run(line, diagnostics)?)
            }
        })
    }

    fn tell_misplaced(&self, context: &Context<'_>, diagnostics: &mut Report) {
        let form = self.form.value;
        let mut tell = |span: &std::ops::Range<usize>, message: &str| {
            diagnostics.push(context.mistake(Code::MisplacedSetting, span, message));
        };
        let table = self.tables.values().next().filter(|_| form != Written::Sqlite);
        if let Some(table) = table {
            tell(&table.span, "only a `sqlite` backup has tables here");
        }
        let archive = matches!(form, Written::Tar | Written::PgDump);
        if let Some(entries) = self.entries.as_ref().filter(|_| !archive) {
            tell(&entries.span, "only a `tar` or `pg-dump` backup has entries");
        }
        if let Some(run) = self.run.as_ref().filter(|_| form != Written::Command) {
            tell(&run.span, "a program opens only a backup of the form `command`");
        }
    }

    fn plan(&self, opening: Opening) -> Plan {
        let (name, fetched) = match &opening.from {
            backup::BackupSource::Http(request) => {
                (format!("the answer of {}", request::in_words(request)), ("/status", json!(200)))
            }
            backup::BackupSource::Files(files) => {
                (format!("the newest of the files of `{}`", files.path), ("/found", json!(true)))
            }
        };
        let by_http = matches!(opening.from, backup::BackupSource::Http(_));
        let actor = self.actor.as_ref().filter(|_| by_http);
        let actor = actor.map_or(ANYONE, |actor| actor.as_str());
        let word = self.word();
        let mut control = Step::new(Role::Control, name, actor, Act::Open(opening));
        control.expect = vec![
            Expectation::new(fetched.0, Test::Equals(fetched.1)),
            Expectation::new("/body/truncated", Test::Equals(json!(false))),
        ];
        control.word = word;
        let mut probe = Step::new(Role::Probe, "the newest backup, opened", actor, Act::Recall(0));
        probe.expect = self.expect();
        probe.control = Some(0);
        probe.word = word;
        probe.publish = probe.expect.iter().map(|one| one.at.clone()).collect();
        probe.publish.push("/body/bytes".into());
        Plan {
            parameters: Vec::new(),
            kind: "backup-restore".into(),
            counterexamples: self.counterexamples(by_http),
            covers: format!("One backup, from {}: {}.", control.name, self.looked_for()),
            leaves_open: "It does not show that all data is in the backup, nor that the service \
                          would run on it."
                .into(),
            ends: Vec::new(),
            canaries: Vec::new(),
            steps: vec![control, probe],
        }
    }

    /// What we open ourselves we see; what a program of the project's opens, it tells us.
    fn word(&self) -> Word {
        if self.form.value == Written::Command { Word::Reported } else { Word::Seen }
    }

    fn expect(&self) -> Vec<Expectation> {
        let mut all = vec![Expectation::new("/opened", Test::Equals(json!(true)))];
        match self.form.value {
            Written::Sqlite => {
                all.push(Expectation::new("/integrity", Test::Equals(json!("ok"))));
                all.extend(self.tables.iter().map(|(table, least)| {
                    Expectation::new(rows_of(table), Test::AtLeast(f64::from(least.value)))
                }));
            }
            Written::Tar | Written::PgDump => {
                let least = self.entries.as_ref().map_or(1, |entries| entries.value);
                all.push(Expectation::new("/entries", Test::AtLeast(f64::from(least))));
            }
            Written::Command => {}
        }
        all
    }

    fn looked_for(&self) -> &'static str {
        match self.form.value {
            Written::Sqlite => "its integrity was checked and its rows were counted",
            Written::Tar => "every entry was read to its end",
            Written::PgDump => "its table of contents was listed",
            Written::Command => "a program opened it",
        }
    }

    fn counterexamples(&self, by_http: bool) -> Vec<Counterexample> {
        let set = |step, at: &str, value: Value| Edit::Set { step, at: at.into(), value };
        let one = |class, when: &str, edit| Counterexample {
            class,
            when: when.into(),
            edits: vec![edit],
        };
        let mut all = vec![
            one(Class::Negation, "the backup cannot be opened", set(1, "/opened", json!(false))),
            one(
                Class::Fault,
                "the backup is too large to be fetched whole",
                set(0, "/body/truncated", json!(true)),
            ),
        ];
        if self.form.value == Written::Sqlite {
            let damaged = set(1, "/integrity", json!("damaged"));
            all.push(one(Class::Negation, "the database is damaged", damaged));
            all.extend(self.tables.keys().map(|table| {
                let when = format!("the table `{table}` is not in the backup");
                let gone = Edit::Remove { step: 1, at: rows_of(table) };
                one(Class::Negation, &when, gone)
            }));
        }
        if by_http {
            all.extend([404, 429, 503].map(|status| {
                let when = format!("the question for the backup is answered with {status}");
                one(Class::Fault, &when, set(0, "/status", json!(status)))
            }));
        } else {
            let gone = set(0, "/found", json!(false));
            all.push(one(Class::Fault, "there is no file", gone));
        }
        all
    }
}

fn rows_of(table: &str) -> String {
    format!("/rows/{}", table.replace('~', "~0").replace('/', "~1"))
}
