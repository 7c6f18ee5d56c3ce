//! Reads the files of a project once and within bounds: only regular files inside the root, up to a
//! size that nobody reaches by writing.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use crate::load::file::hidden;
use crate::load::file::regular;
use crate::load::file::regular::Links;
use crate::load::options::StandIns;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::{Mark, Report};
use crate::model::source::{Place, Sources};

/// Maximum size of a file in bytes. The longest legal texts have a tenth of this.
const FILE_MAX: u64 = 1024 * 1024;

/// Maximum size in bytes of the tenants' file, which may list thousands.
const SECRET_FILE_MAX: u64 = 16 * 1024 * 1024;

/// Maximum size in bytes of a file that another program made, such as the description of an API.
const FOREIGN_FILE_MAX: u64 = 16 * 1024 * 1024;

/// Maximum size in bytes of all files together.
const ALL_MAX: u64 = 64 * 1024 * 1024;

/// Maximum number of files in a folder and its subfolders.
const FILES_MAX: usize = 10_000;

/// Maximum depth of subfolders.
const DEPTH_MAX: usize = 12;

/// Reads files below a root, and keeps their text for excerpts.
pub(crate) struct Reader<'a> {
    root: PathBuf,
    instead: &'a StandIns,
    /// How many bytes may still be read; `None` after a file that had more.
    left: Option<u64>,
    /// The text of every file that was read.
    pub(crate) sources: Sources,
    /// The diagnostics so far.
    pub(crate) diagnostics: Report,
    /// The files that could not be read completely.
    pub(crate) unread: BTreeSet<Arc<str>>,
}

/// One file that was read.
#[derive(Clone, Debug)]
pub(crate) struct SourceFile {
    /// Path relative to the root, with `/` between its parts.
    pub(crate) file: Arc<str>,
    /// Its text.
    pub(crate) text: Arc<str>,
}

