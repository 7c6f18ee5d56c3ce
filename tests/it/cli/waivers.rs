//! Waivers: what they accept, until when, and everything that they do not.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{Project, Run};

const FILE: &str = "waivers/backup-daily.yaml";

/// What the flaw `stale-backup` breaks, as the report has it.
const BROKEN: &str = r#"- { check: 1, step: "the newest finished backup", at: "/newest/at", is: {"not_older_than":"24h"}"#;

/// Where an old backup breaks the claim, waived from 2026-11-22 to the end of 2026-11-30.
fn waived() -> Project {
    let project = Project::fixture("backup");
    give(&project, &format!("{BROKEN}, up_to: 96h }}"));
    project
}

fn give(project: &Project, accepts: &str) {
    let words = project.words_of("backup-daily");
    let text = format!(
        "words: \"{words}\"\naccepts:\n  {accepts}\nreason: The disk of the backup host failed.\n\
         role: security\nticket: SEC-17\ntell_customers: A backup may be three days old for now.\n\
         day: 2026-11-22\nuntil: 2026-11-30\n"
    );
    project.write(FILE, &text);
}

fn at(project: &Project, verb: &[&str], clock: &str) -> Run {
    let rest = ["--format", "json", "--clock", clock];
    project.run(&[verb, &rest].concat())
}

const CHECK: [&str; 4] = ["check", "backup-daily", "--flaw", "stale-backup"];

#[test]
fn the_line_that_the_report_has_is_what_a_waiver_takes() {
    let project = Project::fixture("backup");
    let run = project.run(&["check", "backup-daily", "--flaw", "stale-backup", "--waivers"]);
    assert_eq!(run.code, Some(1), "{run}");
    // A long line is wrapped at spaces, which YAML reads as one.
    let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(BROKEN), "{run}");
}

#[test]
fn what_is_waived_is_published_as_waived_and_never_among_what_holds() {
    let project = waived();
    let build = ["build", "--flaw", "stale-backup"];
    let run = at(&project, &build, "2026-11-23T10:00:00Z");
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.with_standing("waived"), ["backup-daily"], "{run}");
    let all = run.standings().len();
    assert_eq!(run.with_standing("holds").len(), all - 1, "{run}");
    let claims: Value = serde_json::from_str(&project.read("public/claims.json")).unwrap();
    let claims = claims["claims"].as_array().unwrap();
    let claim = claims.iter().find(|claim| claim["id"] == "backup-daily").unwrap();
    assert_eq!(claim["standing"], "waived");
    assert_eq!(claim["checks"][0]["verdict"], "violated");
    assert_eq!(claim["waiver"]["until"], "2026-11-30");
    let index = project.read("public/index.html");
    assert!(index.contains("1 with an exception,"), "{index}");
    let page = project.read("public/evidence/backup-daily/index.html");
    assert!(
        page.contains("has accepted this until 30 Nov 2026. A backup may be three days old"),
        "{page}"
    );
    // The reason and the ticket are for the house.
    let everywhere = project.files("public");
    let texts = everywhere.values().map(|bytes| String::from_utf8_lossy(bytes));
    assert!(texts.clone().all(|text| !text.contains("SEC-17") && !text.contains("backup host")));
}

#[test]
fn it_is_good_to_the_last_second_of_its_last_day_and_not_a_second_longer() {
    let project = waived();
    let good = at(&project, &CHECK, "2026-11-30T23:59:59Z");
    assert_eq!((good.code, good.with_standing("waived").len()), (Some(0), 1), "{good}");
    let over = at(&project, &CHECK, "2026-12-01T00:00:00Z");
    assert_eq!(over.code, Some(1), "{over}");
    assert_eq!(over.with_standing("violated"), ["backup-daily"], "{over}");
    let told = over.json()["claims"][0]["waiver"]["idle"][0].to_string();
    assert!(told.contains("the waiver expired on 30 Nov 2026"), "{told}");
    assert!(over.err.contains("waiver-ended"), "{over}");
}

#[test]
fn the_page_that_is_out_takes_a_waiver_down_when_it_ends() {
    let project = waived();
    let run = at(&project, &["build", "--flaw", "stale-backup"], "2026-11-30T23:00:00Z");
    assert_eq!(run.code, Some(0), "{run}");
    let ends =
        r#" data-claim="backup-daily" data-until="2026-12-01T00:00:00Z" data-then="Expired""#;
    for page in ["public/security/index.html", "public/evidence/backup-daily/index.html"] {
        let html = project.read(page);
        assert!(html.contains(&format!("class=\"mark waived\"{ends}")), "{page}");
        assert!(html.contains("1 Dec 2026, 00:00 UTC"), "{page}");
    }
    let old = project.files("public");
    let over = at(&project, &["build", "--flaw", "stale-backup"], "2026-12-01T00:00:00Z");
    assert_eq!(over.code, Some(1), "{over}");
    assert!(project.files("public") == old, "the site was changed");
}

#[test]
fn another_broken_expectation_of_the_same_claim_is_violated_all_the_same() {
    let project = waived();
    let both = [&CHECK[..], &["--flaw", "empty-backup"]].concat();
    let run = at(&project, &both, "2026-11-23T10:00:00Z");
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(run.with_standing("violated"), ["backup-daily"], "{run}");
    let findings = run.json()["claims"][0]["findings"].as_array().unwrap().clone();
    let waived = |one: &&Value| one["waived"] == true;
    assert_eq!(findings.iter().filter(waived).count(), 1, "{run}");
    // The same check broke in another way too.
    assert!(findings.iter().any(|one| one["check"] == 0 && one["waived"] == false), "{run}");
}

