//! `dns`: what the name system says of a host or of the domain that mail goes to.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::kind::{Context, Kind, Manual};
use crate::check::written::placeholders::Names;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test, Within};
use crate::model::plan::question::{DnsQuestion, DnsRecord, HostName};
use crate::model::plan::{ANYONE, Act, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The role that plays the contacts' mail domain while the demo is the target.
const MAIL_ROLE: &str = "mail";

/// The kind.
pub(crate) struct Dns;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The name that is asked about: `target` (also if left out), `{host: ROLE}`, `{domain: NAME}`, or
    /// `{domain_of: contacts}` for the mail domains of `contacts:` in `avouch.yaml`.
    #[serde(default)]
    of: About,
    /// The zone that the name must be an alias into, such as `herokudns.com` or `${host:ROLE}`.
    cname_into: Option<Spanned<String>>,
    /// Whether the name, aliases followed, must have an address.
    #[serde(default)]
    no_dangling: bool,
    /// Whether the name must have a mail exchanger, and not one that says that there is no mail.
    #[serde(default)]
    mx: bool,
    /// Exactly the authorities that may issue certificates for the name; `[;]` if nobody may.
    caa: Option<Spanned<Vec<String>>>,
    /// Whether the name must have one SPF record, by which mail from unlisted senders fails, at
    /// least softly, or another domain's record decides.
    #[serde(default)]
    spf: bool,
    /// What the DMARC record must at least ask for, of all mail.
    dmarc: Option<Dmarc>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum About {
    /// The target's host.
    #[default]
    Target,
    /// The host of a role, from `hosts:` in `avouch.yaml`.
    Host(Spanned<String>),
    /// A name; `${host:ROLE}` stands for a role's host.
    Domain(Spanned<String>),
    /// The mail domains of the project's contacts.
    DomainOf(Spanned<Whose>),
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Whose {
    /// Those of `contacts:` in `avouch.yaml`.
    Contacts,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Dmarc {
    /// Mail that fails is rejected.
    Reject,
    /// Mail that fails is set aside, or rejected.
    Quarantine,
    /// There is a policy, even if it asks for nothing.
    Present,
}

impl Kind for Dns {
    fn name(&self) -> &'static str {
        "dns"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "The name system says of a name what it should: that it is an alias into a \
                     zone, that it leads to an address and not into the void, that its mail is \
                     taken, who may issue certificates for it, who may send mail in its name.",
            cannot_prove: "That other resolvers, elsewhere or later, are told the same; that the \
                           answers are signed; that mail which is sent is read. An SPF record that \
                           hands over to another domain is taken as it is.",
            example: EXAMPLE,
        }
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(Settings)
    }

    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan> {
        let before = diagnostics.mark();
        let settings: Settings = context.read(settings, diagnostics)?;
        let names = settings.of.names(context, diagnostics);
        let zone = settings.cname_into.as_ref().map(|zone| domain(zone, context, diagnostics));
        settings.tell_empty_caa(context, diagnostics);
        let sound = diagnostics.is_clean_since(before);
        sound.then(|| settings.plan(&names, zone.as_deref()))
    }
}

const EXAMPLE: &str = "\
kind: dns
of: target
cname_into: herokudns.com
no_dangling: true
";

impl About {
    /// The names that are asked about, each as the plan has it and as a reader sees it.
    fn names(&self, context: &Context<'_>, diagnostics: &mut Report) -> Vec<(HostName, String)> {
        match self {
            Self::Target => {
                let host = context.project.world.target.host_str().unwrap_or_default();
                vec![(HostName::Target, host.to_owned())]
            }
            Self::Host(role) => {
                let host = context.host(role, diagnostics).map(str::to_owned);
                host.map(|host| (HostName::Role(role.value.clone()), host)).into_iter().collect()
            }
            Self::Domain(name) => {
                let name = domain(name, context, diagnostics);
                vec![(HostName::Literal(name.clone()), name)]
            }
            Self::DomainOf(contacts) => {
                let names = mail_domains(context);
                if names.is_empty() {
                    let message = "no contact of this project is a mail address";
                    let mistake = context.mistake(Code::NoMailContact, &contacts.span, message);
                    let help = "add a `mailto:` address to `contacts:` in `avouch.yaml`";
                    diagnostics.push(mistake.help(help));
                }
                names
            }
        }
    }
}

/// The domains of the contacts' mail addresses; while the demo is the target, it plays them.
fn mail_domains(context: &Context<'_>) -> Vec<(HostName, String)> {
    let world = &context.project.world;
    if let Some(host) = world.hosts.get(MAIL_ROLE).filter(|_| world.demo) {
        return vec![(HostName::Role(MAIL_ROLE.into()), host.clone())];
    }
    let mail = context.project.contacts.iter().filter(|contact| contact.scheme() == "mailto");
    let domains = mail.filter_map(|contact| contact.path().rsplit_once('@'));
    let mut all: Vec<String> = domains.map(|(_, domain)| domain.to_ascii_lowercase()).collect();
    all.sort();
    all.dedup();
    all.into_iter().map(|name| (HostName::Literal(name.clone()), name)).collect()
}

/// A name with its holes filled, in lower case and without dots at its ends.
fn domain(written: &Spanned<String>, context: &Context<'_>, diagnostics: &mut Report) -> String {
    let told = diagnostics.mark();
    let text = Names::none(context).text(written, &written.span, diagnostics);
    let name = text.trim_matches('.').to_ascii_lowercase();
    let is_name = |name: &str| {
        let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        name.split('.').all(|label| !label.is_empty() && label.chars().all(of_name))
    };
    if diagnostics.is_clean_since(told) && !is_name(&name) {
        let message = format!("`{}` is no name", written.value);
        let help = "write it like `example.com`";
        diagnostics.push(context.mistake(Code::BadHost, &written.span, message).help(help));
    }
    name
}

impl Settings {
    fn tell_empty_caa(&self, context: &Context<'_>, diagnostics: &mut Report) {
        if let Some(caa) = self.caa.as_ref().filter(|caa| caa.is_empty()) {
            let message = "this names no authority, so that anybody might issue";
            let help = "name the authorities, or write `[;]` if nobody may issue";
            diagnostics.push(context.mistake(Code::EmptyList, &caa.span, message).help(help));
        }
    }

    fn plan(&self, names: &[(HostName, String)], zone: Option<&str>) -> Plan {
        let mut all = Asked::default();
        for (name, shown) in names {
            let ask = |below: Option<&str>, record| {
                let below = below.map(str::to_owned);
                Act::Dns(DnsQuestion { name: name.clone(), below, record })
            };
            if zone.is_some() || self.no_dangling {
                self.address(zone, shown, ask(None, DnsRecord::Address), &mut all);
            }
            if self.mx {
                mx(shown, ask(None, DnsRecord::Mx), &mut all);
            }
            if let Some(caa) = &self.caa {
                authorities(caa, shown, ask(None, DnsRecord::Caa), &mut all);
            }
            if self.spf {
                spf(shown, ask(None, DnsRecord::Txt), &mut all);
            }
            if let Some(wanted) = self.dmarc {
                dmarc(wanted, shown, ask(Some("_dmarc"), DnsRecord::Txt), &mut all);
            }
        }
        let probes = all.steps.iter().filter(|step| step.role == Role::Probe);
        let asked: Vec<&str> = probes.map(|step| step.name.as_str()).collect();
        Plan {
            parameters: Vec::new(),
            kind: "dns".into(),
            covers: format!("What one resolver says of {}.", asked.join(", ")),
            leaves_open:
                "It does not show what other resolvers say, nor that the answers are signed.".into(),
            steps: all.steps,
            canaries: Vec::new(),
            ends: Vec::new(),
            counterexamples: all.counterexamples,
        }
    }

    fn address(&self, zone: Option<&str>, shown: &str, act: Act, all: &mut Asked) {
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
            all.set(Class::Negation, format!("{shown} is no alias"), "/chain", json!([]));
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
        all.garble("/chain", zone.is_some());
        all.garble("/records", self.no_dangling);
    }
}

fn mx(shown: &str, act: Act, all: &mut Asked) {
    let name = format!("the mail exchangers of {shown}");
    all.probe_of_known(name, act, vec![some("/records", "/takes_mail", Test::Equals(json!(true)))]);
    let null = json!([{"type": "MX", "value": "0 .", "exchange": ".", "takes_mail": false}]);
    let other = json!([{"type": "MX", "value": "5 mx.example", "exchange": "mx.example", "takes_mail": true}]);
    all.set(Class::Negation, format!("{shown} has no mail exchanger"), "/records", json!([]));
    all.set(Class::Negation, format!("{shown} says that it takes no mail"), "/records", null);
    all.set(Class::Benign, format!("{shown} has another mail exchanger"), "/records", other);
    all.garble("/records", true);
}

fn authorities(wanted: &[String], shown: &str, act: Act, all: &mut Asked) {
    let wanted: Vec<Value> = wanted.iter().map(|one| json!(one.to_ascii_lowercase())).collect();
    let name = format!("who may issue certificates for {shown}");
    all.probe_of_known(
        name,
        act,
        vec![Expectation::new("/issuers", Test::SameSet(wanted.clone()))],
    );
    let anybody = format!("anybody may issue certificates for {shown}");
    all.set(Class::Negation, anybody, "/issuers", json!([]));
    let turned: Vec<Value> = wanted.into_iter().rev().collect();
    all.set(
        Class::Benign,
        format!("the authorities for {shown} come in another order"),
        "/issuers",
        json!(turned),
    );
    all.garble("/issuers", true);
}

fn spf(shown: &str, act: Act, all: &mut Asked) {
    let strict = ["fail", "softfail", "redirect"].map(Value::from).into();
    let expect = vec![
        Expectation::new("/spf/count", Test::Equals(json!(1))),
        Expectation::new("/spf/all", Test::OneOf(strict)),
    ];
    all.probe_of_known(format!("the SPF record of {shown}"), act, expect);
    for (class, when, at, value) in [
        (Class::Negation, "has no SPF record", "/spf", json!({"count": 0, "all": null})),
        (Class::Negation, "has two SPF records", "/spf/count", json!(2)),
        (Class::Negation, "lets anybody send mail in its name", "/spf/all", json!("pass")),
        (Class::Negation, "says nothing of unlisted senders", "/spf/all", json!("neutral")),
        (Class::Benign, "fails unlisted senders softly", "/spf/all", json!("softfail")),
    ] {
        all.set(class, format!("{shown} {when}"), at, value);
    }
}

fn dmarc(wanted: Dmarc, shown: &str, act: Act, all: &mut Asked) {
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
        let lax = format!("the DMARC record of {shown} asks for nothing");
        all.set(Class::Negation, lax, "/dmarc/policy", json!("none"));
        let half = format!("the DMARC record of {shown} is about half of its mail");
        all.set(Class::Negation, half, "/dmarc/pct", json!(50));
    }
    let stricter = format!("the DMARC record of {shown} asks to reject");
    all.set(Class::Benign, stricter, "/dmarc/policy", json!("reject"));
}

