//! What checks of the kind `tls` notice, and which mistakes are reported.

use serde_json::json;

use super::*;
use crate::check::fixture::{changed, mistakes, names, plan, sound, tried, verdict};
use crate::model::answer::verdict::Reason;
use crate::model::answer::verdict::Verdict;
use crate::model::judge::falsify::Grade;

#[test]
fn each_version_below_the_minimum_is_offered_alone() {
    let plan = plan("kind: tls\nminimum: TLS 1.3\n");
    assert_eq!(
        names(&plan),
        [
            "a handshake with addon.demo.test",
            "TLS 1.3 or newer is accepted",
            "SSL 3.0 is refused",
            "TLS 1.0 is refused",
            "TLS 1.1 is refused",
            "TLS 1.2 is refused",
        ]
    );
    assert_eq!(plan.flaws(), []);
}

#[test]
fn an_old_version_accepted_at_one_address_of_two_is_a_violation() {
    let plan = plan(EXAMPLE);
    let answers = changed(&plan, "TLS 1.0", |facts| {
        facts.set("/addresses", json!([{"refused": true}, {"refused": false}]));
    });
    assert_eq!(verdict(&plan, &answers), Verdict::Violated);
}

#[test]
fn a_host_that_accepts_no_new_version_is_a_violation() {
    let plan = plan(EXAMPLE);
    let answers = changed(&plan, "handshake", |facts| {
        facts.set("/addresses", json!([{"answer": "alert", "alert": "protocol_version"}]));
    });
    assert_eq!(verdict(&plan, &answers), Verdict::Violated);
}

#[test]
fn refusals_count_only_with_a_successful_handshake() {
    let plan = plan(EXAMPLE);
    let mut answers = sound(&plan);
    let error = crate::model::answer::error::ProbeError::new(Reason::Tls, "closed");
    answers[HANDSHAKE.0].answer = error.into();
    assert_eq!(verdict(&plan, &answers), Verdict::Inconclusive(Reason::Tls));
}

#[test]
fn every_setting_is_noticed() {
    for yaml in [
        "kind: tls\nminimum: TLS 1.2\n",
        "kind: tls\nminimum: TLS 1.2\ncertificate: true\n",
        "kind: tls\nminimum: TLS 1.2\ncertificate: true\nstarttls: { domain: x.test }\n",
        "kind: tls\nhost: media\nminimum: TLS 1.2\nstarttls: { port: 587 }\n",
        "kind: tls\nminimum: TLS 1.3\nkey_strength: 192\nplain_http: closed\n",
        "kind: tls\nhost: media\nminimum: TLS 1.2\ncertificate_days: 1\n",
        EXAMPLE,
    ] {
        let tried = tried(&plan(yaml));
        let missed: Vec<_> = tried.rows.iter().filter(|row| !row.noticed).collect();
        assert_eq!(tried.grade, Grade::Sound, "{yaml}: {missed:#?}");
        assert_eq!(tried.untouched, []);
    }
}

#[test]
fn the_certificate_is_tested_only_if_the_settings_say_so() {
    let tests_it = |yaml: &str| {
        let plan = plan(&format!("kind: tls\nminimum: TLS 1.2\n{yaml}"));
        assert_eq!(plan.ends.is_empty(), !names(&plan).contains(&"the certificate"));
        !plan.ends.is_empty()
    };
    assert!(!tests_it("") && !tests_it("certificate: false\n"));
    for yaml in ["certificate: true\n", "certificate_days: 14\n", "key_strength: 112\n"] {
        assert!(tests_it(yaml), "{yaml}");
    }
}

#[test]
fn a_certificate_that_is_unclear_leaves_the_version_known() {
    let plan = plan(EXAMPLE);
    let answers = changed(&plan, "handshake", |facts| {
        facts.note_unclear("/certificates", "unknown algorithm");
    });
    assert_eq!(verdict(&plan, &answers), Verdict::Inconclusive(Reason::Unparsable));
    let plan = crate::check::fixture::plan("kind: tls\nminimum: TLS 1.2\n");
    let answers = changed(&plan, "handshake", |facts| {
        facts.note_unclear("/certificates", "unknown algorithm");
    });
    assert_eq!(verdict(&plan, &answers), Verdict::Holds);
    let answers = changed(&plan, "handshake", |facts| {
        facts.note_unclear("/addresses", "a client certificate");
    });
    assert!(matches!(verdict(&plan, &answers), Verdict::Inconclusive(_)));
}

#[test]
fn mistakes_are_reported() {
    let unknown = mistakes("kind: tls\nminimum: TLS 1.1\n");
    assert_eq!(unknown, [("unknown-value", "unknown value `TLS 1.1`".into())]);
    let role = mistakes("kind: tls\nminimum: TLS 1.2\nhost: medai\n");
    assert_eq!(role, [("unknown-host", "no host has the role `medai`".into())]);
}
