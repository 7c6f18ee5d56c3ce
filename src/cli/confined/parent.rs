//! The process that the user started: it starts the child, passes signals on, and reports how the child
//! ended.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use crate::confined::{CPU_S_MAX, FILE_MAX, MEMORY_MAX};
use crate::exit::Exit;
use crate::terminal::console::Console;

/// The variables that the child gets: they configure Avouch and the terminal, and none of them is a secret.
const KEPT: [&str; 15] = [
    "AVOUCH_CLOCK",
    "AVOUCH_POLICY",
    "AVOUCH_TARGET",
    "CI",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "LANG",
    "LC_ALL",
    "NO_COLOR",
    "SOURCE_DATE_EPOCH",
    "TERM",
    "TMPDIR",
    "TZ",
];

/// Runs the same command line in a confined child.
pub(crate) fn run(console: Console) -> Result<Exit, Exit> {
    let failed = |error: io::Error| {
        console.error(format!("the confined process could not be run: {error}"), "");
        Exit::Unusable
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let status = runtime.and_then(|runtime| runtime.block_on(ended())).map_err(failed)?;
    Ok(exit_of(status).unwrap_or_else(|(message, help)| {
        console.error(message, help);
        Exit::Unusable
    }))
}

/// How the child ended.
async fn ended() -> io::Result<ExitStatus> {
    let mut signals = Vec::new();
    for (kind, sent) in [
        (SignalKind::interrupt(), Signal::INT),
        (SignalKind::terminate(), Signal::TERM),
        (SignalKind::hangup(), Signal::HUP),
        (SignalKind::quit(), Signal::QUIT),
    ] {
        signals.push((signal(kind)?, sent));
    }
    let mut child = command()?.spawn()?;
    let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    loop {
        let received = futures_util::future::select_all(
            signals.iter_mut().map(|(kind, sent)| Box::pin(passed(kind, *sent))),
        );
        tokio::select! {
            status = child.wait() => return status,
            (sent, ..) = received => {
                if let Some(pid) = pid {
                    // The child has not been waited for, so its number is still its own.
                    let _ = kill_process(pid, sent);
                }
            }
        }
    }
}

async fn passed(kind: &mut tokio::signal::unix::Signal, sent: Signal) -> Signal {
    kind.recv().await;
    sent
}

fn command() -> io::Result<Command> {
    let mut command = Command::new(this_program()?);
    command.arg("--confined").args(std::env::args_os().skip(1)).env_clear();
    let kept = KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    command.envs(kept.collect::<Vec<(&&str, OsString)>>());
    Ok(command)
}

/// This program, even if its file was replaced.
fn this_program() -> io::Result<PathBuf> {
    match cfg!(target_os = "linux") {
        true => Ok(PathBuf::from("/proc/self/exe")),
        false => std::env::current_exe(),
    }
}

/// The exit of the child, or why it has none and what to do about it.
fn exit_of(status: ExitStatus) -> Result<Exit, (String, &'static str)> {
    const REDUCE: &str = "reduce the sources, or run it without `--untrusted` if you trust them";
    if let Some(exit) = status.code().and_then(Exit::of_code) {
        return Ok(exit);
    }
    let signal = status.signal().and_then(Signal::from_named_raw);
    let why = match signal {
        Some(Signal::INT | Signal::TERM | Signal::HUP | Signal::QUIT) => {
            return Ok(Exit::Interrupted);
        }
        Some(Signal::XCPU) => format!("the sources need more than {CPU_S_MAX} s of processor time"),
        Some(Signal::XFSZ) => {
            format!("a file would be longer than {} MiB", FILE_MAX / 1024 / 1024)
        }
        Some(Signal::ABORT | Signal::SEGV | Signal::BUS) => {
            format!("the sources need more than {} MiB of memory", MEMORY_MAX / 1024 / 1024)
        }
        Some(Signal::KILL) => {
            "the confined process was killed, perhaps for want of memory".to_owned()
        }
        _ => "the confined process could not finish".to_owned(),
    };
    Err((why, REDUCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_is_passed_on_and_a_limit_is_named() {
        let of = |status: i32| exit_of(ExitStatus::from_raw(status));
        for code in [0, 1, 2, 3, 4, 130] {
            assert_eq!(of(code << 8).map(|exit| exit as i32), Ok(code));
        }
        assert_eq!(of(Signal::TERM.as_raw()), Ok(Exit::Interrupted));
        for (status, why) in [
            (Signal::XCPU.as_raw(), "more than 30 s of processor time"),
            (Signal::ABORT.as_raw(), "more than 400 MiB of memory"),
            (Signal::XFSZ.as_raw(), "longer than 256 MiB"),
            (Signal::KILL.as_raw(), "was killed"),
            (101 << 8, "could not finish"),
        ] {
            assert!(of(status).unwrap_err().0.contains(why), "{status}");
        }
    }
}
