//! The command instrument: runs a program without a shell, in the project's folder, with the listed
//! environment variables only and a time limit, and reads its output.
//!
//! The program is the leader of a process group, which is killed when the program has ended or has
//! reached the time limit. Child processes end with it, unless they have moved to another group.

use std::path::Path;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::BACKUP;
use crate::model::plan::request::{Program, UNDETERMINED};
use crate::probe::json::{self, JsonText};
use crate::probe::limiter::{Entrance, Limiter, Stop, Urgency};
use crate::probe::program;
use crate::probe::values::redact::Redactor;

/// The host name under which runs of programs are limited.
const HOST: &str = "programs";

/// Everything that the programs of a run share.
#[derive(Clone, Copy)]
pub(crate) struct CommandContext<'a> {
    /// The project's folder.
    pub(crate) root: &'a Path,
    /// The environment of Avouch.
    pub(crate) env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The limits of the run.
    pub(crate) limiter: &'a Limiter<'a>,
    /// Whether the project permits programs.
    pub(crate) permitted: bool,
    /// Removes secrets from what a program prints to standard error.
    pub(crate) redactor: &'a Redactor,
}

/// The number of bytes that are read of a program's reason.
const REASON_READ_MAX: usize = 64 * 1024;

/// The number of lines and characters that are shown of it.
const REASON_LINES_MAX: usize = 3;
const REASON_MAX: usize = 300;

/// A program that has ended.
struct Ended {
    facts: Value,
    /// The start of its standard error, with all secrets.
    stderr: Vec<u8>,
}

/// The output of a program, up to the limit.
struct Printed {
    kept: Vec<u8>,
    bytes: u64,
    digest: Sha256,
}

/// The process group of a program; it is killed when this value is dropped.
struct ProcessGroup(Option<Pid>);

/// Runs a program, whose arguments may contain the placeholder of the backup's path. Returns its facts.
pub(crate) async fn run(
    program: &Program,
    backup: Option<&Path>,
    context: CommandContext<'_>,
) -> Result<Value, ProbeError> {
    if !context.permitted {
        let why = "running a program needs `commands: true` in `avouch.yaml`";
        return Err(ProbeError::new(Reason::NotPermitted, why));
    }
    let mut command = prepare(program, backup, context)?;
    let run = Entrance { host: HOST, writes: false, paced: false, urgency: Urgency::Read };
    let _pass = context.limiter.enter(run).await.map_err(Stop::error)?;
    let name = program.line.first().map(String::as_str).unwrap_or_default();
    let child = command.spawn().map_err(|error| {
        let why = format!("`{name}` could not be started: {}", error.kind());
        ProbeError::new(Reason::NotAsked, why)
    })?;
    let run = read_output(child, context.limiter.body_max());
    let ended = context.limiter.with_timeout(program.timeout.as_std(), Urgency::Read, run).await;
    match ended.map_err(Stop::error)? {
        Some(Ok(ended)) if !program.may_exit_3 && ended.facts["exit"] == UNDETERMINED => {
            let reason = reason(&ended.stderr, context.redactor);
            let why = format!("`{name}` could not find out (exit code {UNDETERMINED}): {reason}");
            Err(ProbeError::new(Reason::Undetermined, why))
        }
        Some(Ok(ended)) => Ok(ended.facts),
        Some(Err(error)) => {
            let why = format!("cannot read the output of `{name}`: {}", error.kind());
            Err(ProbeError::new(Reason::Unreachable, why))
        }
        None => {
            let limit = program.timeout.in_words();
            let why = format!("`{name}` did not exit within {limit} and was killed");
            Err(ProbeError::new(Reason::Timeout, why))
        }
    }
}

fn prepare(
    program: &Program,
    backup: Option<&Path>,
    context: CommandContext<'_>,
) -> Result<Command, ProbeError> {
    let missing = |why: String| ProbeError::new(Reason::NotAsked, why);
    let root = std::path::absolute(context.root).map_err(|error| missing(error.to_string()))?;
    let mut words = program.line.iter();
    let name = words.next().ok_or_else(|| missing("the command line is empty".into()))?;
    let found = if name.contains('/') {
        Some(root.join(name))
    } else {
        program::find(name, (context.env)("PATH").as_deref(), &root)
    };
    let found = found.ok_or_else(|| {
        missing(format!(
            "`{name}` was not found in PATH, outside the project and the current folder"
        ))
    })?;
    let mut command = Command::new(found);
    command.args(words.map(|word| filled(word, backup)));
    command.current_dir(&root).env_clear().process_group(0).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in &program.env {
        let value = (context.env)(name).ok_or_else(|| missing(format!("`{name}` is not set")))?;
        command.env(name, value);
    }
    Ok(command)
}

fn filled(word: &str, backup: Option<&Path>) -> String {
    match backup {
        Some(path) => word.replace(BACKUP, &path.display().to_string()),
        None => word.to_owned(),
    }
}

