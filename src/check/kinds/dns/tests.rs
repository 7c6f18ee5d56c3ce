//! What checks of the kind `dns` notice, and which mistakes are reported.

use serde_json::json;

use super::*;
use crate::check::fixture::{
    changed, mistakes, names, plan, plan_in, project, sound, tried, verdict,
};
use crate::check::kinds::dns::records::some;
use crate::model::answer::verdict::Verdict;
use crate::model::judge::falsify::Grade;
use crate::model::plan::expect::Test;

const ALL: &str = "\
kind: dns
of: { domain_of: contacts }
mx: true
caa: [ca.example, other.example]
spf: true
dmarc: quarantine
";

fn with_mail() -> crate::model::project::Project {
    let mut project = project();
    project.world.hosts.insert("mail".into(), "demo.test".into());
    project
}

#[test]
fn every_setting_is_noticed() {
    for yaml in [
        ALL,
        EXAMPLE,
        "kind: dns\nof: {host: media}\nno_dangling: true\ndmarc: present\n",
        "kind: dns\ncname_into: ${host:platform}\ndmarc: reject\ncaa: [';']\n",
        "kind: dns\ndkim: [a, b.c]\ndkim_bits: 2048\n",
        "kind: dns\nmta_sts: true\ndnssec: true\n",
    ] {
        let plan = plan_in(&with_mail(), yaml).unwrap();
        assert_eq!(plan.flaws(), []);
        assert_eq!(verdict(&plan, &sound(&plan)), Verdict::Holds);
        let tried = tried(&plan);
        let missed: Vec<_> = tried.rows.iter().filter(|row| !row.noticed).collect();
        assert_eq!(tried.grade, Grade::Sound, "{yaml}: {missed:#?}");
        assert_eq!(tried.untouched, []);
    }
}

#[test]
fn the_demo_replaces_the_mail_domain_and_a_live_target_uses_that_of_the_contacts() {
    let mut project = with_mail();
    let step = |plan: &Plan| plan.steps[1].name.clone();
    let demo = plan_in(&project, ALL).unwrap();
    assert_eq!(step(&demo), "the mail exchangers of demo.test");
    project.world.demo = false;
    project.contacts = ["https://a.example/", "mailto:x@B.example", "mailto:y@b.example"]
        .map(|contact| contact.parse().unwrap())
        .into();
    let live = plan_in(&project, ALL).unwrap();
    assert_eq!(step(&live), "the mail exchangers of b.example");
    assert_eq!(live.steps.len(), 7);
}

#[test]
fn a_host_that_has_moved_to_another_zone_breaks_the_claim() {
    let plan = plan(EXAMPLE);
    let answers = changed(&plan, "alias", |facts| {
        facts.set("/chain", json!(["addon.elsewhere.test"]));
    });
    assert_eq!(verdict(&plan, &answers), Verdict::Violated);
}

#[test]
fn a_zone_may_be_a_roles_host() {
    let plan = plan("kind: dns\ncname_into: ${host:platform}\n");
    let zone = Test::EndsWith(".platform.demo.test".into());
    assert_eq!(plan.steps[0].expect, [some("/chain", "", zone)]);
    assert_eq!(names(&plan), ["the alias and the addresses of addon.demo.test"]);
}

#[test]
fn mistakes_are_reported() {
    for (yaml, code, message) in [
        ("of: {host: nobody}\nmx: true", "unknown-host", "no host has the role `nobody`"),
        (
            "of: {domain_of: contacts}\nmx: true",
            "no-mail-contact",
            "no contact of this project is a mail address",
        ),
        ("cname_into: a..b", "bad-host", "`a..b` is not a domain name"),
        ("cname_into: ${host:nobody}", "unknown-name", "unknown placeholder `${host:nobody}`"),
        ("dkim: []", "empty-list", "the list is empty"),
        ("dkim: ['a b']", "bad-host", "`a b` is not a selector"),
        ("caa: []", "empty-list", "the list is empty: any authority could issue certificates"),
    ] {
        let found = mistakes(&format!("kind: dns\n{yaml}\n"));
        assert_eq!(found, [(code, message.to_owned())], "{yaml}");
    }
}
