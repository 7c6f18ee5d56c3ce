//! Undoes the compression of a backup: gzip and Zstandard, one within the other.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use flate2::bufread::MultiGzDecoder;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::probe::local::format::{Format, HEAD_BYTES};
use crate::probe::local::opened_backup::{OpenedBackup, too_long};
use crate::probe::local::zstd::Frames;

/// How many compressions within each other are undone.
const LAYERS_MAX: usize = 3;

/// A file without its compression.
pub(crate) struct Unpacked {
    /// The format of the content.
    pub(crate) format: Format,
    /// The names of the compressions, the outermost first.
    layers: Vec<&'static str>,
    reader: Box<dyn Read>,
}

/// Where the content of a backup is.
pub(crate) enum Plain {
    /// In this file.
    At(PathBuf),
    /// It was not unpacked.
    Not(OpenedBackup),
}

/// A reader with a limit on time and size. Records which of the two was exceeded.
pub(crate) struct Bounded<'a> {
    inner: Box<dyn Read>,
    remaining: u64,
    end: Instant,
    limit_error: &'a mut Option<ProbeError>,
}

impl Unpacked {
    /// Opens the file at `path`.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut reader: Box<dyn Read> = Box::new(BufReader::new(File::open(path)?));
        let mut layers = Vec::new();
        loop {
            let (head, whole) = peeked(reader)?;
            let format = Format::of(&head);
            let source = BufReader::new(whole);
            reader = match format {
                _ if layers.len() >= LAYERS_MAX => Box::new(source),
                Format::Gzip => Box::new(MultiGzDecoder::new(source)),
                Format::Zstd => Box::new(Frames::new(source)),
                _ => Box::new(source),
            };
            match format.name().filter(|_| matches!(format, Format::Gzip | Format::Zstd)) {
                Some(layer) if layers.len() < LAYERS_MAX => layers.push(layer),
                _ => return Ok(Self { format, layers, reader }),
            }
        }
    }

    /// Whether the file is compressed.
    pub(crate) fn is_compressed(&self) -> bool {
        !self.layers.is_empty()
    }

    /// Reads at most `bytes_max` bytes, until `end`.
    pub(crate) fn bounded<'a>(
        self,
        bytes_max: u64,
        end: Instant,
        limit_error: &'a mut Option<ProbeError>,
    ) -> Bounded<'a> {
        Bounded { inner: self.reader, remaining: bytes_max, end, limit_error }
    }

    /// Why a file of this format is not opened as `expected`; `None` if it may be damaged, or is not a backup
    /// at all.
    pub(crate) fn refusal(&self, expected: &str) -> Option<OpenedBackup> {
        let name = self.format.name()?;
        let within: String = self.layers.iter().rev().map(|layer| format!(" in {layer}")).collect();
        Some(OpenedBackup::Foreign(format!(
            "the backup is {name}{within}, and the check expects {expected}: let a program open it with the \
             form `command`"
        )))
    }
}

/// Decompresses the file at `path` into a private file next to it, unless it is not compressed. `accepted`
/// are the formats that the caller opens, and `expected` names them.
pub(crate) fn plain(
    path: &Path,
    (accepted, expected): (&[Format], &str),
    bytes_max: u64,
    end: Instant,
) -> Result<Plain, ProbeError> {
    let unpacked = match Unpacked::open(path) {
        Ok(unpacked) => unpacked,
        Err(error) => return Ok(Plain::Not(undecompressed(&error))),
    };
    if unpacked.format == Format::Empty {
        return Ok(Plain::Not(OpenedBackup::Unreadable("the backup is empty")));
    }
    if let Some(refusal) =
        unpacked.refusal(expected).filter(|_| !accepted.contains(&unpacked.format))
    {
        return Ok(Plain::Not(refusal));
    }
    if !unpacked.is_compressed() {
        return Ok(Plain::At(path.to_owned()));
    }
    let to = path.with_extension("plain");
    let mut limit_error = None;
    let copied = copy(unpacked.bounded(bytes_max, end, &mut limit_error), &to);
    match (copied, limit_error) {
        (_, Some(error)) => Err(error),
        (Ok(()), None) => Ok(Plain::At(to)),
        (Err(error), None) => Ok(Plain::Not(undecompressed(&error))),
    }
}

/// The result for a file that could not be decompressed.
pub(crate) fn undecompressed(error: &io::Error) -> OpenedBackup {
    match error.kind() {
        io::ErrorKind::Unsupported => OpenedBackup::Foreign(
            "the backup is a Zstandard file that needs a dictionary, or more than 128 MiB of memory: let a \
             program open it with the form `command`"
                .into(),
        ),
        _ => OpenedBackup::Unreadable("the backup is damaged: it cannot be decompressed to its end"),
    }
}

fn copy(mut from: Bounded<'_>, to: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut from, &mut file).map(|_| ())
}

/// The first bytes of what `from` reads, and a reader of all of it.
fn peeked(mut from: Box<dyn Read>) -> io::Result<(Vec<u8>, Box<dyn Read>)> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    from.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let whole = io::Cursor::new(head.clone()).chain(from);
    Ok((head, Box::new(whole)))
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.end {
            *self.limit_error = Some(too_long());
            return Err(io::ErrorKind::TimedOut.into());
        }
        let count = self.inner.read(into)?;
        match self.remaining.checked_sub(count as u64) {
            Some(remaining) => self.remaining = remaining,
            None => {
                let why = "the decompressed backup is larger than the limit";
                *self.limit_error = Some(ProbeError::new(Reason::Budget, why));
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
        Ok(count)
    }
}
