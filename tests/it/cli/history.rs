//! What changed since the page that was published last: carried forward, told, and never by the
//! clock of a build.

use serde_json::Value;

use crate::harness::{Project, Run};
use crate::surroundings;

/// A project whose page is published once, with its evidence in `assessment.json`.
fn published() -> Project {
    let project = Project::built();
    project.keep();
    project
}

impl Project {
    /// Keeps what is published as what was published last.
    fn keep(&self) {
        std::fs::copy(self.path("public/claims.json"), self.path("last.json")).unwrap();
    }

    /// Builds again from the same evidence, after the page that was published last.
    fn rebuild(&self) -> Run {
        let run =
            self.run(&["build", "--assessment", "assessment.json", "--previous", "last.json"]);
        assert_eq!(run.code, Some(0), "{run}");
        run
    }

    fn claims(&self) -> Value {
        serde_json::from_str(&self.read("public/claims.json")).unwrap()
    }

    /// Changes the page that was published last.
    fn last(&self, edit: impl Fn(&mut Value)) {
        let mut last: Value = serde_json::from_str(&self.read("last.json")).unwrap();
        edit(&mut last);
        self.write("last.json", &last.to_string());
    }
}

fn claim<'a>(page: &'a mut Value, id: &str) -> &'a mut Value {
    let claims = page["claims"].as_array_mut().unwrap();
    claims.iter_mut().find(|claim| claim["id"] == id).unwrap()
}

#[test]
fn a_page_after_itself_is_the_same_to_the_byte() {
    let project = published();
    let first = project.files("public");
    project.rebuild();
    assert!(project.files("public") == first);
}

#[test]
fn a_verdict_that_changed_is_on_the_page_in_the_feed_and_in_the_history() {
    let project = published();
    project.last(|last| {
        last["checked"] = "2026-01-02T03:04:05Z".into();
        let claim = claim(last, "tenant-isolation");
        claim["standing"] = "violated".into();
        claim["until"] = Value::Null;
        claim["history"] = serde_json::json!([
            { "since": "2026-01-01T00:00:00Z", "standing": "holds" },
            { "since": "2026-01-02T00:00:00Z", "standing": "violated" },
        ]);
    });
    project.rebuild();
    let mut page = project.claims();
    let history = claim(&mut page, "tenant-isolation")["history"].clone();
    let observed = claim(&mut page, "tenant-isolation")["observed"].as_str().unwrap().to_owned();
    assert_eq!(history.as_array().unwrap().len(), 3, "{history}");
    assert_eq!(history[2], serde_json::json!({ "since": observed, "standing": "holds" }));
    let evidence = project.read("public/evidence/tenant-isolation/index.html");
    assert!(evidence.contains("2 Jan 2026, 00:00 UTC"), "{evidence}");
    assert_eq!(evidence.matches("<rect class=").count(), 3);
    assert!(evidence.contains("<svg class=\"timeline\" role=\"img\" aria-label=\"From 1 Jan 2026"));
    assert!(!evidence.contains("style=\""));
    let feed = project.read("public/feed.xml");
    let id = format!("evidence/tenant-isolation/#stood-{observed}</id>");
    assert!(feed.contains(&id), "{feed}");
    assert!(feed.contains("<title>Failed: One customer"), "{feed}");
}

#[test]
fn a_change_of_what_is_promised_is_on_the_page_and_stays_in_the_feed() {
    let project = published();
    project.last(|last| {
        claim(last, "backup-daily")["words"] = "Customer data is safe.".into();
        claim(last, "tenant-isolation")["basis"] = "probed".into();
    });
    project.rebuild();
    let policy = project.read("public/security/index.html");
    assert!(policy.contains("<h2 id=\"page-changes\">Changes</h2>"));
    assert!(
        policy.contains("The basis changed from “probed” to “probed with access”."),
        "{policy}"
    );
    assert!(policy.contains("<del>safe</del>"), "{policy}");
    let feed = project.read("public/feed.xml");
    assert!(feed.contains("<title>Weakened: One customer"), "{feed}");
    assert!(feed.contains("<title>Reworded: "), "{feed}");
    project.keep();
    project.rebuild();
    assert_eq!(project.read("public/feed.xml"), feed);
}

