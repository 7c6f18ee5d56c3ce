//! Drafts of this repository's own site in which claims are in trouble.

use std::sync::OnceLock;

use crate::browser::site::{Files, Site, read};
use crate::harness::{Project, Run};

/// How often a claim is looked at until its evidence, good for a second, has ended.
const LOOKS_MAX: u32 = 100;

impl Site {
    /// A draft in which one claim is violated, another waived, and the evidence of a third has ended.
    pub(crate) fn troubled() -> Self {
        static BUILT: OnceLock<Files> = OnceLock::new();
        Self::of(BUILT.get_or_init(troubled).clone())
    }

    /// A draft that was made while the add-on was down.
    pub(crate) fn unreachable() -> Self {
        let project = Project::own();
        let run = project.run(&["build", "--draft", "draft", "--mode", "down"]);
        assert_eq!(run.code, Some(3), "{run}");
        Self::folder(&project.path("draft"))
    }
}

fn troubled() -> Files {
    let project = Project::own();
    project.edit("checks/report-channels.yaml", "valid_for: 24h", "valid_for: 1s");
    let run = project.run(&["check", "--waivers", "--flaw", "leak-read", "--flaw", "stale-backup"]);
    assert_eq!(run.code, Some(1), "{run}");
    waive(&project, &run);
    let build =
        ["build", "--assessment", "assessment.json", "--draft", "draft", "--format", "json"];
    let ended = (0..LOOKS_MAX).any(|_| project.run(&build).with_standing("expired").len() == 1);
    assert!(ended, "the evidence does not end");
    read(&project.path("draft"))
}

/// Accepts for two weeks what the run found wrong with the backups.
fn waive(project: &Project, run: &Run) {
    let words = project.words_of("backup-daily");
    let lines =
        run.out.lines().skip_while(|line| line.trim() != "waivers/backup-daily.yaml:").skip(1);
    let accepts: Vec<String> =
        lines.take_while(|line| line.starts_with("    ")).map(|line| format!("{line}\n")).collect();
    assert!(!accepts.is_empty(), "{run}");
    let told: serde_json::Value = serde_json::from_str(&project.read("assessment.json")).unwrap();
    let today: jiff::civil::Date = told["finished"].as_str().unwrap()[..10].parse().unwrap();
    let until = today.saturating_add(jiff::Span::new().days(14));
    let text = format!(
        "words: \"{words}\"\naccepts:\n{}reason: The disk of the backup host failed.\n\
         role: security\nticket: SEC-17\n\
         tell_customers: A disk failed. Until it is replaced, a backup may be up to three days old.\n\
         day: {today}\nuntil: {until}\n",
        accepts.concat()
    );
    project.write("waivers/backup-daily.yaml", &text);
}
