//! Ctrl-C and SIGTERM end a run gently: what it made is cleaned up first.

use std::sync::{Arc, OnceLock};

use tokio::signal::unix::{SignalKind, signal};

use crate::probe::job::Interrupt;

/// The one interrupt of this process, which the first SIGINT or SIGTERM sets from the first call on.
///
/// Where no handler can be set, the signals keep their ordinary effect. When this returns, that is
/// decided.
pub fn interrupt() -> Arc<Interrupt> {
    static INTERRUPT: OnceLock<Arc<Interrupt>> = OnceLock::new();
    let begin = || {
        let interrupt = Arc::new(Interrupt::default());
        forward(interrupt.clone());
        interrupt
    };
    INTERRUPT.get_or_init(begin).clone()
}

fn forward(interrupt: Arc<Interrupt>) {
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
            interrupt.set();
        });
    });
    // The thread drops its end once the handlers are set, or cannot be.
    let _ = is_set.recv();
}