fn some(list: &str, at: &str, is: Test) -> Expectation {
    Expectation::new(list, Test::Some(Box::new(Within { at: at.to_owned(), is })))
}

/// What is asked, and what shows that it can fail.
#[derive(Default)]
struct Asked {
    steps: Vec<Step>,
    counterexamples: Vec<Counterexample>,
}

impl Asked {
    fn probe(&mut self, name: String, act: Act, expect: Vec<Expectation>) {
        let mut step = Step::new(Role::Probe, name, ANYONE, act);
        step.publish = ["/chain", "/records"].map(str::to_owned).into();
        step.expect = expect;
        self.steps.push(step);
    }

    /// A probe of a name that exists: of one that the resolver does not know, as behind a filter,
    /// nothing is learned.
    fn probe_of_known(&mut self, name: String, act: Act, expect: Vec<Expectation>) {
        let mut control = Step::new(Role::Control, format!("{name}: the name exists"), ANYONE, act);
        control.expect = vec![Expectation::new("/code", Test::Equals(json!("NOERROR")))];
        self.steps.push(control);
        let step = self.steps.len() - 1;
        self.probe(name.clone(), Act::Recall(step), expect);
        if let Some(probe) = self.steps.last_mut() {
            probe.control = Some(step);
        }
        let edits = vec![Edit::Set { step, at: "/code".into(), value: json!("NXDOMAIN") }];
        let when = format!("the resolver does not know the name in “{name}”");
        self.counterexamples.push(Counterexample { class: Class::Fault, when, edits });
    }

