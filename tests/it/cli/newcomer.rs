//! From nothing to a published page, on a plain HTTPS service.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::evidence::nodes::host::Host;
use crate::evidence::service::{Answer, Asked, now};
use crate::harness::Project;
use crate::readers::zone;

/// The records of a good domain.
const ZONE: &str = "\
nodes.test. A 127.0.0.1
nodes.test. CAA letsencrypt.org
nodes.test. MX 10 mail.nodes.test.
nodes.test. TXT \"v=spf1 mx -all\"
mail.nodes.test. A 192.0.2.25
_dmarc.nodes.test. TXT \"v=DMARC1; p=reject\"
";

/// A plain HTTPS service, its domain, and a closed port 80.
pub(crate) struct Website {
    pub(crate) host: Host,
    resolver: SocketAddr,
    closed: SocketAddr,
}

impl Website {
    /// A service whose front page has these header fields.
    pub(crate) fn start(fields: &'static [(&'static str, &'static str)], zone: &str) -> Self {
        let host = Host::start(1, move |_, asked| answer(asked, fields));
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self { host, resolver: zone::serve(zone), closed }
    }

    /// A service that does everything well.
    pub(crate) fn good() -> Self {
        Self::start(GOOD, ZONE)
    }

    /// The options that lead to it, after its authority was written into a project.
    pub(crate) fn options(&self, project: &Project) -> Vec<String> {
        project.write("authority.txt", self.host.authority());
        [
            "--ca",
            "authority.txt",
            "--resolver",
            &self.resolver.to_string(),
            "--connect-to",
            &format!("nodes.test:80={}", self.closed),
        ]
        .map(str::to_owned)
        .into()
    }

    /// Its address.
    pub(crate) fn address(&self) -> String {
        format!("https://nodes.test:{}", self.host.port)
    }
}

const GOOD: &[(&str, &str)] = &[
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("content-type", "text/html"),
];

fn answer(asked: &Asked, fields: &[(&str, &str)]) -> Answer {
    match asked.path.as_str() {
        "/" => {
            fields.iter().fold(Answer::new(200, "<title>Nodes</title>"), |all, (name, value)| {
                all.with(name, value)
            })
        }
        "/.well-known/security.txt" => {
            let expires = now() + jiff::SignedDuration::from_hours(24 * 90);
            let text = format!("Contact: mailto:security@nodes.test\nExpires: {expires:.0}\n");
            Answer::new(200, text).with("content-type", "text/plain; charset=utf-8")
        }
        _ => Answer::new(404, "<title>Not found</title>").with("content-type", "text/html"),
    }
}

#[test]
fn a_plain_website_has_a_page_with_twelve_tested_claims_in_two_minutes() {
    let begun = Instant::now();
    let (website, project) = (Website::good(), Project::empty());
    let options = website.options(&project);
    let target = website.address();
    let args = [
        "init",
        "--organisation",
        "Example",
        "--url",
        "https://security.nodes.test",
        "--contact",
        "security@nodes.test",
        "--target",
        &target,
        "--login",
        "none",
    ];
    let all: Vec<&str> = args.into_iter().chain(options.iter().map(String::as_str)).collect();
    let run = project.run(&all);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!run.err.contains("finding  "), "{run}");
    let run = project.run(&["build"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());
    let page: Value = serde_json::from_str(&project.read("public/claims.json")).unwrap();
    let claims = page["claims"].as_array().unwrap().iter();
    let tested: Vec<&str> = claims
        .filter(|claim| claim["standing"] == "holds" && claim["basis"] == "probed")
        .map(|claim| claim["id"].as_str().unwrap())
        .collect();
    assert!(tested.len() >= 12, "{tested:?}");
    let html = project.read("public/security/index.html");
    assert!(tested.iter().all(|id| html.contains(&format!("data-claim=\"{id}\""))), "{tested:?}");
}
