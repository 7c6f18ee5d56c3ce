//! The destinations of reports. A file that cannot be written is reported before any request is sent, and
//! each file is written whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use avouch::model::source::Sources;
use avouch::model::source::diagnostic::Diagnostic;
use avouch::render::Input;
use avouch::render::outlet::Written;
use avouch::render::report::layout::{Layout, WaiverLines};
use avouch::render::report::mistakes::Mistakes;
use avouch::render::report::{FORMATS, Format, format};

use crate::args::Reports;
use crate::disk::file;
use crate::disk::file::Mode;
use crate::disk::leaks::Leaks;
use crate::disk::repository;
use crate::exit::Exit;
use crate::terminal::console::Console;
use crate::terminal::secrets;

/// Every report of a run, and where it goes.
pub(crate) struct Outlets {
    /// `None` where none was requested: the report of a run is then for people, and that of mistakes is left
    /// out, because they are among the messages.
    out: Option<&'static Format>,
    files: Vec<(&'static Format, PathBuf)>,
    waivers: WaiverLines,
    /// The project's folder within its repository.
    folder: String,
}

impl Outlets {
    /// Checks that every report can be written; the run itself writes the files in `taken`.
    pub(crate) fn open(
        args: &Reports,
        root: &Path,
        taken: &[&Path],
        console: Console,
    ) -> Result<Self, Exit> {
        let refuse = |(message, help): (String, &str)| {
            console.error(message, help);
            Exit::Unusable
        };
        let out = out(args).map_err(refuse)?;
        let mut files: Vec<(&'static Format, PathBuf)> = Vec::new();
        for wanted in &args.reports {
            let Some(file) = &wanted.file else { continue };
            let path = whole(&root.join(file)).map_err(|error| {
                let message =
                    format!("a report cannot be written to `{}`: {error}", file.display());
                let help = "name a file in a folder that exists and is writable, or `-` for standard output";
                refuse((message, help))
            })?;
            if files.iter().any(|(_, other)| *other == path) {
                let message = format!("two reports go to `{}`", file.display());
                return Err(refuse((message, "give each its own file")));
            }
            if let Some(taken) = taken.iter().find(|taken| is_within(&path, &root.join(taken))) {
                let (file, taken) = (file.display(), taken.display());
                let message = format!("a report goes to `{file}`, where the run writes `{taken}`");
                return Err(refuse((message, "give it its own file")));
            }
            files.push((wanted.format, path));
        }
        let folder = repository::folder_of(root);
        Ok(Self { out, files, waivers: args.waiver_lines(), folder })
    }

    /// The project's folder within its repository, with `/` at its end; empty if it is the root.
    pub(crate) fn folder(&self) -> &str {
        &self.folder
    }

    /// Writes every report: the files first, so that an error precedes the report on standard output.
    pub(crate) fn write(
        &self,
        input: &Input<'_>,
        leaks: &Leaks,
        console: Console,
    ) -> Result<(), Exit> {
        // A file has the same bytes whatever terminal the run has.
        let layout = Layout { waivers: self.waivers, ..Layout::default() };
        let reports = self.files.iter().map(|(format, path)| (path, format.render(input, &layout)));
        let reports: Vec<_> = reports.collect();
        for (path, report) in &reports {
            leaks.refuse(&path.display().to_string(), report)?;
        }
        let written = write_files(reports, console);
        let Some(out) = self.out.or_else(|| FORMATS.first()) else { return written };
        let report = out.render(input, &console.layout(self.waivers));
        leaks.refuse("the report", &report)?;
        let shown = match self.out {
            Some(_) => console.output(report),
            None => console.conclude(report),
        };
        written.and(shown)
    }

    /// Writes every report that was requested, of sources that could not be tested.
    pub(crate) fn write_mistakes(
        &self,
        diagnostics: &[Diagnostic],
        sources: &Sources,
        console: Console,
    ) -> Result<(), Exit> {
        let mistakes = Mistakes { diagnostics, sources, folder: &self.folder };
        let reports = self.files.iter().map(|(format, path)| (path, format.mistakes(&mistakes)));
        let written = write_files(reports, console);
        let shown = self.out.map_or(Ok(()), |out| console.output(out.mistakes(&mistakes)));
        written.and(shown)
    }
}

/// Writes reports to their files.
fn write_files<'a>(
    reports: impl IntoIterator<Item = (&'a PathBuf, Written)>,
    console: Console,
) -> Result<(), Exit> {
    let mut written = Ok(());
    for (path, report) in reports {
        let report = secrets::without(report).into_bytes();
        let done = file::replace(path, Mode::Kept, |file| file.write_all(&report));
        if let Err(error) = done {
            console.error(format!("`{}` could not be written: {error}", path.display()), "");
            written = Err(Exit::Unusable);
        }
    }
    written
}

/// The one report on standard output, if one was requested.
fn out(args: &Reports) -> Result<Option<&'static Format>, (String, &'static str)> {
    let mut out = args.reports.iter().filter(|wanted| wanted.file.is_none());
    let named = args.format.as_deref().and_then(format);
    match (out.next(), out.next(), named) {
        (Some(_), Some(_), _) | (Some(_), None, Some(_)) => {
            Err(("two reports go to standard output".to_owned(), "give all but one a file"))
        }
        (Some(wanted), None, None) => Ok(Some(wanted.format)),
        (None, _, named) => Ok(named),
    }
}

/// The path with its folder resolved, if a file can be created there.
fn whole(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")))?;
    let whole = folder.join(name);
    file::can_replace(&whole)?;
    Ok(whole)
}

/// Whether `path`, whose folder is resolved, is `other` or lies in it.
fn is_within(path: &Path, other: &Path) -> bool {
    let folder = other.parent().and_then(|folder| fs::canonicalize(folder).ok());
    let other = folder.zip(other.file_name()).map(|(folder, name)| folder.join(name));
    other.is_some_and(|other| path.starts_with(other))
}
