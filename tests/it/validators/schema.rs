//! What editors and shells are given is made from the code, and is not stale.

use crate::harness::Project;
use crate::tools;

/// Run with `UPDATE_DOCS=1` to make the schemas anew.
#[test]
fn the_schemas_that_our_own_files_name_are_not_stale() {
    let project = Project::empty();
    let run = project.run(&["schema", "--write"]);
    assert_eq!(run.code, Some(0), "{run}");
    let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (path, made) in project.files("schemas") {
        let name = path.file_name().unwrap();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::create_dir_all(&own).unwrap();
            std::fs::write(own.join(name), &made).unwrap();
        }
        let there = std::fs::read(own.join(name)).unwrap_or_default();
        assert!(made == there, "{} is stale: UPDATE_DOCS=1", path.display());
    }
    assert_eq!(project.files("schemas").len(), std::fs::read_dir(own).unwrap().count());
}

#[test]
fn a_claims_schema_knows_each_kind_and_its_settings() {
    let run = Project::empty().run(&["schema", "claim"]);
    let schema: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let kinds = &schema["$defs"]["Check"]["properties"]["kind"]["enum"];
    assert!(kinds.as_array().unwrap().contains(&"backup-age".into()), "{kinds}");
    let settings = &schema["$defs"]["kind.backup-age"];
    assert!(settings["properties"]["max_age"]["description"].is_string(), "{settings}");
    assert_eq!(settings["additionalProperties"], false);
}

#[test]
fn every_verb_is_in_the_completions_and_on_the_manual_page() {
    let project = Project::empty();
    let verbs = ["build", "check", "lint", "explain", "falsify", "accept", "attest", "demo"];
    for args in [&["completions", "bash"][..], &["completions", "fish"], &["man"]] {
        let run = project.run(args);
        assert_eq!(run.code, Some(0), "{run}");
        for verb in verbs {
            assert!(run.out.contains(verb), "{args:?} lacks `{verb}`");
        }
    }
}

/// What people write in this repository's own project is what the schemas say, by the word of a
/// validator that is not ours; and what is not, is refused.
#[test]
fn our_own_files_are_what_their_schemas_say() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = Project::own();
    for (name, folder, end) in [
        ("claim", "checks", "yaml"),
        ("attestation", "attestations", "yaml"),
        ("policy", "content", "md"),
        ("project", ".", "yaml"),
    ] {
        let schema = root.join(format!("schemas/{name}.schema.json"));
        let files = std::fs::read_dir(project.path(folder)).unwrap().map(|one| one.unwrap().path());
        let files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|one| one == end)).collect();
        assert!(!files.is_empty(), "{name}");
        let files: Vec<&std::path::Path> = files.iter().map(std::path::PathBuf::as_path).collect();
        assert_eq!(tools::ajv(&schema, &files), Vec::<String>::new(), "{name}");
    }
    let check = "checks/backup-daily.yaml";
    for (from, to, complaint) in [
        ("max_age: 24h", "max_age: a day", "/checks/0/max_age: must match pattern"),
        ("max_age: 24h", "max_agee: 24h", "must NOT have additional properties"),
        ("kind: backup-age", "kind: backup-old", "/checks/0/kind: must be equal to one of"),
        ("because:", "becuase:", "must have required property 'because'"),
    ] {
        let good = project.read(check);
        project.edit(check, from, to);
        let schema = root.join("schemas/claim.schema.json");
        let told = tools::ajv(&schema, &[&project.path(check)]).join("\n");
        assert!(told.contains(complaint), "{to}: {told}");
        project.write(check, &good);
    }
}
