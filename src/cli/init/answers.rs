//! The answers that a new project needs: from options, or from questions on the terminal.

use std::io::IsTerminal as _;
use std::path::Path;

use avouch::load::origin;
use dialoguer::{Confirm, Input, Select};
use url::Url;

use crate::disk::git;
use crate::exit::Exit;
use crate::init::options::{Init, Login};
use crate::terminal::console::Console;

/// The answers that a new project is made from.
pub(crate) struct Answers {
    /// The organisation that publishes the page.
    pub(crate) organisation: String,
    /// The future address of the page.
    pub(crate) url: Url,
    /// The service to check: an origin, or `demo`.
    pub(crate) target: String,
    /// How to report a vulnerability: a `mailto:` or `https:` address.
    pub(crate) contact: Url,
    /// The test customer, where checks need a login.
    pub(crate) customer: Customer,
    /// Whether somebody confirmed that a person reads every message to the contact.
    pub(crate) reports_are_read: bool,
    /// Whether the folder is in a Git repository with a commit.
    pub(crate) is_committed: bool,
}

/// A customer of the service; the other fields are empty without a login.
pub(crate) struct Customer {
    /// How they log in.
    pub(crate) login: Login,
    /// A path that only a logged-in customer may read.
    pub(crate) private: String,
    /// The environment variable with their secret.
    pub(crate) secret: String,
    /// With Connect: their client key.
    pub(crate) client_key: String,
}

impl Answers {
    /// Whether the embedded demo add-on is the target.
    pub(crate) fn is_demo(&self) -> bool {
        self.target == DEMO
    }

    /// The address for reports, as people write it.
    pub(crate) fn mailbox(&self) -> &str {
        mailbox(self.contact.as_str())
    }
}

const DEMO: &str = "demo";

/// The default variable for a customer's secret.
const SECRET: &str = "API_TOKEN";

/// Where the answers come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AnsweredBy {
    /// From options alone.
    Options,
    /// From questions too, because an option is missing.
    Questions,
}

/// Asks at most nine questions, those that no option answers.
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
        customer: customer(args, &target, answered_by, console)?,
        reports_are_read: args.reports_are_read
            || answered_by == AnsweredBy::Questions && confirms(&contact, console)?,
        contact: parsed(&contact, console)?,
        target: target.trim_end_matches('/').to_owned(),
        is_committed: git::is_committed(root),
    })
}

fn missing(args: &Init) -> String {
    let is_demo = args.target.as_deref() == Some(DEMO);
    let logs_in = !is_demo && matches!(args.login, Some(Login::Bearer | Login::Connect));
    let has_key = !is_demo && args.login == Some(Login::Connect);
    let needed = [
        (args.organisation.is_none(), "--organisation"),
        (args.target.is_none(), "--target"),
        (args.url.is_none(), "--url"),
        (args.contact.is_none(), "--contact"),
        (args.login.is_none() && !is_demo, "--login"),
        (args.private.is_none() && logs_in, "--private"),
        (args.client_key.is_none() && has_key, "--client-key"),
    ];
    let all = needed.iter().filter(|(missing, _)| *missing).map(|(_, flag)| *flag);
    all.collect::<Vec<_>>().join(", ")
}

/// Checks a text. The error says what to write, without the text: it may be a secret in the wrong place.
type Rule = fn(&str) -> Result<(), String>;

/// Reports everything that is wrong with the options, before any question is answered.
fn check_options(args: &Init, answered_by: AnsweredBy, console: Console) -> Result<(), Exit> {
    let given: [(&str, &Option<String>, Rule); 6] = [
        ("--organisation", &args.organisation, named),
        ("--target", &args.target, target),
        ("--url", &args.url, https),
        ("--contact", &args.contact, contact),
        ("--private", &args.private, path),
        ("--client-key", &args.client_key, named),
    ];
    let wrong = given.iter().filter_map(|(flag, text, fit)| {
        let why = fit(text.as_deref()?).err()?;
        Some((format!("`{flag}`: {why}"), ""))
    });
    let wrong: Vec<_> = wrong.chain(no_secret(args, answered_by)).collect();
    wrong.iter().for_each(|(message, help)| console.error(message, *help));
    if wrong.is_empty() { Ok(()) } else { Err(Exit::Unusable) }
}

/// The error about the variable with the customer's secret, where no question will ask for it.
fn no_secret(args: &Init, answered_by: AnsweredBy) -> Option<(String, &'static str)> {
    let is_needed = args.login != Some(Login::None) && args.target.as_deref() != Some(DEMO);
    let message = match &args.secret {
        _ if !is_needed => return None,
        Some(name) => format!("`--secret`: {}", variable(name).err()?),
        None if answered_by == AnsweredBy::Questions || variable(SECRET).is_ok() => return None,
        None => format!("the variable `{SECRET}` is not set, and customers log in with it"),
    };
    Some((message, "set it, name another variable with `--secret`, or start with `--login none`"))
}

