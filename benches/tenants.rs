//! `tenant-isolation` against the demo over real sockets: `cargo bench --bench tenants [-- SIZE..]`.
//!
//! For each number of tenants this process starts the demo, and a child process runs a complete assessment
//! (plan, run, judge, falsify), so that its peak memory is measured separately.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use avouch::model::answer::observation::{Answer, Transcript};
use avouch::model::answer::verdict::Verdict;
use avouch::model::judge::assessment::Seeds;
use avouch::model::judge::falsify::{Falsification, Grade, falsify};
use avouch::model::judge::judge;
use avouch::model::judge::view::View;
use avouch::model::plan::Plan;
use avouch::model::project::Project;
use avouch::model::source::diagnostic::Severity;
use avouch::{check, load, probe};

/// A benchmark only prints its error.
type BenchResult<T> = Result<T, Box<dyn Error>>;

/// The argument of the child process, before the project's folder.
const ASSESS: &str = "--assess";

/// The default numbers of tenants.
const SIZES: [usize; 4] = [10, 100, 1000, 2000];

/// The number of tenants that the demo can generate.
const SIZE_MAX: usize = 10_000;

const POLICY: &str = "---
title: Security
summary: How data is kept apart.
effective: 2026-01-01
owner: security
---
## Access

[No customer can reach another customer's data.](../checks/isolation.yaml)
";

const CHECK: &str = "proves: No customer can reach another customer's data.
because: Each customer's data is looked for in what all others are told.
valid_for: 24h
checks:
  - kind: tenant-isolation
    tenants: all
    repeat: 1
    create:
      post: /notes
      json: { text: \"${canary}\" }
    object: /notes/${id}
    list: [/notes]
    change:
      put: /notes/${id}
      json: { text: changed by a check }
    delete:
      delete: /notes/${id}
";

fn main() -> BenchResult<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [mark, folder] = args.as_slice()
        && mark == ASSESS
    {
        return assess(Path::new(folder));
    }
    let given: Vec<usize> = args.iter().filter_map(|one| one.parse().ok()).collect();
    let sizes = if given.is_empty() { SIZES.to_vec() } else { given };
    println!(
        "{:>7} {:>8} {:>9} {:>8} {:>8} {:>8} {:>8} {:>12} {:>8}",
        "tenants", "requests", "pairs", "plan", "run", "judge", "falsify", "judgements/s", "peak"
    );
    for size in sizes {
        measure(size.clamp(2, SIZE_MAX))?;
    }
    Ok(())
}

/// Starts a demo with `size` tenants, and assesses it in another process.
fn measure(size: usize) -> BenchResult<()> {
    let options = avouch_demo::Options { tenants: size, ..avouch_demo::Options::default() };
    let demo = avouch_demo::start(options, &avouch_demo::Secrets::generate())?;
    let folder = tempfile::tempdir()?;
    write_project(folder.path(), &demo)?;
    let own = std::env::current_exe()?;
    let mut command = Command::new(own);
    command.arg(ASSESS).arg(folder.path()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{size} tenants: {status}").into()) }
}

fn write_project(folder: &Path, demo: &avouch_demo::Demo) -> BenchResult<()> {
    let mut project = format!(
        "site: {{title: T, organisation: O, url: https://trust.example.com, language: en}}
target: {}
writes: true
tenants: tenants.jsonl
roots: [ca.pem]
limits: {{ per_second: 10000, at_once: 16, per_host: 16, run: 1h, requests: 1000000 }}
connect_to:
",
        demo.target()
    );
    for (host, to) in demo.connect_to() {
        let _ = writeln!(project, "  \"{host}\": \"{}\"", to[0]);
    }
    fs::create_dir_all(folder.join("content"))?;
    fs::create_dir_all(folder.join("checks"))?;
    fs::write(folder.join("avouch.yaml"), project)?;
    fs::write(folder.join("content/security.md"), POLICY)?;
    fs::write(folder.join("checks/isolation.yaml"), CHECK)?;
    fs::write(folder.join("ca.pem"), demo.root_pem())?;
    fs::write(folder.join("tenants.jsonl"), demo.tenants_jsonl())?;
    Ok(())
}

/// Runs a complete assessment, and prints its measurements.
fn assess(folder: &Path) -> BenchResult<()> {
    let project = read(folder)?;
    let (plan, planning) = timed(|| plan(&project));
    let plan = plan?;
    let (transcript, running) = timed(|| run(&project, &plan, folder));
    let transcript = transcript?;
    let view = View::new(&plan, &transcript.observations);
    let (judgement, judging) = timed(|| judge(&view));
    if judgement.verdict != Verdict::Holds {
        return Err(format!("the claim does not hold: {}", judgement.verdict).into());
    }
    let (tried, falsifying) = timed(|| falsify(&plan, &transcript.observations));
    if tried.grade != Grade::Sound {
        return Err(format!("the check proves nothing: {:?}", tried.grade).into());
    }
    let times = [planning, running, judging, falsifying].map(|one| one.as_secs_f64());
    show(project.tenants.len(), requests(&plan, &transcript), times, &tried);
    Ok(())
}

fn read(folder: &Path) -> BenchResult<Project> {
    let options = load::options::Options {
        target: None,
        env: &|_, _| None,
        unset: Severity::Error,
        today: jiff::Zoned::default().date(),
        instead: &load::options::StandIns::new(),
    };
    let loaded = load::project(folder, &options);
    if let Some(wrong) = loaded.diagnostics.first() {
        return Err(wrong.message.clone().into());
    }
    loaded.project.ok_or_else(|| "the project could not be loaded".into())
}

fn plan(project: &Project) -> BenchResult<Plan> {
    let (plans, wrong) = check::plans(project, &Seeds::from(1));
    if let Some(wrong) = wrong.first() {
        return Err(wrong.message.clone().into());
    }
    plans.into_values().flatten().next().ok_or_else(|| "the project has no plan".into())
}

fn run(project: &Project, plan: &Plan, folder: &Path) -> BenchResult<Transcript> {
    let interrupt = probe::job::Interrupt::default();
    let began = Instant::now();
    let start = jiff::Timestamp::from_second(seconds_now()?)?;
    let settings = probe::job::RunSettings {
        root: std::path::Path::new("."),
        env: &|_| None,
        project,
        now: &|| start + began.elapsed(),
        events: &|_| {},
        interrupt: &interrupt,
        journal: Some(folder.join("journal.jsonl")),
        plans: &std::collections::BTreeMap::new(),
        undeleted: probe::job::Undeleted::default(),
        lasting: &[],
    };
    let claim = "isolation".into();
    let jobs = [probe::job::Job { claim: &claim, check: 0, plan }];
    let transcript = probe::run(&jobs, &settings).into_iter().next();
    let transcript = transcript.ok_or("the run returned no transcript")?;
    match transcript.left_behind.first() {
        None => Ok(transcript),
        Some(left) => Err(format!("left behind: {left}").into()),
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the real clock")]
fn seconds_now() -> BenchResult<i64> {
    Ok(jiff::Timestamp::now().as_second())
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

fn requests(plan: &Plan, transcript: &Transcript) -> usize {
    let both = plan.steps.iter().zip(&transcript.observations);
    let sent = |answer: &Answer| matches!(answer, Answer::Facts(_) | Answer::Error(_));
    both.filter(|(step, one)| step.request().is_some() && sent(&one.answer)).count()
}

fn show(tenants: usize, requests: usize, times: [f64; 4], tried: &Falsification) {
    let [planning, running, judging, falsifying] = times;
    let judged = u32::try_from(tried.rows.len()).map_or(f64::INFINITY, f64::from);
    println!(
        "{tenants:>7} {requests:>8} {:>9} {planning:>7.2}s {running:>7.1}s {judging:>7.3}s \
         {falsifying:>7.2}s {:>12.0} {:>8}",
        tenants * (tenants - 1),
        judged / falsifying,
        peak().unwrap_or_else(|| "unknown".into()),
    );
}

/// The peak memory of this process, as reported by the kernel.
fn peak() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(format!("{} MiB", kib / 1024))
}
