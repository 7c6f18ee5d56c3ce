//! `avouch audit`: what is true of a service as anybody sees it, and its faults.

use std::net::{Ipv4Addr, TcpListener};

use serde_json::Value;

use crate::cli::newcomer::Website;
use crate::evidence::service::{Answer, Service};
use crate::harness::{Project, Run};

fn audit(website: &Website, more: &[&str]) -> Run {
    let project = Project::empty();
    let (options, address) = (website.options(&project), website.address());
    let args = ["audit", &address].into_iter().chain(more.iter().copied());
    let run = project.run(&args.chain(options.iter().map(String::as_str)).collect::<Vec<_>>());
    let left: Vec<_> = std::fs::read_dir(project.root()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing but the authority: {left:?}");
    run
}

#[test]
fn a_good_service_has_claims_and_no_findings() {
    let website = Website::good();
    let run = audit(&website, &[]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.out.contains("True now, so a page can claim it:\n  encrypted-transport"), "{run}");
    for id in
        ["https-only", "hsts", "caa", "mail-spf", "mail-dmarc", "security-txt", "frame-options"]
    {
        assert!(run.out.contains(&format!("  {id} ")), "{id}: {run}");
    }
    assert!(run.out.contains(" 0 findings\n") && !run.out.contains("Findings:"), "{run}");
    let writes = ["POST", "PUT", "PATCH", "DELETE"].map(|method| website.host.received(method));
    assert_eq!(writes, [0; 4]);
    // A fault is looked at again.
    assert!(website.host.received("") < 80, "{} requests", website.host.received(""));
}

#[test]
fn each_fault_is_a_finding_with_the_claim_that_it_would_allow() {
    const FIELDS: &[(&str, &str)] = &[
        ("set-cookie", "sid=1; HttpOnly"),
        ("access-control-allow-origin", "*"),
        ("content-type", "text/html"),
    ];
    let zone = "nodes.test. A 127.0.0.1\nnodes.test. TXT \"v=spf1 +all\"\n\
                nodes.test. MX 10 mail.nodes.test.\nmail.nodes.test. A 192.0.2.25\n";
    let website = Website::start(FIELDS, zone);
    let run = audit(&website, &["--format", "json"]);
    assert_eq!(run.code, Some(1), "{run}");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let of = |result: &str| -> Vec<String> {
        let claims = report["claims"].as_array().unwrap().iter();
        let claims = claims.filter(|claim| claim["result"] == result);
        claims.map(|claim| claim["id"].as_str().unwrap().to_owned()).collect()
    };
    let findings = of("finding");
    for id in [
        "hsts",
        "caa",
        "no-sniffing",
        "no-framing",
        "session-cookies",
        "no-foreign-reads",
        "mail-spf",
        "mail-dmarc",
    ] {
        assert!(findings.iter().any(|one| one == id), "{id}: {run}");
    }
    for id in ["encrypted-transport", "certificate", "front-page", "mail-received"] {
        assert!(of("holds").iter().any(|one| one == id), "{id}: {run}");
    }
    let run = audit(&website, &[]);
    let claim = "corrected, it allows the claim: Our service tells browsers to require encryption for at \
                 least 365 days (HSTS).";
    let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(claim), "{run}");
}

#[test]
fn a_front_page_that_redirects_to_a_log_in_page_is_looked_at_there() {
    let service = Service::start(|asked| match asked.path.as_str() {
        "/" => Answer::new(302, "").with("location", "/log-in?next=%2F"),
        path if path.starts_with("/log-in") => {
            Answer::new(200, "Log in").with("x-content-type-options", "nosniff")
        }
        _ => Answer::new(404, ""),
    });
    let run = Project::empty().run(&["audit", &format!("http://{}", service.address)]);
    assert!(run.out.contains("\n  no-sniffing  "), "{run}");
    let (held, _) = run.out.split_once("Findings:").unwrap();
    assert!(held.contains("no-sniffing"), "{run}");
}

#[test]
fn a_service_that_is_down_or_not_named_is_not_audited() {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let run = Project::empty().run(&["audit", &format!("http://{address}")]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.err.contains("nothing answered at"), "{run}");
    for wrong in ["https://example.com/path", "http://example.com", "demo", ""] {
        let run = Project::empty().run(&["audit", wrong]);
        assert_eq!(run.code, Some(2), "{wrong}: {run}");
    }
}
