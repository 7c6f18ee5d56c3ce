//! Where `backup-age` finds the newest backup: the source, and the pointers into its answer.

use crate::check::kind::Context;
use crate::check::kinds::backup::age::Settings;
use crate::check::kinds::backup::source::{Source, Sources};
use crate::check::written::program::Run;
use crate::model::answer::ids::StepId;
use crate::model::plan::backup::Newest;
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
        let (list, [name, at, bytes]) = match source {
            Source::Json(_) => return self.newest_in("/body/json", context, diagnostics),
            Source::Program(_) => return self.newest_in("/stdout/json", context, diagnostics),
            Source::Bucket(_) => ("/body/listing", ["/key", "/last_modified", "/bytes"]),
            Source::Files(_) => ("/entries", ["/name", "/modified", "/bytes"]),
        };
        for pointer in self.pointers() {
            let message = "pointers are for JSON, and this source lists files";
            diagnostics.push(context.mistake(Code::MisplacedSetting, &pointer.span, message));
        }
        Newest {
            step: StepId(0),
            list: list.into(),
            at: at.into(),
            bytes: Some(bytes.into()),
            of: None,
            state: None,
            name: Some(name.into()),
            partial: self.sources().partial(),
            previous_bytes: None,
        }
    }

    fn newest_in(&self, document: &str, context: &Context<'_>, diagnostics: &mut Report) -> Newest {
        if self.at.is_none() {
            let message = "the pointer to the time of a backup is missing";
            let help = "write `at:` with a JSON Pointer such as `/completed_at`";
            let mistake = context.mistake(Code::NoTime, &self.max_age.span, message);
            diagnostics.push(mistake.help(help));
        }
        if self.state.is_none() && self.name.is_none() {
            let message = "nothing shows which backups are finished";
            let help = "write `state: { at: /state, is: finished }`, or `name:` if unfinished backups \
                        have names of their own";
            let mistake = context.mistake(Code::NoState, &self.max_age.span, message);
            diagnostics.push(mistake.help(help));
        }
        if let Some(share) = self.least_share.as_ref().filter(|_| self.bytes.is_none()) {
            let message = "the pointer to the size of a backup is missing";
            let help = "write `bytes:` with a JSON Pointer such as `/bytes`";
            diagnostics.push(context.mistake(Code::NoSize, &share.span, message).help(help));
        }
        let text =
            |pointer: &Option<Spanned<String>>| pointer.as_ref().map(|one| one.value.clone());
        Newest {
            step: StepId(0),
            list: format!("{document}{}", text(&self.list).unwrap_or_default()),
            at: text(&self.at).unwrap_or_default(),
            bytes: text(&self.bytes),
            of: self.of.as_ref().map(|of| (of.at.value.clone(), of.is.clone())),
            state: self.state.as_ref().map(|state| (state.at.value.clone(), state.is.clone())),
            name: text(&self.name),
            partial: self.sources().partial(),
            previous_bytes: text(&self.previous_bytes),
        }
    }
}
