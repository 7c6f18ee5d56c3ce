//! What has to be known to begin a project: from flags, or asked at the terminal.

use std::io::IsTerminal;

use avouch::load::origin;
use dialoguer::{Input, Select};
use url::Url;

use crate::args::{Init, Login};
use crate::exit::Exit;
use crate::talk::Talk;

/// Everything that a new project is made from.
pub(crate) struct Answers {
    /// Who publishes the page.
    pub(crate) organisation: String,
    /// Where the page will be.
    pub(crate) url: Url,
    /// What is checked: an origin, or `demo`.
    pub(crate) target: String,
    /// How to report a vulnerability: a `mailto:` or `https:` address.
    pub(crate) contact: Url,
    /// How a customer logs in.
    pub(crate) login: Login,
    /// A path that only a customer who is logged in may read.
    pub(crate) private: String,
    /// The variable of the environment that holds the customer's secret.
    pub(crate) secret: String,
    /// With Connect: the customer's client key.
    pub(crate) client_key: String,
}

impl Answers {
    /// Whether the embedded demo add-on is the target.
    pub(crate) fn is_demo(&self) -> bool {
        self.target == "demo"
    }
}

/// The five questions, of which flags answer any.
pub(crate) fn ask(args: &Init, talk: Talk) -> Result<Answers, Exit> {
    let missing = missing(args);
    if !missing.is_empty() && !std::io::stdin().is_terminal() {
        let message = format!("this is no terminal to ask at, and these are missing: {missing}");
        talk.complain(&message, "give them as flags");
        return Err(Exit::Unusable);
    }
    let organisation = text(&args.organisation, "Who publishes the page?", None, talk, named)?;
    let target = text(&args.target, "What is checked? (an address, or demo)", None, talk, target)?;
    let origin = origin(&target).map(|url| url.origin().ascii_serialization());
    let target = origin.unwrap_or(target);
    let url = text(&args.url, "Where will the page be?", None, talk, |text| address(text, HTTPS))?;
    let contact = text(&args.contact, "Where are vulnerabilities reported?", None, talk, contact)?;
    let login = login(args, &target, talk)?;
    let is_demo = target == "demo";
    let (private, secret) = if is_demo { ("/config", "ACME_SECRET") } else { ("", "API_TOKEN") };
    let or =
        |given: &Option<String>, other: &str| given.clone().unwrap_or_else(|| other.to_owned());
    let client_key = match (&login, is_demo) {
        (Login::Connect, false) => {
            let question = "Which client key does that customer have?";
            text(&args.client_key, question, None, talk, named)?
        }
        _ => or(&args.client_key, if is_demo { "acme-key" } else { "" }),
    };
    let private = match (&login, is_demo) {
        (Login::None, _) => String::new(),
        (_, true) => or(&args.private, private),
        (_, false) => {
            let question = "Which path may only a customer read who is logged in?";
            text(&args.private, question, Some("/api/me"), talk, path)?
        }
    };
    Ok(Answers {
        organisation,
        url: parsed(&url, talk)?,
        contact: parsed(&full_contact(&contact), talk)?,
        login,
        private,
        secret: or(&args.secret, secret),
        client_key,
        target,
    })
}

fn missing(args: &Init) -> String {
    let is_demo = args.target.as_deref() == Some("demo");
    let logs_in = !is_demo && matches!(args.login, Some(Login::Bearer | Login::Connect));
    let by_connect = !is_demo && matches!(args.login, Some(Login::Connect));
    let needed = [
        (args.organisation.is_none(), "--organisation"),
        (args.target.is_none(), "--target"),
        (args.url.is_none(), "--url"),
        (args.contact.is_none(), "--contact"),
        (args.login.is_none() && !is_demo, "--login"),
        (args.private.is_none() && logs_in, "--private"),
        (args.client_key.is_none() && by_connect, "--client-key"),
    ];
    let all = needed.iter().filter(|(missing, _)| *missing).map(|(_, flag)| *flag);
    all.collect::<Vec<_>>().join(", ")
}

const LOGINS: [(Login, &str); 3] = [
    (Login::Bearer, "with a token, as `Authorization: Bearer`"),
    (Login::Connect, "as an Atlassian Connect add-on"),
    (Login::None, "not at all, or I will say so later"),
];

fn login(args: &Init, target: &str, talk: Talk) -> Result<Login, Exit> {
    match args.login {
        Some(login) => return Ok(login),
        None if target == "demo" => return Ok(Login::Connect),
        None => {}
    }
    let items: Vec<&str> = LOGINS.iter().map(|(_, words)| *words).collect();
    let asked = Select::new().with_prompt("How do customers log in?").items(&items).default(0);
    let index = asked.interact().map_err(|error| stopped(&error, talk))?;
    Ok(LOGINS[index].0)
}

/// A flag's text, or an answer; either must be `fit`.
fn text(
    given: &Option<String>,
    question: &str,
    default: Option<&str>,
    talk: Talk,
    fit: impl Fn(&str) -> Result<(), String> + Clone,
) -> Result<String, Exit> {
    if let Some(text) = given {
        return match fit(text) {
            Ok(()) => Ok(text.clone()),
            Err(why) => {
                talk.complain(&format!("`{text}`: {why}"), "");
                Err(Exit::Unusable)
            }
        };
    }
    let asked = Input::<String>::new().with_prompt(question);
    let asked = default.map_or(asked.clone(), |text| asked.default(text.to_owned()));
    let asked = asked.validate_with(move |text: &String| fit(text));
    asked.interact_text().map_err(|error| stopped(&error, talk))
}

fn stopped(error: &dialoguer::Error, talk: Talk) -> Exit {
    talk.complain(&format!("nothing was begun: {error}"), "");
    Exit::Unusable
}

const HTTPS: &[&str] = &["https"];

fn named(text: &str) -> Result<(), String> {
    let fits = !text.trim().is_empty() && !text.contains(['\n', '\r']);
    if fits { Ok(()) } else { Err("write a name on one line".into()) }
}

fn address(text: &str, schemes: &[&str]) -> Result<(), String> {
    let help = || format!("write an address that begins with {}://", schemes.join(":// or "));
    let url = Url::parse(text).map_err(|_| help())?;
    if schemes.contains(&url.scheme()) && url.has_host() { Ok(()) } else { Err(help()) }
}

fn target(text: &str) -> Result<(), String> {
    if text == "demo" {
        return Ok(());
    }
    address(text, &["https", "http"])?;
    let help = "write https:// and a host, and nothing behind it; http:// is for this machine only";
    origin(text).map(|_| ()).ok_or_else(|| help.to_owned())
}

fn contact(text: &str) -> Result<(), String> {
    let is_mail = text.strip_prefix("mailto:").unwrap_or(text).split_once('@').is_some();
    if is_mail && Url::parse(&full_contact(text)).is_ok() { Ok(()) } else { address(text, HTTPS) }
}

fn path(text: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "/-_.~%".contains(c);
    if text.starts_with('/') && text.chars().all(fits) {
        Ok(())
    } else {
        Err("write a path such as /api/me".into())
    }
}

fn full_contact(text: &str) -> String {
    let is_bare = !text.starts_with("mailto:") && !text.contains("://");
    if is_bare { format!("mailto:{text}") } else { text.to_owned() }
}

fn parsed(text: &str, talk: Talk) -> Result<Url, Exit> {
    Url::parse(text).map_err(|error| {
        talk.complain(&format!("`{text}` is no address: {error}"), "");
        Exit::Unusable
    })
}
