//! Redirects between networks, in a network namespace: a service leads to where only this machine can go.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::harness::Project;
use crate::trust::hostile::dns;
use crate::trust::hostile::project::{Judged, bounded, judge, name, project};
use crate::trust::hostile::secure::{Authority, Log, config, http, redirect, serve};
use crate::trust::namespace::entered;

const TIME_MAX: Duration = Duration::from_secs(60);

/// Public addresses, two private ones, and that of the metadata service of a cloud.
const ADDRESSES: [&str; 5] =
    ["93.184.216.34/32", "93.184.216.35/32", "10.0.0.7/32", "192.168.5.5/32", "169.254.169.254/32"];

const ZONE: &str = "\
public.test. A 93.184.216.34
other.test. A 93.184.216.35
meta.test. A 169.254.169.254
local.test. A 127.0.0.1
inner.test. A 10.0.0.7
inner2.test. A 192.168.5.5
mixed.test. A 93.184.216.35
mixed.test. A 10.0.0.7
";

/// Servers at all addresses: `/N` redirects to the address with that number, and any other path has a value.
struct World {
    root: String,
    resolver: std::net::SocketAddr,
    log: Log,
}

impl World {
    fn start(to: &'static [&'static str]) -> Self {
        let authority = Authority::new();
        let log: Log = Arc::new(Mutex::new(Vec::new()));
        let names = ["public", "other", "meta", "local", "inner", "inner2", "mixed"];
        let names = names.map(|name| format!("{name}.test"));
        let identity = authority.identity(&names.each_ref().map(String::as_str), |_| {});
        let answer = move |received: &crate::trust::hostile::secure::Received| {
            let number = received.path().split('/').nth(1).and_then(|path| path.parse().ok());
            match number.and_then(|number: usize| to.get(number)) {
                Some(to) => redirect(to),
                None => http(200, "Content-Type: text/plain\r\n", "value"),
            }
        };
        serve("0.0.0.0:443", Some(config(identity)), &log, answer);
        serve("0.0.0.0:80", None, &log, answer);
        Self { root: authority.pem, resolver: dns::serve_zone(ZONE), log }
    }

    /// A project with one claim for each redirect: its answer has the value.
    fn project(&self, target: &str, count: usize, request: &str) -> Project {
        let check = |number: usize| {
            let step = format!(
                "{{ name: it, get: /{number}, {request}expect: {{ status: 200, text: value }} }}"
            );
            (name(number), format!("- {{ kind: http, steps: [{step}] }}\n"))
        };
        let checks: Vec<(String, String)> = (0..count).map(check).collect();
        let more = format!("resolver: {}\nroots: [root.pem]\n", self.resolver);
        let project = project(target, &more, &checks);
        project.write("root.pem", &self.root);
        project
    }

    /// The addresses that received a request with this path.
    fn at(&self, path: &str) -> Vec<String> {
        let log = self.log.lock().unwrap();
        let of_path = log.iter().filter(|one| one.path() == path);
        let mut all: Vec<String> = of_path.map(|one| one.at.ip().to_string()).collect();
        all.sort();
        all.dedup();
        all
    }
}

#[track_caller]
fn assert_all(judged: &Judged, cases: &[(&str, &str, &str)]) {
    let of = |(number, case): (usize, &(&str, &str, &str))| {
        let objection = judged.objection(&name(number), case.1, &[case.2])?;
        Some(format!("{}: {objection}", case.0))
    };
    let wrong: Vec<String> = cases.iter().enumerate().filter_map(of).collect();
    assert_eq!(wrong, Vec::<String>::new(), "{}", judged.run);
}

const FROM_PUBLIC: &[(&str, &str, &str)] = &[
    ("https://other.test/landing", "holds", ""),
    ("/landing", "holds", ""),
    ("https://meta.test/stolen", "violated", "from a public address to a link-local address"),
    ("https://local.test/stolen", "violated", "from a public address to a loopback address"),
    ("https://inner.test/stolen", "violated", "to an address of a private network"),
    ("https://mixed.test/stolen", "violated", "to an address of a private network"),
    ("https://169.254.169.254/stolen", "violated", "to a link-local address"),
    ("https://[::ffff:169.254.169.254]/stolen", "violated", "to a link-local address"),
    ("https://[64:ff9b::a9fe:a9fe]/stolen", "violated", "to a link-local address"),
    ("https://2852039166/stolen", "violated", "to a link-local address"),
    ("https://0x7f.1/stolen", "violated", "to a loopback address"),
    ("https://0/stolen", "violated", "to a loopback address"),
    ("https://[fd00::1]/stolen", "violated", "to an address of a private network"),
    ("https://224.0.0.1/stolen", "violated", "to an address for special purposes"),
    ("http://public.test/stolen", "violated", "from HTTPS to plain HTTP"),
    ("http://169.254.169.254/stolen", "violated", "from HTTPS to plain HTTP"),
    ("https://user:password@other.test/stolen", "violated", "a user name or a password"),
    ("https://other.test:22/stolen", "violated", "a port that is not for web pages"),
    ("file:///etc/passwd", "violated", "another scheme than HTTP and HTTPS"),
    ("https://nowhere.test/stolen", "inconclusive", "nowhere.test"),
];

