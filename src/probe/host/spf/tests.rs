//! SPF records of whole zones, each with the result for strangers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::model::answer::facts::Facts;
use crate::model::plan::question::{DnsQuestion, DnsRecord, HostName};
use crate::probe::host::dns;
use crate::probe::host::test_peers::{serve_zone, world};

/// Records to which those under test refer.
const OTHERS: &str = "\
open.test. TXT \"v=spf1 +all\"
shut.test. TXT \"v=spf1 -all\"
soft.test. TXT \"v=spf1 ~all\"
mute.test. TXT \"v=spf1 ?all\"
net.test. TXT \"v=spf1 ip4:192.0.2.0/24 -all\"
half.test. TXT \"v=spf1 ip4:0.0.0.0/1 -all\"
bad.test. TXT \"v=spf1 ip4:1.2.3 -all\"
dbl.test. TXT \"v=spf1 -all\"
dbl.test. TXT \"v=spf1 mx -all\"
loop.test. TXT \"v=spf1 include:loop.test -all\"
plain.test. TXT \"hello\"
one.test. A 192.0.2.1
six.test. AAAA 2001:db8::1
mail.test. MX 10 one.test.
mail.test. MX 20 six.test.
alias.test. CNAME one.test.
";

async fn facts(zone: &str) -> Facts {
    let mut world = world("https://x.test");
    world.resolver = Some(serve_zone(&format!("{OTHERS}{zone}")).await);
    let name = HostName::Literal("x.test".into());
    let question = DnsQuestion { name, below: None, record: DnsRecord::Spf };
    dns::observe(&question, &world, Duration::from_secs(20)).await.answer.unwrap()
}

/// The result for a record of `x.test` with these terms.
async fn result(terms: &str) -> String {
    let facts = facts(&format!("x.test. TXT \"v=spf1 {terms}\"\n")).await;
    match facts.unclear("/spf/result") {
        Some(why) => format!("unclear: {why}"),
        None => facts.at("/spf/result").and_then(Value::as_str).unwrap().to_owned(),
    }
}

#[tokio::test]
async fn sound_records_hold() {
    for (terms, wanted) in [
        ("-all", "fail"),
        ("~all", "softfail"),
        ("ip4:192.0.2.0/24 ip6:2001:db8::/32 a:one.test mx:mail.test ptr -all", "fail"),
        ("include:net.test include:shut.test include:soft.test ~all", "softfail"),
        ("include:mute.test -all", "fail"),
        ("redirect=shut.test", "fail"),
        ("ip4:192.0.2.7 redirect=soft.test", "softfail"),
        ("-all redirect=open.test", "fail"),
        ("-all include:gone.test", "fail"),
        ("-ip4:0.0.0.0/0 -ip6:::/0 +all", "fail"),
        ("a:alias.test mx:one.test a:gone.test -all", "fail"),
        ("exists:%{i}._spf.x.test ~all", "softfail"),
        ("exists:gone.test -all", "fail"),
        ("ip4:10.0.0.0/8 ip4:11.0.0.0/8 -all", "fail"),
        ("exp=why.%{d2} vendor=%{s}x -all", "fail"),
        ("include:net.test ?include:open.test -all", "neutral"),
        ("all -all", "pass"),
    ] {
        let found = result(terms).await;
        assert_eq!(found.split(':').next(), Some(wanted), "{terms}: {found}");
    }
}

#[tokio::test]
async fn records_that_receivers_ignore_are_permanent_errors() {
    let eleven: String = (1..=11).map(|_| "a:one.test ").collect();
    for (terms, why) in [
        (&*format!("{eleven}-all"), "it needs more than 10 look-ups"),
        ("include:loop.test -all", "it needs more than 10 look-ups"),
        ("redirect=gone.test", "`gone.test` has no SPF record"),
        ("include:gone.test -all", "`gone.test` has no SPF record"),
        ("include:plain.test -all", "`plain.test` has no SPF record"),
        ("include:dbl.test -all", "`dbl.test` has 2 SPF records"),
        (
            "include:bad.test -all",
            "in the record of `bad.test`, `ip4:1.2.3` is not an IPv4 network",
        ),
        ("ip4:999.1.1.1 -all", "`ip4:999.1.1.1` is not an IPv4 network"),
        ("ipv4:192.0.2.1 -all", "`ipv4:192.0.2.1` is not a term of SPF"),
        ("-all ipv4:192.0.2.1", "`ipv4:192.0.2.1` is not a term of SPF"),
        ("redirect=shut.test redirect=soft.test", "`redirect=` appears twice"),
        ("a:v1.test a:v2.test exists:v3.test -all", "more than 2 of its look-ups find nothing"),
    ] {
        let wanted = format!("permerror: {why}, so receivers ignore the record");
        assert_eq!(result(terms).await, wanted, "{terms}");
    }
}

