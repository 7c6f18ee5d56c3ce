//! Mail policies in DNS, as receivers evaluate them: SPF, DMARC, DKIM, mail exchangers.

use crate::evidence::service::{project_at, run};
use crate::harness::Run;
use crate::readers::zone;

const SPF: &str = "- { kind: dns, of: { domain: x.test }, spf: true }\n";
const DMARC: &str = "- { kind: dns, of: { domain: x.test }, dmarc: reject }\n";
const MX: &str = "- { kind: dns, of: { domain: x.test }, mx: true }\n";

/// The run of a check of this zone.
fn check(zone: &str, checks: &str) -> Run {
    let project = project_at("https://x.test", checks);
    let yaml = project.read("avouch.yaml");
    project.write("avouch.yaml", &format!("{yaml}resolver: {}\n", zone::serve(zone)));
    run(&project, &["check"])
}

/// Asserts the exit code, and that the report contains these words.
fn assert(zone: &str, checks: &str, (code, words): (i32, &str)) {
    let run = check(zone, checks);
    assert_eq!(run.code, Some(code), "{zone}: {run}");
    // The report wraps its lines.
    let report = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(report.contains(words), "{zone}: {words}: {run}");
    assert!(!report.contains("spf/") && !report.contains("dmarc/"), "{run}");
}

fn spf(terms: &str) -> String {
    format!("x.test. TXT \"v=spf1 {terms}\"\n")
}

#[test]
fn spf_records_that_receivers_reject_are_violated() {
    let eleven: String = (1..=11).map(|n| format!("include:i{n}.test ")).collect();
    let included: String =
        (1..=11).map(|n| format!("i{n}.test. TXT \"v=spf1 ip4:192.0.2.{n} -all\"\n")).collect();
    let others = "p.test. TXT \"v=spf1 -all\"\nq.test. TXT \"v=spf1 -all\"\n\
                  dbl.test. TXT \"v=spf1 -all\"\ndbl.test. TXT \"v=spf1 mx -all\"\n";
    for (terms, words) in [
        (&*format!("{eleven}-all"), "it needs more than 10 look-ups"),
        ("ip4:999.1.1.1 -all", "`ip4:999.1.1.1` is not an IPv4 network"),
        ("include:void.test -all", "`void.test` has no SPF record"),
        ("redirect=p.test redirect=q.test", "`redirect=` appears twice"),
        ("ipv4:192.0.2.1 -all", "`ipv4:192.0.2.1` is not a term of SPF"),
        ("include:dbl.test -all", "`dbl.test` has 2 SPF records"),
    ] {
        let zone = format!("{}{included}{others}", spf(terms));
        let words = format!("permerror: {words}");
        assert(&zone, SPF, (1, &words));
    }
}

#[test]
fn spf_records_by_which_everybody_may_send_are_violated() {
    for (zone, words) in [
        (spf("ip4:0.0.0.0/0 -all"), "every IPv4 address may send mail"),
        (spf("ip6:::/0 -all"), "every IPv6 address may send mail"),
        (spf("exists:x.test -all") + "x.test. A 192.0.2.1\n", "everybody may send mail"),
        (spf("redirect=open.test") + "open.test. TXT \"v=spf1 +all\"\n", "everybody may send mail"),
        (spf("?all"), "neutral: the record does not reject mail from unlisted senders"),
    ] {
        assert(&zone, SPF, (1, words));
    }
}

#[test]
fn sound_spf_records_hold_and_failed_look_ups_decide_nothing() {
    let net = "net.test. TXT \"v=spf1 ip4:192.0.2.0/24 ~all\"\n";
    for terms in ["-all", "~all", "include:net.test mx a:x.test -all", "redirect=net.test"] {
        let zone = format!("{}{net}x.test. MX 10 x.test.\nx.test. A 192.0.2.1\n", spf(terms));
        assert(&zone, SPF, (0, ""));
    }
    let words = "the SPF record depends on a look-up that failed (CNAME of `broken.test`";
    assert(&spf("include:broken.test -all"), SPF, (3, words));
}