impl<'a> Reader<'a> {
    /// A reader of the project at `root`, with the texts to read in place of its files.
    pub(crate) fn new(root: &Path, instead: &'a StandIns) -> Self {
        Self {
            root: fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()),
            instead,
            left: Some(ALL_MAX),
            sources: Sources::default(),
            diagnostics: Report::new(),
            unread: BTreeSet::new(),
        }
    }

    /// Counts the files with mistakes that were reported after `mark` as unread.
    pub(crate) fn unread_since(&mut self, mark: Mark) {
        let errors = self.diagnostics.since(mark).iter().filter(|one| one.is_error());
        self.unread.extend(errors.filter_map(|one| Some(one.place.as_ref()?.file.clone())));
    }

    /// Reads one file by its path relative to the root. `None` if it does not exist, or cannot be read,
    /// which is reported.
    pub(crate) fn file(&mut self, file: &str) -> Option<SourceFile> {
        if let Some(stand_in) = self.instead.get(file) {
            return stand_in.clone().map(|text| self.stood_in(file, text));
        }
        let path = self.root.join(file);
        if fs::symlink_metadata(&path).is_err() {
            return None;
        }
        self.read(&path, file)
    }

    /// Reads one file that another program made, as [`Self::file`] does. It may be long, and its texts are not
    /// published.
    pub(crate) fn foreign_file(&mut self, file: &str) -> Option<SourceFile> {
        if let Some(stand_in) = self.instead.get(file) {
            return stand_in.clone().map(|text| self.stood_in(file, text));
        }
        let path = self.root.join(file);
        if fs::symlink_metadata(&path).is_err() {
            return None;
        }
        let source = self.read_up_to(&path, file, FOREIGN_FILE_MAX)?;
        self.sources.insert(source.file.clone(), source.text.clone());
        Some(source)
    }

    fn stood_in(&mut self, file: &str, text: Arc<str>) -> SourceFile {
        self.sources.insert(file, text.clone());
        SourceFile { file: Arc::from(file), text }
    }

    /// Reads one file that contains secrets. For excerpts, only the result of `blot` is stored; it must
    /// have the same length in bytes.
    pub(crate) fn secret_file(
        &mut self,
        file: &str,
        blot: impl Fn(&str) -> String,
    ) -> Option<SourceFile> {
        let path = self.root.join(file);
        if fs::symlink_metadata(&path).is_err() {
            return None;
        }
        let source = self.read_up_to(&path, file, SECRET_FILE_MAX)?;
        self.sources.insert(source.file.clone(), blot(&source.text));
        Some(source)
    }

    /// Reads every file below `folder` whose name ends in one of `extensions`.
    pub(crate) fn folder(&mut self, folder: &str, extensions: &[&str]) -> Vec<SourceFile> {
        let wanted = |name: &str| has_extension(name, extensions);
        let mut found = Vec::new();
        for (path, file) in self.walk(folder) {
            if !wanted(&file) || self.instead.contains_key(file.as_str()) {
                continue;
            }
            if path.strip_prefix(&self.root).is_ok_and(|path| path.to_str().is_none()) {
                let message = "the name of this file is not UTF-8".to_owned();
                self.report(Code::NotUtf8, &file, message, "rename the file");
                continue;
            }
            if found.len() == FILES_MAX {
                let message = format!("there are more than {FILES_MAX} files in `{folder}`");
                self.report(Code::TooManyFiles, folder, message, "keep other files elsewhere");
                break;
            }
            found.extend(self.read(&path, &file));
        }
        found.extend(self.standing_in(folder, &wanted));
        found
    }

    /// The stand-ins for files below `folder`.
    fn standing_in(&mut self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<SourceFile> {
        let is_here = |file: &str| {
            file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') && wanted(rest))
        };
        let here = self.instead.iter().filter(|(file, _)| is_here(file));
        here.filter_map(|(file, text)| Some(self.stood_in(file, text.clone()?))).collect()
    }

    /// The files below `folder` with their paths relative to the root, in order.
    fn walk(&mut self, folder: &str) -> Vec<(PathBuf, String)> {
        let start = self.root.join(folder);
        if !start.exists() {
            return Vec::new();
        }
        let outside = RefCell::new(Vec::new());
        let is_ours = |entry: &DirEntry| {
            let is_hidden =
                entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".");
            let inside = !entry.path_is_symlink() || self.is_inside(entry.path());
            if !inside {
                outside.borrow_mut().push(self.relative(entry.path()));
            }
            inside && !is_hidden
        };
        let walk = WalkDir::new(&start).follow_links(true).max_depth(DEPTH_MAX).sort_by_file_name();
        let entries: Vec<_> = walk.into_iter().filter_entry(is_ours).take(2 * FILES_MAX).collect();
        let outside = outside.into_inner();
        for file in outside {
            self.refuse_outside(&file);
        }
        let mut files = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => files.push((entry.path().to_owned(), self.relative(entry.path()))),
                Err(error) => self.unreadable_entry(&error, folder),
            }
        }
        files
    }

    fn unreadable_entry(&mut self, error: &walkdir::Error, folder: &str) {
        let file = error.path().map_or_else(|| folder.to_owned(), |path| self.relative(path));
        let message = match error.loop_ancestor() {
            Some(_) => "this link leads back to a folder that contains it".to_owned(),
            None => format!("this cannot be read: {}", in_words(error.io_error())),
        };
        self.report(
            Code::Unreadable,
            &file,
            message,
            "correct the permissions, or remove the file",
        );
    }

    fn read(&mut self, path: &Path, file: &str) -> Option<SourceFile> {
        let source = self.read_up_to(path, file, FILE_MAX)?;
        self.diagnostics.extend(hidden::in_text(&source.file, &source.text));
        self.sources.insert(source.file.clone(), source.text.clone());
        Some(source)
    }

    fn read_up_to(&mut self, path: &Path, file: &str, bytes_max: u64) -> Option<SourceFile> {
        if !self.is_inside(path) {
            self.refuse_outside(file);
            return None;
        }
        if self.left.is_none() || self.diagnostics.stops_at(file) {
            self.unread.insert(Arc::from(file));
            return None;
        }
        // That the file lies in the project was decided about the file that a link leads to.
        let bytes = match regular::read(path, bytes_max, Links::Followed) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                let message = format!("this is longer than {} KiB", bytes_max / 1024);
                self.report(Code::TooLong, file, message, "split it");
                return None;
            }
            Err(error) => {
                let message = format!("this cannot be read: {}", in_words(Some(&error)));
                self.report(
                    Code::Unreadable,
                    file,
                    message,
                    "correct the permissions, or remove the file",
                );
                return None;
            }
        };
        self.left = self.left.and_then(|left| left.checked_sub(bytes.len() as u64));
        if self.left.is_none() {
            let most = ALL_MAX / 1024 / 1024;
            let message = format!("the files up to this one have more than {most} MiB together");
            self.report(Code::TooMuch, file, message, "keep other files elsewhere");
            return None;
        }
        Some(SourceFile { file: Arc::from(file), text: self.decoded(bytes, file) })
    }

    /// The text of a file. Bytes that are not UTF-8 are reported and become U+FFFD.
    fn decoded(&mut self, bytes: Vec<u8>, file: &str) -> Arc<str> {
        let error = match String::from_utf8(bytes) {
            Ok(text) => return text.into(),
            Err(error) => error,
        };
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(at).copied().unwrap_or_default();
        let place = Place::new(file, at..at + '\u{fffd}'.len_utf8());
        self.unread.insert(Arc::from(file));
        let message = format!("the byte 0x{byte:02X} is not UTF-8");
        let help = "save the file in the encoding UTF-8";
        self.diagnostics.push(Diagnostic::new(Code::NotUtf8, place, message).help(help));
        String::from_utf8_lossy(error.as_bytes()).into()
    }

    fn is_inside(&self, path: &Path) -> bool {
        // A broken link is reported when it is read.
        fs::canonicalize(path).map_or_else(
            |_| path.parent().is_some_and(|parent| parent.starts_with(&self.root)),
            |path| path.starts_with(&self.root),
        )
    }

    fn refuse_outside(&mut self, file: &str) {
        let message = "this leads out of the project's folder".to_owned();
        self.report(Code::OutsideProject, file, message, "put the file itself into the project");
    }

    fn relative(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }

    fn report(&mut self, code: Code, file: &str, message: String, help: &str) {
        self.unread.insert(Arc::from(file));
        let error = Diagnostic::new(code, Place::file(file), message);
        self.diagnostics.push(error.help(help));
    }
}

