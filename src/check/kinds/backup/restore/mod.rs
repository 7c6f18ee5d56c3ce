//! `backup-restore`: the newest backup can be opened, is complete, and is not empty.

mod steps;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::backup::source::{Source, Sources};
use crate::check::kinds::backup::tool::Tool;
use crate::check::written::limits;
use crate::check::written::must_fail::MustFail;
use crate::check::written::program::{Run, program};
use crate::check::written::request::WrittenRequest;
use crate::language::period::Period;
use crate::language::size::Size;
use crate::model::plan::backup::names::BackupNames;
use crate::model::plan::backup::{BACKUP, FileQuery, Form, Opening};
use crate::model::plan::parameter::Parameter;
use crate::model::plan::{Plan, backup};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The most bytes that are fetched, if the author sets no limit.
const SIZE_MAX: u64 = 256 << 20;

/// The newest backup, opened.
pub(crate) struct BackupRestore;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The actor that fetches it; `anyone` if left out.
    #[serde(rename = "as")]
    actor: Option<Spanned<String>>,
    /// The path of the target that returns the newest backup itself.
    get: Option<Spanned<String>>,
    /// Instead of `get`: a whole request that only reads.
    request: Option<Spanned<WrittenRequest>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the target.
    host: Option<Spanned<String>>,
    /// Instead of `get`: a file, or a folder whose newest finished file is opened.
    file: Option<Spanned<String>>,
    /// The tool that made the backup: `pg_dump`, `s3` or `files`; any other one needs the form `command`.
    tool: Option<Spanned<Tool>>,
    /// Only files whose names end with this. Without it, files such as logs, locks, checksums and hidden
    /// files do not count.
    suffix: Option<Spanned<String>>,
    /// The endings of names of unfinished backups; `.part`, `.partial`, `.tmp`, `.incomplete`, `.filepart`,
    /// `.crdownload` and similar ones if left out.
    partial: Option<Vec<String>>,
    /// The format: `sqlite`, `pg-dump` (any format that `pg_restore` lists), `tar`, or `command` for a
    /// format that the program under `run` opens. The first three are decompressed if they were compressed
    /// with gzip or Zstandard.
    form: Spanned<Format>,
    /// Tables of a SQLite database, each with its least number of rows.
    #[serde(default)]
    tables: BTreeMap<String, Spanned<u32>>,
    /// The least number of entries in an archive; 1 if left out.
    entries: Option<Spanned<u32>>,
    /// The program that opens the backup, with its arguments; `${backup}` is the path of a copy. Exit
    /// code 0 means that it could be opened.
    run: Option<Spanned<Vec<String>>>,
    /// The environment variables that Avouch passes on to the program.
    #[serde(default)]
    env: Vec<Spanned<String>>,
    /// How long the program may run.
    timeout: Option<Period>,
    /// For a file or the form `command`, the counter-run: another file, which must not pass, such as one
    /// that is not a backup.
    must_fail: Option<Spanned<MustFail>>,
    /// How large the backup may be; 256 MiB if left out.
    size_max: Option<Size>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Format {
    Sqlite,
    PgDump,
    Tar,
    Command,
}

impl Kind for BackupRestore {
    type Settings = Settings;

    const NAME: &'static str = "backup-restore";

    const MANUAL: Manual = Manual {
        proves: "The newest backup can be fetched and opened, is complete, and has at least the \
                 given number of rows or entries.",
        cannot_prove: "That the backup contains all data, or that the service would run on it. \
                       Of a `pg-dump`, only the table of contents is read.",
        example: EXAMPLE,
    };

    fn limits(settings: &Settings) -> Vec<Parameter> {
        let rows = settings.tables.iter().filter_map(|(table, rows)| limits::count(table, rows));
        let entries = settings.entries.as_ref();
        rows.chain(entries.and_then(|entries| limits::count("entries", entries))).collect()
    }

