//! Where `backup-age` finds the newest backup: the source, and the pointers into its answer.

use serde_json::Value;

use crate::check::kind::Context;
use crate::check::kinds::backup::age::Settings;
use crate::check::kinds::backup::source::{Source, Sources};
use crate::check::kinds::backup::tool::{Tool, ToolRow, owned};
use crate::check::written::program::Run;
use crate::model::answer::ids::StepId;
use crate::model::plan::backup::listing::{BUCKET, BackupListing};
use crate::model::plan::backup::newest::Newest;
use crate::model::plan::backup::value::{ValueTest, Wanted};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

impl Settings {
    pub(crate) fn sources(&self) -> Sources<'_> {
        let run = |line| Run { line, env: &self.env, timeout: self.timeout };
        Sources {
            actor: self.actor.as_ref(),
            get: self.get.as_ref(),
            request: self.request.as_ref(),
            s3: self.s3.as_ref(),
            host: self.host.as_ref(),
            file: self.file.as_ref(),
            suffix: self.suffix.as_ref(),
            partial: self.partial.as_deref(),
            run: self.run.as_ref().map(run),
            tool: self.tool.as_ref(),
        }
    }

    fn pointers(&self) -> impl Iterator<Item = &Spanned<String>> {
        let state = self.state.iter().map(|state| &state.at);
        let of = self.of.iter().map(|of| &of.at);
        let all = [&self.list, &self.at, &self.name, &self.bytes, &self.previous_bytes];
        all.into_iter().flatten().chain(state).chain(of)
    }

    pub(crate) fn report_bad_pointers(&self, context: &Context<'_>, diagnostics: &mut Report) {
        for pointer in self.pointers().filter(|pointer| !pointer.starts_with('/')) {
            let message = format!("`{}` is not a JSON Pointer", pointer.value);
            let help = format!("write `/{}`", pointer.replace('.', "/"));
            diagnostics.push(context.mistake(Code::BadPointer, &pointer.span, message).help(help));
        }
    }

    /// How the newest backup is picked from the answer of a source.
    pub(crate) fn newest(
        &self,
        source: &Source,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Newest {
        let (document, [name, at, bytes]) = match source {
            Source::Json(_) => return self.newest_in("/body/json", context, diagnostics),
            Source::Program(_) => return self.newest_in("/stdout/json", context, diagnostics),
            Source::Bucket(_) => (BUCKET, ["/key", "/last_modified", "/bytes"]),
            Source::Files(_) => ("/entries", ["/name", "/modified", "/bytes"]),
        };
        for pointer in self.pointers() {
            let message = "pointers are for JSON, and this source lists files";
            let mistake = context.mistake(Code::MisplacedSetting, &pointer.span, message);
            diagnostics.push(mistake.help("remove it"));
        }
        if let Some(tool) = self.tool.as_ref().filter(|tool| !tool.value.makes_files()) {
            let message = "this tool prints a list, and this source lists files";
            let help = "write `run:` with the tool's command that prints the list";
            let mistake = context.mistake(Code::MisplacedSetting, &tool.span, message);
            diagnostics.push(mistake.help(help));
        }
        if let Some(zone) = &self.zone {
            let message = "the times of files and of buckets have an offset from UTC";
            let mistake = context.mistake(Code::MisplacedSetting, &zone.span, message);
            diagnostics.push(mistake.help("remove `zone:`"));
        }
        let listing = BackupListing {
            document: document.into(),
            lists: vec![String::new()],
            at: vec![at.into()],
            bytes: Some(bytes.into()),
            name: vec![name.into()],
            names: self.sources().names(),
            ..BackupListing::default()
        };
        Newest { step: StepId(0), listing, previous_bytes: None, doubts_zero: false, oldest: false }
    }

    fn newest_in(&self, document: &str, context: &Context<'_>, diagnostics: &mut Report) -> Newest {
        let row = self.tool.as_ref().map(|tool| tool.value.row());
        self.report_missing(row, context, diagnostics);
        let listing = BackupListing {
            document: document.into(),
            lists: pointer_or(&self.list, row.map(|row| row.lists), &[""]),
            at: pointer_or(&self.at, row.map(|row| row.at), &[]),
            zone: self.zone.as_ref().map(|zone| zone.value.0.clone()),
            name: pointer_or(&self.name, row.map(|row| row.name), &[]),
            names: self.sources().names(),
            bytes: text(&self.bytes).or_else(|| Some(row?.bytes?.to_owned())),
            only: row.and_then(ToolRow::only),
            of: self.of.as_ref().map(|of| ValueTest {
                at: of.at.value.clone(),
                is: Wanted::OneOf(vec![of.is.as_str().into()]),
            }),
            state: self.state_test(context, diagnostics).or_else(|| row?.state()),
            heroku_table: self.tool.as_ref().is_some_and(|tool| tool.value == Tool::Heroku),
        };
        let doubts_zero = listing.state.is_none() && self.tool.is_none();
        Newest {
            step: StepId(0),
            listing,
            previous_bytes: text(&self.previous_bytes),
            doubts_zero,
            oldest: false,
        }
    }

    /// Reports what neither the author nor the tool names.
    fn report_missing(
        &self,
        row: Option<&'static ToolRow>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) {
        let row = row.filter(|row| !row.lists.is_empty());
        if self.at.is_none() && row.is_none() {
            let message = "the pointer to the time of a backup is missing";
            let help = "write `at:` with a JSON Pointer such as `/completed_at`, or name the `tool:` \
                        that prints the list";
            let mistake = context.mistake(Code::NoTime, &self.max_age.span, message);
            diagnostics.push(mistake.help(help));
        }
        if self.state.is_none() && self.name.is_none() && row.is_none() {
            let message = "nothing shows which backups are finished";
            let help = "write `state: { at: /state, is: finished }`, or `name:` if unfinished backups \
                        have names of their own";
            let mistake = context.mistake(Code::NoState, &self.max_age.span, message);
            diagnostics.push(mistake.help(help));
        }
        let has_size = self.bytes.is_some() || row.is_some_and(|row| row.bytes.is_some());
        if let Some(share) = self.least_share.as_ref().filter(|_| !has_size) {
            let message = "the pointer to the size of a backup is missing";
            let help = "write `bytes:` with a JSON Pointer such as `/bytes`";
            diagnostics.push(context.mistake(Code::NoSize, &share.span, message).help(help));
        }
        if let Some(suffix) = self.suffix.as_ref().filter(|_| self.name.is_none() && row.is_none())
        {
            let message =
                "`suffix` selects backups by their names, and nothing shows where a name is";
            let help = "write `name:` with a JSON Pointer such as `/name`";
            let mistake = context.mistake(Code::MisplacedSetting, &suffix.span, message);
            diagnostics.push(mistake.help(help));
        }
    }

    /// The author's test of the state. Reports one that is not complete.
    fn state_test(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<ValueTest> {
        let state = self.state.as_ref()?;
        let is = match (&state.is, state.exists) {
            (Some(Value::Array(values)), None) if !values.is_empty() => {
                Wanted::OneOf(values.clone())
            }
            (Some(value), None) => Wanted::OneOf(vec![value.clone()]),
            (None, Some(true)) => Wanted::Present,
            (None, Some(false)) => Wanted::Absent,
            _ => Wanted::OneOf(Vec::new()),
        };
        let is_scalar = |value: &Value| !value.is_array() && !value.is_object();
        if let Wanted::OneOf(values) = &is
            && (values.is_empty() || !values.iter().all(is_scalar))
        {
            let message = "the state of a finished backup is missing, or is not a single value";
            let help = "write `is:` with a text, a number, `true`, `false` or a list of them, or \
                        `exists: false`";
            let mistake = context.mistake(Code::NoState, &state.at.span, message);
            diagnostics.push(mistake.help(help));
        }
        Some(ValueTest { at: state.at.value.clone(), is })
    }
}

fn text(pointer: &Option<Spanned<String>>) -> Option<String> {
    pointer.as_ref().map(|one| one.value.clone())
}

/// The author's pointer, or else those of the tool, or else these.
fn pointer_or(
    pointer: &Option<Spanned<String>>,
    of_tool: Option<&[&str]>,
    otherwise: &[&str],
) -> Vec<String> {
    match text(pointer) {
        Some(pointer) => vec![pointer],
        None => owned(of_tool.filter(|all| !all.is_empty()).unwrap_or(otherwise)),
    }
}
