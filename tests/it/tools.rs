//! Validators that are not ours, for what Avouch makes. `scripts/tools` installs them; another one is
//! a line in `tests/tools/package.json` or `requirements.txt`, and a function here.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::surroundings::program;

/// What the Nu HTML checker finds wrong with files of HTML, CSS and SVG.
pub(crate) fn nu_checker(files: &[PathBuf]) -> Vec<String> {
    let mut command = program("java");
    command.arg("-jar").arg(installed("node_modules/vnu-jar/build/dist/vnu.jar"));
    command.args(["--stdout", "--exit-zero-always", "--format", "gnu"]);
    command.args(["--also-check-css", "--also-check-svg"]);
    // It takes a file's folder for another origin, and data for a script: the browser tests know better.
    command.args(["--filterpattern", ".*violates Content Security Policy.*"]);
    complaints(command.args(files))
}

/// What Google's evaluator finds wrong with content security policies.
pub(crate) fn csp_evaluator(policies: &[&str]) -> Vec<String> {
    complaints(node("csp.cjs").args(policies))
}

/// What Ajv finds wrong with documents of a JSON Schema.
pub(crate) fn ajv(schema: &Path, documents: &[&Path]) -> Vec<String> {
    complaints(node("schema.cjs").arg(schema).args(documents))
}

/// What the parser of the Dutch internet standards platform finds wrong with a `security.txt`.
pub(crate) fn sectxt(file: &Path, address: &str) -> Vec<String> {
    complaints(python("security_txt.py").arg(file).arg(address))
}

/// What feedparser makes of a feed.
pub(crate) fn feedparser(feed: &Path) -> serde_json::Value {
    serde_json::from_str(&said(python("feed.py").arg(feed))).unwrap()
}

/// A picture with few colours, in few bytes.
pub(crate) fn shrunk(png: &[u8]) -> Vec<u8> {
    let mut command = python("shrink.py");
    let mut shrinking = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    shrinking.stdin.take().unwrap().write_all(png).unwrap();
    let done = shrinking.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", done.status);
    done.stdout
}

/// What junitparser makes of a JUnit report.
pub(crate) fn junitparser(report: &Path) -> serde_json::Value {
    serde_json::from_str(&said(python("junit.py").arg(report))).unwrap()
}

/// The schema of SARIF 2.1.0, as Microsoft ships it.
pub(crate) fn sarif_schema() -> PathBuf {
    installed(&format!("{SARIF}/sarif-2.1.0.json"))
}

/// The errors that Microsoft's SARIF multitool finds in a log. It ends well whatever it finds.
pub(crate) fn sarif_multitool(log: &Path) -> Vec<String> {
    let mut command = program(installed(&format!("{SARIF}/Sarif.Multitool")));
    let told = complaints(command.arg("validate").arg(log));
    assert!(told.iter().any(|line| line.contains("1 files scanned")), "{told:?}");
    told.into_iter().filter(|line| line.contains(": error ")).collect()
}

/// Makes the documentation into a book in the folder `to`, and gives what mdBook finds wrong with it.
pub(crate) fn mdbook(from: &Path, to: &Path) -> Vec<String> {
    let mut command = program(installed("bin/mdbook"));
    let output = command.arg("build").arg("--dest-dir").args([to, from]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("HTML book written"), "{told}");
    told.lines().filter(|line| !line.trim_start().starts_with("INFO")).map(str::to_owned).collect()
}

const SARIF: &str = "node_modules/@microsoft/sarif-multitool-linux";

/// A file that `scripts/tools` has installed.
pub(crate) fn installed(path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools").join(path);
    let help = "help: `scripts/test` installs the validators (`scripts/tools` does nothing else)";
    assert!(path.exists(), "{} is not there\n  {help}", path.display());
    path
}

/// A script of `tests/tools/`, for Node.
fn node(script: &str) -> Command {
    let mut command = program("node");
    command.arg(ours(script)).env("NODE_PATH", installed("node_modules"));
    command
}

/// A script of `tests/tools/`, for Python.
fn python(script: &str) -> Command {
    let mut command = program(installed("python/bin/python"));
    command.arg(ours(script));
    command
}

fn ours(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools").join(script)
}

/// What a validator says, one complaint a line.
fn complaints(command: &mut Command) -> Vec<String> {
    said(command).lines().map(str::to_owned).collect()
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}\n  help: `scripts/test` installs what the tests need")
    });
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} broke down: {told}");
    String::from_utf8(output.stdout).unwrap()
}
