//! The questions of `dns`: for each record, a probe and its counterexamples.

use serde_json::{Value, json};

use crate::check::kinds::dns::{Dmarc, Settings};
use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test, Within};
use crate::model::plan::{ANYONE, Act, Role, Step};

impl Settings {
    pub(crate) fn address(&self, zone: Option<&str>, shown: &str, act: Act, all: &mut Probes) {
        let mut expect = Vec::new();
        if let Some(zone) = zone {
            expect.push(some("/chain", "", Test::EndsWith(format!(".{zone}"))));
        }
        if self.no_dangling {
            let types = ["A", "AAAA"].map(Value::from).into();
            expect.push(some("/records", "/type", Test::OneOf(types)));
        }
        all.probe(format!("the alias and the addresses of {shown}"), act, expect);
        if let Some(zone) = zone {
            let other = json!(["addon.elsewhere.invalid"]);
            let alike = json!([format!("addon.not{zone}")]);
            let longer = json!([format!("www.{shown}"), format!("addon.{zone}")]);
            all.set(Class::Negation, format!("{shown} is not an alias"), "/chain", json!([]));
            all.set(Class::Negation, format!("{shown} leads to another zone"), "/chain", other);
            all.set(
                Class::Negation,
                format!("{shown} leads to a zone whose name only ends like {zone}"),
                "/chain",
                alike,
            );
            all.set(Class::Benign, format!("{shown} leads there in two steps"), "/chain", longer);
        }
        if self.no_dangling {
            let moved = json!([{"type": "AAAA", "value": "2001:db8::1"}]);
            all.set(
                Class::Negation,
                format!("{shown} leads to a name that has no address"),
                "/records",
                json!([]),
            );
            all.set(Class::Benign, format!("{shown} has another address"), "/records", moved);
        }
        all.malformed("/chain", zone.is_some());
        all.malformed("/records", self.no_dangling);
    }
}

pub(crate) fn mx(shown: &str, act: Act, all: &mut Probes) {
    let name = format!("the mail exchangers of {shown}");
    all.probe_of_known(name, act, vec![some("/records", "/takes_mail", Test::Equals(json!(true)))]);
    let null = json!([{"type": "MX", "value": "0 .", "exchange": ".", "takes_mail": false}]);
    let other = json!([{"type": "MX", "value": "5 mx.example", "exchange": "mx.example", "takes_mail": true}]);
    all.set(Class::Negation, format!("{shown} has no mail exchanger"), "/records", json!([]));
    all.set(Class::Negation, format!("{shown} has a null mail exchanger"), "/records", null);
    all.set(Class::Benign, format!("{shown} has another mail exchanger"), "/records", other);
    all.malformed("/records", true);
}

pub(crate) fn authorities(wanted: &[String], shown: &str, act: Act, all: &mut Probes) {
    let wanted: Vec<Value> = wanted.iter().map(|one| json!(one.to_ascii_lowercase())).collect();
    let name = format!("the authorities that may issue certificates for {shown}");
    all.probe_of_known(
        name,
        act,
        vec![Expectation::new("/issuers", Test::SameSet(wanted.clone()))],
    );
    let any_authority = format!("any authority may issue certificates for {shown}");
    all.set(Class::Negation, any_authority, "/issuers", json!([]));
    let turned: Vec<Value> = wanted.into_iter().rev().collect();
    all.set(
        Class::Benign,
        format!("the authorities for {shown} come in another order"),
        "/issuers",
        json!(turned),
    );
    all.malformed("/issuers", true);
}

pub(crate) fn spf(shown: &str, act: Act, all: &mut Probes) {
    let strict = ["fail", "softfail", "redirect"].map(Value::from).into();
    let expect = vec![
        Expectation::new("/spf/count", Test::Equals(json!(1))),
        Expectation::new("/spf/all", Test::OneOf(strict)),
    ];
    all.probe_of_known(format!("the SPF record of {shown}"), act, expect);
    for (class, when, at, value) in [
        (Class::Negation, "has no SPF record", "/spf", json!({"count": 0, "all": null})),
        (Class::Negation, "has two SPF records", "/spf/count", json!(2)),
        (Class::Negation, "lets any sender send mail in its name", "/spf/all", json!("pass")),
        (Class::Negation, "is neutral about unlisted senders", "/spf/all", json!("neutral")),
        (Class::Benign, "fails unlisted senders softly", "/spf/all", json!("softfail")),
    ] {
        all.set(class, format!("{shown} {when}"), at, value);
    }
}

