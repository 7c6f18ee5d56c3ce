//! Ctrl-C and SIGTERM end a run gracefully: objects that it created are deleted first.

use std::sync::{Arc, OnceLock};

use tokio::signal::unix::{SignalKind, signal};

use crate::probe::job::Interrupt;

/// The interrupt of this process. From the first call on, the first SIGINT or SIGTERM sets it.
///
/// When this function returns, the handlers are installed; if they could not be, the signals keep
/// their default effect.
pub fn interrupt() -> Arc<Interrupt> {
    static INTERRUPT: OnceLock<Arc<Interrupt>> = OnceLock::new();
    let start = || {
        let interrupt = Arc::new(Interrupt::default());
        forward(interrupt.clone());
        interrupt
    };
    INTERRUPT.get_or_init(start).clone()
}

fn forward(interrupt: Arc<Interrupt>) {
    let (installed, is_installed) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let (Ok(mut int), Ok(mut term)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            else {
                return;
            };
            drop(installed);
            tokio::select! {
                _ = int.recv() => {}
                _ = term.recv() => {}
            }
            interrupt.set();
        });
    });
    // The thread drops its end once the handlers are installed, or have failed to install.
    let _ = is_installed.recv();
}