    /// A change of the answer to the last step.
    fn set(&mut self, class: Class, when: String, at: &str, value: Value) {
        let Some(step) = self.steps.len().checked_sub(1) else { return };
        let edits = vec![Edit::Set { step, at: at.to_owned(), value }];
        self.counterexamples.push(Counterexample { class, when, edits });
    }

    /// An answer to the last step that is not of the form that the question is about.
    fn garble(&mut self, at: &str, expected: bool) {
        if let Some(step) = self.steps.last().filter(|_| expected) {
            let when = format!("the answer about “{}” is garbled", step.name);
            self.set(Class::Fault, when, at, json!("garbled"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{
        changed, mistakes, names, plan, plan_in, project, sound, tried, verdict,
    };
    use crate::model::answer::verdict::Verdict;
    use crate::model::judge::falsify::Grade;

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
    fn the_demo_plays_the_mail_domain_and_a_live_target_has_the_contacts_own() {
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
    fn mistakes_are_told() {
        for (yaml, code, message) in [
            ("of: {host: nobody}\nmx: true", "unknown-host", "no host has the role `nobody`"),
            (
                "of: {domain_of: contacts}\nmx: true",
                "no-mail-contact",
                "no contact of this project is a mail address",
            ),
            ("cname_into: a..b", "bad-host", "`a..b` is no name"),
            (
                "cname_into: ${host:nobody}",
                "unknown-name",
                "`${host:nobody}` stands for nothing here",
            ),
            ("caa: []", "empty-list", "this names no authority, so that anybody might issue"),
        ] {
            let told = mistakes(&format!("kind: dns\n{yaml}\n"));
            assert_eq!(told, [(code, message.to_owned())], "{yaml}");
        }
    }
}
