//! Ctrl-C, SIGTERM and SIGHUP end a run gracefully: objects that it created are deleted first. A second signal
//! ends it at once; the journal lists what is left, and the next run deletes it.

use std::io;
use std::sync::{Arc, OnceLock};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::probe::job::Interrupt;

/// The exit code of an interrupted run, whatever the signal.
const EXIT_CODE: i32 = 130;

/// The number of SIGHUP (POSIX).
const SIGHUP: u32 = 1;

/// The interrupt of this process. From the first call on, the first signal sets it, and the second one ends
/// the process.
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
            let Ok(mut signals) = Signals::install() else { return };
            drop(installed);
            signals.next().await;
            interrupt.set();
            signals.next().await;
            end();
        });
    });
    // The thread drops its end once the handlers are installed, or have failed to install.
    let _ = is_installed.recv();
}

#[expect(clippy::disallowed_methods, reason = "a second signal asks not to wait for the cleanup")]
fn end() {
    std::process::exit(EXIT_CODE)
}

/// The signals that end a run.
struct Signals {
    int: Signal,
    term: Signal,
    /// `None` if `nohup` started the run: it must outlive its terminal.
    hup: Option<Signal>,
}

impl Signals {
    fn install() -> io::Result<Self> {
        let hup = match is_ignored(SIGHUP) {
            true => None,
            false => Some(signal(SignalKind::hangup())?),
        };
        let (int, term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self { int, term, hup })
    }

    /// Returns at the next of these signals.
    async fn next(&mut self) {
        let Self { int, term, hup } = self;
        let hup = async {
            match hup {
                Some(hup) => hup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = int.recv() => {}
            _ = term.recv() => {}
            _ = hup => {}
        }
    }
}

/// Whether the process that started this one had it ignore a signal. Only Linux reports that.
fn is_ignored(signal: u32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
