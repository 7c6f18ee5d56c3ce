//! The needs of a project: derived from its settings, its waivers and its plans, before anything is used.

use std::collections::BTreeMap;

use url::{Host, Url};

use crate::model::plan::backup::{BackupSource, FileQuery};
use crate::model::plan::question::{DnsQuestion, DnsRecord, HostName, Smtp, TlsAsk, TlsQuestion};
use crate::model::plan::request::{Destination, Program, Request};
use crate::model::plan::template::{Part, Template};
use crate::model::plan::{Act, Plan, Step};
use crate::model::project::Project;
use crate::model::project::claim::{Check, Claim};
use crate::model::project::permissions::words::words;
use crate::model::project::permissions::{
    ANYWHERE, Need, Permission, PermittedCommand, PermittedWaiver, TENANTS,
};
use crate::model::project::world::DEMO_SUFFIX;
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::node::{Node, Value};

const HTTPS_PORT: u16 = 443;
const HTTP_PORT: u16 = 80;

/// In place of a placeholder, to find the part of an address that it is in.
const MARK: &str = "placeholder-mark-0";

/// The files around a project, as far as its needs depend on them.
pub trait Files {
    /// The digest of the file or folder of the project that a word of a program's line names; `None` if it
    /// names none.
    fn digest(&self, word: &str) -> Option<String>;

    /// The paths outside the project that reading `path` leads to.
    fn outside(&self, path: &str) -> Vec<String>;
}

/// Everything that a project needs, in the order of its sources. The same permission may be needed in
/// several places.
pub fn needs(
    project: &Project,
    plans: &BTreeMap<ClaimId, Vec<Plan>>,
    files: &dyn Files,
) -> Vec<Need> {
    let mut all = Needs { project, files, all: project.asked.needs.clone() };
    all.release();
    for claim in &project.claims {
        let plans = plans.get(&claim.id).map_or(&[][..], Vec::as_slice);
        for (check, plan) in claim.checks.iter().zip(plans) {
            for step in &plan.steps {
                all.step(&Site { claim, check, plan }, step);
            }
        }
    }
    all.waivers();
    all.all
}

/// The check that needs something.
struct Site<'a> {
    claim: &'a Claim,
    check: &'a Check,
    plan: &'a Plan,
}

impl Site<'_> {
    /// The text of the check that contains one of `words`, or the name of its kind.
    fn place(&self, words: &[&str]) -> Place {
        let found = words.iter().find_map(|word| find(&self.check.settings, word));
        let span = found.map_or(&self.check.kind.span, |node| &node.span);
        Place::new(self.claim.file.clone(), span.clone())
    }
}

/// The first string that contains a text.
fn find<'a>(node: &'a Node, wanted: &str) -> Option<&'a Node> {
    match &node.value {
        Value::String(text) => (!wanted.is_empty() && text.contains(wanted)).then_some(node),
        Value::List(items) => items.iter().find_map(|item| find(item, wanted)),
        Value::Map(entries) => entries.iter().find_map(|entry| find(&entry.value, wanted)),
        _ => None,
    }
}

struct Needs<'a> {
    project: &'a Project,
    files: &'a dyn Files,
    all: Vec<Need>,
}

/// Where a request goes: to a host, or to where the answers of a host lead.
enum Reached {
    Host(String),
    LedBy(String),
}

