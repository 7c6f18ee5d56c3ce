//! A policy that the sources could change is refused, whatever leads to it.

use std::os::unix::fs::symlink;

use crate::harness::Run;
use crate::trust::permits::Setup;

fn refused(setup: &Setup, path: &str) {
    let run: Run = setup.run(&["check", "--policy", path], &[]);
    assert_eq!(run.code, Some(2), "{path}: {run}");
    assert!(run.err.contains("[bad-policy]"), "{path}: {run}");
    assert!(run.err.contains("keep it outside the repository"), "{path}: {run}");
    setup.nothing_happened(&run);
    let run = setup.run(&["check"], &[("AVOUCH_POLICY", path)]);
    assert!(run.err.contains("keep it outside the repository"), "{path}: {run}");
}

#[test]
fn a_policy_in_the_project_or_behind_a_link_there_is_refused() {
    let setup = Setup::new();
    let policy = setup.needed();
    let outside = setup.saved(&policy);
    setup.project.write("policy.yaml", &policy);
    refused(&setup, "policy.yaml");
    refused(&setup, &setup.project.path("policy.yaml").display().to_string());
    let in_outside = |name: &str| setup.outside.path().join(name);
    // A link outside that leads into the project.
    symlink(setup.project.path("policy.yaml"), in_outside("in.yaml")).unwrap();
    refused(&setup, &in_outside("in.yaml").display().to_string());
    // A link in the project that leads out of it: sources could let it lead elsewhere.
    symlink(&outside, setup.project.path("out.yaml")).unwrap();
    refused(&setup, "out.yaml");
    // A folder in between, and a way through the project and back.
    symlink(setup.project.root(), in_outside("folder")).unwrap();
    refused(&setup, &in_outside("folder/out.yaml").display().to_string());
    symlink(setup.project.path("out.yaml"), in_outside("twice.yaml")).unwrap();
    refused(&setup, &in_outside("twice.yaml").display().to_string());
    // A link outside the project that stays outside is how clusters mount files.
    symlink(&outside, in_outside("mounted.yaml")).unwrap();
    let mounted = in_outside("mounted.yaml").display().to_string();
    let run = setup.run(&["check", "--policy", &mounted], &[]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_policy_elsewhere_in_the_repository_is_refused() {
    let setup = Setup::new();
    let policy = setup.needed();
    let repository = setup.outside.path().join("repository");
    let project = repository.join("page");
    std::fs::create_dir_all(repository.join(".git")).unwrap();
    std::fs::rename(setup.project.root(), &project).unwrap();
    std::fs::write(repository.join("policy.yaml"), &policy).unwrap();
    std::fs::create_dir(setup.project.root()).unwrap();
    let root = project.display().to_string();
    let args = |path: &str| {
        let path = repository.join(path).display().to_string();
        setup.run(&["--root", &root, "check", "--policy", &path], &[])
    };
    for path in ["policy.yaml", "page/../policy.yaml", "../repository/policy.yaml"] {
        let run = args(path);
        assert_eq!(run.code, Some(2), "{path}: {run}");
        assert!(run.err.contains("keep it outside the repository"), "{path}: {run}");
    }
    setup.nothing_happened(&args("policy.yaml"));
    // A repository around the repository: a submodule, or a folder of its own history.
    std::fs::write(setup.outside.path().join("around.yaml"), &policy).unwrap();
    assert_eq!(args("../around.yaml").code, Some(0));
    std::fs::create_dir_all(setup.outside.path().join(".git")).unwrap();
    std::fs::write(setup.outside.path().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    let run = args("../around.yaml");
    assert!(run.err.contains("keep it outside the repository"), "{run}");
    std::fs::remove_dir_all(setup.outside.path().join(".git")).unwrap();
    std::fs::write(setup.outside.path().join("sound.yaml"), &policy).unwrap();
    assert_eq!(args("../sound.yaml").code, Some(0));
}

#[test]
fn a_policy_that_cannot_be_read_or_is_given_twice_is_reported() {
    let setup = Setup::new();
    let path = setup.saved(&setup.needed());
    for (path, words) in [
        ("/nowhere/policy.yaml", "there is no such file"),
        ("/dev/null", "not a regular file"),
        ("/", "not a regular file"),
    ] {
        let run = setup.run(&["check", "--policy", path], &[]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains(words), "{words}: {run}");
    }
    let run = setup.run(&["check", "--policy", &path], &[("AVOUCH_POLICY", &path)]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("`--policy` and `AVOUCH_POLICY` both give a policy"), "{run}");
    setup.nothing_happened(&run);
}
