//! What Avouch publishes, put to validators that are not ours; each is shown to reject a broken sample.

use std::path::PathBuf;

use crate::browser::Site;
use crate::harness::Project;
use crate::tools;

const NONE: [&str; 0] = [];

/// A file in a folder that is gone with this value.
struct Sample {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn sample(name: &str, text: &str) -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    Sample { _folder: folder, path }
}

#[test]
fn html_style_and_images_are_valid_for_the_nu_checker() {
    let sites = [Site::own(), Site::troubled()];
    let folders = sites.each_ref().map(Site::write);
    let files = sites.iter().zip(&folders).flat_map(|(site, folder)| {
        let paths = [".html", ".css", ".svg"].map(|ending| site.paths(ending)).concat();
        paths.into_iter().map(|path| folder.path().join(path))
    });
    assert_eq!(tools::nu_checker(&files.collect::<Vec<_>>()), NONE);
}

#[test]
fn the_nu_checker_rejects_broken_html_style_and_images() {
    let page = |body: &str| {
        format!("<!doctype html><html lang=\"en\"><head><title>a</title></head>{body}</html>")
    };
    let broken = [
        ("a.html", page("<body><p><div></p></body>"), "No “p” element in scope"),
        ("b.html", page("<body><p id=\"a\"></p><p id=\"a\"></p></body>"), "Duplicate ID"),
        ("a.css", "p { colour: red }".to_owned(), "colour"),
        ("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><p/></svg>".to_owned(), "Element “p”"),
    ];
    let samples = broken.each_ref().map(|(name, text, _)| sample(name, text));
    // All at once: starting the checker takes longer than what it does.
    let told = tools::nu_checker(&samples.each_ref().map(|sample| sample.path.clone()));
    for ((_, text, complaint), sample) in broken.iter().zip(&samples) {
        let file = sample.path.display().to_string();
        let about = told.iter().filter(|line| line.contains(&file));
        assert!(about.clone().any(|line| line.contains(complaint)), "{text}: {told:#?}");
    }
}

/// Every content security policy of a site, with the file that it stands in: pages, and what hosts
/// are told.
fn content_security_policies(site: &Site) -> Vec<(String, String)> {
    let of_file = |path: String| {
        let text = site.text(&path).replace("&#39;", "'");
        let after: Vec<&str> = text.split("Content-Security-Policy").skip(1).collect();
        let policy = |text: &str| {
            let text = &text[text.find("default-src").unwrap()..];
            text.split(['"', '\n']).next().unwrap().to_owned()
        };
        after.into_iter().map(|text| (path.clone(), policy(text))).collect::<Vec<_>>()
    };
    site.paths("").into_iter().flat_map(of_file).collect()
}

#[test]
fn the_content_security_policies_are_strict_for_the_evaluator() {
    let site = Site::own();
    let policies = content_security_policies(&site);
    for path in
        site.pages().iter().map(String::as_str).chain(["_headers", ".htaccess", "vercel.json"])
    {
        assert!(policies.iter().any(|(one, _)| one == path), "{path} has no policy");
    }
    let policies: Vec<&str> = policies.iter().map(|(_, policy)| policy.as_str()).collect();
    assert_eq!(tools::csp_evaluator(&policies), NONE);
}

#[test]
fn the_evaluator_rejects_a_policy_that_lets_anything_in() {
    for (policy, complaint) in [
        ("default-src 'none'; script-src 'self' 'unsafe-inline'", "unsafe-inline"),
        ("default-src 'none'; script-src *", "script-src *"),
        ("script-src 'self'", "object-src"),
    ] {
        let told = tools::csp_evaluator(&[policy]).join("\n");
        assert!(told.contains(complaint), "{policy}: {told}");
    }
}

#[test]
fn the_claims_are_what_their_schema_says() {
    for site in [Site::own(), Site::troubled()] {
        let folder = site.write();
        let [schema, claims] =
            ["claims.schema.json", "claims.json"].map(|path| folder.path().join(path));
        assert_eq!(tools::ajv(&schema, &[&claims]), NONE);
    }
}

