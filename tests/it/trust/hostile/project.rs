//! A project with one claim for each case, and a run of it within bounds of time and memory.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::evidence::service::{project_at, write_claims};
use crate::harness::{Project, Run};

/// The most memory that a run may use, in KiB: far below the limit that an operator would set.
const MEMORY_MAX_KIB: u64 = 256 * 1024;

/// The result of a run, by claim.
pub(crate) struct Judged {
    pub(crate) run: Run,
    claims: BTreeMap<String, Value>,
}

/// The words of a claim; they contain no number, which the check would have to prove.
/// A name without digits for the case with this number.
pub(crate) fn name(number: usize) -> String {
    const LETTERS: usize = 26;
    let letter = |index: usize| char::from(b'a' + u8::try_from(index % LETTERS).unwrap());
    ["case-".to_owned(), [letter(number / LETTERS), letter(number)].iter().collect()].concat()
}

/// A project with these claims, each with its checks as a YAML list. `more` is added to `avouch.yaml`.
pub(crate) fn project(target: &str, more: &str, claims: &[(String, String)]) -> Project {
    let project = project_at(target, "");
    let limits = "limits: { per_second: 10000, at_once: 48, per_host: 48, timeout: 4s, retries: 0, run: 2min, body: 256KiB }\n";
    project.edit("avouch.yaml", "limits: { per_second: 10000 }\n", limits);
    let yaml = project.read("avouch.yaml");
    project.write("avouch.yaml", &format!("{yaml}{more}"));
    write_claims(&project, claims);
    project
}

/// Runs `avouch check` on a project, and fails if it takes longer than `time_max`, uses too much memory, or
/// ends in any way but with a verdict.
#[track_caller]
pub(crate) fn judge(project: &Project, time_max: Duration) -> Judged {
    let run = bounded(project, &["check", "--format", "json"], time_max);
    assert!(matches!(run.code, Some(0 | 1 | 3 | 4)), "{run}");
    assert!(!run.err.contains("panicked"), "{run}");
    for hostile in ['\u{1b}', '\u{7}', '\0'] {
        assert!(!run.out.contains(hostile) && !run.err.contains(hostile), "{hostile:?} in {run}");
    }
    let claims = run.json()["claims"].as_array().unwrap().clone();
    let claims = claims.into_iter().map(|one| (one["id"].as_str().unwrap().to_owned(), one));
    Judged { claims: claims.collect(), run }
}

/// Runs the binary with the actors' tokens, and watches its time and memory.
#[track_caller]
pub(crate) fn bounded(project: &Project, args: &[&str], time_max: Duration) -> Run {
    let mut command = project.command(args);
    for actor in ["acme", "globex", "operator"] {
        let variable = format!("{}_TOKEN", actor.to_uppercase());
        command.env(variable, format!("{actor}-token-0123456789"));
    }
    let start = Instant::now();
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let watch = std::thread::spawn(move || {
        let mut peak = 0;
        // The high-water mark is gone with the process.
        while let Ok(text) = std::fs::read_to_string(&status) {
            let Some(now) = high_water_mark(&text) else { break };
            peak = peak.max(now);
            std::thread::sleep(Duration::from_millis(10));
        }
        peak
    });
    let run = project.finish(&child.wait_with_output().unwrap());
    let (took, peak) = (start.elapsed(), watch.join().unwrap());
    assert!(took <= time_max, "it took {took:?}: {}", run.err);
    assert!(peak > 0 && peak <= MEMORY_MAX_KIB, "it used {peak} KiB: {}", run.err);
    run
}

/// The largest resident set so far, in KiB (proc(5), `VmHWM`).
fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

impl Judged {
    /// The standing of a claim, and everything that the report says about it.
    pub(crate) fn claim(&self, id: &str) -> (&str, String) {
        let claim = &self.claims[id];
        let text = [&claim["seen"], &claim["reason"], &claim["findings"], &claim["checks"]];
        let text = text.map(unescaped).join(" ");
        (claim["standing"].as_str().unwrap(), text)
    }

    /// Why a claim has not this standing, or why the report lacks one of these words; `None` if all is well.
    pub(crate) fn objection(&self, id: &str, standing: &str, words: &[&str]) -> Option<String> {
        let (is, text) = self.claim(id);
        let missing = words.iter().find(|part| !text.contains(**part));
        if is == standing && missing.is_none() {
            return None;
        }
        let missing = missing.map(|part| format!(", without “{part}”")).unwrap_or_default();
        Some(format!("{id} is {is}, not {standing}{missing}: {text}"))
    }
}

/// The strings within a value.
fn unescaped(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(unescaped).collect::<Vec<_>>().join(" "),
        Value::Object(all) => all.values().map(unescaped).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
