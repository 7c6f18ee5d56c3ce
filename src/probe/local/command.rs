//! The command instrument: runs a program without a shell, in the project's folder, in an
//! environment of what is named, for so long and no longer, and hears what it prints.
//!
//! It is the leader of a process group, which is killed when the program has ended, or is given up:
//! what it started ends with it, unless that has made itself a group of its own.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::BACKUP;
use crate::model::plan::request::Program;
use crate::probe::gate::{Gate, Stop, Urgency};

/// The name by which runs of programs are counted among the hosts.
const HOST: &str = "programs";

/// What a program is run with.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    /// The project's folder.
    pub(crate) root: &'a Path,
    /// The environment of Avouch itself.
    pub(crate) env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// Bounds.
    pub(crate) gate: &'a Gate<'a>,
    /// Whether the project permits it.
    pub(crate) permitted: bool,
}

/// What a program printed, as far as it is kept.
struct Printed {
    kept: Vec<u8>,
    bytes: u64,
    digest: Sha256,
}

/// The processes that a program came to; they end with this value.
struct Group(Option<Pid>);

/// Runs a program, in whose arguments `backup` stands for its hole, and gives its facts.
pub(crate) async fn run(
    program: &Program,
    backup: Option<&Path>,
    desk: Desk<'_>,
) -> Result<Value, ProbeError> {
    if !desk.permitted {
        let why = "running a program needs `commands: true` in `avouch.yaml`";
        return Err(ProbeError::new(Reason::NotPermitted, why));
    }
    let mut command = prepare(program, backup, desk)?;
    let _pass = desk.gate.enter(HOST, Urgency::Asking).await.map_err(Stop::error)?;
    let name = program.line.first().map(String::as_str).unwrap_or_default();
    let child = command.spawn().map_err(|error| {
        let why = format!("`{name}` could not be started: {}", error.kind());
        ProbeError::new(Reason::NotAsked, why)
    })?;
    let run = hear(child, desk.gate.body_max());
    let ended = desk.gate.within(program.timeout.as_std(), Urgency::Asking, run).await;
    match ended.map_err(Stop::error)? {
        Some(Ok(facts)) => Ok(facts),
        Some(Err(error)) => {
            let why = format!("`{name}` could not be heard: {}", error.kind());
            Err(ProbeError::new(Reason::Unreachable, why))
        }
        None => {
            let limit = program.timeout.in_words();
            let why = format!("`{name}` did not end within {limit}, and was killed");
            Err(ProbeError::new(Reason::Timeout, why))
        }
    }
}

fn prepare(
    program: &Program,
    backup: Option<&Path>,
    desk: Desk<'_>,
) -> Result<Command, ProbeError> {
    let missing = |why: String| ProbeError::new(Reason::NotAsked, why);
    let root = std::path::absolute(desk.root).map_err(|error| missing(error.to_string()))?;
    let mut words = program.line.iter();
    let name = words.next().ok_or_else(|| missing("no program is named".into()))?;
    let mut command = Command::new(found(name, &root));
    command.args(words.map(|word| filled(word, backup)));
    command.current_dir(&root).env_clear().process_group(0).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in &program.env {
        let value = (desk.env)(name).ok_or_else(|| missing(format!("`{name}` is not set")))?;
        command.env(name, value);
    }
    Ok(command)
}

/// What is executed: a path from the project's folder, or a name for the system to find.
fn found(name: &str, root: &Path) -> PathBuf {
    if name.contains('/') { root.join(name) } else { PathBuf::from(name) }
}

fn filled(word: &str, backup: Option<&Path>) -> String {
    match backup {
        Some(path) => word.replace(BACKUP, &path.display().to_string()),
        None => word.to_owned(),
    }
}

/// Hears a program to its end.
async fn hear(mut child: Child, kept_max: usize) -> std::io::Result<Value> {
    let group = Group::of(&child);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ended = async {
        let status = child.wait().await;
        // Whatever it left running might hold the other ends of the pipes for ever.
        drop(group);
        status
    };
    let (status, stdout, stderr) = tokio::join!(ended, drain(stdout, kept_max), drain(stderr, 0));
    Ok(facts(status?, stdout?, stderr?.bytes))
}

/// Reads to the end, so that the program is never held up, and keeps the beginning.
async fn drain(from: Option<impl AsyncRead + Unpin>, kept_max: usize) -> std::io::Result<Printed> {
    let mut printed = Printed { kept: Vec::new(), bytes: 0, digest: Sha256::new() };
    let Some(mut from) = from else { return Ok(printed) };
    let mut chunk = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut chunk).await?;
        if count == 0 {
            return Ok(printed);
        }
        let room = kept_max - printed.kept.len();
        printed.kept.extend_from_slice(&chunk[..count.min(room)]);
        printed.digest.update(&chunk[..count]);
        printed.bytes += count as u64;
    }
}

