//! Projects for tests: a sound one on disk, changed at will.

use std::fs;

use tempfile::TempDir;

use crate::load::options::{Loaded, Options, StandIns};
use crate::load::project;
use crate::model::source::Sources;
use crate::model::source::diagnostic::{Diagnostic, Severity};

/// The files of the sound project.
pub(crate) const FILES: [(&str, &str); 6] = [
    (
        "avouch.yaml",
        "site: {title: Trust, organisation: Example, url: https://trust.example.com, language: en}
products: {cloud: Cloud add-ons, server: Server add-ons}
roles: {officer: Security officer}
target: https://addon.example.com
hosts: {platform: www.example.com}
actors:
  acme: {tenant: acme, connect: {client_key: acme, shared_secret: \"${ACME_SECRET}\"}}
  operator: {bearer: \"${OPS_TOKEN}\", send_to: [https://ops.example.com]}
contacts: [mailto:security@example.com]
promises: off
",
    ),
    (
        "content/security.md",
        "---
title: Security
summary: How data is kept safe.
effective: 2026-01-01
owner: officer
products: [cloud]
---
## Data backup

[Customer data is backed up *every* day.](../checks/backup-daily.yaml)

No system is impenetrable. [](stated: \"nobody can test that\")

See [how to report](disclosure.md#how-to-report).
",
    ),
    (
        "content/disclosure.md",
        "---
title: Disclosure
summary: How to report.
effective: 2026-01-01
owner: officer
order: 2
---
## How to report

Write to [our desk](https://desk.example.com). [](../checks/report-channels.yaml)
",
    ),
    (
        "checks/backup-daily.yaml",
        "proves: Customer data is backed up every day.
under: Data backup
because: We ask for the newest backup.
applies_to: [cloud]
valid_for: 24h
checks:
  - kind: backup-age
    as: operator
",
    ),
    (
        "checks/report-channels.yaml",
        "proves: Write to our desk <https://desk.example.com>.
because: >
  We open it.
valid_for: 24h
checks:
  - kind: link
",
    ),
    (
        "attestations/backup-daily.yaml",
        "role: officer
day: 2026-11-01
valid_for: 90d
looked_at: the backups
words: Customer data is backed up every day.
",
    ),
];

/// A project in a folder of its own.
pub(crate) struct Fixture {
    root: TempDir,
    target: Option<&'static str>,
}

impl Fixture {
    /// A sound project.
    pub(crate) fn sound() -> Self {
        let fixture = Self { root: tempfile::tempdir().unwrap(), target: None };
        for (file, text) in FILES {
            fixture.write(file, text);
        }
        fixture
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The same with a file of this content.
    pub(crate) fn with(self, file: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(file, text);
        self
    }

    /// The same without a file.
    pub(crate) fn without(self, file: &str) -> Self {
        fs::remove_file(self.root.path().join(file)).unwrap();
        self
    }

    /// The same with another text in the place of one that must be there.
    pub(crate) fn replace(self, file: &str, from: &str, to: &str) -> Self {
        let text = fs::read_to_string(self.root.path().join(file)).unwrap();
        assert!(text.contains(from), "`{from}` is not in {file}");
        self.write(file, text.replacen(from, to, 1));
        self
    }

    /// The same with a target from the command line.
    pub(crate) fn target(mut self, target: &'static str) -> Self {
        self.target = Some(target);
        self
    }

    /// Reads it.
    pub(crate) fn load(&self) -> Loaded {
        self.load_instead(&StandIns::new())
    }

    /// Reads it with something in place of files.
    pub(crate) fn load_instead(&self, instead: &StandIns) -> Loaded {
        let env = |name: &str, demo: bool| match name {
            "ACME_SECRET" | "OPS_TOKEN" => Some(format!("{name} of demo {demo}")),
            "TARGET" => Some("https://from.env.example".to_owned()),
            "WITH_BREAK" => Some("s3cret\n".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let options = Options {
            target: self.target,
            env: &env,
            unset: Severity::Error,
            today: jiff::civil::date(2026, 11, 22),
            instead,
        };
        project(self.root.path(), &options)
    }

    /// What is wrong with it: `file:line:column code: message ? help`.
    pub(crate) fn reported(&self) -> Vec<String> {
        let loaded = self.load();
        lines(&loaded.diagnostics, &loaded.sources)
    }
}

fn lines(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<String> {
    let line = |one: &Diagnostic| {
        let given: Vec<_> = one.arguments.keys().copied().collect();
        assert_eq!(given, one.code.arguments(), "the arguments of {}", one.code);
        let place = one.place.as_ref().map_or(String::new(), |place| {
            let at = sources.line_column(place);
            format!("{}:{}:{} ", place.file, at.line, at.column)
        });
        let help = one.help.as_deref().unwrap_or("-");
        format!("{place}{}: {} ? {help}", one.code, one.message)
    };
    diagnostics.iter().map(line).collect()
}
