//! The DNS instrument against a real server.

use std::net::Ipv4Addr;

use hickory_resolver::proto::rr::rdata::{CNAME, MX, TXT};

use super::*;
use crate::model::plan::question::HostName;
use crate::probe::host::test_peers::{name_of, serve_dns, world};

const TIMEOUT: Duration = Duration::from_secs(20);

fn alias(to: &str) -> RData {
    RData::CNAME(CNAME(name_of(to)))
}

fn text_record(text: &str) -> RData {
    RData::TXT(TXT::new(vec![text.to_owned()]))
}

fn caa(tag: &str, value: &str) -> RData {
    let mut caa = CAA::new_issue(false, None, Vec::new());
    caa.tag = tag.to_owned();
    caa.value = value.as_bytes().to_vec();
    RData::CAA(caa)
}

async fn zone() -> World {
    let mut world = world("https://addon.demo.test");
    let zone = vec![
        ("addon.demo.test", alias("X1.platform.test")),
        ("x1.platform.test", alias("edge.platform.test")),
        ("edge.platform.test", RData::A(Ipv4Addr::new(192, 0, 2, 7).into())),
        ("edge.platform.test", RData::A(Ipv4Addr::new(192, 0, 2, 3).into())),
        ("gone.demo.test", alias("nobody.platform.test")),
        ("loop.demo.test", alias("loop.demo.test")),
        ("demo.test", RData::MX(MX::new(10, name_of("Mail.demo.test")))),
        ("mail.demo.test", RData::A(Ipv4Addr::new(192, 0, 2, 25).into())),
        ("demo.test", text_record("v=spf1 mx -all")),
        ("demo.test", text_record("site-verification=1")),
        ("demo.test", caa("issue", "CA.test.; account=1")),
        ("demo.test", caa("iodef", "mailto:security@demo.test")),
        ("_dmarc.demo.test", text_record("v=DMARC1; p=reject")),
        ("mute.test", RData::MX(MX::new(0, Name::root()))),
    ];
    world.resolver = Some(serve_dns(zone).await);
    world
}

async fn ask(name: &str, record: DnsRecord) -> Result<Facts, ProbeError> {
    let world = zone().await;
    let name = HostName::Literal(name.into());
    let question = DnsQuestion { name, below: None, record };
    observe(&question, &world, TIMEOUT).await.answer
}

#[tokio::test]
async fn aliases_are_followed_and_listed() {
    let facts = ask("addon.demo.test", DnsRecord::Address).await.unwrap();
    assert_eq!(
        facts.0,
        json!({
            "name": "addon.demo.test",
            "code": "NOERROR",
            "chain": ["x1.platform.test", "edge.platform.test"],
            "records": [
                {"type": "A", "value": "192.0.2.3"},
                {"type": "A", "value": "192.0.2.7"},
            ],
        })
    );
}

#[tokio::test]
async fn an_alias_to_nothing_is_an_observation() {
    let facts = ask("gone.demo.test", DnsRecord::Address).await.unwrap();
    assert_eq!(facts.at("/code"), Some(&json!("NXDOMAIN")));
    assert_eq!(facts.at("/chain"), Some(&json!(["nobody.platform.test"])));
    assert_eq!(facts.at("/records"), Some(&json!([])));
}

#[tokio::test]
async fn a_failing_silent_or_circular_answer_is_an_error() {
    let reason = |name: &'static str| async { ask(name, DnsRecord::Mx).await.unwrap_err().reason };
    assert_eq!(reason("broken.demo.test").await, Reason::Dns);
    assert_eq!(reason("loop.demo.test").await, Reason::Dns);
    let world = zone().await;
    let name = HostName::Literal("silent.demo.test".into());
    let question = DnsQuestion { name, below: None, record: DnsRecord::Mx };
    let observed = observe(&question, &world, Duration::from_millis(60)).await;
    assert_eq!(observed.answer.unwrap_err().reason, Reason::Timeout);
}

#[tokio::test]
async fn a_resolver_that_is_not_there_is_an_error() {
    let mut world = world("https://addon.demo.test");
    world.resolver = Some(crate::probe::host::test_peers::closed_port().await);
    let question = DnsQuestion { name: HostName::Target, below: None, record: DnsRecord::Address };
    let observed = observe(&question, &world, Duration::from_millis(60)).await;
    assert!(matches!(observed.answer.unwrap_err().reason, Reason::Dns | Reason::Timeout));
}

#[tokio::test]
async fn mail_exchangers_are_listed_and_the_null_mx_is_recognised() {
    let facts = ask("demo.test", DnsRecord::Mx).await.unwrap();
    let expected = json!({
        "type": "MX", "value": "10 mail.demo.test",
        "exchange": "mail.demo.test", "preference": 10, "takes_mail": true, "problem": null
    });
    assert_eq!(facts.at("/records/0"), Some(&expected));
    assert_eq!(facts.at("/mail"), Some(&json!("accepted")));
    let facts = ask("mute.test", DnsRecord::Mx).await.unwrap();
    assert_eq!(facts.at("/records/0/takes_mail"), Some(&json!(false)));
}

#[tokio::test]
async fn mail_policies_are_found() {
    let facts = ask("demo.test", DnsRecord::Spf).await.unwrap();
    assert_eq!(facts.at("/spf/result"), Some(&json!("fail")));
    let facts = ask("demo.test", DnsRecord::Dmarc).await.unwrap();
    assert_eq!(facts.at("/name"), Some(&json!("demo.test")));
    assert_eq!(facts.at("/dmarc/policy"), Some(&json!("reject")));
    let error = ask("broken.demo.test", DnsRecord::Spf).await.unwrap_err();
    assert_eq!(error.reason, Reason::Dns);
}

#[tokio::test]
async fn certificate_authorities_are_looked_up_in_parent_domains() {
    let facts = ask("addon.demo.test", DnsRecord::Caa).await.unwrap();
    assert_eq!(facts.at("/found_at"), Some(&json!("demo.test")));
    assert_eq!(facts.at("/issuers"), Some(&json!(["ca.test"])));
}

#[test]
fn who_may_issue_follows_from_the_records() {
    assert_eq!(issuers(&[caa("issue", ";")]), [";"]);
    assert_eq!(issuers(&[caa("issue", "a.test"), caa("issuewild", ";")]), ["a.test"]);
    assert_eq!(
        issuers(&[caa("issue", "b.test"), caa("issuewild", "a.test")]),
        ["a.test", "b.test"]
    );
    assert!(issuers(&[caa("issuewild", ";")]).is_empty());
}
