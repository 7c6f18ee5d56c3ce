//! The board between the desk and the browsers: what is shown now, and how far a run of the checks is.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use crate::serve::desk::Look;

/// What is shown now.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    /// Counts the looks at the disk.
    pub(crate) looks: u64,
    /// Counts those that brought something new.
    pub(crate) version: u64,
    /// What the last of them saw.
    pub(crate) look: Arc<Look>,
    /// How long it took, from the look at the disk to the pages.
    pub(crate) took: Duration,
    /// How far a run of the checks is.
    pub(crate) run: Run,
}

/// How far a run of the checks is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Run {
    /// Whether one is under way.
    pub(crate) running: bool,
    /// How many checks are done.
    pub(crate) done: usize,
    /// Out of how many.
    pub(crate) total: usize,
    /// The sentences that are being checked.
    pub(crate) now: Vec<String>,
    /// How the last run ended, in a sentence; empty before the first.
    pub(crate) said: String,
    /// Whether it could not begin. What it said then is true until that is mended.
    #[serde(skip)]
    pub(crate) refused: bool,
}

/// Where it is written.
pub(crate) type Writer = Arc<watch::Sender<Board>>;

/// A board with a first look on it.
pub(crate) fn new(look: Look, took: Duration) -> Writer {
    let board = Board { looks: 1, version: 1, look: Arc::new(look), took, run: Run::default() };
    Arc::new(watch::Sender::new(board))
}

/// Puts a look on the board, if it is another one than that which is there, and takes down what was
/// said of a run that could not begin, if it could now.
pub(crate) fn put(writer: &Writer, look: Look, took: Duration) {
    writer.send_if_modified(|board| {
        board.looks += 1;
        let is_mended = board.run.refused && look.can_be_checked;
        if is_mended {
            board.run = Run::default();
        }
        let is_new = *board.look != look;
        if is_new {
            board.version += 1;
            board.look = Arc::new(look);
            board.took = took;
        }
        is_new || is_mended
    });
}