impl Needs<'_> {
    fn add(&mut self, permission: Permission, place: Place) {
        let need = Need { permission, place: Some(place) };
        if !self.all.contains(&need) {
            self.all.push(need);
        }
    }

    /// A host; those of the embedded demo need no permission.
    fn host(&mut self, of: fn(String) -> Permission, host: String, place: Place) {
        if !self.is_demo(&host) {
            self.add(of(host), place);
        }
    }

    fn is_demo(&self, host: &str) -> bool {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        self.stays_in_demo() && name.ends_with(DEMO_SUFFIX)
    }

    /// Whether the demo is embedded, and no setting leads its names elsewhere.
    fn stays_in_demo(&self) -> bool {
        let leads = |need: &Need| {
            matches!(need.permission, Permission::ConnectTo(..) | Permission::Resolver(_))
        };
        self.project.world.embedded && !self.project.asked.needs.iter().any(leads)
    }

    /// The release is read before and after the checks, and its answer may redirect.
    fn release(&mut self) {
        if let Some(place) = self.project.asked.release.clone() {
            let target = self.at(&self.project.world.target);
            self.host(Permission::Host, target.clone(), place.clone());
            self.host(Permission::Redirects, target, place);
        }
    }

    fn step(&mut self, site: &Site<'_>, step: &Step) {
        match &step.act {
            Act::Http(request) => self.request(site, step, request),
            Act::Tls(question) => self.tls(site, question),
            Act::Dns(question) => self.dns(site, question),
            Act::Files(query) => self.file(site, query),
            Act::Open(opening) => match &opening.from {
                BackupSource::Http(request) => self.request(site, step, request),
                BackupSource::Files(query) => self.file(site, query),
            },
            // The manifest is a source like the check itself.
            Act::Command(_)
            | Act::Recall(_)
            | Act::Record(_)
            | Act::Manifest(_)
            | Act::Newest(_) => {}
        }
        if let Some(program) = step.act.program() {
            self.program(site, program);
        }
    }

    fn request(&mut self, site: &Site<'_>, step: &Step, request: &Request) {
        self.captured(site, request);
        // Without the permission to write, such a request is not sent.
        let is_sent = !request.writes() || self.project.writes;
        let text = request.to.template();
        let (host, role) = match self.reached(&request.to, site.plan) {
            Reached::Host(host) => (host, role(&request.to)),
            Reached::LedBy(host) => {
                let place = site.place(&[&text.0]);
                if is_sent && (request.may_change() || request.body.is_some()) {
                    self.add(Permission::Writes(ANYWHERE.to_owned()), place.clone());
                }
                return self.host(Permission::Redirects, host, place);
            }
        };
        let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
        let place = site.place(&[role, &text.0, name]);
        // Others are never redirected.
        let is_anonymous = !step.sends_credential() && !request.may_have_credential();
        if request.redirects_max > 0 && is_anonymous && !request.writes() {
            self.host(Permission::Redirects, host.clone(), place.clone());
        }
        if request.may_change() && is_sent {
            self.host(Permission::Writes, host.clone(), place.clone());
        }
        self.host(Permission::Host, host, place);
    }

    /// Values of answers to a request with a credential may be credentials too: sending one to another host is
    /// like sending the credential there.
    fn captured(&mut self, site: &Site<'_>, request: &Request) {
        let to = match self.reached(&request.to, site.plan) {
            Reached::Host(host) => host,
            Reached::LedBy(_) => ANYWHERE.to_owned(),
        };
        if to == self.at(&self.project.world.target) || self.is_demo(&to) {
            return;
        }
        let from = site.plan.steps.iter().filter(|step| {
            let captures = |hole: &str| step.captures.iter().any(|one| one.name == hole);
            step.sends_credential() && request.has_hole(captures) && !self.only_leads(request, step)
        });
        let actors: Vec<&String> = from.map(|step| &step.actor).collect();
        let place = site.place(&[&request.to.template().0]);
        for actor in actors {
            for name in self.secrets(actor) {
                self.add(Permission::SentTo(name, as_origin(&to)), place.clone());
            }
        }
    }

    /// Whether a request contains values of that step's answer only as its address, which is a link to follow.
    fn only_leads(&self, request: &Request, step: &Step) -> bool {
        let captures = |hole: &str| step.captures.iter().any(|one| one.name == hole);
        let is_link = matches!(&request.to, Destination::Address(address)
            if address.holes().next().is_some_and(|hole| address.0 == format!("${{{hole}}}")));
        let others = request.templates();
        is_link && !others.iter().skip(1).any(|text| text.holes().any(captures))
    }

    /// The variables with the credential of an actor.
    fn secrets(&self, actor: &str) -> Vec<String> {
        let written = self.project.asked.secrets.get(actor);
        let is_tenant = self.project.tenants.iter().any(|tenant| tenant == actor);
        let tenant = is_tenant.then(|| TENANTS.to_owned());
        written.into_iter().flatten().cloned().chain(tenant).collect()
    }

    fn reached(&self, to: &Destination, plan: &Plan) -> Reached {
        let world = &self.project.world;
        match to {
            Destination::Target(_) => Reached::Host(self.at(&world.target)),
            Destination::PlainTarget(_) => Reached::Host(self.target(HTTP_PORT)),
            Destination::Host(role, _) => {
                let host = world.hosts.get(role).map_or(role.as_str(), String::as_str);
                Reached::Host(with_port(host, HTTPS_PORT))
            }
            Destination::Address(address) => self.address(address, plan),
        }
    }

    /// Where a whole address leads. A placeholder at its start, and a captured one in its host, come from an
    /// answer.
    fn address(&self, address: &Template, plan: &Plan) -> Reached {
        let parts = address.parts();
        if let Some(Part::Hole(hole)) = parts.first() {
            return Reached::LedBy(self.answering(hole, plan).unwrap_or_else(|| "*".into()));
        }
        let marked = address.fill(|_| Some(MARK.to_owned())).unwrap_or_default();
        let Ok(url) = Url::parse(&marked) else {
            // Only a value could make it an address.
            return Reached::LedBy("*".into());
        };
        let host = url.host_str().unwrap_or_default();
        if !host.contains(MARK) {
            return Reached::Host(self.at(&self.at_actual_host(url)));
        }
        let captured = address.holes().find_map(|hole| self.answering(hole, plan));
        let port = url.port_or_known_default().unwrap_or_default();
        match captured {
            Some(host) => Reached::LedBy(host),
            None => Reached::Host(format!("{}:{port}", host.replace(MARK, "*"))),
        }
    }

    /// The host whose answer a placeholder is captured from.
    fn answering(&self, hole: &str, plan: &Plan) -> Option<String> {
        let captures = |step: &&Step| step.captures.iter().any(|one| one.name == hole);
        let step = plan.steps.iter().find(captures)?;
        Some(match plan.act_of(step) {
            Act::Http(request) => match self.reached(&request.to, plan) {
                Reached::Host(host) => host,
                // An address in the answer to an address in an answer.
                Reached::LedBy(_) => "*".to_owned(),
            },
            Act::Tls(question) => self.name(&question.host),
            Act::Dns(question) => self.name(&question.name),
            _ => "programs".to_owned(),
        })
    }

    /// The address with the host that its role has in this run, as `probe` sends it.
    fn at_actual_host(&self, mut url: Url) -> Url {
        let role = self.project.role_of(&url);
        let host = role.and_then(|role| self.project.world.hosts.get(role));
        if let Some(actual) = host.and_then(|host| Url::parse(&format!("https://{host}/")).ok()) {
            let _ = url.set_host(actual.host_str());
            if actual.port().is_some() {
                let _ = url.set_port(actual.port());
            }
        }
        url
    }

    fn tls(&mut self, site: &Site<'_>, question: &TlsQuestion) {
        let name = self.name(&question.host);
        let place = site.place(&[role_of(&question.host), &name]);
        // Names are looked up at the demo's own server.
        if self.stays_in_demo() && !is_address(&name) {
            return;
        }
        let port = match (question.ask, question.smtp) {
            (TlsAsk::PlainHttp, _) => HTTP_PORT,
            (_, Some(Smtp::Port(port))) => port,
            (_, Some(Smtp::Exchangers)) => {
                self.add(Permission::Dns(name.clone()), place.clone());
                return self.add(Permission::MailExchangers(name), place);
            }
            (_, None) if question.host == HostName::Target => {
                self.project.world.target.port().unwrap_or(HTTPS_PORT)
            }
            (_, None) => HTTPS_PORT,
        };
        let host = match question.host {
            HostName::Target => self.target(port),
            _ => format!("{}:{port}", without_port(&name)),
        };
        self.host(Permission::Host, host, place);
    }

    fn dns(&mut self, site: &Site<'_>, question: &DnsQuestion) {
        let name = self.name(&question.name);
        // The demo has a name server of its own, and an address has no records.
        if self.stays_in_demo() || is_address(&name) {
            return;
        }
        let place = site.place(&[role_of(&question.name), &name]);
        let below = question.below.as_ref();
        let whole = below.map_or_else(|| name.clone(), |label| format!("{label}.{name}"));
        self.add(Permission::Dns(whole), place.clone());
        if question.record == DnsRecord::MtaSts {
            // The policy is at a fixed host (RFC 8461, section 3.3).
            self.add(Permission::Host(format!("mta-sts.{name}:{HTTPS_PORT}")), place);
        }
    }

    fn file(&mut self, site: &Site<'_>, query: &FileQuery) {
        for path in self.files.outside(&query.path) {
            self.add(Permission::File(path), site.place(&[&query.path]));
        }
    }

    fn program(&mut self, site: &Site<'_>, program: &Program) {
        if !self.project.commands {
            return;
        }
        let words = program.line.iter().flat_map(|word| words(word));
        let words = words.chain(backups(site.plan, program));
        let files = words.filter_map(|word| self.files.digest(&word).map(|digest| (word, digest)));
        let command = PermittedCommand {
            files: files.collect(),
            line: program.line.clone(),
            env: program.env.iter().cloned().collect(),
        };
        let name = program.line.first().map_or("", String::as_str);
        self.add(Permission::Command(command), site.place(&[name]));
    }

    fn waivers(&mut self) {
        for (claim, (file, waiver)) in &self.project.waivers {
            let waived = PermittedWaiver {
                role: waiver.role.clone(),
                claim: Some(claim.as_str().to_owned()),
                until: Some(waiver.until),
            };
            let text = self.project.sources.text(file).map_or("", |text| text.as_ref());
            let span = text.find("\nrole:").map(|at| at + 1..at + 1 + "role:".len());
            let place = Place::new(file.clone(), span.unwrap_or(0..0));
            self.add(Permission::Waiver(waived), place);
        }
    }

    /// A host's name, as it is written where a variable contains it.
    fn name(&self, host: &HostName) -> String {
        match host {
            HostName::Target if self.has_variable() => self.target_text().to_owned(),
            HostName::Role(role) => {
                host.in_world(&self.project.world).unwrap_or(role.as_str()).to_owned()
            }
            _ => host.in_world(&self.project.world).unwrap_or_default().to_owned(),
        }
    }

    /// Host and port of an address; those of the target as they are written, where a variable contains them.
    fn at(&self, url: &Url) -> String {
        let target = &self.project.world.target;
        let host = |url: &Url| url.host_str().map(str::to_owned);
        if self.has_variable() && host(url) == host(target) {
            let is_same = url.port_or_known_default() == target.port_or_known_default();
            let text = self.target_text();
            return match (is_same, url.port_or_known_default()) {
                (false, Some(port)) => format!("{text}:{port}"),
                _ => text.to_owned(),
            };
        }
        let port = url.port_or_known_default().unwrap_or_default();
        format!("{}:{port}", url.host_str().unwrap_or_default())
    }

    /// The target's host at another port.
    fn target(&self, port: u16) -> String {
        let target = &self.project.world.target;
        match self.has_variable() {
            true if target.port_or_known_default() == Some(port) => self.target_text().to_owned(),
            true => format!("{}:{port}", self.target_text()),
            false => format!("{}:{port}", target.host_str().unwrap_or_default()),
        }
    }

    fn has_variable(&self) -> bool {
        self.project.asked.target.contains("${")
    }

    /// The target as it is written, without the scheme.
    fn target_text(&self) -> &str {
        let written = self.project.asked.target.trim_end_matches('/');
        let schemes = ["https://", "http://"];
        schemes.iter().find_map(|scheme| written.strip_prefix(scheme)).unwrap_or(written)
    }
}

