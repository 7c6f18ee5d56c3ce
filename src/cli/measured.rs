//! Measures the memory and the processor time of this process while it works on the sources.
//!
//! A thread looks often. Beyond the first limit it asks the work to end (`model::bounds`), so that the mistake
//! is reported like any other; beyond the second it reports the mistake itself and ends the process. Nothing has
//! been published then: neither limit counts while requests are sent or a site is written.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use avouch::model::bounds;
use avouch::model::bounds::{Excess, MEMORY_MAX_MIB, TIME_MAX_S};

use crate::exit::Exit;
use crate::terminal::console::Console;

/// Time between two looks. Memory grows by less than the rest of the limit in that time.
const PAUSE: Duration = Duration::from_millis(10);

/// Memory in MiB at which work is asked to end, and at which the process ends.
const MEMORY_SOFT_MIB: u64 = MEMORY_MAX_MIB - 96;
const MEMORY_HARD_MIB: u64 = MEMORY_MAX_MIB - 32;

/// Further seconds for work that was asked to end.
const GRACE_S: u64 = 5;

/// Builds without optimisation need about ten times as long.
const SLOWNESS: u64 = if cfg!(debug_assertions) { 10 } else { 1 };

/// How often the kernel counts processor time in a second (`USER_HZ`, the same on every Linux).
const TICKS_PER_S: u64 = 100;

/// The console on which the process reports its end.
static CONSOLE: OnceLock<Console> = OnceLock::new();

/// How many pieces of work are open: one may be a part of another.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// Processor time of earlier pieces of work in ticks.
static EARLIER: AtomicU64 = AtomicU64::new(0);

/// A piece of work on the sources, from [`Work::begin`] until the value is dropped.
pub(crate) struct Work {
    ended: Arc<AtomicBool>,
    begun: Clock,
}

/// Prepares the reports of this module.
pub(crate) fn report_to(console: Console) {
    let _ = CONSOLE.set(console);
}

/// Forgets the time of earlier work: what follows is another rebuild.
pub(crate) fn forget() {
    EARLIER.store(0, Ordering::Relaxed);
    bounds::begin();
}

/// Does a piece of work.
pub(crate) fn measured<T>(work: impl FnOnce() -> T) -> T {
    let _work = Work::begin();
    work()
}

impl Work {
    /// Begins to measure.
    pub(crate) fn begin() -> Self {
        let work = Self { ended: Arc::default(), begun: Clock::now() };
        if OPEN.fetch_add(1, Ordering::Relaxed) == 0 {
            let (ended, begun) = (work.ended.clone(), work.begun);
            std::thread::spawn(move || {
                while !ended.load(Ordering::Relaxed) {
                    look(begun);
                    std::thread::sleep(PAUSE);
                }
            });
        }
        work
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if OPEN.fetch_sub(1, Ordering::Relaxed) == 1 {
            EARLIER.fetch_add(self.begun.elapsed(), Ordering::Relaxed);
        }
    }
}

/// Compares what is used with the limits.
fn look(begun: Clock) {
    let memory = memory_mib().unwrap_or(0);
    let time = (EARLIER.load(Ordering::Relaxed) + begun.elapsed()) / TICKS_PER_S / SLOWNESS;
    if memory >= MEMORY_HARD_MIB {
        end(Excess::Memory);
    }
    if time >= TIME_MAX_S + GRACE_S {
        end(Excess::Time);
    }
    if memory >= MEMORY_SOFT_MIB {
        bounds::stop(Excess::Memory);
    } else if time >= TIME_MAX_S {
        bounds::stop(Excess::Time);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "another thread works on the sources and cannot be stopped; there is nothing to clean up yet"
)]
fn end(excess: Excess) -> ! {
    let place = bounds::place();
    let place = if place.is_empty() { place } else { format!(": stopped at `{place}`") };
    if let Some(console) = CONSOLE.get() {
        console.error(format!("{}{place}", excess.message()), bounds::HELP);
    }
    std::process::exit(Exit::Unusable as i32)
}

/// A moment: processor time where the system reports it, else the time that has passed.
#[derive(Clone, Copy)]
struct Clock {
    ticks: Option<u64>,
    instant: Instant,
}

impl Clock {
    fn now() -> Self {
        Self { ticks: processor_ticks(), instant: Instant::now() }
    }

    /// Ticks since then.
    fn elapsed(self) -> u64 {
        match self.ticks.zip(processor_ticks()) {
            Some((then, now)) => now.saturating_sub(then),
            None => self.instant.elapsed().as_secs() * TICKS_PER_S,
        }
    }
}

/// User and system time of this process (`proc_pid_stat(5)`, fields 14 and 15).
fn processor_ticks() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name, in parentheses, and may contain spaces.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

/// Resident memory of this process in MiB (`proc_pid_status(5)`).
fn memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024)
}
