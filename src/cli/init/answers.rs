//! The answers that a new project needs: from options, or from questions on the terminal.

use std::io::IsTerminal as _;
use std::path::Path;

use avouch::render::wording;
use dialoguer::{Confirm, Input, Select};
use url::{Host, Url};

use crate::disk::git;
use crate::exit::Exit;
use crate::init::customer;
use crate::init::customer::Customer;
use crate::init::found::Survey;
use crate::init::options::Init;
use crate::init::reach::Reached;
use crate::init::rules::{
    DEMO, Rule, contact, full_contact, https, mailbox, named, quoted, target,
};
use crate::terminal::console::Console;

/// The answers that a new project is made from.
pub(crate) struct Answers {
    /// The organisation that publishes the page.
    pub(crate) organisation: String,
    /// The future address of the page.
    pub(crate) url: Url,
    /// The service to check: an origin, or `demo`.
    pub(crate) target: String,
    /// How to report a vulnerability: `mailto:` or `https:` addresses.
    pub(crate) contacts: Vec<Url>,
    /// The test customer, where checks need a login.
    pub(crate) customer: Customer,
    /// Whether somebody confirmed that a person reads every message to the contact.
    pub(crate) reports_are_read: bool,
    /// Whether the folder is in a Git repository with a commit.
    pub(crate) is_committed: bool,
    /// Whether no project is made: only the service is looked at.
    pub(crate) is_audit: bool,
    /// How the service is reached.
    pub(crate) reached: Reached,
    /// What a first look at the service found.
    pub(crate) found: Survey,
}

impl Answers {
    /// Whether the embedded demo add-on is the target.
    pub(crate) fn is_demo(&self) -> bool {
        self.target == DEMO
    }

    /// The address for reports, as people write it.
    pub(crate) fn mailbox(&self) -> &str {
        self.contacts.first().map_or("", |contact| mailbox(contact.as_str()))
    }

    /// Whether the target has a name in the DNS.
    pub(crate) fn has_name(&self) -> bool {
        self.is_demo() || self.host().is_some()
    }

    /// The name of the target in the DNS.
    pub(crate) fn host(&self) -> Option<String> {
        let url = Url::parse(&self.target).ok()?;
        match url.host()? {
            Host::Domain("localhost") => None,
            Host::Domain(name) => Some(name.to_owned()),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }

    /// The domain of the first mail address among the contacts.
    pub(crate) fn mail_domain(&self) -> Option<&str> {
        let mail = self.contacts.iter().find(|contact| contact.scheme() == "mailto")?;
        mail.path().rsplit_once('@').map(|(_, domain)| domain)
    }

    /// Where the status page would usually be: only under the domain of the target itself.
    pub(crate) fn status_page(&self) -> Option<String> {
        let (host, domain) = (self.host()?, self.mail_domain()?);
        let is_within = host == domain || host.ends_with(&format!(".{domain}"));
        is_within.then(|| format!("https://status.{domain}/"))
    }

    /// The value of a blank of a check file, as YAML; `None` for the usual one.
    pub(crate) fn blank(&self, name: &str) -> Option<String> {
        let private = &self.customer.private;
        match name {
            "PRIVATE" if !private.is_empty() => Some(private.join("\n      - get: ")),
            "PRIVATE_PATHS" if !private.is_empty() => Some(wording::list(private, "and")),
            "AUTHORITY" if !self.found.authorities.is_empty() => {
                let all = self.found.authorities.iter().map(|one| quoted(one));
                Some(all.collect::<Vec<_>>().join(", "))
            }
            "FRONT" | "LOGIN" => Some(self.found.front.clone().unwrap_or_else(|| "/".into())),
            "COOKIE_PAGE" => Some("front page".into()),
            "STATUS_PAGE" => self.status_page(),
            _ => None,
        }
    }
}

/// Where the answers come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnsweredBy {
    /// From options alone.
    Options,
    /// From questions too, because an option is missing.
    Questions,
}