/// The sources of the backup that a program gets.
fn backups(plan: &Plan, program: &Program) -> Vec<String> {
    if !program.line.iter().any(|word| word.contains("${backup")) {
        return Vec::new();
    }
    let source = |step: &Step| match &step.act {
        Act::Files(query) => Some(query.path.clone()),
        Act::Open(opening) => match &opening.from {
            BackupSource::Files(query) => Some(query.path.clone()),
            BackupSource::Http(_) => None,
        },
        _ => None,
    };
    plan.steps.iter().filter_map(source).collect()
}

/// The origin of a host and port.
fn as_origin(host: &str) -> String {
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    match port {
        "443" => format!("https://{name}"),
        "80" => format!("http://{name}"),
        _ => format!("https://{host}"),
    }
}

/// The role that a destination names.
fn role(to: &Destination) -> &str {
    match to {
        Destination::Host(role, _) => role,
        _ => "",
    }
}

fn role_of(host: &HostName) -> &str {
    match host {
        HostName::Role(role) => role,
        _ => "",
    }
}

/// `host` or `host:port`, with the port.
fn with_port(host: &str, port: u16) -> String {
    let url = Url::parse(&format!("https://{host}/")).ok();
    let port = url.as_ref().and_then(Url::port).unwrap_or(port);
    let name = url.as_ref().and_then(Url::host_str).unwrap_or(host);
    format!("{name}:{port}")
}

fn without_port(host: &str) -> String {
    let url = Url::parse(&format!("https://{host}/")).ok();
    url.as_ref().and_then(Url::host_str).unwrap_or(host).to_owned()
}

fn is_address(host: &str) -> bool {
    let url = Url::parse(&format!("https://{host}/")).ok();
    matches!(url.as_ref().and_then(Url::host), Some(Host::Ipv4(_) | Host::Ipv6(_)))
}
