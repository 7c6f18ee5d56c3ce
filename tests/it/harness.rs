//! A project in a temporary folder, and the real binary run on it.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::surroundings::program;

/// A project in a temporary folder, gone with this value.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    /// The user's state folder: outside the project, as it is for a user.
    state: Arc<tempfile::TempDir>,
}

/// What one run of the binary came to.
pub(crate) struct Run {
    /// The exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output, with the project's folder replaced by `[ROOT]`.
    pub(crate) out: String,
    /// Standard error, likewise.
    pub(crate) err: String,
}

impl Project {
    /// A copy of this repository's own project, in which no request waits for its turn.
    pub(crate) fn own() -> Self {
        let project = Self::paced();
        project.edit("avouch.yaml", "per_second: 100\n", "per_second: 10000\n");
        project
    }

    /// A copy of this repository's own project to the byte, at the pace that it sets itself.
    pub(crate) fn paced() -> Self {
        Self::of(Path::new(env!("CARGO_MANIFEST_DIR")))
    }

    /// This repository's own project after `avouch check`, in which every claim held. It is checked once
    /// for all tests.
    pub(crate) fn checked() -> Self {
        static ONCE: OnceLock<Snapshot> = OnceLock::new();
        ONCE.get_or_init(|| Snapshot::after(&["check"])).project()
    }

    /// This repository's own project after `avouch build`, with its site and its evidence. It is built
    /// once for all tests.
    pub(crate) fn built() -> Self {
        static ONCE: OnceLock<Snapshot> = OnceLock::new();
        ONCE.get_or_init(|| Snapshot::after(&["build"])).project()
    }

    /// A copy of the project of that name below `tests/fixtures/`.
    pub(crate) fn fixture(name: &str) -> Self {
        Self::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name))
    }

    /// A copy of the project of that name below `examples/`, with its templates and the files that it names.
    pub(crate) fn example(name: &str) -> Self {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        let project = Self::of(&from);
        let named = ["manifest.yml", "privacy-and-security.yaml", "openapi.yaml", "schema.graphql"];
        for name in ["templates"].into_iter().chain(named) {
            copy(&from.join(name), &project.path(name));
        }
        project
    }

    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), state: Arc::new(tempfile::tempdir().unwrap()) }
    }

    fn of(from: &Path) -> Self {
        let project = Self::empty();
        for name in ["avouch.yaml", "content", "checks", "attestations", "waivers"] {
            copy(&from.join(name), &project.path(name));
        }
        project
    }

    /// Its folder.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the user of another project to this one.
    pub(crate) fn share_state(&mut self, other: &Self) {
        self.state = other.state.clone();
    }

    /// The user's state folder.
    pub(crate) fn state(&self) -> &Path {
        self.state.path()
    }

    /// A path within it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// Writes one file of it.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Reads one file of it.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The words that a claim's check quotes, where they stand on one line.
    pub(crate) fn words_of(&self, claim: &str) -> String {
        let file = self.read(&format!("checks/{claim}.yaml"));
        file.lines().find_map(|line| line.strip_prefix("proves: ")).unwrap().to_owned()
    }

    /// Replaces `from`, which must stand there, by `to` in one file of it.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "`{from}` is not in {name}");
        self.write(name, &text.replace(from, to));
    }

    /// The binary, ready to run here. Its environment has only a state folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_avouch"));
        command.args(args).current_dir(self.root()).env_clear();
        command.env("XDG_STATE_HOME", self.state());
        command
    }

    /// Runs the binary here.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.finish(&self.command(args).output().unwrap())
    }

    /// Runs the binary on a terminal of its own, and answers each question when it is asked. All that
    /// stands on the terminal is given as standard output.
    pub(crate) fn at_terminal(
        &self,
        args: &[&str],
        env: &[(&str, &str)],
        answers: &[(&str, &str)],
    ) -> Run {
        const WAIT: Duration = Duration::from_secs(180);
        let binary = env!("CARGO_BIN_EXE_avouch");
        let mut command = program("script");
        command.args(["--quiet", "--return", "--command"]);
        command.arg(format!("{binary} {}", args.join(" "))).arg("/dev/null");
        command
            .current_dir(self.root())
            .env("XDG_STATE_HOME", self.state())
            .envs(env.iter().copied());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut typing, mut shown) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (tell, told) = channel();
        let reader = std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = shown.read(&mut piece) {
                let _ = tell.send(piece[..count].to_vec());
            }
        });
        let (mut all, mut from) = (Vec::new(), 0);
        for (question, answer) in answers {
            let asked = |all: &[u8]| String::from_utf8_lossy(all).contains(question);
            while !asked(&all[from..]) {
                let piece = told.recv_timeout(WAIT);
                let so_far = || panic!("no `{question}` in {}", String::from_utf8_lossy(&all));
                let piece = piece.unwrap_or_else(|_| so_far());
                all.extend(piece);
            }
            from = all.len();
            typing.write_all(answer.as_bytes()).unwrap();
        }
        all.extend(told.iter().flatten());
        reader.join().unwrap();
        drop(typing);
        self.finish(&Output { stdout: all, ..child.wait_with_output().unwrap() })
    }

    /// What a run came to.
    pub(crate) fn finish(&self, output: &Output) -> Run {
        let root = self.root().display().to_string();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&root, "[ROOT]");
        Run { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Every file below a folder of it, with its content.
    pub(crate) fn files(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        gather(&self.path(name), &mut files);
        files
    }
}

/// A project as it was, kept in memory, so that no folder is left behind.
struct Snapshot(Vec<(PathBuf, Permissions, Vec<u8>)>);

impl Snapshot {
    /// This repository's own project after a run in which every claim held.
    fn after(args: &[&str]) -> Self {
        let project = Project::own();
        let run = project.run(args);
        assert_eq!(run.code, Some(0), "{run}");
        let kept = project.files("").into_iter().map(|(path, content)| {
            let permissions = std::fs::metadata(&path).unwrap().permissions();
            (path.strip_prefix(project.root()).unwrap().to_owned(), permissions, content)
        });
        Self(kept.collect())
    }

    fn project(&self) -> Project {
        let project = Project::empty();
        for (path, permissions, content) in &self.0 {
            let path = project.root().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, permissions.clone()).unwrap();
        }
        project
    }
}

impl Run {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// Where each claim stands, from a report in JSON.
    pub(crate) fn standings(&self) -> BTreeMap<String, String> {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let claims = self.json()["claims"].as_array().unwrap().clone();
        claims.iter().map(|claim| (text(&claim["id"]), text(&claim["standing"]))).collect()
    }

    /// The claims that stand so.
    pub(crate) fn with_standing(&self, standing: &str) -> Vec<String> {
        let all = self.standings().into_iter();
        all.filter(|(_, one)| one == standing).map(|(id, _)| id).collect()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "exit {:?}\n--- out\n{}\n--- err\n{}", self.code, self.out, self.err)
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else if from.is_file() {
        std::fs::copy(from, to).unwrap();
    }
}

fn gather(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            let content = std::fs::read(&path).unwrap();
            files.insert(path, content);
        }
    }
}