#[test]
fn words_that_were_retracted_do_not_come_back_unless_somebody_says_why() {
    let project = published();
    let words = claim(&mut project.claims(), "privacy-policy")["words"].clone();
    project.last(|last| {
        last["retracted"] = serde_json::json!([
            { "id": "privacy-policy", "words": words, "at": "2026-01-02T03:04:05Z" },
        ]);
        last["claims"].as_array_mut().unwrap().retain(|claim| claim["id"] != "privacy-policy");
    });
    let before = project.files("public");
    let build = ["build", "--assessment", "assessment.json", "--previous", "last.json"];
    let run = project.run(&build);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("error[retracted-words]"), "{run}");
    assert!(run.err.contains("--> content/"), "{run}");
    assert!(run.err.contains("2 Jan 2026, 03:04 UTC"), "{run}");
    assert!(project.files("public") == before);
    project.edit(
        "checks/privacy-policy.yaml",
        "valid_for:",
        "reinstated: It is there again.\nvalid_for:",
    );
    project.rebuild();
    assert!(
        project
            .read("public/feed.xml")
            .contains("This claim was withdrawn earlier and is made again.")
    );
}

#[test]
fn a_page_to_go_on_from_that_is_missing_or_broken_is_told_and_nothing_is_asked() {
    let project = published();
    let before = project.files("public");
    project.write("broken.json", "{\"schema\": ");
    project.write("other.json", "{\"schema\": \"avouch-assessment/1\"}");
    project.write("half.json", "{\"schema\": \"avouch-claims/1\"}");
    for (file, why) in [
        ("gone.json", "No such file"),
        ("broken.json", "it is not JSON"),
        ("other.json", "its schema is `avouch-assessment/1`"),
        ("half.json", "missing field"),
        ("http://example.com/claims.json", "is not an `https:` address"),
        ("http://127.0.0.1:9/claims.json", "refused"),
    ] {
        let run = project.run(&["build", "--previous", file]);
        assert_eq!(run.code, Some(2), "{file}: {run}");
        assert!(run.err.contains(&format!("cannot continue the history of `{file}`")), "{run}");
        assert!(run.err.contains(why), "{file}: {run}");
        assert!(run.err.contains("help: name the `claims.json`"), "{run}");
        assert_eq!(run.out, "", "{run}");
    }
    assert!(project.files("public") == before);
}

#[test]
fn the_page_that_was_published_last_is_fetched_from_its_address() {
    use std::io::{Read as _, Write as _};
    let project = published();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/claims.json", listener.local_addr().unwrap());
    let body = project.read("last.json");
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 1024];
        let count = stream.read(&mut asked).unwrap();
        assert!(asked[..count].starts_with(b"GET /claims.json HTTP/1.1"));
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    });
    let first = project.files("public");
    let run = project.run(&["build", "--assessment", "assessment.json", "--previous", &address]);
    assert_eq!(run.code, Some(0), "{run}");
    server.join().unwrap();
    assert!(project.files("public") == first);
}

#[test]
fn a_page_about_another_sort_of_service_or_of_a_later_time_is_not_followed() {
    let project = published();
    let build = ["build", "--assessment", "assessment.json", "--previous", "last.json"];
    project.last(|last| last["target"]["demo"] = false.into());
    let run = project.run(&build);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(
        run.err.contains("is about a live service, and this one about the demo add-on"),
        "{run}"
    );
    project.keep();
    project.last(|last| last["checked"] = "2999-01-01T00:00:00Z".into());
    let run = project.run(&build);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("was checked at 2999-01-01T00:00:00Z, after this evidence"), "{run}");
}