pub(crate) fn dmarc(wanted: Dmarc, shown: &str, act: Act, all: &mut Probes) {
    let policies: &[&str] = match wanted {
        Dmarc::Reject => &["reject"],
        Dmarc::Quarantine => &["quarantine", "reject"],
        Dmarc::Present => &["none", "quarantine", "reject"],
    };
    let policies = policies.iter().map(|one| json!(one)).collect();
    let mut expect = vec![
        Expectation::new("/dmarc/count", Test::Equals(json!(1))),
        Expectation::new("/dmarc/policy", Test::OneOf(policies)),
    ];
    let strict = !matches!(wanted, Dmarc::Present);
    if strict {
        expect.push(Expectation::new("/dmarc/pct", Test::AtLeast(100.0)));
    }
    all.probe(format!("the DMARC record of {shown}"), act, expect);
    let none = json!({"count": 0, "policy": null, "pct": null});
    all.set(Class::Negation, format!("{shown} has no DMARC record"), "/dmarc", none);
    if strict {
        let lax = format!("the DMARC record of {shown} has the policy `none`");
        all.set(Class::Negation, lax, "/dmarc/policy", json!("none"));
        let half = format!("the DMARC record of {shown} covers only half of its mail");
        all.set(Class::Negation, half, "/dmarc/pct", json!(50));
    }
    let stricter = format!("the DMARC policy of {shown} is `reject`");
    all.set(Class::Benign, stricter, "/dmarc/policy", json!("reject"));
}

pub(crate) fn some(list: &str, at: &str, is: Test) -> Expectation {
    Expectation::new(list, Test::Some(Box::new(Within { at: at.to_owned(), is })))
}

/// The steps and counterexamples so far.
#[derive(Default)]
pub(crate) struct Probes {
    pub(crate) steps: Vec<Step>,
    pub(crate) counterexamples: Vec<Counterexample>,
}

impl Probes {
    fn probe(&mut self, name: String, act: Act, expect: Vec<Expectation>) {
        let mut step = Step::new(Role::Probe, name, ANYONE, act);
        step.publish = ["/chain", "/records"].map(str::to_owned).into();
        step.expect = expect;
        self.steps.push(step);
    }

    /// A probe with a control that the name exists: a resolver behind a filter may not know it, and
    /// then nothing is known.
    fn probe_of_known(&mut self, name: String, act: Act, expect: Vec<Expectation>) {
        let mut control = Step::new(Role::Control, format!("{name}: the name exists"), ANYONE, act);
        control.expect = vec![Expectation::new("/code", Test::Equals(json!("NOERROR")))];
        self.steps.push(control);
        let step = StepId(self.steps.len() - 1);
        self.probe(name.clone(), Act::Recall(step), expect);
        if let Some(probe) = self.steps.last_mut() {
            probe.control = Some(step);
        }
        let edits = vec![Edit::Set { step, at: "/code".into(), value: json!("NXDOMAIN") }];
        let when = format!("the resolver does not know the name in “{name}”");
        self.counterexamples.push(Counterexample { class: Class::Fault, when, edits });
    }

    /// Another value in the answer to the last step.
    fn set(&mut self, class: Class, when: String, at: &str, value: Value) {
        let Some(step) = self.steps.len().checked_sub(1).map(StepId) else { return };
        let edits = vec![Edit::Set { step, at: at.to_owned(), value }];
        self.counterexamples.push(Counterexample { class, when, edits });
    }

    /// A malformed answer to the last step.
    fn malformed(&mut self, at: &str, expected: bool) {
        if let Some(step) = self.steps.last().filter(|_| expected) {
            let when = format!("the answer about “{}” is malformed", step.name);
            self.set(Class::Fault, when, at, json!("malformed"));
        }
    }
}
