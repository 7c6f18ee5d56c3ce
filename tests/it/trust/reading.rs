//! Whatever is found where a file is expected, it is reported, and nothing waits for it or fills the memory.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use crate::harness::Project;
use crate::trust::files::{Counted, bounded, run_by};

/// Puts something at a path that is not a readable file.
type Odd = (&'static str, fn(&Path));

const ODD: [Odd; 6] = [
    ("a link to a device without an end", |path| symlink("/dev/zero", path).unwrap()),
    ("a pipe", |path| {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, path, mode).unwrap();
    }),
    ("a socket", |path| drop(UnixListener::bind(path).unwrap())),
    ("a folder", |path| fs::create_dir(path).unwrap()),
    ("a link to a file that waits", |path| symlink("/proc/kmsg", path).unwrap()),
    ("a huge file", |path| fs::File::create(path).unwrap().set_len(1 << 40).unwrap()),
];

fn put(project: &Project, file: &str, odd: fn(&Path)) {
    let path = project.path(file);
    if path.is_dir() {
        fs::remove_dir_all(&path).unwrap();
    } else {
        let _ = fs::remove_file(&path);
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    odd(&path);
}

#[test]
fn a_source_that_is_not_a_file_is_a_mistake_with_its_place() {
    let service = Counted::start("Hello");
    for (what, odd) in ODD {
        for file in [
            "avouch.yaml",
            "content/security.md",
            "content/sub-processors.yaml",
            "checks/claim.yaml",
            "attestations/claim.yaml",
            "waivers/claim.yaml",
            "templates/policy.html",
            "ca.pem",
            "tenants.jsonl",
        ] {
            // Folders with the name of a policy are folders.
            if what == "a folder" && file.contains('/') && file != "content/sub-processors.yaml" {
                continue;
            }
            let project = service.project();
            let more = "roots: [ca.pem]\ntenants: tenants.jsonl\n";
            if !file.contains('/') && file != "avouch.yaml" {
                project.write("avouch.yaml", &(project.read("avouch.yaml") + more));
            }
            put(&project, file, odd);
            let run = bounded(&project, &["check"]);
            let at = format!("{what} at {file}: {run}");
            assert_eq!(run.code, Some(2), "{at}");
            assert!(run.err.contains(file), "{at}");
            assert!(run.err.contains("help: "), "{at}");
            assert_eq!(service.asked(), 0, "{at}");
        }
    }
}

#[test]
fn stored_evidence_that_is_not_a_file_is_refused_by_every_verb_that_reads_it() {
    let service = Counted::start("Hello");
    let project = service.built();
    service.asked();
    for (what, odd) in ODD {
        put(&project, "assessment.json", odd);
        for args in [
            &["build", "--assessment", "assessment.json"][..],
            &["check", "--reuse", "assessment.json", "--out", "other.json"],
            &["retract"],
        ] {
            let run = bounded(&project, args);
            let at = format!("{what}, {args:?}: {run}");
            assert_eq!(run.code, Some(2), "{at}");
            assert!(run.err.contains("assessment.json` is not a usable assessment: it is"), "{at}");
            assert!(run.err.contains("help: "), "{at}");
            assert_eq!(service.asked(), 0, "{at}");
        }
        let run = bounded(&project, &["check"]);
        // A huge file is a regular one, and it is replaced.
        let code = if what == "a huge file" { 0 } else { 2 };
        assert_eq!(run.code, Some(code), "{what}: {run}");
        assert_eq!(service.asked() > 0, code == 0, "{what}: {run}");
    }
}

#[test]
fn a_published_page_that_is_not_a_file_is_refused_by_every_verb_that_reads_it() {
    let service = Counted::start("Hello");
    for (what, odd) in ODD {
        let project = service.built();
        service.asked();
        put(&project, "public/claims.json", odd);
        for args in [
            &["build", "--previous", "public/claims.json", "--out", "other"][..],
            &["lint", "--since", "public/claims.json"],
            &["monitor", "public/claims.json"],
            &["retract"],
        ] {
            let run = bounded(&project, args);
            assert_eq!(run.code, Some(2), "{what}, {args:?}: {run}");
            assert!(run.err.contains("error: "), "{what}, {args:?}: {run}");
        }
        assert_eq!(service.asked(), 0, "{what}");
        // Whatever the old page recorded is unknown, and a check goes on without it.
        let run = bounded(&project, &["check"]);
        assert_eq!(run.code, Some(0), "{what}: {run}");
        service.asked();
    }
}

#[test]
fn retract_reads_no_file_through_a_link() {
    let service = Counted::start("Hello");
    let project = service.built();
    fs::write(project.path("secret"), "not to be published").unwrap();
    fs::remove_file(project.path("public/robots.txt")).unwrap();
    symlink("../secret", project.path("public/robots.txt")).unwrap();
    let run = bounded(&project, &["retract"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("`robots.txt`: it is a link, not a regular file"), "{run}");
}

#[test]
fn names_that_are_not_utf_8_are_reported_or_used_as_they_are() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let other = |name: &[u8]| OsStr::from_bytes(name).to_owned();
    let service = Counted::start("Hello");
    for (folder, extension) in [
        ("content", "md"),
        ("checks", "yaml"),
        ("attestations", "yaml"),
        ("waivers", "yaml"),
        ("templates", "html"),
    ] {
        let project = service.project();
        let mut name = b"a\xff.".to_vec();
        name.extend(extension.as_bytes());
        fs::create_dir_all(project.path(folder)).unwrap();
        fs::write(project.path(folder).join(other(&name)), "x").unwrap();
        let run = bounded(&project, &["lint"]);
        assert_eq!(run.code, Some(2), "{folder}: {run}");
        let expected = "the name of this file is not UTF-8";
        assert!(run.err.contains(expected) || run.out.contains(expected), "{folder}: {run}");
    }
    // As arguments, and as the names of folders around the project.
    let project = service.project();
    let inner = project.root().join(other(b"pro\xe9ject"));
    fs::create_dir(&inner).unwrap();
    for name in ["avouch.yaml", "content", "checks"] {
        fs::rename(project.path(name), inner.join(name)).unwrap();
    }
    let site = other(b"si\xfete");
    let run = |args: &[&OsStr]| {
        let mut command = run_by(&project, &[], &[]);
        let run = project.finish(&command.arg("--root").arg(&inner).args(args).output().unwrap());
        crate::trust::files::no_panic(&run, "other bytes");
        run
    };
    let built = run(&["build".as_ref(), "--out".as_ref(), &site]);
    assert_eq!(built.code, Some(0), "{built}");
    assert!(inner.join(&site).join("index.html").is_file());
    let mut report = other(b"json=");
    report.push(other(b"re\xffport"));
    let checked =
        run(&["check".as_ref(), "--out".as_ref(), &other(b"as\xff"), "--report".as_ref(), &report]);
    assert!(inner.join(other(b"as\xff")).is_file() || checked.code == Some(2), "{checked}");
    let claim = run(&["check".as_ref(), &other(b"cla\xffim")]);
    assert_eq!(claim.code, Some(2), "{claim}");
    fs::write(inner.join(&site).join(other(b"fo\xfereign")), "x").unwrap();
    let again = run(&["build".as_ref(), "--out".as_ref(), &site]);
    assert_eq!(again.code, Some(2), "{again}");
    assert!(again.err.contains("files that Avouch did not write"), "{again}");
}