#[test]
fn a_public_service_leads_nowhere_but_to_public_https() {
    let this = "trust::hostile::redirects::a_public_service_leads_nowhere_but_to_public_https";
    if !entered(this, &ADDRESSES) {
        return;
    }
    const TO: [&str; FROM_PUBLIC.len()] = {
        let mut to = [""; FROM_PUBLIC.len()];
        let mut index = 0;
        while index < to.len() {
            to[index] = FROM_PUBLIC[index].0;
            index += 1;
        }
        to
    };
    let world = World::start(&TO);
    let project = world.project("https://public.test", FROM_PUBLIC.len(), "redirects: 3, ");
    assert_all(&judge(&project, TIME_MAX), FROM_PUBLIC);
    assert_eq!(world.at("/stolen"), Vec::<String>::new());
    assert_eq!(world.at("/landing"), ["93.184.216.34", "93.184.216.35"]);
}

#[test]
fn a_private_service_may_lead_to_private_and_public_ones() {
    let this = "trust::hostile::redirects::a_private_service_may_lead_to_private_and_public_ones";
    if !entered(this, &ADDRESSES) {
        return;
    }
    let cases = [
        ("", "holds", "Connections to inner.test went to 10.0.0.7:443 (an address of a private"),
        ("", "holds", ""),
        ("", "violated", "from an address of a private network to a loopback address"),
        ("", "violated", "to a link-local address"),
    ];
    let world = World::start(&[
        "https://inner2.test/landing",
        "https://other.test/landing",
        "https://local.test/stolen",
        "https://169.254.169.254/stolen",
    ]);
    let project = world.project("https://inner.test", cases.len(), "redirects: 3, ");
    assert_all(&judge(&project, TIME_MAX), &cases);
    assert_eq!(world.at("/stolen"), Vec::<String>::new());
}

#[test]
fn the_page_names_the_address_that_really_answered() {
    let this = "trust::hostile::redirects::the_page_names_the_address_that_really_answered";
    if !entered(this, &ADDRESSES) {
        return;
    }
    let world = World::start(&["https://other.test/landing?token=private-0123#x"]);
    let project = world.project("https://public.test", 1, "redirects: 3, ");
    let run = bounded(&project, &["build"], TIME_MAX);
    assert_eq!(run.code, Some(0), "{run}");
    let page = project
        .files("public")
        .into_iter()
        .filter(|(path, _)| path.extension().is_some_and(|end| end == "html"));
    let page: String = page.map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect();
    assert!(page.contains("from https://other.test/landing after 1 redirect"), "{page}");
    assert!(!page.contains("private-0123"), "the query is not shown");
}

/// A name that was public when it was looked up first, and leads to the metadata service from then on.
#[test]
fn a_name_that_changes_its_address_leads_nowhere_else() {
    let this = "trust::hostile::redirects::a_name_that_changes_its_address_leads_nowhere_else";
    if !entered(this, &ADDRESSES) {
        return;
    }
    let mut world = World::start(&["https://other.test/landing"]);
    world.resolver = dns::serve_rebinding("other.test.", ZONE, [169, 254, 169, 254]);
    let project = world.project("https://public.test", 1, "redirects: 3, ");
    assert_all(&judge(&project, TIME_MAX), &[("", "holds", "")]);
    assert_eq!(world.at("/landing"), ["93.184.216.35"]);
}

#[test]
fn the_published_page_is_read_by_the_same_rule() {
    let this = "trust::hostile::redirects::the_published_page_is_read_by_the_same_rule";
    if !entered(this, &ADDRESSES) {
        return;
    }
    let world = World::start(&["http://169.254.169.254/stolen", "http://127.0.0.1:22/stolen"]);
    let project = world.project("https://public.test", 1, "");
    for (number, why) in [
        (0, "it leads from a loopback address to a link-local address"),
        (1, "it leads to a port that is not for web pages"),
    ] {
        let address = format!("http://127.0.0.1/{number}/claims.json");
        let monitored = bounded(&project, &["monitor", &address], TIME_MAX);
        let text = monitored.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(why), "{monitored}");
        assert_ne!(monitored.code, Some(0), "{monitored}");
    }
    assert_eq!(world.at("/stolen"), Vec::<String>::new());
}

#[test]
fn redirects_with_a_credential_or_a_write_are_mistakes_in_the_check() {
    let lint = |step: &str| {
        let checks = format!("- {{ kind: http, steps: [{{ name: it, {step} }}] }}\n");
        let project = project("https://public.test", "", &[(name(0), checks)]);
        project.run(&["lint"])
    };
    for (step, why) in [
        ("as: acme, get: /x, redirects: 2, expect: { status: 200 }", "carries a credential"),
        (
            "get: /x, headers: { x-api-key: \"1\" }, redirects: 2, expect: { status: 200 }",
            "carries a",
        ),
        ("post: /x, redirects: 2, clean_up: none, expect: { status: 200 }", "changes something"),
        (
            "post: /x, graphql: { query: \"mutation { a }\" }, redirects: 1, clean_up: none, \
             expect: { status: 200 }",
            "changes something",
        ),
    ] {
        let run = lint(step);
        assert_eq!(run.code, Some(2), "{step}: {run}");
        let err = run.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(err.contains("redirects are never followed for a request that"), "{run}");
        assert!(err.contains(why) && err.contains("remove `redirects:`"), "{run}");
        assert!(err.contains("unsafe-redirects"), "{run}");
    }
    for step in [
        "get: /x, redirects: 2, expect: { status: 200 }",
        "as: acme, get: /x, redirects: 0, expect: { status: 200 }",
        "post: /x, reads: true, json: { a: 1 }, redirects: 2, expect: { status: 200 }",
    ] {
        let run = lint(step);
        assert!(!run.to_string().contains("unsafe-redirects"), "{step}: {run}");
    }
}
