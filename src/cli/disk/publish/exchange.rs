//! The one step in which a new site takes the place of the old one.

use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};

/// What exists at the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaces {
    /// Nothing, or the exchange fails.
    Nothing,
    /// A site, which takes the place of the new one.
    Site,
}

/// Moves `from` to `to`, and the other way round.
pub(crate) fn exchange(from: &Path, to: &Path, replaces: Replaces) -> io::Result<()> {
    let flags = match replaces {
        Replaces::Site => RenameFlags::EXCHANGE,
        Replaces::Nothing => RenameFlags::NOREPLACE,
    };
    renameat_with(CWD, from, CWD, to, flags).map_err(io::Error::from)
}
