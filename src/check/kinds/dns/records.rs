//! The questions of `dns` about addresses and authorities, and the list of probes with their
//! counterexamples.

use serde_json::{Value, json};

use crate::model::answer::ids::StepId;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test, Within};
use crate::model::plan::{ANYONE, Act, Role, Step};

/// The test of an alias and of the addresses behind it.
pub(crate) struct AddressTest<'a> {
    /// The zone that the alias must lead into.
    pub(crate) zone: Option<&'a str>,
    /// Whether there must be an address.
    pub(crate) no_dangling: bool,
}

impl AddressTest<'_> {
    pub(crate) fn plan(&self, shown: &str, act: Act, all: &mut Probes) {
        let zone = self.zone;
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

pub(crate) fn dnssec(shown: &str, act: Act, all: &mut Probes) {
    let secure = Expectation::new("/dnssec", Test::Equals(json!("secure")));
    all.probe(format!("the signatures of the zone of {shown}"), act, vec![secure]);
    for (when, why) in [
        ("is not signed", "unsigned: the zone has no keys"),
        ("has signatures that are not valid", "bogus: the signatures are not valid"),
    ] {
        all.set(Class::Negation, format!("the zone of {shown} {when}"), "/dnssec", json!(why));
    }
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
    pub(super) fn probe(&mut self, name: String, act: Act, expect: Vec<Expectation>) {
        let mut step = Step::new(Role::Probe, name, ANYONE, act);
        step.publish = ["/chain", "/records"].map(str::to_owned).into();
        step.publish.extend(expect.iter().map(|one| one.at.clone()));
        step.publish.sort();
        step.publish.dedup();
        step.expect = expect;
        self.steps.push(step);
    }

    /// A probe with a control that the name exists: a resolver behind a filter may not know it, and
    /// then nothing is known.
    pub(super) fn probe_of_known(&mut self, name: String, act: Act, expect: Vec<Expectation>) {
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
    pub(super) fn set(&mut self, class: Class, when: String, at: &str, value: Value) {
        let Some(step) = self.steps.len().checked_sub(1).map(StepId) else { return };
        let edits = vec![Edit::Set { step, at: at.to_owned(), value }];
        self.counterexamples.push(Counterexample { class, when, edits });
    }

    /// A malformed answer to the last step.
    pub(super) fn malformed(&mut self, at: &str, expected: bool) {
        if let Some(step) = self.steps.last().filter(|_| expected) {
            let when = format!("the answer about “{}” is malformed", step.name);
            self.set(Class::Fault, when, at, json!("malformed"));
        }
    }
}
