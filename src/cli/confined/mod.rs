//! `--untrusted`: sources of a stranger are read in a child process that can do little. It has no secrets in
//! its environment, starts no programs, opens no connections, and has limits of memory and time.
//!
//! The child is this program with `--confined`. It confines itself before it reads any source.

pub(crate) mod cage;
pub(crate) mod parent;

use std::sync::OnceLock;

/// Set once this process has confined itself.
static CONFINED: OnceLock<()> = OnceLock::new();

/// Whether this process reads the sources of a stranger.
pub(crate) fn is_confined() -> bool {
    CONFINED.get().is_some()
}

/// The limit of the child's memory, in bytes. What it shares with other processes does not count.
const MEMORY_MAX: u64 = 400 * 1024 * 1024;

/// The limit of the child's processor time, in seconds.
const CPU_S_MAX: u64 = 30;

/// The limit of each file that the child writes, in bytes.
const FILE_MAX: u64 = 256 * 1024 * 1024;