#[test]
fn the_schema_rejects_claims_that_lack_something_or_say_it_wrongly() {
    let site = Site::own();
    let schema = sample("claims.schema.json", &site.text("claims.schema.json"));
    let claims = site.text("claims.json");
    let checked = claims.split("\"checked\": \"").nth(1).unwrap().split('"').next().unwrap();
    for (from, to, complaint) in [
        ("\"standing\": \"holds\"", "\"standing\": \"fine\"", "/standing: must be equal to one of"),
        ("\"words\":", "\"word\":", "must have required property 'words'"),
        (checked, "today", "/checked: must match format"),
    ] {
        assert!(claims.contains(from), "{from}");
        let broken = sample("claims.json", &claims.replacen(from, to, 1));
        let told = tools::ajv(&schema.path, &[&broken.path]).join("\n");
        assert!(told.contains(complaint), "{to}: {told}");
    }
}

#[test]
fn the_feed_is_read_whole_by_a_reader_of_feeds() {
    let site = Site::own();
    let feed = sample("feed.xml", &site.text("feed.xml"));
    let read = tools::feedparser(&feed.path);
    assert_eq!(read["trouble"], serde_json::Value::Null, "{read}");
    assert_eq!(read["version"], "atom10");
    assert_eq!(read["feed"]["title"], "RefinedWiki security");
    let entries = read["entries"].as_array().unwrap();
    for policy in ["security", "privacy", "disclosure"] {
        let address = format!("https://security.refinedwiki.com/{policy}/");
        let entry = entries.iter().find(|entry| entry["link"] == address.as_str());
        let entry = entry.unwrap_or_else(|| panic!("{policy} is not in the feed: {read}"));
        for field in ["id", "title", "updated", "summary"] {
            assert!(entry[field].is_string(), "{policy} has no {field}: {entry}");
        }
    }
}

#[test]
fn the_reader_of_feeds_rejects_a_feed_that_is_cut_off() {
    let feed = Site::own().text("feed.xml");
    let (cut, _) = feed.split_at(feed.len() / 2);
    let read = tools::feedparser(&sample("feed.xml", cut).path);
    assert!(read["trouble"].is_string(), "{read}");
}

/// The `security.txt` of a project in which somebody has given their word for the contacts today.
fn security_txt() -> String {
    let project = Project::fixture("contacts");
    let looked = ["--role", "officer", "--looked-at", "a mail that we sent to it, and its answer"];
    let given = project.run(&[&["attest", "contacts"], &looked[..]].concat());
    assert_eq!(given.code, Some(0), "{given}");
    let built = project.run(&["build"]);
    assert_eq!(built.code, Some(0), "{built}");
    project.read("public/.well-known/security.txt")
}

const SECURITY_TXT: &str = "https://security.example.com/.well-known/security.txt";

#[test]
fn security_txt_is_valid_for_sectxt_where_it_stands() {
    let file = sample("security.txt", &security_txt());
    assert_eq!(tools::sectxt(&file.path, SECURITY_TXT), NONE);
    let elsewhere = tools::sectxt(&file.path, "https://www.example.com/security.txt").join("\n");
    assert!(elsewhere.contains("Canonical"), "{elsewhere}");
}

#[test]
fn sectxt_rejects_a_file_that_has_expired_or_names_nobody() {
    for (text, complaint) in [
        ("Contact: mailto:security@example.com\n", "'Expires' field must be present"),
        ("Expires: 2999-01-01T00:00:00Z\n", "'Contact' field must appear"),
        (
            "Contact: mailto:a@example.com\nExpires: 2020-01-01T00:00:00Z\n",
            "must not be in the past",
        ),
    ] {
        let file = sample("security.txt", text);
        let told = tools::sectxt(&file.path, SECURITY_TXT).join("\n");
        assert!(told.contains(complaint), "{text}: {told}");
    }
}
