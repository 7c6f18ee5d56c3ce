//! The state that the browsers see: the newest snapshot of the site, and the progress of a run of the
//! checks.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use crate::serve::workspace::Snapshot;

/// The state of the preview.
#[derive(Clone, Debug)]
pub(crate) struct PreviewState {
    /// The number of snapshots so far.
    pub(crate) snapshots: u64,
    /// The number of those that differed from the one before.
    pub(crate) version: u64,
    /// The newest snapshot.
    pub(crate) snapshot: Arc<Snapshot>,
    /// The time that it took, from reading the files to the pages.
    pub(crate) took: Duration,
    /// The progress of a run of the checks.
    pub(crate) run: Run,
}

/// The progress of a run of the checks.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Run {
    /// Whether one is running.
    pub(crate) running: bool,
    /// The number of finished checks.
    pub(crate) done: usize,
    /// The number of all checks.
    pub(crate) total: usize,
    /// The claims that are being checked.
    pub(crate) now: Vec<String>,
    /// The result of the last run, in a sentence; empty before the first.
    pub(crate) said: String,
    /// Whether it could not start. Its message stays until the mistake is corrected.
    #[serde(skip)]
    pub(crate) refused: bool,
}

/// The state, shared by the threads.
pub(crate) type SharedState = Arc<watch::Sender<PreviewState>>;

/// A state with a first snapshot.
pub(crate) fn new(snapshot: Snapshot, took: Duration) -> SharedState {
    let state = PreviewState {
        snapshots: 1,
        version: 1,
        snapshot: Arc::new(snapshot),
        took,
        run: Run::default(),
    };
    Arc::new(watch::Sender::new(state))
}

/// Stores a snapshot if it differs from the last one. Clears the message of a run that could not start, if
/// it could now.
pub(crate) fn put(writer: &SharedState, snapshot: Snapshot, took: Duration) {
    writer.send_if_modified(|state| {
        state.snapshots += 1;
        let is_mended = state.run.refused && snapshot.can_be_checked;
        if is_mended {
            state.run = Run::default();
        }
        let is_new = *state.snapshot != snapshot;
        if is_new {
            state.version += 1;
            state.snapshot = Arc::new(snapshot);
            state.took = took;
        }
        is_new || is_mended
    });
}