    fn plan(settings: &Settings, context: &Context<'_>, diagnostics: &mut Report) -> Option<Plan> {
        let from = settings.source(context, diagnostics);
        let form = settings.form(context, diagnostics);
        settings.report_misplaced(context, diagnostics);
        let (from, form) = (from?, form?);
        let size_max = settings.size_max.map_or(SIZE_MAX, |size| size.0);
        let opening = Opening { from, form, size_max };
        let counter = settings.counter(&opening, context, diagnostics);
        Some(settings.plan_opening(opening, counter))
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
            request: self.request.as_ref(),
            s3: None,
            host: self.host.as_ref(),
            file: self.file.as_ref(),
            suffix: self.suffix.as_ref(),
            partial: self.partial.as_deref(),
            run: None,
            tool: self.tool.as_ref(),
        };
        match sources.read(&self.form.span, context, diagnostics)? {
            Source::Json(request) | Source::Bucket(request) => {
                Some(backup::BackupSource::Http(request))
            }
            Source::Files(files) => Some(backup::BackupSource::Files(files)),
            Source::Program(_) => None,
        }
    }

    /// How the file of the counter-run is opened. Reports one that no check needs.
    fn counter(
        &self,
        opening: &Opening,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Opening> {
        let written = self.must_fail.as_ref()?;
        if self.file.is_none() && self.form.value != Format::Command {
            let message = "only a file, or the form `command`, has a counter-run";
            let mistake = context.mistake(Code::MisplacedSetting, &written.span, message);
            diagnostics.push(mistake.help("remove `must_fail:`"));
        }
        let file = self.file.as_ref().map(|file| file.as_str());
        let path = MustFail::file(written, file, context, diagnostics)?;
        let files = FileQuery { path, names: BackupNames::default() };
        Some(Opening { from: backup::BackupSource::Files(files), ..opening.clone() })
    }

    fn form(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Form> {
        let span = self.form.span.clone();
        let run = |line, diagnostics: &mut Report| {
            program(&Run { line, env: &self.env, timeout: self.timeout }, context, diagnostics)
        };
        Some(match self.form.value {
            Format::Sqlite => Form::Sqlite(self.tables.keys().cloned().collect()),
            Format::Tar => Form::Tar,
            Format::PgDump => {
                let line = ["pg_restore", "--list", BACKUP].map(str::to_owned).to_vec();
                Form::PgDump(run(&Spanned { value: line, span }, diagnostics)?)
            }
            Format::Command => {
                let takes = |line: &&Spanned<Vec<String>>| {
                    line.value.iter().skip(1).any(|word| word.contains(BACKUP))
                };
                let Some(line) = self.run.as_ref().filter(takes) else {
                    let message = "no program gets the backup to open";
                    let help = "write `run:` with the program and `${backup}` among its arguments";
                    diagnostics.push(context.mistake(Code::NoProgram, &span, message).help(help));
                    return None;
                };
                Form::Command(run(line, diagnostics)?)
            }
        })
    }

    fn report_misplaced(&self, context: &Context<'_>, diagnostics: &mut Report) {
        let form = self.form.value;
        let mut tell = |span: &std::ops::Range<usize>, message: &str| {
            let mistake = context.mistake(Code::MisplacedSetting, span, message);
            diagnostics.push(mistake.help("remove it, or change `form:`"));
        };
        let table = self.tables.values().next().filter(|_| form != Format::Sqlite);
        if let Some(table) = table {
            tell(&table.span, "only a `sqlite` backup has tables");
        }
        let archive = matches!(form, Format::Tar | Format::PgDump);
        if let Some(entries) = self.entries.as_ref().filter(|_| !archive) {
            tell(&entries.span, "only a `tar` or `pg-dump` backup has entries");
        }
        let repository = self.tool.as_ref().filter(|tool| !tool.value.makes_files());
        if let Some(tool) = repository.filter(|_| form != Format::Command) {
            tell(
                &tool.span,
                "a backup of this tool is not one file: restore it with the form `command`",
            );
        }
        let suffix = self.suffix.as_ref().filter(|_| self.file.is_none());
        if let Some(suffix) = suffix {
            tell(&suffix.span, "`suffix` selects files of `file`, which is missing");
        }
        if let Some(run) = self.run.as_ref().filter(|_| form != Format::Command) {
            tell(&run.span, "a program opens only a backup of the form `command`");
        }
    }
}