/// Reads the output of a program until it exits.
async fn read_output(mut child: Child, kept_max: usize) -> std::io::Result<Ended> {
    let group = ProcessGroup::of(&child);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ended = async {
        let status = child.wait().await;
        // Child processes might keep the pipes open for ever.
        drop(group);
        status
    };
    let (status, stdout, stderr) =
        tokio::join!(ended, drain(stdout, kept_max), drain(stderr, REASON_READ_MAX));
    let stderr = stderr?;
    Ok(Ended { facts: facts(status?, stdout?, stderr.bytes), stderr: stderr.kept })
}

/// The first lines of a program's standard error. Secrets are removed first: a part of one could not be
/// recognised.
fn reason(stderr: &[u8], redactor: &Redactor) -> String {
    let all = Value::String(String::from_utf8_lossy(stderr).into_owned());
    let redacted = redactor.value(all);
    let lines = redacted.as_str().unwrap_or_default().lines().map(printable);
    let lines = lines.filter(|line| !line.is_empty()).take(REASON_LINES_MAX);
    let reason = lines.collect::<Vec<_>>().join("; ");
    match reason.char_indices().nth(REASON_MAX) {
        Some((end, _)) => format!("{}…", &reason[..end]),
        None if reason.is_empty() => "it printed no reason to standard error".to_owned(),
        None => reason,
    }
}

fn printable(line: &str) -> String {
    let spaced: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads to the end, so that the program is never blocked, and keeps the first `kept_max` bytes.
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
    let read = stdout.json();
    let repeated = match &read {
        Some(JsonText::Document(document)) => document.repeated.clone(),
        _ => Vec::new(),
    };
    let mut facts = Facts(json!({ "stdout": stdout.facts(read), "stderr": stderr }));
    for at in repeated {
        let why = format!("the output has the member `{at}` twice, with different values");
        facts.note_unclear(&format!("/stdout/json{at}"), why);
    }
    if let Some(exit) = status.code() {
        facts.set("/exit", exit.into());
    }
    facts.0
}

impl Printed {
    fn truncated(&self) -> bool {
        self.bytes > self.kept.len() as u64
    }

    /// The output as JSON: an object, a list, or lines of them.
    fn json(&self) -> Option<JsonText> {
        let whole = !self.truncated() && json::looks_like_json(&self.kept);
        whole.then(|| json::read(&self.kept)).flatten()
    }

    fn facts(self, read: Option<JsonText>) -> Value {
        let truncated = self.truncated();
        let sha256: String =
            self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut facts = json!({ "bytes": self.bytes, "sha256": sha256, "truncated": truncated });
        let is_read = read.is_some();
        match read {
            Some(JsonText::Document(document)) => facts["json"] = document.value,
            Some(JsonText::Lines(lines)) => facts["json_lines"] = lines.into(),
            None => {}
        }
        // Output that is not text is not kept: nobody could say what it contains.
        match text(&self.kept, truncated) {
            Some(text) if facts.get("json").is_none() => {
                let text = if truncated { text } else { without_line_break(text) };
                facts["text"] = text.into();
            }
            None if !is_read && !truncated => facts["undecodable"] = "utf-8".into(),
            _ => {}
        }
        facts
    }
}

/// The text without one line break at its end, which programs print for the terminal's sake.
fn without_line_break(text: &str) -> &str {
    let line = text.strip_suffix('\n').unwrap_or(text);
    if line.len() < text.len() { line.strip_suffix('\r').unwrap_or(line) } else { line }
}

/// The bytes as text; a text that was cut within a character ends before it.
fn text(bytes: &[u8], truncated: bool) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if truncated && error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

