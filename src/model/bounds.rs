//! Whether the program has used more memory or time than one piece of work may take.
//!
//! The program measures itself while it works on the sources (`cli/watch.rs`); everything that repeats what
//! sources say looks here and ends early. What it has then is not the whole, so it reports [`Excess`].

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

/// Maximum memory of the process in MiB while it works on the sources.
pub const MEMORY_MAX_MIB: u64 = 512;

/// Maximum processor time in seconds for the sources of one run, or for one rebuild of `serve`.
pub const TIME_MAX_S: u64 = 30;

static EXCESS: AtomicU8 = AtomicU8::new(0);

/// The file that was worked on last.
static AT: Mutex<String> = Mutex::new(String::new());

/// What was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// More than [`MEMORY_MAX_MIB`].
    Memory = 1,
    /// More than [`TIME_MAX_S`].
    Time = 2,
}

impl Excess {
    /// What is wrong, as a message.
    pub fn message(self) -> String {
        match self {
            Self::Memory => format!("the sources need more than {MEMORY_MAX_MIB} MiB of memory"),
            Self::Time => {
                format!("the sources need more than {TIME_MAX_S} seconds of processor time")
            }
        }
    }
}

/// What to do about it.
pub const HELP: &str = "split this file, shorten it, or remove what repeats in it";

/// Begins a piece of work: nothing is used up.
pub fn begin() {
    EXCESS.store(0, Ordering::Relaxed);
    at("");
}

/// Asks everything that works on the sources to end.
pub fn stop(excess: Excess) {
    EXCESS.store(excess as u8, Ordering::Relaxed);
}

/// What was used up, if anything was.
pub fn excess() -> Option<Excess> {
    match EXCESS.load(Ordering::Relaxed) {
        1 => Some(Excess::Memory),
        2 => Some(Excess::Time),
        _ => None,
    }
}

/// Remembers the file that is worked on now.
pub fn at(file: &str) {
    file.clone_into(&mut AT.lock().unwrap_or_else(PoisonError::into_inner));
}

/// The file that was worked on last; empty if there was none.
pub fn place() -> String {
    AT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
