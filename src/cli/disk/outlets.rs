//! Where reports go. What cannot be written is told before anything is asked; each file is written
//! whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use avouch::render::Input;
use avouch::render::report::{FORMATS, Format, format};

use crate::args::Reports;
use crate::disk::file;
use crate::disk::file::Mode;
use crate::exit::Exit;
use crate::terminal::talk::Talk;

/// Every report of a run, and where it goes.
pub(crate) struct Outlets {
    out: &'static Format,
    files: Vec<(&'static Format, PathBuf)>,
}

impl Outlets {
    /// Looks at where the reports are to go; `taken` is written by the run itself.
    pub(crate) fn open(
        args: &Reports,
        root: &Path,
        taken: &[&Path],
        talk: Talk,
    ) -> Result<Self, Exit> {
        let refuse = |(message, help): (String, &str)| {
            talk.complain(&message, help);
            Exit::Unusable
        };
        let out = out(args).map_err(refuse)?;
        let mut files: Vec<(&'static Format, PathBuf)> = Vec::new();
        for wanted in &args.reports {
            let Some(file) = &wanted.file else { continue };
            let path = whole(&root.join(file)).map_err(|error| {
                let message =
                    format!("a report cannot be written to `{}`: {error}", file.display());
                refuse((message, "name a file in a folder that is there and can be written to"))
            })?;
            if files.iter().any(|(_, other)| *other == path) {
                let message = format!("two reports go to `{}`", file.display());
                return Err(refuse((message, "give each a file of its own")));
            }
            if let Some(taken) = taken.iter().find(|taken| is_within(&path, &root.join(taken))) {
                let (file, taken) = (file.display(), taken.display());
                let message = format!("a report goes to `{file}`, where the run writes `{taken}`");
                return Err(refuse((message, "give it a file of its own")));
            }
            files.push((wanted.format, path));
        }
        Ok(Self { out, files })
    }

    /// Writes every report: to files first, so that what stands on standard output is the last word.
    pub(crate) fn write(&self, input: &Input<'_>, talk: Talk) -> Result<(), Exit> {
        let mut written = Ok(());
        for (format, path) in &self.files {
            let report = (format.render)(input);
            let done = file::replace(path, Mode::Kept, |file| file.write_all(&report));
            if let Err(error) = done {
                talk.complain(&format!("`{}` could not be written: {error}", path.display()), "");
                written = Err(Exit::Unusable);
            }
        }
        talk.data(&(self.out.render)(input));
        written
    }
}

/// The one report on standard output.
fn out(args: &Reports) -> Result<&'static Format, (String, &'static str)> {
    let mut out = args.reports.iter().filter(|wanted| wanted.file.is_none());
    let named = args.format.as_deref().and_then(format);
    match (out.next(), out.next(), named) {
        (Some(_), Some(_), _) | (Some(_), None, Some(_)) => {
            Err(("two reports go to standard output".to_owned(), "give all but one a file"))
        }
        (Some(wanted), None, None) => Ok(wanted.format),
        (None, _, named) => named
            .or_else(|| FORMATS.first())
            .ok_or_else(|| ("there is no format".to_owned(), "this is a fault of Avouch's own")),
    }
}

/// The path with its folder as the system knows it, if a file can be made there.
fn whole(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")))?;
    // A link is followed when it is written to.
    let whole = fs::canonicalize(folder.join(name)).unwrap_or_else(|_| folder.join(name));
    if whole.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // Only making a file shows that one can be made; it is gone when this value is.
    tempfile::NamedTempFile::new_in(whole.parent().unwrap_or(&folder))?;
    Ok(whole)
}

/// Whether `path`, whose folder is as the system knows it, is `other` or lies in it.
fn is_within(path: &Path, other: &Path) -> bool {
    let folder = other.parent().and_then(|folder| fs::canonicalize(folder).ok());
    let other = folder.zip(other.file_name()).map(|(folder, name)| folder.join(name));
    other.is_some_and(|other| path.starts_with(other))
}