fn has_extension(file: &str, extensions: &[&str]) -> bool {
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    extensions.iter().any(|one| one.eq_ignore_ascii_case(extension))
}

/// The cause of an I/O error, in the form of a message.
fn in_words(error: Option<&std::io::Error>) -> String {
    match error.map(std::io::Error::kind) {
        None => "its target does not exist".into(),
        Some(std::io::ErrorKind::PermissionDenied) => "permission is denied".into(),
        Some(std::io::ErrorKind::NotFound) => "there is no such file".into(),
        Some(_) => error.map(ToString::to_string).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(reader: &Reader) -> Vec<String> {
        let line = |one: &Diagnostic| {
            let place = one.place.as_ref().unwrap();
            format!("{} {}:{} {}", one.code, place.file, place.start, one.message)
        };
        reader.diagnostics.iter().map(line).collect()
    }

    #[test]
    fn a_byte_that_is_not_utf_8_is_reported_and_the_rest_is_read() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.md"), b"caf\xe9 and more").unwrap();
        let instead = StandIns::new();
        let mut reader = Reader::new(root.path(), &instead);
        let source = reader.file("a.md").unwrap();
        assert_eq!(&*source.text, "caf\u{fffd} and more");
        assert_eq!(reported(&reader), ["not-utf-8 a.md:3 the byte 0xE9 is not UTF-8"]);
    }

    #[test]
    fn only_files_within_the_root_are_read() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.md"), "x").unwrap();
        let root = tempfile::tempdir().unwrap();
        let content = root.path().join("content");
        fs::create_dir_all(content.join("sub")).unwrap();
        fs::write(content.join("sub/a.md"), "a").unwrap();
        fs::write(content.join(".hidden.md"), "a").unwrap();
        fs::write(content.join("b.txt"), "b").unwrap();
        let link =
            |to: &Path, name: &str| std::os::unix::fs::symlink(to, content.join(name)).unwrap();
        link(&content.join("sub/a.md"), "inside.md");
        link(&outside.path().join("secret.md"), "out.md");
        link(outside.path(), "outfolder");
        link(&content, "loop");
        link(Path::new("nowhere"), "gone.md");
        let instead = StandIns::new();
        let mut reader = Reader::new(root.path(), &instead);
        let files = reader.folder("content", &["md"]);
        let names: Vec<&str> = files.iter().map(|one| &*one.file).collect();
        assert_eq!(names, ["content/inside.md", "content/sub/a.md"]);
        assert_eq!(
            reported(&reader),
            [
                "outside-project content/out.md:0 this leads out of the project's folder",
                "outside-project content/outfolder:0 this leads out of the project's folder",
                "unreadable content/gone.md:0 this cannot be read: there is no such file",
                "unreadable content/loop:0 this link leads back to a folder that contains it",
            ]
        );
    }

    #[test]
    fn all_files_together_have_a_limit_that_is_reported_once() {
        let root = tempfile::tempdir().unwrap();
        let content = root.path().join("content");
        fs::create_dir_all(&content).unwrap();
        for number in 0..68 {
            let file = fs::File::create(content.join(format!("{number:02}.md"))).unwrap();
            file.set_len(FILE_MAX).unwrap();
        }
        let instead = StandIns::new();
        let mut reader = Reader::new(root.path(), &instead);
        assert_eq!(reader.folder("content", &["md"]).len(), 64);
        let too_much = |one: &String| one.starts_with("too-much ");
        let reported: Vec<String> = reported(&reader).into_iter().filter(too_much).collect();
        assert_eq!(
            reported,
            ["too-much content/64.md:0 the files up to this one have more than 64 MiB together"]
        );
        assert!(reader.unread.contains("content/67.md"));
    }

    #[test]
    fn a_file_whose_name_is_not_utf_8_is_reported_and_not_read() {
        use std::os::unix::ffi::OsStrExt as _;
        let root = tempfile::tempdir().unwrap();
        let content = root.path().join("content");
        for folder in [&b"sub"[..], b"su\xe9"] {
            let folder = content.join(std::ffi::OsStr::from_bytes(folder));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("a.md"), "a").unwrap();
        }
        fs::write(content.join(std::ffi::OsStr::from_bytes(b"b\xff.md")), "b").unwrap();
        fs::write(content.join(std::ffi::OsStr::from_bytes(b"b\xfe.png")), "b").unwrap();
        let instead = StandIns::new();
        let mut reader = Reader::new(root.path(), &instead);
        let files = reader.folder("content", &["md"]);
        let names: Vec<&str> = files.iter().map(|one| &*one.file).collect();
        assert_eq!(names, ["content/sub/a.md"]);
        assert_eq!(
            reported(&reader),
            [
                "not-utf-8 content/b\u{fffd}.md:0 the name of this file is not UTF-8",
                "not-utf-8 content/su\u{fffd}/a.md:0 the name of this file is not UTF-8",
            ]
        );
    }

    #[test]
    fn a_file_of_any_size_does_not_fill_the_memory() {
        let root = tempfile::tempdir().unwrap();
        let file = fs::File::create(root.path().join("big.md")).unwrap();
        file.set_len(1 << 40).unwrap();
        let instead = StandIns::new();
        let mut reader = Reader::new(root.path(), &instead);
        assert!(reader.file("big.md").is_none());
        assert_eq!(reported(&reader), ["too-long big.md:0 this is longer than 1024 KiB"]);
    }
}