#[tokio::test]
async fn records_by_which_everybody_may_send_are_found() {
    let zone = "x.test. A 192.0.2.1\nx.test. MX 10 one.test.\n*.x.test. A 192.0.2.9\n";
    for (terms, wanted) in [
        ("+all", "everybody may send mail, by `+all`"),
        ("ip4:0.0.0.0/0 -all", "every IPv4 address may send mail, by `ip4:0.0.0.0/0`"),
        ("ip6:::/0 -all", "every IPv6 address may send mail, by `ip6:::/0`"),
        ("ip6:2000::/3 -all", "every IPv6 address may send mail, by `ip6:2000::/3`"),
        (
            "ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all",
            "every IPv4 address may send mail, by `ip4:0.0.0.0/1`",
        ),
        ("ip4:0.0.0.0/2 -all", "25% of all IPv4 addresses may send mail, by `ip4:0.0.0.0/2`"),
        (
            "include:half.test ip4:128.0.0.0/1 -all",
            "every IPv4 address may send mail, by `ip4:0.0.0.0/1`",
        ),
        ("exists:x.test -all", "everybody may send mail, by `exists:x.test`"),
        ("exists:%{i}.x.test -all", "everybody may send mail, by `exists:%{i}.x.test`"),
        ("a/0 -all", "every IPv4 address may send mail, by `a/0`"),
        ("mx/0 ~all", "every IPv4 address may send mail, by `mx/0`"),
        ("a:six.test//0 -all", "every IPv6 address may send mail, by `a:six.test//0`"),
        ("include:open.test -all", "everybody may send mail, by `+all`"),
        ("redirect=open.test", "everybody may send mail, by `+all`"),
        ("-ip4:192.0.2.0/24 +all", "everybody may send mail, by `+all`"),
    ] {
        let facts = facts(&format!("{zone}x.test. TXT \"v=spf1 {terms}\"\n")).await;
        let wanted = format!("pass: {wanted}");
        assert_eq!(facts.at("/spf/result"), Some(&json!(wanted)), "{terms}");
    }
}

#[tokio::test]
async fn the_number_of_records_matters() {
    let none = facts("x.test. TXT \"site-verification=1\"\n").await;
    assert_eq!(none.at("/spf/result"), Some(&json!("none: `x.test` has no SPF record")));
    let two = facts("x.test. TXT \"v=spf1 -all\"\nx.test. TXT \"v=spf1 a -all\"\n").await;
    let why = "permerror: `x.test` has 2 SPF records, so receivers ignore the record";
    assert_eq!(two.at("/spf/result"), Some(&json!(why)));
    let split = facts("x.test. TXT \"v=spf1 ip4:192.0.2.0\" \"/24 -all\"\n").await;
    assert_eq!(split.at("/spf/result"), Some(&json!("fail")));
}

#[tokio::test]
async fn a_failed_look_up_is_unclear() {
    for terms in ["include:broken.test -all", "a:broken.test -all", "redirect=broken.test"] {
        let found = result(terms).await;
        assert!(found.starts_with("unclear: the SPF record depends on a look-up"), "{found}");
    }
}

#[tokio::test]
async fn look_ups_are_counted() {
    let facts =
        facts("x.test. TXT \"v=spf1 include:net.test mx:mail.test a:gone.test -all\"\n").await;
    assert_eq!(facts.at("/spf/lookups"), Some(&json!(3)));
    assert_eq!(facts.at("/spf/void_lookups"), Some(&json!(1)));
}

#[tokio::test]
async fn more_than_ten_mail_exchangers_are_too_many() {
    let exchangers: String = (0..11).map(|n| format!("m.test. MX {n} one.test.\n")).collect();
    let facts = facts(&format!("{exchangers}x.test. TXT \"v=spf1 mx:m.test -all\"\n")).await;
    let why =
        "permerror: `m.test` has more than 10 mail exchangers, so receivers ignore the record";
    assert_eq!(facts.at("/spf/result"), Some(&json!(why)));
}