/// How a customer logs in, and the answers that depend on it.
fn customer(
    args: &Init,
    target: &str,
    answered_by: AnsweredBy,
    console: Console,
) -> Result<Customer, Exit> {
    let login = login(args, target, console)?;
    let or =
        |given: &Option<String>, other: &str| given.clone().unwrap_or_else(|| other.to_owned());
    if target == DEMO && login != Login::None {
        return Ok(Customer {
            login,
            private: or(&args.private, "/config"),
            secret: or(&args.secret, "ACME_SECRET"),
            client_key: or(&args.client_key, "acme-key"),
        });
    }
    let secret = match &args.secret {
        None if answered_by == AnsweredBy::Questions && login != Login::None => {
            secret(login, console)?
        }
        given => or(given, SECRET),
    };
    if login == Login::None || secret == NO_LOGIN {
        let [private, secret, client_key] = [const { String::new() }; 3];
        return Ok(Customer { login: Login::None, private, secret, client_key });
    }
    let client_key = match login {
        Login::Connect => text(
            &args.client_key,
            "What is the client key of that customer?",
            None,
            named,
            console,
        )?,
        _ => String::new(),
    };
    let question = "Which path may only logged-in customers read?";
    let private = text(&args.private, question, Some("/api/me"), path, console)?;
    Ok(Customer { login, private, secret, client_key })
}

const LOGINS: [(Login, &str); 3] = [
    (Login::Bearer, "with a token, as `Authorization: Bearer`"),
    (Login::Connect, "as an Atlassian Connect add-on"),
    (Login::None, "they do not, or I will set this up later"),
];

fn login(args: &Init, target: &str, console: Console) -> Result<Login, Exit> {
    match args.login {
        Some(login) => return Ok(login),
        None if target == DEMO => return Ok(Login::Connect),
        None => {}
    }
    let items: Vec<&str> = LOGINS.iter().map(|(_, words)| *words).collect();
    let asked = Select::new().with_prompt("How do customers log in?").items(&items).default(0);
    let index = asked.interact().map_err(|error| stopped(&error, console))?;
    Ok(LOGINS[index].0)
}

/// The answer where no variable has the secret.
const NO_LOGIN: &str = "none";

fn secret(login: Login, console: Console) -> Result<String, Exit> {
    let what = if login == Login::Connect { "the shared secret" } else { "that token" };
    let question =
        format!("Which environment variable contains {what}? (none: start without a login)");
    text(&None, &question, Some(SECRET), variable_or_none, console)
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
fn text(
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

fn stopped(error: &dialoguer::Error, console: Console) -> Exit {
    console.error(format!("the project was not started: {error}"), "");
    Exit::Unusable
}

fn named(text: &str) -> Result<(), String> {
    let fits = !text.trim().is_empty() && !text.contains(['\n', '\r']);
    if fits { Ok(()) } else { Err("write a name on one line".into()) }
}

fn https(text: &str) -> Result<(), String> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.has_host());
    url.map(|_| ()).ok_or_else(|| "write an address that starts with https://".into())
}

fn target(text: &str) -> Result<(), String> {
    const USUAL: &str = "write `demo`, or an origin such as `https://addon.example.com`, without \
                         a path";
    if text == DEMO {
        return Ok(());
    }
    origin(text).map(|_| ()).map_err(|fault| fault.help(text, USUAL))
}

fn contact(text: &str) -> Result<(), String> {
    let is_mail = mailbox(text).split_once('@').is_some();
    if is_mail && Url::parse(&full_contact(text)).is_ok() { Ok(()) } else { https(text) }
}

fn path(text: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "/-_.~%".contains(c);
    if text.starts_with('/') && text.chars().all(fits) {
        Ok(())
    } else {
        Err("write a path such as /api/me".into())
    }
}

fn variable(name: &str) -> Result<(), String> {
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let value = if is_name { std::env::var_os(name) } else { None };
    let is_set = value.is_some_and(|value| !value.is_empty());
    if is_set { Ok(()) } else { Err("this variable is not set".into()) }
}

fn variable_or_none(text: &str) -> Result<(), String> {
    let help = "name another one, or write none to start without a login";
    if text == NO_LOGIN { Ok(()) } else { variable(text).map_err(|why| format!("{why}: {help}")) }
}

fn mailbox(contact: &str) -> &str {
    contact.strip_prefix("mailto:").unwrap_or(contact)
}

fn full_contact(text: &str) -> String {
    let is_bare = !text.starts_with("mailto:") && !text.contains("://");
    if is_bare { format!("mailto:{text}") } else { text.to_owned() }
}

fn parsed(text: &str, console: Console) -> Result<Url, Exit> {
    Url::parse(text).map_err(|error| {
        console.error(format!("`{text}` is not an address: {error}"), "");
        Exit::Unusable
    })
}
