//! What a program that a test starts sees of the machine: what is named here, and nothing else.
//!
//! So no test depends on the language, time zone, home folder or settings of whoever runs it.

use std::ffi::OsStr;
use std::process::Command;

/// A program, ready to run with these surroundings.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.envs([("LC_ALL", "C.UTF-8"), ("TZ", "UTC"), ("HOME", "/nonexistent")]);
    command
}

/// Git as it comes, without the settings of this machine or of its user.
pub(crate) fn git() -> Command {
    let mut command = program("git");
    command.envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")]);
    command
}

/// Interrupts a program, as Ctrl-C does.
pub(crate) fn interrupt(child: &std::process::Child) {
    let process = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
}