impl ProcessGroup {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // This fails if the group has ended already.
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
        Program { line, env: vec!["NAMED".into()], timeout: Period::seconds(10), may_exit_3: false }
    }

    async fn ran(program: &Program) -> Result<Value, ProbeError> {
        let interrupt = Interrupt::default();
        let limiter = Limiter::new(Limits::default(), &interrupt);
        let env = |name: &str| Some(format!("value of {name}"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let redactor = Redactor::of_secrets(&["correct-horse".to_owned()]);
        let context = CommandContext {
            root,
            env: &env,
            limiter: &limiter,
            permitted: true,
            redactor: &redactor,
        };
        run(program, None, context).await
    }

    #[tokio::test]
    async fn output_and_exit_code_are_facts() {
        let script = "echo '{\"a\": 1}'; echo no >&2; exit 4";
        let facts = ran(&program(&["/bin/sh", "-c", script])).await.unwrap();
        assert_eq!(facts["exit"], 4);
        assert_eq!(facts["stdout"]["json"], json!({"a": 1}));
        assert_eq!(facts["stderr"], 3);
    }

    async fn printed(script: &str) -> String {
        let facts = ran(&program(&["/bin/sh", "-c", script])).await.unwrap();
        facts["stdout"]["text"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn one_line_break_at_the_end_is_not_part_of_the_text() {
        for (script, text) in [
            ("echo ok", "ok"),
            ("printf ok", "ok"),
            ("printf 'ok\\r\\n'", "ok"),
            ("printf 'ok\\n\\n'", "ok\n"),
            ("printf 'a\\nb\\n'", "a\nb"),
            ("printf 'ok\\r'", "ok\r"),
            ("printf ' ok \\n'", " ok "),
            ("echo", ""),
            ("printf ''", ""),
        ] {
            assert_eq!(printed(script).await, text, "{script}");
        }
    }

    #[tokio::test]
    async fn exit_code_3_is_no_result_and_standard_error_has_the_reason() {
        let long = "x".repeat(400);
        for (stderr, reason) in [
            ("no replica answers", "no replica answers".to_owned()),
            ("\n\n\u{1b}one\ntwo\n \nthree\nfour\n", "one; two; three".to_owned()),
            ("", "it printed no reason to standard error".to_owned()),
            (long.as_str(), format!("{}…", "x".repeat(300))),
            ("the password is correct-horse", "the password is [secret]".to_owned()),
        ] {
            let script = "printf %s \"$0\" >&2; echo 1; exit 3";
            let error = ran(&program(&["/bin/sh", "-c", script, stderr])).await.unwrap_err();
            assert_eq!(error.reason, Reason::Undetermined);
            let told = format!("`/bin/sh` could not find out (exit code 3): {reason}");
            assert_eq!(error.detail, told);
        }
    }

    #[tokio::test]
    async fn a_secret_that_the_cut_would_halve_is_not_shown_in_part() {
        let stderr = format!("{}correct-horse", "x".repeat(295));
        let script = "printf %s \"$0\" >&2; exit 3";
        let error = ran(&program(&["/bin/sh", "-c", script, &stderr])).await.unwrap_err();
        assert!(!error.detail.contains("corr"), "{}", error.detail);
    }

    #[tokio::test]
    async fn exit_code_3_is_a_result_where_it_is_expected() {
        let expected = Program { may_exit_3: true, ..program(&["/bin/sh", "-c", "exit 3"]) };
        assert_eq!(ran(&expected).await.unwrap()["exit"], 3);
    }

    #[tokio::test]
    async fn a_byte_order_mark_and_lines_of_json_are_read() {
        let read =
            async |text: &str| ran(&program(&["printf", text])).await.unwrap()["stdout"].take();
        assert_eq!(read("\\357\\273\\277[1]").await["json"], json!([1]));
        let lines = read("{\"a\":1}\n{\"a\":2}\n").await;
        assert_eq!(lines["json_lines"], json!([{"a": 1}, {"a": 2}]));
        assert!(lines.get("json").is_none() && lines.get("text").is_some());
        let twice = ran(&program(&["printf", "{\"a\":1,\"a\":2}"])).await.unwrap();
        assert!(Facts(twice).unclear("/stdout/json/a").is_some());
    }

    #[tokio::test]
    async fn only_listed_variables_are_in_its_environment() {
        let facts = ran(&program(&["env"])).await.unwrap();
        assert_eq!(facts["stdout"]["text"], "NAMED=value of NAMED");
    }

    #[tokio::test]
    async fn arguments_are_passed_unchanged() {
        let facts = ran(&program(&["echo", "$NAMED; ls *"])).await.unwrap();
        assert_eq!(facts["stdout"]["text"], "$NAMED; ls *");
    }

    #[tokio::test]
    async fn it_runs_in_the_projects_folder() {
        let facts = ran(&program(&["ls", "Cargo.toml"])).await.unwrap();
        assert_eq!(facts["exit"], 0);
    }

    #[tokio::test]
    async fn the_start_of_a_long_output_is_kept() {
        let facts = ran(&program(&["head", "-c", "10000000", "/dev/zero"])).await.unwrap();
        assert_eq!(facts["stdout"]["bytes"], 10_000_000);
        assert_eq!(facts["stdout"]["truncated"], true);
        let kept = facts["stdout"]["text"].as_str().unwrap().len();
        assert_eq!(kept as u64, Limits::default().body);
    }

    #[tokio::test]
    async fn it_is_killed_at_its_deadline_with_its_children() {
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
        // The pipe closes when no process is left that might write to it.
        let ended = std::thread::spawn(move || std::fs::read(pipe).unwrap());
        assert_eq!(ran(&program).await.unwrap_err().reason, Reason::Timeout);
        assert_eq!(ended.join().unwrap(), b"");
        assert!(begun.elapsed() < std::time::Duration::from_secs(30));
    }

    #[tokio::test]
    async fn child_processes_do_not_delay_the_result() {
        let facts = ran(&program(&["/bin/sh", "-c", "sleep 60 & exit 0"])).await.unwrap();
        assert_eq!(facts["exit"], 0);
    }

    #[tokio::test]
    async fn a_missing_program_is_an_error() {
        let error = ran(&program(&["bin/nowhere"])).await.unwrap_err();
        assert_eq!(error.reason, Reason::NotAsked);
        assert_eq!(error.detail, "`bin/nowhere` could not be started: entity not found");
    }
}
