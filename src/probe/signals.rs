//! Ctrl-C and SIGTERM end a run gently: what it made is cleaned up first.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use crate::probe::Interrupt;

/// Sets `interrupt` on the first SIGINT or SIGTERM from now on.
///
/// Where no handler can be set, the signals keep their ordinary effect. When this returns, that is
/// decided.
pub fn forward(interrupt: &Arc<Interrupt>) {
    let interrupt = Arc::downgrade(interrupt);
    let (set, is_set) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let (Ok(mut int), Ok(mut term)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            else {
                return;
            };
            drop(set);
            tokio::select! {
                _ = int.recv() => {}
                _ = term.recv() => {}
            }
            if let Some(interrupt) = interrupt.upgrade() {
                interrupt.set();
            }
        });
    });
    // The thread drops its end once the handlers are set, or cannot be.
    let _ = is_set.recv();
}
