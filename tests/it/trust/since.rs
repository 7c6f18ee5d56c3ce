//! `lint --since` reads a repository of a few kilobytes that unfolds to gigabytes: it ends soon, within bounds
//! of memory, and with a reason.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::evidence::service::project_at;
use crate::harness::{Project, Run};
use crate::surroundings;

const CHECKS: &str =
    "  - { kind: http, steps: [{ name: it answers, get: /, expect: { status: 200 } }] }\n";

/// Runs Git with this input, and gives its output.
fn git(folder: &Path, args: &[&str], input: &[u8]) -> String {
    let mut command = surroundings::git();
    command.args([
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.com",
        "-c",
        "core.compression=1",
    ]);
    command.args(args);
    command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn blob(project: &Project, bytes: &[u8]) -> String {
    git(project.root(), &["hash-object", "-w", "--stdin"], bytes)
}

/// A tree of these entries: mode and type, object, name.
fn tree(project: &Project, entries: &[(&str, &str, String)]) -> String {
    let mut text = String::new();
    for (kind, object, name) in entries {
        writeln!(text, "{kind} {object}\t{name}").unwrap();
    }
    git(project.root(), &["mktree"], text.as_bytes())
}

const FILE: &str = "100644 blob";
const FOLDER: &str = "040000 tree";

/// A project, and a commit in which this tree is the folder `content`.
fn with_content(make: impl FnOnce(&Project) -> String) -> (Project, String) {
    let project = project_at("https://service.example.com", CHECKS);
    git(project.root(), &["init", "--quiet"], b"");
    let content = make(&project);
    let root = tree(&project, &[(FOLDER, &content, "content".into())]);
    let commit = git(project.root(), &["commit-tree", &root, "-m", "x"], b"");
    (project, commit)
}

/// Compares with a commit, with 512 MiB of memory for each process. Returns the reason.
fn since(project: &Project, commit: &str) -> Run {
    let begun = Instant::now();
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -d 524288; exec \"$0\" lint --since \"$1\""]);
    command.arg(env!("CARGO_BIN_EXE_avouch")).arg(commit).current_dir(project.root()).env_clear();
    let run = project.finish(&command.output().unwrap());
    assert!(begun.elapsed() < Duration::from_secs(30), "{run}");
    assert_eq!(run.code, Some(2), "{run}");
    run
}

fn refused(project: &Project, commit: &str, why: &str) {
    let run = since(project, commit);
    assert!(run.err.contains("error: cannot compare with"), "{run}");
    assert!(run.err.contains(why), "{run}");
}

/// A tree of trees: `wide` to the power of `deep` files, of which each level has one object.
fn unfolding(project: &Project, name: &str, wide: usize, deep: usize) -> String {
    let leaf = blob(project, b"x");
    let mut inner = tree(project, &[(FILE, &leaf, name.into())]);
    for _ in 0..deep {
        let entries: Vec<_> =
            (0..wide).map(|n| (FOLDER, inner.as_str(), format!("{n:03}"))).collect();
        inner = tree(project, &entries);
    }
    inner
}

#[test]
fn trees_that_unfold_to_a_billion_files_are_refused() {
    let (project, commit) = with_content(|project| unfolding(project, "a.md", 32, 6));
    refused(&project, &commit, "it has more than 20000 sources");
    let (project, commit) = with_content(|project| unfolding(project, "a.bin", 32, 6));
    refused(&project, &commit, "it has more than 1000000 files");
}

#[test]
fn blobs_that_are_long_or_repeated_are_refused() {
    let long = vec![b'a'; 100 << 20];
    let (project, commit) = with_content(|project| {
        let long = blob(project, &long);
        tree(project, &[(FILE, &long, "a.md".into())])
    });
    refused(&project, &commit, "one of its files is longer than 16 MiB");
    let (project, commit) = with_content(|project| {
        let one = blob(project, &long[..1 << 20]);
        let entries: Vec<_> =
            (0..6000).map(|n| (FILE, one.as_str(), format!("{n:04}.md"))).collect();
        tree(project, &entries)
    });
    refused(&project, &commit, "its sources are longer than 64 MiB");
}

#[test]
fn a_tree_deeper_than_any_folder_ends_with_an_error() {
    let (project, commit) = with_content(|project| {
        let text = (0..3000).map(|_| "x/").collect::<String>();
        let leaf = blob(project, b"x");
        let mut import = format!("100644 {leaf} 0\t{text}a.md\n").into_bytes();
        import.truncate(import.len() - 1);
        git(project.root(), &["update-index", "--add", "--index-info"], &import);
        git(project.root(), &["write-tree"], b"")
    });
    since(&project, &commit);
}

#[test]
fn a_tree_that_is_long_itself_ends_with_an_error() {
    // It has hundreds of megabytes, and compresses to a thousandth.
    let (project, _) = with_content(|project| unfolding(project, "a.md", 1, 1));
    let mut long = vec![b'a'; 340 << 20];
    long[..13].copy_from_slice(b"100644 a.md\0x");
    let written = |kind: &str, bytes: &[u8]| {
        git(project.root(), &["hash-object", "-t", kind, "--literally", "-w", "--stdin"], bytes)
    };
    let tree = written("tree", &long);
    let commit = format!("tree {tree}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx\n");
    let commit = written("commit", commit.as_bytes());
    since(&project, &commit);
}

#[test]
fn a_reference_that_is_a_pipe_ends_with_a_reason() {
    let (project, _) = with_content(|project| unfolding(project, "a.md", 1, 1));
    let pipe = project.path(".git/refs/heads/pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, pipe, rustix::fs::Mode::from_raw_mode(0o644)).unwrap();
    refused(&project, "pipe", "Git took longer than 10 seconds");
}

#[test]
fn files_that_are_not_sources_do_not_count() {
    let project = project_at("https://service.example.com", CHECKS);
    git(project.root(), &["init", "--quiet"], b"");
    std::fs::create_dir(project.path("content/pictures")).unwrap();
    for n in 0..5 {
        std::fs::write(project.path(&format!("content/pictures/{n}.png")), vec![n; 20 << 20])
            .unwrap();
    }
    git(project.root(), &["add", "."], b"");
    git(project.root(), &["commit", "--quiet", "-m", "x"], b"");
    let run = project.run(&["lint", "--since", "HEAD"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.err.contains("0 changes"), "{run}");
}
