//! The questions of `dns` about mail: its exchangers, who may send it, and the keys that sign it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::check::kinds::dns::records::Probes;
use crate::model::plan::Act;
use crate::model::plan::counterexample::Class;
use crate::model::plan::expect::{Expectation, Test, Within};

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Dmarc {
    /// Mail that fails is rejected.
    Reject,
    /// Mail that fails is set aside, or rejected.
    Quarantine,
    /// There is a policy, even if it is `p=none`.
    Present,
}

pub(super) fn mx(shown: &str, act: Act, all: &mut Probes) {
    let accepted = Expectation::new("/mail", Test::Equals(json!("accepted")));
    all.probe_of_known(format!("the mail exchangers of {shown}"), act, vec![accepted]);
    for (when, mail) in [
        ("has no mail exchanger", "none: there is no mail exchanger"),
        ("has a null mail exchanger", "none: a null record"),
        ("has mail exchangers that do not exist", "undeliverable: no address"),
        ("has a null mail exchanger next to another", "invalid: a null record next to others"),
    ] {
        all.set(Class::Negation, format!("{shown} {when}"), "/mail", json!(mail));
    }
}

pub(super) fn spf(shown: &str, act: Act, all: &mut Probes) {
    let strict = ["fail", "softfail"].map(serde_json::Value::from).into();
    let expect = vec![Expectation::new("/spf/result", Test::OneOf(strict))];
    all.probe_of_known(format!("the SPF record of {shown}"), act, expect);
    for (class, when, result) in [
        (Class::Negation, "has no SPF record", "none: there is no record"),
        (Class::Negation, "has two SPF records", "permerror: two records"),
        (Class::Negation, "has an SPF record with a mistake", "permerror: a mistake"),
        (Class::Negation, "lets any sender send mail in its name", "pass: everybody may send"),
        (Class::Negation, "is neutral about unlisted senders", "neutral: nothing is rejected"),
        (Class::Benign, "fails unlisted senders softly", "softfail"),
    ] {
        all.set(class, format!("{shown} {when}"), "/spf/result", json!(result));
    }
}

pub(super) fn dmarc(wanted: Dmarc, shown: &str, act: Act, all: &mut Probes) {
    let policies: &[&str] = match wanted {
        Dmarc::Reject => &["reject"],
        Dmarc::Quarantine => &["quarantine", "reject"],
        Dmarc::Present => &["none", "quarantine", "reject"],
    };
    let is_policy = |at: &str| Within {
        at: at.to_owned(),
        is: Test::OneOf(policies.iter().map(|one| json!(one)).collect()),
    };
    let mut wholly = vec![is_policy("/policy")];
    let strict = !matches!(wanted, Dmarc::Present);
    if strict {
        wholly.push(is_policy("/subdomains"));
        wholly.push(Within { at: "/pct".into(), is: Test::AtLeast(100.0) });
        wholly.push(Within { at: "/testing".into(), is: Test::Equals(json!(false)) });
    }
    let expect = vec![Expectation::new("/dmarc", Test::All(wholly))];
    all.probe(format!("the DMARC policy of {shown}"), act, expect);
    let none = json!({"policy": "missing: there is no record"});
    all.set(Class::Negation, format!("{shown} has no DMARC record"), "/dmarc", none);
    if strict {
        for (when, at, value) in [
            ("the DMARC policy has the value `none`", "/dmarc/policy", json!("none")),
            ("the DMARC policy does not cover sub-domains", "/dmarc/subdomains", json!("none")),
            ("the DMARC policy covers only half of the mail", "/dmarc/pct", json!(50)),
            ("the DMARC policy is in test mode", "/dmarc/testing", json!(true)),
        ] {
            all.set(Class::Negation, format!("{when} ({shown})"), at, value);
        }
    }
    let stricter = format!("the DMARC policy of {shown} is `reject`");
    all.set(Class::Benign, stricter, "/dmarc/policy", json!("reject"));
}

pub(super) fn dkim(bits: u16, selector: &str, shown: &str, act: Act, all: &mut Probes) {
    let within = |at: &str, is| Within { at: at.to_owned(), is };
    let wholly = vec![
        within("/key", Test::Equals(json!("usable"))),
        within("/bits", Test::AtLeast(bits.into())),
        within("/testing", Test::Equals(json!(false))),
    ];
    let expect = vec![Expectation::new("/dkim", Test::All(wholly))];
    all.probe(format!("the DKIM key `{selector}` of {shown}"), act, expect);
    let key = |text: &str| json!({"key": text});
    let small = json!(bits.saturating_sub(512));
    for (when, at, value) in [
        ("is missing", "/dkim", key("missing: there is no key")),
        ("is revoked", "/dkim", key("revoked: the key is empty")),
        ("is too small", "/dkim/bits", small),
        ("is in test mode", "/dkim/testing", json!(true)),
    ] {
        let when = format!("the DKIM key `{selector}` of {shown} {when}");
        all.set(Class::Negation, when, at, value);
    }
}

pub(super) fn mta_sts(shown: &str, act: Act, all: &mut Probes) {
    let enforced = Expectation::new("/mta_sts", Test::Equals(json!("enforced")));
    all.probe(format!("the MTA-STS policy of {shown}"), act, vec![enforced]);
    for (when, why) in [
        ("there is no policy", "not enforced: there is no record"),
        ("the policy is in test mode", "not enforced: the policy has the mode `testing`"),
        ("the policy lacks a mail exchanger", "not enforced: the policy does not list one"),
    ] {
        all.set(Class::Negation, format!("{when} ({shown})"), "/mta_sts", json!(why));
    }
}
