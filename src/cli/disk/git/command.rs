//! The only place where a Git command is made and run: with an empty environment, without programs of its
//! own, and within limits.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, Take, Write as _};
use std::ops::ControlFlow;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::disk::git::{NoAnswer, Repository};

/// The number of bytes that are read of a command's output.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The number of bytes of memory that Git may use.
#[cfg(target_os = "linux")]
const MEMORY_MAX: u64 = 320 * 1024 * 1024;

/// The time from the end of the output to the end of the command.
const EXIT_MAX: Duration = Duration::from_secs(1);

/// Settings that name no program and permit none. The view has no others; these also replace what the
/// system sets.
const SETTINGS: [&str; 13] = [
    "safe.bareRepository=explicit",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "core.sshCommand=false",
    "protocol.allow=never",
    "log.showSignature=false",
    "core.quotepath=off",
    "core.bigFileThreshold=4m",
    "core.packedGitWindowSize=16m",
    "core.packedGitLimit=64m",
    // The names of people are written as the repository says.
    "mailmap.blob=HEAD:.mailmap",
];

/// The whole environment of a command.
const ENVIRONMENT: [(&str, &str); 9] = [
    ("LC_ALL", "C"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
];

/// What a command reads from its standard input.
pub(super) enum Input<'a> {
    /// Nothing.
    Nothing,
    /// These bytes.
    Bytes(&'a [u8]),
}

/// The standard output of a command, up to a limit.
pub(super) type Output = BufReader<Take<ChildStdout>>;

/// How the reading of an output ended.
struct Reading {
    read: io::Result<ControlFlow<()>>,
    is_cut: bool,
    is_late: bool,
}

/// Runs a command within the time of `git`, and reads its output as it is printed. The command is killed when `read`
/// breaks, fails or reaches a limit. Returns whether it was successful.
pub(super) fn run(
    git: &Repository,
    arguments: &[&OsStr],
    input: Input<'_>,
    read: impl FnOnce(&mut Output) -> io::Result<ControlFlow<()>>,
) -> Result<bool, NoAnswer> {
    let failed = |error: io::Error| NoAnswer::Unreadable(format!("Git cannot be run: {error}"));
    let mut child =
        command(git, arguments, input).and_then(|mut one| one.spawn()).map_err(failed)?;
    limit(&child);
    let Some(output) = child.stdout.take() else { return Err(NoAnswer::Absent) };
    let reading = watched(&child, output, git.ends, read);
    let is_whole = matches!(reading.read, Ok(ControlFlow::Continue(()))) && !reading.is_cut;
    if !is_whole {
        let _ = child.kill();
    }
    let is_successful = ended(&mut child).map_err(failed)?;
    match reading {
        Reading { is_late: true, .. } => {
            Err(NoAnswer::Unreadable("Git took longer than 10 seconds".to_owned()))
        }
        Reading { is_cut: true, .. } => {
            let most = BYTES_MAX / 1024 / 1024;
            Err(NoAnswer::Unreadable(format!("Git printed more than {most} MiB")))
        }
        Reading { read: Err(error), .. } => {
            Err(NoAnswer::Unreadable(format!("the output of Git cannot be read: {error}")))
        }
        Reading { read: Ok(ControlFlow::Break(())), .. } => Ok(true),
        Reading { .. } => Ok(is_successful),
    }
}

fn command(git: &Repository, arguments: &[&OsStr], input: Input<'_>) -> io::Result<Command> {
    let view = &git.view;
    let mut command = Command::new(&git.program);
    command.current_dir(view.work_tree()).env_clear().envs(ENVIRONMENT).arg("--no-pager");
    command.arg("--git-dir").arg(view.git_dir()).arg("--work-tree").arg(view.work_tree());
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    let input = match input {
        Input::Nothing => Stdio::null(),
        // A file, so that reading and writing cannot block each other.
        Input::Bytes(bytes) => Stdio::from(file_with(bytes)?),
    };
    command.args(arguments).stdin(input).stdout(Stdio::piped()).stderr(Stdio::null());
    Ok(command)
}

fn file_with(bytes: &[u8]) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

/// Limits the memory and the time of a command that has just begun. Other systems limit only the time.
#[cfg(target_os = "linux")]
fn limit(child: &Child) {
    use rustix::process::{Resource, Rlimit, prlimit};

    let limits = [
        (Resource::Data, MEMORY_MAX),
        (Resource::Cpu, 30),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        // It starts no process anyway; the system does not apply this limit to root.
        (Resource::Nproc, 0),
    ];
    for (resource, most) in limits {
        // A command that has ended already needs no limit.
        let _ = prlimit(
            Some(Pid::from_child(child)),
            resource,
            Rlimit { current: Some(most), maximum: Some(most) },
        );
    }
}

#[cfg(not(target_os = "linux"))]
fn limit(_: &Child) {}

/// Reads the output while another thread kills the command once it is late.
fn watched(
    child: &Child,
    output: ChildStdout,
    ends: Instant,
    read: impl FnOnce(&mut Output) -> io::Result<ControlFlow<()>>,
) -> Reading {
    let pid = Pid::from_child(child);
    let (reads, is_read) = channel::<()>();
    let mut output = BufReader::new(output.take(BYTES_MAX));
    thread::scope(|scope| {
        let watch = thread::Builder::new().spawn_scoped(scope, move || {
            let left = ends.saturating_duration_since(Instant::now());
            let is_late = is_read.recv_timeout(left) == Err(RecvTimeoutError::Timeout);
            if is_late {
                // Nobody has waited for the process yet, so its number is still its own.
                let _ = kill_process(pid, Signal::KILL);
            }
            is_late
        });
        let read = watch.as_ref().map_or_else(
            |error| Err(io::Error::new(error.kind(), error.to_string())),
            |_| read(&mut output),
        );
        drop(reads);
        let is_late = watch.is_ok_and(|watch| watch.join().unwrap_or(true));
        let is_cut = output.get_ref().limit() == 0;
        Reading { read, is_cut, is_late }
    })
}

/// Waits for a command whose output has ended. Returns whether it was successful.
fn ended(child: &mut Child) -> io::Result<bool> {
    let ends = Instant::now() + EXIT_MAX;
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(status.success()),
            None if Instant::now() < ends => thread::sleep(Duration::from_millis(1)),
            None => {
                child.kill()?;
                return Ok(child.wait()?.success());
            }
        }
    }
}
