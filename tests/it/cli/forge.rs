//! The statement of a Forge app, `examples/forge/`, against the embedded back end of a Forge app.

use crate::harness::Project;

/// Flaws that are switched on together, each with the claim that it breaks. Flaws of one group have nothing in common.
const GROUPS: [&[(&str, &str)]; 5] = [
    &[
        ("forge-extra-scope", "forge-scopes"),
        ("forge-unsigned", "auth-required"),
        ("no-hsts", "encrypted-transport"),
    ],
    &[
        ("forge-wildcard", "forge-egress"),
        ("forge-other-app", "auth-required"),
        ("stale-backup", "backup-daily"),
    ],
    &[("forge-remote-purpose", "forge-remotes"), ("leak-read", "tenant-isolation")],
    &[("forge-unlicensed", "forge-licensing"), ("cross-write", "tenant-isolation")],
    &[("forge-connect-module", "forge-platform"), ("leak-list", "tenant-isolation")],
];

#[test]
fn the_sound_app_holds_and_each_flaw_breaks_its_claim_and_no_other() {
    let project = Project::example("forge");
    let sound = project.run(&["check", "--format", "json"]);
    assert_eq!(sound.code, Some(0), "{sound}");
    let count = sound.standings().len();
    assert_eq!(sound.with_standing("holds").len(), count, "{sound}");
    for group in GROUPS {
        let mut args = vec!["check", "--format", "json"];
        args.extend(group.iter().flat_map(|(flaw, _)| ["--flaw", flaw]));
        let run = project.run(&args);
        assert_eq!(run.code, Some(1), "{group:?}: {run}");
        let mut broken: Vec<&str> = group.iter().map(|(_, claim)| *claim).collect();
        broken.sort_unstable();
        assert_eq!(run.with_standing("violated"), broken, "{group:?}: {run}");
        assert_eq!(run.with_standing("holds").len(), count - broken.len(), "{group:?}: {run}");
    }
}

#[test]
fn a_manifest_with_more_than_the_claims_say_breaks_them_and_is_reported_as_the_vendors_word() {
    let project = Project::example("forge");
    let sound = project.run(&["check", "forge-egress"]);
    assert_eq!(sound.code, Some(0), "{sound}");
    assert!(sound.out.contains("Reported by the service"), "{sound}");
    project.edit("manifest.yml", "  external:\n", "  external:\n    fonts: [\"*.example.net\"]\n");
    project.edit("manifest.yml", "    - write:page:confluence\n", "");
    let run = project.run(&["check", "forge-egress", "forge-scopes", "forge-licensing"]);
    assert_eq!(run.code, Some(1), "{run}");
    let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["fonts *.example.net", "the list of scopes", "forge-licensing"] {
        assert!(flat.contains(words), "{words}: {run}");
    }
    let json = project.run(&["check", "forge-egress", "forge-scopes", "--format", "json"]);
    assert_eq!(json.with_standing("violated"), ["forge-egress", "forge-scopes"], "{json}");
}

#[test]
fn an_answer_that_the_manifest_and_a_claim_deny_is_an_error_of_lint_that_names_all_three() {
    let project = Project::example("forge");
    let sound = project.run(&["lint"]);
    assert_eq!(sound.code, Some(0), "{sound}");
    let file = "privacy-and-security.yaml";
    project.edit(file, "appStoresEUDOutsideAtlassian: true", "appStoresEUDOutsideAtlassian: false");
    let run = project.run(&["lint"]);
    assert_eq!(run.code, Some(2), "{run}");
    let text = format!("{} {}", run.out, run.err);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "privacy-and-security.yaml:4",
        "appStoresEUDOutsideAtlassian: false",
        "`manifest.yml` declares that end-user data is stored at `remotes notes`",
        "remotes: {notes: {in_scope_eud: true}}",
        "checks/forge-remotes.yaml:",
        "disagreement",
    ] {
        assert!(flat.contains(words), "{words}: {run}");
    }
}
