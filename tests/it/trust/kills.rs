//! Kills at random moments and full disks, in every verb that writes. `scripts/prove kills` is the long form.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::harness::Project;
use crate::trust::files::{Counted, INIT, bounded, is_whole, left_over, no_panic, run_by};

/// Kills in the quick form.
const KILLS: usize = 36;

const OLD: &str = "The service keeps its word.";
const NEW: &str = "The service keeps all of its words.";

/// Every verb that writes, with what it is run with.
const VERBS: [&[&str]; 12] = [
    &["check"],
    &["check", "--reuse", "assessment.json"],
    &["build"],
    &["build", "--assessment", "good.json"],
    &["build", "--draft", "draft", "--report", "json=report.json"],
    &["retract", "--assessment", "bad.json"],
    &["accept", "claim", "--yes"],
    &["attest", "claim", "--role", "security", "--looked-at", "it"],
    &["doctor", "--forget"],
    &["falsify"],
    &["serve", "--port", "0"],
    &["init"],
];

fn kills() -> usize {
    std::env::var("AVOUCH_KILLS").ok().map_or(KILLS, |kills| kills.parse().unwrap())
}

/// A project with a site, evidence for it, and evidence against it.
struct Fixture {
    service: Counted,
    _bad: Counted,
    project: Project,
}

impl Fixture {
    fn new() -> Self {
        let (service, bad) = (Counted::start("Hello"), Counted::start("Goodbye"));
        let project = service.built();
        fs::rename(project.path("assessment.json"), project.path("good.json")).unwrap();
        let good = format!("http://{}", service.service.address);
        let worse = format!("http://{}", bad.service.address);
        project.edit("avouch.yaml", &good, &worse);
        assert_eq!(bounded(&project, &["check", "--out", "bad.json"]).code, Some(1));
        project.write("bad.json", &project.read("bad.json").replace(&worse, &good));
        project.edit("avouch.yaml", &worse, &good);
        Self { service, _bad: bad, project }
    }

    /// The arguments with which `init` starts a project in a folder of its own.
    fn init(&self) -> Vec<String> {
        let _ = fs::remove_dir_all(self.project.path("begun"));
        let target = format!("http://{}", self.service.service.address);
        let args = ["--root", "begun"].into_iter().chain(INIT).chain(["--target", &target]);
        args.map(str::to_owned).collect()
    }

    fn args(&self, verb: &[&str]) -> Vec<String> {
        match verb {
            ["init"] => self.init(),
            _ => verb.iter().map(|word| (*word).to_owned()).collect(),
        }
    }

    /// Changes what the verb needs to have something to do.
    fn prepare(&self, verb: &[&str]) {
        if verb.contains(&"assessment.json") {
            self.project.write("assessment.json", &self.project.read("good.json"));
        }
        match verb[0] {
            "accept" => {
                let is_old = self.project.read("checks/claim.yaml").contains(OLD);
                let (from, to) = if is_old { (OLD, NEW) } else { (NEW, OLD) };
                self.project.edit("content/security.md", from, to);
            }
            "retract" => {
                // Pages and evidence remember that a claim failed, and so does all that follows them.
                let _ = fs::remove_dir_all(self.project.path("public"));
                let _ = fs::remove_file(self.project.path("assessment.json"));
                let run = bounded(&self.project, &["build", "--assessment", "good.json"]);
                assert_eq!(run.code, Some(0), "{run}");
            }
            _ => {}
        }
    }

    /// Brings the sources back to the words that the evidence is about.
    fn restore(&self) {
        for file in ["checks/claim.yaml", "content/security.md"] {
            self.project.write(file, &self.project.read(file).replace(NEW, OLD));
        }
        let _ = fs::remove_dir_all(self.project.path("attestations"));
    }