#[test]
fn for_a_claim_that_holds_it_is_told_to_be_dead() {
    let project = waived();
    let clock = ["--clock", "2026-11-23T10:00:00Z"];
    let run = project.run(&[&["check", "backup-daily"][..], &clock].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let told = format!("{FILE}: the claim is true now; remove the waiver");
    assert!(run.out.contains(&told), "{run}");
    assert!(run.out.contains("1 verified, "), "{run}");
}

#[test]
fn what_could_not_be_found_out_cannot_be_waived() {
    let project = waived();
    let run = at(&project, &["check", "backup-daily", "--mode", "down"], "2026-11-23T10:00:00Z");
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(run.with_standing("inconclusive"), ["backup-daily"], "{run}");
}

#[test]
fn an_entry_that_names_no_expectation_is_told_and_accepts_nothing() {
    let project = Project::fixture("backup");
    give(&project, &format!("{}, up_to: 96h }}", BROKEN.replace("24h", "25h")));
    let run = at(&project, &CHECK, "2026-11-23T10:00:00Z");
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.err.contains("unknown-expectation"), "{run}");
    assert!(run.err.contains("waivers/backup-daily.yaml:3:5"), "{run}");
}

/// Flaws by which a control fails too, or a question gets no answer: there, more is unknown than
/// broken, and what is unknown cannot be waived.
const TOO_MUCH: [&str; 7] = [
    "cross-write",
    "cross-delete",
    "leak-list",
    "leak-in-error",
    "accept-expired",
    "accept-alg-none",
    "ignore-qsh",
];

/// Whatever breaks, the lines of the report waive it, and nothing else is needed; apart from strangers who
/// were let in, and from data that was shown to others, which nothing waives.
#[test]
fn every_flaw_of_the_demo_can_be_waived_by_what_the_report_has_unless_it_lets_somebody_in() {
    let project = Project::own();
    let flaws = avouch_demo::FLAWS.iter().map(|flaw| flaw.name);
    let flaws = flaws.filter(|name| !TOO_MUCH.contains(name));
    let flaws: Vec<&str> = flaws.flat_map(|name| ["--flaw", name]).collect();
    let check = [&["check"][..], &flaws].concat();
    let broken = at(&project, &check, "2026-11-23T10:00:00Z");
    let violated = broken.with_standing("violated");
    assert!(violated.len() > 10, "{broken}");
    let mut waivable = Vec::new();
    for claim in broken.json()["claims"].as_array().unwrap() {
        let id = claim["id"].as_str().unwrap();
        if violated.iter().any(|one| one == id) {
            let findings = claim["findings"].as_array().unwrap().iter();
            if findings.clone().all(|one| !one["to_waive"].is_null()) {
                waivable.push(id.to_owned());
            }
            let findings = findings.filter(|one| !one["to_waive"].is_null());
            let lines: BTreeSet<String> =
                findings.map(|one| format!("\n  - {}", one["to_waive"])).collect();
            if lines.is_empty() {
                continue;
            }
            let lines: String = lines.into_iter().collect();
            let text = format!(
                "words: {}\naccepts:{lines}\nreason: R\nrole: security\nticket: T\n\
                 tell_customers: C\nday: 2026-11-22\nuntil: 2026-11-30\n",
                claim["words"]
            );
            project.write(&format!("waivers/{id}.yaml"), &text);
        }
    }
    let run = at(&project, &check, "2026-11-23T10:00:00Z");
    // The value there is an address that is new in each run.
    waivable.retain(|id| id != "image-storage");
    waivable.sort();
    assert!(waivable.len() > 5 && waivable.len() < violated.len(), "{broken}");
    assert_eq!((run.code, run.with_standing("waived")), (Some(1), waivable), "{run}");
}

#[test]
fn a_waiver_of_tls_1_does_not_waive_tls_10() {
    let project = Project::empty();
    project.write(
        "avouch.yaml",
        "site: { title: T, organisation: E, url: https://security.example.com, language: en }\n\
         roles: { officer: The officer }\ncontacts: [\"mailto:security@example.com\"]\n\
         target: demo\n",
    );
    let front = "title: S\nsummary: S.\neffective: 2026-01-01\nowner: officer";
    let mut policy = format!("---\n{front}\n---\n\n");
    for id in ["tls-1", "tls-10"] {
        policy += &format!("[It is there, says {id}.](../checks/{id}.yaml)\n\n");
        let check = format!(
            "proves: It is there, says {id}.\nbecause: We look.\nvalid_for: 24h\nchecks:\n  \
             - kind: http\n    steps:\n      - name: it is there\n        \
             get: /nowhere\n        expect: {{ status: 200 }}\n"
        );
        project.write(&format!("checks/{id}.yaml"), &check);
    }
    project.write("content/s.md", &policy);
    let accepts = r#"- { check: 1, step: "it is there", at: "/status", is: {"equals":200}, accepts_value: 404 }"#;
    project.write(
        "waivers/tls-1.yaml",
        &format!(
            "words: It is there, says tls-1.\naccepts:\n  {accepts}\nreason: R\nrole: officer\n\
             ticket: T\ntell_customers: C\nday: 2026-11-22\nuntil: 2026-11-30\n"
        ),
    );
    let run = at(&project, &["check"], "2026-11-23T10:00:00Z");
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(run.with_standing("waived"), ["tls-1"], "{run}");
    assert_eq!(run.with_standing("violated"), ["tls-10"], "{run}");
}
