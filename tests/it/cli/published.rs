//! A schedule that stopped: the page that is out is asked whether its evidence is about to end.

use crate::harness::Project;

const PAGE: [&str; 2] = ["monitor", "public"];

/// Publishes the demo's page, checked at a given time; the page is looked at with the real clock.
fn published(hours_ago: i64) -> Project {
    let project = Project::built();
    let page = project.read("public/claims.json");
    let mut page: serde_json::Value = serde_json::from_str(&page).unwrap();
    let earlier = |time: &mut serde_json::Value| {
        let at: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
        *time = (at - jiff::SignedDuration::from_hours(hours_ago)).to_string().into();
    };
    for claim in page["claims"].as_array_mut().unwrap() {
        earlier(&mut claim["until"]);
    }
    project.write("public/claims.json", &page.to_string());
    project
}

#[test]
fn a_fresh_page_is_fine_without_sources() {
    let project = published(0);
    for name in ["avouch.yaml", "content/security.md"] {
        std::fs::remove_file(project.path(name)).unwrap();
    }
    let run = project.run(&PAGE);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.out.contains("valid until"), "{run}");
}

#[test]
fn evidence_that_is_about_to_end_fails_before_it_ends() {
    let project = published(20);
    let run = project.run(&PAGE);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("tenant-isolation expires soon, "), "{run}");
    let run = project.run(&[&PAGE[..], &["--within", "1h"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let project = published(30);
    let run = project.run(&[&PAGE[..], &["--within", "1h"]].concat());
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.out.contains("tenant-isolation has expired, "), "{run}");
}

#[test]
fn a_page_that_is_not_there_is_an_error() {
    let project = Project::empty();
    for page in ["public", "http://127.0.0.1:9", "https://"] {
        let run = project.run(&["monitor", page]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains("error: "), "{run}");
    }
}