fn git(project: &Project, args: &[&str]) {
    let mut command = surroundings::git();
    command.args(["-c", "user.name=A Lawyer", "-c", "user.email=a@example.com"]);
    command.args(["-c", "init.defaultBranch=main"]);
    let output = command.args(args).current_dir(project.root()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A project whose sources are committed.
fn committed() -> Project {
    let project = Project::own();
    git(&project, &["init", "-q"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "First"]);
    project
}

/// Each change as `effect claim`, from a report in JSON.
fn effects(run: &Run) -> Vec<String> {
    let changes = run.json()["changes"].as_array().unwrap().clone();
    let line = |one: &Value| {
        let text = |key: &str| one[key].as_str().unwrap_or("-").to_owned();
        format!("{} {}", text("effect"), text("claim"))
    };
    changes.iter().map(line).collect()
}

#[test]
fn nothing_changed_since_the_page_that_was_just_published_whatever_is_asked() {
    let project = published();
    for target in ["demo", "https://addon.example.com"] {
        let lint = ["lint", "--since", "last.json", "--format", "json", "--target", target];
        let run = project.run(&lint);
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(effects(&run), Vec::<String>::new(), "{run}");
    }
}

#[test]
fn lint_names_each_change_since_a_revision_by_its_effect_worst_first() {
    let project = committed();
    project.edit("checks/backup-daily.yaml", "24h", "72h");
    for file in ["content/security.md", "checks/backup-daily.yaml"] {
        project.edit(file, "24 hours", "72 hours");
        project.edit(file, "backed up every day", "backed up every three days");
    }
    project.edit(
        "content/security.md",
        "[One customer of our cloud add-ons can never reach another customer's data.](../checks/tenant-isolation.yaml)",
        "",
    );
    std::fs::remove_file(project.path("checks/tenant-isolation.yaml")).unwrap();
    let run = project.run(&["lint", "--since", "HEAD", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{run}");
    let told = effects(&run);
    let weakened = told.iter().position(|one| one == "weakened backup-daily").unwrap();
    let retracted = told.iter().position(|one| one == "retracted tenant-isolation").unwrap();
    let reworded = told.iter().position(|one| one == "reworded backup-daily").unwrap();
    assert!(weakened < retracted && retracted < reworded, "{told:?}");
    let text = project.run(&["lint", "--since", "HEAD"]);
    assert!(text.out.contains("from at most 24 hours to at most 3 days."), "{text}");
    assert!(text.out.contains("\n  --> content/security.md:"), "{text}");
    assert!(text.out.starts_with("weakened: "), "{text}");
    assert!(text.err.contains("of them weaken a promise"), "{text}");
}

#[test]
fn an_endpoint_that_is_dropped_and_an_older_protocol_are_weakenings() {
    let project = committed();
    let version = |from: &str, to: &str| {
        project.edit("checks/encrypted-transport.yaml", from, to);
        project.edit("content/security.md", from, to);
    };
    version("TLS 1.2", "TLS 1.3");
    git(&project, &["commit", "-q", "-a", "-m", "Second"]);
    version("TLS 1.3", "TLS 1.2");
    project.edit("checks/auth-required.yaml", "      - get: /stats\n", "");
    let run = project.run(&["lint", "--since", "HEAD", "--format", "json"]);
    let told = effects(&run);
    assert!(told.contains(&"weakened auth-required".to_owned()), "{told:?} {run}");
    assert!(told.contains(&"weakened encrypted-transport".to_owned()), "{told:?} {run}");
    assert_eq!(run.out.matches("GET /stats").count(), 1, "{run}");
    assert!(run.out.contains("was lowered from at least TLS 1.3 to at least TLS 1.2"), "{run}");
}

#[test]
fn lint_refuses_words_that_were_retracted() {
    let project = published();
    let words = claim(&mut project.claims(), "backup-daily")["words"].clone();
    project.last(|last| {
        last["retracted"] = serde_json::json!([
            { "id": "old", "words": words, "at": "2026-01-02T03:04:05Z" },
        ]);
    });
    let run = project.run(&["lint", "--since", "last.json"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("error[retracted-words]"), "{run}");
}

#[test]
fn what_cannot_be_compared_with_is_told() {
    let project = committed();
    for (before, why) in [
        ("nothing", "there is no such file, and Git has no such revision"),
        ("--help", "there is no such file, and Git has no such revision"),
        ("avouch.yaml", "it is not JSON"),
    ] {
        let run = project.run(&["lint", &format!("--since={before}")]);
        assert_eq!(run.code, Some(2), "{before}: {run}");
        assert!(run.err.contains(why), "{before}: {run}");
    }
    let outside = Project::own();
    assert_eq!(outside.run(&["lint", "--since", "HEAD"]).code, Some(2));
}

/// A project whose one policy was committed in these versions of its second paragraph.
fn with_versions(paragraphs: &[&str]) -> Project {
    let project = Project::own();
    project.edit("avouch.yaml", "site:\n", "site:\n  versions: true\n");
    git(&project, &["init", "-q"]);
    let policy = project.read("content/privacy.md");
    for (index, paragraph) in paragraphs.iter().enumerate() {
        project.write("content/privacy.md", &format!("{policy}\n{paragraph}\n"));
        git(&project, &["add", "."]);
        let date = format!("2026-01-{:02}T12:00:00Z", index + 1);
        git(&project, &["commit", "-q", "--allow-empty", "-m", "x", "--date", &date]);
    }
    project
}

const PRIVACY: &str = "public/versions/privacy/index.html";

fn build(project: &Project) {
    let run = project.run(&["build"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn earlier_versions_of_a_policy_stand_beside_it_with_a_redline_of_words() {
    let project = with_versions(&[
        "See *our* desk for more.",
        "See *our*\ndesk for more.",
        "See our desk <!-- not for publication -->\nfor less.",
        "See our desk for nothing.",
    ]);
    project.edit("content/privacy.md", "nothing", "all");
    build(&project);
    let page = project.read(PRIVACY);
    assert_eq!(page.matches("<section class=\"version\">").count(), 3, "{page}");
    assert!(page.contains("<del>more</del><ins>less</ins>"), "{page}");
    assert!(page.contains("<del>less</del><ins>nothing</ins>"), "{page}");
    assert!(page.contains("<time datetime=\"2026-01-03\">3 Jan 2026</time>"), "{page}");
    assert!(page.contains("<time datetime=\"2026-01-01\">1 Jan 2026</time>"), "{page}");
    assert!(!page.contains("2026-01-02"), "{page}");
    assert!(!page.contains("not for publication"), "{page}");
    assert!(!page.contains("<ins>all"), "what is not committed is no version: {page}");
    let policy = project.read("public/privacy/index.html");
    assert!(policy.contains("../versions/privacy/index.html"), "{policy}");
    assert!(!project.path("public/versions/security/index.html").exists());
}

#[test]
fn versions_are_bounded_and_follow_a_file_that_was_renamed() {
    let many: Vec<String> = (1..=28).map(|number| format!("Word {number} ends here.")).collect();
    let project = with_versions(&many.iter().map(String::as_str).collect::<Vec<_>>());
    git(&project, &["mv", "content/privacy.md", "content/data.md"]);
    let links = project.files("content").into_keys();
    for file in links {
        let name = file.strip_prefix(project.root()).unwrap().to_str().unwrap().to_owned();
        project.write(&name, &project.read(&name).replace("privacy.md", "data.md"));
    }
    git(&project, &["commit", "-q", "-a", "-m", "Renamed"]);
    build(&project);
    let page = project.read("public/versions/data/index.html");
    assert_eq!(page.matches("<section class=\"version\">").count(), 20);
    assert!(page.contains("<del>27</del><ins>28</ins>"), "{page}");
    assert!(!page.contains("<del>8</del>"), "{page}");
}

#[test]
fn nothing_of_what_was_is_published_unless_the_project_says_so() {
    let project = with_versions(&["One word.", "Two words."]);
    project.edit("avouch.yaml", "  versions: true\n", "");
    build(&project);
    assert!(!project.path("public/versions").exists());
    let without_git = Project::own();
    without_git.edit("avouch.yaml", "site:\n", "site:\n  versions: true\n");
    build(&without_git);
    assert!(!without_git.path("public/versions").exists());
}

const PROCESSORS: &str = "sub_processors:
  - name: Example Hosting
    purpose: hosts the <add-ons>
    data: all data | of customers
    where: Ireland
    since: 2026-01-01
    link: https://hosting.example.com/?a=1&b=2
";

#[test]
fn sub_processors_become_a_table_and_the_feed_tells_who_comes_and_goes() {
    let project = published();
    let policy = project.read("content/privacy.md");
    let link = "[Our sub-processors](sub-processors.yaml)";
    project.write("content/privacy.md", &format!("{policy}\n{link}\n"));
    project.write("content/sub-processors.yaml", PROCESSORS);
    project.rebuild();
    let page = project.read("public/privacy/index.html");
    assert!(page.contains("<caption>Our sub-processors</caption>"), "{page}");
    assert!(page.contains("<td>hosts the &lt;add-ons&gt;</td>"), "{page}");
    assert!(page.contains("href=\"https://hosting.example.com/?a=1&amp;b=2\""), "{page}");
    assert!(page.contains("<time datetime=\"2026-01-01\">1 Jan 2026</time>"), "{page}");
    let markdown = project.read("public/privacy/index.md");
    assert!(markdown.contains("| all data \\| of customers |"), "{markdown}");
    assert_eq!(project.claims()["sub_processors"][0]["where"], "Ireland");
    let feed = project.read("public/feed.xml");
    assert!(feed.contains("<title>New sub-processor: Example Hosting</title>"), "{feed}");
    project.keep();
    project.write("content/sub-processors.yaml", &PROCESSORS.replace("Ireland", "Norway"));
    project.rebuild();
    let feed = project.read("public/feed.xml");
    assert!(feed.contains("<title>Scope changed sub-processor: Example Hosting</title>"), "{feed}");
    project.keep();
    project.write("content/sub-processors.yaml", "sub_processors: []\n");
    project.rebuild();
    let feed = project.read("public/feed.xml");
    assert!(feed.contains("<title>Retracted sub-processor: Example Hosting</title>"), "{feed}");
    assert!(feed.contains("<title>New sub-processor: Example Hosting</title>"), "{feed}");
}