/// Asks at most ten questions, those that no option answers.
pub(crate) fn ask(args: &Init, root: &Path, console: Console) -> Result<Answers, Exit> {
    let missing = missing(args);
    let answered_by = if missing.is_empty() { AnsweredBy::Options } else { AnsweredBy::Questions };
    check_options(args, answered_by, console)?;
    if answered_by == AnsweredBy::Questions && !std::io::stdin().is_terminal() {
        let message =
            format!("there is no terminal to ask on, and these options are missing: {missing}");
        console.error(message, "set these options");
        return Err(Exit::Unusable);
    }
    let reached = Reached::read(&args.reach, console)?;
    let organisation = text(&args.organisation, "Who publishes the page?", None, named, console)?;
    let target = text(
        &args.target,
        "Which service should be checked? (an address, or demo)",
        None,
        target,
        console,
    )?;
    let url = text(&args.url, "What will the address of the page be?", None, https, console)?;
    let contact =
        text(&args.contact, "Where should people report vulnerabilities?", None, contact, console)?;
    let contact = full_contact(&contact);
    Ok(Answers {
        organisation,
        url: parsed(&url, console)?,
        customer: customer::ask(&args.customer, &target, answered_by, console)?,
        reports_are_read: args.reports_are_read
            || answered_by == AnsweredBy::Questions && confirms(&contact, console)?,
        contacts: vec![parsed(&contact, console)?],
        target: target.trim_end_matches('/').to_owned(),
        is_committed: git::is_committed(root),
        is_audit: false,
        reached,
        found: Survey::default(),
    })
}

fn missing(args: &Init) -> String {
    let is_demo = args.target.as_deref() == Some(DEMO);
    let needed = [
        (args.organisation.is_none(), "--organisation"),
        (args.target.is_none(), "--target"),
        (args.url.is_none(), "--url"),
        (args.contact.is_none(), "--contact"),
    ];
    let all = needed.iter().filter(|(missing, _)| *missing).map(|(_, flag)| *flag);
    let of_customer = customer::missing(&args.customer, is_demo);
    all.chain(of_customer).collect::<Vec<_>>().join(", ")
}

/// Reports everything that is wrong with the options, before any question is answered.
fn check_options(args: &Init, answered_by: AnsweredBy, console: Console) -> Result<(), Exit> {
    let given: [(&str, &Option<String>, Rule); 4] = [
        ("--organisation", &args.organisation, named),
        ("--target", &args.target, target),
        ("--url", &args.url, https),
        ("--contact", &args.contact, contact),
    ];
    let wrong = given.iter().filter_map(|(flag, text, fit)| {
        let why = fit(text.as_deref()?).err()?;
        Some((format!("`{flag}`: {why}"), ""))
    });
    let is_demo = args.target.as_deref() == Some(DEMO);
    let of_customer = customer::wrong(&args.customer, is_demo, answered_by);
    let wrong: Vec<_> = wrong.chain(of_customer).collect();
    wrong.iter().for_each(|(message, help)| console.error(message, *help));
    if wrong.is_empty() { Ok(()) } else { Err(Exit::Unusable) }
}

fn confirms(contact: &str, console: Console) -> Result<bool, Exit> {
    let question = format!(
        "Does a person read every message to {}? The page will say that you confirmed it",
        mailbox(contact)
    );
    let asked = Confirm::new().with_prompt(question).default(false).wait_for_newline(true);
    asked.interact().map_err(|error| stopped(&error, console))
}

/// An option's text, which was checked before, or an answer that `fit` accepts.
pub(crate) fn text(
    given: &Option<String>,
    question: &str,
    default: Option<&str>,
    fit: Rule,
    console: Console,
) -> Result<String, Exit> {
    if let Some(text) = given {
        return Ok(text.clone());
    }
    let asked = Input::<String>::new().with_prompt(question);
    let asked = default.map_or(asked.clone(), |text| asked.default(text.to_owned()));
    let asked = asked.validate_with(move |text: &String| fit(text));
    asked.interact_text().map_err(|error| stopped(&error, console))
}

/// The number of the item that is chosen.
pub(crate) fn choice(question: &str, items: &[&str], console: Console) -> Result<usize, Exit> {
    let asked = Select::new().with_prompt(question).items(items).default(0);
    asked.interact().map_err(|error| stopped(&error, console))
}

fn stopped(error: &dialoguer::Error, console: Console) -> Exit {
    console.error(format!("the project was not started: {error}"), "");
    Exit::Unusable
}

fn parsed(url: &str, console: Console) -> Result<Url, Exit> {
    Url::parse(url).map_err(|error| {
        console.error(format!("`{url}` is not an address: {error}"), "");
        Exit::Unusable
    })
}
