//! No input below 16 MiB takes more than 512 MiB of memory, or for ever: it is read, or refused with a clear error.

use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::harness::{Project, Run};

/// The limit on memory, with what a test may add to it by looking seldom.
const MEMORY_MAX_MIB: u64 = 512;

/// No run of these tests may take longer; this only keeps a broken rule from blocking the suite.
const WATCHDOG: Duration = Duration::from_secs(600);

/// Runs the binary; it must end, and within the limit on memory.
fn bounded(project: &Project, args: &[&str]) -> Run {
    let mut command = project.command(args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = |stream: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        bytes
    };
    let out = std::thread::spawn(move || read(&mut out));
    let err = std::thread::spawn(move || read(&mut err));
    let begun = Instant::now();
    let mut peak = 0;
    let status = loop {
        peak = peak.max(peak_mib(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > WATCHDOG {
            child.kill().unwrap();
            panic!("{args:?} did not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(peak < MEMORY_MAX_MIB, "{args:?} took {peak} MiB");
    let (stdout, stderr) = (out.join().unwrap(), err.join().unwrap());
    project.finish(&std::process::Output { status, stdout, stderr })
}

/// The most memory that a process had so far (`proc_pid_status(5)`).
fn peak_mib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(peak.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

/// A small project with this base template around its pages.
fn themed(template: &str) -> Project {
    let project = small();
    let text = format!(
        "{{% extends \"built-in/index.html\" %}}{{% block main %}}{template}{{{{ super() }}}}{{% endblock main %}}"
    );
    project.write("templates/index.html", &text);
    project
}

fn small() -> Project {
    let project = Project::empty();
    project.write(
        "avouch.yaml",
        "site: {title: T, organisation: O, url: https://trust.example.com, language: en}\n\
         roles: {officer: Officer}\ntarget: https://app.example.com\n\
         contacts: [mailto:security@example.com]\n",
    );
    project.write("content/a.md", &policy("[We answer.](../checks/c.yaml)\n"));
    project.write(
        "checks/c.yaml",
        "proves: We answer.\nbecause: We look.\nvalid_for: 24h\nchecks:\n\
         - {kind: http, steps: [{name: it, get: /, expect: {status: 200}}]}\n",
    );
    project
}

fn policy(body: &str) -> String {
    format!("---\ntitle: A\nsummary: B\neffective: 2026-01-01\nowner: officer\n---\n{body}")
}

#[test]
fn a_template_that_doubles_a_text_is_stopped() {
    let doubled = "{% set a = a ~ a %}".repeat(34);
    for template in [
        format!("{{% set a = \"0123456789abcdef\" %}}{doubled}"),
        "{% set_global a = \"0123456789abcdef\" %}{% for i in range(end=40) %}{% set_global a = a ~ a %}{% endfor %}".into(),
        "{% set a = [1] %}".to_owned() + &"{% set a = [a, a] %}".repeat(30) + "{{ a }}",
        "{% set a = \"aaaaaaaaaaaaaaaa\" %}".to_owned()
            + &"{% set a = a | replace(from=\"a\", to=a) %}".repeat(5),
    ] {
        let run = bounded(&themed(&template), &["lint"]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains("error[template-too-much]"), "{run}");
        assert!(run.err.contains("templates/index.html:1:"), "{run}");
    }
}

#[test]
fn a_template_of_nested_loops_is_stopped() {
    let three = |inner: &str| {
        let open = "{% for i in range(end=100000) %}".repeat(3);
        format!("{open}{inner}{}", "{% endfor %}".repeat(3))
    };
    for template in [
        three(""),
        three("{{ i }}"),
        three("{% if i == 2 %}{% continue %}{% endif %}"),
        format!("{{% set a %}}{}{{% endset %}}", three("{{ site.title }}")),
    ] {
        let run = bounded(&themed(&template), &["lint"]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(
            run.err.contains("error[template-too-much]: the templates repeat too much"),
            "{run}"
        );
        assert!(run.err.contains("help: "), "{run}");
    }
}

#[test]
fn a_component_that_includes_itself_many_times_is_stopped() {
    let project = themed("{{ <tree depth={15} /> }}");
    let calls = "{{ <tree depth={depth - 1} /> }}".repeat(4);
    let tree = format!(
        "{{% component tree(depth: integer) %}}{{% if depth > 0 %}}{calls}{{% endif %}}{{% endcomponent tree %}}"
    );
    project.write("templates/tree.html", &tree);
    let run = bounded(&project, &["lint"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("error[template-too-much]"), "{run}");
}

#[test]
fn an_ordinary_theme_is_rendered_and_its_mistakes_keep_their_places() {
    let ordinary = "{% set words = \"a\" %}{%- for claim in claims -%}  {{ claim.words }}{%- endfor %}\
                    {% raw %}{% for %}{% endraw %}{# {% for #}{{ site.title }}";
    let run = bounded(&themed(ordinary), &["lint"]);
    assert_eq!(run.code, Some(0), "{run}");
    let run = bounded(&themed("{% for c in claims %}\n\n  {{ c.wrods }}{% endfor %}"), &["lint"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("templates/index.html:3:"), "{run}");
}

#[test]
fn text_that_repeats_what_could_begin_a_mark_is_read_or_refused() {
    for marks in ["[a](", "![", "<a ", "*_", "> ", "Vеrified "] {
        let project = small();
        for name in ["b", "c", "d"] {
            project
                .write(&format!("content/{name}.md"), &policy(&marks.repeat(60_000 / marks.len())));
        }
        bounded(&project, &["lint"]);
    }
}

#[test]
fn thousands_of_mistakes_are_counted_and_not_all_listed() {
    let project = small();
    let links: String =
        (0..6000).map(|one| format!("[a](b{one}.md) [c](#d{one})\n\n## H{one}\n\n")).collect();
    project.write("content/b.md", &policy(&links));
    let keys: String = (0..20_000).map(|one| format!("key{one}: x\n")).collect();
    project.write("checks/d.yaml", &keys);
    let run = bounded(&project, &["lint"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("error[too-many-mistakes]"), "{run}");
    assert!(run.err.lines().count() < 10_000, "{}", run.err.lines().count());
}

#[test]
fn the_preview_reports_a_template_that_never_ends_and_goes_on() {
    let project = themed(
        "{% for i in range(end=100000) %}{% for j in range(end=100000) %}{% endfor %}{% endfor %}",
    );
    let mut command = project.command(&["serve", "--port", "0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    let address = line.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let page = || {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    let answered = page();
    let peak = peak_mib(child.id()).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
    assert!(peak < MEMORY_MAX_MIB, "{peak} MiB");
}