    fn start(&self, args: &[String]) -> Child {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut command = run_by(&self.project, &[], &args);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// What must be true after any end of any verb.
    fn check(&self, sources: &str, at: &str) {
        is_whole(&self.project, at);
        let claim = self.project.read("checks/claim.yaml");
        let whole = [sources.to_owned(), sources.replace(OLD, NEW), sources.replace(NEW, OLD)];
        assert!(whole.contains(&claim), "{at}: checks/claim.yaml is not whole: {claim}");
        let attestation = self.project.path("attestations/claim.yaml");
        if attestation.exists() {
            let text = fs::read_to_string(attestation).unwrap();
            assert!(text.contains("role: security") && text.contains("words: "), "{at}: {text}");
        }
        if self.project.path("begun/avouch.yaml").exists() {
            let run = bounded(&self.project, &["--root", "begun", "lint"]);
            assert_eq!(run.code, Some(0), "{at}: {run}");
        }
    }
}

fn spin(moment: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < moment {
        std::thread::sleep(Duration::from_micros(200));
    }
}

#[test]
fn no_verb_that_is_killed_at_any_moment_leaves_half_of_anything() {
    let fixture = Fixture::new();
    let sources = fixture.project.read("checks/claim.yaml");
    let mut durations = [Duration::from_secs(1); VERBS.len()];
    for (verb, duration) in VERBS.iter().zip(&mut durations) {
        fixture.restore();
        fixture.prepare(verb);
        let args = fixture.args(verb);
        let begun = Instant::now();
        if verb[0] != "serve" {
            fixture.start(&args).wait().unwrap();
            *duration = begun.elapsed();
        }
        fixture.check(&sources, &format!("{verb:?}"));
    }
    let mut killed = 0;
    for number in 0..kills() {
        let verb = VERBS[number % VERBS.len()];
        fixture.restore();
        fixture.prepare(verb);
        let mut child = fixture.start(&fixture.args(verb));
        let moment = durations[number % VERBS.len()].mul_f64(rand::random_range(0.0..1.1));
        spin(moment);
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().code().is_none());
        fixture.check(&sources, &format!("{verb:?} killed after {moment:?}"));
    }
    assert!(killed > kills() / 3, "only {killed} runs were killed");
    // The next run removes what killed ones left, each in the folder where it writes.
    fixture.restore();
    for args in [
        &["build", "--draft", "draft"][..],
        &["attest", "claim", "--role", "security", "--looked-at", "it"],
    ] {
        let run = bounded(&fixture.project, args);
        assert_eq!(run.code, Some(0), "{run}");
    }
    fixture.project.edit("content/security.md", OLD, NEW);
    assert_eq!(bounded(&fixture.project, &["accept", "claim", "--yes"]).code, Some(0));
    let _ = fs::remove_dir_all(fixture.project.path("begun"));
    assert_eq!(left_over(&fixture.project), Vec::<String>::new());
    let figures = format!("{killed} of {} runs were killed before they ended\n", kills());
    std::io::stdout().write_all(figures.as_bytes()).unwrap();
}

/// A disk that is full at once, or after some kilobytes.
#[test]
fn a_disk_that_gets_full_in_any_verb_leaves_half_of_nothing() {
    let fixture = Fixture::new();
    let sources = fixture.project.read("checks/claim.yaml");
    let project = &fixture.project;
    for verb in VERBS.iter().filter(|verb| verb[0] != "serve") {
        for free in [0, 8, 40, 160] {
            fixture.restore();
            fixture.prepare(verb);
            let at = format!("{verb:?} with {free} KiB left");
            // The project on a small disk of its own, from which it is copied back.
            let script = format!(
                "d=$(mktemp -d) && mount -t tmpfs -o size=4m none $d && cp -a . $d/ && cd $d && \
                 a=$(df -k --output=avail . | tail -1) && dd if=/dev/zero of=fill bs=1k count=$((a - {free})) 2>/dev/null; \
                 \"$0\" \"$@\"; code=$?; rm -f fill; cp -a . \"$OLDPWD/after\"; cd /; umount $d; rmdir $d; exit $code"
            );
            let _ = fs::remove_dir_all(project.path("after"));
            let args = fixture.args(verb);
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let runner = ["timeout", "60", "unshare", "--mount", "bash", "-c", &script];
            let run = project.finish(&run_by(project, &runner, &args).output().unwrap());
            no_panic(&run, &at);
            assert!(matches!(run.code, Some(0..=4)), "{at}: {run}");
            if run.code == Some(2) {
                assert!(run.err.contains("error"), "{at}: {run}");
            }
            after(project, &sources, &at);
        }
    }
}

/// Checks the copy of a project in `after`.
fn after(project: &Project, sources: &str, at: &str) {
    let copy = Project::empty();
    for (path, content) in project.files("after") {
        let name = path.strip_prefix(project.path("after")).unwrap().to_owned();
        fs::create_dir_all(copy.root().join(&name).parent().unwrap()).unwrap();
        fs::write(copy.root().join(&name), content).unwrap();
    }
    is_whole(&copy, at);
    let claim = copy.read("checks/claim.yaml");
    assert!([sources.to_owned(), sources.replace(OLD, NEW)].contains(&claim), "{at}: {claim}");
    assert_eq!(left_over(&copy), Vec::<String>::new(), "{at}");
}

/// The system refuses one call after the other, in a verb that writes a file and needs no network.
#[test]
fn a_disk_that_refuses_any_one_call_of_a_small_verb_changes_nothing() {
    let service = Counted::start("Hello");
    let project = service.project();
    let args = ["attest", "claim", "--role", "security", "--looked-at", "it"];
    assert_eq!(bounded(&project, &args).code, Some(0));
    let whole = project.read("attestations/claim.yaml");
    for call in ["mkdir", "write", "fsync", "rename", "flock"] {
        for when in 1..20 {
            let at = format!("{call} number {when}");
            let inject = format!("inject={call}:error=ENOSPC:when={when}");
            let trace = format!("trace=?{call}");
            let runner = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
            let run = project.finish(&run_by(&project, &runner, &args).output().unwrap());
            no_panic(&run, &at);
            assert!(matches!(run.code, Some(0 | 2)), "{at}: {run}");
            assert_eq!(project.read("attestations/claim.yaml"), whole, "{at}");
            assert_eq!(left_over(&project), Vec::<String>::new(), "{at}");
            if run.code == Some(0) && when > 6 {
                break;
            }
        }
    }
}
