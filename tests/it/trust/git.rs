//! Git is a reader here: whatever a repository, a folder or the environment says, it starts no program, and
//! it still finds the authors of changed words.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::evidence::service::project_at;
use crate::harness::{Project, Run};
use crate::surroundings;

const CHECKS: &str =
    "  - { kind: http, steps: [{ name: it answers, get: /, expect: { status: 200 } }] }\n";

/// Lint prints this if it knows the author of the changed words.
const SIGNED: &str = "checked: Ann Engineer, ";

/// Runs Git in a folder, as a user would.
fn git(folder: &Path, args: &[&str]) {
    let mut command = surroundings::git();
    command.args(["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"]);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Ann Engineer");
        command.env(format!("GIT_{who}_EMAIL"), "ann@example.com");
    }
    let output = command.args(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(folder: &Path, init: &[&str]) {
    git(folder, &[&["init", "--quiet"], init].concat());
    git(folder, &["add", "."]);
    git(folder, &["commit", "--quiet", "--message", "First"]);
}

/// A project whose words changed after they were committed.
fn changed(init: &[&str]) -> Project {
    let project = project_at("https://service.example.com", CHECKS);
    commit(project.root(), init);
    change(&project, "");
    project
}

/// Changes the words of a project within this folder of it.
fn change(project: &Project, folder: &str) {
    project.edit(&format!("{folder}content/security.md"), "keeps its word", "may keep its word");
}

/// A program that leaves a mark, and the path of the mark.
fn program(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", folder.join("ran").display());
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

/// Everything that reads, each in the environment `env`; nothing but Avouch and Git may have run.
fn read_all(project: &Project, env: &[(&str, &str)], outside: &Path) -> Run {
    let run = |args: &[&str]| {
        let mut command = project.command(args);
        project.finish(&command.envs(env.iter().copied()).output().unwrap())
    };
    let lint = run(&["lint"]);
    let since = run(&["lint", "--since", "HEAD"]);
    assert!(since.err.contains("1 error") && !since.err.contains("cannot compare"), "{since}");
    run(&["explain"]);
    run(&["accept", "claim", "--yes"]);
    change_back(project);
    let ran = fs::read_to_string(outside.join("ran")).unwrap_or_default();
    assert_eq!(ran, "", "{lint}");
    lint
}

/// Undoes `accept`, which approved the words.
fn change_back(project: &Project) {
    let text = project.read("checks/claim.yaml");
    project.write("checks/claim.yaml", &text.replace("may keep its word", "keeps its word"));
}

/// Every setting of a repository that names a program, and what makes Git use it.
fn settings(evil: &str, hooks: &str) -> String {
    format!(
        "[core]\n\tfsmonitor = {evil}\n\thooksPath = {hooks}\n\tpager = {evil}\n\teditor = {evil}\n\
         \tsshCommand = {evil}\n\tgitProxy = {evil}\n\taskPass = {evil}\n\talternateRefsCommand = {evil}\n\
         \tattributesFile = {hooks}/attributes\n\tworktree = /\n\
         [filter \"evil\"]\n\tclean = {evil}\n\tsmudge = {evil}\n\tprocess = {evil}\n\trequired = true\n\
         [diff]\n\texternal = {evil}\n[diff \"evil\"]\n\ttextconv = {evil}\n\tcommand = {evil}\n\
         [merge \"evil\"]\n\tdriver = {evil}\n\
         [log]\n\tshowSignature = true\n[gpg]\n\tprogram = {evil}\n[gpg \"ssh\"]\n\tprogram = {evil}\n\
         [pager]\n\tblame = {evil}\n\tlog = {evil}\n\tcat-file = {evil}\n\
         [alias]\n\tblame = !{evil}\n\tlog = !{evil}\n\trev-parse = !{evil}\n\tcat-file = !{evil}\n\
         [credential]\n\thelper = !{evil}\n[include]\n\tpath = {hooks}/more\n\
         [extensions]\n\tpartialClone = origin\n\
         [remote \"origin\"]\n\tpromisor = true\n\tpartialclonefilter = blob:none\n\
         \turl = ext::{evil}\n\tuploadpack = {evil}\n\tproxy = {evil}\n[protocol]\n\tallow = always\n\
         [blame]\n\tignoreRevsFile = {hooks}/more\n[trace2]\n\teventTarget = {hooks}/../ran\n"
    )
}

#[test]
fn no_setting_of_a_repository_runs_a_program() {
    let (project, outside) = (changed(&[]), tempfile::tempdir().unwrap());
    let evil = program(outside.path(), "evil");
    let hooks = outside.path().join("hooks");
    for hook in
        ["post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"]
    {
        program(outside.path(), &format!("hooks/{hook}"));
        fs::copy(&evil, project.path(&format!(".git/hooks/{hook}"))).unwrap();
    }
    fs::write(hooks.join("attributes"), "* filter=evil diff=evil\n").unwrap();
    fs::write(hooks.join("more"), settings(&evil, &hooks.display().to_string())).unwrap();
    for attributes in [".gitattributes", "content/.gitattributes", ".git/info/attributes"] {
        project.write(attributes, "* filter=evil diff=evil merge=evil text eol=crlf ident\n");
    }
    project.write(
        ".gitmodules",
        &format!("[submodule \"x\"]\n\tpath = x\n\turl = ext::{evil}\n\tupdate = !{evil}\n"),
    );
    let config = project.read(".git/config") + &settings(&evil, &hooks.display().to_string());
    project.write(".git/config", &config);
    let lint = read_all(&project, &[], outside.path());
    assert!(lint.err.contains(SIGNED) && lint.err.contains("now: not committed yet"), "{lint}");
}

#[test]
fn a_missing_object_is_not_fetched_and_the_reason_is_reported() {
    let (project, outside) = (changed(&[]), tempfile::tempdir().unwrap());
    change_words_and_commit(&project);
    let evil = program(outside.path(), "evil");
    let config = project.read(".git/config") + &settings(&evil, "/nonexistent");
    project.write(".git/config", &config);
    // The first commit's objects, as a partial clone would leave them out.
    let first = surroundings::git()
        .args(["rev-parse", "HEAD~1:content/security.md"])
        .current_dir(project.root())
        .output()
        .unwrap();
    let first = String::from_utf8(first.stdout).unwrap();
    let object = format!(".git/objects/{}/{}", &first[..2], first[2..].trim());
    fs::remove_file(project.path(&object)).unwrap();
    let lint = project.run(&["lint"]);
    assert!(lint.err.contains("warning[history-unread]: the authors of changed words"), "{lint}");
    assert!(lint.err.contains("the history may be incomplete or damaged"), "{lint}");
    assert!(!outside.path().join("ran").exists());
}

fn change_words_and_commit(project: &Project) {
    git(project.root(), &["commit", "--quiet", "--all", "--message", "Second"]);
}

#[test]
fn a_folder_that_only_looks_like_a_repository_is_not_one() {
    let outside = tempfile::tempdir().unwrap();
    let evil = program(outside.path(), "evil");
    // Its own folder is a bare repository, made of ordinary files that anybody can commit.
    let project = changed(&[]);
    let git_dir = project.path(".git");
    for entry in fs::read_dir(&git_dir).unwrap() {
        let entry = entry.unwrap();
        fs::rename(entry.path(), project.root().join(entry.file_name())).unwrap();
    }
    fs::remove_dir(&git_dir).unwrap();
    project.write("config", &settings(&evil, "/nonexistent"));
    project.write(".gitattributes", "* filter=evil diff=evil\n");
    let lint = project.run(&["lint"]);
    assert!(lint.err.contains("error[suspect]") && !lint.err.contains("Ann Engineer"), "{lint}");
    assert!(!outside.path().join("ran").exists());
}

#[test]
fn a_git_that_the_project_brings_along_is_never_run() {
    let (project, outside) = (changed(&[]), tempfile::tempdir().unwrap());
    for folder in [".", "bin", "content"] {
        let from = program(outside.path(), "git");
        fs::create_dir_all(project.path(folder)).unwrap();
        fs::copy(from, project.path(folder).join("git")).unwrap();
    }
    symlink(project.path("bin"), outside.path().join("linked")).unwrap();
    let (root, linked) = (project.root().display(), outside.path().join("linked"));
    for path in [
        ".:/usr/local/bin:/usr/bin".to_owned(),
        format!(":bin:{root}:{root}/bin:{}:/usr/local/bin:/usr/bin:/bin", linked.display()),
    ] {
        let lint = read_all(&project, &[("PATH", &path)], outside.path());
        assert!(lint.err.contains(SIGNED), "{lint}");
    }
    let mut nowhere = project.command(&["lint"]);
    let lint = project.finish(&nowhere.env("PATH", format!(".:{root}/bin")).output().unwrap());
    assert!(lint.err.contains("no program `git` was found in PATH outside the project"), "{lint}");
    assert!(!outside.path().join("ran").exists());
}

#[test]
fn no_variable_of_the_environment_reaches_git() {
    let (project, outside) = (changed(&[]), tempfile::tempdir().unwrap());
    let evil = program(outside.path(), "evil");
    let other = changed(&[]);
    let config = outside.path().join("config");
    fs::write(&config, settings(&evil, "/nonexistent")).unwrap();
    let (config, other) = (config.display().to_string(), other.path(".git").display().to_string());
    let env = [
        ("GIT_DIR", other.as_str()),
        ("GIT_WORK_TREE", "/"),
        ("GIT_CONFIG_GLOBAL", &config),
        ("GIT_CONFIG_SYSTEM", &config),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "core.fsmonitor"),
        ("GIT_CONFIG_VALUE_0", &evil),
        ("GIT_EXTERNAL_DIFF", &evil),
        ("GIT_PAGER", &evil),
        ("PAGER", &evil),
        ("GIT_EDITOR", &evil),
        ("GIT_SSH_COMMAND", &evil),
        ("GIT_ASKPASS", &evil),
        ("GIT_EXEC_PATH", "/nonexistent"),
        ("GIT_OBJECT_DIRECTORY", "/nonexistent"),
        ("GIT_INDEX_FILE", "/nonexistent"),
        ("GIT_TRACE2_EVENT", &config),
        ("GIT_ATTR_SOURCE", "HEAD"),
    ];
    let lint = read_all(&project, &env, outside.path());
    assert!(lint.err.contains(SIGNED), "{lint}");
}

#[test]
fn replaced_and_grafted_objects_do_not_change_who_wrote_what() {
    let project = changed(&[]);
    let mut forged = surroundings::git();
    forged.args(["-c", "user.name=Len Lawyer", "-c", "user.email=len@example.com"]);
    forged.args(["commit-tree", "HEAD^{tree}", "-m", "First"]).current_dir(project.root());
    let forged = String::from_utf8(forged.output().unwrap().stdout).unwrap();
    git(project.root(), &["replace", "HEAD", forged.trim()]);
    project.write(".git/info/grafts", &format!("{}\n", forged.trim()));
    let lint = project.run(&["lint"]);
    assert!(lint.err.contains(SIGNED) && !lint.err.contains("Len Lawyer"), "{lint}");
}

#[test]
fn usual_repositories_name_the_authors() {
    // Of another user, as in a container: nobody has to be trusted, because no setting is read.
    let others = changed(&[]);
    for path in [others.root().to_owned(), others.path(".git"), others.path(".git/config")] {
        let owner =
            (Some(rustix::fs::Uid::from_raw(65534)), Some(rustix::fs::Gid::from_raw(65534)));
        // Only root can give files away; for others, the repository is their own.
        let _ = rustix::fs::chown(&path, owner.0, owner.1);
    }
    let sha256 = changed(&["--object-format=sha256"]);
    let packed = changed(&[]);
    git(packed.root(), &["gc", "--quiet"]);
    git(packed.root(), &["pack-refs", "--all"]);
    for (name, project) in [("another user", others), ("sha256", sha256), ("packed", packed)] {
        let lint = project.run(&["lint", "--since", "main"]);
        assert!(lint.err.contains(SIGNED), "{name}: {lint}");
        assert!(!lint.err.contains("cannot compare"), "{name}: {lint}");
    }
}

#[test]
fn clones_work_trees_and_submodules_name_the_authors() {
    let (origin, project) = (changed(&[]), Project::empty());
    let from = format!("file://{}", origin.root().display());
    let shared = origin.root().display().to_string();
    git(project.root(), &["clone", "--quiet", "--depth", "1", &from, "shallow"]);
    git(project.root(), &["clone", "--quiet", "--shared", &shared, "shared"]);
    git(project.root(), &["clone", "--quiet", "--reference", &shared, &from, "reference"]);
    git(origin.root(), &["worktree", "add", "--quiet", project.path("tree").to_str().unwrap()]);
    git(project.root(), &["init", "--quiet", "outer"]);
    git(&project.path("outer"), &["submodule", "--quiet", "add", &from, "sub"]);
    for folder in ["shallow", "shared", "reference", "tree", "outer/sub"] {
        change(&project, &format!("{folder}/"));
        let lint = project.run(&["--root", folder, "lint", "--since", "HEAD"]);
        assert!(lint.err.contains(SIGNED), "{folder}: {lint}");
        assert!(!lint.err.contains("cannot compare"), "{folder}: {lint}");
    }
}

/// A repository whose objects are links to those of another one: its folders, or the files in them.
fn borrowed(project: &Project, to: &str, links_files: bool) {
    let head = std::fs::read_to_string(format!("{to}/refs/heads/main")).unwrap();
    project.write(".git/HEAD", &head);
    project.write(".git/refs/heads/x", &head);
    for folder in std::fs::read_dir(format!("{to}/objects")).unwrap() {
        let folder = folder.unwrap().path();
        let here = project.path(".git/objects").join(folder.file_name().unwrap());
        if !links_files {
            std::fs::create_dir_all(here.parent().unwrap()).unwrap();
            symlink(&folder, &here).unwrap();
            continue;
        }
        std::fs::create_dir_all(&here).unwrap();
        for object in std::fs::read_dir(&folder).unwrap() {
            let object = object.unwrap().path();
            symlink(&object, here.join(object.file_name().unwrap())).unwrap();
        }
    }
}

#[test]
fn the_history_of_another_repository_is_not_shown() {
    let secret = changed(&[]);
    let secret_git = secret.path(".git").display().to_string();
    type Lead = fn(&Project, &str);
    // Where the last column is false, there is simply no such revision.
    let leads: [(Lead, bool); 7] = [
        (|project, to| project.write(".git", &format!("gitdir: {to}\n")), true),
        (|project, to| symlink(to, project.path(".git")).unwrap(), true),
        (
            |project, to| {
                project.write("trees/x/commondir", to);
                project.write("trees/x/gitdir", "../../.git\n");
                project.write("trees/x/HEAD", "ref: refs/heads/main\n");
                project.write(".git", "gitdir: trees/x\n");
            },
            true,
        ),
        (
            |project, to| {
                project.write(".git/commondir", to);
                project.write(".git/HEAD", "ref: refs/heads/main\n");
            },
            false,
        ),
        (
            |project, to| {
                project.write(".git/HEAD", "ref: refs/heads/main\n");
                symlink(format!("{to}/objects"), project.path(".git/objects")).unwrap();
                symlink(format!("{to}/refs"), project.path(".git/refs")).unwrap();
            },
            true,
        ),
        (|project, to| borrowed(project, to, false), true),
        (|project, to| borrowed(project, to, true), true),
    ];
    for (lead, has_reason) in leads {
        let project = project_at("https://service.example.com", CHECKS);
        change(&project, "");
        lead(&project, &secret_git);
        let lint = project.run(&["lint", "--since", "HEAD"]);
        assert_eq!(lint.code, Some(2), "{lint}");
        assert!(!lint.err.contains("Ann Engineer"), "{lint}");
        assert!(lint.err.contains("cannot compare with `HEAD`"), "{lint}");
        let reasons = ["leads to a repository that does not belong to this folder", "is a link"];
        let is_told = reasons.iter().any(|one| lint.err.contains(one));
        assert_eq!(is_told, has_reason, "{lint}");
    }
}