fn facts(status: ExitStatus, stdout: Printed, stderr: u64) -> Value {
    let mut facts = json!({ "stdout": stdout.facts(), "stderr": stderr });
    if let Some(exit) = status.code() {
        facts["exit"] = exit.into();
    }
    facts
}

impl Printed {
    fn facts(self) -> Value {
        let truncated = self.bytes > self.kept.len() as u64;
        let sha256: String =
            self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut facts = json!({ "bytes": self.bytes, "sha256": sha256, "truncated": truncated });
        let looks_like_json = matches!(self.kept.trim_ascii_start().first(), Some(b'{' | b'['));
        match serde_json::from_slice::<Value>(&self.kept) {
            Ok(json) if looks_like_json && !truncated => facts["json"] = json,
            _ => facts["text"] = String::from_utf8_lossy(&self.kept).into(),
        }
        facts
    }
}

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // A group that has ended already needs no killing.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::period::Period;
    use crate::model::project::world::Limits;
    use crate::probe::job::Interrupt;

    fn program(line: &[&str]) -> Program {
        let line = line.iter().map(|word| (*word).to_owned()).collect();
        Program { line, env: vec!["NAMED".into()], timeout: Period::seconds(10) }
    }

    async fn ran(program: &Program) -> Result<Value, ProbeError> {
        let interrupt = Interrupt::default();
        let gate = Gate::new(Limits::default(), &interrupt);
        let env = |name: &str| Some(format!("value of {name}"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        run(program, None, Desk { root, env: &env, gate: &gate, permitted: true }).await
    }

    #[tokio::test]
    async fn a_program_is_heard_with_its_exit() {
        let script = "echo '{\"a\": 1}'; echo no >&2; exit 3";
        let facts = ran(&program(&["/bin/sh", "-c", script])).await.unwrap();
        assert_eq!(facts["exit"], 3);
        assert_eq!(facts["stdout"]["json"], json!({"a": 1}));
        assert_eq!(facts["stderr"], 3);
    }

    #[tokio::test]
    async fn only_what_is_named_is_in_its_environment() {
        let facts = ran(&program(&["env"])).await.unwrap();
        assert_eq!(facts["stdout"]["text"], "NAMED=value of NAMED\n");
    }

    #[tokio::test]
    async fn nothing_is_made_of_its_arguments() {
        let facts = ran(&program(&["echo", "$NAMED; ls *"])).await.unwrap();
        assert_eq!(facts["stdout"]["text"], "$NAMED; ls *\n");
    }

    #[tokio::test]
    async fn it_runs_in_the_projects_folder() {
        let facts = ran(&program(&["ls", "Cargo.toml"])).await.unwrap();
        assert_eq!(facts["exit"], 0);
    }

    #[tokio::test]
    async fn of_much_output_the_beginning_is_kept() {
        let facts = ran(&program(&["head", "-c", "10000000", "/dev/zero"])).await.unwrap();
        assert_eq!(facts["stdout"]["bytes"], 10_000_000);
        assert_eq!(facts["stdout"]["truncated"], true);
        let kept = facts["stdout"]["text"].as_str().unwrap().len();
        assert_eq!(kept as u64, Limits::default().body);
    }

    #[tokio::test]
    async fn it_is_killed_at_its_deadline_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).unwrap();
        let script = "sleep 60 > \"$0\" & wait";
        let program = Program {
            timeout: Period::seconds(2),
            ..program(&["/bin/sh", "-c", script, &pipe.display().to_string()])
        };
        let begun = std::time::Instant::now();
        // The pipe ends when nobody is left who might write to it.
        let ended = std::thread::spawn(move || std::fs::read(pipe).unwrap());
        assert_eq!(ran(&program).await.unwrap_err().reason, Reason::Timeout);
        assert_eq!(ended.join().unwrap(), b"");
        assert!(begun.elapsed() < std::time::Duration::from_secs(30));
    }

    #[tokio::test]
    async fn what_it_leaves_running_does_not_hold_us_up() {
        let facts = ran(&program(&["/bin/sh", "-c", "sleep 60 & exit 0"])).await.unwrap();
        assert_eq!(facts["exit"], 0);
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_no_answer() {
        let error = ran(&program(&["bin/nowhere"])).await.unwrap_err();
        assert_eq!(error.reason, Reason::NotAsked);
        assert_eq!(error.detail, "`bin/nowhere` could not be started: entity not found");
    }
}
