//! Where a check finds backups: an answer in JSON, a bucket's listing, files, or a program.

use serde_json::json;

use crate::check::kind::Context;
use crate::check::kinds::backup::tool::{Tool, ToolRow, owned};
use crate::check::written::counterexample::{fault, set};
use crate::check::written::placeholders::Names;
use crate::check::written::program::{Run, program};
use crate::check::written::request;
use crate::check::written::request::WrittenRequest;
use crate::check::written::request::read::GetOrRequest;
use crate::model::answer::ids::StepId;
use crate::model::plan::backup::FileQuery;
use crate::model::plan::backup::names::{BackupNames, UNFINISHED};
use crate::model::plan::counterexample::Counterexample;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::Request;
use crate::model::plan::{ANYONE, Act, Role, Step, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The settings that name a source; an author may use only one of them.
pub(crate) struct Sources<'a> {
    /// The actor that sends the request.
    pub(crate) actor: Option<&'a Spanned<String>>,
    /// An answer in JSON.
    pub(crate) get: Option<&'a Spanned<String>>,
    /// Instead of `get`, a whole request.
    pub(crate) request: Option<&'a Spanned<WrittenRequest>>,
    /// A bucket's listing.
    pub(crate) s3: Option<&'a Spanned<String>>,
    /// The role of the host that receives it.
    pub(crate) host: Option<&'a Spanned<String>>,
    /// A file or a folder.
    pub(crate) file: Option<&'a Spanned<String>>,
    /// Only files whose names end with this.
    pub(crate) suffix: Option<&'a Spanned<String>>,
    /// The endings of names of unfinished backups.
    pub(crate) partial: Option<&'a [String]>,
    /// A program.
    pub(crate) run: Option<Run<'a>>,
    /// The tool that made the backups.
    pub(crate) tool: Option<&'a Spanned<Tool>>,
}

/// A source.
pub(crate) enum Source {
    /// An answer in JSON.
    Json(Request),
    /// A bucket's listing.
    Bucket(Request),
    /// Files.
    Files(FileQuery),
    /// A program that prints JSON.
    Program(crate::model::plan::request::Program),
}

impl Sources<'_> {
    /// The one source that the author named. Reports none or several; `span` is the place for a missing
    /// source.
    pub(crate) fn read(
        &self,
        span: &std::ops::Range<usize>,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Source> {
        context.sender(self.actor, diagnostics);
        let given = [self.get, self.s3, self.file];
        let spans = given.iter().flatten().map(|one| &one.span);
        let spans = spans.chain(self.request.map(|request| &request.span));
        let spans: Vec<_> = spans.chain(self.run.as_ref().map(|run| &run.line.span)).collect();
        if spans.len() != 1 {
            let message = match spans.len() {
                0 => "the source of the backups is missing",
                _ => "a check has one source of backups, and here are several",
            };
            let place = spans.get(1).copied().unwrap_or(span);
            let help = "write one of `get:`, `request:`, `s3:`, `file:` or `run:`";
            diagnostics.push(context.mistake(Code::NoSingleSource, place, message).help(help));
            return None;
        }
        if let Some(run) = &self.run {
            return program(run, context, diagnostics).map(Source::Program);
        }
        if let Some(file) = self.file {
            return Some(Source::Files(self.files(file)));
        }
        if let Some(s3) = self.s3 {
            let names = Names::none(context);
            return request::get(s3, self.host, &names, diagnostics).map(Source::Bucket);
        }
        let written = GetOrRequest { get: self.get, host: self.host, request: self.request };
        written.read(span, &Names::none(context), diagnostics).map(Source::Json)
    }

    /// Which names are those of backups.
    pub(crate) fn names(&self) -> BackupNames {
        let row = self.tool.map(|tool| tool.value.row());
        let of_tool = |texts: fn(&ToolRow) -> &'static [&'static str]| {
            row.map(|row| owned(texts(row))).unwrap_or_default()
        };
        let in_repository = self.tool.is_some_and(|tool| !tool.value.makes_files());
        let usual = || {
            let of_files = UNFINISHED.iter().filter(|_| !in_repository);
            of_files.map(|end| (*end).to_owned()).chain(of_tool(|row| row.partial)).collect()
        };
        BackupNames {
            suffixes: match self.suffix {
                Some(suffix) => vec![suffix.value.clone()],
                None => of_tool(|row| row.suffixes),
            },
            partial: self.partial.map_or_else(usual, <[String]>::to_vec),
            in_repository,
        }
    }

    fn files(&self, file: &Spanned<String>) -> FileQuery {
        FileQuery { path: file.value.clone(), names: self.names() }
    }
}

impl Source {
    /// The step that shows that there is an answer.
    pub(crate) fn control(self, actor: &str) -> Step {
        let status = Expectation::new("/status", Test::Equals(json!(200)));
        let there = |at: &str| Expectation::new(at, Test::Exists(true));
        let (name, actor, expect) = match &self {
            Self::Json(request) => {
                let name = format!("the answer to {}", request::in_words(request));
                (name, actor, vec![status, there("/body/json")])
            }
            Self::Bucket(request) => {
                let name = format!("the listing of {}", request::in_words(request));
                (name, actor, vec![status, there("/body/listing")])
            }
            Self::Files(files) => {
                let found = Expectation::new("/found", Test::Equals(json!(true)));
                (format!("the files of `{}`", files.path), ANYONE, vec![found])
            }
            // Whether its output is a listing is decided where the newest backup is picked from it.
            Self::Program(program) => {
                let exit = Expectation::new("/exit", Test::Equals(json!(0)));
                let name = format!("the run of `{}`", program.line.join(" "));
                (name, ANYONE, vec![exit, Expectation::new("/stdout/bytes", Test::AtLeast(1.0))])
            }
        };
        let word = self.word();
        let act = match self {
            Self::Json(request) | Self::Bucket(request) => Act::Http(request),
            Self::Files(files) => Act::Files(files),
            Self::Program(program) => Act::Command(program),
        };
        Step { expect, word, ..Step::new(Role::Control, name, actor, act) }
    }

    /// How the facts are known. The service, the store or the program reports when a backup was finished;
    /// and anyone who may write a file can set its time.
    pub(crate) fn word(&self) -> Word {
        Word::Reported
    }
}

/// The answers to `request` by which nothing is known.
pub(crate) fn of_statuses(request: &str) -> [Counterexample; 3] {
    [404, 429, 503].map(|status| {
        fault(format!("{request} is answered with {status}"), set(StepId(0), "/status", status))
    })
}
