//! `avouch serve`: the real binary, asked over a socket as a browser asks, and in a real browser.

mod always_right;
mod doors;
mod half_saved;
mod many_edits;
mod notes;
mod standings;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::Project;

/// What the preview is given to show a change, even on a busy machine: more means that it never will.
const PATIENCE: Duration = Duration::from_secs(180);

/// How often it is asked.
const EVERY: Duration = Duration::from_millis(10);

/// The time in these tests.
const NOW: &str = "2026-11-22T10:00:00Z";

/// A preview of a project, ended with this value.
pub(crate) struct Preview {
    pub(crate) project: Project,
    child: Child,
    address: String,
}

/// What came back.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Preview {
    /// A preview of this repository's own project.
    pub(crate) fn own() -> Self {
        Self::of(Project::own())
    }

    fn of(project: Project) -> Self {
        Self::with(project, &[])
    }

    fn with(project: Project, args: &[&str]) -> Self {
        let (child, address) = begin(&project, args);
        Self { project, child, address }
    }

    /// The address of a page.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The process that serves it.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    fn get(&self, path: &str) -> Answer {
        get(&self.address, path)
    }

    /// The HTML of a page that is there.
    pub(crate) fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    fn state(&self) -> Value {
        serde_json::from_str(&self.page("/_avouch/state.json")).unwrap()
    }

    /// The titles of the notes, and the pages that they stand on.
    fn notes(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let notes = self.state()["notes"].as_array().unwrap().clone();
        notes.iter().map(|note| (text(&note["page"]), text(&note["title"]))).collect()
    }

    /// Whether a note stands there whose title contains this.
    fn has_note(&self, page: &str, title: &str) -> bool {
        self.notes().iter().any(|(on, said)| on == page && said.contains(title))
    }

    /// Begins a run of the checks, as its button does.
    fn begin_checks(&self) {
        let address = &self.address;
        let post = format!("POST /_avouch/check HTTP/1.1\r\nHost: {address}\r\n");
        let post = format!("{post}Origin: http://{address}\r\nContent-Length: 0\r\n");
        assert_eq!(ask(address, &post).status, 202);
    }

    /// Waits until something is so.
    fn wait_until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            let notes = self.notes();
            assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}; notes: {notes:#?}");
            std::thread::sleep(EVERY);
        }
    }

    /// Waits until the disk was looked at so many times more.
    fn wait_for_looks(&self, more: u64) {
        let looks = |preview: &Self| preview.state()["looks"].as_u64().unwrap();
        let before = looks(self);
        self.wait_until("the disk was looked at", |preview| looks(preview) >= before + more);
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn begin(project: &Project, args: &[&str]) -> (Child, String) {
    let mut command = project.command(&["serve", "--port", "0", "--clock", NOW]);
    let mut child =
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
    (child, address)
}

fn get(address: &str, path: &str) -> Answer {
    ask(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n"))
}

/// Sends a request as it is, and reads what comes back.
fn ask(address: &str, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "{request}Connection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}