#[test]
fn a_sub_domain_inherits_its_dmarc_policy() {
    let check = "- { kind: dns, of: { domain: mail.org.test }, dmarc: reject }\n";
    for (tags, code, words) in [
        ("p=reject", 0, ""),
        ("p=none; sp=reject", 0, ""),
        ("p=reject; sp=none", 1, "the policy is “none” (record of org.test)"),
    ] {
        let zone =
            format!("mail.org.test. A 192.0.2.1\n_dmarc.org.test. TXT \"v=DMARC1; {tags}\"\n");
        assert(&zone, check, (code, words));
    }
    let words = "neither `mail.org.test` nor a domain above it has a DMARC record";
    assert("mail.org.test. A 192.0.2.1\n", check, (1, words));
}

#[test]
fn tags_that_weaken_dmarc_are_noticed() {
    for (tags, code, words) in [
        ("p=reject", 0, ""),
        ("p=reject; t=n; pct=100; sp=reject; rua=mailto:a@x.test", 0, ""),
        ("p=reject; p=none", 3, "has the tag `p` more than once"),
        ("p=reject; t=y", 1, "in test mode (`t=y`)"),
        ("p=reject; pct=150", 3, "`pct=150` in the DMARC record of `x.test` is not valid"),
        ("p=reject; pct=50", 1, "for 50% of the mail"),
        ("p=reject; sp=none", 1, "for sub-domains “none”"),
        ("p=reject; np=none", 1, "for sub-domains “none”"),
        ("p=rejekt", 3, "`p=rejekt` in the DMARC record of `x.test` is not valid"),
    ] {
        let zone = format!("_dmarc.x.test. TXT \"v=DMARC1; {tags}\"\n");
        assert(&zone, DMARC, (code, words));
    }
}

#[test]
fn mail_exchangers_must_lead_somewhere() {
    let others = "mx.test. A 192.0.2.1\nown.test. A 127.0.0.1\nalias.test. CNAME mx.test.\n";
    for (exchangers, code, words) in [
        ("x.test. MX 10 mx.test.\n", 0, ""),
        ("x.test. MX 10 nowhere.test.\nx.test. MX 20 mx.test.\n", 0, ""),
        ("x.test. MX 10 nowhere.test.\n", 1, "`nowhere.test` has no address"),
        ("x.test. MX 0 .\nx.test. MX 10 mx.test.\n", 1, "a null record next to others"),
        ("x.test. MX 0 .\n", 1, "accepts no mail, by its null record"),
        ("x.test. MX 10 alias.test.\n", 1, "`alias.test` is an alias"),
        ("x.test. MX 10 own.test.\n", 1, "the sender's own machine"),
        ("x.test. MX 10 broken.test.\n", 3, "the look-up of a mail exchanger failed"),
    ] {
        assert(&format!("{others}{exchangers}"), MX, (code, words));
    }
}

#[test]
fn dkim_keys_must_be_usable() {
    let check = "- { kind: dns, of: { domain: x.test }, dkim: [s1] }\n";
    let at = "s1._domainkey.x.test. TXT";
    let key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    for (record, code, words) in [
        (format!("v=DKIM1; k=ed25519; p={key}"), 0, ""),
        (format!("v=DKIM1; k=ed25519; t=y; p={key}"), 1, "an Ed25519 key, in test mode (`t=y`)"),
        ("v=DKIM1; p=".to_owned(), 1, "revoked: the tag `p` is empty"),
        ("site-verification=1".to_owned(), 1, "`s1._domainkey.x.test` has no DKIM key"),
        (format!("v=DKIM1; k=rsa; p={key}"), 3, "cannot be read as an rsa key"),
    ] {
        assert(&format!("{at} \"{record}\"\n"), check, (code, words));
    }
}
