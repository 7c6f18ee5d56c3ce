//! One run at a time writes to a project.
//!
//! The lock is on the project's folder itself, so it needs no file of its own, it works across containers that
//! share the folder, and the system releases it when the process ends, however it ends.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::{Duration, Instant};

use avouch::probe;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::exit::Exit;
use crate::terminal::console::Console;

/// How long a run waits for another one. A run of all checks takes minutes at most.
const WAIT_MAX: Duration = Duration::from_secs(600);

/// The interval between two attempts.
const EVERY: Duration = Duration::from_millis(100);

/// The project's folder, locked for as long as this value exists.
pub(crate) struct ProjectLock {
    _folder: Option<File>,
}

impl ProjectLock {
    /// Locks the project at `root`. Waits while another run has the lock, and says so.
    pub(crate) fn acquire(root: &Path, console: Console) -> Result<Self, Exit> {
        // A folder that cannot be opened is reported by whatever reads or writes it.
        let Ok(folder) = OpenOptions::new().read(true).open(root) else {
            return Ok(Self { _folder: None });
        };
        if !try_lock(&folder) {
            console.message("another run is using this project; waiting until it has finished");
            wait(&folder, root, console)?;
        }
        Ok(Self { _folder: Some(folder) })
    }
}

/// Whether another run no longer has the lock. A file system without locks has no other run.
fn try_lock(folder: &File) -> bool {
    flock(folder, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK)
}

fn wait(folder: &File, root: &Path, console: Console) -> Result<(), Exit> {
    let interrupt = probe::signals::interrupt();
    let begun = Instant::now();
    while !try_lock(folder) {
        if interrupt.is_set() {
            return Err(Exit::Interrupted);
        }
        if begun.elapsed() > WAIT_MAX {
            let message = format!("another run is still using the project in `{}`", root.display());
            console.error(message, "wait until it has finished, or end it");
            return Err(Exit::Unusable);
        }
        std::thread::sleep(EVERY);
    }
    Ok(())
}
